//! The tables, and how older ones become today's.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::error::StoreError;

/// Each turns the tables of one version into those of the next; `user_version` says how many were done.
const MIGRATIONS: [&str; 3] =
    [include_str!("migrations/1.sql"), include_str!("migrations/2.sql"), include_str!("migrations/3.sql")];

/// Version of the tables.
#[expect(clippy::cast_possible_truncation, reason = "a few")]
pub const VERSION: u32 = MIGRATIONS.len() as u32;

/// Brings the tables up to date.
///
/// All steps are one transaction: a program that is killed in it, or another one that comes at the same
/// time, finds either the old tables or the new ones.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    up_to(connection, path, VERSION)
}

fn up_to(connection: &mut Connection, path: &Path, wanted: u32) -> Result<(), StoreError> {
    let fail = || StoreError::sql("the tables cannot be brought up to date");
    if version(connection)? == wanted {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail())?;
    // Read again: another program may have been quicker.
    let found = version(&transaction)?;
    if found > VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION });
    }
    for (n, step) in (1_u32..).zip(MIGRATIONS) {
        if n > found && n <= wanted {
            transaction.execute_batch(step).map_err(fail())?;
            transaction.pragma_update(None, "user_version", n).map_err(fail())?;
        }
    }
    transaction.commit().map_err(fail())
}

fn version(connection: &Connection) -> Result<u32, StoreError> {
    connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(StoreError::sql("the version of the tables cannot be read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(connection: &Connection) -> Vec<String> {
        let mut all = connection
            .prepare("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1")
            .unwrap();
        all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn tables_of_every_earlier_version_become_todays_and_keep_what_they_hold() {
        let path = Path::new("test");
        let mut fresh = Connection::open_in_memory().unwrap();
        migrate(&mut fresh, path).unwrap();
        for old in 1..=VERSION {
            let mut connection = Connection::open_in_memory().unwrap();
            up_to(&mut connection, path, old).unwrap();
            connection
                .execute_batch(
                    "INSERT INTO person (name, file, created) VALUES ('Ada', 'height_m = 1.7', '2026-01-01');
                     INSERT INTO session (person, started, started_unix_s, source, program, algorithms)
                     VALUES (1, '2026-01-02T10:00:00+00:00[UTC]', 1767348000, 'live', '0.1.0', '{}');
                     INSERT INTO stride VALUES (1, 0, '{\"start_s\":1.5}');",
                )
                .unwrap();
            if old >= 2 {
                connection
                    .execute_batch(
                        "INSERT INTO alert VALUES (1, 0, 'stumble', 'caution', 2.5, NULL, 3.0, '{}');
                         INSERT INTO pain VALUES (1, 0, NULL, 3);",
                    )
                    .unwrap();
            }
            migrate(&mut connection, path).unwrap();
            assert_eq!(version(&connection).unwrap(), VERSION);
            assert_eq!(shape(&connection), shape(&fresh), "from version {old}");
            let kept: (String, f64) = connection
                .query_row(
                    "SELECT p.name, f.start_s FROM person p JOIN session s ON s.person = p.id
                     JOIN stride_figures f ON f.session = s.id",
                    [],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .unwrap();
            assert_eq!(kept, ("Ada".to_owned(), 1.5));
            if old >= 2 {
                let score: i64 =
                    connection.query_row("SELECT score FROM pain", [], |row| row.get(0)).unwrap();
                assert_eq!(score, 3);
            }
        }
    }

    #[test]
    fn tables_from_the_future_are_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
        let error = migrate(&mut connection, Path::new("sessions.db")).unwrap_err();
        assert!(matches!(error, StoreError::Newer { found, .. } if found == VERSION + 1));
        assert!(shape(&connection).is_empty());
    }
}

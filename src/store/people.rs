//! The people whose sessions are kept.

use rusqlite::{OptionalExtension, Row, TransactionBehavior};

use super::Store;
use super::error::StoreError;
use crate::person::Person;

/// What is prescribed, where it was said.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Prescribed {
    /// Share of steps that should land toes first, 0 to 1.
    pub toe_first: Option<f64>,
    /// Sessions a week.
    pub sessions_per_week: Option<f64>,
    /// Backward minutes a session.
    pub minutes_per_session: Option<f64>,
}

/// A person to be added.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct NewPerson {
    /// A name or a code.
    pub name: String,
    /// What is known of them.
    pub person: Person,
    /// What is prescribed.
    pub prescribed: Prescribed,
    /// Body mass, kg: for the energy estimate.
    pub mass_kg: Option<f64>,
}

impl NewPerson {
    /// Somebody of whom nothing but the name is known.
    pub fn called(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// A person as kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptPerson {
    /// Key in the database.
    pub id: i64,
    /// A name or a code.
    pub name: String,
    /// What is known of them.
    pub person: Person,
    /// What is prescribed.
    pub prescribed: Prescribed,
    /// Body mass, kg.
    pub mass_kg: Option<f64>,
    /// The day they were added.
    pub created: String,
    /// Sessions that are kept.
    pub sessions: u32,
}

const COLUMNS: &str = "id, name, file, created, toe_first_target, sessions_per_week, minutes_per_session, \
                       mass_kg, (SELECT count(*) FROM session WHERE session.person = person.id)";

/// Longest name, characters: a line of a page.
const NAME_CHARS: usize = 80;

impl Store {
    /// Adds a person.
    ///
    /// # Errors
    /// When the name is taken or cannot be one, or the database cannot be written.
    pub fn add_person(&mut self, new: &NewPerson) -> Result<KeptPerson, StoreError> {
        let name = new.name.trim();
        // A number alone would be taken for a session.
        let bad = name.is_empty()
            || name.chars().count() > NAME_CHARS
            || name.chars().any(char::is_control)
            || name.chars().all(|c| c.is_ascii_digit());
        if bad {
            return Err(StoreError::BadName(new.name.clone()));
        }
        let created = jiff::Zoned::now().date().to_string();
        let p = &new.prescribed;
        let added = self.connection.execute(
            "INSERT INTO person (name, file, created, toe_first_target, sessions_per_week, minutes_per_session, mass_kg)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name) DO NOTHING",
            (name, new.person.to_toml(), created, p.toe_first, p.sessions_per_week, p.minutes_per_session, new.mass_kg),
        );
        match added.map_err(StoreError::sql("the person cannot be added"))? {
            0 => Err(StoreError::PersonExists(name.to_owned())),
            _ => self.person(name),
        }
    }

    /// A person by name; upper and lower case are one.
    ///
    /// # Errors
    /// [`StoreError::NoPerson`], with a name that is near.
    pub fn person(&self, name: &str) -> Result<KeptPerson, StoreError> {
        let found = self
            .connection
            .query_row(&format!("SELECT {COLUMNS} FROM person WHERE name = ?1"), [name.trim()], row)
            .optional()
            .map_err(StoreError::sql("the person cannot be looked up"))?;
        let Some(found) = found else {
            let near = self
                .people()?
                .into_iter()
                .map(|p| (strsim::damerau_levenshtein(&p.name.to_lowercase(), &name.to_lowercase()), p.name))
                .min()
                .filter(|(distance, _)| *distance <= 2)
                .map(|(_, name)| name);
            return Err(StoreError::NoPerson { name: name.to_owned(), near });
        };
        Ok(found)
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn people(&self) -> Result<Vec<KeptPerson>, StoreError> {
        let fail = || StoreError::sql("the people cannot be listed");
        let mut all =
            self.connection.prepare(&format!("SELECT {COLUMNS} FROM person ORDER BY name")).map_err(fail())?;
        all.query_map([], row).and_then(Iterator::collect).map_err(fail())
    }

    /// Puts `person` in the place of what was known of `name`.
    ///
    /// # Errors
    /// When nobody is called so, or the database cannot be written.
    pub fn update_person(&mut self, name: &str, person: &Person) -> Result<(), StoreError> {
        let id = self.person(name)?.id;
        self.connection
            .execute("UPDATE person SET file = ?2 WHERE id = ?1", (id, person.to_toml()))
            .map(drop)
            .map_err(StoreError::sql("the person cannot be changed"))
    }

    /// Deletes a person and everything that is kept of them.
    ///
    /// # Errors
    /// When nobody is called so, or something cannot be removed; what is left of it is removed when the
    /// store is opened again.
    pub fn delete_person(&mut self, name: &str) -> Result<(), StoreError> {
        let id = self.person(name)?.id;
        let fail = || StoreError::sql("the person cannot be deleted");
        let t = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail())?;
        t.execute(
            "INSERT OR IGNORE INTO doomed_capture SELECT capture FROM session WHERE person = ?1 AND capture IS NOT NULL",
            [id],
        )
        .map_err(fail())?;
        t.execute("DELETE FROM person WHERE id = ?1", [id]).map_err(fail())?;
        t.commit().map_err(fail())?;
        self.forget()
    }

    /// Leaves nothing of what was deleted behind: neither in the log of the database nor as a file.
    pub(super) fn forget(&self) -> Result<(), StoreError> {
        // Another program that is reading keeps its log; the next deletion or close empties it.
        let _ = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        self.remove_doomed()
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<KeptPerson> {
    let file: String = row.get(2)?;
    let person = Person::parse(&file).map_err(|e| {
        rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, Box::new(e))
    })?;
    Ok(KeptPerson {
        id: row.get(0)?,
        name: row.get(1)?,
        person,
        created: row.get(3)?,
        prescribed: Prescribed {
            toe_first: row.get(4)?,
            sessions_per_week: row.get(5)?,
            minutes_per_session: row.get(6)?,
        },
        mass_kg: row.get(7)?,
        sessions: row.get(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mount::Side;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        (folder, store)
    }

    #[test]
    fn a_person_is_found_as_they_were_added() {
        let (_folder, mut store) = store();
        let new = NewPerson {
            person: Person { side: Some(Side::Left), height_m: Some(1.72), ..Person::default() },
            prescribed: Prescribed { toe_first: Some(0.7), ..Prescribed::default() },
            ..NewPerson::called("Zoë O'Neil")
        };
        store.add_person(&new).unwrap();
        let kept = store.person("zoë O'NEIL").unwrap();
        assert_eq!((kept.person, kept.prescribed), (new.person.clone(), new.prescribed));
        assert!(matches!(store.add_person(&new), Err(StoreError::PersonExists(_))));
        let StoreError::NoPerson { near, .. } = store.person("Zoë O'Neill").unwrap_err() else { panic!() };
        assert_eq!(near.as_deref(), Some("Zoë O'Neil"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let (_folder, mut store) = store();
        for name in ["", "  ", "12", "a\nb", &"x".repeat(81)] {
            assert!(
                matches!(store.add_person(&NewPerson::called(name)), Err(StoreError::BadName(_))),
                "{name}"
            );
        }
        store.add_person(&NewPerson::called("P-12")).unwrap();
    }
}

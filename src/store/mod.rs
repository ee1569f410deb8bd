//! Sessions over weeks: one database of the user's own, and the raw captures beside it.
//!
//! | what | where |
//! |---|---|
//! | people, sessions, strides, alerts, pain, plan | `sessions.db`, in the data folder |
//! | raw captures | `captures/session-N.csv`, with length and hash in the database |
//!
//! Folder and files are readable by their owner alone. What a call has returned from is on the disk: a
//! writer that is killed after it, a second program and a full disk take nothing of it away. A session
//! that is replayed is kept whole or not at all; a [`live::LiveSession`] grows stride by stride.
//!
//! ```
//! use retrogait::store::Store;
//! use retrogait::store::people::NewPerson;
//!
//! let folder = tempfile::tempdir()?;
//! let mut store = Store::open(folder.path())?;
//! store.add_person(&NewPerson::called("Ada"))?;
//! let mut live = store.live("Ada", &Default::default())?;
//! // for each record of the pipeline: live.record(&record)?;
//! live.pain(None, 2)?;
//! let id = live.finish()?;
//! assert_eq!(store.session(id)?.session.pain.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod error;
pub mod live;
pub mod people;
pub mod schema;
pub mod sessions;

mod keep;
mod private;
mod raw;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy;
use rusqlite::Connection;

pub use self::error::StoreError;
pub use self::keep::Keep;
pub use self::sessions::{Kept, SessionInfo};

/// How long one program waits for another to be done with writing.
const PATIENCE: Duration = Duration::from_secs(10);

const DATABASE: &str = "sessions.db";
const CAPTURES: &str = "captures";

/// The store.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    connection: Connection,
}

impl Store {
    /// The data folder of this user.
    ///
    /// # Errors
    /// [`StoreError::NoFolder`] where the system names none.
    pub fn default_folder() -> Result<PathBuf, StoreError> {
        let folders = etcetera::choose_base_strategy().map_err(|_| StoreError::NoFolder)?;
        Ok(folders.data_dir().join("retrogait"))
    }

    /// Opens the store in `folder`; makes it where there is none, and brings an older one up to date.
    ///
    /// # Errors
    /// When the folder or the database cannot be used, or a newer retrogait wrote it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        private::folder(folder).map_err(StoreError::io(folder))?;
        let captures = folder.join(CAPTURES);
        private::folder(&captures).map_err(StoreError::io(&captures))?;
        let connection = connect(folder)?;
        let store = Self { folder: folder.to_owned(), connection };
        store.remove_doomed()?;
        Ok(store)
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn capture_path(&self, name: &str) -> PathBuf {
        self.folder.join(CAPTURES).join(name)
    }

    /// Removes the captures of deleted sessions.
    fn remove_doomed(&self) -> Result<(), StoreError> {
        let fail = || StoreError::sql("deleted captures cannot be looked up");
        let mut all = self.connection.prepare("SELECT name FROM doomed_capture").map_err(fail())?;
        let names: Vec<String> =
            all.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(fail())?;
        for name in names {
            let path = self.capture_path(&name);
            match fs::remove_file(&path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(StoreError::io(&path)(e)),
                _ => {}
            }
            self.connection.execute("DELETE FROM doomed_capture WHERE name = ?1", [name]).map_err(fail())?;
        }
        Ok(())
    }
}

/// A connection with what safety and patience ask for.
fn connect(folder: &Path) -> Result<Connection, StoreError> {
    let path = folder.join(DATABASE);
    // Made before SQLite would make it, which does not close it to others. The files that SQLite puts
    // beside it take their mode from it.
    private::file(&path, false).map_err(StoreError::io(&path))?;
    let fail = || StoreError::sql("the database cannot be opened");
    let mut connection = Connection::open(&path).map_err(fail())?;
    connection.busy_timeout(PATIENCE).map_err(fail())?;
    connection
        .execute_batch(
            // A write-ahead log lets others read while one writes; `FULL` returns from a commit when it
            // is on the disk. Deleted health data is overwritten and not only forgotten.
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;",
        )
        .map_err(fail())?;
    schema::migrate(&mut connection, &path)?;
    Ok(connection)
}

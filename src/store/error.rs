//! Why something could not be kept or found.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// What went wrong with the store.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
pub enum StoreError {
    #[error("there is no folder for the data of this user")]
    NoFolder,
    #[error("{path} cannot be used: {source}", path = .path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{what}: {source}")]
    Sql { what: &'static str, source: rusqlite::Error },
    #[error(
        "{path} was written by a newer retrogait (version {found} of its tables; this one knows {known})",
        path = .path.display()
    )]
    Newer { path: PathBuf, found: u32, known: u32 },
    #[error("a person called `{0}` is kept already")]
    PersonExists(String),
    #[error("nobody called `{name}` is kept")]
    NoPerson { name: String, near: Option<String> },
    #[error("there is no session {0}")]
    NoSession(i64),
    #[error("session {session}: {what}")]
    Damaged { session: i64, what: String },
    #[error("`{0}` cannot be a name")]
    BadName(String),
}

impl StoreError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Io { path, source }
    }

    pub(crate) fn sql(what: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::Sql { what, source }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoFolder => "say where with `--data DIR`, or set RETROGAIT_STORE".into(),
            Self::Io { .. } => {
                "check that the folder is yours and has room; `--data DIR` takes another".into()
            }
            Self::Sql { source, .. } => match source.sqlite_error_code()? {
                rusqlite::ErrorCode::DiskFull => "make room; what was kept before is still there".into(),
                rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked => {
                    "another program is writing for longer than 10 s: try again when it is done".into()
                }
                rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt => {
                    "the file is damaged: put it aside and restore it from a copy".into()
                }
                _ => return None,
            },
            Self::Newer { .. } => "use that newer version; nothing was changed".into(),
            Self::PersonExists(_) => "choose another name, or delete that person first".into(),
            Self::NoPerson { near: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::NoPerson { near: None, .. } => "`retrogait person add NAME` adds one".into(),
            Self::NoSession(_) => "`retrogait sessions list` shows those that are kept".into(),
            Self::Damaged { .. } => return None,
            Self::BadName(_) => "use 1 to 80 letters, digits, spaces or signs, not digits alone".into(),
        })
    }
}

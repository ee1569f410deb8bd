//! Where sessions are kept, and asking before they are deleted.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;

use super::exit::UsageError;
use crate::store::{Store, StoreError};

/// Where sessions are kept.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct StoreArgs {
    /// Folder with the kept sessions [default: the data folder of this user]
    #[arg(long, value_name = "DIR", env = "RETROGAIT_STORE", hide_env_values = true)]
    data: Option<PathBuf>,
}

impl StoreArgs {
    /// The store in this folder.
    pub(super) fn at(folder: PathBuf) -> Self {
        Self { data: Some(folder) }
    }

    pub(super) fn open(&self) -> Result<Store, StoreError> {
        match &self.data {
            Some(folder) => Store::open(folder),
            None => Store::open(&Store::default_folder()?),
        }
    }
}

/// Asks before something is deleted; without a terminal to ask on, only `--yes` will do.
pub(super) fn confirmed(what: &str, answer: &str, yes: bool) -> Result<bool, anyhow::Error> {
    if yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        return Err(UsageError::new(format!("{what} would be deleted, and there is nobody to ask"))
            .help("pass `--yes` if that is meant")
            .into());
    }
    let mut err = anstream::stderr();
    write!(err, "{what} will be deleted for good. Type `{answer}` to go on: ")?;
    err.flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let agreed = line.trim() == answer;
    if !agreed {
        anstream::eprintln!("nothing was deleted");
    }
    Ok(agreed)
}

//! The configuration file: limits of the rules, and the plan.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::exit::UsageError;
use crate::safety::tuning::Tuning;

/// Which configuration file is read.
#[derive(Debug, Default, Args)]
pub(super) struct ConfigArgs {
    /// Read limits of the rules and the plan from FILE (TOML) [default: retrogait/config.toml in the
    /// user's configuration folder, if it is there]
    #[arg(long, value_name = "FILE", env = "RETROGAIT_CONFIG")]
    config: Option<PathBuf>,
}

impl ConfigArgs {
    /// The limits in force.
    pub(super) fn load(&self) -> anyhow::Result<Tuning> {
        if let Some(path) = &self.config {
            return read(path)?
                .ok_or_else(|| UsageError::new(format!("there is no {}", path.display())).into());
        }
        match usual(env::var_os("XDG_CONFIG_HOME"), env::var_os("HOME")) {
            Some(path) => Ok(read(&path)?.unwrap_or_default()),
            None => Ok(Tuning::default()),
        }
    }
}

/// Where it is when nothing is said: the XDG base directory.
fn usual(config: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |p: OsString| Some(PathBuf::from(p)).filter(|p| p.is_absolute());
    let base = config.and_then(absolute).or_else(|| Some(home.and_then(absolute)?.join(".config")))?;
    Some(base.join("retrogait").join("config.toml"))
}

/// `None` when there is no such file.
fn read(path: &Path) -> anyhow::Result<Option<Tuning>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(Tuning::parse(&text, &path.display().to_string())?)),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(e).with_context(|| format!("{} cannot be read", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_place_is_the_users_configuration_folder() {
        let at = |c: Option<&str>, h: Option<&str>| usual(c.map(OsString::from), h.map(OsString::from));
        assert_eq!(at(Some("/c"), Some("/h")), Some("/c/retrogait/config.toml".into()));
        assert_eq!(at(None, Some("/h")), Some("/h/.config/retrogait/config.toml".into()));
        assert_eq!(at(Some("relative"), Some("/h")), Some("/h/.config/retrogait/config.toml".into()));
        assert_eq!(at(None, None), None);
    }
}

//! The configuration file, and `retrogait config`.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::exit::{self, Exit, UsageError};
use super::sessions::print;
use super::settings::{self, Settings, explained};
use crate::safety::tuning::Tuning;
use crate::sink::file::OutputFile;

const EXAMPLES: &str = "\
Examples:
  retrogait config
      writes an explained configuration file, if there is none, and says where it is
  retrogait config --print
      every setting that is in force, and where it came from
  retrogait config --defaults > mine.toml
      the explained file itself; `--config mine.toml` or RETROGAIT_CONFIG reads it";

/// Arguments of `config`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::HELP))]
pub(super) struct ConfigCommand {
    /// Print every setting that is in force, and where it came from
    #[arg(long)]
    print: bool,

    /// Print the explained file with the defaults
    #[arg(long, conflicts_with = "print")]
    defaults: bool,

    #[command(flatten)]
    config: ConfigArgs,
}

/// Which configuration file is read.
#[derive(Debug, Default, Args)]
pub(super) struct ConfigArgs {
    /// Read settings, limits of the rules and the plan from FILE (TOML) [default: retrogait/config.toml
    /// in the user's configuration folder, if it is there]
    #[arg(long, value_name = "FILE", env = "RETROGAIT_CONFIG")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &ConfigCommand) -> anyhow::Result<Exit> {
    if args.defaults {
        return print(&explained());
    }
    if args.print {
        return print(&args.config.printed(&args.config.settings()?));
    }
    let Some(path) = args.config.place() else {
        return Err(UsageError::new(
            "there is no folder for settings: neither XDG_CONFIG_HOME nor HOME is set",
        )
        .help("pass `--config FILE`")
        .into());
    };
    if path.exists() {
        // A file that cannot be read is no file to rely on.
        read(&path)?;
        anstream::eprintln!(
            "it is there, and nothing was changed; `retrogait config --print` shows what is in force"
        );
    } else {
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        let mut file = OutputFile::create(&path, false)?;
        file.write_all(explained().as_bytes())?;
        file.commit()?;
        anstream::eprintln!("written, with every setting at its default");
    }
    print(&format!("{}\n", path.display()))
}

impl ConfigArgs {
    /// The limits in force.
    pub(super) fn load(&self) -> anyhow::Result<Tuning> {
        Ok(self.file()?.rules)
    }

    /// The settings of the environment, the file and the defaults.
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = self.file()?;
        settings.environment(settings::environment)?;
        Ok(settings)
    }

    /// Every setting, below the name of the file.
    pub(super) fn printed(&self, settings: &Settings) -> String {
        let file = match self.place() {
            Some(path) if path.exists() => format!("# file: {}\n", path.display()),
            Some(path) => format!("# file: {} (it is not there)\n", path.display()),
            None => String::new(),
        };
        file + &settings.print()
    }

    fn file(&self) -> anyhow::Result<Settings> {
        let Some(path) = self.place() else { return Ok(Settings::default()) };
        match (read(&path)?, &self.config) {
            (Some(settings), _) => Ok(settings),
            (None, None) => Ok(Settings::default()),
            (None, Some(path)) => Err(UsageError::new(format!("there is no {}", path.display()))
                .help("`retrogait config --config FILE` writes one")
                .into()),
        }
    }

    fn place(&self) -> Option<PathBuf> {
        self.config.clone().or_else(|| usual(env::var_os("XDG_CONFIG_HOME"), env::var_os("HOME")))
    }
}

/// Where it is when nothing is said: the XDG base directory.
fn usual(config: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |p: OsString| Some(PathBuf::from(p)).filter(|p| p.is_absolute());
    let base = config.and_then(absolute).or_else(|| Some(home.and_then(absolute)?.join(".config")))?;
    Some(base.join("retrogait").join("config.toml"))
}

/// `None` when there is no such file.
fn read(path: &Path) -> anyhow::Result<Option<Settings>> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let mut settings = Settings::default();
            settings.file(&text, &path.display().to_string())?;
            Ok(Some(settings))
        }
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

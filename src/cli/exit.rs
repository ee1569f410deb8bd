//! Exit codes, and errors as people see them.

use std::process::{ExitCode, Termination};

use anstyle::{AnsiColor, Style};
use thiserror::Error;

use crate::link::transport::Fault;
use crate::live::raw::RawError;
use crate::live::registry::RegistryError;
use crate::sink::file::OutputError;
use crate::source::{ReadError, Samples};
use crate::store::StoreError;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HELP_STYLE: Style = Style::new().bold();

/// The exit codes, for the help pages.
pub const HELP: &str = "\
Exit codes:
  0  done
  1  a capture could not be read, or an output not be written
  2  the command line is wrong
  3  bench: a `--require` is not met";

/// The exit codes of the commands that use the radio, for their help pages.
pub const RADIO_HELP: &str = "\
Exit codes:
  0  done, also when ended by Ctrl-C
  1  Bluetooth does not work, a sensor was not reached, a file could not be read or written,
     or a belt did not confirm that it stops; doctor: something is wrong
  2  the command line is wrong, or no sensor of this name has been paired";

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Done = 0,
    /// Something could not be read or written.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A requirement of `bench` is not met.
    NotMet = 3,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

/// A command line that parses and makes no sense.
#[derive(Debug, Error)]
#[error("{what}")]
pub struct UsageError {
    what: String,
    help: Option<String>,
}

impl UsageError {
    /// Without advice.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: None }
    }

    /// With advice on what to type instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The exit code for an error.
pub fn code(error: &anyhow::Error) -> Exit {
    if error.is::<UsageError>() { Exit::Usage } else { Exit::Failed }
}

/// Prints an error with its causes and what to do about it; never a backtrace, which
/// says nothing to the person who has to mend a capture.
pub fn report(error: &anyhow::Error) {
    anstream::eprintln!("{ERROR}error{ERROR:#}: {}", plain(&error.to_string()));
    for cause in error.chain().skip(1) {
        anstream::eprintln!("  because: {}", plain(&cause.to_string()));
    }
    let help = error.chain().find_map(|e| {
        if let Some(e) = e.downcast_ref::<ReadError>() {
            return e.help();
        }
        if let Some(e) = e.downcast_ref::<StoreError>() {
            return e.help();
        }
        if let Some(OutputError::Exists(_)) = e.downcast_ref::<OutputError>() {
            return Some("pass `--force` to replace it".to_owned());
        }
        if let Some(fault) = e.downcast_ref::<Fault>() {
            return Some(fault.help().to_owned());
        }
        if let Some(error) = e.downcast_ref::<RegistryError>() {
            return Some(error.help().to_owned());
        }
        if let Some(RawError::NotRaw | RawError::Head { .. }) = e.downcast_ref::<RawError>() {
            return Some("play the capture beside it (NAME.csv) instead".to_owned());
        }
        e.downcast_ref::<UsageError>()?.help.clone()
    });
    if let Some(help) = help {
        anstream::eprintln!("  {HELP_STYLE}help{HELP_STYLE:#}: {}", plain(&help));
    }
}

/// Words of a file may be in it: they are shown, and do not drive the terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Prints what was decided about a file of another logger.
pub fn decisions(name: &str, recording: &impl Samples) {
    for decision in recording.decided() {
        anstream::eprintln!("{HELP_STYLE}{name}{HELP_STYLE:#}: {}", plain(&decision.to_string()));
    }
}

/// Prints how many warnings there were beyond those that were shown.
pub fn warnings_left(name: &str, recording: &impl Samples) {
    for tally in recording.warnings().tallies().filter(|t| t.unshown() > 0) {
        warn(&format!("{name}: {} more: {}", tally.unshown(), tally.trouble.words()));
    }
}

/// Prints a warning.
pub fn warn(text: &str) {
    anstream::eprintln!("{WARNING}warning{WARNING:#}: {}", plain(text));
}

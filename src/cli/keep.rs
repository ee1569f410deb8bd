//! `replay --keep`: a replayed capture as a session of somebody.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use jiff::Zoned;
use jiff::tz::TimeZone;

use super::exit::UsageError;
use super::gather::{How, gather};
use super::store_args::StoreArgs;
use crate::live::notes::Notes;
use crate::person::Person;
use crate::session::Pain;
use crate::sink;
use crate::source::{CaptureReader, ReadOptions, open};
use crate::store::Keep;

/// Keeping.
#[derive(Debug, Default, Args)]
pub(super) struct KeepArgs {
    /// Keep it as a session of NAME, who was added by `person add`
    #[arg(long, value_name = "NAME", help_heading = "Keeping")]
    keep: Option<String>,

    /// When it was walked, for example 2026-03-01T10:30 [default: when the file was last changed]
    #[arg(long, value_name = "TIME", value_parser = moment, requires = "keep", help_heading = "Keeping")]
    started: Option<Zoned>,

    /// Highest pain in it, 0 to 10
    #[arg(long, value_name = "SCORE", value_parser = clap::value_parser!(u8).range(0..=10), requires = "keep",
          help_heading = "Keeping")]
    pain: Option<u8>,

    #[command(flatten)]
    store: StoreArgs,
}

/// A moment: with its zone, or in the zone of this machine.
pub(super) fn moment(text: &str) -> Result<Zoned, String> {
    let civil = || -> Result<Zoned, jiff::Error> {
        let at: jiff::civil::DateTime = text.parse()?;
        at.to_zoned(TimeZone::system())
    };
    text.parse::<Zoned>()
        .or_else(|_| text.parse::<jiff::Timestamp>().map(|t| t.to_zoned(TimeZone::system())))
        .or_else(|_| civil())
        .map_err(|_| format!("`{text}` is no time; write it as 2026-03-01T10:30"))
}

impl KeepArgs {
    /// What is known of the person whose session it will be.
    pub(super) fn person(&self) -> anyhow::Result<Option<Person>> {
        Ok(match &self.keep {
            Some(name) => Some(self.store.open()?.person(name)?.person),
            None => None,
        })
    }

    /// Refuses what cannot be kept, before anything is done.
    pub(super) fn check(&self, captures: &[PathBuf]) -> Result<(), UsageError> {
        if self.keep.is_none() {
            return Ok(());
        }
        if captures.iter().any(|c| c.as_os_str() == "-") {
            return Err(UsageError::new("standard input cannot be kept: it can be read only once")
                .help("write it to a file first, and replay that"));
        }
        if captures.len() > 1 && self.started.is_some() {
            return Err(UsageError::new("`--started` is of one capture"));
        }
        Ok(())
    }

    /// Keeps the capture, if that is wanted.
    pub(super) fn keep(&self, path: &Path, how: &How) -> anyhow::Result<()> {
        let Some(name) = &self.keep else { return Ok(()) };
        let mut store = self.store.open()?;
        // A capture that needs flags to be read is kept as one that needs none.
        let converted =
            if how.options == ReadOptions::default() { None } else { Some(convert(path, &how.options)?) };
        let file = converted.as_ref().map_or(path, |c| c.path());
        let how = How { options: ReadOptions::default(), ..how.clone() };
        let (mut session, _) = gather(file, &how, &mut |_| {})?;
        session.pain.extend(self.pain.map(|score| Pain { at_s: None, score }));
        // What was noted beside a session that `live` recorded belongs to it.
        let notes =
            Notes::of(path).with_context(|| format!("{}: its lines cannot be read", path.display()))?;
        let notes = notes.unwrap_or_default();
        notes.apply(&mut session);
        let begun: Option<Zoned> = notes.begun.and_then(|at| at.parse().ok());
        let (started, by) = if let Some(started) = &self.started {
            (started.clone(), "")
        } else if let Some(begun) = begun {
            (begun, ", by its own record")
        } else {
            let changed = fs::metadata(path)
                .and_then(|m| m.modified())
                .with_context(|| format!("{}: its time cannot be told", path.display()))?;
            (jiff::Timestamp::try_from(changed)?.to_zoned(TimeZone::system()), ", by the file’s own time")
        };
        let when = started.strftime("%Y-%m-%d %H:%M").to_string();
        let keep = Keep { started: Some(started), plan: session.plan.clone(), ..Keep::default() };
        let id = store.keep(name, &keep, &session, file)?;
        anstream::eprintln!("kept as session {id} of {name} (walked {when}{by})");
        Ok(())
    }
}

/// The same samples as a capture that says everything of itself.
fn convert(path: &Path, options: &ReadOptions) -> anyhow::Result<tempfile::NamedTempFile> {
    let input = open(path)?;
    let mut reader = CaptureReader::new(input.bytes, &input.name, options.clone())?;
    let file = tempfile::Builder::new().suffix(".csv").tempfile()?;
    let thigh = reader.has_thigh();
    let mut out = sink::capture::Capture::new(BufWriter::new(file), reader.meta(), thigh)?;
    while let Some(sample) = reader.next_sample()? {
        out.row(&sample)?;
    }
    let mut out = out.into_inner();
    out.flush()?;
    out.into_inner().map_err(|e| e.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_with_and_without_a_zone() {
        for text in ["2026-03-01T10:30", "2026-03-01T10:30:00Z", "2026-03-01T10:30:00+01:00[Europe/Berlin]"] {
            assert!(moment(text).is_ok(), "{text}");
        }
        assert!(moment("yesterday").unwrap_err().contains("2026-03-01T10:30"));
    }
}

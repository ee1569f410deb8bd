//! Sessions that are played: simulated at any pace, or recorded.

use std::path::Path;

use super::ask::Ask;
use super::engine::{Face, close, sinks};
use super::entered::entered;
use super::file;
use super::keep::recorder;
use super::sim::Sim;
use super::teller::Teller;
use crate::cli::desk::Stops;
use crate::cli::drive::{Beside, DriveError, drive};
use crate::cli::exit::{self, Exit, UsageError};
use crate::cli::pace::Pace;
use crate::cli::web;
use crate::live::played::Played;
use crate::pipeline::Settings;
use crate::source::warning::Warning;

/// A simulated session at any pace but that of a clock.
pub(super) fn played(ask: &Ask<'_>, sim: &Sim) -> anyhow::Result<Exit> {
    let args = ask.args;
    let played = Played::new(&sim.setup).map_err(|e| UsageError::new(e.to_string()))?;
    let parts = played.parts();
    let meta = ask.meta(played.meta());
    // Nobody can look at what passes so fast.
    let face = Face::new(ask, &meta, false)?;
    let after = face.after.clone();
    let recorder = recorder(ask, &parts, &meta, false)?;
    let labels = parts.iter().map(|p| format!("simulated {}", p.role.word())).collect();
    let mut teller = Teller { labels, beat: None, silent: false };
    let mut pace = Pace::new(args.pace);
    let mut entered = entered(args)?;
    let stops = Stops { command: ask.desk.on_stop.clone(), brake: None };
    let (mut engine, front) = face.engine(stops, &parts, &meta, recorder)?;
    let _served = web::serve(&ask.desk, &front)?;
    for event in played {
        if let Some(pace) = &mut pace {
            pace.wait_until(event.at.seconds());
        }
        while entered.front().is_some_and(|(at, _)| *at <= event.at.seconds()) {
            if let Some((_, input)) = entered.pop_front() {
                engine.input(input)?;
            }
        }
        if !engine.event(&event, &mut |found| teller.tell(found))? || !engine.pump()? {
            break;
        }
        if args.duration.is_some_and(|d| event.at.seconds() > d) {
            break;
        }
    }
    close(engine, &teller, &after)?.aloud()
}

fn written(result: Result<(), DriveError>) -> anyhow::Result<()> {
    match result {
        Ok(()) => Ok(()),
        Err(DriveError::Read(e)) => Err(e.into()),
        Err(DriveError::Write(e)) => Err(anyhow::Error::from(e).context("the records cannot be written")),
    }
}

/// A recording as if it happened now.
pub(super) fn from_file(ask: &Ask<'_>, path: &Path) -> anyhow::Result<Exit> {
    let args = ask.args;
    let overrides = args.meta.overrides();
    if !file::is_raw(path) {
        if args.record.is_some() {
            return Err(UsageError::new("a capture that is played is recorded already")
                .help("leave `--record` out, or play raw events (NAME.raw.csv)")
                .into());
        }
        let mut reader = file::capture(path, &overrides)?;
        let mut warn = |w: &Warning| exit::warn(&w.to_string());
        let beside = Beside { pace: Pace::new(args.pace), warn: &mut warn, progress: &mut |_| {} };
        let meta = ask.walker.person.fill(reader.meta());
        let settings = Settings {
            series: args.sinks.is_some(),
            ..ask.walker.settings(&meta, &ask.rules, ask.calibration.as_ref())?
        };
        written(drive(&mut reader, &meta, args.sinks.unwrap_or(sinks)()?, &settings, beside))?;
        return Ok(Exit::Done);
    }
    let mut file = file::RawFile::open(path, args.pace, &overrides)?;
    let parts = file.reader.parts().to_vec();
    file.meta = ask.walker.person.fill(&file.meta);
    // A recording is for reading, whatever the terminal.
    let face = Face::new(ask, &file.meta, false)?;
    let after = face.after.clone();
    let recorder = recorder(ask, &parts, &file.meta, false)?;
    let labels = parts.iter().map(|p| p.role.word().to_owned()).collect();
    let mut teller = Teller { labels, beat: None, silent: false };
    let mut entered = entered(args)?;
    let stops = Stops { command: ask.desk.on_stop.clone(), brake: None };
    let (mut engine, front) = face.engine(stops, &parts, &file.meta, recorder)?;
    let _served = web::serve(&ask.desk, &front)?;
    while let Some(event) = file.next()? {
        while entered.front().is_some_and(|(at, _)| *at <= event.at.seconds()) {
            if let Some((_, input)) = entered.pop_front() {
                engine.input(input)?;
            }
        }
        if !engine.event(&event, &mut |found| teller.tell(found))? || !engine.pump()? {
            break;
        }
    }
    close(engine, &teller, &after)?.aloud()
}

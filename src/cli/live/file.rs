//! A recording as a live source: a capture, or the raw events beside it.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::Context;

use crate::capture::CaptureMeta;
use crate::cli::exit;
use crate::cli::pace::{Pace, Rate};
use crate::decode::Arrival;
use crate::link::intake::Event;
use crate::live::raw::{MAGIC, RawReader};
use crate::source::{CaptureReader, Overrides, ReadOptions, open};
use crate::time::SensorTime;

/// Whether a file holds raw events.
pub(super) fn is_raw(path: &Path) -> bool {
    let mut start = vec![0; MAGIC.len()];
    File::open(path).and_then(|mut f| f.read_exact(&mut start)).is_ok() && start == MAGIC.as_bytes()
}

/// Raw events, at their pace.
pub(super) struct RawFile {
    pub(super) reader: RawReader<BufReader<File>>,
    pub(super) meta: CaptureMeta,
    pace: Option<Pace>,
}

impl RawFile {
    pub(super) fn open(path: &Path, pace: Rate, overrides: &Overrides) -> anyhow::Result<Self> {
        let name = path.display().to_string();
        let refused = || format!("{name} cannot be played");
        let file = File::open(path).with_context(refused)?;
        let reader = RawReader::new(BufReader::new(file)).with_context(refused)?;
        // The metadata lines mean what they mean above a capture.
        let mut text = reader.meta().join("\n");
        text.push_str("\ntime_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n");
        let options = ReadOptions { overrides: *overrides, ..ReadOptions::default() };
        let meta = CaptureReader::new(text.as_bytes(), &name, options)?.meta().clone();
        Ok(Self { reader, meta, pace: Pace::new(pace) })
    }

    /// The next event, when it is its time.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<Event>> {
        let event = self.reader.next_event()?;
        if let (Some(pace), Some(Event { at: Arrival { .. }, .. })) = (&mut self.pace, &event) {
            let at = event.as_ref().map_or(0, |e| e.at.micros());
            pace.wait(SensorTime::from_micros(at));
        }
        if event.is_none() && self.reader.left_out() > 0 {
            exit::warn(&format!("{} lines were cut or damaged, and left out", self.reader.left_out()));
        }
        Ok(event)
    }
}

/// A capture, to be played at its pace.
pub(super) fn capture(
    path: &Path,
    overrides: &Overrides,
) -> anyhow::Result<CaptureReader<Box<dyn Read + Send>>> {
    let input = open(path)?;
    let options = ReadOptions { overrides: *overrides, ..ReadOptions::default() };
    Ok(CaptureReader::new(input.bytes, &input.name, options)?)
}

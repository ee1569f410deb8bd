//! A capture as a session, for keeping it or for a page about it.

use std::path::Path;

use anyhow::Context;

use crate::calibrate::file::Calibration;
use crate::capture::CaptureMeta;
use crate::person::{Aims, Person};
use crate::pipeline::Settings;
use crate::record::SeriesRow;
use crate::safety::baseline;
use crate::safety::tuning::Tuning;
use crate::session::{self, Session};
use crate::source::{CaptureReader, ReadOptions, open};

/// How it is read and judged.
#[derive(Debug, Clone, Default)]
pub(super) struct How {
    pub(super) options: ReadOptions,
    pub(super) person: Person,
    pub(super) rules: Tuning,
    pub(super) calibration: Option<Calibration>,
    pub(super) series: bool,
}

/// Goes through the capture at `path`.
pub(super) fn gather(
    path: &Path,
    how: &How,
    row: &mut impl FnMut(&SeriesRow),
) -> anyhow::Result<(Session, CaptureMeta)> {
    let input = open(path)?;
    let mut reader = CaptureReader::new(input.bytes, &input.name, how.options.clone())?;
    let meta = how.person.fill(reader.meta());
    // A baseline that does not fit the capture is not used; `replay` says so.
    let usual = how.person.baseline.as_ref().and_then(|b| baseline::usual(b, &meta, baseline::today()).ok());
    let reference = match &how.calibration {
        Some(c) => Some(
            c.for_capture(&meta).with_context(|| format!("{} cannot be measured by it", path.display()))?,
        ),
        None => None,
    };
    let settings = Settings {
        series: how.series,
        aims: Aims::of(&how.person, meta.side),
        rules: how.rules,
        usual: usual.unwrap_or_default(),
        reference,
    };
    let session = session::of_capture(&mut reader, &meta, settings, row)?;
    Ok((session, meta))
}

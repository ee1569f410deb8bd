//! The whole signal path as one object: samples in, records out.
//!
//! Replay, live sessions and benchmarks all run exactly this. It reads no clock and does no input or
//! output; time enters with the samples.

use crate::capture::CaptureMeta;
use crate::imu::Sample;
use crate::record::{Record, SeriesRow};
use crate::summary::Summary;

/// What can be set from outside.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Settings {
    /// Whether series rows are made.
    pub series: bool,
}

/// Anything that leaves the pipeline.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a summary comes once; boxing it would allocate in the core"
)]
pub enum Output {
    /// A record of the output stream.
    Record(Record),
    /// A row of the series.
    Series(SeriesRow),
}

/// The signal path.
#[derive(Debug)]
pub struct Pipeline {
    summary: Summary,
}

impl Pipeline {
    /// A pipeline for a capture that says `meta` of itself.
    pub fn new(_meta: &CaptureMeta, _settings: Settings) -> Self {
        Self {
            summary: Summary::default(),
        }
    }

    /// Takes one sample and emits what became known by it.
    pub fn push(&mut self, _sample: &Sample, _emit: &mut impl FnMut(Output)) {
        self.summary.data.samples += 1;
    }

    /// Ends the capture: emits what was still open, and the summary last.
    pub fn finish(self, emit: &mut impl FnMut(Output)) {
        emit(Output::Record(Record::Summary(self.summary)));
    }
}

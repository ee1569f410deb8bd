//! One capture on its way: reader, pipeline, sinks.

use std::io;

use super::pace::Pace;
use crate::capture::CaptureMeta;
use crate::pipeline::{Output, Pipeline, Settings};
use crate::record::Record;
use crate::sink::Sink;
use crate::source::warning::Warning;
use crate::source::{ReadError, Samples};

/// Samples between two looks at the progress.
const PROGRESS_SAMPLES: u64 = 4096;

/// Why a capture did not get through.
#[derive(Debug)]
pub(super) enum DriveError {
    /// It could not be read.
    Read(ReadError),
    /// An output could not be written.
    Write(io::Error),
}

/// What goes on beside the samples.
pub(super) struct Beside<'a> {
    /// Holds the samples back.
    pub(super) pace: Option<Pace>,
    /// Is told of what the reader leaves out, as it happens.
    pub(super) warn: &'a mut dyn FnMut(&Warning),
    /// Is told how many bytes have been read.
    pub(super) progress: &'a mut dyn FnMut(u64),
}

/// Sends a capture, of which `meta` is known, through the pipeline into `sinks`.
///
/// A sink whose reader has gone away (a closed pipe) is left behind; when no sink is left, the
/// rest of the capture is not read.
pub(super) fn drive(
    reader: &mut dyn Samples,
    meta: &CaptureMeta,
    sinks: Vec<Box<dyn Sink + '_>>,
    settings: &Settings,
    mut beside: Beside<'_>,
) -> Result<(), DriveError> {
    let mut fan = Fan::new(sinks);
    let mut pipeline = Pipeline::new(meta, *settings);
    let mut count = 0_u64;
    while let Some(sample) = reader.next_sample().map_err(DriveError::Read)? {
        for warning in reader.fresh_warnings() {
            (beside.warn)(&warning);
        }
        if let Some(pace) = &mut beside.pace {
            pace.wait(sample.time);
        }
        fan.each(|sink| sink.sample(&sample));
        let mut emit = |output| fan.take(&output);
        pipeline.arrives(reader.arrival(), &mut emit);
        pipeline.belt(reader.belt_mps());
        pipeline.push(&sample, &mut emit);
        fan.check()?;
        if fan.sinks.is_empty() {
            return Ok(());
        }
        if fan.is_done() {
            break;
        }
        count += 1;
        if count.is_multiple_of(PROGRESS_SAMPLES) {
            (beside.progress)(reader.bytes());
        }
    }
    for warning in reader.fresh_warnings() {
        (beside.warn)(&warning);
    }
    fan.left_out = reader.warnings().rows_left_out();
    let end = reader.span().map_or_else(Default::default, |(_, end)| end);
    for tally in reader.warnings().tallies() {
        fan.each(|sink| sink.rows(end, &tally));
    }
    pipeline.finish(&mut |output| fan.take(&output));
    fan.each(|sink| sink.finish());
    fan.check()
}

/// All sinks as one, for a pipeline that knows of no errors.
pub(super) struct Fan<'a> {
    pub(super) sinks: Vec<Box<dyn Sink + 'a>>,
    failure: Option<io::Error>,
    /// Rows that the reader left out, which the pipeline never saw.
    left_out: u64,
}

impl<'a> Fan<'a> {
    pub(super) fn new(sinks: Vec<Box<dyn Sink + 'a>>) -> Self {
        Self { sinks, failure: None, left_out: 0 }
    }

    pub(super) fn take(&mut self, output: &Output) {
        match output {
            Output::Record(Record::Summary(summary)) => {
                let mut summary = summary.clone();
                summary.data.rejected += self.left_out;
                let record = Record::Summary(summary);
                self.each(|sink| sink.record(&record));
            }
            Output::Record(record) => self.each(|sink| sink.record(record)),
            Output::Series(row) => self.each(|sink| sink.series(row)),
        }
    }

    pub(super) fn each(&mut self, mut give: impl FnMut(&mut dyn Sink) -> io::Result<()>) {
        let failure = &mut self.failure;
        self.sinks.retain_mut(|sink| match give(sink.as_mut()) {
            Ok(()) => true,
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => false,
            Err(e) => {
                failure.get_or_insert(e);
                true
            }
        });
    }

    /// Whether one of them has all that it wants.
    pub(super) fn is_done(&self) -> bool {
        self.sinks.iter().any(|sink| sink.is_done())
    }

    pub(super) fn check(&mut self) -> Result<(), DriveError> {
        self.failure.take().map_or(Ok(()), |e| Err(DriveError::Write(e)))
    }
}

//! The session behind the queue: events in; records, and what is to be said of the sensors, out.

use super::assemble::{Assembly, Found, Part};
use super::recorder::Recorder;
use crate::capture::CaptureMeta;
use crate::decode::Arrival;
use crate::imu::Sample;
use crate::link::intake::{Event, What};
use crate::pipeline::{Output, Pipeline, Settings};
use crate::time::Span;

/// What a session gives.
#[derive(Debug)]
pub enum Out {
    /// Of the signal path.
    Output(Box<Output>),
    /// Of the sensors.
    Found(Found),
    /// What was measured, before what it gives.
    Sample(Sample),
}

/// A running session. Reads no clock: when things happen comes with the events.
#[derive(Debug)]
pub struct Session {
    assembly: Assembly,
    pipeline: Pipeline,
    recorder: Option<Recorder>,
    last: Arrival,
    rows: u64,
}

impl Session {
    /// A session of these sensors.
    pub fn new(parts: &[Part], meta: &CaptureMeta, settings: Settings, recorder: Option<Recorder>) -> Self {
        Self {
            assembly: Assembly::new(parts),
            pipeline: Pipeline::new(meta, settings),
            recorder,
            last: Arrival::default(),
            rows: 0,
        }
    }

    /// What became of the samples.
    pub fn assembly(&self) -> &Assembly {
        &self.assembly
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes an event and gives what became known by it.
    pub fn event(&mut self, event: &Event, give: &mut dyn FnMut(Out)) {
        self.last = event.at;
        if let Some(recorder) = &mut self.recorder {
            recorder.event(event);
        }
        let Self { assembly, pipeline, recorder, rows, .. } = self;
        assembly.take(event, &mut |found| found_out(found, pipeline, recorder.as_mut(), rows, give));
        if event.what == What::Silent && assembly.is_shank(event.sensor) {
            pipeline.waiting(since_zero(event.at), &mut |output| give(Out::Output(Box::new(output))));
        }
    }

    /// Ends the session: gives what was held back, the summary last. The recording, if any, is handed
    /// back to be ended.
    pub fn finish(self, give: &mut dyn FnMut(Out)) -> (Assembly, Option<Recorder>) {
        let Self { mut assembly, mut pipeline, mut recorder, last, mut rows } = self;
        assembly.finish(last, &mut |found| {
            found_out(found, &mut pipeline, recorder.as_mut(), &mut rows, give);
        });
        pipeline.finish(&mut |output| give(Out::Output(Box::new(output))));
        (assembly, recorder)
    }
}

fn since_zero(at: Arrival) -> Span {
    Span::from_micros(at.micros())
}

fn found_out(
    found: Found,
    pipeline: &mut Pipeline,
    recorder: Option<&mut Recorder>,
    rows: &mut u64,
    give: &mut dyn FnMut(Out),
) {
    match found {
        Found::Row(row) => {
            *rows += 1;
            if let Some(recorder) = recorder {
                recorder.row(&row);
            }
            give(Out::Sample(row.sample));
            let mut emit = |output| give(Out::Output(Box::new(output)));
            pipeline.arrives(Some(since_zero(row.at)), &mut emit);
            pipeline.belt(row.belt.speed_mps);
            pipeline.push(&row.sample, &mut emit);
        }
        other => give(Out::Found(other)),
    }
}

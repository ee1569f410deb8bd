//! What a detector said, as the scoring needs it.

use crate::pipeline::Output;
pub use crate::record::AlertLevel;
use crate::record::{Contact, EventKind, Record, StrideDirection, to_milli};

/// Everything that was said of one capture. Times in seconds of the capture's clock.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Events.
    pub events: Vec<SeenEvent>,
    /// Strides.
    pub strides: Vec<SeenStride>,
    /// Alerts.
    pub alerts: Vec<SeenAlert>,
    /// Knee series: `(time, flexion in degrees)`, where known.
    pub knee: Vec<(f64, f64)>,
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeenEvent {
    /// Which.
    pub kind: EventKind,
    /// When, s.
    pub time_s: f64,
    /// When it became known, s; `None` for a detector that needs the whole capture.
    pub detected_s: Option<f64>,
}

/// A stride.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeenStride {
    /// First contact, s.
    pub start_s: f64,
    /// Next contact, s.
    pub end_s: f64,
    /// Which way.
    pub direction: StrideDirection,
    /// How the foot landed.
    pub contact: Option<Contact>,
    /// Smallest stance flexion, deg.
    pub knee_min_deg: Option<f64>,
}

/// An alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeenAlert {
    /// How loud.
    pub level: AlertLevel,
    /// When it was given, s.
    pub detected_s: f64,
}

impl Observed {
    /// Takes what the pipeline says, to the precision in which it is written, so that a score
    /// from records in memory is the score of the files.
    pub fn take(&mut self, output: &Output) {
        match output {
            Output::Record(Record::Event(e)) => self.events.push(SeenEvent {
                kind: e.kind,
                time_s: e.time.seconds(),
                detected_s: Some(e.detected.seconds()),
            }),
            Output::Record(Record::Stride(s)) => self.strides.push(SeenStride {
                start_s: s.start.seconds(),
                end_s: s.end.seconds(),
                direction: s.direction,
                contact: s.contact,
                knee_min_deg: s.knee_min_flexion_deg.filter(|k| k.is_finite()).map(to_milli),
            }),
            Output::Record(Record::Alert(a)) => {
                self.alerts.push(SeenAlert { level: a.level, detected_s: a.detected.seconds() });
            }
            Output::Record(
                Record::Bout(_) | Record::AlertEnd(_) | Record::Notice(_) | Record::Summary(_),
            ) => {}
            Output::Series(row) => {
                if let Some(knee) = row.knee_flexion_deg.filter(|k| k.is_finite()) {
                    self.knee.push((row.time.seconds(), to_milli(knee)));
                }
            }
        }
    }

    /// Events said to be known before they happened.
    pub(super) fn early(&self) -> usize {
        self.events.iter().filter(|e| e.detected_s.is_some_and(|d| d < e.time_s - 1e-6)).count()
    }
}

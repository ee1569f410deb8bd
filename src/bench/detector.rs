//! The detectors that are compared.

use super::textbook::{self, Params};
use crate::capture::CaptureMeta;
use crate::evaluate::observed::{Observed, SeenEvent};
use crate::imu::Sample;
use crate::pipeline::{Pipeline, Settings};
use crate::record::EventKind;

/// A detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Detector {
    /// This program's own.
    Retrogait,
    /// The textbook forward rule.
    Textbook,
    /// The same with the sign of the rate turned about.
    TextbookFlipped,
}

impl Detector {
    /// All, ours first.
    pub const ALL: [Self; 3] = [Self::Retrogait, Self::Textbook, Self::TextbookFlipped];

    /// Its name in reports and flags.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Retrogait => "retrogait",
            Self::Textbook => "textbook",
            Self::TextbookFlipped => "textbook-flipped",
        }
    }

    /// Whether it has this event at all. What a detector does not look for is not scored as
    /// missed: that would say nothing of it.
    pub const fn knows(self, kind: EventKind) -> bool {
        match self {
            Self::Retrogait => true,
            Self::Textbook | Self::TextbookFlipped => matches!(
                kind,
                EventKind::ToeContact
                    | EventKind::InitialContact
                    | EventKind::FinalContact
                    | EventKind::MidSwing
            ),
        }
    }

    /// Whether it says anything but events: directions, landings, the knee, alerts.
    pub const fn tells_strides(self) -> bool {
        matches!(self, Self::Retrogait)
    }

    /// Runs it over a capture.
    pub fn run(self, meta: &CaptureMeta, samples: &[Sample]) -> Observed {
        let sign = match self {
            Self::Retrogait => {
                let mut said = Observed::default();
                let mut pipeline = Pipeline::new(meta, Settings { series: true, ..Settings::default() });
                for sample in samples {
                    pipeline.push(sample, &mut |output| said.take(&output));
                }
                pipeline.finish(&mut |output| said.take(&output));
                return said;
            }
            Self::Textbook => 1.0,
            Self::TextbookFlipped => -1.0,
        };
        let found = textbook::detect(meta, samples, sign, &Params::default());
        let mut said = Observed::default();
        let mut add = |kind, times: &[f64]| {
            said.events.extend(times.iter().map(|&time_s| SeenEvent { kind, time_s, detected_s: None }));
        };
        add(EventKind::InitialContact, &found.initial_contact_s);
        // Going backward the foot's first touch is the toe's: that is the event that the rule's
        // "initial contact" stands for, and against which it is scored there.
        add(EventKind::ToeContact, &found.initial_contact_s);
        add(EventKind::FinalContact, &found.final_contact_s);
        add(EventKind::MidSwing, &found.mid_swing_s);
        said
    }

    /// Runs it for its speed alone.
    pub fn run_bare(self, meta: &CaptureMeta, samples: &[Sample]) {
        match self {
            Self::Retrogait => {
                let mut pipeline = Pipeline::new(meta, Settings::default());
                let mut emit = |output| {
                    std::hint::black_box(&output);
                };
                for sample in samples {
                    pipeline.push(sample, &mut emit);
                }
                pipeline.finish(&mut emit);
            }
            Self::Textbook => {
                drop(std::hint::black_box(textbook::detect(meta, samples, 1.0, &Params::default())));
            }
            Self::TextbookFlipped => {
                drop(std::hint::black_box(textbook::detect(meta, samples, -1.0, &Params::default())));
            }
        }
    }
}

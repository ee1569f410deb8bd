//! How right a detector is: what it said against what happened.
//!
//! Pure: no files, no clocks. The rules are those of the contract; where it leaves room:
//!
//! - *events*: only kinds that a capture's own labels contain are scored in it. Pairs are made
//!   nearest first on everything said; then a label in an ignored zone is dropped with its pair,
//!   and an unmatched detection in an ignored zone is dropped. A zone is `ignore` widened by
//!   0.2 s. A label's own tolerance goes before the capture's.
//! - *direction*: on a grid of 10 ms over the spans labelled backward or forward.
//! - *contact*: answered by the backward stride that starts nearest, within the tolerance.
//! - *knee*: the series interpolated at the labels' times; holes over 0.1 s stay holes.
//! - *hazards*: with an onset, an alert of level caution or stop from 0.5 s before it to 2 s
//!   after its end; without, such an alert anywhere in the capture.

pub mod direction;
pub mod events;
pub mod hazards;
pub mod knee;
pub mod observed;
pub mod pool;

mod stats;

use self::direction::DirectionScore;
use self::events::{ContactScore, EventScore};
use self::hazards::HazardScore;
use self::knee::{KneeMinScore, KneeScore};
use self::observed::Observed;
use crate::record::EventKind;
use crate::truth::{Evidence, Truth};

/// A labelled series: the knee's own angle.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct KneeTruth {
    /// Times, s, increasing.
    pub time_s: Vec<f64>,
    /// Flexion, deg.
    pub flexion_deg: Vec<f64>,
}

/// How one capture was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct CaptureScore {
    /// What the labels are worth.
    pub kind: Evidence,
    /// Whether nothing could be said at all: all labels are then missed.
    pub failed: bool,
    /// Length of the capture, s.
    pub seconds: f64,
    /// Events that were said to be known before they happened. Never allowed.
    pub early: usize,
    /// Events by kind, in the order of the kinds.
    pub events: Vec<(EventKind, EventScore)>,
    /// Direction, where activity is labelled.
    pub direction: Option<DirectionScore>,
    /// Landings, where labelled.
    pub contact: Option<ContactScore>,
    /// Smallest stance flexion, where labelled.
    pub knee_min: Option<KneeMinScore>,
    /// Knee series, where labelled.
    pub knee: Option<KneeScore>,
    /// Dangers, where labelled.
    pub hazards: Option<HazardScore>,
}

/// Time around an ignored zone that does not count either, s.
const PAD_S: f64 = 0.2;

/// Whether `time` lies in an ignored zone.
fn ignored(time: f64, zones: &[[f64; 2]]) -> bool {
    zones.iter().any(|[a, b]| a - PAD_S <= time && time <= b + PAD_S)
}

/// Scores what was said of a capture from `span_s.0` to `span_s.1` seconds.
///
/// `observed` is `None` when the detector failed on it.
pub fn score(
    truth: &Truth,
    knee_truth: Option<&KneeTruth>,
    observed: Option<&Observed>,
    span_s: (f64, f64),
) -> CaptureScore {
    let nothing = Observed::default();
    let failed = observed.is_none();
    let said = observed.unwrap_or(&nothing);
    let rules = &truth.score;
    CaptureScore {
        kind: truth.kind,
        failed,
        seconds: span_s.1 - span_s.0,
        early: said.early(),
        events: events::score(truth.events.as_deref().unwrap_or_default(), said, rules),
        direction: truth
            .activity
            .as_deref()
            .map(|a| direction::score(a, &said.strides, &rules.ignore, span_s)),
        contact: truth.contacts.as_deref().map(|c| events::score_contacts(c, &said.strides, rules)),
        knee_min: truth
            .stance_knee
            .as_deref()
            .filter(|k| !k.is_empty())
            .map(|k| knee::score_min(k, &said.strides, rules)),
        knee: knee_truth.map(|k| knee::score(k, &said.knee, &rules.ignore)),
        hazards: truth.hazards.as_deref().map(|h| hazards::score(h, &said.alerts, span_s.1 - span_s.0)),
    }
}

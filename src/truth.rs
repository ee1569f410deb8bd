//! Labels: what really happened in a capture (`NAME.truth.json`).

use serde::{Deserialize, Serialize};

use crate::record::{Activity, Contact, EventKind};

/// What the numbers are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// Recordings with a reference of their own.
    Real,
    /// Real forward recordings played backward.
    Reversed,
    /// Sensor signals computed from motion capture.
    Virtual,
    /// From a rigid-body model with contact.
    Physics,
    /// From the project's own kinematic model.
    Simulated,
}

/// The labels of one capture. Every key but `source` and `kind` is optional: what is absent is not
/// known, and is not scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Where the capture comes from.
    pub source: String,
    /// What its numbers are worth.
    pub kind: Evidence,
    /// Gait events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<TrueEvent>>,
    /// What the person was doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<Vec<TrueActivity>>,
    /// How the foot landed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Vec<TrueContact>>,
    /// Smallest stance knee flexion of each step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stance_knee: Option<Vec<TrueStanceKnee>>,
    /// Name of the file with the knee series, beside the capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knee: Option<String>,
    /// Balance losses and other dangers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hazards: Option<Vec<TrueHazard>>,
    /// How to score.
    #[serde(default)]
    pub score: ScoreRules,
}

/// One labelled event.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrueEvent {
    /// Which.
    pub kind: EventKind,
    /// When, s on the capture's clock.
    pub time_s: f64,
    /// Its own tolerance, s, before the capture's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance_s: Option<f64>,
}

/// One labelled span of activity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrueActivity {
    /// Start, s.
    pub start_s: f64,
    /// End, s.
    pub end_s: f64,
    /// What it was.
    pub label: Activity,
}

/// One labelled landing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrueContact {
    /// When, s.
    pub time_s: f64,
    /// How.
    pub contact: Contact,
}

/// Smallest knee flexion of one stance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrueStanceKnee {
    /// Contact that starts the stance, s.
    pub toe_contact_s: f64,
    /// Smallest knee flexion, deg.
    pub knee_min_deg: f64,
}

/// One labelled danger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrueHazard {
    /// Its name, for example `stumble`.
    pub kind: String,
    /// Onset, s; absent when only its presence in the capture is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onset_s: Option<f64>,
    /// End, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_s: Option<f64>,
}

/// How a capture is scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScoreRules {
    /// Spans that do not count, s.
    pub ignore: Vec<[f64; 2]>,
    /// Matching tolerance, s.
    pub tolerance_s: f64,
}

impl Default for ScoreRules {
    fn default() -> Self {
        Self { ignore: Vec::new(), tolerance_s: 0.10 }
    }
}

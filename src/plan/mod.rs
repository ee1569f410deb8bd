//! What is to be walked: segments, speeds, targets and limits, as a TOML file that people write.
//!
//! ```toml
//! title = "Two minutes backward, two minutes forward"
//! level = 1
//! note = "For the first weeks."
//! rounds = 7                # how often the segments below are walked; 1 when left out
//!
//! [targets]
//! toe_first_percent = 70    # share of steps that land on the toes
//! knee_deg = 8              # smallest knee flexion of a step, at most
//! cadence = 100             # steps a minute, for the metronome
//!
//! [limits]
//! speed_most = "3.5mph"
//! pain_most = 5             # 0 to 10: from here on the session ends
//! pain_rise = 2             # more than today's first answer
//!
//! [[before]]                # once, before the rounds
//! walk = "forward"          # backward, forward or rest
//! for = "1min"
//!
//! [[segment]]
//! walk = "backward"
//! for = "2min"
//! speed = "0.5mph"          # of the belt; left out where it is not prescribed
//! support = "rails"         # rails, one hand or none
//!
//! [[after]]                 # once, after the rounds
//! walk = "forward"
//! for = "1min"
//! ```

pub mod checklist;
pub mod coach;
pub mod cue;
pub mod file;
pub mod levels;

use serde::Serialize;

/// One statute mile an hour, m/s.
pub const MPH_MPS: f64 = 0.447_04;

/// What a part of the session consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Walking toward one's back.
    Backward,
    /// Walking toward one's front.
    Forward,
    /// Standing or sitting.
    Rest,
}

impl Way {
    /// The word for it, the same on every screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Backward => "backward",
            Self::Forward => "forward",
            Self::Rest => "rest",
        }
    }
}

/// What the person holds on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// Both hands on the rails.
    Rails,
    /// One hand on a rail.
    OneHand,
    /// Nothing; the rails within reach.
    None,
}

impl Support {
    /// The words of files and screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rails => "rails",
            Self::OneHand => "one hand",
            Self::None => "none",
        }
    }
}

/// One part of the session.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Segment {
    /// What is done.
    pub way: Way,
    /// For how long, s.
    pub seconds: f64,
    /// How fast, m/s, where it is prescribed.
    pub speed_mps: Option<f64>,
    /// What to hold on to, where it is prescribed.
    pub support: Option<Support>,
}

/// What the steps are held to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Targets {
    /// Share of the backward steps that land on the toes, %.
    pub toe_first_percent: f64,
    /// Smallest knee flexion of a step, deg, at most; judged where it is given.
    pub knee_deg: Option<f64>,
    /// Steps a minute; for the metronome.
    pub cadence: Option<f64>,
}

impl Default for Targets {
    /// 70 % toes first: a step or two of ten may fail while it is being learned (chosen; no study gives a
    /// figure).
    fn default() -> Self {
        Self { toe_first_percent: 70.0, knee_deg: None, cadence: None }
    }
}

/// What ends a session early, or makes it slower.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limits {
    /// Fastest belt, m/s. 3.5 mph is the ceiling of every level: healthy adults break into a backward run
    /// at about 3.65 mph (Hreljac 2005).
    pub speed_most_mps: f64,
    /// Pain at which the session ends, 0 to 10. Default 5: the usual limit of exercise with a painful knee
    /// (acceptable up to 5 of 10 in pain monitoring, Thomeé 1997).
    pub pain_most: u8,
    /// Rise of pain in a session at which it ends. Default 2: the least change of a 0 to 10 scale that
    /// people call one (Farrar 2001).
    pub pain_rise: u8,
}

impl Limits {
    /// The ceiling of every plan, m/s.
    pub const CEILING_MPS: f64 = 3.5 * MPH_MPS;
}

impl Default for Limits {
    fn default() -> Self {
        Self { speed_most_mps: Self::CEILING_MPS, pain_most: 5, pain_rise: 2 }
    }
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The name it was asked for by.
    pub name: String,
    /// What it is called on the screen.
    pub title: String,
    /// Level of difficulty, where it is one of the levels.
    pub level: Option<u8>,
    /// For whom it is.
    pub note: Option<String>,
    /// What the steps are held to.
    pub targets: Targets,
    /// What ends it early.
    pub limits: Limits,
    /// Its parts in order, rounds written out; never empty.
    pub segments: Vec<Segment>,
}

impl Plan {
    /// Length of the whole, s.
    pub fn seconds(&self) -> f64 {
        self.segments.iter().map(|s| s.seconds).sum()
    }

    /// Time of it that is walked this way, s.
    pub fn seconds_of(&self, way: Way) -> f64 {
        self.segments.iter().filter(|s| s.way == way).map(|s| s.seconds).sum()
    }
}

/// A speed in the unit that people set on a belt.
pub fn mph(mps: f64) -> String {
    format!("{:.1} mph", mps / MPH_MPS)
}

/// `1:12`
pub fn clock(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive; `as` saturates")]
    let whole = libm::ceil(seconds.max(0.0) - 1e-6) as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

#[cfg(test)]
pub(crate) mod testing {
    use crate::record::{Stride, StrideDirection};
    use crate::time::SensorTime;

    /// A valid stride of which only times, direction and speed are known.
    pub(crate) fn stride(start: f64, end: f64, direction: StrideDirection) -> Stride {
        let at = |s: f64| SensorTime::from_seconds(s).unwrap();
        Stride {
            start: at(start),
            end: at(end),
            detected: at(end + 0.3),
            direction,
            contact: None,
            contact_confidence: None,
            heel_contact: None,
            knee_extension: None,
            forefoot_rise: None,
            final_contact: None,
            mid_swing: None,
            stride_time_s: Some(end - start),
            roll_time_s: None,
            roll_quality: None,
            ankle_drop_m: None,
            stance_fraction: None,
            stride_length_m: None,
            stride_length_sd_m: None,
            speed_mps: Some(0.22),
            speed_sd_mps: None,
            belt_ratio: None,
            cadence_steps_per_min: Some(120.0 / (end - start)),
            swing_lift_m: None,
            swing_lift_sd_m: None,
            mid_swing_dps: None,
            regularity: None,
            knee_min_flexion_deg: None,
            knee_min_low_deg: None,
            knee_min_high_deg: None,
            knee_excursion_deg: None,
            knee_excursion_sd_deg: None,
            knee_source: None,
            knee_verdict: None,
            knee_needs: None,
            confidence: 1.0,
            valid: true,
            invalid_reason: None,
        }
    }
}

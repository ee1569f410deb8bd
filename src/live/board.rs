//! What is to be seen now: one plain value that the terminal, the page and plain words all show.
//!
//! It is made anew some times a second and handed on whole; whoever looks late sees the newest and holds
//! nobody up.

use std::sync::Arc;

use serde::Serialize;

use crate::plan::cue::Mark;
use crate::plan::{Support, Way};

/// Steps that are shown.
pub const STEPS: usize = 10;
/// Seconds of the moving trace.
pub const TRACE_S: f64 = 6.0;

/// How a word is meant. Never told by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Nothing is known.
    #[default]
    Quiet,
    /// As it should be.
    Good,
    /// To be done better, or differently.
    Mind,
    /// Slow down.
    Caution,
    /// Stop.
    Stop,
}

/// The whole picture.
#[derive(Clone, Debug, PartialEq, Default, Serialize)]
pub struct Board {
    /// Counts pictures.
    pub seq: u64,
    /// Time of the newest sample, s.
    pub now_s: f64,
    /// Who walks.
    pub person: String,
    /// `right shin`
    pub placed: String,
    /// Whether the sensor is simulated or a recording.
    pub simulated: bool,
    /// The one word.
    pub word: String,
    /// How it is meant.
    pub tone: Tone,
    /// What to do, in one sentence.
    pub sentence: String,
    /// The last steps, oldest first.
    pub steps: Vec<Mark>,
    /// Backward steps so far.
    pub step_count: u64,
    /// The plan.
    pub plan: Option<PlanView>,
    /// The four figures.
    pub figures: Figures,
    /// The sensor.
    pub link: LinkView,
    /// A stop that waits for an answer.
    pub stop: Option<StopView>,
    /// The checklist, while it is open.
    pub checklist: Option<ChecklistView>,
    /// The last pain that was entered.
    pub pain: Option<u8>,
    /// What was said last, newest last.
    pub said: Vec<Line>,
    /// How often each sound was to be heard.
    pub sounds: Sounds,
    /// Words for a voice, and how many there have been.
    pub voice: (u64, String),
    /// The session is over, and how it went.
    pub end: Option<EndView>,
    /// Moving trace; sent apart.
    #[serde(skip)]
    pub trace: Arc<Trace>,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// When, s.
    pub time_s: f64,
    /// What.
    pub words: String,
}

/// Sounds so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Sounds {
    /// Good steps.
    pub good: u64,
    /// Cues.
    pub cue: u64,
    /// Stops.
    pub stop: u64,
}

/// Where the plan stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanView {
    /// The name it was asked for by.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// Level, where it is one.
    pub level: Option<u8>,
    /// What is wanted now.
    pub way: Way,
    /// For how long, s.
    pub left_s: f64,
    /// How fast, m/s.
    pub speed_mps: Option<f64>,
    /// What to hold on to.
    pub support: Option<Support>,
    /// Whether the clock runs.
    pub runs: bool,
    /// What comes next.
    pub next: Option<Way>,
    /// Share of the whole that is done, 0 to 1.
    pub share: f64,
    /// The parts: what, and its share of the whole.
    pub parts: Vec<(Way, f64)>,
    /// Number of the part, from 0.
    pub part: usize,
    /// The metronome, steps a minute.
    pub metronome: Option<f64>,
}

/// The four figures and their targets.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct Figures {
    /// Judged steps that landed on the toes, %.
    pub toe_first_percent: Option<f64>,
    /// Its target, %.
    pub toe_first_target: Option<f64>,
    /// Smallest knee flexion, median of the last steps, deg.
    pub knee_deg: Option<f64>,
    /// Its target, deg.
    pub knee_target: Option<f64>,
    /// Steps a minute.
    pub cadence: Option<f64>,
    /// Its target.
    pub cadence_target: Option<f64>,
    /// Coefficient of variation of the last stride times, %.
    pub steadiness_percent: Option<f64>,
    /// Speed, m/s.
    pub speed_mps: Option<f64>,
    /// Whether the speed is estimated from the steps.
    pub speed_estimated: bool,
}

/// The sensor.
#[derive(Clone, Debug, PartialEq, Default, Serialize)]
pub struct LinkView {
    /// Whether samples come.
    pub up: bool,
    /// In words.
    pub words: String,
    /// Samples a second.
    pub rate_hz: Option<f64>,
    /// Samples lost, %.
    pub lost_percent: f64,
    /// Battery, %.
    pub battery_percent: Option<u8>,
    /// Heart rate, beats a minute.
    pub heart: Option<u16>,
}

/// A stop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StopView {
    /// What happened, as the rule is called.
    pub rule: String,
    /// What happened and what to do.
    pub message: String,
    /// When it was known, s.
    pub time_s: f64,
    /// What became of the user's own stop command.
    pub hook: Option<String>,
}

/// The checklist.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChecklistView {
    /// Words, and whether confirmed.
    pub items: Vec<(String, bool)>,
    /// Pain today.
    pub pain: Option<u8>,
    /// Whether everything is answered.
    pub complete: bool,
}

/// How it went.
#[derive(Clone, Debug, PartialEq, Default, Serialize)]
pub struct EndView {
    /// Sentences.
    pub sentences: Vec<String>,
    /// Where the report is.
    pub report: Option<String>,
}

/// Some seconds of the signal.
#[derive(Clone, Debug, PartialEq, Default, Serialize)]
pub struct Trace {
    /// Times, s.
    pub time_s: Vec<f64>,
    /// Shank angle, deg; none where unknown.
    pub angle_deg: Vec<Option<f32>>,
    /// Shank rate, deg/s.
    pub rate_dps: Vec<Option<f32>>,
    /// Events: when and which (`TC`, `HC`, `KE`, `FR`, `FC`, `IC`).
    pub events: Vec<(f64, &'static str)>,
}

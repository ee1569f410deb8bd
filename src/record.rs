//! What the pipeline says: the records of the output stream.
//!
//! Every record is plain data of fixed size, so that saying something costs the core no memory.
//! Names, units and meaning of the fields are a contract with those who read the stream.

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Deserialize, Serialize, Serializer};

use crate::notice::Notice;
use crate::safety::rule::Rule;
use crate::summary::Summary;

use crate::time::SensorTime;

/// A moment of the gait cycle.
///
/// Backward walking has its own order: toe contact, heel contact, knee extension, forefoot rise,
/// final contact (the heel leaves last), mid-swing. Forward walking uses
/// [`Self::InitialContact`], [`Self::FinalContact`] and [`Self::MidSwing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Backward: the forefoot first touches the ground.
    ToeContact,
    /// Backward: the heel has been lowered to the ground.
    HeelContact,
    /// Backward: smallest knee flexion of the stance.
    KneeExtension,
    /// Backward: the forefoot leaves the ground while the heel still bears.
    ForefootRise,
    /// The last part of the foot leaves the ground.
    FinalContact,
    /// Forward: the foot first touches the ground.
    InitialContact,
    /// The shank passes the vertical at its fastest.
    MidSwing,
}

impl EventKind {
    /// All, in the order of the backward cycle.
    pub const ALL: [Self; 7] = [
        Self::ToeContact,
        Self::HeelContact,
        Self::KneeExtension,
        Self::ForefootRise,
        Self::FinalContact,
        Self::InitialContact,
        Self::MidSwing,
    ];

    /// The word that files use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ToeContact => "toe_contact",
            Self::HeelContact => "heel_contact",
            Self::KneeExtension => "knee_extension",
            Self::ForefootRise => "forefoot_rise",
            Self::FinalContact => "final_contact",
            Self::InitialContact => "initial_contact",
            Self::MidSwing => "mid_swing",
        }
    }
}

/// Which way an event belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Toward the person's back.
    Backward,
    /// Toward where the person faces.
    Forward,
    /// Not known; never a guess.
    Unknown,
}

/// Which way a stride went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrideDirection {
    /// Toward the person's back.
    Backward,
    /// Toward where the person faces.
    Forward,
    /// While turning: not a stride to judge.
    Turning,
    /// Stepping without getting anywhere.
    InPlace,
    /// Not known; never a guess.
    Unknown,
}

/// What the person is doing over a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Walking backward.
    Backward,
    /// Walking forward.
    Forward,
    /// Turning on the feet.
    Turning,
    /// Standing still.
    Standing,
    /// Anything else.
    Other,
}

/// How the foot landed in a backward step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// Toes first, then rolled onto the heel.
    ToeFirst,
    /// The whole foot at once.
    Flat,
    /// Heel first.
    HeelFirst,
    /// The heel never came down.
    ToeOnly,
    /// Cannot be told.
    Uncertain,
}

/// Where a knee figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KneeSource {
    /// Measured between thigh and shank.
    TwoSensor,
    /// Estimated from the shank alone.
    OneSensor,
}

/// Knee extension against its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KneeVerdict {
    /// Straight enough.
    Met,
    /// A little short of it.
    Short,
    /// Clearly bent.
    Missed,
    /// Within the measurement's own uncertainty.
    Uncertain,
}

/// What it would take to tell the knee's angle, or to tell it more exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KneeNeeds {
    /// Quiet standing, by which the sensors' zero is found.
    Standing,
    /// A calibration file: with the shank's sensor alone the angle rests on it.
    Calibration,
    /// A new calibration: the strap has moved since.
    Recalibration,
    /// A thigh sensor that fits the shank's: the two contradict each other.
    ThighSensor,
    /// A stride whose length and stance can be measured, by inclinations that have settled.
    Stride,
}

impl KneeNeeds {
    /// The word that files use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Standing => "standing",
            Self::Calibration => "calibration",
            Self::Recalibration => "recalibration",
            Self::ThighSensor => "thigh_sensor",
            Self::Stride => "stride",
        }
    }
}

/// Why a stride is not to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvalidReason {
    /// Samples are missing in it.
    Gap,
    /// The person was turning.
    Turn,
    /// The first step of a bout: it has no contact before it.
    BoutStart,
    /// The bout or the capture ended before the next contact.
    BoutEnd,
    /// A sensor axis was at the end of its range.
    Clipped,
    /// Its direction is not known.
    Direction,
}

impl InvalidReason {
    /// The word that files use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Turn => "turn",
            Self::BoutStart => "bout_start",
            Self::BoutEnd => "bout_end",
            Self::Clipped => "clipped",
            Self::Direction => "direction",
        }
    }
}

/// Anything the pipeline says. One record is one line of the output stream, told apart by `type`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "a boxed stride would allocate in the core")]
pub enum Record {
    /// A gait event.
    Event(Event),
    /// A complete stride.
    Stride(Stride),
    /// A span of one activity.
    Bout(Bout),
    /// Something is unsafe, or could be done better.
    Alert(Alert),
    /// An alert is over.
    AlertEnd(AlertEnd),
    /// Something the reader of the stream should know about the data.
    Notice(Notice),
    /// The last record. It comes once, at the end; every other record fits in a few words.
    Summary(Box<Summary>),
}

/// One gait event, said as soon as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Event {
    /// Which.
    pub kind: EventKind,
    /// When it happened, s.
    #[serde(rename = "time_s")]
    pub time: SensorTime,
    /// Capture time of the sample that confirmed it, s; never before `time`.
    #[serde(rename = "detected_s")]
    pub detected: SensorTime,
    /// Which way the person walked.
    pub direction: Direction,
    /// 0 to 1.
    #[serde(serialize_with = "milli")]
    pub confidence: f64,
}

/// One stride: from a contact of the instrumented leg to its next.
///
/// The first step of a bout starts where its movement started, and a walk that is cut off ends where
/// the samples do; both are marked invalid, so that they count as walking and in no statistic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stride {
    /// First contact, s.
    #[serde(rename = "start_s")]
    pub start: SensorTime,
    /// Next contact, s.
    #[serde(rename = "end_s")]
    pub end: SensorTime,
    /// When this record became known, s.
    #[serde(rename = "detected_s")]
    pub detected: SensorTime,
    /// Which way.
    pub direction: StrideDirection,
    /// How the foot landed; `None` when not backward or not judged.
    pub contact: Option<Contact>,
    /// Confidence in `contact`, 0 to 1; `None` where nothing is said.
    #[serde(serialize_with = "maybe_milli")]
    pub contact_confidence: Option<f64>,
    /// Backward: heel contact, s.
    #[serde(rename = "heel_contact_s")]
    pub heel_contact: Option<SensorTime>,
    /// Backward: smallest knee flexion of the stance, s.
    #[serde(rename = "knee_extension_s")]
    pub knee_extension: Option<SensorTime>,
    /// Backward: forefoot rise, s.
    #[serde(rename = "forefoot_rise_s")]
    pub forefoot_rise: Option<SensorTime>,
    /// Last ground contact, s.
    #[serde(rename = "final_contact_s")]
    pub final_contact: Option<SensorTime>,
    /// Fastest shank rotation of the swing, s.
    #[serde(rename = "mid_swing_s")]
    pub mid_swing: Option<SensorTime>,
    /// Contact to next contact, s.
    #[serde(serialize_with = "maybe_milli")]
    pub stride_time_s: Option<f64>,
    /// Toe contact to heel contact, s.
    #[serde(serialize_with = "maybe_milli")]
    pub roll_time_s: Option<f64>,
    /// How well the foot was rolled down from the toes, 0 to 1; 0 when it landed flat, `None` where that is
    /// not clear.
    #[serde(serialize_with = "maybe_milli")]
    pub roll_quality: Option<f64>,
    /// How far the ankle fell from toe contact until it rested, m; `None` with a flat landing, before which it
    /// falls through the air.
    #[serde(serialize_with = "maybe_milli")]
    pub ankle_drop_m: Option<f64>,
    /// Share of the stride with the foot on the ground, 0 to 1.
    #[serde(serialize_with = "maybe_milli")]
    pub stance_fraction: Option<f64>,
    /// Distance of the stride, m, as a magnitude.
    #[serde(serialize_with = "maybe_milli")]
    pub stride_length_m: Option<f64>,
    /// One standard deviation of its error, m.
    #[serde(serialize_with = "maybe_milli")]
    pub stride_length_sd_m: Option<f64>,
    /// Its mean speed, m/s, as a magnitude.
    #[serde(serialize_with = "maybe_milli")]
    pub speed_mps: Option<f64>,
    /// One standard deviation of its error, m/s.
    #[serde(serialize_with = "maybe_milli")]
    pub speed_sd_mps: Option<f64>,
    /// `stride_length_m` over the belt's own movement in that time; `None` without a belt speed.
    #[serde(serialize_with = "maybe_milli")]
    pub belt_ratio: Option<f64>,
    /// 120 / stride time.
    #[serde(serialize_with = "maybe_milli")]
    pub cadence_steps_per_min: Option<f64>,
    /// Highest rise of the ankle in swing over its height in stance, m.
    #[serde(serialize_with = "maybe_milli")]
    pub swing_lift_m: Option<f64>,
    /// One standard deviation of its error, m.
    #[serde(serialize_with = "maybe_milli")]
    pub swing_lift_sd_m: Option<f64>,
    /// Fastest shank rotation of the swing, deg/s, as a magnitude.
    #[serde(serialize_with = "maybe_milli")]
    pub mid_swing_dps: Option<f64>,
    /// Likeness of this stride's sagittal rate to the one before, -1 to 1.
    #[serde(serialize_with = "maybe_milli")]
    pub regularity: Option<f64>,
    /// Smallest stance flexion, deg; `None` when it cannot be told.
    #[serde(serialize_with = "maybe_milli")]
    pub knee_min_flexion_deg: Option<f64>,
    /// Lower end of its 95 % range, deg.
    #[serde(serialize_with = "maybe_milli")]
    pub knee_min_low_deg: Option<f64>,
    /// Upper end of its 95 % range, deg.
    #[serde(serialize_with = "maybe_milli")]
    pub knee_min_high_deg: Option<f64>,
    /// Backward: straightening of the knee from toe contact to mid-stance, deg.
    #[serde(serialize_with = "maybe_milli")]
    pub knee_excursion_deg: Option<f64>,
    /// One standard deviation of its error, deg.
    #[serde(serialize_with = "maybe_milli")]
    pub knee_excursion_sd_deg: Option<f64>,
    /// Where the knee figure comes from.
    pub knee_source: Option<KneeSource>,
    /// The knee against its target.
    pub knee_verdict: Option<KneeVerdict>,
    /// What is missing for the angle, or to be surer of it.
    pub knee_needs: Option<KneeNeeds>,
    /// Confidence in the direction, 0 to 1.
    #[serde(serialize_with = "milli")]
    pub confidence: f64,
    /// False when the stride is not to be judged.
    pub valid: bool,
    /// Why not.
    pub invalid_reason: Option<InvalidReason>,
}

/// How loud an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertLevel {
    /// Technique: to be done better.
    Info,
    /// To be minded: slow down.
    Caution,
    /// Stop now.
    Stop,
}

impl AlertLevel {
    /// All, quietest first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Caution, Self::Stop];

    /// The word that files use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Caution => "caution",
            Self::Stop => "stop",
        }
    }
}

/// An alert, given once when it is raised. Its words are made when it is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alert {
    /// Which rule.
    pub rule: Rule,
    /// How loud.
    pub level: AlertLevel,
    /// When what it is about began.
    pub onset: SensorTime,
    /// Capture time of the sample by which it was known.
    pub detected: SensorTime,
    /// The figures behind it.
    pub evidence: Evidence,
}

impl Serialize for Alert {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_struct("Alert", 6)?;
        out.serialize_field("rule", &self.rule)?;
        out.serialize_field("level", &self.level)?;
        out.serialize_field("onset_s", &self.onset)?;
        out.serialize_field("detected_s", &self.detected)?;
        out.serialize_field("message", self.rule.info().message)?;
        out.serialize_field("evidence", &self.evidence)?;
        out.end()
    }
}

/// An alert is over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AlertEnd {
    /// Which rule.
    pub rule: Rule,
    /// How loud it was.
    pub level: AlertLevel,
    /// Its onset, s, as in the alert.
    #[serde(rename = "onset_s")]
    pub onset: SensorTime,
    /// Last moment at which there was evidence for it, s.
    #[serde(rename = "ended_s")]
    pub ended: SensorTime,
    /// When that became known, s.
    #[serde(rename = "detected_s")]
    pub detected: SensorTime,
}

/// The figures behind an alert, by name; each name ends in its unit.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Evidence([Option<(&'static str, f64)>; 4]);

impl Evidence {
    /// One more figure; those beyond the fourth are left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: f64) -> Self {
        if let Some(free) = self.0.iter_mut().find(|s| s.is_none()) {
            *free = Some((name, value));
        }
        self
    }

    /// The figures.
    pub fn figures(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.0.iter().flatten().copied()
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_map(None)?;
        for (name, value) in self.figures().filter(|(_, v)| v.is_finite()) {
            out.serialize_entry(name, &to_milli(value))?;
        }
        out.end()
    }
}

/// A span of one activity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bout {
    /// Start, s.
    #[serde(rename = "start_s")]
    pub start: SensorTime,
    /// End, s.
    #[serde(rename = "end_s")]
    pub end: SensorTime,
    /// What the person did.
    pub activity: Activity,
    /// Strides in it.
    pub strides: u32,
}

/// One row of the series: what was known of one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeriesRow {
    /// The sample's time.
    pub time: SensorTime,
    /// Shank inclination, deg; `None` where unknown.
    pub shank_angle_deg: Option<f64>,
    /// Sagittal rate of the shank, deg/s.
    pub sagittal_rate_dps: Option<f64>,
    /// Knee flexion, deg (two sensors).
    pub knee_flexion_deg: Option<f64>,
    /// Where in the cycle.
    pub phase: Option<Phase>,
    /// Which way the person walks.
    pub direction: Option<Direction>,
}

/// Half of the gait cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The foot is on the ground.
    Stance,
    /// The foot is in the air.
    Swing,
}

/// `value` to three decimals: finer is noise, and would differ between mathematical libraries.
pub(crate) fn to_milli(value: f64) -> f64 {
    libm::round(value * 1e3) / 1e3
}

/// Writes a figure to three decimals.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(crate) fn milli<S: Serializer>(value: &f64, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_f64(to_milli(*value))
}

/// Writes a figure to three decimals, or null.
#[expect(clippy::ref_option, reason = "serde's signature")]
pub(crate) fn maybe_milli<S: Serializer>(value: &Option<f64>, s: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(v) if v.is_finite() => s.serialize_some(&to_milli(*v)),
        _ => s.serialize_none(),
    }
}

//! What the pipeline says: the records of the output stream.
//!
//! Every record is plain data of fixed size, so that saying something costs the core no memory.
//! Names, units and meaning of the fields are a contract with those who read the stream.

use serde::{Deserialize, Serialize, Serializer};

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

/// Why a stride is not to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvalidReason {
    /// Samples are missing in it.
    Gap,
    /// The person was turning.
    Turn,
    /// It is the first step from standing, with no contact before it.
    BoutStart,
    /// It is the last contact before a stop, with no contact after it.
    BoutEnd,
    /// A sensor axis was at the end of its range.
    Clipped,
    /// Its direction is not known.
    Direction,
}

/// One gait event, said as soon as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Event {
    /// Which.
    pub kind: EventKind,
    /// When it happened, s.
    #[serde(rename = "time_s", serialize_with = "seconds")]
    pub time: SensorTime,
    /// Capture time of the sample that confirmed it, s; never before `time`.
    #[serde(rename = "detected_s", serialize_with = "seconds")]
    pub detected: SensorTime,
    /// Which way the person walked.
    pub direction: Direction,
    /// 0 to 1.
    #[serde(serialize_with = "milli")]
    pub confidence: f64,
}

/// Writes an instant in seconds.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn seconds<S: Serializer>(time: &SensorTime, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_f64(time.seconds())
}

/// Writes a figure to three decimals: finer is noise, and differs between mathematical libraries.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn milli<S: Serializer>(value: &f64, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_f64(libm::round(value * 1e3) / 1e3)
}

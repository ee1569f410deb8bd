//! Things the reader of the stream should know about the data: what was decided about the sensor,
//! what is missing, and what therefore cannot be told.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::record::to_milli;
use crate::safety::need::Need;
use crate::time::{SensorTime, Span};

/// One notice. Plain data; its words are made when it is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Notice {
    /// When it became known.
    pub time: SensorTime,
    /// What it is about.
    pub what: What,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// Samples are missing: everything that touches this span is marked.
    Gap {
        /// First moment without a sample.
        from: SensorTime,
        /// How long.
        length: Span,
    },
    /// A sensor axis read the end of its range.
    Clipped,
    /// The sampling rate is below what event times need.
    RateLow {
        /// Samples a second.
        rate_hz: f64,
    },
    /// No body height and no segment lengths: a default is used for lengths and speeds.
    HeightAssumed {
        /// The height used, m.
        height_m: f64,
    },
    /// The mount line says nothing: the axis is looked for in the movement.
    MountUnknown,
    /// The axis was found in the movement, and its sign by the shank's range.
    MountFound {
        /// Confidence in the sign, 0 to 1.
        confidence: f64,
    },
    /// The axis was found, its sign was not: backward and forward cannot be told apart.
    DirectionWithheld,
    /// The readings jump as those of a sensor that hangs loose: direction is withheld.
    Noisy,
    /// They do no longer.
    NoiseGone,
    /// The mount line and the movement contradict each other: direction is withheld.
    MountSuspect,
    /// Standing gravity is this far from where the mount line puts it.
    MountTilted {
        /// Angle, deg.
        angle_deg: f64,
    },
    /// The sensor turned on the leg in the middle of the capture.
    SensorMoved {
        /// Angle between standing gravity before and after, deg.
        angle_deg: f64,
    },
    /// The sensor does not sit where it was calibrated.
    CalibrationStale {
        /// Angle between standing gravity then and now, deg.
        angle_deg: f64,
    },
    /// The stride length from the sensor does not fit the belt's speed.
    BeltMismatch {
        /// Stride length over the belt's movement.
        ratio: f64,
    },
    /// The shank sensor sits on the foot: shank angles are not those of a shank.
    FootPlacement,
    /// The thigh sensor's axis was not found: no knee angle.
    KneeUnknown,
    /// The thigh sensor's clock is this much behind the shank's; it is corrected by it.
    ClocksApart {
        /// How late, ms; negative when it is ahead.
        late_ms: f64,
    },
    /// The two clocks are further apart than can be corrected: no knee angle.
    ClocksTooFar,
    /// The two sensors do not move as one leg: no knee angle.
    ThighStranger,
    /// The sensor on the thigh is below the one on the shank.
    SensorsSwapped,
    /// One of the two sensors has turned on its segment since the first strides: no knee angle.
    SensorSlipped {
        /// About how far, deg.
        angle_deg: f64,
    },
    /// Steps are not watched for stumbles and slips, because this is lacking.
    WatchPaused {
        /// What.
        lacking: Need,
    },
    /// Steps are watched from here on.
    Watching,
}

impl What {
    /// The word that programs test for.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "gap",
            Self::Clipped => "clipped",
            Self::RateLow { .. } => "rate_low",
            Self::HeightAssumed { .. } => "height_assumed",
            Self::MountUnknown => "mount_unknown",
            Self::MountFound { .. } => "mount_found",
            Self::DirectionWithheld => "direction_withheld",
            Self::Noisy => "noisy",
            Self::NoiseGone => "noise_gone",
            Self::MountSuspect => "mount_suspect",
            Self::MountTilted { .. } => "mount_tilted",
            Self::SensorMoved { .. } => "sensor_moved",
            Self::CalibrationStale { .. } => "calibration_stale",
            Self::BeltMismatch { .. } => "belt_mismatch",
            Self::FootPlacement => "foot_placement",
            Self::KneeUnknown => "knee_unknown",
            Self::ClocksApart { .. } => "clocks_apart",
            Self::ClocksTooFar => "clocks_too_far",
            Self::ThighStranger => "thigh_stranger",
            Self::SensorsSwapped => "sensors_swapped",
            Self::SensorSlipped { .. } => "sensor_slipped",
            Self::WatchPaused { .. } => "watch_paused",
            Self::Watching => "watching",
        }
    }

    /// Whether knee angles that were told of two sensors are void.
    pub const fn voids_knees(&self) -> bool {
        matches!(self, Self::ClocksTooFar | Self::ThighStranger | Self::SensorsSwapped)
    }

    /// The figure behind it, if it has one.
    pub fn value(&self) -> Option<f64> {
        match *self {
            Self::Gap { length, .. } => Some(length.seconds()),
            Self::RateLow { rate_hz } => Some(rate_hz),
            Self::HeightAssumed { height_m } => Some(height_m),
            Self::MountFound { confidence } => Some(confidence),
            Self::MountTilted { angle_deg }
            | Self::SensorMoved { angle_deg }
            | Self::SensorSlipped { angle_deg }
            | Self::CalibrationStale { angle_deg } => Some(angle_deg),
            Self::ClocksApart { late_ms } => Some(late_ms),
            Self::BeltMismatch { ratio } => Some(ratio),
            Self::Clipped
            | Self::MountUnknown
            | Self::DirectionWithheld
            | Self::Noisy
            | Self::NoiseGone
            | Self::MountSuspect
            | Self::FootPlacement
            | Self::KneeUnknown
            | Self::ClocksTooFar
            | Self::ThighStranger
            | Self::SensorsSwapped
            | Self::WatchPaused { .. }
            | Self::Watching => None,
        }
    }
}

/// What is the case, why it matters, what to do.
impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gap { from, length } => {
                write!(f, "{:.2} s without samples from {from}: what touches it is not judged", length.seconds())
            }
            Self::Clipped => f.write_str("the sensor reached the end of its range: strides with clipped samples are not judged; use ±2000 deg/s and ±16 g"),
            Self::RateLow { rate_hz } => write!(f, "{rate_hz:.0} samples a second: event times are coarser than at 50 or more"),
            Self::HeightAssumed { height_m } => {
                write!(f, "body height is not given: {height_m:.2} m is assumed for lengths and speeds; add `# height_m:` or `# shank_length_m:`")
            }
            Self::MountUnknown => f.write_str("the mount is not given: the axis is looked for in the movement, and nothing is said before it is found"),
            Self::MountFound { confidence } => write!(f, "axis and sign found in the movement (confidence {confidence:.2})"),
            Self::DirectionWithheld => {
                f.write_str("the sign of the sensor's axis is not clear: backward and forward cannot be told apart; give the mount, or stand still for 3 s before walking")
            }
            Self::Noisy => f.write_str("the readings jump from one to the next, as those of a sensor that hangs loose: direction is withheld; fasten the sensor, or try another"),
            Self::NoiseGone => f.write_str("the readings are steady again"),
            Self::MountSuspect => {
                f.write_str("gravity or movement contradicts the mount line: direction is withheld; check which way the sensor faces, and stand upright")
            }
            Self::MountTilted { angle_deg } => write!(f, "standing gravity is {angle_deg:.0}° from where the mount line puts it: corrected by it"),
            Self::SensorMoved { angle_deg } => write!(f, "the sensor has turned {angle_deg:.0}° on the leg: angles before and after do not compare"),
            Self::CalibrationStale { angle_deg } => write!(f, "the sensor sits {angle_deg:.0}° from where it was calibrated: no knee angle from the shank alone; calibrate again"),
            Self::BeltMismatch { ratio } => {
                write!(f, "stride length is {:.0} % of the belt's movement: holding the rails, drifting, or a wrong leg length", ratio * 100.0)
            }
            Self::FootPlacement => f.write_str("the sensor is on the foot: angles are those of the foot, and events are less certain"),
            Self::KneeUnknown => f.write_str("the thigh sensor's axis is not known: no knee angle"),
            Self::ClocksApart { late_ms } => {
                let way = if *late_ms < 0.0 { "ahead of" } else { "behind" };
                write!(f, "the thigh sensor's clock is {:.0} ms {way} the shin's: corrected by it", late_ms.abs())
            }
            Self::ClocksTooFar => f.write_str("the clocks of the two sensors are more than 50 ms apart: no knee angle, and those told so far are void; record both by one clock"),
            Self::ThighStranger => {
                f.write_str("the sensors on shin and thigh do not move as one leg: no knee angle, and those told so far are void; check that both are on the same leg, strapped firmly, and as the mount lines say")
            }
            Self::SensorsSwapped => f.write_str("the sensor on the thigh moves as the one below the knee: shin and thigh sensor are swapped; direction and knee are withheld, those told so far are void; exchange the two"),
            Self::SensorSlipped { angle_deg } => {
                write!(f, "one of the two sensors has turned by about {angle_deg:.0}° on the leg: no knee angle until you have stood still for 3 s")
            }
            Self::WatchPaused { lacking } => write!(f, "steps are not watched for stumbles and slips: {}", lacking.lacking()),
            Self::Watching => f.write_str("steps are watched for stumbles and slips"),
        }
    }
}

impl Serialize for Notice {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_struct("Notice", 4)?;
        out.serialize_field("time_s", &self.time)?;
        out.serialize_field("code", self.what.code())?;
        out.serialize_field("value", &self.what.value().map(to_milli))?;
        out.serialize_field("message", &self.what.to_string())?;
        out.end()
    }
}

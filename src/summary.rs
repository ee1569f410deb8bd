//! The last record: counts, distances, durations, data quality and the spread of each figure.

use serde::Serialize;

use crate::record::{maybe_milli, milli};
use crate::safety::watch::SafetySummary;
use crate::technique::log::TechniqueSummary;
use crate::time::SensorTime;

/// The whole capture in figures.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct Summary {
    /// Data quality.
    pub data: DataQuality,
    /// How the sensor's axes were found.
    pub mount: MountSummary,
    /// Number of strides by direction.
    pub strides: StrideCounts,
    /// Time by activity, s.
    pub durations: Durations,
    /// Backward distance of all measured strides, m.
    #[serde(serialize_with = "milli")]
    pub backward_m: f64,
    /// Forward distance of all measured strides, m.
    #[serde(serialize_with = "milli")]
    pub forward_m: f64,
    /// Spread of each figure over the valid backward strides.
    pub backward: Figures,
    /// Spread of each figure over the valid forward strides.
    pub forward: Figures,
    /// How the backward strides were taken.
    pub technique: TechniqueSummary,
    /// What was watched for, and what was not.
    pub safety: SafetySummary,
}

/// What came in.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct DataQuality {
    /// Time of the first sample, s.
    #[serde(rename = "start_s")]
    pub start: SensorTime,
    /// Time of the last sample, s.
    #[serde(rename = "end_s")]
    pub end: SensorTime,
    /// Samples taken.
    pub samples: u64,
    /// Samples with a thigh reading.
    pub thigh_samples: u64,
    /// Samples left out: time not after the one before, or not a number.
    pub rejected: u64,
    /// Samples that the rate says should be there and are not.
    pub lost: u64,
    /// Spans without samples, too long to be bridged.
    pub gaps: u32,
    /// Time in them, s.
    #[serde(serialize_with = "milli")]
    pub gap_s: f64,
    /// Samples at the end of a sensor's range.
    pub clipped: u64,
    /// Median rate, samples a second; null before two samples.
    #[serde(serialize_with = "maybe_milli")]
    pub rate_hz: Option<f64>,
}

/// What is known of the mount at the end.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct MountSummary {
    /// Where the axes come from.
    pub source: MountSource,
    /// Whether the sign of the sagittal axis is settled.
    pub sign_known: bool,
    /// Confidence in that sign, 0 to 1.
    #[serde(serialize_with = "milli")]
    pub sign_confidence: f64,
    /// Angle from the nominal upward axis to standing gravity, deg.
    #[serde(serialize_with = "maybe_milli")]
    pub tilt_deg: Option<f64>,
    /// Angle from the nominal sagittal axis to the axis of rotation, deg.
    #[serde(serialize_with = "maybe_milli")]
    pub axis_deg: Option<f64>,
    /// Gyro bias about the sagittal axis, deg/s.
    #[serde(serialize_with = "maybe_milli")]
    pub gyro_bias_dps: Option<f64>,
}

/// Where the sensor's axes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MountSource {
    /// Not known.
    #[default]
    Unknown,
    /// The capture's mount line.
    Line,
    /// The movement itself.
    Movement,
    /// A calibration.
    Calibration,
}

/// Strides by direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct StrideCounts {
    /// Backward, whole and valid.
    pub backward: u32,
    /// Forward, whole and valid.
    pub forward: u32,
    /// While turning.
    pub turning: u32,
    /// On the spot.
    pub in_place: u32,
    /// Direction not known.
    pub unknown: u32,
    /// Not to be judged: gap, first and last steps, clipped, turn, direction.
    pub invalid: u32,
}

/// Time by activity.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct Durations {
    /// Walking backward, s.
    #[serde(serialize_with = "milli")]
    pub backward_s: f64,
    /// Walking forward, s.
    #[serde(serialize_with = "milli")]
    pub forward_s: f64,
    /// Turning, s.
    #[serde(serialize_with = "milli")]
    pub turning_s: f64,
    /// Standing still, s.
    #[serde(serialize_with = "milli")]
    pub standing_s: f64,
    /// Anything else, s.
    #[serde(serialize_with = "milli")]
    pub other_s: f64,
}

/// Spread of each stride figure.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct Figures {
    /// Contact to next contact, s.
    pub stride_time_s: Spread,
    /// Steps a minute.
    pub cadence_steps_per_min: Spread,
    /// Share of the stride on the ground.
    pub stance_fraction: Spread,
    /// Toe contact to heel contact, s.
    pub roll_time_s: Spread,
    /// How well the foot was rolled down, 0 to 1.
    pub roll_quality: Spread,
    /// Fall of the ankle after contact, m, of landings that were not flat.
    pub ankle_drop_m: Spread,
    /// Stride length, m.
    pub stride_length_m: Spread,
    /// Speed, m/s.
    pub speed_mps: Spread,
    /// Rise of the ankle in swing, m.
    pub swing_lift_m: Spread,
    /// Likeness to the stride before.
    pub regularity: Spread,
    /// Smallest stance flexion of the knee, deg.
    pub knee_min_flexion_deg: Spread,
    /// Straightening of the knee from toe contact to mid-stance, deg.
    pub knee_excursion_deg: Spread,
}

/// Median and range of one figure.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct Spread {
    /// How many strides.
    pub n: u32,
    /// Median.
    #[serde(serialize_with = "maybe_milli")]
    pub median: Option<f64>,
    /// 5th percentile.
    #[serde(serialize_with = "maybe_milli")]
    pub p05: Option<f64>,
    /// 95th percentile.
    #[serde(serialize_with = "maybe_milli")]
    pub p95: Option<f64>,
}

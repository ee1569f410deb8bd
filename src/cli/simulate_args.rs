//! Flags of `simulate` that say how the sensors are worn and what the link does to their samples.

use clap::{Args, ValueEnum};

use super::capture_args::{MountLine as Said, mount, side};
use super::exit::UsageError;
use crate::mount::{Mount, Side};
use crate::sim::device::SensorKind;
use crate::sim::link::{Dropout, Faults};
use crate::sim::setup::{MountLine, Setup};
use crate::sim::strap::Misalignment;
use crate::sim::units;

/// Who wears which sensors, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Person and sensors")]
pub(super) struct WornArgs {
    /// Body height, m
    #[arg(long, value_name = "M", default_value_t = 1.72)]
    height: f64,

    /// The leg that wears the sensors: left or right
    #[arg(long, value_parser = side, default_value = "right")]
    side: Side,

    /// A second sensor on the thigh
    #[arg(long)]
    thigh: bool,

    /// Kind of sensor
    #[arg(long, value_enum, default_value_t = Sensor::Bmi270)]
    sensor: Sensor,

    /// Samples a second
    #[arg(long, value_name = "HZ", default_value_t = 100.0)]
    rate: f64,

    /// Where the shank sensor's axes point when standing; `unknown` draws it from the seed and says unknown
    #[arg(long, value_name = "MOUNT", value_parser = mount, default_value = "x=anterior,y=up,z=right")]
    mount: Said,

    /// The same for the thigh sensor
    #[arg(long, value_name = "MOUNT", value_parser = mount, requires = "thigh")]
    thigh_mount: Option<Said>,

    /// Degrees by which the sensors sit askew: about the bone's length, its front, the knee's axis [default: drawn from the seed]
    #[arg(long, value_name = "YAW,ROLL,PITCH", value_parser = askew, allow_hyphen_values = true)]
    askew: Option<Misalignment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sensor {
    /// Bosch BMI270 class
    Bmi270,
    /// ST LSM6DSO class
    Lsm6dso,
    /// Xsens MTi class
    Mti,
    /// No errors, no impacts, no soft tissue
    Ideal,
}

impl WornArgs {
    pub(super) fn apply(&self, setup: &mut Setup) -> Result<(), UsageError> {
        setup.height_m = self.height;
        setup.side = self.side;
        setup.thigh = self.thigh;
        setup.rate_hz = self.rate;
        setup.sensor = match self.sensor {
            Sensor::Bmi270 => SensorKind::Bmi270,
            Sensor::Lsm6dso => SensorKind::Lsm6dso,
            Sensor::Mti => SensorKind::Mti,
            Sensor::Ideal => SensorKind::Ideal,
        };
        setup.mount = match self.mount {
            Said(Some(mount)) => MountLine::Said(mount),
            Said(None) => MountLine::Unsaid,
        };
        setup.thigh_mount = match self.thigh_mount {
            None => Mount::IDENTITY,
            Some(Said(Some(mount))) => mount,
            Some(Said(None)) => {
                return Err(UsageError::new("`--thigh-mount unknown` is not simulated")
                    .help("say where the axes of the thigh sensor point"));
            }
        };
        setup.misalignment = self.askew;
        Ok(())
    }
}

/// What goes wrong on the way from the sensor. All of it is decided by the seed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Faults of the link [default: the scenario's, mostly none]")]
pub(super) struct FaultArgs {
    /// Share of notifications lost, in bursts of 1 to 6, like 5%
    #[arg(long, value_name = "SHARE", value_parser = share)]
    loss: Option<f64>,

    /// Largest error of a time stamp, and delay of a notification, like 3ms
    #[arg(long, value_name = "DURATION", value_parser = seconds)]
    jitter: Option<f64>,

    /// Parts per million by which the sensor's clock runs fast; negative is slow
    #[arg(long, value_name = "PPM", allow_negative_numbers = true)]
    drift: Option<f64>,

    /// One interruption, like 1.5s or 1.5s@30s; without a length 0.5 to 2 s at a time drawn from the seed
    #[arg(long, value_name = "LENGTH[@START]", value_parser = dropout, num_args = 0..=1, default_missing_value = "drawn", require_equals = false)]
    dropout: Option<Dropout>,

    /// Notifications sent again after the interruption; in files they are left out
    #[arg(long, value_name = "N")]
    duplicates: Option<u32>,
}

impl FaultArgs {
    /// The faults asked for, over those of the scenario; `None` when none is asked for.
    pub(super) fn over(&self, faults: Faults) -> Option<Faults> {
        let asked = self.loss.is_some()
            || self.jitter.is_some()
            || self.drift.is_some()
            || self.dropout.is_some()
            || self.duplicates.is_some();
        asked.then(|| Faults {
            loss: self.loss.unwrap_or(faults.loss),
            jitter_s: self.jitter.unwrap_or(faults.jitter_s),
            drift_ppm: self.drift.unwrap_or(faults.drift_ppm),
            dropout: self.dropout.or(faults.dropout),
            duplicates: self.duplicates.unwrap_or(faults.duplicates),
        })
    }
}

pub(super) fn speed(text: &str) -> Result<f64, String> {
    units::speed_mps(text).map_err(|e| e.to_string())
}

pub(super) fn seconds(text: &str) -> Result<f64, String> {
    units::seconds(text).map_err(|e| e.to_string())
}

fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = text.strip_suffix('%').map_or((text, 1.0), |n| (n, 0.01));
    match number.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value * scale),
        _ => Err("write a share like 5% or 0.05".to_owned()),
    }
}

fn dropout(text: &str) -> Result<Dropout, String> {
    if text == "drawn" {
        return Ok(Dropout { length_s: None, at_s: None });
    }
    let (length, at) = text.split_once('@').map_or((text, None), |(length, at)| (length, Some(at)));
    Ok(Dropout { length_s: Some(seconds(length)?), at_s: at.map(seconds).transpose()? })
}

fn askew(text: &str) -> Result<Misalignment, String> {
    let wrong = || "write three angles of at most 45 degrees, like 10,-5,3".to_owned();
    let angles = text
        .split(',')
        .map(|angle| angle.trim().parse::<f64>().ok().filter(|a| a.abs() <= 45.0))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(wrong)?;
    let [yaw_deg, roll_deg, pitch_deg] = angles[..] else {
        return Err(wrong());
    };
    Ok(Misalignment { yaw_deg, roll_deg, pitch_deg })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_interruptions_and_angles_are_read_as_people_write_them() {
        assert_eq!(share("5%"), Ok(0.05));
        assert_eq!(share("0.25"), Ok(0.25));
        assert!(share("five").is_err() && share("nan").is_err());
        assert_eq!(dropout("drawn"), Ok(Dropout { length_s: None, at_s: None }));
        assert_eq!(dropout("1.5s"), Ok(Dropout { length_s: Some(1.5), at_s: None }));
        assert_eq!(dropout("2s@1min"), Ok(Dropout { length_s: Some(2.0), at_s: Some(60.0) }));
        assert!(dropout("2s@").is_err() && dropout("soon").is_err());
        assert_eq!(askew("10, -5,3").map(|m| m.roll_deg), Ok(-5.0));
        for wrong in ["", "1,2", "1,2,3,4", "90,0,0", "a,b,c", "nan,0,0"] {
            assert!(askew(wrong).is_err(), "{wrong}");
        }
    }
}

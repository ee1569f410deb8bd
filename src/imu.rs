//! One moment of one or two inertial sensors.

use crate::time::SensorTime;

/// Standard gravity, m/s² (3rd CGPM, 1901).
pub const GRAVITY_MPS2: f64 = 9.806_65;

/// No sensor on a leg reads this much, in m/s² (100,000 g) or in deg/s: such a figure is a fault of the
/// recording. Below it no sum or square of readings leaves the range of a double.
const LIMIT: f64 = 1e6;

/// What one six-axis sensor reads at one moment, on its own axes or on those of its segment.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Imu {
    /// Specific force with gravity in it, m/s²: standing still it is +9.81 along the upward axis.
    pub acc_mps2: [f64; 3],
    /// Angular rate, deg/s.
    pub gyr_dps: [f64; 3],
}

impl Imu {
    /// Whether every figure is a finite number.
    pub fn is_finite(&self) -> bool {
        self.acc_mps2.iter().chain(&self.gyr_dps).all(|v| v.is_finite())
    }

    /// Whether every figure could have come from a sensor: a number, and below 1e6 of its unit.
    pub fn is_reading(&self) -> bool {
        self.acc_mps2.iter().chain(&self.gyr_dps).all(|v| v.abs() < LIMIT)
    }
}

/// One row of a capture: the shank sensor, and the thigh sensor where it has a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When the sensor took it, on the capture's clock.
    pub time: SensorTime,
    /// The sensor on the shin.
    pub shank: Imu,
    /// The optional sensor on the thigh.
    pub thigh: Option<Imu>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_sensor_reads_is_no_reading() {
        let imu = |x: f64| Imu { acc_mps2: [0.0, 9.81, 0.0], gyr_dps: [0.0, 0.0, x] };
        for x in [0.0, -2000.0, 35_000.0] {
            assert!(imu(x).is_reading(), "{x}");
        }
        for x in [f64::NAN, f64::INFINITY, -1e300, 1e6] {
            assert!(!imu(x).is_reading(), "{x}");
        }
        assert!(imu(1e300).is_finite() && !imu(f64::NAN).is_finite());
    }
}

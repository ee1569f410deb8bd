//! One moment of one or two inertial sensors.

use crate::time::SensorTime;

/// Standard gravity, m/s² (3rd CGPM, 1901).
pub const GRAVITY_MPS2: f64 = 9.806_65;

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

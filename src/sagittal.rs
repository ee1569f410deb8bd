//! What the shank does in its sagittal plane: the signals that every later stage reads.
//!
//! Input is one pose of the shank and how its sensor sits; output is one [`Motion`]. All signals in it are
//! filtered alike and share one time, so that a landmark found in one can be compared with a landmark
//! found in another.

use std::f64::consts::PI;

use crate::imu::GRAVITY_MPS2;
use crate::orient::attitude::{Pose, Trust};
use crate::orient::quat::{Matrix, apply, dot};
use crate::signal::filter::{Biquad, Channel};
use crate::signal::grid::{CELL_RATE_HZ, CELL_S};

/// Radians to a degree.
pub const RAD: f64 = PI / 180.0;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Cut-off of the low-pass on all signals, Hz. Default 15: the sagittal rate of a walking shank has
    /// its power below 6 Hz (Salarian et al. 2004), impacts ring above 12.
    pub low_pass_hz: f64,
    /// Distance from the sensor to the ankle's centre along the shank, m.
    pub ankle_m: f64,
}

/// The sagittal plane at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Motion {
    /// Time, s after the grid's start: the middle of the cell, less the low-pass's delay.
    pub t: f64,
    /// Sine and cosine of the shank's inclination, positive with the ankle ahead of the knee. (The angle
    /// itself is [`Self::theta_deg`]: few need it, and it is dear.)
    pub tilt: [f64; 2],
    /// Sagittal angular rate, deg/s, low-passed.
    pub omega_dps: f64,
    /// Its derivative, deg/s².
    pub alpha_dps2: f64,
    /// Acceleration of the sensor toward where the person faces, m/s².
    pub forward_mps2: f64,
    /// Acceleration of the ankle upward, m/s².
    pub ankle_up_mps2: f64,
    /// Acceleration of the ankle forward, m/s².
    pub ankle_forward_mps2: f64,
    /// Acceleration of the sensor upward, m/s².
    pub up_mps2: f64,
    /// Rate of turning about the vertical, deg/s, positive to the left.
    pub yaw_dps: f64,
    /// The sensor is at rest.
    pub rest: bool,
    /// A sample in it was at the end of a sensor's range.
    pub clipped: bool,
    /// It lies in a hole between samples: drawn, not measured.
    pub missing: bool,
    /// How far the inclination can be believed.
    pub trust: Trust,
}

impl Motion {
    /// Inclination of the shank, deg; positive with the ankle ahead of the knee.
    pub fn theta_deg(&self) -> f64 {
        libm::atan2(self.tilt[0], self.tilt[1]) / RAD
    }

    /// Acceleration upward of the ankle's centre, which lies `ahead_m` behind the line below the sensor,
    /// m/s². [`Self::ankle_up_mps2`] is that of the point on the line: cheaper, and as good for telling a
    /// change; this one is at rest while the foot is.
    pub fn ankle_centre_up_mps2(&self, ahead_m: f64) -> f64 {
        let [sin, cos] = self.tilt;
        let rate = self.omega_dps * RAD;
        self.ankle_up_mps2 + ahead_m * (rate * rate * sin - self.alpha_dps2 * RAD * cos)
    }
}

/// From poses to the sagittal plane.
#[derive(Clone, Debug)]
pub struct Sagittal {
    filter: Biquad,
    delay_s: f64,
    ankle_m: f64,
    omega: Channel,
    acc: [Channel; 2],
    /// Filtered signals of the last two cells.
    filtered: [Plane; 2],
    /// Sine and cosine of the inclination in the last three cells.
    tilt: [[f64; 2]; 3],
    started: bool,
}

impl Sagittal {
    /// A stage that starts with the next cell.
    pub fn new(params: &Params) -> Self {
        let filter = Biquad::low_pass(params.low_pass_hz, CELL_RATE_HZ);
        Self {
            filter,
            // The derivative is the difference of neighbours, so everything waits one cell for it.
            delay_s: filter.delay_samples() * CELL_S + CELL_S,
            ankle_m: params.ankle_m,
            omega: Channel::default(),
            acc: [Channel::default(); 2],
            filtered: [Plane::default(); 2],
            tilt: [[0.0, 1.0]; 3],
            started: false,
        }
    }

    /// How late its output is, s.
    pub fn delay_s(&self) -> f64 {
        self.delay_s
    }

    /// Starts anew after a hole in the samples.
    pub fn restart(&mut self) {
        self.started = false;
    }

    /// Takes one pose; `mount` turns the axes it is given in to those of the shank.
    pub fn step(&mut self, pose: &Pose, mount: &Matrix) -> Motion {
        let shank = &pose.shank;
        let up = apply(mount, shank.up);
        let acc = apply(mount, shank.acc_mps2);
        let omega = dot(mount[2], shank.gyr_dps);
        let yaw_dps = dot(shank.gyr_dps, shank.up);
        let tilt = [up[0], up[1]];

        // Specific force along the horizontal that the shank's front points to, and along the vertical.
        let vertical = dot(acc, up);
        let front = 1.0 - up[0] * up[0];
        let forward = if front > 1e-6 { (acc[0] - up[0] * vertical) / front.sqrt() } else { 0.0 };

        let now = Plane { omega, forward, up: vertical - GRAVITY_MPS2 };
        if !self.started {
            self.started = true;
            self.omega.settle(&self.filter, now.omega);
            self.acc[0].settle(&self.filter, now.forward);
            self.acc[1].settle(&self.filter, now.up);
            self.filtered = [now; 2];
            self.tilt = [tilt; 3];
        }
        let now = Plane {
            omega: self.omega.step(&self.filter, now.omega),
            forward: self.acc[0].step(&self.filter, now.forward),
            up: self.acc[1].step(&self.filter, now.up),
        };
        let [before, middle] = self.filtered;
        self.filtered = [middle, now];
        let alpha_dps2 = (now.omega - before.omega) / (2.0 * CELL_S);
        // The inclination is not low-passed; two and a half cells ago it was where the rest is now.
        let [old, young, last] = self.tilt;
        self.tilt = [young, last, tilt];
        let (sin, cos) = (old[0] + young[0], old[1] + young[1]);
        let scale = 1.0 / (sin * sin + cos * cos).sqrt().max(f64::MIN_POSITIVE);
        let (sin, cos) = (sin * scale, cos * scale);

        // The ankle turns about the sensor: tangential and centripetal acceleration, in earth axes.
        let rate = middle.omega * RAD;
        let (tangential, radial) = (alpha_dps2 * RAD * self.ankle_m, rate * rate * self.ankle_m);
        Motion {
            t: pose.t - self.delay_s,
            tilt: [sin, cos],
            omega_dps: middle.omega,
            alpha_dps2,
            forward_mps2: middle.forward,
            up_mps2: middle.up,
            ankle_forward_mps2: middle.forward + tangential * cos - radial * sin,
            ankle_up_mps2: middle.up + tangential * sin + radial * cos,
            yaw_dps,
            rest: pose.rest,
            clipped: pose.clipped,
            missing: pose.missing,
            trust: pose.trust,
        }
    }
}

/// The three filtered signals.
#[derive(Clone, Copy, Debug, Default)]
struct Plane {
    omega: f64,
    forward: f64,
    up: f64,
}

/// Inclination of a segment in its sagittal plane, deg, from the vertical in its own axes.
pub fn inclination_deg(up: [f64; 3]) -> f64 {
    libm::atan2(up[0], up[1]) / RAD
}

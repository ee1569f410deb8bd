//! Which way, and how fast, the sensor moves over the ground (or the belt).
//!
//! While the foot is planted the shank turns about the ankle like an inverted pendulum, so the sensor
//! moves forward with `-omega * r * cos(theta)` (Li, Young, Naing, Donelan 2010,
//! <https://doi.org/10.1016/j.jbiomech.2010.02.004>). From there the velocity is integrated through the swing. On a
//! belt of constant speed this is the velocity relative to the belt, so it works on treadmills.

use crate::sagittal::{Motion, RAD};
use crate::signal::grid::CELL_S;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Distance from the sensor to the ankle's centre along the shank, m.
    pub ankle_m: f64,
    /// Acceleration of the ankle that is still planted, m/s². Default 2: a tilt error of 5° reads as
    /// 0.9, sensor offset and soft tissue as much again.
    pub planted_mps2: f64,
    /// Sagittal rate that is still planted, deg/s. Default 110: the shank rolls over the planted foot
    /// at 40 to 100 deg/s.
    pub planted_dps: f64,
    /// How long it must hold to count as planted, s. Default 0.06: in swing the ankle's acceleration
    /// passes through zero in less.
    pub planted_s: f64,
    /// Error of the velocity once planted, m/s. Default 0.08: 0.28 m at a rate error of 15 deg/s.
    pub planted_sigma_mps: f64,
    /// Growth of that error in flight, m/s². Default 0.6: a tilt error of 3.5°.
    pub drift_mps2: f64,
}

/// Error of the velocity before anything is known, m/s: faster than anyone walks.
const UNKNOWN_MPS: f64 = 3.0;

/// Share of the remaining error that one planted cell removes. A planted foot lasts 20 cells and more;
/// a fifth each lets one bad cell do little harm.
const CORRECTION: f64 = 0.2;

/// Velocity of the sensor.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Velocity {
    /// Toward where the person faces, m/s.
    pub forward_mps: f64,
    /// One standard deviation of its error, m/s.
    pub sigma_mps: f64,
    /// The foot is planted.
    pub planted: bool,
}

/// The integrator.
#[derive(Clone, Debug)]
pub struct Progress {
    params: Params,
    velocity: Velocity,
    quiet_s: f64,
}

impl Progress {
    /// Nothing known.
    pub fn new(params: Params) -> Self {
        let velocity = Velocity {
            sigma_mps: UNKNOWN_MPS,
            ..Velocity::default()
        };
        Self {
            params,
            velocity,
            quiet_s: 0.0,
        }
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        *self = Self::new(self.params);
    }

    /// Takes one cell.
    pub fn step(&mut self, m: &Motion) -> Velocity {
        let p = &self.params;
        let v = &mut self.velocity;
        v.forward_mps += m.forward_mps2 * CELL_S;
        v.sigma_mps = (v.sigma_mps + p.drift_mps2 * CELL_S).min(UNKNOWN_MPS);
        let quiet = m.ankle_forward_mps2.abs() < p.planted_mps2
            && m.ankle_up_mps2.abs() < p.planted_mps2
            && m.omega_dps.abs() < p.planted_dps;
        self.quiet_s = if quiet { self.quiet_s + CELL_S } else { 0.0 };
        v.planted = self.quiet_s > p.planted_s - CELL_S / 2.0;
        if v.planted {
            let pendulum = -m.omega_dps * RAD * p.ankle_m * libm::cos(m.theta_deg * RAD);
            v.forward_mps += CORRECTION * (pendulum - v.forward_mps);
            v.sigma_mps += CORRECTION * (p.planted_sigma_mps - v.sigma_mps);
        }
        *v
    }
}

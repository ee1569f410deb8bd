//! Quiet standing: where gravity is when the leg is upright.

use super::attitude::Attitude;
use super::quat::{dot, unit};
use crate::imu::GRAVITY_MPS2;
use crate::signal::grid::CELL_S;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Angular rate that is still quiet, deg/s (all axes together). Default 8: a planted shank rolls on at
    /// 10 and more.
    pub rate_dps: f64,
    /// Deviation of the specific force from gravity that is still quiet, m/s². Default 0.5: sensor
    /// offsets of 20 mg and sway.
    pub force_mps2: f64,
    /// How long it must hold, s. Default 0.4.
    pub hold_s: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { rate_dps: 8.0, force_mps2: 0.5, hold_s: 0.4 }
    }
}

/// Follows quiet spells.
#[derive(Clone, Debug)]
pub struct Standing {
    params: Params,
    quiet_s: f64,
    sum: [f64; 3],
    /// Length of the spell at which it is told next, s.
    next_s: f64,
}

impl Standing {
    /// Before the first sample.
    pub fn new(params: Params) -> Self {
        Self { params, quiet_s: 0.0, sum: [0.0; 3], next_s: params.hold_s }
    }

    /// Begins again.
    pub fn restart(&mut self) {
        *self = Self::new(self.params);
    }

    /// How long the sensor has been quiet, s.
    pub fn quiet_s(&self) -> f64 {
        self.quiet_s
    }

    /// Takes one moment. Once a spell is long enough, and again each time it has doubled, tells the
    /// mean direction of specific force in it.
    pub fn step(&mut self, a: &Attitude) -> Option<[f64; 3]> {
        let p = &self.params;
        let rate2 = dot(a.gyr_dps, a.gyr_dps);
        let force2 = dot(a.acc_mps2, a.acc_mps2);
        let (least, most) = (GRAVITY_MPS2 - p.force_mps2, GRAVITY_MPS2 + p.force_mps2);
        if rate2 > p.rate_dps * p.rate_dps || !(least * least..=most * most).contains(&force2) {
            self.restart();
            return None;
        }
        self.quiet_s += CELL_S;
        for (s, v) in self.sum.iter_mut().zip(a.acc_mps2) {
            *s += v;
        }
        if self.quiet_s < self.next_s {
            return None;
        }
        self.next_s *= 2.0;
        unit(self.sum)
    }
}

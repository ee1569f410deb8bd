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

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
mod tests {
    use super::*;

    fn quiet(up: [f64; 3]) -> Attitude {
        Attitude { acc_mps2: up.map(|u| u * 9.81), gyr_dps: [1.0, -0.5, 2.0], up }
    }

    /// When standing is told, s.
    fn told(seconds: f64, at: impl Fn(f64) -> Attitude) -> Vec<f64> {
        let mut standing = Standing::new(Params::default());
        let times = (1..=(seconds / CELL_S) as u32).map(|k| f64::from(k) * CELL_S);
        times.filter(|t| standing.step(&at(*t)).is_some()).collect()
    }

    #[test]
    fn a_quiet_spell_is_told_when_it_is_long_enough_and_each_time_it_has_doubled() {
        let times = told(4.0, |_| quiet([0.0, 1.0, 0.0]));
        assert_eq!(times.len(), 4);
        for (t, want) in times.iter().zip([0.4, 0.8, 1.6, 3.2]) {
            assert!((t - want).abs() < 1.5 * CELL_S, "{times:?}");
        }
    }

    #[test]
    fn a_rate_or_a_push_begins_it_again() {
        let rate = Attitude { gyr_dps: [0.0, 0.0, 9.0], ..quiet([0.0, 1.0, 0.0]) };
        let push = Attitude { acc_mps2: [0.0, 10.5, 0.0], ..quiet([0.0, 1.0, 0.0]) };
        for disturbed in [rate, push] {
            let times =
                told(1.2, |t| if (t - 0.35).abs() < 0.004 { disturbed } else { quiet([0.0, 1.0, 0.0]) });
            assert!((times[0] - 0.75).abs() < 1.5 * CELL_S, "{times:?}");
        }
    }

    #[test]
    fn what_is_told_is_the_mean_direction_as_a_unit_vector() {
        let mut standing = Standing::new(Params::default());
        let mut up = None;
        for k in 0..40 {
            let x = if k % 2 == 0 { 0.05 } else { -0.01 };
            up = standing.step(&quiet(unit([x, 1.0, 0.0]).unwrap())).or(up);
        }
        let up = up.unwrap();
        assert!((dot(up, up) - 1.0).abs() < 1e-12 && (up[0] - 0.02).abs() < 1e-3, "{up:?}");
        standing.restart();
        assert_eq!(standing.quiet_s(), 0.0);
    }
}

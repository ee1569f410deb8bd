//! Which way, and how fast, the sensor moves over the ground (or the belt).
//!
//! While the foot is planted the shank turns about the ankle like an inverted pendulum, so the sensor
//! moves forward with `-omega * r * cos(theta)` (Li, Young, Naing, Donelan 2010,
//! J. Biomech. 43:1640, <https://pubmed.ncbi.nlm.nih.gov/20185136/>). From there the velocity is
//! integrated through the swing. On a belt of constant speed this is the velocity relative to the belt, so it works on treadmills.

use crate::sagittal::{Motion, RAD};
use crate::signal::grid::CELL_S;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Distance from the sensor to the ankle's centre along the shank, m.
    pub ankle_m: f64,
    /// Acceleration of the ankle that is still planted, m/s²: forward and upward. Default 3.5 and 2: a
    /// tilt error of 10° reads as 1.7 forward and as 0.15 upward; sensor offset, soft tissue and the
    /// ankle's own roll over the foot come on top.
    pub planted_mps2: [f64; 2],
    /// Sagittal rate that is still planted, deg/s: at most, and whatever else is true. Default 110 and
    /// 40: the shank rolls over the planted foot at 40 to 100 deg/s.
    pub planted_dps: [f64; 2],
    /// The same as a share of the fastest rate of late. Default 0.55: the swing of a slow walk is slower
    /// than the stance of a fast one.
    pub planted_share: f64,
    /// How fast that fastest rate is forgotten, s. Default 5: two slow strides.
    pub forget_s: f64,
    /// How long it must hold to count as planted, s. Default 0.06: in swing the ankle's acceleration
    /// passes through zero in less.
    pub planted_s: f64,
    /// A jump by more than this many of its own errors (default 2.5) is not believed ...
    pub gate_sigmas: f64,
    /// ... until the ankle has been quiet for this long, s. Default 0.25: a slow leg can swing at a
    /// constant velocity for almost that long.
    pub gate_s: f64,
    /// Error of the velocity once planted, m/s. Default 0.08: 0.28 m at a rate error of 15 deg/s.
    pub planted_sigma_mps: f64,
    /// Growth of that error in flight, m/s². Default 0.6: a tilt error of 3.5°.
    pub drift_mps2: f64,
    /// The same on top while the inclination has not settled, m/s². Default 1.2: 7° more.
    pub unsettled_mps2: f64,
    /// The same on top in cells that are clipped or missing, m/s². Default 4: half a gravity.
    pub unmeasured_mps2: f64,
    /// Time constant of that settling, s; a tenth of it while standing. Default 1.5: the levelling's own,
    /// with its bias still unknown.
    pub settling_s: f64,
    /// Sagittal rate that is still standing, deg/s. Default 15: sway is below 5, the slowest planted shank
    /// turns by 20.
    pub standing_dps: f64,
}

impl Params {
    /// Defaults for a sensor `ankle_m` above the ankle.
    pub fn new(ankle_m: f64) -> Self {
        Self {
            ankle_m,
            planted_mps2: [3.5, 2.0],
            planted_dps: [110.0, 40.0],
            planted_share: 0.55,
            forget_s: 5.0,
            planted_s: 0.06,
            gate_sigmas: 2.5,
            gate_s: 0.25,
            planted_sigma_mps: 0.08,
            drift_mps2: 0.6,
            unsettled_mps2: 1.2,
            unmeasured_mps2: 4.0,
            settling_s: 1.5,
            standing_dps: 15.0,
        }
    }
}

/// Error of the velocity before anything is known, m/s: faster than anyone walks.
const UNKNOWN_MPS: f64 = 3.0;

/// Time constant, s, with which a velocity that is not known any more is forgotten: longer than any stride, so that
/// its course within one stays. An ankle that is never quiet for long enough (walking above 1.2 m/s) would let it grow
/// without end.
const FORGOTTEN_S: f64 = 5.0;

/// Share of the remaining error that one planted cell removes. A planted foot lasts 20 cells and more;
/// a fifth each lets one bad cell do little harm.
const CORRECTION: f64 = 0.2;

/// Velocity of the sensor.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Velocity {
    /// Of the sensor, toward where the person faces, m/s.
    pub forward_mps: f64,
    /// Of the point half way between sensor and ankle. In swing it moves fast the way the person
    /// walks, while the sensor itself may almost stand (the knee leads it); in stance it moves slowly
    /// the same way.
    pub low_mps: f64,
    /// One standard deviation of its error, m/s.
    pub sigma_mps: f64,
    /// The foot is planted.
    pub planted: bool,
    /// The ankle rests for long enough to be planted, whatever the velocity says.
    pub resting: bool,
}

/// The integrator.
#[derive(Clone, Debug)]
pub struct Progress {
    params: Params,
    velocity: Velocity,
    quiet_s: f64,
    /// Fastest rate of late, deg/s.
    fastest_dps: f64,
    /// Growth of the error because the inclination has not settled yet, m/s².
    unsettled_mps2: f64,
}

impl Progress {
    /// Nothing known.
    pub fn new(params: Params) -> Self {
        let velocity = Velocity { sigma_mps: UNKNOWN_MPS, ..Velocity::default() };
        Self {
            params,
            velocity,
            quiet_s: 0.0,
            fastest_dps: params.planted_dps[0] / params.planted_share,
            unsettled_mps2: params.unsettled_mps2,
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
        // Standing still the accelerometer reads the vertical itself.
        let standing = self.quiet_s > p.planted_s && m.omega_dps.abs() < p.standing_dps;
        let settling_s = if standing { p.settling_s / 10.0 } else { p.settling_s };
        self.unsettled_mps2 *= 1.0 - CELL_S / settling_s;
        let unmeasured = if m.clipped || m.missing { p.unmeasured_mps2 } else { 0.0 };
        let drift = p.drift_mps2 + self.unsettled_mps2 + unmeasured;
        v.sigma_mps = (v.sigma_mps + drift * CELL_S).min(UNKNOWN_MPS);
        if v.sigma_mps >= UNKNOWN_MPS {
            v.forward_mps *= 1.0 - CELL_S / FORGOTTEN_S;
        }
        self.fastest_dps = (self.fastest_dps * (1.0 - CELL_S / p.forget_s)).max(m.omega_dps.abs());
        let [most, least] = p.planted_dps;
        let planted_dps = (p.planted_share * self.fastest_dps).clamp(least, most);
        let quiet = m.ankle_forward_mps2.abs() < p.planted_mps2[0]
            && m.ankle_up_mps2.abs() < p.planted_mps2[1]
            && m.omega_dps.abs() < planted_dps;
        self.quiet_s = if quiet { self.quiet_s + CELL_S } else { 0.0 };
        let turning = m.omega_dps * RAD * p.ankle_m * m.tilt[1];
        let jump = -turning - v.forward_mps;
        let believable = jump.abs() < p.gate_sigmas * v.sigma_mps.max(2.0 * p.planted_sigma_mps);
        v.resting = self.quiet_s > p.planted_s - CELL_S / 2.0;
        v.planted = v.resting && (believable || self.quiet_s > p.gate_s);
        if v.planted {
            v.forward_mps += CORRECTION * jump;
            v.sigma_mps += CORRECTION * (p.planted_sigma_mps - v.sigma_mps);
        }
        v.low_mps = v.forward_mps + 0.5 * turning;
        *v
    }
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
mod tests {
    use super::*;

    const ANKLE_M: f64 = 0.28;

    /// A shank that turns about its ankle at a constant rate.
    fn planted(t: f64, omega_dps: f64) -> Motion {
        let theta = (-10.0 + omega_dps * t) * RAD;
        Motion { t, tilt: [theta.sin(), theta.cos()], omega_dps, ..Motion::default() }
    }

    fn after(seconds: f64, progress: &mut Progress, at: impl Fn(f64) -> Motion) -> Velocity {
        let mut v = Velocity::default();
        for k in 0..(seconds / CELL_S) as u32 {
            v = progress.step(&at(f64::from(k) * CELL_S));
        }
        v
    }

    #[test]
    fn a_leg_at_rest_does_not_move() {
        let v = after(1.0, &mut Progress::new(Params::new(ANKLE_M)), |t| planted(t, 0.0));
        assert!(v.planted && v.forward_mps.abs() < 1e-9 && v.low_mps.abs() < 1e-9, "{v:?}");
        assert!(v.sigma_mps < 0.15, "{v:?}");
    }

    #[test]
    fn a_planted_pendulum_moves_as_it_turns_and_its_ankle_stands() {
        for omega in [-30.0, 30.0] {
            let mut progress = Progress::new(Params::new(ANKLE_M));
            let v = after(0.6, &mut progress, |t| planted(t, omega));
            let theta = (-10.0 + omega * 0.59) * RAD;
            let want = -omega * RAD * ANKLE_M * theta.cos();
            assert!(v.planted && (v.forward_mps - want).abs() < 0.005, "{omega}: {v:?} {want}");
            // Half way down it is half as fast, so the ankle's own velocity is zero.
            assert!((v.low_mps - want / 2.0).abs() < 0.005, "{v:?}");
            let ankle = 2.0 * v.low_mps - v.forward_mps;
            assert!(ankle.abs() < 0.01, "{ankle}");
        }
    }

    #[test]
    fn a_swing_is_integrated_and_grows_less_sure() {
        let mut progress = Progress::new(Params::new(ANKLE_M));
        let before = after(1.5, &mut progress, |t| planted(t, 0.0));
        // 6 m/s² for 0.2 s with a fast shank: in flight.
        let swing = |t: f64| Motion {
            t,
            tilt: [0.0, 1.0],
            omega_dps: 200.0,
            forward_mps2: 6.0,
            ankle_forward_mps2: 9.0,
            ..Motion::default()
        };
        let v = after(0.2, &mut progress, swing);
        assert!(!v.planted && (v.forward_mps - 1.2).abs() < 0.02, "{v:?}");
        assert!(v.sigma_mps > before.sigma_mps + 0.1, "{before:?} {v:?}");
        // Cells that are drawn across a hole cost more of it.
        let mut holed = Progress::new(Params::new(ANKLE_M));
        after(1.5, &mut holed, |t| planted(t, 0.0));
        let drawn = after(0.2, &mut holed, |t| Motion { missing: true, ..swing(t) });
        assert!(drawn.sigma_mps > v.sigma_mps + 0.5, "{drawn:?}");
    }

    #[test]
    fn before_anything_is_known_nothing_is_claimed() {
        let mut progress = Progress::new(Params::new(ANKLE_M));
        let first = progress.step(&planted(0.0, 0.0));
        assert!(!first.planted && first.sigma_mps >= UNKNOWN_MPS, "{first:?}");
        after(1.0, &mut progress, |t| planted(t, 0.0));
        progress.reset();
        assert!(progress.step(&planted(0.0, 0.0)).sigma_mps >= UNKNOWN_MPS);
    }
}

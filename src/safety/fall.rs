//! Falls, by inclination and impact: no axes, no strides, no gyroscope are needed.
//!
//! Upright is where gravity usually is in the sensor while the leg is on its way: the nominal axis of a
//! given mount, and in any case the slow mean of the specific force. Who lies has it far from there.

use super::rule::Rule;
use super::tuning::Tuning;
use crate::imu::GRAVITY_MPS2;
use crate::orient::quat::dot;
use crate::record::Evidence;
use crate::sagittal::RAD;
use crate::signal::grid::CELL_S;

/// Time constant of the direction that is held against upright, s: a swing passes, lying does not.
const QUICK_S: f64 = 0.15;
/// Time constant of upright, s: some strides.
const SLOW_S: f64 = 5.0;
/// Time after which upright is known without a mount line, s.
const LEARN_S: f64 = 2.0;
/// A leg inclined less than this is upright, deg.
const UPRIGHT_DEG: f64 = 30.0;
/// Time without weight that is a free fall, s.
const FREE_S: f64 = 0.1;
/// Out of a walk, and after an impact so many times the limit, so much of the lying time is enough.
const CLEAR: (f64, f64) = (1.5, 0.3);

/// The rule.
#[derive(Clone, Debug)]
pub struct FallRule {
    cos_lying: f64,
    impact2: f64,
    free2: f64,
    lying_s: f64,
    within_s: f64,
    quick: [f64; 3],
    upright: [f64; 3],
    known_s: f64,
    free_s: f64,
    /// Last impact: when, and how hard (squared, (m/s²)²).
    impact: (f64, f64),
    /// End of the last free fall.
    fell: f64,
    /// Last moment upright.
    stood: f64,
    /// Since when the leg lies.
    lies: Option<f64>,
    /// An impact or a free fall belongs to this lying.
    told: bool,
}

impl FallRule {
    /// With these limits; `mounted` when the sensor's nominal axes are those of the shank.
    pub fn new(tuning: &Tuning, mounted: bool) -> Self {
        let get = |place| tuning.get(Rule::Fall, place);
        let g2 = GRAVITY_MPS2 * GRAVITY_MPS2;
        let up = [0.0, GRAVITY_MPS2, 0.0];
        Self {
            cos_lying: libm::cos(get(2) * RAD),
            impact2: get(3) * get(3) * g2,
            free2: get(4) * get(4) * g2,
            lying_s: get(5),
            within_s: get(6),
            quick: up,
            upright: up,
            known_s: if mounted { LEARN_S } else { 0.0 },
            free_s: 0.0,
            impact: (f64::NEG_INFINITY, 0.0),
            fell: f64::NEG_INFINITY,
            stood: f64::NEG_INFINITY,
            lies: None,
            told: false,
        }
    }

    /// The samples broke off.
    pub fn restart(&mut self) {
        self.free_s = 0.0;
        self.lies = None;
        self.told = false;
    }

    /// Takes one cell: its specific force, the highest (squared) of the samples in it, and whether the
    /// person walked a moment ago. Tells a fall: its onset and the figures.
    pub fn step(&mut self, t: f64, force: [f64; 3], peak2: f64, walked: bool) -> Option<(f64, Evidence)> {
        if self.known_s == 0.0 {
            self.quick = force;
            self.upright = force;
        }
        let quick = CELL_S / QUICK_S;
        for (q, f) in self.quick.iter_mut().zip(force) {
            *q += quick * (f - *q);
        }
        if peak2 > self.impact2 {
            // The hardest of late counts.
            if t - self.impact.0 > self.within_s || peak2 > self.impact.1 {
                self.impact = (t, peak2);
            }
        }
        let force2 = dot(force, force);
        self.free_s = if force2 < self.free2 { self.free_s + CELL_S } else { 0.0 };
        if self.free_s > FREE_S {
            self.fell = t;
        }
        let size2 = dot(self.quick, self.quick) * dot(self.upright, self.upright);
        let along = dot(self.quick, self.upright);
        let beyond = |cos: f64| along < 0.0 || along * along < cos * cos * size2;
        if !beyond(self.cos_lying) {
            self.lies = None;
            self.told = false;
            let slow = CELL_S / if self.known_s < LEARN_S { LEARN_S } else { SLOW_S };
            for (u, f) in self.upright.iter_mut().zip(self.quick) {
                *u += slow * (f - *u);
            }
            self.known_s += CELL_S;
            const UPRIGHT_COS: f64 = 0.866_025_403_784_438_6;
            debug_assert!((UPRIGHT_COS - libm::cos(UPRIGHT_DEG * RAD)).abs() < 1e-12);
            if self.known_s >= LEARN_S && !beyond(UPRIGHT_COS) {
                self.stood = t;
            }
            return None;
        }
        let since = *self.lies.get_or_insert(t);
        if self.told || since - self.stood > self.within_s {
            return None;
        }
        let near = |at: f64| at > since - self.within_s && at < since + self.within_s;
        let (hit, fell) = (near(self.impact.0), near(self.fell));
        if !hit && !fell {
            return None;
        }
        let clear = walked && hit && self.impact.1 > CLEAR.0 * CLEAR.0 * self.impact2;
        if t - since < if clear { CLEAR.1 * self.lying_s } else { self.lying_s } {
            return None;
        }
        self.told = true;
        let inclination = libm::acos((along / size2.sqrt().max(1e-9)).clamp(-1.0, 1.0)) / RAD;
        let mut evidence =
            Evidence::default().with("inclination_deg", inclination).with("lying_s", t - since);
        if hit {
            evidence = evidence.with("impact_g", self.impact.1.sqrt() / GRAVITY_MPS2);
        }
        Some((self.stood.max(since - self.within_s), evidence))
    }

    /// Whether the leg still lies.
    pub fn lies(&self) -> bool {
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stands for 5 s, turns over within `over_s`, is hit by `impact_g`, and lies at `angle_deg`.
    fn play(angle_deg: f64, over_s: f64, impact_g: f64, lies_s: f64) -> Option<(f64, f64)> {
        let mut rule = FallRule::new(&Tuning::default(), true);
        let mut found = None;
        let n = |s: f64| libm::round(s / CELL_S);
        let mut t = 0.0;
        while t < 5.0 + over_s + lies_s {
            let turned = ((t - 5.0) / over_s).clamp(0.0, 1.0) * angle_deg * RAD;
            let hit = n(t) == n(5.0 + over_s);
            let g = if hit { impact_g * GRAVITY_MPS2 } else { GRAVITY_MPS2 };
            let force = [GRAVITY_MPS2 * libm::sin(turned), GRAVITY_MPS2 * libm::cos(turned), 0.0];
            if let Some((onset, _)) = rule.step(t, force, g * g, false) {
                found = Some((onset, t));
            }
            t += CELL_S;
        }
        found
    }

    #[test]
    fn a_fall_is_told_once_after_lying_and_its_onset_is_the_last_upright_moment() {
        let (onset, at) = play(80.0, 0.8, 4.0, 5.0).unwrap();
        assert!((5.0..5.6).contains(&onset) && (6.3..7.4).contains(&at), "{onset} {at}");
    }

    #[test]
    fn lying_down_slowly_without_an_impact_and_a_raised_leg_are_none() {
        assert_eq!(play(80.0, 3.0, 1.1, 5.0), None);
        assert_eq!(play(40.0, 0.8, 4.0, 5.0), None);
        assert_eq!(play(80.0, 0.3, 4.0, 0.5), None, "a swing passes");
    }
}

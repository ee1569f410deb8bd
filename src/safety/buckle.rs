//! A knee that gives way.
//!
//! In backward stance the shank turns forward over a planted foot. When the knee gives way it falls
//! back while the ankle stays where it is; when a swing begins, the ankle moves.

use super::rule::Rule;
use super::tuning::Tuning;
use crate::record::Evidence;
use crate::sagittal::Motion;
use crate::signal::grid::CELL_S;

/// Rate below which the shank falls back, deg/s.
const BACK_DPS: f64 = -10.0;
/// Longest fall that is looked at, s.
const LONGEST_S: f64 = 0.3;
/// Least time at the rate limit, s.
const LEAST_S: f64 = 0.03;
/// Share of the drop that this person's stride does not show there.
const ODD: f64 = 0.4;
/// Time constant of the knee's rate, s.
const KNEE_S: f64 = 0.03;

/// The rule.
#[derive(Clone, Debug)]
pub struct BuckleRule {
    rate_dps: f64,
    drop_deg: f64,
    ankle_mps: f64,
    knee_dps: f64,
    knee_deg: f64,
    since_s: f64,
    fast_s: f64,
    drop: f64,
    steepest: f64,
    ankle: [f64; 2],
    /// Knee: last angle, its rate, and how far it has bent.
    knee: Option<f64>,
    knee_rate: f64,
    bent: f64,
    told: bool,
}

impl BuckleRule {
    /// With these limits.
    pub fn new(tuning: &Tuning) -> Self {
        let get = |place| tuning.get(Rule::KneeGivingWay, place);
        Self {
            rate_dps: get(2),
            drop_deg: get(3),
            ankle_mps: get(4),
            knee_dps: get(5),
            knee_deg: get(6),
            since_s: 0.0,
            fast_s: 0.0,
            drop: 0.0,
            steepest: 0.0,
            ankle: [0.0; 2],
            knee: None,
            knee_rate: 0.0,
            bent: 0.0,
            told: false,
        }
    }

    /// Nothing is under way.
    pub fn restart(&mut self) {
        self.since_s = 0.0;
        self.knee = None;
    }

    /// Takes one moment of a stance (`bears`) or not, and how far the shank has turned of late that it
    /// never turns there. Tells a knee that gives way: its onset and the
    /// figures.
    pub fn step(
        &mut self,
        m: &Motion,
        knee_deg: Option<f64>,
        bears: bool,
        turned_deg: f64,
    ) -> Option<(f64, Evidence)> {
        let bent = self.bend(knee_deg);
        if m.omega_dps > BACK_DPS || self.since_s > LONGEST_S {
            if m.omega_dps > BACK_DPS {
                self.since_s = 0.0;
            }
            self.fast_s = 0.0;
            self.drop = 0.0;
            self.steepest = 0.0;
            self.ankle = [0.0; 2];
            self.told = false;
            return None;
        }
        self.since_s += CELL_S;
        self.drop -= m.omega_dps * CELL_S;
        self.steepest = self.steepest.max(-m.omega_dps);
        self.ankle[0] += m.ankle_forward_mps2 * CELL_S;
        self.ankle[1] += m.ankle_up_mps2 * CELL_S;
        if -m.omega_dps > self.rate_dps {
            self.fast_s += CELL_S;
        }
        let ankle = (self.ankle[0] * self.ankle[0] + self.ankle[1] * self.ankle[1]).sqrt();
        // A shank that turns back at this point of other strides too does not give way.
        let odd = turned_deg > ODD * self.drop_deg;
        let falls = self.fast_s >= LEAST_S && self.drop >= self.drop_deg && odd;
        // What the knee itself does goes before what the shank says of it.
        let gives = bent.map_or(falls, |(rate, angle)| rate > self.knee_dps && angle > self.knee_deg);
        if self.told || !bears || !gives || ankle > self.ankle_mps {
            return None;
        }
        self.told = true;
        let mut evidence = Evidence::default()
            .with("drop_deg", self.drop)
            .with("rate_dps", self.steepest)
            .with("ankle_mps", ankle);
        if let Some((_, angle)) = bent {
            evidence = evidence.with("knee_deg", angle);
        }
        Some((m.t - self.since_s, evidence))
    }

    /// How fast and how far the knee has bent, with two sensors.
    fn bend(&mut self, knee_deg: Option<f64>) -> Option<(f64, f64)> {
        let now = knee_deg?;
        let Some(before) = self.knee.replace(now) else {
            self.knee_rate = 0.0;
            self.bent = 0.0;
            return None;
        };
        self.knee_rate += CELL_S / KNEE_S * ((now - before) / CELL_S - self.knee_rate);
        self.bent = if self.knee_rate > 0.0 { self.bent + (now - before).max(0.0) } else { 0.0 };
        Some((self.knee_rate, self.bent))
    }
}

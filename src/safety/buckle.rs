//! A knee that gives way.
//!
//! In backward stance the shank turns forward over a planted foot. When the knee gives way it falls
//! back against the trend of this person's other stances, while the ankle stays where it is: when the foot
//! slides, or a swing begins, the ankle moves.

use super::rule::Rule;
use super::tuning::Tuning;
use crate::record::Evidence;
use crate::sagittal::{Motion, RAD};
use crate::signal::grid::CELL_S;

/// Longest fall that is looked at, s.
const LONGEST_S: f64 = 0.3;
/// Least time at the rate limit, s.
const LEAST_S: f64 = 0.03;
/// A shank that still turns forward faster than this does not fall back, deg/s.
const FORWARD_DPS: f64 = 20.0;
/// Length of a shank, m: of a person of 1.7 m.
pub(super) const SHANK_M: f64 = 0.41;
/// Time constant of the knee's rate, s.
const KNEE_S: f64 = 0.03;

/// The rule.
#[derive(Clone, Debug)]
pub struct BuckleRule {
    rate_dps: f64,
    drop_deg: f64,
    ankle_share: f64,
    knee_dps: f64,
    knee_deg: f64,
    since_s: f64,
    fast_s: f64,
    drop: f64,
    steepest: f64,
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
            ankle_share: get(4),
            knee_dps: get(5),
            knee_deg: get(6),
            since_s: 0.0,
            fast_s: 0.0,
            drop: 0.0,
            steepest: 0.0,
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

    /// Takes one moment. `falls_back` is, in a stance, how fast the shank turns back against the lowest
    /// usual rate (deg/s) and how far the ankle has been moved (m/s); `None` when the foot does not bear.
    /// Tells a knee that gives way: its onset and the figures.
    pub fn step(
        &mut self,
        m: &Motion,
        knee_deg: Option<f64>,
        falls_back: Option<(f64, f64)>,
    ) -> Option<(f64, Evidence)> {
        let bent = self.bend(knee_deg);
        let (below_dps, ankle_mps) = falls_back.filter(|(below, _)| *below > 0.0).unwrap_or((0.0, 0.0));
        if below_dps == 0.0 || self.since_s > LONGEST_S {
            if below_dps == 0.0 {
                self.since_s = 0.0;
            }
            self.fast_s = 0.0;
            self.drop = 0.0;
            self.steepest = 0.0;
            self.told = false;
            return None;
        }
        self.since_s += CELL_S;
        self.drop += below_dps * CELL_S;
        self.steepest = self.steepest.max(below_dps);
        if below_dps > self.rate_dps && m.omega_dps < FORWARD_DPS {
            self.fast_s += CELL_S;
        }
        let falls = self.fast_s >= LEAST_S && self.drop >= self.drop_deg;
        // What the knee itself does goes before what the shank says of it.
        let gives = bent.map_or(falls, |(rate, angle)| rate > self.knee_dps && angle > self.knee_deg);
        // A foot that slides turns the shank about the knee: ankle and shank then move alike.
        let slides = ankle_mps > self.ankle_share * SHANK_M * RAD * self.steepest;
        if self.told || !gives || slides {
            return None;
        }
        self.told = true;
        let mut evidence = Evidence::default()
            .with("below_usual_deg", self.drop)
            .with("below_usual_dps", self.steepest)
            .with("ankle_mps", ankle_mps);
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

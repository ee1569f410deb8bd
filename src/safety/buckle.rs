//! A knee that gives way.
//!
//! In backward stance the shank turns forward over a planted foot. When the knee gives way it falls
//! back, suddenly, against the way in which this same stance has turned until then, while the ankle stays
//! where it is: when the foot slides, or a swing begins, the ankle moves. Who comes to a stand turns back
//! as well, but slowly; and a swing that is late by the clock was not planted before.

use super::rule::Rule;
use super::tuning::Tuning;
use crate::record::Evidence;
use crate::sagittal::{Motion, RAD};
use crate::signal::grid::CELL_S;

/// Own rate 0.1 s ago is the trend of this stance: a knee gives way within that time.
const TREND: usize = 10;
/// The same, s.
pub(super) const TREND_S: f64 = TREND as f64 * CELL_S;
/// Share of the rate limit at which a fall begins: stances slow down by less.
const ONSET: f64 = 0.5;
/// Length of a shank, m: of a person of 1.7 m.
pub(super) const SHANK_M: f64 = 0.41;
/// Time constant of the knee's rate, s.
const KNEE_S: f64 = 0.03;

/// What other stances do at this point of the stride.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsualStance {
    /// Lowest sagittal rate there, deg/s.
    pub rate_dps: f64,
    /// What it loses there within 0.1 s at the most, deg/s: 0 when it gains.
    pub loses_dps: f64,
}

/// The rule.
#[derive(Clone, Debug)]
pub struct BuckleRule {
    rate_dps: f64,
    drop_deg: f64,
    ankle_share: f64,
    knee_dps: f64,
    knee_deg: f64,
    unusual_dps: f64,
    unusual_loss_dps: f64,
    planted_s: f64,
    longest_s: f64,
    lasts_s: f64,
    /// Rate (deg/s) and the ankle's acceleration forward (m/s²) of late, and the place of the oldest.
    past: [[f64; 2]; TREND],
    oldest: usize,
    /// The ankle's velocity won over them, m/s.
    ankle_mps: f64,
    /// Furthest that this was of late, fading, m/s.
    moved_mps: f64,
    /// How long the foot has borne at rest, and how long the shank has fallen back, s.
    bears_s: f64,
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
            unusual_dps: get(7),
            unusual_loss_dps: get(8),
            planted_s: get(9),
            longest_s: get(10),
            lasts_s: get(11),
            past: [[0.0; 2]; TREND],
            oldest: 0,
            ankle_mps: 0.0,
            moved_mps: 0.0,
            bears_s: 0.0,
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
        self.bears_s = 0.0;
        self.calm();
        self.knee = None;
    }

    fn calm(&mut self) {
        self.since_s = 0.0;
        self.fast_s = 0.0;
        self.drop = 0.0;
        self.steepest = 0.0;
        self.told = false;
    }

    /// Takes one moment. `usual` is, in a stance, what other stances do there; `None` when the
    /// foot does not bear. Tells a knee that gives way: its onset and the figures.
    pub fn step(
        &mut self,
        m: &Motion,
        knee_deg: Option<f64>,
        usual: Option<UsualStance>,
    ) -> Option<(f64, Evidence)> {
        let bent = self.bend(knee_deg);
        let [before_dps, before_mps2] =
            std::mem::replace(&mut self.past[self.oldest], [m.omega_dps, m.ankle_forward_mps2]);
        self.oldest = (self.oldest + 1) % TREND;
        self.ankle_mps += CELL_S * (m.ankle_forward_mps2 - before_mps2);
        let Some(usual) = usual else {
            self.bears_s = 0.0;
            self.calm();
            return None;
        };
        self.bears_s += CELL_S;
        // Not before the window lies within the time at rest; then for as long as a foot may slide.
        let before_mps = if self.bears_s < TREND as f64 * CELL_S { 0.0 } else { self.moved_mps };
        self.moved_mps = self.ankle_mps.abs().max(before_mps * (1.0 - CELL_S / self.longest_s));
        let lost_dps = before_dps - m.omega_dps;
        let unusual_dps = lost_dps - usual.loses_dps;
        if lost_dps < ONSET * self.rate_dps || self.bears_s < self.planted_s {
            self.calm();
            return None;
        }
        self.since_s += CELL_S;
        self.drop += unusual_dps.max(0.0) * CELL_S;
        self.steepest = self.steepest.max(lost_dps);
        let unusual = usual.rate_dps - m.omega_dps > self.unusual_dps;
        let loses = lost_dps > self.rate_dps && unusual_dps > self.unusual_loss_dps;
        if loses && m.omega_dps < 0.0 && unusual {
            self.fast_s += CELL_S;
        }
        let falls = self.fast_s >= self.lasts_s - 0.5 * CELL_S && self.drop >= self.drop_deg;
        // What the knee itself does goes before what the shank says of it.
        let gives =
            bent.map_or(falls, |(rate, angle)| rate > self.knee_dps && angle > self.knee_deg && unusual);
        // A foot that slides turns the shank about the knee: ankle and shank then move alike.
        let slides = self.moved_mps > self.ankle_share * SHANK_M * RAD * self.steepest;
        if self.told || !gives || slides || self.since_s > self.longest_s {
            return None;
        }
        self.told = true;
        let mut evidence = Evidence::default()
            .with("fell_back_deg", self.drop)
            .with("lost_dps", self.steepest)
            .with("ankle_mps", self.moved_mps);
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

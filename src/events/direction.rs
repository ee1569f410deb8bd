//! Whether a half cycle is a swing, and so which way the person walks.
//!
//! A half cycle with a negative rate is the swing of a backward walk or the stance of a forward one;
//! with a positive rate the other way round. Independent signs tell which, and are added up as odds:
//! the lower shank moves the way it turns only in swing; a swing is faster than the stance before it,
//! and shorter, and turns the shank as far. What the last steps were counts as well.

use crate::record::Direction;

use super::lobe::Lobe;

/// What may be tuned. Votes are in units of odds; each is limited, so that no single sign decides
/// against the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Velocity that always is there, m/s: sway and soft tissue.
    pub floor_mps: f64,
    /// Error from which a velocity tells nothing, m/s.
    pub blind_mps: f64,
    /// Limit of the velocity's vote, as odds. Default 4: twice what makes a swing, so that one signal that
    /// is wrong can be outvoted by all the others.
    pub velocity_limit: f64,
    /// Logarithm of the ratio of peaks that is one vote. Default 0.35: the ratio is 2 in toe-first
    /// walking of either direction, 1 in flat-footed backward walking.
    pub peak_unit: f64,
    /// Logarithm of the ratio of durations that is one vote. Default 0.3: swing to stance is 0.38 to
    /// 0.62.
    pub duration_unit: f64,
    /// Logarithm of the ratio of sweeps that is one vote against. Default 0.35: a swing turns the shank
    /// back by what the stance turned it; a smaller turn is a wobble within the stance.
    pub sweep_unit: f64,
    /// Limit of each of the three, as odds. Default 2: each alone can make a swing, and be outvoted.
    pub shape_limit: f64,
    /// Vote of the steps before, as odds. Default 1.5: less than makes a swing.
    pub prior: f64,
    /// Sum from which it is a swing, as odds. Default 2: one in eight (e to the power of -2) is the other.
    pub swing: f64,
    /// Sum below which it is not, as odds. Default -0.5; what lies between waits for the steps after it.
    pub stance: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            floor_mps: 0.15,
            blind_mps: 1.5,
            velocity_limit: 4.0,
            peak_unit: 0.35,
            duration_unit: 0.3,
            sweep_unit: 0.35,
            shape_limit: 2.0,
            prior: 1.5,
            swing: 2.0,
            stance: -0.5,
        }
    }
}

/// What a half cycle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A swing, in the direction of its rate.
    Swing,
    /// Not a swing.
    Stance,
    /// Cannot be told.
    Open,
}

/// Direction of the walk of which a half cycle with this sign is the swing.
pub fn of_swing(sign: f64) -> Direction {
    if sign < 0.0 { Direction::Backward } else { Direction::Forward }
}

/// Weighs the signs.
#[derive(Clone, Debug)]
pub struct Judge {
    params: Params,
    /// The last two half cycles that ended.
    past: [Option<Lobe>; 2],
}

/// Longest pause between two half cycles that follow on each other, s.
const FOLLOWS_S: f64 = 0.3;

impl Judge {
    /// Before the first half cycle.
    pub fn new(params: Params) -> Self {
        Self { params, past: [None; 2] }
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.past = [None; 2];
    }

    /// A half cycle has ended.
    pub fn closed(&mut self, lobe: &Lobe) {
        self.past = [self.past[1], Some(*lobe)];
    }

    /// What a half cycle with this sign and these odds is, after steps in direction `mode`.
    pub fn verdict(&self, odds: f64, sign: f64, mode: Option<Direction>) -> Verdict {
        let p = &self.params;
        let odds = odds
            + match mode {
                Some(d) if d == of_swing(sign) => p.prior,
                Some(_) => -p.prior,
                None => 0.0,
            };
        if odds >= p.swing {
            Verdict::Swing
        } else if odds < p.stance {
            Verdict::Stance
        } else {
            Verdict::Open
        }
    }

    /// The odds that `lobe`, which follows on the half cycles that have ended, is a swing.
    pub fn odds(&self, lobe: &Lobe) -> f64 {
        let p = &self.params;
        let error = (lobe.sigma_mps * lobe.sigma_mps + p.floor_mps * p.floor_mps).sqrt();
        let velocity = if lobe.sigma_mps < p.blind_mps {
            limited(lobe.sign * lobe.forward_mps / error, p.velocity_limit)
        } else {
            0.0
        };
        velocity + self.shape(lobe)
    }

    /// Votes of the shape: against the half cycle before, if that is whole and `lobe` follows on it.
    fn shape(&self, lobe: &Lobe) -> f64 {
        let p = &self.params;
        let [first, Some(before)] = &self.past else { return 0.0 };
        if before.sign == lobe.sign || lobe.start - before.end > FOLLOWS_S {
            return 0.0;
        }
        let peaks = libm::log(lobe.peak_dps / before.peak_dps.max(1.0)) / p.peak_unit;
        let whole = first.is_some_and(|f| f.sign == lobe.sign && before.start - f.end < FOLLOWS_S);
        let durations = if whole {
            let ratio = (before.end - before.start) / (lobe.end - lobe.start).max(1e-3);
            libm::log(ratio.max(1e-3)) / p.duration_unit
        } else {
            0.0
        };
        let sweeps = (libm::log(lobe.sweep_deg / before.sweep_deg.max(1.0)) / p.sweep_unit).min(0.0);
        limited(peaks, p.shape_limit) + limited(durations, p.shape_limit) + limited(sweeps, p.shape_limit)
    }
}

fn limited(vote: f64, limit: f64) -> f64 {
    vote.clamp(-limit, limit)
}

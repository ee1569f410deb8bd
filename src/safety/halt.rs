//! Steps that cease while the belt runs.

use super::disturb::Disturbances;
use super::rule::Rule;
use super::tuning::Tuning;
use crate::record::Evidence;
use crate::signal::grid::CELL_S;

/// The rule.
#[derive(Clone, Debug)]
pub struct HaltRule {
    late: f64,
    still_s: f64,
    lengthening: f64,
    slower: f64,
    still_dps: f64,
    slowest_s: f64,
    still_for_s: f64,
    /// Usual fastest rate of a swing, deg/s.
    usual_dps: f64,
    /// The walk, by its last swing, of which a stop has been told.
    told: f64,
}

impl HaltRule {
    /// With these limits.
    pub fn new(tuning: &Tuning) -> Self {
        let get = |place| tuning.get(Rule::SuddenStop, place);
        Self {
            late: get(2),
            still_s: get(3),
            lengthening: get(4),
            slower: get(5),
            still_dps: get(6),
            slowest_s: get(7),
            still_for_s: 0.0,
            usual_dps: 0.0,
            told: f64::NEG_INFINITY,
        }
    }

    /// Longest stride time at which a stop can be told from a planned end, s.
    pub fn slowest_s(&self) -> f64 {
        self.slowest_s
    }

    /// A swing has been seen.
    pub fn swing(&mut self, walk: &Disturbances) {
        let (fastest, _) = walk.swings()[0];
        // A swing of an ending walk does not make it usual.
        if self.usual_dps == 0.0 || fastest > self.slower * self.usual_dps {
            self.usual_dps += if self.usual_dps == 0.0 { fastest } else { 0.15 * (fastest - self.usual_dps) };
        } else {
            self.usual_dps += 0.05 * (fastest - self.usual_dps);
        }
    }

    /// Takes one moment; tells a stop.
    pub fn step(&mut self, t: f64, omega_dps: f64, walk: &Disturbances) -> Option<(f64, Evidence)> {
        self.still_for_s = if omega_dps.abs() < self.still_dps { self.still_for_s + CELL_S } else { 0.0 };
        // A shank that still moves may be in a longer stride.
        if self.still_for_s < self.still_s {
            return None;
        }
        let (anchor, period) = walk.anchor().zip(walk.period_s())?;
        let overdue = (t - anchor) / period;
        if overdue < self.late || anchor == self.told || !walk.template().is_ready() {
            return None;
        }
        self.told = anchor;
        // The last swing may be the closing step, and slow; the one before it is not in a sudden stop.
        let [(_, last), (fastest, before), (_, earlier)] = *walk.swings();
        if last.max(before).max(earlier) > (1.0 + self.lengthening) * period
            || fastest < self.slower * self.usual_dps
        {
            return None;
        }
        let evidence = Evidence::default()
            .with("without_step_s", t - anchor)
            .with("usual_stride_s", period)
            .with("still_s", self.still_for_s);
        Some((anchor + 0.5 * period, evidence))
    }
}

//! What can be measured of a stride once its second foot is planted.

use super::assemble::{Cycle, Part};
use super::spatial;
use crate::events::detector::Frames;
use crate::events::timing::number_at;
use crate::orient::attitude::Trust;
use crate::record::Direction;
use crate::sagittal::RAD;
use crate::signal::grid::CELL_S;

/// A stride with its figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Its events.
    pub cycle: Cycle,
    /// Distance, m, as a magnitude.
    pub length_m: Option<f64>,
    /// Rise of the ankle, m.
    pub lift_m: Option<f64>,
    /// Change of heading, deg.
    pub yaw_deg: f64,
    /// Likeness to the stride before, -1 to 1.
    pub regularity: Option<f64>,
    /// A sample in it was at the end of a sensor's range.
    pub clipped: bool,
    /// Samples are missing in it.
    pub missing: bool,
    /// How far the inclination could be believed throughout.
    pub trust: Trust,
    /// Furthest inclinations, deg: ankle ahead, ankle behind (as a magnitude).
    pub range_deg: [f64; 2],
    /// Smallest knee flexion in stance, deg, with two sensors.
    pub knee_min_deg: Option<f64>,
}

/// Waits for the foot to be planted after the contact that ended a stride, and measures then.
#[derive(Clone, Debug)]
pub struct Measurer {
    ankle_m: f64,
    waiting: Option<Cycle>,
    /// The last planted moment before the current swing, s.
    anchor: Option<f64>,
    /// Length of the last stride, s.
    last_s: Option<f64>,
}

impl Measurer {
    /// For a sensor `ankle_m` above the ankle.
    pub fn new(ankle_m: f64) -> Self {
        Self { ankle_m, waiting: None, anchor: None, last_s: None }
    }

    /// A stride is complete; it waits.
    pub fn complete(&mut self, cycle: Cycle, frames: &Frames, emit: &mut impl FnMut(Measured)) {
        self.flush(frames, emit);
        if cycle.part == Part::Whole {
            self.waiting = Some(cycle);
        } else {
            emit(self.measure(&cycle, None, frames));
        }
    }

    /// The foot is planted at `t`.
    pub fn planted(&mut self, t: f64, frames: &Frames, emit: &mut impl FnMut(Measured)) {
        let before = self.anchor.replace(t);
        if let Some(cycle) = self.waiting.take_if(|c| c.end <= t) {
            let from = before.filter(|b| (cycle.start..cycle.end).contains(b));
            emit(self.measure(&cycle, from.map(|from| (from, t)), frames));
        }
    }

    /// Nothing more will come for the stride that waits.
    pub fn flush(&mut self, frames: &Frames, emit: &mut impl FnMut(Measured)) {
        if let Some(cycle) = self.waiting.take() {
            emit(self.measure(&cycle, None, frames));
        }
    }

    /// Forgets the planted moments: the walk has ended, or samples are missing.
    pub fn reset(&mut self) {
        self.anchor = None;
        self.last_s = None;
    }

    fn measure(&mut self, cycle: &Cycle, planted: Option<(f64, f64)>, frames: &Frames) -> Measured {
        let path = planted.and_then(|(from, to)| spatial::path(frames, from, to, self.ankle_m));
        // A path against the direction is no path.
        let length_m = path.map(|p| p.forward_m).map(|x| match cycle.direction {
            Direction::Backward => -x,
            Direction::Forward => x,
            Direction::Unknown => x.abs(),
        });
        let mut m = Measured {
            cycle: *cycle,
            length_m: length_m.filter(|x| *x > 0.0),
            lift_m: path.map(|p| p.lift_m),
            yaw_deg: 0.0,
            regularity: None,
            clipped: false,
            missing: false,
            trust: Trust::Levelled,
            range_deg: [0.0; 2],
            knee_min_deg: knee_min(frames, cycle),
        };
        let (first, last) = (number_at(frames, cycle.start), number_at(frames, cycle.end));
        let (mut ahead, mut behind): (f64, f64) = (0.0, 0.0);
        for (_, f) in frames.range(first, last) {
            m.yaw_deg += f.motion.yaw_dps * CELL_S;
            m.clipped |= f.motion.clipped;
            m.missing |= f.motion.missing;
            m.trust = m.trust.min(f.motion.trust);
            ahead = ahead.max(f.motion.tilt[0]);
            behind = behind.max(-f.motion.tilt[0]);
        }
        m.range_deg = [ahead, behind].map(|sin| libm::asin(sin.min(1.0)) / RAD);
        if m.missing {
            m.length_m = None;
            m.lift_m = None;
            m.knee_min_deg = None;
        }
        let length_s = cycle.end - cycle.start;
        if cycle.part == Part::Whole {
            m.regularity = self.last_s.and_then(|lag| regularity(frames, first, last, lag));
            self.last_s = Some(length_s);
        }
        m
    }
}

/// Smallest knee flexion from heel contact (or contact) to final contact, deg; `None` where it is not
/// known throughout.
fn knee_min(frames: &Frames, cycle: &Cycle) -> Option<f64> {
    let from = cycle.heel.unwrap_or(cycle.start);
    let to = cycle.final_contact.filter(|off| *off > from && cycle.part == Part::Whole)?;
    let (first, last) = (number_at(frames, from), number_at(frames, to));
    let least = |least: f64, k: Option<f64>| Some(least.min(k?));
    // Without any cell between the two there is no least.
    frames
        .range(first, last)
        .map(|(_, f)| f.knee_deg)
        .try_fold(f64::INFINITY, least)
        .filter(|k| k.is_finite())
}

/// Correlation of the sagittal rate from `first` to `last` with itself one stride (`lag_s`) earlier.
fn regularity(frames: &Frames, first: u64, last: u64, lag_s: f64) -> Option<f64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred cells")]
    let lag = libm::round(lag_s / CELL_S) as u64;
    let (mut now2, mut then2, mut both) = (0.0, 0.0, 0.0);
    for (n, f) in frames.range(first, last) {
        let then = frames.get(n.checked_sub(lag)?)?.motion.omega_dps;
        let now = f.motion.omega_dps;
        now2 += now * now;
        then2 += then * then;
        both += now * then;
    }
    (now2 > 0.0 && then2 > 0.0).then(|| both / (now2 * then2).sqrt())
}

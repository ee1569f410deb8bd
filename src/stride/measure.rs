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

    /// Forgets the planted moments and what waits for one: the walk has ended, samples are missing, or
    /// the axes were not what they seemed.
    pub fn reset(&mut self) {
        self.waiting = None;
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

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::events::detector::Frame;
    use crate::sagittal::Motion;

    /// Five seconds of a rate that repeats every second.
    fn frames(change: impl Fn(f64, &mut Frame)) -> Frames {
        let mut frames = Frames::default();
        for k in 0..500 {
            let t = f64::from(k) * CELL_S;
            let theta = 0.4 * (2.0 * PI * t).sin();
            let motion = Motion {
                t,
                tilt: [theta.sin(), theta.cos()],
                omega_dps: 144.0 * (2.0 * PI * t).cos(),
                trust: Trust::Levelled,
                ..Motion::default()
            };
            let mut frame =
                Frame { motion, knee_deg: Some(10.0 + 8.0 * (2.0 * PI * t).cos()), ..Frame::default() };
            change(t, &mut frame);
            frames.push(frame);
        }
        frames
    }

    fn cycle(start: f64, part: Part) -> Cycle {
        Cycle {
            start,
            end: start + 1.0,
            direction: Direction::Backward,
            confidence: 0.9,
            heel: Some(start + 0.1),
            knee: None,
            forefoot: None,
            final_contact: Some(start + 0.6),
            mid_swing: None,
            part,
        }
    }

    /// The last of two strides that follow on each other.
    fn second(frames: &Frames) -> Measured {
        let mut measurer = Measurer::new(0.28);
        let mut out = Vec::new();
        for start in [2.0, 3.0] {
            measurer.complete(cycle(start, Part::Whole), frames, &mut |m| out.push(m));
        }
        measurer.flush(frames, &mut |m| out.push(m));
        assert_eq!(out.len(), 2);
        out[1]
    }

    #[test]
    fn a_stride_like_the_one_before_is_regular_and_one_turned_about_is_not() {
        assert!((second(&frames(|_, _| ())).regularity.unwrap() - 1.0).abs() < 1e-6);
        let turned = frames(|t, f| {
            if t >= 3.0 {
                f.motion.omega_dps *= -1.0;
            }
        });
        assert!((second(&turned).regularity.unwrap() + 1.0).abs() < 1e-6);
    }

    #[test]
    fn range_yaw_and_knee_are_those_of_the_stride() {
        let m = second(&frames(|_, f| f.motion.yaw_dps = 12.0));
        let want = 0.4_f64.to_degrees();
        assert!(m.range_deg.iter().all(|r| (r - want).abs() < 0.1), "{m:?}");
        assert!((m.yaw_deg - 12.0).abs() < 1e-6);
        // From 0.1 to 0.6 the knee is straightest at a half.
        assert!((m.knee_min_deg.unwrap() - 2.0).abs() < 0.01, "{m:?}");
        assert_eq!((m.length_m, m.clipped, m.missing, m.trust), (None, false, false, Trust::Levelled));
    }

    #[test]
    fn one_bad_cell_is_told_of_the_stride_and_takes_its_figures() {
        let at = |t: f64| (3.295..3.305).contains(&t);
        assert!(second(&frames(|t, f| f.motion.clipped = at(t))).clipped);
        let settled = frames(|t, f| f.motion.trust = if at(t) { Trust::None } else { Trust::Levelled });
        assert_eq!(second(&settled).trust, Trust::None);
        let m = second(&frames(|t, f| f.motion.missing = at(t)));
        assert!(m.missing && m.length_m.is_none() && m.knee_min_deg.is_none());
        let unknown = frames(|t, f| f.knee_deg = f.knee_deg.filter(|_| !at(t)));
        assert_eq!(second(&unknown).knee_min_deg, None);
    }

    #[test]
    fn without_a_cell_between_two_events_there_is_no_least_knee() {
        let frames = frames(|_, _| ());
        let short = Cycle { final_contact: Some(3.103), heel: Some(3.101), ..cycle(3.0, Part::Whole) };
        assert_eq!(knee_min(&frames, &short), None);
    }

    #[test]
    fn a_whole_stride_waits_for_its_foot_and_a_part_does_not() {
        let frames = frames(|_, _| ());
        let mut measurer = Measurer::new(0.28);
        let mut out = Vec::new();
        measurer.complete(cycle(1.0, Part::First), &frames, &mut |m| out.push(m));
        assert_eq!(out.len(), 1);
        measurer.planted(2.2, &frames, &mut |m| out.push(m));
        measurer.complete(cycle(2.0, Part::Whole), &frames, &mut |m| out.push(m));
        assert_eq!(out.len(), 1);
        measurer.planted(2.9, &frames, &mut |m| out.push(m));
        assert_eq!(out.len(), 1, "the foot of the end has not been planted before it");
        measurer.planted(3.2, &frames, &mut |m| out.push(m));
        assert_eq!(out.len(), 2);
    }
}

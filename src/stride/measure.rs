//! What can be measured of a stride once its second foot is planted.

use super::assemble::{Cycle, Part};
use super::lever::{self, Lever};
use super::spatial::{self, Path};
use crate::body::Body;
use crate::events::detector::Frames;
use crate::events::planting;
use crate::events::timing::number_at;
use crate::orient::attitude::Trust;
use crate::record::Direction;
use crate::sagittal::RAD;
use crate::signal::grid::CELL_S;
use crate::technique::knee::{self, StanceKnee, stance_knee};
use crate::technique::landing::{self, Landing, landing};
use crate::technique::pair::Fit;
use crate::technique::slip::{self, Slip, ankle_ahead_m};

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
    /// One standard deviation of the length's error, m.
    pub length_sd_m: Option<f64>,
    /// One standard deviation of the lift's error, m.
    pub lift_sd_m: Option<f64>,
    /// Fastest rate of the shank in swing, deg/s, as a magnitude.
    pub mid_swing_dps: Option<f64>,
    /// Backward: how the foot landed.
    pub landing: Option<Landing>,
    /// Backward: the knee in stance.
    pub knee: StanceKnee,
}

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Params {
    /// How far ahead the sensor lies.
    pub lever: lever::Params,
    /// Landings.
    pub landing: landing::Params,
    /// The knee.
    pub knee: knee::Params,
    /// Whether a sensor has slipped.
    pub slip: slip::Params,
    /// Errors of length and lift.
    pub error: ErrorParams,
}

/// Errors of length and lift: one standard deviation each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorParams {
    /// Of the length, as a share: the sensor's height over the ankle is known to 1 cm of 28.
    pub length_share: f64,
    /// Of the length, as a share of what a velocity that is off at the end would make over the stride.
    pub closure_share: f64,
    /// Of the length, m: two planted ankles that are not quite at rest.
    pub length_m: f64,
    /// Of the lift, as a share. Default 0.06: the sensor's height over the ankle, and its place on the shin.
    pub lift_share: f64,
    /// Of the lift, as a share of what the height was off at the end. Default 0.15: of an error that has grown
    /// evenly nothing is left, of one that has grown all at once at mid-swing a third (chosen between).
    pub lift_closure_share: f64,
    /// Of the lift, m. Default 0.01: two planted ankles that are not quite at rest.
    pub lift_m: f64,
}

impl Default for ErrorParams {
    fn default() -> Self {
        Self {
            length_share: 0.04,
            closure_share: 0.1,
            length_m: 0.015,
            lift_share: 0.06,
            lift_closure_share: 0.15,
            lift_m: 0.01,
        }
    }
}

/// Waits for the foot to be planted after the contact that ended a stride, and measures then.
#[derive(Clone, Debug)]
pub struct Measurer {
    body: Body,
    params: Params,
    planting: planting::Params,
    lever: Lever,
    /// It has been learned since the last time this was asked.
    learned: bool,
    waiting: Option<Cycle>,
    /// The last planted moments, s, newest last.
    anchors: [f64; ANCHORS],
    /// What the ankle seemed to accelerate upward on the whole in the last stride, m/s².
    offset_mps2: f64,
    /// Length of the last stride, s.
    last_s: Option<f64>,
    slip: Slip,
    /// How far the two sensors can be taken together.
    pub fit: Fit,
}

/// Planted moments that are kept: strides can wait for their walk to be confirmed.
const ANCHORS: usize = 8;

impl Measurer {
    /// For a sensor worn by `body`; a foot is `planting` here as it is in the detector.
    pub fn new(body: Body, params: Params, planting: planting::Params) -> Self {
        Self {
            body,
            params,
            planting,
            lever: Lever::new(params.lever),
            learned: false,
            waiting: None,
            anchors: [f64::NEG_INFINITY; ANCHORS],
            offset_mps2: 0.0,
            last_s: None,
            slip: Slip::new(params.slip),
            fit: Fit::default(),
        }
    }

    /// Whether one of the two sensors has slipped.
    pub fn slip(&self) -> &Slip {
        &self.slip
    }

    /// The person has stood, and both inclinations have a new zero.
    pub fn stood(&mut self) {
        self.slip.stood();
    }

    /// A stride is complete; it waits.
    pub fn complete(&mut self, cycle: Cycle, frames: &Frames, emit: &mut impl FnMut(Measured)) {
        self.flush(frames, emit);
        // One that has waited for its walk to be confirmed has been followed by a planted foot already.
        if cycle.part == Part::Whole && self.planted_from(cycle.end).is_none() {
            self.waiting = Some(cycle);
        } else {
            emit(self.measure(&cycle, frames));
        }
    }

    /// The foot is planted at `t`.
    pub fn planted(&mut self, t: f64, frames: &Frames, emit: &mut impl FnMut(Measured)) {
        self.anchors.rotate_left(1);
        self.anchors[ANCHORS - 1] = t;
        if let Some(cycle) = self.waiting.take_if(|c| c.end <= t) {
            emit(self.measure(&cycle, frames));
        }
    }

    /// Nothing more will come for the stride that waits.
    pub fn flush(&mut self, frames: &Frames, emit: &mut impl FnMut(Measured)) {
        if let Some(cycle) = self.waiting.take() {
            emit(self.measure(&cycle, frames));
        }
    }

    /// Forgets the planted moments and what waits for one: the walk has ended, samples are missing, or
    /// the axes were not what they seemed.
    pub fn reset(&mut self) {
        self.waiting = None;
        self.anchors = [f64::NEG_INFINITY; ANCHORS];
        self.last_s = None;
    }

    /// The last planted moment, s.
    pub fn last_planted(&self) -> Option<f64> {
        self.anchors.last().copied().filter(|t| t.is_finite())
    }

    /// The first planted moment from `t` on.
    fn planted_from(&self, t: f64) -> Option<f64> {
        self.anchors.iter().copied().find(|a| *a >= t)
    }

    /// How far ahead of the line from knee to ankle the sensor lies, m, if more is known of it than the last
    /// time this was asked.
    pub fn take_lever(&mut self) -> Option<f64> {
        std::mem::take(&mut self.learned).then(|| self.lever.ahead_m())
    }

    fn measure(&mut self, cycle: &Cycle, frames: &Frames) -> Measured {
        let (first, last) = (number_at(frames, cycle.start), number_at(frames, cycle.end));
        let mut m = Measured {
            cycle: *cycle,
            length_m: None,
            lift_m: None,
            yaw_deg: 0.0,
            regularity: None,
            clipped: false,
            // What the memory no longer holds may have been missing.
            missing: frames.get(frames.first()).is_none_or(|f| f.motion.t > cycle.start + CELL_S),
            trust: Trust::Levelled,
            range_deg: [0.0; 2],
            length_sd_m: None,
            lift_sd_m: None,
            mid_swing_dps: None,
            landing: None,
            knee: StanceKnee::default(),
        };
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
        let backward = cycle.part != Part::First && cycle.direction == Direction::Backward;
        let whole = cycle.part == Part::Whole && !m.missing;
        if backward && whole && !m.clipped {
            self.lever.learn(frames, cycle);
            self.learned = true;
        }
        let ahead_m = self.lever.ahead_m();
        let mut rest = self.planted_from(cycle.start).filter(|t| *t <= cycle.end);
        let seen = rest.is_some();
        // What hid the rest may have been the sensor's seat, of which more is known now.
        if rest.is_none() && backward && whole {
            let (p, stride_s) = (&self.planting, cycle.end - cycle.start);
            if let Some(planted) = planting::look_back(frames, cycle.start, stride_s, ahead_m, p) {
                rest = Some(planted.at);
                let heel = planting::heel_contact(frames, cycle.start, planted.from, ahead_m, p);
                m.cycle.heel = m.cycle.heel.or(Some(heel));
            }
        }
        let next = self.planted_from(cycle.end).filter(|t| *t < cycle.end + (cycle.end - cycle.start));
        let planted = rest.zip(next).filter(|_| whole);
        let arm = spatial::Lever { up_m: self.body.ankle_m, ahead_m };
        if let Some(path) = planted.and_then(|(from, to)| spatial::path(frames, from, to, arm)) {
            self.travelled(&mut m, &path);
        }
        if !m.missing {
            m.mid_swing_dps = cycle
                .mid_swing
                .and_then(|t| frames.get(number_at(frames, t)))
                .map(|f| f.motion.omega_dps.abs());
        }
        // A stride that is cut off has landed all the same.
        if backward && !m.missing {
            let p = &self.params;
            if let Some(offset) = planted.and_then(|(a, b)| landing::offset_mps2(frames, a, b, ahead_m)) {
                self.offset_mps2 = offset;
            }
            let stride_s = match cycle.part {
                Part::Whole => cycle.end - cycle.start,
                _ => self.last_s.unwrap_or(cycle.end - cycle.start),
            };
            let ankle = landing::Ankle { rest, late: !seen, offset_mps2: self.offset_mps2, ahead_m };
            m.landing = landing(frames, cycle.start, stride_s, &ankle, &p.landing);
            m.knee = stance_knee(frames, &m.cycle, m.length_m, m.trust, &self.body, &p.knee);
        }
        if whole
            && !m.clipped
            && m.trust >= Trust::Settled
            && let Some(ahead_m) = ankle_ahead_m(frames, cycle, &self.body)
        {
            self.slip.stride(cycle.direction, ahead_m);
        }
        (m.knee.fit, m.knee.slipped) = (self.fit, self.slip.seen());
        let length_s = cycle.end - cycle.start;
        if cycle.part == Part::Whole {
            m.regularity = self.last_s.and_then(|lag| regularity(frames, first, last, lag));
            self.last_s = Some(length_s);
        }
        m
    }

    /// How far the ankle came, and how sure that is.
    fn travelled(&self, m: &mut Measured, path: &Path) {
        let e = &self.params.error;
        let x = path.forward_m;
        let length_m = match m.cycle.direction {
            Direction::Backward => -x,
            Direction::Forward => x,
            Direction::Unknown => x.abs(),
        };
        // A path against the direction is no path.
        if length_m > 0.0 {
            let closure_m = e.closure_share * path.closure_mps * (m.cycle.end - m.cycle.start);
            m.length_m = Some(length_m);
            m.length_sd_m = Some(together([e.length_share * length_m, closure_m, e.length_m]));
        }
        m.lift_m = Some(path.lift_m);
        m.lift_sd_m =
            Some(together([e.lift_share * path.lift_m, e.lift_closure_share * path.closure_m, e.lift_m]));
    }
}

/// Standard deviation of a sum of errors that know nothing of each other.
fn together(sd: [f64; 3]) -> f64 {
    sd.iter().map(|s| s * s).sum::<f64>().sqrt()
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
    use crate::capture::CaptureMeta;
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

    fn measurer() -> Measurer {
        Measurer::new(Body::of(&CaptureMeta::default()), Params::default(), planting::Params::default())
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
        let mut measurer = measurer();
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
        // From 0.1 to 0.6 the knee is straightest at a half, and a little less so on average over 50 ms.
        assert!((m.knee.two_min_deg.unwrap() - 2.06).abs() < 0.01, "{m:?}");
        assert_eq!((m.length_m, m.clipped, m.missing, m.trust), (None, false, false, Trust::Levelled));
    }

    #[test]
    fn one_bad_cell_is_told_of_the_stride_and_takes_its_figures() {
        let at = |t: f64| (3.295..3.305).contains(&t);
        assert!(second(&frames(|t, f| f.motion.clipped = at(t))).clipped);
        let settled = frames(|t, f| f.motion.trust = if at(t) { Trust::None } else { Trust::Levelled });
        assert_eq!(second(&settled).trust, Trust::None);
        let m = second(&frames(|t, f| f.motion.missing = at(t)));
        assert!(m.missing && m.length_m.is_none() && m.knee.two_min_deg.is_none());
        let unknown = frames(|t, f| f.knee_deg = f.knee_deg.filter(|_| !at(t)));
        assert_eq!(second(&unknown).knee.two_min_deg, None);
    }

    #[test]
    fn without_a_cell_between_two_events_there_is_no_least_knee() {
        let frames = frames(|_, _| ());
        let short = Cycle { final_contact: Some(3.103), heel: Some(3.101), ..cycle(3.0, Part::Whole) };
        let p = Params::default();
        let knee =
            stance_knee(&frames, &short, None, Trust::Levelled, &Body::of(&CaptureMeta::default()), &p.knee);
        assert_eq!(knee.two_min_deg, None);
    }

    /// A planted foot under a sensor 6 cm ahead, of which 2 are known: as it happens, nothing is seen to rest.
    #[test]
    fn a_rest_that_the_seat_hid_is_found_once_the_stride_has_taught_it() {
        let planted = frames(|t, f| {
            let m = &mut f.motion;
            m.omega_dps = 60.0;
            m.alpha_dps2 = 9000.0 * (2.0 * PI * 3.0 * t).sin();
            let turning = m.alpha_dps2 * RAD * m.tilt[1] - (m.omega_dps * RAD).powi(2) * m.tilt[0];
            m.ankle_up_mps2 = 0.06 * turning - if t.fract() < 0.1 { 6.0 } else { 0.0 };
        });
        let whole = Cycle { heel: None, ..cycle(2.0, Part::Whole) };
        assert_eq!(planting::look_back(&planted, 2.0, 1.0, 0.02, &planting::Params::default()), None);
        let mut measurer = measurer();
        let mut out = Vec::new();
        measurer.complete(whole, &planted, &mut |m| out.push(m));
        measurer.flush(&planted, &mut |m| out.push(m));
        let heel = out[0].cycle.heel.unwrap();
        assert!((2.0..2.2).contains(&heel), "{heel}");
        assert!(out[0].landing.unwrap().late);
        // What it has taught is for the detector as well, once.
        assert!((measurer.take_lever().unwrap() - 0.06).abs() < 0.01);
        assert_eq!(measurer.take_lever(), None);
    }

    #[test]
    fn a_whole_stride_waits_for_its_foot_and_a_part_does_not() {
        let frames = frames(|_, _| ());
        let mut measurer = measurer();
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

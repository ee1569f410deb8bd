//! From the sagittal plane to events, in both directions, as they happen.
//!
//! A half cycle that is fast and wide enough is a swing if its signs say so ([`super::direction`]);
//! its end is a contact, its start a final contact. What cannot be told yet waits until it can, and is
//! dropped when it never can.

use crate::record::{Direction, EventKind};
use crate::sagittal::{Motion, RAD};
use crate::signal::grid::CELL_S;
use crate::signal::ring::Ring;

use super::direction::{self, Judge, Verdict, of_swing};
use super::lobe::{self, Lobe, Tracker};
use super::planting::{self, Planting, Rest};
use super::progress::{self, Progress, Velocity};
use super::timing;
use super::walk::{self, Fate, Follows, Step, Walk};

/// Everything known of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Frame {
    /// The sagittal plane.
    pub motion: Motion,
    /// How the shank moves over the ground.
    pub velocity: Velocity,
    /// Knee flexion, deg, with two sensors.
    pub knee_deg: Option<f64>,
}

/// The memory of frames: ten seconds.
pub type Frames = Ring<Frame, 1024>;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Velocity over the ground.
    pub progress: progress::Params,
    /// Half cycles.
    pub lobe: lobe::Params,
    /// Which of them are swings.
    pub direction: direction::Params,
    /// Event times.
    pub timing: timing::Params,
    /// When a foot is planted.
    pub planting: planting::Params,
    /// Rhythm.
    pub walk: walk::Params,
    /// Slowest swing, deg/s. Default 40: a walk at 0.22 m/s peaks at 77 (simulated) to 120 (real).
    pub swing_dps: f64,
    /// Smallest share of the usual swing peak that is still a swing. Default 0.25: a first or last step
    /// has about half.
    pub swing_share: f64,
    /// Smallest turn of a swing, deg. Default 12: a shuffle turns 15 and more.
    pub swing_deg: f64,
    /// Shortest and longest swing, s. Default 0.12 and 1.6: 0.3 in a fast walk; at 0.22 m/s 0.8.
    pub swing_s: [f64; 2],
    /// A swing has passed its peak when its rate is below this share of it. Default 0.85: noise and soft
    /// tissue ripple by less.
    pub past_peak: f64,
    /// A swing has ended when its rate is below this share of its peak (default 0.15) ...
    pub ended: f64,
    /// ... for this long, s, even if the shank does not turn back (a flat landing). Default 0.05.
    pub ended_s: f64,
    /// Fastest forward motion of the ankle at backward contact, m/s: more is a leg that swings free.
    /// Default 0.5: a foot on the ground has none, and the velocity is known to half of that.
    pub landing_mps: f64,
    /// How long before a swing the foot may last have been planted, s. Default 2: the stance of the slowest
    /// walk.
    pub ground_s: f64,
}

impl Params {
    /// Defaults for a sensor `ankle_m` above the ankle.
    pub fn new(ankle_m: f64) -> Self {
        Self {
            progress: progress::Params::new(ankle_m),
            lobe: lobe::Params::default(),
            direction: direction::Params::default(),
            timing: timing::Params::default(),
            planting: planting::Params::default(),
            walk: walk::Params::default(),
            swing_dps: 40.0,
            swing_share: 0.25,
            swing_deg: 12.0,
            swing_s: [0.12, 1.6],
            past_peak: 0.85,
            ended: 0.15,
            ended_s: 0.05,
            landing_mps: 0.5,
            ground_s: 2.0,
        }
    }
}

/// One event, in seconds of the grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Which.
    pub kind: EventKind,
    /// When.
    pub t: f64,
    /// Which way.
    pub direction: Direction,
    /// 0 to 1.
    pub confidence: f64,
    /// It lies in or at a hole between samples: it counts for what follows, and is not told.
    pub unmeasured: bool,
    /// Contacts only: how it follows on the contact before.
    pub link: Option<Link>,
}

/// How a contact follows on the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Whether, and how well.
    pub follows: Follows,
    /// Start of the movement that led to it, if it does not.
    pub from: f64,
}

/// A half cycle that has ended and waits for its contact.
#[derive(Clone, Copy, Debug)]
struct Landing {
    swing: Lobe,
    /// That it is a swing, from what was known at its end.
    odds: f64,
    /// It is more of a swing than the half cycle before it.
    stands_out: bool,
}

/// The detector.
#[derive(Clone, Debug)]
pub struct Detector {
    params: Params,
    frames: Frames,
    progress: Progress,
    tracker: Tracker,
    judge: Judge,
    walk: Walk,
    /// The half cycle, by its first frame, whose start has been told.
    lifted: Option<u64>,
    /// The half cycle, by its first frame, whose end has been seen.
    landed: Option<u64>,
    /// A swing that has ended and waits for its contact.
    landing: Option<Landing>,
    /// How long the rate has been near zero within a swing, s.
    slow_s: f64,
    /// A contact after which the foot is not planted yet.
    contact: Option<(Planting, Direction)>,
    /// The foot has been planted, since the last time this was asked.
    planted: Option<f64>,
    /// Heel contact of the stance that is under way.
    heel: Option<f64>,
    /// Where the samples began, if the shank has not stood still since: the walk was under way then.
    cut_in: Option<f64>,
    /// Final contact of the last swing that was told.
    off: f64,
}

impl Detector {
    /// Before the first frame.
    pub fn new(params: Params) -> Self {
        Self {
            params,
            frames: Frames::default(),
            progress: Progress::new(params.progress),
            tracker: Tracker::new(params.lobe),
            judge: Judge::new(params.direction),
            walk: Walk::new(params.walk),
            lifted: None,
            landed: None,
            landing: None,
            slow_s: 0.0,
            contact: None,
            planted: None,
            heel: None,
            cut_in: None,
            off: 0.0,
        }
    }

    /// Forgets everything that a hole in the samples makes unsure.
    pub fn reset(&mut self) {
        self.frames.clear();
        self.progress.reset();
        self.pause();
    }

    /// Nothing is under way any more.
    fn pause(&mut self) {
        self.tracker.reset();
        self.judge.reset();
        self.walk.stop();
        self.lifted = None;
        self.landed = None;
        self.landing = None;
        self.slow_s = 0.0;
        self.contact = None;
        self.heel = None;
        self.cut_in = None;
    }

    /// The memory of frames.
    pub fn frames(&self) -> &Frames {
        &self.frames
    }

    /// Takes one moment, emits what became known by it.
    pub fn step(&mut self, motion: Motion, knee_deg: Option<f64>, emit: &mut impl FnMut(Found)) {
        let velocity = self.progress.step(&motion);
        let frame = Frame { motion, velocity, knee_deg };
        let n = self.frames.next();
        if self.frames.is_empty() {
            self.cut_in = Some(motion.t);
        }
        self.frames.push(frame);
        if motion.rest {
            self.pause();
            return;
        }
        // A half cycle that the samples begin in after it was fastest: how fast that was is not known, and
        // the next cannot be held against it.
        let seen = |lobe: &Lobe| self.cut_in != Some(lobe.start) || lobe.peak_at > lobe.start;
        if let Some(lobe) = self.tracker.step(n, &frame).filter(seen) {
            self.judge.closed(&lobe);
        }
        match self.tracker.current().copied() {
            None => self.cut_in = None,
            Some(lobe) => self.follow_swing(&lobe, &frame, emit),
        }
        self.follow_landing(emit);
        self.follow_planting(&frame, emit);
        self.walk.pass(motion.t);
    }

    fn may_be_swing(&self, lobe: &Lobe) -> bool {
        let p = &self.params;
        let usual = self.walk.peak_dps().map_or(0.0, |v| p.swing_share * v);
        let [shortest, longest] = p.swing_s;
        lobe.peak_dps >= p.swing_dps.max(usual)
            && lobe.sweep_deg >= p.swing_deg
            && (shortest..=longest).contains(&(lobe.end - lobe.start))
    }

    /// What a half cycle is, in the walk that is under way.
    fn verdict(&self, sign: f64, odds: f64, stands_out: bool) -> Verdict {
        match self.judge.verdict(odds, sign, self.walk.direction()) {
            Verdict::Swing if !stands_out => Verdict::Open,
            verdict => verdict,
        }
    }

    fn is_swing(&self, lobe: &Lobe) -> bool {
        let odds = self.judge.odds(lobe);
        self.verdict(lobe.sign, odds, self.judge.stands_out(lobe, odds)) == Verdict::Swing
    }

    /// Looks whether the open half cycle is a swing that has passed its peak, or has ended.
    fn follow_swing(&mut self, lobe: &Lobe, frame: &Frame, emit: &mut impl FnMut(Found)) {
        if !self.may_be_swing(lobe) {
            self.slow_s = 0.0;
            return;
        }
        let p = &self.params;
        let rate = frame.motion.omega_dps * lobe.sign;
        let mode = self.walk.direction();
        if self.lifted != Some(lobe.first)
            && rate < p.past_peak * lobe.peak_dps
            && mode == Some(of_swing(lobe.sign))
            && self.is_swing(lobe)
        {
            self.lift(lobe, emit);
        }
        if self.landed == Some(lobe.first) {
            return;
        }
        self.slow_s = if rate < self.params.ended * lobe.peak_dps { self.slow_s + CELL_S } else { 0.0 };
        let end = match self.tracker.back() {
            Some(back) => back.start,
            None if self.slow_s > self.params.ended_s => frame.motion.t - self.slow_s,
            None => return,
        };
        self.slow_s = 0.0;
        self.landed = Some(lobe.first);
        let swing = Lobe { end, ..*lobe };
        let odds = self.judge.odds(&swing);
        self.landing = Some(Landing { swing, odds, stands_out: self.judge.stands_out(&swing, odds) });
    }

    /// Tells the start of a swing.
    fn lift(&mut self, swing: &Lobe, emit: &mut impl FnMut(Found)) {
        self.lifted = Some(swing.first);
        self.contact = None;
        let heel = self.heel.take();
        let p = &self.params.timing;
        let direction = of_swing(swing.sign);
        let confidence = confidence(swing);
        let hole_s = p.hole_s;
        let frames = &self.frames;
        let mut say = |kind, t| {
            let unmeasured = timing::unmeasured(frames, t, hole_s);
            emit(Found { kind, t, direction, confidence, unmeasured, link: None });
        };
        let stride_s = self.walk.stride_s().unwrap_or(self.params.planting.usual_stride_s);
        let last = match direction {
            Direction::Backward => timing::final_contact(&self.frames, swing, stride_s, p),
            _ => timing::forward_final_contact(swing, p),
        };
        self.off = last;
        if direction == Direction::Backward {
            let rise = timing::forefoot_rise(&self.frames, last, stride_s, p);
            // Without a heel contact (the samples began in this stance) the later half of a stance.
            let from = heel.unwrap_or(last - 0.5 * stride_s);
            if let Some(t) = timing::knee_extension(&self.frames, from, rise) {
                say(EventKind::KneeExtension, t);
            }
            say(EventKind::ForefootRise, rise);
        }
        say(EventKind::FinalContact, last);
        say(EventKind::MidSwing, swing.peak_at);
    }

    /// Waits for the contact that ends a swing.
    fn follow_landing(&mut self, emit: &mut impl FnMut(Found)) {
        let Some(Landing { swing, odds, stands_out }) = self.landing else { return };
        let p = &self.params.timing;
        let direction = of_swing(swing.sign);
        let contact = match direction {
            Direction::Backward => timing::toe_contact(&self.frames, &swing, p),
            _ => timing::initial_contact(&self.frames, &swing, p),
        };
        let Some(contact) = contact else { return };
        self.landing = None;
        let step = Step { swing, contact };
        match self.verdict(swing.sign, odds, stands_out) {
            // Who walks fast has an ankle that is never quiet for long; then the signs of the swing decide.
            Verdict::Open if direction == Direction::Backward && !self.grounded(&swing) => {
                self.walk.interrupt(swing.sign);
            }
            Verdict::Swing if direction == Direction::Forward || self.lands() => {
                if self.walk.weigh(direction) == Fate::Wait {
                    self.walk.wait(step);
                    return;
                }
                while let Some(earlier) = self.walk.next_waiting(&step) {
                    self.take(earlier, emit);
                }
                self.take(step, emit);
            }
            Verdict::Open => self.walk.wait(step),
            _ => self.walk.interrupt(swing.sign),
        }
    }

    /// Whether the foot stood on the ground before `swing`: a step starts from a planted foot, a leg that
    /// swings to and fro in the air has none. Asked of backward steps only, and where the signs are
    /// open: above 1.2 m/s the ankle of a walking leg is not quiet for long enough to be seen at rest.
    /// Unknown, which is no objection, while the samples begin.
    fn grounded(&self, swing: &Lobe) -> bool {
        let before = self.walk.contact_before(swing.sign).unwrap_or(f64::NEG_INFINITY);
        let from = before.max(swing.start - self.params.ground_s);
        let (first, last) =
            (timing::number_at(&self.frames, from), timing::number_at(&self.frames, swing.start));
        let began = self.frames.get(self.frames.first()).is_none_or(|f| f.motion.t > from + CELL_S);
        began || self.frames.range(first, last + 1).any(|(_, f)| f.velocity.resting || f.motion.missing)
    }

    /// Whether the ankle has come to rest: a leg that swings free goes on forward.
    fn lands(&self) -> bool {
        let Some(f) = self.frames.last() else { return false };
        let m = &f.motion;
        let turning = m.omega_dps * RAD * self.params.progress.ankle_m * m.tilt[1];
        f.velocity.forward_mps + turning < self.params.landing_mps + f.velocity.sigma_mps
    }

    /// Tells a step.
    fn take(&mut self, step: Step, emit: &mut impl FnMut(Found)) {
        if self.lifted != Some(step.swing.first) {
            self.lift(&step.swing, emit);
        }
        let direction = of_swing(step.swing.sign);
        let backward = direction == Direction::Backward;
        let kind = if backward { EventKind::ToeContact } else { EventKind::InitialContact };
        // From standing, a walk starts where the foot leaves the ground.
        let from = match self.walk.direction() {
            None => self.cut_in.unwrap_or(self.off),
            Some(_) => self.off,
        };
        let follows = self.walk.take(&step, direction);
        let t = step.contact;
        let link = Some(Link { follows, from: from.min(t) });
        let unmeasured = timing::unmeasured(&self.frames, t, self.params.timing.hole_s);
        emit(Found { kind, t, direction, confidence: confidence(&step.swing), unmeasured, link });
        self.contact = Some((Planting::new(step.contact), direction));
        self.heel = None;
    }

    /// Waits for the foot to be planted after a contact.
    fn follow_planting(&mut self, frame: &Frame, emit: &mut impl FnMut(Found)) {
        let Some((foot, direction)) = &mut self.contact else { return };
        let (p, ahead_m) = (&self.params.planting, self.params.timing.ahead_m);
        *foot = foot.with_stride(self.walk.stride_s());
        let planted = match foot.step(&frame.motion, ahead_m, p) {
            Rest::Awaited => return,
            Rest::Never => None,
            Rest::Found(planted) => Some(planted),
        };
        let (contact, direction) = (foot.contact(), *direction);
        self.contact = None;
        let Some(planted) = planted else { return };
        self.planted = Some(planted.at);
        if direction == Direction::Backward {
            let heel = planting::heel_contact(&self.frames, contact, planted.from, ahead_m, p);
            self.heel = Some(heel);
            emit(Found {
                kind: EventKind::HeelContact,
                t: heel,
                direction,
                confidence: 0.5,
                unmeasured: timing::unmeasured(&self.frames, heel, self.params.timing.hole_s),
                link: None,
            });
        }
    }

    /// The sensor lies `ahead_m` ahead of the line from knee to ankle.
    pub fn set_lever(&mut self, ahead_m: f64) {
        self.params.timing.ahead_m = ahead_m;
    }

    /// Whether a walk is under way.
    pub fn walks(&self) -> bool {
        self.walk.direction().is_some()
    }

    /// Whether a foot that has landed may still turn out to be planted.
    pub fn awaits_planting(&self) -> bool {
        self.contact.is_some()
    }

    /// When the foot was planted, if that became known since the last time this was asked.
    pub fn take_planted(&mut self) -> Option<f64> {
        self.planted.take()
    }
}

/// How sure the direction of a swing is.
fn confidence(swing: &Lobe) -> f64 {
    let v = swing.forward_mps.abs();
    v / (v + swing.sigma_mps + 1e-9)
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
mod tests;

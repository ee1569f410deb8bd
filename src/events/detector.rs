//! From the sagittal plane to events, in both directions, as they happen.
//!
//! A half cycle that is fast and wide enough is a swing if the sensor moved over the ground the way
//! it turned: back with a negative rate (backward walking), ahead with a positive one (forward). The
//! other half cycles, with the foot on the ground, move against their rate and so tell the direction
//! too. What cannot be told yet is held until it can, and dropped when it never can.

use crate::record::{Direction, EventKind};
use crate::sagittal::{Motion, RAD};
use crate::signal::grid::CELL_S;
use crate::signal::ring::Ring;

use super::lobe::{self, Lobe, Tracker};
use super::progress::{self, Progress, Velocity};
use super::timing;

/// Everything known of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Frame {
    /// The sagittal plane.
    pub motion: Motion,
    /// How the sensor moves over the ground.
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
    /// Event times.
    pub timing: timing::Params,
    /// Slowest swing, deg/s. Default 40: a walk at 0.22 m/s peaks at 77 (simulated) to 120 (real).
    pub swing_dps: f64,
    /// Smallest share of the usual swing peak that is still a swing.
    pub swing_share: f64,
    /// Smallest turn of a swing, deg. Default 12: a shuffle turns 15 and more.
    pub swing_deg: f64,
    /// Shortest swing, s.
    pub swing_min_s: f64,
    /// Longest swing, s.
    pub swing_max_s: f64,
    /// Smallest mean speed of the sensor over the ground that tells a direction, m/s.
    pub speed_mps: f64,
    /// The same in its own error.
    pub speed_sigmas: f64,
    /// Fastest forward motion of the ankle at backward contact, m/s: more is a leg that swings free.
    pub landing_mps: f64,
    /// A bout ends when no contact has come for this long, in stride times.
    pub pause_strides: f64,
    /// The same before a stride time is known, s.
    pub pause_s: f64,
    /// Longest wait for the heel, as a share of the stride time.
    pub heel_wait: f64,
}

impl Params {
    /// Defaults for a sensor `ankle_m` above the ankle.
    pub fn new(ankle_m: f64) -> Self {
        Self {
            progress: progress::Params {
                ankle_m,
                planted_mps2: 2.0,
                planted_dps: 110.0,
                planted_s: 0.06,
                planted_sigma_mps: 0.08,
                drift_mps2: 0.6,
            },
            lobe: lobe::Params { turn_back_deg: 3.0 },
            timing: timing::Params::default(),
            swing_dps: 40.0,
            swing_share: 0.4,
            swing_deg: 12.0,
            swing_min_s: 0.12,
            swing_max_s: 1.6,
            speed_mps: 0.12,
            speed_sigmas: 1.5,
            landing_mps: 0.5,
            pause_strides: 1.8,
            pause_s: 2.5,
            heel_wait: 0.45,
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
    /// Start of the movement that led to it, for the first contact of a bout.
    pub since: f64,
}

/// A swing that has ended in a contact.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Step {
    swing: Lobe,
    contact: f64,
}

/// What a half cycle says of the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Backward,
    Forward,
    Nothing,
}

/// The detector.
#[derive(Clone, Debug)]
pub struct Detector {
    params: Params,
    frames: Frames,
    progress: Progress,
    tracker: Tracker,
    /// First frame of the swing that was already dealt with.
    landed: Option<u64>,
    lifted: Option<u64>,
    /// A swing that has ended and waits for its contact.
    landing: Option<Lobe>,
    /// Since when the rate has been near zero within a swing, s.
    slow_s: f64,
    /// Backward toe contact that waits for its heel.
    heel: Option<f64>,
    mode: Mode,
    held: [Option<Step>; 4],
    /// Start of the movement without a pause.
    moving_since: Option<f64>,
}

/// Which way the person walks, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
struct Mode {
    direction: Option<Direction>,
    /// Last contact in that direction.
    last: f64,
    /// Contact to contact, s.
    stride_s: Option<f64>,
    /// Swing peak, deg/s.
    peak_dps: Option<f64>,
    /// Steps against it that were held back.
    contrary: u32,
    heel_t: Option<f64>,
}

impl Detector {
    /// Before the first frame.
    pub fn new(params: Params) -> Self {
        Self {
            params,
            frames: Frames::default(),
            progress: Progress::new(params.progress),
            tracker: Tracker::new(params.lobe),
            landed: None,
            lifted: None,
            landing: None,
            slow_s: 0.0,
            heel: None,
            mode: Mode::default(),
            held: [None; 4],
            moving_since: None,
        }
    }

    /// Forgets everything that a hole in the samples makes unsure.
    pub fn reset(&mut self) {
        let params = self.params;
        self.frames.clear();
        self.progress.reset();
        self.tracker.reset();
        self.landed = None;
        self.lifted = None;
        self.landing = None;
        self.slow_s = 0.0;
        self.heel = None;
        self.mode = Mode {
            peak_dps: self.mode.peak_dps,
            ..Mode::default()
        };
        self.held = [None; 4];
        self.moving_since = None;
        self.params = params;
    }

    /// The memory of frames.
    pub fn frames(&self) -> &Frames {
        &self.frames
    }

    /// Takes one moment, emits what became known by it.
    pub fn step(&mut self, motion: Motion, knee_deg: Option<f64>, emit: &mut impl FnMut(Found)) {
        let velocity = self.progress.step(&motion);
        let frame = Frame {
            motion,
            velocity,
            knee_deg,
        };
        self.frames.push(frame);
        let n = self.frames.next() - 1;
        if n == self.frames.first() && !motion.rest {
            self.moving_since = Some(motion.t);
        }
        let closed = self.tracker.step(n, &frame);
        if let Some(lobe) = &closed {
            self.vote(lobe, emit);
        }
        if self.moving_since.is_none()
            && let Some(lobe) = self.tracker.current()
            && lobe.sweep_deg > self.params.lobe.turn_back_deg
        {
            self.moving_since = Some(lobe.start);
        }
        self.follow_swing(&frame, emit);
        self.follow_landing(emit);
        self.follow_heel(&frame, emit);
        self.check_pause(&frame);
    }

    fn says(&self, lobe: &Lobe) -> Says {
        let limit = self
            .params
            .speed_mps
            .max(self.params.speed_sigmas * lobe.sigma_mps);
        if lobe.forward_mps > limit {
            Says::Forward
        } else if lobe.forward_mps < -limit {
            Says::Backward
        } else {
            Says::Nothing
        }
    }

    fn is_swing(&self, lobe: &Lobe) -> bool {
        let p = &self.params;
        let usual = self.mode.peak_dps.map_or(0.0, |v| p.swing_share * v);
        let length = lobe.end - lobe.start;
        lobe.peak_dps >= p.swing_dps.max(usual)
            && lobe.sweep_deg >= p.swing_deg
            && (p.swing_min_s..=p.swing_max_s).contains(&length)
    }

    /// A half cycle has ended: what it says of the direction may free what was held.
    fn vote(&mut self, lobe: &Lobe, emit: &mut impl FnMut(Found)) {
        if lobe.sweep_deg < self.params.swing_deg {
            return;
        }
        let direction = match self.says(lobe) {
            Says::Backward => Direction::Backward,
            Says::Forward => Direction::Forward,
            Says::Nothing => return,
        };
        self.free_held(direction, emit);
    }

    /// Emits held steps that turn out to belong to `direction`.
    fn free_held(&mut self, direction: Direction, emit: &mut impl FnMut(Found)) {
        let sign = swing_sign(direction);
        for slot in 0..self.held.len() {
            if let Some(step) = self.held[slot]
                && step.swing.sign == sign
            {
                self.held[slot] = None;
                self.accept(step, direction, emit);
            }
        }
    }

    fn hold(&mut self, step: Step) {
        self.held.rotate_left(1);
        self.held[3] = Some(step);
    }

    /// Looks whether the open half cycle is a swing that has passed its peak or has ended.
    fn follow_swing(&mut self, frame: &Frame, emit: &mut impl FnMut(Found)) {
        let Some(current) = self.tracker.current().copied() else {
            return;
        };
        if !self.is_swing(&current) {
            self.slow_s = 0.0;
            return;
        }
        let rate = frame.motion.omega_dps * current.sign;
        if self.lifted != Some(current.first)
            && rate < 0.85 * current.peak_dps
            && self
                .mode
                .direction
                .is_some_and(|d| swing_sign(d) == current.sign)
            && self.swing_direction(&current).is_some()
        {
            self.lifted = Some(current.first);
            self.emit_lift(&current, emit);
        }
        if self.landed == Some(current.first) {
            return;
        }
        self.slow_s = if rate < 0.15 * current.peak_dps {
            self.slow_s + CELL_S
        } else {
            0.0
        };
        let end = if let Some(back) = self.tracker.back() {
            back.start
        } else if self.slow_s >= 0.05 {
            frame.motion.t - self.slow_s
        } else {
            return;
        };
        self.slow_s = 0.0;
        self.landed = Some(current.first);
        self.landing = Some(Lobe { end, ..current });
    }

    /// The direction in which `lobe` is a swing, if it is one.
    fn swing_direction(&self, lobe: &Lobe) -> Option<Direction> {
        match self.says(lobe) {
            Says::Backward if lobe.sign < 0.0 => Some(Direction::Backward),
            Says::Forward if lobe.sign > 0.0 => Some(Direction::Forward),
            _ => None,
        }
    }

    /// Events at the start of a swing.
    fn emit_lift(&mut self, swing: &Lobe, emit: &mut impl FnMut(Found)) {
        let p = &self.params.timing;
        let confidence = confidence(swing);
        let mut say = |kind, t, direction| {
            emit(Found {
                kind,
                t,
                direction,
                confidence,
                since: swing.start,
            })
        };
        if swing.sign < 0.0 {
            let last = timing::final_contact(&self.frames, swing, p);
            let rise = last - p.forefoot_s;
            if let Some(heel) = self.mode.heel_t.take()
                && let Some(t) = timing::knee_extension(&self.frames, heel, rise)
            {
                say(EventKind::KneeExtension, t, Direction::Backward);
            }
            say(EventKind::ForefootRise, rise, Direction::Backward);
            say(EventKind::FinalContact, last, Direction::Backward);
            say(EventKind::MidSwing, swing.peak_at, Direction::Backward);
        } else {
            let last = timing::forward_final_contact(swing, p);
            say(EventKind::FinalContact, last, Direction::Forward);
            say(EventKind::MidSwing, swing.peak_at, Direction::Forward);
        }
        self.heel = None;
    }

    /// Waits for the contact that ends a swing.
    fn follow_landing(&mut self, emit: &mut impl FnMut(Found)) {
        let Some(swing) = self.landing else { return };
        let p = &self.params.timing;
        let contact = if swing.sign < 0.0 {
            timing::toe_contact(&self.frames, &swing, p)
        } else {
            timing::initial_contact(&self.frames, &swing, p)
        };
        let Some(contact) = contact else { return };
        self.landing = None;
        let step = Step { swing, contact };
        match self.says(&swing) {
            Says::Backward if swing.sign < 0.0 && self.lands() => {
                self.consider(step, Direction::Backward, emit)
            }
            Says::Forward if swing.sign > 0.0 => self.consider(step, Direction::Forward, emit),
            Says::Nothing => self.hold(step),
            _ => {}
        }
    }

    /// Whether the ankle has come to rest: a leg that swings free goes on forward.
    fn lands(&self) -> bool {
        let Some(f) = self.frames.last() else {
            return false;
        };
        let m = &f.motion;
        let turning =
            m.omega_dps * RAD * self.params.progress.ankle_m * libm::cos(m.theta_deg * RAD);
        f.velocity.forward_mps + turning < self.params.landing_mps
    }

    /// A step whose direction is told by its own swing.
    fn consider(&mut self, step: Step, direction: Direction, emit: &mut impl FnMut(Found)) {
        match self.mode.direction {
            Some(d) if d != direction && self.mode.contrary == 0 => {
                self.mode.contrary = 1;
                self.hold(step);
            }
            Some(d) if d != direction => {
                self.mode = Mode::default();
                self.free_held(direction, emit);
                self.accept(step, direction, emit);
            }
            _ => {
                self.free_held(direction, emit);
                self.accept(step, direction, emit);
            }
        }
    }

    fn accept(&mut self, step: Step, direction: Direction, emit: &mut impl FnMut(Found)) {
        if self.lifted != Some(step.swing.first) {
            self.lifted = Some(step.swing.first);
            self.emit_lift(&step.swing, emit);
        }
        let kind = match direction {
            Direction::Backward => EventKind::ToeContact,
            _ => EventKind::InitialContact,
        };
        let since = if self.mode.direction.is_none() {
            self.moving_since.unwrap_or(step.swing.start)
        } else {
            self.mode.last
        };
        emit(Found {
            kind,
            t: step.contact,
            direction,
            confidence: confidence(&step.swing),
            since,
        });
        let stride = step.contact - self.mode.last;
        if self.mode.direction == Some(direction) && (0.4..3.5).contains(&stride) {
            let usual = self.mode.stride_s.unwrap_or(stride);
            self.mode.stride_s = Some(usual + 0.3 * (stride - usual));
        }
        let usual = self.mode.peak_dps.unwrap_or(step.swing.peak_dps);
        self.mode.peak_dps = Some(usual + 0.3 * (step.swing.peak_dps - usual));
        self.mode.direction = Some(direction);
        self.mode.last = step.contact;
        self.mode.contrary = 0;
        self.heel = (direction == Direction::Backward).then_some(step.contact);
        self.mode.heel_t = None;
    }

    /// Waits for the heel after a backward toe contact.
    fn follow_heel(&mut self, frame: &Frame, emit: &mut impl FnMut(Found)) {
        let Some(toe) = self.heel else { return };
        let t = frame.motion.t;
        if frame.velocity.planted && t > toe + self.params.progress.planted_s {
            let planted = t - self.params.progress.planted_s;
            let heel = timing::heel_contact(&self.frames, toe, planted, &self.params.timing);
            self.heel = None;
            self.mode.heel_t = Some(heel);
            emit(Found {
                kind: EventKind::HeelContact,
                t: heel,
                direction: Direction::Backward,
                confidence: 0.5,
                since: toe,
            });
        } else if t > toe + self.params.heel_wait * self.mode.stride_s.unwrap_or(1.3) {
            self.heel = None;
        }
    }

    /// Ends the bout when no contact has come for too long.
    fn check_pause(&mut self, frame: &Frame) {
        let t = frame.motion.t;
        let pause = self
            .mode
            .stride_s
            .map_or(self.params.pause_s, |s| self.params.pause_strides * s);
        if self.mode.direction.is_some() && t - self.mode.last > pause {
            self.mode = Mode {
                peak_dps: self.mode.peak_dps,
                ..Mode::default()
            };
        }
        if frame.motion.rest {
            self.moving_since = None;
            self.tracker.reset();
            self.held = [None; 4];
            self.mode = Mode {
                peak_dps: self.mode.peak_dps,
                ..Mode::default()
            };
        }
        for slot in &mut self.held {
            if slot.is_some_and(|s| t - s.contact > 4.0) {
                *slot = None;
            }
        }
    }
}

/// Sign of the sagittal rate in the swing of a walk in `direction`.
fn swing_sign(direction: Direction) -> f64 {
    if direction == Direction::Backward {
        -1.0
    } else {
        1.0
    }
}

/// How sure the direction of a swing is.
fn confidence(swing: &Lobe) -> f64 {
    let v = swing.forward_mps.abs();
    v / (v + swing.sigma_mps + 1e-9)
}

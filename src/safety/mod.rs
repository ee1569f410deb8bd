//! Says when balance is being lost or the gait is unsafe, and does not cry wolf.
//!
//! [`table`] is the one table of rules ([`rule`], with what they [`need`]); [`tuning`] the limits in force. [`Safety`] takes what the other
//! stages know, cell by cell and stride by stride, and tells alerts, their ends, and when watching is
//! suspended. It reads no clock and allocates nothing once it runs.
//!
//! | family | file | reads |
//! |---|---|---|
//! | falls | [`fall`] | specific force alone |
//! | disturbed steps: stumble, slip, and those not recovered | [`disturb`], [`template`] | cells |
//! | a knee that gives way | [`buckle`] | cells |
//! | a stop on a running belt | [`halt`] | cells |
//! | gait quality, technique | [`strides`], [`spectrum`], [`robust`] | strides |
//! | what was not watched | [`watch`] | all |
//!
//! It supports training. It never promises to prevent a fall, and takes the place of no clip and no rail.

pub mod asymmetry;
pub mod baseline;
pub mod buckle;
pub mod cue;
pub mod disturb;
pub mod fall;
pub mod halt;
pub mod latch;
pub mod need;
pub mod rates;
pub mod robust;
pub mod rule;
pub mod spectrum;
pub mod strides;
pub mod table;
pub mod template;
pub mod tuning;
pub mod watch;

use self::buckle::BuckleRule;
use self::cue::{Cue, Ended};
use self::disturb::{Disturbances, Place};
use self::fall::FallRule;
use self::halt::HaltRule;
use self::need::Need;
use self::rule::{RULES, Rule};
use self::spectrum::Spectrum;
use self::strides::{StrideRules, Usual};
use self::template::LANES;
use self::tuning::Tuning;
use self::watch::{Account, SafetySummary, Watched};
use crate::imu::Imu;
use crate::orient::attitude::Pose;
use crate::orient::quat::{Matrix, dot};
use crate::record::{Direction, EventKind, Evidence, Stride};
use crate::sagittal::{Motion, RAD};
use crate::signal::grid::CELL_S;
use crate::signal::ring::Ring;

/// What is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Known {
    /// The sensor's nominal axes are those of the shank.
    pub mounted: bool,
    /// Belt speed, m/s.
    pub belt_mps: Option<f64>,
    /// What is usual for this person.
    pub usual: Usual,
}

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Said {
    /// An alert: which, its onset (s), and the figures.
    Raised(Rule, f64, Evidence),
    /// An alert is over.
    Ended(Rule, Ended),
    /// Steps are not watched, for this reason.
    Paused(Need),
    /// Steps are watched again, or for the first time.
    Watching,
}

/// A walk has ended when no swing has come for so many of its strides, and before a stride time is known
/// for this long, s.
const WALK_ENDS: (f64, f64) = (1.9, 4.0);
/// Rate at which the person turns, deg/s: the heading's change over one stride, in which what a leg in
/// straight walking turns to and fro cancels. Half a circle takes two or three strides.
const TURNING_DPS: f64 = 15.0;
/// A stride time before one is known, s.
const STRIDE_S: f64 = 1.3;
/// Strides after a disturbed one that belong to it.
const HURRIED: f64 = 4.0;
/// After lost or clipped readings the filters ring for this long, s.
const RINGS_S: f64 = 0.15;
/// A pause of watching that is told, s.
const TELLING_S: f64 = 1.0;
/// Rate of a sensor that is being moved, deg/s; how long that lasts, s.
const MOVED_DPS: f64 = 60.0;
const MOVED_S: f64 = 2.0;
/// After a walk, a fall out of it is looked for this long, s.
const WALKED_S: f64 = 3.0;

/// The stage.
#[derive(Clone, Debug)]
pub struct Safety {
    tuning: Tuning,
    known: Known,
    cues: [Cue; RULES],
    /// The earliest moment at which an alert may end, s.
    due: f64,
    /// Needs of the rules that watch steps.
    acute: u32,
    fall: FallRule,
    steps: Disturbances,
    buckle: BuckleRule,
    halt: HaltRule,
    strides: StrideRules,
    spectrum: Spectrum,
    account: Account,
    /// Highest specific force since the last cell, squared.
    peak2: f64,
    direction: Option<Direction>,
    /// Change of heading since the beginning, deg.
    heading_deg: f64,
    headings: Box<Ring<f64, 512>>,
    /// Cells of one stride.
    stride_cells: u64,
    /// Force and rate of the last two cells.
    recent: [[[f64; 3]; 2]; 2],
    /// Last lost and last clipped reading, s.
    lost: f64,
    clipped: f64,
    /// Needs that are met now.
    met: u32,
    /// Last moment at which the sensor moved, and last swing, s.
    moved: f64,
    swung: f64,
    thigh: f64,
    /// Since when the watching has been as it is, and what has been told of it.
    pause: (Option<Need>, f64),
    /// Whether it has been told that steps are watched.
    told: Option<bool>,
    disturbed: [f64; 16],
    disturbances: usize,
    out: [Option<Said>; 12],
    first: usize,
    n: usize,
}

impl Safety {
    /// Before the first sample.
    pub fn new(tuning: &Tuning, known: Known) -> Self {
        let cues = Rule::ALL.map(|rule| {
            let (refractory_s, ends_s) = tuning.times(rule);
            Cue::new(refractory_s, ends_s)
        });
        Self {
            tuning: *tuning,
            known,
            cues,
            due: f64::INFINITY,
            acute: Rule::Stumble.info().needs.iter().fold(0, |set, need| set | need.bit()),
            fall: FallRule::new(tuning, known.mounted),
            steps: Disturbances::new(tuning),
            buckle: BuckleRule::new(tuning),
            halt: HaltRule::new(tuning),
            strides: StrideRules::new(tuning, known.usual, known.belt_mps),
            spectrum: Spectrum::default(),
            account: Account::default(),
            peak2: 0.0,
            direction: None,
            heading_deg: 0.0,
            headings: Box::default(),
            stride_cells: cells_of(STRIDE_S),
            recent: [[[0.0; 3]; 2]; 2],
            lost: f64::NEG_INFINITY,
            clipped: f64::NEG_INFINITY,
            met: 0,
            moved: f64::NEG_INFINITY,
            swung: f64::NEG_INFINITY,
            thigh: f64::NEG_INFINITY,
            pause: (None, 0.0),
            told: None,
            disturbed: [f64::NEG_INFINITY; 16],
            disturbances: 0,
            out: [None; 12],
            first: 0,
            n: 0,
        }
    }

    /// What has become known, oldest first.
    pub fn take(&mut self) -> Option<Said> {
        if self.first == self.n {
            self.first = 0;
            self.n = 0;
            return None;
        }
        let said = self.out[self.first].take();
        self.first += 1;
        said
    }

    fn say(&mut self, said: Said) {
        if let Some(slot) = self.out.get_mut(self.n) {
            *slot = Some(said);
            self.n += 1;
        }
    }

    fn evidence(&mut self, rule: Rule, onset: f64, now: f64, evidence: Evidence) {
        if !self.tuning.is_on(rule) {
            return;
        }
        let cue = &mut self.cues[rule as usize];
        let raised = cue.evidence(onset, now);
        self.due = self.due.min(cue.due());
        if raised {
            self.say(Said::Raised(rule, onset, evidence));
        }
    }

    fn pass(&mut self, now: f64) {
        if now < self.due {
            return;
        }
        self.due = f64::INFINITY;
        for rule in Rule::ALL {
            if let Some(ended) = self.cues[rule as usize].pass(now) {
                self.say(Said::Ended(rule, ended));
            }
            self.due = self.due.min(self.cues[rule as usize].due());
        }
    }

    /// One sample as it came: what of it a cell would hide.
    #[inline]
    pub fn sample(&mut self, shank: &Imu) {
        self.peak2 = self.peak2.max(dot(shank.acc_mps2, shank.acc_mps2));
    }

    /// One cell, whether or not the axes are known (`axes`) and which way they point (`signed`).
    pub fn pose(&mut self, pose: &Pose, axes: bool, signed: bool) {
        let t = pose.t;
        let rates = pose.shank.gyr_dps;
        if dot(rates, rates) > MOVED_DPS * MOVED_DPS {
            self.moved = t;
        }
        let peak2 = std::mem::take(&mut self.peak2);
        let walked = t - self.swung < WALKED_S;
        if pose.missing {
            self.lost = t;
        } else if let Some((onset, evidence)) = self.fall.step(t, pose.shank.acc_mps2, peak2, walked) {
            self.evidence(Rule::Fall, onset, t, evidence);
        }
        if self.fall.lies() {
            self.cues[Rule::Fall as usize].hold(t);
        }
        if pose.clipped {
            self.clipped = t;
        }
        if pose.thigh.is_some() {
            self.thigh = t;
        }
        self.heading_deg += CELL_S * dot(rates, pose.shank.up);
        self.headings.push(self.heading_deg);
        let straight = self.turned_deg().abs() < TURNING_DPS * (self.stride_cells as f64 * CELL_S);
        let walking = if axes { self.walks(t) } else { t - self.moved < MOVED_S };
        let needs = [
            (Need::Walking, walking),
            (Need::Samples, t - self.lost > RINGS_S),
            (Need::Range, t - self.clipped > RINGS_S),
            (Need::Axes, axes),
            (Need::Direction, signed && self.direction == Some(Direction::Backward)),
            (Need::Straight, straight),
            (Need::Template, self.steps.is_ready()),
            (Need::Strides, self.strides.enough()),
            (Need::Thigh, t - self.thigh < RINGS_S),
            (Need::Pace, self.steps.period_s().is_some_and(|p| p < self.halt.slowest_s())),
        ];
        self.met = needs.into_iter().fold(0, |set, (need, met)| if met { set | need.bit() } else { set });
        self.account.cell(self.met);
        self.tell_pause(t);
        self.pass(t);
    }

    /// Change of the heading over the last stride, deg.
    fn turned_deg(&self) -> f64 {
        let before = self.headings.next().checked_sub(self.stride_cells + 1);
        before.and_then(|n| self.headings.get(n)).map_or(0.0, |b| self.heading_deg - b)
    }

    fn has(&self, need: Need) -> bool {
        self.met & need.bit() != 0
    }

    fn watches_steps(&self) -> bool {
        self.met & self.acute == self.acute
    }

    fn walks(&self, t: f64) -> bool {
        let longest = self.steps.period_s().map_or(WALK_ENDS.1, |p| WALK_ENDS.0 * p);
        t - self.swung < longest
    }

    /// Tells when steps cease to be watched for a while, and when they are watched again.
    fn tell_pause(&mut self, t: f64) {
        if !self.has(Need::Walking) {
            self.pause = (None, t);
            return;
        }
        let lacks = self.acute & !self.met;
        let lacking =
            if lacks == 0 { None } else { Need::ALL.into_iter().find(|need| lacks & need.bit() != 0) };
        if lacking.is_some() != self.pause.0.is_some() {
            self.pause = (lacking, t);
        }
        if t - self.pause.1 < TELLING_S {
            return;
        }
        let watching = self.pause.0.is_none();
        if self.told != Some(watching) {
            // That watching begins is told as well: before it, nothing is said.
            self.told = Some(watching);
            self.say(self.pause.0.map_or(Said::Watching, Said::Paused));
        }
    }

    /// The sagittal plane at one moment: `matrix` turns the pose's axes to those of the shank.
    pub fn motion(&mut self, pose: &Pose, matrix: &Matrix, m: &Motion, knee_deg: Option<f64>) {
        if m.rest && self.steps.anchor().is_none() {
            return;
        }
        let lead_s = self.steps.lead_s();
        let aside_deg = dot(matrix[2], pose.shank.up) / RAD - lead_s * dot(matrix[0], pose.shank.gyr_dps);
        let ahead_deg = m.tilt[0] / RAD + lead_s * m.omega_dps;
        let [burst, twist] = self.bursts(pose);
        let lanes =
            lanes([m.omega_dps, m.ankle_forward_mps2, m.ankle_up_mps2, ahead_deg, aside_deg, burst, twist]);
        let watched = self.watches_steps();
        let walks = self.walks(m.t);
        if !walks && self.steps.anchor().is_some() {
            self.steps.stop();
            self.spectrum.restart();
        }
        let watched = watched && walks;
        if watched {
            let bears = self.steps.locate(m.t) == Place::Stance;
            let usual = if bears { self.steps.usual(m.t) } else { None };
            if let Some((onset, evidence)) = self.buckle.step(m, knee_deg, usual) {
                self.evidence(Rule::KneeGivingWay, onset, m.t, evidence);
                self.steps.explained();
                self.disturbance(onset, m.t);
            }
        } else {
            self.buckle.restart();
        }
        if let Some(found) = self.steps.step(m.t, lanes, watched) {
            self.evidence(found.rule, found.onset, m.t, found.evidence);
            if found.rule != Rule::StumbleUnrecovered {
                self.disturbance(found.onset, m.t);
            }
        }
        if self.known.belt_mps.is_some_and(|v| v > 0.0)
            && self.has(Need::Samples)
            && self.has(Need::Pace)
            && let Some((onset, evidence)) = self.halt.step(m.t, m.omega_dps, &self.steps)
        {
            self.evidence(Rule::SuddenStop, onset, m.t, evidence);
        }
        if walks {
            self.spectrum.step(m.ankle_up_mps2);
        }
    }

    /// Second differences of force (m/s²) and rate (deg/s): what is quicker than any movement.
    fn bursts(&mut self, pose: &Pose) -> [f64; 2] {
        let now = [pose.shank.acc_mps2, pose.shank.gyr_dps];
        let [before, middle] = self.recent;
        self.recent = [middle, now];
        let size = |s: usize| {
            let of = |k: usize| now[s][k] - 2.0 * middle[s][k] + before[s][k];
            let d = [of(0), of(1), of(2)];
            dot(d, d).sqrt()
        };
        [size(0), size(1)]
    }

    /// A step was disturbed: counts towards repeated ones.
    fn disturbance(&mut self, onset: f64, now: f64) {
        let last = self.disturbed[(self.disturbances + 15) % 16];
        // One event has one count, however many rules see it: the steps after it are hurried.
        if onset - last < HURRIED * self.steps.period_s().unwrap_or(STRIDE_S) {
            return;
        }
        self.disturbed[self.disturbances % 16] = onset;
        self.disturbances += 1;
        let within = self.tuning.get(Rule::RepeatedStumbles, 3);
        let count = self.disturbed.iter().filter(|at| now - **at < within).count();
        if count as f64 >= self.tuning.get(Rule::RepeatedStumbles, 2) {
            let evidence = Evidence::default().with("events", count as f64).with("within_s", within);
            self.evidence(Rule::RepeatedStumbles, onset, now, evidence);
        }
    }

    /// A gait event, `t` and `now` in seconds of the grid.
    pub fn event(&mut self, kind: EventKind, t: f64, direction: Direction) {
        match kind {
            EventKind::MidSwing => {
                self.swung = t;
                self.direction = Some(direction);
                self.steps.swing(t, direction);
                self.stride_cells = cells_of(self.steps.period_s().unwrap_or(STRIDE_S));
                self.halt.swing(&self.steps);
            }
            EventKind::ToeContact | EventKind::InitialContact => self.steps.contact(t),
            EventKind::FinalContact => self.steps.final_contact(t),
            _ => {}
        }
    }

    /// A stride that began at `start` and is known at `now`, in seconds of the grid.
    pub fn stride(&mut self, stride: &Stride, start: f64, now: f64) {
        let mut found: [Option<(Rule, Evidence)>; 12] = [None; 12];
        let mut n = 0;
        let swing_dps = Some(self.steps.swings()[0].0).filter(|d| *d > 0.0);
        self.strides.stride(stride, swing_dps, &mut self.spectrum, &mut |f| {
            if let Some(slot) = found.get_mut(n) {
                *slot = Some(f);
                n += 1;
            }
        });
        for (rule, evidence) in found.into_iter().flatten() {
            self.evidence(rule, start, now, evidence);
        }
    }

    /// Samples are missing from `from` to `now`; `broken` when the grid starts anew after it.
    pub fn gap(&mut self, from: f64, now: f64, broken: bool) {
        let walked = self.walks(from) || self.has(Need::Walking);
        if broken {
            self.account.gap(self.met & !Need::Samples.bit(), now - from);
        }
        self.silence(from, now, walked);
        if broken {
            self.lost = now;
            self.steps.restart();
            self.buckle.restart();
            self.fall.restart();
            self.spectrum.restart();
        }
    }

    /// No sample has come since `from`, and it is `now`. For a live session, which need not wait for the
    /// next sample to say so.
    pub fn silence(&mut self, from: f64, now: f64, walked: bool) {
        if walked && now - from > self.tuning.get(Rule::SensorLost, 2) {
            let evidence = Evidence::default().with("without_samples_s", now - from);
            self.evidence(Rule::SensorLost, from, now, evidence);
        }
    }

    /// Whether a walk is under way, as far as is known.
    pub fn is_walking(&self) -> bool {
        self.has(Need::Walking)
    }

    /// The axes have been turned around, or what is under way is void.
    pub fn forget(&mut self) {
        self.steps.forget();
        self.stride_cells = cells_of(STRIDE_S);
        self.buckle.restart();
    }

    /// How everything was watched.
    pub fn summary(&self) -> SafetySummary {
        let seen = self.strides.seen;
        let lasting = [
            (Need::Belt, self.known.belt_mps.is_some_and(|v| v > 0.0)),
            (Need::Plan, self.tuning.planned.is_some()),
            (Need::Contact, seen.contact),
            (Need::Knee, seen.knee),
            (Need::Length, seen.length),
        ];
        let lasting = lasting.into_iter().fold(0, |set, (n, met)| if met { set | n.bit() } else { set });
        let rules = Rule::ALL.map(|rule| {
            let watched = self.account.of(rule, self.tuning.is_on(rule), lasting);
            Watched { alerts: self.cues[rule as usize].count(), ..watched }
        });
        SafetySummary { rules, tuning: self.tuning }
    }
}

/// Cells in `seconds`, as far as headings are remembered.
fn cells_of(seconds: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the memory")]
    let cells = libm::round(seconds / CELL_S).clamp(1.0, 500.0) as u64;
    cells
}

fn lanes(values: [f64; 7]) -> [f32; LANES] {
    let mut lanes = [0.0; LANES];
    for (lane, value) in lanes.iter_mut().zip(values) {
        #[expect(clippy::cast_possible_truncation, reason = "seven digits are more than a sensor has")]
        let value = value as f32;
        *lane = value;
    }
    lanes
}

//! Seated knee extensions: how the knee's axis lies in the sensor, and which of its ends is the right one.
//!
//! Sitting, the shank hangs. It can be raised with the foot ahead until the knee is straight; the other way
//! the chair and the knee end it at 20 to 40 degrees. So a shank that is raised far and held there has its
//! foot ahead, and the vertical, seen from the sensor, has turned to the shank's front. The knee's axis is
//! the principal axis of the rotation; gravity and rotation must agree on it.
//!
//! A shank bent up behind a standing person looks the same in a mirror. So sitting down must have been
//! seen: by a thigh that has come to lie, or by the shank, which tilts with the knee ahead when a person
//! sits down or steps to the chair, and never as far the other way ([`super::range`]).

use super::axis::RateMoments;
use super::range::{Range, Sign};
use super::reference::{Reference, Sitting};
use crate::capture::CaptureMeta;
use crate::imu::{Imu, Sample};
use crate::mount::{Mount, Swap};
use crate::orient::attitude::{Attitudes, Pose};
use crate::orient::quat::{EYE, angle_deg, cross, dot, unit};
use crate::orient::{standing, vqf};
use crate::sagittal::RAD;
use crate::signal::grid::{self, CELL_S, Grid, Taken};
use crate::time::SensorTime;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Quiet standing that is needed, s. Default 2: the mean of sway over less is a degree off.
    pub stand_s: f64,
    /// Furthest that a given mount may be from standing, deg. Default 35, as for a seat
    /// ([`super::seat::Params::largest_deg`]): beyond it the person does not stand.
    pub upright_deg: f64,
    /// Angle from standing to which the shank must be raised, deg. Default 45: a foot drawn back below a
    /// chair comes to 40, and half of the way to a straight knee.
    pub raised_deg: f64,
    /// How long it must be that high, s. Default 0.5: no swing of a walk lasts as long.
    pub held_s: f64,
    /// Longest that it may be, s. Default 20: beyond it the person lies.
    pub longest_s: f64,
    /// Smallest raise that is taken for a try, deg. Default 30: the shank leans by 15 to 25 when a person
    /// sits down.
    pub try_deg: f64,
    /// Rise and fall between two raises, deg. Default 20.
    pub between_deg: f64,
    /// Angular rate that is movement, deg/s. Default 10: the slowest take nine seconds to raise the leg.
    pub moving_dps: f64,
    /// Largest roundness of the rotation (second moment over first). Default 0.15: a hinge has 0, a leg
    /// that is turned in itself while it is raised 0.2 and more.
    pub roundness: f64,
    /// Largest angle between what gravity and what the rotation say of the axis, and of the axis out of
    /// the level, deg. Default 20: the tibia turns out by 10 to 15 as the knee locks.
    pub twist_deg: f64,
    /// Largest angle between one raise and the others, deg. Default 25.
    pub apart_deg: f64,
    /// Extensions that are needed. Default 3: with two nobody knows which of them was the odd one.
    pub least: usize,
    /// How much further the shank must lean with the knee ahead than the other way, in two errors of the
    /// zero, deg. Default 3: it was measured just before.
    pub zero_deg: f64,
    /// Turn of the thigh from standing that is sitting, deg. Default 45: half of a right angle.
    pub thigh_deg: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            stand_s: 2.0,
            upright_deg: 35.0,
            raised_deg: 45.0,
            held_s: 0.5,
            longest_s: 20.0,
            try_deg: 30.0,
            between_deg: 20.0,
            moving_dps: 10.0,
            roundness: 0.15,
            twist_deg: 20.0,
            apart_deg: 25.0,
            least: 3,
            zero_deg: 3.0,
            thigh_deg: 45.0,
        }
    }
}

/// What counts as the top of a raise, deg below its highest.
const TOP_DEG: f64 = 10.0;
/// Confidence in the sign when a thigh has been seen to lie: what is left are labels mixed up.
const THIGH_CONFIDENCE: f64 = 0.99;

/// One moment, in nominal segment axes (the sensor's own where the mount is not given).
#[derive(Clone, Copy, Debug)]
struct Moment {
    t: f64,
    up: [f64; 3],
    force: [f64; 3],
    gyr_dps: [f64; 3],
    quiet_s: f64,
    thigh: Option<[[f64; 3]; 2]>,
    /// The samples broke off before it.
    broken: bool,
}

/// Takes samples, and looks at them whenever it is asked.
#[derive(Clone, Debug)]
pub struct Watcher {
    params: Params,
    given: bool,
    swaps: [Swap; 2],
    grid: Grid,
    attitudes: Attitudes,
    first: Option<SensorTime>,
    seen: Vec<Moment>,
    broken: bool,
}

/// Standing, as it was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stood {
    /// The vertical in the shank's sensor.
    pub up: [f64; 3],
    /// The same in the thigh's.
    pub thigh_up: Option<[f64; 3]>,
    /// For how long, s.
    pub seconds: f64,
    /// It goes on.
    pub now: bool,
    /// Where it ended.
    end: usize,
}

/// What was wrong with a raise.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Not far enough, deg.
    #[error("raised by {0:.0}° only: raise it until the knee is as straight as it gets")]
    Small(f64),
    /// Not long enough, s.
    #[error("up for {0:.1} s only: hold it there for a second or two")]
    Short(f64),
    /// There was no one axis, or it was not level.
    #[error("the leg turned in itself or went to the side: raise it straight ahead, the knee where it is")]
    Twisted,
    /// It went another way than the others, deg.
    #[error("{0:.0}° beside the others: raise it straight ahead each time")]
    Apart(f64),
    /// The thigh was not level.
    #[error("the thigh did not lie level: do it sitting")]
    NotSeated,
}

/// One raise of the shank.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Raise {
    /// When it began and was over, s.
    pub span_s: (f64, f64),
    /// How far from standing, deg.
    pub peak_deg: f64,
    /// How long it was high, s.
    pub held_s: f64,
    /// The leg has come to rest since.
    pub over: bool,
    /// What was wrong with it.
    pub fault: Option<Fault>,
    front: [f64; 3],
    right: [f64; 3],
    thigh_front: Option<[f64; 3]>,
}

/// How it is known that the person sat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sat {
    /// The thigh came to lie.
    Thigh,
    /// The shank leaned on the way down.
    Leaned(Range),
    /// It is not.
    Unseen,
}

/// What the extensions show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axes {
    /// The shank's: the vertical in standing, and the knee's axis.
    pub shank: Sitting,
    /// The thigh's, where there is a sensor and it lay level.
    pub thigh: Option<Sitting>,
    /// How far the axes of the single extensions lie from that of all, deg (root mean square).
    pub scatter_deg: f64,
    /// Extensions behind it.
    pub n: usize,
    /// Whether the person sat.
    pub sat: Sat,
    zero_deg: f64,
}

/// What can be seen so far.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Seen {
    /// Standing, when it was long enough.
    pub stood: Option<Stood>,
    /// How long the shank has been quiet by now, s.
    pub quiet_s: f64,
    /// Raises that are over, in their order; tries only.
    pub raises: Vec<Raise>,
    /// The leg is up.
    pub up: bool,
    /// What follows from them, when they are enough.
    pub axes: Option<Axes>,
}

impl Seen {
    /// Extensions with nothing wrong in them.
    pub fn good(&self) -> usize {
        self.raises.iter().filter(|r| r.fault.is_none()).count()
    }

    /// Whether the shank was raised and held as only a sitting (or lying) person does.
    pub fn is_held_up(&self) -> bool {
        self.raises.iter().any(|r| !matches!(r.fault, Some(Fault::Small(_) | Fault::Short(_))))
    }
}

impl Axes {
    /// Confidence in the sign, 0.5 to 1; `None` where sitting down was not seen.
    pub fn sign_confidence(&self) -> Option<f64> {
        match self.sat {
            Sat::Thigh => Some(THIGH_CONFIDENCE),
            Sat::Leaned(range) => Some(range.confidence(self.zero_deg)),
            Sat::Unseen => None,
        }
    }

    /// For a pipeline that knows nothing else of the sensors.
    pub fn reference(&self) -> Reference {
        Reference { shank: self.shank, thigh: self.thigh, ..Reference::default() }
    }
}

impl Watcher {
    /// For samples of a capture that says `meta` of itself.
    pub fn new(params: Params, meta: &CaptureMeta) -> Self {
        Self {
            params,
            given: meta.mount.is_some(),
            swaps: [meta.mount, meta.thigh_mount].map(|m| m.unwrap_or(Mount::IDENTITY).swap()),
            grid: Grid::new(grid::Params::default()),
            attitudes: Attitudes::new(vqf::Params::SHANK, standing::Params::default()),
            first: None,
            seen: Vec::new(),
            broken: false,
        }
    }

    /// Takes a sample.
    pub fn push(&mut self, sample: &Sample) {
        if !sample.time.is_within_limit() {
            return;
        }
        let first = *self.first.get_or_insert(sample.time);
        let Self { grid, attitudes, swaps, seen, broken, .. } = self;
        let turned = |swap: &Swap, imu: &Imu| Imu {
            acc_mps2: swap.apply(imu.acc_mps2),
            gyr_dps: swap.apply(imu.gyr_dps),
        };
        let taken = grid.push(sample, false, |cell| {
            let cell = grid::Cell {
                shank: turned(&swaps[0], &cell.shank),
                thigh: cell.thigh.map(|t| turned(&swaps[1], &t)),
                ..cell
            };
            let pose = attitudes.step(cell.time.since(first).seconds(), &cell);
            seen.push(Moment::of(&pose, std::mem::take(broken)));
        });
        if let Taken::AfterGap { broken: true, .. } = taken {
            self.attitudes.restart();
            self.broken = true;
        }
    }

    /// What can be seen so far.
    pub fn look(&self) -> Seen {
        let quiet_s = self.seen.last().map_or(0.0, |m| m.quiet_s);
        let Some(stood) = self.stood() else { return Seen { quiet_s, ..Seen::default() } };
        let (mut raises, up) = self.raises(&stood);
        let p = &self.params;
        // The way that most go; the others went beside them.
        let near = |a: &Raise, b: &Raise| angle_deg(a.front, b.front) <= p.apart_deg;
        let good: Vec<Raise> = raises.iter().filter(|r| r.fault.is_none()).copied().collect();
        let most = good.iter().max_by_key(|a| good.iter().filter(|b| near(a, b)).count()).copied();
        for raise in raises.iter_mut().filter(|r| r.fault.is_none()) {
            raise.fault =
                most.filter(|m| !near(m, raise)).map(|m| Fault::Apart(angle_deg(m.front, raise.front)));
        }
        let axes = self.axes(&stood, &raises);
        Seen { stood: Some(stood), quiet_s, raises, up, axes }
    }

    /// The first quiet spell that is long enough, and upright where the mount tells.
    fn stood(&self) -> Option<Stood> {
        let p = &self.params;
        let mut start = None;
        for (i, m) in self.seen.iter().enumerate() {
            let last = i + 1 == self.seen.len();
            if m.quiet_s > 0.0 {
                start = start.or(Some(i));
            }
            let Some(from) = start.filter(|_| m.quiet_s <= 0.0 || last) else { continue };
            start = None;
            let (end, now) = if m.quiet_s > 0.0 { (i + 1, true) } else { (i, false) };
            let spell = &self.seen[from..end];
            let seconds = spell.last().map_or(0.0, |m| m.quiet_s);
            let Some(up) = mean(spell.iter().map(|m| m.force)) else { continue };
            if seconds + 0.5 * CELL_S < p.stand_s || (self.given && angle_deg(up, EYE[1]) > p.upright_deg) {
                continue;
            }
            let thigh_up = mean(spell.iter().filter_map(|m| Some(m.thigh?[1])));
            return Some(Stood { up, thigh_up, seconds, now, end });
        }
        None
    }

    /// Every raise that may be a try, in order, and whether the leg is up at the end.
    fn raises(&self, stood: &Stood) -> (Vec<Raise>, bool) {
        let p = &self.params;
        let mut raises = Vec::new();
        let mut low = f64::INFINITY;
        let mut high: Option<(f64, usize)> = None;
        let mut from = stood.end;
        for (i, m) in self.seen.iter().enumerate().skip(stood.end) {
            let a = angle_deg(m.up, stood.up);
            if m.broken {
                (low, high, from) = (a, None, i);
            }
            match &mut high {
                None => {
                    low = low.min(a);
                    if a > low + p.between_deg {
                        high = Some((a, i));
                    }
                }
                Some((peak, onset)) => {
                    *peak = peak.max(a);
                    if a < *peak - p.between_deg {
                        raises.extend(self.raise(stood, [from, *onset, i], *peak));
                        (low, high, from) = (a, None, i);
                    }
                }
            }
        }
        (raises, high.is_some())
    }

    /// The raise that was under way from one moment to another, when it may be a try; what was before
    /// `from` is of another.
    fn raise(&self, stood: &Stood, [from, onset, off]: [usize; 3], peak_deg: f64) -> Option<Raise> {
        let p = &self.params;
        let rests = |m: &Moment| dot(m.gyr_dps, m.gyr_dps) < p.moving_dps * p.moving_dps;
        let start = self.seen[from..onset].iter().rposition(rests).map_or(from, |k| from + k + 1);
        let end = self.seen[off..].iter().position(|m| rests(m) || m.broken);
        let over = end.is_some();
        let end = end.map_or(self.seen.len(), |k| off + k);
        let angle = |m: &Moment| angle_deg(m.up, stood.up);
        let (all, high) = (&self.seen[start..end], &self.seen[onset..off]);
        let held_s = high.iter().filter(|m| angle(m) > p.raised_deg).count() as f64 * CELL_S;
        if peak_deg < p.try_deg || held_s > p.longest_s {
            return None;
        }
        let at_top = || high.iter().filter(|m| angle(m) > peak_deg - TOP_DEG);
        // A step, or sitting down: nobody tried to hold anything.
        let tried = at_top().count() as f64 * CELL_S >= 0.5 * p.held_s;
        let front = mean(at_top().map(|m| level(m.up, stood.up))).filter(|_| tried)?;
        let mut moments = RateMoments::default();
        for m in all {
            moments.add(m.gyr_dps, p.moving_dps);
        }
        let by_gravity = cross(front, stood.up);
        let turned = |v: [f64; 3]| if dot(v, by_gravity) < 0.0 { v.map(|x| -x) } else { v };
        let axis = moments.axis();
        let direction = axis.map_or(by_gravity, |a| turned(a.direction));
        let out = 90.0 - angle_deg(direction, stood.up);
        let right = unit(level(direction, stood.up)).unwrap_or(by_gravity);
        let one_axis = axis.is_some_and(|a| a.roundness < p.roundness)
            && out.abs() < p.twist_deg
            && angle_deg(right, by_gravity) < p.twist_deg;
        let thigh = stood.thigh_up.and_then(|up| {
            let lies = mean(at_top().filter_map(|m| Some(m.thigh?[0])))?;
            Some((angle_deg(lies, up), unit(level(lies, up))))
        });
        let fault = if peak_deg < p.raised_deg {
            Some(Fault::Small(peak_deg))
        } else if held_s < p.held_s {
            Some(Fault::Short(held_s))
        } else if thigh.is_some_and(|(turned, _)| turned < p.thigh_deg) {
            Some(Fault::NotSeated)
        } else {
            (!one_axis).then_some(Fault::Twisted)
        };
        Some(Raise {
            span_s: (self.seen[start].t, all.last().map_or(0.0, |m| m.t)),
            peak_deg,
            held_s,
            over,
            fault,
            front,
            right,
            thigh_front: thigh.and_then(|(_, front)| front),
        })
    }

    fn axes(&self, stood: &Stood, raises: &[Raise]) -> Option<Axes> {
        let p = &self.params;
        let good: Vec<&Raise> = raises.iter().filter(|r| r.fault.is_none()).collect();
        let first = good.first().filter(|_| good.len() >= p.least)?;
        // Of each the axis counts alike, however fast it was.
        let right = mean(good.iter().map(|r| r.right))?;
        let squares: f64 = good.iter().map(|r| angle_deg(r.right, right).powi(2)).sum();
        let thigh_front = mean(good.iter().filter_map(|r| r.thigh_front));
        let thigh =
            thigh_front.zip(stood.thigh_up).map(|(front, up)| Sitting { up, right: cross(front, up) });
        let sat = if thigh.is_some() { Sat::Thigh } else { self.sat(stood, right, first.span_s.0) };
        Some(Axes {
            shank: Sitting { up: stood.up, right },
            thigh,
            scatter_deg: (squares / good.len() as f64).sqrt(),
            n: good.len(),
            sat,
            zero_deg: p.zero_deg,
        })
    }

    /// Whether the shank leaned as it does when a person sits down, before `until_s`.
    fn sat(&self, stood: &Stood, right: [f64; 3], until_s: f64) -> Sat {
        let p = &self.params;
        let front = cross(stood.up, right);
        let mut range = Range { ahead_deg: 0.0, behind_deg: 0.0 };
        for m in self.seen[stood.end..].iter().take_while(|m| m.t < until_s) {
            let theta = libm::atan2(dot(m.up, front), dot(m.up, stood.up)) / RAD;
            range.ahead_deg = range.ahead_deg.max(theta);
            range.behind_deg = range.behind_deg.max(-theta);
        }
        match range.sign(p.zero_deg, 2.0 * p.zero_deg) {
            Sign::Right => Sat::Leaned(range),
            Sign::Flipped | Sign::Open => Sat::Unseen,
        }
    }
}

impl Moment {
    fn of(pose: &Pose, broken: bool) -> Self {
        Self {
            t: pose.t,
            up: pose.shank.up,
            force: pose.shank.acc_mps2,
            gyr_dps: pose.shank.gyr_dps,
            quiet_s: pose.quiet_s,
            thigh: pose.thigh.map(|t| [t.up, t.acc_mps2]),
            broken,
        }
    }
}

/// The mean direction; `None` of nothing.
fn mean(vectors: impl Iterator<Item = [f64; 3]>) -> Option<[f64; 3]> {
    unit(vectors.fold([0.0; 3], |s, v| [s[0] + v[0], s[1] + v[1], s[2] + v[2]]))
}

/// The part of `v` across `up`.
fn level(v: [f64; 3], up: [f64; 3]) -> [f64; 3] {
    let share = dot(v, up);
    [v[0] - share * up[0], v[1] - share * up[1], v[2] - share * up[2]]
}

#[cfg(test)]
mod tests;

//! The acts of which a scenario consists, and the director who gives each its time.

use super::gait::Gait;
use super::hazard::Mishap;
use super::itinerary::Move;
use super::math::rad;
use super::path::{Drive, NODE_S};
use super::plan::Planner;
use super::random::Chance;
use super::scene::{Lean, Scene, Seated, Sit, Tap};
use super::skeleton::{HORIZON_S, Skeleton};
use crate::record::Activity;

use std::collections::VecDeque;

/// Acts in the order in which they are played.
pub(crate) type Acts = Box<dyn Iterator<Item = Act> + Send>;

/// One thing that the person does for a while.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub kind: ActKind,
    pub seconds: f64,
}

/// What it is.
#[expect(clippy::large_enum_variant, reason = "few exist at a time, and none in the core")]
#[derive(Clone, Debug)]
pub(crate) enum ActKind {
    /// Standing still. `brake_s` is how long coming to a stand takes, where it is not the usual.
    Stand { brake_s: Option<f64> },
    /// Stepping.
    Walk(Walk),
    /// Sitting down, sitting, standing up.
    Sit(Seated),
    /// Standing and tapping the foot.
    Tap,
    /// Standing and swaying.
    Lean,
    /// Standing while the sensor is knocked.
    Bump,
    /// Falling, and lying.
    Fall { sideways: bool },
}

/// Stepping of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    pub gait: Gait,
    /// Speed ahead and to the right, m/s; turning to the left, deg/s.
    pub ahead_mps: f64,
    pub right_mps: f64,
    pub yaw_dps: f64,
    /// How long going over to it takes, where it is not the usual, s.
    pub ramp_s: Option<f64>,
    pub label: Activity,
    pub mishaps: Option<Mishaps>,
    /// What is unsafe about all of it.
    pub danger: Option<&'static str>,
}

impl Walk {
    /// Whether `next` can follow in stride.
    pub(crate) fn goes_on_as(&self, next: &Self) -> bool {
        let series = |w: &Self| matches!(w.gait, Gait::Fourier(_));
        series(self) == series(next) && self.ahead_mps * next.ahead_mps >= 0.0
    }
}

/// Mishaps that come every now and then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mishaps {
    pub what: Mishap,
    pub first_s: (f64, f64),
    pub every_s: (f64, f64),
}

/// A scene with the span in which it is played.
#[derive(Clone, Debug)]
pub(crate) struct Staged {
    pub start_s: f64,
    pub end_s: f64,
    pub scene: StagedScene,
}

/// A scene, or the wish for one that can only be made when its time has come.
#[expect(clippy::large_enum_variant, reason = "few exist at a time, and none in the core")]
#[derive(Clone, Debug)]
pub(crate) enum StagedScene {
    Ready(Scene),
    /// Falls from whatever the body is doing then.
    Fall {
        sideways: bool,
    },
    /// Gets up from the fall before.
    GetUp,
}

/// A span that is unsafe throughout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Danger {
    pub kind: &'static str,
    pub start_s: f64,
    pub end_s: f64,
}

/// Time to get up from the floor, s.
const GET_UP_S: f64 = 5.5;

/// How the person is left by the last act.
#[expect(clippy::large_enum_variant, reason = "few exist at a time, and none in the core")]
#[derive(Clone, Debug)]
enum Left {
    Standing,
    Walking(Walk),
    Lying,
}

/// Gives each act its time and asks the skeleton for it, some seconds ahead.
pub(crate) struct Director {
    acts: Acts,
    /// Until when acts are given their time, s; always a whole number of path nodes.
    scheduled_s: f64,
    left: Left,
    finished: bool,
    pub staged: VecDeque<Staged>,
    pub dangers: VecDeque<Danger>,
    /// Knocks on the sensor: when, s.
    pub bumps: VecDeque<f64>,
    /// Taps of the forefoot: when, s.
    pub slaps: VecDeque<f64>,
    chance: Chance,
}

impl std::fmt::Debug for Director {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Director")
            .field("scheduled_s", &self.scheduled_s)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

impl Director {
    /// Plays these acts from `start_s` on.
    pub(crate) fn new(acts: Acts, start_s: f64, chance: Chance) -> Self {
        Self {
            acts,
            scheduled_s: on_grid(start_s),
            left: Left::Standing,
            finished: false,
            staged: VecDeque::new(),
            dangers: VecDeque::new(),
            bumps: VecDeque::new(),
            slaps: VecDeque::new(),
            chance,
        }
    }

    /// Gives their time to the acts that start within sight of `t`.
    pub(crate) fn look_ahead(&mut self, t: f64, skeleton: &mut Skeleton) {
        while !self.finished && self.scheduled_s < t + HORIZON_S + 1.0 {
            match self.acts.next() {
                Some(act) => self.schedule(&act, skeleton),
                None => self.finished = true,
            }
        }
    }

    /// When the last act ends, once that is known.
    pub(crate) fn end_s(&self) -> Option<f64> {
        self.finished.then_some(self.scheduled_s)
    }

    fn schedule(&mut self, act: &Act, skeleton: &mut Skeleton) {
        match &act.kind {
            ActKind::Walk(walk) => self.walk(walk, act.seconds, skeleton),
            ActKind::Stand { brake_s } => self.stand(*brake_s, act.seconds, skeleton),
            ActKind::Fall { sideways } => self.fall(*sideways, act.seconds, skeleton),
            still => self.stay(still, act.seconds, skeleton),
        }
    }

    fn advance(&mut self, seconds: f64) -> (f64, f64) {
        let start = self.scheduled_s;
        self.scheduled_s = on_grid(start + seconds.max(NODE_S));
        (start, self.scheduled_s)
    }

    fn ask_to_stand(&self, brake_s: f64, skeleton: &mut Skeleton) {
        skeleton.ask(Move {
            start_s: self.scheduled_s,
            drive: Drive::default(),
            ramp_s: brake_s,
            gait: None,
            label: Activity::Standing,
        });
    }

    /// Brings the person to stand quietly, if they do not.
    fn settle(&mut self, skeleton: &mut Skeleton) {
        match &self.left {
            Left::Standing => {}
            Left::Walking(walk) => {
                let settles = walk.settles_s();
                self.ask_to_stand(walk.brake_s(), skeleton);
                self.advance(settles);
            }
            Left::Lying => {
                let (start_s, end_s) = self.advance(GET_UP_S);
                self.staged.push_back(Staged { start_s, end_s, scene: StagedScene::GetUp });
                self.advance(0.5);
            }
        }
        self.left = Left::Standing;
    }

    fn walk(&mut self, walk: &Walk, seconds: f64, skeleton: &mut Skeleton) {
        let stride_s = walk.gait.rhythm().stride_s;
        let before = match &self.left {
            Left::Walking(before) if before.goes_on_as(walk) => Some(before.speed_mps()),
            Left::Standing => None,
            _ => {
                self.settle(skeleton);
                None
            }
        };
        let change = (walk.speed_mps() - before.unwrap_or(0.0)).abs();
        let usual = (1.1 * stride_s).max(change / 0.6);
        let start_s = self.scheduled_s;
        skeleton.ask(Move {
            start_s,
            drive: Drive { ahead_mps: walk.ahead_mps, right_mps: walk.right_mps, yaw_rps: rad(walk.yaw_dps) },
            ramp_s: walk.ramp_s.unwrap_or(usual),
            gait: Some(walk.gait),
            label: walk.label,
        });
        let (_, end_s) = self.advance(seconds);
        if let Some(kind) = walk.danger {
            self.dangers.push_back(Danger { kind, start_s, end_s });
        }
        if let Some(mishaps) = walk.mishaps {
            self.expect(mishaps, start_s, end_s, &mut skeleton.planner);
        }
        self.left = Left::Walking(walk.clone());
    }

    fn expect(&mut self, m: Mishaps, start_s: f64, end_s: f64, planner: &mut Planner) {
        let mut due_s = start_s + self.chance.between(m.first_s.0, m.first_s.1);
        // After the last one there is time to recover.
        while due_s < end_s - 4.0 {
            planner.expect_mishap(due_s, m.what);
            due_s += self.chance.between(m.every_s.0, m.every_s.1);
        }
    }

    fn stand(&mut self, brake_s: Option<f64>, seconds: f64, skeleton: &mut Skeleton) {
        match &self.left {
            Left::Standing => {}
            Left::Walking(walk) => {
                self.ask_to_stand(brake_s.unwrap_or(walk.brake_s()), skeleton);
                if brake_s.is_some() {
                    self.dangers.push_back(Danger {
                        kind: "unplanned_stop",
                        start_s: self.scheduled_s,
                        end_s: self.scheduled_s + 2.5,
                    });
                }
            }
            Left::Lying => self.settle(skeleton),
        }
        self.advance(seconds);
        self.left = Left::Standing;
    }

    fn fall(&mut self, sideways: bool, seconds: f64, skeleton: &mut Skeleton) {
        if matches!(self.left, Left::Lying) {
            self.settle(skeleton);
        }
        self.ask_to_stand(0.5, skeleton);
        let (start_s, end_s) = self.advance(seconds);
        self.staged.push_back(Staged { start_s, end_s, scene: StagedScene::Fall { sideways } });
        self.left = Left::Lying;
    }

    fn stay(&mut self, kind: &ActKind, seconds: f64, skeleton: &mut Skeleton) {
        self.settle(skeleton);
        let (start_s, end_s) = self.advance(seconds);
        let chance = &mut self.chance;
        let scene = match kind {
            ActKind::Sit(seated) => Scene::Sit(Sit::new(start_s + 0.3, end_s - 0.3, *seated, chance)),
            ActKind::Tap => {
                let tap = Tap::new(start_s + 0.5, end_s - 0.5, chance);
                self.slaps.extend(tap.slaps());
                Scene::Tap(tap)
            }
            ActKind::Bump => {
                let mut at_s = start_s + chance.between(0.8, 2.0);
                while at_s < end_s - 0.5 {
                    self.bumps.push_back(at_s);
                    at_s += chance.between(1.2, 4.0);
                }
                return;
            }
            _ => Scene::Lean(Lean::new(start_s, end_s, chance)),
        };
        self.staged.push_back(Staged { start_s, end_s, scene: StagedScene::Ready(scene) });
    }
}

impl Walk {
    /// Speed over the ground, m/s.
    pub(crate) fn speed_mps(&self) -> f64 {
        (self.ahead_mps * self.ahead_mps + self.right_mps * self.right_mps).sqrt()
    }

    /// How long coming to a stand takes usually, s.
    fn brake_s(&self) -> f64 {
        (0.9 * self.gait.rhythm().stride_s).max(self.speed_mps() / 0.8)
    }

    /// How long it takes from the wish to stop until both feet stand and the body is quiet, s.
    pub(crate) fn settles_s(&self) -> f64 {
        self.brake_s() + 1.7 * self.gait.rhythm().stride_s + 0.5
    }
}

/// The moment on the path's grid nearest to `t`.
fn on_grid(t: f64) -> f64 {
    libm::round(t / NODE_S) * NODE_S
}

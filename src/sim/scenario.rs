//! The catalogue of scenarios: every way to walk backward, well or badly, and what is easily taken
//! for it.

#![expect(clippy::needless_pass_by_value, reason = "scenarios are all made in the same form")]

use super::act::{Act, ActKind, Acts, Mishaps, Walk};
use super::body::Body;
use super::expect::{Expectation, Finding};
use super::gait::{Gait, PathGait, forward, reversed};
use super::hazard::{Mishap, Recovery};
use super::link::Faults;
use super::random::Chance;
use super::strap::Slipping;
use crate::record::{Activity, Contact};

use Finding::{
    Alarm, BackwardStrides, BentKnee, Bout, Danger, ForwardStrides, Landings, MountDoubt, StraightKnee,
    WrongDirection,
};

/// How fast people can walk at all, as a share of what a 1.70 m adult can (legs are pendulums: the
/// limit grows with the root of their length).
fn scaled_limit(limit_mps: f64, height_m: f64) -> f64 {
    limit_mps * (height_m / 1.70).sqrt()
}

/// Whether a scenario has a speed that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SpeedChoice {
    /// Nobody goes anywhere, or as they please.
    None,
    /// Backward, with this default, m/s.
    Backward(f64),
    /// Forward, with this default, m/s.
    Forward(f64),
}

impl SpeedChoice {
    /// Slowest that still is walking, m/s.
    pub const SLOWEST_MPS: f64 = 0.15;

    /// The speed that nobody of this height is asked to exceed, m/s. Backward it lies above the
    /// 1.63 m/s at which healthy adults break into a run (Hreljac 2005).
    pub fn limit_mps(self, height_m: f64) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Backward(_) => scaled_limit(1.70, height_m),
            Self::Forward(_) => scaled_limit(1.90, height_m),
        }
    }

    /// Its default, m/s.
    pub fn default_mps(self) -> Option<f64> {
        match self {
            Self::None => None,
            Self::Backward(v) | Self::Forward(v) => Some(v),
        }
    }
}

/// What a scenario is made for.
pub(crate) struct Brief<'a> {
    pub body: &'a Body,
    pub speed_mps: f64,
    /// Time to fill, s.
    pub seconds: f64,
    pub chance: Chance,
}

/// How the sensor is worn, where that is the scenario.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Worn {
    AsSaid,
    /// Turned beyond what the mount line says, deg about the bone's length.
    Turned(f64),
    /// Upside down against what the mount line says.
    UpsideDown,
    /// Slips so far in the middle, deg.
    Slips(f64),
    /// The mount line says `unknown`.
    Unsaid,
}

impl Worn {
    /// What its strap does.
    pub(crate) const fn slipping(self) -> Slipping {
        match self {
            Self::Slips(degrees) => Slipping::Far(degrees),
            _ => Slipping::Seldom,
        }
    }
}

/// One scenario.
pub struct Scenario {
    /// Its name.
    pub id: &'static str,
    /// What it is.
    pub summary: &'static str,
    /// What must and must not be found in it.
    pub expect: Expectation,
    /// How long a capture of it is when nothing is said, s.
    pub seconds: f64,
    /// Whether its speed can be chosen.
    pub speed: SpeedChoice,
    /// Whether the capture says how fast the belt runs.
    pub says_belt_speed: bool,
    /// Whether the person lies on the floor when it is over.
    pub lies_at_end: bool,
    pub(crate) worn: Worn,
    pub(crate) faults: fn() -> Faults,
    pub(crate) acts: fn(Brief<'_>) -> Acts,
}

impl std::fmt::Debug for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scenario").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Scenario {
    /// The scenario of this name.
    pub fn named(id: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|s| s.id == id)
    }

    /// The names nearest to one that does not exist, best first.
    pub fn near(id: &str) -> Vec<&'static str> {
        let mut near: Vec<(usize, &'static str)> = CATALOGUE
            .iter()
            .map(|s| {
                let part = s.id.contains(id) || (id.len() > 3 && id.contains(s.id));
                let far = strsim::damerau_levenshtein(id, s.id);
                (if part { far.min(2) } else { far }, s.id)
            })
            .filter(|(far, name)| *far <= 2 + name.len() / 4)
            .collect();
        near.sort_unstable();
        near.into_iter().take(4).map(|(_, name)| name).collect()
    }
}

/// What is the same in most scenarios.
const PLAIN: Scenario = Scenario {
    id: "",
    summary: "",
    expect: Expectation { must: &[], must_not: &[] },
    seconds: 60.0,
    speed: SpeedChoice::Backward(0.9),
    says_belt_speed: false,
    lies_at_end: false,
    worn: Worn::AsSaid,
    faults: Faults::none,
    acts: |b| coached(b),
};

/// Every scenario, in the order in which it is listed.
pub static CATALOGUE: &[Scenario] = &[
    Scenario {
        id: "bw_normal_coached",
        summary: "backward, toes first, rolled, knee straightened",
        expect: Expectation {
            must: &[BackwardStrides, Landings(Contact::ToeFirst), StraightKnee],
            must_not: &[WrongDirection, Alarm],
        },
        ..PLAIN
    },
    Scenario {
        id: "bw_normal_habitual",
        summary: "backward as untaught people do it, stance knee bent 15 to 25 degrees",
        expect: Expectation {
            must: &[BackwardStrides, Landings(Contact::ToeFirst)],
            must_not: &[WrongDirection, Alarm],
        },
        acts: |b| backward(b, PathGait::habitual),
        ..PLAIN
    },
    Scenario {
        id: "bw_fourier",
        summary: "backward from the other generator: forward joint angles played backward",
        expect: Expectation {
            must: &[BackwardStrides, Landings(Contact::ToeFirst)],
            must_not: &[WrongDirection, Alarm],
        },
        acts: |b| {
            let gait = reversed(b.body, b.speed_mps);
            let walk = walk(gait, -b.speed_mps, Activity::Backward);
            once(walk, b.seconds)
        },
        ..PLAIN
    },
    Scenario {
        id: "bw_shallow",
        summary: "backward, toes barely first (10 degrees)",
        expect: Expectation {
            must: &[BackwardStrides],
            must_not: &[WrongDirection, Alarm, Landings(Contact::HeelFirst)],
        },
        acts: |b| {
            backward(b, |body, v| {
                let coached = PathGait::coached(body, v);
                PathGait {
                    toe_contact_deg: -10.0,
                    heel_contact: 0.09,
                    // The lower the ankle lands, the earlier the hip must be down for it.
                    straight_from: coached.straight_from - 0.04,
                    straight_until: coached.straight_until - 0.05,
                    trough_at: coached.trough_at - 0.03,
                    ..coached
                }
            })
        },
        ..PLAIN
    },
    Scenario {
        id: "bw_flat",
        summary: "backward, landing on the whole sole, short steps",
        expect: Expectation {
            must: &[BackwardStrides, Landings(Contact::Flat)],
            must_not: &[WrongDirection, Alarm, Landings(Contact::ToeFirst)],
        },
        acts: |b| {
            backward(b, |body, v| {
                let mut gait = PathGait {
                    toe_contact_deg: -0.8,
                    heel_contact: 0.012,
                    swing_pitch_deg: 2.0,
                    ..cautious(body, v)
                };
                gait.rhythm.stride_s *= 0.74;
                gait
            })
        },
        ..PLAIN
    },
    Scenario {
        id: "bw_heel_first",
        summary: "backward, heel first (8 degrees toes-up)",
        expect: Expectation {
            must: &[BackwardStrides, Landings(Contact::HeelFirst)],
            must_not: &[WrongDirection, Alarm, Landings(Contact::ToeFirst)],
        },
        acts: |b| {
            backward(b, |body, v| {
                let mut gait = PathGait {
                    toe_contact_deg: 8.0,
                    heel_contact: 0.09,
                    swing_pitch_deg: 0.0,
                    ..cautious(body, v)
                };
                gait.rhythm.stride_s *= 0.70;
                gait
            })
        },
        ..PLAIN
    },
    Scenario {
        id: "bw_toe_only",
        summary: "backward on the toes, the heel never comes down",
        expect: Expectation {
            must: &[BackwardStrides, Landings(Contact::ToeOnly)],
            must_not: &[WrongDirection, Alarm],
        },
        acts: |b| {
            backward(b, |body, v| PathGait {
                toe_contact_deg: -24.0,
                hold_deg: -10.0,
                final_deg: -14.0,
                heel_contact: 0.12,
                straight_deg: [8.0; 2],
                least_knee_deg: [5.0; 2],
                ..PathGait::coached(body, v)
            })
        },
        ..PLAIN
    },
    Scenario {
        id: "bw_ext10",
        summary: "backward, the instrumented knee stays 10 degrees short",
        expect: Expectation { must: &[BackwardStrides, BentKnee(10.0)], must_not: &[WrongDirection, Alarm] },
        acts: |b| short_knee(b, [10.0, 0.0]),
        ..PLAIN
    },
    Scenario {
        id: "bw_ext15",
        summary: "backward, the instrumented knee stays 15 degrees short",
        expect: Expectation { must: &[BackwardStrides, BentKnee(15.0)], must_not: &[WrongDirection, Alarm] },
        acts: |b| short_knee(b, [15.0, 0.0]),
        ..PLAIN
    },
    Scenario {
        id: "bw_ext20",
        summary: "backward, the instrumented knee stays 20 degrees short",
        expect: Expectation { must: &[BackwardStrides, BentKnee(20.0)], must_not: &[WrongDirection, Alarm] },
        acts: |b| short_knee(b, [20.0, 0.0]),
        ..PLAIN
    },
    Scenario {
        id: "bw_ext10_both",
        summary: "backward, both knees stay 10 degrees short",
        expect: Expectation { must: &[BackwardStrides, BentKnee(10.0)], must_not: &[WrongDirection, Alarm] },
        acts: |b| short_knee(b, [10.0; 2]),
        ..PLAIN
    },
    Scenario {
        id: "bw_ext15_both",
        summary: "backward, both knees stay 15 degrees short",
        expect: Expectation { must: &[BackwardStrides, BentKnee(15.0)], must_not: &[WrongDirection, Alarm] },
        acts: |b| short_knee(b, [15.0; 2]),
        ..PLAIN
    },
    Scenario {
        id: "bw_ext20_both",
        summary: "backward, both knees stay 20 degrees short",
        expect: Expectation { must: &[BackwardStrides, BentKnee(20.0)], must_not: &[WrongDirection, Alarm] },
        acts: |b| short_knee(b, [20.0; 2]),
        ..PLAIN
    },
    Scenario {
        id: "bw_ext_fatigue",
        summary: "backward, the instrumented knee loses 12 degrees over the session",
        expect: Expectation { must: &[BackwardStrides, BentKnee(12.0)], must_not: &[WrongDirection] },
        seconds: 600.0,
        acts: |b| tiring(b, 12.0),
        ..PLAIN
    },
    Scenario {
        id: "bw_asym",
        summary: "backward, one step longer in time than the other (55 to 45), one knee bent 8 degrees more",
        expect: Expectation {
            must: &[BackwardStrides, Landings(Contact::ToeFirst)],
            must_not: &[WrongDirection],
        },
        acts: |b| {
            backward(b, |body, v| {
                let mut gait = PathGait::coached(body, v);
                gait.rhythm.step_share = 0.55;
                gait.rhythm.stance[0] -= 0.03;
                gait.rhythm.stance[1] += 0.03;
                gait.straight_deg[0] += 8.0;
                gait.least_knee_deg[0] += 6.0;
                gait
            })
        },
        ..PLAIN
    },
    Scenario {
        id: "bw_var",
        summary: "backward, stride time varying by 8 %",
        expect: Expectation {
            must: &[BackwardStrides, Danger("high_variability")],
            must_not: &[WrongDirection],
        },
        seconds: 90.0,
        speed: SpeedChoice::Backward(0.7),
        acts: |b| {
            let mut gait = PathGait::coached(b.body, b.speed_mps);
            gait.rhythm.variation = 0.085;
            let mut walk = walk(Gait::Path(gait), -b.speed_mps, Activity::Backward);
            walk.danger = Some("high_variability");
            once(walk, b.seconds)
        },
        ..PLAIN
    },
    Scenario {
        id: "bw_shuffle",
        summary: "backward, shuffling: short, low, flat, quick",
        expect: Expectation { must: &[BackwardStrides, Danger("shuffling")], must_not: &[WrongDirection] },
        speed: SpeedChoice::Backward(0.3),
        acts: |b| {
            let walk = shuffling(b.body, b.speed_mps);
            once(walk, b.seconds)
        },
        ..PLAIN
    },
    Scenario {
        id: "bw_drift_belt",
        summary: "backward on a belt that runs faster than the steps reach, for 10 s at a time",
        expect: Expectation { must: &[BackwardStrides, Danger("belt_drift")], must_not: &[WrongDirection] },
        seconds: 90.0,
        says_belt_speed: true,
        acts: drifting,
        ..PLAIN
    },
    Scenario {
        id: "bw_stumble_elevate",
        summary: "backward; now and then the foot catches and is lifted over",
        expect: Expectation { must: &[BackwardStrides, Danger("stumble")], must_not: &[WrongDirection] },
        acts: |b| mishaps(b, Mishap::Stumble(Recovery::Elevating)),
        ..PLAIN
    },
    Scenario {
        id: "bw_stumble_lower",
        summary: "backward; now and then the foot catches and is put down at once",
        expect: Expectation { must: &[BackwardStrides, Danger("stumble")], must_not: &[WrongDirection] },
        acts: |b| mishaps(b, Mishap::Stumble(Recovery::Lowering)),
        ..PLAIN
    },
    Scenario {
        id: "bw_slip",
        summary: "backward; now and then the bearing foot slides",
        expect: Expectation { must: &[BackwardStrides, Danger("slip")], must_not: &[WrongDirection] },
        acts: |b| mishaps(b, Mishap::Slip),
        ..PLAIN
    },
    Scenario {
        id: "bw_buckle",
        summary: "backward; now and then the bearing knee gives way",
        expect: Expectation { must: &[BackwardStrides, Danger("buckling")], must_not: &[WrongDirection] },
        acts: |b| mishaps(b, Mishap::Buckle),
        ..PLAIN
    },
    Scenario {
        id: "fall_back",
        summary: "a fall backward out of backward walking, then lying still",
        expect: Expectation { must: &[BackwardStrides, Danger("fall")], must_not: &[WrongDirection] },
        seconds: 25.0,
        lies_at_end: true,
        acts: |b| falling(b, false),
        ..PLAIN
    },
    Scenario {
        id: "fall_side",
        summary: "a fall to the side out of backward walking, then lying still",
        expect: Expectation { must: &[BackwardStrides, Danger("fall")], must_not: &[WrongDirection] },
        seconds: 25.0,
        lies_at_end: true,
        acts: |b| falling(b, true),
        ..PLAIN
    },
    Scenario {
        id: "stop_planned",
        summary: "backward, slowing down over 6 s to a stand, and on again",
        expect: Expectation {
            must: &[BackwardStrides, Bout(Activity::Standing)],
            must_not: &[WrongDirection, Alarm],
        },
        acts: |b| stopping(b, false),
        ..PLAIN
    },
    Scenario {
        id: "stop_abrupt",
        summary: "backward, stopping within one stride, and on again",
        expect: Expectation {
            must: &[BackwardStrides, Danger("unplanned_stop")],
            must_not: &[WrongDirection],
        },
        acts: |b| stopping(b, true),
        ..PLAIN
    },
    Scenario {
        id: "fw_slow",
        summary: "forward, slowly",
        expect: FORWARD,
        speed: SpeedChoice::Forward(0.5),
        acts: going_forward,
        ..PLAIN
    },
    Scenario {
        id: "fw_normal",
        summary: "forward",
        expect: FORWARD,
        speed: SpeedChoice::Forward(1.2),
        acts: going_forward,
        ..PLAIN
    },
    Scenario {
        id: "fw_fast",
        summary: "forward, fast",
        expect: FORWARD,
        speed: SpeedChoice::Forward(1.4),
        acts: going_forward,
        ..PLAIN
    },
    Scenario {
        id: "fw_bw_intervals",
        summary: "2 min backward and 2 min forward in turn, changing direction on the spot or turning round",
        expect: Expectation { must: &[BackwardStrides, ForwardStrides], must_not: &[WrongDirection, Alarm] },
        seconds: 600.0,
        speed: SpeedChoice::Backward(0.22),
        acts: intervals,
        ..PLAIN
    },
    Scenario {
        id: "turn_180",
        summary: "backward and forward with half turns between",
        expect: Expectation {
            must: &[BackwardStrides, ForwardStrides, Bout(Activity::Turning)],
            must_not: &[WrongDirection, Alarm],
        },
        speed: SpeedChoice::Backward(0.7),
        acts: turning,
        ..PLAIN
    },
    Scenario {
        id: "circle",
        summary: "backward and forward round a circle",
        expect: Expectation { must: &[Bout(Activity::Turning)], must_not: &[WrongDirection, Alarm] },
        speed: SpeedChoice::Backward(0.5),
        acts: circling,
        ..PLAIN
    },
    Scenario {
        id: "stand",
        summary: "standing still",
        expect: NO_STEPS,
        seconds: 30.0,
        speed: SpeedChoice::None,
        acts: |b| still(ActKind::Stand { brake_s: None }, b.seconds),
        ..PLAIN
    },
    Scenario {
        id: "sway",
        summary: "standing and swaying",
        expect: NO_STEPS,
        seconds: 30.0,
        speed: SpeedChoice::None,
        acts: |b| still(ActKind::Lean, b.seconds),
        ..PLAIN
    },
    Scenario {
        id: "sit_to_stand",
        summary: "sitting down and standing up, several times",
        expect: NO_STEPS,
        seconds: 45.0,
        speed: SpeedChoice::None,
        acts: |b| {
            fill(b, |chance| {
                vec![
                    act(ActKind::Sit { swinging: false }, chance.between(7.0, 11.0)),
                    act(ActKind::Stand { brake_s: None }, chance.between(1.5, 4.0)),
                ]
            })
        },
        ..PLAIN
    },
    Scenario {
        id: "step_in_place",
        summary: "stepping on the spot",
        expect: NO_STRIDES,
        seconds: 40.0,
        speed: SpeedChoice::None,
        acts: |b| {
            let walk = in_place(b.body);
            once(walk, b.seconds)
        },
        ..PLAIN
    },
    Scenario {
        id: "side_step",
        summary: "stepping sideways, one way and the other",
        expect: NO_STRIDES,
        seconds: 40.0,
        speed: SpeedChoice::None,
        acts: sideways,
        ..PLAIN
    },
    Scenario {
        id: "tap_foot",
        summary: "standing and tapping the foot",
        expect: NO_STEPS,
        seconds: 30.0,
        speed: SpeedChoice::None,
        acts: |b| still(ActKind::Tap, b.seconds),
        ..PLAIN
    },
    Scenario {
        id: "swing_leg_seated",
        summary: "sitting and swinging the leg from the knee",
        expect: NO_STRIDES,
        seconds: 40.0,
        speed: SpeedChoice::None,
        acts: |b| still(ActKind::Sit { swinging: true }, b.seconds),
        ..PLAIN
    },
    Scenario {
        id: "sensor_bump",
        summary: "standing while something knocks the sensor",
        expect: NO_STEPS,
        seconds: 30.0,
        speed: SpeedChoice::None,
        acts: |b| still(ActKind::Bump, b.seconds),
        ..PLAIN
    },
    Scenario {
        id: "walk_carrying_wrong_leg",
        summary: "forward with the strap on the other leg, back to front against its mount line",
        expect: Expectation { must: &[MountDoubt], must_not: &[BackwardStrides, Alarm] },
        speed: SpeedChoice::Forward(1.1),
        worn: Worn::Turned(180.0),
        acts: going_forward,
        ..PLAIN
    },
    Scenario {
        id: "mount_flipped",
        summary: "backward with the sensor upside down against its mount line",
        expect: MOUNTED_WRONG,
        worn: Worn::UpsideDown,
        ..PLAIN
    },
    Scenario {
        id: "mount_rotated",
        summary: "backward with the sensor a quarter turn round the shin against its mount line",
        expect: MOUNTED_WRONG,
        worn: Worn::Turned(90.0),
        ..PLAIN
    },
    Scenario {
        id: "mount_reversed",
        summary: "backward with the sensor half a turn round the shin against its mount line",
        expect: MOUNTED_WRONG,
        worn: Worn::Turned(180.0),
        ..PLAIN
    },
    Scenario {
        id: "mount_slipped",
        summary: "backward while the strap slips 35 degrees round the shin",
        expect: Expectation { must: &[BackwardStrides, MountDoubt], must_not: &[WrongDirection] },
        worn: Worn::Slips(35.0),
        ..PLAIN
    },
    Scenario {
        id: "mount_unknown",
        summary: "backward with a mount line that says unknown",
        expect: Expectation { must: &[], must_not: &[WrongDirection, Alarm] },
        worn: Worn::Unsaid,
        ..PLAIN
    },
    Scenario {
        id: "ble_loss",
        summary: "backward over a link that loses 5 % of packets, in bursts",
        expect: LINKED,
        faults: Faults::lossy,
        ..PLAIN
    },
    Scenario {
        id: "ble_dropout",
        summary: "backward over a link that drops out once for 0.5 to 2 s and repeats packets afterwards",
        expect: LINKED,
        faults: Faults::dropping,
        ..PLAIN
    },
    Scenario {
        id: "ble_jitter",
        summary: "backward with time stamps that jitter and drift",
        expect: LINKED,
        faults: Faults::jittery,
        ..PLAIN
    },
];

const FORWARD: Expectation =
    Expectation { must: &[ForwardStrides], must_not: &[BackwardStrides, WrongDirection, Alarm] };
const NO_STRIDES: Expectation =
    Expectation { must: &[], must_not: &[BackwardStrides, ForwardStrides, Alarm] };
const NO_STEPS: Expectation =
    Expectation { must: &[Bout(Activity::Standing)], must_not: &[BackwardStrides, ForwardStrides, Alarm] };
const MOUNTED_WRONG: Expectation = Expectation { must: &[MountDoubt], must_not: &[WrongDirection] };
const LINKED: Expectation = Expectation { must: &[BackwardStrides], must_not: &[WrongDirection] };

fn act(kind: ActKind, seconds: f64) -> Act {
    Act { kind, seconds }
}

fn walk(gait: Gait, ahead_mps: f64, label: Activity) -> Walk {
    Walk { gait, ahead_mps, right_mps: 0.0, yaw_dps: 0.0, ramp_s: None, label, mishaps: None, danger: None }
}

/// A stand long enough to come to rest in after this walk, and `extra` seconds more.
fn stop_after(walk: &Walk, extra: f64) -> Act {
    act(ActKind::Stand { brake_s: None }, walk.settles_s() + extra)
}

/// One walk, then a stand, filling the time.
fn once(walk: Walk, seconds: f64) -> Acts {
    let stop = stop_after(&walk, 0.0);
    let walking = act(ActKind::Walk(walk), (seconds - stop.seconds).max(1.0));
    Box::new([walking, stop].into_iter())
}

fn still(kind: ActKind, seconds: f64) -> Acts {
    Box::new(std::iter::once(act(kind, seconds)))
}

/// Rounds of acts until the time is filled; what does not fit any more is left out, and the rest of
/// the time is a stand.
fn fill(brief: Brief<'_>, mut round: impl FnMut(&mut Chance) -> Vec<Act> + Send + 'static) -> Acts {
    let (mut chance, mut left) = (brief.chance, brief.seconds);
    let mut queue = std::collections::VecDeque::new();
    let mut full = false;
    Box::new(std::iter::from_fn(move || {
        if full {
            return queue.pop_front();
        }
        if queue.is_empty() {
            let next = round(&mut chance);
            let takes: f64 = next.iter().map(|a| a.seconds).sum();
            if takes > left {
                full = true;
                // A part of the round, when it is worth it: its first walk and a stop.
                if let Some(ActKind::Walk(walk)) = next.first().map(|a| &a.kind) {
                    let stop = stop_after(walk, 0.0);
                    if left > stop.seconds + 4.0 {
                        let walking = act(ActKind::Walk(walk.clone()), left - stop.seconds);
                        queue.push_back(stop);
                        left = 0.0;
                        return Some(walking);
                    }
                }
                return (left > 0.02).then(|| act(ActKind::Stand { brake_s: None }, left));
            }
            left -= takes;
            queue.extend(next);
        }
        queue.pop_front()
    }))
}

fn backward(b: Brief<'_>, gait: impl Fn(&Body, f64) -> PathGait) -> Acts {
    let gait = gait(b.body, b.speed_mps);
    once(walk(Gait::Path(gait), -b.speed_mps, Activity::Backward), b.seconds)
}

fn coached(b: Brief<'_>) -> Acts {
    backward(b, PathGait::coached)
}

/// What gaits have in common that do not land on the toes: a foot put down whole cannot reach as far
/// back, so the knees are a little bent, and the hip is down when the foot meets the floor.
fn cautious(body: &Body, v: f64) -> PathGait {
    let coached = PathGait::coached(body, v);
    PathGait {
        final_deg: 10.0,
        lift_m: 0.030 * body.height_m / 1.70,
        lift_late: 0.6,
        straight_deg: [8.0; 2],
        least_knee_deg: [4.0; 2],
        straight_from: coached.straight_from - 0.08,
        straight_until: coached.straight_until - 0.09,
        trough_at: coached.trough_at - 0.055,
        ..coached
    }
}

fn short(mut gait: PathGait, short_deg: [f64; 2]) -> PathGait {
    for (leg, degrees) in short_deg.into_iter().enumerate() {
        gait.straight_deg[leg] += degrees;
        gait.least_knee_deg[leg] += degrees;
    }
    gait
}

fn short_knee(b: Brief<'_>, short_deg: [f64; 2]) -> Acts {
    backward(b, |body, v| short(PathGait::coached(body, v), short_deg))
}

/// A knee that gets shorter by `loss_deg` in all, a little every 30 s.
fn tiring(b: Brief<'_>, loss_deg: f64) -> Acts {
    const STEP_S: f64 = 30.0;
    let (body, v) = (*b.body, b.speed_mps);
    let base = PathGait::coached(&body, v);
    let stop = stop_after(&walk(Gait::Path(base), v, Activity::Backward), 0.0);
    let total = (b.seconds - stop.seconds).max(1.0);
    let mut played = 0.0;
    let mut stopped = false;
    Box::new(std::iter::from_fn(move || {
        if played >= total - 0.02 {
            let first = !std::mem::replace(&mut stopped, true);
            return first.then(|| stop.clone());
        }
        let gait = short(base, [loss_deg * played / total, 0.0]);
        let mut seconds = STEP_S.min(total - played);
        if total - played - seconds < 5.0 {
            seconds = total - played;
        }
        played += seconds;
        let walk = walk(Gait::Path(gait), -v, Activity::Backward);
        Some(act(ActKind::Walk(walk), seconds))
    }))
}

/// Short, low, flat, quick steps.
pub(crate) fn shuffling(body: &Body, speed_mps: f64) -> Walk {
    let mut gait = PathGait {
        toe_contact_deg: -1.0,
        heel_contact: 0.015,
        final_deg: 3.0,
        forefoot_rise: 0.64,
        straight_deg: [14.0; 2],
        least_knee_deg: [10.0; 2],
        lift_m: 0.0,
        lag_m: -0.005,
        clearance_m: 0.006,
        swing_pitch_deg: 0.5,
        ..PathGait::coached(body, speed_mps)
    };
    gait.rhythm.stride_s = 1.0 * (body.height_m / 1.70).sqrt();
    gait.rhythm.stance = [0.72; 2];
    let mut walk = walk(Gait::Path(gait), -speed_mps, Activity::Backward);
    walk.danger = Some("shuffling");
    walk
}

fn drifting(b: Brief<'_>) -> Acts {
    let (gait, v) = (Gait::Path(PathGait::coached(b.body, b.speed_mps)), b.speed_mps);
    let keeping = walk(gait, -v, Activity::Backward);
    let mut drifting = walk(gait, -0.8 * v, Activity::Backward);
    drifting.danger = Some("belt_drift");
    let stop = stop_after(&keeping, 0.0);
    let (mut left, mut chance) = (b.seconds - stop.seconds, b.chance);
    let mut drift_next = false;
    let mut stopped = false;
    Box::new(std::iter::from_fn(move || {
        if left < 0.02 {
            let first = !std::mem::replace(&mut stopped, true);
            return first.then(|| stop.clone());
        }
        let wanted = if drift_next { 10.0 } else { chance.between(16.0, 24.0) };
        // A drift that cannot be left again is not begun.
        let seconds = if left - wanted < 12.0 { left } else { wanted };
        let walk = if drift_next && seconds < left { &drifting } else { &keeping };
        left -= seconds;
        drift_next = !drift_next;
        Some(act(ActKind::Walk(walk.clone()), seconds))
    }))
}

/// Mishaps every now and then in coached walking.
pub(crate) fn with_mishaps(body: &Body, speed_mps: f64, what: Mishap) -> Walk {
    let gait = Gait::Path(PathGait::coached(body, speed_mps));
    let stride_s = gait.rhythm().stride_s;
    let mut walk = walk(gait, -speed_mps, Activity::Backward);
    walk.mishaps = Some(Mishaps {
        what,
        first_s: (5.0 + 2.0 * stride_s, 8.0 + 3.0 * stride_s),
        every_s: (8.0 + 4.0 * stride_s, 14.0 + 7.0 * stride_s),
    });
    walk
}

fn mishaps(b: Brief<'_>, what: Mishap) -> Acts {
    let walk = with_mishaps(b.body, b.speed_mps, what);
    once(walk, b.seconds)
}

fn falling(b: Brief<'_>, sideways: bool) -> Acts {
    let gait = Gait::Path(PathGait::coached(b.body, b.speed_mps));
    let walk = walk(gait, -b.speed_mps, Activity::Backward);
    let mut chance = b.chance;
    let lying = (b.seconds * 0.3).clamp(7.0, 20.0);
    let walking = (b.seconds - lying).max(4.0) + chance.between(-1.0, 1.0);
    let acts = [act(ActKind::Walk(walk), walking), act(ActKind::Fall { sideways }, lying + 1.0)];
    Box::new(acts.into_iter())
}

fn stopping(b: Brief<'_>, abrupt: bool) -> Acts {
    let (body, v) = (*b.body, b.speed_mps);
    let at = move |share: f64| {
        let v = v * share;
        let gait = Gait::Path(PathGait::coached(&body, v));
        walk(gait, -v, Activity::Backward)
    };
    fill(b, move |chance| {
        let mut acts = vec![act(ActKind::Walk(at(1.0)), chance.between(11.0, 15.0))];
        if abrupt {
            acts.push(act(
                ActKind::Stand { brake_s: Some(chance.between(0.35, 0.6)) },
                chance.between(5.0, 8.0) + 1.0,
            ));
            return acts;
        }
        let mut last = at(1.0);
        for share in [0.66, 0.36] {
            last = at(share);
            last.ramp_s = Some(2.2);
            acts.push(act(ActKind::Walk(last.clone()), 2.6));
        }
        let mut stop = stop_after(&last, chance.between(2.0, 4.0));
        stop.kind = ActKind::Stand { brake_s: None };
        acts.push(stop);
        acts
    })
}

fn going_forward(b: Brief<'_>) -> Acts {
    let gait = forward(b.body, b.speed_mps);
    once(walk(gait, b.speed_mps, Activity::Forward), b.seconds)
}

/// Half a turn on the spot in small steps, to the left for +1.
fn half_turn(body: &Body, sign: f64, chance: &mut Chance) -> (Walk, f64) {
    let size = body.height_m / 1.70;
    let mut gait = PathGait {
        toe_contact_deg: -10.0,
        heel_contact: 0.08,
        final_deg: 6.0,
        lift_m: 0.03 * size,
        lag_m: 0.0,
        ahead_m: 0.0,
        swing_pitch_deg: 3.0,
        straight_deg: [8.0; 2],
        least_knee_deg: [4.0; 2],
        ..PathGait::coached(body, 0.3)
    };
    gait.rhythm.stride_s = 1.05 * size.sqrt();
    gait.rhythm.stance = [0.64; 2];
    gait.rhythm.pelvis_deg = 2.0;
    let rate = chance.between(65.0, 95.0);
    // The ramps of the turning rate are symmetric, so what is asked for is what is turned.
    let seconds = 180.0 / rate;
    let mut walk = walk(Gait::Path(gait), 0.0, Activity::Turning);
    walk.yaw_dps = sign * 180.0 / seconds;
    walk.ramp_s = Some(0.5);
    (walk, seconds)
}

fn intervals(b: Brief<'_>) -> Acts {
    let (body, v) = (*b.body, b.speed_mps);
    let back = walk(Gait::Path(PathGait::coached(&body, v)), -v, Activity::Backward);
    let ahead = walk(forward(&body, v), v, Activity::Forward);
    // Shorter sessions have shorter intervals, so that there is one of each.
    let each = if b.seconds >= 250.0 { 120.0 } else { (b.seconds - 20.0) / 2.0 };
    let (mut chance, mut left) = (b.chance, b.seconds);
    let mut backward = true;
    let mut queue = std::collections::VecDeque::new();
    Box::new(std::iter::from_fn(move || {
        if queue.is_empty() {
            let now = if backward { &back } else { &ahead };
            let stop = stop_after(now, chance.between(0.5, 2.0));
            let walking = each.min(left - stop.seconds);
            if walking < 5.0 {
                let rest = std::mem::replace(&mut left, 0.0);
                return (rest > 0.02).then(|| act(ActKind::Stand { brake_s: None }, rest));
            }
            left -= walking + stop.seconds;
            queue.push_back(act(ActKind::Walk(now.clone()), walking));
            queue.push_back(stop);
            // On a belt that keeps its direction people turn round; elsewhere they just change.
            if chance.happens(0.5) && left > 20.0 {
                let sign = chance.sign();
                let (turn, seconds) = half_turn(&body, sign, &mut chance);
                let rest = stop_after(&turn, 0.5);
                left -= seconds + rest.seconds;
                queue.push_back(act(ActKind::Walk(turn), seconds));
                queue.push_back(rest);
            }
            backward = !backward;
        }
        queue.pop_front()
    }))
}

fn turning(b: Brief<'_>) -> Acts {
    let (body, v) = (*b.body, b.speed_mps);
    let back = walk(Gait::Path(PathGait::coached(&body, v)), -v, Activity::Backward);
    let ahead = walk(forward(&body, v * 1.2), v * 1.2, Activity::Forward);
    fill(b, move |chance| {
        let mut acts = Vec::new();
        let first = chance.sign();
        for (walk, sign) in [(&back, first), (&ahead, -first)] {
            let (turn, seconds) = half_turn(&body, sign, chance);
            acts.push(act(ActKind::Walk(walk.clone()), chance.between(6.0, 8.0)));
            acts.push(stop_after(walk, 0.2));
            let rest = stop_after(&turn, 0.2);
            acts.push(act(ActKind::Walk(turn), seconds));
            acts.push(rest);
        }
        acts
    })
}

fn circling(b: Brief<'_>) -> Acts {
    let (body, v) = (*b.body, b.speed_mps);
    fill(b, move |chance| {
        let mut acts = Vec::new();
        for backward in [true, false] {
            let radius = chance.between(0.9, 1.4);
            let mut walk = if backward {
                let gait = Gait::Path(PathGait::coached(&body, v));
                walk(gait, -v, Activity::Turning)
            } else {
                walk(forward(&body, v), v, Activity::Turning)
            };
            walk.yaw_dps = chance.sign() * super::math::deg(v / radius);
            let stop = stop_after(&walk, 0.5);
            acts.push(act(ActKind::Walk(walk), chance.between(11.0, 14.0)));
            acts.push(stop);
        }
        acts
    })
}

/// Stepping on the spot.
fn in_place(body: &Body) -> Walk {
    let size = body.height_m / 1.70;
    let mut gait = PathGait {
        toe_contact_deg: -20.0,
        final_deg: 5.0,
        lift_m: 0.09 * size,
        lift_late: 0.0,
        lag_m: 0.0,
        ahead_m: 0.0,
        straight_deg: [6.0; 2],
        least_knee_deg: [3.0; 2],
        ..PathGait::coached(body, 0.6)
    };
    gait.rhythm.stride_s = 1.1 * size.sqrt();
    gait.rhythm.half_width_m = 0.085 * size;
    walk(Gait::Path(gait), 0.0, Activity::Other)
}

fn sideways(b: Brief<'_>) -> Acts {
    let body = *b.body;
    let size = body.height_m / 1.70;
    let mut gait = PathGait {
        toe_contact_deg: -8.0,
        heel_contact: 0.08,
        final_deg: 4.0,
        lift_m: 0.035 * size,
        lift_late: 0.0,
        lag_m: 0.0,
        ahead_m: 0.0,
        straight_deg: [9.0; 2],
        least_knee_deg: [4.0; 2],
        ..PathGait::coached(&body, 0.4)
    };
    gait.rhythm.stride_s = 1.25 * size.sqrt();
    gait.rhythm.half_width_m = 0.14 * size;
    gait.rhythm.pelvis_deg = 1.0;
    let mut right = true;
    fill(b, move |chance| {
        let mut walk = walk(Gait::Path(gait), 0.0, Activity::Other);
        walk.right_mps = if right { 0.20 } else { -0.20 };
        right = !right;
        let stop = stop_after(&walk, 0.5);
        vec![act(ActKind::Walk(walk), chance.between(6.0, 9.0)), stop]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_nearly_right_ones_are_found() {
        for (i, s) in CATALOGUE.iter().enumerate() {
            assert!(!CATALOGUE[..i].iter().any(|o| o.id == s.id), "{}", s.id);
            assert_eq!(Scenario::named(s.id).map(|o| o.id), Some(s.id));
        }
        assert_eq!(Scenario::near("bw_normal_coach").first(), Some(&"bw_normal_coached"));
        assert_eq!(Scenario::near("bw_stumbel_lower").first(), Some(&"bw_stumble_lower"));
        assert!(Scenario::near("zzzzzzzzz").is_empty());
    }

    #[test]
    fn acts_fill_the_time_they_are_given() {
        let body = Body::average(1.7);
        for s in CATALOGUE {
            for seconds in [20.0, 60.0, 700.0] {
                let acts = (s.acts)(Brief {
                    body: &body,
                    speed_mps: s.speed.default_mps().unwrap_or(0.5),
                    seconds,
                    chance: Chance::new(1, super::super::random::Concern::Script),
                });
                let total: f64 = acts.map(|a| a.seconds).sum();
                assert!((total - seconds).abs() < 2.1, "{}: {total} of {seconds}", s.id);
            }
        }
    }
}

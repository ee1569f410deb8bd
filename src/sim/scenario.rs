//! The catalogue of scenarios: every way to walk backward, well or badly, and what is easily taken
//! for it.

use super::act::{ActKind, Acts};
use super::expect::{Expectation, Finding};
use super::gait::{Gait, PathGait, reversed};
use super::hazard::{Mishap, Recovery};
use super::link::Faults;
use super::repertoire::{
    Brief, act, backward, cautious, circling, coached, drifting, falling, fill, going_forward, in_place,
    intervals, mishaps, once, short_knee, shuffling, sideways, still, stopping, tiring, turning, walk,
};
use super::scene::Seated;
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
                    act(ActKind::Sit(Seated::Still), chance.between(7.0, 11.0)),
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
        acts: |b| still(ActKind::Sit(Seated::Swinging), b.seconds),
        ..PLAIN
    },
    Scenario {
        id: "seated_extensions",
        summary: "sitting down and raising the leg until the knee is straight, five times",
        expect: NO_STRIDES,
        seconds: 40.0,
        speed: SpeedChoice::None,
        acts: |b| still(ActKind::Sit(Seated::Extending), b.seconds),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::body::Body;
    use crate::sim::random::Chance;

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

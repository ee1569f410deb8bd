//! What scenarios are made of: the sequences of acts that fill them.

#![expect(clippy::needless_pass_by_value, reason = "scenarios are all made in the same form")]

use super::act::{Act, ActKind, Acts, Mishaps, Walk};
use super::body::Body;
use super::gait::{Gait, PathGait, forward};
use super::hazard::Mishap;
use super::random::Chance;
use crate::record::Activity;

/// What a scenario is made for.
pub(crate) struct Brief<'a> {
    pub body: &'a Body,
    pub speed_mps: f64,
    /// Time to fill, s.
    pub seconds: f64,
    pub chance: Chance,
}

pub(super) fn act(kind: ActKind, seconds: f64) -> Act {
    Act { kind, seconds }
}

pub(super) fn walk(gait: Gait, ahead_mps: f64, label: Activity) -> Walk {
    Walk { gait, ahead_mps, right_mps: 0.0, yaw_dps: 0.0, ramp_s: None, label, mishaps: None, danger: None }
}

/// A stand long enough to come to rest in after this walk, and `extra` seconds more.
fn stop_after(walk: &Walk, extra: f64) -> Act {
    act(ActKind::Stand { brake_s: None }, walk.settles_s() + extra)
}

/// One walk, then a stand, filling the time.
pub(super) fn once(walk: Walk, seconds: f64) -> Acts {
    let stop = stop_after(&walk, 0.0);
    let walking = act(ActKind::Walk(walk), (seconds - stop.seconds).max(1.0));
    Box::new([walking, stop].into_iter())
}

pub(super) fn still(kind: ActKind, seconds: f64) -> Acts {
    Box::new(std::iter::once(act(kind, seconds)))
}

/// Rounds of acts until the time is filled; what does not fit any more is left out, and the rest of
/// the time is a stand.
pub(super) fn fill(
    brief: Brief<'_>,
    mut round: impl FnMut(&mut Chance) -> Vec<Act> + Send + 'static,
) -> Acts {
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

pub(super) fn backward(b: Brief<'_>, gait: impl Fn(&Body, f64) -> PathGait) -> Acts {
    let gait = gait(b.body, b.speed_mps);
    once(walk(Gait::Path(gait), -b.speed_mps, Activity::Backward), b.seconds)
}

pub(super) fn coached(b: Brief<'_>) -> Acts {
    backward(b, PathGait::coached)
}

/// What gaits have in common that do not land on the toes: a foot put down whole cannot reach as far
/// back, so the knees are a little bent, and the hip is down when the foot meets the floor.
pub(super) fn cautious(body: &Body, v: f64) -> PathGait {
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

pub(super) fn short_knee(b: Brief<'_>, short_deg: [f64; 2]) -> Acts {
    backward(b, |body, v| short(PathGait::coached(body, v), short_deg))
}

/// A knee that gets shorter by `loss_deg` in all, a little every 30 s.
pub(super) fn tiring(b: Brief<'_>, loss_deg: f64) -> Acts {
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

pub(super) fn drifting(b: Brief<'_>) -> Acts {
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

pub(super) fn mishaps(b: Brief<'_>, what: Mishap) -> Acts {
    let walk = with_mishaps(b.body, b.speed_mps, what);
    once(walk, b.seconds)
}

pub(super) fn falling(b: Brief<'_>, sideways: bool) -> Acts {
    let gait = Gait::Path(PathGait::coached(b.body, b.speed_mps));
    let walk = walk(gait, -b.speed_mps, Activity::Backward);
    let mut chance = b.chance;
    let lying = (b.seconds * 0.3).clamp(7.0, 20.0);
    let walking = (b.seconds - lying).max(4.0) + chance.between(-1.0, 1.0);
    let acts = [act(ActKind::Walk(walk), walking), act(ActKind::Fall { sideways }, lying + 1.0)];
    Box::new(acts.into_iter())
}

pub(super) fn stopping(b: Brief<'_>, abrupt: bool) -> Acts {
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

pub(super) fn going_forward(b: Brief<'_>) -> Acts {
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

pub(super) fn intervals(b: Brief<'_>) -> Acts {
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

pub(super) fn turning(b: Brief<'_>) -> Acts {
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

pub(super) fn circling(b: Brief<'_>) -> Acts {
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
pub(super) fn in_place(body: &Body) -> Walk {
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

pub(super) fn sideways(b: Brief<'_>) -> Acts {
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

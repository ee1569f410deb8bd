use std::f64::consts::PI;

use super::*;
use EventKind::{FinalContact, ForefootRise, HeelContact, InitialContact, MidSwing, ToeContact};

const ANKLE_M: f64 = 0.28;
const STRIDE_S: f64 = 1.2;
const STANCE_S: f64 = 0.72;

/// A shank that walks: it rolls over the planted foot at a third of a half sine, and swings back in a
/// faster one while the ankle goes the way the person walks. `way` is -1 backward, +1 forward.
fn leg(t: f64, way: f64) -> Motion {
    let x = t.rem_euclid(STRIDE_S);
    let sweep = 50.0;
    let half = |x: f64, length: f64| {
        (sweep * PI / (2.0 * length) * (PI * x / length).sin(), (PI * x / length).cos())
    };
    let swing_s = STRIDE_S - STANCE_S;
    let (omega, theta, forward, up) = if x < STANCE_S {
        let (rate, cos) = half(x, STANCE_S);
        (-way * rate, way * sweep / 2.0 * cos, 0.0, 0.0)
    } else {
        let x = x - STANCE_S;
        let (rate, cos) = half(x, swing_s);
        // The foot covers 1 m in the swing, and is lifted in it.
        let a = 2.0 * PI * 1.0 / (swing_s * swing_s) * (2.0 * PI * x / swing_s).sin();
        let lift = 0.08 * 0.5 * (2.0 * PI / swing_s).powi(2) * (2.0 * PI * x / swing_s).cos();
        (way * rate, -way * sweep / 2.0 * cos, way * a, lift)
    };
    // The sensor is the ankle and what the shank's turning adds.
    let theta = theta * RAD;
    let turning = |t: f64| -ANKLE_M * (rate_of(t, way) * RAD) * theta.cos();
    let pendulum = (turning(t + 0.005) - turning(t - 0.005)) / 0.01;
    Motion {
        t,
        tilt: [theta.sin(), theta.cos()],
        omega_dps: omega,
        forward_mps2: forward + pendulum,
        ankle_forward_mps2: forward,
        ankle_up_mps2: up,
        up_mps2: up,
        ..Motion::default()
    }
}

fn rate_of(t: f64, way: f64) -> f64 {
    let x = t.rem_euclid(STRIDE_S);
    let half = |x: f64, length: f64| 50.0 * PI / (2.0 * length) * (PI * x / length).sin();
    if x < STANCE_S { -way * half(x, STANCE_S) } else { way * half(x - STANCE_S, STRIDE_S - STANCE_S) }
}

/// Stands for a second, walks for six strides, stands for six seconds.
fn walk(way: f64) -> Vec<(f64, Found)> {
    let mut detector = Detector::new(Params::new(ANKLE_M));
    let mut found = Vec::new();
    for k in 0..1500 {
        let t = f64::from(k) * CELL_S;
        let walking = (2.0..2.0 + 6.0 * STRIDE_S).contains(&t);
        let still = Motion { t, tilt: [0.0, 1.0], ..Motion::default() };
        let motion = if walking { Motion { t, ..leg(t - 2.0, way) } } else { still };
        detector.step(motion, None, &mut |f| found.push((t, f)));
    }
    found
}

fn times(found: &[(f64, Found)], kind: EventKind) -> Vec<f64> {
    found.iter().filter(|(_, f)| f.kind == kind).map(|(_, f)| f.t).collect()
}

#[test]
fn backward_every_swing_is_seen_and_its_landmarks_are_where_they_are() {
    let found = walk(-1.0);
    assert!(found.iter().all(|(_, f)| f.direction == Direction::Backward), "{found:?}");
    assert!(times(&found, InitialContact).is_empty());
    let mid = times(&found, MidSwing);
    assert_eq!(mid.len(), 6, "{mid:?}");
    for (n, t) in mid.iter().enumerate() {
        let want = 2.0 + f64::from(n as u32) * STRIDE_S + STANCE_S + 0.24;
        assert!((t - want).abs() < 0.011, "{n}: {t} {want}");
    }
    assert!(times(&found, ToeContact).len() >= 5, "{found:?}");
    assert_eq!(times(&found, FinalContact).len(), times(&found, ForefootRise).len());
    assert!(times(&found, HeelContact).len() <= times(&found, ToeContact).len());
}

#[test]
fn the_mirrored_swing_is_a_forward_walk() {
    let found = walk(1.0);
    assert!(found.iter().all(|(_, f)| f.direction == Direction::Forward), "{found:?}");
    assert!(times(&found, ToeContact).is_empty() && times(&found, HeelContact).is_empty());
    assert_eq!(times(&found, MidSwing).len(), 6);
    assert!(times(&found, InitialContact).len() >= 5);
}

#[test]
fn nothing_is_found_before_it_happens_and_times_go_on_by_kind() {
    for way in [-1.0, 1.0] {
        let found = walk(way);
        assert!(found.iter().all(|(now, f)| f.t <= *now && (0.0..=1.0).contains(&f.confidence)));
        for kind in EventKind::ALL {
            assert!(times(&found, kind).windows(2).all(|w| w[1] - w[0] > 0.8 * STRIDE_S), "{kind:?}");
        }
    }
}

#[test]
fn the_first_contact_of_a_walk_starts_it_and_the_next_follow() {
    let links: Vec<_> = walk(-1.0).into_iter().filter_map(|(_, f)| f.link).collect();
    assert_eq!(links[0].follows, Follows::Nothing);
    assert!(links[1..].iter().all(|l| l.follows == Follows::Alike), "{links:?}");
}

#[test]
fn a_sway_or_one_kick_is_no_walk() {
    for (degrees, times) in [(3.0, 8.0), (30.0, 0.5)] {
        let mut detector = Detector::new(Params::new(ANKLE_M));
        let mut contacts = 0;
        for k in 0..1500 {
            let t = f64::from(k) * CELL_S;
            let x = (t - 3.0) / STRIDE_S;
            let moving = (0.0..times).contains(&x);
            let omega_dps = if moving { degrees * PI / STRIDE_S * (2.0 * PI * x).sin() } else { 0.0 };
            let motion = Motion { t, tilt: [0.0, 1.0], omega_dps, ..Motion::default() };
            detector.step(motion, None, &mut |f| contacts += u32::from(f.link.is_some()));
        }
        assert_eq!(contacts, 0, "{degrees} deg");
    }
}

#[test]
fn rest_and_reset_end_what_is_under_way() {
    let mut detector = Detector::new(Params::new(ANKLE_M));
    for k in 0..350 {
        let t = f64::from(k) * CELL_S;
        detector.step(leg(t, -1.0), None, &mut |_| ());
    }
    assert!(detector.walk.direction().is_some());
    detector.step(Motion { rest: true, ..leg(3.5, -1.0) }, None, &mut |_| ());
    assert!(detector.walk.direction().is_none() && !detector.frames().is_empty());
    detector.reset();
    assert!(detector.frames().is_empty());
}

#[test]
fn a_half_cycle_cut_after_its_fastest_says_nothing_of_the_next() {
    // Samples that begin late in a swing, so that what is left of it is slow; then a stance that is
    // faster than that rest. Nobody knows how the foot moves.
    let mut detector = Detector::new(Params::new(ANKLE_M));
    let mut found = Vec::new();
    for k in 0..200 {
        let t = f64::from(k) * CELL_S;
        let m = leg(t + STANCE_S + 0.36, -1.0);
        let blind = Motion { t, forward_mps2: 0.0, ankle_forward_mps2: 9.0, ..m };
        detector.step(blind, None, &mut |f| found.push(f));
    }
    assert!(found.iter().all(|f| f.direction != Direction::Forward), "{found:?}");
}

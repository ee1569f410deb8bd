use proptest::prelude::*;

use super::*;
use crate::imu::GRAVITY_MPS2;
use crate::orient::quat::{Matrix, apply};
use crate::time::{SensorTime, Span};

/// A leg that goes from angle to angle: seconds, shank, turn about its length, thigh, deg.
type Piece = (f64, f64, f64, f64);

const STAND: Piece = (3.5, 0.0, 0.0, 0.0);
const DOWN: [Piece; 3] = [(1.0, -14.0, 0.0, 45.0), (1.0, -5.0, 0.0, 85.0), (1.5, -5.0, 0.0, 85.0)];

fn raise(peak: f64, twist: f64) -> [Piece; 4] {
    [(1.2, peak, twist, 85.0), (1.2, peak, twist, 85.0), (1.2, -5.0, 0.0, 85.0), (1.0, -5.0, 0.0, 85.0)]
}

/// Standing, sitting down, and these raises.
fn seated(raises: &[[Piece; 4]]) -> Vec<Piece> {
    let mut pieces = vec![STAND];
    pieces.extend(DOWN);
    pieces.extend(raises.iter().flatten());
    pieces
}

/// What sensors that sit like `mount` feel of it, 100 times a second.
fn felt(pieces: &[Piece], mount: &Matrix, thigh: bool) -> Vec<Sample> {
    let smooth = |x: f64| x * x * x * (10.0 - 15.0 * x + 6.0 * x * x);
    let slope = |x: f64| 30.0 * x * x * (1.0 - x) * (1.0 - x);
    let (mut at, mut samples) = ([0.0; 3], Vec::new());
    for (seconds, shank, twist, thigh_deg) in pieces {
        let to = [*shank, *twist, *thigh_deg];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds")]
        let n = (seconds * 100.0) as u32;
        for k in 0..n {
            let x = f64::from(k) / f64::from(n);
            let angle = |i: usize| (at[i] + (to[i] - at[i]) * smooth(x)) * RAD;
            let rate = |i: usize| (to[i] - at[i]) * slope(x) / seconds;
            let imu = |theta: usize, twist: f64, turning: f64| {
                let ((s, c), (sin, cos)) = (angle(theta).sin_cos(), twist.sin_cos());
                let up = [s * cos, c, s * sin];
                let gyr = [-rate(theta) * sin, turning, rate(theta) * cos];
                Imu { acc_mps2: apply(mount, up.map(|u| u * GRAVITY_MPS2)), gyr_dps: apply(mount, gyr) }
            };
            let time = SensorTime::from_micros(0).plus(Span::from_seconds(samples.len() as f64 * 0.01));
            let thigh = thigh.then(|| imu(2, 0.0, 0.0));
            samples.push(Sample { time, shank: imu(0, angle(1), rate(1)), thigh });
        }
        at = to;
    }
    samples
}

fn look(samples: &[Sample]) -> Seen {
    let mut watcher = Watcher::new(Params::default(), &CaptureMeta::default());
    for s in samples {
        watcher.push(s);
    }
    watcher.look()
}

fn five(peak: f64, twist: f64) -> Vec<Piece> {
    seated(&[raise(peak, twist); 5])
}

#[test]
fn five_extensions_show_the_axis_and_its_sign() {
    let seen = look(&felt(&five(75.0, 0.0), &EYE, false));
    assert_eq!((seen.good(), seen.raises.len(), seen.up), (5, 5, false), "{seen:?}");
    let stood = seen.stood.unwrap();
    assert!((stood.seconds - 3.5).abs() < 0.2 && !stood.now, "{stood:?}");
    let axes = seen.axes.unwrap();
    assert!(angle_deg(axes.shank.right, [0.0, 0.0, 1.0]) < 1.0, "{axes:?}");
    assert!(angle_deg(axes.shank.up, [0.0, 1.0, 0.0]) < 0.5, "{axes:?}");
    assert!(axes.sign_confidence().unwrap() > 0.95, "{axes:?}");
    let top = seen.raises[0];
    assert!((top.peak_deg - 75.0).abs() < 2.0 && (1.2..3.0).contains(&top.held_s), "{top:?}");
}

#[test]
fn what_is_not_good_enough_is_said() {
    let told = |pieces: &[Piece], thigh| {
        let seen = look(&felt(pieces, &EYE, thigh));
        let faults: Vec<_> = seen.raises.iter().filter_map(|r| r.fault).collect();
        (seen.good(), seen.axes.is_some(), faults)
    };
    let (good, axes, faults) = told(&five(38.0, 0.0), false);
    assert!(good == 0 && !axes && faults.len() == 5, "{faults:?}");
    assert!(matches!(faults[0], Fault::Small(a) if (a - 38.0).abs() < 2.0), "{faults:?}");
    assert_eq!(told(&seated(&[raise(75.0, 0.0); 2]), false), (2, false, vec![]));
    assert_eq!(told(&five(75.0, 60.0), false), (0, false, vec![Fault::Twisted; 5]));
    assert_eq!(told(&five(75.0, 8.0), false).0, 5, "as much as a knee does as it locks");
    let mut quick = raise(75.0, 0.0);
    (quick[0].0, quick[1].0, quick[2].0) = (0.3, 0.1, 0.3);
    let (good, axes, faults) = told(&seated(&[quick; 5]), false);
    assert!(good == 0 && !axes && faults.iter().all(|f| matches!(f, Fault::Short(_))), "{faults:?}");
    // The hip turned out before the leg is raised, in one of them.
    let beside =
        [(0.6, -5.0, 45.0, 85.0), (1.2, 75.0, 45.0, 85.0), (1.2, 75.0, 45.0, 85.0), (1.2, -5.0, 45.0, 85.0)];
    let back = [(0.6, -5.0, 0.0, 85.0); 4];
    let mixed = [raise(75.0, 0.0), raise(75.0, 0.0), beside, back, raise(75.0, 0.0), raise(75.0, 0.0)];
    let (good, axes, faults) = told(&seated(&mixed), false);
    assert!(good == 4 && axes && matches!(faults[..], [Fault::Apart(a)] if a > 25.0), "{good} {faults:?}");
    assert_eq!(told(&[STAND], false), (0, false, vec![]));
}

#[test]
fn a_leg_bent_up_behind_a_standing_person_has_no_sign() {
    let mut pieces = vec![STAND, (1.0, 0.0, 0.0, 0.0)];
    for _ in 0..5 {
        pieces.extend(raise(-80.0, 0.0).map(|(s, a, ..)| (s, a.min(0.0), 0.0, 0.0)));
    }
    let seen = look(&felt(&pieces, &EYE, false));
    let axes = seen.axes.unwrap();
    assert_eq!((axes.n, axes.sat, axes.sign_confidence()), (5, Sat::Unseen, None));
    // With a thigh sensor it is plain.
    let seen = look(&felt(&pieces, &EYE, true));
    assert!(seen.axes.is_none() && seen.raises.iter().all(|r| r.fault == Some(Fault::NotSeated)), "{seen:?}");
}

#[test]
fn a_thigh_that_lies_level_shows_sitting_and_its_own_axis() {
    let mut pieces = five(75.0, 0.0);
    // Let down into the chair without any lean of the shank.
    for piece in &mut pieces {
        piece.1 = piece.1.max(0.0);
    }
    assert_eq!(look(&felt(&pieces, &EYE, false)).axes.unwrap().sat, Sat::Unseen);
    let axes = look(&felt(&pieces, &EYE, true)).axes.unwrap();
    assert_eq!((axes.sat, axes.sign_confidence()), (Sat::Thigh, Some(THIGH_CONFIDENCE)));
    assert!(angle_deg(axes.thigh.unwrap().right, [0.0, 0.0, 1.0]) < 1.0, "{axes:?}");
}

#[test]
fn a_hole_costs_the_extension_that_it_is_in() {
    let samples = felt(&five(75.0, 0.0), &EYE, false);
    let third = look(&samples).raises[2].span_s;
    let middle = 0.5 * (third.0 + third.1);
    let holed: Vec<_> = samples.into_iter().filter(|s| (s.time.seconds() - middle).abs() > 0.3).collect();
    let seen = look(&holed);
    assert_eq!((seen.good(), seen.axes.is_some()), (4, true), "{seen:?}");
}

#[test]
fn while_it_goes_on_only_what_is_over_is_told() {
    let samples = felt(&five(75.0, 0.0), &EYE, false);
    let mut watcher = Watcher::new(Params::default(), &CaptureMeta::default());
    let (mut good, mut ups) = (0, 0);
    for (i, sample) in samples.iter().enumerate() {
        watcher.push(sample);
        if i % 25 == 0 {
            let seen = watcher.look();
            assert!(seen.good() >= good && seen.good() <= good + 1, "one after the other");
            good = seen.good();
            ups += usize::from(seen.up);
        }
    }
    assert!(good >= 4 && ups > 20, "{good} {ups}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However the sensor is turned.
    #[test]
    fn the_axis_is_found_however_the_sensor_sits(
        turn in prop::array::uniform4(-1.0..1.0_f64),
        peak in 50.0..85.0_f64,
        twist in -8.0..8.0_f64,
        thigh: bool,
    ) {
        let n = turn.iter().map(|v| v * v).sum::<f64>().sqrt();
        prop_assume!(n > 0.2);
        let [w, x, y, z] = turn.map(|v| v / n);
        let mount: Matrix = [
            [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
            [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
            [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
        ];
        let axes = look(&felt(&five(peak, twist), &mount, thigh)).axes.unwrap();
        prop_assert!(angle_deg(axes.shank.up, apply(&mount, [0.0, 1.0, 0.0])) < 0.5);
        // Half of the twist is in it.
        let off = angle_deg(axes.shank.right, apply(&mount, [0.0, 0.0, 1.0]));
        prop_assert!(off < 1.0 + 0.7 * twist.abs(), "{} of twist {}", off, twist);
        prop_assert!(axes.sign_confidence().unwrap() > 0.9);
    }
}

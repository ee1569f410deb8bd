use super::*;
use crate::imu::Imu;
use crate::mount::Mount;
use crate::orient::quat::{Matrix, apply};
use crate::sim::scenario::Scenario;
use crate::sim::script::Script;
use crate::sim::setup::{Play, Setup};
use crate::sim::strap::Misalignment;

/// A sensor that sits askew in every way: columns are the shank's axes in it.
fn askew() -> Matrix {
    let (s, c) = 0.9_f64.sin_cos();
    let about_x: Matrix = [[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]];
    let (s, c) = 2.2_f64.sin_cos();
    let about_y: Matrix = [[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]];
    std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| about_x[i][k] * about_y[k][j]).sum()))
}

fn turned(imu: &Imu, m: &Matrix) -> Imu {
    Imu { acc_mps2: apply(m, imu.acc_mps2), gyr_dps: apply(m, imu.gyr_dps) }
}

fn recorded(setup: &Setup) -> (CaptureMeta, Vec<Sample>) {
    let recording = setup.record().unwrap();
    (recording.meta, recording.steps.iter().map(|s| s.sample).collect())
}

fn extensions(seed: u64, thigh: bool) -> (CaptureMeta, Vec<Sample>) {
    let scenario = Scenario::named("seated_extensions").unwrap();
    recorded(&Setup { seed, thigh, misalignment: Some(Misalignment::NONE), ..Setup::scenario(scenario) })
}

fn script(segments: &str, thigh: bool) -> (CaptureMeta, Vec<Sample>) {
    let script = Script::parse(segments, "script").unwrap();
    recorded(&Setup {
        seed: 4,
        thigh,
        misalignment: Some(Misalignment::NONE),
        ..Setup::playing(Play::Script(script))
    })
}

/// The same with a mount that nobody wrote down.
fn unsaid((mut meta, mut samples): (CaptureMeta, Vec<Sample>)) -> (CaptureMeta, Vec<Sample>) {
    (meta.mount, meta.thigh_mount) = (None, None);
    for sample in &mut samples {
        sample.shank = turned(&sample.shank, &askew());
        sample.thigh = sample.thigh.map(|t| turned(&t, &askew()));
    }
    (meta, samples)
}

const RIGHT: [f64; 3] = [0.0, 0.0, 1.0];
const UP: [f64; 3] = [0.0, 1.0, 0.0];

#[test]
fn standing_and_five_extensions_are_enough_for_an_unknown_mount() {
    for seed in 1..=10 {
        let (meta, samples) = unsaid(extensions(seed, seed % 2 == 0));
        let found = calibrate(&meta, None, samples).unwrap_or_else(|e| panic!("{seed}: {e}"));
        let shank = found.calibration.reference.shank;
        let off = angle_deg(shank.right, apply(&askew(), RIGHT));
        assert!(off < 4.0, "seed {seed}: {off} deg");
        assert!(angle_deg(shank.up, apply(&askew(), UP)) < 6.0, "seed {seed}: how the person stands");
        assert_eq!((found.extensions, found.axis_from), (5, AxisFrom::Extensions), "seed {seed}");
        assert!(found.sign_confidence > 0.9, "seed {seed}: {}", found.sign_confidence);
        if seed % 2 == 0 {
            let thigh = found.calibration.reference.thigh.unwrap();
            assert!(angle_deg(thigh.right, apply(&askew(), RIGHT)) < 8.0, "seed {seed}: {thigh:?}");
        }
    }
}

#[test]
fn a_mount_line_is_confirmed_refined_or_contradicted() {
    let (mut meta, samples) = extensions(3, false);
    let found = calibrate(&meta, Some(2.0), samples.clone()).unwrap();
    assert!(found.axis_deg.unwrap() < 5.0 && found.sign_confidence > 0.98, "{found:?}");
    meta.mount = "x=posterior,y=up,z=left".parse().ok();
    let wrong = calibrate(&meta, Some(2.0), samples.clone());
    assert!(matches!(wrong, Err(CalibrateError::Contradicted(a)) if a > 170.0), "{wrong:?}");
    meta.mount = "x=right,y=up,z=posterior".parse().ok();
    let wrong = calibrate(&meta, Some(2.0), samples);
    assert!(matches!(wrong, Err(CalibrateError::Contradicted(a)) if (80.0..100.0).contains(&a)), "{wrong:?}");
    let scenario = Scenario::named("seated_extensions").unwrap();
    let misalignment = Some(Misalignment { yaw_deg: 14.0, ..Misalignment::NONE });
    let (meta, samples) = recorded(&Setup { misalignment, ..Setup::scenario(scenario) });
    let found = calibrate(&meta, None, samples).unwrap();
    assert!((found.axis_deg.unwrap() - 14.0).abs() < 4.0, "{:?}", found.axis_deg);
    assert!((angle_deg(found.calibration.reference.shank.right, RIGHT) - 14.0).abs() < 4.0);
}

#[test]
fn two_extensions_are_too_few() {
    let (meta, samples) = extensions(5, false);
    let mut watcher = Watcher::new(Params::default(), &meta);
    for s in &samples {
        watcher.push(s);
    }
    let until = watcher.look().raises[1].span_s.1 + 0.3 + samples[0].time.seconds();
    let two = samples.into_iter().filter(|s| s.time.seconds() < until);
    let (given, two): (_, Vec<_>) = (meta, two.collect());
    let (meta, turned) = unsaid((given.clone(), two.clone()));
    let error = calibrate(&meta, None, turned).unwrap_err();
    assert_eq!(error, CalibrateError::NotTold("2 seated extensions are too few".into()));
    let found = calibrate(&given, None, two).unwrap();
    assert_eq!((found.extensions, found.axis_from), (2, AxisFrom::Line));
    assert!(found.missing.iter().any(|m| m.starts_with("fewer than three good")), "{:?}", found.missing);
    let tilt = angle_deg(found.calibration.reference.shank.up, UP);
    assert!(tilt < 5.0, "sitting is not taken for standing: {tilt}");
}

const SIT: &str = "[[segment]]\nscenario = \"seated_extensions\"\nduration = \"35s\"\n";
const STAND: &str = "[[segment]]\nscenario = \"stand\"\nduration = \"6s\"\n";
const WALK: &str = "[[segment]]\nscenario = \"bw_normal_coached\"\nduration = \"30s\"\n";

#[test]
fn walking_after_the_extensions_adds_the_persons_own_constant() {
    let (meta, samples) = unsaid(script(&[SIT, WALK].concat(), true));
    let found = calibrate(&meta, Some(4.0), samples).unwrap();
    assert_eq!((found.extensions, found.axis_from), (5, AxisFrom::Walk), "{found:?}");
    assert!(found.calibration.reference.walked.is_some(), "{:?}", found.missing);
    assert!(angle_deg(found.calibration.reference.shank.right, apply(&askew(), RIGHT)) < 8.0);
}

/// What is said of the strides: backward, forward, without direction.
fn strides(meta: &CaptureMeta, samples: &[Sample]) -> (u32, u32) {
    let mut pipeline = Pipeline::new(meta, Settings::default());
    let mut counts = (0, 0);
    let mut emit = |output: Output| {
        if let Output::Record(Record::Summary(s)) = output {
            counts = (s.strides.backward, s.strides.forward);
        }
    };
    for s in samples {
        pipeline.push(s, &mut emit);
    }
    pipeline.finish(&mut emit);
    counts
}

#[test]
fn a_leg_raised_before_the_walk_does_not_turn_its_direction_around() {
    let (meta, samples) = unsaid(script(&[SIT, WALK].concat(), false));
    assert_eq!(strides(&meta, &samples).1, 0, "straight from the chair the zero may be that of sitting");
    let (meta, samples) = unsaid(script(&[SIT, STAND, WALK].concat(), false));
    let (backward, forward) = strides(&meta, &samples);
    assert!(forward == 0 && backward > 5, "{backward} backward, {forward} forward");
    let mut pipeline = Pipeline::new(&meta, Settings::default());
    for s in &samples {
        pipeline.push(s, &mut |_| ());
    }
    let up = pipeline.sittings().unwrap().0.up;
    assert!(angle_deg(up, apply(&askew(), UP)) < 15.0, "a leg held up is not standing: {up:?}");
}

#[test]
fn a_walk_that_contradicts_a_calibration_is_believed() {
    let (meta, samples) = script(WALK, false);
    let meta = CaptureMeta { mount: None, ..meta };
    for (right, contradicted) in [([0.0, 0.0, 1.0], false), ([0.0, 0.0, -1.0], true)] {
        let mut reference = crate::calibrate::reference::Reference::default();
        reference.shank.right = right;
        let settings = Settings { reference: Some(reference), ..Settings::default() };
        let mut pipeline = Pipeline::new(&meta, settings);
        let mut said = false;
        let mut emit = |output: Output| {
            if let Output::Record(Record::Notice(n)) = output {
                said |= n.what.code() == "mount_suspect";
            }
        };
        for s in &samples {
            pipeline.push(s, &mut emit);
        }
        pipeline.finish(&mut emit);
        assert_eq!(said, contradicted);
    }
}

#[test]
fn nobody_who_stands_and_nothing_that_moves_are_told_apart() {
    let (meta, samples) = extensions(2, false);
    let (bare, turned) = unsaid((meta.clone(), samples.clone()));
    let still: Vec<_> = turned.iter().take(290).copied().collect();
    assert_eq!(calibrate(&bare, None, still), Err(CalibrateError::NoAxis));
    let lying = CaptureMeta { mount: Some(Mount::IDENTITY), ..meta };
    let nobody: Vec<_> = samples.iter().take(100).copied().collect();
    assert_eq!(calibrate(&lying, None, nobody), Err(CalibrateError::NoStanding));
}

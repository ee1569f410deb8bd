//! Alerts on simulated walking: what is found, and what must not change them. Figures are of kind
//! `simulated`; the large evaluation is `examples/safety_rates.rs`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::sync::OnceLock;

use proptest::prelude::*;
use retrogait::capture::CaptureMeta;
use retrogait::imu::{Imu, Sample};
use retrogait::mount::Mount;
use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::{Alert, AlertLevel, Record};
use retrogait::safety::need::Need;
use retrogait::safety::rule::{REFRACTORY, Rule};
use retrogait::safety::tuning::Tuning;
use retrogait::sim::scenario::Scenario;
use retrogait::sim::setup::{Play, Recording, Setup};
use retrogait::summary::Summary;
use retrogait::time::{SensorTime, Span};

fn recording(id: &str, seed: u64, speed: f64, seconds: f64) -> Recording {
    let scenario = Scenario::named(id).unwrap();
    let speed_mps = scenario.speed.default_mps().map(|_| speed);
    let mut setup = Setup::playing(Play::Scenario { scenario, speed_mps, seconds: Some(seconds) });
    setup.seed = seed;
    setup.record().unwrap()
}

fn samples(recording: &Recording) -> Vec<Sample> {
    recording.steps.iter().map(|s| s.sample).collect()
}

fn play(meta: &CaptureMeta, samples: &[Sample], rules: &Tuning) -> (Vec<Alert>, Summary) {
    let mut alerts = Vec::new();
    let mut summary = None;
    let mut take = |o: Output| match o {
        Output::Record(Record::Alert(a)) => alerts.push(a),
        Output::Record(Record::Summary(s)) => summary = Some(*s),
        _ => {}
    };
    let mut pipeline = Pipeline::new(meta, Settings { rules: *rules, ..Settings::default() });
    for s in samples {
        pipeline.push(s, &mut take);
    }
    pipeline.finish(&mut take);
    (alerts, summary.unwrap())
}

/// A fall out of a walk, made once.
fn fall() -> &'static (CaptureMeta, Vec<Sample>, f64) {
    static FALL: OnceLock<(CaptureMeta, Vec<Sample>, f64)> = OnceLock::new();
    FALL.get_or_init(|| {
        let r = recording("fall_back", 3, 0.67, 25.0);
        let onset = r.truth.hazards.as_ref().unwrap()[0].onset_s.unwrap();
        (r.meta.clone(), samples(&r), onset)
    })
}

/// Stumbles in a walk, made once.
fn stumbles() -> &'static (CaptureMeta, Vec<Sample>) {
    static STUMBLES: OnceLock<(CaptureMeta, Vec<Sample>)> = OnceLock::new();
    STUMBLES.get_or_init(|| {
        let r = recording("bw_stumble_lower", 5, 0.67, 45.0);
        (r.meta.clone(), samples(&r))
    })
}

fn told(alerts: &[Alert]) -> Vec<(Rule, i64, i64)> {
    alerts.iter().map(|a| (a.rule, a.onset.micros(), a.detected.micros())).collect()
}

/// Within a cell: other axes are other roundings.
fn same(a: &[Alert], b: &[Alert]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| a.rule == b.rule && a.detected.since(b.detected).micros().abs() <= 20_000)
}

#[test]
fn dangers_are_found_and_harmless_walking_is_left_alone() {
    let mut text = String::new();
    for (id, speed, seconds) in [
        ("bw_stumble_lower", 0.45, 45.0),
        ("bw_slip", 0.67, 45.0),
        ("bw_buckle", 0.67, 45.0),
        ("fall_back", 0.67, 25.0),
        ("fall_side", 0.89, 25.0),
        ("bw_normal_coached", 0.45, 45.0),
        ("bw_normal_habitual", 0.89, 45.0),
        ("turn_180", 0.67, 45.0),
        ("sit_to_stand", 0.0, 45.0),
        ("sensor_bump", 0.0, 30.0),
    ] {
        let _ = writeln!(text, "{id} at {speed} m/s");
        for seed in [21, 22] {
            let r = recording(id, seed, speed, seconds);
            let (alerts, _) = play(&r.meta, &samples(&r), &Tuning::default());
            for h in r.truth.hazards.iter().flatten() {
                let (onset, end) = (h.onset_s.unwrap(), h.end_s.unwrap());
                let found: Vec<_> = alerts
                    .iter()
                    .filter(|a| a.level > AlertLevel::Info)
                    .filter(|a| (onset - 0.5..=end + 2.0).contains(&a.detected.seconds()))
                    .map(|a| format!("{} +{:.2} s", a.rule.word(), a.detected.seconds() - onset))
                    .collect();
                let _ = writeln!(text, "  {} at {onset:.2}: {}", h.kind, found.join(", "));
            }
            let hazards = r.truth.hazards.iter().flatten();
            let spans: Vec<_> = hazards.map(|h| (h.onset_s.unwrap(), h.end_s.unwrap())).collect();
            for a in &alerts {
                let at = a.detected.seconds();
                let excused = spans.iter().any(|(o, e)| (o - 0.5..=e + 2.0).contains(&at));
                if a.level > AlertLevel::Info && !excused {
                    let _ = writeln!(text, "  about nothing: {} at {at:.2}", a.rule.word());
                }
            }
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_rule_that_is_off_is_silent_and_said_to_be() {
    let (meta, samples, _) = fall();
    let mut rules = Tuning::default();
    rules.turn(Rule::Fall, false);
    let (alerts, summary) = play(meta, samples, &rules);
    assert!(alerts.iter().all(|a| a.rule != Rule::Fall));
    let (_, watched) = summary.safety.each().find(|(r, _)| *r == Rule::Fall).unwrap();
    assert_eq!(watched.not_watched().unwrap().0, "it is turned off");
}

#[test]
fn a_sensor_that_is_lost_while_walking_is_told_and_what_lacks_its_needs_is_listed() {
    let (meta, samples) = stumbles();
    let cut: Vec<_> = samples.iter().filter(|s| !(12.0..13.5).contains(&s.time.seconds())).copied().collect();
    let (alerts, summary) = play(meta, &cut, &Tuning::default());
    let lost = alerts.iter().find(|a| a.rule == Rule::SensorLost).unwrap();
    assert!((lost.onset.seconds() - 12.0).abs() < 0.02 && (lost.detected.seconds() - 13.5).abs() < 0.02);
    for rule in [Rule::SuddenStop, Rule::BeltDrift, Rule::Asymmetry, Rule::WrongDirection] {
        let (_, w) = summary.safety.each().find(|(r, _)| *r == rule).unwrap();
        assert!(w.not_watched().is_some() && w.watched_s == 0.0, "{rule:?} {w:?}");
    }
}

#[test]
fn what_cannot_be_told_from_something_harmless_is_silent_and_listed() {
    // Two strides of 2.3 s are no evidence that an end was not planned.
    let mut r = recording("stop_planned", 23, 0.22, 60.0);
    r.meta.treadmill_mps = Some(0.22);
    let (alerts, summary) = play(&r.meta, &samples(&r), &Tuning::default());
    assert!(alerts.iter().all(|a| a.rule != Rule::SuddenStop), "{:?}", told(&alerts));
    let (_, watched) = summary.safety.each().find(|(r, _)| *r == Rule::SuddenStop).unwrap();
    assert_eq!(watched.lacked.unwrap().0, Need::Pace);
    assert!(watched.not_watched().unwrap().1 > 0.9 * watched.due_s, "{watched:?}");

    // The last short step of forward walking lands in the midst of its swing.
    let r = recording("turn_180", 23, 1.34, 60.0);
    let (alerts, summary) = play(&r.meta, &samples(&r), &Tuning::default());
    assert!(alerts.iter().all(|a| a.rule != Rule::Stumble), "{:?}", told(&alerts));
    assert!(watched_s(&summary, Rule::Stumble) > 0.0, "but backward it is watched");
    let (_, watched) = summary.safety.each().find(|(r, _)| *r == Rule::Stumble).unwrap();
    assert!(watched.not_watched().is_some());
}

#[test]
fn a_foot_that_is_lifted_does_not_shuffle_however_it_lands() {
    for (id, speed, shuffles) in
        [("bw_flat", 0.45, false), ("bw_flat", 1.12, false), ("bw_shuffle", 0.3, true)]
    {
        let r = recording(id, 24, speed, 40.0);
        let (alerts, _) = play(&r.meta, &samples(&r), &Tuning::default());
        assert_eq!(alerts.iter().any(|a| a.rule == Rule::Shuffling), shuffles, "{id} {speed}");
    }
}

#[test]
fn silence_is_told_without_waiting_for_the_next_sample() {
    let (meta, samples) = stumbles();
    let mut pipeline = Pipeline::new(meta, Settings::default());
    let mut stops = Vec::new();
    for s in samples.iter().take_while(|s| s.time.seconds() < 12.0) {
        pipeline.arrives(Some(Span::from_seconds(s.time.seconds())), &mut |_| ());
        pipeline.push(s, &mut |_| ());
    }
    for after_ms in [200, 900, 1100, 1400] {
        pipeline.waiting(Span::from_micros(12_000_000 + after_ms * 1000), &mut |o| {
            if let Output::Record(Record::Alert(a)) = o {
                stops.push((after_ms, a.rule));
            }
        });
    }
    assert_eq!(stops, [(1400, Rule::SensorLost)]);
}

#[test]
fn axes_and_side_leave_alerts_as_they_are() {
    let (meta, samples) = stumbles();
    let (plain, _) = play(meta, samples, &Tuning::default());
    assert!(plain.iter().any(|a| a.rule == Rule::Stumble), "{:?}", told(&plain));
    for mount in Mount::all().step_by(5) {
        let turned: Vec<_> = samples
            .iter()
            .map(|s| {
                let back = |v: [f64; 3]| invert(mount, v);
                let shank = Imu { acc_mps2: back(s.shank.acc_mps2), gyr_dps: back(s.shank.gyr_dps) };
                Sample { shank, ..*s }
            })
            .collect();
        let meta = CaptureMeta { mount: Some(mount), ..meta.clone() };
        let (alerts, _) = play(&meta, &turned, &Tuning::default());
        assert_eq!(told(&alerts), told(&plain), "{mount}");
    }
    // The mirror image of a right leg is a left one.
    let mirrored: Vec<_> = samples
        .iter()
        .map(|s| {
            let ([x, y, z], [p, q, r]) = (s.shank.acc_mps2, s.shank.gyr_dps);
            Sample { shank: Imu { acc_mps2: [x, y, -z], gyr_dps: [-p, -q, r] }, ..*s }
        })
        .collect();
    let (alerts, _) = play(meta, &mirrored, &Tuning::default());
    assert!(same(&alerts, &plain), "{:?} {:?}", told(&alerts), told(&plain));
}

/// Reads `v` of the segment in the axes of a sensor that is mounted so.
fn invert(mount: Mount, v: [f64; 3]) -> [f64; 3] {
    let swap = mount.swap();
    // The swap is a signed permutation: its inverse is its transpose.
    let columns = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|e| swap.apply(e));
    columns.map(|c| c[0] * v[0] + c[1] * v[1] + c[2] * v[2])
}

/// A capture with a stop in it.
struct Stop {
    rule: Rule,
    meta: CaptureMeta,
    samples: Vec<Sample>,
    onset_s: f64,
    /// For how long the rule was watched in all of it, s.
    watched_s: f64,
}

fn watched_s(summary: &Summary, rule: Rule) -> f64 {
    summary.safety.each().find(|(r, _)| *r == rule).unwrap().1.watched_s
}

/// A fall, a knee that gives way, and a stop on a belt that runs, made once. Each is told while nothing
/// is missing: otherwise what is removed could not be missed.
fn stops() -> &'static [Stop] {
    static STOPS: OnceLock<Vec<Stop>> = OnceLock::new();
    STOPS.get_or_init(|| {
        let of = |rule: Rule, id: &str, seed: u64, seconds: f64, belt: bool| {
            let speed = 0.67;
            let mut r = recording(id, seed, speed, seconds);
            if belt {
                r.meta.treadmill_mps = Some(speed);
            }
            let samples = samples(&r);
            let onset_s = r.truth.hazards.as_ref().unwrap()[0].onset_s.unwrap();
            let (alerts, summary) = play(&r.meta, &samples, &Tuning::default());
            assert!(alerts.iter().any(|a| a.rule == rule), "{rule:?}: {:?}", told(&alerts));
            let watched_s = watched_s(&summary, rule);
            Stop { rule, meta: r.meta, samples, onset_s, watched_s }
        };
        vec![
            of(Rule::Fall, "fall_back", 3, 25.0, false),
            of(Rule::KneeGivingWay, "bw_buckle", 21, 45.0, false),
            of(Rule::SuddenStop, "stop_abrupt", 3, 75.0, true),
        ]
    })
}

fn stumbles_told() -> &'static Vec<Alert> {
    static TOLD: OnceLock<Vec<Alert>> = OnceLock::new();
    TOLD.get_or_init(|| {
        let (meta, samples) = stumbles();
        play(meta, samples, &Tuning::default()).0
    })
}

#[test]
fn a_longer_refractory_time_leaves_out_alerts_and_a_shorter_one_brings_them_back() {
    let (meta, samples) = stumbles();
    let mut counts = Vec::new();
    for refractory_s in [0.0, 12.0, 3600.0] {
        let mut rules = Tuning::default();
        assert!(rules.set(Rule::Stumble, "refractory_s", refractory_s));
        assert!(rules.set(Rule::Stumble, "ends_s", 0.1));
        let (alerts, _) = play(meta, samples, &rules);
        let times: Vec<f64> =
            alerts.iter().filter(|a| a.rule == Rule::Stumble).map(|a| a.detected.seconds()).collect();
        assert!(times.windows(2).all(|w| w[1] - w[0] >= refractory_s - 0.02), "{refractory_s} {times:?}");
        counts.push(times.len());
    }
    assert!(counts[0] > counts[2] && counts[2] == 1, "{counts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn another_clock_moves_alerts_and_changes_none(start_us in -4_000_000_000_000_i64..4_000_000_000_000) {
        let (meta, samples) = stumbles();
        let moved: Vec<_> =
            samples.iter().map(|s| Sample { time: s.time.plus(Span::from_micros(start_us)), ..*s }).collect();
        let (alerts, _) = play(meta, &moved, &Tuning::default());
        let back: Vec<_> =
            told(&alerts).into_iter().map(|(r, a, b)| (r, a - start_us, b - start_us)).collect();
        prop_assert_eq!(back, told(stumbles_told()));
    }

    // Clocks of sensors are off by 0.005 %, badly resampled ones by more.
    #[test]
    fn a_clock_that_runs_fast_or_slow_scales_alerts_and_changes_none(per_mille in -3.0..3.0_f64) {
        let (meta, samples) = stumbles();
        #[expect(clippy::cast_possible_truncation, reason = "within a capture")]
        let scaled = |micros: i64| (micros as f64 * (1.0 + 1e-3 * per_mille)).round() as i64;
        let stretched: Vec<_> = samples
            .iter()
            .map(|s| Sample { time: SensorTime::from_micros(scaled(s.time.micros())), ..*s })
            .collect();
        // The stride times of somebody who stumbles spread by about as much as the limit of `variability`: a
        // rounding decides on which side of it they are, and that is no matter of the clock.
        let steps = |alerts: &[Alert]| -> Vec<Alert> {
            alerts.iter().filter(|a| a.rule != Rule::Variability).copied().collect()
        };
        let alerts = steps(&play(meta, &stretched, &Tuning::default()).0);
        let plain = steps(stumbles_told());
        prop_assert!(plain.len() >= 4);
        prop_assert_eq!(alerts.len(), plain.len(), "{:?} {:?}", told(&alerts), told(&plain));
        for (a, b) in alerts.iter().zip(&plain) {
            prop_assert_eq!(a.rule, b.rule);
            prop_assert!((a.detected.micros() - scaled(b.detected.micros())).abs() <= 30_000, "{a:?} {b:?}");
        }
    }

    #[test]
    fn what_is_removed_is_missed_aloud(which in 0..3_usize, from in -2.0..3.0_f64, length in 0.05..4.0_f64) {
        let Stop { rule, meta, samples, onset_s, watched_s: whole_s } = &stops()[which];
        let hole = onset_s + from..onset_s + from + length;
        let cut: Vec<_> = samples.iter().filter(|s| !hole.contains(&s.time.seconds())).copied().collect();
        let (alerts, summary) = play(meta, &cut, &Tuning::default());
        let stop = alerts
            .iter()
            .any(|a| a.level == AlertLevel::Stop && a.detected.seconds() > onset_s - 2.5);
        let less = watched_s(&summary, *rule) < *whole_s;
        let (_, watched) = summary.safety.each().find(|(r, _)| r == rule).unwrap();
        prop_assert!(stop || (less && watched.not_watched().is_some()), "{rule:?} {hole:?} {alerts:?}");
        for rule in Rule::ALL {
            let times: Vec<f64> =
                alerts.iter().filter(|a| a.rule == rule).map(|a| a.detected.seconds()).collect();
            let refractory = rule.info().limits[REFRACTORY].default;
            prop_assert!(times.windows(2).all(|w| w[1] - w[0] >= refractory - 0.02), "{rule:?} {times:?}");
        }
    }
}

//! The simulator against geometry, physics and itself: nothing here uses a detector.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times within a capture")]

use retrogait::imu::GRAVITY_MPS2;
use retrogait::record::{Activity, EventKind};
use retrogait::sim::device::SensorKind;
use retrogait::sim::label::Fact;
use retrogait::sim::scenario::{CATALOGUE, Scenario};
use retrogait::sim::setup::{Play, Setup};
use retrogait::sim::walker::Moment;

/// Both generators, and what the foot-path one makes of its defects.
const WALKS: [&str; 14] = [
    "bw_normal_coached",
    "bw_normal_habitual",
    "bw_fourier",
    "bw_shallow",
    "bw_flat",
    "bw_heel_first",
    "bw_toe_only",
    "bw_ext20",
    "bw_asym",
    "bw_shuffle",
    "bw_stumble_lower",
    "fw_slow",
    "fw_normal",
    "fw_fast",
];

fn setup(id: &str, seed: u64, seconds: f64) -> Setup {
    let scenario = Scenario::named(id).unwrap();
    Setup {
        seed,
        sensor: SensorKind::Ideal,
        ..Setup::playing(Play::Scenario { scenario, speed_mps: None, seconds: Some(seconds) })
    }
}

/// From when to when, s.
type Span = (f64, f64);

struct Watched {
    moments: Vec<Moment>,
    facts: Vec<Fact>,
}

impl Watched {
    /// All moments of a capture, and all that was told of it.
    fn of(setup: &Setup) -> Self {
        let mut walker = setup.walker().unwrap();
        let mut moments = Vec::new();
        let mut facts = Vec::new();
        while let Some(moment) = walker.next_moment() {
            moments.push(moment);
            facts.extend(walker.take_facts());
        }
        moments.retain(|m| m.time_s >= 0.0);
        Self { moments, facts }
    }

    fn times(&self, kinds: &[EventKind]) -> Vec<f64> {
        let time = |fact: &Fact| match fact {
            Fact::Event(e) if kinds.contains(&e.kind) => Some(e.time_s),
            _ => None,
        };
        self.facts.iter().filter_map(time).collect()
    }

    fn between(&self, from_s: f64, to_s: f64) -> &[Moment] {
        let at = |t: f64| self.moments.partition_point(|m| m.time_s < t);
        &self.moments[at(from_s)..at(to_s)]
    }

    /// Stances and swings of one leg: (from contact to leaving, from leaving to contact), s.
    fn phases(&self) -> (Vec<Span>, Vec<Span>) {
        let mut events: Vec<(f64, bool)> = Vec::new();
        let landing = [EventKind::ToeContact, EventKind::HeelContact, EventKind::InitialContact];
        events.extend(self.times(&landing).into_iter().map(|t| (t, true)));
        events.extend(self.times(&[EventKind::FinalContact]).into_iter().map(|t| (t, false)));
        events.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Of toe and heel the first is the landing.
        events.dedup_by(|later, first| later.1 && first.1);
        let (mut stances, mut swings) = (Vec::new(), Vec::new());
        for pair in events.windows(2) {
            let span = (pair[0].0, pair[1].0);
            if pair[0].1 { stances.push(span) } else { swings.push(span) }
        }
        (stances, swings)
    }
}

fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn norm(a: [f64; 3]) -> f64 {
    dot(a, a).sqrt()
}

#[test]
fn knee_flexion_is_the_angle_between_the_bones() {
    for id in WALKS {
        let setup = setup(id, 3, 20.0);
        let body = *setup.walker().unwrap().body();
        for m in Watched::of(&setup).moments {
            let (thigh, shank) = (minus(m.knee_m, m.hip_m), minus(m.ankle_m, m.knee_m));
            assert!((norm(thigh) - body.thigh_m).abs() < 1e-6, "{id} {:.3} s: the thigh", m.time_s);
            // A leg that comes to its full length falls a little short of the foot.
            assert!((norm(shank) - body.shank_m).abs() < 0.002, "{id} {:.3} s: the shank", m.time_s);
            let cos = dot(thigh, shank) / (norm(thigh) * norm(shank));
            let angle = cos.clamp(-1.0, 1.0).acos().to_degrees();
            // The angle of a leg that is as good as straight says little.
            let tolerance = if m.knee_flexion_deg < 4.0 { 1.0 } else { 0.2 };
            assert!(
                (angle - m.knee_flexion_deg).abs() < tolerance,
                "{id} {:.3} s: {angle} and {}",
                m.time_s,
                m.knee_flexion_deg
            );
        }
    }
}

#[test]
fn specific_force_in_standing_is_gravity() {
    for (seed, thigh) in [(1, false), (2, true), (3, true)] {
        let recording = Setup { thigh, ..setup("stand", seed, 20.0) }.record().unwrap();
        for step in &recording.steps {
            for imu in std::iter::once(step.sample.shank).chain(step.sample.thigh) {
                let size = norm(imu.acc_mps2);
                assert!((size - GRAVITY_MPS2).abs() < 0.05, "{size}");
                assert!(norm(imu.gyr_dps) < 2.0);
                assert!(imu.acc_mps2[1] > 9.3, "up is up");
            }
        }
        let n = recording.steps.len() as f64;
        let mean = recording.steps.iter().map(|s| norm(s.sample.shank.acc_mps2)).sum::<f64>() / n;
        assert!((mean - GRAVITY_MPS2).abs() < 0.001, "{mean}");
    }
}

type Rows = [[f64; 3]; 3];

/// `rows` turned by the rotation vector `w` (rad) given in its own axes (Rodrigues).
fn turned(rows: &Rows, w: [f64; 3]) -> Rows {
    let angle = norm(w);
    let (sin, cos) = angle.sin_cos();
    let k = if angle > 0.0 { w.map(|c| c / angle) } else { [0.0; 3] };
    let cross =
        |v: [f64; 3]| [k[1] * v[2] - k[2] * v[1], k[2] * v[0] - k[0] * v[2], k[0] * v[1] - k[1] * v[0]];
    let turn = |v: [f64; 3]| {
        let (c, along) = (cross(v), dot(k, v) * (1.0 - cos));
        core::array::from_fn(|i| v[i] * cos + c[i] * sin + k[i] * along)
    };
    let columns: [[f64; 3]; 3] =
        core::array::from_fn(|j| turn(core::array::from_fn(|i| f64::from(u8::from(i == j)))));
    core::array::from_fn(|i| core::array::from_fn(|j| (0..3).map(|l| rows[i][l] * columns[j][l]).sum()))
}

/// Where readings at even intervals lead from a known start: mean rate over each interval, then the
/// force of its ends turned to the world, then trapezoids.
fn dead_reckoned(readings: &[([f64; 3], [f64; 3])], h: f64, start: &Moment, v: [f64; 3]) -> [f64; 3] {
    let world = |axes: &Rows, f: [f64; 3]| {
        let mut a: [f64; 3] = core::array::from_fn(|i| dot(axes[i], f));
        a[1] -= GRAVITY_MPS2;
        a
    };
    let (mut axes, mut v, mut p) = (start.axes, v, start.sensor_m);
    let mut a = world(&axes, readings[0].0);
    for pair in readings.windows(2) {
        let w = core::array::from_fn(|i| (0.5 * (pair[0].1[i] + pair[1].1[i])).to_radians() * h);
        axes = turned(&axes, w);
        let next = world(&axes, pair[1].0);
        for i in 0..3 {
            p[i] += v[i] * h + (2.0 * a[i] + next[i]) * h * h / 6.0;
            v[i] += 0.5 * (a[i] + next[i]) * h;
        }
        a = next;
    }
    p
}

#[test]
fn strap_down_integration_of_ideal_output_returns_the_sensors_path() {
    for id in WALKS {
        let setup = Setup { rate_hz: 500.0, ..setup(id, 5, 24.0) };
        let watched = Watched::of(&setup);
        let steps = setup.record().unwrap().steps;
        let h = 1.0 / setup.rate_hz;
        let index = |t: f64| (t / h).round() as usize;
        let contacts = watched.times(&[EventKind::ToeContact, EventKind::InitialContact]);
        let mut strides = 0;
        for pair in contacts.windows(2).filter(|p| p[1] - p[0] < 2.5) {
            let (from, to) = (index(pair[0]), index(pair[1]));
            let at = |i: usize| {
                let t = i as f64 * h;
                watched.between(t - 4e-4, t + 6e-4)[0]
            };
            let start = at(from);
            let near = watched.between(start.time_s - 1.4e-3, start.time_s + 1.6e-3);
            let (before, after) = (near[0], near[near.len() - 1]);
            let apart = after.time_s - before.time_s;
            let v = minus(after.sensor_m, before.sensor_m).map(|d| d / apart);
            let readings: Vec<_> =
                steps[from..=to].iter().map(|s| (s.sample.shank.acc_mps2, s.sample.shank.gyr_dps)).collect();
            let end = dead_reckoned(&readings, h, &start, v);
            let off = norm(minus(end, at(to).sensor_m));
            assert!(off < 0.01, "{id} {:.2} s: off by {:.1} mm", pair[0], off * 1e3);
            strides += 1;
        }
        assert!(strides >= 6, "{id}: {strides} strides");
    }
}

#[test]
fn feet_hold_the_floor_and_clear_it() {
    const MOST_M: f64 = 0.005;
    for id in WALKS {
        for seed in [1, 2] {
            let watched = Watched::of(&setup(id, seed, 24.0));
            let lowest = watched.moments.iter().map(|m| m.heel_m.min(m.forefoot_m)).fold(0.0, f64::min);
            assert!(lowest > -MOST_M, "{id} {seed}: {:.1} mm into the floor", lowest * -1e3);
            let (stances, swings) = watched.phases();
            for (from, to) in stances {
                for m in watched.between(from, to) {
                    let height = m.heel_m.min(m.forefoot_m);
                    assert!(height < MOST_M, "{id} {seed} {:.3} s: floats {:.1} mm", m.time_s, height * 1e3);
                }
                // What lies flat does not slide, unless that is the scenario.
                let flat: Vec<_> =
                    watched.between(from, to).iter().filter(|m| m.heel_m.max(m.forefoot_m) < 2e-4).collect();
                if let (Some(first), Some(last)) = (flat.first(), flat.last()) {
                    let moved = minus(last.ankle_m, first.ankle_m);
                    assert!(
                        norm(moved) < MOST_M,
                        "{id} {seed} {from:.2} s: slides {:.1} mm",
                        norm(moved) * 1e3
                    );
                }
            }
            // In the middle of the swing nothing touches.
            for (from, to) in swings {
                let (from, to) = (from + 0.2 * (to - from), to - 0.2 * (to - from));
                for m in watched.between(from, to) {
                    let height = m.heel_m.min(m.forefoot_m);
                    assert!(
                        height > 0.003,
                        "{id} {seed} {:.3} s: scuffs at {:.1} mm",
                        m.time_s,
                        height * 1e3
                    );
                }
            }
        }
    }
}

#[test]
fn readings_have_no_corner() {
    // From millisecond to millisecond a leg's rate changes by some deg/s: a jump is a seam of the model.
    for id in WALKS {
        let watched = Watched::of(&setup(id, 4, 24.0));
        let limit = if id.contains("stumble") { 40.0 } else { 16.0 };
        for pair in watched.moments.windows(2) {
            let jump = norm(minus(pair[1].shank.gyr_dps, pair[0].shank.gyr_dps));
            assert!(jump < limit, "{id} {:.3} s: {jump:.1} deg/s in a millisecond", pair[1].time_s);
        }
    }
}

#[test]
fn every_scenario_says_what_happened() {
    for scenario in CATALOGUE {
        let seconds = scenario.seconds.min(60.0);
        let play = Play::Scenario { scenario, speed_mps: None, seconds: Some(seconds) };
        let recording = Setup::playing(play).record().unwrap();
        let truth = recording.truth;
        let id = scenario.id;
        let activity = truth.activity.unwrap();
        assert!((activity[0].start_s).abs() < 1e-3, "{id} starts with an activity");
        for pair in activity.windows(2) {
            assert!((pair[0].end_s - pair[1].start_s).abs() < 1e-3, "{id}: no hole between activities");
        }
        let times: Vec<f64> = recording.steps.iter().map(|s| s.sample.time.seconds()).collect();
        assert!(times.windows(2).all(|w| w[0] < w[1]), "{id}: time increases");
        for step in &recording.steps {
            let (acc, gyr) = (step.sample.shank.acc_mps2, step.sample.shank.gyr_dps);
            assert!(norm(acc) < 28.0 * GRAVITY_MPS2 && norm(gyr) < 3500.0, "{id}");
            assert!(step.knee_flexion_deg.is_finite(), "{id}");
        }
        let walks = |way| activity.iter().any(|a| a.label == way && a.end_s - a.start_s > 3.0);
        if id.starts_with("bw_") || id.starts_with("mount") || id.starts_with("ble") {
            assert!(walks(Activity::Backward) && !walks(Activity::Forward), "{id}");
        }
        if id.starts_with("fw_") && id != "fw_bw_intervals" {
            assert!(walks(Activity::Forward) && !walks(Activity::Backward), "{id}");
        }
        let dangers =
            scenario.expect.must.iter().any(|f| matches!(f, retrogait::sim::expect::Finding::Danger(_)));
        assert_eq!(!truth.hazards.unwrap().is_empty(), dangers, "{id}: dangers are labelled");
    }
}

#[test]
fn the_same_setup_gives_the_same_capture_and_another_seed_another() {
    let of = |seed| Setup { thigh: true, ..setup("bw_stumble_elevate", seed, 20.0) }.record().unwrap();
    let (one, again, other) = (of(1), of(1), of(2));
    assert_eq!(one.steps, again.steps);
    assert_eq!(one.truth, again.truth);
    assert_ne!(one.steps, other.steps);
}

#[test]
fn a_live_source_delivers_what_is_recorded_in_time_and_in_order() {
    let scenario = Scenario::named("ble_dropout").unwrap();
    let setup = Setup { seed: 4, ..Setup::scenario(scenario) };
    let recording = setup.record().unwrap();
    let mut live = setup.live().unwrap();
    let (mut kept, mut repeated, mut now_s) = (Vec::new(), 0, 0.0);
    let mut due = 0;
    for packet in live.by_ref() {
        assert!(packet.arrives_s >= now_s, "packets come in order");
        now_s = packet.arrives_s;
        let last = packet.steps.last().unwrap().sample.time.seconds();
        assert!(packet.arrives_s >= last - 0.02, "no sample arrives before it is taken");
        if packet.again {
            assert!(packet.first < due, "what comes again has come before");
            repeated += 1;
            continue;
        }
        assert!(packet.first >= due, "numbers grow, by more than the samples where some are lost");
        due = packet.first + packet.steps.len() as u64;
        kept.extend(packet.steps);
    }
    assert_eq!(repeated, 3);
    assert_eq!(kept, recording.steps);
    assert_eq!(live.truth(), recording.truth);
}

#[test]
fn labels_are_on_the_clock_of_the_capture() {
    use retrogait::sim::link::Faults;
    let plain = setup("bw_normal_coached", 3, 60.0);
    let fast = Setup { faults: Some(Faults { drift_ppm: 2000.0, ..Faults::none() }), ..plain.clone() };
    let contacts = |setup: &Setup| -> Vec<f64> {
        let events = setup.record().unwrap().truth.events.unwrap();
        events.iter().filter(|e| e.kind == EventKind::ToeContact).map(|e| e.time_s).collect()
    };
    let (plain, fast) = (contacts(&plain), contacts(&fast));
    assert_eq!(plain.len(), fast.len());
    for (a, b) in plain.iter().zip(&fast) {
        assert!((b - a * 1.002).abs() < 2e-4, "{a} {b}");
    }
}

#[test]
fn a_script_goes_on_in_stride_and_gets_up_after_a_fall() {
    use retrogait::sim::script::Script;
    let text = r#"
        title = "one after the other"
        [[segment]]
        scenario = "bw_normal_coached"
        duration = "12s"
        speed = "1mph"
        [[segment]]
        scenario = "bw_normal_coached"
        duration = "12s"
        speed = "2mph"
        [[segment]]
        scenario = "fall_back"
        duration = "20s"
        [[segment]]
        scenario = "fw_normal"
        duration = "12s"
        [[segment]]
        scenario = "stop_planned"
        duration = "40s"
    "#;
    let script = Script::parse(text, "script").unwrap();
    let recording = Setup::playing(Play::Script(script)).record().unwrap();
    let activity = recording.truth.activity.unwrap();
    let said: Vec<(Activity, f64)> = activity.iter().map(|a| (a.label, a.end_s - a.start_s)).collect();
    // The first two segments and the walk into the fall are one walk.
    let first = said.iter().find(|(label, _)| *label == Activity::Backward).unwrap();
    assert!(first.1 > 30.0, "{said:?}");
    let order: Vec<Activity> = said.iter().map(|(label, _)| *label).collect();
    let fall = order.iter().position(|a| *a == Activity::Other).unwrap();
    assert!(
        order[fall..].contains(&Activity::Forward) && order[fall..].contains(&Activity::Backward),
        "{order:?}"
    );
    assert!(recording.truth.hazards.unwrap().iter().any(|h| h.kind == "fall"));
    // Nothing tears between the segments.
    let largest = recording.steps.iter().map(|s| norm(s.sample.shank.acc_mps2)).fold(0.0, f64::max);
    assert!(largest < 25.0 * GRAVITY_MPS2, "{largest}");
}

//! What holds for every capture, whatever is in it: on the fixtures, and on pieces cut from them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../fuzz/entry/pipeline.rs"]
#[allow(dead_code, reason = "bytes are read by the fuzzer and by the test of its corpus")]
mod hostile;
#[path = "common/run.rs"]
mod run;

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use retrogait::imu::{GRAVITY_MPS2, Imu, Sample};
use retrogait::mount::{Mount, Side};
use retrogait::pipeline::Output;
use retrogait::record::{Direction, Event, EventKind, Record};
use retrogait::source::{AccUnit, GyrUnit, ReadOptions};
use retrogait::time::{SensorTime, Span};
use retrogait::truth::Truth;
use serde_json::Value;

use run::{Chunked, Walk, all_fixtures, all_same, path, records, replayed};

/// A person who walks backward and forward, stands and turns; one sensor.
fn session() -> &'static Walk {
    static WALK: OnceLock<Walk> = OnceLock::new();
    WALK.get_or_init(|| Walk::fixture("session.csv"))
}

/// Backward with both sensors.
fn two() -> &'static Walk {
    static WALK: OnceLock<Walk> = OnceLock::new();
    WALK.get_or_init(|| Walk::fixture("backward_thigh.csv"))
}

/// How a part of a fixture is taken.
fn part() -> impl Strategy<Value = Walk> {
    (any::<bool>(), 0..2000_usize, 200..1800_usize, prop::collection::vec((0..2000_usize, 1..40_usize), 0..4))
        .prop_map(|(one, from, n, holes)| {
            let walk = if one { session() } else { two() };
            let from = from.min(walk.samples.len() - 200);
            walk.keep(|k| {
                (from..from + n).contains(&k) && !holes.iter().any(|(at, n)| (*at..at + n).contains(&k))
            })
        })
        .prop_filter("something is left", |walk| walk.samples.len() > 20)
}

/// What once failed is kept as an example of its own, not as a seed.
fn cases(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    // The same cases each time: PROPTEST_CASES and PROPTEST_RNG_SEED look further.
    let usual = ProptestConfig::default();
    let seed = match usual.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        RngSeed::Fixed(given) => RngSeed::Fixed(given),
    };
    ProptestConfig { cases, rng_seed: seed, failure_persistence: None, ..usual }
}

fn shifted(walk: &Walk, us: i64) -> Walk {
    let later = |s: &Sample| Sample { time: s.time.plus(Span::from_micros(us)), ..*s };
    Walk { meta: walk.meta.clone(), samples: walk.samples.iter().map(later).collect() }
}

/// The same movement felt by sensors mounted as `mount`.
fn remounted(walk: &Walk, mount: Mount) -> Walk {
    let (shank, thigh) = (walk.meta.mount.unwrap(), walk.meta.thigh_mount.unwrap_or(Mount::IDENTITY));
    let mut turned = walk.turned(|imu, of_thigh| {
        let old = if of_thigh { thigh } else { shank };
        let turn = |v| mount.to_sensor(old.to_segment(v));
        Imu { acc_mps2: turn(imu.acc_mps2), gyr_dps: turn(imu.gyr_dps) }
    });
    turned.meta.mount = Some(mount);
    turned.meta.thigh_mount = walk.meta.thigh_mount.map(|_| mount);
    turned
}

/// The same movement of the other leg, seen in a mirror: a force is mirrored, a rate (an axial vector)
/// is mirrored and turned about.
fn mirrored(walk: &Walk) -> Walk {
    let (shank, thigh) = (walk.meta.mount.unwrap(), walk.meta.thigh_mount.unwrap_or(Mount::IDENTITY));
    let mut other = walk.turned(|imu, of_thigh| {
        let mount = if of_thigh { thigh } else { shank };
        let ([ax, ay, az], [gx, gy, gz]) = (mount.to_segment(imu.acc_mps2), mount.to_segment(imu.gyr_dps));
        Imu { acc_mps2: mount.to_sensor([ax, ay, -az]), gyr_dps: mount.to_sensor([-gx, -gy, gz]) }
    });
    other.meta.side = match walk.meta.side {
        Some(Side::Right) => Some(Side::Left),
        Some(Side::Left) => Some(Side::Right),
        None => None,
    };
    other
}

/// For each of `events`, how far the nearest of its kind and direction among `others` is away, s.
fn distances<'a>(events: &'a [Event], others: &'a [Event]) -> impl Iterator<Item = (&'a Event, f64)> {
    events.iter().map(|e| {
        let same = others.iter().filter(|o| (o.kind, o.direction) == (e.kind, e.direction));
        (e, same.map(|o| (o.time.seconds() - e.time.seconds()).abs()).fold(f64::INFINITY, f64::min))
    })
}

// How the input is cut.

#[test]
fn bytes_in_pieces_of_any_size_give_the_same_bytes() {
    for name in ["session.csv", "backward_thigh.csv", "dropout.csv", "mount_unknown.csv"] {
        let bytes = fs::read(path(name)).unwrap();
        let whole = replayed(&bytes[..]);
        assert!(whole.len() > 5000, "{name}");
        for sizes in [vec![1], vec![1, 7, 64, 1000], vec![20, 4096], vec![65_537]] {
            let cut = replayed(Chunked { rest: &bytes, sizes: sizes.clone(), turn: 0 });
            assert!(cut == whole, "{name} {sizes:?}");
        }
    }
}

#[test]
fn standard_input_in_pieces_gives_the_bytes_of_the_file() {
    let file = path("backward_thigh.csv");
    let bytes = fs::read(&file).unwrap();
    let replay = |input: &std::path::Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_retrogait"));
        command.arg("replay").arg(input).args(["--format", "ndjson"]).stdout(Stdio::piped());
        command
    };
    let of_file = replay(&file).output().unwrap().stdout;
    let mut child = replay("-".as_ref()).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let sizes = [1, 13, 200, 3000, 70_000];
        let mut rest = &bytes[..];
        for size in sizes.iter().cycle() {
            let (now, later) = rest.split_at(rest.len().min(*size));
            stdin.write_all(now).unwrap();
            stdin.flush().unwrap();
            rest = later;
            if rest.is_empty() {
                return;
            }
        }
    });
    let of_pipe = child.wait_with_output().unwrap().stdout;
    writer.join().unwrap();
    assert!(of_file.len() > 5000 && of_file == of_pipe);
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn bytes_in_random_pieces_give_the_same_bytes(sizes in prop::collection::vec(1..3000_usize, 1..20)) {
        static WHOLE: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
        let (bytes, whole) = WHOLE.get_or_init(|| {
            let bytes = fs::read(path("turns.csv")).unwrap();
            let whole = replayed(&bytes[..]);
            (bytes, whole)
        });
        let cut = replayed(Chunked { rest: bytes, sizes, turn: 0 });
        prop_assert!(cut == *whole);
    }
}

// When nothing is said before it is known.

/// Said at the moment it is known, in order, never before it happens.
fn assert_causal(name: &str, walk: &Walk) {
    let mut said: Vec<Output> = Vec::new();
    let mut pipeline =
        retrogait::pipeline::Pipeline::new(&walk.meta, retrogait::pipeline::Settings::default());
    for sample in &walk.samples {
        let from = said.len();
        pipeline.push(sample, &mut |output| said.push(output));
        for record in records(&said[from..]) {
            match record {
                Record::Event(e) => {
                    assert!(e.detected == sample.time && e.time <= e.detected, "{name}: {e:?}");
                }
                Record::Stride(s) => {
                    assert!(s.detected == sample.time && s.start < s.end && s.end <= s.detected, "{s:?}");
                }
                Record::Bout(b) => assert!(b.start < b.end && b.end <= sample.time, "{name}: {b:?}"),
                Record::Notice(n) => assert!(n.time == sample.time, "{name}: {n:?}"),
                Record::Summary(_) => panic!("{name}: a summary before the end"),
                #[allow(unreachable_patterns, reason = "the stream may gain kinds")]
                _ => {}
            }
        }
    }
}

#[test]
fn nothing_is_said_before_it_happens_and_everything_when_it_is_known() {
    for name in all_fixtures() {
        assert_causal(&name, &Walk::fixture(&name));
    }
}

proptest! {
    #![proptest_config(cases(24))]

    /// A live session that is cut off has said exactly what the whole one had said by then.
    #[test]
    fn what_is_said_of_a_beginning_is_the_beginning_of_what_is_said(walk in part(), share in 0..1000_usize) {
        let until = walk.samples.len() * share / 1000;
        let beginning = walk.keep(|k| k < until).run_unfinished();
        let whole = walk.run_unfinished();
        prop_assert!(beginning.len() <= whole.len());
        prop_assert!(beginning[..] == whole[..beginning.len()]);
    }

    #[test]
    fn pieces_with_holes_are_told_in_order_too(walk in part()) {
        assert_causal("a piece", &walk);
    }
}

// What the numbers are measured from, and in.

#[test]
fn a_constant_offset_shifts_times_and_nothing_else() {
    for name in ["session.csv", "backward_thigh.csv", "mount_unknown.csv", "dropout.csv"] {
        let walk = Walk::fixture(name);
        let plain = walk.json();
        for us in [1, -3_217, 1_000_000_000_000_000, -7_000_000_001] {
            // A double of 1e9 seconds ends at a tenth of a microsecond.
            all_same(&plain, &shifted(&walk, us).json(), us, 1, 0.0)
                .unwrap_or_else(|e| panic!("{name} {us}: {e}"));
        }
    }
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn a_constant_offset_shifts_the_times_of_any_piece(walk in part(), us in -1_000_000_000_000_i64..1_000_000_000_000) {
        prop_assert_eq!(all_same(&walk.json(), &shifted(&walk, us).json(), us, 1, 0.0), Ok(()));
    }
}

#[test]
fn all_24_mounts_give_the_same_records() {
    for walk in [two(), session()] {
        let plain = walk.json();
        assert!(plain.len() > 60);
        for mount in Mount::all() {
            let turned = remounted(walk, mount);
            // Axes change places and signs without rounding, so nothing at all may change.
            all_same(&plain, &turned.json(), 0, 0, 0.0).unwrap_or_else(|e| panic!("{mount}: {e}"));
        }
    }
}

#[test]
fn a_leg_in_the_mirror_walks_the_same_strides() {
    for name in ["backward_thigh.csv", "session.csv", "turns.csv", "forward.csv", "left.csv"] {
        let walk = Walk::fixture(name);
        let plain = walk.json();
        assert!(plain.len() > 40, "{name}");
        // Sums come in another order, and what the gyroscope's bias may be at most is a box whose heading
        // is the sensor's: angles may differ by thousandths of a degree, and a time of standing may end a
        // cell sooner.
        let other = mirrored(&walk).json();
        for (bouts, time_us) in [(false, 1000), (true, 10_000)] {
            let of = |all: &[Value]| {
                all.iter().filter(|r| (r["type"] == "bout") == bouts).cloned().collect::<Vec<_>>()
            };
            // The summary adds the bouts up.
            // A knee's straightening is twice an angle.
            let figure = if bouts { 0.0 } else { 0.042 };
            all_same(&of(&plain), &of(&other), 0, time_us, figure).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }
}

#[test]
fn other_units_and_the_flags_for_them_give_the_same_records() {
    for name in ["backward_thigh.csv", "session.csv"] {
        let text = fs::read_to_string(path(name)).unwrap();
        let mut other = String::new();
        for line in text.lines() {
            if line.starts_with('#') || line.starts_with("time_s") {
                other.push_str(line);
            } else {
                let cells = line.split(',').enumerate().map(|(k, cell)| {
                    let Ok(v) = cell.parse::<f64>() else { return String::new() };
                    match k {
                        0 => cell.to_owned(),
                        1..=3 | 7..=9 => (v / GRAVITY_MPS2 * 1000.0).to_string(),
                        _ => v.to_radians().to_string(),
                    }
                });
                other.push_str(&cells.collect::<Vec<_>>().join(","));
            }
            other.push('\n');
        }
        let options = ReadOptions {
            acc_unit: Some(AccUnit::Mg),
            gyr_unit: Some(GyrUnit::RadPerSec),
            ..ReadOptions::default()
        };
        let plain = Walk::fixture(name).json();
        let converted = Walk::read(other.as_bytes(), &options).json();
        all_same(&plain, &converted, 0, 1000, 0.0011).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

// Samples that are missing, fewer, more.

/// Every second sample.
fn halved(walk: &Walk) -> Walk {
    walk.keep(|k| k % 2 == 0)
}

/// A sample half way between any two.
fn doubled(walk: &Walk) -> Walk {
    let middle = |a: &Imu, b: &Imu| {
        let mid = |x: [f64; 3], y: [f64; 3]| [0, 1, 2].map(|k| f64::midpoint(x[k], y[k]));
        Imu { acc_mps2: mid(a.acc_mps2, b.acc_mps2), gyr_dps: mid(a.gyr_dps, b.gyr_dps) }
    };
    let mut samples = Vec::new();
    for pair in walk.samples.windows(2) {
        let [a, b] = pair else { unreachable!("windows of two") };
        let half = Span::from_micros(b.time.since(a.time).micros() / 2);
        let thigh = a.thigh.zip(b.thigh).map(|(a, b)| middle(&a, &b));
        samples.extend([*a, Sample { time: a.time.plus(half), shank: middle(&a.shank, &b.shank), thigh }]);
    }
    Walk { meta: walk.meta.clone(), samples }
}

#[test]
fn half_and_double_the_rate_give_the_same_events() {
    for name in ["backward_thigh.csv", "backward.csv", "forward.csv", "session.csv", "left.csv"] {
        let walk = Walk::fixture(name);
        let plain = walk.events();
        assert!(plain.len() > 40, "{name}");
        for (rate, other, tolerance_s) in [("50 Hz", halved(&walk), 0.03), ("200 Hz", doubled(&walk), 0.01)] {
            let other = other.events();
            let moved = |a: &[Event], b: &[Event]| {
                let all = distances(a, b).map(|(e, d)| {
                    // A heel that is barely told from the pause before it may be told or not.
                    let heel = e.kind == EventKind::HeelContact;
                    assert!(heel || d < 0.13, "{name} at {rate}: {e:?} {d:.3}");
                    usize::from(d > tolerance_s)
                });
                all.sum::<usize>()
            };
            // Where two landmarks are as steep, another rate may pick the other.
            let moved = moved(&plain, &other).max(moved(&other, &plain));
            println!("{name} at {rate}: {moved} of {} moved", plain.len());
            assert!(moved <= plain.len() / 12, "{name} at {rate}: {moved} of {}", plain.len());
        }
    }
}

/// How far before its start a hole may reach, s: a final contact, and the knee before it, are told when
/// the swing after them has been seen.
const REACH_BACK_S: f64 = 1.5;
/// How far after its end a hole may reach, s: the inclination settles, and a walk is believed again
/// after its second or third step.
const REACH_ON_S: f64 = 6.0;
/// How far into a hole's edge a stride may reach without being touched, s: a cell and a half, the low-pass's
/// own rounding.
const EDGE_S: f64 = 0.015;
/// How far it may move the heel's contact and the knee's extension, s: within the stance.
const SOFT_S: f64 = 0.6;
/// How far it may move one that is not, s: the bias and the axis have been learned from other samples, and of
/// two slopes nearly as steep the other may win. The tolerance of scoring.
const FAR_S: f64 = 0.1;
/// How far a hole that is near may move an event, s.
const NEAR_S: f64 = 0.25;

/// What may be told of a walk: the labels' own events, all of them told at once.
fn labelled(name: &str) -> Vec<(EventKind, f64)> {
    let text = fs::read_to_string(path(name)).unwrap();
    let truth: Truth = serde_json::from_str(&text).unwrap();
    truth.events.iter().flatten().map(|e| (e.kind, e.time_s)).collect()
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_hole_touches_only_what_is_near_it(one in any::<bool>(), at in 300..2100_usize, n in 1..150_usize) {
        let walk = if one { session() } else { two() };
        let labels = labelled(if one { "session.truth.json" } else { "backward_thigh.truth.json" });
        let holed = walk.keep(|k| !(at..at + n).contains(&k));
        let (first, last) = (walk.samples[at - 1].time.seconds(), walk.samples[at + n].time.seconds());
        let (plain, other) = (walk.events(), holed.events());
        let far = |e: &Event| {
            let t = e.time.seconds();
            t < first - REACH_BACK_S || t > last + REACH_ON_S
        };
        // Heel contact and knee extension are the lowest point of something flat: they may move, and the
        // heel's may come or go, as the stride time that the detector has learned changes a little.
        let soft = |e: &Event| matches!(e.kind, EventKind::HeelContact | EventKind::KneeExtension);
        // A simulated forward walk is told with little confidence, and any start of it may come a step later.
        let sure = |e: &Event| e.direction == Direction::Backward && far(e) && !soft(e);
        for (e, d) in distances(&plain, &other).filter(|(e, _)| sure(e)) {
            prop_assert!(d < FAR_S, "lost: {:?} {} by {}..{}", e, d, first, last);
        }
        // Near the hole an event may move, and one that had been missed may be found; none is made up.
        for (e, d) in distances(&other, &plain) {
            let t = e.time.seconds();
            let of_label = labels.iter().filter(|(kind, _)| *kind == e.kind).map(|(_, l)| (l - t).abs());
            let d = d.min(of_label.fold(f64::INFINITY, f64::min));
            let limit = if soft(e) { SOFT_S } else if far(e) { FAR_S } else { NEAR_S };
            prop_assert!(d < limit, "made up: {:?} {} by {}..{}", e, d, first, last);
        }
        for e in &other {
            let t = e.time.seconds();
            prop_assert!(n < 4 || !(first + 0.05..last - 0.05).contains(&t), "in the hole: {:?}", e);
        }
        // The cell that a stride shares with the hole's edge is whole or not, as the grid falls.
        let touched = |start: SensorTime, end: SensorTime| {
            start.seconds() < last - EDGE_S && end.seconds() > first + EDGE_S
        };
        for s in holed.strides() {
            prop_assert!(n < 4 || !s.valid || !touched(s.start, s.end), "judged: {:?}", s);
        }
        // What was known before the hole was told before it, word for word.
        let told = |walk: &Walk| {
            let before = |e: &Event| e.detected.seconds() <= first;
            walk.events().into_iter().filter(before).collect::<Vec<_>>()
        };
        prop_assert_eq!(told(walk), told(&holed));
    }
}

// Samples that no sensor gives.

fn any_sample() -> impl Strategy<Value = (i64, [f64; 12], bool)> {
    let step = prop_oneof![
        20 => Just(10_000_i64),
        4 => 1..40_000_i64,
        1 => -50_000..=0_i64,
        1 => 40_000..3_000_000_i64,
        1 => any::<i64>(),
    ];
    let figure = prop_oneof![
        30 => -30.0..30.0_f64,
        6 => -2500.0..2500.0_f64,
        1 => prop::num::f64::ANY,
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE, -0.0, 0.0]),
    ];
    (step, prop::array::uniform12(figure), any::<bool>())
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn anything_at_any_time_is_survived(bits in 0..16_u8, all in prop::collection::vec(any_sample(), 0..400)) {
        let mut us = 0_i64;
        let samples: Vec<_> = all.into_iter().map(|(step, v, two)| {
            us = us.saturating_add(step);
            let imu = |v: &[f64]| Imu { acc_mps2: [v[0], v[1], v[2]], gyr_dps: [v[3], v[4], v[5]] };
            let thigh = two.then(|| imu(&v[6..]));
            Sample { time: SensorTime::from_micros(us), shank: imu(&v[..6]), thigh }
        }).collect();
        hostile::check(&hostile::meta(bits), &samples);
    }

    /// A real walk with spoilt samples in it: what a bad link or a bad file does.
    #[test]
    fn a_walk_with_spoilt_samples_is_survived(
        bits in 0..16_u8,
        spoilt in prop::collection::vec((0..2000_usize, any_sample()), 1..30),
    ) {
        let mut samples = two().samples[..2000].to_vec();
        for (k, (step, v, two)) in spoilt {
            let s = &mut samples[k];
            s.time = s.time.plus(Span::from_micros(step.clamp(-10_000_000, 10_000_000)));
            s.shank = Imu { acc_mps2: [v[0], v[1], v[2]], gyr_dps: [v[3], v[4], v[5]] };
            if two { s.thigh = None; }
        }
        hostile::check(&hostile::meta(bits), &samples);
    }
}

//! Captures that go wrong as far as they can: what the program says to each, and that it tells no wrong
//! direction.
//!
//! The person stands, walks forward, stands, walks backward and stands (`session.csv`, simulated). What is
//! done to it is in the table; the snapshot holds, word for word, what a user is told, and what became of
//! the strides. Where the direction cannot be known it must be `unknown`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use common::Folder;
use retrogait::capture::CaptureMeta;
use retrogait::imu::{GRAVITY_MPS2, Imu, Sample};
use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::{Activity, Record};
use retrogait::sim::scenario::Scenario;
use retrogait::sim::setup::{Play, Setup};
use retrogait::source::{CaptureReader, ReadOptions};
use retrogait::time::{SensorTime, Span};
use retrogait::truth::Truth;
use serde_json::Value;

/// A row: time in s, acceleration, angular rate.
type Row = (f64, [f64; 3], [f64; 3]);

struct Capture {
    head: String,
    rows: Vec<Row>,
    truth: Truth,
}

fn session() -> &'static Capture {
    static CAPTURE: OnceLock<Capture> = OnceLock::new();
    CAPTURE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let text = fs::read_to_string(folder.join("session.csv")).unwrap();
        let truth = fs::read_to_string(folder.join("session.truth.json")).unwrap();
        let (head, rows): (Vec<_>, Vec<_>) = text.lines().partition(|l| l.starts_with(['#', 't']));
        let row = |line: &&str| {
            let v: Vec<f64> = line.split(',').map(|c| c.parse().unwrap()).collect();
            (v[0], [v[1], v[2], v[3]], [v[4], v[5], v[6]])
        };
        Capture {
            head: head.join("\n") + "\n",
            rows: rows.iter().map(row).collect(),
            truth: serde_json::from_str(&truth).unwrap(),
        }
    })
}

fn text(head: &str, rows: &[Row]) -> String {
    let mut out = head.to_owned();
    for (t, [ax, ay, az], [gx, gy, gz]) in rows {
        writeln!(out, "{t},{ax},{ay},{az},{gx},{gy},{gz}").unwrap();
    }
    out
}

/// The session with each row changed.
fn each(change: impl Fn(usize, Row) -> Option<Row>) -> String {
    let rows: Vec<_> = session().rows.iter().enumerate().filter_map(|(k, r)| change(k, *r)).collect();
    text(&session().head, &rows)
}

/// The session with both vectors changed alike.
fn turned(turn: impl Fn([f64; 3]) -> [f64; 3]) -> String {
    each(|_, (t, a, g)| Some((t, turn(a), turn(g))))
}

/// The same kind of session at another rate, from the simulator.
fn simulated(rate_hz: f64) -> (String, Truth) {
    let scenario = Scenario::named("bw_normal_coached").unwrap();
    let setup = Setup {
        rate_hz,
        seed: 3,
        ..Setup::playing(Play::Scenario { scenario, speed_mps: None, seconds: Some(24.0) })
    };
    let recording = setup.record().unwrap();
    let rows: Vec<Row> = recording
        .steps
        .iter()
        .map(|s| (s.sample.time.seconds(), s.sample.shank.acc_mps2, s.sample.shank.gyr_dps))
        .collect();
    let mount = recording.meta.mount.unwrap();
    let head = format!(
        "# retrogait-capture: 1\n# mount: {mount}\n# height_m: 1.72\ntime_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n"
    );
    (text(&head, &rows), recording.truth)
}

fn clip(v: [f64; 3], at: f64) -> [f64; 3] {
    v.map(|x| x.clamp(-at, at))
}

/// The time at which the person walks backward.
const MIDDLE: usize = 2800;

/// Faults that are not noticed, and turn directions around: docs/robustness.md says so.
const NOT_NOTICED: [&str; 1] = ["gyroscope's signs the other way"];

/// What is done to the capture, by name.
fn table() -> Vec<(&'static str, String, Truth)> {
    let g = GRAVITY_MPS2;
    let unmounted = |text: String| text.replace("# mount: x=anterior,y=up,z=right\n", "");
    let cases = [
        ("nothing", each(|_, r| Some(r))),
        ("gyroscope clipped at 125 deg/s", each(|_, (t, a, w)| Some((t, a, clip(w, 125.0))))),
        ("accelerometer clipped at 1.2 g", each(|_, (t, a, w)| Some((t, clip(a, 1.2 * g), w)))),
        ("gyroscope axis across the leg stuck at 0", each(|_, (t, a, [x, y, _])| Some((t, a, [x, y, 0.0])))),
        (
            "gyroscope axis across the leg stuck in the middle",
            each(|k, (t, a, [x, y, z])| {
                Some((t, a, [x, y, if k < MIDDLE { z } else { session().rows[MIDDLE].2[2] }]))
            }),
        ),
        ("acceleration along the leg stuck", each(|_, (t, [x, _, z], w)| Some((t, [x, 9.81, z], w)))),
        ("all readings stuck in the middle", {
            each(|k, (t, a, w)| {
                let (_, sa, sw) = session().rows[MIDDLE];
                Some(if k < MIDDLE { (t, a, w) } else { (t, sa, sw) })
            })
        }),
        ("axes x and z swapped, left-handed", turned(|[x, y, z]| [z, y, x])),
        ("sensor turned a quarter about the leg", turned(|[x, y, z]| [z, y, -x])),
        ("sensor turned half about the leg", turned(|[x, y, z]| [-x, y, -z])),
        ("sensor upside down, face kept", turned(|[x, y, z]| [x, -y, -z])),
        ("sensor upside down, side kept", turned(|[x, y, z]| [-x, -y, z])),
        ("sensor upside down, no mount line", unmounted(turned(|[x, y, z]| [x, -y, -z]))),
        ("gyroscope's signs the other way", each(|_, (t, a, w)| Some((t, a, w.map(|v| -v))))),
        ("100 Hz, then 50 Hz", each(|k, r| (k < MIDDLE || k % 2 == 0).then_some(r))),
        ("100 Hz, then 20 Hz", each(|k, r| (k < MIDDLE || k % 5 == 0).then_some(r))),
        ("20 Hz", each(|k, r| (k % 5 == 0).then_some(r))),
        ("10 Hz", each(|k, r| (k % 10 == 0).then_some(r))),
        ("a clock that goes backward by 5 s", {
            each(|k, (t, a, w)| Some((if k < MIDDLE { t } else { t - 5.0 }, a, w)))
        }),
        ("a clock that runs backward all the time", each(|_, (t, a, w)| Some((60.0 - t, a, w)))),
        ("a clock that stands still", each(|_, (_, a, w)| Some((1.0, a, w)))),
        ("a clock that jumps a year ahead", {
            each(|k, (t, a, w)| Some((if k < MIDDLE { t } else { t + 31_536_000.0 }, a, w)))
        }),
        ("nothing but the header", session().head.clone()),
        ("a single row", text(&session().head, &session().rows[..1])),
        ("no bytes at all", String::new()),
        ("cut in the middle of a row", {
            let whole = each(|_, r| Some(r));
            whole[..whole.len() * 2 / 3 - 11].to_owned()
        }),
    ];
    let truth = &session().truth;
    let mut all: Vec<_> = cases.into_iter().map(|(name, text)| (name, text, truth.clone())).collect();
    for (name, rate_hz) in [("1000 Hz, simulated", 1000.0), ("25 Hz, simulated", 25.0)] {
        let (text, truth) = simulated(rate_hz);
        all.push((name, text, truth));
    }
    all
}

/// Strides by what was said of their direction, and how many of them were said wrongly.
#[derive(Default)]
struct Strides {
    backward: usize,
    forward: usize,
    other: usize,
    unknown: usize,
    invalid: usize,
    wrong: Vec<String>,
}

impl Strides {
    fn of(records: &[Value], truth: &Truth) -> Self {
        let mut out = Self::default();
        for s in records.iter().filter(|r| r["type"] == "stride") {
            out.invalid += usize::from(s["valid"] == false);
            let said = match s["direction"].as_str() {
                Some("backward") => Activity::Backward,
                Some("forward") => Activity::Forward,
                Some("unknown") => {
                    out.unknown += 1;
                    continue;
                }
                _ => {
                    out.other += 1;
                    continue;
                }
            };
            *if said == Activity::Backward { &mut out.backward } else { &mut out.forward } += 1;
            let (from, to) = (s["start_s"].as_f64().unwrap(), s["end_s"].as_f64().unwrap());
            let opposite = match said {
                Activity::Backward => Activity::Forward,
                _ => Activity::Backward,
            };
            let is_wrong = |a: &&retrogait::truth::TrueActivity| {
                a.label == opposite && (a.start_s..=a.end_s).contains(&f64::midpoint(from, to))
            };
            out.wrong.extend(truth.activity.iter().flatten().find(is_wrong).map(|_| s.to_string()));
        }
        out
    }
}

/// Lines that say the same but for their numbers, once, with how many there were.
fn folded(lines: impl Iterator<Item = String>) -> String {
    let mut seen: Vec<(String, String, usize)> = Vec::new();
    for line in lines {
        let shape: String = line.chars().filter(|c| !c.is_ascii_digit()).collect();
        match seen.iter_mut().find(|(s, ..)| *s == shape) {
            Some((.., n)) => *n += 1,
            None => seen.push((shape, line, 1)),
        }
    }
    let mut out = String::new();
    for (_, line, n) in seen {
        let more = if n > 1 { format!(" (and {} more like it)", n - 1) } else { String::new() };
        writeln!(out, "  {line}{more}").unwrap();
    }
    out
}

#[test]
fn each_extreme_is_told_and_no_direction_is_wrong() {
    let folder = Folder::new();
    let mut told = String::new();
    let mut wrong = Vec::new();
    for (name, text, truth) in table() {
        folder.write("walk.csv", &text);
        let output = folder.retrogait().args(["replay", "walk.csv", "--format", "ndjson"]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("panicked"), "{name}: {said}");
        let stdout = String::from_utf8(output.stdout).unwrap();
        let records: Vec<Value> = stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let strides = Strides::of(&records, &truth);
        let notices = records.iter().filter(|r| r["type"] == "notice");
        // A mount line is believed until gravity or movement contradict it, which then is told.
        let warned = notices.clone().any(|n| n["code"] == "mount_suspect");
        if !warned && !NOT_NOTICED.contains(&name) {
            wrong.extend(strides.wrong.iter().map(|s| format!("{name}: {s}")));
        }
        let notices = notices.map(|n| n["message"].as_str().unwrap().to_owned());
        writeln!(told, "## {name}\nexit code {}", output.status.code().unwrap()).unwrap();
        told.push_str(&folded(said.lines().map(str::to_owned).chain(notices)));
        let Strides { backward, forward, other, unknown, invalid, wrong } = strides;
        writeln!(
            told,
            "strides: {backward} backward, {forward} forward, {unknown} unknown, {other} other; {invalid} not judged; {} wrong\n",
            wrong.len()
        )
        .unwrap();
    }
    insta::assert_snapshot!("extremes", told);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One minute of each hour of a week is walked; the sensor is off in between. Times are those of a week,
/// memory that of a minute.
#[test]
fn a_week_is_no_other_than_a_minute() {
    let reader = CaptureReader::new(
        fs::File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/backward.csv")).unwrap(),
        "week",
        ReadOptions::default(),
    )
    .unwrap();
    let meta: CaptureMeta = reader.meta().clone();
    let walk: Vec<Sample> = reader.map(Result::unwrap).collect();
    let mut pipeline = Pipeline::new(&meta, Settings::default());
    let (mut strides, mut gaps, mut summary) = (0_u64, 0_u64, None);
    let mut last = SensorTime::from_micros(i64::MIN);
    let mut take = |output: Output| match output {
        Output::Record(Record::Stride(s)) => {
            assert!(s.detected >= last);
            last = s.detected;
            strides += 1;
        }
        Output::Record(Record::Notice(n)) => gaps += u64::from(n.what.code() == "gap"),
        Output::Record(Record::Summary(s)) => summary = Some(s),
        _ => {}
    };
    let hour = |k: i64| Span::from_micros(k * 3_600_000_000);
    pipeline.push(&walk[0], &mut take);
    let info = allocation_counter::measure(|| {
        for k in 0..168 {
            for sample in &walk[usize::from(k == 0)..] {
                pipeline.push(&Sample { time: sample.time.plus(hour(k)), ..*sample }, &mut take);
            }
        }
    });
    assert_eq!(info.count_total, 0, "the heap is not touched in a week");
    pipeline.finish(&mut take);
    assert_eq!(gaps, 167, "each hole is told");
    assert!(strides >= 168 * 8, "{strides} strides");
    let json = serde_json::to_value(Record::Summary(summary.unwrap())).unwrap();
    assert_eq!(json["data"]["samples"], 168 * walk.len());
    let off_s = json["data"]["gap_s"].as_f64().unwrap();
    assert!((off_s - 167.0 * (3600.0 - 24.0)).abs() < 20.0, "{off_s}");
}

/// Strides with a direction that ten minutes of white noise are taken for: even noise within these limits,
/// m/s² and deg/s.
fn walked_in_noise(acc: f64, gyr: f64) -> usize {
    let mut state = 1_u32;
    let mut noise = |most: f64| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(state >> 8) / f64::from(1 << 23) - 1.0) * most
    };
    let meta = CaptureMeta { mount: "x=anterior,y=up,z=right".parse().ok(), ..CaptureMeta::default() };
    let mut pipeline = Pipeline::new(&meta, Settings::default());
    let mut walked = 0;
    let mut take = |output: Output| {
        if let Output::Record(Record::Stride(s)) = output {
            let word = serde_json::to_value(s.direction).unwrap();
            walked += usize::from(s.valid && (word == "backward" || word == "forward"));
        }
    };
    for k in 0..60_000 {
        let shank = Imu {
            acc_mps2: [noise(acc), 9.81 + noise(acc), noise(acc)],
            gyr_dps: [noise(gyr), noise(gyr), noise(gyr)],
        };
        pipeline.push(&Sample { time: SensorTime::from_micros(k * 10_000), shank, thigh: None }, &mut take);
    }
    pipeline.finish(&mut take);
    walked
}

/// A sensor of which nothing is left but noise says nothing of walking.
#[test]
fn noise_alone_is_no_walk() {
    let levels = [(0.5, 5.0), (2.0, 30.0), (5.0, 100.0), (20.0, 500.0)];
    let walked = levels.map(|(acc, gyr)| walked_in_noise(acc, gyr));
    println!("{walked:?}");
    assert_eq!(walked[..2], [0; 2], "strides with a direction in ten minutes of noise");
    // Noise as large as walking itself is no sensor's: how little is made of it is known.
    assert!(walked[2] <= 3 && walked[3] <= 20, "{walked:?}");
}

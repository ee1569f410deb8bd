//! How often each danger is found and how often nothing is taken for one, on simulated walking.
//!
//! ```text
//! cargo run --release --example safety_rates              # everything: 50 seeds, 2 h of each
//! cargo run --release --example safety_rates -- hazards 10 1  # seeds 1 to 10
//! cargo run --release --example safety_rates -- harmless 0.2 1
//! cargo run --release --example safety_rates -- robust 10 1
//! cargo run --release --example safety_rates -- write 3 0.3 1 # 3 seeds, 0.3 h of each
//! cargo run --release --example safety_rates -- captures FOLDER # alerts on labelled captures
//! ```
//!
//! The last number is the first seed: limits are chosen on seeds below 101, and what is published is of 101 and
//! above, the default. `ONLY=bw_slip` leaves out all other scenarios, `VERBOSE=1` lists what was missed.
//!
//! Without arguments, and with `write`, it also writes `src/safety/rates.json`, which `retrogait rules` prints.
//!
//! Every figure but those of `captures` is of kind `simulated`: true of the model, and no accuracy on people.
#![allow(clippy::unwrap_used, reason = "an example that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use retrogait::capture::CaptureMeta;
use retrogait::imu::Sample;
use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::{Alert, AlertLevel, Record};
use retrogait::safety::rates::{Quiet, Rate};
use retrogait::safety::rule::Rule;
use retrogait::sim::device::SensorKind;
use retrogait::sim::scenario::Scenario;
use retrogait::sim::setup::{Play, Setup};
use retrogait::source::{CaptureReader, ReadOptions};
use retrogait::summary::Summary;
use retrogait::truth::{TrueHazard, Truth};

/// Belt speeds, m/s: 0.5 to 3 mph.
const SPEEDS: [f64; 6] = [0.22, 0.45, 0.67, 0.89, 1.12, 1.34];

/// First seed that was not looked at while limits were chosen.
const FIRST: f64 = 101.0;

/// Dangers: scenario, level at which they must be told, and whether the belt's speed is given.
const HAZARDS: [(&str, AlertLevel, bool); 10] = [
    ("bw_stumble_elevate", AlertLevel::Caution, false),
    ("bw_stumble_lower", AlertLevel::Caution, false),
    ("bw_slip", AlertLevel::Caution, false),
    ("bw_buckle", AlertLevel::Stop, false),
    ("fall_back", AlertLevel::Stop, false),
    ("fall_side", AlertLevel::Stop, false),
    ("stop_abrupt", AlertLevel::Stop, true),
    ("bw_var", AlertLevel::Caution, false),
    ("bw_shuffle", AlertLevel::Caution, false),
    ("bw_drift_belt", AlertLevel::Caution, true),
];

/// What is harmless, and whether the belt's speed is given.
const HARMLESS: [(&str, bool); 17] = [
    ("bw_normal_coached", true),
    ("bw_normal_habitual", true),
    ("bw_fourier", true),
    ("bw_shallow", true),
    ("bw_flat", true),
    ("bw_heel_first", true),
    ("bw_toe_only", true),
    ("bw_ext15", true),
    ("stop_planned", true),
    ("fw_normal", false),
    ("fw_bw_intervals", false),
    ("turn_180", false),
    ("circle", false),
    ("stand", false),
    ("sit_to_stand", false),
    ("step_in_place", false),
    ("sensor_bump", false),
];

/// Ways in which a capture is made different from what was looked at while limits were chosen.
const VARIANTS: [&str; 7] =
    ["as is", "noise x2", "noise x4", "lsm6dso", "mti", "50 Hz", "loose strap (7 Hz)"];

/// Alters the samples as a variant says.
fn alter(variant: &str, seed: u64, samples: &mut [Sample]) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut normal = move || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    match variant {
        // Twice (four times) the density of the part's own noise: three (fifteen) times its power added.
        "noise x2" | "noise x4" => {
            let more: f64 = if variant == "noise x2" { 3.0 } else { 15.0 };
            let (acc, gyr) = (160e-6 * 9.81 * (50.0 * more).sqrt(), 0.007 * (50.0 * more).sqrt());
            for s in samples {
                s.shank.acc_mps2.iter_mut().for_each(|v| *v += acc * normal());
                s.shank.gyr_dps.iter_mut().for_each(|v| *v += gyr * normal());
            }
        }
        // One more mass and spring between bone and sensor: 7 Hz, damping 0.25, at 100 samples a second.
        "loose strap (7 Hz)" => {
            let (w, z, h) = (std::f64::consts::TAU * 7.0, 0.25, 0.001);
            let mut at = [[0.0_f64; 2]; 3];
            for (k, x) in at.iter_mut().enumerate() {
                x[0] = samples.first().map_or(0.0, |s| s.shank.acc_mps2[k]);
            }
            for s in samples {
                for (x, v) in at.iter_mut().zip(&mut s.shank.acc_mps2) {
                    for _ in 0..10 {
                        let a = w * w * (*v - x[0]) - 2.0 * z * w * x[1];
                        x[1] += h * a;
                        x[0] += h * x[1];
                    }
                    // Half of the sensor's mass rides on the skin.
                    *v = 0.5 * (*v + x[0]);
                }
            }
        }
        _ => {}
    }
}

fn setup(id: &str, seed: u64, speed: Option<f64>, seconds: Option<f64>, variant: &str) -> Setup {
    let scenario = Scenario::named(id).unwrap();
    let heights = [1.55, 1.62, 1.72, 1.80, 1.88];
    let mut setup = Setup::playing(Play::Scenario { scenario, speed_mps: None, seconds });
    setup.seed = seed;
    setup.height_m = heights[usize::try_from(seed).unwrap() % heights.len()];
    if let Some(v) = speed.filter(|v| setup.check_speed(scenario, Some(*v)).is_ok()) {
        setup.play = Play::Scenario { scenario, speed_mps: Some(v), seconds };
    }
    match variant {
        "lsm6dso" => setup.sensor = SensorKind::Lsm6dso,
        "mti" => setup.sensor = SensorKind::Mti,
        "50 Hz" => setup.rate_hz = 50.0,
        _ => {}
    }
    setup
}

/// A capture, and what is dangerous in it.
struct Played {
    meta: CaptureMeta,
    samples: Vec<Sample>,
    hazards: Vec<TrueHazard>,
}

fn played(setup: &Setup) -> Played {
    let recording = setup.record().unwrap();
    Played {
        meta: recording.meta,
        samples: recording.steps.iter().map(|s| s.sample).collect(),
        hazards: recording.truth.hazards.unwrap_or_default(),
    }
}

fn wanted(id: &str) -> bool {
    std::env::var("ONLY").map_or(true, |only| only.split(',').any(|o| o == id))
}

fn speed_of(setup: &Setup) -> Option<f64> {
    match &setup.play {
        Play::Scenario { scenario, speed_mps, .. } => speed_mps.or(scenario.speed.default_mps()),
        Play::Script(_) => None,
    }
}

fn alerts(meta: &CaptureMeta, samples: &[Sample]) -> Vec<Alert> {
    said(meta, samples).0
}

/// Alerts, and how the rules were watched.
fn said(meta: &CaptureMeta, samples: &[Sample]) -> (Vec<Alert>, Summary) {
    let (mut out, mut summary) = (Vec::new(), None);
    let mut pipeline = Pipeline::new(meta, Settings::default());
    let mut take = |o: Output| match o {
        Output::Record(Record::Alert(a)) => out.push(a),
        Output::Record(Record::Summary(s)) => summary = Some(*s),
        _ => {}
    };
    for s in samples {
        pipeline.push(s, &mut take);
    }
    pipeline.finish(&mut take);
    (out, summary.unwrap())
}

#[derive(Default, Clone)]
struct Tally {
    labelled: usize,
    found: usize,
    at_level: usize,
    /// First alert of level caution or stop, and first at its level, after the onset, s.
    first_s: Vec<f64>,
    level_s: Vec<f64>,
    rules: BTreeMap<&'static str, usize>,
    /// First alert of each rule after the onset, s.
    by_rule: BTreeMap<&'static str, Vec<f64>>,
    /// Alerts outside every danger.
    stray: BTreeMap<&'static str, usize>,
    seconds: f64,
    missed: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.labelled += other.labelled;
        self.found += other.found;
        self.at_level += other.at_level;
        self.first_s.extend(other.first_s);
        self.level_s.extend(other.level_s);
        for (k, v) in other.rules {
            *self.rules.entry(k).or_default() += v;
        }
        for (k, v) in other.stray {
            *self.stray.entry(k).or_default() += v;
        }
        for (k, v) in other.by_rule {
            self.by_rule.entry(k).or_default().extend(v);
        }
        self.seconds += other.seconds;
        self.missed.extend(other.missed);
    }
}

fn percentile(values: &[f64], share: f64) -> f64 {
    let mut v = values.to_vec();
    v.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
    let at = (share * (v.len().saturating_sub(1)) as f64).round() as usize;
    v.get(at).copied().unwrap_or(f64::NAN)
}

/// Dangers of one capture.
fn hazard((id, level, belt): (&str, AlertLevel, bool), seed: u64, speed: f64, variant: &str) -> Tally {
    let setup = setup(
        id,
        seed,
        Some(speed).filter(|_| id != "bw_shuffle"),
        Some(75.0).filter(|_| !id.starts_with("fall") && id != "bw_var"),
        variant,
    );
    let Played { mut meta, mut samples, hazards } = played(&setup);
    if belt {
        meta.treadmill_mps = speed_of(&setup);
    }
    alter(variant, seed, &mut samples);
    let said = alerts(&meta, &samples);
    let mut tally = Tally { seconds: samples.last().unwrap().time.seconds(), ..Tally::default() };
    let mut used = vec![false; said.len()];
    for TrueHazard { kind, onset_s, end_s } in hazards {
        let (onset, end) = (onset_s.unwrap(), end_s.unwrap());
        tally.labelled += 1;
        let (mut first, mut leveled) = (None::<f64>, None::<f64>);
        let mut firsts: BTreeMap<&'static str, f64> = BTreeMap::new();
        for (a, used) in said.iter().zip(&mut used) {
            let at = a.detected.seconds();
            if (onset - 0.5..=end + 2.0).contains(&at) {
                *used = true;
                firsts.entry(a.rule.word()).or_insert(at - onset);
                if a.level > AlertLevel::Info {
                    *tally.rules.entry(a.rule.word()).or_default() += 1;
                    first = Some(first.unwrap_or(at));
                }
                // Repetition says nothing of this one.
                if a.level == level && a.rule.word() != "repeated_stumbles" {
                    leveled = Some(leveled.unwrap_or(at));
                }
            }
        }
        for (rule, after) in firsts {
            tally.by_rule.entry(rule).or_default().push(after);
        }
        tally.found += usize::from(first.is_some());
        tally.at_level += usize::from(leveled.is_some());
        tally.first_s.extend(first.map(|t| t - onset));
        tally.level_s.extend(leveled.map(|t| t - onset));
        if leveled.is_none() {
            tally.missed.push(format!("{id} seed {seed} speed {speed} {kind} at {onset:.2}"));
        }
    }
    for (a, _) in said.iter().zip(used).filter(|(_, u)| !u) {
        *tally.stray.entry(a.rule.word()).or_default() += 1;
    }
    tally
}

/// Alerts in one stretch of something harmless.
fn harmless((id, belt): (&str, bool), seed: u64, seconds: f64) -> Tally {
    let speed = SPEEDS[usize::try_from(seed).unwrap() % SPEEDS.len()];
    let setup = setup(id, seed, Some(speed), Some(seconds), "as is");
    let mut setup = setup;
    if belt && id.starts_with("bw") {
        // On a belt a stop is no part of it: the capture begins and ends in the midst of walking.
        setup.standing_s = 0.0;
    }
    let Played { mut meta, samples, .. } = played(&setup);
    if belt {
        meta.treadmill_mps = speed_of(&setup);
    }
    let mut tally = Tally { seconds, ..Tally::default() };
    for a in alerts(&meta, &samples) {
        *tally.stray.entry(a.rule.word()).or_default() += 1;
        if a.level > AlertLevel::Info {
            tally.missed.push(format!(
                "{id} seed {seed} speed {speed} {} at {:.2} {:?}",
                a.rule.word(),
                a.detected.seconds(),
                a.evidence.figures().map(|(n, v)| format!("{n} {v:.2}")).collect::<Vec<_>>()
            ));
        }
    }
    tally
}

/// Does all jobs on two threads; the result does not depend on which does what.
fn all<J: Sync>(jobs: &[J], work: impl Fn(&J) -> Tally + Sync) -> Vec<Tally> {
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Tally>> = jobs.iter().map(|_| Mutex::default()).collect();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tally = work(job);
                    let at = jobs.iter().position(|j| std::ptr::eq(j, job)).unwrap();
                    *done[at].lock().unwrap() = tally;
                }
            });
        }
    });
    done.into_iter().map(|t| t.into_inner().unwrap()).collect()
}

fn hazards(first: u64, seeds: u64, variant: &str, verbose: bool) -> Vec<Rate> {
    let mut rates = Vec::new();
    println!("\n### Dangers found ({seeds} seeds from {first} at each speed; {variant}; kind: simulated)\n");
    println!(
        "| scenario | speed m/s | n | any alert | at its level | any p50 / p95 ms | at its level p50 / p95 ms | rules | stray alerts |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for hazard_of in HAZARDS.into_iter().filter(|h| wanted(h.0)) {
        let speeds: &[f64] = if hazard_of.0 == "bw_shuffle" { &[0.3] } else { &SPEEDS };
        let jobs: Vec<(u64, f64)> =
            speeds.iter().flat_map(|v| (first..first + seeds).map(move |s| (s * 7 + 1000, *v))).collect();
        let tallies = all(&jobs, |(seed, speed)| hazard(hazard_of, *seed, *speed, variant));
        let mut total = Tally::default();
        let row = |name: &str, t: &Tally| {
            let pct = |k: usize| 100.0 * k as f64 / t.labelled.max(1) as f64;
            let ms =
                |v: &[f64]| format!("{:.0} / {:.0}", 1e3 * percentile(v, 0.5), 1e3 * percentile(v, 0.95));
            let list = |m: &BTreeMap<&str, usize>| {
                m.iter().map(|(k, v)| format!("{k} {v}")).collect::<Vec<_>>().join(", ")
            };
            println!(
                "| {} | {name} | {} | {:.1} % | {:.1} % | {} | {} | {} | {} |",
                hazard_of.0,
                t.labelled,
                pct(t.found),
                pct(t.at_level),
                ms(&t.first_s),
                ms(&t.level_s),
                list(&t.rules),
                list(&t.stray)
            );
        };
        for v in speeds {
            let mut t = Tally::default();
            for ((_, speed), tally) in jobs.iter().zip(&tallies) {
                if speed == v {
                    t.add(tally.clone());
                }
            }
            if verbose {
                row(&v.to_string(), &t);
            }
            total.add(t);
        }
        row("all", &total);
        for rule in Rule::ALL.into_iter().filter(|r| r.info().scenarios.contains(&hazard_of.0)) {
            let after = total.by_rule.get(rule.word()).cloned().unwrap_or_default();
            rates.push(Rate {
                rule: rule.word().to_owned(),
                scenario: hazard_of.0.to_owned(),
                dangers: u32::try_from(total.labelled).unwrap(),
                found: u32::try_from(after.len()).unwrap(),
                p50_ms: (1e3 * percentile(&after, 0.5)).round(),
                p95_ms: (1e3 * percentile(&after, 0.95)).round(),
            });
        }
        if verbose {
            for m in &total.missed {
                eprintln!("missed: {m}");
            }
        }
    }
    rates
}

fn quiet(first: u64, hours: f64, verbose: bool) -> Quiet {
    let mut by_rule: BTreeMap<&str, u32> = BTreeMap::new();
    println!("\n### Alerts about nothing ({hours} h of each from seed {first}; kind: simulated)\n");
    println!("| scenario | h | stop an hour | caution an hour | info an hour | which |");
    println!("|---|---|---|---|---|---|");
    let (mut stops, mut cautions, mut total_h) = (0.0, 0.0, 0.0);
    for what in HARMLESS.into_iter().filter(|h| wanted(h.0)) {
        let each = 600.0_f64.min(3600.0 * hours / 2.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
        let n = (3600.0 * hours / each).round() as u64;
        let jobs: Vec<u64> = (first..first + n).collect();
        let mut total = Tally::default();
        for t in all(&jobs, |seed| harmless(what, *seed, each)) {
            total.add(t);
        }
        for (rule, n) in &total.stray {
            *by_rule.entry(rule).or_default() += u32::try_from(*n).unwrap();
        }
        let h = total.seconds / 3600.0;
        let of = |level: AlertLevel| {
            let count: usize = total
                .stray
                .iter()
                .filter(|(name, _)| Rule::named(name).unwrap().info().level == level)
                .map(|(_, n)| n)
                .sum();
            count as f64
        };
        stops += of(AlertLevel::Stop);
        cautions += of(AlertLevel::Caution);
        total_h += h;
        let which: Vec<_> = total.stray.iter().map(|(k, v)| format!("{k} {v}")).collect();
        println!(
            "| {} | {h:.1} | {:.2} | {:.2} | {:.1} | {} |",
            what.0,
            of(AlertLevel::Stop) / h,
            of(AlertLevel::Caution) / h,
            of(AlertLevel::Info) / h,
            which.join(", ")
        );
        if verbose {
            for m in &total.missed {
                eprintln!("false: {m}");
            }
        }
    }
    println!("| all | {total_h:.1} | {:.2} | {:.2} | | |", stops / total_h, cautions / total_h);
    Quiet { hours: total_h, alerts: by_rule.into_iter().map(|(k, n)| (k.to_owned(), n)).collect() }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let verbose = std::env::var_os("VERBOSE").is_some();
    let number = |at: usize, d: f64| args.get(at).and_then(|a| a.parse().ok()).unwrap_or(d);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
    let count = |at: usize, d: f64| number(at, d) as u64;
    match args.first().map(String::as_str) {
        Some("hazards") => drop(hazards(count(2, FIRST), count(1, 50.0), VARIANTS[0], verbose)),
        Some("harmless") => drop(quiet(count(2, FIRST), number(1, 2.0), verbose)),
        Some("robust") => {
            for variant in VARIANTS {
                hazards(count(2, FIRST), count(1, 15.0), variant, verbose);
            }
        }
        Some("captures") => captures(Path::new(args.get(1).expect("a folder of captures"))),
        _ => write(count(3, FIRST), count(1, 50.0), number(2, 2.0)),
    }
}

/// Measures everything and writes down the rates.
fn write(first: u64, seeds: u64, hours: f64) {
    let mut dangers = hazards(first, seeds, VARIANTS[0], true);
    // What was never told has no time at which it was.
    dangers.retain(|r| r.found > 0);
    let written = serde_json::json!({ "dangers": dangers, "harmless": quiet(first, hours, true) });
    let text = serde_json::to_string_pretty(&written).unwrap() + "\n";
    std::fs::write("src/safety/rates.json", text).unwrap();
}

/// Captures below a folder that have labels beside them.
fn labelled(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            labelled(&path, found);
        } else if path.extension().is_some_and(|e| e == "csv") && path.with_extension("truth.json").exists() {
            found.push(path);
        }
    }
}

/// Captures of one folder and kind.
#[derive(Default)]
struct Folder {
    captures: usize,
    seconds: f64,
    /// Time in which stumbles were watched, s.
    watched_s: f64,
    levels: [usize; 3],
    /// Captures with a fall in them, those that were told, and captures without one in which one was told.
    falls: usize,
    told: usize,
    mistaken: usize,
    rules: BTreeMap<&'static str, usize>,
}

/// Alerts on labelled captures. Labels without a time say of a whole capture that a fall is in it.
fn captures(folder: &Path) {
    let mut paths = Vec::new();
    labelled(folder, &mut paths);
    let mut folders: BTreeMap<(String, String), Folder> = BTreeMap::new();
    let mut stops = Vec::new();
    for path in &paths {
        let name = path.strip_prefix(folder).unwrap().display().to_string();
        let labels = std::fs::read_to_string(path.with_extension("truth.json")).unwrap();
        let truth: Truth = serde_json::from_str(&labels).unwrap();
        let file = std::fs::File::open(path).unwrap();
        let mut reader = CaptureReader::new(file, &name, ReadOptions::default()).unwrap();
        let mut samples = Vec::new();
        while let Some(sample) = reader.next_sample().unwrap() {
            samples.push(sample);
        }
        let (said, summary) = said(reader.meta(), &samples);
        let kind = format!("{:?}", truth.kind).to_lowercase();
        let part = name.rsplit_once('/').map_or(".", |(part, _)| part).to_owned();
        let f = folders.entry((part, kind)).or_default();
        f.captures += 1;
        let span = samples.first().zip(samples.last());
        f.seconds += span.map_or(0.0, |(a, b)| b.time.seconds() - a.time.seconds());
        f.watched_s +=
            summary.safety.each().find(|(r, _)| *r == Rule::Stumble).map_or(0.0, |(_, w)| w.watched_s);
        let hazards = truth.hazards.unwrap_or_default();
        let falls = hazards.iter().any(|h| h.kind == "fall");
        let told = said.iter().any(|a| a.rule == Rule::Fall);
        f.falls += usize::from(falls);
        f.told += usize::from(falls && told);
        f.mistaken += usize::from(told && !falls);
        for a in said.iter().filter(|_| !falls) {
            f.levels[a.level as usize] += 1;
            if a.level > AlertLevel::Info {
                *f.rules.entry(a.rule.word()).or_default() += 1;
            }
            if a.level == AlertLevel::Stop {
                let figures: Vec<_> = a.evidence.figures().map(|(n, v)| format!("{n} {v:.2}")).collect();
                let (rule, at, figures) = (a.rule.word(), a.detected.seconds(), figures.join(", "));
                stops.push(format!("{name}: {rule} at {at:.2} s ({figures})"));
            }
        }
    }
    println!("\n### Alerts on labelled captures (those in captures with a fall are not counted as false)\n");
    println!(
        "| folder | kind | captures | h | steps watched h | stop an hour | caution an hour | info an hour | which | falls told | taken for a fall |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for ((part, kind), f) in &folders {
        let h = f.seconds / 3600.0;
        let rate = |level: AlertLevel| f.levels[level as usize] as f64 / h;
        let which: Vec<_> = f.rules.iter().map(|(k, v)| format!("{k} {v}")).collect();
        println!(
            "| {part} | {kind} | {} | {h:.2} | {:.3} | {:.1} | {:.1} | {:.1} | {} | {} of {} | {} of {} |",
            f.captures,
            f.watched_s / 3600.0,
            rate(AlertLevel::Stop),
            rate(AlertLevel::Caution),
            rate(AlertLevel::Info),
            which.join(", "),
            f.told,
            f.falls,
            f.mistaken,
            f.captures - f.falls,
        );
    }
    println!("\nEach `stop` in a capture without a fall:\n");
    for stop in stops {
        println!("- {stop}");
    }
}

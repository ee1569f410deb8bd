//! How well two sensors are held against each other: prints the table of `docs/technique.md`.
//!
//! `cargo run --release --example two_sensors [FOLDER...]`, simulated walks, or captures with a thigh sensor.
#![allow(clippy::unwrap_used, reason = "a tool that cannot go on has failed")]

#[path = "../tests/common/technique.rs"]
#[allow(dead_code, missing_docs, reason = "shared with the tests")]
mod technique;

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use retrogait::capture::CaptureMeta;
use retrogait::imu::Sample;
use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::{Record, StrideDirection};
use retrogait::source::{CaptureReader, ReadOptions};
use retrogait::technique::pair::Fit;
use technique::{late, other_leg, slip, swap};

type Change = fn(&mut Vec<Sample>);

struct Walk {
    name: String,
    meta: CaptureMeta,
    samples: Vec<Sample>,
}

fn captures(folder: &Path) -> Vec<Walk> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    // Beside `NAME.csv` lies `NAME.knee.csv`, which is no capture.
    paths.retain(|p| {
        let ends = |end: &str, of: &Path| of.extension().is_some_and(|e| e == end);
        ends("csv", p) && !ends("knee", &p.with_extension(""))
    });
    paths.sort();
    paths
        .iter()
        .map(|p| {
            let file = BufReader::new(File::open(p).unwrap());
            let reader = CaptureReader::new(file, "capture", ReadOptions::default()).unwrap();
            let meta = reader.meta().clone();
            let name = p.file_stem().unwrap().to_str().unwrap().to_owned();
            Walk { name, meta, samples: reader.map(Result::unwrap).collect() }
        })
        .collect()
}

fn simulated(seeds: std::ops::Range<u64>) -> Vec<Walk> {
    let mut walks = Vec::new();
    for seed in seeds {
        let scenarios = ["bw_normal_coached", "bw_normal_habitual", "bw_ext20", "bw_fourier", "bw_flat"];
        let scenario = scenarios[(seed % 5) as usize];
        let speed_mps = [0.22, 0.45, 0.67, 0.89, 1.12, 1.34][(seed % 6) as usize];
        let case = technique::Case { scenario, speed_mps, seed, thigh: true, ..technique::Case::default() };
        let played = technique::play(&case, &mut technique::Tally::default());
        walks.push(Walk { name: format!("{scenario} {seed}"), meta: played.meta, samples: played.samples });
    }
    walks
}

/// What was found.
struct Found {
    fit: Fit,
    late_ms: f64,
    notices: Vec<&'static str>,
    /// Valid backward strides, and how many of them have an angle.
    strides: [usize; 2],
}

fn found(meta: &CaptureMeta, samples: &[Sample]) -> Found {
    let (mut notices, mut strides) = (Vec::new(), [0; 2]);
    let mut pipeline = Pipeline::new(meta, Settings::default());
    for s in samples {
        pipeline.push(s, &mut |o| match o {
            Output::Record(Record::Notice(n)) => notices.push(n.what.code()),
            Output::Record(Record::Stride(s)) if s.valid && s.direction == StrideDirection::Backward => {
                strides[0] += 1;
                strides[1] += usize::from(s.knee_min_flexion_deg.is_some());
            }
            _ => {}
        });
    }
    let (fit, late_s) = pipeline.pair();
    Found { fit, late_ms: 1000.0 * late_s, notices, strides }
}

fn share(values: &[f64], at: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
    let k = (at * (sorted.len().max(1) - 1) as f64).round() as usize;
    sorted.get(k).copied().unwrap_or(f64::NAN)
}

fn main() {
    let mut sets = vec![("simulated".to_owned(), Vec::new())];
    for folder in std::env::args().skip(1) {
        sets.push((folder.clone(), captures(Path::new(&folder))));
    }
    if sets.len() == 1 {
        sets[0].1 = simulated(101..161);
    } else {
        sets.remove(0);
    }
    for (name, walks) in sets {
        println!("\n{name}: {} walks", walks.len());
        let own: Vec<_> = walks.iter().map(|w| found(&w.meta, &w.samples)).collect();
        let told: Vec<f64> = own.iter().filter(|o| o.fit == Fit::Fits).map(|o| o.late_ms).collect();
        println!("as recorded: {}; ms {}", fits(&own), spread(&told));
        for (w, o) in walks.iter().zip(&own).filter(|(_, o)| o.fit.is_refused()) {
            println!("  {}: {:?} {:.1} {:?}", w.name, o.fit, o.late_ms, o.notices);
        }
        for (rows, ms) in [(-5, -50.0), (-2, -20.0), (2, 20.0), (5, 50.0)] {
            let all: Vec<_> = walks
                .iter()
                .map(|w| {
                    let mut samples = w.samples.clone();
                    late(&mut samples, rows);
                    found(&w.meta, &samples)
                })
                .collect();
            let errors: Vec<f64> = all
                .iter()
                .zip(&own)
                .filter(|(a, o)| a.fit == Fit::Fits && o.fit == Fit::Fits && a.late_ms != 0.0)
                .map(|(a, o)| a.late_ms - o.late_ms - ms)
                .collect();
            let good = errors.iter().filter(|e| e.abs() <= 10.0).count();
            println!(
                "{} ms: {}; error ms {}, within 10 ms {good} of {}",
                ms,
                fits(&all),
                spread(&errors),
                errors.len()
            );
        }
        let changes: [(&str, Change); 4] = [
            ("swapped", |s| swap(s)),
            (OTHER_LEG, |s| other_leg(s)),
            ("slipped by 15 deg half-way", |s| slip(s, 15.0)),
            ("slipped by 25 deg half-way", |s| slip(s, 25.0)),
        ];
        for (what, change) in changes {
            let all: Vec<_> = walks
                .iter()
                .map(|w| {
                    let mut samples = w.samples.clone();
                    match walks.iter().find(|o| what == OTHER_LEG && is_other_leg(&w.name, &o.name)) {
                        Some(other) => {
                            for (s, o) in samples.iter_mut().zip(&other.samples) {
                                s.thigh = o.thigh;
                            }
                        }
                        None => change(&mut samples),
                    }
                    found(&w.meta, &samples)
                })
                .collect();
            let slipped = all.iter().filter(|a| a.notices.contains(&"sensor_slipped")).count();
            println!("{what}: {}; slip told in {slipped}", fits(&all));
        }
    }
}

const OTHER_LEG: &str = "thigh on the other leg";

/// Whether the two captures are of both legs in one walk.
fn is_other_leg(name: &str, other: &str) -> bool {
    name != other && name.replace("left", "right") == other.replace("left", "right")
}

fn spread(values: &[f64]) -> String {
    let [least, low, middle, high, most] = [0.0, 0.05, 0.5, 0.95, 1.0].map(|q| share(values, q));
    format!("0/5/50/95/100 % {least:.1} {low:.1} {middle:.1} {high:.1} {most:.1}")
}

fn fits(all: &[Found]) -> String {
    let count = |fit: Fit| all.iter().filter(|a| a.fit == fit).count();
    let [strides, told] = [0, 1].map(|k| all.iter().map(|a| a.strides[k]).sum::<usize>());
    format!(
        "fits {}, unseen {}, suspect {}, strangers {}, swapped {}, reversed {}, apart {}; {told} of {strides} backward strides with an angle",
        count(Fit::Fits),
        count(Fit::Unseen),
        count(Fit::Suspect),
        count(Fit::Strangers),
        count(Fit::Swapped),
        count(Fit::Reversed),
        count(Fit::Apart)
    )
}

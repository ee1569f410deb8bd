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
use retrogait::record::Record;
use retrogait::source::{CaptureReader, ReadOptions};
use retrogait::technique::pair::Fit;
use technique::{late, other_leg, slip, swap};


struct Walk {
    name: String,
    meta: CaptureMeta,
    samples: Vec<Sample>,
}

fn captures(folder: &Path) -> Vec<Walk> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.to_str().is_some_and(|p| p.ends_with(".csv") && !p.ends_with(".knee.csv")));
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

/// What was found in the end, and the codes of the notices.
fn found(meta: &CaptureMeta, samples: &[Sample]) -> (Fit, f64, Vec<&'static str>) {
    let mut codes = Vec::new();
    let mut pipeline = Pipeline::new(meta, Settings::default());
    for s in samples {
        pipeline.push(s, &mut |o| {
            if let Output::Record(Record::Notice(n)) = o {
                codes.push(n.what.code());
            }
        });
    }
    let (fit, late_s) = pipeline.pair();
    (fit, 1000.0 * late_s, codes)
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
        let told: Vec<f64> = own.iter().filter(|o| o.0 == Fit::Fits).map(|o| o.1).collect();
        println!("as recorded: {}; ms 0/5/50/95/100 % {:.1?}", fits(&own), [0.0, 0.05, 0.5, 0.95, 1.0].map(|q| share(&told, q)));
        for (w, o) in walks.iter().zip(&own) {
            if o.0.is_refused() || o.2.contains(&"sensor_slipped") {
                println!("  {}: {:?} {:.1} {:?}", w.name, o.0, o.1, o.2);
            }
        }
        for rows in [-5_i32, -2, 2, 5] {
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
                .filter(|(a, o)| a.0 == Fit::Fits && o.0 == Fit::Fits && a.1 != 0.0)
                .map(|(a, o)| a.1 - o.1 - 10.0 * f64::from(rows))
                .collect();
            let good = errors.iter().filter(|e| e.abs() <= 10.0).count();
            println!(
                "{} ms: {}; error ms 0/5/50/95/100 % {:.1?}, within 10 ms {good} of {}",
                10 * rows,
                fits(&all),
                [0.0, 0.05, 0.5, 0.95, 1.0].map(|q| share(&errors, q)),
                errors.len()
            );
        }
        let changes: [(&str, fn(&mut Vec<Sample>)); 4] = [
            ("swapped", |s| swap(s)),
            ("thigh on the other leg", |s| other_leg(s)),
            ("slipped by 15 deg half-way", |s| slip(s, 15.0)),
            ("slipped by 25 deg half-way", |s| slip(s, 25.0)),
        ];
        for (what, change) in changes {
            let all: Vec<_> = walks
                .iter()
                .map(|w| {
                    let mut samples = w.samples.clone();
                    change(&mut samples);
                    found(&w.meta, &samples)
                })
                .collect();
            let slipped = all.iter().filter(|a| a.2.contains(&"sensor_slipped")).count();
            let tilted = all.iter().filter(|a| a.2.contains(&"mount_suspect")).count();
            println!("{what}: {}; slip told in {slipped}, mount doubted in {tilted}", fits(&all));
        }
    }
}

fn fits(all: &[(Fit, f64, Vec<&'static str>)]) -> String {
    let count = |fit: Fit| all.iter().filter(|a| a.0 == fit).count();
    format!(
        "fits {}, unseen {}, strangers {}, swapped {}, apart {}",
        count(Fit::Fits),
        count(Fit::Unseen),
        count(Fit::Strangers),
        count(Fit::Swapped),
        count(Fit::Apart)
    )
}

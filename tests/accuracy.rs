//! The accuracy that has been reached on labelled captures, held as gates.
//!
//! The captures are not part of the project. `RETROGAIT_DATA` names a folder of them; without it there
//! is nothing to score, and the tests say so. Figures are `real`, `reversed` or `virtual`, as each
//! folder's labels say.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::env;
use std::path::PathBuf;
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;
use retrogait::bench::corpus::{Labelled, Loaded, find};
use retrogait::bench::detector::Detector;
use retrogait::capture::CaptureMeta;
use retrogait::evaluate::observed::Observed;
use retrogait::evaluate::pool::{EventFigures, Figures, pool};
use retrogait::evaluate::score;
use retrogait::imu::{Imu, Sample};
use retrogait::mount::Mount;
use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::{EventKind, Record};
use retrogait::time::SensorTime;

/// What `bench --require` must meet, folder by folder. Where an offline rule was the aim (toe contact's
/// spread on reversed captures), the gate is what was reached; `docs/accuracy.md` says why.
const GATES: [&str; 56] = [
    "insole_reversed/toe_contact.f1>=0.99",
    "insole_reversed/|toe_contact.bias_ms|<=10",
    "insole_reversed/toe_contact.sd_ms<=27.5",
    "insole_reversed/toe_contact.latency_p50_ms<=55",
    "insole_reversed/toe_contact.latency_p95_ms<=110",
    "insole_reversed/final_contact.f1>=0.97",
    "insole_reversed/|final_contact.bias_ms|<=15",
    "insole_reversed/final_contact.sd_ms<=22",
    "insole_reversed/heel_contact.f1>=0.92",
    "insole_reversed/forefoot_rise.f1>=0.96",
    "insole_reversed/direction.right>=0.97",
    "insole_reversed/direction.wrong_s<=0",
    "insole_reversed/direction.false_backward_s<=0",
    "insole_reversed/early<=0",
    "mocap_backward/toe_contact.f1>=0.99",
    "mocap_backward/|toe_contact.bias_ms|<=10",
    "mocap_backward/toe_contact.sd_ms<=28",
    "mocap_backward/toe_contact.latency_p50_ms<=60",
    "mocap_backward/toe_contact.latency_p95_ms<=110",
    "mocap_backward/final_contact.f1>=0.98",
    "mocap_backward/heel_contact.f1>=0.93",
    "mocap_backward/knee_extension.f1>=0.88",
    "mocap_backward/knee.rmse_deg<=4.0",
    "mocap_backward/knee.rmse0_deg<=3.0",
    "mocap_backward/knee.cover>=0.99",
    "mocap_backward/direction.right>=0.97",
    "mocap_backward/direction.wrong_s<=0",
    "mocap_backward/early<=0",
    "insole_forward/initial_contact.f1>=0.98",
    "insole_forward/|initial_contact.bias_ms|<=15",
    "insole_forward/initial_contact.sd_ms<=25",
    "insole_forward/final_contact.f1>=0.99",
    "insole_forward/direction.right>=0.97",
    "insole_forward/direction.wrong_s<=0",
    "insole_forward/direction.false_backward_s<=0",
    "insole_forward/early<=0",
    "mocap_other/initial_contact.f1>=0.98",
    "mocap_other/final_contact.f1>=0.96",
    "mocap_other/direction.right>=0.97",
    "mocap_other/direction.wrong_s<=0",
    "mocap_other/direction.false_backward_s<=0",
    "mocap_other/early<=0",
    "knee_optical/knee.rmse0_deg<=1.5",
    "knee_optical/knee.cover>=0.99",
    "knee_optical/direction.false_backward_s<=0",
    "falls_ankle/direction.right>=0.6",
    "falls_ankle/direction.wrong_s<=0",
    "falls_ankle/direction.false_backward_s<=0",
    "falls_ankle/early<=0",
    "insole_reversed/contact.right>=0.97",
    "insole_reversed/contact.wrong<=0",
    "mocap_backward/contact.right>=0.96",
    "mocap_backward/contact.wrong<=0",
    "mocap_backward/forefoot_rise.f1>=0.90",
    "mocap_backward/knee_min.mae_deg<=3.6",
    "failed<=0",
];

/// The folder of labelled captures, if one is named.
fn data() -> Option<PathBuf> {
    let folder = env::var_os("RETROGAIT_DATA").filter(|f| !f.is_empty()).map(PathBuf::from);
    if folder.is_none() {
        eprintln!("RETROGAIT_DATA names no folder of labelled captures: their gates are not checked");
    }
    folder
}

#[test]
fn the_figures_that_were_reached_are_held() {
    let Some(folder) = data() else { return };
    let mut bench = Command::cargo_bin("retrogait").unwrap();
    bench.args(["bench", "--no-speed", "--detector", "retrogait"]).arg(&folder);
    for gate in GATES {
        bench.args(["--require", gate]);
    }
    let out = bench.output().unwrap();
    let (text, trouble) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{text}\n{trouble}");
    // Looked for by the CI script, which fails where the data are and this did not run.
    println!("accuracy gates held: {}", GATES.len());
}

/// The labelled captures of one folder, in memory.
fn captures(folder: &str) -> Option<Vec<(Labelled, Loaded)>> {
    let all = find(&[data()?.join(folder)], &[]).unwrap();
    Some(all.into_iter().map(|l| (l.load().unwrap(), l)).map(|(loaded, l)| (l, loaded)).collect())
}

/// Figures of `captures` after each has been changed.
fn figures(
    captures: &[(Labelled, Loaded)],
    change: impl Fn(&CaptureMeta, &[Sample]) -> (CaptureMeta, Vec<Sample>),
) -> Figures {
    let scores: Vec<_> = captures
        .iter()
        .map(|(labelled, loaded)| {
            let (meta, samples) = change(&loaded.meta, &loaded.samples);
            let said: Observed = Detector::Retrogait.run(&meta, &samples);
            score(&labelled.truth, labelled.knee.as_ref(), Some(&said), loaded.span_s())
        })
        .collect();
    pool(&scores)
}

fn event(figures: &Figures, kind: EventKind) -> EventFigures {
    figures.events.iter().find(|(k, _)| *k == kind).unwrap().1
}

fn f1(figures: &Figures, kind: EventKind) -> f64 {
    event(figures, kind).f1.unwrap()
}

fn both(imu: Imu, turn: impl Fn([f64; 3]) -> [f64; 3]) -> Imu {
    Imu { acc_mps2: turn(imu.acc_mps2), gyr_dps: turn(imu.gyr_dps) }
}

/// `samples` of a sensor mounted as `now`, as one mounted as `then` would have read them.
fn remounted(samples: &[Sample], now: Mount, then: Mount) -> Vec<Sample> {
    let turn = |v| then.to_sensor(now.to_segment(v));
    samples.iter().map(|s| Sample { shank: both(s.shank, turn), ..*s }).collect()
}

#[test]
fn the_same_walk_in_all_24_mounts_gives_the_same_records() {
    for folder in ["mocap_backward", "insole_forward"] {
        let Some(captures) = captures(folder) else { return };
        for (labelled, loaded) in captures.iter().step_by(5) {
            let records = |meta: &CaptureMeta, samples: &[Sample]| {
                let mut out = Vec::new();
                let mut emit = |o: Output| {
                    if let Output::Record(r @ (Record::Event(_) | Record::Stride(_) | Record::Bout(_))) = o {
                        out.push(r);
                    }
                };
                let mut pipeline = Pipeline::new(meta, Settings::default());
                for s in samples {
                    pipeline.push(s, &mut emit);
                }
                pipeline.finish(&mut emit);
                out
            };
            let now = loaded.meta.mount.unwrap();
            let plain = records(&loaded.meta, &loaded.samples);
            assert!(plain.len() > 10, "{}", labelled.name);
            for then in Mount::all() {
                let meta = CaptureMeta { mount: Some(then), ..loaded.meta.clone() };
                let samples = remounted(&loaded.samples, now, then);
                assert!(records(&meta, &samples) == plain, "{} as {then}", labelled.name);
            }
        }
    }
}

#[test]
fn without_a_mount_line_direction_is_right_or_unknown() {
    for folder in ["insole_forward", "insole_reversed", "mocap_backward", "mocap_other", "knee_optical"] {
        let Some(captures) = captures(folder) else { return };
        let got = figures(&captures, |meta, samples| {
            (CaptureMeta { mount: None, thigh_mount: None, ..meta.clone() }, samples.to_vec())
        });
        let d = got.direction.unwrap();
        assert!(d.wrong_s == 0.0 && d.false_backward_s == 0.0, "{folder}: {d:?}");
        if folder.starts_with("insole") {
            assert!(d.right_s > 0.9 * d.walk_s, "{folder}: {d:?}");
        }
    }
}

#[test]
fn a_sensor_fifteen_degrees_off_its_mount_line_hardly_matters() {
    let turned = |samples: &[Sample], mount: Mount, axis: usize, deg: f64| -> Vec<Sample> {
        let (sin, cos) = deg.to_radians().sin_cos();
        let (a, b) = ((axis + 1) % 3, (axis + 2) % 3);
        let turn = |v: [f64; 3]| {
            let v = mount.to_segment(v);
            let mut w = v;
            w[a] = cos * v[a] - sin * v[b];
            w[b] = sin * v[a] + cos * v[b];
            mount.to_sensor(w)
        };
        samples.iter().map(|s| Sample { shank: both(s.shank, turn), ..*s }).collect()
    };
    for (folder, kind) in [
        ("insole_reversed", EventKind::ToeContact),
        ("mocap_backward", EventKind::ToeContact),
        ("insole_forward", EventKind::InitialContact),
    ] {
        let Some(captures) = captures(folder) else { return };
        for axis in 0..3 {
            for deg in [-15.0, 15.0] {
                let got = figures(&captures, |meta, samples| {
                    (meta.clone(), turned(samples, meta.mount.unwrap(), axis, deg))
                });
                let d = got.direction.unwrap();
                assert!(f1(&got, kind) >= 0.97, "{folder} {axis} {deg}: {:?}", event(&got, kind));
                assert!(d.wrong_s == 0.0 && d.right_s > 0.95 * d.walk_s, "{folder} {axis} {deg}: {d:?}");
            }
        }
    }
}

#[test]
fn half_and_twice_the_rate_cost_at_most_a_point() {
    let half = |samples: &[Sample]| -> Vec<Sample> { samples.iter().step_by(2).copied().collect() };
    let twice = |samples: &[Sample]| -> Vec<Sample> {
        let mid = |a: [f64; 3], b: [f64; 3]| [0, 1, 2].map(|k| f64::midpoint(a[k], b[k]));
        let mut out = Vec::new();
        for pair in samples.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            out.push(a);
            out.push(Sample {
                time: SensorTime::from_micros(i64::midpoint(a.time.micros(), b.time.micros())),
                shank: Imu {
                    acc_mps2: mid(a.shank.acc_mps2, b.shank.acc_mps2),
                    gyr_dps: mid(a.shank.gyr_dps, b.shank.gyr_dps),
                },
                thigh: None,
            });
        }
        out
    };
    for (folder, kinds) in [
        ("insole_reversed", [EventKind::ToeContact, EventKind::FinalContact]),
        ("mocap_backward", [EventKind::ToeContact, EventKind::FinalContact]),
        ("insole_forward", [EventKind::InitialContact, EventKind::FinalContact]),
    ] {
        let Some(captures) = captures(folder) else { return };
        let plain = figures(&captures, |meta, samples| (meta.clone(), samples.to_vec()));
        for (rate, other) in [
            ("half", figures(&captures, |meta, samples| (meta.clone(), half(samples)))),
            ("twice", figures(&captures, |meta, samples| (meta.clone(), twice(samples)))),
        ] {
            for kind in kinds {
                assert!(
                    f1(&other, kind) >= f1(&plain, kind) - 0.01,
                    "{folder} at {rate} the rate: {kind:?} {:?}",
                    event(&other, kind)
                );
            }
            assert_eq!(other.direction.unwrap().wrong_s, 0.0, "{folder} at {rate} the rate");
        }
    }
}

#[test]
fn no_event_is_invented_where_samples_are_missing() {
    // Bursts of 3 to 17 samples, a twentieth of all.
    let lossy = |samples: &[Sample]| -> Vec<Sample> {
        let mut state = 12_345_u64;
        let mut skip = 0;
        let mut keep = |_: &&Sample| {
            if skip > 0 {
                skip -= 1;
                return false;
            }
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if (state >> 33).is_multiple_of(200) {
                skip = 3 + (state >> 40) % 15;
                return false;
            }
            true
        };
        samples.iter().filter(&mut keep).copied().collect()
    };
    for (folder, kinds) in [
        ("insole_reversed", [EventKind::ToeContact, EventKind::FinalContact]),
        ("mocap_backward", [EventKind::ToeContact, EventKind::FinalContact]),
        ("insole_forward", [EventKind::InitialContact, EventKind::FinalContact]),
    ] {
        let Some(captures) = captures(folder) else { return };
        let plain = figures(&captures, |meta, samples| (meta.clone(), samples.to_vec()));
        let other = figures(&captures, |meta, samples| (meta.clone(), lossy(samples)));
        for kind in kinds {
            let (before, after) = (event(&plain, kind), event(&other, kind));
            assert!(
                after.precision.unwrap() >= before.precision.unwrap() - 0.005,
                "{folder} {kind:?}: {before:?} {after:?}"
            );
        }
        let d = other.direction.unwrap();
        assert!(d.wrong_s == 0.0 && d.false_backward_s == 0.0, "{folder}: {d:?}");
    }
}

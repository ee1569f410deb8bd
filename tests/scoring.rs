//! Scoring against figures worked out by another program.
//!
//! `tests/fixtures/scoring` holds three captures made by hand (only their labels and what is said
//! of them, for nothing else is needed), with ties, edges of tolerances and zones, holes, and each
//! kind of label. `expected.json` holds the figures that an independent implementation of the same
//! rules gives for them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use retrogait::bench::corpus::{self, Labelled};
use retrogait::bench::detector::Detector;
use retrogait::bench::report::Report;
use retrogait::bench::run::{Scored, by_folder, by_kind};
use retrogait::evaluate::observed::{AlertLevel, Observed, SeenAlert, SeenEvent, SeenStride};
use retrogait::evaluate::{CaptureScore, score};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/scoring")
}

/// Records of a file as what was said.
fn observed(capture: &Labelled) -> Observed {
    let mut said = Observed::default();
    let text = fs::read_to_string(capture.csv.with_extension("ndjson")).unwrap();
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let word = |field: &str| serde_json::from_value(record[field].clone()).unwrap();
        match record["type"].as_str().unwrap() {
            "event" => said.events.push(SeenEvent {
                kind: serde_json::from_value(record["kind"].clone()).unwrap(),
                time_s: record["time_s"].as_f64().unwrap(),
                detected_s: record["detected_s"].as_f64(),
            }),
            "stride" => said.strides.push(SeenStride {
                start_s: record["start_s"].as_f64().unwrap(),
                end_s: record["end_s"].as_f64().unwrap(),
                direction: word("direction"),
                contact: serde_json::from_value(record["contact"].clone()).unwrap(),
                knee_min_deg: record["knee_min_flexion_deg"].as_f64(),
            }),
            "alert" => said.alerts.push(SeenAlert {
                level: AlertLevel::ALL.into_iter().find(|l| l.word() == record["level"]).unwrap(),
                detected_s: record["detected_s"].as_f64().unwrap(),
            }),
            other => panic!("{other}"),
        }
    }
    let series = capture.csv.with_extension("series.csv");
    for line in fs::read_to_string(series).unwrap_or_default().lines().skip(1) {
        let cells: Vec<_> = line.split(',').collect();
        if let Ok(knee) = cells[3].parse() {
            said.knee.push((cells[0].parse().unwrap(), knee));
        }
    }
    said
}

fn span(capture: &Labelled) -> (f64, f64) {
    let text = fs::read_to_string(&capture.csv).unwrap();
    let times: Vec<f64> = text.lines().skip(1).map(|l| l.parse().unwrap()).collect();
    (times[0], times[times.len() - 1])
}

fn scored(capture: &Labelled) -> CaptureScore {
    score(&capture.truth, capture.knee.as_ref(), Some(&observed(capture)), span(capture))
}

/// Compares every figure of `want` with the one of the same name in `got`.
fn compare(path: &str, got: &Value, want: &Value, count: &mut usize) {
    match want {
        Value::Object(fields) => {
            for (name, want) in fields {
                let own = match name.as_str() {
                    "kneemin" => "knee_min",
                    "contact" => "contact_table",
                    other => other,
                };
                compare(&format!("{path}.{name}"), &got[own], want, count);
            }
        }
        Value::Null => assert!(got.is_null(), "{path}: {got}"),
        _ => {
            let (got, want) = (got.as_f64(), want.as_f64().unwrap());
            let got = got.unwrap_or_else(|| panic!("{path} is missing"));
            let near = 1e-9 * want.abs().max(1.0);
            assert!((got - want).abs() < near, "{path}: {got} instead of {want}");
            *count += 1;
        }
    }
}

#[test]
fn the_figures_are_those_of_an_independent_program() {
    let captures = corpus::find(&[folder()], &[]).unwrap();
    let scores: Vec<_> = captures.iter().map(|c| Scored { scores: vec![scored(c)], failure: None }).collect();
    let report = Report {
        detectors: &[Detector::Retrogait],
        captures: &captures,
        scored: &scores,
        folders: &by_folder(&captures, &scores, 1),
        kinds: &by_kind(&captures, &scores, 1),
        speed: None,
        answers: &[],
        per_capture: true,
    };
    let got = report.json();
    let text = fs::read_to_string(folder().join("expected.json")).unwrap();
    let want: Value = serde_json::from_str(&text).unwrap();
    for own in [
        &got["folders"][0]["detectors"]["retrogait"],
        &got["evidence"]["simulated"]["detectors"]["retrogait"],
    ] {
        let mut count = 0;
        compare("", own, &want, &mut count);
        assert!(count > 90, "{count} figures");
    }
    insta::assert_snapshot!(report.text(100));
}

#[test]
fn the_order_in_which_things_are_said_makes_no_difference() {
    for capture in corpus::find(&[folder()], &[]).unwrap() {
        let said = observed(&capture);
        let mut turned = said.clone();
        turned.events.reverse();
        turned.alerts.reverse();
        let score = |said: &Observed| {
            let mut score = score(&capture.truth, None, Some(said), span(&capture));
            for (_, events) in &mut score.events {
                events.error_s.sort_by(f64::total_cmp);
                events.latency_s.sort_by(f64::total_cmp);
            }
            score
        };
        assert_eq!(score(&said), score(&turned));
    }
}

#[test]
fn a_detector_that_fails_misses_everything() {
    for capture in corpus::find(&[folder()], &[]).unwrap() {
        let score = score(&capture.truth, capture.knee.as_ref(), None, span(&capture));
        assert!(score.failed);
        assert!(score.events.iter().all(|(_, e)| e.found == 0 && e.missed > 0));
        let direction = score.direction.unwrap();
        assert!((direction.none_s - direction.walk_s).abs() < 1e-12);
    }
}

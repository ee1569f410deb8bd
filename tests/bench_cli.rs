//! `retrogait bench` as it is typed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{Folder, labels, walk};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

/// A forward walk, real; the same turned about, as a backward walk computed from motion capture.
fn corpus() -> Folder {
    let folder = Folder::new();
    let forward = labels("real", 6, "initial_contact", "final_contact", "forward");
    folder.write("data/forward/one.csv", &walk(6, 1.0));
    folder.write("data/forward/one.truth.json", &forward);
    folder.write("data/forward/two.csv", &walk(6, 1.0));
    folder.write("data/forward/two.truth.json", &forward);
    // Turned about, the forward rule's initial contact is where a backward walk's toe lands, and
    // the plain rule finds its own pattern nowhere near.
    folder.write("data/backward/one.csv", &walk(6, -1.0));
    folder.write(
        "data/backward/one.truth.json",
        &labels("virtual", 6, "toe_contact", "final_contact", "backward"),
    );
    folder
}

fn json(folder: &Folder, args: &[&str]) -> Value {
    let out = folder
        .retrogait()
        .args(["bench", "data", "--format", "json", "--no-speed"])
        .args(args)
        .assert()
        .success();
    serde_json::from_slice(&out.get_output().stdout).unwrap()
}

fn text(folder: &Folder, args: &[&str]) -> String {
    let out = folder.retrogait().args(["bench", "data", "--no-speed"]).args(args).assert().success();
    String::from_utf8(out.get_output().stdout.clone()).unwrap()
}

#[test]
fn the_forward_rule_reads_a_forward_walk_and_breaks_on_a_backward_one() {
    let folder = corpus();
    let report = json(&folder, &[]);
    let real = &report["evidence"]["real"]["detectors"];
    assert_eq!(real["textbook"]["events"]["initial_contact"]["f1"], 1.0);
    assert_eq!(real["textbook"]["events"]["initial_contact"]["n"], 12);
    assert_eq!(real["textbook-flipped"]["events"]["initial_contact"]["f1"], 0.0);
    let backward = &report["evidence"]["virtual"]["detectors"];
    assert_eq!(backward["textbook"]["events"]["toe_contact"]["f1"], 0.0);
    assert_eq!(backward["textbook-flipped"]["events"]["toe_contact"]["f1"], 1.0);
    // It says nothing of direction and needs the whole capture.
    assert!(backward["textbook"].get("direction").is_none());
    assert!(backward["textbook-flipped"]["events"]["toe_contact"]["latency_p50_ms"].is_null());
}

#[test]
fn kinds_of_evidence_are_never_mixed() {
    let folder = corpus();
    folder.write("data/forward/three.csv", &walk(6, 1.0));
    folder.write(
        "data/forward/three.truth.json",
        &labels("simulated", 6, "initial_contact", "final_contact", "forward"),
    );
    let report = json(&folder, &[]);
    let groups: Vec<_> = report["folders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| {
            let captures = g["detectors"]["retrogait"]["captures"].as_u64().unwrap();
            (g["folder"].as_str().unwrap(), g["kind"].as_str().unwrap(), captures)
        })
        .collect();
    assert_eq!(groups, [("backward", "virtual", 1), ("forward", "real", 2), ("forward", "simulated", 1)]);
    assert_eq!(report["evidence"].as_object().unwrap().len(), 3);
}

#[test]
fn the_report_reads_well() {
    let folder = corpus();
    let args = ["--detector", "textbook", "--detector", "textbook-flipped", "--per-capture"];
    insta::assert_snapshot!(text(&folder, &args));
}

#[test]
fn the_number_of_jobs_makes_no_difference() {
    let folder = corpus();
    let one = json(&folder, &["--jobs", "1", "--per-capture"]);
    assert_eq!(one, json(&folder, &["--jobs", "4", "--per-capture"]));
    let again = folder
        .retrogait()
        .env("RETROGAIT_JOBS", "2")
        .args(["bench", "data", "--format", "json", "--no-speed", "--per-capture"])
        .assert()
        .success();
    let again: Value = serde_json::from_slice(&again.get_output().stdout).unwrap();
    assert_eq!(one, again);
}

#[test]
fn captures_are_chosen_by_name_and_by_path() {
    let folder = corpus();
    let captures = |args: &[&str]| {
        let report = json(&folder, args);
        let groups = report["evidence"].as_object().unwrap().clone();
        groups.values().map(|g| g["detectors"]["retrogait"]["captures"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(captures(&[]), 3);
    assert_eq!(captures(&["--only", "one"]), 2);
    assert_eq!(captures(&["--only", "t?o", "--only", "none*"]), 1);
    assert_eq!(captures(&["data/forward"]), 3, "no capture counts twice");
    let out = folder
        .retrogait()
        .args(["bench", "data/forward/one.csv", "--format", "json", "--no-speed"])
        .assert()
        .success();
    let report: Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    assert_eq!(report["folders"][0]["folder"], "forward");
}

#[test]
fn speed_is_measured_and_kept_apart() {
    let folder = corpus();
    let out = folder.retrogait().args(["bench", "data", "--format", "json"]).assert().success();
    let mut report: Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    let speed = report.as_object_mut().unwrap().remove("speed").unwrap();
    for detector in ["retrogait", "textbook", "textbook-flipped"] {
        assert!(speed["wall_clock_ns_per_sample"][detector].as_f64().unwrap() > 0.0);
    }
    assert_eq!(report, json(&folder, &[]));
}

#[test]
fn a_requirement_is_a_gate() {
    let folder = corpus();
    let gate = |requirement: &str| {
        folder.retrogait().args(["bench", "data", "--no-speed", "--require", requirement]).assert()
    };
    gate("failed<=0").success().stdout(contains("met: failed<=0 in real: 0"));
    gate("captures>=2")
        .code(3)
        .stdout(contains("not met: captures>=2 in virtual: 1, off by 1"))
        .stdout(contains("\nmet: captures>=2 in real: 2"));
    gate("forward/captures>=2").success();
    gate("forward/captures>2").code(3);
    gate("hazards.missed<=0").code(3).stdout(contains("not measured"));
    gate("toe_contact.fl>=0.9")
        .code(2)
        .stderr(contains("there is no figure `toe_contact.fl`; did you mean `toe_contact.f1`"));
    gate("sideways/captures>=1").code(2).stderr(contains(
        "there is no folder and no kind of evidence `sideways` here: backward, forward, real, virtual",
    ));
    gate("captures").code(2).stderr(contains("write NAME>=NUMBER"));
    folder
        .retrogait()
        .args(["bench", "data", "--detector", "textbook", "--require", "failed<=0"])
        .assert()
        .code(2)
        .stderr(contains("add `--detector retrogait`"));
}

#[test]
fn a_gate_in_json_says_on_standard_error_what_is_not_met() {
    let folder = corpus();
    let out = folder
        .retrogait()
        .args(["bench", "data", "--no-speed", "--format", "json"])
        .args(["--require", "captures>=2", "--require", "failed<=0"])
        .assert()
        .code(3)
        .stderr(contains("not met: captures>=2 in virtual").and(contains("failed").not()));
    let report: Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    assert_eq!(report["requirements"].as_array().unwrap().len(), 4);
}

#[test]
fn a_capture_that_cannot_be_read_counts_as_missed_and_fails_the_run() {
    let folder = corpus();
    folder.write("data/forward/two.csv", "not a capture\n");
    let out = folder
        .retrogait()
        .args(["bench", "data", "--format", "json", "--no-speed"])
        .assert()
        .code(1)
        .stderr(contains("forward/two counts as failed"));
    let report: Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    let real = &report["evidence"]["real"]["detectors"]["textbook"];
    assert_eq!(real["failed"], 1);
    assert_eq!(real["events"]["initial_contact"]["recall"], 0.5);
}

#[test]
fn labels_that_cannot_be_read_are_an_error() {
    let folder = corpus();
    folder.write("data/forward/two.truth.json", "{\"source\": 3}");
    folder
        .retrogait()
        .args(["bench", "data"])
        .assert()
        .code(1)
        .stderr(contains("two.truth.json is no label file").and(contains("because: ")));
    let empty = Folder::new();
    empty.retrogait().args(["bench", "."]).assert().code(1).stderr(contains("there is no labelled capture"));
    empty.retrogait().args(["bench", "nowhere"]).assert().code(1).stderr(contains("nowhere cannot be read"));
}

//! People, sessions, reports and trends as they are typed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;
#[path = "common/html.rs"]
mod page;

use std::fmt::Write as _;
use std::fs;

use assert_cmd::Command;
use common::Folder;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

/// The program, with a store of its own and the captures that come with the source at hand.
struct Place(Folder);

impl Place {
    fn new() -> Self {
        Self(Folder::new())
    }

    fn run(&self, args: &[&str]) -> Command {
        let mut command = self.0.retrogait();
        command.env("RETROGAIT_STORE", self.0.at("store")).env("TZ", "UTC").args(args);
        command
    }

    fn done(&self, args: &[&str]) -> String {
        let out = self.run(args).assert().success();
        String::from_utf8(out.get_output().stdout.clone()).unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.done(args)).unwrap()
    }

    /// Ada with two sessions.
    fn with_ada() -> Self {
        let place = Self::new();
        place.done(&["person", "add", "Ada", "--side", "right", "--height", "1.72", "--knee-target", "5"]);
        for (name, day) in [("session", "2026-03-02"), ("backward_thigh", "2026-03-04")] {
            let capture = fixture(name);
            let started = format!("{day}T10:00:00+00:00[UTC]");
            place
                .run(&["replay", &capture, "--keep", "Ada", "--started", &started, "--pain", "2"])
                .assert()
                .success()
                .stderr(contains("kept as session"));
        }
        place
    }
}

fn fixture(name: &str) -> String {
    format!("{}/fixtures/{name}.csv", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_replayed_capture_is_kept_listed_shown_and_exported() {
    let place = Place::with_ada();
    place
        .run(&["sessions", "list"])
        .assert()
        .success()
        .stdout(contains("2026-03-02 10:00").and(contains("Ada")));
    let list = place.json(&["sessions", "list", "--person", "ada", "--json"]);
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[0]["pain"], 2);
    assert!(list[0]["backward_strides"].as_u64().unwrap() > 5);
    assert!(list[0]["algorithms"]["events"].as_u64().is_some());
    place.run(&["sessions", "show", "1"]).assert().success().stdout(contains("as it was recorded"));
    place.done(&["sessions", "pain", "1", "5"]);
    assert_eq!(place.json(&["sessions", "show", "1", "--json"])["session"]["pain"], 5);

    place.done(&["sessions", "export", "1", "--out", "out"]);
    let names = ["alerts.csv", "bouts.csv", "capture.csv", "figures.csv", "session.json", "strides.csv"];
    assert_eq!(place.0.files("out"), names);
    assert_eq!(place.0.read("out/capture.csv"), fs::read_to_string(fixture("session")).unwrap());
    place.run(&["sessions", "export", "1", "--out", "out"]).assert().code(2).stderr(contains("--force"));

    // What is kept is what replay says.
    let card = place.done(&["person", "show", "Ada"]);
    place.0.write("ada.toml", &card);
    let said = place.done(&["replay", &fixture("session"), "--format", "csv", "--person", "ada.toml"]);
    assert_eq!(place.0.read("out/strides.csv"), said);
}

#[test]
fn a_capture_that_needs_flags_is_kept_as_one_that_needs_none() {
    let place = Place::with_ada();
    let text = fs::read_to_string(fixture("session")).unwrap().replace("acc_x,", "AccX,");
    place.0.write("other.csv", &text);
    let args = ["--column", "acc_x=AccX", "--side", "left", "--keep", "Ada", "--started", "2026-03-05T09:00"];
    place.done(&[&["replay", "other.csv"], &args[..]].concat());
    let kept = fs::read_to_string(place.0.at("store/captures/session-3.csv")).unwrap();
    assert!(kept.contains("# side: left\n") && kept.contains("\ntime_s,acc_x,"));
    let list = place.json(&["sessions", "list", "--json"]);
    assert_eq!(list[2]["backward_strides"], list[0]["backward_strides"]);
}

#[test]
fn a_page_is_made_of_a_session_and_of_a_capture() {
    let place = Place::with_ada();
    place.done(&["report", "2", "--html", "ada.html"]);
    let page = place.0.read("ada.html");
    page::check(&page);
    let words = page::words(&page);
    for part in
        ["# Ada: backward walking", "# The average stride", "# Figures", "# What could not be measured"]
    {
        assert!(words.contains(part), "{part}");
    }
    place.run(&["report", "2", "--html", "ada.html"]).assert().code(1).stderr(contains("--force"));
    place.done(&["report", &fixture("stumble")]);
    page::check(&place.0.read("stumble.report.html"));
    let json = place.json(&["report", "2", "--json"]);
    assert_eq!(json["person"], "Ada");
    assert!(json["backward"]["stride_time_s"]["median"].as_f64().unwrap() > 0.5);
    place.done(&["report", "1", "--csv", "tables"]);
    assert_eq!(place.0.files("tables"), ["alerts.csv", "bouts.csv", "figures.csv", "strides.csv"]);

    // Without the raw capture the figures stay, and the page says what is missing.
    fs::remove_file(place.0.at("store/captures/session-2.csv")).unwrap();
    place.done(&["report", "2", "--html", "bare.html"]);
    let words = page::words(&place.0.read("bare.html"));
    assert!(words.contains("the raw capture is not there") && !words.contains("# The average stride"));
    fs::write(place.0.at("store/captures/session-1.csv"), "tampered").unwrap();
    place.done(&["report", "1", "--html", "changed.html"]);
    assert!(page::words(&place.0.read("changed.html")).contains("is not what was recorded"));
    place.run(&["sessions", "show", "1"]).assert().success().stdout(contains("CHANGED"));
}

#[test]
fn a_trend_counts_weeks_and_says_when_it_is_too_early() {
    let place = Place::with_ada();
    let until = ["--until", "2026-03-10T12:00:00+00:00[UTC]"];
    let text = place.done(&[&["trend", "Ada", "--html", "trend.html"], &until[..]].concat());
    assert!(text.contains("Ada: 2 sessions from 2 March 2026 to 4 March 2026"), "{text}");
    assert!(text.contains("It takes 6 sessions to tell a change from scatter."), "{text}");
    page::check(&place.0.read("trend.html"));
    let json = place.json(&[&["trend", "Ada", "--json"], &until[..]].concat());
    assert_eq!(json["weeks"][0]["sessions"], 2);
    assert_eq!(json["weeks"][1]["dose_reached"], Value::Null);
}

#[test]
fn a_baseline_is_made_of_sessions_that_were_accepted() {
    let place = Place::with_ada();
    place.run(&["person", "baseline", "Ada"]).assert().success().stderr(contains("has no baseline"));
    // The fixtures are short: too few strides for a baseline, and that is said.
    place
        .run(&["person", "baseline", "Ada", "--session", "2"])
        .assert()
        .code(1)
        .stderr(contains("too few for a baseline"));
    place.done(&["person", "add", "Bea"]);
    place
        .run(&["person", "baseline", "Bea", "--session", "2"])
        .assert()
        .code(2)
        .stderr(contains("is not of Bea"));
}

#[test]
fn a_baseline_is_made_shown_and_forgotten() {
    let place = Place::with_ada();
    place.done(&["simulate", "bw_normal_coached", "--duration", "60s", "--seed", "2", "--out", "long.csv"]);
    place.done(&["replay", "long.csv", "--keep", "Ada", "--started", "2026-03-06T10:00"]);
    place
        .run(&["person", "baseline", "Ada", "--session", "3"])
        .assert()
        .success()
        .stderr(contains("Ada: baseline of"));
    let shown = place.done(&["person", "baseline", "Ada"]);
    assert!(shown.contains("stride_time_s") && shown.contains("median"), "{shown}");
    place.done(&["report", "3", "--html", "usual.html"]);
    assert!(page::words(&place.0.read("usual.html")).contains("usual 1."), "of stride time");
    place.run(&["person", "baseline", "Ada", "--clear"]).assert().success();
    place.run(&["person", "baseline", "Ada"]).assert().success().stderr(contains("has no baseline"));
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_leaves_no_session_half_kept() {
    let place = Place::with_ada();
    let program = place.0.retrogait().get_program().to_owned();
    let mut kept = 2;
    let mut refused = 0;
    // No file may grow beyond so many KiB: the capture, the log and the database fail in turn.
    for limit in [8, 60, 120, 240, 100_000] {
        let run = std::process::Command::new("bash")
            .arg("-c")
            .arg(format!("ulimit -f {limit}; trap '' XFSZ; exec \"$0\" replay \"$1\" --keep Ada --started 2026-03-07T10:00"))
            .arg(&program)
            .arg(fixture("session"))
            .current_dir(place.0.path())
            .env("RETROGAIT_STORE", place.0.at("store"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stderr);
        match run.status.code() {
            Some(0) => kept += 1,
            code => {
                refused += 1;
                assert!(code == Some(1) && said.contains("error: "), "{limit}: {code:?} {said}");
            }
        }
        let list = place.json(&["sessions", "list", "--json"]);
        let ids: Vec<_> = list.as_array().unwrap().iter().map(|s| s["id"].to_string()).collect();
        assert_eq!(ids.len(), kept, "{limit}: {said}");
        for id in ids {
            let shown = place.done(&["sessions", "show", &id]);
            assert!(shown.contains("as it was recorded"), "{limit}: {shown}");
        }
        assert_eq!(place.0.files("store/captures").len(), kept, "{limit}");
    }
    assert!(refused >= 1 && kept >= 3, "{refused} refused, {kept} kept");
}

#[test]
fn nothing_is_deleted_without_asking() {
    let place = Place::with_ada();
    place.run(&["person", "delete", "Ada"]).assert().code(2).stderr(contains("--yes"));
    place.run(&["sessions", "delete", "1"]).assert().code(2).stderr(contains("--yes"));
    place.done(&["sessions", "delete", "1", "--yes"]);
    assert_eq!(place.json(&["sessions", "list", "--json"]).as_array().unwrap().len(), 1);
    place
        .run(&["person", "delete", "Ada", "--yes"])
        .assert()
        .success()
        .stderr(contains("Ada with 1 session: deleted"));
    assert_eq!(place.json(&["sessions", "list", "--json"]), Value::Array(vec![]));
    assert!(place.0.files("store/captures").is_empty());
}

#[test]
fn three_metres_backward_are_timed() {
    let place = Place::new();
    let mut script = String::from("title = \"three tries\"\n");
    for _ in 0..3 {
        script.push_str("[[segment]]\nscenario = \"stand\"\nduration = \"5s\"\n");
        script.push_str(
            "[[segment]]\nscenario = \"bw_normal_coached\"\nduration = \"7s\"\nspeed = \"0.75m/s\"\n",
        );
    }
    script.push_str("[[segment]]\nscenario = \"stand\"\nduration = \"5s\"\n");
    place.0.write("tries.toml", &script);
    place.done(&["simulate", "--script", "tries.toml", "--seed", "3", "--out", "tries.csv"]);
    let test = place.json(&["test", "3mbwt", "tries.csv", "--json"]);
    assert_eq!(test["tries"], 3);
    // The labels of the simulator: when the body moves.
    let truth: Value = serde_json::from_str(&place.0.read("tries.truth.json")).unwrap();
    let walks: Vec<f64> = truth["activity"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["label"] == "backward")
        .map(|a| a["end_s"].as_f64().unwrap() - a["start_s"].as_f64().unwrap())
        .collect();
    for (walk, want) in test["walks"].as_array().unwrap().iter().zip(&walks) {
        let time = walk["time_s"].as_f64().unwrap();
        // A step at each end may be the other leg's.
        let within = walk["uncertainty_s"].as_f64().unwrap();
        assert!((time - want).abs() < within, "{time} for {want} within {within}");
    }
    let text = place.done(&["test", "3mbwt", "tries.csv"]);
    assert!(
        text.contains("3 tries: best") && text.contains("2.94 s") && text.contains("Carter et al. 2019"),
        "{text}"
    );
    // The same walks while they are walked: the third ends the test.
    let live = place
        .run(&[
            "test",
            "3mbwt",
            "--sensor",
            "sim:tries.toml",
            "--seed",
            "3",
            "--pace",
            "max",
            "--json",
            "--record=live.csv",
        ])
        .assert()
        .success();
    let out = live.get_output();
    let said = String::from_utf8_lossy(&out.stderr);
    let of_live: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(of_live["tries"], 3, "{said}");
    for k in 0..3 {
        let (now, then) = (&of_live["walks"][k], &test["walks"][k]);
        assert!(
            (now["time_s"].as_f64().unwrap() - then["time_s"].as_f64().unwrap()).abs() < 0.05,
            "{now} {then}"
        );
        assert_eq!(now["strides"], then["strides"]);
        let told = format!("try {} of 3: {:.2}", k + 1, now["time_s"].as_f64().unwrap());
        assert!(said.contains(&told), "{told} in {said}");
    }
    // What was recorded is the same test, and so is a capture that is played.
    assert_eq!(place.json(&["test", "3mbwt", "live.csv", "--json"])["walks"], of_live["walks"]);
    let played = place.json(&["test", "3mbwt", "--sensor", "file:tries.csv", "--pace", "max", "--json"]);
    assert_eq!(played["walks"], test["walks"]);
    place.run(&["test", "3mbwt", "tries.csv", "--pace", "max"]).assert().code(2);
    place.run(&["test", "3mbwt"]).assert().code(2);
    place
        .run(&["test", "3mbwt", "--sensor", "file:nowhere.csv"])
        .assert()
        .code(1)
        .stderr(contains("nowhere.csv"));
    // A walk of another length is no try.
    let text = place.done(&["test", "3mbwt", &fixture("forward")]);
    assert!(text.contains("No 3-metre backward walk was found."), "{text}");
}

#[test]
fn what_is_typed_wrong_is_answered_with_what_to_type() {
    let place = Place::with_ada();
    place.0.write("walk.csv", "time_s\n");
    let mut seen = String::new();
    for args in [
        &["person", "add", "ada"][..],
        &["person", "add", "7"],
        &["person", "add", "Eve", "--knee-target", "400"],
        &["person", "show", "Adda"],
        &["person", "delete", "Nobody", "--yes"],
        &["person", "baseline", "Ada", "--session", "99"],
        &["sessions", "show", "99"],
        &["sessions", "pain", "1", "11"],
        &["sessions", "list", "--person", "Eve"],
        &["report", "99"],
        &["report", "nowhere.csv"],
        &["trend", "Eve"],
        &["replay", "walk.csv", "--keep", "Eve"],
        &["replay", "-", "--keep", "Ada"],
        &["replay", "walk.csv", "--started", "yesterday", "--keep", "Ada"],
    ] {
        let out = place.run(args).assert().failure();
        let out = out.get_output();
        let said = String::from_utf8_lossy(&out.stderr);
        let _ = write!(seen, "$ retrogait {}\n{}({})\n\n", args.join(" "), said, out.status.code().unwrap());
        assert!(out.stdout.is_empty());
    }
    insta::assert_snapshot!("sessions_errors", seen);
}

#[test]
fn help_pages_read_well() {
    for (name, args) in [
        ("help_person", &["person", "--help"][..]),
        ("help_sessions", &["sessions", "--help"]),
        ("help_report", &["report", "--help"]),
        ("help_trend", &["trend", "--help"]),
        ("help_test", &["test", "--help"]),
    ] {
        let out = common::retrogait().args(args).assert().success();
        let text = String::from_utf8(out.get_output().stdout.clone()).unwrap();
        insta::assert_snapshot!(name, text);
    }
}

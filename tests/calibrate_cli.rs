//! `retrogait calibrate` as it is typed, on simulated captures.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fmt::Write as _;

use common::{Folder, retrogait};

fn simulate(folder: &Folder, name: &str, args: &[&str]) {
    let common = ["simulate", "bw_normal_coached", "--duration", "30s", "--out", name];
    folder.retrogait().args(common).args(args).assert().success();
}

/// A run: arguments, exit code, and both streams.
fn told(folder: &Folder, args: &[&str], text: &mut String) {
    let out = folder.retrogait().args(args).output().unwrap();
    let _ = writeln!(text, "$ retrogait {}\nexit code {}", args.join(" "), out.status.code().unwrap());
    *text += &String::from_utf8(out.stdout).unwrap();
    *text += &String::from_utf8(out.stderr).unwrap();
    text.push('\n');
}

#[test]
fn help_reads_well() {
    let out = retrogait().args(["calibrate", "--help"]).assert().success();
    insta::assert_snapshot!("help_calibrate", String::from_utf8(out.get_output().stdout.clone()).unwrap());
}

/// What is said of good and of bad runs: arguments, exit code, and both streams.
#[test]
fn what_is_found_and_what_is_missing_is_said() {
    let folder = Folder::new();
    simulate(&folder, "stand.csv", &["--thigh", "--seed", "3"]);
    simulate(&folder, "shank.csv", &["--seed", "3"]);
    simulate(&folder, "walking.csv", &["--seed", "3", "--standing", "0s"]);
    // Another strap on the same person.
    simulate(&folder, "again.csv", &["--seed", "8"]);
    let mut text = String::new();
    for args in [
        &["calibrate", "--capture", "stand.csv", "--standing-flexion", "4"][..],
        &["calibrate", "--capture", "shank.csv", "--output", "shank.toml"],
        &["calibrate", "--capture", "shank.csv", "--output", "shank.toml"],
        &["calibrate", "--capture", "shank.csv", "--output", "shank.csv", "--force"],
        &["calibrate", "--capture", "walking.csv", "--output", "walking.toml"],
        &["calibrate", "--capture", "shank.csv", "--standing-flexion", "200"],
        &["calibrate", "--capture", "nothing.csv"],
        &["calibrate", "--capture", "shank.csv", "--pace", "max"],
        &["calibrate"],
        &["calibrate", "shin"],
    ] {
        told(&folder, args, &mut text);
    }
    insta::assert_snapshot!("calibrate_runs", text);
    assert!(!folder.at("walking.toml").exists(), "nothing half-written is left");

    let replay = |capture: &str| {
        let args = ["replay", capture, "--calibration", "shank.toml", "--format", "ndjson"];
        let out = folder.retrogait().args(args).assert().success();
        String::from_utf8(out.get_output().stdout.clone()).unwrap()
    };
    assert!(!replay("shank.csv").contains("calibration_stale"));
    assert!(replay("again.csv").contains("calibration_stale"), "another strap is found out");
}

/// The same words as on a sensor, from a simulated person, faster than one can move.
#[test]
fn a_live_calibration_says_what_it_sees_and_ends_by_itself() {
    let folder = Folder::new();
    let mut text = String::new();
    for args in [
        &["sim:seated_extensions", "--standing-flexion", "2"][..],
        &["sim:seated_extensions", "--thigh", "sim", "--mount", "unknown", "--seed", "2"],
        &["sim:seated_extensions", "--mount", "x=posterior,y=up,z=left"],
        &["sim:swing_leg_seated", "--mount", "unknown"],
        &["sim:stand"],
        &["sim:bw_normal_coached", "--duration", "15s"],
        &["sim:sit_to_stand", "--mount", "unknown", "--duration", "2s"],
    ] {
        let common = ["calibrate", "--pace", "max", "--date", "2026-03-01"];
        told(&folder, &[&common[..], args].concat(), &mut text);
    }
    insta::assert_snapshot!("calibrate_live", text);
    assert_eq!(folder.files("."), [""; 0], "nothing is left of what was not asked to be kept");
}

#[test]
fn a_live_calibration_is_that_of_its_recording() {
    let folder = Folder::new();
    let calibrate = |args: &[&str]| {
        let out =
            folder.retrogait().args(["calibrate", "--date", "2026-03-01"]).args(args).assert().success();
        String::from_utf8(out.get_output().stdout.clone()).unwrap()
    };
    let live = ["sim:seated_extensions", "--thigh", "sim", "--mount", "unknown", "--pace", "max"];
    let of_live = calibrate(&[&live[..], &["--record", "kept.csv"]].concat());
    assert_eq!(folder.files("."), ["kept.csv", "kept.raw.csv"]);
    assert_eq!(calibrate(&["--capture", "kept.csv"]), of_live);
    assert_eq!(calibrate(&["file:kept.csv", "--pace", "max"]), of_live);
    assert_eq!(calibrate(&["file:kept.raw.csv", "--pace", "max"]), of_live);
    // It is of today when nothing else is said, and is not written over.
    let args = ["calibrate", "file:kept.csv", "--pace", "max", "--output", "today.toml"];
    folder.retrogait().args(args).assert().success();
    assert!(folder.read("today.toml").starts_with("date = \"20"), "{}", folder.read("today.toml"));
    folder.retrogait().args(args).assert().code(1);
}

//! `retrogait calibrate` as it is typed, on simulated captures.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fmt::Write as _;

use common::{Folder, retrogait};

fn simulate(folder: &Folder, name: &str, args: &[&str]) {
    let common = ["simulate", "bw_normal_coached", "--duration", "30s", "--out", name];
    folder.retrogait().args(common).args(args).assert().success();
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
    ] {
        let out = folder.retrogait().args(args).output().unwrap();
        let _ = writeln!(text, "$ retrogait {}\nexit code {}", args.join(" "), out.status.code().unwrap());
        text += &String::from_utf8(out.stdout).unwrap();
        text += &String::from_utf8(out.stderr).unwrap();
        text.push('\n');
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

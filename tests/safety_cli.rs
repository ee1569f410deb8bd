//! The rules on the command line: the table, the configuration, baselines.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fmt::Write as _;

use common::{Folder, retrogait};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

#[test]
fn rules_are_printed_for_people_and_for_programs() {
    let out = retrogait().args(["rules", "fall", "asymmetry"]).assert().success();
    let text = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    // What was measured changes with every improvement.
    let kept: Vec<_> = text.lines().take_while(|l| !l.contains("  measured ")).collect();
    insta::assert_snapshot!(kept.join("\n"));

    let out = retrogait().args(["rules", "--format", "json"]).assert().success();
    let all: serde_json::Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    let rules = all["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 20);
    for rule in rules {
        for limit in rule["limits"].as_array().unwrap() {
            assert!(!limit["source"].as_str().unwrap().is_empty(), "{rule}");
        }
    }
    retrogait().args(["rules", "slipp"]).assert().code(2).stderr(contains("the nearest is `slip`"));
}

#[test]
fn a_configuration_is_read_from_its_place_or_the_one_given_and_told() {
    let folder = Folder::new();
    folder.write("retrogait/config.toml", "[rules.fall]\ninclination_deg = 60\n");
    folder.write("mine.toml", "[rules.fall]\nenabled = false\n");
    folder.write("wrong.toml", "[rules.fall]\ninclination = 60\n");
    let rules = |args: &[&str]| {
        let mut command = folder.retrogait();
        command.env("XDG_CONFIG_HOME", folder.path()).args(["rules", "fall"]).args(args);
        command
    };
    rules(&[]).assert().success().stdout(contains("inclination_deg = 60 instead of 50"));
    rules(&["--config", "mine.toml"]).assert().success().stdout(contains("(stop, turned off)"));
    rules(&["--config", "wrong.toml"])
        .assert()
        .code(1)
        .stderr(contains("wrong.toml:2:1: there is no key `inclination`; the nearest is `inclination_deg`"));
    rules(&["--config", "none.toml"]).assert().code(2).stderr(contains("there is no none.toml"));

    folder.write("walk.csv", &stand());
    let mut replay = folder.retrogait();
    replay
        .args(["replay", "walk.csv", "--config", "mine.toml"])
        .assert()
        .success()
        .stdout(contains("fall was turned off").and(contains("it is turned off: fall")));
}

#[test]
fn good_sessions_become_a_baseline_only_when_they_are_accepted() {
    let folder = Folder::new();
    folder
        .retrogait()
        .args(["simulate", "bw_normal_coached", "--duration", "70s", "--speed", "2mph", "--out", "walk.csv"])
        .assert()
        .success();
    folder.write("anna.toml", "height_m = 1.72\n");
    let accept = |args: &[&str]| {
        let mut command = folder.retrogait();
        command.args(["accept", "walk.csv", "--person", "anna.toml", "--date", "2026-03-01"]).args(args);
        command
    };
    accept(&[]).assert().success().stdout(contains("anna.toml: baseline of ").and(contains("(2026-03-01)")));
    let person = folder.read("anna.toml");
    assert!(person.contains("height_m = 1.72") && person.contains("date = \"2026-03-01\""), "{person}");
    accept(&[]).assert().code(2).stderr(contains("has a baseline already").and(contains("--replace")));
    accept(&["--replace"]).assert().success();
    // Half a year later it is not used, and said not to be.
    accept(&["--replace", "--date", "2020-03-01"]).assert().code(2);
    let mut old = folder.retrogait();
    old.args(["accept", "walk.csv", "--person", "anna.toml", "--date", "2020-03-01", "--replace"]);
    old.assert().success();
    let mut replay = folder.retrogait();
    replay.args(["replay", "walk.csv", "--person", "anna.toml"]);
    replay.assert().success().stderr(contains("the baseline is not used for alerts: it is "));

    folder.write("stand.csv", &stand());
    let mut few = folder.retrogait();
    few.args(["accept", "stand.csv", "--person", "anna.toml", "--replace", "--side", "right"]);
    few.assert().code(1).stderr(contains("too few for a baseline"));
}

fn stand() -> String {
    let mut text =
        "# mount: x=anterior,y=up,z=right\n# height_m: 1.7\ntime_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n"
            .to_owned();
    for k in 0..400 {
        let (t, gyr_z) = (f64::from(k) * 0.01, f64::from(k % 3) * 0.1);
        writeln!(text, "{t:.2},0.1,9.8,0.05,0.1,-0.1,{gyr_z:.2}").unwrap();
    }
    text
}

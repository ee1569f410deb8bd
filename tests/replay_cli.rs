//! `retrogait replay` as it is typed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::process::{Command as Process, Stdio};

use common::{Folder, HEADER, retrogait, walk};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

fn json_lines(bytes: &[u8]) -> Vec<Value> {
    std::str::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn stdout(folder: &Folder, args: &[&str]) -> Vec<u8> {
    let out = folder.retrogait().args(args).assert().success();
    out.get_output().stdout.clone()
}

#[test]
fn help_pages_read_well() {
    for (name, args) in [
        ("help_replay", &["replay", "--help"][..]),
        ("help_convert", &["convert", "--help"]),
        ("help_batch", &["batch", "--help"]),
        ("help_bench", &["bench", "--help"]),
    ] {
        let out = retrogait().args(args).assert().success();
        let text = String::from_utf8(out.get_output().stdout.clone()).unwrap();
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn the_program_alone_says_how_it_is_used() {
    retrogait().assert().code(2).stderr(contains("Usage: retrogait"));
    retrogait().arg("--version").assert().success().stdout(contains("retrogait "));
    retrogait().arg("--help").assert().success().stdout(contains("Exit codes:"));
}

#[test]
fn a_capture_gives_a_summary_without_colours_off_a_terminal() {
    let folder = Folder::new();
    folder.write("walk.csv", &walk(5, 1.0));
    folder
        .retrogait()
        .args(["replay", "walk.csv"])
        .assert()
        .success()
        .stdout(contains("walk.csv\n").and(contains("\nData\n")).and(contains("\u{1b}").not()))
        .stderr("");
}

#[test]
fn ndjson_is_one_object_a_line_and_the_summary_last() {
    let folder = Folder::new();
    folder.write("walk.csv", &walk(5, 1.0));
    let lines = json_lines(&stdout(&folder, &["replay", "walk.csv", "--format", "ndjson"]));
    assert!(lines.iter().all(|l| l["type"].is_string() && l.get("capture").is_none()));
    let last = lines.last().unwrap();
    assert_eq!(last["type"], "summary");
    assert_eq!(last["data"]["samples"], 600);
}

#[test]
fn standing_still_reports_no_event_and_no_stride() {
    let folder = Folder::new();
    let mut rows = String::new();
    for i in 0..1000 {
        let t = f64::from(i) * 0.01;
        let _ = writeln!(rows, "{t:.2},0.1,9.8,0.05,1,-0.5,0.{}", i % 7);
    }
    folder.write("still.csv", &format!("{HEADER}{rows}"));
    let lines =
        json_lines(&stdout(&folder, &["replay", "still.csv", "--format", "ndjson", "--gyr-unit", "dps"]));
    assert!(lines.iter().all(|l| l["type"] != "event" && l["type"] != "stride"));
}

#[test]
fn standard_input_gives_the_same_bytes_as_the_file() {
    let folder = Folder::new();
    folder.write("walk.csv", &walk(8, 1.0));
    for format in ["ndjson", "csv"] {
        let file = stdout(&folder, &["replay", "walk.csv", "--format", format]);
        let piped = folder
            .retrogait()
            .args(["replay", "-", "--format", format])
            .write_stdin(walk(8, 1.0))
            .assert()
            .success();
        assert_eq!(piped.get_output().stdout, file, "{format}");
    }
}

#[test]
fn a_paced_replay_gives_the_same_bytes() {
    let folder = Folder::new();
    folder.write("walk.csv", &walk(3, 1.0));
    let fast = stdout(&folder, &["replay", "walk.csv", "--format", "ndjson"]);
    let args = ["replay", "walk.csv", "--format", "ndjson", "--rate", "20x"];
    let began = std::time::Instant::now();
    assert_eq!(stdout(&folder, &args), fast);
    assert!(began.elapsed().as_secs_f64() >= 3.59 / 20.0);
}

#[test]
fn what_was_left_out_is_in_the_stream_and_on_standard_error() {
    let folder = Folder::new();
    let text = walk(3, 1.0) + &"3.58,0.1,9.8,0,1,2,3\n".repeat(5) + "3.61,0.1,,0,1,2,3\n3.62,0.1,9.8";
    folder.write("walk.csv", &text);
    let out = folder.retrogait().args(["replay", "walk.csv", "--format", "ndjson"]).assert().success();
    insta::assert_snapshot!("warnings", String::from_utf8(out.get_output().stderr.clone()).unwrap());
    let lines = json_lines(&out.get_output().stdout);
    let notices: Vec<_> = lines
        .iter()
        .filter(|l| l["type"] == "notice" && l["code"] != "height_assumed")
        .filter(|l| {
            let code = l["code"].as_str().unwrap();
            ["time_backward", "cell_empty", "row_short"].contains(&code)
        })
        .map(|l| (l["code"].as_str().unwrap(), l["value"].as_u64().unwrap()))
        .collect();
    assert_eq!(notices, [("time_backward", 5), ("cell_empty", 1), ("row_short", 1)]);
    assert_eq!(lines.last().unwrap()["data"]["rejected"], 7);
}

#[test]
fn several_captures_can_be_told_apart() {
    let folder = Folder::new();
    folder.write("a.csv", &walk(3, 1.0));
    folder.write("b, again.csv", &walk(3, 1.0));
    let args = ["replay", "a.csv", "b, again.csv", "--format", "ndjson"];
    let lines = json_lines(&stdout(&folder, &args));
    let of = |name: &str| lines.iter().filter(|l| l["capture"] == name).count();
    assert!(of("a.csv") > 0);
    assert_eq!(of("a.csv") + of("b, again.csv"), lines.len());
    let csv = stdout(&folder, &["replay", "a.csv", "b, again.csv", "--format", "csv"]);
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with("capture,start_s,end_s,"));
    assert_eq!(csv.matches("start_s").count(), 1);
    let text = String::from_utf8(stdout(&folder, &["replay", "a.csv", "b, again.csv"])).unwrap();
    assert!(text.contains("\n\nb, again.csv\n"));
}

#[test]
fn the_series_has_its_header_and_never_replaces_a_file_by_itself() {
    let folder = Folder::new();
    folder.write("walk.csv", &walk(3, 1.0));
    let args = ["replay", "walk.csv", "--series", "walk.series.csv"];
    stdout(&folder, &args);
    let first = folder.read("walk.series.csv");
    assert!(first.starts_with("time_s,shank_angle_deg,sagittal_rate_dps,knee_flexion_deg,phase,direction\n"));
    fs::write(folder.at("walk.series.csv"), "mine").unwrap();
    folder
        .retrogait()
        .args(args)
        .assert()
        .code(1)
        .stderr(contains("walk.series.csv exists already").and(contains("--force")));
    assert_eq!(folder.read("walk.series.csv"), "mine");
    stdout(&folder, &[&args[..], &["--force"]].concat());
    assert_eq!(folder.read("walk.series.csv"), first);
}

#[test]
fn a_capture_is_never_written_over() {
    let folder = Folder::new();
    folder.write("walk.csv", &walk(3, 1.0));
    folder
        .retrogait()
        .args(["replay", "walk.csv", "--series", "./walk.csv", "--force"])
        .assert()
        .code(1)
        .stderr(contains("is a capture that is being read"));
    assert_eq!(folder.read("walk.csv"), walk(3, 1.0));
}

#[test]
fn a_folder_gets_everything_about_each_capture() {
    let folder = Folder::new();
    folder.write("data/a/walk.csv", &walk(3, 1.0));
    folder.write("data/b/walk.csv", &walk(4, 1.0));
    let args = ["replay", "data/a/walk.csv", "data/b/walk.csv", "--out", "results"];
    folder.retrogait().args(args).assert().success().stdout("");
    let files = ["walk.ndjson", "walk.series.csv", "walk.strides.csv", "walk.summary.txt"];
    assert_eq!(folder.files("results/a"), files);
    assert_eq!(folder.files("results/b"), files);
    let alone = stdout(&folder, &["replay", "data/a/walk.csv", "--format", "ndjson"]);
    assert_eq!(folder.read("results/a/walk.ndjson").as_bytes(), alone);
    assert!(folder.read("results/b/walk.summary.txt").starts_with("data/b/walk.csv\n"));
    folder.retrogait().args(args).assert().code(1).stderr(contains("exists already"));
    folder.retrogait().args(args).arg("--force").assert().success();
}

#[test]
fn a_capture_that_fails_leaves_no_file_and_does_not_stop_the_others() {
    let folder = Folder::new();
    folder.write("bad.csv", &(walk(3, 1.0) + "time_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z\n"));
    folder.write("good.csv", &walk(3, 1.0));
    folder
        .retrogait()
        .args(["replay", "bad.csv", "missing.csv", "good.csv", "--out", "results"])
        .assert()
        .code(1)
        .stderr(contains("bad.csv, line 363: a second header").and(contains("2 of 3 captures failed")));
    assert_eq!(
        folder.files("results"),
        ["good.ndjson", "good.series.csv", "good.strides.csv", "good.summary.txt"]
    );
}

#[test]
fn errors_say_what_to_do_and_never_show_a_backtrace() {
    let folder = Folder::new();
    folder.write("g.csv", &walk(3, 1.0).replace(",0.1,9.8,0.05,", ",0.01,1.0,0.005,"));
    folder.write("names.csv", "time_s,AccX,AccY,AccZ,gyr_x,gyr_y,gyr_z\n");
    folder.write("empty.csv", "");
    fs::create_dir(folder.at("folder")).unwrap();
    let mut text = String::new();
    for capture in ["g.csv", "names.csv", "empty.csv", "missing.csv", "folder"] {
        let out = folder
            .retrogait()
            .env("RUST_BACKTRACE", "1")
            .args(["replay", capture])
            .assert()
            .code(1)
            .stdout("");
        text += &String::from_utf8(out.get_output().stderr.clone()).unwrap();
    }
    insta::assert_snapshot!("errors", text);
    folder.retrogait().args(["replay", "g.csv", "--acc-unit", "g"]).assert().success();
}

#[test]
fn a_command_line_that_makes_no_sense_is_code_2() {
    let folder = Folder::new();
    folder.write("a.csv", &walk(3, 1.0));
    folder.write("b.csv", &walk(3, 1.0));
    let mut text = String::new();
    for args in [
        &["replay"][..],
        &["replay", "a.csv", "--rate", "fast"],
        &["replay", "a.csv", "--acc-unit", "ft/s2"],
        &["replay", "a.csv", "--mount", "x=up"],
        &["replay", "a.csv", "--height", "172"],
        &["replay", "a.csv", "--column", "acc=AccX"],
        &["replay", "a.csv", "b.csv", "--series", "s.csv"],
        &["replay", "-", "-"],
        &["replay", "a.csv", "./a.csv", "--out", "results"],
    ] {
        let out = folder.retrogait().args(args).assert().code(2).stdout("");
        text += &String::from_utf8(out.get_output().stderr.clone()).unwrap();
        text.push('\n');
    }
    insta::assert_snapshot!("usage", text);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::new();
    folder.write("walk.csv", &walk(2000, 1.0));
    let mut child = Process::new(assert_cmd::cargo::cargo_bin("retrogait"))
        .args(["replay", "walk.csv", "--format", "ndjson", "--rate", "1000x", "--series", "s.csv"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut complaints = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(complaints, "");
    assert!(folder.at("s.csv").exists(), "the series is still written");
}

#[test]
fn a_pipe_can_take_the_series() {
    let folder = Folder::new();
    folder.write("walk.csv", &walk(3, 1.0));
    stdout(&folder, &["replay", "walk.csv", "--series", "/dev/null"]);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn completions_and_the_manual_page_are_made() {
    for shell in ["bash", "zsh", "fish"] {
        retrogait().args(["completions", shell]).assert().success().stdout(contains("replay"));
    }
    retrogait()
        .arg("man")
        .assert()
        .success()
        .stdout(contains(".TH retrogait").and(contains(".TH retrogait-replay")));
}

//! `retrogait simulate` as it is typed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fmt::Write as _;
use std::io::Read as _;
use std::process::{Command as Process, Stdio};
use std::time::Instant;

use common::{Folder, retrogait};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_help_page_reads_well() {
    let out = retrogait().args(["simulate", "--help"]).assert().success();
    insta::assert_snapshot!("help_simulate", text(&out.get_output().stdout));
}

#[test]
fn the_list_says_what_each_scenario_is_and_what_must_be_found() {
    let out = retrogait().args(["simulate", "--list"]).assert().success();
    insta::assert_snapshot!("simulate_list", text(&out.get_output().stdout));
}

#[test]
fn bad_arguments_are_refused_with_advice_and_nothing_is_written() {
    let folder = Folder::new();
    folder.write("empty.toml", "title = \"nothing\"\n");
    folder.write("typo.toml", "[[segment]]\nscenario = \"bw_norml_coached\"\nduration = \"20s\"\n");
    folder.write("unit.toml", "[[segment]]\nscenario = \"bw_flat\"\nduration = \"20\"\n");
    folder.write("key.toml", "[[segment]]\nscenario = \"bw_flat\"\nlength = \"20s\"\n");
    folder
        .write("fast.toml", "[[segment]]\nscenario = \"bw_flat\"\nduration = \"20s\"\nspeed = \"2.4m/s\"\n");
    let before = folder.files(".");
    let cases = [
        "",
        "bw_flat",
        "bw_norml_coached --out x.csv",
        "walk --out x.csv",
        "nothing_of_the_kind --out x.csv",
        "bw_flat --speed 9mph --out x.csv",
        "bw_flat --speed 0.01m/s --out x.csv",
        "bw_flat --speed 2knots --out x.csv",
        "stand --speed 1m/s --out x.csv",
        "bw_flat --rate 24 --out x.csv",
        "bw_flat --rate 2000 --out x.csv",
        "bw_flat --height 3 --out x.csv",
        "bw_flat --duration 5s --out x.csv",
        "bw_flat --duration 48h --out x.csv",
        "bw_flat --duration 10 --out x.csv",
        "bw_flat --sensor bmi --out x.csv",
        "bw_flat --side middle --out x.csv",
        "bw_flat --mount x=up,y=up,z=left --out x.csv",
        "bw_flat --thigh --thigh-mount unknown --out x.csv",
        "bw_flat --thigh-mount x=up,y=anterior,z=left --out x.csv",
        "bw_flat --askew 1,2 --out x.csv",
        "bw_flat --loss 120% --out x.csv",
        "bw_flat --jitter 2s --out x.csv",
        "bw_flat --dropout soon --out x.csv",
        "bw_flat --out x",
        "bw_flat --out missing/x.csv",
        "bw_flat --pace 1x --out x.csv",
        "--list --out x.csv",
        "bw_flat --script empty.toml --out x.csv",
        "--script missing.toml --out x.csv",
        "--script empty.toml --out x.csv",
        "--script typo.toml --out x.csv",
        "--script unit.toml --out x.csv",
        "--script key.toml --out x.csv",
        "--script fast.toml --out x.csv",
    ];
    let mut told = String::new();
    for case in cases {
        let out = folder.retrogait().arg("simulate").args(case.split_whitespace()).assert().failure();
        let out = out.get_output();
        assert!(out.stdout.is_empty(), "{case}");
        let _ = writeln!(told, "$ retrogait simulate {case}");
        let _ = writeln!(told, "{}= {}\n", text(&out.stderr), out.status.code().unwrap());
        assert_eq!(folder.files("."), before, "{case}");
    }
    insta::assert_snapshot!("simulate_errors", told);
}

#[test]
fn nothing_is_replaced_without_being_told_to() {
    for there in ["x.csv", "x.truth.json", "x.knee.csv"] {
        let folder = Folder::new();
        folder.write(there, "mine");
        let args = ["simulate", "bw_flat", "--duration", "12s", "--out", "x.csv"];
        let out = folder.retrogait().args(args).assert().code(1);
        assert!(text(&out.get_output().stderr).contains(&format!("{there} exists already")));
        assert_eq!(folder.files("."), [there]);
        assert_eq!(folder.read(there), "mine");
        folder.retrogait().args(args).arg("--force").assert().success();
        assert_eq!(folder.files("."), ["x.csv", "x.knee.csv", "x.truth.json"]);
        assert_ne!(folder.read(there), "mine");
    }
}

#[test]
fn what_is_written_can_be_replayed_and_scored() {
    let folder = Folder::new();
    let args = "simulate bw_normal_coached --duration 20s --thigh --side left --rate 200 --sensor lsm6dso \
                --mount x=up,y=anterior,z=left --height 1.6 --out walk.csv";
    let out = folder.retrogait().args(args.split_whitespace()).assert().success();
    let told = text(&out.get_output().stderr);
    assert_eq!(told, "walk.csv: 4000 samples; walk.truth.json; walk.knee.csv\n");
    let head: Vec<String> = folder.read("walk.csv").lines().take(5).map(str::to_owned).collect();
    assert_eq!(
        head,
        [
            "# retrogait-capture: 1",
            "# side: left",
            "# mount: x=up,y=anterior,z=left",
            "# thigh_mount: x=anterior,y=up,z=right",
            "# height_m: 1.6",
        ]
    );
    assert_eq!(folder.read("walk.knee.csv").lines().count(), 4001);
    folder.retrogait().args(["replay", "walk.csv"]).assert().success().stderr("");
    folder.retrogait().args(["bench", "."]).assert().success();
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let folder = Folder::new();
    let one = "simulate bw_stumble_lower --duration 20s --seed 9 --loss 5% --out";
    for name in ["a.csv", "b.csv"] {
        folder.retrogait().args(one.split_whitespace()).arg(name).assert().success();
    }
    assert_eq!(folder.read("a.csv"), folder.read("b.csv"));
    let labels = folder.read("a.truth.json");
    assert_eq!(labels.replace("a.knee.csv", "b.knee.csv"), folder.read("b.truth.json"));
    // Without repeats, what is sent is what is written.
    let sent = folder.retrogait().args(one.split_whitespace()).arg("-").assert().success();
    assert_eq!(text(&sent.get_output().stdout), folder.read("a.csv"));
}

#[test]
fn rows_come_at_their_pace_and_stop_when_nobody_reads() {
    let folder = Folder::new();
    let args = "simulate stand --standing 0s --duration 6s --out - --pace 10x";
    let began = Instant::now();
    let out = folder.retrogait().args(args.split_whitespace()).assert().success();
    let took = began.elapsed().as_secs_f64();
    assert!(took >= 0.58, "{took}");
    assert_eq!(text(&out.get_output().stdout).lines().count(), 605);

    // A day at the speed of life, whose reader leaves after the first rows.
    let mut child = Process::new(env!("CARGO_BIN_EXE_retrogait"))
        .args(["simulate", "stand", "--duration", "24h", "--out", "-", "--pace", "1x"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut rows = [0; 200];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut rows).unwrap();
    drop(stdout);
    assert!(child.wait().unwrap().success());
}

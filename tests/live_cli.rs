//! `live` with simulated sensors and recordings: what it prints, what it keeps, what it survives.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::Folder;
use retrogait::source::{CaptureReader, ReadOptions};

fn live(folder: &Folder, args: &[&str]) -> (Vec<u8>, String, i32) {
    let output = folder
        .retrogait()
        .env("XDG_CONFIG_HOME", folder.at("config"))
        .arg("live")
        .args(args)
        .output()
        .unwrap();
    (output.stdout, String::from_utf8(output.stderr).unwrap(), output.status.code().unwrap())
}

/// A session of two simulated sensors with losses and a drop, recorded.
fn recorded(folder: &Folder) -> Vec<u8> {
    let (records, said, code) = live(
        folder,
        &[
            "--sensor",
            "sim:bw_normal_coached",
            "--thigh",
            "sim",
            "--loss",
            "3%",
            "--jitter",
            "10ms",
            "--dropout",
            "0.4s@5s",
            "--plain",
            "--record=walk.csv",
            "--duration",
            "14s",
        ],
    );
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("1 reconnections"), "{said}");
    assert!(said.contains("recorded: walk.csv"), "{said}");
    records
}

#[test]
fn a_live_session_is_the_replay_of_its_recording() {
    let folder = Folder::new();
    let records = recorded(&folder);
    assert!(records.ends_with(b"}\n"));
    let text = String::from_utf8(records.clone()).unwrap();
    assert!(text.contains("\"type\":\"event\""), "{text}");
    assert!(text.lines().last().unwrap().contains("\"type\":\"summary\""));
    let replay = folder.retrogait().args(["replay", "walk.csv", "--format", "ndjson"]).output().unwrap();
    assert!(replay.stdout == records, "the capture replays differently");
    let (again, said, code) =
        live(&folder, &["--sensor", "file:walk.raw.csv", "--pace", "max", "--record=again.csv", "--plain"]);
    assert_eq!(code, 0, "{said}");
    assert!(again == records, "the raw events decode differently");
    assert_eq!(folder.read("again.csv"), folder.read("walk.csv"));
    assert_eq!(folder.read("again.raw.csv"), folder.read("walk.raw.csv"));
    let (played, said, code) = live(&folder, &["--sensor", "file:walk.csv", "--pace", "max"]);
    assert_eq!(code, 0, "{said}");
    assert!(played == records, "the capture plays differently");

    cut_anywhere(&folder);
}

/// A recording cut anywhere opens again, and says nothing that was not in the whole of it.
fn cut_anywhere(folder: &Folder) {
    let whole = folder.read("walk.csv");
    let samples = |text: &str| -> Vec<_> {
        let reader = CaptureReader::new(text.as_bytes(), "cut.csv", ReadOptions::default());
        reader.map(|r| r.filter_map(Result::ok).collect()).unwrap_or_default()
    };
    let all = samples(&whole);
    assert!(all.len() > 800);
    let head = whole.find("arrival_s\n").unwrap() + 10;
    // Every byte of a few rows, and places all over.
    let places = (head + 40_000..head + 40_700).chain((head + 30_000..whole.len()).step_by(9973));
    for place in places {
        let cut = samples(&whole[..place]);
        assert_eq!(cut[..], all[..cut.len()], "cut at {place}");
        let rows = whole[head..place].matches('\n').count();
        assert!(cut.len() >= rows, "{} of {rows} whole rows, cut at {place}", cut.len());
    }
    let raw = folder.read("walk.raw.csv");
    folder.write("cut.raw.csv", &raw[..raw.len() - 37]);
    let (_, said, code) =
        live(folder, &["--sensor", "file:cut.raw.csv", "--pace", "max", "--record=rest.csv"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("cut or damaged"), "{said}");
    let cut = folder.read("rest.csv");
    assert!(whole.starts_with(cut.trim_end()) || samples(&cut).len() + 12 >= all.len(), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_at_once_and_the_session_goes_on() {
    let folder = Folder::new();
    for name in ["full.csv", "full.raw.csv"] {
        std::os::unix::fs::symlink("/dev/full", folder.at(name)).unwrap();
    }
    // The head is small enough to wait in no buffer: the very first write fails.
    let (_, said, code) = live(
        &folder,
        &["--sensor", "sim:bw_normal_coached", "--record=full.csv", "--force", "--duration", "3s"],
    );
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("full.csv cannot be written") && said.contains("No space left"), "{said}");
    assert!(!said.contains("streaming"), "nothing was started: {said}");
    // A disk that fills up on the way: only the events' file is on it.
    let limited = folder.retrogait();
    let program = limited.get_program().to_owned();
    let output = std::process::Command::new("bash")
        .arg("-c")
        .arg("ulimit -f 24; trap '' XFSZ; exec \"$0\" live --sensor sim:bw_normal_coached --record=small.csv --duration 8s")
        .arg(program)
        .current_dir(folder.path())
        .env_remove("RUST_BACKTRACE")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let stopped = said.find("RECORDING STOPPED").unwrap_or_else(|| panic!("{said}"));
    let end = said.find("samples at").unwrap();
    assert!(stopped < end, "said while it went on: {said}");
    let records = String::from_utf8(output.stdout).unwrap();
    assert!(records.lines().last().unwrap().contains("\"type\":\"summary\""), "{records}");
    let kept = folder.read("small.csv");
    assert!(kept.lines().count() > 100, "what was recorded before is kept");
}

#[test]
fn recordings_are_not_written_over() {
    let folder = Folder::new();
    folder.write("walk.csv", "mine");
    let (_, said, code) = live(&folder, &["--sensor", "sim:bw_normal_coached", "--record=walk.csv"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("walk.csv exists already") && said.contains("--force"), "{said}");
    assert_eq!(folder.read("walk.csv"), "mine");
}

#[test]
fn wrong_commands_are_answered_with_advice() {
    let folder = Folder::new();
    let mut told = String::new();
    for args in [
        &["--sensor", "sim:no_such_walk"][..],
        &["--sensor", "file:nothing.csv"],
        &["--sensor", "shin"],
        &["--sensor", "sim:bw_normal_coached", "--thigh", "mine"],
        &["--sensor", "file:walk.csv", "--thigh", "mine"],
        &["--sensor", "sim:bw_normal_coached", "--rate", "5"],
    ] {
        let (_, said, code) = live(&folder, args);
        told += &format!("$ retrogait live {}\n{said}[{code}]\n\n", args.join(" "));
    }
    insta::assert_snapshot!("live_errors", told);
}

#[test]
fn the_help_of_each_command_reads_well() {
    let folder = Folder::new();
    for command in ["scan", "pair", "sensors", "live", "doctor"] {
        let output = folder.retrogait().args([command, "--help"]).output().unwrap();
        insta::assert_snapshot!(format!("help_{command}"), String::from_utf8(output.stdout).unwrap());
    }
}

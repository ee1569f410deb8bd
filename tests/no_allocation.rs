//! The core does not touch the heap once it runs, and a replay's memory does not grow with the capture.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "common/run.rs"]
mod run;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::process::{Command, Stdio};

use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::Record;
use run::{Walk, all_fixtures, path};

/// What one capture costs the heap after its first sample, and how much it said.
fn pushed(walk: &Walk, series: bool) -> (allocation_counter::AllocationInfo, usize) {
    let mut said = 0;
    let mut pipeline = Pipeline::new(&walk.meta, Settings { series, ..Settings::default() });
    let (first, rest) = walk.samples.split_first().unwrap();
    pipeline.push(first, &mut |_| said += 1);
    let info = allocation_counter::measure(|| {
        for sample in rest {
            pipeline.push(sample, &mut |output| {
                said += 1;
                std::hint::black_box(&output);
            });
        }
    });
    (info, said)
}

#[test]
fn the_counter_counts() {
    let info = allocation_counter::measure(|| drop(std::hint::black_box(vec![1_u8; 100])));
    assert_eq!((info.count_total, info.bytes_total), (1, 100));
}

/// Standing, walking both ways, turns, gaps, mounts that have to be found, one and two sensors: the
/// fixtures have them all.
#[test]
fn no_sample_allocates() {
    for name in all_fixtures() {
        let walk = Walk::fixture(&name);
        for series in [false, true] {
            let (info, said) = pushed(&walk, series);
            assert_eq!(info.count_total, 0, "{name}, series {series}");
            assert!(said > if name == "sitting.csv" { 0 } else { 20 }, "{name}: {said}");
        }
    }
}

#[test]
fn no_sample_allocates_with_holes_spoilt_samples_and_unknown_mounts() {
    let mut walk = Walk::fixture("backward_thigh.csv").keep(|k| k % 307 > 40 && k % 97 > 3);
    for k in (0..walk.samples.len()).step_by(50) {
        walk.samples[k].shank.gyr_dps[0] = f64::NAN;
    }
    for (mount, thigh_mount) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut walk = walk.clone();
        walk.meta.mount = walk.meta.mount.filter(|_| mount);
        walk.meta.thigh_mount = walk.meta.thigh_mount.filter(|_| thigh_mount);
        let (info, said) = pushed(&walk, true);
        assert_eq!(info.count_total, 0, "mount {mount}, thigh {thigh_mount}");
        assert!(said > 1000);
    }
}

/// Only the end may: the summary, its lists, and the medians in it.
const OF_THE_SUMMARY: u64 = 40;

#[test]
fn only_the_summary_is_allocated() {
    let walk = Walk::fixture("backward.csv");
    let mut pipeline = Pipeline::new(&walk.meta, Settings::default());
    for sample in &walk.samples {
        pipeline.push(sample, &mut |_| ());
    }
    let mut summaries = 0;
    let info = allocation_counter::measure(|| {
        pipeline.finish(&mut |output| {
            let output = std::hint::black_box(output);
            summaries += usize::from(matches!(output, Output::Record(Record::Summary(_))));
        });
    });
    assert_eq!(summaries, 1);
    assert!(info.count_total <= OF_THE_SUMMARY, "{} allocations", info.count_total);
}

/// Largest resident memory of a replay of `minutes` from standard input, kB: the fixture again and
/// again.
#[cfg(target_os = "linux")]
fn peak_kb(minutes: u32) -> u64 {
    let text = fs::read_to_string(path("backward.csv")).unwrap();
    let (head, rows): (Vec<_>, Vec<_>) = text.lines().partition(|l| l.starts_with(['#', 't']));
    let rows: Vec<_> = rows.iter().map(|row| row.split_once(',').unwrap().1).collect();
    let out = tempfile::tempfile().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_retrogait"))
        .args(["replay", "-", "--format", "ndjson"])
        .stdin(Stdio::piped())
        .stdout(File::try_clone(&out).unwrap())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all((head.join("\n") + "\n").as_bytes()).unwrap();
    let mut piece = String::new();
    for (k, row) in (0..minutes * 6000).zip(rows.iter().cycle()) {
        let _ = writeln!(piece, "{}.{:02},{row}", k / 100, k % 100);
        if piece.len() > 60_000 {
            stdin.write_all(piece.as_bytes()).unwrap();
            piece.clear();
        }
    }
    stdin.write_all(piece.as_bytes()).unwrap();
    // All but what the pipe holds has been read by now; the process waits for more.
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
    assert!(out.metadata().unwrap().len() > u64::from(minutes) * 10_000, "it has been walking");
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_independent_of_length() {
    let (short, long) = (peak_kb(10), peak_kb(120));
    assert!(long < short + 1024, "{short} kB for 10 minutes, {long} kB for two hours");
    assert!(long < 16 * 1024, "{long} kB");
}

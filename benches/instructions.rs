//! Instructions of each stage, of the whole path, and of what goes in and out as text.
//!
//! Run by `cargo bench --bench gate`, which holds the counts against `benches/baseline.toml`. A new stage is
//! a function here, its name in a group, and a row in that file.

#![allow(missing_docs, reason = "the attributes make modules of the functions")]

mod common;
#[path = "common/stages.rs"]
mod stages;
#[path = "common/text.rs"]
mod text;
#[path = "common/values.rs"]
mod values;

use common::Walk;
use gungraun::{library_benchmark, library_benchmark_group, main};
use retrogait::decode::table::Kind;
use retrogait::record::Record;
use stages::{Input, Known, SAMPLES, Walked};
use std::hint::black_box;
use values::Stream;

/// Takes what a stage gives, as somebody must.
fn keep<T>(value: T) {
    let _ = black_box(value);
}

/// The whole of it, on samples that say how the sensors sit, or do not.
fn walk(sensors: usize, mounted: bool) -> Walk {
    let mut walk = Walk::of(sensors, SAMPLES);
    if !mounted {
        walk.meta.mount = None;
        walk.meta.thigh_mount = None;
    }
    walk
}

#[library_benchmark]
#[bench::one(args = (1, true), setup = walk)]
#[bench::two(args = (2, true), setup = walk)]
#[bench::one_mount_unknown(args = (1, false), setup = walk)]
fn pipeline(walk: Walk) -> Walk {
    black_box(walk.run(false, keep));
    walk
}

#[library_benchmark]
#[bench::one(args = (1, true), setup = walk)]
fn pipeline_with_series(walk: Walk) -> Walk {
    black_box(walk.run(true, keep));
    walk
}

#[library_benchmark]
#[bench::one(args = (1), setup = Input::of)]
#[bench::two(args = (2), setup = Input::of)]
fn grid(input: Input) -> Input {
    stages::grid_of(&input.walk, keep);
    input
}

#[library_benchmark]
#[bench::one(args = (1), setup = Input::of)]
fn filter_one_channel(input: Input) -> Input {
    black_box(stages::filter_of(&input.cells));
    input
}

#[library_benchmark]
#[bench::one(args = (1), setup = Input::of)]
fn vqf(input: Input) -> Input {
    black_box(stages::vqf_of(&input.cells));
    input
}

#[library_benchmark]
#[bench::one(args = (1), setup = Input::of)]
#[bench::two(args = (2), setup = Input::of)]
fn orientation(input: Input) -> Input {
    stages::orientation_of(&input.cells, keep);
    input
}

// With the knee, where there are two.
#[library_benchmark]
#[bench::one(args = (1), setup = Input::of)]
#[bench::two(args = (2), setup = Input::of)]
fn sagittal(input: Input) -> Input {
    stages::sagittal_of(&input.poses, input.ankle_m, |motion, knee| keep((motion, knee)));
    input
}

#[library_benchmark]
#[bench::one(args = (1), setup = Input::of)]
fn velocity(input: Input) -> Input {
    black_box(stages::velocity_of(&input.motions, input.ankle_m));
    input
}

// With the velocity in it.
#[library_benchmark]
#[bench::one(args = (1), setup = Input::of)]
fn events(input: Input) -> Input {
    stages::events_of(&input.motions, input.ankle_m, keep);
    input
}

fn known() -> Known {
    Known::of(&Input::of(2))
}

#[library_benchmark]
#[bench::two(args = (), setup = known)]
fn strides(known: Known) -> Known {
    assert!(known.strides() > 5, "the person walks");
    known
}

// All rules, with the strides that were told.
#[library_benchmark]
#[bench::one(args = (1), setup = Walked::of)]
#[bench::two(args = (2), setup = Walked::of)]
fn safety(walked: Walked) -> Walked {
    black_box(walked.watch());
    walked
}

// Landing and knee of each stride.
#[library_benchmark]
#[bench::one(args = (1), setup = Walked::of)]
#[bench::two(args = (2), setup = Walked::of)]
fn technique(walked: Walked) -> Walked {
    assert!(walked.judge() > 5, "landings are judged");
    walked
}

fn stream(kind: Kind) -> Stream {
    Stream::of(kind, SAMPLES as u64)
}

#[library_benchmark]
#[bench::open(args = (Kind::Open), setup = stream)]
#[bench::witmotion(args = (Kind::WitMotion), setup = stream)]
#[bench::movesense(args = (Kind::Movesense), setup = stream)]
#[bench::dot(args = (Kind::Dot), setup = stream)]
#[bench::metamotion(args = (Kind::MetaMotion), setup = stream)]
#[bench::polar(args = (Kind::Polar), setup = stream)]
fn decode(stream: Stream) -> Stream {
    let samples = stream.decode();
    assert!(samples > SAMPLES / 2, "{samples} samples came out");
    stream
}

fn capture(name: &str) -> String {
    text::capture(name, SAMPLES).0
}

#[library_benchmark]
#[bench::one(args = ("backward.csv"), setup = capture)]
#[bench::two(args = ("backward_thigh.csv"), setup = capture)]
fn csv_read(capture: String) -> String {
    assert_eq!(text::read_all(&capture), SAMPLES);
    capture
}

fn records() -> Vec<Record> {
    let mut records = text::records(SAMPLES);
    // The same number, whatever kinds of records are told one day.
    records.truncate(RECORDS);
    assert_eq!(records.len(), RECORDS);
    records
}

/// Records that are written.
const RECORDS: usize = 300;

#[library_benchmark]
#[bench::records(args = (), setup = records)]
fn ndjson_write(records: Vec<Record>) -> Vec<Record> {
    text::write_all(&records);
    records
}

library_benchmark_group!(name = whole, benchmarks = [pipeline, pipeline_with_series]);
library_benchmark_group!(
    name = stage,
    benchmarks =
        [grid, filter_one_channel, vqf, orientation, sagittal, velocity, events, strides, safety, technique]
);
library_benchmark_group!(name = sensor, benchmarks = decode);
library_benchmark_group!(name = io, benchmarks = [csv_read, ndjson_write]);

main!(library_benchmark_groups = [whole, stage, sensor, io]);

//! Each stage of the signal path alone, on what the stage before it gives.

mod common;
#[path = "common/stages.rs"]
mod stages;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box_drop};
use stages::{
    Input, Known, SAMPLES, Walked, events_of, filter_of, grid_of, orientation_of, sagittal_of, velocity_of,
    vqf_of,
};

fn main() {
    divan::main();
}

#[divan::bench]
fn filter_one_channel(bencher: Bencher<'_, '_>) {
    let input = Input::of(1);
    bencher.counter(ItemsCount::new(input.cells.len())).bench_local(|| filter_of(&input.cells));
}

#[divan::bench(args = [1, 2])]
fn grid(bencher: Bencher<'_, '_>, sensors: usize) {
    let input = Input::of(sensors);
    bencher.counter(ItemsCount::new(SAMPLES)).bench_local(|| grid_of(&input.walk, black_box_drop));
}

#[divan::bench]
fn vqf(bencher: Bencher<'_, '_>) {
    let input = Input::of(1);
    bencher.counter(ItemsCount::new(input.cells.len())).bench_local(|| vqf_of(&input.cells));
}

#[divan::bench(args = [1, 2])]
fn orientation(bencher: Bencher<'_, '_>, sensors: usize) {
    let input = Input::of(sensors);
    bencher
        .counter(ItemsCount::new(input.cells.len()))
        .bench_local(|| orientation_of(&input.cells, black_box_drop));
}

#[divan::bench(args = [1, 2])]
fn sagittal(bencher: Bencher<'_, '_>, sensors: usize) {
    let input = Input::of(sensors);
    bencher
        .counter(ItemsCount::new(input.poses.len()))
        .bench_local(|| sagittal_of(&input.poses, input.ankle_m, |m, k| black_box_drop((m, k))));
}

#[divan::bench]
fn velocity(bencher: Bencher<'_, '_>) {
    let input = Input::of(1);
    bencher
        .counter(ItemsCount::new(input.motions.len()))
        .bench_local(|| velocity_of(&input.motions, input.ankle_m));
}

/// With the velocity in it.
#[divan::bench]
fn events(bencher: Bencher<'_, '_>) {
    let input = Input::of(1);
    bencher
        .counter(ItemsCount::new(input.motions.len()))
        .bench_local(|| events_of(&input.motions, input.ankle_m, black_box_drop));
}

/// A stride put together and measured.
#[divan::bench]
fn strides(bencher: Bencher<'_, '_>) {
    let known = Known::of(&Input::of(2));
    let strides = known.strides();
    assert!(strides > 5, "the person walks");
    bencher.counter(ItemsCount::new(strides)).bench_local(|| known.strides());
}

/// All rules, with the strides that were told.
#[divan::bench(args = [1, 2])]
fn safety(bencher: Bencher<'_, '_>, sensors: usize) {
    let walked = Walked::of(sensors);
    bencher.counter(ItemsCount::new(SAMPLES)).bench_local(|| walked.watch());
}

/// Landing and knee of a stride.
#[divan::bench(args = [1, 2])]
fn technique(bencher: Bencher<'_, '_>, sensors: usize) {
    let walked = Walked::of(sensors);
    bencher.counter(ItemsCount::new(walked.measured.len())).bench_local(|| walked.judge());
}

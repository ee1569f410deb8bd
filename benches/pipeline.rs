//! The whole signal path: samples in memory to records, nothing written.

mod common;

use common::Walk;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box_drop};

/// Samples of a run: ten minutes at 100 Hz.
const SAMPLES: usize = 60_000;

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 2])]
fn sensors(bencher: Bencher<'_, '_>, sensors: usize) {
    let walk = Walk::of(sensors, SAMPLES);
    bencher.counter(ItemsCount::new(SAMPLES)).bench_local(|| whole(&walk, false));
}

#[divan::bench(args = [1, 2])]
fn sensors_with_series(bencher: Bencher<'_, '_>, sensors: usize) {
    let walk = Walk::of(sensors, SAMPLES);
    bencher.counter(ItemsCount::new(SAMPLES)).bench_local(|| whole(&walk, true));
}

/// A mount that has to be found first.
#[divan::bench(args = [1, 2])]
fn sensors_mount_unknown(bencher: Bencher<'_, '_>, sensors: usize) {
    let mut walk = Walk::of(sensors, SAMPLES);
    walk.meta.mount = None;
    walk.meta.thigh_mount = None;
    bencher.counter(ItemsCount::new(SAMPLES)).bench_local(|| whole(&walk, false));
}

/// A name of its own in profiles: instructions are counted inside it.
#[inline(never)]
fn whole(walk: &Walk, series: bool) -> usize {
    walk.run(series, black_box_drop)
}

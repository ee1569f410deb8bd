//! Each stage of the signal path alone, on what the stage before it gives.

mod common;

use common::Walk;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box, black_box_drop};
use retrogait::body::Body;
use retrogait::calibrate::seat::{self, Seat};
use retrogait::events::detector::{self, Detector, Found, Frames};
use retrogait::events::progress::{self, Progress};
use retrogait::mount::Mount;
use retrogait::orient::attitude::{Attitudes, Pose};
use retrogait::orient::vqf::Vqf;
use retrogait::orient::{standing, vqf};
use retrogait::sagittal::{self, Motion, Sagittal};
use retrogait::signal::clip::Clip;
use retrogait::signal::filter::{Biquad, Channel};
use retrogait::signal::grid::{self, CELL_S, Cell, Grid};
use retrogait::stride::assemble::Assembler;
use retrogait::stride::measure::{self, Measurer};

/// Samples of a run: a minute and a half at 100 Hz, so that a stage's input stays in the cache's reach.
const SAMPLES: usize = 9600;

fn main() {
    divan::main();
}

/// What each stage takes.
struct Input {
    walk: Walk,
    cells: Vec<Cell>,
    poses: Vec<Pose>,
    motions: Vec<(Motion, Option<f64>)>,
    ankle_m: f64,
}

impl Input {
    fn of(sensors: usize) -> Self {
        let walk = Walk::of(sensors, SAMPLES);
        let ankle_m = Body::of(&walk.meta).ankle_m;
        let mut cells = Vec::new();
        grid_of(&walk, |cell| cells.push(cell));
        let mut poses = Vec::new();
        orientation_of(&cells, |pose| poses.push(pose));
        let mut motions = Vec::new();
        sagittal_of(&poses, ankle_m, |motion, knee| motions.push((motion, knee)));
        Self { walk, cells, poses, motions, ankle_m }
    }
}

#[inline(never)]
fn grid_of(walk: &Walk, mut emit: impl FnMut(Cell)) {
    let mut grid = Grid::new(grid::Params::default());
    let mut clips = [Clip::default(); 2];
    let swaps = [walk.meta.mount, walk.meta.thigh_mount].map(|m| m.unwrap_or(Mount::IDENTITY).swap());
    for sample in &walk.samples {
        let clipped = clips[0].step(&sample.shank) | sample.thigh.is_some_and(|t| clips[1].step(&t));
        grid.push(sample, clipped, |cell| {
            black_box(&swaps);
            emit(cell);
        });
    }
}

#[inline(never)]
fn orientation_of(cells: &[Cell], mut emit: impl FnMut(Pose)) {
    let mut attitudes = Attitudes::new(vqf::Params::SHANK, standing::Params::default());
    for (k, cell) in cells.iter().enumerate() {
        emit(attitudes.step(k as f64 * CELL_S, cell));
    }
}

#[inline(never)]
fn sagittal_of(poses: &[Pose], ankle_m: f64, mut emit: impl FnMut(Motion, Option<f64>)) {
    let mut stage = Sagittal::new(&sagittal::Params { low_pass_hz: 15.0, ankle_m });
    let seat = Seat::new(seat::Params::default());
    for pose in poses {
        let motion = stage.step(pose, seat.matrix());
        let knee = pose.thigh.map(|t| sagittal::inclination_deg(t.up) - motion.theta_deg());
        emit(motion, knee);
    }
}

#[inline(never)]
fn velocity_of(motions: &[(Motion, Option<f64>)], ankle_m: f64) -> f64 {
    let mut stage = Progress::new(progress::Params::new(ankle_m));
    motions.iter().map(|(motion, _)| stage.step(motion).forward_mps).sum()
}

#[inline(never)]
fn events_of(motions: &[(Motion, Option<f64>)], ankle_m: f64, mut emit: impl FnMut(Found)) {
    let mut stage = Detector::new(detector::Params::new(ankle_m));
    for (motion, knee) in motions {
        stage.step(*motion, *knee, &mut emit);
        black_box(stage.take_planted());
    }
}

#[inline(never)]
fn strides_of(known: &[(Option<Found>, Option<f64>)], frames: &Frames, body: Body) -> usize {
    let mut assembler = Assembler::default();
    let mut measurer = Measurer::new(body, measure::Params::default());
    let mut strides = 0;
    for (found, planted) in known {
        if let Some(found) = found {
            assembler.step(found, &mut |cycle| measurer.complete(cycle, frames, &mut |_| strides += 1));
        }
        if let Some(t) = planted {
            measurer.planted(*t, frames, &mut |_| strides += 1);
        }
    }
    strides
}

#[inline(never)]
fn filter_of(cells: &[Cell]) -> f64 {
    let filter = Biquad::low_pass(15.0, 100.0);
    let mut channel = Channel::default();
    cells.iter().map(|cell| channel.step(&filter, cell.shank.gyr_dps[2])).sum()
}

#[inline(never)]
fn vqf_of(cells: &[Cell]) -> f64 {
    let mut filter = Vqf::new(vqf::Params::SHANK, CELL_S);
    let mut sum = 0.0;
    for cell in cells {
        filter.update(cell.shank.gyr_dps.map(|g| g * sagittal::RAD), cell.shank.acc_mps2);
        sum += filter.up()[0];
    }
    sum
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

/// A stride put together and measured. The events are those of the last ten seconds that are remembered.
#[divan::bench]
fn strides(bencher: Bencher<'_, '_>) {
    let input = Input::of(2);
    let mut stage = Detector::new(detector::Params::new(input.ankle_m));
    let mut known = Vec::new();
    for (motion, knee) in &input.motions[..1600] {
        stage.step(*motion, *knee, &mut |found| known.push((Some(found), None)));
        known.extend(stage.take_planted().map(|t| (None, Some(t))));
    }
    let body = Body::of(&input.walk.meta);
    let strides = strides_of(&known, stage.frames(), body);
    assert!(strides > 5, "the person walks");
    bencher.counter(ItemsCount::new(strides)).bench_local(|| strides_of(&known, stage.frames(), body));
}

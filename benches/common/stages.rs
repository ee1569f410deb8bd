//! Each stage of the signal path as a function of its own, and what it takes.
#![allow(dead_code, reason = "each bench uses its own part")]

use std::hint::black_box;

use retrogait::body::Body;
use retrogait::calibrate::seat::{self, Seat};
use retrogait::events::detector::{self, Detector, Found, Frames};
use retrogait::events::planting;
use retrogait::events::progress::{self, Progress};
use retrogait::gait::{self, Gait, Said};
use retrogait::imu::Imu;
use retrogait::mount::Mount;
use retrogait::orient::attitude::{Attitudes, Pose};
use retrogait::orient::quat::EYE;
use retrogait::orient::vqf::Vqf;
use retrogait::orient::{standing, vqf};
use retrogait::person::Aims;
use retrogait::pipeline::Output;
use retrogait::record::{Record, Stride};
use retrogait::safety::tuning::Tuning;
use retrogait::safety::{self, Safety};
use retrogait::sagittal::{self, Motion, Sagittal};
use retrogait::signal::clip::Clip;
use retrogait::signal::filter::{Biquad, Channel};
use retrogait::signal::grid::{self, CELL_S, Cell, Grid};
use retrogait::stride::assemble::Assembler;
use retrogait::stride::measure::{self, Measured, Measurer};
use retrogait::technique::judge::{self, Judge, Zero};

use crate::common::Walk;

/// Samples of a run: a minute and a half at 100 Hz, so that a stage's input stays in the cache's reach.
pub const SAMPLES: usize = 9600;

/// What each stage takes.
pub struct Input {
    pub walk: Walk,
    pub cells: Vec<Cell>,
    pub poses: Vec<Pose>,
    pub motions: Vec<(Motion, Option<f64>)>,
    pub ankle_m: f64,
}

impl Input {
    pub fn of(sensors: usize) -> Self {
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
pub fn grid_of(walk: &Walk, mut emit: impl FnMut(Cell)) {
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
pub fn orientation_of(cells: &[Cell], mut emit: impl FnMut(Pose)) {
    let mut attitudes = Attitudes::new(vqf::Params::SHANK, standing::Params::default());
    for (k, cell) in cells.iter().enumerate() {
        emit(attitudes.step(k as f64 * CELL_S, cell));
    }
}

#[inline(never)]
pub fn sagittal_of(poses: &[Pose], ankle_m: f64, mut emit: impl FnMut(Motion, Option<f64>)) {
    let mut stage = Sagittal::new(&sagittal::Params { low_pass_hz: 15.0, ankle_m });
    let seat = Seat::new(seat::Params::default());
    for pose in poses {
        let motion = stage.step(pose, seat.matrix());
        let knee = pose.thigh.map(|t| sagittal::inclination_deg(t.up) - motion.theta_deg());
        emit(motion, knee);
    }
}

#[inline(never)]
pub fn velocity_of(motions: &[(Motion, Option<f64>)], ankle_m: f64) -> f64 {
    let mut stage = Progress::new(progress::Params::new(ankle_m));
    motions.iter().map(|(motion, _)| stage.step(motion).forward_mps).sum()
}

#[inline(never)]
pub fn events_of(motions: &[(Motion, Option<f64>)], ankle_m: f64, mut emit: impl FnMut(Found)) {
    let mut stage = Detector::new(detector::Params::new(ankle_m));
    for (motion, knee) in motions {
        stage.step(*motion, *knee, &mut emit);
        black_box(stage.take_planted());
    }
}

#[inline(never)]
pub fn strides_of(known: &[(Option<Found>, Option<f64>)], frames: &Frames, body: Body) -> usize {
    let mut assembler = Assembler::default();
    let mut measurer = Measurer::new(body, measure::Params::default(), planting::Params::default());
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
pub fn filter_of(cells: &[Cell]) -> f64 {
    let filter = Biquad::low_pass(15.0, 100.0);
    let mut channel = Channel::default();
    cells.iter().map(|cell| channel.step(&filter, cell.shank.gyr_dps[2])).sum()
}

#[inline(never)]
pub fn vqf_of(cells: &[Cell]) -> f64 {
    let mut filter = Vqf::new(vqf::Params::SHANK, CELL_S);
    let mut sum = 0.0;
    for cell in cells {
        filter.update(cell.shank.gyr_dps.map(|g| g * sagittal::RAD), cell.shank.acc_mps2);
        sum += filter.up()[0];
    }
    sum
}

/// The events of sixteen seconds, and what strides were planted, as the stride stage takes them; the frames
/// are those that are remembered of the last ten.
pub struct Known {
    pub found: Vec<(Option<Found>, Option<f64>)>,
    stage: Detector,
    body: Body,
}

impl Known {
    pub fn of(input: &Input) -> Self {
        let mut stage = Detector::new(detector::Params::new(input.ankle_m));
        let mut found = Vec::new();
        for (motion, knee) in &input.motions[..1600] {
            stage.step(*motion, *knee, &mut |f| found.push((Some(f), None)));
            found.extend(stage.take_planted().map(|t| (None, Some(t))));
        }
        Self { found, stage, body: Body::of(&input.walk.meta) }
    }

    pub fn strides(&self) -> usize {
        strides_of(&self.found, self.stage.frames(), self.body)
    }
}

/// What the rules of safety take, in the order in which the signal path gives it to them.
enum Given {
    Sample(Imu),
    Pose(Pose),
    Event(Found),
    Motion(Pose, Motion, Option<f64>),
    Stride(Stride, f64),
}

/// A walk as the rules of safety and technique see it.
pub struct Walked {
    given: Vec<Given>,
    pub measured: Vec<Measured>,
}

impl Walked {
    pub fn of(sensors: usize) -> Self {
        let input = Input::of(sensors);
        // What is said of strides, each with the number of the sample by which it was known.
        let mut strides = Vec::new();
        input.walk.run_numbered(|n, output| {
            if let Output::Record(Record::Stride(stride)) = output {
                strides.push((n, stride));
            }
        });
        let mut strides = strides.into_iter().peekable();
        let body = Body::of(&input.walk.meta);
        let mut stage = Gait::new(&gait::Params {
            sagittal: sagittal::Params { low_pass_hz: 15.0, ankle_m: input.ankle_m },
            detector: detector::Params::new(input.ankle_m),
            measure: measure::Params::default(),
            body,
        });
        let seat = Seat::new(seat::Params::default());
        let (mut given, mut measured) = (Vec::new(), Vec::new());
        for (n, (sample, pose)) in input.walk.samples.iter().zip(&input.poses).enumerate() {
            given.push(Given::Sample(sample.shank));
            given.push(Given::Pose(*pose));
            let (motion, knee) = stage.step(pose, &seat, Some(&seat), &mut |said| match said {
                Said::Event(found) => given.push(Given::Event(found)),
                Said::Stride(m) => measured.push(m),
                Said::Notice(_) => {}
            });
            given.push(Given::Motion(*pose, motion, knee));
            while let Some((_, stride)) = strides.next_if(|(k, _)| *k <= n) {
                given.push(Given::Stride(stride, pose.t));
            }
        }
        assert!(measured.len() > 20, "the person walks");
        Self { given, measured }
    }

    #[inline(never)]
    pub fn watch(&self) -> usize {
        let mut rules =
            Safety::new(&Tuning::default(), safety::Known { mounted: true, ..Default::default() });
        let mut told = 0;
        for given in &self.given {
            match given {
                Given::Sample(imu) => rules.sample(imu),
                Given::Pose(pose) => rules.pose(pose, true, true),
                Given::Event(found) => rules.event(found.kind, found.t, found.direction),
                Given::Motion(pose, motion, knee) => rules.motion(pose, &EYE, motion, *knee),
                Given::Stride(stride, now) => rules.stride(stride, stride.start.seconds(), *now),
            }
            while rules.take().is_some() {
                told += 1;
            }
        }
        told
    }

    #[inline(never)]
    pub fn judge(&self) -> usize {
        let mut judge = Judge::new(judge::Params::default(), Aims::default(), None);
        self.measured.iter().filter(|m| judge.judge(m, true, Zero::Standing).landed.is_some()).count()
    }
}

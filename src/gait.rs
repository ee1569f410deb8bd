//! From poses to events and strides: the part of the path that needs to know how the sensors sit.

use crate::body::Body;
use crate::calibrate::seat::Seat;
use crate::events::detector::{self, Detector, Found, Frames};
use crate::orient::attitude::Pose;
use crate::orient::quat::apply;
use crate::sagittal::{self, Motion, Sagittal, inclination_deg};
use crate::stride::assemble::{Assembler, Cycle};
use crate::stride::measure::{self, Measured, Measurer};

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Sagittal plane.
    pub sagittal: sagittal::Params,
    /// Events.
    pub detector: detector::Params,
    /// Figures of a stride.
    pub measure: measure::Params,
    /// Lengths of the body.
    pub body: Body,
}

/// What became known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Said {
    /// An event.
    Event(Found),
    /// A stride.
    Stride(Measured),
}

/// The stage.
#[derive(Clone, Debug)]
pub struct Gait {
    sagittal: Sagittal,
    detector: Detector,
    assembler: Assembler,
    measurer: Measurer,
    thigh_deg: [f64; 3],
    /// Strides that this moment completes; empty between moments.
    done: Done,
}

impl Gait {
    /// Before the first pose.
    pub fn new(params: &Params) -> Self {
        Self {
            sagittal: Sagittal::new(&params.sagittal),
            detector: Detector::new(params.detector),
            assembler: Assembler::default(),
            measurer: Measurer::new(params.body, params.measure),
            thigh_deg: [0.0; 3],
            done: Done::default(),
        }
    }

    /// Takes one pose; emits what became known by it, returns the sagittal plane and the knee.
    pub fn step(
        &mut self,
        pose: &Pose,
        shank: &Seat,
        thigh: Option<&Seat>,
        emit: &mut impl FnMut(Said),
    ) -> (Motion, Option<f64>) {
        let motion = self.sagittal.step(pose, shank.matrix());
        let knee = thigh.zip(pose.thigh).map(|(seat, a)| {
            let now = inclination_deg(apply(seat.matrix(), a.up));
            // As late as the shank's inclination.
            let [old, mid, new] = self.thigh_deg;
            self.thigh_deg = [mid, new, now];
            f64::midpoint(old, mid) - motion.theta_deg()
        });
        let done = &mut self.done;
        let assembler = &mut self.assembler;
        self.detector.step(motion, knee, &mut |found| {
            if !found.unmeasured {
                emit(Said::Event(found));
            }
            assembler.step(&found, &mut |cycle| done.push(cycle));
        });
        let planted = self.detector.take_planted();
        let frames = self.detector.frames();
        self.done.measure(&mut self.measurer, frames, emit);
        if let Some(t) = planted {
            self.measurer.planted(t, frames, &mut |m| emit(Said::Stride(m)));
            self.detector.set_lever(self.measurer.ahead_m());
        }
        (motion, knee)
    }

    /// Forgets what is under way without a word of it.
    pub fn reset(&mut self) {
        self.assembler = Assembler::default();
        self.measurer.reset();
        self.detector.reset();
    }

    /// The samples end, or are cut, at `t`: emits what was still open, and forgets what a hole makes
    /// unsure.
    pub fn cut(&mut self, t: f64, emit: &mut impl FnMut(Said)) {
        let done = &mut self.done;
        self.assembler.cut(t, &mut |cycle| done.push(cycle));
        let frames = self.detector.frames();
        self.done.measure(&mut self.measurer, frames, emit);
        self.measurer.flush(frames, &mut |m| emit(Said::Stride(m)));
        self.measurer.reset();
        self.detector.reset();
        self.sagittal.restart();
    }
}

/// The strides that one moment completes: a confirmed walk frees those that waited.
#[derive(Clone, Debug, Default)]
struct Done {
    cycles: [Option<Cycle>; 6],
    n: usize,
}

impl Done {
    fn push(&mut self, cycle: Cycle) {
        if let Some(slot) = self.cycles.get_mut(self.n) {
            *slot = Some(cycle);
            self.n += 1;
        }
    }

    /// Hands them on to be measured.
    fn measure(&mut self, measurer: &mut Measurer, frames: &Frames, emit: &mut impl FnMut(Said)) {
        for cycle in self.cycles.iter_mut().take(std::mem::take(&mut self.n)) {
            if let Some(cycle) = cycle.take() {
                measurer.complete(cycle, frames, &mut |m| emit(Said::Stride(m)));
            }
        }
    }
}

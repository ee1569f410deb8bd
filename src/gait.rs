//! From poses to events and strides: the part of the path that needs to know how the sensors sit.

use crate::body::Body;
use crate::calibrate::seat::Seat;
use crate::events::detector::{self, Detector, Found, Frames};
use crate::notice::What;
use crate::orient::attitude::Pose;
use crate::orient::quat::{apply, dot};
use crate::sagittal::{self, Motion, Sagittal, inclination_deg};
use crate::signal::grid::CELL_S;
use crate::stride::assemble::{Assembler, Cycle};
use crate::stride::measure::{self, Measured, Measurer};
use crate::technique::pair::{self, Fit, Pair};

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
#[expect(clippy::large_enum_variant, reason = "a boxed stride would allocate in the core")]
pub enum Said {
    /// An event.
    Event(Found),
    /// A stride.
    Stride(Measured),
    /// Something to be known about the two sensors.
    Notice(What),
}

/// The stage.
#[derive(Clone, Debug)]
pub struct Gait {
    sagittal: Sagittal,
    detector: Detector,
    assembler: Assembler,
    measurer: Measurer,
    thigh: Thigh,
    thigh_m: f64,
    pair: Pair,
    slipped: bool,
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
            measurer: Measurer::new(params.body, params.measure, params.detector.planting),
            thigh: Thigh::default(),
            thigh_m: params.body.thigh_m,
            pair: Pair::new(pair::Params::default(), &params.body),
            slipped: false,
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
            self.pair.step(pose, shank.matrix(), seat.matrix(), &mut |what| emit(Said::Notice(what)));
            let matrix = seat.matrix();
            self.thigh.step(inclination_deg(apply(matrix, a.up)), dot(matrix[2], a.gyr_dps));
            self.thigh.at(SHANK_CELLS - self.pair.late_s() / CELL_S) - motion.theta_deg()
        });
        if knee.is_some() && pose.stood[1].is_some() {
            self.measurer.stood();
        }
        self.measurer.fit = self.pair.fit();
        let done = &mut self.done;
        let assembler = &mut self.assembler;
        self.detector.step(motion, knee, &mut |found| {
            if !found.unmeasured {
                emit(Said::Event(found));
            }
            assembler.step(&found, &mut |cycle| done.push(cycle));
        });
        let planted = self.detector.take_planted();
        if assembler.is_open() && !self.detector.walks() && !self.detector.awaits_planting() {
            let planted = planted.or_else(|| self.measurer.last_planted());
            assembler.close(planted, &mut |cycle| done.push(cycle));
        }
        let frames = self.detector.frames();
        self.done.measure(&mut self.measurer, frames, emit);
        if let Some(t) = planted {
            self.measurer.planted(t, frames, &mut |m| emit(Said::Stride(m)));
        } else if !self.detector.awaits_planting() {
            // The foot was never seen at rest: the stride is told without what that would have shown.
            self.measurer.flush(frames, &mut |m| emit(Said::Stride(m)));
        }
        if let Some(ahead_m) = self.measurer.take_lever() {
            self.detector.set_lever(ahead_m);
        }
        let slip = self.measurer.slip();
        if slip.slipped() && !self.slipped {
            emit(Said::Notice(What::SensorSlipped { angle_deg: slip.angle_deg(self.thigh_m) }));
        }
        self.slipped = slip.slipped();
        // What is known to be no knee is not shown as one.
        let fit = self.pair.fit();
        (motion, knee.filter(|_| !self.slipped && (fit == Fit::Suspect || !fit.is_refused())))
    }

    /// How far the two sensors can be taken together, and how late the thigh's clock is, s.
    pub fn pair(&self) -> (Fit, f64) {
        (self.pair.fit(), self.pair.found_s())
    }

    /// Forgets what is under way without a word of it.
    pub fn reset(&mut self) {
        self.assembler = Assembler::default();
        self.measurer.reset();
        self.detector.reset();
        self.pair.forget();
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
        self.pair.restart();
    }
}

/// How late the shank's inclination is, cells.
const SHANK_CELLS: f64 = 2.5;

/// The thigh's inclination in the last cells.
#[derive(Clone, Debug, Default)]
struct Thigh {
    deg: [f64; Self::CELLS],
    rate_dps: f64,
    now: usize,
}

impl Thigh {
    /// As many as a thigh that is ahead by what is removed at most must be held back, and 2.5.
    const CELLS: usize = 16;

    fn step(&mut self, deg: f64, rate_dps: f64) {
        self.now = (self.now + 1) % Self::CELLS;
        self.deg[self.now] = deg;
        self.rate_dps = rate_dps;
    }

    /// What it was `cells` ago, deg; or will be, by its rate now: 25 ms ahead at the most, in which that
    /// changes it by half a degree.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 14")]
    fn at(&self, cells: f64) -> f64 {
        if cells < 0.0 {
            return self.deg[self.now] - self.rate_dps * cells * CELL_S;
        }
        let whole = libm::floor(cells).min((Self::CELLS - 2) as f64);
        let young = (self.now + Self::CELLS - whole as usize) % Self::CELLS;
        let old = (young + Self::CELLS - 1) % Self::CELLS;
        self.deg[young] + (cells - whole) * (self.deg[old] - self.deg[young])
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::corpus::Loaded;
    use crate::calibrate::seat;
    use crate::capture::CaptureMeta;
    use crate::imu::Sample;
    use crate::orient::attitude::Attitudes;
    use crate::orient::{standing, vqf};
    use crate::record::EventKind;
    use crate::signal::grid::{self, Cell, Grid};
    use crate::source::{CaptureReader, ReadOptions};
    use crate::stride::assemble::Part;

    /// The fixture, whose sensors sit on their segments' own axes.
    fn fixture() -> Loaded {
        let bytes = include_bytes!("../fixtures/backward_thigh.csv");
        let reader = CaptureReader::new(&bytes[..], "fixture", ReadOptions::default()).unwrap();
        Loaded { meta: reader.meta().clone(), samples: reader.map(Result::unwrap).collect() }
    }

    fn poses(samples: &[Sample]) -> Vec<Pose> {
        let mut grid = Grid::new(grid::Params::default());
        let mut attitudes = Attitudes::new(vqf::Params::SHANK, standing::Params::default());
        let mut poses = Vec::new();
        for sample in samples {
            grid.push(sample, false, |cell: Cell| {
                let t = cell.time.seconds();
                poses.push(attitudes.step(t, &cell));
            });
        }
        poses
    }

    fn stage() -> Gait {
        let ankle_m = 0.28;
        Gait::new(&Params {
            sagittal: sagittal::Params { low_pass_hz: 15.0, ankle_m },
            detector: detector::Params::new(ankle_m),
            measure: measure::Params::default(),
            body: Body::of(&CaptureMeta::default()),
        })
    }

    /// What is said of poses, cut at the end.
    fn said(poses: &[Pose], thigh: bool) -> (Vec<Said>, Vec<Option<f64>>) {
        let seat = Seat::new(seat::Params::default());
        let (mut gait, mut said, mut knees) = (stage(), Vec::new(), Vec::new());
        for pose in poses {
            knees.push(gait.step(pose, &seat, thigh.then_some(&seat), &mut |s| said.push(s)).1);
        }
        gait.cut(poses.last().unwrap().t, &mut |s| said.push(s));
        (said, knees)
    }

    #[test]
    fn strides_go_from_contact_to_contact() {
        let (said, _) = said(&poses(&fixture().samples), true);
        let contacts: Vec<f64> = said
            .iter()
            .filter_map(|s| if let Said::Event(f) = s { Some(f) } else { None })
            .filter(|f| f.kind == EventKind::ToeContact)
            .map(|f| f.t)
            .collect();
        let whole: Vec<_> = said
            .iter()
            .filter_map(|s| if let Said::Stride(m) = s { Some(m.cycle) } else { None })
            .filter(|c| c.part == Part::Whole)
            .collect();
        assert!(contacts.len() >= 10 && whole.len() + 1 == contacts.len(), "{contacts:?}");
        for (stride, pair) in whole.iter().zip(contacts.windows(2)) {
            assert_eq!((stride.start, stride.end), (pair[0], pair[1]));
        }
    }

    #[test]
    fn the_knee_needs_the_thigh_and_is_straight_when_standing() {
        let poses = poses(&fixture().samples);
        let (_, knees) = said(&poses, true);
        // The simulated person stands for the first three seconds.
        let standing = knees[200].unwrap();
        assert!(standing.abs() < 8.0, "{standing}");
        let most = knees.iter().flatten().fold(0.0_f64, |a, b| a.max(*b));
        assert!(most > 30.0, "{most}");
        assert!(said(&poses, false).1.iter().all(Option::is_none));
    }

    #[test]
    fn the_thigh_is_read_back_and_a_little_ahead() {
        let mut thigh = Thigh::default();
        for k in 0..40 {
            thigh.step(f64::from(k), 100.0);
        }
        for (cells, want) in [(0.0, 39.0), (2.5, 36.5), (7.9, 31.1), (-2.5, 41.5)] {
            assert!((thigh.at(cells) - want).abs() < 1e-9, "{cells}");
        }
    }

    #[test]
    fn a_reset_in_the_middle_says_nothing_and_a_cut_says_what_was_open() {
        let poses = poses(&fixture().samples[..1000]);
        let seat = Seat::new(seat::Params::default());
        for reset in [true, false] {
            let mut gait = stage();
            for pose in &poses {
                gait.step(pose, &seat, None, &mut |_| ());
            }
            if reset {
                gait.reset();
            }
            let mut cut = 0;
            gait.cut(poses.last().unwrap().t, &mut |_| cut += 1);
            assert_eq!(cut > 0, !reset, "{cut}");
        }
    }
}

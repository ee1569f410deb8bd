//! The whole signal path as one object: samples in, records out.
//!
//! Replay, live sessions and benchmarks all run exactly this. It reads no clock and does no input or
//! output; time enters with the samples.

use crate::capture::CaptureMeta;
use crate::events::detector::{self, Detector};
use crate::imu::{Imu, Sample};
use crate::mount::Mount;
use crate::orient::vqf;
use crate::record::{Direction, Event, Record, SeriesRow, Stride, StrideDirection};
use crate::sagittal::{self, Sagittal};
use crate::signal::grid::{self, Cell, Grid, Taken};
use crate::stride::assemble::{Assembler, Cycle, Part};
use crate::summary::Summary;
use crate::time::{SensorTime, Span};

/// What can be set from outside.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Settings {
    /// Whether series rows are made.
    pub series: bool,
}

/// Anything that leaves the pipeline.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a summary comes once; boxing it would allocate in the core")]
pub enum Output {
    /// A record of the output stream.
    Record(Record),
    /// A row of the series.
    Series(SeriesRow),
}

/// The signal path.
#[derive(Debug)]
pub struct Pipeline {
    summary: Summary,
    settings: Settings,
    grid: Grid,
    mount: Mount,
    thigh_mount: Mount,
    sagittal: Sagittal,
    thigh: Sagittal,
    detector: Detector,
    assembler: Assembler,
    origin: SensorTime,
    last_t: f64,
}

impl Pipeline {
    /// A pipeline for a capture that says `meta` of itself.
    pub fn new(meta: &CaptureMeta, settings: Settings) -> Self {
        let shank = meta.shank_length_m.unwrap_or(0.246 * meta.height_m.unwrap_or(1.70));
        let ankle_m = 0.65 * shank;
        let sagittal =
            Sagittal::new(&sagittal::Params { vqf: vqf::Params::SHANK, low_pass_hz: 15.0, ankle_m }).unwrap();
        Self {
            summary: Summary::default(),
            settings,
            grid: Grid::new(grid::Params::default()),
            mount: meta.mount.unwrap_or(Mount::IDENTITY),
            thigh_mount: meta.thigh_mount.unwrap_or(Mount::IDENTITY),
            thigh: sagittal.clone(),
            sagittal,
            detector: Detector::new(detector::Params::new(ankle_m)),
            assembler: Assembler::default(),
            origin: SensorTime::default(),
            last_t: 0.0,
        }
    }

    fn turn(mount: Mount, imu: &Imu) -> Imu {
        Imu { acc_mps2: mount.to_segment(imu.acc_mps2), gyr_dps: mount.to_segment(imu.gyr_dps) }
    }

    /// Takes one sample and emits what became known by it.
    pub fn push(&mut self, sample: &Sample, emit: &mut impl FnMut(Output)) {
        let data = &mut self.summary.data;
        if data.samples == 0 {
            self.origin = sample.time;
        }
        data.samples += 1;
        let mut cells = [Cell::default(); 16];
        let mut n = 0;
        let taken = self.grid.push(sample, false, |c| {
            if n < 16 {
                cells[n] = c;
                n += 1;
            }
        });
        let now = sample.time;
        if let Taken::AfterGap { .. } = taken {
            let (t, origin) = (self.last_t, self.origin);
            self.assembler.cut(t, &mut |c| emit(Output::Record(Record::Stride(stride(&c, origin, now)))));
            self.detector.reset();
        }
        for cell in &cells[..n] {
            let t = cell.time.since(self.origin).seconds();
            let m = self.sagittal.step(t, &Self::turn(self.mount, &cell.shank), cell.clipped);
            let knee = cell.thigh.map(|th| {
                let k = self.thigh.step(t, &Self::turn(self.thigh_mount, &th), false);
                k.theta_deg - m.theta_deg
            });
            self.last_t = m.t;
            let (assembler, origin) = (&mut self.assembler, self.origin);
            self.detector.step(m, knee, &mut |f| {
                emit(Output::Record(Record::Event(Event {
                    kind: f.kind,
                    time: origin.plus(Span::from_seconds(f.t)),
                    detected: now,
                    direction: f.direction,
                    confidence: f.confidence,
                })));
                assembler.step(&f, &mut |c| emit(Output::Record(Record::Stride(stride(&c, origin, now)))));
            });
            if self.settings.series {
                emit(Output::Series(SeriesRow {
                    time: origin.plus(Span::from_seconds(m.t)),
                    shank_angle_deg: Some(m.theta_deg),
                    sagittal_rate_dps: Some(m.omega_dps),
                    knee_flexion_deg: knee,
                    phase: None,
                    direction: None,
                }));
            }
        }
    }

    /// Ends the capture: emits what was still open, and the summary last.
    pub fn finish(mut self, emit: &mut impl FnMut(Output)) {
        let (t, origin) = (self.last_t, self.origin);
        let now = origin.plus(Span::from_seconds(t));
        self.assembler.cut(t, &mut |c| emit(Output::Record(Record::Stride(stride(&c, origin, now)))));
        emit(Output::Record(Record::Summary(self.summary)));
    }
}

fn stride(c: &Cycle, origin: SensorTime, now: SensorTime) -> Stride {
    let at = |t: f64| origin.plus(Span::from_seconds(t));
    Stride {
        start: at(c.start),
        end: at(c.end),
        detected: now,
        direction: match c.direction {
            Direction::Backward => StrideDirection::Backward,
            Direction::Forward => StrideDirection::Forward,
            Direction::Unknown => StrideDirection::Unknown,
        },
        contact: None,
        heel_contact: c.heel.map(at),
        knee_extension: c.knee.map(at),
        forefoot_rise: c.forefoot.map(at),
        final_contact: c.final_contact.map(at),
        mid_swing: c.mid_swing.map(at),
        stride_time_s: Some(c.end - c.start),
        roll_time_s: c.heel.map(|h| h - c.start),
        stance_fraction: None,
        stride_length_m: None,
        speed_mps: None,
        belt_ratio: None,
        cadence_steps_per_min: None,
        swing_lift_m: None,
        regularity: None,
        knee_min_flexion_deg: None,
        knee_source: None,
        knee_verdict: None,
        confidence: c.confidence,
        valid: c.part == Part::Whole,
        invalid_reason: None,
    }
}

//! Samples of a foreign file, held to the same checks as those of a capture of our own.

use std::collections::VecDeque;

use super::super::clock::{Clock, Tick};
use super::super::error::{Problem, ReadError, Sensor};
use super::super::gravity;
use super::super::look::Look;
use super::super::rotation::{self, Rotation};
use super::super::units::GyrUnit;
use super::super::warning::{Trouble, Warning, Warnings};
use super::super::{ReadOptions, Samples};
use super::{Decision, Fault, Opened, Rows, Step};
use crate::capture::CaptureMeta;
use crate::imu::Sample;
use crate::time::SensorTime;

/// Samples a second that are accepted: 20 to 1000, and what jitter makes of them.
const RATE_HZ: std::ops::RangeInclusive<f64> = 18.0..=1100.0;
/// Rows that must have been seen before a share of them means anything.
const MANY_ROWS: u64 = 20;
/// A time of day, and not of a recording, s: three years.
const CALENDAR_S: f64 = 1e8;

/// Reads a file of another logger, sample by sample, in constant memory.
pub struct ForeignReader {
    name: String,
    meta: CaptureMeta,
    thigh: bool,
    decided: Vec<Decision>,
    rows: Box<dyn Rows>,
    options: ReadOptions,
    origin: Option<SensorTime>,
    clock: Clock,
    look: Option<Look>,
    rotation: Option<Rotation>,
    ready: VecDeque<Sample>,
    warnings: Warnings,
    seen: u64,
    samples: u64,
    first_bad: Option<Fault>,
    span: Option<(SensorTime, SensorTime)>,
    ended: bool,
}

impl ForeignReader {
    /// Takes over an opened file, and reads its first sample.
    pub(in crate::source) fn new(
        opened: Opened,
        name: &str,
        options: ReadOptions,
    ) -> Result<Self, ReadError> {
        let Opened { rows, mut meta, thigh, decided } = opened;
        options.overrides.apply(&mut meta);
        let mut reader = Self {
            name: name.to_owned(),
            meta,
            thigh,
            decided,
            rows,
            options,
            origin: None,
            clock: Clock::default(),
            look: Some(Look::default()),
            rotation: Some(Rotation::default()),
            ready: VecDeque::new(),
            warnings: Warnings::default(),
            seen: 0,
            samples: 0,
            first_bad: None,
            span: None,
            ended: false,
        };
        let axes = reader.meta.mount.map_or_else(
            || "as the sensor has them; how it sat is found from the movement (`--mount` says it)".to_owned(),
            |mount| mount.to_string(),
        );
        if !reader.decided.iter().any(|d| d.about == "axes") {
            reader.decided.push(Decision::new("axes", axes));
        }
        reader.fill()?;
        Ok(reader)
    }

    /// Reads one sample more into `ready`, or to the end.
    fn fill(&mut self) -> Result<(), ReadError> {
        if let Some(sample) = self.read()? {
            self.judge_rate(&sample)?;
            if let Some(look) = &mut self.look {
                look.push(&sample);
                if look.is_over(sample.time) {
                    self.judge_look()?;
                }
            }
            self.ready.push_back(sample);
        } else {
            self.ended = true;
            self.end_of_input()?;
        }
        Ok(())
    }

    fn read(&mut self) -> Result<Option<Sample>, ReadError> {
        loop {
            let mut sample = match self.rows.step()? {
                Step::End => return Ok(None),
                Step::LeftOut(fault) => {
                    if fault.trouble.loses_row() {
                        self.seen += 1;
                        self.first_bad.get_or_insert_with(|| fault.clone());
                    }
                    self.warnings.note_at(fault.place, fault.trouble);
                    continue;
                }
                Step::Sample(sample) => sample,
            };
            self.seen += 1;
            sample.time = self.moved(sample.time);
            match self.clock.tick(sample.time) {
                Tick::Onward => {
                    self.samples += 1;
                    let first = self.span.map_or(sample.time, |(first, _)| first);
                    self.span = Some((first, sample.time));
                    return Ok(Some(sample));
                }
                Tick::Not(trouble) => self.warnings.note(&self.name, trouble, None, || None),
                Tick::Restart { from, to } => {
                    let problem = Problem::ClockRestart { from_s: from.seconds(), to_s: to.seconds() };
                    return Err(self.refuse(problem));
                }
            }
        }
    }

    /// Calendar times are counted from the first sample: 1.8 billion seconds help nobody.
    fn moved(&mut self, time: SensorTime) -> SensorTime {
        let decided = &mut self.decided;
        let origin = *self.origin.get_or_insert_with(|| {
            if time.seconds().abs() < CALENDAR_S {
                return SensorTime::default();
            }
            decided.push(Decision::new(
                "time",
                format!("counted from the first sample, at {:.6} s of the calendar (Unix)", time.seconds()),
            ));
            time
        });
        SensorTime::from_micros(time.micros().saturating_sub(origin.micros()))
    }

    fn refuse(&self, problem: Problem) -> ReadError {
        ReadError::new(&self.name, problem)
    }

    fn note(&mut self, trouble: Trouble) {
        self.warnings.note(&self.name, trouble, None, || None);
    }

    fn judge_rate(&mut self, sample: &Sample) -> Result<(), ReadError> {
        let Some(verdict) = self.rotation.as_mut().and_then(|r| r.push(sample)) else {
            return Ok(());
        };
        self.rotation = None;
        if self.options.gyr_unit.is_some() {
            self.note(Trouble::UnitDoubtful);
            return Ok(());
        }
        Err(self.refuse(match verdict {
            rotation::Verdict::Radians { peak, tilt_deg } => {
                Problem::GyrRadians { peak, tilt_deg, factor: GyrUnit::RadPerSec.dps() }
            }
            rotation::Verdict::Counts { peak } => Problem::GyrCounts { peak },
        }))
    }

    fn judge_look(&mut self) -> Result<(), ReadError> {
        let Some(mut look) = self.look.take() else {
            return Ok(());
        };
        if let Some((hz, mean)) = look.rates_hz()
            && !RATE_HZ.contains(&hz)
            && !RATE_HZ.contains(&mean)
        {
            return Err(self.refuse(Problem::Rate { hz, suggest: None }));
        }
        for (sensor, verdict) in
            [(Sensor::Shank, look.shank.verdict()), (Sensor::Thigh, look.thigh.verdict())]
        {
            let problem = match verdict {
                None | Some(gravity::Verdict::Sound) => continue,
                Some(gravity::Verdict::Free { median, mean }) => {
                    Problem::GravityFree { sensor, median, mean }
                }
                Some(gravity::Verdict::Dead) => Problem::AccDead { sensor },
                Some(_) if self.options.acc_unit.is_some() => {
                    self.note(Trouble::UnitDoubtful);
                    continue;
                }
                Some(gravity::Verdict::Unit { unit, median }) => Problem::AccUnit { sensor, unit, median },
                Some(gravity::Verdict::Odd { median, mean }) => Problem::AccOdd { sensor, median, mean },
            };
            return Err(self.refuse(problem));
        }
        Ok(())
    }

    fn end_of_input(&mut self) -> Result<(), ReadError> {
        if self.samples == 0 {
            return Err(match self.first_bad.take() {
                Some(fault) => self.refuse(Problem::NoUsableRow {
                    rows: self.seen,
                    line: fault.place.line.unwrap_or_default(),
                    first: fault.trouble.fault(),
                }),
                None => self.refuse(Problem::NoRows),
            });
        }
        self.judge_look()?;
        let left = self.warnings.rows_lost();
        if self.seen >= MANY_ROWS && left * 2 > self.seen {
            return Err(self.refuse(Problem::MostlyUnusable { left, rows: self.seen }));
        }
        Ok(())
    }
}

impl Samples for ForeignReader {
    fn meta(&self) -> &CaptureMeta {
        &self.meta
    }

    fn has_thigh(&self) -> bool {
        self.thigh
    }

    fn decided(&self) -> &[Decision] {
        &self.decided
    }

    fn next_sample(&mut self) -> Result<Option<Sample>, ReadError> {
        let result = loop {
            // Nothing leaves before its unit has been judged, unless that was told.
            let held_back = self.look.is_some() && self.options.acc_unit.is_none();
            if !held_back && let Some(sample) = self.ready.pop_front() {
                break Ok(Some(sample));
            }
            if self.ended {
                break Ok(None);
            }
            if let Err(e) = self.fill() {
                break Err(e);
            }
        };
        if !matches!(result, Ok(Some(_))) {
            self.ended = true;
            self.ready.clear();
        }
        result
    }

    fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    fn fresh_warnings(&mut self) -> Vec<Warning> {
        self.warnings.take_fresh()
    }

    fn span(&self) -> Option<(SensorTime, SensorTime)> {
        self.span
    }

    fn bytes(&self) -> u64 {
        self.rows.bytes()
    }
}

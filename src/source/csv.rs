//! The capture reader: bytes in, samples out, in constant memory.

use std::collections::VecDeque;
use std::io::{BufReader, Read};

use csv::ByteRecord;

use super::ReadOptions;
use super::clock::{Clock, Tick};
use super::error::{Column, Problem, ReadError, Sensor};
use super::gravity;
use super::guard::{Guard, ROW_LIMIT, is_row_too_long};
use super::header::Columns;
use super::look::Look;
use super::preamble::{self, Preamble};
use super::rotation::{self, Rotation};
use super::row::{self, Bad, Scale};
use super::units::{GyrUnit, TimeUnit};
use super::warning::{Trouble, Warning, Warnings};
use crate::capture::CaptureMeta;
use crate::imu::Sample;
use crate::time::{SensorTime, Span};

/// Bytes asked of the input at once.
const BUFFER: usize = 64 * 1024;
/// Samples a second that are accepted: 20 to 1000, and what jitter makes of them.
const RATE_HZ: std::ops::RangeInclusive<f64> = 18.0..=1100.0;
/// Rows that must have been seen before a share of them means anything.
const MANY_ROWS: u64 = 20;

/// What a row says beside its sample.
#[derive(Clone, Copy, Debug, Default)]
struct Beside {
    belt_mps: Option<f64>,
    arrival: Option<Span>,
}

/// Reads a capture, sample by sample.
///
/// Samples are handed on as their rows arrive, except that the first two seconds are held back
/// until their unit is known (not when [`ReadOptions::acc_unit`] says it). After an error the
/// reader is at its end.
#[derive(Debug)]
pub struct CaptureReader<R> {
    rows: csv::Reader<Guard<BufReader<R>>>,
    row: ByteRecord,
    name: String,
    meta: CaptureMeta,
    header_line: u64,
    columns: Columns,
    scale: Scale,
    options: ReadOptions,
    clock: Clock,
    look: Option<Look>,
    rotation: Option<Rotation>,
    ready: VecDeque<(Sample, Beside)>,
    beside: Beside,
    warnings: Warnings,
    seen: u64,
    samples: u64,
    span: Option<(SensorTime, SensorTime)>,
    first_bad: Option<(u64, Trouble)>,
    went_back_in: u64,
    ended: bool,
}

impl<R: Read> CaptureReader<R> {
    /// Reads up to the header. `name` is what messages call the capture.
    ///
    /// # Errors
    /// When the input is no capture, or its metadata or header are wrong.
    pub fn new(input: R, name: &str, options: ReadOptions) -> Result<Self, ReadError> {
        let mut input = BufReader::with_capacity(BUFFER, input);
        let Preamble { meta, header, header_line } = preamble::read(&mut input, name, &options.overrides)?;
        let mut warnings = Warnings::default();
        let columns = Columns::resolve(&header, name, header_line, &options.columns, &mut warnings)?;
        let rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            // Only then does the parser's line count stay exact: the CR is trimmed with the blanks.
            .terminator(csv::Terminator::Any(b'\n'))
            .buffer_capacity(BUFFER)
            .from_reader(Guard::new(input));
        let scale = Scale::new(
            options.time_unit.unwrap_or_default(),
            options.acc_unit.unwrap_or_default(),
            options.gyr_unit.unwrap_or_default(),
        );
        Ok(Self {
            rows,
            row: ByteRecord::new(),
            name: name.to_owned(),
            meta,
            header_line,
            columns,
            scale,
            clock: Clock::default(),
            look: Some(Look::default()),
            rotation: Some(Rotation::default()),
            ready: VecDeque::new(),
            beside: Beside::default(),
            warnings,
            seen: 0,
            samples: 0,
            span: None,
            first_bad: None,
            went_back_in: 0,
            ended: false,
            options,
        })
    }

    /// What the capture says of itself, with the overrides applied.
    pub fn meta(&self) -> &CaptureMeta {
        &self.meta
    }

    /// Whether the capture has columns for a thigh sensor.
    pub fn has_thigh(&self) -> bool {
        self.columns.thigh.is_some()
    }

    /// What was left out so far, and what is odd.
    pub fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// What was noticed since the last call: at most three of a kind in all.
    pub fn fresh_warnings(&mut self) -> Vec<Warning> {
        self.warnings.take_fresh()
    }

    /// Speed of the belt at the sample returned last, m/s, where the capture has a column for it.
    pub fn belt_mps(&self) -> Option<f64> {
        self.beside.belt_mps
    }

    /// When the sample returned last arrived, since the zero of the clock of whoever recorded it, where
    /// the capture has a column for it.
    pub fn arrival(&self) -> Option<Span> {
        self.beside.arrival
    }

    /// Time of the first and of the last sample read.
    pub fn span(&self) -> Option<(SensorTime, SensorTime)> {
        self.span
    }

    /// Bytes read from the input.
    pub fn bytes(&self) -> u64 {
        self.rows.position().byte()
    }

    /// The next sample; `None` at the end.
    ///
    /// # Errors
    /// When the capture cannot honestly be read on.
    pub fn next_sample(&mut self) -> Result<Option<Sample>, ReadError> {
        let result = self.advance();
        if !matches!(result, Ok(Some(_))) {
            self.ended = true;
            self.ready.clear();
        }
        result
    }

    fn advance(&mut self) -> Result<Option<Sample>, ReadError> {
        loop {
            let held_back = self.look.is_some() && self.options.acc_unit.is_none();
            if !held_back && let Some((sample, beside)) = self.ready.pop_front() {
                self.beside = beside;
                return Ok(Some(sample));
            }
            if self.ended {
                return Ok(None);
            }
            if let Some(sample) = self.read_row()? {
                self.judge_rate(&sample)?;
                self.look_at(&sample)?;
                let Columns { belt, arrival, .. } = self.columns;
                let beside = Beside {
                    belt_mps: belt.and_then(|place| row::belt(&self.row, place)),
                    arrival: arrival.and_then(|place| row::arrival(&self.row, place)),
                };
                self.ready.push_back((sample, beside));
            } else {
                self.ended = true;
                self.end_of_input()?;
            }
        }
    }

    /// The next row that is a sample.
    fn read_row(&mut self) -> Result<Option<Sample>, ReadError> {
        loop {
            let (start, line) = (self.rows.position().byte(), self.rows.position().line());
            self.rows.get_mut().row_starts_at(start);
            let more = match self.rows.read_byte_record(&mut self.row) {
                Ok(more) => more,
                Err(e) => return Err(self.broken(e, self.header_line + line.max(2) - 1)),
            };
            if !more {
                return Ok(None);
            }
            match row::parse(&self.row, &self.columns, &self.scale) {
                Ok((sample, thigh_column)) => {
                    self.seen += 1;
                    if let Some(index) = thigh_column {
                        self.note(Trouble::ThighPartial, Some(index));
                    }
                    match self.clock.tick(sample.time) {
                        Tick::Onward => {
                            self.samples += 1;
                            let first = self.span.map_or(sample.time, |(first, _)| first);
                            self.span = Some((first, sample.time));
                            return Ok(Some(sample));
                        }
                        Tick::Not(trouble) => {
                            if self.clock.just_went_back() {
                                self.went_back_in = self.line();
                            }
                            self.note(trouble, Some(self.columns.time));
                        }
                        Tick::Restart { from, to } => {
                            let problem =
                                Problem::ClockRestart { from_s: from.seconds(), to_s: to.seconds() };
                            return Err(self.refuse(problem).at_line(self.went_back_in));
                        }
                    }
                }
                Err(bad) => self.leave_out(bad)?,
            }
        }
    }

    fn leave_out(&mut self, bad: Bad) -> Result<(), ReadError> {
        if self.row.iter().all(|c| c.trim_ascii().is_empty()) {
            return Ok(());
        }
        match self.columns.is_header(self.row.iter()) {
            Some(true) => {
                self.note(Trouble::SecondHeader, None);
                return Ok(());
            }
            Some(false) => return Err(self.refuse_here(Problem::OtherHeader)),
            None => {}
        }
        self.seen += 1;
        if self.first_bad.is_none() {
            self.first_bad = Some((self.line(), bad.trouble));
        }
        self.note(bad.trouble, bad.column);
        Ok(())
    }

    /// The line on which the current row starts. The parser's own record position is that of the
    /// bytes before it, blank lines and comments included; the position after it is exact.
    fn line(&self) -> u64 {
        let cells = self.row.as_slice();
        let inside = cells.split(|b| *b == b'\n').count() as u64 - 1;
        // Where the next row starts, less this one's own line end.
        self.header_line + self.rows.position().line().saturating_sub(2 + inside)
    }

    fn note(&mut self, trouble: Trouble, column: Option<usize>) {
        let line = self.line();
        let columns = &self.columns;
        self.warnings.note(&self.name, trouble, Some(line), || column.map(|i| columns.column(i)));
    }

    fn refuse(&self, problem: Problem) -> ReadError {
        ReadError::new(&self.name, problem)
    }

    fn refuse_here(&self, problem: Problem) -> ReadError {
        self.refuse(problem).at_line(self.line())
    }

    /// `line` is where the row started that could not be read to its end.
    fn broken(&self, error: csv::Error, line: u64) -> ReadError {
        match error.into_kind() {
            csv::ErrorKind::Io(e) if is_row_too_long(&e) => {
                self.refuse(Problem::OpenQuote { limit: ROW_LIMIT }).at_line(line)
            }
            csv::ErrorKind::Io(e) => self.refuse(preamble::io_problem(e)),
            // The parser is asked for bytes of any number of cells: it has nothing else to refuse.
            other => self.refuse(Problem::Io(std::io::Error::other(format!("{other:?}")))),
        }
    }

    fn judge_rate(&mut self, sample: &Sample) -> Result<(), ReadError> {
        let told = self.options.gyr_unit;
        let Some(rotation) = &mut self.rotation else {
            return Ok(());
        };
        let verdict = rotation.push(sample);
        let Some(verdict) = verdict else {
            return Ok(());
        };
        self.rotation = None;
        if told.is_some() {
            self.note(Trouble::UnitDoubtful, Some(self.columns.shank[3]));
            return Ok(());
        }
        let problem = match verdict {
            rotation::Verdict::Radians { peak, tilt_deg } => {
                Problem::GyrRadians { peak, tilt_deg, factor: GyrUnit::RadPerSec.dps() }
            }
            rotation::Verdict::Counts { peak } => Problem::GyrCounts { peak },
        };
        let column = self.columns.rate();
        Err(self.refuse_here(problem).at_column(column))
    }

    /// Gathers a sample of the first seconds, and judges them when they are over.
    fn look_at(&mut self, sample: &Sample) -> Result<(), ReadError> {
        let Some(look) = &mut self.look else {
            return Ok(());
        };
        look.push(sample);
        if look.is_over(sample.time) {
            self.judge_look()?;
        }
        Ok(())
    }

    fn judge_look(&mut self) -> Result<(), ReadError> {
        let Some(mut look) = self.look.take() else {
            return Ok(());
        };
        // Samples that come in bursts have a median step that says little, and a mean that is right.
        if let Some((hz, mean)) = look.rates_hz()
            && !RATE_HZ.contains(&hz)
            && !RATE_HZ.contains(&mean)
        {
            let suggest = match self.options.time_unit {
                None => [TimeUnit::Millis, TimeUnit::Micros]
                    .into_iter()
                    .find(|u| RATE_HZ.contains(&(hz * u.per_second()))),
                Some(_) => None,
            };
            let column = self.column(self.columns.time);
            return Err(self.refuse(Problem::Rate { hz, suggest }).at_column(column));
        }
        let sensors = [(Sensor::Shank, look.shank.verdict()), (Sensor::Thigh, look.thigh.verdict())];
        for (sensor, verdict) in sensors {
            let problem = match verdict {
                None | Some(gravity::Verdict::Sound) => continue,
                Some(gravity::Verdict::Free { median, mean }) => {
                    Problem::GravityFree { sensor, median, mean }
                }
                Some(gravity::Verdict::Dead) => Problem::AccDead { sensor },
                Some(gravity::Verdict::Unit { .. } | gravity::Verdict::Odd { .. })
                    if self.options.acc_unit.is_some() =>
                {
                    let place = match (sensor, self.columns.thigh) {
                        (Sensor::Thigh, Some(thigh)) => thigh[0],
                        _ => self.columns.shank[0],
                    };
                    self.note(Trouble::UnitDoubtful, Some(place));
                    continue;
                }
                Some(gravity::Verdict::Unit { unit, median }) => Problem::AccUnit { sensor, unit, median },
                Some(gravity::Verdict::Odd { median, mean }) => Problem::AccOdd { sensor, median, mean },
            };
            let column = self.columns.acceleration(sensor);
            return Err(self.refuse(problem).at_column(column));
        }
        Ok(())
    }

    fn end_of_input(&mut self) -> Result<(), ReadError> {
        if self.seen == 0 {
            return Err(self.refuse(Problem::NoRows));
        }
        if self.samples == 0 {
            let (line, trouble) = self.first_bad.unwrap_or((self.line(), Trouble::ShortRow));
            return Err(self.refuse(Problem::NoUsableRow { rows: self.seen, line, first: trouble.fault() }));
        }
        self.judge_look()?;
        let left = self.warnings.rows_lost();
        if self.seen >= MANY_ROWS && left * 2 > self.seen {
            return Err(self.refuse(Problem::MostlyUnusable { left, rows: self.seen }));
        }
        let open = self.rotation.as_ref().is_some_and(|r| !r.is_degrees());
        if open && self.options.gyr_unit.is_none() {
            let column = self.columns.rate();
            self.warnings.note(&self.name, Trouble::RateUnitOpen, None, || Some(column));
        }
        Ok(())
    }

    fn column(&self, index: usize) -> Column {
        self.columns.column(index)
    }
}

impl<R: Read> Iterator for CaptureReader<R> {
    type Item = Result<Sample, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_sample().transpose()
    }
}

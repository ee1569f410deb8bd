//! One sensor's table (a time and three axes) as a channel, and both sensors' table as rows.

use super::super::error::ReadError;
use super::super::warning::Trouble;
use super::join::{Channel, Reading};
use super::text::{Cells, Table};
use super::{Fault, Rows, Step, scaled};
use crate::imu::{Imu, Sample};
use crate::time::SensorTime;

/// Reads the time of a row, s.
pub(super) type TimeOf = Box<dyn FnMut(&Cells<'_>) -> Result<f64, Fault> + Send>;

/// A table of one sensor.
pub(super) struct Readings {
    pub(super) table: Table,
    pub(super) time: TimeOf,
    pub(super) axes: [usize; 3],
    /// What makes m/s² or deg/s of a cell.
    pub(super) factor: f64,
}

impl Channel for Readings {
    fn read(&mut self) -> Result<Option<Result<Reading, Fault>>, ReadError> {
        let Some(cells) = self.table.next_row()? else {
            return Ok(None);
        };
        let time = (self.time)(&cells);
        let reading = time
            .and_then(|time_s| Ok(Reading { time_s, value: scaled(cells.triple(self.axes)?, self.factor) }));
        Ok(Some(reading))
    }

    fn bytes(&self) -> u64 {
        self.table.bytes()
    }

    fn here(&self, trouble: Trouble) -> Fault {
        self.table.fault(trouble, None)
    }

    fn name(&self) -> &str {
        self.table.name()
    }
}

/// Two channels added, where one is the movement and the other gravity.
pub(super) struct Sum {
    pub(super) one: Readings,
    pub(super) other: Readings,
}

impl Channel for Sum {
    fn read(&mut self) -> Result<Option<Result<Reading, Fault>>, ReadError> {
        let (mut one, mut other) = match (self.one.read()?, self.other.read()?) {
            (Some(Ok(one)), Some(Ok(other))) => (one, other),
            (Some(Err(fault)), _) | (_, Some(Err(fault))) => return Ok(Some(Err(fault))),
            _ => return Ok(None),
        };
        // The app writes both for the same reading of the sensor; a row that one lacks is skipped.
        while one.time_s != other.time_s {
            let late = one.time_s < other.time_s;
            match if late { self.one.read()? } else { self.other.read()? } {
                Some(Ok(reading)) if late => one = reading,
                Some(Ok(reading)) => other = reading,
                Some(Err(fault)) => return Ok(Some(Err(fault))),
                None => return Ok(None),
            }
        }
        let mut value = one.value;
        for (v, o) in value.iter_mut().zip(other.value) {
            *v += o;
        }
        Ok(Some(Ok(Reading { time_s: one.time_s, value })))
    }

    fn bytes(&self) -> u64 {
        self.one.bytes() + self.other.bytes()
    }

    fn here(&self, trouble: Trouble) -> Fault {
        self.one.here(trouble)
    }

    fn name(&self) -> &str {
        self.one.name()
    }
}

/// Where a sensor's figures stand in a row, and what makes contract units of them.
#[derive(Clone, Copy)]
pub(super) struct Places {
    pub(super) acc: [usize; 3],
    pub(super) gyr: [usize; 3],
    pub(super) mps2: [f64; 3],
    pub(super) dps: [f64; 3],
}

impl Places {
    pub(super) fn imu(&self, cells: &Cells<'_>) -> Result<Imu, Fault> {
        let (mut acc, mut gyr) = (cells.triple(self.acc)?, cells.triple(self.gyr)?);
        for i in 0..3 {
            acc[i] *= self.mps2[i];
            gyr[i] *= self.dps[i];
        }
        Ok(Imu { acc_mps2: acc, gyr_dps: gyr })
    }
}

/// A table with both sensors in a row.
pub(super) struct Whole {
    pub(super) table: Table,
    pub(super) time: TimeOf,
    pub(super) shank: Places,
    pub(super) thigh: Option<Places>,
}

impl Rows for Whole {
    fn step(&mut self) -> Result<Step, ReadError> {
        let Some(cells) = self.table.next_row()? else {
            return Ok(Step::End);
        };
        let time = (self.time)(&cells);
        let sample = time.and_then(|t| {
            let time = SensorTime::from_seconds(t).ok_or_else(|| cells.fault(Trouble::NotFinite, None))?;
            let shank = self.shank.imu(&cells)?;
            let thigh = self.thigh.and_then(|places| places.imu(&cells).ok());
            Ok(Sample { time, shank, thigh })
        });
        Ok(match sample {
            Ok(sample) => Step::Sample(sample),
            Err(fault) => Step::LeftOut(fault),
        })
    }

    fn bytes(&self) -> u64 {
        self.table.bytes()
    }
}

/// The time in a column, times `factor`.
pub(super) fn time_in(column: usize, factor: f64) -> TimeOf {
    Box::new(move |cells| Ok(cells.number(column)? * factor))
}

/// Times of a fixed rate, for a table that has none.
pub(super) fn time_by_rate(rate_hz: f64) -> TimeOf {
    let mut row = 0_u64;
    Box::new(move |_| {
        let time = row as f64 / rate_hz;
        row += 1;
        Ok(time)
    })
}

//! One row of cells as one sample.

use csv::ByteRecord;

use super::header::Columns;
use super::units::{AccUnit, GyrUnit, TimeUnit};
use super::warning::Trouble;
use crate::imu::{Imu, Sample};
use crate::time::{SensorTime, Span};

/// Factors to the contract's units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    per_second: f64,
    mps2: f64,
    dps: f64,
}

impl Scale {
    pub(super) fn new(time: TimeUnit, acc: AccUnit, gyr: GyrUnit) -> Self {
        Self { per_second: time.per_second(), mps2: acc.mps2(), dps: gyr.dps() }
    }
}

/// Why a row is no sample, and the column that says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bad {
    pub(super) trouble: Trouble,
    pub(super) column: Option<usize>,
}

/// Reads a row. The second value is a thigh column that is missing while others are there.
pub(super) fn parse(
    row: &ByteRecord,
    columns: &Columns,
    scale: &Scale,
) -> Result<(Sample, Option<usize>), Bad> {
    // The time first: a wrong one says most about what went wrong.
    let time = number(row, columns.time).and_then(|t| {
        SensorTime::from_seconds(t / scale.per_second)
            .ok_or(Bad { trouble: Trouble::NotFinite, column: Some(columns.time) })
    });
    let whole = row.len() >= columns.width;
    if !whole {
        return Err(Bad { trouble: Trouble::ShortRow, column: None });
    }
    if row.iter().skip(columns.width).any(|c| !c.trim_ascii().is_empty()) {
        return Err(Bad { trouble: Trouble::LongRow, column: None });
    }
    let sample = Sample { time: time?, shank: sensor(row, &columns.shank, scale)?, thigh: None };
    let Some(places) = &columns.thigh else {
        return Ok((sample, None));
    };
    match sensor(row, places, scale) {
        Ok(thigh) => Ok((Sample { thigh: Some(thigh), ..sample }, None)),
        Err(bad) => {
            let all_empty = places.iter().all(|&i| row.get(i).is_none_or(|c| c.trim_ascii().is_empty()));
            Ok((sample, if all_empty { None } else { bad.column }))
        }
    }
}

fn sensor(row: &ByteRecord, places: &[usize; 6], scale: &Scale) -> Result<Imu, Bad> {
    let mut imu = Imu::default();
    for (value, &place) in imu.acc_mps2.iter_mut().zip(&places[..3]) {
        *value = number(row, place)? * scale.mps2;
    }
    for (value, &place) in imu.gyr_dps.iter_mut().zip(&places[3..]) {
        *value = number(row, place)? * scale.dps;
    }
    Ok(imu)
}

/// The belt's speed in this cell, m/s; a cell that says none is as good as empty.
pub(super) fn belt(row: &ByteRecord, place: usize) -> Option<f64> {
    number(row, place).ok().filter(|mps| (0.0..=10.0).contains(mps))
}

/// When the row arrived; a cell that says nothing is as good as empty.
pub(super) fn arrival(row: &ByteRecord, place: usize) -> Option<Span> {
    number(row, place).ok().map(Span::from_seconds)
}

fn number(row: &ByteRecord, place: usize) -> Result<f64, Bad> {
    let bad = |trouble| Bad { trouble, column: Some(place) };
    let cell = row.get(place).unwrap_or_default().trim_ascii();
    if cell.is_empty() {
        return Err(bad(Trouble::EmptyCell));
    }
    let value: f64 =
        std::str::from_utf8(cell).ok().and_then(|text| text.parse().ok()).ok_or(bad(Trouble::NotANumber))?;
    if value.is_finite() { Ok(value) } else { Err(bad(Trouble::NotFinite)) }
}

//! `MetaBase` (`MbientLab`): a CSV each for accelerometer and gyroscope.
//!
//! Each sensor's rows have the epoch at which they were taken, on one clock; `elapsed` starts with
//! the file's own first row and joins nothing.

use std::path::Path;

use super::super::ReadOptions;
use super::super::error::{Problem, ReadError};
use super::super::units::{AccUnit, GyrUnit};
use super::join::Join;
use super::partner::{self, Has};
use super::readings::{Readings, time_in};
use super::text::{Bytes, Table};
use super::{Decision, Format, Head, Opened, Opening, acc_unit, gyr_unit, open_file};
use crate::capture::CaptureMeta;

pub(super) const FORMAT: Format = Format { word: "metabase", name: "MetaBase CSV pair", looks, open };

fn is_header(names: &[String]) -> bool {
    names.iter().any(|n| n == "epoc(ms)" || n == "epoch(ms)")
        && names.iter().any(|n| n.starts_with("x-axis("))
}

fn looks(head: &Head<'_>) -> bool {
    head.header(is_header)
}

fn table(bytes: Bytes, name: &str) -> Result<(Table, Has), ReadError> {
    let table = Table::open(bytes, name, "epoch (ms),time,elapsed (s),x-axis (g),…", is_header, |_| {})?;
    let unit = table.find(|n| n.starts_with("x-axis(")).map(|i| table.plain_names()[i].clone());
    match unit.as_deref() {
        Some("x-axis(g)") => Ok((table, Has::Acceleration)),
        Some("x-axis(deg/s)") => Ok((table, Has::Rate)),
        other => {
            let found = format!("`{}`", other.unwrap_or_default());
            let expected = "a column `x-axis (g)` or `x-axis (deg/s)`".to_owned();
            Err(table.refuse(Problem::Expected { expected, found, help: "" }))
        }
    }
}

fn open(from: Opening<'_>) -> Result<Opened, ReadError> {
    let path = from.file(FORMAT.name)?;
    let this = table(from.bytes, from.name)?;
    pair(&path, this, from.options)
}

fn pair(path: &Path, this: (Table, Has), options: &ReadOptions) -> Result<Opened, ReadError> {
    let (this, has) = this;
    let partner = partner::find(path, has, options)?;
    let (bytes, name) = open_file(&partner)?;
    let (other, other_has) = table(bytes, &name)?;
    if has == other_has {
        let expected = match has {
            Has::Acceleration => "angular rate (deg/s)",
            Has::Rate => "acceleration (g)",
        };
        let found = "the other sensor's file once more".to_owned();
        return Err(other.refuse(Problem::Expected { expected: expected.to_owned(), found, help: "" }));
    }
    let (acc, gyr) = if has == Has::Acceleration { (this, other) } else { (other, this) };
    let mut decided = vec![Decision::new("format", format!("{}: with {name}", FORMAT.name))];
    let mps2 = acc_unit(options, AccUnit::G, &mut decided);
    let dps = gyr_unit(options, GyrUnit::Dps, &mut decided);
    decided.push(Decision::new("gravity", "included"));
    decided.push(Decision::new(
        "time",
        "epoch (ms) of both files; the acceleration interpolated onto the gyroscope's times",
    ));
    let readings = |table: Table, factor: f64| -> Result<Readings, ReadError> {
        let epoch = table.find(|n| n == "epoc(ms)" || n == "epoch(ms)").unwrap_or_default();
        let axes = table.triple("?-axis")?;
        Ok(Readings { time: time_in(epoch, 1e-3), axes, factor, table })
    };
    let join = Join::new(Box::new(readings(acc, mps2)?), Box::new(readings(gyr, dps)?));
    Ok(Opened { rows: Box::new(join), meta: CaptureMeta::default(), thigh: false, decided })
}

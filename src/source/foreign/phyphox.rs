//! phyphox: a zip of CSV tables, one a sensor, all on the experiment's clock.
//!
//! The headers say what was measured: `Acceleration x (m/s^2)` has gravity in it, `Linear Acceleration`
//! has not. phyphox gives the signs of Android on both systems: standing still, the axis that points
//! up reads +9.81.

use super::super::error::{Problem, ReadError};
use super::super::units::{AccUnit, GyrUnit};
use super::archive::{Archive, Entry};
use super::join::Join;
use super::readings::{Readings, time_in};
use super::text::Table;
use super::{Decision, Format, Head, Opened, Opening, acc_unit, gyr_unit};
use crate::capture::CaptureMeta;

pub(super) const FORMAT: Format = Format { word: "phyphox", name: "phyphox zip", looks, open };

/// Bytes of a table by which it is told.
const NAMES_IN_DIRECTORY: [&[u8]; 3] = [b"meta/device.csv", b"meta/time.csv", b"Raw Data.csv"];

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|w| w == part)
}

fn looks(head: &Head<'_>) -> bool {
    if !head.is_zip() {
        return false;
    }
    if NAMES_IN_DIRECTORY.iter().any(|n| contains(head.bytes, n)) {
        return true;
    }
    head.path.is_some_and(|path| {
        Archive::open(path, "").is_ok_and(|archive| {
            archive.find("device.csv").is_some() || tables_of(&archive).is_ok_and(|t| t.gyr.is_some())
        })
    })
}

fn is_header(names: &[String]) -> bool {
    names.first().is_some_and(|n| n.starts_with("time(")) && names.len() >= 4
}

/// The tables of the sensors, as far as they are there.
struct Tables {
    acc: Option<Entry>,
    gyr: Option<Entry>,
    linear: Option<String>,
}

fn tables_of(archive: &Archive) -> Result<Tables, ReadError> {
    let mut tables = Tables { acc: None, gyr: None, linear: None };
    for entry in archive.tables().filter(|e| !e.name.contains("meta/")) {
        let opened =
            Table::open(archive.read(entry)?, &archive.name_of(entry), "Time (s),…", is_header, |_| {});
        let Ok(table) = opened else { continue };
        if table.has("acceleration?") || table.has("accelerometer?") {
            tables.acc = Some(entry.clone());
        } else if table.has("linearacceleration?") || table.has("linearaccelerometer?") {
            tables.linear = Some(entry.name.clone());
        }
        if table.has("gyroscope?") {
            tables.gyr = Some(entry.clone());
        }
    }
    Ok(tables)
}

fn open(from: Opening<'_>) -> Result<Opened, ReadError> {
    let path = from.file(FORMAT.name)?;
    // The archive is read by its directory, from the end.
    drop(from.bytes);
    let archive = Archive::open(&path, from.name)?;
    let tables = tables_of(&archive)?;
    let refuse = |problem| Err(ReadError::new(from.name, problem));
    let acc = match (tables.acc, tables.linear) {
        (Some(entry), _) => entry,
        (None, Some(linear)) => {
            return refuse(Problem::GravityRemoved {
                reason: format!("`{linear}` is acceleration without g, and nothing else is there"),
                help: "record \"Acceleration (with g)\" together with the gyroscope",
            });
        }
        (None, None) => {
            return refuse(Problem::Expected {
                expected: "a table with `Acceleration x (m/s^2)`".into(),
                found: "none".into(),
                help: "record \"Acceleration (with g)\" together with the gyroscope",
            });
        }
    };
    let Some(gyr) = tables.gyr else {
        return refuse(Problem::NoRate { reason: "no table has `Gyroscope x (rad/s)`".into() });
    };
    let mut decided =
        vec![Decision::new("format", format!("{}: {} and {}", FORMAT.name, acc.name, gyr.name))];
    let mps2 = acc_unit(from.options, AccUnit::Mps2, &mut decided);
    let dps = gyr_unit(from.options, GyrUnit::RadPerSec, &mut decided);
    decided.push(Decision::new("gravity", "included (the table with g)"));
    decided.push(Decision::new(
        "time",
        "the experiment's, of both tables; the acceleration interpolated onto the gyroscope's times",
    ));
    let readings = |entry: &Entry, stems: [&str; 2], factor: f64| -> Result<Readings, ReadError> {
        let table =
            Table::open(archive.read(entry)?, &archive.name_of(entry), "Time (s),…", is_header, |_| {})?;
        let axes = table.triple(stems[0]).or_else(|_| table.triple(stems[1]))?;
        Ok(Readings { time: time_in(0, 1.0), axes, factor, table })
    };
    let join = Join::new(
        Box::new(readings(&acc, ["acceleration?", "accelerometer?"], mps2)?),
        Box::new(readings(&gyr, ["gyroscope?", "gyroscope?"], dps)?),
    );
    Ok(Opened { rows: Box::new(join), meta: CaptureMeta::default(), thigh: false, decided })
}

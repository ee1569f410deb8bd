//! Sensor Logger: a zip of CSV tables, one a sensor, with the axes in the order z, y, x.
//!
//! `Accelerometer.csv` has no gravity in it. `TotalAcceleration.csv` (Android) has; elsewhere
//! `Gravity.csv` is added to it. Apple's gravity points down, where an accelerometer reads up: unless the
//! app was told to standardise, the signs of an iPhone are turned. Which phone it was is in
//! `Metadata.csv`; without that the signs are open, and open signs would turn backward into forward.

use super::super::error::{Problem, ReadError};
use super::super::units::{AccUnit, GyrUnit};
use super::archive::{Archive, Entry};
use super::join::{Channel, Join};
use super::readings::{Readings, Sum, time_in};
use super::text::Table;
use super::{Decision, Format, Head, Opened, Opening, acc_unit, gyr_unit};
use crate::capture::CaptureMeta;

pub(super) const FORMAT: Format = Format { word: "sensor-logger", name: "Sensor Logger zip", looks, open };

fn is_header(names: &[String]) -> bool {
    let has = |wanted: &str| names.iter().any(|n| n == wanted);
    has("time") && has("seconds_elapsed") && has("x") && has("y") && has("z")
}

fn looks(head: &Head<'_>) -> bool {
    head.is_zip()
        && head.path.is_some_and(|path| {
            Archive::open(path, "").is_ok_and(|archive| {
                archive.find("Gyroscope.csv").or(archive.find("Accelerometer.csv")).is_some_and(|entry| {
                    archive
                        .read(entry)
                        .is_ok_and(|bytes| Table::open(bytes, "", "", is_header, |_| {}).is_ok())
                })
            })
        })
}

/// What the recording says of its phone.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phone {
    /// The signs of Android: by the phone, or because the app standardised them.
    Up,
    /// The signs of Apple.
    Down,
    Unknown,
}

fn phone(archive: &Archive) -> Result<Phone, ReadError> {
    let Some(entry) = archive.find("Metadata.csv") else {
        return Ok(Phone::Unknown);
    };
    let is_header = |names: &[String]| names.iter().any(|n| n == "platform");
    let opened =
        Table::open(archive.read(entry)?, &archive.name_of(entry), "…,platform,…", is_header, |_| {});
    let Ok(mut table) = opened else { return Ok(Phone::Unknown) };
    let platform = table.find(|n| n == "platform");
    let standard = table.find(|n| n.starts_with("standardi"));
    let Some(cells) = table.next_row()? else {
        return Ok(Phone::Unknown);
    };
    let word =
        |column: Option<usize>| column.and_then(|c| cells.text(c)).unwrap_or_default().to_ascii_lowercase();
    Ok(match (word(platform).as_str(), word(standard).as_str()) {
        ("android", _) | (_, "true" | "1" | "yes") => Phone::Up,
        ("ios", _) => Phone::Down,
        _ => Phone::Unknown,
    })
}

fn open(from: Opening<'_>) -> Result<Opened, ReadError> {
    let path = from.file(FORMAT.name)?;
    // The archive is read by its directory, from the end.
    drop(from.bytes);
    let archive = Archive::open(&path, from.name)?;
    let refuse = |problem| ReadError::new(from.name, problem);
    let Some(gyr) = archive.find("Gyroscope.csv").or_else(|| archive.find("GyroscopeUncalibrated.csv"))
    else {
        return Err(refuse(Problem::NoRate { reason: "there is no `Gyroscope.csv`".into() }));
    };
    let mut decided = vec![Decision::new("format", FORMAT.name)];
    let phone = phone(&archive)?;
    let total = archive.find("TotalAcceleration.csv");
    let (linear, gravity) = (archive.find("Accelerometer.csv"), archive.find("Gravity.csv"));
    let raw = archive.find("AccelerometerUncalibrated.csv");
    let sign = match (total, phone) {
        // Only Android has that table.
        (Some(_), _) | (None, Phone::Up) => 1.0,
        (None, Phone::Down) => -1.0,
        (None, Phone::Unknown) => {
            return Err(refuse(Problem::Expected {
                expected: "`Metadata.csv` with the phone's platform, which settles the signs".into(),
                found: "none".into(),
                help: "export with the metadata, or with \"Standardise Units & Frames\" switched on",
            }));
        }
    };
    let open_table = |entry: &Entry| {
        Table::open(
            archive.read(entry)?,
            &archive.name_of(entry),
            "time,seconds_elapsed,z,y,x",
            is_header,
            |_| {},
        )
    };
    let readings = |entry: &Entry, factor: f64| -> Result<Readings, ReadError> {
        let table = open_table(entry)?;
        let time = table.need("time")?;
        Ok(Readings { time: time_in(time, 1e-9), axes: table.triple("?")?, factor, table })
    };
    let acc: Box<dyn Channel> = match (total, linear, gravity, raw) {
        (Some(total), ..) => {
            let mps2 = acc_unit(from.options, AccUnit::Mps2, &mut decided);
            decided.push(Decision::new("gravity", "included (TotalAcceleration.csv)"));
            Box::new(readings(total, mps2)?)
        }
        (None, Some(linear), Some(gravity), _) => {
            let mps2 = acc_unit(from.options, AccUnit::Mps2, &mut decided) * sign;
            decided.push(Decision::new("gravity", "Gravity.csv added to Accelerometer.csv"));
            Box::new(Sum { one: readings(linear, mps2)?, other: readings(gravity, mps2)? })
        }
        (None, _, _, Some(raw)) => {
            let usual = if phone == Phone::Down { AccUnit::G } else { AccUnit::Mps2 };
            let mps2 = acc_unit(from.options, usual, &mut decided) * sign;
            decided.push(Decision::new("gravity", "included (AccelerometerUncalibrated.csv)"));
            Box::new(readings(raw, mps2)?)
        }
        _ => {
            return Err(refuse(Problem::GravityRemoved {
                reason: "`Accelerometer.csv` has none, and there is neither `Gravity.csv` nor `TotalAcceleration.csv`".into(),
                help: "record gravity (or the total acceleration) as well",
            }));
        }
    };
    if sign < 0.0 {
        decided.push(Decision::new("axes", "an iPhone's signs turned, so that the axis that points up reads +9.81; how it sat is found from the movement (`--mount` says it)"));
    }
    let dps = gyr_unit(from.options, GyrUnit::RadPerSec, &mut decided);
    decided.push(Decision::new(
        "time",
        "time (ns) of both tables; the acceleration interpolated onto the gyroscope's times",
    ));
    let join = Join::new(acc, Box::new(readings(gyr, dps)?));
    Ok(Opened { rows: Box::new(join), meta: CaptureMeta::default(), thigh: false, decided })
}

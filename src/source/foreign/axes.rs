//! Tables with anatomical axes: `acc_pa`, `acc_ml`, `acc_si` (or `is`), as gaitmap and mobgap use them.
//!
//! gaitmap's body frame mirrors the legs, so that the same movement reads alike on both: it is not
//! right-handed, and its gyroscope signs follow joint angles. Here it is turned back into the sensor
//! frame it was made from (x anterior, y left, z up), which needs the leg. mobgap's frame (`is` up, `pa`
//! anterior, `ml` by the right-hand rule) is a plain one.

use super::super::error::{Problem, ReadError};
use super::super::units::{AccUnit, GyrUnit};
use super::readings::{Places, TimeOf, Whole, time_by_rate, time_in};
use super::text::Table;
use super::{Decision, Format, Head, Opened, Opening, acc_unit, dates, gyr_unit};
use crate::capture::CaptureMeta;
use crate::mount::{BodyAxis, Mount, Side};

pub(super) const FORMAT: Format =
    Format { word: "body-frame", name: "body-frame CSV (gaitmap, mobgap)", looks, open };

fn is_header(names: &[String]) -> bool {
    let has = |wanted: &str| names.iter().any(|n| n == wanted);
    has("acc_pa") && has("acc_ml") && (has("acc_si") || has("acc_is"))
}

fn looks(head: &Head<'_>) -> bool {
    head.header(is_header)
}

fn open(from: Opening<'_>) -> Result<Opened, ReadError> {
    let table = Table::open(from.bytes, from.name, "…,acc_pa,acc_ml,acc_si,…", is_header, |_| {})?;
    let mut decided = vec![Decision::new("format", FORMAT.name)];
    let mirrored = table.find(|n| n == "acc_si").is_some();
    let vertical = if mirrored { "si" } else { "is" };
    let side = from.options.overrides.side;
    let column = |sensor: &str, axis: &str| table.need(&format!("{sensor}_{axis}"));
    let (acc, gyr, signs, mount) = if mirrored {
        let side = side.ok_or_else(|| table.refuse(Problem::NeedsSide))?;
        let places = |sensor: &str| -> Result<[usize; 3], ReadError> {
            Ok([column(sensor, "pa")?, column(sensor, "ml")?, column(sensor, vertical)?])
        };
        // The table of gaitmap's guide, read backward.
        let signs = match side {
            Side::Left => ([1.0, 1.0, -1.0], [-1.0, -1.0, -1.0]),
            Side::Right => ([1.0, -1.0, -1.0], [1.0, -1.0, 1.0]),
        };
        let mount = Mount::new([BodyAxis::Anterior, BodyAxis::Left, BodyAxis::Up]);
        (places("acc")?, places("gyr")?, signs, mount)
    } else {
        let places = |sensor: &str| -> Result<[usize; 3], ReadError> {
            Ok([column(sensor, vertical)?, column(sensor, "ml")?, column(sensor, "pa")?])
        };
        let mount = Mount::new([BodyAxis::Up, BodyAxis::Right, BodyAxis::Anterior]);
        (places("acc")?, places("gyr")?, ([1.0; 3], [1.0; 3]), mount)
    };
    let mps2 = acc_unit(from.options, AccUnit::Mps2, &mut decided);
    let dps = gyr_unit(from.options, GyrUnit::Dps, &mut decided);
    decided.push(Decision::new("gravity", "included (checked against the readings)"));
    decided.push(Decision::new(
        "axes",
        if mirrored {
            "gaitmap's body frame, turned back into x anterior, y left, z up by the side"
        } else {
            "is up, pa anterior, ml to the right by the right-hand rule"
        },
    ));
    let time = time_of(&table, from.options.rate_hz, &mut decided)?;
    let shank = Places { acc, gyr, mps2: signs.0.map(|s: f64| s * mps2), dps: signs.1.map(|s: f64| s * dps) };
    let meta = CaptureMeta { mount: mount.ok(), side, ..CaptureMeta::default() };
    Ok(Opened { rows: Box::new(Whole { table, time, shank, thigh: None }), meta, thigh: false, decided })
}

/// The time column by its name, or the rate given.
fn time_of(table: &Table, rate_hz: Option<f64>, decided: &mut Vec<Decision>) -> Result<TimeOf, ReadError> {
    if let Some(hz) = rate_hz {
        decided.push(Decision::new("time", format!("rows at {hz} samples a second, by the flag")));
        return Ok(time_by_rate(hz));
    }
    for (names, unit, factor) in [
        (&["time_s", "time[s]", "time(s)", "time", "seconds", "t"][..], "s", 1.0),
        (&["time_ms", "time[ms]", "time(ms)", "timestamp_ms"][..], "ms", 1e-3),
    ] {
        if let Some(column) = table.find(|n| names.contains(&n)) {
            let name = &table.plain_names()[column];
            decided.push(Decision::new("time", format!("`{name}`, in {unit} (or a date)")));
            let mut by_number = time_in(column, factor);
            return Ok(Box::new(move |cells| match cells.text(column).and_then(dates::seconds) {
                Some(t) => Ok(t),
                None => by_number(cells),
            }));
        }
    }
    Err(table.refuse(Problem::NeedsRate))
}

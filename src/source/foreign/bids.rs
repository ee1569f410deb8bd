//! Motion-BIDS: `*_motion.tsv` without a header, its columns in `*_channels.tsv`, its rate in `*_motion.json`.
//!
//! A tracked point is read when it has three `ACCEL` and three `GYRO` channels. Of several, those named
//! for the shank (and the thigh) are taken, or the one that `--sensor` names. Times are the `LATENCY`
//! channel, else rows at the sampling frequency.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::error::{Problem, ReadError};
use super::super::units::{AccUnit, GyrUnit};
use super::super::{MetaKey, check_metadata};
use super::readings::{Places, Whole, time_by_rate, time_in};
use super::text::Table;
use super::{Decision, Format, Head, Opened, Opening, read_file};
use crate::capture::CaptureMeta;

pub(super) const FORMAT: Format = Format { word: "motion-bids", name: "Motion-BIDS", looks, open };

/// The key of our own metadata in the sidecar: an object of the contract's keys.
pub(crate) const OWN_KEY: &str = "RetrogaitCapture";

fn sidecar(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    path.with_file_name(format!("{}{ending}", name.strip_suffix("motion.tsv").unwrap_or(name)))
}

fn looks(head: &Head<'_>) -> bool {
    head.file_name().ends_with("_motion.tsv")
        && head.path.is_some_and(|p| sidecar(p, "channels.tsv").is_file())
        && head.lines().next().is_some_and(|line| {
            line.split('\t').all(|c| c.trim() == "n/a" || c.trim().parse::<f64>().is_ok())
        })
}

/// One row of `*_channels.tsv`.
struct Channel {
    name: String,
    component: String,
    kind: String,
    point: String,
    units: String,
}

fn channels(path: &Path) -> Result<Vec<Channel>, ReadError> {
    let name = path.display().to_string();
    let text = read_file(path)?;
    let is_header = |names: &[String]| {
        ["name", "component", "type", "tracked_point", "units"].iter().all(|w| names.iter().any(|n| n == w))
    };
    let expected = "name component type tracked_point units";
    let bytes = Box::new(std::io::Cursor::new(text.into_bytes()));
    let mut table = Table::open(bytes, &name, expected, is_header, |_| {})?;
    let columns = ["name", "component", "type", "tracked_point", "units"].map(|w| table.find(|n| n == w));
    let mut rows = Vec::new();
    while let Some(cells) = table.next_row()? {
        let [name, component, kind, point, units] =
            columns.map(|c| c.and_then(|c| cells.text(c)).unwrap_or_default().to_owned());
        rows.push(Channel { name, component, kind, point, units });
    }
    Ok(rows)
}

/// The six columns of a tracked point, with their factors.
fn point_of(
    channels: &[Channel],
    point: &str,
    refuse: impl Fn(Problem) -> ReadError,
) -> Result<Option<Places>, ReadError> {
    let mut places = Places { acc: [0; 3], gyr: [0; 3], mps2: [1.0; 3], dps: [1.0; 3] };
    for (k, axis) in ["x", "y", "z"].into_iter().enumerate() {
        let find = |kind: &str| {
            channels.iter().position(|c| {
                c.point == point
                    && c.kind.eq_ignore_ascii_case(kind)
                    && c.component.eq_ignore_ascii_case(axis)
            })
        };
        let (Some(acc), Some(gyr)) = (find("ACCEL"), find("GYRO")) else {
            return Ok(None);
        };
        let odd = |i: usize, expected: &str| {
            refuse(Problem::Expected {
                expected: expected.to_owned(),
                found: format!("`{}` for the channel `{}`", channels[i].units, channels[i].name),
                help: "",
            })
        };
        places.acc[k] = acc;
        places.gyr[k] = gyr;
        let unit = channels[acc].units.replace("m/s^2", "m/s2");
        places.mps2[k] = unit.parse::<AccUnit>().map_err(|_| odd(acc, "m/s^2, g or mg"))?.mps2();
        places.dps[k] = channels[gyr].units.parse::<GyrUnit>().map_err(|_| odd(gyr, "deg/s or rad/s"))?.dps();
    }
    Ok(Some(places))
}

fn open(from: Opening<'_>) -> Result<Opened, ReadError> {
    let path = from.file(FORMAT.name)?;
    let channels_path = sidecar(&path, "channels.tsv");
    let channels = channels(&channels_path)?;
    let refuse = |problem| ReadError::new(&channels_path.display().to_string(), problem);
    let json = sidecar(&path, "motion.json");
    let about: Value = if json.is_file() {
        serde_json::from_str(&read_file(&json)?).map_err(|e| {
            let found = e.to_string();
            let problem = Problem::Expected { expected: "a JSON object".into(), found, help: "" };
            ReadError::new(&json.display().to_string(), problem).at_line(e.line() as u64)
        })?
    } else {
        Value::Null
    };

    let mut points: BTreeMap<&str, Places> = BTreeMap::new();
    for channel in &channels {
        if !points.contains_key(channel.point.as_str())
            && let Some(places) = point_of(&channels, &channel.point, refuse)?
        {
            points.insert(&channel.point, places);
        }
    }
    let named = |word: &str| -> Vec<&str> {
        points.keys().copied().filter(|p| p.to_lowercase().contains(word)).collect()
    };
    let only =
        |of: Vec<&'_ str>| -> Option<String> { if let [one] = of[..] { Some(one.to_owned()) } else { None } };
    let shank = match &from.options.sensor {
        Some(told) => Some(told.clone()).filter(|t| points.contains_key(t.as_str())),
        None => only(points.keys().copied().collect())
            .or_else(|| only(named("shank")))
            .or_else(|| only(named("shin"))),
    };
    let Some(shank) = shank else {
        if points.is_empty() {
            let reason = "no tracked point has three ACCEL and three GYRO channels".to_owned();
            return Err(refuse(Problem::NoRate { reason }));
        }
        let found = points.keys().map(|p| (*p).to_owned()).collect();
        return Err(refuse(Problem::SeveralSensors { found }));
    };
    let thigh = only(named("thigh")).filter(|t| *t != shank);

    let names: Vec<&str> = channels.iter().map(|c| c.name.as_str()).collect();
    let table = Table::headless(from.bytes, from.name, '\t', &names);
    let mut decided = vec![Decision::new("format", FORMAT.name)];
    decided.push(Decision::new(
        "sensor",
        match &thigh {
            Some(thigh) => format!("`{shank}`, and `{thigh}` on the thigh"),
            None => format!("`{shank}`"),
        },
    ));
    let units =
        |places: &Places| (channels[places.acc[0]].units.clone(), channels[places.gyr[0]].units.clone());
    let (acc_unit, gyr_unit) = units(&points[shank.as_str()]);
    decided.push(Decision::new("acceleration", format!("in {acc_unit}, by its channels")));
    decided.push(Decision::new("angular rate", format!("in {gyr_unit}, by its channels")));
    decided.push(Decision::new("gravity", "included (checked against the readings)"));
    let latency = channels.iter().position(|c| c.kind.eq_ignore_ascii_case("LATENCY"));
    let effective = about["SamplingFrequencyEffective"].as_f64();
    let hz = from.options.rate_hz.or(effective).or(about["SamplingFrequency"].as_f64());
    let time = match (latency, hz) {
        (Some(column), _) => {
            decided.push(Decision::new("time", format!("`{}`, s", names[column])));
            time_in(column, 1.0)
        }
        (None, Some(hz)) if hz > 0.0 => {
            decided.push(Decision::new("time", format!("rows at {hz} samples a second")));
            time_by_rate(hz)
        }
        _ => return Err(ReadError::new(from.name, Problem::NeedsRate)),
    };
    let mut meta = CaptureMeta::default();
    for key in MetaKey::ALL.into_iter().filter(|k| *k != MetaKey::Version) {
        let value = match &about[OWN_KEY][key.word()] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => continue,
        };
        check_metadata(key, &value, &mut meta).map_err(|reason| {
            let problem = Problem::Metadata { key: key.word(), value, reason };
            ReadError::new(&json.display().to_string(), problem)
        })?;
    }
    let rows = Whole {
        table,
        time,
        shank: points[shank.as_str()],
        thigh: thigh.as_ref().map(|t| points[t.as_str()]),
    };
    Ok(Opened { rows: Box::new(rows), meta, thigh: thigh.is_some(), decided })
}

//! Why a capture was not read: what, where, why, and what to do about it.

use std::fmt;
use std::io;

use thiserror::Error;

use super::units::{AccUnit, TimeUnit};

/// A capture that was refused. Its `Display` says where and what; [`ReadError::help`] what to do.
#[derive(Debug, Error)]
#[error("{place}: {problem}")]
pub struct ReadError {
    /// Where it was noticed.
    pub place: Box<Place>,
    /// What is the matter.
    pub problem: Box<Problem>,
}

/// A place in a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as it was named.
    pub name: String,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Byte, from 0, in files that have no lines.
    pub byte: Option<u64>,
    /// Column.
    pub column: Option<Column>,
}

/// A column of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// From 1, as spreadsheets count.
    pub number: usize,
    /// Its name in the header.
    pub name: String,
}

/// A column that a capture needs and does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The contract's name.
    pub name: &'static str,
    /// The column of the file that looks like it.
    pub near: Option<String>,
}

/// The segment whose columns a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensor {
    /// `acc_x` to `gyr_z`.
    Shank,
    /// `thigh_acc_x` to `thigh_gyr_z`.
    Thigh,
}

impl Sensor {
    /// What goes before `acc_x` in its column names.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Shank => "",
            Self::Thigh => "thigh_",
        }
    }
}

/// What is the matter with a capture.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
pub enum Problem {
    #[error("there is no such file")]
    NotFound,
    #[error("reading it is not permitted")]
    Denied,
    #[error("this is a folder, not a capture")]
    Directory,
    #[error("reading failed ({})", plain(.0))]
    Io(io::Error),

    #[error("the file is empty")]
    Empty,
    #[error("this is {kind}, not text")]
    NotText { kind: &'static str },
    #[error("this is not UTF-8 text")]
    NotUtf8,
    #[error("the line is longer than {limit} bytes, which no capture needs")]
    LongLine { limit: usize },
    #[error("a quotation mark opens here and is not closed in the next {limit} bytes")]
    OpenQuote { limit: u64 },

    #[error("`{key}` cannot be `{value}`: {reason}")]
    Metadata { key: &'static str, value: String, reason: String },
    #[error("`{key}` was given before with another value, in line {first_line}")]
    MetadataTwice { key: &'static str, first_line: u64 },

    #[error("there is no header row before the numbers")]
    NoHeader,
    #[error("the columns are separated by {found}, not by commas")]
    Separator { found: &'static str },
    #[error("missing {}: {}", columns(.missing.len()), list(.missing))]
    MissingColumns { missing: Vec<Missing> },
    #[error("there are two columns of the name `{name}`")]
    DuplicateColumn { name: String },
    #[error("there is no column `{found}` to use as `{wanted}`")]
    RenamedColumn { wanted: String, found: String },
    #[error("a second header with other columns: what follows is another recording")]
    OtherHeader,

    #[error("there is a header but no row of numbers")]
    NoRows,
    #[error("none of the {rows} rows could be used; the first, in line {line}: {first}")]
    NoUsableRow { rows: u64, line: u64, first: &'static str },
    #[error("{left} of {rows} rows could not be used: too many to call the rest a capture")]
    MostlyUnusable { left: u64, rows: u64 },
    #[error(
        "the clock goes back from {from_s:.3} s to {to_s:.3} s and runs on from there: two recordings in one file, or one wrong time before it"
    )]
    ClockRestart { from_s: f64, to_s: f64 },
    #[error("{hz:.3} samples a second is outside the 20 to 1000 that events can be found in")]
    Rate { hz: f64, suggest: Option<TimeUnit> },

    #[error(
        "the acceleration is in {unit}, not in m/s²: its usual size is {median:.3}, and gravity alone is 9.81 m/s²"
    )]
    AccUnit { sensor: Sensor, unit: AccUnit, median: f64 },
    #[error(
        "gravity is not in the acceleration: its usual size is {median:.2} m/s² about a mean of {mean:.2}, where an accelerometer reads 9.81 standing still"
    )]
    GravityFree { sensor: Sensor, median: f64, mean: f64 },
    #[error("the acceleration is all zero")]
    AccDead { sensor: Sensor },
    #[error(
        "the acceleration's usual size is {median:.3} about a mean of {mean:.3}: gravity is in it in no known unit"
    )]
    AccOdd { sensor: Sensor, median: f64, mean: f64 },
    #[error(
        "the angular rate is in rad/s, not in deg/s: it reads at most {peak:.1} while gravity shows the sensor turning {tilt_deg:.0}° at a time, as it would at {factor:.0} times that rate"
    )]
    GyrRadians { peak: f64, tilt_deg: f64, factor: f64 },
    #[error("the angular rate reads {peak:.0}: more deg/s than any sensor's range")]
    GyrCounts { peak: f64 },

    #[error("expected {expected}, found {found}")]
    Expected { expected: String, found: String, help: &'static str },
    #[error("gravity was taken out of the acceleration: {reason}")]
    GravityRemoved { reason: String, help: &'static str },
    #[error("there is no angular rate in it: {reason}")]
    NoRate { reason: String },
    #[error("the {wanted} is in a file of its own, and none that goes with this one was found: {tried}")]
    NoPartner { wanted: &'static str, tried: String },
    #[error(
        "the two files have no time in common: the acceleration goes from {acc_s:.3} s, the angular rate from {gyr_s:.3} s"
    )]
    NoOverlap { acc_s: f64, gyr_s: f64 },
    #[error("{kind} cannot be read from a pipe")]
    NeedsFile { kind: &'static str },
    #[error("there are several sensors in it: {}", .found.join(", "))]
    SeveralSensors { found: Vec<String> },
    #[error("the leg is not known, and these axes are mirrored between the legs")]
    NeedsSide,
    #[error("there is no time in it, and no rate that would stand for it")]
    NeedsRate,
    #[error("this is no {kind}")]
    NotOfKind { kind: String },
}

impl ReadError {
    pub(crate) fn new(name: &str, problem: Problem) -> Self {
        Self {
            place: Box::new(Place { name: name.to_owned(), line: None, byte: None, column: None }),
            problem: Box::new(problem),
        }
    }

    #[must_use]
    pub(crate) fn at_line(mut self, line: u64) -> Self {
        self.place.line = Some(line);
        self
    }

    #[must_use]
    pub(crate) fn at_byte(mut self, byte: u64) -> Self {
        self.place.byte = Some(byte);
        self
    }

    #[must_use]
    pub(crate) fn at_column(mut self, column: Column) -> Self {
        self.place.column = Some(column);
        self
    }

    /// What to do about it, as a sentence; `None` where there is nothing to advise.
    pub fn help(&self) -> Option<String> {
        self.problem.help()
    }
}

impl Problem {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotFound => "check the path; `-` reads standard input".into(),
            Self::Denied | Self::Io(_) => return None,
            Self::Directory => {
                "name its captures, for example `FOLDER/*.csv`; `retrogait bench` takes folders".into()
            }
            Self::Empty | Self::NoRows => "check that the recording was written to the end".into(),
            Self::NotText { .. } => "unpack or export it as comma-separated text (CSV, UTF-8)".into(),
            Self::NotUtf8 => "save the file as UTF-8".into(),
            Self::LongLine { .. } => "check that the file has line ends and is a capture".into(),
            Self::OpenQuote { .. } => "numbers need no quotation marks: remove the odd one".into(),
            Self::Metadata { key, .. } | Self::MetadataTwice { key, .. } => match metadata_flag(key) {
                Some(flag) => format!("correct the line, or pass `{flag}`, which goes before it"),
                None => "correct the line".into(),
            },
            Self::NoHeader => {
                "put `time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z` (in the file's order) above the first row".into()
            }
            Self::Separator { .. } => "export it with commas between columns and points in numbers".into(),
            Self::MissingColumns { missing } => missing_help(missing),
            Self::DuplicateColumn { .. } => "rename one of them".into(),
            Self::RenamedColumn { .. } => "write the name as it stands in the header".into(),
            Self::OtherHeader => "split the file in two at this line".into(),
            Self::NoUsableRow { .. } | Self::MostlyUnusable { .. } => {
                "check the export: decimal points, commas between columns, one row a sample".into()
            }
            Self::ClockRestart { .. } => "split the file at this line, or correct the time before it".into(),
            Self::Rate { suggest: Some(unit), .. } => {
                format!("the times look like {}: pass `--time-unit {}`", match unit {
                    TimeUnit::Seconds => "seconds",
                    TimeUnit::Millis => "milliseconds",
                    TimeUnit::Micros => "microseconds",
                }, unit.word())
            }
            Self::Rate { suggest: None, .. } => {
                "check the time column: seconds, one row a sample".into()
            }
            Self::AccUnit { sensor: Sensor::Thigh, .. } => {
                "bring both sensors to one unit, as the shank's are read".into()
            }
            Self::AccUnit { unit, .. } => format!("pass `--acc-unit {}`", unit.word()),
            Self::GravityFree { .. } => {
                "export the raw (or calibrated) acceleration, not the \"linear\" or \"user\" one: without gravity neither tilt nor direction can be told".into()
            }
            Self::AccDead { sensor: Sensor::Shank } => "check the sensor and the export".into(),
            Self::AccDead { sensor: Sensor::Thigh } => {
                "without a thigh sensor leave its columns out, or empty".into()
            }
            Self::AccOdd { .. } => {
                "raw counts have to be scaled to m/s² first; if the figures are right, pass `--acc-unit mps2`".into()
            }
            Self::GyrRadians { .. } => {
                "pass `--gyr-unit rad/s`; if the figures are right, pass `--gyr-unit dps`".into()
            }
            Self::Expected { help, .. } | Self::GravityRemoved { help, .. } => {
                if help.is_empty() {
                    return None;
                }
                (*help).into()
            }
            Self::NoRate { .. } => "record (or export) acceleration and angular rate".into(),
            Self::NoPartner { .. } => "put both beside each other under their own names, or pass `--with FILE`".into(),
            Self::NoOverlap { .. } => "check that both are of one recording".into(),
            Self::NeedsFile { .. } => "save it as a file and name that".into(),
            Self::SeveralSensors { .. } => "pass `--sensor NAME` with one of these".into(),
            Self::NeedsSide => "pass `--side left` or `--side right`".into(),
            Self::NeedsRate => "pass `--sample-rate HZ`".into(),
            Self::NotOfKind { .. } => {
                "leave `--from` out to have it recognised, or name its columns with `--columns`".into()
            }
            Self::GyrCounts { .. } => {
                "raw counts have to be scaled to deg/s first; if the figures are right, pass `--gyr-unit dps`".into()
            }
        })
    }
}

/// The flag that goes before a metadata line.
const fn metadata_flag(key: &str) -> Option<&'static str> {
    Some(match key.as_bytes() {
        b"side" => "--side",
        b"mount" => "--mount",
        b"thigh_mount" => "--thigh-mount",
        b"height_m" => "--height",
        b"shank_length_m" => "--shank-length",
        b"thigh_length_m" => "--thigh-length",
        b"treadmill_mps" => "--belt",
        b"placement" => "--placement",
        _ => return None,
    })
}

const fn columns(n: usize) -> &'static str {
    if n == 1 { "column" } else { "columns" }
}

fn list(missing: &[Missing]) -> String {
    let names: Vec<_> = missing
        .iter()
        .map(|m| match &m.near {
            Some(near) => format!("`{}` (there is `{near}`)", m.name),
            None => format!("`{}`", m.name),
        })
        .collect();
    names.join(", ")
}

fn missing_help(missing: &[Missing]) -> String {
    let flags: Vec<_> = missing
        .iter()
        .filter_map(|m| {
            let near = m.near.as_deref()?;
            let quote = if near.contains([' ', '(', ')', '[', ']', '^', '$']) { "'" } else { "" };
            Some(format!("--column {quote}{}={near}{quote}", m.name))
        })
        .collect();
    if flags.is_empty() {
        "rename the columns, or pass `--column acc_x=NAME` for each".into()
    } else {
        format!("pass `{}`, and check their units", flags.join(" "))
    }
}

/// An operating system's message without its number, which means nothing to a person.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    text[..end].to_lowercase()
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(byte) = self.byte {
            write!(f, ", byte {byte}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {} ({})", column.number, column.name)?;
        }
        Ok(())
    }
}

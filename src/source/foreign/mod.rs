//! Captures of other loggers and tools: recognised by what is in them, read as samples.
//!
//! Each format has a file of its own and a line in [`FORMATS`]. What a file does not say, and what
//! had to be decided (units, gravity, time base, axes), is told as [`Decision`]s. Rows are read one by
//! one, so memory does not grow with the file. The checks on units, rate and clock are those of the
//! project's own captures.

mod archive;
mod axes;
mod axivity;
mod bids;
mod checked;
mod dates;
mod join;
mod metabase;
mod movella;
mod movesense;
mod movesense_csv;
mod partner;
mod phyphox;
mod readings;
mod sensor_logger;
mod spread;
mod text;
mod witmotion;

use std::fmt;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

pub use self::checked::ForeignReader;
use super::ReadOptions;
use super::error::{Place, Problem, ReadError};
use super::preamble::io_problem;
use super::warning::Trouble;
use crate::capture::CaptureMeta;
use crate::imu::Sample;

/// Bytes of a file by which its format is told.
pub(super) const HEAD: usize = 16 * 1024;

/// A format of other people's captures.
pub struct Format {
    /// The word that `--from` takes.
    pub word: &'static str,
    /// What people call it.
    pub name: &'static str,
    looks: fn(&Head<'_>) -> bool,
    open: fn(Opening<'_>) -> Result<Opened, ReadError>,
}

/// All formats, in the order in which a file is tried: those with the surest marks first.
pub const FORMATS: [Format; 10] = [
    axivity::FORMAT,
    phyphox::FORMAT,
    sensor_logger::FORMAT,
    movesense::FORMAT,
    movella::FORMAT,
    witmotion::FORMAT,
    metabase::FORMAT,
    axes::FORMAT,
    movesense_csv::FORMAT,
    bids::FORMAT,
];

impl Format {
    /// The format that `--from` calls so.
    pub fn of_word(word: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|f| f.word == word)
    }

    /// Opens a file as this format.
    pub(super) fn open(&self, from: Opening<'_>) -> Result<Opened, ReadError> {
        (self.open)(from)
    }

    /// The format of a file that begins with `head`.
    pub(super) fn of_head(head: &Head<'_>) -> Option<&'static Self> {
        FORMATS.iter().find(|f| (f.looks)(head))
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word)
    }
}

/// The beginning of a file.
pub(super) struct Head<'a> {
    /// Its first bytes, all of them if it is shorter than [`HEAD`].
    pub(super) bytes: &'a [u8],
    /// Where it is, if it is a file.
    pub(super) path: Option<&'a Path>,
}

impl Head<'_> {
    /// The first lines, as far as they are text.
    fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let bytes = self.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(self.bytes);
        bytes.split(|b| *b == b'\n').take(40).map(|l| String::from_utf8_lossy(l).trim_end().to_owned())
    }

    /// The plain names of the first line that has at least `columns` of them.
    fn header(&self, is: impl Fn(&[String]) -> bool) -> bool {
        self.lines().any(|line| {
            text::separator_of(&line).is_some_and(|separator| {
                let names: Vec<String> = text::split(&line, separator).map(text::plain).collect();
                is(&names)
            })
        })
    }

    fn is_zip(&self) -> bool {
        self.bytes.starts_with(b"PK\x03\x04")
    }

    fn file_name(&self) -> &str {
        self.path.and_then(Path::file_name).and_then(|n| n.to_str()).unwrap_or_default()
    }
}

/// A file about to be read as some format.
pub(super) struct Opening<'a> {
    /// How messages call it.
    pub(super) name: &'a str,
    /// Where it is; `None` for a pipe.
    pub(super) path: Option<&'a Path>,
    /// Its first bytes.
    pub(super) head: &'a [u8],
    /// All its bytes.
    pub(super) bytes: Box<dyn Read + Send>,
    pub(super) options: &'a ReadOptions,
}

impl Opening<'_> {
    /// The path of a format that has to open the file more than once.
    fn file(&self, kind: &'static str) -> Result<PathBuf, ReadError> {
        self.path.map(Path::to_owned).ok_or_else(|| ReadError::new(self.name, Problem::NeedsFile { kind }))
    }
}

/// Another file that belongs to the one being read.
fn open_file(path: &Path) -> Result<(Box<dyn Read + Send>, String), ReadError> {
    let name = path.display().to_string();
    match File::open(path) {
        Ok(file) => Ok((Box::new(file), name)),
        Err(e) => {
            let problem = match e.kind() {
                std::io::ErrorKind::NotFound => Problem::NotFound,
                std::io::ErrorKind::PermissionDenied => Problem::Denied,
                _ => io_problem(e),
            };
            Err(ReadError::new(&name, problem))
        }
    }
}

/// A small file that belongs to the one being read, as text.
fn read_file(path: &Path) -> Result<String, ReadError> {
    /// Bytes that a sidecar may have.
    const LIMIT: u64 = 4 << 20;
    let (bytes, name) = open_file(path)?;
    let mut all = Vec::new();
    bytes.take(LIMIT).read_to_end(&mut all).map_err(|e| ReadError::new(&name, io_problem(e)))?;
    String::from_utf8(all).map_err(|_| ReadError::new(&name, Problem::NotUtf8))
}

/// The bytes already read of an input, and the rest of it.
pub(super) fn chained(head: Vec<u8>, rest: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
    Box::new(Cursor::new(head).chain(rest))
}

/// What a format makes of a file.
pub(super) struct Opened {
    pub(super) rows: Box<dyn Rows>,
    /// What the file says of its wearer and mount.
    pub(super) meta: CaptureMeta,
    pub(super) thigh: bool,
    pub(super) decided: Vec<Decision>,
}

/// Something that was decided about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What it is about: `format`, `time`, `acceleration`, `angular rate`, `gravity`, `axes`.
    pub about: &'static str,
    /// What was decided, and by what.
    pub what: String,
}

impl Decision {
    pub(super) fn new(about: &'static str, what: impl Into<String>) -> Self {
        Self { about, what: what.into() }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.what)
    }
}

/// Samples of a format, one step at a time.
pub(super) trait Rows: Send {
    fn step(&mut self) -> Result<Step, ReadError>;
    /// Bytes read so far.
    fn bytes(&self) -> u64;
}

/// What one row was.
pub(super) enum Step {
    Sample(Sample),
    LeftOut(Fault),
    End,
}

/// A row that is no sample.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) place: Place,
    pub(super) trouble: Trouble,
}

/// The unit of acceleration that goes for a format, and how that was decided.
fn acc_unit(options: &ReadOptions, usual: super::AccUnit, decided: &mut Vec<Decision>) -> f64 {
    let unit = options.acc_unit.unwrap_or(usual);
    let why = if options.acc_unit.is_some() { "by the flag" } else { "by the format" };
    decided.push(Decision::new("acceleration", format!("in {unit}, {why}")));
    unit.mps2()
}

/// The same for the angular rate.
fn gyr_unit(options: &ReadOptions, usual: super::GyrUnit, decided: &mut Vec<Decision>) -> f64 {
    let unit = options.gyr_unit.unwrap_or(usual);
    let why = if options.gyr_unit.is_some() { "by the flag" } else { "by the format" };
    decided.push(Decision::new("angular rate", format!("in {unit}, {why}")));
    unit.dps()
}

fn scaled(value: [f64; 3], factor: f64) -> [f64; 3] {
    value.map(|v| v * factor)
}

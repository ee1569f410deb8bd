//! Opening a capture by its path, whatever logger wrote it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::error::{Problem, ReadError};
use super::foreign::{Decision, ForeignReader, Format, HEAD, Head, Opening, chained};
use super::preamble::io_problem;
use super::warning::{Warning, Warnings};
use super::{CaptureReader, Kind, ReadOptions, Samples};
use crate::capture::CaptureMeta;
use crate::imu::Sample;
use crate::time::{SensorTime, Span};

/// An open capture.
pub struct Input {
    /// Its bytes, as they come.
    pub bytes: Box<dyn Read + Send>,
    /// How it is called in messages.
    pub name: String,
    /// Its size in bytes; `None` for pipes and standard input.
    pub size: Option<u64>,
    /// Where it is; `None` for standard input.
    pub path: Option<PathBuf>,
}

/// Opens `path`; `-` is standard input.
///
/// # Errors
/// When the file is not there, is a folder, or may not be read.
pub fn open(path: &Path) -> Result<Input, ReadError> {
    if path.as_os_str() == "-" {
        let name = "standard input".to_owned();
        return Ok(Input { bytes: Box::new(io::stdin()), name, size: None, path: None });
    }
    let name = path.display().to_string();
    let refuse = |e: io::Error| {
        ReadError::new(
            &name,
            match e.kind() {
                io::ErrorKind::NotFound => Problem::NotFound,
                io::ErrorKind::PermissionDenied => Problem::Denied,
                io::ErrorKind::IsADirectory => Problem::Directory,
                _ => Problem::Io(e),
            },
        )
    };
    let file = File::open(path).map_err(refuse)?;
    let metadata = file.metadata().map_err(refuse)?;
    if metadata.is_dir() {
        return Err(ReadError::new(&name, Problem::Directory));
    }
    // A pipe with a name can be opened once only.
    let path = metadata.is_file().then(|| path.to_owned());
    Ok(Input { bytes: Box::new(file), size: path.is_some().then_some(metadata.len()), name, path })
}

/// A recording of whatever format, being read.
pub enum Recording {
    /// A capture of the contract, or a table whose columns were named.
    Capture(Box<CaptureReader<Box<dyn Read + Send>>>),
    /// A file of another logger.
    Foreign(Box<ForeignReader>),
}

impl Recording {
    /// Tells what an input is, and reads it as that.
    ///
    /// # Errors
    /// When it is nothing that is known, or is known and cannot be read.
    pub fn open(input: Input, options: ReadOptions) -> Result<Self, ReadError> {
        let Input { mut bytes, name, path, .. } = input;
        let told = match options.kind {
            // Named columns say that it is a table, and how it is to be read.
            None if !options.columns.is_empty() => Some(Kind::Capture),
            told => told,
        };
        if told == Some(Kind::Capture) {
            return Ok(Self::Capture(Box::new(CaptureReader::new(bytes, &name, options)?)));
        }
        let start = head_of(&mut bytes, &name)?;
        let head = Head { bytes: &start, path: path.as_deref() };
        let format = match told {
            Some(Kind::Foreign(format)) => Some(format),
            _ if is_capture(&start) => None,
            _ => Format::of_head(&head),
        };
        let bytes = chained(start.clone(), bytes);
        let Some(format) = format else {
            return Ok(Self::Capture(Box::new(CaptureReader::new(bytes, &name, options)?)));
        };
        let opening = Opening { name: &name, path: path.as_deref(), head: &start, bytes, options: &options };
        let opened = format.open(opening)?;
        Ok(Self::Foreign(Box::new(ForeignReader::new(opened, &name, options)?)))
    }
}

/// Whether a file that begins with `start` is a capture of any known format.
pub fn looks_known(start: &[u8], path: &Path) -> bool {
    is_capture(start) || Format::of_head(&Head { bytes: start, path: Some(path) }).is_some()
}

/// The first bytes of an input: as many as it takes to know one of our captures, so that a live one
/// is not kept waiting, else [`HEAD`] or all.
pub(super) fn head_of(input: &mut impl Read, name: &str) -> Result<Vec<u8>, ReadError> {
    let mut head = vec![0; HEAD];
    let mut n = 0;
    while n < HEAD {
        match input.read(&mut head[n..]) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(ReadError::new(name, io_problem(e))),
        }
        if is_capture(&head[..n]) {
            break;
        }
    }
    head.truncate(n);
    Ok(head)
}

/// Whether a whole line of `start` is the header of a capture.
fn is_capture(start: &[u8]) -> bool {
    let Some(end) = start.iter().rposition(|b| *b == b'\n') else {
        return false;
    };
    start[..end].split(|b| *b == b'\n').any(|line| {
        let line = String::from_utf8_lossy(line);
        let has = |wanted: &str| {
            line.split(',').any(|c| c.trim_matches(['"', ' ', '\r', '\u{feff}']).eq_ignore_ascii_case(wanted))
        };
        has("time_s") && has("acc_x") && has("gyr_x")
    })
}

impl Samples for Recording {
    fn belt_mps(&self) -> Option<f64> {
        match self {
            Self::Capture(r) => r.belt_mps(),
            Self::Foreign(_) => None,
        }
    }
    fn arrival(&self) -> Option<Span> {
        match self {
            Self::Capture(r) => r.arrival(),
            Self::Foreign(_) => None,
        }
    }

    fn meta(&self) -> &CaptureMeta {
        match self {
            Self::Capture(r) => r.meta(),
            Self::Foreign(r) => r.meta(),
        }
    }

    fn has_thigh(&self) -> bool {
        match self {
            Self::Capture(r) => r.has_thigh(),
            Self::Foreign(r) => r.has_thigh(),
        }
    }

    fn decided(&self) -> &[Decision] {
        match self {
            Self::Capture(_) => &[],
            Self::Foreign(r) => r.decided(),
        }
    }

    fn next_sample(&mut self) -> Result<Option<Sample>, ReadError> {
        match self {
            Self::Capture(r) => r.next_sample(),
            Self::Foreign(r) => r.next_sample(),
        }
    }

    fn warnings(&self) -> &Warnings {
        match self {
            Self::Capture(r) => r.warnings(),
            Self::Foreign(r) => r.warnings(),
        }
    }

    fn fresh_warnings(&mut self) -> Vec<Warning> {
        match self {
            Self::Capture(r) => r.fresh_warnings(),
            Self::Foreign(r) => r.fresh_warnings(),
        }
    }

    fn span(&self) -> Option<(SensorTime, SensorTime)> {
        match self {
            Self::Capture(r) => r.span(),
            Self::Foreign(r) => r.span(),
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Self::Capture(r) => r.bytes(),
            Self::Foreign(r) => r.bytes(),
        }
    }
}

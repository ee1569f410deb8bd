//! The lines above the header: `# key: value`, and the header line itself.

use std::io::{BufRead, Read};

use super::error::{Problem, ReadError};
use crate::capture::{CaptureMeta, Placement};
use crate::mount::{Mount, Side};

/// Bytes that a line above the rows may have.
const LINE_LIMIT: usize = 64 * 1024;

/// Metadata given from outside. `Some` goes before what the file says, and keeps a wrong line of
/// the file from being an error: it is there to repair it.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Overrides {
    /// The leg.
    pub side: Option<Side>,
    /// Mount of the shank sensor; `Some(None)` says that it is unknown.
    pub mount: Option<Option<Mount>>,
    /// Mount of the thigh sensor; `Some(None)` says that it is unknown.
    pub thigh_mount: Option<Option<Mount>>,
    /// Body height, m.
    pub height_m: Option<f64>,
    /// Knee to ankle, m.
    pub shank_length_m: Option<f64>,
    /// Hip to knee, m.
    pub thigh_length_m: Option<f64>,
    /// Belt speed, m/s.
    pub treadmill_mps: Option<f64>,
    /// Where the shank sensor sits.
    pub placement: Option<Placement>,
}

/// A metadata key of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub enum MetaKey {
    Version,
    Side,
    Mount,
    ThighMount,
    Height,
    ShankLength,
    ThighLength,
    Treadmill,
    Placement,
}

impl MetaKey {
    /// All, in the order of the contract.
    pub(crate) const ALL: [Self; 9] = [
        Self::Version,
        Self::Side,
        Self::Mount,
        Self::ThighMount,
        Self::Height,
        Self::ShankLength,
        Self::ThighLength,
        Self::Treadmill,
        Self::Placement,
    ];

    /// The word in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Version => "retrogait-capture",
            Self::Side => "side",
            Self::Mount => "mount",
            Self::ThighMount => "thigh_mount",
            Self::Height => "height_m",
            Self::ShankLength => "shank_length_m",
            Self::ThighLength => "thigh_length_m",
            Self::Treadmill => "treadmill_mps",
            Self::Placement => "placement",
        }
    }
}

/// What stands above the rows.
pub(super) struct Preamble {
    pub(super) meta: CaptureMeta,
    /// The header line without its line end.
    pub(super) header: Vec<u8>,
    /// Its number, from 1.
    pub(super) header_line: u64,
}

/// Checks one metadata value, without a file around it: `Err` holds the reason in words.
///
/// # Errors
/// When the value is not one that `key` may have.
pub fn check_metadata(key: MetaKey, value: &str, meta: &mut CaptureMeta) -> Result<(), String> {
    match key {
        MetaKey::Version if value == "1" => {}
        MetaKey::Version => return Err("only version 1 is known here".into()),
        MetaKey::Side => {
            meta.side = Some(match value {
                "left" => Side::Left,
                "right" => Side::Right,
                _ => return Err("use left or right".into()),
            });
        }
        MetaKey::Mount => meta.mount = mount(value)?,
        MetaKey::ThighMount => meta.thigh_mount = mount(value)?,
        MetaKey::Height => meta.height_m = Some(metres(value, 0.5, 2.6)?),
        MetaKey::ShankLength => meta.shank_length_m = Some(metres(value, 0.1, 0.8)?),
        MetaKey::ThighLength => meta.thigh_length_m = Some(metres(value, 0.1, 0.9)?),
        MetaKey::Treadmill => {
            let speed: f64 = value.parse().map_err(|_| "not a number".to_owned())?;
            // A belt that runs the other way is as fast: the sign is a habit of the machine.
            if !speed.is_finite() || speed.abs() > 10.0 {
                return Err("a belt speed is in m/s, up to 10".into());
            }
            meta.treadmill_mps = Some(speed.abs());
        }
        MetaKey::Placement => {
            meta.placement = match value {
                "shank" => Placement::Shank,
                "ankle" => Placement::Ankle,
                "foot" => Placement::Foot,
                _ => return Err("use shank, ankle or foot".into()),
            };
        }
    }
    Ok(())
}

fn mount(value: &str) -> Result<Option<Mount>, String> {
    if value == "unknown" {
        return Ok(None);
    }
    value.parse().map(Some).map_err(|e: crate::mount::MountError| e.to_string())
}

fn metres(value: &str, low: f64, high: f64) -> Result<f64, String> {
    let length: f64 = value.parse().map_err(|_| "not a number".to_owned())?;
    if (low..=high).contains(&length) {
        return Ok(length);
    }
    let hint = if (low..=high).contains(&(length / 100.0)) {
        format!("; is it {} m?", length / 100.0)
    } else {
        String::new()
    };
    Err(format!("not between {low} and {high} metres{hint}"))
}

/// Reads up to and including the header line.
pub(super) fn read(
    input: &mut impl BufRead,
    name: &str,
    overrides: &Overrides,
) -> Result<Preamble, ReadError> {
    let mut said: [Option<(u64, String)>; MetaKey::ALL.len()] = Default::default();
    let mut number = 0;
    let mut line = Vec::new();
    let mut nothing_yet = true;
    loop {
        number += 1;
        read_line(input, name, number, &mut line)?;
        if line.is_empty() {
            let problem = if nothing_yet { Problem::Empty } else { Problem::NoHeader };
            return Err(ReadError::new(name, problem));
        }
        let text = clean(&mut line, name, number)?;
        if text.is_empty() {
            continue;
        }
        nothing_yet = false;
        // Spreadsheets put a line with commas in it into quotation marks.
        let bare = text.strip_prefix("\"#").map(|t| t.trim_end_matches([',', '"']));
        let Some(comment) = text.strip_prefix('#').or(bare) else {
            break;
        };
        let Some((key, value)) = comment.split_once(':') else {
            continue;
        };
        let key = key.trim();
        let Some(index) = MetaKey::ALL.iter().position(|k| k.word() == key) else {
            continue;
        };
        // Spreadsheets fill the line up with empty cells when they save it.
        let value = value.trim().trim_end_matches(',').trim().to_owned();
        match &said[index] {
            Some((first_line, before)) if *before != value => {
                let problem =
                    Problem::MetadataTwice { key: MetaKey::ALL[index].word(), first_line: *first_line };
                return Err(ReadError::new(name, problem).at_line(number));
            }
            Some(_) => {}
            None => said[index] = Some((number, value)),
        }
    }

    let mut meta = CaptureMeta::default();
    for (key, said) in MetaKey::ALL.into_iter().zip(said) {
        let Some((line, value)) = said else { continue };
        if overrides.covers(key) {
            continue;
        }
        check_metadata(key, &value, &mut meta).map_err(|reason| {
            let problem = Problem::Metadata { key: key.word(), value, reason };
            ReadError::new(name, problem).at_line(line)
        })?;
    }
    overrides.apply(&mut meta);
    Ok(Preamble { meta, header: line, header_line: number })
}

impl Overrides {
    fn covers(&self, key: MetaKey) -> bool {
        match key {
            MetaKey::Version => false,
            MetaKey::Side => self.side.is_some(),
            MetaKey::Mount => self.mount.is_some(),
            MetaKey::ThighMount => self.thigh_mount.is_some(),
            MetaKey::Height => self.height_m.is_some(),
            MetaKey::ShankLength => self.shank_length_m.is_some(),
            MetaKey::ThighLength => self.thigh_length_m.is_some(),
            MetaKey::Treadmill => self.treadmill_mps.is_some(),
            MetaKey::Placement => self.placement.is_some(),
        }
    }

    /// Puts what is given over what `meta` says.
    pub fn apply(&self, meta: &mut CaptureMeta) {
        meta.side = self.side.or(meta.side);
        meta.mount = self.mount.unwrap_or(meta.mount);
        meta.thigh_mount = self.thigh_mount.unwrap_or(meta.thigh_mount);
        meta.height_m = self.height_m.or(meta.height_m);
        meta.shank_length_m = self.shank_length_m.or(meta.shank_length_m);
        meta.thigh_length_m = self.thigh_length_m.or(meta.thigh_length_m);
        meta.treadmill_mps = self.treadmill_mps.or(meta.treadmill_mps);
        meta.placement = self.placement.unwrap_or(meta.placement);
    }
}

/// One line with its line end; empty at the end of the input.
fn read_line(input: &mut impl BufRead, name: &str, number: u64, line: &mut Vec<u8>) -> Result<(), ReadError> {
    line.clear();
    input
        .by_ref()
        .take(LINE_LIMIT as u64 + 1)
        .read_until(b'\n', line)
        .map_err(|e| ReadError::new(name, io_problem(e)))?;
    if number == 1 {
        if let Some(problem) = not_text(line) {
            return Err(ReadError::new(name, problem));
        }
        if line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
            if line.is_empty() {
                return read_line(input, name, number + 1, line);
            }
        }
    }
    if line.contains(&0) {
        let kind = "a binary file";
        return Err(ReadError::new(name, Problem::NotText { kind }).at_line(number));
    }
    if line.len() > LINE_LIMIT {
        let limit = LINE_LIMIT;
        return Err(ReadError::new(name, Problem::LongLine { limit }).at_line(number));
    }
    Ok(())
}

/// An error of the operating system as a problem of the capture.
pub(super) fn io_problem(e: std::io::Error) -> Problem {
    match e.kind() {
        std::io::ErrorKind::IsADirectory => Problem::Directory,
        _ => Problem::Io(e),
    }
}

/// Files that are known not to be text by how they begin.
fn not_text(start: &[u8]) -> Option<Problem> {
    let kind = match start {
        [0x1f, 0x8b, ..] => "a gzip archive",
        [b'P', b'K', 3, 4, ..] => "a zip archive or a spreadsheet",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16 text",
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "an old spreadsheet",
        _ => return None,
    };
    Some(match kind {
        "UTF-16 text" => Problem::NotUtf8,
        _ => Problem::NotText { kind },
    })
}

/// The line as text, without its line end and the blanks around it.
fn clean<'a>(line: &'a mut Vec<u8>, name: &str, number: u64) -> Result<&'a str, ReadError> {
    let kept = line.trim_ascii_end().len();
    line.truncate(kept);
    let blanks = line.len() - line.trim_ascii_start().len();
    line.drain(..blanks);
    std::str::from_utf8(line).map_err(|_| ReadError::new(name, Problem::NotUtf8).at_line(number))
}

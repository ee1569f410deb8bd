//! Everything that arrived, as text: one line an event, in the order in which it was worked on.
//!
//! ```text
//! # retrogait-raw: 1
//! # sensor: 0 shank open 100
//! at_us,sensor,what,from,bytes
//! 152331,0,state,streaming,
//! 163000,0,value,6d6f7475-0002-4b1e-9d3a-5f1c0c3f0001,0000050000000000…
//! 171020,0,overrun,,3
//! ```
//!
//! A line is whole when its line end is there: a file that was cut loses at most its last line.

use std::fmt::Write as _;
use std::io::BufRead;
use std::ops::RangeInclusive;

use thiserror::Error;
use uuid::Uuid;

use super::assemble::{Part, Role};
use crate::decode::Arrival;
use crate::link::intake::{Event, What};
use crate::link::state::State;
use crate::link::transport::Fault;

/// What the first line says.
pub const MAGIC: &str = "# retrogait-raw: 1";
const COLUMNS: &str = "at_us,sensor,what,from,bytes";

/// Why raw events were not read.
#[derive(Debug, Error)]
pub enum RawError {
    /// It does not begin as such a file does.
    #[error("not a file of raw events (the first line is not `{MAGIC}`)")]
    NotRaw,
    /// A line of the head is wrong.
    #[error("line {line}: {what}")]
    Head {
        /// Number of the line.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The lines above the events. `meta` are the metadata lines of the capture beside it.
pub fn head(parts: &[Part], meta: &str) -> String {
    let mut out = format!("{MAGIC}\n{meta}");
    for (i, part) in parts.iter().enumerate() {
        let _ = writeln!(out, "# sensor: {i} {} {} {}", part.role.word(), part.kind, part.rate_hz);
    }
    out.push_str(COLUMNS);
    out.push('\n');
    out
}

/// Writes an event as a line.
pub fn line(event: &Event, out: &mut String) {
    let _ = write!(out, "{},{},", event.at.micros(), event.sensor);
    match &event.what {
        What::Value { from, bytes } => {
            let _ = write!(out, "value,{from},");
            for b in bytes {
                let _ = write!(out, "{b:02x}");
            }
        }
        What::Overrun { values } => {
            let _ = write!(out, "overrun,,{values}");
        }
        What::Silent => out.push_str("silent,,"),
        What::State(state) => {
            let _ = write!(out, "state,{},", state.word());
        }
    }
    out.push('\n');
}

/// Reads events.
#[derive(Debug)]
pub struct RawReader<R> {
    input: R,
    parts: Vec<Part>,
    meta: Vec<String>,
    line: u64,
    text: String,
    left_out: u64,
}

impl<R: BufRead> RawReader<R> {
    /// Reads the head.
    ///
    /// # Errors
    /// When it is no file of raw events.
    pub fn new(mut input: R) -> Result<Self, RawError> {
        let (mut parts, mut meta) = (Vec::new(), Vec::new());
        let mut text = String::new();
        let mut number = 0;
        loop {
            text.clear();
            number += 1;
            // Longer than any line of a head: not such a file.
            let read = (&mut input).take_line(&mut text);
            let more = read.map_err(|_| RawError::NotRaw)?;
            let line = text.trim_end();
            if number == 1 && line != MAGIC {
                return Err(RawError::NotRaw);
            }
            if !more || line == COLUMNS {
                break;
            }
            if number > HEAD_LIMIT {
                let what = format!("no `{COLUMNS}` so far: this is no file of raw events");
                return Err(RawError::Head { line: number, what });
            }
            match line.strip_prefix("# sensor: ") {
                Some(sensor) => parts
                    .push(part(sensor, parts.len()).map_err(|what| RawError::Head { line: number, what })?),
                None if number > 1 => meta.push(line.to_owned()),
                None => {}
            }
        }
        Ok(Self { input, parts, meta, line: number, text, left_out: 0 })
    }

    /// The sensors of the session.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The metadata lines of the capture.
    pub fn meta(&self) -> &[String] {
        &self.meta
    }

    /// Lines that were no events, such as one that was cut.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn next_event(&mut self) -> Result<Option<Event>, RawError> {
        loop {
            self.text.clear();
            self.line += 1;
            match (&mut self.input).take_line(&mut self.text) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(e) if e.kind() == std::io::ErrorKind::InvalidData => {
                    self.left_out += 1;
                    continue;
                }
                Err(e) => return Err(e.into()),
            }
            match self.text.strip_suffix('\n').and_then(event) {
                Some(event) if event.sensor < self.parts.len() => return Ok(Some(event)),
                _ => self.left_out += 1,
            }
        }
    }
}

/// A line of bounded length.
trait TakeLine {
    fn take_line(self, text: &mut String) -> std::io::Result<bool>;
}

/// Since the session began: a year. What lies further away is damaged.
const ARRIVALS_US: RangeInclusive<i64> = -1_000_000..=31_536_000_000_000;
/// More lines than any head has.
const HEAD_LIMIT: u64 = 200;
/// Longer than the line of the longest value (512 bytes).
const LINE_LIMIT: u64 = 4096;

impl<R: BufRead> TakeLine for &mut R {
    fn take_line(self, text: &mut String) -> std::io::Result<bool> {
        let mut bytes = Vec::new();
        std::io::Read::take(&mut *self, LINE_LIMIT).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(false);
        }
        match std::str::from_utf8(&bytes) {
            Ok(line) => text.push_str(line),
            Err(_) => return Err(std::io::ErrorKind::InvalidData.into()),
        }
        Ok(true)
    }
}

fn part(text: &str, number: usize) -> Result<Part, String> {
    let words: Vec<_> = text.split_whitespace().collect();
    let [i, role, kind, rate, ..] = words[..] else {
        return Err("a sensor is `# sensor: NUMBER ROLE KIND RATE`".into());
    };
    if i.parse() != Ok(number) {
        return Err(format!("sensors are numbered from 0 on; `{i}` is not {number}"));
    }
    Ok(Part {
        role: Role::ALL
            .into_iter()
            .find(|r| r.word() == role)
            .ok_or_else(|| format!("`{role}` is no role of a sensor"))?,
        kind: kind.parse()?,
        rate_hz: rate
            .parse()
            .ok()
            .filter(|r: &f64| (0.0..=10_000.0).contains(r))
            .ok_or_else(|| format!("`{rate}` is no rate"))?,
    })
}

fn event(line: &str) -> Option<Event> {
    let mut cells = line.split(',');
    let at_us = cells.next()?.parse().ok().filter(|us| ARRIVALS_US.contains(us))?;
    let at = Arrival::from_micros(at_us);
    let sensor = cells.next()?.parse().ok()?;
    let (what, from, bytes) = (cells.next()?, cells.next()?, cells.next()?);
    if cells.next().is_some() {
        return None;
    }
    let what = match what {
        "value" => What::Value { from: Uuid::try_parse(from).ok()?, bytes: unhex(bytes)? },
        "silent" => What::Silent,
        // No session loses thousands of millions.
        "overrun" => What::Overrun { values: bytes.parse::<u32>().ok()?.into() },
        "state" => What::State(match from {
            "scanning" => State::Scanning,
            "connecting" => State::Connecting { attempt: 0 },
            "discovering" => State::Discovering,
            "configuring" => State::Configuring,
            "streaming" => State::Streaming,
            "stale" => State::Stale,
            "reconnecting" => State::Reconnecting(Fault::Gone),
            "ended" => State::Ended(None),
            _ => return None,
        }),
        _ => return None,
    };
    Some(Event { sensor, at, what })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok()).collect()
}

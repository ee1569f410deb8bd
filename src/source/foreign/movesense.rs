//! Movesense: the JSON of its apps, a packet a notification, together or an object a line.
//!
//! A packet has a `Timestamp` (ms, of its first sample) and an array each for what was measured:
//! acceleration in m/s² with gravity, angular rate in deg/s. Acceleration and rate may share packets
//! (IMU6, IMU9), share a file, or have a file each; the file is read once for each of them.

use std::collections::VecDeque;
use std::io::BufReader;
use std::path::Path;

use struson::reader::{JsonReader, JsonStreamReader, ReaderError, ReaderSettings, ValueType};

use super::super::error::{Place, Problem, ReadError};
use super::super::preamble::io_problem;
use super::super::units::{AccUnit, GyrUnit};
use super::super::warning::Trouble;
use super::join::{Channel, Join, Reading};
use super::partner::{self, Has};
use super::spread::{Packet, Spread};
use super::text::Bytes;
use super::{Decision, Fault, Format, Head, Opened, Opening, acc_unit, gyr_unit, open_file, scaled};
use crate::capture::CaptureMeta;

pub(super) const FORMAT: Format = Format { word: "movesense", name: "Movesense JSON", looks, open };

/// Objects in objects that are followed.
const DEPTH: u32 = 32;
/// Samples of one packet: a radio packet holds some eight.
const PACKET: usize = 4096;

fn looks(head: &Head<'_>) -> bool {
    let text = String::from_utf8_lossy(head.bytes);
    text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).starts_with(['{', '['])
        && (text.contains("\"ArrayAcc\"") || text.contains("\"ArrayGyro\""))
}

fn open(from: Opening<'_>) -> Result<Opened, ReadError> {
    let path = from.file(FORMAT.name)?;
    drop(from.bytes);
    let mut decided = vec![Decision::new("format", FORMAT.name)];
    let at = |array: &'static str, has: Has, factor: f64| -> Result<Packets, ReadError> {
        if let Some(here) = first_of(&path, array, factor)? {
            return Ok(here);
        }
        let other_has = if has == Has::Rate { Has::Acceleration } else { Has::Rate };
        let other = partner::find(&path, other_has, from.options)?;
        first_of(&other, array, factor)?.ok_or_else(|| {
            ReadError::new(
                &other.display().to_string(),
                Problem::Expected {
                    expected: format!("packets with `{array}`"),
                    found: "none".into(),
                    help: "",
                },
            )
        })
    };
    let mps2 = acc_unit(from.options, AccUnit::Mps2, &mut decided);
    let dps = gyr_unit(from.options, GyrUnit::Dps, &mut decided);
    let acc = at("ArrayAcc", Has::Acceleration, mps2)?;
    let gyr = at("ArrayGyro", Has::Rate, dps)?;
    decided.push(Decision::new("gravity", "included"));
    decided.push(Decision::new(
        "time",
        "Timestamp (ms) of each packet, its samples spread to the next; acceleration on the times of the rate",
    ));
    let rows = Box::new(Join::new(Box::new(acc), Box::new(gyr)));
    Ok(Opened { rows, meta: CaptureMeta::default(), thigh: false, decided })
}

/// A file's packets of one array, if it has any: looked for from its start, and opened again.
fn first_of(path: &Path, array: &'static str, factor: f64) -> Result<Option<Packets>, ReadError> {
    let (bytes, name) = open_file(path)?;
    if Json::new(bytes, &name, array).next_packet()?.is_none() {
        return Ok(None);
    }
    let (bytes, name) = open_file(path)?;
    Ok(Some(Packets {
        json: Json::new(bytes, &name, array),
        spread: Spread::new(None),
        ready: VecDeque::new(),
        factor,
        ended: false,
    }))
}

/// The samples of one array of a file.
struct Packets {
    json: Json,
    spread: Spread<[f64; 3]>,
    ready: VecDeque<Reading>,
    factor: f64,
    ended: bool,
}

impl Channel for Packets {
    fn read(&mut self) -> Result<Option<Result<Reading, Fault>>, ReadError> {
        loop {
            if let Some(reading) = self.ready.pop_front() {
                return Ok(Some(Ok(reading)));
            }
            if self.ended {
                return Ok(None);
            }
            let packet = self.json.next_packet()?;
            self.ended = packet.is_none();
            if let Some((packet, step)) = self.spread.push(packet) {
                self.ready.extend(packet.samples.iter().enumerate().map(|(i, v)| Reading {
                    time_s: packet.time_s + i as f64 * step,
                    value: scaled(*v, self.factor),
                }));
            }
        }
    }

    fn bytes(&self) -> u64 {
        self.json.bytes()
    }

    fn here(&self, trouble: Trouble) -> Fault {
        Fault { place: self.json.place(), trouble }
    }

    fn name(&self) -> &str {
        &self.json.name
    }
}

/// A JSON text read packet by packet, whatever its packets are wrapped in.
struct Json {
    reader: JsonStreamReader<BufReader<Bytes>>,
    name: String,
    array: &'static str,
    /// What is open: `Some` is an object and what of a packet it has shown.
    open: Vec<Option<Partial>>,
    begun: bool,
}

#[derive(Default)]
struct Partial {
    time_ms: Option<f64>,
    samples: Vec<[f64; 3]>,
}

impl Json {
    fn new(bytes: Bytes, name: &str, array: &'static str) -> Self {
        let settings = ReaderSettings {
            allow_multiple_top_level: true,
            track_path: false,
            max_nesting_depth: Some(DEPTH),
            ..ReaderSettings::default()
        };
        let reader = JsonStreamReader::new_custom(BufReader::new(bytes), settings);
        Self { reader, name: name.to_owned(), array, open: Vec::new(), begun: false }
    }

    fn bytes(&self) -> u64 {
        self.reader.current_position(false).data_pos.unwrap_or_default()
    }

    fn place(&self) -> Place {
        let line = self.reader.current_position(false).line_pos.map(|p| p.line + 1);
        Place { name: self.name.clone(), line, byte: None, column: None }
    }

    fn next_packet(&mut self) -> Result<Option<Packet<[f64; 3]>>, ReadError> {
        self.walk().map_err(|e| self.broken(e))
    }

    fn broken(&self, error: Broken) -> ReadError {
        let line = self.place().line.unwrap_or(1);
        let problem = match error {
            Broken::Json(ReaderError::IoError { error, .. }) => io_problem(error),
            Broken::Json(e) => {
                // The reader's own text ends in its place, which goes before ours here.
                let text = e.to_string();
                let found = match text.split(" at ").next().unwrap_or_default() {
                    found if found.contains("IncompleteDocument") => "the end of the file".to_owned(),
                    found => found.trim_start_matches("syntax error: ").to_owned(),
                };
                let help = "the file may have been cut short: export it again";
                Problem::Expected { expected: "whole JSON packets".into(), found, help }
            }
            Broken::Packet(expected, found) => {
                Problem::Expected { expected: expected.into(), found, help: "" }
            }
        };
        ReadError::new(&self.name, problem).at_line(line)
    }

    fn walk(&mut self) -> Result<Option<Packet<[f64; 3]>>, Broken> {
        loop {
            if self.open.is_empty() {
                // Before the first value there must be one; after it there may be more.
                if self.begun && !self.reader.has_next()? {
                    return Ok(None);
                }
                self.begun = true;
                self.enter()?;
                continue;
            }
            if !self.reader.has_next()? {
                match self.open.pop().flatten() {
                    None => self.reader.end_array()?,
                    Some(partial) => {
                        self.reader.end_object()?;
                        if !partial.samples.is_empty() {
                            let Some(ms) = partial.time_ms else {
                                return Err(Broken::Packet("a `Timestamp` in each packet", "none".into()));
                            };
                            return Ok(Some(Packet { time_s: ms / 1000.0, samples: partial.samples }));
                        }
                    }
                }
                continue;
            }
            let Some(Some(_)) = self.open.last() else {
                self.enter()?;
                continue;
            };
            let name = self.reader.next_name()?;
            let (is_time, is_array) = (name == "Timestamp", name == self.array);
            if is_time {
                let time = self.number()?;
                if let Some(Some(partial)) = self.open.last_mut() {
                    partial.time_ms = Some(time);
                }
            } else if is_array {
                let samples = self.vectors()?;
                if let Some(Some(partial)) = self.open.last_mut() {
                    partial.samples = samples;
                }
            } else {
                self.enter()?;
            }
        }
    }

    /// Goes into an object or array, and over anything else.
    fn enter(&mut self) -> Result<(), Broken> {
        match self.reader.peek()? {
            ValueType::Object => {
                self.reader.begin_object()?;
                self.open.push(Some(Partial::default()));
            }
            ValueType::Array => {
                self.reader.begin_array()?;
                self.open.push(None);
            }
            _ => self.reader.skip_value()?,
        }
        Ok(())
    }

    fn number(&mut self) -> Result<f64, Broken> {
        self.reader
            .next_number::<f64>()?
            .ok()
            .filter(|v| v.is_finite())
            .ok_or_else(|| Broken::Packet("a number", "one that is out of range".into()))
    }

    /// `[{"x":…,"y":…,"z":…}, …]`
    fn vectors(&mut self) -> Result<Vec<[f64; 3]>, Broken> {
        let mut samples = Vec::new();
        self.reader.begin_array()?;
        while self.reader.has_next()? {
            if samples.len() == PACKET {
                return Err(Broken::Packet(
                    "packets of a radio's size",
                    format!("one of more than {PACKET} samples"),
                ));
            }
            let mut vector = [None; 3];
            self.reader.begin_object()?;
            while self.reader.has_next()? {
                let slot = match self.reader.next_name()? {
                    "x" => 0,
                    "y" => 1,
                    "z" => 2,
                    _ => {
                        self.reader.skip_value()?;
                        continue;
                    }
                };
                vector[slot] = Some(self.number()?);
            }
            self.reader.end_object()?;
            let [Some(x), Some(y), Some(z)] = vector else {
                return Err(Broken::Packet("x, y and z of each sample", "fewer".into()));
            };
            samples.push([x, y, z]);
        }
        self.reader.end_array()?;
        Ok(samples)
    }
}

/// Why a packet was not read.
enum Broken {
    Json(ReaderError),
    Packet(&'static str, String),
}

impl From<ReaderError> for Broken {
    fn from(error: ReaderError) -> Self {
        Self::Json(error)
    }
}

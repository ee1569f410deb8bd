//! The stream of records: one JSON object a line.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use super::Sink;
use crate::record::Record;
use crate::source::warning::Tally;
use crate::time::SensorTime;

/// When lines leave the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flush {
    /// Each at once: someone is waiting for it.
    EachLine,
    /// When it is convenient.
    AtEnd,
}

/// Writes records as JSON objects, one a line.
#[derive(Debug)]
pub struct Ndjson<W: Write> {
    out: W,
    flush: Flush,
    /// `{"capture":"NAME",`, where several captures share the stream.
    opening: Option<Vec<u8>>,
    line: Vec<u8>,
}

impl<W: Write> Ndjson<W> {
    /// Writes to `out`. With a `capture`, every object starts with a field of that name.
    pub fn new(out: W, flush: Flush, capture: Option<&str>) -> Self {
        let opening = capture.map(|name| {
            let mut text = json!({ "capture": name }).to_string().into_bytes();
            text.pop();
            text.push(b',');
            text
        });
        Self { out, flush, opening, line: Vec::new() }
    }

    fn write(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value)?;
        self.line.push(b'\n');
        match &self.opening {
            Some(opening) => {
                self.out.write_all(opening)?;
                self.out.write_all(&self.line[1..])?;
            }
            None => self.out.write_all(&self.line)?,
        }
        if self.flush == Flush::EachLine {
            self.out.flush()?;
        }
        Ok(())
    }
}

/// What the reader says, in the shape of the pipeline's own notices.
#[derive(Serialize)]
#[serde(tag = "type", rename = "notice")]
struct RowsNotice {
    time_s: SensorTime,
    code: &'static str,
    value: u64,
    message: String,
}

impl<W: Write> Sink for Ndjson<W> {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.write(record)
    }

    fn rows(&mut self, at: SensorTime, tally: &Tally) -> io::Result<()> {
        self.write(&RowsNotice {
            time_s: at,
            code: tally.trouble.code(),
            value: tally.count,
            message: tally.to_string(),
        })
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        self.out.write_all(line.as_bytes())?;
        self.out.write_all(b"\n")?;
        if self.flush == Flush::EachLine {
            self.out.flush()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

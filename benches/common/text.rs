//! Captures as text, and records to be written.
#![allow(dead_code, reason = "each bench uses its own part")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io;

use retrogait::pipeline::Output;
use retrogait::record::Record;
use retrogait::sink::Sink;
use retrogait::sink::ndjson::{Flush, Ndjson};
use retrogait::source::{CaptureReader, ReadOptions};

use crate::common::{Walk, text};

/// `n` rows of a fixture again and again, their times going on.
pub fn capture(name: &str, n: usize) -> (String, usize) {
    let text = text(name);
    let mut out = String::new();
    let mut rows = Vec::new();
    for line in text.lines() {
        if line.starts_with(['#', 't']) {
            out.extend([line, "\n"]);
        } else {
            rows.push(line.split_once(',').expect("a row").1);
        }
    }
    for (k, row) in (0..n).zip(rows.iter().cycle()) {
        writeln!(out, "{}.{:02},{row}", k / 100, k % 100).expect("a string takes all");
    }
    (out, n)
}

#[inline(never)]
pub fn read_all(text: &str) -> usize {
    let reader = CaptureReader::new(text.as_bytes(), "bench", ReadOptions::default()).expect("it reads");
    let mut rows = 0;
    for sample in reader {
        black_box(sample.expect("it reads"));
        rows += 1;
    }
    rows
}

/// The records of `n` samples of both sensors.
pub fn records(n: usize) -> Vec<Record> {
    let mut records = Vec::new();
    Walk::of(2, n).run(false, |output| {
        if let Output::Record(record) = output {
            records.push(record);
        }
    });
    records
}

#[inline(never)]
pub fn write_all(records: &[Record]) {
    let mut sink = Ndjson::new(io::sink(), Flush::AtEnd, None);
    for record in records {
        sink.record(record).expect("it takes all");
    }
    sink.finish().expect("it takes all");
}

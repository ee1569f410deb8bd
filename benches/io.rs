//! What goes in and out as text, without the signal path.

mod common;

use std::fmt::Write as _;
use std::io::{self, Read};

use common::{Walk, text};
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use retrogait::pipeline::Output;
use retrogait::record::{Record, SeriesRow};
use retrogait::sink::Sink;
use retrogait::sink::ndjson::{Flush, Ndjson};
use retrogait::sink::series::Series;
use retrogait::source::{CaptureReader, ReadOptions};

fn main() {
    divan::main();
}

/// A fixture's rows again and again, their times going on: ten minutes.
fn capture(name: &str) -> (String, usize) {
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
    for (k, row) in (0..60_000).zip(rows.iter().cycle()) {
        writeln!(out, "{}.{:02},{row}", k / 100, k % 100).expect("a string takes all");
    }
    (out, 60_000)
}

#[inline(never)]
fn read_all(text: &str) -> usize {
    let reader = CaptureReader::new(text.as_bytes(), "bench", ReadOptions::default()).expect("it reads");
    let mut rows = 0;
    for sample in reader {
        black_box(sample.expect("it reads"));
        rows += 1;
    }
    rows
}

/// Rows a second.
#[divan::bench(args = ["backward.csv", "backward_thigh.csv"])]
fn csv_rows(bencher: Bencher<'_, '_>, name: &str) {
    let (text, rows) = capture(name);
    bencher.counter(ItemsCount::new(rows)).bench_local(|| read_all(&text));
}

/// Bytes a second, to hold against [`plain_read`].
#[divan::bench(args = ["backward.csv", "backward_thigh.csv"])]
fn csv_bytes(bencher: Bencher<'_, '_>, name: &str) {
    let (text, _) = capture(name);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| read_all(&text));
}

/// Bytes a second of a copy through a buffer of 64 KiB that looks for line ends: the least that a reader
/// of lines must do.
#[divan::bench]
fn plain_read(bencher: Bencher<'_, '_>) {
    let (text, _) = capture("backward.csv");
    let mut buffer = vec![0; 1 << 16];
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let mut input = text.as_bytes();
        let mut lines = 0;
        loop {
            let n = input.read(&mut buffer).expect("memory reads");
            if n == 0 {
                return lines;
            }
            lines += black_box(&buffer[..n]).split(|b| *b == b'\n').count();
        }
    });
}

/// The records of ten minutes.
fn records() -> Vec<Record> {
    let mut records = Vec::new();
    Walk::of(2, 60_000).run(false, |output| {
        if let Output::Record(record) = output {
            records.push(record);
        }
    });
    records
}

#[inline(never)]
fn write_all(records: &[Record]) {
    let mut sink = Ndjson::new(io::sink(), Flush::AtEnd, None);
    for record in records {
        sink.record(record).expect("it takes all");
    }
    sink.finish().expect("it takes all");
}

/// Records a second.
#[divan::bench]
fn ndjson_records(bencher: Bencher<'_, '_>) {
    let records = records();
    bencher.counter(ItemsCount::new(records.len())).bench_local(|| write_all(&records));
}

/// Rows a second.
#[divan::bench]
fn series_rows(bencher: Bencher<'_, '_>) {
    let mut rows: Vec<SeriesRow> = Vec::new();
    Walk::of(2, 60_000).run(true, |output| {
        if let Output::Series(row) = output {
            rows.push(row);
        }
    });
    bencher.counter(ItemsCount::new(rows.len())).bench_local(|| {
        let mut sink = Series::new(io::sink()).expect("it takes all");
        for row in &rows {
            sink.series(row).expect("it takes all");
        }
        sink.finish().expect("it takes all");
    });
}

//! What goes in and out as text, without the signal path.

mod common;
#[path = "common/text.rs"]
mod text;

use std::io::{self, Read};

use common::Walk;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use retrogait::pipeline::Output;
use retrogait::record::SeriesRow;
use retrogait::sink::Sink;
use retrogait::sink::series::Series;
use text::{read_all, records, write_all};

/// Rows of a capture: ten minutes.
const ROWS: usize = 60_000;

fn main() {
    divan::main();
}

/// Rows a second.
#[divan::bench(args = ["backward.csv", "backward_thigh.csv"])]
fn csv_rows(bencher: Bencher<'_, '_>, name: &str) {
    let (text, rows) = text::capture(name, ROWS);
    bencher.counter(ItemsCount::new(rows)).bench_local(|| read_all(&text));
}

/// Bytes a second, to hold against [`plain_read`].
#[divan::bench(args = ["backward.csv", "backward_thigh.csv"])]
fn csv_bytes(bencher: Bencher<'_, '_>, name: &str) {
    let (text, _) = text::capture(name, ROWS);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| read_all(&text));
}

/// Bytes a second of a copy through a buffer of 64 KiB that looks for line ends: the least that a reader
/// of lines must do.
#[divan::bench]
fn plain_read(bencher: Bencher<'_, '_>) {
    let (text, _) = text::capture("backward.csv", ROWS);
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

/// Records a second.
#[divan::bench]
fn ndjson_records(bencher: Bencher<'_, '_>) {
    let records = records(ROWS);
    bencher.counter(ItemsCount::new(records.len())).bench_local(|| write_all(&records));
}

/// Rows a second.
#[divan::bench]
fn series_rows(bencher: Bencher<'_, '_>) {
    let mut rows: Vec<SeriesRow> = Vec::new();
    Walk::of(2, ROWS).run(true, |output| {
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

//! Fixtures through the pipeline, and ways to look at what comes out.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "the fixtures' own names")]

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use retrogait::capture::CaptureMeta;
use retrogait::imu::{Imu, Sample};
use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::{Event, Record, Stride};
use retrogait::sink::Sink;
use retrogait::sink::ndjson::{Flush, Ndjson};
use retrogait::source::{CaptureReader, ReadOptions};
use serde_json::Value;

/// A capture in memory.
#[derive(Clone)]
pub struct Walk {
    pub meta: CaptureMeta,
    pub samples: Vec<Sample>,
}

/// Short: a failed property names what it failed on.
impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = self.samples.first().zip(self.samples.last()).map(|(a, b)| (a.time, b.time));
        write!(f, "{} samples, {ends:?}", self.samples.len())
    }
}

impl Walk {
    pub fn fixture(name: &str) -> Self {
        Self::read(&fs::read(path(name)).unwrap()[..], &ReadOptions::default())
    }

    pub fn read(bytes: impl Read, options: &ReadOptions) -> Self {
        let reader = CaptureReader::new(bytes, "fixture", options.clone()).unwrap();
        Self { meta: reader.meta().clone(), samples: reader.map(Result::unwrap).collect() }
    }

    /// The samples whose running number is `wanted`.
    pub fn keep(&self, wanted: impl Fn(usize) -> bool) -> Self {
        let kept = self.samples.iter().enumerate().filter(|(k, _)| wanted(*k));
        Self { meta: self.meta.clone(), samples: kept.map(|(_, s)| *s).collect() }
    }

    /// Both sensors' vectors turned.
    pub fn turned(&self, turn: impl Fn(&Imu, bool) -> Imu) -> Self {
        let one = |s: &Sample| Sample {
            shank: turn(&s.shank, false),
            thigh: s.thigh.map(|t| turn(&t, true)),
            ..*s
        };
        Self { meta: self.meta.clone(), samples: self.samples.iter().map(one).collect() }
    }

    /// All that the pipeline says.
    pub fn run(&self) -> Vec<Output> {
        let mut said = Vec::new();
        let mut pipeline = Pipeline::new(&self.meta, Settings { series: true, ..Settings::default() });
        for sample in &self.samples {
            pipeline.push(sample, &mut |output| said.push(output));
        }
        pipeline.finish(&mut |output| said.push(output));
        said
    }

    /// What it has said before the end is known.
    pub fn run_unfinished(&self) -> Vec<Output> {
        let mut said = Vec::new();
        let mut pipeline = Pipeline::new(&self.meta, Settings { series: true, ..Settings::default() });
        for sample in &self.samples {
            pipeline.push(sample, &mut |output| said.push(output));
        }
        said
    }

    /// Records as they would be printed, series left out.
    pub fn json(&self) -> Vec<Value> {
        records(&self.run()).map(|r| serde_json::to_value(r).unwrap()).collect()
    }

    pub fn events(&self) -> Vec<Event> {
        let is = |r: &Record| if let Record::Event(e) = r { Some(*e) } else { None };
        records(&self.run()).filter_map(is).collect()
    }

    pub fn strides(&self) -> Vec<Stride> {
        let is = |r: &Record| if let Record::Stride(s) = r { Some(*s) } else { None };
        records(&self.run()).filter_map(is).collect()
    }
}

pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Every capture of `fixtures/`.
pub fn all_fixtures() -> Vec<String> {
    let files = fs::read_dir(path("")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = files.filter(|n| n.ends_with(".csv") && !n.ends_with(".knee.csv")).collect();
    names.sort();
    assert!(names.len() >= 15, "{names:?}");
    names
}

pub fn records(said: &[Output]) -> impl Iterator<Item = &Record> {
    said.iter().filter_map(|o| if let Output::Record(r) = o { Some(r) } else { None })
}

/// Reads a capture from `bytes` and gives the bytes of `replay --format ndjson`, without what the
/// reader says of the rows.
pub fn replayed(bytes: impl Read) -> Vec<u8> {
    let mut out = Vec::new();
    let mut sink = Ndjson::new(&mut out, Flush::AtEnd, None);
    let mut reader = CaptureReader::new(bytes, "fixture", ReadOptions::default()).unwrap();
    let mut pipeline = Pipeline::new(reader.meta(), Settings::default());
    let mut emit = |output: Output| {
        if let Output::Record(record) = output {
            sink.record(&record).unwrap();
        }
    };
    while let Some(sample) = reader.next_sample().unwrap() {
        pipeline.push(&sample, &mut emit);
    }
    pipeline.finish(&mut emit);
    sink.finish().unwrap();
    out
}

/// Hands out at most so many bytes at a time, in turn.
pub struct Chunked<'a> {
    pub rest: &'a [u8],
    pub sizes: Vec<usize>,
    pub turn: usize,
}

impl Read for Chunked<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        let n = self.sizes[self.turn % self.sizes.len()].min(self.rest.len()).min(buf.len());
        buf[..n].copy_from_slice(&self.rest[..n]);
        self.rest = &self.rest[n..];
        Ok(n)
    }
}

/// Fields that hold a moment, not a length of time.
const TIMES: [&str; 11] = [
    "time_s",
    "detected_s",
    "start_s",
    "end_s",
    "onset_s",
    "ended_s",
    "heel_contact_s",
    "knee_extension_s",
    "forefoot_rise_s",
    "final_contact_s",
    "mid_swing_s",
];

/// Whether two records say the same: words equal, moments `offset_us` apart up to `time_us`, other
/// figures up to `figure`. Says where they differ.
pub fn same(a: &Value, b: &Value, offset_us: i64, time_us: i64, figure: f64) -> Result<(), String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            if !x.keys().eq(y.keys()) {
                return Err(format!("{a} | {b}"));
            }
            for (key, x) in x {
                let y = &y[key];
                let ok = match (x.as_f64(), y.as_f64()) {
                    // The words of a notice have moments in them.
                    _ if key == "message" => Ok(()),
                    (Some(x), Some(y)) if TIMES.contains(&key.as_str()) => {
                        let us = |s: f64| format!("{:.0}", s * 1e6).parse::<i64>().unwrap();
                        let off = us(y) - us(x) - offset_us;
                        if off.abs() <= time_us { Ok(()) } else { Err(format!("{off} µs")) }
                    }
                    (Some(x), Some(y)) if (x - y).abs() <= figure => Ok(()),
                    (Some(x), Some(y)) => Err(format!("{x} {y}")),
                    _ => same(x, y, offset_us, time_us, figure),
                };
                ok.map_err(|e| format!("{key}: {e}"))?;
            }
            Ok(())
        }
        _ if a == b => Ok(()),
        _ => Err(format!("{a} | {b}")),
    }
}

/// Whether two streams say the same, record by record.
pub fn all_same(a: &[Value], b: &[Value], offset_us: i64, time_us: i64, figure: f64) -> Result<(), String> {
    if a.len() != b.len() {
        return Err(format!("{} records and {}", a.len(), b.len()));
    }
    for (k, (x, y)) in a.iter().zip(b).enumerate() {
        same(x, y, offset_us, time_us, figure).map_err(|e| format!("record {k}: {e}\n{x}\n{y}"))?;
    }
    Ok(())
}

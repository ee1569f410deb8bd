//! Samples to work on: the fixtures, walked over and over.
#![allow(dead_code, reason = "each bench uses its own part")]

use std::fs;
use std::path::Path;

use retrogait::capture::CaptureMeta;
use retrogait::imu::Sample;
use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::source::{CaptureReader, ReadOptions};
use retrogait::time::Span;

/// A capture in memory.
pub struct Walk {
    pub meta: CaptureMeta,
    pub samples: Vec<Sample>,
}

/// The text of a fixture.
pub fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    fs::read_to_string(path).expect("the fixture is there")
}

impl Walk {
    /// `n` samples of a person who walks backward with stops: the fixture again and again. Both sensors,
    /// or only the shank's.
    pub fn of(sensors: usize, n: usize) -> Self {
        let text = text("backward_thigh.csv");
        let reader =
            CaptureReader::new(text.as_bytes(), "fixture", ReadOptions::default()).expect("it reads");
        let mut meta = reader.meta().clone();
        let once: Vec<Sample> = reader.map(|s| s.expect("it reads")).collect();
        if sensors == 1 {
            meta.thigh_mount = None;
        }
        let interval = Span::from_micros(10_000);
        let length = once[once.len() - 1].time.since(once[0].time).micros() + interval.micros();
        let samples = (0..n).map(|k| {
            let round = i64::try_from(k / once.len()).expect("not that many");
            let s = once[k % once.len()];
            let time = s.time.plus(Span::from_micros(round * length));
            Sample { time, thigh: s.thigh.filter(|_| sensors == 2), ..s }
        });
        Self { meta, samples: samples.collect() }
    }

    /// Runs the whole of it, and hands on all that is said with the number of the sample that it was known by.
    pub fn run_numbered(&self, mut take: impl FnMut(usize, Output)) {
        let mut pipeline = Pipeline::new(&self.meta, Settings::default());
        for (n, sample) in self.samples.iter().enumerate() {
            pipeline.push(sample, &mut |output| take(n, output));
        }
    }

    /// Runs the whole of it, hands on all that is said, and says how much it was.
    pub fn run(&self, series: bool, mut take: impl FnMut(Output)) -> usize {
        let mut said = 0;
        let mut emit = |output| {
            said += 1;
            take(output);
        };
        let mut pipeline = Pipeline::new(&self.meta, Settings { series, ..Settings::default() });
        for sample in &self.samples {
            pipeline.push(sample, &mut emit);
        }
        pipeline.finish(&mut emit);
        said
    }
}

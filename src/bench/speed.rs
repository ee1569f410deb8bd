//! How long a detector takes for a sample: a measurement of this machine at this moment, and so
//! kept apart from the figures that are the same everywhere.

use std::time::{Duration, Instant};

use super::corpus::{Labelled, Loaded};
use super::detector::Detector;

/// Samples that are enough to time with.
const SAMPLES: usize = 200_000;
/// Time that one measurement takes at least.
const AT_LEAST: Duration = Duration::from_millis(150);
/// Measurements, of which the fastest counts: the others were disturbed.
const TRIES: usize = 3;

/// Wall-clock nanoseconds a sample of each detector, one thread, the capture in memory, without
/// series rows. `None` when no capture can be read.
pub fn measure(captures: &[Labelled], detectors: &[Detector]) -> Vec<Option<f64>> {
    let mut loaded: Vec<Loaded> = Vec::new();
    let mut samples = 0;
    for capture in captures.iter().filter_map(|c| c.load().ok()) {
        samples += capture.samples.len();
        loaded.push(capture);
        if samples >= SAMPLES {
            break;
        }
    }
    detectors
        .iter()
        .map(|detector| {
            (0..TRIES).map(|_| once(*detector, &loaded)).fold(None, |best: Option<f64>, ns| {
                let ns = ns?;
                Some(best.map_or(ns, |b| b.min(ns)))
            })
        })
        .collect()
}

fn once(detector: Detector, captures: &[Loaded]) -> Option<f64> {
    let samples: usize = captures.iter().map(|c| c.samples.len()).sum();
    if samples == 0 {
        return None;
    }
    let start = Instant::now();
    let mut done = 0;
    while start.elapsed() < AT_LEAST {
        for capture in captures {
            detector.run_bare(&capture.meta, &capture.samples);
        }
        done += samples;
    }
    Some(start.elapsed().as_secs_f64() * 1e9 / done as f64)
}

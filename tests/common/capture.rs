//! Captures as text, and what a person is told about them.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::io::Read;

use retrogait::imu::Sample;
use retrogait::source::{CaptureReader, ReadError, ReadOptions};

pub const HEADER: &str = "time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n";

/// Rows of a leg that swings by ±25° at 1 Hz, `n` at 100 Hz, in units of the contract over the
/// divisors.
pub fn swinging(n: u32, acc: f64, gyr: f64) -> String {
    rows(n, |t| {
        let phase = 2.0 * std::f64::consts::PI * t;
        let theta = 25.0_f64.to_radians() * phase.sin();
        let omega = 25.0 * 2.0 * std::f64::consts::PI * phase.cos();
        [9.81 * theta.sin() / acc, 9.81 * theta.cos() / acc, 0.1 / acc, 0.5 / gyr, 0.25 / gyr, omega / gyr]
    })
}

pub fn rows(n: u32, at: impl Fn(f64) -> [f64; 6]) -> String {
    let mut text = String::new();
    for i in 0..n {
        let t = f64::from(i) * 0.01;
        let [a, b, c, d, e, f] = at(t);
        let _ = writeln!(text, "{t:.2},{a:.4},{b:.4},{c:.4},{d:.4},{e:.4},{f:.4}");
    }
    text
}

pub fn capture(rows: &str) -> String {
    format!("{HEADER}{rows}")
}

pub type Outcome = (Vec<Sample>, Vec<String>, Option<ReadError>);

pub fn read_with(input: impl Read, options: ReadOptions) -> Outcome {
    let mut reader = match CaptureReader::new(input, "walk.csv", options) {
        Ok(reader) => reader,
        Err(e) => return (Vec::new(), Vec::new(), Some(e)),
    };
    let mut samples = Vec::new();
    let mut error = None;
    for sample in reader.by_ref() {
        match sample {
            Ok(sample) => samples.push(sample),
            Err(e) => error = Some(e),
        }
    }
    let warnings = reader.fresh_warnings().iter().map(ToString::to_string).collect();
    (samples, warnings, error)
}

pub fn read(text: &str) -> Outcome {
    read_with(text.as_bytes(), ReadOptions::default())
}

pub fn samples(text: &str) -> Vec<Sample> {
    let (samples, _, error) = read(text);
    assert!(error.is_none(), "{}", error.unwrap());
    samples
}

/// What a person gets to read about an input.
pub fn told(outcome: &Outcome) -> String {
    let (samples, warnings, error) = outcome;
    let mut text = String::new();
    for warning in warnings {
        let _ = writeln!(text, "  warning: {warning}");
    }
    match error {
        None => {
            let _ = writeln!(text, "  {} samples", samples.len());
        }
        Some(e) => {
            let _ = writeln!(text, "  error: {e}");
            if let Some(help) = e.help() {
                let _ = writeln!(text, "  help: {help}");
            }
        }
    }
    text
}

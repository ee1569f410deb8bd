//! A capture (CSV): metadata, header, a row a sample.

use std::io::{self, Write};

use super::figures::push_scaled;
use crate::capture::{CaptureMeta, Placement};
use crate::imu::{Imu, Sample};
use crate::mount::{Mount, Side};

/// Decimals of accelerations, m/s²: a step of a 16-bit sensor at ±2 g is 6 of the last.
const ACC_DECIMALS: usize = 4;
/// Decimals of rates, deg/s: a step of a 16-bit sensor at ±125 deg/s is 4 of the last.
const GYR_DECIMALS: usize = 3;

/// Writes a capture. Times have up to six decimals, accelerations four, rates three.
#[derive(Debug)]
pub struct Capture<W: Write> {
    out: W,
    thigh: bool,
    line: Vec<u8>,
}

impl<W: Write> Capture<W> {
    /// Writes to `out`, metadata and header first. `thigh` adds the columns of a second sensor.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn new(mut out: W, meta: &CaptureMeta, thigh: bool) -> io::Result<Self> {
        let mut head = String::from("# retrogait-capture: 1\n");
        let mut say = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                head.extend(["# ", key, ": ", &value, "\n"]);
            }
        };
        let mount = |m: Option<Mount>| m.map_or_else(|| "unknown".to_owned(), |m| m.to_string());
        let metres = |m: Option<f64>| m.map(|m| m.to_string());
        say(
            "side",
            meta.side.map(|s| match s {
                Side::Left => "left".to_owned(),
                Side::Right => "right".to_owned(),
            }),
        );
        say("mount", Some(mount(meta.mount)));
        say("thigh_mount", thigh.then(|| mount(meta.thigh_mount)));
        say("height_m", metres(meta.height_m));
        say("shank_length_m", metres(meta.shank_length_m));
        say("thigh_length_m", metres(meta.thigh_length_m));
        say("treadmill_mps", metres(meta.treadmill_mps));
        say(
            "placement",
            match meta.placement {
                Placement::Shank => None,
                Placement::Ankle => Some("ankle".to_owned()),
                Placement::Foot => Some("foot".to_owned()),
            },
        );
        head.push_str("time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z");
        if thigh {
            head.push_str(",thigh_acc_x,thigh_acc_y,thigh_acc_z,thigh_gyr_x,thigh_gyr_y,thigh_gyr_z");
        }
        head.push('\n');
        out.write_all(head.as_bytes())?;
        Ok(Self { out, thigh, line: Vec::new() })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row(&mut self, sample: &Sample) -> io::Result<()> {
        let line = &mut self.line;
        line.clear();
        push_scaled(line, sample.time.micros(), 6);
        cells(line, Some(&sample.shank));
        if self.thigh {
            cells(line, sample.thigh.as_ref());
        }
        line.push(b'\n');
        self.out.write_all(line)
    }

    /// Sends on what has been held back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// What it writes to.
    pub fn get_ref(&self) -> &W {
        &self.out
    }

    /// What it writes to, for closing it properly.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// The six readings of a sensor, or six empty cells.
fn cells(line: &mut Vec<u8>, imu: Option<&Imu>) {
    let Some(imu) = imu else {
        line.extend_from_slice(b",,,,,,");
        return;
    };
    for value in imu.acc_mps2 {
        push_cell(line, value * 1e4, ACC_DECIMALS);
    }
    for value in imu.gyr_dps {
        push_cell(line, value * 1e3, GYR_DECIMALS);
    }
}

/// A cell with a value that has been scaled; empty when it is no number.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates; no reading comes near it")]
fn push_cell(line: &mut Vec<u8>, scaled: f64, decimals: usize) {
    line.push(b',');
    if scaled.is_finite() {
        push_scaled(line, libm::round(scaled) as i64, decimals);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{CaptureReader, ReadOptions};
    use crate::time::SensorTime;

    fn sample(micros: i64, thigh: bool) -> Sample {
        let imu = Imu { acc_mps2: [0.25, 9.8125, -0.5], gyr_dps: [1.0, -2.5, 300.062] };
        Sample {
            time: SensorTime::from_micros(micros),
            shank: imu,
            thigh: thigh.then_some(Imu { gyr_dps: [0.5, 0.0, -7.0], ..imu }),
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let meta = CaptureMeta {
            side: Some(Side::Left),
            mount: Some(Mount::IDENTITY),
            thigh_mount: Some(Mount::IDENTITY),
            height_m: Some(1.72),
            treadmill_mps: Some(0.9),
            placement: Placement::Ankle,
            ..CaptureMeta::default()
        };
        let samples: Vec<Sample> = (0..50).map(|i| sample(i * 10_000, i % 7 != 3)).collect();
        let mut capture = Capture::new(Vec::new(), &meta, true).unwrap();
        for s in &samples {
            capture.row(s).unwrap();
        }
        let text = capture.into_inner();
        let mut reader = CaptureReader::new(text.as_slice(), "walk.csv", ReadOptions::default()).unwrap();
        assert_eq!(*reader.meta(), meta);
        let read: Vec<Sample> = reader.by_ref().map(Result::unwrap).collect();
        assert_eq!(read, samples);
    }

    #[test]
    fn a_mount_that_is_not_known_is_said_to_be_unknown() {
        let capture = Capture::new(Vec::new(), &CaptureMeta::default(), false).unwrap();
        let text = String::from_utf8(capture.into_inner()).unwrap();
        assert_eq!(
            text,
            "# retrogait-capture: 1\n# mount: unknown\ntime_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n"
        );
    }
}

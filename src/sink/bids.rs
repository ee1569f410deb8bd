//! A capture as Motion-BIDS: samples, channels, what they are, and the events that were found.
//!
//! Names and columns follow the Motion extension of BIDS
//! (<https://bids-specification.readthedocs.io/en/stable/modality-specific-files/motion.html>). The
//! capture's own metadata is kept in the sidecar, so that what is written reads back as it was.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::figures::push_scaled;
use crate::capture::{CaptureMeta, Placement};
use crate::imu::{Imu, Sample};
use crate::mount::Side;
use crate::record::{Activity, Record};
use crate::summary::Summary;
use crate::time::SensorTime;

/// What stands for nothing.
const NOTHING: &str = "n/a";

/// Writes `*_motion.tsv`: a row a sample, without a header.
#[derive(Debug)]
pub struct Motion<W: Write> {
    out: W,
    thigh: bool,
    first: Option<SensorTime>,
    line: Vec<u8>,
}

impl<W: Write> Motion<W> {
    /// Writes to `out`; `thigh` adds the channels of a second sensor.
    pub fn new(out: W, thigh: bool) -> Self {
        Self { out, thigh, first: None, line: Vec::new() }
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row(&mut self, sample: &Sample) -> io::Result<()> {
        let first = *self.first.get_or_insert(sample.time);
        self.line.clear();
        push_scaled(&mut self.line, sample.time.since(first).micros(), 6);
        cells(&mut self.line, Some(&sample.shank));
        if self.thigh {
            cells(&mut self.line, sample.thigh.as_ref());
        }
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    /// Time of the first sample, from which all others are counted.
    pub fn first(&self) -> Option<SensorTime> {
        self.first
    }
}

#[expect(clippy::cast_possible_truncation, reason = "`as` saturates; no reading comes near it")]
fn cells(line: &mut Vec<u8>, imu: Option<&Imu>) {
    for i in 0..6 {
        line.push(b'\t');
        match imu {
            Some(imu) if i < 3 => push_scaled(line, libm::round(imu.acc_mps2[i] * 1e4) as i64, 4),
            Some(imu) => push_scaled(line, libm::round(imu.gyr_dps[i - 3] * 1e3) as i64, 3),
            None => line.extend_from_slice(NOTHING.as_bytes()),
        }
    }
}

/// The tracked points, by side.
fn points(meta: &CaptureMeta, thigh: bool) -> Vec<String> {
    let side = match meta.side {
        Some(Side::Left) => "Left",
        Some(Side::Right) => "Right",
        None => "",
    };
    let mut points = vec![format!("{side}Shank")];
    if thigh {
        points.push(format!("{side}Thigh"));
    }
    points
}

/// Writes `*_channels.tsv`.
///
/// # Errors
/// When it cannot be written.
pub fn channels(out: &mut impl Write, meta: &CaptureMeta, thigh: bool) -> io::Result<()> {
    writeln!(out, "name\tcomponent\ttype\ttracked_point\tunits")?;
    writeln!(out, "latency\tn/a\tLATENCY\tn/a\ts")?;
    for point in points(meta, thigh) {
        for (kind, stem, unit) in [("ACCEL", "acc", "m/s^2"), ("GYRO", "gyr", "deg/s")] {
            for axis in ["x", "y", "z"] {
                writeln!(out, "{point}_{stem}_{axis}\t{axis}\t{kind}\t{point}\t{unit}")?;
            }
        }
    }
    Ok(())
}

/// The content of `*_motion.json`.
pub fn sidecar(meta: &CaptureMeta, thigh: bool, task: &str, summary: &Summary) -> Value {
    let data = &summary.data;
    let sensors = if thigh { 2 } else { 1 };
    let rate = data.rate_hz.map(|hz| libm::round(hz * 1e3) / 1e3);
    let mut own = Map::new();
    let mut say = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            own.insert(key.to_owned(), value);
        }
    };
    say("side", meta.side.map(|s| if s == Side::Left { "left" } else { "right" }.into()));
    say("mount", meta.mount.map(|m| m.to_string().into()));
    say("thigh_mount", meta.thigh_mount.map(|m| m.to_string().into()));
    say("height_m", meta.height_m.map(Into::into));
    say("shank_length_m", meta.shank_length_m.map(Into::into));
    say("thigh_length_m", meta.thigh_length_m.map(Into::into));
    say("treadmill_mps", meta.treadmill_mps.map(Into::into));
    say(
        "placement",
        match meta.placement {
            Placement::Shank => None,
            Placement::Ankle => Some("ankle".into()),
            Placement::Foot => Some("foot".into()),
        },
    );
    json!({
        "TaskName": task,
        "TaskDescription": "Walking, backward or forward, with an inertial sensor on the shank.",
        "TrackingSystemName": "imu",
        "SamplingFrequency": rate,
        "SamplingFrequencyEffective": rate,
        "RecordingType": "continuous",
        "RecordingDuration": data.end.since(data.start).seconds(),
        "MotionChannelCount": 1 + 6 * sensors,
        "TrackedPointsCount": sensors,
        "ACCELChannelCount": 3 * sensors,
        "GYROChannelCount": 3 * sensors,
        "LATENCYChannelCount": 1,
        "MissingValues": NOTHING,
        "SoftwareVersions": concat!("retrogait ", env!("CARGO_PKG_VERSION")),
        "RetrogaitCapture": own,
    })
}

/// One row of `*_events.tsv`, before it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    onset: SensorTime,
    duration_s: f64,
    kind: &'static str,
    direction: String,
}

/// The rows that a record gives: gait events without a duration, bouts with theirs.
pub fn event_row(record: &Record) -> Option<EventRow> {
    let word = |value: Value| value.as_str().unwrap_or(NOTHING).to_owned();
    match record {
        Record::Event(event) => Some(EventRow {
            onset: event.time,
            duration_s: 0.0,
            kind: event.kind.word(),
            direction: word(serde_json::to_value(event.direction).unwrap_or_default()),
        }),
        Record::Bout(bout) => Some(EventRow {
            onset: bout.start,
            duration_s: bout.end.since(bout.start).seconds(),
            kind: match bout.activity {
                Activity::Backward => "bout_backward",
                Activity::Forward => "bout_forward",
                Activity::Turning => "bout_turning",
                Activity::Standing => "bout_standing",
                Activity::Other => "bout_other",
            },
            direction: NOTHING.to_owned(),
        }),
        _ => None,
    }
}

/// Writes `*_events.tsv`: rows by onset, counted from the first sample.
///
/// # Errors
/// When it cannot be written.
pub fn events(out: &mut impl Write, mut rows: Vec<EventRow>, first: SensorTime) -> io::Result<()> {
    rows.sort_by_key(|r| r.onset);
    writeln!(out, "onset\tduration\ttrial_type\tdirection")?;
    for row in rows {
        let onset = row.onset.since(first).seconds();
        writeln!(out, "{onset:.6}\t{:.6}\t{}\t{}", row.duration_s, row.kind, row.direction)?;
    }
    Ok(())
}

/// What the columns of `*_events.tsv` mean, for `*_events.json`.
pub fn events_sidecar() -> Value {
    json!({
        "onset": { "Description": "Time from the first sample", "Units": "s" },
        "duration": { "Description": "Length; 0 for events of the gait cycle", "Units": "s" },
        "trial_type": {
            "Description": "A gait event of the instrumented leg, or a span of one activity (bout_...)",
            "Levels": {
                "toe_contact": "Backward: the forefoot first touches the ground",
                "heel_contact": "Backward: the heel has been lowered to the ground",
                "knee_extension": "Backward: smallest knee flexion of the stance",
                "forefoot_rise": "Backward: the forefoot leaves the ground while the heel still bears",
                "final_contact": "The last part of the foot leaves the ground",
                "initial_contact": "Forward: the foot first touches the ground",
                "mid_swing": "The shank rotates fastest"
            }
        },
        "direction": { "Description": "backward, forward, unknown (never a guess), or n/a" }
    })
}

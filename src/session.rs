//! One session as it is kept, shown and compared: everything that the pipeline said of it, and what people
//! added.

use std::collections::BTreeMap;
use std::io::Read;

use serde::{Deserialize, Serialize};

use crate::capture::CaptureMeta;
use crate::notice::Notice;
use crate::pipeline::{Output, Pipeline, Settings};
use crate::record::{Alert, AlertEnd, AlertLevel, Bout, Record, SeriesRow, Stride, StrideDirection};
use crate::source::{CaptureReader, ReadError};
use crate::summary::Summary;

/// An alert with what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertNote {
    /// The rule's name.
    pub rule: String,
    /// How loud.
    pub level: AlertLevel,
    /// When what it is about began, s.
    pub onset_s: f64,
    /// When it was known, s.
    pub detected_s: f64,
    /// What the person was told.
    pub message: String,
    /// The figures behind it, by name.
    #[serde(default)]
    pub evidence: BTreeMap<String, f64>,
    /// When it was over, s.
    #[serde(default)]
    pub ended_s: Option<f64>,
    /// When somebody acknowledged it, s.
    #[serde(default)]
    pub acknowledged_s: Option<f64>,
}

impl AlertNote {
    /// Of an alert that has just been raised.
    pub fn of(alert: &Alert) -> Self {
        Self {
            rule: alert.rule.info().name.to_owned(),
            level: alert.level,
            onset_s: alert.onset.seconds(),
            detected_s: alert.detected.seconds(),
            message: alert.rule.info().message.to_owned(),
            evidence: alert
                .evidence
                .figures()
                .filter(|(_, v)| v.is_finite())
                .map(|(name, value)| (name.to_owned(), crate::record::to_milli(value)))
                .collect(),
            ended_s: None,
            acknowledged_s: None,
        }
    }
}

/// Something the reader should know about the data, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeNote {
    /// When it became known, s.
    pub time_s: f64,
    /// The word that programs test for.
    pub code: String,
    /// The figure behind it.
    pub value: Option<f64>,
    /// In words.
    pub message: String,
}

impl NoticeNote {
    /// Of a notice.
    pub fn of(notice: &Notice) -> Self {
        Self {
            time_s: notice.time.seconds(),
            code: notice.what.code().to_owned(),
            value: notice.what.value().map(crate::record::to_milli),
            message: notice.what.to_string(),
        }
    }
}

/// Pain as the person put it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pain {
    /// When, s; `None`: of the session as a whole.
    pub at_s: Option<f64>,
    /// From 0, none, to 10.
    pub score: u8,
}

/// The plan that was followed.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// What it is called.
    pub title: String,
    /// Its parts, in order.
    #[serde(default)]
    pub segments: Vec<Segment>,
    /// Share of the backward steps that it asks to land toes first, 0 to 1.
    #[serde(default)]
    pub toe_first: Option<f64>,
    /// Bend of the knee that it asks for at most, deg.
    #[serde(default)]
    pub knee_deg: Option<f64>,
    /// What was asked before the first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checklist: Option<Checklist>,
}

/// The checklist as it was answered.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Checklist {
    /// It was left out.
    pub skipped: bool,
    /// The items that were confirmed.
    #[serde(default)]
    pub confirmed: Vec<String>,
}

/// A part of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// From, s of the capture's clock.
    pub start_s: f64,
    /// To, s.
    pub end_s: f64,
    /// `backward`, `forward`, `rest`.
    pub activity: String,
    /// At this speed, m/s.
    #[serde(default)]
    pub speed_mps: Option<f64>,
}

/// Heart rate at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeartRate {
    /// When, s.
    pub at_s: f64,
    /// Beats a minute.
    pub bpm: u16,
}

/// What the summary record says, as far as it is shown. What an older record lacks is nought or unknown.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of the summary record")]
pub struct Facts {
    pub data: Data,
    pub mount: Mounting,
    pub strides: Counts,
    pub durations: Durations,
    pub backward_m: f64,
    pub forward_m: f64,
    pub safety: Watch,
}

/// Data quality.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of the summary record")]
pub struct Data {
    pub start_s: f64,
    pub end_s: f64,
    pub samples: u64,
    pub thigh_samples: u64,
    pub rejected: u64,
    pub lost: u64,
    pub gaps: u32,
    pub gap_s: f64,
    pub clipped: u64,
    pub rate_hz: Option<f64>,
}

/// How the sensor sat.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of the summary record")]
pub struct Mounting {
    pub source: String,
    pub sign_known: bool,
    pub tilt_deg: Option<f64>,
    pub axis_deg: Option<f64>,
}

/// Strides by direction.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of the summary record")]
pub struct Counts {
    pub backward: u32,
    pub forward: u32,
    pub turning: u32,
    pub in_place: u32,
    pub unknown: u32,
    pub invalid: u32,
}

/// Time by activity, s.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of the summary record")]
pub struct Durations {
    pub backward_s: f64,
    pub forward_s: f64,
    pub turning_s: f64,
    pub standing_s: f64,
    pub other_s: f64,
}

/// What was watched for, and what was not.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of the summary record")]
pub struct Watch {
    pub watched: Vec<Watched>,
    pub not_watched: Vec<NotWatched>,
    pub changed: Vec<Changed>,
}

/// A rule that was watched.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of the summary record")]
pub struct Watched {
    pub rule: String,
    pub alerts: u32,
    pub watched_s: f64,
}

/// A rule that was not watched, or not all the time.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of the summary record")]
pub struct NotWatched {
    pub rule: String,
    pub reason: String,
    pub for_s: f64,
    pub of_s: f64,
}

/// A limit that is not the default.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of the summary record")]
pub struct Changed {
    pub rule: String,
    pub key: String,
    pub value: f64,
    pub default: f64,
}

impl Facts {
    /// Of a summary.
    pub fn of(summary: &Summary) -> Self {
        serde_json::to_value(summary).and_then(serde_json::from_value).unwrap_or_default()
    }

    /// Length of the session, s.
    pub fn length_s(&self) -> f64 {
        self.data.end_s - self.data.start_s
    }
}

/// A session.
#[derive(Clone, Debug, PartialEq, Default, Serialize)]
#[expect(missing_docs, reason = "each says itself what it is")]
pub struct Session {
    pub strides: Vec<Stride>,
    pub bouts: Vec<Bout>,
    pub alerts: Vec<AlertNote>,
    pub notices: Vec<NoticeNote>,
    pub pain: Vec<Pain>,
    pub heart: Vec<HeartRate>,
    pub plan: Option<Plan>,
    pub facts: Facts,
}

impl Session {
    /// Takes a record of the pipeline.
    pub fn take(&mut self, record: &Record) {
        match record {
            Record::Stride(stride) => self.strides.push(*stride),
            Record::Bout(bout) => self.bouts.push(*bout),
            Record::Alert(alert) => self.alerts.push(AlertNote::of(alert)),
            Record::AlertEnd(end) => self.end_alert(end),
            Record::Notice(notice) => self.notices.push(NoticeNote::of(notice)),
            Record::Summary(summary) => self.facts = Facts::of(summary),
            Record::Event(_) => {}
        }
    }

    fn end_alert(&mut self, end: &AlertEnd) {
        let (rule, onset_s) = (end.rule.info().name, end.onset.seconds());
        let alert = self.alerts.iter_mut().rev().find(|a| a.rule == rule && a.onset_s == onset_s);
        if let Some(alert) = alert {
            alert.ended_s = Some(end.ended.seconds());
        }
    }

    /// The strides that are judged: backward and valid.
    pub fn judged(&self) -> impl Iterator<Item = &Stride> + Clone {
        self.of_direction(StrideDirection::Backward)
    }

    /// The valid strides of a direction.
    pub fn of_direction(&self, direction: StrideDirection) -> impl Iterator<Item = &Stride> + Clone {
        self.strides.iter().filter(move |s| s.valid && s.direction == direction)
    }

    /// The highest pain that was put.
    pub fn most_pain(&self) -> Option<u8> {
        self.pain.iter().map(|p| p.score).max()
    }
}

/// Goes through a capture: the session that it is, and with `settings.series` every row of the series. `meta`
/// is what the capture says of itself, filled up with what is known beside it.
///
/// # Errors
/// When the capture cannot be read.
pub fn of_capture<R: Read>(
    reader: &mut CaptureReader<R>,
    meta: &CaptureMeta,
    settings: Settings,
    row: &mut impl FnMut(&SeriesRow),
) -> Result<Session, ReadError> {
    let mut session = Session::default();
    let mut pipeline = Pipeline::new(meta, settings);
    let mut take = |output: Output| match output {
        Output::Record(record) => session.take(&record),
        Output::Series(r) => row(&r),
    };
    while let Some(sample) = reader.next_sample()? {
        pipeline.push(&sample, &mut take);
    }
    pipeline.finish(&mut take);
    session.facts.data.rejected += reader.warnings().rows_left_out();
    let end_s = reader.span().map_or(0.0, |(_, end)| end.seconds());
    for tally in reader.warnings().tallies() {
        session.notices.push(NoticeNote {
            time_s: end_s,
            code: tally.trouble.code().to_owned(),
            value: Some(tally.count as f64),
            message: tally.to_string(),
        });
    }
    Ok(session)
}

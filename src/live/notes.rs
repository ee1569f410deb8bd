//! What people said and did in a session, read back from the lines beside its recording.
//!
//! The signal is in the capture; pain, the answers of the checklist, what was acknowledged and the parts of
//! the plan as they were walked are in `NAME.session.ndjson`. A file that was cut loses its last line.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::record::AlertLevel;
use crate::session::{AlertNote, Checklist, HeartRate, Pain, Plan, Segment, Session};

/// Time within which an alert of the signal and a line about it are the same thing, s. Default 2: a lost
/// sensor is told after one second by its link, and by the gap in its samples when they come again.
const SAME_S: f64 = 2.0;

/// Everything that was noted.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Notes {
    /// When it began, with its zone.
    pub begun: Option<String>,
    /// The plan as it was walked.
    pub plan: Option<Plan>,
    /// Pain.
    pub pain: Vec<Pain>,
    /// Heart rate.
    pub heart: Vec<HeartRate>,
    /// Stops that were shown: when, the rule, the words.
    stops: Vec<(f64, String, String)>,
    /// When stops were acknowledged, s.
    seen: Vec<f64>,
    /// Alerts that were a planned end, and gave no alarm: when, the rule.
    planned: Vec<(f64, String)>,
    end_s: f64,
}

/// Where the lines of a recording lie.
pub fn beside(capture: &Path) -> PathBuf {
    capture.with_extension("session.ndjson")
}

impl Notes {
    /// Of the recording `capture`; `None` where nothing was noted.
    ///
    /// # Errors
    /// When the lines are there and cannot be read.
    pub fn of(capture: &Path) -> io::Result<Option<Self>> {
        match fs::read(beside(capture)) {
            Ok(bytes) => Ok(Some(Self::read(&String::from_utf8_lossy(&bytes)))),
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Of lines. What is cut or not known is left out.
    pub fn read(lines: &str) -> Self {
        let mut notes = Self::default();
        for line in lines.lines() {
            if let Ok(line) = serde_json::from_str::<Value>(line) {
                notes.take(&line);
            }
        }
        if let Some(last) = notes.plan.as_mut().and_then(|p| p.segments.last_mut()) {
            last.end_s = last.end_s.min(notes.end_s);
        }
        notes
    }

    fn take(&mut self, line: &Value) {
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        let score = |v: &Value| v.as_u64().and_then(|p| u8::try_from(p).ok()).filter(|p| *p <= 10);
        let time_s = line["time_s"].as_f64().filter(|t| t.is_finite()).unwrap_or(0.0);
        self.end_s = self.end_s.max(time_s);
        match line["what"].as_str().unwrap_or_default() {
            "begun" => {
                self.begun = line["at"].as_str().map(str::to_owned);
                if let Some(title) = line["plan"].as_str() {
                    title.clone_into(&mut self.plan.get_or_insert_default().title);
                }
            }
            "checklist" => {
                let confirmed = line["confirmed"].as_object().into_iter().flatten();
                let plan = self.plan.get_or_insert_default();
                plan.toe_first = line["targets"]["toe_first_percent"].as_f64().map(|p| p / 100.0);
                plan.knee_deg = line["targets"]["knee_deg"].as_f64();
                plan.checklist = Some(Checklist {
                    skipped: line["skipped"].as_bool().unwrap_or(false),
                    confirmed: confirmed
                        .filter(|(_, yes)| **yes == Value::Bool(true))
                        .map(|(k, _)| k.clone())
                        .collect(),
                });
                self.pain.extend(score(&line["pain"]).map(|score| Pain { at_s: Some(time_s), score }));
            }
            "coach" => self.coach(&line["said"], time_s),
            "pain" => self.pain.extend(score(&line["pain"]).map(|score| Pain { at_s: Some(time_s), score })),
            "heart" => {
                let bpm = line["per_minute"].as_u64().and_then(|b| u16::try_from(b).ok());
                self.heart.extend(bpm.map(|bpm| HeartRate { at_s: time_s, bpm }));
            }
            "stop" => self.stops.push((time_s, text("rule"), text("words"))),
            "acknowledged" => self.seen.push(time_s),
            "planned" => self.planned.push((time_s, text("rule"))),
            _ => {}
        }
    }

    fn coach(&mut self, said: &Value, time_s: f64) {
        let what = said["what"].as_str().unwrap_or_default();
        if !matches!(what, "part" | "belt_off" | "over") {
            return;
        }
        let plan = self.plan.get_or_insert_default();
        if let Some(last) = plan.segments.last_mut().filter(|s| s.end_s.is_infinite()) {
            last.end_s = time_s;
        }
        if what == "part" {
            plan.segments.push(Segment {
                start_s: time_s,
                end_s: f64::INFINITY,
                activity: said["way"].as_str().unwrap_or("rest").to_owned(),
                speed_mps: said["speed_mps"].as_f64(),
            });
        }
    }

    /// Adds to a session what was noted.
    pub fn apply(&self, session: &mut Session) {
        session.pain.extend(&self.pain);
        session.heart.extend(&self.heart);
        if self.plan.is_some() {
            session.plan.clone_from(&self.plan);
        }
        let near = |alert: &AlertNote, at: f64, rule: &str| {
            alert.rule == rule && (alert.detected_s - at).abs() <= SAME_S
        };
        for (at, rule) in &self.planned {
            if let Some(alert) = session.alerts.iter_mut().find(|a| near(a, *at, rule)) {
                alert.acknowledged_s = Some(alert.detected_s);
                alert.message.push_str(" (The end was planned: no alarm was given.)");
            }
        }
        // Those that only the session knew of: a link that was lost.
        for (at, rule, words) in &self.stops {
            if !session.alerts.iter().any(|a| near(a, *at, rule)) {
                session.alerts.push(AlertNote {
                    rule: rule.clone(),
                    level: AlertLevel::Stop,
                    onset_s: *at,
                    detected_s: *at,
                    message: words.clone(),
                    evidence: std::collections::BTreeMap::new(),
                    ended_s: None,
                    acknowledged_s: None,
                });
            }
        }
        session.alerts.sort_by(|a, b| a.detected_s.total_cmp(&b.detected_s));
        // One screen shows all stops until somebody has seen it.
        for seen in &self.seen {
            for alert in &mut session.alerts {
                if alert.level == AlertLevel::Stop && alert.detected_s <= *seen + SAME_S {
                    alert.acknowledged_s.get_or_insert(seen.max(alert.detected_s));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"{"type":"session","time_s":0,"what":"begun","at":"2026-03-01T10:00:00+01:00[Europe/Berlin]","plan":"Intervals"}
{"time_s":0.0,"what":"checklist","skipped":false,"confirmed":{"clip":true,"rails":true,"well":false},"pain":2,"targets":{"toe_first_percent":80.0,"knee_deg":null}}
{"time_s":1.0,"what":"coach","said":{"what":"part","number":0,"way":"backward","turn":false,"speed_mps":0.45},"words":"walk"}
{"time_s":20.0,"what":"coach","said":{"what":"soon","way":"rest"},"words":"soon"}
{"time_s":30.0,"what":"coach","said":{"what":"part","number":1,"way":"rest","turn":false,"speed_mps":null},"words":"rest"}
{"time_s":31.0,"what":"pain","pain":4}
{"time_s":31.5,"what":"pain","pain":44}
{"time_s":32.0,"what":"stop","rule":"sensor_lost","words":"The sensor is lost."}
{"time_s":33.0,"what":"acknowledged","rule":"sensor_lost"}
{"time_s":33.5,"what":"heart","per_minute":96}
{"time_s":34.0,"what":"pla"#;

    fn stop(rule: &str, detected_s: f64) -> AlertNote {
        AlertNote {
            rule: rule.into(),
            level: AlertLevel::Stop,
            onset_s: detected_s,
            detected_s,
            message: rule.into(),
            evidence: std::collections::BTreeMap::new(),
            ended_s: None,
            acknowledged_s: None,
        }
    }

    #[test]
    fn what_was_noted_is_read_back_and_a_cut_line_is_left_out() {
        let notes = Notes::read(LINES);
        let plan = notes.plan.clone().unwrap();
        assert_eq!(plan.title, "Intervals");
        let parts: Vec<_> = plan.segments.iter().map(|s| (s.start_s, s.end_s, s.activity.as_str())).collect();
        assert_eq!(parts, [(1.0, 30.0, "backward"), (30.0, 33.5, "rest")]);
        assert_eq!((plan.toe_first, plan.knee_deg), (Some(0.8), None));
        let checklist = plan.checklist.unwrap();
        assert_eq!((checklist.skipped, checklist.confirmed), (false, vec!["clip".into(), "rails".into()]));
        assert_eq!(notes.pain.iter().map(|p| p.score).collect::<Vec<_>>(), [2, 4], "44 is no pain");
        assert_eq!(notes.heart, [HeartRate { at_s: 33.5, bpm: 96 }]);
        assert!(notes.begun.unwrap().starts_with("2026-03-01"));
    }

    #[test]
    fn a_stop_that_only_the_link_saw_is_added_and_what_was_seen_is_acknowledged() {
        let mut session =
            Session { alerts: vec![stop("fall", 10.0), stop("slip", 40.0)], ..Session::default() };
        Notes::read(LINES).apply(&mut session);
        let told: Vec<_> = session.alerts.iter().map(|a| (a.rule.as_str(), a.acknowledged_s)).collect();
        assert_eq!(told, [("fall", Some(33.0)), ("sensor_lost", Some(33.0)), ("slip", None)]);
        // The same stop, told by the samples as well, is one.
        let mut session = Session { alerts: vec![stop("sensor_lost", 31.2)], ..Session::default() };
        Notes::read(LINES).apply(&mut session);
        assert_eq!(session.alerts.len(), 1);
    }

    #[test]
    fn a_planned_end_is_said_to_be_one() {
        let mut session = Session { alerts: vec![stop("abrupt_stop", 50.0)], ..Session::default() };
        Notes::read("{\"time_s\":50.1,\"what\":\"planned\",\"rule\":\"abrupt_stop\"}\n").apply(&mut session);
        assert_eq!(session.alerts[0].acknowledged_s, Some(50.0));
        assert!(session.alerts[0].message.contains("planned"));
    }
}

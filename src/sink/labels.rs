//! Labels as files: `NAME.truth.json`, an item a line, and `NAME.knee.csv`.

use std::io::{self, Write};

use serde::Serialize;

use super::figures::{push_milli, push_scaled};
use crate::time::SensorTime;
use crate::truth::Truth;

/// Writes labels as JSON, every event, contact and so on in its own line: a file of thousands of
/// labels stays readable, and two of them can be compared line by line.
///
/// # Errors
/// When they cannot be written.
pub fn write_truth(mut out: impl Write, truth: &Truth) -> io::Result<()> {
    let mut members = Members { out: &mut out, first: true };
    members.value("source", &truth.source)?;
    members.value("kind", &truth.kind)?;
    members.list("events", truth.events.as_deref())?;
    members.list("activity", truth.activity.as_deref())?;
    members.list("contacts", truth.contacts.as_deref())?;
    members.list("stance_knee", truth.stance_knee.as_deref())?;
    if let Some(knee) = &truth.knee {
        members.value("knee", knee)?;
    }
    members.list("hazards", truth.hazards.as_deref())?;
    members.value("score", &truth.score)?;
    out.write_all(b"\n}\n")
}

struct Members<'a, W: Write> {
    out: &'a mut W,
    first: bool,
}

impl<W: Write> Members<'_, W> {
    fn key(&mut self, key: &str) -> io::Result<()> {
        let before = if std::mem::take(&mut self.first) { "{" } else { "," };
        write!(self.out, "{before}\n  \"{key}\": ")
    }

    fn value(&mut self, key: &str, value: &impl Serialize) -> io::Result<()> {
        self.key(key)?;
        Ok(serde_json::to_writer(&mut *self.out, value)?)
    }

    fn list<T: Serialize>(&mut self, key: &str, items: Option<&[T]>) -> io::Result<()> {
        let Some(items) = items else {
            return Ok(());
        };
        self.key(key)?;
        self.out.write_all(b"[")?;
        for (i, item) in items.iter().enumerate() {
            self.out.write_all(if i == 0 { b"\n    " } else { b",\n    " })?;
            serde_json::to_writer(&mut *self.out, item)?;
        }
        self.out.write_all(if items.is_empty() { b"]" } else { b"\n  ]" })
    }
}

/// Writes the knee's true flexion, a row a sample.
#[derive(Debug)]
pub struct Knee<W: Write> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Knee<W> {
    /// Writes to `out`, the header first.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(b"time_s,knee_flexion_deg\n")?;
        Ok(Self { out, line: Vec::new() })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row(&mut self, time: SensorTime, knee_flexion_deg: f64) -> io::Result<()> {
        let line = &mut self.line;
        line.clear();
        push_scaled(line, time.micros(), 6);
        line.push(b',');
        push_milli(line, knee_flexion_deg);
        line.push(b'\n');
        self.out.write_all(line)
    }

    /// What it writes to, for closing it properly.
    pub fn into_inner(self) -> W {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Contact, EventKind};
    use crate::truth::{Evidence, ScoreRules, TrueContact, TrueEvent, TrueHazard};

    #[test]
    fn labels_read_back_as_they_were() {
        let event = |kind, time_s| TrueEvent { kind, time_s, tolerance_s: None };
        let mut truth = Truth {
            source: "a \"quoted\" source".to_owned(),
            kind: Evidence::Simulated,
            events: Some(vec![event(EventKind::ToeContact, 1.25), event(EventKind::MidSwing, 2.0)]),
            activity: Some(Vec::new()),
            contacts: Some(vec![TrueContact { time_s: 1.25, contact: Contact::Flat }]),
            stance_knee: None,
            knee: Some("walk.knee.csv".to_owned()),
            hazards: Some(vec![TrueHazard { kind: "slip".to_owned(), onset_s: Some(3.5), end_s: None }]),
            score: ScoreRules { ignore: vec![[0.0, 1.0]], ..ScoreRules::default() },
        };
        for knee in [truth.knee.clone(), None] {
            truth.knee = knee;
            let mut text = Vec::new();
            write_truth(&mut text, &truth).unwrap();
            assert_eq!(serde_json::from_slice::<Truth>(&text).unwrap(), truth);
        }
    }
}

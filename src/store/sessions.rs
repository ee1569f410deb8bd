//! The sessions that are kept.

use std::fs::File;
use std::path::PathBuf;

use jiff::Zoned;
use rusqlite::{OptionalExtension, Row, TransactionBehavior};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Store;
use super::error::StoreError;
use super::keep::put_pain;
use super::raw::Mark;
use crate::session::{AlertNote, Facts, HeartRate, Pain, Session};

/// What is known of a session without opening it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionInfo {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub person: String,
    /// When it began, in the zone where it was walked.
    #[serde(serialize_with = "rfc9557")]
    pub started: Zoned,
    /// Whether it was ended properly.
    pub finished: bool,
    /// `live`, `replay`.
    pub source: String,
    /// What measured it.
    pub sensor: Option<String>,
    /// File name of its raw capture.
    pub capture: Option<String>,
    /// Hash of the raw capture; `None` while it is open or when it broke off.
    pub capture_sha256: Option<String>,
    /// The program that measured it.
    pub program: String,
    /// The version of each algorithm that did.
    pub algorithms: serde_json::Value,
    /// Valid backward strides.
    pub backward_strides: u32,
    /// Seconds walked backward.
    pub backward_s: f64,
    /// Alerts that asked to stop.
    pub stops: u32,
    /// Highest pain that was put.
    pub pain: Option<u8>,
}

/// A session, read in full.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// What is known of it.
    pub info: SessionInfo,
    /// What it holds.
    pub session: Session,
}

/// The raw capture of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawCapture {
    /// It is there, and is what it was.
    Whole(PathBuf),
    /// It is there; the session broke off, so nobody knows what it should be.
    Unmarked(PathBuf),
    /// It is there, and is not what it was.
    Changed(PathBuf),
    /// It is not there.
    Missing,
}

impl RawCapture {
    /// The file, unless it was changed.
    pub fn trusted(&self) -> Option<&PathBuf> {
        match self {
            Self::Whole(path) | Self::Unmarked(path) => Some(path),
            Self::Changed(_) | Self::Missing => None,
        }
    }
}

const INFO: &str = "SELECT s.id, p.name, s.started, s.finished, s.source, s.sensor, s.capture, s.capture_sha256,
    s.program, s.algorithms,
    (SELECT count(*) FROM stride WHERE session = s.id AND record ->> 'direction' = 'backward' AND record ->> 'valid'),
    coalesce((SELECT sum((record ->> 'end_s') - (record ->> 'start_s')) FROM bout
              WHERE session = s.id AND record ->> 'activity' = 'backward'), 0.0),
    (SELECT count(*) FROM alert WHERE session = s.id AND level = 'stop'),
    (SELECT max(score) FROM pain WHERE session = s.id)
  FROM session s JOIN person p ON p.id = s.person";

impl Store {
    /// The sessions of `person`, or all, oldest first.
    ///
    /// # Errors
    /// When nobody is called so, or the database cannot be read.
    pub fn sessions(&self, person: Option<&str>) -> Result<Vec<SessionInfo>, StoreError> {
        let id = person.map(|name| self.person(name)).transpose()?.map(|p| p.id);
        let fail = || StoreError::sql("the sessions cannot be listed");
        let mut all = self
            .connection
            .prepare(&format!("{INFO} WHERE ?1 IS NULL OR s.person = ?1 ORDER BY s.started_unix_s, s.id"))
            .map_err(fail())?;
        all.query_map([id], info).and_then(Iterator::collect).map_err(fail())
    }

    /// A session, read in full.
    ///
    /// # Errors
    /// When there is none of this number, or it cannot be read.
    pub fn session(&self, id: i64) -> Result<Kept, StoreError> {
        let fail = || StoreError::sql("the session cannot be read");
        let found = self
            .connection
            .query_row(&format!("{INFO} WHERE s.id = ?1"), [id], info)
            .optional()
            .map_err(fail())?;
        let info = found.ok_or(StoreError::NoSession(id))?;
        let (facts, plan): (Option<String>, Option<String>) = self
            .connection
            .query_row("SELECT summary, plan FROM session WHERE id = ?1", [id], |r| {
                Ok((r.get(0)?, r.get(1)?))
            })
            .map_err(fail())?;
        let mut session = Session {
            strides: self.records(id, "stride")?,
            bouts: self.records(id, "bout")?,
            notices: self.records(id, "notice")?,
            alerts: self.alerts(id)?,
            pain: self.pains(id)?,
            heart: self.hearts(id)?,
            plan: plan.map(|text| parsed(id, &text)).transpose()?,
            facts: facts.map(|text| parsed::<Facts>(id, &text)).transpose()?.unwrap_or_default(),
        };
        session.strides.shrink_to_fit();
        Ok(Kept { info, session })
    }

    fn records<T: DeserializeOwned>(&self, id: i64, table: &str) -> Result<Vec<T>, StoreError> {
        let fail = || StoreError::sql("the records of a session cannot be read");
        let mut all = self
            .connection
            .prepare(&format!("SELECT record FROM {table} WHERE session = ?1 ORDER BY n"))
            .map_err(fail())?;
        let mut rows = all.query([id]).map_err(fail())?;
        let mut out = Vec::new();
        while let Some(row) = rows.next().map_err(fail())? {
            let text = row.get_ref(0).and_then(|v| Ok(v.as_str()?)).map_err(fail())?;
            out.push(parsed(id, text)?);
        }
        Ok(out)
    }

    fn alerts(&self, id: i64) -> Result<Vec<AlertNote>, StoreError> {
        let fail = || StoreError::sql("the alerts of a session cannot be read");
        let mut all = self
            .connection
            .prepare("SELECT record, ended_s, acknowledged_s FROM alert WHERE session = ?1 ORDER BY n")
            .map_err(fail())?;
        let rows: Vec<(String, Option<f64>, Option<f64>)> = all
            .query_map([id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
            .and_then(Iterator::collect)
            .map_err(fail())?;
        rows.into_iter()
            .map(|(text, ended_s, acknowledged_s)| {
                Ok(AlertNote { ended_s, acknowledged_s, ..parsed(id, &text)? })
            })
            .collect()
    }

    fn pains(&self, id: i64) -> Result<Vec<Pain>, StoreError> {
        let fail = || StoreError::sql("the pain of a session cannot be read");
        let mut all = self
            .connection
            .prepare("SELECT at_s, score FROM pain WHERE session = ?1 ORDER BY n")
            .map_err(fail())?;
        all.query_map([id], |r| Ok(Pain { at_s: r.get(0)?, score: r.get(1)? }))
            .and_then(Iterator::collect)
            .map_err(fail())
    }

    fn hearts(&self, id: i64) -> Result<Vec<HeartRate>, StoreError> {
        let fail = || StoreError::sql("the heart rate of a session cannot be read");
        let mut all = self
            .connection
            .prepare("SELECT at_s, bpm FROM heart_rate WHERE session = ?1 ORDER BY at_s")
            .map_err(fail())?;
        all.query_map([id], |r| Ok(HeartRate { at_s: r.get(0)?, bpm: r.get(1)? }))
            .and_then(Iterator::collect)
            .map_err(fail())
    }

    /// Notes pain of a session that is over.
    ///
    /// # Errors
    /// When there is none of this number, or it cannot be written.
    pub fn add_pain(&mut self, id: i64, pain: Pain) -> Result<(), StoreError> {
        let known: bool = self
            .connection
            .query_row("SELECT EXISTS (SELECT 1 FROM session WHERE id = ?1)", [id], |r| r.get(0))
            .map_err(StoreError::sql("the session cannot be looked up"))?;
        if !known {
            return Err(StoreError::NoSession(id));
        }
        put_pain(&self.connection, id, pain)
    }

    /// The raw capture of a session, checked against its hash.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn raw_capture(&self, info: &SessionInfo) -> Result<RawCapture, StoreError> {
        let Some(name) = &info.capture else { return Ok(RawCapture::Missing) };
        let path = self.capture_path(name);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(RawCapture::Missing),
            Err(e) => return Err(StoreError::io(&path)(e)),
        };
        let Some(hash) = &info.capture_sha256 else { return Ok(RawCapture::Unmarked(path)) };
        let mark = Mark::of(file).map_err(StoreError::io(&path))?;
        Ok(if mark.sha256 == *hash { RawCapture::Whole(path) } else { RawCapture::Changed(path) })
    }

    /// Deletes a session and its capture.
    ///
    /// # Errors
    /// When there is none of this number, or something cannot be removed; what is left of it is removed
    /// when the store is opened again.
    pub fn delete_session(&mut self, id: i64) -> Result<(), StoreError> {
        let fail = || StoreError::sql("the session cannot be deleted");
        let t = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail())?;
        t.execute(
            "INSERT OR IGNORE INTO doomed_capture SELECT capture FROM session WHERE id = ?1 AND capture IS NOT NULL",
            [id],
        )
        .map_err(fail())?;
        if t.execute("DELETE FROM session WHERE id = ?1", [id]).map_err(fail())? == 0 {
            return Err(StoreError::NoSession(id));
        }
        t.commit().map_err(fail())?;
        self.forget()
    }
}

fn parsed<T: DeserializeOwned>(session: i64, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::Damaged { session, what: e.to_string() })
}

fn info(row: &Row<'_>) -> rusqlite::Result<SessionInfo> {
    let text = |n: usize, e: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(n, rusqlite::types::Type::Text, e)
    };
    let started: String = row.get(2)?;
    let algorithms: String = row.get(9)?;
    Ok(SessionInfo {
        id: row.get(0)?,
        person: row.get(1)?,
        started: started.parse().map_err(|e: jiff::Error| text(2, Box::new(e)))?,
        finished: row.get(3)?,
        source: row.get(4)?,
        sensor: row.get(5)?,
        capture: row.get(6)?,
        capture_sha256: row.get(7)?,
        program: row.get(8)?,
        algorithms: serde_json::from_str(&algorithms).map_err(|e| text(9, Box::new(e)))?,
        backward_strides: row.get(10)?,
        backward_s: row.get(11)?,
        stops: row.get(12)?,
        pain: row.get(13)?,
    })
}

fn rfc9557<S: serde::Serializer>(time: &Zoned, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(time)
}

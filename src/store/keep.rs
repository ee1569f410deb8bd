//! Keeping a session that has been replayed: whole, or not at all.

use std::path::Path;

use jiff::Zoned;
use rusqlite::{Connection, TransactionBehavior};
use serde::Serialize;

use super::error::StoreError;
use super::raw::Copied;
use super::{CAPTURES, Store};
use crate::session::{AlertNote, HeartRate, Pain, Plan, Session};
use crate::versions;

/// What is to be said of a session beyond what the sensor says.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Keep {
    /// When it began; `None`: now.
    pub started: Option<Zoned>,
    /// What measured it: a make, an address.
    pub sensor: Option<String>,
    /// The plan that was followed.
    pub plan: Option<Plan>,
    /// It was measured by this program, and did not come as a file.
    pub live: bool,
}

/// A row of `session`.
pub(super) struct NewRow<'a> {
    pub(super) person: i64,
    pub(super) source: &'a str,
    pub(super) keep: &'a Keep,
}

impl NewRow<'_> {
    pub(super) fn insert(&self, c: &Connection) -> Result<i64, StoreError> {
        let fail = || StoreError::sql("the session cannot be begun");
        let started = self.keep.started.clone().unwrap_or_else(Zoned::now);
        let plan = self.keep.plan.as_ref().map(json).transpose()?;
        c.execute(
            "INSERT INTO session (person, started, started_unix_s, source, sensor, program, algorithms, plan)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                self.person,
                started.to_string(),
                started.timestamp().as_second(),
                self.source,
                &self.keep.sensor,
                versions::PROGRAM,
                versions::json().to_string(),
                plan,
            ),
        )
        .map_err(fail())?;
        Ok(c.last_insert_rowid())
    }
}

/// The file name of a session's capture. It does not say whose it is.
pub(super) fn capture_name(session: i64) -> String {
    format!("session-{session}.csv")
}

pub(super) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| {
        StoreError::sql("a record cannot be written")(rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
    })
}

/// Puts a record into one of the tables `stride`, `bout`, `notice`.
pub(super) fn put(
    c: &Connection,
    table: &str,
    session: i64,
    n: usize,
    record: &impl Serialize,
) -> Result<(), StoreError> {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    c.prepare_cached(&format!("INSERT INTO {table} (session, n, record) VALUES (?1, ?2, ?3)"))
        .and_then(|mut s| s.execute((session, n, json(record).map_err(|_| rusqlite::Error::InvalidQuery)?)))
        .map(drop)
        .map_err(StoreError::sql("a record cannot be written"))
}

pub(super) fn put_alert(c: &Connection, session: i64, n: usize, alert: &AlertNote) -> Result<(), StoreError> {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    c.execute(
        "INSERT INTO alert (session, n, rule, level, onset_s, ended_s, acknowledged_s, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            session,
            n,
            &alert.rule,
            alert.level.word(),
            alert.onset_s,
            alert.ended_s,
            alert.acknowledged_s,
            json(alert)?,
        ),
    )
    .map(drop)
    .map_err(StoreError::sql("an alert cannot be written"))
}

pub(super) fn put_pain(c: &Connection, session: i64, pain: Pain) -> Result<(), StoreError> {
    c.execute(
        "INSERT INTO pain (session, n, at_s, score)
         VALUES (?1, (SELECT coalesce(max(n) + 1, 0) FROM pain WHERE session = ?1), ?2, ?3)",
        (session, pain.at_s, pain.score),
    )
    .map(drop)
    .map_err(StoreError::sql("the pain cannot be written"))
}

pub(super) fn put_heart(c: &Connection, session: i64, heart: HeartRate) -> Result<(), StoreError> {
    c.execute(
        "INSERT OR REPLACE INTO heart_rate (session, at_s, bpm) VALUES (?1, ?2, ?3)",
        (session, heart.at_s, heart.bpm),
    )
    .map(drop)
    .map_err(StoreError::sql("the heart rate cannot be written"))
}

impl Store {
    /// Keeps a session of `person` that came from a capture, and a copy of the capture. Its number.
    ///
    /// # Errors
    /// When nobody is called so, or it cannot be written; then nothing of it is kept.
    pub fn keep(
        &mut self,
        person: &str,
        keep: &Keep,
        session: &Session,
        capture: &Path,
    ) -> Result<i64, StoreError> {
        let person = self.person(person)?.id;
        let fail = || StoreError::sql("the session cannot be kept");
        let captures = self.folder.join(CAPTURES);
        let copied = Copied::of(capture, &captures).map_err(StoreError::io(capture))?;
        let mark = copied.mark.clone();
        let t = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail())?;
        let id = NewRow { person, source: if keep.live { "live" } else { "replay" }, keep }.insert(&t)?;
        for (n, stride) in session.strides.iter().enumerate() {
            put(&t, "stride", id, n, stride)?;
        }
        for (n, bout) in session.bouts.iter().enumerate() {
            put(&t, "bout", id, n, bout)?;
        }
        for (n, notice) in session.notices.iter().enumerate() {
            put(&t, "notice", id, n, notice)?;
        }
        for (n, alert) in session.alerts.iter().enumerate() {
            put_alert(&t, id, n, alert)?;
        }
        for pain in &session.pain {
            put_pain(&t, id, *pain)?;
        }
        for heart in &session.heart {
            put_heart(&t, id, *heart)?;
        }
        let name = capture_name(id);
        let path = captures.join(&name);
        t.execute(
            "UPDATE session SET finished = 1, summary = ?2, capture = ?3, capture_sha256 = ?4, capture_bytes = ?5
             WHERE id = ?1",
            (id, json(&session.facts)?, &name, &mark.sha256, i64::try_from(mark.bytes).unwrap_or(i64::MAX)),
        )
        .map_err(fail())?;
        // The name before the commit: a session never names a capture that is not there. A file that a
        // crash leaves here is written over by the next session of this number.
        copied.persist(&path).map_err(StoreError::io(&path))?;
        if let Err(e) = t.commit() {
            let _ = std::fs::remove_file(&path);
            return Err(fail()(e));
        }
        Ok(id)
    }
}

//! A session that grows while it is walked.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::error::StoreError;
use super::keep::{Keep, NewRow, capture_name, json, put, put_alert, put_heart, put_pain};
use super::raw::Growing;
use super::{CAPTURES, Store, connect};
use crate::capture::CaptureMeta;
use crate::imu::Sample;
use crate::record::{Record, Stride};
use crate::session::{AlertNote, Facts, HeartRate, NoticeNote, Pain};

/// A session under way. What a call has returned from stays, whatever happens to this program; a session
/// that is never finished is listed as one that broke off.
#[derive(Debug)]
pub struct LiveSession {
    connection: Connection,
    captures: PathBuf,
    id: i64,
    strides: usize,
    bouts: usize,
    notices: usize,
    alerts: usize,
    raw: Option<(PathBuf, Growing)>,
}

impl Store {
    /// Begins a live session of `person`, with a connection of its own: it may move to another thread.
    ///
    /// # Errors
    /// When nobody is called so, or the database cannot be written.
    pub fn live(&self, person: &str, keep: &Keep) -> Result<LiveSession, StoreError> {
        let person = self.person(person)?.id;
        let connection = connect(&self.folder)?;
        let id = NewRow { person, source: "live", keep }.insert(&connection)?;
        let captures = self.folder.join(CAPTURES);
        Ok(LiveSession { connection, captures, id, strides: 0, bouts: 0, notices: 0, alerts: 0, raw: None })
    }
}

impl LiveSession {
    /// Its number.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Begins the raw capture.
    ///
    /// # Errors
    /// When its file cannot be made, or its name not be written.
    pub fn begin_capture(&mut self, meta: &CaptureMeta, thigh: bool) -> Result<&Path, StoreError> {
        let name = capture_name(self.id);
        let path = self.captures.join(&name);
        let growing = Growing::new(&path, meta, thigh).map_err(StoreError::io(&path))?;
        self.connection
            .execute("UPDATE session SET capture = ?2 WHERE id = ?1", (self.id, &name))
            .map_err(StoreError::sql("the capture cannot be noted"))?;
        Ok(&self.raw.insert((path, growing)).0)
    }

    /// Takes a sample into the raw capture. All but the last second of them is on the disk.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn sample(&mut self, sample: &Sample) -> Result<(), StoreError> {
        match &mut self.raw {
            Some((path, growing)) => growing.row(sample).map_err(StoreError::io(path)),
            None => Ok(()),
        }
    }

    /// Takes a record of the pipeline; the summary as well.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it is kept, and it may be tried again.
    pub fn record(&mut self, record: &Record) -> Result<(), StoreError> {
        match record {
            Record::Stride(stride) => self.stride(stride),
            Record::Bout(bout) => {
                put(&self.connection, "bout", self.id, self.bouts, bout)?;
                self.bouts += 1;
                Ok(())
            }
            Record::Notice(notice) => {
                put(&self.connection, "notice", self.id, self.notices, &NoticeNote::of(notice))?;
                self.notices += 1;
                Ok(())
            }
            Record::Alert(alert) => self.alert(&AlertNote::of(alert)),
            Record::AlertEnd(end) => self
                .connection
                .execute(
                    "UPDATE alert SET ended_s = ?4 WHERE session = ?1 AND rule = ?2 AND onset_s = ?3",
                    (self.id, end.rule.info().name, end.onset.seconds(), end.ended.seconds()),
                )
                .map(drop)
                .map_err(StoreError::sql("the end of an alert cannot be written")),
            Record::Summary(summary) => self
                .connection
                .execute(
                    "UPDATE session SET summary = ?2 WHERE id = ?1",
                    (self.id, json(&Facts::of(summary))?),
                )
                .map(drop)
                .map_err(StoreError::sql("the summary cannot be written")),
            Record::Event(_) => Ok(()),
        }
    }

    /// Takes a stride.
    ///
    /// # Errors
    /// When it cannot be written; then it is not counted, and may be tried again.
    pub fn stride(&mut self, stride: &Stride) -> Result<(), StoreError> {
        put(&self.connection, "stride", self.id, self.strides, stride)?;
        self.strides += 1;
        Ok(())
    }

    /// Takes an alert.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn alert(&mut self, alert: &AlertNote) -> Result<(), StoreError> {
        put_alert(&self.connection, self.id, self.alerts, alert)?;
        self.alerts += 1;
        Ok(())
    }

    /// Somebody has acknowledged all alerts of `rule` so far, at `at_s` of the capture's clock. How many.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn acknowledge(&mut self, rule: &str, at_s: f64) -> Result<usize, StoreError> {
        self.connection
            .execute(
                "UPDATE alert SET acknowledged_s = ?3
                 WHERE session = ?1 AND rule = ?2 AND acknowledged_s IS NULL",
                (self.id, rule, at_s),
            )
            .map_err(StoreError::sql("the acknowledgement cannot be written"))
    }

    /// Pain from 0 to 10, at `at_s`, or of the session as a whole.
    ///
    /// # Errors
    /// When it cannot be written, or is above 10.
    pub fn pain(&mut self, at_s: Option<f64>, score: u8) -> Result<(), StoreError> {
        put_pain(&self.connection, self.id, Pain { at_s, score })
    }

    /// Heart rate, beats a minute.
    ///
    /// # Errors
    /// When it cannot be written, or cannot be a heart rate.
    pub fn heart_rate(&mut self, at_s: f64, bpm: u16) -> Result<(), StoreError> {
        put_heart(&self.connection, self.id, HeartRate { at_s, bpm })
    }

    /// Lets the database have so many pages (of 4 kB) and no more, as a full disk would.
    ///
    /// # Errors
    /// When the limit cannot be set.
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        self.connection
            .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            .map_err(StoreError::sql("the size of the database cannot be limited"))
    }

    /// Ends the session. Its number.
    ///
    /// # Errors
    /// When it cannot be written; what was taken before is kept, and the session is one that broke off.
    pub fn finish(self) -> Result<i64, StoreError> {
        let mark = match self.raw {
            Some((path, growing)) => Some(growing.finish().map_err(StoreError::io(&path))?),
            None => None,
        };
        self.connection
            .execute(
                "UPDATE session SET finished = 1, capture_sha256 = ?2, capture_bytes = ?3 WHERE id = ?1",
                (
                    self.id,
                    mark.as_ref().map(|m| m.sha256.as_str()),
                    mark.as_ref().map(|m| i64::try_from(m.bytes).unwrap_or(i64::MAX)),
                ),
            )
            .map_err(StoreError::sql("the session cannot be ended"))?;
        Ok(self.id)
    }
}

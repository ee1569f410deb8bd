//! After a session: its page, and its place among the sessions of the person who walked.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::report::{Look, material_of_capture};
use super::store_args::StoreArgs;
use crate::calibrate::file::Calibration;
use crate::live::notes;
use crate::live::recorder::Paths;
use crate::person::Person;
use crate::report;
use crate::safety::tuning::Tuning;
use crate::sink::file::OutputFile;
use crate::source::ReadOptions;
use crate::store::{Keep, Store};

/// What is done when a session is over.
#[derive(Clone, Debug, Default)]
pub(super) struct After {
    /// What is known of who walked.
    pub(super) person: Person,
    /// The limits that were in force.
    pub(super) rules: Tuning,
    /// How the sensors sat.
    pub(super) calibration: Option<Calibration>,
    /// What measured it.
    pub(super) sensor: String,
    /// Among whose sessions it is kept.
    pub(super) keep: Option<Kept>,
    /// A page that exists is replaced.
    pub(super) force: bool,
    /// There is to be none, nor a word of the recording: whoever asked for it has other plans.
    pub(super) nothing: bool,
}

/// Whose session it is, and where it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// The name in the store.
    pub(super) name: String,
    /// The store.
    pub(super) store: StoreArgs,
    /// The recording goes when it is kept: nobody asked for a file.
    pub(super) only: bool,
}

/// What became of it.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// The page.
    pub(super) page: PathBuf,
    /// Its number among the kept sessions.
    pub(super) id: Option<i64>,
    /// The three sentences.
    pub(super) words: String,
}

impl After {
    /// Keeps the recorded session, if that is wanted, and writes its page beside the recording.
    pub(super) fn wind_up(&self, paths: &Paths) -> anyhow::Result<Places> {
        let look = Look {
            rules: self.rules,
            series: true,
            calibration: self.calibration.clone(),
            ..Look::default()
        };
        let mut material =
            material_of_capture(&paths.capture, self.person.clone(), ReadOptions::default(), &look)?;
        material.sensor = Some(self.sensor.clone()).filter(|s| !s.is_empty());
        let mut page = paths.capture.with_extension("report.html");
        let mut id = None;
        if let Some(kept) = &self.keep {
            let mut store = kept.store.open()?;
            let new = number(&mut store, &kept.name, &material, &paths.capture)?;
            if kept.only {
                page.set_file_name(format!("session-{new}.report.html"));
            }
            let person = store.person(&kept.name)?;
            material.prescribed = person.prescribed;
            material.mass_kg = person.mass_kg;
            let info = store.session(new)?.info;
            material.sessions_before = u32::try_from(
                store.sessions(Some(&kept.name))?.iter().filter(|s| s.started < info.started).count(),
            )
            .unwrap_or(u32::MAX);
            (material.who, material.id, material.started) =
                (Some(info.person), Some(new), Some(info.started));
            id = Some(new);
        }
        let verdict = report::verdict::Verdict::of(&material);
        let words = [verdict.walked, verdict.went, verdict.next].join("\n");
        let mut file = OutputFile::create(&page, self.force || id.is_some())?;
        file.write_all(report::html(&material)?.as_bytes())?;
        file.commit()?;
        if self.keep.as_ref().is_some_and(|k| k.only) {
            for path in [&paths.capture, &paths.raw, &notes::beside(&paths.capture)] {
                std::fs::remove_file(path)
                    .with_context(|| format!("{} is kept, and cannot be removed here", path.display()))?;
            }
        }
        Ok(Places { page, id, words })
    }
}

fn number(store: &mut Store, name: &str, material: &report::Material, capture: &Path) -> anyhow::Result<i64> {
    let keep = Keep {
        started: material.started.clone(),
        sensor: material.sensor.clone(),
        plan: material.session.plan.clone(),
        live: true,
    };
    Ok(store.keep(name, &keep, &material.session, capture)?)
}

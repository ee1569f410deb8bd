//! `retrogait convert --to bids`: a capture with its events as a Motion-BIDS data set of one subject.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::{Value, json};

use super::exit;
use crate::pipeline::{Output, Pipeline, Settings};
use crate::record::Record;
use crate::sink::bids::{Motion, channels, event_row, events, events_sidecar, sidecar};
use crate::sink::file::{OutputError, OutputFile};
use crate::source::Samples;

/// What the files are called after.
pub(super) struct Labels<'a> {
    pub(super) subject: &'a str,
    pub(super) session: Option<&'a str>,
    pub(super) task: &'a str,
}

/// A label of BIDS: letters and digits.
pub(super) fn label(text: &str) -> Result<String, String> {
    let good = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    if good { Ok(text.to_owned()) } else { Err("a label has letters and digits only".into()) }
}

/// Writes the data set under `out`; where its samples are.
pub(super) fn write(
    reader: &mut dyn Samples,
    out: &Path,
    labels: &Labels<'_>,
    force: bool,
) -> anyhow::Result<PathBuf> {
    let subject = format!("sub-{}", labels.subject);
    let session = labels.session.map(|s| format!("ses-{s}"));
    let folder = match &session {
        Some(session) => out.join(&subject).join(session).join("motion"),
        None => out.join(&subject).join("motion"),
    };
    let stem = session.map_or(subject.clone(), |s| format!("{subject}_{s}"));
    let stem = format!("{stem}_task-{}_tracksys-imu_", labels.task);
    let create = |ending: &str| OutputFile::create(&folder.join(format!("{stem}{ending}")), force);
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut motion_file = create("motion.tsv")?;
    let mut files = Vec::new();

    let thigh = reader.has_thigh();
    let meta = reader.meta().clone();
    let mut motion = Motion::new(&mut motion_file, thigh);
    let mut pipeline = Pipeline::new(&meta, Settings::default());
    let (mut rows, mut summary) = (Vec::new(), None);
    let mut take = |output: Output| match output {
        Output::Record(Record::Summary(s)) => summary = Some(s),
        Output::Record(record) => rows.extend(event_row(&record)),
        Output::Series(_) => {}
    };
    while let Some(sample) = reader.next_sample()? {
        for warning in reader.fresh_warnings() {
            exit::warn(&warning.to_string());
        }
        motion.row(&sample)?;
        pipeline.push(&sample, &mut take);
    }
    pipeline.finish(&mut take);
    let first = motion.first().unwrap_or_default();
    let summary = summary.unwrap_or_default();

    let mut file = create("channels.tsv")?;
    channels(&mut file, &meta, thigh)?;
    files.push(file);
    let mut json = |ending: &str, value: &Value| -> anyhow::Result<()> {
        let mut file = create(ending)?;
        serde_json::to_writer_pretty(&mut file, value)?;
        writeln!(file)?;
        files.push(file);
        Ok(())
    };
    json("motion.json", &sidecar(&meta, thigh, labels.task, &summary))?;
    json("events.json", &events_sidecar())?;
    let mut file = create("events.tsv")?;
    events(&mut file, rows, first)?;
    files.push(file);
    for file in files {
        file.commit()?;
    }
    describe(out, &subject)?;
    Ok(motion_file.commit()?)
}

/// The files that a data set must have at its top; those that are there are left alone.
fn describe(out: &Path, subject: &str) -> anyhow::Result<()> {
    let keep = |name: &str, text: &str| -> anyhow::Result<()> {
        let mut file = match OutputFile::create(&out.join(name), false) {
            Err(OutputError::Exists(_)) => return Ok(()),
            other => other?,
        };
        file.write_all(text.as_bytes())?;
        file.commit()?;
        Ok(())
    };
    let about = json!({
        "Name": "Walking with an inertial sensor on the shank",
        "BIDSVersion": "1.10.0",
        "DatasetType": "raw",
        "GeneratedBy": [{ "Name": "retrogait", "Version": env!("CARGO_PKG_VERSION") }],
    });
    keep("dataset_description.json", &format!("{about:#}\n"))?;
    keep("README", "Recordings of walking with an inertial sensor on the shank, in Motion-BIDS.\n")?;
    // A subject that is not listed yet is added.
    let list = out.join("participants.tsv");
    let mut text = fs::read_to_string(&list).unwrap_or_else(|_| "participant_id\n".to_owned());
    if !text.lines().any(|l| l.split('\t').next() == Some(subject)) {
        let columns = text.lines().next().map_or(1, |l| l.split('\t').count());
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(subject);
        text.push_str(&"\tn/a".repeat(columns - 1));
        text.push('\n');
        let mut file = OutputFile::create(&list, true)?;
        file.write_all(text.as_bytes())?;
        file.commit()?;
    }
    Ok(())
}

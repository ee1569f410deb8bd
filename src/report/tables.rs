//! The report as tables.

use std::io;
use std::path::{Path, PathBuf};

use super::Material;
use super::definitions::DEFINITIONS;
use super::verdict::spread;
use crate::record::{Record, StrideDirection};
use crate::sink::Sink;
use crate::sink::file::{OutputError, OutputFile};
use crate::sink::ndjson::Flush;
use crate::sink::strides::Strides;

/// Writes `strides.csv`, `figures.csv`, `bouts.csv` and `alerts.csv` into `folder`. What was written.
///
/// # Errors
/// When one exists already and `force` is not given, or cannot be written; then none of them is changed.
pub fn csv(m: &Material, folder: &Path, force: bool) -> Result<Vec<PathBuf>, OutputError> {
    std::fs::create_dir_all(folder).map_err(|source| OutputError::Io { path: folder.to_owned(), source })?;
    let mut files = Vec::new();
    for (name, write) in [
        ("strides.csv", strides as fn(&Material, &mut OutputFile) -> io::Result<()>),
        ("figures.csv", figures),
        ("bouts.csv", bouts),
        ("alerts.csv", alerts),
    ] {
        let path = folder.join(name);
        let mut file = OutputFile::create(&path, force)?;
        write(m, &mut file).map_err(|source| OutputError::Io { path, source })?;
        files.push(file);
    }
    files.into_iter().map(OutputFile::commit).collect()
}

fn strides(m: &Material, out: &mut OutputFile) -> io::Result<()> {
    let mut table = Strides::new(out, Flush::AtEnd, None);
    table.header()?;
    for stride in &m.session.strides {
        table.record(&Record::Stride(*stride))?;
    }
    table.finish()
}

fn figures(m: &Material, out: &mut OutputFile) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["figure", "direction", "n", "median", "p05", "p95", "definition", "evidence"])?;
    for (direction, word) in [(StrideDirection::Backward, "backward"), (StrideDirection::Forward, "forward")]
    {
        for d in &DEFINITIONS {
            let Some(s) = spread(&m.session, direction, d.figure) else { continue };
            let cell = |v: f64| crate::record::to_milli(v).to_string();
            table.write_record([
                d.figure.word(),
                word,
                &s.n.to_string(),
                &cell(s.median),
                &cell(s.p05),
                &cell(s.p95),
                d.meaning,
                d.evidence,
            ])?;
        }
    }
    table.flush()
}

fn bouts(m: &Material, out: &mut OutputFile) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(out);
    table.write_record(["start_s", "end_s", "activity", "strides"])?;
    for bout in &m.session.bouts {
        table.serialize(bout)?;
    }
    table.flush()
}

fn alerts(m: &Material, out: &mut OutputFile) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record([
        "rule",
        "level",
        "onset_s",
        "detected_s",
        "ended_s",
        "acknowledged_s",
        "message",
        "evidence",
    ])?;
    let maybe = |v: Option<f64>| v.map(|v| v.to_string()).unwrap_or_default();
    for a in &m.session.alerts {
        table.write_record([
            a.rule.as_str(),
            a.level.word(),
            &a.onset_s.to_string(),
            &a.detected_s.to_string(),
            &maybe(a.ended_s),
            &maybe(a.acknowledged_s),
            &a.message,
            &serde_json::to_string(&a.evidence)?,
        ])?;
    }
    table.flush()
}

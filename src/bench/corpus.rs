//! Labelled captures: finding them, and reading them whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use walkdir::WalkDir;
use wildmatch::WildMatch;

use crate::capture::CaptureMeta;
use crate::evaluate::KneeTruth;
use crate::imu::Sample;
use crate::source::{CaptureReader, ReadError, ReadOptions, open};
use crate::truth::Truth;

/// The end of a label file's name.
const TRUTH: &str = ".truth.json";

/// A capture with labels.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// Its name, with the folders below the path it was found under.
    pub name: String,
    /// The folder it counts to.
    pub folder: String,
    /// The capture.
    pub csv: PathBuf,
    /// What happened in it.
    pub truth: Truth,
    /// Its knee series.
    pub knee: Option<KneeTruth>,
}

/// A capture in memory.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it says of itself.
    pub meta: CaptureMeta,
    /// Its samples.
    pub samples: Vec<Sample>,
}

/// Why labels were not read.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
pub enum CorpusError {
    #[error("{path} cannot be read", path = .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is no label file", path = .path.display())]
    Labels { path: PathBuf, source: serde_json::Error },
    #[error("{path} has no columns time_s and knee_flexion_deg", path = .path.display())]
    Knee { path: PathBuf },
    #[error("there is no labelled capture (NAME.csv with NAME.truth.json beside it) under {paths}")]
    Nothing { paths: String },
}

/// Finds the labelled captures under `paths` (folders, captures or label files) whose names match
/// one of `only`, in the order of their names.
///
/// # Errors
/// When a label file cannot be read, or there is none.
pub fn find(paths: &[PathBuf], only: &[String]) -> Result<Vec<Labelled>, CorpusError> {
    let wanted: Vec<_> = only.iter().map(|p| WildMatch::new(p)).collect();
    let mut all: Vec<Labelled> = Vec::new();
    for root in paths {
        let (base, truths) = label_files(root)?;
        for path in truths {
            let stem = path.to_string_lossy();
            let stem = stem.strip_suffix(TRUTH).unwrap_or(&stem);
            let csv = PathBuf::from(format!("{stem}.csv"));
            let short = Path::new(stem).file_name().unwrap_or_default();
            let known = all.iter().any(|c| c.csv == csv);
            let matches = wanted.is_empty() || wanted.iter().any(|w| w.matches(&short.to_string_lossy()));
            if csv.is_file() && matches && !known {
                all.push(labelled(&base, stem, csv, &path)?);
            }
        }
    }
    if all.is_empty() {
        let paths: Vec<_> = paths.iter().map(|p| p.display().to_string()).collect();
        return Err(CorpusError::Nothing { paths: paths.join(", ") });
    }
    Ok(all)
}

/// The folder that names count from, and the label files.
fn label_files(root: &Path) -> Result<(PathBuf, Vec<PathBuf>), CorpusError> {
    let fail = |path: &Path, source| CorpusError::Read { path: path.to_owned(), source };
    let meta = fs::metadata(root).map_err(|e| fail(root, e))?;
    if meta.is_file() {
        let text = root.to_string_lossy();
        let truth = match text.strip_suffix(".csv") {
            Some(stem) => PathBuf::from(format!("{stem}{TRUTH}")),
            None => root.to_owned(),
        };
        let base = root.parent().unwrap_or(Path::new("")).to_owned();
        let there = truth.is_file() && truth.to_string_lossy().ends_with(TRUTH);
        return Ok((base, if there { vec![truth] } else { Vec::new() }));
    }
    let mut found = Vec::new();
    for entry in WalkDir::new(root).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|e| {
            let path = e.path().unwrap_or(root).to_owned();
            CorpusError::Read { path, source: e.into() }
        })?;
        if entry.file_type().is_file() && entry.file_name().to_string_lossy().ends_with(TRUTH) {
            found.push(entry.into_path());
        }
    }
    Ok((root.to_owned(), found))
}

fn labelled(base: &Path, stem: &str, csv: PathBuf, path: &Path) -> Result<Labelled, CorpusError> {
    let read =
        |path: &Path| fs::read(path).map_err(|source| CorpusError::Read { path: path.to_owned(), source });
    let truth: Truth = serde_json::from_slice(&read(path)?)
        .map_err(|source| CorpusError::Labels { path: path.to_owned(), source })?;
    let knee = match &truth.knee {
        None => None,
        Some(file) => {
            let path = path.with_file_name(file);
            let table = knee_table(&read(&path)?);
            Some(table.ok_or(CorpusError::Knee { path })?)
        }
    };
    let inside = Path::new(stem).strip_prefix(base).unwrap_or(Path::new(stem));
    let folder = match inside.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.display().to_string(),
        _ => folder_name(base),
    };
    Ok(Labelled { name: inside.display().to_string(), folder, csv, truth, knee })
}

/// What a folder is called, also when it is given as `.`.
fn folder_name(path: &Path) -> String {
    let real = fs::canonicalize(if path.as_os_str().is_empty() { Path::new(".") } else { path });
    real.ok()
        .as_deref()
        .and_then(Path::file_name)
        .map_or_else(|| ".".to_owned(), |n| n.to_string_lossy().into_owned())
}

/// `time_s,knee_flexion_deg`; cells that are no numbers become NaN and are not scored.
fn knee_table(text: &[u8]) -> Option<KneeTruth> {
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).trim(csv::Trim::All).from_reader(text);
    let headers = reader.headers().ok()?.clone();
    let place = |name: &str| headers.iter().position(|h| h == name);
    let (time, knee) = (place("time_s")?, place("knee_flexion_deg")?);
    let mut table = KneeTruth::default();
    for row in reader.records().map_while(Result::ok) {
        let cell = |i: usize| row.get(i).and_then(|c| c.parse().ok()).unwrap_or(f64::NAN);
        table.time_s.push(cell(time));
        table.flexion_deg.push(cell(knee));
    }
    Some(table)
}

impl Labelled {
    /// Reads the capture whole.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(&self) -> Result<Loaded, ReadError> {
        let input = open(&self.csv)?;
        let mut reader = CaptureReader::new(input.bytes, &input.name, ReadOptions::default())?;
        let samples = reader.by_ref().collect::<Result<_, _>>()?;
        Ok(Loaded { meta: reader.meta().clone(), samples })
    }
}

impl Loaded {
    /// Time of the first and the last sample, s.
    pub fn span_s(&self) -> (f64, f64) {
        let at = |s: Option<&Sample>| s.map_or(0.0, |s| s.time.seconds());
        (at(self.samples.first()), at(self.samples.last()))
    }
}

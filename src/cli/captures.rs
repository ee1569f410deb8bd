//! The captures under folders, one by one, in the order of their names.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::source::looks_known;

/// What stands beside captures under similar names.
const NOT_CAPTURES: [&str; 7] = [
    ".knee.csv",
    ".series.csv",
    ".strides.csv",
    ".truth.json",
    "_channels.tsv",
    "_events.tsv",
    "columns.json",
];

/// A capture that was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Which of the folders it is in, from 0.
    pub(super) root: usize,
    /// Its path below that folder.
    pub(super) below: PathBuf,
    /// What tables call it.
    pub(super) name: String,
}

/// All captures under `folders`, without those in `out`.
pub(super) fn captures(folders: &[PathBuf], out: &Path) -> impl Iterator<Item = Found> + Send + use<> {
    let out = out.canonicalize().ok();
    let folders = folders.to_vec();
    folders.into_iter().enumerate().flat_map(move |(root, folder)| {
        let out = out.clone();
        let hidden = |entry: &walkdir::DirEntry| {
            entry.depth() > 0 && entry.file_name().to_str().is_some_and(|n| n.starts_with('.'))
        };
        WalkDir::new(&folder)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(move |entry| {
                let is_out =
                    entry.file_type().is_dir() && out.is_some() && entry.path().canonicalize().ok() == out;
                !hidden(entry) && !is_out
            })
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file() && is_candidate(entry.path()))
            .map(move |entry| {
                let path = entry.into_path();
                let below = match path.strip_prefix(&folder) {
                    Ok(below) if !below.as_os_str().is_empty() => below.to_owned(),
                    _ => path.file_name().map(PathBuf::from).unwrap_or_default(),
                };
                Found { name: path.display().to_string(), root, below, path }
            })
    })
}

/// Whether a file is to be tried. Tables and archives always are, so that a damaged one is told of;
/// texts that could be anything only when they look like a capture.
fn is_candidate(path: &Path) -> bool {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    if NOT_CAPTURES.iter().any(|e| name.ends_with(e)) || is_second_half(path, name) {
        return false;
    }
    match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("csv" | "cwa" | "zip") => true,
        Some("txt" | "json" | "tsv") => {
            let mut head = Vec::new();
            let read = File::open(path).and_then(|f| f.take(16 * 1024).read_to_end(&mut head));
            read.is_ok() && looks_known(&head, path)
        }
        _ => false,
    }
}

/// Whether it is the gyroscope's file of a pair: the accelerometer's stands for both.
fn is_second_half(path: &Path, name: &str) -> bool {
    [("Gyroscope", "Accelerometer"), ("gyroscope", "accelerometer"), ("Gyro", "Acc"), ("gyro", "acc")]
        .iter()
        .any(|(gyr, acc)| name.contains(gyr) && path.with_file_name(name.replacen(gyr, acc, 1)).is_file())
}

//! What `--out` writes, and how it is called.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use super::exit::UsageError;
use crate::sink::file::{OutputError, OutputFile, refuse_input};
use crate::source::{Problem, ReadError};

/// What is written of each capture, as the ends of the files' names.
pub(super) const ENDINGS: [&str; 4] = ["ndjson", "strides.csv", "series.csv", "summary.txt"];

/// A capture's name under `--out` of each of `captures`, in their order: without `.csv`, and with
/// the folders below those that all captures share, so that nothing is written twice.
pub(super) fn names(captures: &[PathBuf]) -> Result<Vec<PathBuf>, UsageError> {
    let plain: Vec<Vec<Component<'_>>> =
        captures.iter().map(|c| c.components().filter(|p| *p != Component::CurDir).collect()).collect();
    let shared = shared_folders(&plain);
    let names: Vec<PathBuf> = captures
        .iter()
        .zip(&plain)
        .map(|(path, parts)| {
            if path.as_os_str() == "-" {
                return PathBuf::from("stdin");
            }
            let below = &parts[shared..];
            let inside = below.iter().all(|p| matches!(p, Component::Normal(_)));
            let name: PathBuf = if inside {
                below.iter().collect()
            } else {
                path.file_name().map(PathBuf::from).unwrap_or_default()
            };
            without_csv(&name)
        })
        .collect();
    let mut seen = HashSet::new();
    for (name, path) in names.iter().zip(captures) {
        if !seen.insert(name) {
            return Err(UsageError::new(format!(
                "two captures would be written as `{}`; the second is {}",
                name.display(),
                path.display()
            ))
            .help("replay them in two runs, with two folders for `--out`"));
        }
    }
    Ok(names)
}

fn shared_folders(paths: &[Vec<Component<'_>>]) -> usize {
    let mut folders = paths.iter().filter(|p| !p.is_empty()).map(|p| &p[..p.len() - 1]);
    let Some(first) = folders.next() else {
        return 0;
    };
    folders.fold(first.len(), |n, other| first[..n].iter().zip(other).take_while(|(a, b)| a == b).count())
}

fn without_csv(path: &Path) -> PathBuf {
    match path.extension() {
        Some(e) if e.eq_ignore_ascii_case("csv") => path.with_extension(""),
        _ => path.to_owned(),
    }
}

/// `folder/name.ending`
pub(super) fn path(folder: &Path, name: &Path, ending: &str) -> PathBuf {
    let mut path = folder.join(name).into_os_string();
    path.push(".");
    path.push(ending);
    path.into()
}

/// The open output files of one capture.
pub(super) struct Files {
    pub(super) ndjson: OutputFile,
    pub(super) strides: OutputFile,
    pub(super) series: OutputFile,
    pub(super) summary: OutputFile,
}

impl Files {
    pub(super) fn create(folder: &Path, name: &Path, force: bool) -> Result<Self, OutputError> {
        let open = |ending| OutputFile::create(&path(folder, name, ending), force);
        let [ndjson, strides, series, summary] = ENDINGS;
        Ok(Self {
            ndjson: open(ndjson)?,
            strides: open(strides)?,
            series: open(series)?,
            summary: open(summary)?,
        })
    }

    pub(super) fn commit(self) -> Result<(), OutputError> {
        for file in [self.ndjson, self.strides, self.series, self.summary] {
            file.commit()?;
        }
        Ok(())
    }
}

/// Makes the folders, and refuses the whole run before it starts if a file is in the way.
pub(super) fn prepare(
    folder: &Path,
    names: &[PathBuf],
    captures: &[PathBuf],
    force: bool,
) -> Result<(), OutputError> {
    for name in names {
        for ending in ENDINGS {
            let path = path(folder, name, ending);
            refuse_input(&path, captures)?;
            if !force && path.exists() {
                return Err(OutputError::Exists(path));
            }
        }
        let folder = folder.join(name);
        let folder = folder.parent().unwrap_or(&folder);
        std::fs::create_dir_all(folder)
            .map_err(|source| OutputError::Io { path: folder.to_owned(), source })?;
    }
    Ok(())
}

/// Refuses captures that cannot be there, before anything is written.
pub(super) fn check_captures(captures: &[PathBuf]) -> Result<(), anyhow::Error> {
    if captures.iter().filter(|c| c.as_os_str() == "-").count() > 1 {
        return Err(UsageError::new("standard input (`-`) can be read only once").into());
    }
    for capture in captures {
        if capture.is_dir() {
            let name = capture.display().to_string();
            return Err(ReadError::new(&name, Problem::Directory).into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(paths: &[&str]) -> Vec<String> {
        let paths: Vec<_> = paths.iter().map(PathBuf::from).collect();
        names(&paths).unwrap().iter().map(|p| p.display().to_string()).collect()
    }

    #[test]
    fn one_capture_is_called_by_its_name() {
        assert_eq!(called(&["data/walk.csv"]), ["walk"]);
        assert_eq!(called(&["./Walk.1.CSV"]), ["Walk.1"]);
        assert_eq!(called(&["-"]), ["stdin"]);
    }

    #[test]
    fn folders_are_kept_below_what_captures_share() {
        assert_eq!(called(&["data/a/x.csv", "data/b/x.csv", "data/b/c/y.csv"]), ["a/x", "b/x", "b/c/y"]);
        assert_eq!(called(&["data/a/x.csv", "data/a/y.csv"]), ["x", "y"]);
    }

    #[test]
    fn nothing_leaves_the_folder_and_nothing_is_written_twice() {
        assert_eq!(called(&["../x.csv", "a/y.csv"]), ["x", "a/y"]);
        let twice = [PathBuf::from("../x.csv"), PathBuf::from("x.csv")];
        assert!(names(&twice).is_err());
    }
}

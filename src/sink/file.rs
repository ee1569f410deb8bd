//! Output files that are there when they are complete, and not before.
//!
//! A file is written under a temporary name in the same folder and renamed when it is done, so
//! that a reader never sees half of it and a failure leaves what was there before.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

/// Why an output file was not written.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
pub enum OutputError {
    #[error("{path} exists already", path = .0.display())]
    Exists(PathBuf),
    #[error("{path} is a capture that is being read", path = .0.display())]
    IsInput(PathBuf),
    #[error("{path} cannot be written", path = .path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// A file that takes its name when it is complete.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    out: Out,
    force: bool,
}

#[derive(Debug)]
enum Out {
    Temporary(BufWriter<NamedTempFile>),
    /// A device or a pipe: it has no name to take.
    Direct(BufWriter<fs::File>),
}

impl OutputFile {
    /// Starts writing what will be `path`. An existing file is replaced only with `force`.
    ///
    /// # Errors
    /// When it exists already, or its folder cannot be written to.
    pub fn create(path: &Path, force: bool) -> Result<Self, OutputError> {
        let fail = |source| OutputError::Io { path: path.to_owned(), source };
        let out = match fs::metadata(path) {
            Ok(there) if there.is_file() && !force => {
                return Err(OutputError::Exists(path.to_owned()));
            }
            Ok(there) if there.is_dir() => return Err(fail(io::ErrorKind::IsADirectory.into())),
            Ok(there) if !there.is_file() => {
                let file = OpenOptions::new().write(true).open(path).map_err(fail)?;
                Out::Direct(BufWriter::new(file))
            }
            _ => Out::Temporary(BufWriter::with_capacity(1 << 16, temporary(path).map_err(fail)?)),
        };
        Ok(Self { path: path.to_owned(), out, force })
    }

    /// Completes the file: it takes its name.
    ///
    /// # Errors
    /// When it cannot be written or renamed, or came to exist meanwhile.
    pub fn commit(self) -> Result<PathBuf, OutputError> {
        let Self { path, out, force } = self;
        let result = match out {
            Out::Direct(mut out) => out.flush(),
            Out::Temporary(out) => {
                out.into_inner().map_err(io::IntoInnerError::into_error).and_then(|temporary| {
                    let done =
                        if force { temporary.persist(&path) } else { temporary.persist_noclobber(&path) };
                    done.map(drop).map_err(|e| e.error)
                })
            }
        };
        match result {
            Ok(()) => Ok(path),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(OutputError::Exists(path)),
            Err(source) => Err(OutputError::Io { path, source }),
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match &mut self.out {
            Out::Temporary(out) => out.write(buf),
            Out::Direct(out) => out.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Temporary(out) => out.flush(),
            Out::Direct(out) => out.flush(),
        }
    }
}

fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".retrogait-").suffix(".part");
    // A temporary file is private by default; this one becomes an ordinary file.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Refuses an output path that is one of the captures being read.
///
/// # Errors
/// [`OutputError::IsInput`] when it is.
pub fn refuse_input(path: &Path, inputs: &[PathBuf]) -> Result<(), OutputError> {
    let Ok(real) = fs::canonicalize(path) else {
        return Ok(());
    };
    let is_input = inputs.iter().any(|input| fs::canonicalize(input).is_ok_and(|i| i == real));
    if is_input {
        return Err(OutputError::IsInput(path.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_the_name_before_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut file = OutputFile::create(&path, false).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!path.exists());
        file.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"half");
    }

    #[test]
    fn an_abandoned_file_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "before").unwrap();
        let mut file = OutputFile::create(&path, true).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_existing_file_is_replaced_only_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "before").unwrap();
        assert!(matches!(OutputFile::create(&path, false), Err(OutputError::Exists(_))));
        let mut file = OutputFile::create(&path, true).unwrap();
        file.write_all(b"after").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"after");
    }

    #[test]
    fn a_capture_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("walk.csv");
        fs::write(&path, "capture").unwrap();
        let same = folder.path().join(".").join("walk.csv");
        assert!(refuse_input(&same, &[path]).is_err());
    }
}

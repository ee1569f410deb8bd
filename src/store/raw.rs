//! Raw captures: files beside the database, known by length and hash.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::private;
use crate::capture::CaptureMeta;
use crate::imu::Sample;
use crate::sink;
use crate::time::SensorTime;

/// Length and hash of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl Mark {
    pub(super) fn of(input: impl Read) -> io::Result<Self> {
        copy(input, io::sink())
    }
}

/// Copies, and marks what went through.
fn copy(mut input: impl Read, mut out: impl Write) -> io::Result<Mark> {
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let n = match input.read(&mut block) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        hash.update(&block[..n]);
        out.write_all(&block[..n])?;
        bytes += n as u64;
    }
    let mut sha256 = String::with_capacity(64);
    for byte in hash.finalize() {
        let _ = write!(sha256, "{byte:02x}");
    }
    Ok(Mark { bytes, sha256 })
}

/// A copy of a capture that has no name yet.
#[derive(Debug)]
pub(super) struct Copied {
    file: NamedTempFile,
    pub(super) mark: Mark,
}

impl Copied {
    /// Copies `path` into the folder of the captures; it is on the disk when this returns.
    pub(super) fn of(path: &Path, captures: &Path) -> io::Result<Self> {
        // A temporary file is its owner's alone.
        let mut file = tempfile::Builder::new().prefix(".incoming-").suffix(".csv").tempfile_in(captures)?;
        let mark = copy(File::open(path)?, &mut file)?;
        file.as_file().sync_all()?;
        Ok(Self { file, mark })
    }

    /// Gives it its name.
    pub(super) fn persist(self, path: &Path) -> io::Result<()> {
        self.file.persist(path).map_err(|e| e.error)?;
        path.parent().map_or(Ok(()), private::sync_folder)
    }
}

/// Time between two moments at which a growing capture is certainly on the disk, s of its own clock.
const SYNC_S: f64 = 1.0;

/// A capture that grows while it is recorded.
#[derive(Debug)]
pub(super) struct Growing {
    path: PathBuf,
    capture: sink::capture::Capture<BufWriter<File>>,
    synced: Option<SensorTime>,
}

impl Growing {
    pub(super) fn new(path: &Path, meta: &CaptureMeta, thigh: bool) -> io::Result<Self> {
        let file = BufWriter::new(private::file(path, true)?);
        let mut capture = sink::capture::Capture::new(file, meta, thigh)?;
        capture.flush()?;
        path.parent().map_or(Ok(()), private::sync_folder)?;
        Ok(Self { path: path.to_owned(), capture, synced: None })
    }

    pub(super) fn row(&mut self, sample: &Sample) -> io::Result<()> {
        self.capture.row(sample)?;
        let since = self.synced.get_or_insert(sample.time);
        if sample.time.since(*since).seconds() >= SYNC_S {
            *since = sample.time;
            self.sync()?;
        }
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.capture.flush()?;
        self.capture.get_ref().get_ref().sync_data()
    }

    pub(super) fn finish(mut self) -> io::Result<Mark> {
        self.sync()?;
        Mark::of(fs::File::open(&self.path)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_the_published_hash() {
        let mark = Mark::of(&b"abc"[..]).unwrap();
        assert_eq!(mark.bytes, 3);
        assert_eq!(mark.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

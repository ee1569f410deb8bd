//! Files inside a zip archive, each as a stream of its own.
//!
//! Only the directory of the archive is held in memory. Each entry is read through a handle of its
//! own, so that two of them can be read side by side; its length and checksum are compared at its end.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::super::error::{Problem, ReadError};
use super::super::preamble::io_problem;
use super::text::Bytes;

/// An archive's files.
pub(super) struct Archive {
    path: PathBuf,
    name: String,
    entries: Vec<Entry>,
}

/// One file in it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its path in the archive.
    pub(super) name: String,
    start: u64,
    packed: u64,
    size: u64,
    crc: u32,
    method: CompressionMethod,
    encrypted: bool,
}

impl Archive {
    pub(super) fn open(path: &Path, name: &str) -> Result<Self, ReadError> {
        let broken = |found: String| {
            let expected = "the directory at the end of a zip archive".to_owned();
            let help = "the archive may have been cut short: export or copy it again";
            ReadError::new(name, Problem::Expected { expected, found, help })
        };
        let file = File::open(path).map_err(|e| ReadError::new(name, io_problem(e)))?;
        let size = file.metadata().map_err(|e| ReadError::new(name, io_problem(e)))?.len();
        let mut zip =
            ZipArchive::new(BufReader::new(file)).map_err(|e| broken(e.to_string()).at_byte(size))?;
        let mut entries = Vec::new();
        for i in 0..zip.len() {
            let entry = zip.by_index_raw(i).map_err(|e| broken(e.to_string()))?;
            let Ok(name) = entry.name() else { continue };
            entries.push(Entry {
                name: name.into_owned(),
                start: entry.data_start().unwrap_or_default(),
                packed: entry.compressed_size(),
                size: entry.size(),
                crc: entry.crc32(),
                method: entry.compression(),
                encrypted: entry.encrypted(),
            });
        }
        Ok(Self { path: path.to_owned(), name: name.to_owned(), entries })
    }

    /// The file of this name, in whatever folder.
    pub(super) fn find(&self, file: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| {
            let last = e.name.rsplit(['/', '\\']).next().unwrap_or_default();
            last.eq_ignore_ascii_case(file)
        })
    }

    /// The text tables in it.
    pub(super) fn tables(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|e| e.name.to_ascii_lowercase().ends_with(".csv"))
    }

    /// How messages call a file in it.
    pub(super) fn name_of(&self, entry: &Entry) -> String {
        format!("{} ({})", self.name, entry.name)
    }

    /// The bytes of a file in it.
    pub(super) fn read(&self, entry: &Entry) -> Result<Bytes, ReadError> {
        let name = self.name_of(entry);
        let expected = |found: String| {
            let expected = "a file stored plainly or deflated, without a password".to_owned();
            ReadError::new(&name, Problem::Expected { expected, found, help: "pack it again that way" })
        };
        if entry.encrypted {
            return Err(expected("one with a password".into()));
        }
        let open = || -> io::Result<io::Take<File>> {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(entry.start))?;
            Ok(file.take(entry.packed))
        };
        let packed = open().map_err(|e| ReadError::new(&name, io_problem(e)))?;
        let inner: Bytes = match entry.method {
            CompressionMethod::Stored => Box::new(BufReader::new(packed)),
            CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(BufReader::new(packed))),
            other => return Err(expected(format!("{other}"))),
        };
        Ok(Box::new(Verified { inner, crc: Crc::new(), size: entry.size, want: entry.crc, read: 0 }))
    }
}

/// Bytes whose number and checksum are known beforehand.
struct Verified {
    inner: Bytes,
    crc: Crc,
    size: u64,
    want: u32,
    read: u64,
}

impl Read for Verified {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.crc.update(&buf[..n]);
        self.read += n as u64;
        if n == 0 && !buf.is_empty() && (self.read != self.size || self.crc.sum() != self.want) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "the archive is damaged: {} bytes with checksum {:08x}, not {} with {:08x}",
                    self.read,
                    self.crc.sum(),
                    self.size,
                    self.want
                ),
            ));
        }
        Ok(n)
    }
}

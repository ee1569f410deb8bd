//! A reader in front of the CSV parser that keeps one row from eating all memory.

use std::io::{self, Read};

/// Bytes that one row may have. A row of thirteen numbers has some hundred and fifty.
pub(super) const ROW_LIMIT: u64 = 64 * 1024;

/// What the parser reads from.
///
/// A stray quotation mark makes a CSV parser take everything up to the next one as a single cell.
/// This stops delivering once a row is longer than [`ROW_LIMIT`]. It also starts with the line end
/// of the header (a parser at its very start would take a byte order mark away, but only if it got
/// all three bytes at once), and ends the last row with a line end, so that a file with one and a
/// file without one read alike.
#[derive(Debug)]
pub(super) struct Guard<R> {
    inner: R,
    delivered: u64,
    allowed: u64,
    last: u8,
    begun: bool,
    ended: bool,
}

/// The mark of the guard's own errors.
pub(super) fn is_row_too_long(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::FileTooLarge
}

impl<R: Read> Guard<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, delivered: 0, allowed: ROW_LIMIT, last: b'\n', begun: false, ended: false }
    }

    /// Says that a row starts at `byte`.
    pub(super) fn row_starts_at(&mut self, byte: u64) {
        self.allowed = byte + ROW_LIMIT;
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.ended || buf.is_empty() {
            return Ok(0);
        }
        if !self.begun {
            self.begun = true;
            self.delivered = 1;
            buf[0] = b'\n';
            return Ok(1);
        }
        let room = usize::try_from(self.allowed.saturating_sub(self.delivered)).unwrap_or(usize::MAX);
        if room == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let limit = room.min(buf.len());
        let n = loop {
            match self.inner.read(&mut buf[..limit]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        if n == 0 {
            self.ended = true;
            if self.last == b'\n' {
                return Ok(0);
            }
            buf[0] = b'\n';
            return Ok(1);
        }
        self.last = buf[n - 1];
        self.delivered += n as u64;
        Ok(n)
    }
}

//! A writer that never makes the session wait: a thread of its own does the writing.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long the end waits for a reader that does not read.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often it looks whether it does.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Chunks that may wait for a slow reader: hours of records.
const WAITING: usize = 1 << 16;

/// Collects what is written, and hands it over whole at each flush.
#[derive(Debug)]
pub struct Aside {
    chunk: Vec<u8>,
    chunks: Option<SyncSender<Vec<u8>>>,
    failure: Arc<Mutex<Option<io::Error>>>,
    thread: Option<JoinHandle<()>>,
}

impl Aside {
    /// Writes to `out` from another thread.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn new(out: impl Write + Send + 'static) -> io::Result<Self> {
        let (chunks, queue) = sync_channel(WAITING);
        let failure = Arc::default();
        let thread = thread::Builder::new().name("writer".into()).spawn({
            let failure = Arc::clone(&failure);
            move || write(&queue, out, &failure)
        })?;
        Ok(Self { chunk: Vec::new(), chunks: Some(chunks), failure, thread: Some(thread) })
    }

    fn failed(&self) -> io::Result<()> {
        match self.failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(e) => Err(e),
            None => Ok(()),
        }
    }
}

fn write(queue: &Receiver<Vec<u8>>, mut out: impl Write, failure: &Mutex<Option<io::Error>>) {
    for chunk in queue {
        if let Err(e) = out.write_all(&chunk).and_then(|()| out.flush()) {
            *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
            return;
        }
    }
}

impl Write for Aside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.chunk.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.failed()?;
        if self.chunk.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::take(&mut self.chunk);
        match &self.chunks {
            Some(chunks) if chunks.send(chunk).is_ok() => Ok(()),
            // The thread is gone; it has left the reason, or had told it before.
            _ => self.failed().and(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What was flushed is written before the program goes on, unless nobody takes it: a session that
        // was ended must end.
        self.chunks = None;
        let Some(thread) = self.thread.take() else { return };
        let began = Instant::now();
        while !thread.is_finished() {
            if began.elapsed() > PATIENCE {
                let _ = writeln!(
                    io::stderr(),
                    "warning: nobody reads the records: the last of them were not written"
                );
                return;
            }
            thread::sleep(LOOK_EVERY);
        }
        let _ = thread.join();
    }
}

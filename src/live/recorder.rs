//! Keeps a session on disk while it happens: the capture, and everything that arrived beside it.
//!
//! A thread of its own writes and, at least twice a second, has the disk keep it for good. Nothing waits
//! for it: when the disk fails or falls too far behind, that is said at once, recording ends, and the
//! session goes on.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::assemble::{Part, Row};
use super::raw;
use crate::capture::{CaptureMeta, Placement};
use crate::link::intake::Event;
use crate::mount::Mount;

/// Time after which what was written is kept for good.
const KEEP_EVERY: Duration = Duration::from_millis(500);
/// Pieces that may wait for the disk: minutes of the fastest session.
const WAITING: usize = 1 << 16;

/// What becomes of a session on disk.
#[derive(Debug)]
pub struct Recorder {
    pieces: Option<SyncSender<Piece>>,
    thread: Option<JoinHandle<Option<io::Error>>>,
    paths: Paths,
    thigh: bool,
    belt: bool,
}

/// Where a session is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The capture.
    pub capture: PathBuf,
    /// What arrived.
    pub raw: PathBuf,
}

impl Paths {
    /// The raw events lie beside the capture.
    pub fn beside(capture: &Path) -> Self {
        Self { capture: capture.to_owned(), raw: capture.with_extension("raw.csv") }
    }
}

#[derive(Debug)]
enum Piece {
    Capture(String),
    Raw(String),
}

/// Is told once when recording fails.
pub type OnFailure = Box<dyn FnOnce(&io::Error) + Send>;

impl Recorder {
    /// Starts to record. What exists is not written over unless `force` says so.
    ///
    /// # Errors
    /// When a file exists or cannot be made.
    pub fn start(
        paths: Paths,
        meta: &CaptureMeta,
        parts: &[Part],
        force: bool,
        on_failure: OnFailure,
    ) -> io::Result<Self> {
        let has = |role| parts.iter().any(|p| p.role == role);
        let (thigh, belt) = (has(super::assemble::Role::Thigh), has(super::assemble::Role::Treadmill));
        let meta = meta_lines(meta, thigh);
        let mut capture = create(&paths.capture, force)?;
        let mut raw_file = create(&paths.raw, force)?;
        capture.write_all(capture_head(&meta, thigh, belt).as_bytes())?;
        raw_file.write_all(raw::head(parts, &meta).as_bytes())?;
        let (pieces, queue) = sync_channel(WAITING);
        let thread = thread::Builder::new()
            .name("recorder".into())
            .spawn(move || write(&queue, &mut capture, &mut raw_file, on_failure))?;
        Ok(Self { pieces: Some(pieces), thread: Some(thread), paths, thigh, belt })
    }

    /// Where it is written.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Records what arrived.
    pub fn event(&mut self, event: &Event) {
        if self.pieces.is_some() {
            let mut line = String::with_capacity(256);
            raw::line(event, &mut line);
            self.send(Piece::Raw(line));
        }
    }

    /// Records a row of the capture.
    pub fn row(&mut self, row: &Row) {
        if self.pieces.is_some() {
            let mut line = String::with_capacity(160);
            row_line(row, self.thigh, self.belt, &mut line);
            self.send(Piece::Capture(line));
        }
    }

    fn send(&mut self, piece: Piece) {
        let Some(pieces) = &self.pieces else { return };
        match pieces.try_send(piece) {
            Ok(()) => {}
            // The thread tells why when it sees its queue close.
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => self.pieces = None,
        }
    }

    /// Ends the recording: everything is on disk when this returns.
    ///
    /// # Errors
    /// Why it is not complete.
    pub fn finish(mut self) -> io::Result<Paths> {
        let cut_short = self.pieces.take().is_none();
        let failure = match self.thread.take().map(JoinHandle::join) {
            Some(Ok(failure)) => failure,
            _ => Some(io::Error::other("the recorder stopped")),
        };
        match failure {
            Some(e) => Err(e),
            None if cut_short => Err(io::Error::other("the disk was too slow, and recording ended")),
            None => Ok(self.paths.clone()),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // A session that failed elsewhere keeps what was recorded until then.
        self.pieces = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn write(
    queue: &Receiver<Piece>,
    capture: &mut File,
    raw_file: &mut File,
    on_failure: OnFailure,
) -> Option<io::Error> {
    match keep(queue, capture, raw_file) {
        Ok(()) => None,
        Err(e) => {
            on_failure(&e);
            Some(e)
        }
    }
}

fn keep(queue: &Receiver<Piece>, capture: &mut File, raw_file: &mut File) -> io::Result<()> {
    let (mut rows, mut events) = (String::new(), String::new());
    let mut kept = Instant::now();
    loop {
        let over = match queue.recv_timeout(KEEP_EVERY) {
            Ok(Piece::Capture(line)) => {
                rows.push_str(&line);
                false
            }
            Ok(Piece::Raw(line)) => {
                events.push_str(&line);
                false
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        };
        let due = kept.elapsed() >= KEEP_EVERY;
        if over || due || rows.len() + events.len() > 1 << 16 {
            // The events first: from them the rows can be made again.
            raw_file.write_all(events.as_bytes())?;
            capture.write_all(rows.as_bytes())?;
            events.clear();
            rows.clear();
        }
        if over || due {
            sync(raw_file)?;
            sync(capture)?;
            kept = Instant::now();
        }
        if over {
            return Ok(());
        }
    }
}

/// Has the disk keep it. Devices and pipes have nothing to keep.
fn sync(file: &File) -> io::Result<()> {
    match file.sync_data() {
        Err(e) if e.kind() == io::ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

fn create(path: &Path, force: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    // A gait is known again like a face: a recording is for its owner.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The metadata lines of the capture.
pub fn meta_lines(meta: &CaptureMeta, thigh: bool) -> String {
    let mut out = String::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(out, "# {key}: {value}");
        }
    };
    let side = |s: crate::mount::Side| match s {
        crate::mount::Side::Left => "left".to_owned(),
        crate::mount::Side::Right => "right".to_owned(),
    };
    let mount = |m: Option<Mount>| Some(m.map_or_else(|| "unknown".to_owned(), |m| m.to_string()));
    put("side", meta.side.map(side));
    put("mount", mount(meta.mount));
    if thigh {
        put("thigh_mount", mount(meta.thigh_mount));
    }
    put("height_m", meta.height_m.map(|v| v.to_string()));
    put("shank_length_m", meta.shank_length_m.map(|v| v.to_string()));
    put("thigh_length_m", meta.thigh_length_m.map(|v| v.to_string()));
    put("treadmill_mps", meta.treadmill_mps.map(|v| v.to_string()));
    let placement = match meta.placement {
        Placement::Shank => None,
        Placement::Ankle => Some("ankle".to_owned()),
        Placement::Foot => Some("foot".to_owned()),
    };
    put("placement", placement);
    out
}

/// Everything above the rows of a capture.
pub fn capture_head(meta: &str, thigh: bool, belt: bool) -> String {
    let mut out = format!("# retrogait-capture: 1\n{meta}time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z");
    if thigh {
        out.push_str(",thigh_acc_x,thigh_acc_y,thigh_acc_z,thigh_gyr_x,thigh_gyr_y,thigh_gyr_z");
    }
    if belt {
        out.push_str(",belt_mps,incline_percent");
    }
    // Last, so that a row that was cut anywhere before its end is short, and never read wrongly.
    out.push_str(",arrival_s\n");
    out
}

/// Writes a row as a line. Figures are written so that they read back exactly.
pub fn row_line(row: &Row, thigh: bool, belt: bool, out: &mut String) {
    let sample = &row.sample;
    let _ = write!(out, "{:.6}", sample.time.seconds());
    for v in sample.shank.acc_mps2.iter().chain(&sample.shank.gyr_dps) {
        let _ = write!(out, ",{v}");
    }
    if thigh {
        match &sample.thigh {
            Some(t) => t.acc_mps2.iter().chain(&t.gyr_dps).for_each(|v| {
                let _ = write!(out, ",{v}");
            }),
            None => out.push_str(",,,,,,"),
        }
    }
    if belt {
        for value in [row.belt.speed_mps, row.belt.incline_percent] {
            match value {
                Some(value) => {
                    let _ = write!(out, ",{value}");
                }
                None => out.push(','),
            }
        }
    }
    let _ = writeln!(out, ",{:.6}", row.at.seconds());
}

//! Keeps the screen, until it is closed or the session is over.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event};
use tokio::sync::{mpsc, watch};

use super::draw::draw;
use super::keys::{Does, Local, key};
use crate::live::board::Board;
use crate::live::conductor::Input;

/// Time between two pictures: 15 a second.
const PICTURE: Duration = Duration::from_millis(66);
/// Time between two sounds of a stop that nobody has seen.
const AGAIN: Duration = Duration::from_secs(1);

/// How the screen behaves.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Colours.
    pub colour: bool,
    /// The terminal's bell.
    pub sound: bool,
}

/// Whether colours are wanted: not with `NO_COLOR` set to anything.
pub fn colour_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// Shows the session. Returns when it is closed, here or by `closing`, or when the other side has gone.
///
/// The terminal is put back as it was, even when this program crashes.
///
/// # Errors
/// When the terminal cannot be used.
pub fn show(
    mut boards: watch::Receiver<Arc<Board>>,
    inputs: &mpsc::UnboundedSender<Input>,
    options: Options,
    closing: &AtomicBool,
) -> io::Result<()> {
    let mut terminal = ratatui::try_init()?;
    let _restore = Restore;
    let mut local = Local::default();
    let mut rung = (0, 0, Instant::now());
    let mut dirty = true;
    loop {
        if boards.has_changed().unwrap_or(false) || dirty {
            let board = Arc::clone(&boards.borrow_and_update());
            terminal.draw(|frame| draw(frame, &board, &local, options.colour))?;
            dirty = false;
        }
        let board = Arc::clone(&boards.borrow());
        if options.sound {
            ring(&board, &mut rung)?;
        }
        let gone = boards.has_changed().is_err();
        if closing.load(Ordering::Relaxed) || gone && board.end.is_none() {
            return Ok(());
        }
        let until = Instant::now() + PICTURE;
        while event::poll(until.saturating_duration_since(Instant::now()))? {
            dirty = true;
            if let Event::Key(pressed) = event::read()? {
                match key(pressed, &board, &mut local) {
                    Does::Nothing => {}
                    Does::Close => return Ok(()),
                    // It may have ended just now.
                    Does::Enter(input) => drop(inputs.send(input)),
                }
            }
            if Instant::now() >= until {
                break;
            }
        }
    }
}

/// Sounds for cues and, as long as nobody has seen it, for a stop.
fn ring(board: &Board, rung: &mut (u64, u64, Instant)) -> io::Result<()> {
    let waiting = board.stop.is_some() && rung.2.elapsed() >= AGAIN;
    if board.sounds.cue != rung.0 || board.sounds.stop != rung.1 || waiting {
        *rung = (board.sounds.cue, board.sounds.stop, Instant::now());
        let mut out = io::stdout();
        out.write_all(b"\x07")?;
        out.flush()?;
    }
    Ok(())
}

struct Restore;

impl Drop for Restore {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

//! The picture as text, made once however many look.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::live::board::{Board, Trace};

/// Least time between two pictures: 20 a second.
const PICTURE: Duration = Duration::from_millis(50);
/// Pictures between two traces.
const TRACE_EVERY: u32 = 4;

/// A message of the stream of events.
pub type Message = Arc<str>;

/// What viewers look at.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The newest picture.
    pub board: watch::Receiver<Message>,
    /// The newest trace.
    pub trace: watch::Receiver<Message>,
}

/// Starts to make texts of pictures, until nobody makes pictures any longer.
pub fn feed(mut boards: watch::Receiver<Arc<Board>>) -> (Feed, impl Future<Output = ()> + Send) {
    let first = Arc::clone(&boards.borrow_and_update());
    let (board_tx, board) = watch::channel(message(&first));
    let (trace_tx, trace) = watch::channel(trace_message(&first.trace));
    let work = async move {
        let mut n = 0_u32;
        loop {
            if boards.changed().await.is_err() {
                // The session is over; its last picture stays.
                let last = Arc::clone(&boards.borrow());
                board_tx.send_replace(message(&last));
                std::future::pending::<()>().await;
            }
            let board = Arc::clone(&boards.borrow_and_update());
            board_tx.send_replace(message(&board));
            n = n.wrapping_add(1);
            if n.is_multiple_of(TRACE_EVERY) {
                trace_tx.send_replace(trace_message(&board.trace));
            }
            sleep(PICTURE).await;
        }
    };
    (Feed { board, trace }, work)
}

fn message(board: &Board) -> Message {
    let data = serde_json::to_string(board).unwrap_or_default();
    format!("id: {}\nevent: board\ndata: {data}\n\n", board.seq).into()
}

fn trace_message(trace: &Trace) -> Message {
    let short: Vec<f64> = trace.time_s.iter().map(|t| crate::record::to_milli(*t)).collect();
    let data = json!({ "time_s": short, "rate_dps": trace.rate_dps, "angle_deg": trace.angle_deg, "events": trace.events });
    format!("event: trace\ndata: {data}\n\n").into()
}

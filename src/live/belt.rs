//! Stopping a treadmill, and being honest about whether it did.

use std::time::Duration;

use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use crate::decode::treadmill::{CONTROL, Outcome, REQUEST_CONTROL, STOP, Status, answer};
use crate::link::run::Command;
use crate::link::transport::Fault;

/// How long the machine may take to confirm. What it has not confirmed by then has to be said aloud:
/// someone must reach for the clip.
pub const WITHIN: Duration = Duration::from_millis(500);

/// Why a treadmill did not confirm that it stops.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotStopped {
    /// It said no.
    #[error("the treadmill refused: {}", .0.words())]
    Refused(Outcome),
    /// It did not answer.
    #[error("the treadmill did not confirm within {ms} ms: {0}", ms = WITHIN.as_millis())]
    Silent(Fault),
    /// It answered something else.
    #[error("the treadmill's answer is not understood")]
    Answer,
}

/// Asks the treadmill behind `commands` to stop its belt.
///
/// Call it only for a machine whose owner has allowed it.
///
/// # Errors
/// When the machine refuses, or has not confirmed [`WITHIN`] half a second.
pub async fn stop(commands: &mpsc::Sender<Command>) -> Result<(), NotStopped> {
    let both = async {
        // Without the right to control it, a machine refuses everything else. One that gives the right
        // to no one may stop all the same.
        let control = ask(commands, &REQUEST_CONTROL).await;
        let stopped = ask(commands, &STOP).await;
        stopped.map_err(|e| if let Err(first) = control { first } else { e })
    };
    let late = |_| NotStopped::Silent(Fault::TimedOut { doing: "stopping the belt", ms: 500 });
    tokio::time::timeout(WITHIN, both).await.unwrap_or_else(|e| Err(late(e)))
}

async fn ask(commands: &mpsc::Sender<Command>, bytes: &[u8]) -> Result<(), NotStopped> {
    let (reply, replied) = oneshot::channel();
    let command = Command {
        to: CONTROL,
        bytes: bytes.to_vec(),
        answer: (CONTROL, vec![0x80, bytes[0]]),
        within: WITHIN,
        reply,
    };
    let gone = || NotStopped::Silent(Fault::Gone);
    commands.send(command).await.map_err(|_| gone())?;
    let bytes = replied.await.map_err(|_| gone())?.map_err(NotStopped::Silent)?;
    match answer(&bytes) {
        Ok(Status::Answer { result: Outcome::Success, .. }) => Ok(()),
        Ok(Status::Answer { result, .. }) => Err(NotStopped::Refused(result)),
        _ => Err(NotStopped::Answer),
    }
}

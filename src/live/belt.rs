//! Stopping a treadmill, and being honest about whether it did.

use std::time::Duration;

use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use crate::decode::treadmill::{CONTROL, Outcome, REQUEST_CONTROL, STOP, Status, answer};
use crate::link::run::Command;
use crate::link::transport::Fault;

/// How long the machine may take to confirm. What it has not confirmed by then has to be said aloud:
/// someone must reach for the clip.
pub const WITHIN: Duration = Duration::from_millis(500);
/// How long the right to control it is waited for; then it is told to stop all the same. Two fifths: a
/// command and its answer take two connection intervals each, some 100 ms on a usual link.
const CONTROL_WITHIN: Duration = Duration::from_millis(200);
/// Time between two attempts to send the command, where it did not get out: another may still be under way.
const AGAIN: Duration = Duration::from_millis(30);

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

impl NotStopped {
    const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
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
        let control = ask(commands, &REQUEST_CONTROL, CONTROL_WITHIN).await;
        loop {
            match ask(commands, &STOP, WITHIN).await {
                Err(NotStopped::Silent(_)) if !commands.is_closed() => sleep(AGAIN).await,
                // That it may not be controlled says more than that it does not obey.
                Err(refused) => return Err(control.err().filter(NotStopped::is_refusal).unwrap_or(refused)),
                Ok(()) => return Ok(()),
            }
        }
    };
    let late = |_| NotStopped::Silent(Fault::TimedOut { doing: "stopping the belt", ms: 500 });
    tokio::time::timeout(WITHIN, both).await.unwrap_or_else(|e| Err(late(e)))
}

async fn ask(commands: &mpsc::Sender<Command>, bytes: &[u8], within: Duration) -> Result<(), NotStopped> {
    let (reply, replied) = oneshot::channel();
    let command = Command {
        to: CONTROL,
        bytes: bytes.to_vec(),
        answer: (CONTROL, vec![0x80, bytes[0]]),
        within,
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

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    /// What a machine answers to a command, and after how long; `None` is silence.
    type Machine = fn(u8) -> Option<(u64, u8)>;

    /// Asks a machine to stop: what came of it, how long that took, and which commands it got.
    async fn stopped(machine: Machine) -> (Result<(), NotStopped>, Duration, Vec<u8>) {
        let (commands, mut queue) = mpsc::channel::<Command>(4);
        let served = tokio::spawn(async move {
            let mut ops = Vec::new();
            while let Some(command) = queue.recv().await {
                let op = command.bytes[0];
                ops.push(op);
                assert_eq!((command.to, command.answer.0), (CONTROL, CONTROL));
                // As the link does it: no longer than the command may take.
                match machine(op) {
                    Some((ms, result)) if Duration::from_millis(ms) < command.within => {
                        sleep(Duration::from_millis(ms)).await;
                        let _ = command.reply.send(Ok(vec![0x80, op, result]));
                    }
                    _ => {
                        sleep(command.within).await;
                        let _ = command.reply.send(Err(Fault::TimedOut { doing: "waiting", ms: 0 }));
                    }
                }
            }
            ops
        });
        let begun = Instant::now();
        let result = stop(&commands).await;
        let took = begun.elapsed();
        drop(commands);
        (result, took, served.await.unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_confirmation_in_time_is_one() {
        let both = vec![REQUEST_CONTROL[0], STOP[0]];
        let (result, took, ops) = stopped(|_| Some((40, 1))).await;
        assert_eq!((result, took, ops), (Ok(()), Duration::from_millis(80), both.clone()));
        // A machine that gives control to no one, and stops all the same.
        let (result, ..) = stopped(|op| Some((40, if op == 0 { 5 } else { 1 }))).await;
        assert_eq!(result, Ok(()));
        let (result, _, ops) = stopped(|op| Some((40, if op == 0 { 1 } else { 4 }))).await;
        assert_eq!((result, ops), (Err(NotStopped::Refused(Outcome::Failed)), both.clone()));
        for machine in [
            (|_| None) as Machine,
            |op| (op == 0).then_some((40, 1)),
            // Right, and a hundredth of a second too late.
            |op| Some((if op == 0 { 150 } else { 360 }, 1)),
        ] {
            let (result, took, ops) = stopped(machine).await;
            assert!(matches!(result, Err(NotStopped::Silent(_))), "{result:?}");
            assert_eq!((took, ops), (WITHIN, both.clone()));
        }
        // Who does not say that it may be controlled is told to stop all the same.
        let (result, took, _) = stopped(|op| (op != 0).then_some((40, 1))).await;
        assert_eq!((result, took), (Ok(()), Duration::from_millis(240)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_link_that_is_down_does_not_stop_the_belt_later() {
        let (commands, mut queue) = mpsc::channel::<Command>(4);
        let begun = Instant::now();
        assert!(matches!(stop(&commands).await, Err(NotStopped::Silent(_))));
        assert_eq!(begun.elapsed(), WITHIN);
        // What waits for the link to come back is void.
        assert!(queue.recv().await.unwrap().reply.is_closed());
        drop(queue);
        assert_eq!(stop(&commands).await, Err(NotStopped::Silent(Fault::Gone)));
    }
}

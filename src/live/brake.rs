//! The treadmill as the stop: asked at once, from a task of its own, and what it answers is said.
//!
//! It is an addition. A machine may refuse, a link may be down; the clip that pulls the plug needs neither.

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::belt;
use super::hook::Outcome;
use crate::link::run::Command;

/// The warning that goes with it.
pub const WARNING: &str = "the treadmill will be asked to stop at a stop alert. This does not replace the \
                           safety clip: wear it";

/// Asks one treadmill to stop.
#[derive(Clone, Debug)]
pub struct Brake {
    tasks: Handle,
    commands: mpsc::Sender<Command>,
}

impl Brake {
    /// Of the treadmill behind `commands`.
    pub fn new(tasks: Handle, commands: mpsc::Sender<Command>) -> Self {
        Self { tasks, commands }
    }

    /// Asks; never waits. `told` hears within half a second whether the belt stops.
    pub fn pull(&self, told: impl FnOnce(Outcome) + Send + 'static) {
        let commands = self.commands.clone();
        self.tasks.spawn(async move {
            told(match belt::stop(&commands).await {
                Ok(()) => (true, "the treadmill confirmed that it stops".into()),
                Err(why) => (false, format!("pull the safety clip! {why}")),
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::decode::treadmill::STOP;

    /// What a machine that answers `result` to everything makes of it.
    async fn pulled(result: Option<u8>) -> (Outcome, Vec<u8>, Duration) {
        let (commands, mut machine) = mpsc::channel::<Command>(4);
        let (told, mut heard) = mpsc::unbounded_channel();
        let began = Instant::now();
        Brake::new(Handle::current(), commands).pull(move |outcome| drop(told.send(outcome)));
        let mut asked = Vec::new();
        let mut silent = Vec::new();
        let outcome = loop {
            tokio::select! {
                Some(command) = machine.recv() => {
                    asked.push(command.bytes[0]);
                    match result {
                        Some(result) => drop(command.reply.send(Ok(vec![0x80, command.bytes[0], result]))),
                        // Kept, so that it is silence and not a lost link.
                        None => silent.push(command),
                    }
                }
                Some(outcome) = heard.recv() => break outcome,
            }
        };
        (outcome, asked, began.elapsed())
    }

    #[tokio::test]
    async fn a_belt_that_stops_says_so() {
        let ((worked, words), asked, _) = pulled(Some(1)).await;
        assert!(worked, "{words}");
        assert!(asked.contains(&STOP[0]), "{asked:?}");
    }

    #[tokio::test]
    async fn a_refusal_and_silence_send_people_to_the_clip() {
        for (result, why) in [(Some(4), "refused"), (None, "500 ms")] {
            let ((worked, words), _, took) = pulled(result).await;
            assert!(!worked && words.starts_with("pull the safety clip") && words.contains(why), "{words}");
            assert!(took < Duration::from_millis(900), "{took:?}");
        }
    }
}

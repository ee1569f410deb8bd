//! Values are stamped when they arrive and queued; nothing waits for whoever reads the queue.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use uuid::Uuid;

use super::Clock;
use super::state::State;
use super::transport::{Note, Notes};
use crate::decode::Arrival;

/// Values that the queue holds: more than half a minute of two sensors at their most.
pub const QUEUE: usize = 8192;

/// Something that a link has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Number of the sensor in the session.
    pub sensor: usize,
    /// When it came.
    pub at: Arrival,
    /// What it is.
    pub what: What,
}

/// What a link tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A value: a notification, or the answer to a read.
    Value {
        /// The characteristic.
        from: Uuid,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// The queue was full: so many values were lost here.
    Overrun {
        /// How many.
        values: u64,
    },
    /// Nothing has come for a while; told again and again until something does.
    Silent,
    /// The link is in another state.
    State(State),
}

/// The end of the queue that one sensor writes to. Never waits: what does not fit is counted, and told
/// before the next that does.
#[derive(Clone, Debug)]
pub struct Outlet {
    sensor: usize,
    clock: Clock,
    queue: mpsc::Sender<Event>,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    overrun: u64,
    states: VecDeque<Event>,
    last_value: Option<Instant>,
    values: u64,
    waiting: Option<(Uuid, Vec<u8>, oneshot::Sender<Vec<u8>>)>,
}

/// A queue for all sensors of a session.
pub fn queue() -> (mpsc::Sender<Event>, mpsc::Receiver<Event>) {
    mpsc::channel(QUEUE)
}

impl Outlet {
    /// For sensor number `sensor`.
    pub fn new(sensor: usize, clock: Clock, queue: mpsc::Sender<Event>) -> Self {
        Self { sensor, clock, queue, inner: Arc::default() }
    }

    fn with<R>(&self, act: impl FnOnce(&mut Inner) -> R) -> R {
        // Nothing panics while it is held; if something did, the counts are still right.
        act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn event(&self, what: What) -> Event {
        Event { sensor: self.sensor, at: self.clock.now(), what }
    }

    /// Tells a state.
    pub fn state(&self, state: State) {
        self.with(|inner| {
            inner.states.push_back(self.event(What::State(state)));
            self.drain(inner);
        });
    }

    /// Tells that nothing has come, when the last value is older than `after`.
    pub fn silence(&self, after: Duration) {
        self.with(|inner| {
            if inner.last_value.is_some_and(|last| last.elapsed() >= after) && self.drain(inner) {
                // Without room there is something to work on, and silence is not what matters.
                let _ = self.queue.try_send(self.event(What::Silent));
            }
        });
    }

    /// Takes a value that has just arrived.
    pub fn value(&self, from: Uuid, bytes: Vec<u8>) {
        self.with(|inner| {
            // Stamped while nothing else can be queued: what comes later is never before it.
            let event = self.event(What::Value { from, bytes });
            inner.last_value = Some(Instant::now());
            inner.values += 1;
            if let What::Value { from, bytes } = &event.what
                && let Some((_, _, answer)) =
                    inner.waiting.take_if(|(f, prefix, _)| f == from && bytes.starts_with(prefix))
            {
                // Whoever waited may have given up meanwhile.
                let _ = answer.send(bytes.clone());
            }
            if !self.drain(inner) || self.queue.try_send(event).is_err() {
                inner.overrun += 1;
            }
        });
    }

    /// Sends what is older than the next value; `false` when there is no room.
    fn drain(&self, inner: &mut Inner) -> bool {
        if inner.overrun > 0 {
            let told = self.event(What::Overrun { values: inner.overrun });
            if self.queue.try_send(told).is_err() {
                return false;
            }
            inner.overrun = 0;
        }
        while let Some(event) = inner.states.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(event)) = self.queue.try_send(event) {
                inner.states.push_front(event);
                return false;
            }
        }
        true
    }

    /// When the last value came.
    pub fn last_value(&self) -> Option<Instant> {
        self.with(|inner| inner.last_value)
    }

    /// How many values have come.
    pub fn values(&self) -> u64 {
        self.with(|inner| inner.values)
    }

    /// The next value of `from` that starts with `prefix`.
    pub fn next_answer(&self, from: Uuid, prefix: Vec<u8>) -> oneshot::Receiver<Vec<u8>> {
        let (tx, rx) = oneshot::channel();
        self.with(|inner| inner.waiting = Some((from, prefix, tx)));
        rx
    }
}

/// Stamps and queues what comes, until dropped.
pub async fn take(mut notes: Notes, outlet: Outlet) {
    while let Some(Note { from, bytes }) = notes.next().await {
        outlet.value(from, bytes);
    }
}

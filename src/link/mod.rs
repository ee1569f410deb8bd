//! The link to a sensor: found, connected, set up, streaming, lost, found again.
//!
//! [`transport`] is what a radio can do; [`ble`] does it with the machine's Bluetooth adapter, [`fake`]
//! with sensors that exist only in memory. [`run`] keeps one sensor streaming through all the states of
//! [`state`], each with its deadline. What arrives is stamped at once in a task of its own ([`intake`])
//! and goes into one bounded queue for all sensors, in the order of arrival. Nothing in here knows what
//! the bytes mean: the decoders do ([`crate::decode`]), behind the queue.

pub mod ble;
pub mod fake;
pub mod intake;
pub mod run;
pub mod state;
pub mod transport;

use tokio::time::Instant;

use crate::decode::Arrival;

/// The session's clock: every sensor's arrivals are told on it.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    zero: Instant,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self { zero: Instant::now() }
    }

    /// Now.
    pub fn now(&self) -> Arrival {
        let elapsed = self.zero.elapsed().as_micros();
        Arrival::from_micros(i64::try_from(elapsed).unwrap_or(i64::MAX))
    }
}

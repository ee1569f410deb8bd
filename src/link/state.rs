//! The states of a link, and how long each may last.

use std::fmt;
use std::time::Duration;

use super::transport::Fault;

/// Where a link stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Looking for the sensor.
    Scanning,
    /// Asking it to connect.
    Connecting {
        /// How often it has been tried before, since it last streamed.
        attempt: u32,
    },
    /// Looking up its services.
    Discovering,
    /// Getting it to stream.
    Configuring,
    /// Values come.
    Streaming,
    /// Values should come, and do not; the link is said to be up.
    Stale,
    /// The link is down, for this reason; it is tried again.
    Reconnecting(Fault),
    /// It is over: ended by us, or for this reason.
    Ended(Option<Fault>),
}

impl State {
    /// The word that files and programs use.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Scanning => "scanning",
            Self::Connecting { .. } => "connecting",
            Self::Discovering => "discovering",
            Self::Configuring => "configuring",
            Self::Streaming => "streaming",
            Self::Stale => "stale",
            Self::Reconnecting(_) => "reconnecting",
            Self::Ended(_) => "ended",
        }
    }

    /// Whether values may come in it.
    pub const fn is_up(&self) -> bool {
        matches!(self, Self::Configuring | Self::Streaming | Self::Stale)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scanning => f.write_str("looking for it"),
            Self::Connecting { attempt: 0 } => f.write_str("connecting"),
            Self::Connecting { attempt } => write!(f, "connecting (tried {attempt} times)"),
            Self::Discovering => f.write_str("looking up its services"),
            Self::Configuring => f.write_str("setting it up"),
            Self::Streaming => f.write_str("streaming"),
            Self::Stale => f.write_str("connected, but nothing comes"),
            Self::Reconnecting(why) => write!(f, "{why}; connecting again"),
            Self::Ended(None) => f.write_str("ended"),
            Self::Ended(Some(why)) => write!(f, "given up: {why}"),
        }
    }
}

/// How long each state may last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deadlines {
    /// Looking for the sensor. Default 20 s: sensors that save power advertise every few seconds.
    pub scanning: Duration,
    /// One attempt to connect. Default 15 s: half of BlueZ's own 30, after which it rarely works.
    pub connecting: Duration,
    /// Looking up services until the wanted one is there. Default 10 s: BlueZ can say that it has them
    /// before it shows them.
    pub discovering: Duration,
    /// Getting it to stream, all in all. Default 10 s.
    pub configuring: Duration,
    /// One answer of the sensor, of those. Default 2 s.
    pub answer: Duration,
    /// Time without values after which the link is stale. Default 0.4 s: twice the longest notification
    /// interval of the sensors that are known (Polar aside), four times the usual one.
    pub stale: Duration,
    /// Time without values after which it is given up and built anew. Default 4 s: two supervision
    /// time-outs of a usual link.
    pub dead: Duration,
    /// Wait before the first new attempt; doubles with each. Default 0.25 s.
    pub pause: Duration,
    /// Longest wait between attempts. Default 1.5 s: someone is walking meanwhile.
    pub longest_pause: Duration,
    /// Writing the sensor's stop, and disconnecting. Default 3 s: BlueZ takes 2 to 2.7 s.
    pub ending: Duration,
    /// Attempts before the first streaming; afterwards it is tried until someone ends it.
    pub attempts: u32,
}

impl Default for Deadlines {
    fn default() -> Self {
        let ms = Duration::from_millis;
        Self {
            scanning: ms(20_000),
            connecting: ms(15_000),
            discovering: ms(10_000),
            configuring: ms(10_000),
            answer: ms(2000),
            stale: ms(400),
            dead: ms(4000),
            pause: ms(250),
            longest_pause: ms(1500),
            ending: ms(3000),
            attempts: 5,
        }
    }
}

impl Deadlines {
    /// For sensors whose values come seldom: `interval` apart at most.
    #[must_use]
    pub fn for_values_every(self, interval: Duration) -> Self {
        Self { stale: self.stale.max(2 * interval), dead: self.dead.max(4 * interval), ..self }
    }
}

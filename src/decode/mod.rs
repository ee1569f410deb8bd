//! Bytes of sensors in, samples out.
//!
//! One file a sensor. Each has two parts that do not know each other: a [`Setup`], the conversation
//! that gets the sensor to stream, and a [`Decoder`], which turns what it sends into samples. Both are
//! plain state machines: no radio, no clock, no thread. When something arrived enters with it, so that
//! recorded bytes give the same samples again. [`table`] lists the sensors.
//!
//! What is lost becomes [`Said::Lost`], never an invented sample; what comes twice is dropped and
//! counted; bytes that make no sense become [`Said::Odd`], never a panic.
//!
//! ```
//! use retrogait::decode::table::Kind;
//! use retrogait::decode::{Arrival, Said};
//!
//! let mut decoder = Kind::Open.decoder(100.0);
//! let data = [
//!     0, 0, 1, 0, 0, 0, 0, 0, // number of the first sample, how many, when (µs)
//!     0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 64, // acc 0, 1 g, 0; gyr 0, 0, 1000 deg/s
//! ];
//! let mut said = Vec::new();
//! decoder.take(Arrival::from_micros(0), retrogait::decode::open::DATA, &data, &mut |s| said.push(s));
//! let [Said::Sample(sample)] = said[..] else { panic!("{said:?}") };
//! assert_eq!(sample.imu.acc_mps2, [0.0, 9.80665, 0.0]);
//! ```

pub mod battery;
mod bytes;
pub mod count;
pub mod dot;
pub mod heart_rate;
pub mod join;
pub mod metamotion;
pub mod movesense;
pub mod open;
pub mod polar;
pub mod stamp;
pub mod table;
pub mod treadmill;
pub mod witmotion;

use std::fmt;

use uuid::Uuid;

use crate::imu::Imu;
use crate::time::SensorTime;

/// The 16-bit number `n` of the Bluetooth SIG as a whole UUID.
pub const fn sig(n: u16) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_1000_8000_0080_5f9b_34fb | ((n as u128) << 96))
}

/// When a value reached this machine: µs on the session's own clock, which never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Arrival(i64);

impl Arrival {
    /// `micros` after the session's zero.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds after the session's zero.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Seconds after the session's zero.
    pub fn seconds(self) -> f64 {
        self.0 as f64 * 1e-6
    }

    /// Microseconds since `earlier`.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// One sample on the sensor's own clock and axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed {
    /// When the sensor took it; wraps of its counter are followed.
    pub time: SensorTime,
    /// What it read.
    pub imu: Imu,
}

/// What a decoder makes of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// The next sample.
    Sample(Timed),
    /// Samples are missing before the next one.
    Lost {
        /// How many.
        samples: u64,
        /// By the sensor's own count or clock; otherwise from arrival times.
        counted: bool,
    },
    /// Samples that had come before; left out.
    Repeated {
        /// How many.
        samples: u64,
    },
    /// The sensor's clock begins anew with the next sample: it was switched off, or lost its place.
    Restarted,
    /// State of the battery, %.
    Battery(u8),
    /// A heart rate.
    Heart(heart_rate::Beat),
    /// State of a belt.
    Belt(treadmill::Belt),
    /// The treadmill says what became of it.
    Treadmill(treadmill::Status),
    /// Bytes that make no sense, or say that something is wrong.
    Odd(Odd),
}

/// Something about the bytes of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// Where in the value, bytes from its start.
    pub offset: usize,
    /// What is there.
    pub what: OddKind,
}

/// What can be wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OddKind {
    /// It ends before this field does.
    Short(&'static str),
    /// There is more than the format has.
    TooLong,
    /// A field has a value that the format does not have.
    Field(&'static str, u64),
    /// It comes from a characteristic that this sensor is not read from.
    Stranger(Uuid),
    /// The second part of a message whose first part was lost.
    Orphan,
    /// The sensor refused something that was asked of it.
    Refused(&'static str, u64),
    /// What is needed to scale the samples has not been said yet.
    NoScale,
}

impl Odd {
    pub(crate) fn at(offset: usize, what: OddKind) -> Said {
        Said::Odd(Self { offset, what })
    }
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.offset;
        match &self.what {
            OddKind::Short(field) => write!(f, "ends at byte {at}, inside `{field}`"),
            OddKind::TooLong => write!(f, "has bytes left over from byte {at} on"),
            OddKind::Field(field, value) => write!(f, "`{field}` is {value:#x} at byte {at}"),
            OddKind::Stranger(uuid) => write!(f, "came from {uuid}, which is not read"),
            OddKind::Orphan => f.write_str("is the second half of a message whose first half was lost"),
            OddKind::Refused(what, code) => write!(f, "the sensor refused {what} with code {code:#x}"),
            OddKind::NoScale => f.write_str("came before the sensor said how to scale it"),
        }
    }
}

/// Turns the values of one sensor into samples.
pub trait Decoder: Send {
    /// Takes a value that came from characteristic `from`: a notification, or the answer to a read.
    fn take(&mut self, at: Arrival, from: Uuid, bytes: &[u8], say: &mut dyn FnMut(Said));

    /// The link was down and is up again: half a message is never completed, and a clock that has only
    /// arrival times to go by counts anew.
    fn relinked(&mut self, at: Arrival);

    /// How far the times of samples may be off the sensor's true ones, and why.
    fn time_error(&self) -> TimeError;
}

/// How samples come by their time, and its error against the sensor's own clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimeError {
    /// The sensor stamps its samples; resolution of the stamps, s.
    Stamped(f64),
    /// Counted, and fitted to arrival times: present error of the fit (standard deviation), s.
    Fitted(f64),
    /// No samples come from it.
    None,
}

/// What is to be done next to get a sensor to stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Read a characteristic; its value is heard, and handed to the decoder as well.
    Read {
        /// Which.
        from: Uuid,
        /// Whether the sensor can be used without it: nothing is heard then.
        optional: bool,
    },
    /// Have a characteristic notify or indicate.
    Subscribe {
        /// Which.
        to: Uuid,
        /// Whether the sensor can be used without it.
        optional: bool,
    },
    /// Write bytes.
    Write {
        /// Where.
        to: Uuid,
        /// What.
        bytes: Vec<u8>,
    },
    /// Write bytes and wait for a notification that starts with `prefix`; it is heard.
    Exchange {
        /// Where.
        to: Uuid,
        /// What.
        bytes: Vec<u8>,
        /// Where the answer comes from.
        from: Uuid,
        /// How it starts.
        prefix: Vec<u8>,
    },
    /// Wait.
    Pause {
        /// How long, ms.
        ms: u32,
    },
}

/// Why a sensor cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It said no.
    #[error("the sensor refused {what} (code {code:#x})")]
    Refused {
        /// To what.
        what: &'static str,
        /// How.
        code: u64,
    },
    /// It answered something that its documents do not have.
    #[error("the sensor's answer about {0} is not understood")]
    Answer(&'static str),
    /// It is of a kind that is not read here.
    #[error("this sensor cannot be read: {0}")]
    Unsupported(&'static str),
}

/// The conversation that gets a sensor to stream; begun anew on every connection.
pub trait Setup: Send {
    /// The next thing to do; `None` when the sensor streams. `heard` is what the last one brought.
    ///
    /// # Errors
    /// When the sensor has said that it will not.
    fn next(&mut self, heard: &[u8]) -> Result<Option<Ask>, Refusal>;

    /// What to write for the sensor to stop streaming.
    fn stop(&self) -> Vec<(Uuid, Vec<u8>)>;
}

/// A conversation that never depends on the answers.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    asks: std::collections::VecDeque<Ask>,
    stop: Vec<(Uuid, Vec<u8>)>,
}

impl Plain {
    pub(crate) fn new(asks: Vec<Ask>, stop: Vec<(Uuid, Vec<u8>)>) -> Self {
        Self { asks: asks.into(), stop }
    }
}

impl Setup for Plain {
    fn next(&mut self, _heard: &[u8]) -> Result<Option<Ask>, Refusal> {
        Ok(self.asks.pop_front())
    }

    fn stop(&self) -> Vec<(Uuid, Vec<u8>)> {
        self.stop.clone()
    }
}

/// A figure as it is kept: to six decimals, so that what is analysed is exactly what is written.
pub(crate) fn kept(value: f64) -> f64 {
    libm::round(value * 1e6) / 1e6
}

/// Acceleration in g and rate in deg/s as a reading.
pub(crate) fn imu(acc_g: [f64; 3], gyr_dps: [f64; 3]) -> Imu {
    Imu { acc_mps2: acc_g.map(|a| kept(a * crate::imu::GRAVITY_MPS2)), gyr_dps: gyr_dps.map(kept) }
}

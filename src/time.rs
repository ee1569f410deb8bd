//! Time as the sensor tells it: whole microseconds from an arbitrary zero.
//!
//! The core never reads a clock. Time enters with each sample, and whole numbers keep
//! differences exact however far the zero is away: moving a capture by a constant moves every
//! output time by that constant and changes nothing else.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds in a second.
const MICROS: f64 = 1e6;

/// [`SensorTime::LIMIT_S`] in microseconds.
const LIMIT_US: u64 = 1_000_000_000_000_000_000;

/// An instant on a capture's own clock, µs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SensorTime(i64);

/// A signed length of time, µs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

impl SensorTime {
    /// The furthest instant from zero that is accepted, s (about 31,000 years: beyond it a double
    /// no longer resolves the microseconds that make up a sample interval).
    pub const LIMIT_S: f64 = 1e12;

    /// The instant `micros` microseconds after the clock's zero.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The instant nearest to `seconds`; `None` when it is not finite or beyond [`Self::LIMIT_S`].
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        (seconds.is_finite() && seconds.abs() <= Self::LIMIT_S).then(|| Self(round_to_i64(seconds * MICROS)))
    }

    /// Whether it is within [`Self::LIMIT_S`] of the clock's zero, so that sums of it do not run over.
    pub const fn is_within_limit(self) -> bool {
        self.0.unsigned_abs() <= LIMIT_US
    }

    /// Microseconds from the clock's zero.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Seconds from the clock's zero.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / MICROS
    }

    /// The time from `earlier` to `self`.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// `self` moved by `span`.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Span {
    /// A length of `micros` microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The whole number of microseconds nearest to `seconds` (saturating; NaN counts as zero).
    pub fn from_seconds(seconds: f64) -> Self {
        Self(round_to_i64(seconds * MICROS))
    }

    /// Microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / MICROS
    }
}

/// Nearest whole number, saturating at the ends of the type.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, which is what is wanted")]
fn round_to_i64(value: f64) -> i64 {
    libm::round(value) as i64
}

/// As seconds, to the microsecond.
impl Serialize for SensorTime {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(self.seconds())
    }
}

/// From seconds.
impl<'de> Deserialize<'de> for SensorTime {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(d)?;
        Self::from_seconds(seconds)
            .ok_or_else(|| serde::de::Error::custom(format!("{seconds} s is no time of a capture")))
    }
}

impl fmt::Display for SensorTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s", self.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_survive_the_round_trip_to_the_microsecond() {
        for s in [0.0, 0.01, -3.25, 1_700_000_000.123_457, 9e11] {
            let t = SensorTime::from_seconds(s).unwrap();
            assert!((t.seconds() - s).abs() <= 5e-7_f64.max(s.abs() * 1e-15), "{s}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for s in [f64::NAN, f64::INFINITY, -f64::INFINITY, 2e12] {
            assert_eq!(SensorTime::from_seconds(s), None, "{s}");
        }
    }

    #[test]
    fn what_is_beyond_the_limit_is_known_to_be() {
        for (micros, within) in
            [(0, true), (-1_000_000_000_000_000_000, true), (i64::MAX, false), (i64::MIN, false)]
        {
            assert_eq!(SensorTime::from_micros(micros).is_within_limit(), within, "{micros}");
        }
    }

    #[test]
    fn differences_do_not_depend_on_the_zero() {
        let near = SensorTime::from_seconds(0.31).unwrap().since(SensorTime::from_seconds(0.3).unwrap());
        let far =
            SensorTime::from_seconds(1e9 + 0.31).unwrap().since(SensorTime::from_seconds(1e9 + 0.3).unwrap());
        assert_eq!(near, far);
    }
}

//! How fast a capture is played.

use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};

use crate::time::SensorTime;

/// Speed of a replay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rate {
    /// As fast as it goes.
    Max,
    /// So many times as fast as it was recorded.
    Times(f64),
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        let number = text.strip_suffix(['x', 'X']).unwrap_or(text);
        match number.parse::<f64>() {
            Ok(factor) if factor.is_finite() && factor >= 0.01 => Ok(Self::Times(factor)),
            _ => Err("use 1x for the speed of the recording, 2x for twice that, or max".into()),
        }
    }
}

/// Holds samples back until it is their time.
#[derive(Debug)]
pub(super) struct Pace {
    factor: f64,
    start: Option<(Instant, SensorTime)>,
}

impl Pace {
    /// `None` for [`Rate::Max`].
    pub(super) fn new(rate: Rate) -> Option<Self> {
        match rate {
            Rate::Max => None,
            Rate::Times(factor) => Some(Self { factor, start: None }),
        }
    }

    /// Sleeps until `due_s` of what is played, on a clock that starts with the first call.
    pub(super) fn wait_until(&mut self, due_s: f64) {
        if let Some(due) = SensorTime::from_seconds(due_s) {
            self.wait(due);
        }
    }

    /// Sleeps until the sample of `time` would have come. The first comes at once.
    pub(super) fn wait(&mut self, time: SensorTime) {
        let (began, first) = *self.start.get_or_insert_with(|| (Instant::now(), time));
        let due = time.since(first).seconds() / self.factor;
        let left = due - began.elapsed().as_secs_f64();
        if let Ok(left) = Duration::try_from_secs_f64(left) {
            thread::sleep(left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_people_write_them() {
        assert_eq!("max".parse(), Ok(Rate::Max));
        assert_eq!("1x".parse(), Ok(Rate::Times(1.0)));
        assert_eq!("0.5".parse(), Ok(Rate::Times(0.5)));
        for wrong in ["", "fast", "0x", "-1x", "nan", "infx"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn samples_wait_for_their_time() {
        let mut pace = Pace::new(Rate::Times(10.0)).unwrap();
        let began = Instant::now();
        for i in 0..=20 {
            pace.wait(SensorTime::from_micros(i * 10_000));
        }
        assert!(began.elapsed() >= Duration::from_millis(20));
    }
}

//! Following the clock of a sensor that stamps its samples: wraps, losses, repeats, new beginnings.

use super::{Arrival, Said};
use crate::time::SensorTime;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Nominal interval between samples, µs.
    pub interval_us: f64,
    /// Modulus of the stamps, µs; 0 when they do not wrap.
    pub wraps_us: u64,
    /// Modulus of the sensor's count of samples, where it has one; 0 otherwise.
    pub count_wraps: u64,
}

/// How far stamps may be from what arrival times make one expect before it is another clock, µs.
/// Ten seconds: the longest that a sensor's buffer and the host's have been seen to hold back, with
/// room; a sensor that was switched off for less and stamps on where it was does not exist.
const STRANGE_US: i64 = 10_000_000;

/// How long stamps may lie behind the latest before it is another clock, µs: repeats after a new
/// connection are a matter of one buffer.
const BEHIND_US: i64 = 2_000_000;

/// Bursts from which the true interval is learned.
const MEMORY: f64 = 64.0;

/// Follows one stream.
#[derive(Clone, Debug)]
pub struct Stamps {
    params: Params,
    interval_us: f64,
    learned: f64,
    last: Option<Last>,
    behind_since: Option<Arrival>,
}

/// The burst before.
#[derive(Clone, Copy, Debug)]
struct Last {
    arrival: Arrival,
    /// Unwrapped stamp of its first sample, µs.
    first_us: i64,
    samples: u64,
    /// The sensor's count at its first sample, as sent.
    count: u64,
}

/// What a burst is, after those before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burst {
    /// Time of its first sample, µs, unwrapped.
    pub first_us: i64,
    /// Samples at its start that came before.
    pub skip: u64,
    /// Interval between its samples, µs.
    pub interval_us: f64,
}

impl Stamps {
    /// Before the first burst.
    pub fn new(params: Params) -> Self {
        Self { params, interval_us: params.interval_us, learned: 0.0, last: None, behind_since: None }
    }

    /// The interval between samples as it really is, µs.
    pub fn interval_us(&self) -> f64 {
        self.interval_us
    }

    /// The sensor has said its rate.
    pub fn set_interval(&mut self, interval_us: f64) {
        self.params.interval_us = interval_us;
        self.interval_us = interval_us;
        self.learned = 0.0;
    }

    /// Takes the stamp of a burst's first sample (as sent), its number of samples and, where the sensor
    /// counts, the number of its first sample (as sent). `None` when all of it came before.
    pub fn burst(
        &mut self,
        arrival: Arrival,
        stamp_us: u64,
        samples: u64,
        count: u64,
        say: &mut dyn FnMut(Said),
    ) -> Option<Burst> {
        let Some(last) = self.last else {
            return Some(self.begin(arrival, stamp_us, samples, count));
        };
        let step_us = self.step(last, stamp_us);
        let expected_us = last.samples as f64 * self.interval_us;
        let waited_us = arrival.since(last.arrival);
        let lost = self.lost(last, step_us, expected_us, count);
        // A clock that runs away from the host's is another clock: switched off, or set.
        let strange = step_us.saturating_sub(waited_us).saturating_abs() > STRANGE_US.max(waited_us / 8);
        if strange || (step_us < 0 && self.long_behind(arrival)) {
            let missed = (waited_us as f64 / self.interval_us - samples as f64).max(0.0);
            say(Said::Lost { samples: whole(missed), counted: false });
            say(Said::Restarted);
            return Some(self.begin(arrival, stamp_us, samples, count));
        }
        if lost < 0 {
            let skip = lost.unsigned_abs().min(samples);
            say(Said::Repeated { samples: skip });
            if skip == samples {
                self.behind_since.get_or_insert(arrival);
                return None;
            }
            return Some(self.go_on(arrival, last.first_us + step_us, samples, count, skip));
        }
        if lost > 0 {
            say(Said::Lost { samples: lost.unsigned_abs(), counted: true });
        } else {
            self.learn(step_us as f64 / last.samples.max(1) as f64);
        }
        Some(self.go_on(arrival, last.first_us + step_us, samples, count, 0))
    }

    fn begin(&mut self, arrival: Arrival, stamp_us: u64, samples: u64, count: u64) -> Burst {
        self.go_on(arrival, i64::try_from(stamp_us).unwrap_or(i64::MAX), samples, count, 0)
    }

    fn go_on(&mut self, arrival: Arrival, first_us: i64, samples: u64, count: u64, skip: u64) -> Burst {
        self.behind_since = None;
        self.last = Some(Last { arrival, first_us, samples, count });
        Burst { first_us, skip, interval_us: self.interval_us }
    }

    fn long_behind(&self, arrival: Arrival) -> bool {
        self.behind_since.is_some_and(|since| arrival.since(since) > BEHIND_US)
    }

    /// From the last burst's stamp to this one's, µs, whichever way is shorter round the counter.
    fn step(&self, last: Last, stamp_us: u64) -> i64 {
        let wraps = i64::try_from(self.params.wraps_us).unwrap_or(0);
        let stamp = i64::try_from(stamp_us).unwrap_or(i64::MAX);
        if wraps == 0 {
            return stamp.saturating_sub(last.first_us);
        }
        let step = (stamp.rem_euclid(wraps) - last.first_us.rem_euclid(wraps)).rem_euclid(wraps);
        if step > wraps / 2 { step - wraps } else { step }
    }

    /// Samples missing between the last burst and this one; negative when it overlaps.
    fn lost(&self, last: Last, step_us: i64, expected_us: f64, count: u64) -> i64 {
        let by_clock = libm::round((step_us as f64 - expected_us) / self.interval_us);
        let wraps = i64::try_from(self.params.count_wraps).unwrap_or(0);
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
        let by_clock = by_clock as i64;
        if wraps == 0 {
            // Before the true rate is known, a long burst can be off by more than a sample.
            let doubt = if self.learned < 8.0 { 0.04 } else { 0.005 } * last.samples as f64;
            return if (by_clock.unsigned_abs() as f64) < 0.5 + doubt { 0 } else { by_clock };
        }
        // The count is exact but wraps; the clock says how often it has.
        let next = (last.count + last.samples).cast_signed();
        let by_count = (count.cast_signed() - next).rem_euclid(wraps);
        let turns = libm::round((by_clock - by_count) as f64 / wraps as f64);
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
        let turns = turns as i64;
        by_count.saturating_add(turns.saturating_mul(wraps))
    }

    /// Learns the true interval; what is a quarter off the nominal one is no clock's error.
    fn learn(&mut self, seen_us: f64) {
        if (seen_us / self.params.interval_us - 1.0).abs() > 0.25 {
            return;
        }
        self.learned = (self.learned + 1.0).min(MEMORY);
        self.interval_us += (seen_us - self.interval_us) / self.learned.max(8.0);
    }
}

impl Burst {
    /// Time of its sample number `i`.
    pub fn time(&self, i: u64) -> SensorTime {
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
        let after = libm::round(i as f64 * self.interval_us) as i64;
        SensorTime::from_micros(self.first_us.saturating_add(after))
    }
}

/// A count that is positive and small enough.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub(super) fn whole(value: f64) -> u64 {
    libm::round(value) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: Params = Params { interval_us: 10_000.0, wraps_us: 1 << 32, count_wraps: 1 << 16 };

    fn at(ms: i64) -> Arrival {
        Arrival::from_micros(ms * 1000)
    }

    /// Feeds bursts of 5 samples `(arrival ms, stamp ms, count)`; returns what was said and the times.
    fn feed(bursts: &[(i64, u64, u64)]) -> (Vec<Said>, Vec<i64>) {
        let mut stamps = Stamps::new(PARAMS);
        let (mut said, mut times) = (Vec::new(), Vec::new());
        for &(ms, stamp, count) in bursts {
            let stamp = (stamp * 1000) % (1 << 32);
            if let Some(b) = stamps.burst(at(ms), stamp, 5, count % 65_536, &mut |s| said.push(s)) {
                times.extend((b.skip..5).map(|i| b.time(i).micros() / 1000));
            }
        }
        (said, times)
    }

    #[test]
    fn a_whole_stream_says_nothing() {
        let (said, times) = feed(&[(0, 0, 0), (50, 50, 5), (100, 100, 10)]);
        assert_eq!(said, []);
        assert_eq!(times, (0..15).map(|i| i * 10).collect::<Vec<_>>());
    }

    #[test]
    fn both_counters_wrap_unnoticed() {
        // 4294.967 s is where the stamp wraps; 65,536 samples where the count does.
        let start = 4_294_900;
        let (said, times) = feed(&[(0, start, 65_530), (50, start + 50, 65_535), (100, start + 100, 65_540)]);
        assert_eq!(said, []);
        assert!(times.windows(2).all(|w| w[1] > w[0]));
    }

    #[test]
    fn what_is_lost_is_counted_however_long_it_was() {
        for lost in [5, 500, 65_536, 70_000] {
            let ms = 50 + 10 * i64::try_from(lost).unwrap();
            let (said, _) = feed(&[(0, 0, 0), (ms, ms.unsigned_abs(), 5 + lost)]);
            assert_eq!(said, [Said::Lost { samples: lost, counted: true }]);
        }
    }

    #[test]
    fn what_comes_twice_is_dropped_whole_or_in_part() {
        let (said, times) = feed(&[(0, 0, 0), (50, 50, 5), (60, 0, 0), (70, 50, 5), (100, 80, 8)]);
        assert_eq!(
            said,
            [Said::Repeated { samples: 5 }, Said::Repeated { samples: 5 }, Said::Repeated { samples: 2 }]
        );
        assert_eq!(times, (0..13).map(|i| i * 10).collect::<Vec<_>>());
    }

    #[test]
    fn a_sensor_that_was_switched_off_begins_anew() {
        let (said, times) = feed(&[(0, 100_000, 10_000), (50, 100_050, 10_005), (4050, 0, 0)]);
        assert_eq!(said, [Said::Lost { samples: 395, counted: false }, Said::Restarted]);
        assert_eq!(times.last(), Some(&40));
    }

    #[test]
    fn a_late_burst_is_no_loss() {
        let (said, _) = feed(&[(0, 0, 0), (3050, 50, 5), (3051, 100, 10)]);
        assert_eq!(said, []);
    }

    #[test]
    fn the_true_interval_is_learned() {
        let mut stamps = Stamps::new(Params { count_wraps: 0, ..PARAMS });
        let mut said = Vec::new();
        for i in 0..400_u64 {
            let us = i * 5 * 9_800;
            stamps.burst(Arrival::from_micros(us.cast_signed()), us, 5, 0, &mut |s| said.push(s));
        }
        assert_eq!(said, []);
        assert!((stamps.interval_us() - 9_800.0).abs() < 1.0);
    }
}

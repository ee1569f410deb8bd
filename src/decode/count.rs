//! The clock of a sensor that neither stamps nor counts: samples are counted here, and their times
//! fitted to when they arrived.
//!
//! A radio can delay a packet but never hurry it, so the least late packets of a while tell where the
//! sensor's clock is. Every [`Params::window_s`] the count is drawn towards them: a little in phase, less
//! in rate. Packets that stay late by whole samples, when the rate is known, were lost; that is how a
//! loss shows where the sensor says nothing of it, up to two windows after it happened.

use super::stamp::{Burst, whole};
use super::{Arrival, Said};

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Nominal interval between samples, µs.
    pub interval_us: f64,
    /// Over which the least late packet is looked for, s. Default 0.5: ten connection intervals of the
    /// slowest usual kind (50 ms).
    pub window_s: f64,
    /// Packets that a window must have. Default 4.
    pub window_bursts: u32,
    /// Windows in which only the rate is learned. Default 10: before them a loss looks like a slow clock.
    pub learning: u32,
    /// Lateness that means a loss, in samples. Default 0.75: half a sample may be the radio's.
    pub lost_samples: f64,
    /// Share of the error that is corrected in phase in each window. Default 0.3.
    pub phase_gain: f64,
    /// Share that goes into the rate. Default 0.05; with the former damped (no overshoot above 0.1).
    pub rate_gain: f64,
}

impl Params {
    /// The defaults for a nominal rate.
    pub fn at(rate_hz: f64) -> Self {
        Self {
            interval_us: 1e6 / rate_hz,
            window_s: 0.5,
            window_bursts: 4,
            learning: 10,
            lost_samples: 0.75,
            phase_gain: 0.3,
            rate_gain: 0.05,
        }
    }
}

/// Largest change of the rate that is believed: oscillators of such sensors are within some percent.
const RATE_LIMIT: f64 = 0.08;

/// The fitted clock.
#[derive(Clone, Debug)]
pub struct CountClock {
    params: Params,
    interval_us: f64,
    /// Change of each interval that works off the phase error, µs.
    slew_us: f64,
    /// Predicted time of the next sample, µs; `None` before the first and after the link was down.
    next_us: Option<f64>,
    /// End of what was there before the link went down, µs.
    before_us: Option<f64>,
    window: Window,
    windows: u32,
    error2_us2: f64,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    start: Arrival,
    least_us: f64,
    bursts: u32,
    samples: u64,
}

impl Window {
    const fn at(start: Arrival) -> Self {
        Self { start, least_us: f64::INFINITY, bursts: 0, samples: 0 }
    }
}

impl CountClock {
    /// Before the first sample.
    pub fn new(params: Params) -> Self {
        Self {
            params,
            interval_us: params.interval_us,
            slew_us: 0.0,
            next_us: None,
            before_us: None,
            window: Window::at(Arrival::default()),
            windows: 0,
            error2_us2: 0.0,
        }
    }

    /// The interval between samples as it really is, µs.
    pub fn interval_us(&self) -> f64 {
        self.interval_us
    }

    /// Standard deviation of the fit, s.
    pub fn error_s(&self) -> f64 {
        libm::sqrt(self.error2_us2) * 1e-6
    }

    /// What comes next comes after a hole whose length only the arrival tells.
    pub fn relinked(&mut self) {
        self.before_us = self.next_us.take().or(self.before_us);
    }

    /// Samples are known to be missing: their time passes.
    pub fn skip(&mut self, samples: u64) {
        if let Some(next_us) = &mut self.next_us {
            *next_us += samples as f64 * self.interval_us;
        }
    }

    /// Takes a burst of samples that arrived together.
    pub fn burst(&mut self, at: Arrival, samples: u64, say: &mut dyn FnMut(Said)) -> Burst {
        let now_us = at.micros() as f64;
        let length_us = samples.saturating_sub(1) as f64 * self.interval_us;
        let Some(mut next_us) = self.next_us else {
            let mut first_us = now_us - length_us;
            if let Some(before_us) = self.before_us.take() {
                let lost = whole((first_us - before_us) / self.interval_us);
                first_us = first_us.max(before_us);
                if lost > 0 {
                    say(Said::Lost { samples: lost, counted: false });
                }
            }
            self.window = Window::at(at);
            return self.emit(first_us, samples);
        };
        let late_us = now_us - (next_us + length_us);
        self.window.least_us = self.window.least_us.min(late_us);
        self.window.bursts += 1;
        self.window.samples += samples;
        let over = at.since(self.window.start) as f64 >= self.params.window_s * 1e6;
        if over && self.window.bursts >= self.params.window_bursts {
            next_us += self.close(say);
            self.window = Window::at(at);
        }
        self.emit(next_us, samples)
    }

    fn emit(&mut self, first_us: f64, samples: u64) -> Burst {
        let interval_us = self.interval_us + self.slew_us;
        self.next_us = Some(first_us + samples as f64 * interval_us);
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
        let first_us = libm::round(first_us) as i64;
        Burst { first_us, skip: 0, interval_us }
    }

    /// Judges a window; returns by how much what follows is later, µs.
    fn close(&mut self, say: &mut dyn FnMut(Said)) -> f64 {
        let Params { lost_samples, phase_gain, rate_gain, learning, .. } = self.params;
        let mut error_us = self.window.least_us;
        let samples = self.window.samples.max(1) as f64;
        self.windows = self.windows.saturating_add(1);
        let mut jump_us = 0.0;
        let (mut phase, mut rate) = (phase_gain, rate_gain);
        if self.windows <= learning {
            // The first packet may have been late: from then on only the rate can be wrong.
            (phase, rate) = (0.5, if self.windows == 1 { 0.0 } else { 0.5 });
        } else if error_us >= lost_samples * self.interval_us {
            let lost = libm::round(error_us / self.interval_us).max(1.0);
            say(Said::Lost { samples: whole(lost), counted: false });
            jump_us = lost * self.interval_us;
            error_us -= jump_us;
            rate = 0.0;
        }
        self.error2_us2 += 0.2 * (error_us * error_us - self.error2_us2);
        let nominal = self.params.interval_us;
        self.interval_us = (self.interval_us + rate * error_us / samples)
            .clamp(nominal * (1.0 - RATE_LIMIT), nominal * (1.0 + RATE_LIMIT));
        let most = 0.2 * self.interval_us;
        self.slew_us = (phase * error_us / samples).clamp(-most, most);
        jump_us
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays `seconds` of a sensor whose true rate is `rate` against a nominal 100 Hz, each packet of
    /// one sample late by what `late_ms` says, and lost where `lost` says.
    fn play(
        seconds: u32,
        rate: f64,
        mut late_ms: impl FnMut(u32) -> f64,
        lost: impl Fn(u32) -> bool,
    ) -> (CountClock, u64, f64) {
        let mut clock = CountClock::new(Params::at(100.0));
        let (mut told, mut worst, mut before) = (0, 0.0_f64, 0.0_f64);
        for i in 0..seconds * 100 {
            if lost(i) {
                continue;
            }
            let true_us = f64::from(i) * 1e6 / rate;
            // Packets keep their order.
            let arrival = (true_us + late_ms(i) * 1000.0).max(before);
            before = arrival;
            #[expect(clippy::cast_possible_truncation, reason = "a minute in µs")]
            let at = Arrival::from_micros(arrival as i64);
            let burst = clock.burst(at, 1, &mut |s| match s {
                Said::Lost { samples, counted: false } => told += samples,
                other => panic!("{other:?}"),
            });
            if i > seconds * 50 {
                worst = worst.max((burst.time(0).micros() as f64 - true_us).abs());
            }
        }
        (clock, told, worst * 1e-3)
    }

    /// Lateness of a radio with a connection interval of 30 ms.
    fn radio(i: u32) -> f64 {
        f64::from(i * 7919 % 30)
    }

    #[test]
    fn the_true_rate_is_learned_and_nothing_is_called_lost() {
        for rate in [97.0, 99.5, 100.0, 100.7, 103.0] {
            let (clock, told, worst_ms) = play(60, rate, radio, |_| false);
            assert_eq!(told, 0, "{rate}");
            assert!((clock.interval_us() * rate / 1e6 - 1.0).abs() < 2e-3, "{rate}: {}", clock.interval_us());
            assert!(worst_ms < 6.0, "{rate}: {worst_ms} ms");
            assert!(clock.error_s() < 0.004, "{}", clock.error_s());
        }
    }

    #[test]
    fn losses_are_told_by_their_number_though_late() {
        for n in [1, 2, 5, 20, 150] {
            let (_, told, worst_ms) = play(60, 100.4, radio, |i| (2000..2000 + n).contains(&i));
            assert_eq!(told, u64::from(n));
            assert!(worst_ms < 6.0, "{n}: {worst_ms} ms");
        }
    }

    #[test]
    fn a_stall_that_is_made_up_for_is_no_loss() {
        // Nothing for 1.5 s, then all of it at once.
        let late = |i: u32| if (2000..2150).contains(&i) { f64::from(2150 - i) * 10.0 } else { radio(i) };
        let (_, told, _) = play(60, 100.0, late, |_| false);
        assert_eq!(told, 0);
    }

    #[test]
    fn after_the_link_was_down_the_hole_is_as_long_as_it_took() {
        let mut clock = CountClock::new(Params::at(100.0));
        let mut said = Vec::new();
        for i in 0..100 {
            clock.burst(Arrival::from_micros(i * 10_000), 1, &mut |s| said.push(s));
        }
        clock.relinked();
        let burst = clock.burst(Arrival::from_micros(3_000_000), 1, &mut |s| said.push(s));
        assert_eq!(said, [Said::Lost { samples: 200, counted: false }]);
        assert_eq!(burst.first_us, 3_000_000);
    }
}

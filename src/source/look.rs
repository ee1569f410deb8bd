//! The first seconds of a capture, from which its units and its rate are judged.

use super::gravity::Gravity;
use crate::imu::Sample;
use crate::time::{SensorTime, Span};

/// The first seconds, in which units and rate are judged.
const LOOK_S: f64 = 2.0;
/// Rows that the first seconds must and may have.
const LOOK_ROWS: std::ops::RangeInclusive<usize> = 20..=4000;
/// What the first seconds are gathered for.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) shank: Gravity,
    pub(super) thigh: Gravity,
    steps_s: Vec<f64>,
    first: Option<SensorTime>,
    before: Option<SensorTime>,
    rows: usize,
}

impl Look {
    pub(super) fn push(&mut self, sample: &Sample) {
        self.rows += 1;
        self.first.get_or_insert(sample.time);
        if let Some(before) = self.before.replace(sample.time) {
            self.steps_s.push(sample.time.since(before).seconds());
        }
        self.shank.push(sample.shank.acc_mps2);
        if let Some(thigh) = &sample.thigh {
            self.thigh.push(thigh.acc_mps2);
        }
    }

    /// Whether enough has been seen.
    pub(super) fn is_over(&self, now: SensorTime) -> bool {
        let length = self.first.map_or(Span::default(), |first| now.since(first));
        self.rows >= *LOOK_ROWS.end()
            || (self.rows >= *LOOK_ROWS.start() && length >= Span::from_seconds(LOOK_S))
    }

    /// Samples a second by the median step, and over all; `None` before two samples.
    pub(super) fn rates_hz(&mut self) -> Option<(f64, f64)> {
        let (n, sum) = (self.steps_s.len(), self.steps_s.iter().sum::<f64>());
        if n == 0 {
            return None;
        }
        let (_, step, _) = self.steps_s.select_nth_unstable_by(n / 2, f64::total_cmp);
        Some((1.0 / *step, n as f64 / sum))
    }
}

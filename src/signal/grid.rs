//! One uniform grid for every sensor: cells of 10 ms, whatever the rate.
//!
//! A cell holds the mean of the piecewise linear signal over its 10 ms. That is exact for
//! integrating rates, keeps what is above the grid's own rate out of it, and makes a capture at 50,
//! 100 or 200 samples a second look the same to everything that follows. Short holes are bridged by
//! the straight line; longer ones as well, but marked; still longer ones break the grid, which then
//! starts anew.

use crate::imu::{Imu, Sample};
use crate::time::{SensorTime, Span};

/// Length of a cell, µs.
pub const CELL_US: i64 = 10_000;
/// Length of a cell, s.
pub const CELL_S: f64 = 0.01;
/// Cells a second.
pub const CELL_RATE_HZ: f64 = 100.0;

/// When a hole in the samples is bridged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Missing time that is bridged at any rate, s. Default 0.03: a stride's fastest landmark, the
    /// turn from swing to contact, takes 0.1 s.
    pub bridge_s: f64,
    /// Interval that is bridged at low rates, in nominal intervals. Default 2.5: one lost sample,
    /// with jitter.
    pub bridge_intervals: f64,
    /// Missing time up to which the line still tells how far the sensor turned, s. Default 0.25: what
    /// is drawn across it is marked as missing, and nothing is read off it but that.
    pub span_s: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { bridge_s: 0.03, bridge_intervals: 2.5, span_s: 0.25 }
    }
}

/// The mean of a signal over one cell.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Cell {
    /// Middle of the cell.
    pub time: SensorTime,
    /// Shank sensor.
    pub shank: Imu,
    /// Thigh sensor, where it was read throughout.
    pub thigh: Option<Imu>,
    /// Whether a sample in it was at the end of a sensor's range.
    pub clipped: bool,
    /// Whether it lies in a hole between samples.
    pub missing: bool,
}

/// What became of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Taken {
    /// It continues the grid.
    Continued,
    /// It starts the grid.
    Started,
    /// It comes after a hole.
    AfterGap {
        /// Last sample before the hole.
        from: SensorTime,
        /// Missing time.
        length: Span,
        /// The hole was too long: this sample starts the grid anew.
        broken: bool,
    },
    /// Its time is not after the one before, or it holds something that is no reading.
    Rejected,
}

/// Running integral of six channels over the current cell.
#[derive(Clone, Copy, Debug, Default)]
struct Integral {
    sum: [f64; 6],
}

impl Integral {
    /// Adds the straight line from `a` to `b` over `length_us`.
    #[inline]
    fn add(&mut self, a: &[f64; 6], b: &[f64; 6], length_us: f64) {
        for ((s, x), y) in self.sum.iter_mut().zip(a).zip(b) {
            *s += 0.5 * (x + y) * length_us;
        }
    }

    /// The mean over a whole cell; starts the next.
    #[inline]
    fn take(&mut self) -> Imu {
        let sum = std::mem::take(&mut self.sum);
        from_channels(&sum.map(|s| s / CELL_US as f64))
    }
}

fn channels(imu: &Imu) -> [f64; 6] {
    let ([a, b, c], [d, e, f]) = (imu.acc_mps2, imu.gyr_dps);
    [a, b, c, d, e, f]
}

fn from_channels(v: &[f64; 6]) -> Imu {
    Imu { acc_mps2: [v[0], v[1], v[2]], gyr_dps: [v[3], v[4], v[5]] }
}

/// One sensor's way onto the grid.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    last: Option<(SensorTime, [f64; 6])>,
    /// Up to where the current cell is filled, µs.
    filled_us: i64,
    /// Whether the current cell is filled without a hole so far.
    whole: bool,
    integral: Integral,
}

impl Lane {
    /// Fills the current cell along the line to `(time, value)`, as far as `end_us`.
    #[inline]
    fn fill(&mut self, time: SensorTime, value: &[f64; 6], end_us: i64) {
        let Some((t0, v0)) = self.last else { return };
        let (from, to) = (self.filled_us.max(t0.micros()), end_us.min(time.micros()));
        if to <= from {
            return;
        }
        let length = time.since(t0).micros() as f64;
        let at = |us: i64| {
            let w = (us - t0.micros()) as f64 / length;
            let mut v = v0;
            for (x, y) in v.iter_mut().zip(value) {
                *x += w * (y - *x);
            }
            v
        };
        self.integral.add(&at(from), &at(to), (to - from) as f64);
        self.filled_us = to;
    }
}

/// Puts samples onto the grid.
#[derive(Clone, Debug)]
pub struct Grid {
    params: Params,
    /// End of the current cell, µs.
    end_us: i64,
    shank: Lane,
    thigh: Lane,
    /// Nominal interval between samples, µs: a running mean of intervals, each counted as at most
    /// twice the mean so far, so that holes do not stretch it.
    interval_us: f64,
    intervals: u32,
    clipped: bool,
    missing: bool,
}

/// Intervals after which the nominal interval is known.
const INTERVALS_NEEDED: u32 = 32;
/// Longest interval that a capture may have, µs (20 samples a second).
const SLOWEST_US: f64 = 50_000.0;
/// Intervals over which the nominal interval settles.
const INTERVAL_MEMORY: u32 = 32;

impl Grid {
    /// A grid that starts at the first sample.
    pub fn new(params: Params) -> Self {
        Self {
            params,
            end_us: 0,
            shank: Lane::default(),
            thigh: Lane::default(),
            interval_us: 0.0,
            intervals: 0,
            clipped: false,
            missing: false,
        }
    }

    /// Nominal interval between samples, s; `None` before two samples.
    pub fn interval_s(&self) -> Option<f64> {
        (self.intervals > 0).then_some(self.interval_us * 1e-6)
    }

    /// Longest interval that is bridged, µs. Until the rate is known it could be the lowest.
    fn bridge_us(&self) -> f64 {
        let known = (self.interval_us + self.params.bridge_s * 1e6)
            .max(self.interval_us * self.params.bridge_intervals);
        if self.intervals < INTERVALS_NEEDED {
            known.max(SLOWEST_US * self.params.bridge_intervals)
        } else {
            known
        }
    }

    fn learn_interval(&mut self, interval_us: f64) {
        if self.intervals == 0 {
            self.interval_us = interval_us.min(self.params.bridge_s * 1e6);
        }
        self.intervals = (self.intervals + 1).min(INTERVAL_MEMORY);
        let seen = interval_us.min(2.0 * self.interval_us);
        self.interval_us += (seen - self.interval_us) / f64::from(self.intervals);
    }

    /// Takes a sample; `emit` gets every cell that it completes.
    ///
    /// `clipped` says that the sample is at the end of a sensor's range.
    pub fn push(&mut self, sample: &Sample, clipped: bool, mut emit: impl FnMut(Cell)) -> Taken {
        if !sample.shank.is_reading() {
            return Taken::Rejected;
        }
        let now = sample.time;
        let value = channels(&sample.shank);
        let Some((before, _)) = self.shank.last else {
            self.start(now, &value, sample.thigh.as_ref());
            return Taken::Started;
        };
        let interval_us = now.since(before).micros() as f64;
        if interval_us <= 0.0 {
            return Taken::Rejected;
        }
        let gap = interval_us > self.bridge_us();
        let missing_us = interval_us - self.interval_us;
        // Learned from holes too: a capture whose rate drops would otherwise be one hole after another.
        self.learn_interval(interval_us);
        let length = || Span::from_seconds(missing_us * 1e-6);
        if gap && missing_us > self.params.span_s * 1e6 {
            self.start(now, &value, sample.thigh.as_ref());
            return Taken::AfterGap { from: before, length: length(), broken: true };
        }
        self.missing |= gap;
        self.clipped |= clipped;
        let thigh = sample.thigh.filter(Imu::is_reading).map(|t| channels(&t));
        while now.micros() >= self.end_us {
            self.shank.fill(now, &value, self.end_us);
            let thigh_imu = self.close_thigh(now, thigh.as_ref());
            emit(Cell {
                time: SensorTime::from_micros(self.end_us - CELL_US / 2),
                shank: self.shank.integral.take(),
                thigh: thigh_imu,
                clipped: std::mem::replace(&mut self.clipped, clipped),
                missing: std::mem::replace(&mut self.missing, gap),
            });
            self.end_us += CELL_US;
        }
        // The cell that is begun lies in the hole only if it began before its end.
        self.missing &= now.micros() > self.end_us - CELL_US;
        self.shank.fill(now, &value, self.end_us);
        self.shank.last = Some((now, value));
        if let Some(v) = thigh {
            self.thigh_sample(now, &v);
        }
        if gap { Taken::AfterGap { from: before, length: length(), broken: false } } else { Taken::Continued }
    }

    /// Starts the grid at `now`.
    fn start(&mut self, now: SensorTime, value: &[f64; 6], thigh: Option<&Imu>) {
        let lane = |v: Option<[f64; 6]>| Lane {
            last: v.map(|v| (now, v)),
            filled_us: now.micros(),
            whole: v.is_some(),
            integral: Integral::default(),
        };
        self.shank = lane(Some(*value));
        self.thigh = lane(thigh.filter(|t| t.is_reading()).map(channels));
        self.end_us = now.micros() + CELL_US;
        self.clipped = false;
        self.missing = false;
    }

    /// A new thigh sample: fills the current cell up to it.
    fn thigh_sample(&mut self, now: SensorTime, value: &[f64; 6]) {
        let bridged =
            self.thigh.last.is_some_and(|(t, _)| (now.since(t).micros() as f64) <= self.bridge_us());
        if bridged {
            self.thigh.fill(now, value, self.end_us);
        } else {
            self.thigh.whole = false;
        }
        self.thigh.filled_us = now.micros();
        self.thigh.last = Some((now, *value));
    }

    /// Ends the thigh's part of the current cell: along the line to a new sample, or holding its last
    /// value while that is fresh (the thigh may be read less often, or a little later).
    fn close_thigh(&mut self, now: SensorTime, value: Option<&[f64; 6]>) -> Option<Imu> {
        let end = SensorTime::from_micros(self.end_us);
        let (last_time, last) = self.thigh.last?;
        let fresh = |t: SensorTime| (t.since(last_time).micros() as f64) <= self.bridge_us();
        let whole = match value {
            Some(v) if fresh(now) => {
                self.thigh.fill(now, v, self.end_us);
                self.thigh.whole
            }
            _ if fresh(end) => {
                self.thigh.fill(end, &last, self.end_us);
                self.thigh.whole
            }
            _ => false,
        };
        let imu = self.thigh.integral.take();
        self.thigh.filled_us = self.end_us;
        self.thigh.whole = true;
        whole.then_some(imu)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(t_us: i64, x: f64) -> Sample {
        Sample {
            time: SensorTime::from_micros(t_us),
            shank: Imu { acc_mps2: [x, 0.0, 0.0], gyr_dps: [0.0, 0.0, -x] },
            thigh: None,
        }
    }

    /// Pushes a ramp of 1 a second sampled at `interval_us` and returns the cells.
    fn ramp(interval_us: i64, n: i64, skip: impl Fn(i64) -> bool) -> (Vec<Cell>, Vec<Taken>) {
        let (mut cells, mut taken) = (Vec::new(), Vec::new());
        let mut grid = Grid::new(Params::default());
        for k in (0..n).filter(|k| !skip(*k)) {
            let t = 1_000_000 + k * interval_us;
            taken.push(grid.push(&sample(t, t as f64 * 1e-6), false, |c| cells.push(c)));
        }
        (cells, taken)
    }

    #[test]
    fn a_ramp_is_the_same_at_every_rate() {
        for interval_us in [1000, 2500, 5000, 9615, 10_000, 19_231, 40_000, 50_000] {
            let (cells, taken) = ramp(interval_us, 2_000_000 / interval_us, |_| false);
            assert!(taken[1..].iter().all(|t| *t == Taken::Continued), "{interval_us}");
            for (k, c) in cells.iter().enumerate() {
                assert_eq!(c.time.micros(), 1_005_000 + i64::try_from(k).unwrap() * CELL_US);
                assert!((c.shank.acc_mps2[0] - c.time.seconds()).abs() < 1e-9, "{interval_us} {c:?}");
                assert!((c.shank.gyr_dps[2] + c.time.seconds()).abs() < 1e-9);
            }
            assert!(
                i64::try_from(cells.len()).unwrap() >= (2_000_000 - 2 * interval_us) / CELL_US - 1,
                "{interval_us} {}",
                cells.len()
            );
        }
    }

    #[test]
    fn short_holes_are_bridged_longer_ones_marked_and_long_ones_break() {
        let (cells, taken) = ramp(10_000, 100, |k| (50..53).contains(&k));
        assert!(taken[1..].iter().all(|t| *t == Taken::Continued));
        assert!(cells.len() == 99 && cells.iter().all(|c| !c.missing));

        let (cells, taken) = ramp(10_000, 100, |k| (50..60).contains(&k));
        assert_eq!(cells.len(), 99);
        let missing: Vec<_> = (0..99).filter(|k| cells[*k].missing).collect();
        assert_eq!(missing, (49..60).collect::<Vec<_>>());
        let gap = Taken::AfterGap {
            from: SensorTime::from_micros(1_490_000),
            length: Span::from_micros(100_000),
            broken: false,
        };
        assert_eq!(taken.iter().filter(|t| **t == gap).count(), 1);

        let (cells, taken) = ramp(10_000, 100, |k| (50..80).contains(&k));
        assert_eq!(cells.len(), 49 + 19);
        assert!(cells.iter().all(|c| !c.missing));
        let gaps: Vec<_> = taken.iter().filter(|t| !matches!(t, Taken::Continued)).collect();
        assert_eq!(gaps.len(), 2, "{gaps:?}");
        assert_eq!(
            *gaps[1],
            Taken::AfterGap {
                from: SensorTime::from_micros(1_490_000),
                length: Span::from_micros(300_000),
                broken: true
            }
        );
    }

    #[test]
    fn a_hole_at_the_very_start_does_not_teach_a_wrong_interval() {
        let mut grid = Grid::new(Params::default());
        let mut seen = Vec::new();
        for t in
            [0, 400_000, 410_000, 420_000, 430_000, 440_000, 450_000, 460_000, 470_000, 480_000, 1_000_000]
        {
            seen.push(grid.push(&sample(t, 0.0), false, |_| ()));
        }
        assert!(matches!(seen.last(), Some(Taken::AfterGap { .. })), "{seen:?}");
    }

    #[test]
    fn what_goes_back_in_time_or_is_no_number_is_rejected() {
        let mut grid = Grid::new(Params::default());
        assert_eq!(grid.push(&sample(0, 0.0), false, |_| ()), Taken::Started);
        assert_eq!(grid.push(&sample(10_000, 0.0), false, |_| ()), Taken::Continued);
        assert_eq!(grid.push(&sample(10_000, 0.0), false, |_| ()), Taken::Rejected);
        assert_eq!(grid.push(&sample(5000, 0.0), false, |_| ()), Taken::Rejected);
        assert_eq!(grid.push(&sample(20_000, f64::NAN), false, |_| ()), Taken::Rejected);
        assert_eq!(grid.push(&sample(20_000, 0.0), false, |_| ()), Taken::Continued);
    }

    #[test]
    fn a_thigh_at_half_the_rate_is_there_in_every_cell_and_a_lost_one_is_not() {
        let mut grid = Grid::new(Params::default());
        let mut cells = Vec::new();
        for k in 0..100 {
            let mut s = sample(k * 10_000, 1.0);
            s.thigh = (k % 2 == 0 && !(40..60).contains(&k)).then_some(s.shank);
            grid.push(&s, false, |c| cells.push(c));
        }
        let missing: Vec<_> =
            cells.iter().enumerate().filter(|(_, c)| c.thigh.is_none()).map(|(k, _)| k).collect();
        assert!(
            missing.first() >= Some(&40) && missing.last() <= Some(&60) && missing.len() >= 14,
            "{missing:?}"
        );
        assert!(cells.iter().filter_map(|c| c.thigh).all(|t| (t.acc_mps2[0] - 1.0).abs() < 1e-12));
    }
}

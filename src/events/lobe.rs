//! Half cycles of the sagittal rate: the stretches in which the shank turns one way.

use crate::signal::grid::CELL_S;

use super::detector::Frame;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// A rate below this is standing, deg/s. Default 10: quiet standing stays below 5.
    pub still_dps: f64,
    /// A half cycle that has been standing for this long starts anew, s.
    pub still_s: f64,
    /// Turning back by this much ends a half cycle, deg. Default 3: sway and the wobble of a planted
    /// shank stay below, the slowest shuffle is above 10.
    pub turn_back_deg: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { still_dps: 10.0, still_s: 0.2, turn_back_deg: 3.0 }
    }
}

/// One half cycle.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Lobe {
    /// +1 or -1: which way the shank turns.
    pub sign: f64,
    /// Where the rate left zero, s.
    pub start: f64,
    /// Where it came back to zero, s; while the half cycle is open, the time reached.
    pub end: f64,
    /// Number of the first frame in it.
    pub first: u64,
    /// Fastest rate, deg/s, as a magnitude.
    pub peak_dps: f64,
    /// When, s.
    pub peak_at: f64,
    /// Angle turned, deg, as a magnitude.
    pub sweep_deg: f64,
    /// Mean forward velocity of the lower shank, weighted by rate, m/s.
    pub forward_mps: f64,
    /// Mean error of that, m/s.
    pub sigma_mps: f64,
    /// Heading change, deg.
    pub yaw_deg: f64,
    /// A sample in it was clipped.
    pub clipped: bool,
    /// Sum of the weights of the mean velocity.
    pub weight: f64,
}

impl Lobe {
    fn open(sign: f64, start: f64, first: u64) -> Self {
        Self { sign, start, end: start, first, ..Self::default() }
    }

    fn add(&mut self, f: &Frame) {
        let rate = f.motion.omega_dps * self.sign;
        self.end = f.motion.t;
        self.sweep_deg += rate * CELL_S;
        self.yaw_deg += f.motion.yaw_dps * CELL_S;
        self.clipped |= f.motion.clipped;
        if rate > self.peak_dps {
            self.peak_dps = rate;
            self.peak_at = f.motion.t;
        }
        let w = rate.max(0.0);
        if w > 0.0 {
            self.weight += w;
            let share = w / self.weight;
            self.forward_mps += share * (f.velocity.low_mps - self.forward_mps);
            self.sigma_mps += share * (f.velocity.sigma_mps - self.sigma_mps);
        }
    }

    /// Takes back in what turned out to be only a wobble.
    fn absorb(&mut self, other: &Self) {
        self.sweep_deg -= other.sweep_deg;
        self.yaw_deg += other.yaw_deg;
        self.clipped |= other.clipped;
        self.end = other.end;
    }
}

/// Follows the half cycles.
#[derive(Clone, Debug)]
pub struct Tracker {
    params: Params,
    current: Option<Lobe>,
    /// The turn back, while it is not yet clear whether it is one.
    back: Option<Lobe>,
    /// Rate of the frame before, deg/s.
    before: f64,
    /// How long the shank has been standing, s.
    still: f64,
}

impl Tracker {
    /// Before the first half cycle.
    pub fn new(params: Params) -> Self {
        Self { params, current: None, back: None, before: 0.0, still: 0.0 }
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        *self = Self::new(self.params);
    }

    /// The half cycle that is under way.
    pub fn current(&self) -> Option<&Lobe> {
        self.current.as_ref()
    }

    /// The turn back that may end it.
    pub fn back(&self) -> Option<&Lobe> {
        self.back.as_ref()
    }

    /// Takes frame number `n`; returns the half cycle that ended by it.
    pub fn step(&mut self, n: u64, f: &Frame) -> Option<Lobe> {
        let omega = f.motion.omega_dps;
        let sign = if omega < 0.0 { -1.0 } else { 1.0 };
        let before = std::mem::replace(&mut self.before, omega);
        self.still = if omega.abs() < self.params.still_dps { self.still + CELL_S } else { 0.0 };
        if self.still > self.params.still_s {
            let done = self.current.take();
            self.back = None;
            return done.map(|lobe| Lobe { end: f.motion.t, ..lobe });
        }
        let Some(current) = &mut self.current else {
            let mut lobe = Lobe::open(sign, f.motion.t, n);
            lobe.add(f);
            self.current = Some(lobe);
            return None;
        };
        if sign == current.sign {
            if let Some(back) = self.back.take() {
                current.absorb(&back);
            }
            current.add(f);
            return None;
        }
        let back = self.back.get_or_insert_with(|| {
            // Where the straight line between the two rates crosses zero.
            let share = if omega == before { 0.0 } else { omega / (omega - before) };
            Lobe::open(sign, f.motion.t - share * CELL_S, n)
        });
        back.add(f);
        if back.sweep_deg < self.params.turn_back_deg {
            return None;
        }
        let mut done = *current;
        done.end = back.start;
        self.current = self.back.take();
        Some(done)
    }
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::events::progress::Velocity;
    use crate::sagittal::Motion;

    fn frame(k: u64, omega_dps: f64) -> Frame {
        let motion = Motion { t: k as f64 * CELL_S, omega_dps, yaw_dps: 10.0, ..Motion::default() };
        let velocity = Velocity { low_mps: 2.0, sigma_mps: 0.1, ..Velocity::default() };
        Frame { motion, velocity, ..Frame::default() }
    }

    /// The half cycles of a rate, deg/s, over time, s, that are closed.
    fn closed(seconds: f64, rate: impl Fn(f64) -> f64) -> Vec<Lobe> {
        let mut tracker = Tracker::new(Params::default());
        (0..(seconds / CELL_S) as u64)
            .filter_map(|k| tracker.step(k, &frame(k, rate(k as f64 * CELL_S))))
            .collect()
    }

    #[test]
    fn a_half_sine_is_one_lobe_with_its_ends_peak_and_sweep() {
        // 0.4 s forward at up to 200 deg/s, 0.6 s back at 100; zeros between samples.
        let rate = |t: f64| {
            let x = (t - 0.503).rem_euclid(1.0);
            if x < 0.4 { 200.0 * (PI * x / 0.4).sin() } else { -100.0 * (PI * (x - 0.4) / 0.6).sin() }
        };
        let lobes = closed(4.0, rate);
        assert_eq!(lobes.iter().map(|l| l.sign).collect::<Vec<_>>(), [-1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0]);
        for (n, l) in lobes[1..].iter().enumerate() {
            let at = 0.503 + (n / 2) as f64;
            let (start, length, peak) = if l.sign > 0.0 { (at, 0.4, 200.0) } else { (at + 0.4, 0.6, 100.0) };
            // The rate has a kink at zero; a straight line across it is off by a part of a cell.
            let off = (l.start - start).abs().max((l.end - start - length).abs());
            assert!(off < CELL_S / 2.0, "{off} {l:?}");
            assert!((l.peak_at - start - length / 2.0).abs() < CELL_S && (l.peak_dps - peak).abs() < 1.0);
            assert!((l.sweep_deg - peak * length * 2.0 / PI).abs() < 0.2, "{l:?}");
            assert!((l.forward_mps - 2.0).abs() < 1e-9 && (l.yaw_deg - 10.0 * length).abs() < 0.2, "{l:?}");
        }
    }

    #[test]
    fn a_wobble_smaller_than_a_turn_back_does_not_cut_a_swing() {
        // 2 deg back in the middle of a swing: the dip is taken back out of the sweep.
        let rate = |t: f64| match t {
            0.30..0.34 => -50.0,
            0.10..0.60 => 100.0,
            _ => -100.0,
        };
        let lobes = closed(0.9, rate);
        assert_eq!(lobes.len(), 2, "{lobes:?}");
        assert!((lobes[1].sweep_deg - 44.0).abs() < 1.5, "{:?}", lobes[1]);
        assert!((lobes[1].start - 0.095).abs() < 0.006 && (lobes[1].end - 0.595).abs() < 0.006);
    }

    #[test]
    fn standing_ends_a_half_cycle_and_starts_none() {
        let mut tracker = Tracker::new(Params::default());
        let mut ended = Vec::new();
        for k in 0..100 {
            let rate = if k < 40 { 80.0 } else { 3.0 };
            ended.extend(tracker.step(k, &frame(k, rate)));
        }
        assert_eq!(ended.len(), 1);
        assert!((ended[0].sweep_deg - 32.6).abs() < 0.5 && (ended[0].end - 0.6).abs() < 0.02, "{ended:?}");
        assert!(tracker.current().is_none() && tracker.back().is_none());
    }
}

//! The spectrum of the ankle's vertical movement: trembling, and regularity.
//!
//! Freezing shows as a trembling leg: power at 3 to 8 Hz over that of walking at 0.5 to 3 Hz (Moore et
//! al. 2008 and 2013, <https://doi.org/10.1186/1743-0003-10-19>). The transform is planned once and
//! works in place, so that the core allocates nothing.

use std::fmt;
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use crate::signal::grid::CELL_RATE_HZ;

/// Cells that are taken together: 25 values a second are enough for 8 Hz.
const TOGETHER: usize = 4;
/// Values in the window: 5.12 s.
const WINDOW: usize = 128;
/// Values between two looks: 1.28 s.
const HOP: usize = 32;
/// Values a second.
const RATE_HZ: f64 = CELL_RATE_HZ / TOGETHER as f64;
/// Stride times that regularity is looked for at, values: 0.4 to 2.52 s.
const LAGS: std::ops::Range<usize> = 10..64;
/// Bands, Hz: walking, and freezing.
const WALKING_HZ: (f64, f64) = (0.5, 3.0);
const FREEZING_HZ: (f64, f64) = (3.0, 8.0);

/// What the last window shows.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Spectral {
    /// Power at 3 to 8 Hz over that at 0.5 to 3 Hz.
    pub freeze_ratio: f64,
    /// Autocorrelation at its highest peak between 0.4 and 2.5 s: 1 when every stride is like the last.
    pub regularity: f64,
}

/// The running spectrum.
#[derive(Clone)]
pub struct Spectrum {
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
    ring: Box<[f64; WINDOW]>,
    /// The last full window, oldest first.
    window: Box<[f64; WINDOW]>,
    /// What it shows: nothing is transformed before somebody asks.
    seen: Option<Spectral>,
    work: Box<[Complex<f64>]>,
    scratch: Box<[Complex<f64>]>,
    n: usize,
    filled: usize,
    /// Sum of the cells that are being taken together, and how many.
    sum: f64,
    cells: usize,
}

impl fmt::Debug for Spectrum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spectrum").field("n", &self.n).finish_non_exhaustive()
    }
}

impl Default for Spectrum {
    fn default() -> Self {
        let mut planner = FftPlanner::new();
        // Twice the window: the autocorrelation must not wrap around.
        let (forward, inverse) = (planner.plan_fft_forward(2 * WINDOW), planner.plan_fft_inverse(2 * WINDOW));
        let scratch = forward.get_inplace_scratch_len().max(inverse.get_inplace_scratch_len());
        let zero = Complex::default();
        Self {
            forward,
            inverse,
            ring: Box::new([0.0; WINDOW]),
            window: Box::new([0.0; WINDOW]),
            seen: Some(Spectral::default()),
            work: vec![zero; 2 * WINDOW].into(),
            scratch: vec![zero; scratch].into(),
            n: 0,
            filled: 0,
            sum: 0.0,
            cells: 0,
        }
    }
}

impl Spectrum {
    /// Begins again.
    pub fn restart(&mut self) {
        self.filled = 0;
    }

    /// Takes one cell. The window is that of every 1.28 s once it is full.
    pub fn step(&mut self, value: f64) {
        self.sum += value;
        self.cells += 1;
        if self.cells < TOGETHER {
            return;
        }
        self.ring[self.n % WINDOW] = std::mem::take(&mut self.sum) / TOGETHER as f64;
        self.cells = 0;
        self.n += 1;
        self.filled = (self.filled + 1).min(WINDOW);
        if self.filled == WINDOW && self.n.is_multiple_of(HOP) {
            let (newer, older) = self.ring.split_at(self.n % WINDOW);
            self.window[..older.len()].copy_from_slice(older);
            self.window[older.len()..].copy_from_slice(newer);
            self.seen = None;
        }
    }

    /// What the last full window shows.
    pub fn last(&mut self) -> Spectral {
        if let Some(seen) = self.seen {
            return seen;
        }
        let seen = self.look();
        self.seen = Some(seen);
        seen
    }

    fn look(&mut self) -> Spectral {
        let mean = self.window.iter().sum::<f64>() / WINDOW as f64;
        self.work.fill(Complex::default());
        for (w, value) in self.work.iter_mut().zip(self.window.iter()) {
            w.re = value - mean;
        }
        self.forward.process_with_scratch(&mut self.work, &mut self.scratch);
        let hertz = RATE_HZ / (2 * WINDOW) as f64;
        let (mut walking, mut freezing) = (0.0, 0.0);
        // Of a real signal the upper half is the lower one's mirror image.
        for (k, w) in self.work.iter_mut().enumerate() {
            let power = w.norm_sqr();
            *w = Complex::new(power, 0.0);
            let f = k as f64 * hertz;
            if (WALKING_HZ.0..WALKING_HZ.1).contains(&f) {
                walking += power;
            } else if (FREEZING_HZ.0..FREEZING_HZ.1).contains(&f) {
                freezing += power;
            }
        }
        // The power's own transform is the autocorrelation.
        self.inverse.process_with_scratch(&mut self.work, &mut self.scratch);
        let zero = self.work[0].re.max(f64::MIN_POSITIVE);
        let regularity = LAGS
            .map(|lag| self.work[lag].re / zero * WINDOW as f64 / (WINDOW - lag) as f64)
            .fold(-1.0, f64::max);
        Spectral { freeze_ratio: freezing / walking.max(f64::MIN_POSITIVE), regularity: regularity.min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(signal: impl Fn(f64) -> f64) -> Spectral {
        let mut spectrum = Spectrum::default();
        (0..1000).for_each(|k| spectrum.step(signal(f64::from(k) * 0.01)));
        spectrum.last()
    }

    #[test]
    fn walking_is_regular_and_trembling_is_in_the_freeze_band() {
        let turn = std::f64::consts::TAU;
        let walking = of(|t| (turn * 0.9 * t).sin() + 0.4 * (turn * 1.8 * t).sin());
        assert!(walking.freeze_ratio < 0.1 && walking.regularity > 0.9, "{walking:?}");
        let trembling = of(|t| 0.3 * (turn * 0.9 * t).sin() + (turn * 5.3 * t).sin());
        assert!(trembling.freeze_ratio > 3.0, "{trembling:?}");
    }
}

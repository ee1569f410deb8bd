//! Second-order Butterworth low-pass filters.
//!
//! Design by the bilinear transform with the cut-off pre-warped; compared with
//! `scipy.signal.butter` and `lfilter` in the tests.

use std::f64::consts::PI;

/// Coefficients of one second-order section, `a0 = 1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
}

impl Biquad {
    /// Passes everything on.
    pub const PASS: Self = Self { b: [1.0, 0.0, 0.0], a: [0.0; 2] };

    /// Butterworth low-pass, −3 dB at `cutoff_hz` for samples at `rate_hz`. A cut-off that is not
    /// between 0 and half the rate has nothing to cut: [`Self::PASS`].
    pub fn low_pass(cutoff_hz: f64, rate_hz: f64) -> Self {
        if !(cutoff_hz > 0.0 && cutoff_hz < rate_hz / 2.0) {
            return Self::PASS;
        }
        let k = libm::tan(PI * cutoff_hz / rate_hz);
        let norm = 1.0 / (1.0 + std::f64::consts::SQRT_2 * k + k * k);
        let b0 = k * k * norm;
        Self {
            b: [b0, 2.0 * b0, b0],
            a: [2.0 * (k * k - 1.0) * norm, (1.0 - std::f64::consts::SQRT_2 * k + k * k) * norm],
        }
    }

    /// Delay of a slow signal, in samples: the group delay at zero frequency.
    pub fn delay_samples(&self) -> f64 {
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        (b1 + 2.0 * b2) / (b0 + b1 + b2) - (a1 + 2.0 * a2) / (1.0 + a1 + a2)
    }
}

/// One filtered channel: transposed direct form II.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Channel {
    z: [f64; 2],
}

impl Channel {
    /// Takes `x`, returns the filtered value.
    #[inline]
    pub fn step(&mut self, f: &Biquad, x: f64) -> f64 {
        let y = f.b[0] * x + self.z[0];
        self.z[0] = f.b[1] * x - f.a[0] * y + self.z[1];
        self.z[1] = f.b[2] * x - f.a[1] * y;
        y
    }

    /// Puts the filter where a constant input of `x` would have taken it.
    pub fn settle(&mut self, f: &Biquad, x: f64) {
        self.z[1] = (f.b[2] - f.a[1]) * x;
        self.z[0] = (f.b[1] - f.a[0]) * x + self.z[1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.signal.butter(2, 15, fs=100)` (scipy 1.17).
    #[test]
    fn the_design_is_scipys() {
        let f = Biquad::low_pass(15.0, 100.0);
        for (got, want) in f.b.iter().chain(&f.a).zip([
            0.131_106_439_916_626_08,
            0.262_212_879_833_252_15,
            0.131_106_439_916_626_08,
            -0.747_789_178_258_503_9,
            0.272_214_937_925_007_7,
        ]) {
            assert!((got - want).abs() < 1e-12, "{got} {want}");
        }
    }

    #[test]
    fn a_settled_filter_passes_its_constant_on() {
        let f = Biquad::low_pass(5.0, 100.0);
        let mut c = Channel::default();
        c.settle(&f, 3.5);
        for _ in 0..50 {
            assert!((c.step(&f, 3.5) - 3.5).abs() < 1e-12);
        }
    }

    #[test]
    fn a_slow_ramp_comes_late_by_the_stated_delay() {
        let f = Biquad::low_pass(15.0, 100.0);
        let mut c = Channel::default();
        let mut y = 0.0;
        for k in 0..400 {
            y = c.step(&f, f64::from(k));
        }
        assert!((399.0 - y - f.delay_samples()).abs() < 1e-6, "{y} {}", f.delay_samples());
    }

    #[test]
    fn a_cut_off_beyond_half_the_rate_cuts_nothing() {
        for cutoff in [60.0, 0.0, f64::NAN] {
            let f = Biquad::low_pass(cutoff, 100.0);
            assert_eq!(f, Biquad::PASS);
            assert_eq!(Channel::default().step(&f, 1.25), 1.25);
        }
    }
}

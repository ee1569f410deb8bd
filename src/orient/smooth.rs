//! A low-pass that needs no time to settle.

use std::f64::consts::{PI, SQRT_2};

use crate::signal::filter::{Biquad, Channel};

/// Second-order low-pass of `N` channels that gives the running mean of its input for its first time
/// constant and goes on from there, so that there is no transient to wait for (VQF, section 3.2).
#[derive(Clone, Copy, Debug)]
pub struct Smooth<const N: usize> {
    filter: Biquad,
    /// Samples of running mean.
    warm_up: u32,
    seen: u32,
    sum: [f64; N],
    channels: [Channel; N],
}

impl<const N: usize> Smooth<N> {
    /// A low-pass with time constant `tau_s` for samples `dt_s` apart.
    pub fn new(tau_s: f64, dt_s: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred at most")]
        let warm_up = libm::ceil(tau_s / dt_s - 1e-9).max(1.0) as u32;
        Self {
            filter: Biquad::low_pass(SQRT_2 / (2.0 * PI * tau_s), 1.0 / dt_s),
            warm_up,
            seen: 0,
            sum: [0.0; N],
            channels: [Channel::default(); N],
        }
    }

    /// Begins again with a running mean.
    pub fn restart(&mut self) {
        self.seen = 0;
        self.sum = [0.0; N];
    }

    /// Takes `x`, returns what is left of it.
    #[inline]
    pub fn step(&mut self, x: &[f64; N]) -> [f64; N] {
        if self.seen < self.warm_up {
            return self.warm(x);
        }
        let mut out = [0.0; N];
        for ((o, c), v) in out.iter_mut().zip(&mut self.channels).zip(x) {
            *o = c.step(&self.filter, *v);
        }
        out
    }

    #[cold]
    fn warm(&mut self, x: &[f64; N]) -> [f64; N] {
        self.seen += 1;
        for (s, v) in self.sum.iter_mut().zip(x) {
            *s += v;
        }
        let mean = self.sum.map(|s| s / f64::from(self.seen));
        if self.seen == self.warm_up {
            for (c, m) in self.channels.iter_mut().zip(&mean) {
                c.settle(&self.filter, *m);
            }
        }
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_time_constant_is_a_running_mean() {
        let mut s = Smooth::<1>::new(0.5, 0.1);
        let out: Vec<f64> = [2.0, 4.0, 6.0, 8.0, 10.0].iter().map(|x| s.step(&[*x])[0]).collect();
        assert_eq!(out, [2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn a_constant_stays_what_it_is_from_the_first_sample_on() {
        let mut s = Smooth::<2>::new(0.5, 0.01);
        for k in 0..500 {
            let [a, b] = s.step(&[9.81, -3.0]);
            assert!((a - 9.81).abs() < 1e-9 && (b + 3.0).abs() < 1e-9, "{k}: {a} {b}");
        }
    }

    #[test]
    fn a_step_after_it_is_followed_within_a_few_time_constants() {
        let mut s = Smooth::<1>::new(0.5, 0.01);
        for _ in 0..100 {
            s.step(&[0.0]);
        }
        let out: Vec<f64> = (0..250).map(|_| s.step(&[1.0])[0]).collect();
        // A second-order Butterworth is at 1 - (cos 1 + sin 1) / e after its time constant.
        assert!(
            out[10] < 0.1 && (out[49] - 0.492).abs() < 0.02 && (out[249] - 1.0).abs() < 0.05,
            "{}",
            out[49]
        );
    }

    #[test]
    fn after_a_restart_the_past_is_gone() {
        let mut s = Smooth::<1>::new(0.5, 0.1);
        for _ in 0..20 {
            s.step(&[100.0]);
        }
        s.restart();
        assert_eq!(s.step(&[1.0]), [1.0]);
    }
}

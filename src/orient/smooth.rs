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

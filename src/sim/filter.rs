//! Second-order filter sections, designed for the internal step: the anti-aliasing filter of a
//! sensor, and the strap on the skin.

use super::math::TURN;

/// One second-order section in direct form, on `N` channels.
#[derive(Clone, Debug)]
pub(crate) struct Section<const N: usize> {
    b: [f64; 3],
    a: [f64; 2],
    past_in: [[f64; N]; 2],
    past_out: [[f64; N]; 2],
    started: bool,
}

impl<const N: usize> Section<N> {
    /// By the bilinear transform from `(b2 s² + b1 s + b0) / (s² + a1 s + a0)` at `rate_hz`, with
    /// frequencies as they are at `corner_rps`.
    fn analogue(b: [f64; 3], a: [f64; 2], corner_rps: f64, rate_hz: f64) -> Self {
        let half = corner_rps / (2.0 * rate_hz);
        let k = corner_rps / libm::tan(half);
        let [b2, b1, b0] = b;
        let [a1, a0] = a;
        let norm = k * k + a1 * k + a0;
        Self {
            b: [
                (b2 * k * k + b1 * k + b0) / norm,
                2.0 * (b0 - b2 * k * k) / norm,
                (b2 * k * k - b1 * k + b0) / norm,
            ],
            a: [2.0 * (a0 - k * k) / norm, (k * k - a1 * k + a0) / norm],
            past_in: [[0.0; N]; 2],
            past_out: [[0.0; N]; 2],
            started: false,
        }
    }

    /// How much of the movement of its base a mass on a spring takes on (transmissibility).
    pub(crate) fn spring(natural_hz: f64, damping: f64, rate_hz: f64) -> Self {
        let w = TURN * natural_hz;
        Self::analogue([0.0, 2.0 * damping * w, w * w], [2.0 * damping * w, w * w], w, rate_hz)
    }

    /// Filters one sample; the first is taken to have been there for ever.
    pub(crate) fn push(&mut self, input: [f64; N]) -> [f64; N] {
        if !self.started {
            // All sections here pass a constant unchanged.
            self.past_in = [input; 2];
            self.past_out = [input; 2];
            self.started = true;
        }
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        let mut out = [0.0; N];
        for (i, value) in out.iter_mut().enumerate() {
            *value = b0 * input[i] + b1 * self.past_in[0][i] + b2 * self.past_in[1][i]
                - a1 * self.past_out[0][i]
                - a2 * self.past_out[1][i];
        }
        self.past_in = [input, self.past_in[0]];
        self.past_out = [out, self.past_out[0]];
        out
    }
}

/// Fourth-order Butterworth low-pass.
#[derive(Clone, Debug)]
pub(crate) struct LowPass<const N: usize> {
    sections: [Section<N>; 2],
    /// Delay of slow signals, s.
    pub delay_s: f64,
}

impl<const N: usize> LowPass<N> {
    /// With this corner, at this rate.
    pub(crate) fn new(corner_hz: f64, rate_hz: f64) -> Self {
        let w = TURN * corner_hz;
        // Poles at 22.5 and 67.5 degrees from the axis.
        let section = |eighths: f64| {
            let damping = 2.0 * libm::cos(core::f64::consts::PI * eighths / 8.0);
            Section::analogue([0.0, 0.0, w * w], [damping * w, w * w], w, rate_hz)
        };
        let sections = [section(1.0), section(3.0)];
        Self { delay_s: sections.iter().map(|s| s.delay(rate_hz)).sum(), sections }
    }

    /// Filters one sample.
    pub(crate) fn push(&mut self, input: [f64; N]) -> [f64; N] {
        let [first, second] = &mut self.sections;
        second.push(first.push(input))
    }
}

impl<const N: usize> Section<N> {
    /// Group delay at zero frequency, s, of a section that passes a constant unchanged.
    fn delay(&self, rate_hz: f64) -> f64 {
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        let zeros = (b1 + 2.0 * b2) / (b0 + b1 + b2);
        let poles = (a1 + 2.0 * a2) / (1.0 + a1 + a2);
        (zeros - poles) / rate_hz
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amplitude(mut filter: impl FnMut(f64) -> f64, hz: f64) -> f64 {
        let mut peak: f64 = 0.0;
        for i in 0..4000 {
            let t = f64::from(i) * 1e-3;
            let out = filter(libm::sin(TURN * hz * t));
            if i > 2000 {
                peak = peak.max(out.abs());
            }
        }
        peak
    }

    #[test]
    fn the_low_pass_is_a_butterworth() {
        for (hz, want) in [(5.0, 1.0), (40.0, 0.707), (80.0, 0.0605)] {
            let mut f = LowPass::<1>::new(40.0, 1000.0);
            let got = amplitude(|x| f.push([x])[0], hz);
            assert!((got - want).abs() < 0.01, "{hz}: {got}");
        }
    }

    #[test]
    fn the_stated_delay_is_that_of_a_slow_ramp() {
        let mut f = LowPass::<1>::new(40.0, 1000.0);
        let mut out = 0.0;
        for i in 0..2000 {
            out = f.push([f64::from(i) * 1e-3])[0];
        }
        assert!((1.999 - out - f.delay_s).abs() < 1e-9, "{out} {}", f.delay_s);
        assert!((f.delay_s - 0.0104).abs() < 2e-4);
    }

    #[test]
    fn a_spring_rings_at_its_own_frequency_and_passes_slow_movement() {
        let mut f = Section::<1>::spring(15.0, 0.2, 1000.0);
        assert!((amplitude(|x| f.push([x])[0], 1.0) - 1.0).abs() < 0.01);
        let mut f = Section::<1>::spring(15.0, 0.2, 1000.0);
        assert!(amplitude(|x| f.push([x])[0], 15.0) > 2.0);
    }
}

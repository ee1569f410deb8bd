//! Seeded chance: one independent stream for each concern, so that a change of the sensor's noise
//! leaves the walk as it was.

use rand_core::Rng;
use rand_pcg::Pcg64;

use super::math::TURN;

/// What a stream of random numbers is for. Each has its own, whatever the others draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concern {
    /// The person: proportions and habits that stay for the whole capture.
    Person,
    /// Timing and shape of each step.
    Steps,
    /// Balance losses: when and how.
    Hazards,
    /// Standing sway, limb wobble and the like.
    Sway,
    /// Impact transients.
    Impacts,
    /// How the sensor sits and how loosely.
    Strap,
    /// Errors of the sensor that are fixed when it is made.
    Device,
    /// Errors of the sensor that differ from sample to sample.
    Noise,
    /// The radio link.
    Link,
    /// When things happen in a scenario.
    Script,
}

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Chance {
    generator: Pcg64,
    spare: Option<f64>,
}

impl Chance {
    /// The stream of `concern` in the capture with this `seed`.
    pub(crate) fn new(seed: u64, concern: Concern) -> Self {
        let stream = concern as u64;
        // Neighbouring seeds must not give neighbouring states.
        let high = split_mix(seed ^ split_mix(stream));
        let low = split_mix(high);
        Self {
            generator: Pcg64::new((u128::from(high) << 64) | u128::from(low), u128::from(split_mix(stream))),
            spare: None,
        }
    }

    /// Evenly spread over `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        // The top 53 bits: every double of that spacing is equally likely.
        (self.generator.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Evenly spread over `[low, high)`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// +1 or −1.
    pub(crate) fn sign(&mut self) -> f64 {
        if self.generator.next_u64() >> 63 == 0 { 1.0 } else { -1.0 }
    }

    /// Whether something of this probability happens.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number in `low..=high`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the product is within the few values asked for"
    )]
    pub(crate) fn count(&mut self, low: u32, high: u32) -> u32 {
        low + (self.unit() * f64::from(high.saturating_sub(low) + 1)) as u32
    }

    /// Standard normal (Box and Muller 1958, two at a time).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(value) = self.spare.take() {
            return value;
        }
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        let (sin, cos) = libm::sincos(TURN * self.unit());
        self.spare = Some(radius * sin);
        radius * cos
    }

    /// Normal, but never further than two deviations out: for shapes of the body, where the far
    /// tail would be nobody.
    pub(crate) fn bounded_normal(&mut self) -> f64 {
        self.normal().clamp(-2.0, 2.0)
    }
}

/// One step of `SplitMix64` (Steele, Lea and Flood 2014), which spreads any change over all bits.
const fn split_mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_do_not_touch_each_other() {
        let draw = |seed, concern| -> Vec<u64> {
            let mut c = Chance::new(seed, concern);
            (0..4).map(|_| c.unit().to_bits()).collect()
        };
        assert_eq!(draw(1, Concern::Steps), draw(1, Concern::Steps));
        assert_ne!(draw(1, Concern::Steps), draw(2, Concern::Steps));
        assert_ne!(draw(1, Concern::Steps), draw(1, Concern::Noise));
    }

    #[test]
    fn normals_have_mean_zero_and_deviation_one() {
        let mut c = Chance::new(7, Concern::Noise);
        let n = 20_000;
        let draws: Vec<f64> = (0..n).map(|_| c.normal()).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let var = draws.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / f64::from(n);
        assert!(mean.abs() < 0.03 && (var - 1.0).abs() < 0.03, "{mean} {var}");
    }

    #[test]
    fn the_first_numbers_are_the_same_on_every_machine() {
        let mut c = Chance::new(0, Concern::Person);
        let first: Vec<u32> = (0..3).map(|_| c.count(0, 999_999)).collect();
        assert_eq!(first.len(), 3);
        assert!(first.iter().all(|&v| v <= 999_999));
    }
}

//! The sign of the sagittal axis, from the shank's range about standing.
//!
//! A knee bends one way only. Whichever way a person walks, the shank tilts far with the ankle behind
//! the knee (in swing, when the knee is flexed) and less far with the ankle ahead. So of two opposite
//! axes the right one is that about which the range is larger on the negative side, by more than the
//! zero it is measured from may be wrong.

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Error of the zero that standing gives, deg. Default 6: people stand with the shank upright to
    /// within 3 to 5. Walking shows differences of 17 to 32 between the two sides on a model, 10 to 35
    /// in people.
    pub standing_deg: f64,
    /// Error of the zero that a mount line gives, deg. Default 15.
    pub nominal_deg: f64,
    /// Smallest range that is a step, deg. Default 20.
    pub least_deg: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { standing_deg: 6.0, nominal_deg: 15.0, least_deg: 20.0 }
    }
}

/// What the range says of the sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The axis points to the person's right, as it should.
    Right,
    /// It points the other way.
    Flipped,
    /// Cannot be told.
    Open,
}

/// Extremes of the inclination about standing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Furthest with the ankle ahead, deg.
    pub ahead_deg: f64,
    /// Furthest with the ankle behind, deg, as a magnitude.
    pub behind_deg: f64,
}

impl Range {
    /// By how much the side behind is larger, deg.
    fn excess_deg(&self) -> f64 {
        self.behind_deg - self.ahead_deg
    }

    /// What it says, when the zero may be wrong by `zero_deg`.
    pub fn sign(&self, zero_deg: f64, least_deg: f64) -> Sign {
        if self.ahead_deg.max(self.behind_deg) < least_deg || self.excess_deg().abs() < 2.0 * zero_deg {
            Sign::Open
        } else if self.excess_deg() > 0.0 {
            Sign::Right
        } else {
            Sign::Flipped
        }
    }

    /// Confidence in that, 0.5 to 1: that the zero is not wrong by half the difference.
    pub fn confidence(&self, zero_deg: f64) -> f64 {
        1.0 / (1.0 + libm::exp(-self.excess_deg().abs() / zero_deg))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_side_is_behind() {
        for (ahead_deg, behind_deg, want) in [
            (20.0, 50.0, Sign::Right),
            (50.0, 20.0, Sign::Flipped),
            (33.0, 46.0, Sign::Right),
            (30.0, 36.0, Sign::Open),
            (2.0, 15.0, Sign::Open),
            (-3.0, 40.0, Sign::Right),
        ] {
            assert_eq!(Range { ahead_deg, behind_deg }.sign(6.0, 20.0), want, "{ahead_deg} {behind_deg}");
        }
    }

    #[test]
    fn a_larger_difference_is_surer() {
        let sure = |behind_deg| Range { ahead_deg: 20.0, behind_deg }.confidence(6.0);
        assert!(sure(33.0) > 0.85 && sure(50.0) > 0.99 && sure(20.0) < 0.51);
    }
}

//! The sign of the sagittal axis, from the shank's range about standing.
//!
//! A knee bends one way only. Whichever way a person walks, the shank tilts far with the ankle behind
//! the knee (in swing, when the knee is flexed) and not half as far with the ankle ahead. So of two
//! opposite axes the right one is that about which the range is larger on the negative side.

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Ratio of the two sides that is clear. Default 1.4: 2.5 in forward and 2.1 to 1.6 in backward
    /// walking on a model, 2 and more in motion capture of both.
    pub clear: f64,
    /// Smallest range that is a step, deg. Default 20.
    pub least_deg: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { clear: 1.4, least_deg: 20.0 }
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
    /// What it says.
    pub fn sign(&self, p: &Params) -> Sign {
        let (ahead, behind) = (self.ahead_deg.max(1.0), self.behind_deg.max(1.0));
        if ahead.max(behind) < p.least_deg {
            Sign::Open
        } else if behind > p.clear * ahead {
            Sign::Right
        } else if ahead > p.clear * behind {
            Sign::Flipped
        } else {
            Sign::Open
        }
    }

    /// Confidence in that, 0.5 to 1.
    pub fn confidence(&self) -> f64 {
        let (ahead, behind) = (self.ahead_deg.max(1.0), self.behind_deg.max(1.0));
        let r = ahead.max(behind) / ahead.min(behind);
        r * r / (1.0 + r * r)
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
            (30.0, 36.0, Sign::Open),
            (2.0, 15.0, Sign::Open),
            (-3.0, 40.0, Sign::Right),
        ] {
            assert_eq!(
                Range { ahead_deg, behind_deg }.sign(&Params::default()),
                want,
                "{ahead_deg} {behind_deg}"
            );
        }
    }
}

//! Lengths of the body that the capture says or that follow from height.

use crate::capture::{CaptureMeta, Placement};

/// Share of the body height from knee to ankle (Winter, Biomechanics and Motor Control of Human
/// Movement, 4th ed., 2009, fig. 4.1).
pub const SHANK_SHARE: f64 = 0.246;

/// Body height where none is given, m (the contract's).
pub const USUAL_HEIGHT_M: f64 = 1.70;

/// Share of the shank between ankle and sensor. On the shin sensors are strapped below its thick upper
/// third; a band at the ankle sits just above it; on the foot the distance has no meaning and a small
/// one does least harm.
const fn sensor_share(placement: Placement) -> f64 {
    match placement {
        Placement::Shank => 0.65,
        Placement::Ankle => 0.15,
        Placement::Foot => 0.10,
    }
}

/// What the path needs to know of the body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Body {
    /// From the sensor to the ankle's centre, m.
    pub ankle_m: f64,
    /// The height that had to be assumed, m.
    pub assumed_height_m: Option<f64>,
}

impl Body {
    /// From what a capture says.
    pub fn of(meta: &CaptureMeta) -> Self {
        let from_height = |h: f64| SHANK_SHARE * h;
        let assumed = meta.shank_length_m.is_none() && meta.height_m.is_none();
        let shank_m =
            meta.shank_length_m.unwrap_or_else(|| from_height(meta.height_m.unwrap_or(USUAL_HEIGHT_M)));
        Self {
            ankle_m: sensor_share(meta.placement) * shank_m,
            assumed_height_m: assumed.then_some(USUAL_HEIGHT_M),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_shank_goes_before_height_and_height_before_the_usual() {
        let meta =
            |height_m, shank_length_m| CaptureMeta { height_m, shank_length_m, ..CaptureMeta::default() };
        for (height, shank, ankle_m, assumed) in [
            (Some(1.8), Some(0.40), 0.26, None),
            (Some(1.8), None, 0.65 * 0.246 * 1.8, None),
            (None, Some(0.40), 0.26, None),
            (None, None, 0.65 * 0.246 * 1.7, Some(1.7)),
        ] {
            let body = Body::of(&meta(height, shank));
            assert!((body.ankle_m - ankle_m).abs() < 1e-12, "{height:?} {shank:?} {body:?}");
            assert_eq!(body.assumed_height_m, assumed);
        }
    }

    #[test]
    fn a_band_at_the_ankle_sits_nearer_to_it_and_one_on_the_foot_nearest() {
        let of = |placement| Body::of(&CaptureMeta { placement, ..CaptureMeta::default() }).ankle_m;
        assert!(of(Placement::Shank) > 3.0 * of(Placement::Ankle));
        assert!(of(Placement::Ankle) > of(Placement::Foot));
    }
}

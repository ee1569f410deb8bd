//! Lengths of the body that the capture says or that follow from height.

use crate::capture::{CaptureMeta, Placement};

/// Share of the body height from knee to ankle (Winter, Biomechanics and Motor Control of Human
/// Movement, 4th ed., 2009, fig. 4.1).
pub const SHANK_SHARE: f64 = 0.246;

/// Share of the body height from hip to knee (the same).
pub const THIGH_SHARE: f64 = 0.245;

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
    /// From knee to ankle, m.
    pub shank_m: f64,
    /// From hip to knee, m.
    pub thigh_m: f64,
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
            shank_m,
            thigh_m: meta.thigh_length_m.unwrap_or(shank_m * THIGH_SHARE / SHANK_SHARE),
            ankle_m: sensor_share(meta.placement) * shank_m,
            assumed_height_m: assumed.then_some(USUAL_HEIGHT_M),
        }
    }
}

//! What a capture says about itself: the `# key: value` lines above its header.

use serde::Serialize;

use crate::mount::{Mount, Side};

/// Where on the leg the "shank" sensor is strapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Placement {
    /// On the shin, the intended place.
    #[default]
    Shank,
    /// Just above the ankle.
    Ankle,
    /// On the foot: read, but its angles are not those of a shank.
    Foot,
}

/// Metadata of a capture. `None` is "not said", which is never the same as a value.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CaptureMeta {
    /// The leg.
    pub side: Option<Side>,
    /// Nominal mount of the shank sensor; `None` when unknown.
    pub mount: Option<Mount>,
    /// Nominal mount of the thigh sensor; `None` when unknown.
    pub thigh_mount: Option<Mount>,
    /// Body height, m.
    pub height_m: Option<f64>,
    /// Knee to ankle, m.
    pub shank_length_m: Option<f64>,
    /// Hip to knee, m.
    pub thigh_length_m: Option<f64>,
    /// Belt speed, m/s, as a magnitude.
    pub treadmill_mps: Option<f64>,
    /// Where the shank sensor sits.
    pub placement: Placement,
}

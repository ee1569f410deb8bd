//! What a calibration leaves behind, as plain data: how the sensors sat when the person stood, and what
//! their own walk adds to the geometry.

/// A calibration, as the pipeline needs it. Vectors are in nominal segment axes.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Reference {
    /// The shank's sensor.
    pub shank: Sitting,
    /// The thigh's.
    pub thigh: Option<Sitting>,
    /// Flexion of the knee in standing, by goniometer, deg.
    pub standing_deg: Option<f64>,
    /// The person's own walk, measured with a thigh sensor.
    pub walked: Option<Walked>,
}

/// How a sensor sat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sitting {
    /// The vertical in standing.
    pub up: [f64; 3],
    /// The segment's rightward axis.
    pub right: [f64; 3],
}

impl Default for Sitting {
    fn default() -> Self {
        Self { up: [0.0, 1.0, 0.0], right: [0.0, 0.0, 1.0] }
    }
}

/// What walking with both sensors showed of the shank alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Walked {
    /// To be added to the flexion that the geometry gives, deg.
    pub constant_deg: f64,
    /// How sure that is, deg, one standard deviation.
    pub sd_deg: f64,
    /// Usual flexion at toe contact, deg.
    pub toe_contact_deg: f64,
    /// Strides behind it.
    pub strides: u32,
}

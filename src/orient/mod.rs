//! Where is up: inclination of a segment from its gyroscope and accelerometer.

pub mod attitude;
pub mod bias;
pub mod quat;
pub mod smooth;
pub mod standing;
pub mod vqf;

//! Where is up: inclination of a segment from its gyroscope and accelerometer.

pub mod quat;
pub mod vqf;

//! Tests that a therapist gives, timed by the sensor.

pub mod backward_walk;

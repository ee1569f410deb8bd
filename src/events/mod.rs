//! Gait events from the shank's motion in its sagittal plane.
//!
//! Backward walking is, to a first approximation, forward walking in reverse (Grasso et al. 1998):
//! the swing is the fast half of the cycle in both, forward with a positive, backward with a negative
//! sagittal rate. So both directions are looked for with one tracker of half cycles ([`lobe`]); which
//! of them are swings, and of which direction, is told by how the sensor moves over the ground
//! ([`progress`]); and when each event happened is told by landmarks around a swing ([`timing`]).

pub mod detector;
pub mod lobe;
pub mod progress;
pub mod timing;

//! Gait events from the shank's motion in its sagittal plane.
//!
//! Backward walking is, to a first approximation, forward walking in reverse (Grasso et al. 1998,
//! <https://doi.org/10.1152/jn.1998.80.4.1868>): the swing is the fast half of the cycle in both,
//! forward with a positive, backward with a negative sagittal rate. So both directions are looked for
//! with one tracker of half cycles ([`lobe`]); which of them are swings, and of which direction, is
//! told by how the shank moves over the ground ([`progress`]) and by their shape ([`direction`]); and
//! when each event happened is told by landmarks around a swing ([`timing`]); the foot is planted when its ankle rests ([`planting`]).

pub mod detector;
pub mod direction;
pub mod lobe;
pub mod planting;
pub mod progress;
pub mod timing;
pub mod walk;

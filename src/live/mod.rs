//! A live session: what arrives from one or more sensors becomes one capture, while it happens.
//!
//! [`assemble`] is the heart and is pure: a stream of events in, rows of a capture out, the same rows
//! whenever the same events are played. [`raw`] writes and reads those events, [`recorder`] keeps both on
//! disk, [`registry`] remembers the sensors.

pub mod aside;
pub mod assemble;
pub mod belt;
pub mod board;
pub mod brake;
pub mod conductor;
pub mod hook;
pub mod notes;
pub mod played;
pub mod raw;
pub mod recorder;
pub mod registry;
pub mod session;

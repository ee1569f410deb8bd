//! The terminal screen of a session.

pub mod big;
pub mod draw;
pub mod keys;
pub mod run;

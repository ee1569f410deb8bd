//! How the sensors sit on the leg: found from standing, from the movement, and from both.

pub mod axis;
pub mod extensions;
pub mod file;
pub mod mounting;
pub mod range;
pub mod reference;
pub mod search;
pub mod seat;
pub mod session;

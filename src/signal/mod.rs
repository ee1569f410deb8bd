//! Building blocks for sampled signals: filters, a uniform grid, fixed-size memories.
//!
//! Nothing here knows about walking. Everything has its size fixed when it is made.

pub mod clip;
pub mod filter;
pub mod grid;
pub mod noise;
pub mod ring;

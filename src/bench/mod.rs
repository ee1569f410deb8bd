//! Benchmarks: detectors on labelled captures.
//!
//! A figure is always given with the kind of evidence behind it: folders are split by kind, and
//! there is no figure over several kinds.

pub mod corpus;
pub mod detector;
pub mod report;
pub mod require;
pub mod run;
pub mod speed;
pub mod textbook;

mod figures;

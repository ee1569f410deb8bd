//! From events to strides and their figures.

pub mod assemble;
pub mod bout;
pub mod lever;
pub mod measure;
pub mod spatial;

//! From events to strides and their figures.

pub mod assemble;
pub mod bout;
pub mod measure;
pub mod spatial;

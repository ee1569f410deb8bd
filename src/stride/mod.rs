//! From events to strides.

pub mod assemble;

//! Any samples at any times: `cargo fuzz run pipeline`.
#![no_main]

#[path = "../entry/pipeline.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::run(bytes));

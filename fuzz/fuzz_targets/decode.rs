//! Any bytes from any sensor: `cargo fuzz run decode`.
#![no_main]

#[path = "../entry/decode.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::run(bytes));

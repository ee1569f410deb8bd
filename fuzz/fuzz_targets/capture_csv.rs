//! Any bytes as a capture: `cargo fuzz run capture_csv`.
#![no_main]

#[path = "../entry/capture_csv.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::run(bytes));

//! See the entry of this name: `cargo fuzz run raw`.
#![no_main]

#[path = "../entry/raw.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::run(bytes));

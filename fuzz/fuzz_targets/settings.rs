//! See the entry of this name: `cargo fuzz run settings`.
#![no_main]

#[path = "../entry/settings.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::run(bytes));

//! See the entry of this name: `cargo fuzz run open_profile`.
#![no_main]

#[path = "../entry/open_profile.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::run(bytes));

//! Any bytes as a file of another logger: `cargo fuzz run foreign_sensor_logger`.
#![no_main]

#[path = "../entry/foreign.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::run("sensor-logger", bytes));

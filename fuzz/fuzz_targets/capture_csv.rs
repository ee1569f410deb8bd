//! Any bytes give samples in order or an error, never a panic: `cargo fuzz run capture_csv`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use retrogait::source::{CaptureReader, ReadOptions};

fuzz_target!(|bytes: &[u8]| {
    let Ok(reader) = CaptureReader::new(bytes, "fuzz", ReadOptions::default()) else {
        return;
    };
    let mut before = None;
    for sample in reader.map_while(Result::ok) {
        assert!(sample.shank.is_finite());
        assert!(before.is_none_or(|b| b < sample.time));
        before = Some(sample.time);
    }
});

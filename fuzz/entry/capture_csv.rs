//! Any bytes give samples in order or an error, never a panic. The fuzzer and the corpus test run this
//! one function.

use retrogait::source::{CaptureReader, ReadOptions};

/// Reads bytes as a capture.
pub fn run(bytes: &[u8]) {
    let Ok(reader) = CaptureReader::new(bytes, "fuzz", ReadOptions::default()) else {
        return;
    };
    let mut before = None;
    for sample in reader.map_while(Result::ok) {
        assert!(sample.shank.is_finite());
        assert!(before.is_none_or(|b| b < sample.time));
        before = Some(sample.time);
    }
}

//! Any bytes from any sensor give samples or a diagnostic, never a panic. The fuzzer and the corpus test
//! run this one function.
//!
//! The first byte chooses the sensor; then values follow: a byte for the characteristic and the wait,
//! a byte for the length, the bytes.

use retrogait::decode::table::TABLE;
use retrogait::decode::{
    Arrival, Said, battery, dot, heart_rate, metamotion, movesense, open, polar, treadmill, witmotion,
};

/// Sends bytes to a decoder.
pub fn run(bytes: &[u8]) {
    let _ = said(bytes);
}

/// The same; counts what the decoder said.
pub fn said(bytes: &[u8]) -> usize {
    let Some((first, mut rest)) = bytes.split_first() else { return 0 };
    let row = &TABLE[usize::from(*first) % TABLE.len()];
    let mut decoder = row.kind.decoder(100.0);
    let from = [
        open::DATA,
        open::INFO,
        witmotion::DATA,
        movesense::DATA,
        dot::DATA,
        metamotion::DATA,
        polar::DATA,
        polar::CONTROL,
        treadmill::DATA,
        treadmill::CONTROL,
        treadmill::STATUS,
        heart_rate::MEASUREMENT,
        battery::LEVEL,
    ];
    let (mut now, mut all) = (0, 0);
    while let [which, length, after @ ..] = rest {
        let (value, next) = after.split_at(usize::from(*length).min(after.len()));
        rest = next;
        now += i64::from(*which) * 500;
        let at = Arrival::from_micros(now);
        let mut samples = 0;
        decoder.take(at, from[usize::from(*which) % from.len()], value, &mut |said| {
            all += 1;
            match said {
                Said::Sample(timed) => {
                    samples += 1;
                    assert!(timed.imu.is_finite());
                }
                Said::Belt(belt) => assert!(belt.speed_mps.is_none_or(|v| (0.0..200.0).contains(&v))),
                Said::Battery(percent) => assert!(percent <= 100),
                Said::Odd(odd) => assert!(!odd.to_string().is_empty()),
                _ => {}
            }
        });
        // A value cannot hold more samples than it has bytes; those that waited for it come with it.
        assert!(samples <= 512, "{samples} samples from one value");
        if *which == 255 {
            decoder.relinked(at);
        }
    }
    all
}

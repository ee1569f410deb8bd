//! The capture reader on anything at all, cut in any way.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "common/capture.rs"]
mod capture;

use std::io::{self, Read};

use capture::{HEADER, Outcome, capture, read, read_with, told};
use proptest::prelude::*;
use retrogait::source::ReadOptions;

/// Hands out at most so many bytes at a time, in turn, and is interrupted now and then.
struct Chunked<'a> {
    rest: &'a [u8],
    sizes: Vec<usize>,
    turn: usize,
}

impl Read for Chunked<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        if self.turn.is_multiple_of(7) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let size = self.sizes[self.turn % self.sizes.len()];
        let n = size.min(self.rest.len()).min(buf.len());
        buf[..n].copy_from_slice(&self.rest[..n]);
        self.rest = &self.rest[n..];
        Ok(n)
    }
}

fn text_of(outcome: &Outcome) -> String {
    format!("{:?}\n{}", outcome.0, told(outcome))
}

/// Bytes that often are nearly a capture.
fn nearly_a_capture() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => (0..300_u32, -20.0..20.0_f64).prop_map(|(i, a)| {
            format!("{:.2},{a:.3},9.8,0.1,1,2,{a:.1}\n", f64::from(i) * 0.01).into_bytes()
        }),
        1 => Just(HEADER.as_bytes().to_vec()),
        1 => Just(b"# side: left\n".to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => prop::sample::select(vec![",", "\"", "\n", "\r\n", "nan", "-", "#", "\u{feff}", "\0"])
            .prop_map(|s| s.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| {
        let mut bytes = HEADER.as_bytes().to_vec();
        bytes.extend(pieces.concat());
        bytes
    })
}

proptest! {
    // What once failed is kept as an example of its own, not as a seed.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_samples_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (samples, _, error) = read_with(&bytes[..], ReadOptions::default());
        prop_assert!(error.is_some() || !samples.is_empty());
    }

    #[test]
    fn samples_are_finite_and_in_order(bytes in nearly_a_capture()) {
        let (samples, _, _) = read_with(&bytes[..], ReadOptions::default());
        prop_assert!(samples.iter().all(|s| s.shank.is_finite()));
        prop_assert!(samples.windows(2).all(|w| w[0].time < w[1].time));
    }

    #[test]
    fn how_the_input_is_cut_makes_no_difference(
        bytes in nearly_a_capture(),
        sizes in prop::collection::vec(1..40_usize, 1..5),
    ) {
        let whole = read_with(&bytes[..], ReadOptions::default());
        let chunked = Chunked { rest: &bytes, sizes, turn: 0 };
        let cut = read_with(chunked, ReadOptions::default());
        prop_assert_eq!(text_of(&whole), text_of(&cut));
    }
}

#[test]
fn a_byte_order_mark_after_the_header_reads_alike_however_it_is_cut() {
    let text = capture("\u{feff}0,9.8,0,0,1,2,3\n0.01,9.8,0,0,1,2,3\n");
    let whole = read(&text);
    for size in 1..60 {
        let chunked = Chunked { rest: text.as_bytes(), sizes: vec![size], turn: 0 };
        let cut = read_with(chunked, ReadOptions::default());
        assert_eq!(text_of(&whole), text_of(&cut), "{size}");
    }
}

//! A board that speaks our own profile, well or badly: what comes out of the decoder is what went in,
//! whatever was lost on the way. The fuzzer and the corpus test run this one function.
//!
//! Two bytes say what the board is; then, for each notification: a byte of what goes wrong, a byte of
//! how many samples, the readings' low bytes.

use retrogait::decode::open::{self, Info, MOST};
use retrogait::decode::table::Kind;
use retrogait::decode::{Arrival, Said};

/// Plays a board.
pub fn run(bytes: &[u8]) {
    let [rate, scale, rest @ ..] = bytes else { return };
    let info = Info {
        counts_per_g: 1 + u16::from(*scale) * 64,
        range_dps: 125 << (scale % 5),
        rate_hz: 20 + u16::from(*rate) * 4,
    };
    let interval_us = 1_000_000 / i64::from(info.rate_hz);
    let mut decoder = Kind::Open.decoder(100.0);
    let mut said = Vec::new();
    let mut rest = rest;
    let (mut number, mut sent, mut taken, mut lost, mut spoilt) = (0_u32, 0_u64, 0_u64, 0_u64, 0_u64);
    decoder.take(Arrival::from_micros(0), open::INFO, &info.emit(), &mut |_| {});
    let mut last = None;
    while let [wrong, count, after @ ..] = rest {
        let count = 1 + usize::from(*count) % MOST;
        let (readings, next) = after.split_at(count.min(after.len()));
        rest = next;
        let samples: Vec<[i16; 6]> = readings
            .iter()
            .map(|r| [i16::from(*r), -1, 2048, i16::from(*r) << 7, i16::MIN, i16::MAX])
            .collect();
        if samples.is_empty() {
            break;
        }
        let n = u32::try_from(samples.len()).expect("at most 40");
        let time_us = i64::from(number) * interval_us;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "both wrap, as on the wire"
        )]
        let mut value = open::emit(number as u16, time_us as u32, &samples);
        number += n;
        sent += u64::from(n);
        let at = Arrival::from_micros(i64::from(number) * interval_us + 8000);
        match wrong {
            // Never arrives.
            0..40 => continue,
            // Cut, or with a byte too many.
            40..50 => {
                value.truncate(usize::from(*wrong));
                spoilt += u64::from(n);
            }
            50..55 => {
                value.push(0);
                spoilt += u64::from(n);
            }
            _ => {}
        }
        let whole = *wrong >= 55;
        decoder.take(at, open::DATA, &value, &mut |s| said.push(s));
        let mut odd = 0;
        for s in said.drain(..) {
            match s {
                Said::Sample(timed) => {
                    assert!(timed.imu.is_finite());
                    assert!(last.is_none_or(|l| l < timed.time), "times go forward");
                    last = Some(timed.time);
                    taken += 1;
                }
                Said::Lost { samples, .. } => lost += samples,
                // The count and the clock both jumped: the board seems to have been switched off.
                Said::Restarted => last = None,
                Said::Odd(_) => odd += 1,
                _ => {}
            }
        }
        // A cut that leaves the length right is none.
        assert!(whole || odd <= 1);
    }
    assert!(taken <= sent && lost <= sent + spoilt, "{taken} taken and {lost} lost of {sent}");
}

//! Polar Verity Sense: Polar Measurement Data (PMD), in its SDK mode.
//!
//! Acceleration and angular rate are two streams, each stamped in ns at the *last* sample of a frame and
//! packed as differences: a reference sample, then blocks of `bits`, `count` and `count` × 3 signed
//! differences of that many bits, lowest bit first. Values times the factor that the sensor says when a
//! stream is started.
//!
//! Left open by its documents: whether a unit wants to be paired with the system first; the order of the
//! settings in a start command; frames of other types than the ones read here, which are told and left
//! out.

use uuid::Uuid;

use super::bytes::Bytes;
use super::join::Join;
use super::stamp::{Params, Stamps};
use super::{Arrival, Ask, Decoder, Odd, OddKind, Refusal, Said, Setup, TimeError, battery};

const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0xfb00_5c00_02e7_f387_1cad_8acd_2d8d_f0c8 | (n << 96))
}

/// The service.
pub const SERVICE: Uuid = uuid(0x80);
/// Control point (read, write, indicate).
pub const CONTROL: Uuid = uuid(0x81);
/// Frames (notify).
pub const DATA: Uuid = uuid(0x82);
/// Company of the advertisement.
pub const COMPANY: u16 = 0x006b;

/// Rates in SDK mode, Hz.
pub const RATES_HZ: [u16; 4] = [52, 104, 208, 416];

/// Measurement types.
pub const ACC: u8 = 2;
/// Angular rate.
pub const GYRO: u8 = 5;
const SDK_MODE: u8 = 9;

const ANSWER: u8 = 0xf0;
const START: u8 = 2;
const STOP: u8 = 3;
/// Error of a control point answer that means that it is so already.
const ALREADY: u8 = 6;

fn rate(rate_hz: f64) -> u16 {
    let enough = |r: &u16| f64::from(*r) >= 0.95 * rate_hz;
    RATES_HZ.into_iter().find(enough).unwrap_or(RATES_HZ[RATES_HZ.len() - 1])
}

/// The command that starts a stream: rate, 16 bits, range, three channels.
fn start(kind: u8, rate: u16, range: u16) -> Vec<u8> {
    let ([a, b], [c, d]) = (rate.to_le_bytes(), range.to_le_bytes());
    vec![START, kind, 0, 1, a, b, 1, 1, 16, 0, 2, 1, c, d, 4, 1, 3]
}

#[derive(Debug)]
struct Talk {
    rate: u16,
    step: u8,
}

pub(super) fn setup(rate_hz: f64) -> Box<dyn Setup> {
    Box::new(Talk { rate: rate(rate_hz), step: 0 })
}

impl Setup for Talk {
    fn next(&mut self, heard: &[u8]) -> Result<Option<Ask>, Refusal> {
        self.step += 1;
        let exchange = |bytes: Vec<u8>| Ask::Exchange {
            to: CONTROL,
            prefix: vec![ANSWER, bytes[0], bytes[1]],
            bytes,
            from: CONTROL,
        };
        let accepted = |what| match heard {
            [_, _, _, 0 | ALREADY, ..] => Ok(()),
            [_, _, _, code, ..] => Err(Refusal::Refused { what, code: (*code).into() }),
            _ => Err(Refusal::Answer(what)),
        };
        Ok(Some(match self.step {
            1 => Ask::Read { from: battery::LEVEL, optional: true },
            2 => Ask::Read { from: CONTROL, optional: false },
            3 => {
                // Which measurements it has: bit 2 of byte 1 acceleration, bit 5 angular rate.
                match heard {
                    [_, features, more, ..] if features & 0x24 == 0x24 && more & 2 != 0 => {}
                    [_, _, _, ..] => {
                        return Err(Refusal::Unsupported(
                            "it has no angular rate, or no SDK mode; a Verity Sense with firmware 2.1 or later has both",
                        ));
                    }
                    _ => return Err(Refusal::Answer("its features")),
                }
                Ask::Subscribe { to: CONTROL, optional: false }
            }
            4 => Ask::Subscribe { to: DATA, optional: false },
            5 => exchange(vec![START, SDK_MODE]),
            6 => {
                accepted("SDK mode")?;
                exchange(start(ACC, self.rate, 8))
            }
            7 => {
                accepted("to send acceleration")?;
                exchange(start(GYRO, self.rate, 2000))
            }
            8 => {
                accepted("to send angular rate")?;
                return Ok(None);
            }
            _ => return Ok(None),
        }))
    }

    fn stop(&self) -> Vec<(Uuid, Vec<u8>)> {
        vec![(CONTROL, vec![STOP, ACC]), (CONTROL, vec![STOP, GYRO]), (CONTROL, vec![STOP, SDK_MODE])]
    }
}

/// The answer to a start command, with a factor.
pub fn emit_started(kind: u8, factor: f32) -> Vec<u8> {
    let mut out = vec![ANSWER, START, kind, 0, 0, 5, 1];
    out.extend(factor.to_le_bytes());
    out
}

/// A frame of differences, as the sensor sends it.
pub fn emit(kind: u8, frame_type: u8, last_ns: u64, samples: &[[i16; 3]]) -> Vec<u8> {
    let mut out = vec![kind];
    out.extend(last_ns.to_le_bytes());
    out.push(0x80 | frame_type);
    let Some(first) = samples.first() else { return out };
    out.extend(first.iter().flat_map(|v| v.to_le_bytes()));
    // The widest difference decides the width of its block.
    for block in samples.windows(2).collect::<Vec<_>>().chunks(usize::from(u8::MAX)) {
        let differences: Vec<i32> =
            block.iter().flat_map(|w| (0..3).map(|i| i32::from(w[1][i]) - i32::from(w[0][i]))).collect();
        let bits = differences
            .iter()
            .map(|d| 33 - if *d < 0 { d.leading_ones() } else { d.leading_zeros() })
            .max()
            .unwrap_or(1);
        out.push(u8::try_from(bits).unwrap_or(u8::MAX));
        out.push(u8::try_from(block.len()).unwrap_or(u8::MAX));
        let (mut held, mut have) = (0_u64, 0);
        for d in differences {
            held |= (u64::from(d.cast_unsigned()) & ((1 << bits) - 1)) << have;
            have += bits;
            while have >= 8 {
                out.push(held.to_le_bytes()[0]);
                held >>= 8;
                have -= 8;
            }
        }
        if have > 0 {
            out.push(held.to_le_bytes()[0]);
        }
    }
    out
}

/// One of the two streams.
#[derive(Debug)]
struct Stream {
    stamps: Stamps,
    factor: Option<f64>,
    nominal_us: f64,
}

impl Stream {
    fn new(rate_hz: f64) -> Self {
        let nominal_us = 1e6 / f64::from(rate(rate_hz));
        let params = Params { interval_us: nominal_us, wraps_us: 0, count_wraps: 0 };
        Self { stamps: Stamps::new(params), factor: None, nominal_us }
    }
}

/// Reads frames of both streams.
#[derive(Debug)]
pub(super) struct Polar {
    acc: Stream,
    gyro: Stream,
    join: Join,
}

impl Polar {
    pub(super) fn new(rate_hz: f64) -> Self {
        Self { acc: Stream::new(rate_hz), gyro: Stream::new(rate_hz), join: Join::default() }
    }

    fn control(&mut self, bytes: &[u8]) -> Result<(), Odd> {
        let mut b = Bytes::new(bytes);
        if b.u8("kind")? != ANSWER {
            return Ok(()); // its features, read when it was set up
        }
        let (op, kind, error) = (b.u8("operation")?, b.u8("measurement")?, b.u8("error")?);
        if op != START || !matches!(kind, ACC | GYRO) {
            return Ok(());
        }
        if !matches!(error, 0 | ALREADY) {
            return Err(Odd { offset: 3, what: OddKind::Refused("a stream", error.into()) });
        }
        if b.left() > 0 {
            b.u8("more")?;
        }
        while b.left() > 0 {
            let setting = b.u8("setting")?;
            let count = b.u8("number of values")?;
            for _ in 0..count {
                match setting {
                    3 => drop(b.u32("range")?),
                    4 => drop(b.u8("channels")?),
                    5 => {
                        let factor = f64::from(b.f32("factor")?);
                        if factor.is_finite() && factor > 0.0 && factor < 1e6 {
                            let stream = if kind == ACC { &mut self.acc } else { &mut self.gyro };
                            stream.factor = Some(factor);
                        }
                    }
                    _ => drop(b.u16("setting's value")?),
                }
            }
        }
        Ok(())
    }

    fn frame(&mut self, at: Arrival, bytes: &[u8], say: &mut dyn FnMut(Said)) -> Result<(), Odd> {
        let mut b = Bytes::new(bytes);
        let kind = b.u8("measurement")?;
        if !matches!(kind, ACC | GYRO) {
            return Err(Odd { offset: 0, what: OddKind::Field("measurement", kind.into()) });
        }
        let last_ns = b.u64("time")?;
        let frame_type = b.u8("frame type")?;
        let stream = if kind == ACC { &mut self.acc } else { &mut self.gyro };
        let unit = match (kind, frame_type) {
            (ACC, 0x81) => 1e-3,
            (ACC | GYRO, 0x80) => 1.0,
            _ => return Err(Odd { offset: 9, what: OddKind::Field("frame type", frame_type.into()) }),
        };
        let factor = stream.factor.ok_or(Odd { offset: 0, what: OddKind::NoScale })? * unit;
        let samples = unpack(&mut b)?;
        let count = samples.len() as u64;
        // The stamp is the last sample's.
        let before_us = (count.saturating_sub(1)) as f64 * stream.stamps.interval_us();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        let first_us = (last_ns as f64 / 1000.0 - before_us) as u64;
        let mut events = Vec::new();
        let burst = stream.stamps.burst(at, first_us, count, 0, &mut |s| events.push(s));
        for event in events {
            match (kind, event) {
                (GYRO, Said::Lost { samples, counted }) => self.join.lost(samples, counted),
                (GYRO, Said::Restarted) => self.join.restarted(),
                // Holes of the acceleration show where the angular rate finds none.
                (ACC, Said::Lost { .. } | Said::Restarted) => {}
                (_, other) => say(other),
            }
        }
        let Some(burst) = burst else { return Ok(()) };
        let skip = usize::try_from(burst.skip).unwrap_or(usize::MAX);
        for (i, v) in (0..).zip(samples).skip(skip) {
            let v = v.map(|x| f64::from(x) * factor);
            match kind {
                ACC => self.join.force(burst.time(i), v),
                _ => self.join.rate(burst.time(i), v),
            }
        }
        self.join.say(2.5 * self.acc.nominal_us, say);
        Ok(())
    }
}

/// The samples of a frame of differences.
fn unpack(b: &mut Bytes<'_>) -> Result<Vec<[i32; 3]>, Odd> {
    let mut last = [0; 3];
    for v in &mut last {
        *v = i32::from(b.i16("reference sample")?);
    }
    let mut samples = vec![last];
    while b.left() > 0 {
        let at = b.at();
        let bits = u32::from(b.u8("bits of a difference")?);
        let count = b.u8("number of differences")?;
        if !(1..=32).contains(&bits) {
            return Err(Odd { offset: at, what: OddKind::Field("bits of a difference", bits.into()) });
        }
        let (mut held, mut have) = (0_u64, 0);
        for _ in 0..count {
            for v in &mut last {
                while have < bits {
                    held |= u64::from(b.u8("differences")?) << have;
                    have += 8;
                }
                // The sign is the highest bit.
                let raw = held & ((1 << bits) - 1);
                let shift = 64 - bits;
                #[expect(clippy::cast_possible_truncation, reason = "at most 32 bits")]
                let difference = ((raw << shift).cast_signed() >> shift) as i32;
                *v = v.wrapping_add(difference);
                held >>= bits;
                have -= bits;
            }
            samples.push(last);
        }
    }
    Ok(samples)
}

impl Decoder for Polar {
    fn take(&mut self, at: Arrival, from: Uuid, bytes: &[u8], say: &mut dyn FnMut(Said)) {
        let result = match from {
            DATA => self.frame(at, bytes, say),
            CONTROL => self.control(bytes),
            battery::LEVEL => {
                say(battery::level(bytes));
                Ok(())
            }
            other => Err(Odd { offset: 0, what: OddKind::Stranger(other) }),
        };
        if let Err(odd) = result {
            say(Said::Odd(odd));
        }
    }

    fn relinked(&mut self, _at: Arrival) {}

    fn time_error(&self) -> TimeError {
        TimeError::Stamped(1e-6)
    }
}

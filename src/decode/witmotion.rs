//! WitMotion's Bluetooth 5 family: WT901BLECL5.0, BWT901BLE5.0, WT9011DCL-BT50.
//!
//! Frames of 20 bytes: `55 61` and nine signed words (acceleration over ±16 g, angular rate over
//! ±2000 deg/s, three angles), one or more in a notification; `55 71 register_u16` and eight words answer
//! a read. It streams as soon as notifications are on.
//!
//! Left open by its documents: there is no count and no time, so times are fitted to arrivals, and a
//! loss shows only in them ([`super::count`]); whether a firmware can scale otherwise than ±16 g and
//! ±2000 deg/s (its own programs never do); what a rate that the radio cannot carry does to the data.

use uuid::Uuid;

use super::bytes::Bytes;
use super::count::{CountClock, Params};
use super::{Arrival, Ask, Decoder, Odd, OddKind, Plain, Said, Setup, TimeError, Timed, imu};

const fn uuid(n: u128) -> Uuid {
    // The base ends in 9a34fb, not in the 9b34fb of the Bluetooth SIG.
    Uuid::from_u128(0x0000_0000_0000_1000_8000_0080_5f9a_34fb | (n << 96))
}

/// The service.
pub const SERVICE: Uuid = uuid(0xffe5);
/// Frames (notify).
pub const DATA: Uuid = uuid(0xffe4);
/// Commands (write).
pub const COMMAND: Uuid = uuid(0xffe9);

/// Rates and their codes in register 0x03.
pub const RATES: [(u16, u8); 4] = [(20, 0x07), (50, 0x08), (100, 0x09), (200, 0x0b)];

const FRAME: usize = 20;
const BATTERY_REGISTER: u8 = 0x64;

/// A sample's frame of these counts (acceleration, angular rate); the angles are 0.
pub fn emit(counts: [i16; 6]) -> [u8; FRAME] {
    let mut frame = [0; FRAME];
    frame[0] = 0x55;
    frame[1] = 0x61;
    for (slot, word) in frame[2..].chunks_exact_mut(2).zip(counts) {
        slot.copy_from_slice(&word.to_le_bytes());
    }
    frame
}

fn rate(rate_hz: f64) -> (u16, u8) {
    RATES.into_iter().find(|(r, _)| f64::from(*r) >= rate_hz).unwrap_or(RATES[RATES.len() - 1])
}

/// What starts the stream at a rate.
pub(super) fn setup(rate_hz: f64) -> Box<dyn Setup> {
    let write = |bytes: &[u8]| Ask::Write { to: COMMAND, bytes: bytes.to_vec() };
    // Commands less than 100 ms apart get lost.
    let pause = || Ask::Pause { ms: 100 };
    Box::new(Plain::new(
        vec![
            Ask::Subscribe { to: DATA, optional: false },
            // Not saved: what the user has set in the sensor comes back when it is switched on again.
            write(&[0xff, 0xaa, 0x69, 0x88, 0xb5]),
            pause(),
            write(&[0xff, 0xaa, 0x03, rate(rate_hz).1, 0x00]),
            pause(),
            write(&[0xff, 0xaa, 0x27, BATTERY_REGISTER, 0x00]),
        ],
        Vec::new(),
    ))
}

/// Reads frames.
#[derive(Debug)]
pub(super) struct Wit {
    clock: CountClock,
    /// The start of a frame that goes on in the next notification.
    begun: Vec<u8>,
}

impl Wit {
    pub(super) fn new(rate_hz: f64) -> Self {
        Self { clock: CountClock::new(Params::at(rate(rate_hz).0.into())), begun: Vec::new() }
    }

    fn frames(&mut self, at: Arrival, bytes: &[u8], say: &mut dyn FnMut(Said)) {
        let mut all = std::mem::take(&mut self.begun);
        all.extend_from_slice(bytes);
        let mut samples = Vec::new();
        let mut rest = &all[..];
        let mut garbage = None;
        while rest.len() >= FRAME || begins(rest) {
            let at_byte = all.len() - rest.len();
            if rest.len() < FRAME {
                break;
            }
            if !begins(rest) {
                garbage.get_or_insert((at_byte, rest[0]));
                rest = &rest[1..];
                continue;
            }
            let (frame, after) = rest.split_at(FRAME);
            rest = after;
            match read(frame) {
                Ok(Frame::Sample(imu)) => samples.push(imu),
                Ok(Frame::Battery(percent)) => say(Said::Battery(percent)),
                Ok(Frame::Register) => {}
                Err(odd) => say(Said::Odd(Odd { offset: at_byte + odd.offset, ..odd })),
            }
        }
        if begins(rest) {
            self.begun = rest.to_vec();
        } else if let Some(first) = rest.first() {
            garbage.get_or_insert((all.len() - rest.len(), *first));
        }
        if let Some((offset, byte)) = garbage {
            say(Odd::at(offset, OddKind::Field("start of frame", byte.into())));
        }
        if samples.is_empty() {
            return;
        }
        let burst = self.clock.burst(at, samples.len() as u64, say);
        for (i, imu) in (0..).zip(samples) {
            say(Said::Sample(Timed { time: burst.time(i), imu }));
        }
    }
}

/// Whether these bytes are, or may become, the start of a frame.
fn begins(bytes: &[u8]) -> bool {
    matches!(bytes, [0x55] | [0x55, 0x61 | 0x71, ..])
}

enum Frame {
    Sample(crate::imu::Imu),
    Battery(u8),
    Register,
}

fn read(frame: &[u8]) -> Result<Frame, Odd> {
    let mut b = Bytes::new(frame);
    b.u8("start")?;
    if b.u8("kind")? == 0x61 {
        let acc = b.xyz("acceleration")?.map(|v| v * 16.0 / 32_768.0);
        let gyr = b.xyz("angular rate")?.map(|v| v * 2000.0 / 32_768.0);
        return Ok(Frame::Sample(imu(acc, gyr)));
    }
    if b.u16("register")? == u16::from(BATTERY_REGISTER) {
        return Ok(Frame::Battery(percent(b.u16("voltage")?)));
    }
    Ok(Frame::Register)
}

/// The vendor's table, from hundredths of a volt.
const fn percent(centivolts: u16) -> u8 {
    match centivolts {
        396.. => 100,
        393.. => 90,
        387.. => 75,
        382.. => 60,
        379.. => 50,
        377.. => 40,
        373.. => 30,
        370.. => 20,
        368.. => 15,
        350.. => 10,
        340.. => 5,
        _ => 0,
    }
}

impl Decoder for Wit {
    fn take(&mut self, at: Arrival, from: Uuid, bytes: &[u8], say: &mut dyn FnMut(Said)) {
        if from == DATA {
            self.frames(at, bytes, say);
        } else {
            say(Odd::at(0, OddKind::Stranger(from)));
        }
    }

    fn relinked(&mut self, _at: Arrival) {
        self.begun.clear();
        self.clock.relinked();
    }

    fn time_error(&self) -> TimeError {
        TimeError::Fitted(self.clock.error_s())
    }
}

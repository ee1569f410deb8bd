//! Movella (Xsens) DOT, specification XD0506P: one sample a notification, stamped in µs.
//!
//! Mode 21 "rate quantities": u32 µs, acceleration 3 × f32 (m/s²), angular rate 3 × f32 (deg/s), padded
//! with zeros. Live rates end at 60 Hz; 120 Hz is recorded on the sensor only.
//!
//! Left open by its documents: the ranges (±16 g and ±2000 deg/s are usual); whether the padding is
//! always there, so that both lengths are read.

use uuid::Uuid;

use super::bytes::Bytes;
use super::stamp::{Params, Stamps};
use super::{Arrival, Ask, Decoder, Odd, OddKind, Plain, Said, Setup, TimeError, Timed, kept};
use crate::imu::Imu;

const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x1517_0000_4947_11e9_8646_d663_bd87_3d93 | (n << 96))
}

/// The measurement service.
pub const SERVICE: Uuid = uuid(0x2000);
/// The configuration service, which is the one it advertises by some firmware.
pub const CONFIGURATION: Uuid = uuid(0x1000);
/// Device control (read, write).
pub const DEVICE: Uuid = uuid(0x1002);
/// Measurement control (read, write).
pub const CONTROL: Uuid = uuid(0x2001);
/// Payload of medium length (notify).
pub const DATA: Uuid = uuid(0x2003);
/// Battery (read, notify): percent, charging.
pub const BATTERY: Uuid = uuid(0x3001);
/// Company of the advertisement.
pub const COMPANY: u16 = 0x0886;

/// Live rates, Hz.
pub const RATES_HZ: [u16; 4] = [20, 30, 60, 60];
const RATE_QUANTITIES: u8 = 21;
const LENGTH: usize = 28;

fn rate(rate_hz: f64) -> u16 {
    RATES_HZ.into_iter().find(|r| f64::from(*r) >= rate_hz).unwrap_or(60)
}

/// A sample as the sensor sends it.
pub fn emit(time_us: u32, imu: &Imu) -> Vec<u8> {
    let mut out = time_us.to_le_bytes().to_vec();
    #[expect(clippy::cast_possible_truncation, reason = "the format's own precision")]
    out.extend(imu.acc_mps2.iter().chain(&imu.gyr_dps).flat_map(|v| (*v as f32).to_le_bytes()));
    out
}

pub(super) fn setup(rate_hz: f64) -> Box<dyn Setup> {
    let mut device = vec![0; 32];
    device[0] = 1 << 4; // of all fields, only the output rate
    device[24..26].copy_from_slice(&rate(rate_hz).to_le_bytes());
    Box::new(Plain::new(
        vec![
            Ask::Read { from: BATTERY, optional: true },
            Ask::Write { to: DEVICE, bytes: device },
            Ask::Subscribe { to: DATA, optional: false },
            Ask::Write { to: CONTROL, bytes: vec![1, 1, RATE_QUANTITIES] },
        ],
        vec![(CONTROL, vec![1, 0, RATE_QUANTITIES])],
    ))
}

/// Reads samples.
#[derive(Debug)]
pub(super) struct Dot {
    stamps: Stamps,
}

impl Dot {
    pub(super) fn new(rate_hz: f64) -> Self {
        let interval_us = 1e6 / f64::from(rate(rate_hz));
        Self { stamps: Stamps::new(Params { interval_us, wraps_us: 1 << 32, count_wraps: 0 }) }
    }
}

fn read(bytes: &[u8]) -> Result<(u32, Imu), Odd> {
    let mut b = Bytes::new(bytes);
    let time = b.u32("time")?;
    let imu =
        Imu { acc_mps2: b.xyz_f32("acceleration")?.map(kept), gyr_dps: b.xyz_f32("angular rate")?.map(kept) };
    match b.rest().iter().position(|p| *p != 0) {
        Some(i) => Err(Odd { offset: LENGTH + i, what: OddKind::TooLong }),
        None => Ok((time, imu)),
    }
}

impl Decoder for Dot {
    fn take(&mut self, at: Arrival, from: Uuid, bytes: &[u8], say: &mut dyn FnMut(Said)) {
        match from {
            DATA => match read(bytes) {
                Ok((time, imu)) => {
                    if let Some(burst) = self.stamps.burst(at, time.into(), 1, 0, say) {
                        say(Said::Sample(Timed { time: burst.time(0), imu }));
                    }
                }
                Err(odd) => say(Said::Odd(odd)),
            },
            BATTERY => say(super::battery::level(bytes)),
            _ => say(Odd::at(0, OddKind::Stranger(from))),
        }
    }

    fn relinked(&mut self, _at: Arrival) {}

    fn time_error(&self) -> TimeError {
        TimeError::Stamped(1e-6)
    }
}

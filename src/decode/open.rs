//! The open profile: ours, for boards that anyone can program (`docs/open-profile.md`).
//!
//! Data notification, little-endian:
//!
//! | offset | field | |
//! |---|---|---|
//! | 0 | u16 | number of the first sample since power-on, modulo 65,536 |
//! | 2 | u16 | number of samples `n` in the notification, 1 to 40 |
//! | 4 | u32 | time of the first sample, µs since power-on, modulo 2³² |
//! | 8 | n × 6 × i16 | acceleration x y z, angular rate x y z |
//!
//! Nothing is left open: the count says what was lost, the stamp when.

use uuid::Uuid;

use super::bytes::Bytes;
use super::stamp::{Params, Stamps};
use super::{Arrival, Ask, Decoder, Odd, OddKind, Plain, Said, Setup, TimeError, Timed, battery, imu};
use crate::imu::{GRAVITY_MPS2, Imu};

const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x6d6f_7475_0000_4b1e_9d3a_5f1c_0c3f_0001 | (n << 80))
}

/// The service.
pub const SERVICE: Uuid = uuid(1);
/// Samples (notify).
pub const DATA: Uuid = uuid(2);
/// Commands (write): `01 rate_u16` start, `00` stop.
pub const CONTROL: Uuid = uuid(3);
/// What the sensor is (read): version u8 = 1, reserved u8, counts per g u16, range in deg/s u16, rate
/// in Hz u16.
pub const INFO: Uuid = uuid(4);

/// Rates that a board should offer, Hz.
pub const RATES_HZ: [u16; 4] = [50, 100, 200, 400];

/// Samples that a notification may hold: what the largest one (512 bytes) has room for.
pub const MOST: usize = 40;

/// How counts become figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Info {
    /// Counts in 1 g.
    pub counts_per_g: u16,
    /// Angular rate at 32,768 counts, deg/s.
    pub range_dps: u16,
    /// Samples a second.
    pub rate_hz: u16,
}

impl Info {
    /// ±16 g and ±2000 deg/s, what a board has that does not say otherwise.
    pub const fn usual(rate_hz: u16) -> Self {
        Self { counts_per_g: 2048, range_dps: 2000, rate_hz }
    }

    /// As the characteristic has it.
    pub fn emit(&self) -> [u8; 8] {
        let ([a, b], [c, d], [e, f]) =
            (self.counts_per_g.to_le_bytes(), self.range_dps.to_le_bytes(), self.rate_hz.to_le_bytes());
        [1, 0, a, b, c, d, e, f]
    }

    fn parse(bytes: &[u8]) -> Result<Self, Odd> {
        let mut b = Bytes::new(bytes);
        let version = b.u8("version")?;
        if version != 1 {
            return Err(Odd { offset: 0, what: OddKind::Field("version", version.into()) });
        }
        b.u8("reserved")?;
        let mut positive = |field| {
            let at = b.at();
            match b.u16(field)? {
                0 => Err(Odd { offset: at, what: OddKind::Field(field, 0) }),
                value => Ok(value),
            }
        };
        Ok(Self {
            counts_per_g: positive("counts per g")?,
            range_dps: positive("range")?,
            rate_hz: positive("rate")?,
        })
    }

    /// A reading as counts.
    pub fn counts(&self, imu: &Imu) -> [i16; 6] {
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates as a sensor does")]
        let word = |v: f64| libm::round(v) as i16;
        let acc = imu.acc_mps2.map(|a| word(a / GRAVITY_MPS2 * f64::from(self.counts_per_g)));
        let gyr = imu.gyr_dps.map(|w| word(w * 32_768.0 / f64::from(self.range_dps)));
        [acc[0], acc[1], acc[2], gyr[0], gyr[1], gyr[2]]
    }
}

/// A data notification.
pub fn emit(number: u16, time_us: u32, samples: &[[i16; 6]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + 12 * samples.len());
    out.extend(number.to_le_bytes());
    out.extend(u16::try_from(samples.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend(time_us.to_le_bytes());
    out.extend(samples.iter().flatten().flat_map(|w| w.to_le_bytes()));
    out
}

/// What starts the stream.
pub(super) fn setup(rate_hz: f64) -> Box<dyn Setup> {
    let [lo, hi] = nearest(rate_hz).to_le_bytes();
    Box::new(Plain::new(
        vec![
            Ask::Read { from: battery::LEVEL, optional: true },
            Ask::Subscribe { to: DATA, optional: false },
            Ask::Write { to: CONTROL, bytes: vec![1, lo, hi] },
            // After the start: only then does the sensor know at which rate it streams.
            Ask::Read { from: INFO, optional: false },
        ],
        vec![(CONTROL, vec![0])],
    ))
}

fn nearest(rate_hz: f64) -> u16 {
    RATES_HZ.into_iter().find(|r| f64::from(*r) >= rate_hz).unwrap_or(RATES_HZ[RATES_HZ.len() - 1])
}

/// Reads the profile.
#[derive(Debug)]
pub(super) struct Open {
    info: Info,
    stamps: Stamps,
}

impl Open {
    pub(super) fn new(rate_hz: f64) -> Self {
        let info = Info::usual(nearest(rate_hz));
        Self { info, stamps: stamps(info) }
    }

    fn data(&mut self, at: Arrival, bytes: &[u8], say: &mut dyn FnMut(Said)) -> Result<(), Odd> {
        let mut b = Bytes::new(bytes);
        let number = b.u16("number")?;
        let count = b.u16("count")?;
        let time_us = b.u32("time")?;
        if !(1..=MOST).contains(&usize::from(count)) {
            return Err(Odd { offset: 2, what: OddKind::Field("count", count.into()) });
        }
        let mut samples = Vec::with_capacity(count.into());
        let acc = 1.0 / f64::from(self.info.counts_per_g);
        let gyr = f64::from(self.info.range_dps) / 32_768.0;
        for _ in 0..count {
            let a = b.xyz("acceleration")?.map(|v| v * acc);
            let g = b.xyz("angular rate")?.map(|v| v * gyr);
            samples.push(imu(a, g));
        }
        if b.left() > 0 {
            return Err(Odd { offset: b.at(), what: OddKind::TooLong });
        }
        let Some(burst) = self.stamps.burst(at, time_us.into(), count.into(), number.into(), say) else {
            return Ok(());
        };
        for (i, imu) in (0..).zip(samples).skip(usize::try_from(burst.skip).unwrap_or(usize::MAX)) {
            say(Said::Sample(Timed { time: burst.time(i), imu }));
        }
        Ok(())
    }
}

fn stamps(info: Info) -> Stamps {
    Stamps::new(Params {
        interval_us: 1e6 / f64::from(info.rate_hz),
        wraps_us: 1 << 32,
        count_wraps: 1 << 16,
    })
}

impl Decoder for Open {
    fn take(&mut self, at: Arrival, from: Uuid, bytes: &[u8], say: &mut dyn FnMut(Said)) {
        let result = match from {
            DATA => self.data(at, bytes, say),
            INFO => Info::parse(bytes).map(|info| {
                if info.rate_hz != self.info.rate_hz {
                    self.stamps.set_interval(1e6 / f64::from(info.rate_hz));
                }
                self.info = info;
            }),
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

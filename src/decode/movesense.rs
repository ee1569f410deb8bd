//! Movesense sensors that speak the GATT `SensorData` Protocol (default firmware 2.3 and later, MD 1.0
//! and later).
//!
//! Commands `[command][reference]…`, answers `[type][reference]…`: type 1 a status as in HTTP, 2 data,
//! 3 the second half of data. `IMU6` data: u32 ms of the first sample, then all accelerations (three f32
//! each, m/s²), then all angular rates (deg/s).
//!
//! Left open by its documents: how many samples a message has at each rate (8 at 104 Hz was seen), so
//! that a message is known to be whole by its length or by what follows it; the sensor's clock is sent
//! in whole milliseconds; rates above 208 Hz over the radio.

use uuid::Uuid;

use super::bytes::Bytes;
use super::stamp::{Params, Stamps};
use super::{Arrival, Ask, Decoder, Odd, OddKind, Refusal, Said, Setup, TimeError, Timed, battery, kept};
use crate::imu::Imu;

const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x0000_0000_7185_4d5d_b431_630e_7050_e8f0 | (n << 96))
}

/// The service.
pub const SERVICE: Uuid = uuid(0x3480_2252);
/// Commands (write).
pub const COMMAND: Uuid = uuid(0x3480_0001);
/// Answers and data (notify).
pub const DATA: Uuid = uuid(0x3480_0002);

/// Rates of the sensor that the radio carries, Hz.
pub const RATES_HZ: [u16; 4] = [26, 52, 104, 208];

/// Our reference for the subscription.
pub const REFERENCE: u8 = 99;
const SAMPLE: usize = 24;
const STAMP: usize = 4;

fn rate(rate_hz: f64) -> u16 {
    // 100 asked for is 104 here: the nearest step that is not much below.
    let enough = |r: &u16| f64::from(*r) >= 0.95 * rate_hz;
    RATES_HZ.into_iter().find(enough).unwrap_or(RATES_HZ[RATES_HZ.len() - 1])
}

/// A data message as the sensor sends it, in notifications of at most `room` bytes.
pub fn emit(time_ms: u32, samples: &[Imu], room: usize) -> Vec<Vec<u8>> {
    let mut payload = time_ms.to_le_bytes().to_vec();
    #[expect(clippy::cast_possible_truncation, reason = "the format's own precision")]
    let mut put = |v: [f64; 3]| payload.extend(v.iter().flat_map(|x| (*x as f32).to_le_bytes()));
    for s in samples {
        put(s.acc_mps2);
    }
    for s in samples {
        put(s.gyr_dps);
    }
    payload
        .chunks(room.saturating_sub(2).max(1))
        .enumerate()
        .map(|(i, part)| {
            let mut out = vec![if i == 0 { 2 } else { 3 }, REFERENCE];
            out.extend_from_slice(part);
            out
        })
        .collect()
}

/// What starts the stream.
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
        Ok(match self.step {
            1 => Some(Ask::Read { from: battery::LEVEL, optional: true }),
            2 => Some(Ask::Subscribe { to: DATA, optional: false }),
            3 => {
                let mut bytes = vec![1, REFERENCE];
                bytes.extend(format!("/Meas/IMU6/{}", self.rate).bytes());
                Some(Ask::Exchange { to: COMMAND, bytes, from: DATA, prefix: vec![1, REFERENCE] })
            }
            4 => match heard {
                [1, _, lo, hi, ..] => match u16::from_le_bytes([*lo, *hi]) {
                    200..300 => None,
                    status => {
                        return Err(Refusal::Refused { what: "to send IMU6", code: status.into() });
                    }
                },
                _ => return Err(Refusal::Answer("IMU6")),
            },
            _ => None,
        })
    }

    fn stop(&self) -> Vec<(Uuid, Vec<u8>)> {
        vec![(COMMAND, vec![2, REFERENCE])]
    }
}

/// Reads messages.
#[derive(Debug)]
pub(super) struct Movesense {
    stamps: Stamps,
    /// A message that may go on in the next notification, and when it came.
    begun: Option<(Arrival, Vec<u8>)>,
    /// Length of a whole message, once one has been seen.
    whole: Option<usize>,
}

impl Movesense {
    pub(super) fn new(rate_hz: f64) -> Self {
        let interval_us = 1e6 / f64::from(rate(rate_hz));
        let wraps_us = 1000 << 32;
        Self {
            stamps: Stamps::new(Params { interval_us, wraps_us, count_wraps: 0 }),
            begun: None,
            whole: None,
        }
    }

    fn first(&mut self, at: Arrival, payload: &[u8], say: &mut dyn FnMut(Said)) {
        if let Some((then, before)) = self.begun.take() {
            // Nothing followed it: it was whole, or its second half is lost.
            if self.whole.is_none() && fits(before.len()) {
                self.whole = Some(before.len());
                self.message(then, &before, say);
            } else {
                say(Odd::at(before.len(), OddKind::Short("second half")));
            }
        }
        if self.whole == Some(payload.len()) {
            self.message(at, payload, say);
        } else {
            self.begun = Some((at, payload.to_vec()));
        }
    }

    fn second(&mut self, payload: &[u8], say: &mut dyn FnMut(Said)) {
        let Some((at, mut all)) = self.begun.take() else {
            return say(Odd::at(0, OddKind::Orphan));
        };
        all.extend_from_slice(payload);
        if !fits(all.len()) {
            return say(Odd::at(all.len(), OddKind::Short("samples")));
        }
        self.whole = Some(all.len());
        self.message(at, &all, say);
    }

    fn message(&mut self, at: Arrival, payload: &[u8], say: &mut dyn FnMut(Said)) {
        match read(payload) {
            Ok((ms, samples)) => {
                let count = samples.len() as u64;
                let Some(burst) = self.stamps.burst(at, u64::from(ms) * 1000, count, 0, say) else {
                    return;
                };
                for (i, imu) in (0..).zip(samples).skip(usize::try_from(burst.skip).unwrap_or(usize::MAX)) {
                    say(Said::Sample(Timed { time: burst.time(i), imu }));
                }
            }
            Err(odd) => say(Said::Odd(odd)),
        }
    }
}

/// Whether this is a length that a message can have.
const fn fits(payload: usize) -> bool {
    payload > STAMP && (payload - STAMP).is_multiple_of(SAMPLE)
}

fn read(payload: &[u8]) -> Result<(u32, Vec<Imu>), Odd> {
    let mut b = Bytes::new(payload);
    let ms = b.u32("time")?;
    let n = b.left() / SAMPLE;
    let mut samples = vec![Imu::default(); n];
    for s in &mut samples {
        s.acc_mps2 = b.xyz_f32("acceleration")?.map(kept);
    }
    for s in &mut samples {
        s.gyr_dps = b.xyz_f32("angular rate")?.map(kept);
    }
    Ok((ms, samples))
}

impl Decoder for Movesense {
    fn take(&mut self, at: Arrival, from: Uuid, bytes: &[u8], say: &mut dyn FnMut(Said)) {
        match (from, bytes) {
            (DATA, [2, REFERENCE, payload @ ..]) => self.first(at, payload, say),
            (DATA, [3, REFERENCE, payload @ ..]) => self.second(payload, say),
            (DATA, [1, REFERENCE, lo, hi, ..]) => {
                let status = u16::from_le_bytes([*lo, *hi]);
                if !(200..300).contains(&status) {
                    say(Odd::at(2, OddKind::Refused("a command", status.into())));
                }
            }
            (DATA, [1..=3, _]) => say(Odd::at(2, OddKind::Short("status"))),
            (DATA, [1..=3, other, ..]) => say(Odd::at(1, OddKind::Field("reference", u64::from(*other)))),
            (DATA, [other, ..]) => say(Odd::at(0, OddKind::Field("type", u64::from(*other)))),
            (DATA, []) => say(Odd::at(0, OddKind::Short("type"))),
            (battery::LEVEL, _) => say(battery::level(bytes)),
            _ => say(Odd::at(0, OddKind::Stranger(from))),
        }
    }

    fn relinked(&mut self, _at: Arrival) {
        self.begun = None;
    }

    fn time_error(&self) -> TimeError {
        // The rounding of a millisecond, evenly spread.
        TimeError::Stamped(0.001 / 12_f64.sqrt())
    }
}

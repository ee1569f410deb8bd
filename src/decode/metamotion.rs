//! `MetaMotion` RL, S and C by `MbientLab`.
//!
//! Messages `[module][register]…`. Acceleration (module 3) and angular rate (module 0x13) are separate
//! notifications of three samples each, from one chip and one clock. The chip is asked for first: BMI160
//! and BMI270 differ in registers and settings.
//!
//! Left open by its documents: nothing is stamped or counted, so times are fitted to arrivals
//! ([`super::count`]). The two streams are paired message by message: one that is lost is noticed when
//! its partner stays alone, or when the pairs' spacing jumps by a message; until then, at most three
//! messages, the two are 30 ms apart (at 100 Hz). A loss of both at once shows only in the arrivals.
//! Whether 200 Hz of both get through at an MTU of 23 is not said.

use std::collections::VecDeque;

use uuid::Uuid;

use super::bytes::Bytes;
use super::count::{CountClock, Params};
use super::{Arrival, Ask, Decoder, Odd, OddKind, Refusal, Said, Setup, TimeError, Timed, battery, imu};

const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x326a_9000_85cb_9195_d9dd_464c_fbba_e75a | (n << 96))
}

/// The service.
pub const SERVICE: Uuid = uuid(0);
/// Commands (write).
pub const COMMAND: Uuid = uuid(1);
/// Messages (notify).
pub const DATA: Uuid = uuid(6);

const ACC: u8 = 0x03;
const GYRO: u8 = 0x13;
const SETTINGS: u8 = 0x11;
/// A register with this bit is read, or has been.
const READ: u8 = 0x80;
const BATTERY: u8 = 0x0c | READ;

/// Rates and their codes.
pub const RATES: [(u16, u8); 4] = [(25, 6), (50, 7), (100, 8), (200, 9)];

/// Counts of the settings that are used: ±16 g and ±2000 deg/s.
pub const COUNTS_PER_G: f64 = 2048.0;
/// Counts in one degree a second.
pub const COUNTS_PER_DPS: f64 = 16.4;

/// Messages that may wait for their partners.
const WAITING: usize = 2;
/// Pairs whose spacing must have jumped before a message counts as lost.
const JUMPED: u32 = 3;

/// Registers of packed data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Chips {
    acc: Chip,
    gyro: Chip,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chip {
    Bmi160,
    Bmi270,
}

impl Chips {
    const fn acc_register(self) -> u8 {
        match self.acc {
            Chip::Bmi160 => 0x1c,
            Chip::Bmi270 => 0x05,
        }
    }

    const fn gyro_register(self) -> u8 {
        match self.gyro {
            Chip::Bmi160 => 0x07,
            Chip::Bmi270 => 0x05,
        }
    }
}

fn chip(module: u8, message: &[u8]) -> Result<Chip, Refusal> {
    match (module, message) {
        (ACC, [_, _, 1, ..]) | (GYRO, [_, _, 0, ..]) => Ok(Chip::Bmi160),
        (ACC, [_, _, 4, ..]) | (GYRO, [_, _, 1, ..]) => Ok(Chip::Bmi270),
        (_, [_, _, _, ..]) => Err(Refusal::Unsupported("its chip is neither a BMI160 nor a BMI270")),
        _ => Err(Refusal::Unsupported("it has no accelerometer or no gyroscope")),
    }
}

fn rate(rate_hz: f64) -> (u16, u8) {
    RATES.into_iter().find(|(r, _)| f64::from(*r) >= rate_hz).unwrap_or(RATES[RATES.len() - 1])
}

/// A message of packed acceleration or angular rate.
pub fn emit(gyro: bool, bmi270: bool, counts: &[[i16; 3]]) -> Vec<u8> {
    let mut out = match (gyro, bmi270) {
        (false, false) => vec![ACC, 0x1c],
        (false, true) => vec![ACC, 0x05],
        (true, false) => vec![GYRO, 0x07],
        (true, true) => vec![GYRO, 0x05],
    };
    out.extend(counts.iter().flatten().flat_map(|w| w.to_le_bytes()));
    out
}

#[derive(Debug)]
struct Talk {
    rate: (u16, u8),
    step: usize,
    acc: Chip,
    writes: VecDeque<Vec<u8>>,
}

pub(super) fn setup(rate_hz: f64) -> Box<dyn Setup> {
    Box::new(Talk { rate: rate(rate_hz), step: 0, acc: Chip::Bmi160, writes: VecDeque::new() })
}

impl Talk {
    fn plan(&self, chips: Chips) -> VecDeque<Vec<u8>> {
        let code = self.rate.1;
        let acc = match chips.acc {
            Chip::Bmi160 => [ACC, 3, 0x20 | code, 0x0c],
            Chip::Bmi270 => [ACC, 3, 0xa0 | code, 0x03],
        };
        let writes: [&[u8]; 8] = [
            &acc,
            &[GYRO, 3, 0x20 | code, 0],
            &[ACC, chips.acc_register(), 1],
            &[GYRO, chips.gyro_register(), 1],
            &[ACC, 2, 1, 0],
            &[GYRO, 2, 1, 0],
            &[ACC, 1, 1],
            &[GYRO, 1, 1],
        ];
        writes.iter().map(|w| w.to_vec()).collect()
    }
}

impl Setup for Talk {
    fn next(&mut self, heard: &[u8]) -> Result<Option<Ask>, Refusal> {
        self.step += 1;
        let exchange = |module: u8, register: u8| Ask::Exchange {
            to: COMMAND,
            bytes: vec![module, register],
            from: DATA,
            prefix: vec![module, register],
        };
        Ok(match self.step {
            1 => Some(Ask::Subscribe { to: DATA, optional: false }),
            2 => Some(exchange(SETTINGS, BATTERY)),
            3 => Some(exchange(ACC, READ)),
            4 => {
                self.acc = chip(ACC, heard)?;
                Some(exchange(GYRO, READ))
            }
            step => {
                if step == 5 {
                    self.writes = self.plan(Chips { acc: self.acc, gyro: chip(GYRO, heard)? });
                }
                self.writes.pop_front().map(|bytes| Ask::Write { to: COMMAND, bytes })
            }
        })
    }

    fn stop(&self) -> Vec<(Uuid, Vec<u8>)> {
        [&[ACC, 1, 0][..], &[GYRO, 1, 0], &[ACC, 2, 0, 1], &[GYRO, 2, 0, 1]]
            .map(|w| (COMMAND, w.to_vec()))
            .to_vec()
    }
}

/// A message of one stream that waits for its partner.
#[derive(Clone, Debug)]
struct Waiting {
    at: Arrival,
    counts: Vec<[f64; 3]>,
}

/// Reads messages.
#[derive(Debug)]
pub(super) struct MetaMotion {
    acc_chip: Option<Chip>,
    gyro_chip: Option<Chip>,
    acc: VecDeque<Waiting>,
    gyro: VecDeque<Waiting>,
    clock: CountClock,
    /// Usual time from an acceleration's arrival to its partner's, µs.
    spacing_us: Option<f64>,
    jumped: u32,
}

impl MetaMotion {
    pub(super) fn new(rate_hz: f64) -> Self {
        Self {
            acc_chip: None,
            gyro_chip: None,
            acc: VecDeque::new(),
            gyro: VecDeque::new(),
            clock: CountClock::new(Params::at(rate(rate_hz).0.into())),
            spacing_us: None,
            jumped: 0,
        }
    }

    fn message(&mut self, at: Arrival, bytes: &[u8], say: &mut dyn FnMut(Said)) -> Result<(), Odd> {
        let mut b = Bytes::new(bytes);
        let (module, register) = (b.u8("module")?, b.u8("register")?);
        match (module, register) {
            (SETTINGS, BATTERY) => say(super::battery::level(&[b.u8("battery level")?])),
            (ACC, READ) => self.acc_chip = chip(ACC, bytes).ok(),
            (GYRO, READ) => self.gyro_chip = chip(GYRO, bytes).ok(),
            (ACC | GYRO, _) => {
                let (Some(acc), Some(gyro)) = (self.acc_chip, self.gyro_chip) else {
                    return Err(Odd { offset: 0, what: OddKind::NoScale });
                };
                let chips = Chips { acc, gyro };
                let wanted = if module == ACC { chips.acc_register() } else { chips.gyro_register() };
                if register != wanted {
                    return Err(Odd { offset: 1, what: OddKind::Field("register", register.into()) });
                }
                let mut counts = Vec::with_capacity(3);
                while b.left() > 0 {
                    counts.push(b.xyz("sample")?);
                }
                if counts.is_empty() {
                    return Err(Odd { offset: 2, what: OddKind::Short("sample") });
                }
                let queue = if module == ACC { &mut self.acc } else { &mut self.gyro };
                queue.push_back(Waiting { at, counts });
                self.pair(say);
            }
            _ => return Err(Odd { offset: 0, what: OddKind::Field("module", module.into()) }),
        }
        Ok(())
    }

    fn pair(&mut self, say: &mut dyn FnMut(Said)) {
        // Two of a kind alone: the partner of the first is lost.
        for queue in [&mut self.acc, &mut self.gyro] {
            while queue.len() >= WAITING {
                if let Some(alone) = queue.pop_front() {
                    lose(&mut self.clock, &alone, say);
                }
            }
        }
        let (Some(acc), Some(gyro)) = (self.acc.front(), self.gyro.front()) else { return };
        let n = acc.counts.len().min(gyro.counts.len());
        let packet_us = n as f64 * self.clock.interval_us();
        let spacing_us = gyro.at.since(acc.at) as f64;
        let usual_us = *self.spacing_us.get_or_insert(spacing_us);
        let off_us = spacing_us - usual_us;
        if off_us.abs() > 0.6 * packet_us {
            self.jumped += 1;
            if self.jumped >= JUMPED {
                // The earlier one of the pair belongs to one that never came.
                self.jumped = 0;
                let queue = if off_us > 0.0 { &mut self.acc } else { &mut self.gyro };
                if let Some(alone) = queue.pop_front() {
                    lose(&mut self.clock, &alone, say);
                }
                return;
            }
        } else {
            self.jumped = 0;
            self.spacing_us = Some(usual_us + 0.05 * off_us);
        }
        let (Some(acc), Some(gyro)) = (self.acc.pop_front(), self.gyro.pop_front()) else { return };
        let burst = self.clock.burst(acc.at.max(gyro.at), n as u64, say);
        for (i, (a, g)) in (0..).zip(acc.counts.iter().zip(&gyro.counts)) {
            let reading = imu(a.map(|v| v / COUNTS_PER_G), g.map(|v| v / COUNTS_PER_DPS));
            say(Said::Sample(Timed { time: burst.time(i), imu: reading }));
        }
    }
}

/// Samples whose other half is lost: their time passes all the same.
fn lose(clock: &mut CountClock, alone: &Waiting, say: &mut dyn FnMut(Said)) {
    let samples = alone.counts.len() as u64;
    clock.skip(samples);
    say(Said::Lost { samples, counted: true });
}

impl Decoder for MetaMotion {
    fn take(&mut self, at: Arrival, from: Uuid, bytes: &[u8], say: &mut dyn FnMut(Said)) {
        match from {
            DATA => {
                if let Err(odd) = self.message(at, bytes, say) {
                    say(Said::Odd(odd));
                }
            }
            battery::LEVEL => say(battery::level(bytes)),
            _ => say(Odd::at(0, OddKind::Stranger(from))),
        }
    }

    fn relinked(&mut self, _at: Arrival) {
        self.acc.clear();
        self.gyro.clear();
        self.spacing_us = None;
        self.jumped = 0;
        self.clock.relinked();
    }

    fn time_error(&self) -> TimeError {
        TimeError::Fitted(self.clock.error_s())
    }
}

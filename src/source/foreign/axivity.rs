//! Axivity AX6: the sensor's own `.cwa`, a header of 1024 bytes and blocks of 512.
//!
//! A block holds up to 40 samples of three rates and three accelerations (16 bits), a time with a
//! fraction of a second, the sample for which that time holds, and a checksum (its words sum to zero).
//! Times run evenly from a block to the next; a block whose checksum is wrong is left out and leaves a
//! hole. AX3, and AX6 with the gyroscope off, have no angular rate and are refused.
//! Format: Open Movement, `cwa.h`.

use std::collections::VecDeque;
use std::io::{BufReader, Read};

use super::super::error::{Place, Problem, ReadError};
use super::super::preamble::io_problem;
use super::super::warning::Trouble;
use super::dates::days;
use super::spread::{Packet, Spread};
use super::text::Bytes;
use super::{Decision, Fault, Format, Head, Opened, Opening, Rows, Step};
use crate::capture::CaptureMeta;
use crate::imu::{GRAVITY_MPS2, Imu, Sample};
use crate::time::SensorTime;

pub(super) const FORMAT: Format = Format { word: "axivity", name: "Axivity AX6 .cwa", looks, open };

const HEADER: usize = 1024;
const BLOCK: usize = 512;
/// Samples that a block can hold.
const SAMPLES: usize = 40;
const HELP: &str = "the file may have been cut short: copy it from the sensor again";

fn looks(head: &Head<'_>) -> bool {
    // "MD", and the length of what follows: 1020.
    head.bytes.starts_with(&[b'M', b'D', 0xfc, 0x03])
}

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn signed(bytes: &[u8], at: usize) -> i16 {
    i16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Samples a second of a rate code; the code of a rate below 0.1 is none.
fn rate_hz(code: u8) -> f64 {
    3200.0 / f64::from(1_u32 << (15 - (code & 0x0f)))
}

/// Full scale of the gyroscope, deg/s, of a range code.
fn range_dps(code: u16) -> f64 {
    8000.0 / f64::from(1_u32 << code)
}

/// `YYYYYYMM MMDDDDDh hhhhmmmm mmssssss`, in seconds since 1970; `None` where there is no clock.
fn timestamp(packed: u32) -> Option<f64> {
    let field = |shift: u32, bits: u32| i64::from((packed >> shift) & ((1 << bits) - 1));
    let (year, month, day) = (2000 + field(26, 6), field(22, 4), field(17, 5));
    let seconds = field(12, 5) * 3600 + field(6, 6) * 60 + field(0, 6);
    Some((days(year, month, day)? * 86_400 + seconds) as f64)
}

/// Reads until `buf` is full or the input ends.
fn fill(input: &mut impl Read, buf: &mut [u8]) -> std::io::Result<usize> {
    let mut n = 0;
    while n < buf.len() {
        match input.read(&mut buf[n..]) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(n)
}

fn open(from: Opening<'_>) -> Result<Opened, ReadError> {
    let mut input = BufReader::new(from.bytes);
    let refuse = |problem| ReadError::new(from.name, problem);
    let mut header = [0; HEADER];
    let n = fill(&mut input, &mut header).map_err(|e| refuse(io_problem(e)))?;
    if n < HEADER {
        let expected = format!("a header of {HEADER} bytes");
        return Err(
            refuse(Problem::Expected { expected, found: format!("{n}"), help: HELP }).at_byte(n as u64)
        );
    }
    let gyro_code = match header[35] {
        0xff => 0,
        code => u16::from(code & 0x0f),
    };
    if gyro_code == 0 {
        let what = if header[4] == 0x64 { "the gyroscope was off" } else { "this is an AX3" };
        return Err(refuse(Problem::NoRate { reason: what.to_owned() }).at_byte(35));
    }
    let (hz, dps) = (rate_hz(header[36]), range_dps(gyro_code));
    let decided = vec![
        Decision::new("format", format!("{}, session {}", FORMAT.name, long(&header, 7))),
        Decision::new("acceleration", "counts by the scale in each block: m/s²"),
        Decision::new("angular rate", format!("counts of ±{dps} deg/s full scale: deg/s")),
        Decision::new("gravity", "included"),
        Decision::new("time", format!("the sensor's clock, {hz} samples a second spread over its blocks")),
    ];
    let blocks = Blocks {
        input,
        name: from.name.to_owned(),
        at: HEADER as u64,
        gyro_code,
        spread: Spread::new(Some(1.0 / hz)),
        ready: VecDeque::new(),
        faults: VecDeque::new(),
        ended: false,
    };
    Ok(Opened { rows: Box::new(blocks), meta: CaptureMeta::default(), thigh: false, decided })
}

struct Blocks {
    input: BufReader<Bytes>,
    name: String,
    /// Where the next block starts.
    at: u64,
    gyro_code: u16,
    spread: Spread<Imu>,
    ready: VecDeque<Sample>,
    faults: VecDeque<Fault>,
    ended: bool,
}

impl Blocks {
    fn refuse(&self, at: u64, expected: &str, found: String, help: &'static str) -> ReadError {
        ReadError::new(&self.name, Problem::Expected { expected: expected.to_owned(), found, help })
            .at_byte(at)
    }

    /// The next block that has samples.
    fn block(&mut self) -> Result<Option<Packet<Imu>>, ReadError> {
        loop {
            let start = self.at;
            let mut block = [0; BLOCK];
            let n = fill(&mut self.input, &mut block)
                .map_err(|e| ReadError::new(&self.name, io_problem(e)).at_byte(start))?;
            self.at += n as u64;
            if n == 0 {
                return Ok(None);
            }
            if n < BLOCK {
                let expected = format!("a block of {BLOCK} bytes");
                return Err(self.refuse(start, &expected, format!("{n}"), HELP));
            }
            // Blocks that were never written are all ones.
            if block.iter().all(|b| *b == 0xff) {
                continue;
            }
            if !block.starts_with(b"AX") {
                let found = format!("the bytes {:02x} {:02x}", block[0], block[1]);
                return Err(self.refuse(start, "a block that begins with `AX`", found, ""));
            }
            let sum = block.chunks_exact(2).fold(0_u16, |s, w| s.wrapping_add(word(w, 0)));
            let fault = |trouble| Fault {
                place: Place { name: self.name.clone(), line: None, byte: Some(start), column: None },
                trouble,
            };
            if sum != 0 {
                let fault = fault(Trouble::BlockBroken);
                self.faults.push_back(fault);
                continue;
            }
            if block[25] != 0x62 {
                let found = format!("packing {:#04x}", block[25]);
                return Err(self.refuse(start + 25, "six axes of 16 bits (0x62)", found, ""));
            }
            let count = usize::from(word(&block, 28));
            if count > SAMPLES {
                return Err(self.refuse(start + 28, "at most 40 samples", format!("{count}"), ""));
            }
            let Some(time_s) = self.time_of(&block) else {
                return Err(self.refuse(start + 14, "a date and time", "none".into(), ""));
            };
            if count == 0 {
                continue;
            }
            let scales = word(&block, 18);
            let gyro_code = match (scales >> 10) & 7 {
                0 => self.gyro_code,
                code => code,
            };
            let per_count_mps2 = GRAVITY_MPS2 / f64::from(1_u32 << (8 + (scales >> 13)));
            let per_count_dps = range_dps(gyro_code) / 32_768.0;
            let samples = (0..count)
                .map(|i| {
                    let value = |k: usize| f64::from(signed(&block, 30 + i * 12 + k * 2));
                    Imu {
                        gyr_dps: [0, 1, 2].map(|k| value(k) * per_count_dps),
                        acc_mps2: [3, 4, 5].map(|k| value(k) * per_count_mps2),
                    }
                })
                .collect();
            return Ok(Some(Packet { time_s, samples }));
        }
    }

    /// Time of a block's first sample, s.
    #[expect(clippy::unused_self, reason = "a part of reading a block")]
    fn time_of(&self, block: &[u8]) -> Option<f64> {
        let hz = rate_hz(block[24]);
        let fractional = word(block, 4);
        let mut offset = f64::from(signed(block, 26));
        let mut fraction_s = 0.0;
        if fractional & 0x8000 != 0 {
            // The offset was moved by the whole samples in the fraction, for readers that know no fraction.
            let part = u32::from(fractional & 0x7fff) << 1;
            fraction_s = f64::from(part) / 65_536.0;
            offset += libm::floor(f64::from(part) * libm::floor(hz) / 65_536.0);
        }
        Some(timestamp(long(block, 14))? + fraction_s - offset / hz)
    }
}

impl Rows for Blocks {
    fn step(&mut self) -> Result<Step, ReadError> {
        loop {
            if let Some(fault) = self.faults.pop_front() {
                return Ok(Step::LeftOut(fault));
            }
            if let Some(sample) = self.ready.pop_front() {
                return Ok(Step::Sample(sample));
            }
            if self.ended {
                return Ok(Step::End);
            }
            let block = self.block()?;
            self.ended = block.is_none();
            if let Some((packet, step)) = self.spread.push(block) {
                for (i, imu) in packet.samples.into_iter().enumerate() {
                    if let Some(time) = SensorTime::from_seconds(packet.time_s + i as f64 * step) {
                        self.ready.push_back(Sample { time, shank: imu, thigh: None });
                    }
                }
            }
        }
    }

    fn bytes(&self) -> u64 {
        self.at
    }
}

//! Values as each kind of sensor sends them, and a decoder to take them.
#![allow(dead_code, reason = "each bench uses its own part")]

use std::hint::black_box;

use retrogait::decode::table::Kind;
use retrogait::decode::{Arrival, Said, dot, metamotion, movesense, open, polar, witmotion};
use retrogait::imu::{GRAVITY_MPS2, Imu};
use uuid::Uuid;

/// Samples a second of each.
const RATE_HZ: u64 = 100;

/// A while of one sensor.
pub struct Stream {
    kind: Kind,
    values: Vec<(Arrival, Uuid, Vec<u8>)>,
}

impl Stream {
    /// `n` samples of a sensor of this kind, a multiple of 240, which arrive when they should.
    pub fn of(kind: Kind, n: u64) -> Self {
        let imu = Imu { acc_mps2: [0.3, GRAVITY_MPS2, -0.2], gyr_dps: [4.0, -3.0, 120.0] };
        let counts = [30, 2048, -20, 65, -49, 1966];
        let mut values = Vec::new();
        let at = |k: u64| Arrival::from_micros(i64::try_from(k * 1_000_000 / RATE_HZ).unwrap_or(0) + 20_000);
        let number = |k: u64| u16::try_from(k % 65_536).unwrap_or(0);
        let us = |k: u64| u32::try_from(k * 1_000_000 / RATE_HZ).unwrap_or(0);
        let mut put = |k: u64, from: Uuid, bytes: Vec<u8>| values.push((at(k), from, bytes));
        let ns = |k: u64| (k + 9) * 10_000_000 + 800_000_000_000_000_000;
        match kind {
            Kind::Open => {
                put(0, open::INFO, open::Info::usual(100).emit().to_vec());
                for k in (0..n).step_by(10) {
                    put(k + 9, open::DATA, open::emit(number(k), us(k), &[counts; 10]));
                }
            }
            Kind::WitMotion => {
                for k in 0..n {
                    put(k, witmotion::DATA, witmotion::emit(counts).to_vec());
                }
            }
            Kind::Movesense => {
                for k in (0..n).step_by(8) {
                    let parts = movesense::emit(us(k) / 1000, &[imu; 8], 158);
                    for part in parts {
                        put(k + 7, movesense::DATA, part);
                    }
                }
            }
            Kind::Dot => {
                for k in 0..n {
                    put(k, dot::DATA, dot::emit(us(k), &imu));
                }
            }
            Kind::MetaMotion => {
                // Both chips are the newest.
                put(0, metamotion::DATA, vec![3, 0x80, 4, 3]);
                put(0, metamotion::DATA, vec![0x13, 0x80, 1, 1]);
                for k in (0..n).step_by(3) {
                    put(k + 2, metamotion::DATA, metamotion::emit(false, true, &[[30, 2048, -20]; 3]));
                    put(k + 2, metamotion::DATA, metamotion::emit(true, true, &[[65, -49, 1966]; 3]));
                }
            }
            Kind::Polar => {
                put(0, polar::CONTROL, polar::emit_started(polar::ACC, 0.25));
                put(0, polar::CONTROL, polar::emit_started(polar::GYRO, 0.0625));
                for k in (0..n).step_by(10) {
                    put(k + 9, polar::DATA, polar::emit(polar::ACC, 1, ns(k), &[[120, 4000, -80]; 10]));
                    put(k + 9, polar::DATA, polar::emit(polar::GYRO, 0, ns(k), &[[65, -49, 1966]; 10]));
                }
            }
            Kind::Treadmill | Kind::HeartRate => unreachable!("no inertial sensor"),
        }
        Self { kind, values }
    }

    /// Decodes them all; how many samples they held.
    #[inline(never)]
    pub fn decode(&self) -> usize {
        let mut decoder = self.kind.decoder(100.0);
        let mut samples = 0;
        for (at, from, bytes) in &self.values {
            decoder.take(*at, *from, bytes, &mut |said| {
                if let Said::Sample(timed) = &said {
                    black_box(timed);
                    samples += 1;
                }
            });
        }
        samples
    }
}

//! Whether angular rates are in deg/s or in rad/s, told by gravity.
//!
//! A sensor that turns sees gravity turn the other way. Between two moments at which the
//! acceleration has gravity's size, the rate is integrated twice, once as deg/s and once as
//! rad/s, and each result is compared with where gravity is found. One pair of moments says
//! little (walking accelerates the leg as well); several together do.
//!
//! The reading as rad/s is believed only while no rate exceeds what a gyroscope could show in
//! rad/s, and only when it explains the tilts about as well as no turning at all would under
//! deg/s, though it turns the sensor a lot: rates in deg/s, taken for rad/s, throw it about
//! at random. On 372 labelled captures no true deg/s is taken for rad/s, and of those with walking
//! in them every one is found when its rates are divided into rad/s.

use crate::imu::{GRAVITY_MPS2, Sample};
use crate::time::{SensorTime, Span};

/// Largest rate that a gyroscope shows in rad/s: 2000 deg/s.
const LARGEST_RAD_PER_SEC: f64 = 34.907;
/// Largest rate that any gyroscope shows in deg/s, with some room.
const LARGEST_DPS: f64 = 4500.0;
/// Samples beyond it that make it no accident.
const BEYOND: u32 = 50;
/// How near to gravity's size the acceleration must be, m/s².
const NEAR_GRAVITY: f64 = 0.6;
/// Time between the two moments, s.
const APART_S: (f64, f64) = (0.1, 1.0);
/// A tilt worth comparing, deg.
const TILT_DEG: f64 = 8.0;
/// Pairs of moments to be sure.
const PAIRS: u32 = 6;
/// How much worse than "it did not turn" the reading as rad/s may explain the tilts.
const WORSE: f64 = 1.3;
/// How far the reading as rad/s must turn the sensor in each pair, deg.
const TURNS_DEG: f64 = 10.0;
/// A hole in the data that ends a pair, s.
const HOLE_S: f64 = 0.25;

/// What the rates look like, taken for deg/s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// They are in rad/s.
    Radians { peak: f64, tilt_deg: f64 },
    /// They are beyond any sensor.
    Counts { peak: f64 },
}

/// Compares rates with gravity, sample by sample, in constant memory.
#[derive(Debug, Default)]
pub(super) struct Rotation {
    peak: f64,
    beyond: u32,
    before: Option<SensorTime>,
    open: Option<Pair>,
    pairs: u32,
    tilt: f64,
    off_as_dps: f64,
    off_as_rad: f64,
    turned_as_rad: f64,
}

#[derive(Debug)]
struct Pair {
    since: SensorTime,
    start: [f64; 3],
    as_dps: [f64; 3],
    as_rad: [f64; 3],
}

impl Rotation {
    /// Whether some rate is too large to be in rad/s.
    pub(super) fn is_degrees(&self) -> bool {
        self.peak > LARGEST_RAD_PER_SEC
    }

    /// Takes a sample; says so once the rates are surely not deg/s.
    pub(super) fn push(&mut self, sample: &Sample) -> Option<Verdict> {
        let rate = sample.shank.gyr_dps;
        let largest = rate.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        self.peak = self.peak.max(largest);
        if largest > LARGEST_DPS {
            self.beyond += 1;
            if self.beyond == BEYOND {
                return Some(Verdict::Counts { peak: self.peak });
            }
        }
        if self.is_degrees() {
            return None;
        }
        self.turn(rate, sample.time);
        self.compare(sample.shank.acc_mps2, sample.time)
    }

    fn turn(&mut self, rate: [f64; 3], time: SensorTime) {
        let step = self.before.map_or(0.0, |b| time.since(b).seconds());
        self.before = Some(time);
        if step > HOLE_S {
            self.open = None;
        }
        if let Some(pair) = &mut self.open {
            pair.as_dps = seen_turning(pair.as_dps, rate.map(f64::to_radians), step);
            pair.as_rad = seen_turning(pair.as_rad, rate, step);
        }
    }

    fn compare(&mut self, acc: [f64; 3], time: SensorTime) -> Option<Verdict> {
        let size = dot(acc, acc).sqrt();
        if (size - GRAVITY_MPS2).abs() > NEAR_GRAVITY {
            return None;
        }
        let up = acc.map(|a| a / size);
        let mut verdict = None;
        if let Some(pair) = &self.open {
            let age = time.since(pair.since);
            if age < Span::from_seconds(APART_S.0) {
                return None;
            }
            let tilt = angle_deg(pair.start, up);
            if age < Span::from_seconds(APART_S.1) && tilt > TILT_DEG {
                self.pairs += 1;
                self.tilt += tilt;
                self.off_as_dps += angle_deg(pair.as_dps, up);
                self.off_as_rad += angle_deg(pair.as_rad, up);
                self.turned_as_rad += angle_deg(pair.start, pair.as_rad);
                verdict = self.sure();
            }
        }
        self.open = Some(Pair { since: time, start: up, as_dps: up, as_rad: up });
        verdict
    }

    fn sure(&self) -> Option<Verdict> {
        let n = f64::from(self.pairs);
        (self.pairs >= PAIRS
            && self.off_as_rad < WORSE * self.off_as_dps
            && self.turned_as_rad > TURNS_DEG * n)
            .then_some(Verdict::Radians { peak: self.peak, tilt_deg: self.tilt / n })
    }
}

/// A direction fixed in the world, as a sensor turning at `rate` (rad/s) sees it `step` s later.
fn seen_turning(v: [f64; 3], rate: [f64; 3], step: f64) -> [f64; 3] {
    let speed = dot(rate, rate).sqrt();
    let angle = speed * step;
    if angle == 0.0 {
        return v;
    }
    let axis = rate.map(|r| -r / speed);
    let (sin, cos) = libm::sincos(angle);
    let along = dot(axis, v) * (1.0 - cos);
    let across =
        [axis[1] * v[2] - axis[2] * v[1], axis[2] * v[0] - axis[0] * v[2], axis[0] * v[1] - axis[1] * v[0]];
    [0, 1, 2].map(|i| v[i] * cos + across[i] * sin + axis[i] * along)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn angle_deg(a: [f64; 3], b: [f64; 3]) -> f64 {
    libm::acos(dot(a, b).clamp(-1.0, 1.0)).to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imu::Imu;

    /// A leg that swings like a pendulum by ±`swing_deg` at 1 Hz for 20 s, seen by a sensor whose
    /// rates are `deg/s / divisor`.
    fn swing(swing_deg: f64, divisor: f64) -> Option<Verdict> {
        let mut rotation = Rotation::default();
        (0..2000).find_map(|i| {
            let t = f64::from(i) * 0.01;
            let phase = 2.0 * std::f64::consts::PI * t;
            let theta = swing_deg.to_radians() * phase.sin();
            let omega = swing_deg * 2.0 * std::f64::consts::PI * phase.cos();
            rotation.push(&Sample {
                time: SensorTime::from_seconds(t).unwrap(),
                shank: Imu {
                    acc_mps2: [9.81 * theta.sin(), 9.81 * theta.cos(), 0.0],
                    gyr_dps: [0.0, 0.0, omega / divisor],
                },
                thigh: None,
            })
        })
    }

    #[test]
    fn a_swinging_leg_in_radians_is_noticed() {
        let found = swing(25.0, 57.29578);
        assert!(matches!(found, Some(Verdict::Radians { .. })), "{found:?}");
    }

    #[test]
    fn a_swinging_leg_in_degrees_is_left_alone_however_slow() {
        for swing_deg in [2.0, 5.0, 10.0, 25.0, 40.0] {
            assert_eq!(swing(swing_deg, 1.0), None, "{swing_deg}");
        }
    }

    #[test]
    fn standing_still_says_nothing_in_either_unit() {
        assert_eq!(swing(0.2, 1.0), None);
        assert_eq!(swing(0.2, 57.29578), None);
    }

    #[test]
    fn raw_counts_are_beyond_any_sensor() {
        let found = swing(40.0, 1.0 / 60.0);
        assert!(matches!(found, Some(Verdict::Counts { .. })), "{found:?}");
    }
}

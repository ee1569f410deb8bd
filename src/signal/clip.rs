//! Readings at the end of a sensor's range.

use crate::imu::Imu;

/// Full scales that are sold, deg/s. (The 256 of one and the 245 of other parts lie within
/// [`NEAR`] of 250.)
const RATES_DPS: [f64; 5] = [125.0, 250.0, 500.0, 1000.0, 2000.0];
/// Full scales that are sold, m/s²: 2, 4, 8, 16 and 32 g.
const FORCES_MPS2: [f64; 5] = [19.613, 39.227, 78.453, 156.906, 313.813];
/// How near to a full scale a reading is at its end.
const NEAR: f64 = 0.03;

/// Watches for readings that repeat exactly at the end of a range: a moving sensor hardly ever repeats
/// itself, a clipped one does. A scale that any axis has read beyond is not the end of the range.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clip {
    acc: Kind,
    gyr: Kind,
}

impl Clip {
    /// Whether `imu` is clipped in an axis that was so in the sample before.
    pub fn step(&mut self, imu: &Imu) -> bool {
        self.acc.step(imu.acc_mps2, &FORCES_MPS2) | self.gyr.step(imu.gyr_dps, &RATES_DPS)
    }
}

/// The axes of one kind of sensor.
#[derive(Clone, Copy, Debug, Default)]
struct Kind {
    last: [f64; 3],
    /// Largest reading so far, as a magnitude.
    largest: f64,
}

impl Kind {
    fn step(&mut self, now: [f64; 3], scales: &[f64]) -> bool {
        let last = std::mem::replace(&mut self.last, now);
        for size in now.map(f64::abs) {
            if size > self.largest {
                self.largest = size;
            }
        }
        let at_end = |x: f64| scales.iter().any(|s| (x / s - 1.0).abs() < NEAR);
        (0..3).any(|k| {
            let size = now[k].abs();
            now[k] == last[k] && self.largest < size * (1.0 + NEAR) && at_end(size)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_repeats_at_the_end_of_a_range_is_clipped() {
        let mut clip = Clip::default();
        let at = |rate: f64| Imu { acc_mps2: [0.0, 9.81, 0.0], gyr_dps: [0.0, 0.0, rate] };
        let seen: Vec<bool> = [250.0, 250.0, 248.0, -256.0, -256.0, 120.0, 40.0, 40.0, 1999.9, 1999.9]
            .into_iter()
            .map(|r| clip.step(&at(r)))
            .collect();
        assert_eq!(seen, [false, true, false, false, true, false, false, false, false, true]);
    }

    #[test]
    fn a_scale_that_has_been_passed_is_no_end_of_a_range() {
        let mut clip = Clip::default();
        let mut at = |rate: f64| clip.step(&Imu { acc_mps2: [0.0, 9.81, 0.0], gyr_dps: [0.0, rate, 0.0] });
        assert!(!at(310.0));
        assert!(!at(250.0));
        assert!(!at(250.0), "a peak that happens to repeat");
        assert!(!at(-500.0));
        assert!(at(-500.0));
    }
}

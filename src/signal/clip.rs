//! Readings at the end of a sensor's range.

use crate::imu::Imu;

/// Full scales that are sold, deg/s. (The 256 of one and the 245 of other parts lie within
/// [`NEAR`] of 250.)
const RATES_DPS: [f64; 5] = [125.0, 250.0, 500.0, 1000.0, 2000.0];
/// Full scales that are sold, m/s²: 2, 4, 8, 16 and 32 g.
const FORCES_MPS2: [f64; 5] = [19.613, 39.227, 78.453, 156.906, 313.813];
/// How near to a full scale a reading is at its end.
const NEAR: f64 = 0.03;

/// Watches for readings that repeat exactly at the end of a range: a moving sensor never repeats
/// itself, a clipped one does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clip {
    last: [f64; 6],
}

impl Clip {
    /// Whether `imu` is clipped in an axis that was so in the sample before.
    pub fn step(&mut self, imu: &Imu) -> bool {
        let ([a, b, c], [d, e, f]) = (imu.acc_mps2, imu.gyr_dps);
        let now = [a, b, c, d, e, f];
        let last = std::mem::replace(&mut self.last, now);
        let repeated = |k: usize, scales: &[f64]| {
            now[k] == last[k] && scales.iter().any(|s| (now[k].abs() / s - 1.0).abs() < NEAR)
        };
        (0..3).any(|k| repeated(k, &FORCES_MPS2)) || (3..6).any(|k| repeated(k, &RATES_DPS))
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
}

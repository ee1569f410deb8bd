//! Whether the first seconds of acceleration have gravity in them, and in which unit.
//!
//! On a leg, standing or walking, the usual (median) size of the specific force is near that of
//! gravity, and so is its mean over a few seconds. Without gravity the size is near nothing when
//! standing, and when walking the mean is small beside the size, because the leg ends up where it
//! was. The limits below leave every labelled capture at hand (standing, walking both ways,
//! running, falling) well inside.

use super::units::AccUnit;
use crate::imu::GRAVITY_MPS2;

/// What the acceleration looks like, if it was taken for m/s².
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// Gravity is in it, and it is in m/s².
    Sound,
    /// Gravity is in it, and it is in another unit.
    Unit { unit: AccUnit, median: f64 },
    /// Gravity is not in it.
    Free { median: f64, mean: f64 },
    /// It is all zero.
    Dead,
    /// Nothing known looks like this.
    Odd { median: f64, mean: f64 },
}

/// Usual size over gravity's that a sensor on a leg may show.
const SIZE: std::ops::Range<f64> = 0.5..2.2;

/// Usual size and mean over gravity's that it must show in a unit that is to be advised. Narrower:
/// wrong advice would turn a refusal into wrong figures (a count may be 2048 a gravity).
const ADVISED_SIZE: std::ops::Range<f64> = 0.6..1.8;
const ADVISED_MEAN: std::ops::Range<f64> = 0.75..1.3;

/// Mean over usual size below which gravity cannot be in it.
const MEAN: f64 = 0.3;

/// Usual size, m/s², below which there is no gravity however steady it is.
const NOTHING: f64 = 0.3;

/// Acceleration of the first seconds of one sensor.
#[derive(Debug, Default)]
pub(super) struct Gravity {
    sizes: Vec<f64>,
    sum: [f64; 3],
}

impl Gravity {
    /// Takes one acceleration, in what is taken for m/s².
    pub(super) fn push(&mut self, acc: [f64; 3]) {
        self.sizes.push(norm(acc));
        for (s, a) in self.sum.iter_mut().zip(acc) {
            *s += a;
        }
    }

    /// What it was; `None` without a sample.
    pub(super) fn verdict(&mut self) -> Option<Verdict> {
        let middle = self.sizes.len() / 2;
        if self.sizes.is_empty() {
            return None;
        }
        let (_, median, _) = self.sizes.select_nth_unstable_by(middle, f64::total_cmp);
        let median = *median;
        let mean = norm(self.sum) / self.sizes.len() as f64;
        Some(judge(median, mean))
    }
}

fn judge(median: f64, mean: f64) -> Verdict {
    if median == 0.0 {
        return Verdict::Dead;
    }
    if median < NOTHING {
        return Verdict::Free { median, mean };
    }
    let in_gravities = |value: f64, unit: AccUnit| value * unit.mps2() / GRAVITY_MPS2;
    if mean < MEAN * median && median < SIZE.end * GRAVITY_MPS2 {
        return Verdict::Free { median, mean };
    }
    if SIZE.contains(&in_gravities(median, AccUnit::Mps2)) {
        return Verdict::Sound;
    }
    [AccUnit::G, AccUnit::Mg]
        .into_iter()
        .find(|unit| {
            ADVISED_SIZE.contains(&in_gravities(median, *unit))
                && ADVISED_MEAN.contains(&in_gravities(mean, *unit))
        })
        .map_or(Verdict::Odd { median, mean }, |unit| Verdict::Unit { unit, median })
}

fn norm(v: [f64; 3]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standing_is_told_in_each_unit() {
        assert_eq!(judge(9.7, 9.7), Verdict::Sound);
        assert_eq!(judge(1.02, 1.0), Verdict::Unit { unit: AccUnit::G, median: 1.02 });
        assert_eq!(judge(998.0, 997.0), Verdict::Unit { unit: AccUnit::Mg, median: 998.0 });
    }

    #[test]
    fn running_and_falling_still_have_gravity() {
        assert_eq!(judge(14.8, 8.9), Verdict::Sound);
        assert_eq!(judge(10.7, 6.0), Verdict::Sound);
    }

    #[test]
    fn without_gravity_neither_standing_nor_walking_passes() {
        for (median, mean) in [(0.05, 0.04), (0.9, 0.1), (3.5, 0.4), (7.0, 0.6)] {
            assert_eq!(judge(median, mean), Verdict::Free { median, mean }, "{median}");
        }
    }

    #[test]
    fn what_is_no_known_unit_is_odd_and_zero_is_dead() {
        // ft/s², counts of 2048 and of 16384 a gravity, and something without gravity that drifts.
        for (median, mean) in [(32.2, 32.0), (2050.0, 2040.0), (16384.0, 16380.0), (1.1, 0.5)] {
            assert_eq!(judge(median, mean), Verdict::Odd { median, mean });
        }
        assert_eq!(judge(0.0, 0.0), Verdict::Dead);
    }
}

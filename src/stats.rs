//! The spread of each figure, in constant memory.

use crate::record::Stride;
use crate::summary::{Figures, Spread};

/// Bins of a histogram.
const BINS: usize = 400;

/// Counts of one figure over its range; what lies outside counts at the ends. Percentiles are exact to
/// a 400th of the range.
#[derive(Clone, Debug)]
struct Histogram {
    low: f64,
    high: f64,
    bins: Box<[u32; BINS]>,
    n: u32,
}

impl Histogram {
    fn new(low: f64, high: f64) -> Self {
        Self { low, high, bins: Box::new([0; BINS]), n: 0 }
    }

    fn add(&mut self, value: Option<f64>) {
        let Some(value) = value.filter(|v| v.is_finite()) else { return };
        let share = (value - self.low) / (self.high - self.low);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let bin = (share * BINS as f64).clamp(0.0, BINS as f64 - 1.0) as usize;
        self.bins[bin] += 1;
        self.n += 1;
    }

    fn clear(&mut self) {
        self.bins.fill(0);
        self.n = 0;
    }

    /// The value below which `share` of the counts lie.
    fn percentile(&self, share: f64) -> Option<f64> {
        let wanted = share * f64::from(self.n);
        let mut below = 0.0;
        for (k, count) in self.bins.iter().enumerate() {
            let count = f64::from(*count);
            if count > 0.0 && below + count >= wanted {
                let within = ((wanted - below) / count).clamp(0.0, 1.0);
                return Some(self.low + (self.high - self.low) * (k as f64 + within) / BINS as f64);
            }
            below += count;
        }
        None
    }

    fn spread(&self) -> Spread {
        Spread {
            n: self.n,
            median: self.percentile(0.5),
            p05: self.percentile(0.05),
            p95: self.percentile(0.95),
        }
    }
}

/// All figures of the strides in one direction.
#[derive(Clone, Debug)]
pub struct Stats {
    stride_time: Histogram,
    cadence: Histogram,
    stance: Histogram,
    roll: Histogram,
    quality: Histogram,
    drop: Histogram,
    length: Histogram,
    speed: Histogram,
    lift: Histogram,
    regularity: Histogram,
    knee: Histogram,
    excursion: Histogram,
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            stride_time: Histogram::new(0.0, 4.0),
            cadence: Histogram::new(0.0, 300.0),
            stance: Histogram::new(0.0, 1.0),
            roll: Histogram::new(0.0, 1.0),
            quality: Histogram::new(0.0, 1.0),
            drop: Histogram::new(-0.05, 0.25),
            length: Histogram::new(0.0, 3.0),
            speed: Histogram::new(0.0, 3.0),
            lift: Histogram::new(0.0, 0.4),
            regularity: Histogram::new(-1.0, 1.0),
            knee: Histogram::new(-20.0, 80.0),
            excursion: Histogram::new(-40.0, 80.0),
        }
    }
}

impl Stats {
    /// Counts one valid stride.
    pub fn add(&mut self, s: &Stride) {
        self.stride_time.add(s.stride_time_s);
        self.cadence.add(s.cadence_steps_per_min);
        self.stance.add(s.stance_fraction);
        self.roll.add(s.roll_time_s);
        self.quality.add(s.roll_quality);
        self.drop.add(s.ankle_drop_m);
        self.length.add(s.stride_length_m);
        self.speed.add(s.speed_mps);
        self.lift.add(s.swing_lift_m);
        self.regularity.add(s.regularity);
        self.knee.add(s.knee_min_flexion_deg);
        self.excursion.add(s.knee_excursion_deg);
    }

    /// The knees counted so far were none.
    pub fn forget_knees(&mut self) {
        self.knee.clear();
        self.excursion.clear();
    }

    /// Their spread.
    pub fn figures(&self) -> Figures {
        Figures {
            stride_time_s: self.stride_time.spread(),
            cadence_steps_per_min: self.cadence.spread(),
            stance_fraction: self.stance.spread(),
            roll_time_s: self.roll.spread(),
            roll_quality: self.quality.spread(),
            ankle_drop_m: self.drop.spread(),
            stride_length_m: self.length.spread(),
            speed_mps: self.speed.spread(),
            swing_lift_m: self.lift.spread(),
            regularity: self.regularity.spread(),
            knee_min_flexion_deg: self.knee.spread(),
            knee_excursion_deg: self.excursion.spread(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_exact_to_a_bin() {
        let mut h = Histogram::new(0.0, 4.0);
        for k in 0..1000 {
            h.add(Some(1.0 + f64::from(k) * 1e-3));
        }
        let s = h.spread();
        assert_eq!(s.n, 1000);
        for (got, want) in [(s.median, 1.5), (s.p05, 1.05), (s.p95, 1.95)] {
            assert!((got.unwrap() - want).abs() < 0.011, "{got:?} {want}");
        }
    }

    #[test]
    fn nothing_has_no_median() {
        let mut h = Histogram::new(0.0, 1.0);
        h.add(None);
        h.add(Some(f64::NAN));
        assert_eq!(h.spread(), Spread::default());
    }
}

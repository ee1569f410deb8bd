//! How far the sensor lies ahead of the line from knee to ankle.
//!
//! On the shin's front it is 4 to 5 cm, on its side nothing, and captures do not say. While the foot is
//! planted the ankle does not move, so that what the sensor feels there is its own turning about it:
//! with every planted foot the lever is known better.

use crate::events::detector::Frames;
use crate::events::timing::number_at;
use crate::sagittal::RAD;

use super::assemble::Cycle;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Where it lies as long as nothing is known, m. Default 0.02: between the front and the side.
    pub usual_m: f64,
    /// How sure that is: squares of angular acceleration about their mean, (rad/s²)², that outweigh it.
    /// Default 600: it is good to 0.02 m, and a planted ankle seems to shake by 0.5 m/s².
    pub weight: f64,
    /// Share of the past that a stride leaves.
    pub memory: f64,
    /// Part of a stride in which the foot is planted, as shares of it.
    pub planted: [f64; 2],
    /// Least and most, m.
    pub limits_m: [f64; 2],
}

impl Default for Params {
    fn default() -> Self {
        Self { usual_m: 0.02, weight: 600.0, memory: 0.9, planted: [0.22, 0.48], limits_m: [-0.03, 0.08] }
    }
}

/// The lever, as far as it is known.
#[derive(Clone, Debug)]
pub struct Lever {
    params: Params,
    squares: f64,
    product: f64,
}

impl Lever {
    /// Nothing known.
    pub fn new(params: Params) -> Self {
        Self { params, squares: 0.0, product: 0.0 }
    }

    /// How far ahead the sensor lies, m.
    pub fn ahead_m(&self) -> f64 {
        let p = &self.params;
        let [least, most] = p.limits_m;
        ((self.product + p.weight * p.usual_m) / (self.squares + p.weight)).clamp(least, most)
    }

    /// Learns from a whole stride.
    pub fn learn(&mut self, frames: &Frames, cycle: &Cycle) {
        let p = &self.params;
        let [from, to] = p.planted.map(|share| cycle.start + share * (cycle.end - cycle.start));
        self.squares *= p.memory;
        self.product *= p.memory;
        // About the mean of each: a sensor's offset is there all the time, turning or not.
        let (mut n, mut sum, mut squares, mut product) = (0.0, [0.0; 2], 0.0, 0.0);
        for (_, f) in frames.range(number_at(frames, from), number_at(frames, to)) {
            let m = &f.motion;
            let [sin, cos] = m.tilt;
            let rate = m.omega_dps * RAD;
            let turning = m.alpha_dps2 * RAD * cos - rate * rate * sin;
            n += 1.0;
            sum[0] += turning;
            sum[1] += m.ankle_up_mps2;
            squares += turning * turning;
            product += turning * m.ankle_up_mps2;
        }
        if n > 0.0 {
            self.squares += squares - sum[0] * sum[0] / n;
            self.product += product - sum[0] * sum[1] / n;
        }
    }
}

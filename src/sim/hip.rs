//! How high the pelvis is carried in walking by the foot-path gait: a smooth wave with a crest over
//! each bearing leg, as high as that leg's knee is to straighten, and a trough in each double
//! support.
//!
//! The hip's path must be the smooth thing and the knee the consequence. A straight leg is a lever
//! of millimetres: 5 degrees of flexion shorten it by less than a millimetre, 20 degrees by 13. A
//! hip hung on a prescribed knee angle therefore jerks wherever the weight passes from one leg to
//! the other, and with it the swinging shank, which hangs on the hip.

use super::math::{Jet, Quintic};

/// Where the wave is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nowhere: not walking.
    Level,
    /// Down to a double support.
    ToTrough,
    /// Up to where the bearing knee is straight.
    ToCrest,
    /// Over the bearing foot, the knee kept straight.
    OverCrest,
}

/// The wave up to its next bend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HipWave {
    piece: Quintic,
    /// When the next bend comes, s.
    pub end_s: f64,
    /// What the piece is.
    pub stage: Stage,
    end: Jet,
}

impl HipWave {
    /// At rest at this height.
    pub(crate) fn level(height_m: f64) -> Self {
        Self {
            piece: Quintic::constant(height_m),
            end_s: f64::INFINITY,
            stage: Stage::Level,
            end: Jet::at_rest(height_m),
        }
    }

    /// Goes on from the end of the present piece (from `t` when level) to `to` at `at_s`.
    pub(crate) fn bend_to(&mut self, t: f64, at_s: f64, to: Jet, stage: Stage) {
        let start_s = if self.end_s.is_finite() { self.end_s } else { t };
        let at_s = at_s.max(start_s + 0.03);
        *self = Self { piece: Quintic::new(start_s, self.end, at_s, to), end_s: at_s, stage, end: to };
    }

    /// Where the present piece ends.
    pub(crate) fn end(&self) -> Jet {
        self.end
    }

    /// Height at `t`, m.
    pub(crate) fn at(&self, t: f64) -> f64 {
        self.piece.at(t)
    }
}

/// Curvature of a sine wave that falls by `drop_m` in `takes_s`, at its turning point, m/s².
pub(crate) fn sine_curvature(drop_m: f64, takes_s: f64) -> f64 {
    let per_s = core::f64::consts::PI / takes_s.max(0.05);
    0.5 * drop_m * per_s * per_s
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wave_is_nearly_a_sine_and_has_no_corner() {
        let mut wave = HipWave::level(0.85);
        let mut heights = Vec::new();
        let mut bends = 0;
        for i in 0..3000 {
            let t = f64::from(i) * 1e-3;
            if t >= wave.end_s || wave.stage == Stage::Level {
                bends += 1;
                let sign = if bends % 2 == 0 { 1.0 } else { -1.0 };
                let to = Jet { p: 0.85 + 0.02 * sign, v: 0.0, a: -sign * sine_curvature(0.04, 0.3) };
                wave.bend_to(t, 0.3 * f64::from(bends), to, Stage::ToCrest);
            }
            heights.push(wave.at(t));
        }
        let steepest =
            heights.windows(3).map(|w| ((w[2] - 2.0 * w[1] + w[0]) / 1e-6).abs()).fold(0.0, f64::max);
        // 2 cm of amplitude at 0.6 s: 2.2 m/s².
        assert!(steepest < 3.5, "{steepest}");
    }
}

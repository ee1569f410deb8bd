//! G1: joint angles as Fourier series over the gait cycle, for forward walking and, played
//! backward, as a second source of backward walking that shares no assumption with the foot-path
//! generator.
//!
//! The series are fitted to one adult's overground walk at ordinary speed (`OpenSim`'s
//! `Gait2392` example motion); phase 0 is heel strike, phase 0.62 toe-off. Backward walking is, to
//! first order, the same cycle played backward (Grasso, Bianchi and Lacquaniti 1998): its phase 0 is
//! the toe-off of the series and its phase 0.62 the heel strike.
//!
//! Joint angles alone do not hold the floor: two legs that each follow their series would tear the
//! pelvis apart in double support, and a sole would float and slide by centimetres. So the chain is
//! anchored on the stance foot, which pivots about its heel, lies flat, and pivots about its ball
//! without sliding. What the series then asks of the hip in single support gives the hip's own to
//! and fro and where the foot must land; in double support the two legs' demands are faded into
//! each other. In single support and mid-swing the resulting joint angles are those of the series;
//! where the weight is handed over they differ by some degrees.
//!
//! Deviations from the series: the foot lies exactly flat between [`FLAT_FROM`] and [`FLAT_UNTIL`],
//! where the series wavers by two degrees; the thigh's swing is scaled so that the stride has the
//! length that the speed asks for, and the knee and foot with it.

use super::body::Body;
use super::foot;
use super::gait::Rhythm;
use super::math::{TURN, lerp, rad, smooth};

/// Phase of the series at which the heel has come to rest on the floor; phase 0 of the walk.
const STRUCK: f64 = 0.02;
/// Phase of the walk at which the ball of the foot leaves the floor. The toes, which bend, stay a
/// little longer.
pub(crate) const TOE_OFF: f64 = 0.55;
/// Phase of the series from which the foot lies flat.
const FLAT_FROM: f64 = 0.12;
/// Phase of the series until which the foot lies flat.
const FLAT_UNTIL: f64 = 0.31;
/// Phase of the series from which the foot's pitch is again that of the series.
const ROLLING_FROM: f64 = 0.46;

/// Mean and (cosine, sine) pairs of six harmonics, degrees.
struct Series {
    mean: f64,
    pairs: [(f64, f64); 6],
}

const THIGH: Series = Series {
    mean: 5.69,
    pairs: [(20.83, -3.80), (-3.69, -0.49), (0.08, 1.55), (-0.16, -0.12), (-0.17, 0.21), (0.09, -0.01)],
};
const KNEE: Series = Series {
    mean: 20.30,
    pairs: [(-1.82, -19.38), (-13.84, 8.29), (0.0, 4.50), (-0.71, 0.50), (-0.35, 0.81), (0.23, 0.14)],
};
const ANKLE: Series = Series {
    mean: 1.12,
    pairs: [(-2.30, 5.02), (0.90, -5.81), (-3.59, 0.52), (1.85, -0.05), (-0.38, -1.08), (0.36, 0.39)],
};

/// Values of several series, degrees, where the first harmonic has this cosine and sine: the
/// harmonics are the same for all.
fn values<const N: usize>(series: [&Series; N], cos: f64, sin: f64) -> [f64; N] {
    let (mut c, mut s) = (1.0, 0.0);
    let mut sums = series.map(|one| one.mean);
    for harmonic in 0..6 {
        (c, s) = (c * cos - s * sin, s * cos + c * sin);
        for (sum, one) in sums.iter_mut().zip(series) {
            let (a, b) = one.pairs[harmonic];
            *sum += a * c + b * s;
        }
    }
    sums
}

/// Phase of the series, from heel strike, until which a leg alone decides how high the hip is.
const ALONE_UNTIL: f64 = 0.38;

/// Which way the series is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Played {
    /// As recorded: forward walking.
    Forward,
    /// Backward in time: backward walking.
    Reversed,
}

/// Harmonics of the hip's own movement that are kept; only even ones occur when both legs do the
/// same.
const HIP_HARMONICS: usize = 4;

/// A gait made of the series, fitted to a body and a speed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FourierGait {
    /// Timing.
    pub rhythm: Rhythm,
    played: Played,
    thigh_gain: f64,
    knee_gain: f64,
    pitch_gain: f64,
    thigh_m: f64,
    shank_m: f64,
    /// Where the foot lands ahead of mid-way, m.
    pub ahead_m: f64,
    list_m: f64,
    sway: [(f64, f64); HIP_HARMONICS],
}

/// Angles of the series at one phase, rad, and the ankle they put the foot at, relative to the hip.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Foot pitch.
    pub pitch: f64,
    /// Ankle ahead of the hip, m.
    pub ankle_x: f64,
    /// Ankle above the hip (negative), m.
    pub ankle_y: f64,
}

impl FourierGait {
    /// The gait of `body` at this rhythm whose strides cover `stride_m`.
    pub(crate) fn fitted(body: &Body, rhythm: Rhythm, stride_m: f64, played: Played) -> Self {
        let mut gait = Self {
            rhythm,
            played,
            thigh_gain: 1.0,
            knee_gain: 1.0,
            pitch_gain: 1.0,
            thigh_m: body.thigh_m,
            shank_m: body.shank_m,
            ahead_m: 0.0,
            list_m: 0.094 * body.hip_half_width_m,
            sway: [(0.0, 0.0); HIP_HARMONICS],
        };
        // Stride length grows with the thigh's swing: halve the bracket until it is met.
        let (mut low, mut high) = (0.2, 1.8);
        for _ in 0..40 {
            gait.set_gain(f64::midpoint(low, high));
            if gait.settle(body).abs() < stride_m {
                low = gait.thigh_gain;
            } else {
                high = gait.thigh_gain;
            }
        }
        gait
    }

    /// `self` at weight 0, `other` at weight 1, both played the same way.
    pub(crate) fn mixed(&self, other: &Self, weight: f64) -> Self {
        let mix = |a: f64, b: f64| lerp(a, b, weight);
        Self {
            rhythm: self.rhythm.mixed(&other.rhythm, weight),
            played: other.played,
            thigh_gain: mix(self.thigh_gain, other.thigh_gain),
            knee_gain: mix(self.knee_gain, other.knee_gain),
            pitch_gain: mix(self.pitch_gain, other.pitch_gain),
            thigh_m: other.thigh_m,
            shank_m: other.shank_m,
            ahead_m: mix(self.ahead_m, other.ahead_m),
            list_m: mix(self.list_m, other.list_m),
            sway: core::array::from_fn(|k| {
                let (a, b) = (self.sway[k], other.sway[k]);
                (mix(a.0, b.0), mix(a.1, b.1))
            }),
        }
    }

    fn set_gain(&mut self, thigh_gain: f64) {
        self.thigh_gain = thigh_gain;
        self.knee_gain = (0.55 + 0.45 * thigh_gain).min(1.1);
        self.pitch_gain = (0.35 + 0.65 * thigh_gain).min(1.1);
    }

    /// Phase of the series at this phase of the walk.
    fn series_phase(&self, phase: f64) -> f64 {
        match self.played {
            Played::Forward => phase + STRUCK,
            Played::Reversed => TOE_OFF + STRUCK - phase,
        }
    }

    /// Angles and ankle at this phase of the walk (0 is contact; it may lie outside 0 to 1).
    pub(crate) fn shape(&self, phase: f64) -> Shape {
        let series = self.series_phase(phase);
        let (sin, cos) = libm::sincos(TURN * series);
        let [thigh, knee, ankle] = values([&THIGH, &KNEE, &ANKLE], cos, sin);
        let pitch = thigh - knee + ankle;
        let (thigh, knee) = (rad(thigh * self.thigh_gain), rad(knee * self.knee_gain));
        let (sin_t, cos_t) = libm::sincos(thigh);
        let (sin_s, cos_s) = libm::sincos(thigh - knee);
        Shape {
            pitch: rad(pitch * self.pitch_gain) * rolling(series),
            ankle_x: self.thigh_m * sin_t + self.shank_m * sin_s,
            ankle_y: -self.thigh_m * cos_t - self.shank_m * cos_s,
        }
    }

    /// Knee flexion of [`Self::shape`] alone, rad.
    pub(crate) fn knee(&self, phase: f64) -> f64 {
        let (sin, cos) = libm::sincos(TURN * self.series_phase(phase));
        let [knee] = values([&KNEE], cos, sin);
        rad(knee * self.knee_gain)
    }

    /// Foot pitch of a planted foot at this phase, rad.
    pub(crate) fn pitch(&self, phase: f64) -> f64 {
        let series = self.series_phase(phase);
        let (sin, cos) = libm::sincos(TURN * series);
        let [thigh, knee, ankle] = values([&THIGH, &KNEE, &ANKLE], cos, sin);
        rad((thigh - knee + ankle) * self.pitch_gain) * rolling(series)
    }

    /// Phase of the series from its heel strike on, about −0.4 to 0.6, negative in late swing.
    fn since_strike(&self, phase: f64) -> f64 {
        let from = match self.played {
            Played::Forward => phase,
            Played::Reversed => TOE_OFF - phase,
        };
        // Wrapped a little after leaving, so that leaving itself still counts as pushing off.
        from - libm::floor(from + 0.95 - TOE_OFF)
    }

    /// How much the foot pushes off at this phase: it then keeps its ball on the floor and lets
    /// its pitch follow.
    pub(crate) fn pushes(&self, phase: f64) -> f64 {
        smooth((self.since_strike(phase) - 0.33) / 0.07)
    }

    /// How much higher than the middle of the pelvis this leg's hip joint is at this phase, m: the
    /// pelvis lists to the side of the leg that swings (some 5 degrees in walking forward).
    pub(crate) fn list(&self, phase: f64) -> f64 {
        let s = self.since_strike(phase);
        let sin = libm::sin(TURN * s);
        // sin a + sin(3a)/3: level at heel strike, soon at its height and long there.
        let third = sin * (3.0 - 4.0 * sin * sin) / 3.0;
        self.list_m * self.thigh_gain * (sin + third)
    }

    /// Whether the series are played as recorded.
    pub(crate) fn is_forward(&self) -> bool {
        self.played == Played::Forward
    }

    /// Phase at which a leg begins (backward) or ceases (forward) to decide alone how high the hip
    /// is.
    pub(crate) fn alone_phase(&self) -> f64 {
        match self.played {
            Played::Forward => ALONE_UNTIL,
            Played::Reversed => TOE_OFF - ALONE_UNTIL,
        }
    }

    /// The pelvis' own to and fro at this phase, ahead of its mean way, m.
    pub(crate) fn sway(&self, phase: f64) -> f64 {
        let (sin, cos) = libm::sincos(2.0 * TURN * phase);
        let (mut c, mut s) = (1.0, 0.0);
        let mut x = 0.0;
        for sway in &self.sway {
            (c, s) = (c * cos - s * sin, s * cos + c * sin);
            x += sway.0 * c + sway.1 * s;
        }
        x
    }

    /// Works out the hip's movement for the present gains and returns the stride's length, m
    /// (negative when walking backward).
    fn settle(&mut self, body: &Body) -> f64 {
        /// Samples over half a cycle.
        const N: usize = 120;
        let hand_over = TOE_OFF - 0.5;
        // Ankle over a foot planted at the origin, and the hip that this leg's series asks for.
        let planted = |phase: f64| {
            let shape = self.shape(phase);
            let ankle = foot::ankle(body, shape.pitch);
            (ankle, ankle.x - shape.ankle_x)
        };
        let step = 0.5 / N as f64;
        let mut x = [0.0; N + 1];
        let mut gap = 0.0;
        let mut alone = 0.0;
        for i in 0..N {
            let phase = i as f64 * step;
            let (this, next) = (planted(phase).1, planted(phase + step).1);
            let mut dx = next - this;
            if phase < hand_over {
                let other = planted(phase + 0.5 + step).1 - planted(phase + 0.5).1;
                let weight = smooth(phase / hand_over);
                dx = dx * weight + other * (1.0 - weight);
            } else {
                gap += x[i] - this;
                alone += 1.0;
            }
            x[i + 1] = x[i] + dx;
        }
        let half = x[N];
        // `x` is now the hip's way since contact; the mean over single support of its distance to
        // the demanded place tells where the foot lies on that axis.
        let foot_x = gap / alone;
        let mut mean = 0.0;
        for (i, value) in x.iter().take(N).enumerate() {
            mean += (value - 2.0 * half * i as f64 * step) / N as f64;
        }
        for k in 0..HIP_HARMONICS {
            let mut sway = (0.0, 0.0);
            for (i, place) in x.iter().take(N).enumerate() {
                let phase = i as f64 * step;
                let (sin, cos) = libm::sincos(2.0 * TURN * (k + 1) as f64 * phase);
                let rest = place - 2.0 * half * phase - mean;
                sway = (sway.0 + rest * cos, sway.1 + rest * sin);
            }
            let scale = 2.0 / N as f64;
            self.sway[k] = (sway.0 * scale, sway.1 * scale);
        }
        // The mean way passes the foot's own axis at mid-stance, at phase TOE_OFF / 2.
        self.ahead_m = foot_x - (mean + half * TOE_OFF);
        2.0 * half
    }
}

/// How much of the series' foot pitch is kept: none while the foot lies flat.
fn rolling(series: f64) -> f64 {
    let s = series - libm::floor(series);
    1.0 - smooth(s / FLAT_FROM) + smooth((s - FLAT_UNTIL) / (ROLLING_FROM - FLAT_UNTIL))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::math::deg;

    fn rhythm() -> Rhythm {
        Rhythm {
            stride_s: 1.1,
            stance: [TOE_OFF; 2],
            step_share: 0.5,
            variation: 0.0,
            half_width_m: 0.05,
            pelvis_deg: 0.0,
            side_sway_m: 0.02,
        }
    }

    #[test]
    fn the_series_have_the_landmarks_of_the_recorded_walk() {
        let gait = FourierGait::fitted(&Body::average(1.7), rhythm(), 1.3, Played::Forward);
        let knee = |p: f64| deg(gait.knee(p)) / gait.knee_gain;
        assert!((knee(0.0 - STRUCK) - 3.8).abs() < 0.1);
        assert!((knee(0.72 - STRUCK) - 58.4).abs() < 0.1);
        assert!((knee(0.40 - STRUCK) - 2.3).abs() < 0.1);
    }

    #[test]
    fn strides_have_the_length_asked_for_either_way() {
        let body = Body::average(1.7);
        for stride_m in [0.7, 1.0, 1.3] {
            for (played, sign) in [(Played::Forward, 1.0), (Played::Reversed, -1.0)] {
                let mut gait = FourierGait::fitted(&body, rhythm(), stride_m, played);
                let got = gait.settle(&body);
                assert!((got - sign * stride_m).abs() < 1e-3, "{got}");
                assert!(gait.sway(0.3).abs() < 0.03);
            }
        }
    }

    #[test]
    fn the_foot_lies_flat_in_mid_stance() {
        for tenth in 12..=31 {
            assert!(rolling(f64::from(tenth) * 0.01).abs() < 1e-12);
        }
        assert_eq!(rolling(0.6), 1.0);
    }
}

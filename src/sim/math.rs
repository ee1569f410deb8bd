//! Small mathematics of the simulator: smooth steps, jets and fifth-degree pieces.
//!
//! Everything transcendental goes through [`libm`], never through the standard library, because the
//! platform's own functions differ in their last bit from machine to machine and the same arguments
//! must give the same bytes everywhere. (Square roots are exact by IEEE 754 and may use either.)

use nalgebra::{Matrix3, Vector3};

/// A point or direction: x ahead, y up, z to the right (of the world or of a segment).
pub(crate) type Vec3 = Vector3<f64>;
/// An orientation: its columns are a segment's x, y and z axes in the world.
pub(crate) type Mat3 = Matrix3<f64>;

/// One full turn, rad.
pub(crate) const TURN: f64 = core::f64::consts::TAU;

/// Degrees to radians.
pub(crate) const fn rad(deg: f64) -> f64 {
    deg * (core::f64::consts::PI / 180.0)
}

/// Radians to degrees.
pub(crate) const fn deg(rad: f64) -> f64 {
    rad * (180.0 / core::f64::consts::PI)
}

/// `a` at 0, `b` at 1.
pub(crate) fn lerp(a: f64, b: f64, weight: f64) -> f64 {
    a + (b - a) * weight
}

/// 0 before 0, 1 after 1, and in between the fifth-degree step whose first and second derivatives
/// vanish at both ends: anything faded with it keeps a continuous acceleration.
pub(crate) fn smooth(s: f64) -> f64 {
    if s <= 0.0 {
        0.0
    } else if s >= 1.0 {
        1.0
    } else {
        s * s * s * (s * (s * 6.0 - 15.0) + 10.0)
    }
}

/// A bump of height 1 at 1/2 that leaves and meets zero with two vanishing derivatives.
pub(crate) fn bump(s: f64) -> f64 {
    if s <= 0.0 || s >= 1.0 {
        0.0
    } else {
        let u = s * (1.0 - s);
        64.0 * u * u * u
    }
}

/// Smallest of two with a rounded corner of size `softness` (same unit): always below both, by
/// `softness * ln 2` where they are equal and by nothing where they are far apart.
pub(crate) fn soft_min(a: f64, b: f64, softness: f64) -> f64 {
    let (low, gap) = if a < b { (a, b - a) } else { (b, a - b) };
    low - softness * libm::log1p(libm::exp(-gap / softness))
}

/// A value with its first and second time derivative.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Jet {
    /// Value.
    pub p: f64,
    /// First derivative, per second.
    pub v: f64,
    /// Second derivative, per second squared.
    pub a: f64,
}

impl Jet {
    /// A value at rest.
    pub(crate) const fn at_rest(p: f64) -> Self {
        Self { p, v: 0.0, a: 0.0 }
    }

    /// The jet of `f` at `t` by central differences over one millisecond each way.
    pub(crate) fn of(f: impl Fn(f64) -> f64, t: f64) -> Self {
        const STEP_S: f64 = 1e-3;
        let (before, here, after) = (f(t - STEP_S), f(t), f(t + STEP_S));
        Self {
            p: here,
            v: (after - before) / (2.0 * STEP_S),
            a: (after - 2.0 * here + before) / (STEP_S * STEP_S),
        }
    }
}

/// The fifth-degree polynomial that meets a given jet at each end of a span of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quintic {
    start_s: f64,
    per_s: f64,
    c: [f64; 6],
}

impl Quintic {
    /// The piece from `from` at `start_s` to `to` at `end_s`.
    ///
    /// A span that is not positive gives the constant `to`.
    pub(crate) fn new(start_s: f64, from: Jet, end_s: f64, to: Jet) -> Self {
        let span = end_s - start_s;
        if span <= 0.0 || !span.is_finite() {
            return Self::constant(to.p);
        }
        let (v0, v1) = (from.v * span, to.v * span);
        let (a0, a1) = (from.a * span * span, to.a * span * span);
        let rise = to.p - from.p;
        Self {
            start_s,
            per_s: 1.0 / span,
            c: [
                from.p,
                v0,
                a0 / 2.0,
                10.0 * rise - 6.0 * v0 - 4.0 * v1 - 1.5 * a0 + 0.5 * a1,
                -15.0 * rise + 8.0 * v0 + 7.0 * v1 + 1.5 * a0 - a1,
                6.0 * rise - 3.0 * (v0 + v1) - 0.5 * a0 + 0.5 * a1,
            ],
        }
    }

    /// The same value at all times.
    pub(crate) const fn constant(p: f64) -> Self {
        Self { start_s: 0.0, per_s: 0.0, c: [p, 0.0, 0.0, 0.0, 0.0, 0.0] }
    }

    /// Value at `t`, which the caller keeps within the span.
    pub(crate) fn at(&self, t: f64) -> f64 {
        let s = (t - self.start_s) * self.per_s;
        let [c0, c1, c2, c3, c4, c5] = self.c;
        c0 + s * (c1 + s * (c2 + s * (c3 + s * (c4 + s * c5))))
    }

    /// Jet at `t`.
    pub(crate) fn jet(&self, t: f64) -> Jet {
        let s = (t - self.start_s) * self.per_s;
        let [_, c1, c2, c3, c4, c5] = self.c;
        Jet {
            p: self.at(t),
            v: self.per_s * (c1 + s * (2.0 * c2 + s * (3.0 * c3 + s * (4.0 * c4 + s * 5.0 * c5)))),
            a: self.per_s * self.per_s * (2.0 * c2 + s * (6.0 * c3 + s * (12.0 * c4 + s * 20.0 * c5))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quintic_meets_both_jets() {
        let from = Jet { p: 1.0, v: -2.0, a: 3.0 };
        let to = Jet { p: -0.5, v: 0.25, a: -7.0 };
        let q = Quintic::new(2.0, from, 2.4, to);
        for (t, want) in [(2.0, from), (2.4, to)] {
            let got = q.jet(t);
            for (a, b) in [(got.p, want.p), (got.v, want.v), (got.a, want.a)] {
                assert!((a - b).abs() < 1e-9, "{got:?} {want:?}");
            }
        }
    }

    #[test]
    fn the_smooth_step_and_bump_start_and_end_gently() {
        for f in [smooth as fn(f64) -> f64, bump] {
            for end in [0.0, 1.0] {
                let step = 1e-4;
                let slope = (f(end + step) - f(end - step)) / (2.0 * step);
                let curve = (f(end + step) - 2.0 * f(end) + f(end - step)) / (step * step);
                assert!(slope.abs() < 1e-5 && curve.abs() < 0.05, "{slope} {curve}");
            }
        }
        assert_eq!((smooth(0.5), bump(0.5)), (0.5, 1.0));
    }

    #[test]
    fn the_soft_minimum_is_below_both_and_exact_far_away() {
        assert!(soft_min(1.0, 1.0, 0.01) < 1.0);
        assert!((soft_min(1.0, 2.0, 0.01) - 1.0).abs() < 1e-12);
        assert_eq!(soft_min(2.0, 1.0, 0.01), soft_min(1.0, 2.0, 0.01));
    }
}

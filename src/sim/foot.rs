//! The foot on the floor: a rigid sole that pivots on the ball when the toes point down and on the
//! heel when they point up, so that the ankle's place follows from the pitch alone.
//!
//! Pitch is 0 with the sole flat, positive toes up, rad. With the toes down the foot is taken to
//! bend at the ball, so that the tip of the toes stays on the floor with it.

use super::body::Body;
use super::math::Jet;

/// Where the ankle is relative to where it would be with the foot flat on the same spot: `x` along
/// the foot, `y` above the floor, m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pivot {
    pub x: f64,
    pub y: f64,
}

/// The ankle over a planted foot of this pitch.
pub(crate) fn ankle(body: &Body, pitch: f64) -> Pivot {
    if pitch == 0.0 {
        return Pivot { x: 0.0, y: body.ankle_m };
    }
    let (sin, cos) = libm::sincos(pitch);
    let h = body.ankle_m;
    if pitch < 0.0 {
        let l = body.ball_m;
        Pivot { x: l - (l * cos + h * sin), y: h * cos - l * sin }
    } else {
        let l = body.heel_m;
        Pivot { x: l * cos - h * sin - l, y: l * sin + h * cos }
    }
}

/// Jets of the ankle over a planted foot whose pitch has this jet. On the flat foot the branch is
/// that toward which the pitch is leaving.
pub(crate) fn ankle_jets(body: &Body, pitch: Jet) -> (Jet, Jet) {
    let (sin, cos) = libm::sincos(pitch.p);
    let h = body.ankle_m;
    let at = ankle(body, pitch.p);
    let (x1, x2, y1, y2) = if pitch.p < 0.0 {
        let l = body.ball_m;
        (l * sin - h * cos, l * cos + h * sin, -l * cos - h * sin, l * sin - h * cos)
    } else {
        let l = body.heel_m;
        (-l * sin - h * cos, -l * cos + h * sin, l * cos - h * sin, -l * sin - h * cos)
    };
    let chain = |p, d1: f64, d2: f64| Jet { p, v: d1 * pitch.v, a: d2 * pitch.v * pitch.v + d1 * pitch.a };
    (chain(at.x, x1, x2), chain(at.y, y1, y2))
}

/// Heights above the floor of the heel and of the ball of a foot whose ankle is `ankle_y` above it.
pub(crate) fn clearances(body: &Body, ankle_y: f64, pitch: f64) -> (f64, f64) {
    let (sin, cos) = libm::sincos(pitch);
    let sole = ankle_y - body.ankle_m * cos;
    (sole - body.heel_m * sin, sole + body.ball_m * sin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pivot_stays_on_the_floor_at_any_pitch() {
        let body = Body::average(1.7);
        for tenth in -600..=300 {
            let pitch = f64::from(tenth) * 1e-3;
            let at = ankle(&body, pitch);
            let (heel, ball) = clearances(&body, at.y, pitch);
            let lowest = heel.min(ball);
            assert!(lowest.abs() < 1e-12, "pitch {pitch}: {heel} {ball}");
        }
    }

    #[test]
    fn jets_are_the_derivatives_of_the_place() {
        let body = Body::average(1.7);
        for start in [-0.5, 0.2] {
            let pitch = |t: f64| start + 0.7 * t - 1.1 * t * t;
            let (x, y) = ankle_jets(&body, Jet::of(pitch, 0.0));
            let want_x = Jet::of(|t| ankle(&body, pitch(t)).x, 0.0);
            let want_y = Jet::of(|t| ankle(&body, pitch(t)).y, 0.0);
            for (got, want) in [(x, want_x), (y, want_y)] {
                assert!((got.v - want.v).abs() < 1e-5 && (got.a - want.a).abs() < 1e-4);
            }
        }
    }
}

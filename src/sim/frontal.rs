//! What a leg does out of its own plane while it walks: it turns about its length and tips to the
//! side, a few degrees, once and twice a stride.
//!
//! In people these movements make 10 to 20 % of the sagittal rate in the other two axes, and more
//! when the strap sits askew. They are movements of the bone here, so that angular rate and specific
//! force agree with each other in all three axes.

use super::chain::{Facing, Leg};
use super::math::{Mat3, TURN, Vec3, rad};
use super::random::Chance;
use super::skeleton::Figure;

/// One rotation with two harmonics of the stride.
#[derive(Clone, Copy, Debug)]
struct Harmonics {
    first: (f64, f64),
    second: (f64, f64),
}

impl Harmonics {
    fn drawn(first_deg: (f64, f64), second_deg: (f64, f64), chance: &mut Chance) -> Self {
        let mut pair = |(low, high): (f64, f64)| {
            let size = rad(chance.between(low, high));
            let (sin, cos) = libm::sincos(TURN * chance.unit());
            (size * cos, size * sin)
        };
        Self { first: pair(first_deg), second: pair(second_deg) }
    }

    fn at(&self, sin: f64, cos: f64) -> f64 {
        let (sin2, cos2) = (2.0 * sin * cos, cos * cos - sin * sin);
        self.first.0 * cos + self.first.1 * sin + self.second.0 * cos2 + self.second.1 * sin2
    }
}

/// The habits of one person's leg out of its plane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutOfPlane {
    yaw: Harmonics,
    shank_axial: Harmonics,
    shank_tip: Harmonics,
    thigh_axial: Harmonics,
    thigh_tip: Harmonics,
}

impl OutOfPlane {
    /// Draws a person's habits: amplitudes in degrees, of the size seen in gyroscopes on people.
    pub(crate) fn drawn(chance: &mut Chance) -> Self {
        let mut h = |first, second| Harmonics::drawn(first, second, chance);
        Self {
            yaw: h((0.5, 2.0), (0.2, 0.8)),
            shank_axial: h((1.5, 4.5), (0.5, 1.5)),
            shank_tip: h((0.6, 2.0), (0.3, 0.9)),
            thigh_axial: h((1.5, 4.0), (0.5, 1.5)),
            thigh_tip: h((0.6, 1.8), (0.3, 0.9)),
        }
    }

    /// Turns the leg's plane with a part of the pelvis' own rotation, and by habit.
    pub(crate) fn turn(&self, figure: &mut Figure) {
        let (sin, cos) = libm::sincos(TURN * figure.phase);
        let yaw = 0.6 * figure.yaw + figure.engaged * self.yaw.at(sin, cos);
        let (sin, cos) = libm::sincos(yaw);
        let turned = |v: Vec3| {
            // About the vertical, to the left.
            Vec3::new(v.x * cos + v.z * sin, v.y, v.z * cos - v.x * sin)
        };
        figure.hinge = turned(figure.hinge);
        figure.facing = Facing { ahead: turned(figure.facing.ahead), right: turned(figure.facing.right) };
    }

    /// Turns and tips the bones of a leg at this phase.
    pub(crate) fn apply(&self, leg: &mut Leg, phase: f64, engaged: f64) {
        if engaged <= 0.0 {
            return;
        }
        let (sin, cos) = libm::sincos(TURN * phase);
        leg.thigh *= turned(engaged * self.thigh_axial.at(sin, cos), engaged * self.thigh_tip.at(sin, cos));
        leg.shank *= turned(engaged * self.shank_axial.at(sin, cos), engaged * self.shank_tip.at(sin, cos));
    }
}

/// Rotation by `axial` about the bone's length, then `tip` about its front.
fn turned(axial: f64, tip: f64) -> Mat3 {
    let (sa, ca) = libm::sincos(axial);
    let (st, ct) = libm::sincos(tip);
    Mat3::from_columns(&[
        Vec3::new(ca, 0.0, -sa),
        Vec3::new(sa * st, ct, ca * st),
        Vec3::new(sa * ct, -st, ca * ct),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Concern;

    #[test]
    fn bones_stay_rigid() {
        let m = turned(0.1, -0.07);
        assert!((m.transpose() * m - Mat3::identity()).norm() < 1e-12);
        assert!((m.determinant() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_habit_repeats_every_stride() {
        let habit = OutOfPlane::drawn(&mut Chance::new(5, Concern::Person));
        let facing = Facing::new(0.3);
        let turned = |phase: f64| {
            let mut figure = Figure {
                facing,
                heading: 0.3,
                yaw: 0.1,
                hip: Vec3::y(),
                ankle: Vec3::zeros(),
                hinge: facing.right,
                pitch: 0.0,
                phase,
                engaged: 1.0,
            };
            habit.turn(&mut figure);
            figure.hinge
        };
        assert!((turned(-0.2) - turned(0.8)).norm() < 1e-9);
        assert!((turned(0.1).norm() - 1.0).abs() < 1e-12);
        assert!(turned(0.1).dot(&facing.right) > 0.98);
    }
}

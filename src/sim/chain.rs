//! The leg as a chain of two bones: how high the hip hangs over the feet, and how thigh and shank
//! lie when hip and ankle are given (inverse kinematics).
//!
//! The knee is a hinge whose axis is square to the line from hip to ankle and points to the person's
//! right as nearly as that allows. All angles are
//! kept as sines and cosines, so that the chain costs no transcendental function.

use super::body::Body;
use super::math::{Mat3, Vec3, soft_min};

/// Level directions of the pelvis in the world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facing {
    /// Where the person faces.
    pub ahead: Vec3,
    /// The person's right.
    pub right: Vec3,
}

impl Facing {
    /// Facing `heading` rad to the left of the world's x axis.
    pub(crate) fn new(heading: f64) -> Self {
        let (sin, cos) = libm::sincos(heading);
        Self { ahead: Vec3::new(cos, 0.0, -sin), right: Vec3::new(sin, 0.0, cos) }
    }
}

/// One leg at one moment, in the world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leg {
    /// Hip joint, m.
    pub hip: Vec3,
    /// Knee joint, m.
    pub knee: Vec3,
    /// Axes of the thigh.
    pub thigh: Mat3,
    /// Axes of the shank.
    pub shank: Mat3,
    /// Sine and cosine of knee flexion.
    pub flexion: (f64, f64),
}

impl Leg {
    /// Knee flexion, rad.
    pub(crate) fn flexion_rad(&self) -> f64 {
        libm::atan2(self.flexion.0, self.flexion.1)
    }
}

/// Straightest that a knee can get, as the cosine of its flexion (1 degree): closer to straight the
/// angle of a chain of two bones is no longer a smooth function of its length.
const STRAIGHTEST: f64 = 0.999_847_7;

/// Rounding of a leg that comes to its full length, m: it falls short by less than this.
const FULL_LENGTH_SOFTNESS_M: f64 = 0.000_1;

/// Lies the two bones between `hip` and `ankle`. When they are further apart than the leg is long,
/// the leg points from one to the other and falls short of it.
///
/// `hinge` is about where the knee's axis points; the axis itself is square to the leg.
pub(crate) fn reach(body: &Body, hip: Vec3, ankle: Vec3, hinge: &Vec3) -> Leg {
    let (lt, ls) = (body.thigh_m, body.shank_m);
    let span = ankle - hip;
    let distance = span.norm().max(1e-6);
    let down = span / distance;
    let axis = hinge - down * hinge.dot(&down);
    let axis = axis / axis.norm().max(1e-9);
    // Ahead of the leg, in the plane in which the knee bends.
    let front = axis.cross(&down);

    let full = body.reach_squared(STRAIGHTEST).sqrt();
    let length =
        if distance < full - 0.02 { distance } else { soft_min(distance, full, FULL_LENGTH_SOFTNESS_M) };
    let cos_k = ((length * length - lt * lt - ls * ls) / (2.0 * lt * ls)).clamp(-0.94, 1.0);
    let sin_k = (1.0 - cos_k * cos_k).sqrt();
    let length = body.reach_squared(cos_k).sqrt();
    // From the leg's own line the thigh points ahead by gamma, the shank back by the rest.
    let (sin_g, cos_g) = (ls * sin_k / length, (lt + ls * cos_k) / length);
    let (sin_s, cos_s) = (sin_g * cos_k - cos_g * sin_k, cos_g * cos_k + sin_g * sin_k);
    let frame =
        |sin: f64, cos: f64| Mat3::from_columns(&[front * cos - down * sin, -front * sin - down * cos, axis]);
    let thigh = frame(sin_g, cos_g);
    Leg { hip, knee: hip - thigh.column(1) * lt, thigh, shank: frame(sin_s, cos_s), flexion: (sin_k, cos_k) }
}

/// Height at which the hip joint hangs over an ankle when the knee is bent to `floor` (rad) and the
/// joint is `level` metres away from the ankle, seen from above.
pub(crate) fn hang(body: &Body, ankle_y: f64, level_squared: f64, floor: f64) -> f64 {
    let reach = body.reach_squared(libm::cos(floor));
    // A leg that cannot reach sits down rather than tear: never less than a fifth of its length.
    let rise = (reach - level_squared).max(0.04 * reach);
    ankle_y + rise.sqrt()
}

/// Height to which the hip sinks from `height` when the knee over `ankle` bends by `give` rad more;
/// only the level position of `hip` counts.
pub(crate) fn sag(body: &Body, ankle: &Vec3, hip: &Vec3, height: f64, give: f64) -> f64 {
    let (dx, dy, dz) = (ankle.x - hip.x, ankle.y - height, ankle.z - hip.z);
    let level = dx * dx + dz * dz;
    let full = body.reach_squared(STRAIGHTEST);
    let knee = body.flexion_at((level + dy * dy).min(full));
    hang(body, ankle.y, level, knee + give)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::math::deg;

    #[test]
    fn the_chain_ends_at_the_ankle() {
        let body = Body::average(1.7);
        for (x, y, z, heading) in [(0.2, 0.1, 0.09, 0.0), (-0.3, 0.2, -0.05, 1.1), (0.5, 0.3, 0.3, -2.0)] {
            let facing = Facing::new(heading);
            let hip = Vec3::new(1.0, 0.85, -2.0);
            let ankle = hip + facing.ahead * x - Vec3::y() * (0.85 - y) + facing.right * z;
            let leg = reach(&body, hip, ankle, &facing.right);
            let end = leg.knee - leg.shank.column(1) * body.shank_m;
            assert!((end - ankle).norm() < 1e-9);
            assert!((leg.shank.determinant() - 1.0).abs() < 1e-9);
            assert!(leg.thigh.column(2).dot(&leg.knee.cross(&leg.hip)).is_finite());
        }
    }

    #[test]
    fn signs_are_those_of_the_contract() {
        let body = Body::average(1.7);
        let facing = Facing::new(0.0);
        let hip = Vec3::new(0.0, 0.85, 0.0);
        // Ankle ahead of the hip: positive angles; knee ahead of the line between them.
        let leg = reach(&body, hip, Vec3::new(0.3, 0.1, 0.0), &facing.right);
        let angle = |m: &Mat3| deg(libm::atan2(-m[(0, 1)], m[(1, 1)]));
        let (thigh, shank) = (angle(&leg.thigh), angle(&leg.shank));
        assert!(thigh > shank && thigh > 0.0, "{thigh} {shank}");
        assert!((deg(leg.flexion_rad()) - (thigh - shank)).abs() < 1e-9);
        // The sagittal axis points to the right.
        assert!(leg.shank.column(2).z > 0.999);
    }

    #[test]
    fn a_hip_hung_over_an_ankle_bends_the_knee_as_asked() {
        let body = Body::average(1.8);
        let facing = Facing::new(0.4);
        let ankle = Vec3::new(0.1, 0.09, 0.02);
        for floor in [0.1, 0.3, 0.9] {
            let level = facing.ahead * -0.2 + facing.right * 0.06;
            let hip_y = hang(&body, ankle.y, level.norm_squared(), floor);
            let hip = Vec3::new(ankle.x + level.x, hip_y, ankle.z + level.z);
            let leg = reach(&body, hip, ankle, &facing.right);
            assert!((leg.flexion_rad() - floor).abs() < 2e-3);
        }
    }

    #[test]
    fn out_of_reach_points_the_way() {
        let body = Body::average(1.7);
        let leg = reach(&body, Vec3::new(0.0, 2.0, 0.0), Vec3::zeros(), &Facing::new(0.0).right);
        assert!((deg(leg.flexion_rad()) - 1.0).abs() < 0.01);
    }
}

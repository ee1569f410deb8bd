//! The walker's bones: lengths that follow body height, and where the sensors are strapped.

use super::random::Chance;

/// Lengths of the simulated person, all in metres.
///
/// Segment lengths follow body height by Winter's ratios (0.245 and 0.246 of height); the foot is
/// that of a 1.70 m adult scaled with height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Body {
    /// Body height.
    pub height_m: f64,
    /// Hip joint to knee joint.
    pub thigh_m: f64,
    /// Knee joint to ankle joint.
    pub shank_m: f64,
    /// Ankle joint above the sole.
    pub ankle_m: f64,
    /// Heel point behind the ankle, on the sole.
    pub heel_m: f64,
    /// Ball of the foot ahead of the ankle, on the sole: where the forefoot bends and bears.
    pub ball_m: f64,
    /// Half the distance between the hip joints.
    pub hip_half_width_m: f64,
    /// Half the distance between the feet in standing.
    pub stance_half_width_m: f64,
    /// Shank sensor below the knee, along the shank.
    pub shank_sensor_below_knee_m: f64,
    /// Shank sensor ahead of the line knee to ankle (the shin's surface).
    pub shank_sensor_ahead_m: f64,
    /// Thigh sensor below the hip, along the thigh.
    pub thigh_sensor_below_hip_m: f64,
    /// Thigh sensor ahead of the line hip to knee.
    pub thigh_sensor_ahead_m: f64,
}

impl Body {
    /// Shortest person that can be asked for, m.
    pub const MIN_HEIGHT_M: f64 = 1.2;
    /// Tallest person that can be asked for, m.
    pub const MAX_HEIGHT_M: f64 = 2.2;

    /// The average person of this height, without any individual difference.
    pub fn average(height_m: f64) -> Self {
        let scale = height_m / 1.70;
        Self {
            height_m,
            thigh_m: 0.245 * height_m,
            shank_m: 0.246 * height_m,
            ankle_m: 0.075 * scale,
            heel_m: 0.050 * scale,
            ball_m: 0.135 * scale,
            hip_half_width_m: 0.085 * scale,
            stance_half_width_m: 0.090 * scale,
            shank_sensor_below_knee_m: 0.140 * scale,
            shank_sensor_ahead_m: 0.045 * scale,
            thigh_sensor_below_hip_m: 0.220 * scale,
            thigh_sensor_ahead_m: 0.075 * scale,
        }
    }

    /// A person of this height with the small differences that two people of one height have.
    pub(crate) fn individual(height_m: f64, chance: &mut Chance) -> Self {
        let mut vary = |length: f64, share: f64| length * (1.0 + share * chance.bounded_normal());
        let b = Self::average(height_m);
        Self {
            thigh_m: vary(b.thigh_m, 0.015),
            shank_m: vary(b.shank_m, 0.015),
            ankle_m: vary(b.ankle_m, 0.04),
            heel_m: vary(b.heel_m, 0.05),
            ball_m: vary(b.ball_m, 0.04),
            hip_half_width_m: vary(b.hip_half_width_m, 0.04),
            stance_half_width_m: vary(b.stance_half_width_m, 0.10),
            shank_sensor_below_knee_m: vary(b.shank_sensor_below_knee_m, 0.15),
            shank_sensor_ahead_m: vary(b.shank_sensor_ahead_m, 0.08),
            thigh_sensor_below_hip_m: vary(b.thigh_sensor_below_hip_m, 0.10),
            thigh_sensor_ahead_m: vary(b.thigh_sensor_ahead_m, 0.08),
            ..b
        }
    }

    /// Hip to ankle with the knee straight, m.
    pub fn leg_m(&self) -> f64 {
        self.thigh_m + self.shank_m
    }

    /// Squared distance hip to ankle at this knee flexion (cosine given), m².
    pub(crate) fn reach_squared(&self, cos_knee: f64) -> f64 {
        self.thigh_m * self.thigh_m
            + self.shank_m * self.shank_m
            + 2.0 * self.thigh_m * self.shank_m * cos_knee
    }

    /// Knee flexion at this squared distance hip to ankle, rad.
    pub(crate) fn flexion_at(&self, reach_squared: f64) -> f64 {
        let (thigh, shank) = (self.thigh_m, self.shank_m);
        let cos = (reach_squared - thigh * thigh - shank * shank) / (2.0 * thigh * shank);
        libm::acos(cos.clamp(-1.0, 1.0))
    }
}

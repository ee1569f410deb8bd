//! From where a sensor is to what it would read without any error: angular rate and specific force
//! by differences of its pose over the internal step.
//!
//! Both come from the same poses, so integrating the readings gives the poses back.

use super::math::{Mat3, Vec3, deg};
use crate::imu::{GRAVITY_MPS2, Imu};

/// Where a sensor is, and its axes in the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Position, m.
    pub position: Vec3,
    /// Columns are the sensor's x, y and z axes in the world.
    pub axes: Mat3,
}

/// The last three poses of a sensor, one step apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Motion {
    poses: [Pose; 3],
    step_s: f64,
}

impl Motion {
    /// A sensor whose poses come every `step_s`, the first two already known.
    pub(crate) const fn new(first: Pose, second: Pose, step_s: f64) -> Self {
        Self { poses: [first, first, second], step_s }
    }

    /// Takes the next pose and returns the pose and the reading of one step before it.
    pub(crate) fn push(&mut self, next: Pose) -> (Pose, Imu) {
        self.poses = [self.poses[1], self.poses[2], next];
        let [before, here, after] = &self.poses;
        let h = self.step_s;
        let acceleration = (after.position - here.position * 2.0 + before.position) / (h * h);
        let force = here.axes.tr_mul(&(acceleration + Vec3::new(0.0, GRAVITY_MPS2, 0.0)));
        // The turn over both steps, from its skew part: its length is the sine of the angle.
        let turn = before.axes.tr_mul(&after.axes);
        let skew =
            Vec3::new(turn[(2, 1)] - turn[(1, 2)], turn[(0, 2)] - turn[(2, 0)], turn[(1, 0)] - turn[(0, 1)])
                * 0.5;
        let sine_squared = skew.norm_squared();
        let rate = skew * ((1.0 + sine_squared / 6.0) / (2.0 * h));
        (*here, Imu { acc_mps2: force.into(), gyr_dps: rate.map(deg).into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about_z(angle: f64) -> Mat3 {
        let (s, c) = libm::sincos(angle);
        Mat3::new(c, -s, 0.0, s, c, 0.0, 0.0, 0.0, 1.0)
    }

    #[test]
    fn at_rest_it_reads_gravity_and_nothing_else() {
        let pose = Pose { position: Vec3::new(1.0, 2.0, 3.0), axes: about_z(0.2) };
        let mut motion = Motion::new(pose, pose, 1e-3);
        let (_, reads) = motion.push(pose);
        let size: f64 = reads.acc_mps2.iter().map(|v| v * v).sum::<f64>();
        assert!((size.sqrt() - GRAVITY_MPS2).abs() < 1e-9);
        // Distal end ahead by 0.2 rad: gravity shows ahead.
        assert!((reads.acc_mps2[0] - GRAVITY_MPS2 * libm::sin(0.2)).abs() < 1e-9);
        assert_eq!(reads.gyr_dps, [0.0; 3]);
    }

    #[test]
    fn on_a_turntable_it_reads_the_rate_and_the_pull_inward() {
        let (h, rate, radius) = (1e-3, 5.0, 0.4);
        let pose = |t: f64| {
            let axes = about_z(rate * t);
            Pose { position: axes.column(0) * radius, axes }
        };
        let mut motion = Motion::new(pose(0.0), pose(h), h);
        let (_, reads) = motion.push(pose(2.0 * h));
        assert!((reads.gyr_dps[2] - deg(rate)).abs() < 1e-4);
        let gravity = GRAVITY_MPS2 * libm::sin(rate * h);
        assert!((reads.acc_mps2[0] - gravity + rate * rate * radius).abs() < 1e-3);
    }
}

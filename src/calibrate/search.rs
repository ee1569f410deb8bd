//! How the sensors sit, when nothing is said about it: found from standing and movement alone.
//!
//! Up is where gravity is when standing (or, without standing, on average while the foot is planted);
//! the sagittal axis is the one that the leg turns about most; its sign follows from the shank's range
//! ([`super::range`]). The thigh's sign follows from the knee, which only flexes one way.

use super::axis::RateMoments;
use super::range::{self, Range, Sign};
use super::seat::upright;
use crate::imu::GRAVITY_MPS2;
use crate::orient::attitude::{Attitude, Pose, Trust};
use crate::orient::quat::{Matrix, angle_deg, apply, dot, unit};
use crate::sagittal::inclination_deg;
use crate::signal::grid::CELL_S;
use crate::signal::ring::Ring;

/// The memory of poses while the mount is looked for: twelve seconds.
pub type Poses = Ring<Pose, 1200>;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Angular rate that tells the axis, deg/s.
    pub moving_dps: f64,
    /// Motion that is needed, s. Default 1: one stride.
    pub moved_s: f64,
    /// Time between two looks, s.
    pub every_s: f64,
    /// Largest roundness of an axis that is believed.
    pub roundness: f64,
    /// Largest share of the axis along the vertical.
    pub upright: f64,
    /// Range and its sign.
    pub range: range::Params,
    /// Angle from the standing that was seen, deg, beyond which rest is a leg held up, unless it lasts longer
    /// than this, s: then the sensor lay on a table before. Default 35, as for a seat, and 3.
    pub stands: [f64; 2],
    /// A shank that is further from standing than this, deg, for longer than this, s, does not walk: the
    /// person sits with the leg raised, or lies, and the sign of that is another. Default 45 and 0.5: a
    /// swing is over.
    pub held: [f64; 2],
    /// Excursions with a flexed knee that must have been seen. Default 2: one may be anything.
    pub excursions: u32,
    /// Specific force off gravity that is still a planted foot, m/s², and angular rate, deg/s.
    pub planted: [f64; 2],
}

impl Default for Params {
    fn default() -> Self {
        Self {
            moving_dps: 40.0,
            moved_s: 1.0,
            every_s: 0.25,
            roundness: 0.6,
            upright: 0.5,
            range: range::Params::default(),
            stands: [35.0, 3.0],
            held: [45.0, 0.5],
            excursions: 2,
            planted: [1.5, 80.0],
        }
    }
}

/// The mount found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mounts {
    /// From the shank sensor's axes to those of the shank.
    pub shank: Matrix,
    /// From the thigh sensor's axes to those of the thigh.
    pub thigh: Option<Matrix>,
    /// The vertical when standing, in the shank sensor's axes.
    pub standing: Option<[f64; 3]>,
    /// The same for the thigh.
    pub thigh_standing: Option<[f64; 3]>,
    /// Confidence in the sign, 0.5 to 1; `None` while it is open.
    pub confidence: Option<f64>,
}

/// Mean vertical of one sensor.
#[derive(Clone, Copy, Debug, Default)]
struct Upright {
    standing: Option<[f64; 3]>,
    planted: [f64; 3],
}

impl Upright {
    fn add(&mut self, a: &Attitude, p: &Params) {
        let force = dot(a.acc_mps2, a.acc_mps2).sqrt();
        let rate = dot(a.gyr_dps, a.gyr_dps).sqrt();
        if (force - GRAVITY_MPS2).abs() < p.planted[0] && rate < p.planted[1] {
            for (s, u) in self.planted.iter_mut().zip(a.up) {
                *s += u;
            }
        }
    }

    fn best(&self) -> Option<[f64; 3]> {
        self.standing.or_else(|| unit(self.planted))
    }
}

/// The search.
#[derive(Clone, Debug)]
pub struct Search {
    params: Params,
    shank: RateMoments,
    thigh: RateMoments,
    shank_up: Upright,
    thigh_up: Upright,
    since_s: f64,
}

impl Search {
    /// Nothing seen yet.
    pub fn new(params: Params) -> Self {
        Self {
            params,
            shank: RateMoments::default(),
            thigh: RateMoments::default(),
            shank_up: Upright::default(),
            thigh_up: Upright::default(),
            since_s: 0.0,
        }
    }

    /// After a hole in the samples the search starts over; where up was when standing still holds.
    pub fn restart(&mut self) {
        self.shank = RateMoments::default();
        self.thigh = RateMoments::default();
        self.since_s = 0.0;
    }

    /// The shank's sensor has seen standing gravity, at rest for `quiet_s`.
    pub fn stand_shank(&mut self, up: [f64; 3], quiet_s: f64) {
        let [far_deg, long_s] = self.params.stands;
        let far = self.shank_up.standing.is_some_and(|before| angle_deg(before, up) > far_deg);
        if !far || quiet_s > long_s {
            self.shank_up.standing = Some(up);
        }
    }

    /// The thigh's sensor has seen standing gravity.
    pub fn stand_thigh(&mut self, up: [f64; 3]) {
        self.thigh_up.standing = Some(up);
    }

    /// Takes one pose; returns whether it is time to look.
    pub fn step(&mut self, pose: &Pose) -> bool {
        let p = self.params;
        if !pose.missing {
            self.shank.add(pose.shank.gyr_dps, p.moving_dps);
        }
        self.shank_up.add(&pose.shank, &p);
        if let Some(thigh) = &pose.thigh {
            self.thigh.add(thigh.gyr_dps, p.moving_dps);
            self.thigh_up.add(thigh, &p);
        }
        self.since_s += CELL_S;
        if self.since_s < p.every_s || self.shank.moved_s() < p.moved_s {
            return false;
        }
        self.since_s = 0.0;
        true
    }

    /// What `poses` show of both mounts, once there is an axis.
    pub fn both(&self, poses: &Poses) -> Option<Mounts> {
        let p = &self.params;
        let up = self.shank_up.best()?;
        let mut shank = axes(&self.shank, up, p)?;
        let seen = Seen::of(poses, |pose| Some(inclination_deg(apply(&shank, pose.shank.up))), p);
        let sign = seen.range.sign(p.range.standing_deg, p.range.least_deg);
        let excursions = if sign == Sign::Flipped { seen.ahead } else { seen.behind };
        // Without standing there is nothing to measure the range from: the mean of a walk is no zero.
        let clear = sign != Sign::Open
            && excursions >= p.excursions
            && self.shank_up.standing.is_some()
            && seen.held_s < p.held[1];
        if sign == Sign::Flipped {
            shank = flipped(&shank);
        }
        Some(Mounts {
            shank,
            thigh: self.thigh_axes(&shank, poses),
            standing: self.shank_up.standing,
            thigh_standing: self.thigh_up.standing,
            confidence: clear.then(|| seen.range.confidence(p.range.standing_deg)),
        })
    }

    /// What they show of the thigh's, and the vertical when standing, in its sensor's axes.
    pub fn thigh(&self, shank: &Matrix, poses: &Poses) -> Option<(Matrix, Option<[f64; 3]>)> {
        self.thigh_axes(shank, poses).map(|m| (m, self.thigh_up.standing))
    }

    /// The thigh's axes, with the sign that makes the knee flex the way knees do.
    fn thigh_axes(&self, shank: &Matrix, poses: &Poses) -> Option<Matrix> {
        let p = &self.params;
        let one = axes(&self.thigh, self.thigh_up.best()?, p)?;
        let other = flipped(&one);
        let knee = |thigh: &Matrix| {
            let thigh = *thigh;
            Seen::of(
                poses,
                move |pose| {
                    let t = pose.thigh?;
                    // Extension is the negative side of flexion, as ahead is of behind.
                    Some(
                        -(inclination_deg(apply(&thigh, t.up))
                            - inclination_deg(apply(shank, pose.shank.up))),
                    )
                },
                p,
            )
            .range
        };
        let (a, b) = (knee(&one), knee(&other));
        let score = |r: &Range| r.behind_deg.max(1.0) / r.ahead_deg.max(1.0);
        Some(if score(&a) >= score(&b) { one } else { other })
    }
}

/// Axes of a segment from its vertical and its axis of rotation, of either sign.
fn axes(moments: &RateMoments, up: [f64; 3], p: &Params) -> Option<Matrix> {
    let axis = moments.axis()?;
    let level = dot(axis.direction, up).abs() < p.upright;
    if axis.roundness < p.roundness && level { upright(up, axis.direction) } else { None }
}

/// The same axes turned half around the vertical.
fn flipped(m: &Matrix) -> Matrix {
    [m[0].map(|v| -v), m[1], m[2].map(|v| -v)]
}

/// What the memory shows of an angle.
struct Seen {
    range: Range,
    /// Excursions to either side.
    ahead: u32,
    behind: u32,
    /// Longest stay far from standing, s.
    held_s: f64,
}

impl Seen {
    fn of(poses: &Poses, angle: impl Fn(&Pose) -> Option<f64>, p: &Params) -> Self {
        let range = Range { ahead_deg: 0.0, behind_deg: 0.0 };
        let mut seen = Self { range, ahead: 0, behind: 0, held_s: 0.0 };
        let far = p.range.least_deg;
        let (mut side, mut held_s) = (0, 0.0);
        for (_, pose) in poses.range(poses.first(), poses.next()) {
            let Some(a) = angle(pose).filter(|_| pose.trust == Trust::Levelled && !pose.missing) else {
                continue;
            };
            seen.range.ahead_deg = seen.range.ahead_deg.max(a);
            seen.range.behind_deg = seen.range.behind_deg.max(-a);
            held_s = if a.abs() > p.held[0] { held_s + CELL_S } else { 0.0 };
            seen.held_s = seen.held_s.max(held_s);
            if a > far && side != 1 {
                side = 1;
                seen.ahead += 1;
            } else if a < -far && side != -1 {
                side = -1;
                seen.behind += 1;
            } else if a.abs() < far / 2.0 {
                side = 0;
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::calibrate::seat::upright;
    use crate::orient::quat::{EYE, unit};

    /// The sensor's axes in those of the shank, by rows: nobody wrote them down.
    fn mount() -> Matrix {
        upright(unit([0.3, -0.8, 0.5]).unwrap(), unit([0.9, 0.4, 0.1]).unwrap()).unwrap()
    }

    fn transposed(m: &Matrix) -> Matrix {
        [0, 1, 2].map(|k| [m[0][k], m[1][k], m[2][k]])
    }

    /// A leg whose inclination goes from `ahead` in front to `behind` degrees, once in 1.2 s.
    fn attitude(t: f64, ahead: f64, behind: f64, to_sensor: &Matrix) -> Attitude {
        let (mid, half) = ((ahead - behind) / 2.0, f64::midpoint(ahead, behind));
        let phase = 2.0 * PI * t / 1.2;
        let theta = (mid + half * phase.cos()).to_radians();
        let rate = -half * 2.0 * PI / 1.2 * phase.sin();
        let up = apply(to_sensor, [theta.sin(), theta.cos(), 0.0]);
        Attitude { acc_mps2: up.map(|u| u * GRAVITY_MPS2), gyr_dps: apply(to_sensor, [0.0, 0.0, rate]), up }
    }

    fn searched(stood: bool, ahead: f64, behind: f64) -> (Search, Poses) {
        let to_sensor = transposed(&mount());
        let mut search = Search::new(Params::default());
        let mut poses = Poses::default();
        if stood {
            search.stand_shank(apply(&to_sensor, [0.0, 1.0, 0.0]), 3.0);
        }
        for k in 0..600 {
            let t = f64::from(k) * CELL_S;
            let shank = attitude(t, ahead, behind, &to_sensor);
            let pose = Pose { t, shank, trust: Trust::Levelled, ..Pose::default() };
            search.step(&pose);
            poses.push(pose);
        }
        (search, poses)
    }

    #[test]
    fn a_walk_after_standing_shows_the_mount_and_its_sign() {
        let (search, poses) = searched(true, 18.0, 52.0);
        let found = search.both(&poses).unwrap();
        assert!(found.confidence.unwrap() > 0.9);
        for (row, want) in found.shank.iter().zip(mount()) {
            assert!(dot(*row, want) > 0.9999, "{:?}", found.shank);
        }
    }

    #[test]
    fn a_leg_that_swings_alike_to_both_sides_leaves_the_sign_open() {
        let (search, poses) = searched(true, 35.0, 35.0);
        assert_eq!(search.both(&poses).unwrap().confidence, None);
    }

    #[test]
    fn without_standing_the_sign_stays_open() {
        let (search, poses) = searched(false, 18.0, 52.0);
        assert_eq!(search.both(&poses).and_then(|m| m.confidence), None);
    }

    #[test]
    fn a_leg_held_up_is_not_standing_and_a_table_is_forgotten() {
        let (search, _) = searched(true, 2.0, 2.0);
        let (mut search, stood) = (search.clone(), search.shank_up.standing);
        let raised = apply(&transposed(&mount()), [1.0, 0.0, 0.0]);
        search.stand_shank(raised, 1.6);
        assert_eq!(search.shank_up.standing, stood);
        search.stand_shank(raised, 3.2);
        assert_eq!(search.shank_up.standing, Some(raised));
    }

    #[test]
    fn a_leg_that_is_held_far_from_standing_does_not_walk() {
        let (search, poses) = searched(true, 18.0, 52.0);
        assert!(search.both(&poses).unwrap().confidence.is_some());
        let mut held = poses.clone();
        let (_, last) = poses.range(poses.first(), poses.next()).last().unwrap();
        let up = apply(&transposed(&mount()), [0.9, 0.19_f64.sqrt(), 0.0]);
        for k in 1..=50 {
            let mut pose = Pose { t: last.t + f64::from(k) * CELL_S, ..*last };
            pose.shank.up = up;
            held.push(pose);
        }
        assert_eq!(search.both(&held).unwrap().confidence, None);
    }

    #[test]
    fn before_any_motion_there_is_nothing() {
        let (search, poses) = searched(true, 2.0, 2.0);
        assert_eq!(search.both(&poses), None);
        assert_eq!(Search::new(Params::default()).both(&Poses::default()), None);
    }

    #[test]
    fn a_hole_starts_the_search_over_and_keeps_where_up_is() {
        let (mut search, poses) = searched(true, 18.0, 52.0);
        search.restart();
        assert_eq!(search.both(&poses), None);
        assert!(search.shank_up.standing.is_some());
    }

    #[test]
    fn the_thighs_sign_makes_the_knee_flex() {
        let to_sensor = transposed(&mount());
        for turned in [false, true] {
            let mut search = Search::new(Params::default());
            let mut poses = Poses::default();
            let seat = if turned { transposed(&flipped(&mount())) } else { to_sensor };
            search.stand_thigh(apply(&seat, [0.0, 1.0, 0.0]));
            for k in 0..600 {
                let t = f64::from(k) * CELL_S;
                // A knee between 15 and 40 deg; with the thigh's front for its back it would bend both ways.
                let shank = attitude(t, 15.0, 55.0, &EYE);
                let thigh = attitude(t, 30.0, 15.0, &seat);
                let pose = Pose { t, shank, thigh: Some(thigh), trust: Trust::Levelled, ..Pose::default() };
                search.step(&pose);
                poses.push(pose);
            }
            let (found, standing) = search.thigh(&EYE, &poses).unwrap();
            assert!(standing.is_some());
            for (row, want) in found.iter().zip(transposed(&seat)) {
                assert!(dot(*row, want) > 0.9999, "{turned} {found:?}");
            }
        }
    }
}

//! Inclination and gyroscope bias by VQF (6D, no magnetometer).
//!
//! D. Laidig, T. Seel: "VQF: Highly accurate IMU orientation estimation with bias estimation and
//! magnetic disturbance rejection", Information Fusion 91, 2023,
//! <https://doi.org/10.1016/j.inffus.2022.10.014>.
//!
//! The gyroscope alone is integrated into an almost inertial frame; there the specific force is
//! low-passed, so that what the leg does cancels and gravity remains; a small rotation then levels
//! the result. The bias is estimated at rest from the readings themselves, and in motion from the
//! levelling that was needed ([`super::bias`]).
//!
//! # Data needs
//! One six-axis sensor in any axes, angular rate in rad/s, specific force in m/s², at a fixed rate.
//!
//! # Deviations from the paper
//! With [`Params::PAPER`] none in the computation: the tests compare with the authors' own
//! implementation and with an independent one. Magnetometer, heading and the offline variant are
//! left out. [`Params::SHANK`], which the pipeline uses, allows a larger bias, and levels with the
//! mean specific force of five samples instead of with each: the low-pass behind it passes 0.075 Hz.

use std::f64::consts::PI;

use super::bias::BiasEstimator;
use super::quat::{self, Quat};
use super::smooth::Smooth;

/// What may be tuned. Times in seconds and angles in degrees, whatever the rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Time constant of the specific force's low-pass, s. Paper: 3.
    pub tau_acc_s: f64,
    /// Whether the bias is estimated in motion. Paper: yes.
    pub motion_bias: bool,
    /// Bias uncertainty at the start, deg/s. Paper: 0.5.
    pub bias_sigma_init_dps: f64,
    /// Time in which the bias uncertainty grows by 0.1 deg/s, s. Paper: 100.
    pub bias_forgetting_s: f64,
    /// Largest bias, deg/s. Paper: 2.
    pub bias_clip_dps: f64,
    /// Bias uncertainty that motion can reach, deg/s. Paper: 0.1.
    pub bias_sigma_motion_dps: f64,
    /// Weight of the assumption that the bias about the vertical is zero. Paper: 0.0001.
    pub bias_vertical_forgetting: f64,
    /// Bias uncertainty that rest can reach, deg/s. Paper: 0.03.
    pub bias_sigma_rest_dps: f64,
    /// How long it must be still to be at rest, s. Paper: 1.5.
    pub rest_min_s: f64,
    /// Time constant of the low-pass that stillness is measured against, s. Paper: 0.5.
    pub rest_tau_s: f64,
    /// Deviation of the angular rate that is still rest, deg/s. Paper: 2.
    pub rest_gyr_dps: f64,
    /// Deviation of the specific force that is still rest, m/s². Paper: 0.5.
    pub rest_acc_mps2: f64,
    /// Samples to one levelling. Paper: 1.
    pub level_every: u32,
}

impl Params {
    /// The paper's defaults.
    pub const PAPER: Self = Self {
        tau_acc_s: 3.0,
        motion_bias: true,
        bias_sigma_init_dps: 0.5,
        bias_forgetting_s: 100.0,
        bias_clip_dps: 2.0,
        bias_sigma_motion_dps: 0.1,
        bias_vertical_forgetting: 0.0001,
        bias_sigma_rest_dps: 0.03,
        rest_min_s: 1.5,
        rest_tau_s: 0.5,
        rest_gyr_dps: 2.0,
        rest_acc_mps2: 0.5,
        level_every: 1,
    };

    /// For a sensor on a walking leg. Users of small sensors see zero-rate offsets of 3 deg/s, so the
    /// bias may be larger than in the paper; and levelling, by far the most work, is done 20 times a
    /// second.
    pub const SHANK: Self =
        Self { bias_clip_dps: 5.0, bias_sigma_init_dps: 1.0, level_every: 5, ..Self::PAPER };
}

/// The mean of a few samples.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    sum: [f64; 3],
    n: u32,
}

impl Block {
    #[inline]
    fn add(&mut self, v: [f64; 3]) {
        for (s, x) in self.sum.iter_mut().zip(v) {
            *s += x;
        }
        self.n += 1;
    }

    fn take(&mut self) -> [f64; 3] {
        let scale = 1.0 / f64::from(self.n.max(1));
        std::mem::take(self).sum.map(|s| s * scale)
    }
}

/// The filter.
#[derive(Clone, Debug)]
pub struct Vqf {
    params: Params,
    dt_s: f64,
    rest_gyr_sq: f64,
    rest_acc_sq: f64,
    gyr_quat: Quat,
    acc_quat: Quat,
    /// The vertical in the almost inertial frame, as levelled last.
    vertical: [f64; 3],
    up: [f64; 3],
    acc_lp: Smooth<3>,
    bias: BiasEstimator,
    rest_gyr_lp: Smooth<3>,
    rest_acc_lp: Smooth<3>,
    rest_gyr: [f64; 3],
    rest_acc: [f64; 3],
    still_s: f64,
    at_rest: bool,
    /// Since the last levelling: specific force in the inertial frame, and both readings as they are.
    inertial: Block,
    gyr: Block,
    acc: Block,
    started: bool,
}

impl Vqf {
    /// A filter for samples `dt_s` seconds apart.
    pub fn new(params: Params, dt_s: f64) -> Self {
        let block_s = dt_s * f64::from(params.level_every.max(1));
        let rest_gyr = params.rest_gyr_dps * PI / 180.0;
        Self {
            dt_s,
            rest_gyr_sq: rest_gyr * rest_gyr,
            rest_acc_sq: params.rest_acc_mps2 * params.rest_acc_mps2,
            gyr_quat: quat::IDENTITY,
            acc_quat: quat::IDENTITY,
            vertical: [0.0, 0.0, 1.0],
            up: [0.0, 0.0, 1.0],
            acc_lp: Smooth::new(params.tau_acc_s, block_s),
            bias: BiasEstimator::new(&params, block_s),
            rest_gyr_lp: Smooth::new(params.rest_tau_s, block_s),
            rest_acc_lp: Smooth::new(params.rest_tau_s, block_s),
            rest_gyr: [0.0; 3],
            rest_acc: [0.0; 3],
            still_s: 0.0,
            at_rest: false,
            inertial: Block::default(),
            gyr: Block::default(),
            acc: Block::default(),
            started: false,
            params,
        }
    }

    /// Starts anew after a hole in the samples: how the sensor turned in it is not known. The bias
    /// stays.
    pub fn restart(&mut self) {
        self.gyr_quat = quat::IDENTITY;
        self.acc_quat = quat::IDENTITY;
        self.vertical = [0.0, 0.0, 1.0];
        self.acc_lp.restart();
        self.rest_gyr_lp.restart();
        self.rest_acc_lp.restart();
        self.bias.restart();
        self.still_s = 0.0;
        self.at_rest = false;
        self.inertial = Block::default();
        self.gyr = Block::default();
        self.acc = Block::default();
        self.started = false;
    }

    /// Takes angular rate (rad/s) and specific force (m/s²) of one sample.
    pub fn update(&mut self, gyr: [f64; 3], acc: [f64; 3]) {
        let bias = self.bias.rate();
        let rate = [gyr[0] - bias[0], gyr[1] - bias[1], gyr[2] - bias[2]];
        self.gyr_quat = quat::mul(self.gyr_quat, quat::step(rate, self.dt_s));
        self.inertial.add(quat::rotate(self.gyr_quat, acc));
        self.gyr.add(gyr);
        self.acc.add(acc);
        if self.inertial.n >= self.params.level_every || !self.started {
            self.started = true;
            let block_s = self.dt_s * f64::from(self.inertial.n);
            self.rest_gyr = self.rest_gyr_lp.step(&self.gyr.take());
            self.rest_acc = self.rest_acc_lp.step(&self.acc.take());
            self.check_rest(gyr, acc, block_s);
            // Rounding lets the length stray by 1e-16 a sample.
            self.gyr_quat = quat::renormalize(self.gyr_quat);
            let low = self.acc_lp.step(&self.inertial.take());
            self.level(low, block_s);
        } else {
            self.check_rest(gyr, acc, 0.0);
        }
        self.up = quat::rotate_back(self.gyr_quat, self.vertical);
    }

    /// Whether the readings stay where they have been.
    #[inline]
    fn check_rest(&mut self, gyr: [f64; 3], acc: [f64; 3], passed_s: f64) {
        let clip = self.bias.clip();
        if distance_sq(gyr, self.rest_gyr) >= self.rest_gyr_sq
            || distance_sq(acc, self.rest_acc) >= self.rest_acc_sq
            || self.rest_gyr.iter().any(|g| g.abs() > clip)
        {
            self.still_s = 0.0;
            self.at_rest = false;
        } else {
            self.still_s += passed_s;
            self.at_rest |= self.still_s >= self.params.rest_min_s;
        }
    }

    /// Turns the low-passed specific force onto the vertical, and learns the bias from how much
    /// turning that took.
    fn level(&mut self, low: [f64; 3], block_s: f64) {
        let up = unit(quat::rotate(self.acc_quat, low));
        // Near 180° the shortest rotation is not defined; half a turn about x is as good as any.
        let w = f64::midpoint(up[2], 1.0).sqrt();
        let levelling = if w > 1e-6 {
            let half = 0.5 / w;
            [w, half * up[1], -half * up[0], 0.0]
        } else {
            [0.0, 1.0, 0.0, 0.0]
        };
        self.acc_quat = quat::renormalize(quat::mul(levelling, self.acc_quat));
        self.vertical = quat::up_of(self.acc_quat);
        let orientation = quat::matrix(quat::mul(self.acc_quat, self.gyr_quat));
        let rest = self.at_rest.then_some(self.rest_gyr);
        self.bias.step(&orientation, [-up[1] / block_s, up[0] / block_s], rest);
    }

    /// The vertical in sensor axes, as a unit vector pointing up.
    #[inline]
    pub fn up(&self) -> [f64; 3] {
        self.up
    }

    /// Orientation of the sensor in an earth frame with `z` up and arbitrary heading.
    pub fn orientation(&self) -> Quat {
        quat::mul(self.acc_quat, self.gyr_quat)
    }

    /// Estimated gyroscope bias, rad/s.
    #[inline]
    pub fn bias(&self) -> [f64; 3] {
        self.bias.rate()
    }

    /// Whether the sensor is at rest.
    #[inline]
    pub fn at_rest(&self) -> bool {
        self.at_rest
    }
}

#[inline]
fn distance_sq(a: [f64; 3], b: [f64; 3]) -> f64 {
    let d = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
}

#[inline]
fn unit(v: [f64; 3]) -> [f64; 3] {
    let n = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    let scale = 1.0 / n;
    if n > 0.0 { v.map(|x| x * scale) } else { [0.0, 0.0, 1.0] }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DT: f64 = 0.01;

    /// The motion of `fixtures/reference/make_vqf.py`.
    fn made_up_motion(k: u32) -> ([f64; 3], [f64; 3]) {
        let t = f64::from(k) * DT;
        let walk = if t < 4.0 { 0.0 } else { 1.0 };
        let s = |f: f64, p: f64| (2.0 * PI * f * t + p).sin();
        let gyr = [
            walk * (0.4 * s(0.9, 0.3) + 0.2 * s(1.7, 1.1)) + 0.010,
            walk * (0.3 * s(0.9, 1.9)) - 0.012,
            walk * (3.0 * s(0.9, 0.0) + 1.2 * s(1.8, 0.7)) + 0.006,
        ];
        let acc = [
            walk * (2.0 * s(0.9, 0.5) + 1.5 * s(2.7, 0.2)) + 0.3,
            9.7 + walk * (1.5 * s(1.8, 0.9)),
            walk * 0.8 * s(0.9, 2.0) - 0.2,
        ];
        (gyr, acc)
    }

    fn angle_deg(a: [f64; 3], b: [f64; 3]) -> f64 {
        distance_sq(a, b).sqrt().to_degrees()
    }

    #[test]
    fn agrees_with_the_authors_implementation() {
        let mut vqf = Vqf::new(Params::PAPER, DT);
        let text = include_str!("../../fixtures/reference/vqf.csv");
        let mut k = 0;
        let mut rows = 0;
        for line in text.lines().skip(1) {
            let v: Vec<f64> = line.split(',').map(|x| x.parse().unwrap()).collect();
            while f64::from(k) <= v[0] {
                let (gyr, acc) = made_up_motion(k);
                vqf.update(gyr, acc);
                k += 1;
            }
            assert!(angle_deg(vqf.up(), [v[1], v[2], v[3]]) < 1e-5, "row {rows}");
            assert!(distance_sq(vqf.bias(), [v[4], v[5], v[6]]).sqrt() < 1e-7, "row {rows}");
            assert_eq!(vqf.at_rest(), v[7] > 0.5, "row {rows}");
            rows += 1;
        }
        assert_eq!(rows, 120);
    }

    #[test]
    fn agrees_with_an_independent_implementation_at_every_sample() {
        let mut ours = Vqf::new(Params::PAPER, DT);
        let mut theirs = vqf_rs::VQF::new(DT, None, None, None);
        for k in 0..6000 {
            let (gyr, acc) = made_up_motion(k);
            ours.update(gyr, acc);
            theirs.update(gyr, acc, None);
            let vqf_rs::Quaternion(w, x, y, z) = theirs.quat_6d();
            let up = [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)];
            assert!(angle_deg(ours.up(), up) < 1e-4, "{k}: {:?} {up:?}", ours.up());
        }
    }

    #[test]
    fn levelling_less_often_changes_little() {
        let mut often = Vqf::new(Params { level_every: 1, ..Params::SHANK }, DT);
        let mut seldom = Vqf::new(Params::SHANK, DT);
        for k in 0..6000 {
            let (gyr, acc) = made_up_motion(k);
            often.update(gyr, acc);
            seldom.update(gyr, acc);
            let off = angle_deg(often.up(), seldom.up());
            assert!(off < 0.5, "{k}: {off}");
        }
        assert!(distance_sq(often.bias(), seldom.bias()).sqrt().to_degrees() < 0.02);
    }

    #[test]
    fn turning_the_sensor_turns_the_answer() {
        let mut plain = Vqf::new(Params::SHANK, DT);
        let mut turned = Vqf::new(Params::SHANK, DT);
        let turn = |v: [f64; 3]| [-v[1], v[2], -v[0]];
        for k in 0..3000 {
            let (gyr, acc) = made_up_motion(k);
            plain.update(gyr, acc);
            turned.update(turn(gyr), turn(acc));
        }
        let off = angle_deg(turn(plain.up()), turned.up());
        // The bias error is clipped along earth axes whose heading is arbitrary.
        assert!(off < 0.01, "{off}");
    }

    #[test]
    fn upside_down_it_finds_up_from_the_first_sample() {
        let mut vqf = Vqf::new(Params::SHANK, DT);
        vqf.update([0.0; 3], [0.0, 0.0, -9.81]);
        assert!(angle_deg(vqf.up(), [0.0, 0.0, -1.0]) < 1e-6, "{:?}", vqf.up());
    }
}

//! Inclination and gyroscope bias by VQF (6D, no magnetometer).
//!
//! D. Laidig, T. Seel: "VQF: Highly accurate IMU orientation estimation with bias estimation and
//! magnetic disturbance rejection", Information Fusion 91, 2023,
//! <https://doi.org/10.1016/j.inffus.2022.10.014>.
//!
//! The gyroscope alone is integrated into an almost inertial frame; there the specific force is
//! low-passed, so that what the leg does cancels and gravity remains; a small rotation then levels
//! the result. The bias is estimated at rest from the readings themselves, and in motion from the
//! levelling that was needed.
//!
//! # Data needs
//! One six-axis sensor in any axes, angular rate in rad/s, specific force in m/s², at a fixed rate.
//!
//! # Deviations from the paper
//! None in the computation (the tests compare with the authors' own implementation and with an
//! independent one). Magnetometer, heading and the offline variant are left out. The time constant
//! and the bias limit that the pipeline uses differ from the paper's defaults, see
//! [`Params::shank`].

use std::f64::consts::{PI, SQRT_2};

use super::quat::{self, Quat};
use crate::signal::filter::{Biquad, Channel, FilterError};

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
    };

    /// For a sensor on a walking leg: users of small sensors see zero-rate offsets of 3 deg/s, so the
    /// bias may be larger than in the paper.
    pub const SHANK: Self = Self {
        bias_clip_dps: 5.0,
        bias_sigma_init_dps: 1.0,
        ..Self::PAPER
    };
}

/// A low-pass that starts with the running mean of its input for one time constant, so that it has
/// no transient to wait for.
#[derive(Clone, Copy, Debug)]
struct Smooth<const N: usize> {
    filter: Biquad,
    /// Samples of running mean still to come.
    warm_up: u32,
    seen: u32,
    mean: [f64; N],
    channels: [Channel; N],
}

impl<const N: usize> Smooth<N> {
    fn new(tau_s: f64, dt_s: f64) -> Result<Self, FilterError> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few hundred at most"
        )]
        let warm_up = libm::ceil(tau_s / dt_s - 1e-9).max(1.0) as u32;
        Ok(Self {
            filter: Biquad::low_pass(SQRT_2 / (2.0 * PI * tau_s), 1.0 / dt_s)?,
            warm_up,
            seen: 0,
            mean: [0.0; N],
            channels: [Channel::default(); N],
        })
    }

    #[inline]
    fn step(&mut self, x: &[f64; N]) -> [f64; N] {
        let mut out = [0.0; N];
        if self.seen < self.warm_up {
            self.seen += 1;
            for ((o, m), v) in out.iter_mut().zip(&mut self.mean).zip(x) {
                *m += v;
                *o = *m / f64::from(self.seen);
            }
            if self.seen == self.warm_up {
                for (c, o) in self.channels.iter_mut().zip(&out) {
                    c.settle(&self.filter, *o);
                }
            }
        } else {
            for ((o, c), v) in out.iter_mut().zip(&mut self.channels).zip(x) {
                *o = c.step(&self.filter, *v);
            }
        }
        out
    }
}

/// Numbers that follow from the parameters once.
#[derive(Clone, Copy, Debug)]
struct Coefficients {
    dt_s: f64,
    bias_p0: f64,
    bias_v: f64,
    w_motion: f64,
    w_vertical: f64,
    w_rest: f64,
    bias_clip: f64,
    rest_gyr_sq: f64,
    rest_acc_sq: f64,
}

/// The filter.
#[derive(Clone, Debug)]
pub struct Vqf {
    params: Params,
    k: Coefficients,
    gyr_quat: Quat,
    acc_quat: Quat,
    acc_lp: Smooth<3>,
    bias: [f64; 3],
    bias_p: [[f64; 3]; 3],
    r_lp: Smooth<9>,
    rb_lp: Smooth<2>,
    rest_gyr_lp: Smooth<3>,
    rest_acc_lp: Smooth<3>,
    rest_gyr: [f64; 3],
    still_s: f64,
    at_rest: bool,
    rotation: [[f64; 3]; 3],
}

impl Vqf {
    /// A filter for samples `dt_s` seconds apart.
    ///
    /// # Errors
    /// When a time constant is too short for that rate.
    pub fn new(params: Params, dt_s: f64) -> Result<Self, FilterError> {
        // Covariances in (0.01 deg/s)², as in the paper, to keep the numbers near one.
        let sq = |dps: f64| (dps * 100.0) * (dps * 100.0);
        let bias_p0 = sq(params.bias_sigma_init_dps);
        let bias_v = sq(0.1) * dt_s / params.bias_forgetting_s;
        let p_motion = sq(params.bias_sigma_motion_dps);
        let p_rest = sq(params.bias_sigma_rest_dps);
        let w_motion = p_motion * p_motion / bias_v + p_motion;
        let radians = |deg: f64| deg * PI / 180.0;
        Ok(Self {
            k: Coefficients {
                dt_s,
                bias_p0,
                bias_v,
                w_motion,
                w_vertical: w_motion / params.bias_vertical_forgetting.max(1e-10),
                w_rest: p_rest * p_rest / bias_v + p_rest,
                bias_clip: radians(params.bias_clip_dps),
                rest_gyr_sq: radians(params.rest_gyr_dps) * radians(params.rest_gyr_dps),
                rest_acc_sq: params.rest_acc_mps2 * params.rest_acc_mps2,
            },
            gyr_quat: quat::IDENTITY,
            acc_quat: quat::IDENTITY,
            acc_lp: Smooth::new(params.tau_acc_s, dt_s)?,
            bias: [0.0; 3],
            bias_p: [
                [bias_p0, 0.0, 0.0],
                [0.0, bias_p0, 0.0],
                [0.0, 0.0, bias_p0],
            ],
            r_lp: Smooth::new(params.tau_acc_s, dt_s)?,
            rb_lp: Smooth::new(params.tau_acc_s, dt_s)?,
            rest_gyr_lp: Smooth::new(params.rest_tau_s, dt_s)?,
            rest_acc_lp: Smooth::new(params.rest_tau_s, dt_s)?,
            rest_gyr: [0.0; 3],
            still_s: 0.0,
            at_rest: false,
            rotation: quat::matrix(quat::IDENTITY),
            params,
        })
    }

    /// Takes angular rate (rad/s) and specific force (m/s²) of one sample.
    pub fn update(&mut self, gyr: [f64; 3], acc: [f64; 3]) {
        self.update_rest_gyr(gyr);
        let mut rate = gyr;
        for (r, b) in rate.iter_mut().zip(&self.bias) {
            *r -= b;
        }
        self.gyr_quat = quat::normalize(quat::mul(self.gyr_quat, quat::step(rate, self.k.dt_s)));
        if acc != [0.0; 3] {
            self.update_rest_acc(acc);
            self.update_acc(acc);
        }
    }

    #[inline]
    fn update_rest_gyr(&mut self, gyr: [f64; 3]) {
        self.rest_gyr = self.rest_gyr_lp.step(&gyr);
        let clip = self.k.bias_clip;
        if distance_sq(gyr, self.rest_gyr) >= self.k.rest_gyr_sq
            || self.rest_gyr.iter().any(|g| g.abs() > clip)
        {
            self.still_s = 0.0;
            self.at_rest = false;
        }
    }

    #[inline]
    fn update_rest_acc(&mut self, acc: [f64; 3]) {
        let lp = self.rest_acc_lp.step(&acc);
        if distance_sq(acc, lp) >= self.k.rest_acc_sq {
            self.still_s = 0.0;
            self.at_rest = false;
        } else {
            self.still_s += self.k.dt_s;
            self.at_rest |= self.still_s >= self.params.rest_min_s;
        }
    }

    fn update_acc(&mut self, acc: [f64; 3]) {
        let inertial = quat::apply(&quat::matrix(self.gyr_quat), acc);
        let low = self.acc_lp.step(&inertial);
        let up = unit(quat::apply(&quat::matrix(self.acc_quat), low));
        // The rotation that turns the low-passed specific force onto the vertical. Near 180° it is not
        // defined; half a turn about x is as good as any.
        let w = f64::midpoint(up[2], 1.0).sqrt();
        let levelling = if w > 1e-6 {
            [w, 0.5 * up[1] / w, -0.5 * up[0] / w, 0.0]
        } else {
            [0.0, 1.0, 0.0, 0.0]
        };
        self.acc_quat = quat::normalize(quat::mul(levelling, self.acc_quat));
        self.rotation = quat::matrix(quat::mul(self.acc_quat, self.gyr_quat));
        self.update_bias(up);
    }

    /// One step of the Kalman filter of the bias; `up` is the levelled direction before correction.
    fn update_bias(&mut self, up: [f64; 3]) {
        let r = self.rotation;
        let rb = quat::apply(&r, self.bias);
        let [[a, b, c], [d, e, f], [g, h, i]] = r;
        let [a, b, c, d, e, f, g, h, i] = self.r_lp.step(&[a, b, c, d, e, f, g, h, i]);
        let low = [[a, b, c], [d, e, f], [g, h, i]];
        let rb_low = self.rb_lp.step(&[rb[0], rb[1]]);
        for (n, row) in self.bias_p.iter_mut().enumerate() {
            if row[n] < self.k.bias_p0 {
                row[n] += self.k.bias_v;
            }
        }
        let (mut error, w, r) = if self.at_rest {
            let e = [
                self.rest_gyr[0] - self.bias[0],
                self.rest_gyr[1] - self.bias[1],
                self.rest_gyr[2] - self.bias[2],
            ];
            (
                e,
                [self.k.w_rest; 3],
                [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            )
        } else if self.params.motion_bias {
            let lb = quat::apply(&low, self.bias);
            let e = [
                -up[1] / self.k.dt_s + rb_low[0] - lb[0],
                up[0] / self.k.dt_s + rb_low[1] - lb[1],
                -lb[2],
            ];
            (
                e,
                [self.k.w_motion, self.k.w_motion, self.k.w_vertical],
                low,
            )
        } else {
            return;
        };
        let clip = self.k.bias_clip;
        for e in &mut error {
            *e = e.clamp(-clip, clip);
        }
        let Some((gain, p)) = kalman(&self.bias_p, &r, w) else {
            return;
        };
        self.bias_p = p;
        let change = quat::apply(&gain, error);
        for (b, c) in self.bias.iter_mut().zip(change) {
            *b = (*b + c).clamp(-clip, clip);
        }
    }

    /// The vertical in sensor axes, as a unit vector pointing up.
    #[inline]
    pub fn up(&self) -> [f64; 3] {
        self.rotation[2]
    }

    /// Orientation of the sensor in an earth frame with `z` up and arbitrary heading.
    pub fn orientation(&self) -> Quat {
        quat::normalize(quat::mul(self.acc_quat, self.gyr_quat))
    }

    /// Estimated gyroscope bias, rad/s.
    #[inline]
    pub fn bias(&self) -> [f64; 3] {
        self.bias
    }

    /// Whether the sensor is at rest.
    #[inline]
    pub fn at_rest(&self) -> bool {
        self.at_rest
    }
}

/// Three rows of three.
type Matrix = [[f64; 3]; 3];

/// Gain and covariance of a Kalman update with measurement matrix `r` and diagonal noise `w`;
/// `None` when the innovation has no inverse.
fn kalman(p: &Matrix, r: &Matrix, w: [f64; 3]) -> Option<(Matrix, Matrix)> {
    let p_rt = mul_transposed(p, r);
    let mut s = mul3(r, &p_rt);
    for (n, row) in s.iter_mut().enumerate() {
        row[n] += w[n];
    }
    let gain = mul3(&p_rt, &inverse(&s)?);
    let kr = mul3(&gain, r);
    let krp = mul3(&kr, p);
    let mut next = *p;
    for (row, sub) in next.iter_mut().zip(&krp) {
        for (x, y) in row.iter_mut().zip(sub) {
            *x -= y;
        }
    }
    Some((gain, next))
}

#[inline]
fn mul3(a: &Matrix, b: &Matrix) -> Matrix {
    a.map(|row| [0, 1, 2].map(|j| row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]))
}

/// `a bᵀ`.
#[inline]
fn mul_transposed(a: &Matrix, b: &Matrix) -> Matrix {
    a.map(|row| [0, 1, 2].map(|j| row[0] * b[j][0] + row[1] * b[j][1] + row[2] * b[j][2]))
}

/// Inverse by cofactors.
#[inline]
fn inverse(m: &Matrix) -> Option<Matrix> {
    let c = |i: usize, j: usize| {
        let (a, b) = ((i + 1) % 3, (i + 2) % 3);
        let (d, e) = ((j + 1) % 3, (j + 2) % 3);
        m[a][d] * m[b][e] - m[a][e] * m[b][d]
    };
    let det = m[0][0] * c(0, 0) + m[0][1] * c(0, 1) + m[0][2] * c(0, 2);
    if det.abs() < f64::MIN_POSITIVE {
        return None;
    }
    Some([0, 1, 2].map(|i| [0, 1, 2].map(|j| c(j, i) / det)))
}

#[inline]
fn distance_sq(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum()
}

#[inline]
fn unit(v: [f64; 3]) -> [f64; 3] {
    let n = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    if n > 0.0 {
        v.map(|x| x / n)
    } else {
        [0.0, 0.0, 1.0]
    }
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
        let mut vqf = Vqf::new(Params::PAPER, DT).unwrap();
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
            assert!(
                distance_sq(vqf.bias(), [v[4], v[5], v[6]]).sqrt() < 1e-7,
                "row {rows}"
            );
            assert_eq!(vqf.at_rest(), v[7] > 0.5, "row {rows}");
            rows += 1;
        }
        assert_eq!(rows, 120);
    }

    #[test]
    fn agrees_with_an_independent_implementation_at_every_sample() {
        let mut ours = Vqf::new(Params::PAPER, DT).unwrap();
        let mut theirs = vqf_rs::VQF::new(DT, None, None, None);
        for k in 0..6000 {
            let (gyr, acc) = made_up_motion(k);
            ours.update(gyr, acc);
            theirs.update(gyr, acc, None);
            let vqf_rs::Quaternion(w, x, y, z) = theirs.quat_6d();
            let up = [
                2.0 * (x * z - w * y),
                2.0 * (y * z + w * x),
                1.0 - 2.0 * (x * x + y * y),
            ];
            assert!(
                angle_deg(ours.up(), up) < 1e-4,
                "{k}: {:?} {up:?}",
                ours.up()
            );
        }
    }

    #[test]
    fn turning_the_sensor_turns_the_answer() {
        let mut plain = Vqf::new(Params::SHANK, DT).unwrap();
        let mut turned = Vqf::new(Params::SHANK, DT).unwrap();
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
        let mut vqf = Vqf::new(Params::SHANK, DT).unwrap();
        vqf.update([0.0; 3], [0.0, 0.0, -9.81]);
        assert!(
            angle_deg(vqf.up(), [0.0, 0.0, -1.0]) < 1e-6,
            "{:?}",
            vqf.up()
        );
    }
}

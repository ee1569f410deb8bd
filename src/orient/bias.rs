//! The gyroscope's bias, by the Kalman filter of VQF (section 3.4 of the paper).

use std::f64::consts::PI;

use super::quat::{self, EYE, Matrix, product};
use super::smooth::Smooth;
use super::vqf::Params;

/// Estimator of a slowly changing bias.
#[derive(Clone, Debug)]
pub struct BiasEstimator {
    motion: bool,
    /// Covariances in (0.01 deg/s)², as in the paper, to keep the numbers near one.
    p0: f64,
    v: f64,
    w_motion: f64,
    w_vertical: f64,
    w_rest: f64,
    clip: f64,
    bias: [f64; 3],
    p: Matrix,
    r_lp: Smooth<9>,
    rb_lp: Smooth<2>,
}

impl BiasEstimator {
    /// An estimator whose steps are `dt_s` seconds apart.
    pub fn new(params: &Params, dt_s: f64) -> Self {
        let sq = |dps: f64| (dps * 100.0) * (dps * 100.0);
        let p0 = sq(params.bias_sigma_init_dps);
        let v = sq(0.1) * dt_s / params.bias_forgetting_s;
        let p_motion = sq(params.bias_sigma_motion_dps);
        let p_rest = sq(params.bias_sigma_rest_dps);
        let w_motion = p_motion * p_motion / v + p_motion;
        Self {
            motion: params.motion_bias,
            p0,
            v,
            w_motion,
            w_vertical: w_motion / params.bias_vertical_forgetting.max(1e-10),
            w_rest: p_rest * p_rest / v + p_rest,
            clip: params.bias_clip_dps * PI / 180.0,
            bias: [0.0; 3],
            p: EYE.map(|row| row.map(|x| x * p0)),
            r_lp: Smooth::new(params.tau_acc_s, dt_s),
            rb_lp: Smooth::new(params.tau_acc_s, dt_s),
        }
    }

    /// Forgets the movement, keeps the bias and how sure it is.
    pub fn restart(&mut self) {
        self.r_lp.restart();
        self.rb_lp.restart();
    }

    /// The bias, rad/s in sensor axes.
    #[inline]
    pub fn rate(&self) -> [f64; 3] {
        self.bias
    }

    /// The largest bias, rad/s.
    #[inline]
    pub fn clip(&self) -> f64 {
        self.clip
    }

    /// One step: `orientation` turns sensor axes to earth axes, `levelling` is the rate (rad/s about
    /// earth x and y) at which specific force had to level it, `rest` the low-passed reading when the
    /// sensor is at rest.
    pub fn step(&mut self, orientation: &Matrix, levelling: [f64; 2], rest: Option<[f64; 3]>) {
        let rb = quat::apply(orientation, self.bias);
        let [[a, b, c], [d, e, f], [g, h, i]] = *orientation;
        let [a, b, c, d, e, f, g, h, i] = self.r_lp.step(&[a, b, c, d, e, f, g, h, i]);
        let low = [[a, b, c], [d, e, f], [g, h, i]];
        let rb_low = self.rb_lp.step(&[rb[0], rb[1]]);
        for (n, row) in self.p.iter_mut().enumerate() {
            if row[n] < self.p0 {
                row[n] += self.v;
            }
        }
        let b = self.bias;
        let (mut error, w, r) = if let Some(gyr) = rest {
            let e = [gyr[0] - b[0], gyr[1] - b[1], gyr[2] - b[2]];
            (e, [self.w_rest; 3], EYE)
        } else if self.motion {
            let lb = quat::apply(&low, b);
            let e = [levelling[0] + rb_low[0] - lb[0], levelling[1] + rb_low[1] - lb[1], -lb[2]];
            (e, [self.w_motion, self.w_motion, self.w_vertical], low)
        } else {
            return;
        };
        let clip = self.clip;
        for e in &mut error {
            *e = e.clamp(-clip, clip);
        }
        let Some((gain, p)) = update(&self.p, &r, w) else {
            return;
        };
        self.p = p;
        for (b, c) in self.bias.iter_mut().zip(quat::apply(&gain, error)) {
            *b = (*b + c).clamp(-clip, clip);
        }
    }
}

/// Gain and covariance of a Kalman update with measurement matrix `r` and diagonal noise `w`;
/// `None` when the innovation has no inverse.
fn update(p: &Matrix, r: &Matrix, w: [f64; 3]) -> Option<(Matrix, Matrix)> {
    let p_rt = mul_transposed(p, r);
    let mut s = product(r, &p_rt);
    for (n, row) in s.iter_mut().enumerate() {
        row[n] += w[n];
    }
    let gain = product(&p_rt, &inverse(&s)?);
    let krp = product(&product(&gain, r), p);
    let mut next = *p;
    for (row, sub) in next.iter_mut().zip(&krp) {
        for (x, y) in row.iter_mut().zip(sub) {
            *x -= y;
        }
    }
    Some((gain, next))
}

/// `a bᵀ`.
fn mul_transposed(a: &Matrix, b: &Matrix) -> Matrix {
    a.map(|row| [0, 1, 2].map(|j| row[0] * b[j][0] + row[1] * b[j][1] + row[2] * b[j][2]))
}

/// Inverse by cofactors.
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
    let scale = 1.0 / det;
    Some([0, 1, 2].map(|i| [0, 1, 2].map(|j| c(j, i) * scale)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orient::vqf::{Params, Vqf};

    const DPS: f64 = PI / 180.0;

    #[test]
    fn at_rest_the_bias_is_what_the_gyroscope_reads() {
        let mut vqf = Vqf::new(Params::SHANK, 0.01);
        let reads = [1.5 * DPS, -2.0 * DPS, 0.7 * DPS];
        for _ in 0..1000 {
            vqf.update(reads, [0.0, 9.81, 0.0]);
        }
        for (got, want) in vqf.bias().iter().zip(reads) {
            assert!((got - want).abs() < 0.05 * DPS, "{:?}", vqf.bias().map(|b| b / DPS));
        }
    }

    #[test]
    fn a_turn_that_goes_on_is_no_bias() {
        let mut vqf = Vqf::new(Params::SHANK, 0.01);
        for _ in 0..1000 {
            vqf.update([0.0, 30.0 * DPS, 0.0], [0.0, 9.81, 0.0]);
        }
        let most = vqf.bias().iter().fold(0.0_f64, |m, b| m.max(b.abs()));
        assert!(most <= Params::SHANK.bias_clip_dps * DPS + 1e-12 && !vqf.at_rest());
    }

    #[test]
    fn a_bias_is_never_larger_than_its_limit() {
        let mut bias = BiasEstimator::new(&Params::SHANK, 0.05);
        for _ in 0..10_000 {
            bias.step(&EYE, [0.0; 2], Some([1.0, -1.0, 0.0]));
        }
        let limit = bias.clip();
        assert!(bias.rate().iter().all(|b| b.abs() <= limit) && bias.rate()[0] > 0.9 * limit);
    }

    #[test]
    fn a_restart_keeps_what_was_learned() {
        let mut bias = BiasEstimator::new(&Params::SHANK, 0.05);
        for _ in 0..200 {
            bias.step(&EYE, [0.0; 2], Some([0.01, 0.0, 0.0]));
        }
        let before = bias.rate();
        bias.restart();
        assert!(before[0] > 0.009 && bias.rate() == before);
    }

    #[test]
    fn an_inverse_undoes_and_a_flat_matrix_has_none() {
        let m = [[2.0, 1.0, 0.5], [0.0, 3.0, -1.0], [1.0, 0.0, 4.0]];
        for (n, row) in product(&m, &inverse(&m).unwrap()).iter().enumerate() {
            assert!(row.iter().zip(EYE[n]).all(|(a, b)| (a - b).abs() < 1e-12));
        }
        assert_eq!(inverse(&[[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 1.0]]), None);
    }
}

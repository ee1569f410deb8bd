//! Unit quaternions as plain arrays `[w, x, y, z]`: the few operations that the filter needs.

/// A rotation.
pub type Quat = [f64; 4];

/// A rotation matrix, by rows.
pub type Matrix = [[f64; 3]; 3];

/// No rotation.
pub const EYE: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// No rotation.
pub const IDENTITY: Quat = [1.0, 0.0, 0.0, 0.0];

/// `a` after `b`.
#[inline]
pub fn mul(a: Quat, b: Quat) -> Quat {
    [
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
        a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
        a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
    ]
}

/// The rotation matrix of `q`, by rows.
#[inline]
pub fn matrix(q: Quat) -> Matrix {
    let [w, x, y, z] = q;
    [
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
    ]
}

/// `v` turned by the unit quaternion `q`.
#[inline]
pub fn rotate(q: Quat, v: [f64; 3]) -> [f64; 3] {
    let [w, x, y, z] = q;
    let t = [2.0 * (y * v[2] - z * v[1]), 2.0 * (z * v[0] - x * v[2]), 2.0 * (x * v[1] - y * v[0])];
    [
        v[0] + w * t[0] + y * t[2] - z * t[1],
        v[1] + w * t[1] + z * t[0] - x * t[2],
        v[2] + w * t[2] + x * t[1] - y * t[0],
    ]
}

/// `v` turned by the inverse of the unit quaternion `q`.
#[inline]
pub fn rotate_back(q: Quat, v: [f64; 3]) -> [f64; 3] {
    rotate([q[0], -q[1], -q[2], -q[3]], v)
}

/// The earth's upward axis in the axes that `q` turns from: the last row of [`matrix`].
#[inline]
pub fn up_of(q: Quat) -> [f64; 3] {
    let [w, x, y, z] = q;
    [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)]
}

/// Brings a quaternion that is already within rounding of unit length back to it.
#[inline]
pub fn renormalize(q: Quat) -> Quat {
    let n = 1.5 - 0.5 * (q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
    q.map(|v| v * n)
}

/// `m v`.
#[inline]
pub fn apply(m: &Matrix, v: [f64; 3]) -> [f64; 3] {
    [
        m[0][0] * v[0] + m[0][1] * v[1] + m[0][2] * v[2],
        m[1][0] * v[0] + m[1][1] * v[1] + m[1][2] * v[2],
        m[2][0] * v[0] + m[2][1] * v[1] + m[2][2] * v[2],
    ]
}

/// Coefficients of the series of cos √x and sin √x / √x. They are multiplied by: a division takes four times as long.
const COS: [f64; 4] = [-1.0 / 2.0, 1.0 / 24.0, -1.0 / 720.0, 1.0 / 40_320.0];
const SIN: [f64; 4] = [-1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0, 1.0 / 362_880.0];

/// The rotation by `rate` (rad/s) held for `dt` seconds.
///
/// Sine and cosine by their series to the ninth order: for the fastest rate that a sensor reads
/// (2000 deg/s for 10 ms is 0.17 rad of half angle) the error is below 1e-15.
#[inline]
pub fn step(rate: [f64; 3], dt: f64) -> Quat {
    let h = 0.5 * dt;
    let x2 = (rate[0] * rate[0] + rate[1] * rate[1] + rate[2] * rate[2]) * h * h;
    let (c, s) = if x2 < 0.06 {
        (
            1.0 + x2 * (COS[0] + x2 * (COS[1] + x2 * (COS[2] + x2 * COS[3]))),
            h * (1.0 + x2 * (SIN[0] + x2 * (SIN[1] + x2 * (SIN[2] + x2 * SIN[3])))),
        )
    } else {
        let x = x2.sqrt();
        (libm::cos(x), h * libm::sin(x) / x)
    };
    [c, s * rate[0], s * rate[1], s * rate[2]]
}

/// `a b`.
#[inline]
pub fn product(a: &Matrix, b: &Matrix) -> Matrix {
    a.map(|row| [0, 1, 2].map(|j| row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]))
}

/// `a · b`.
#[inline]
pub fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `a × b`.
#[inline]
pub fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// `v` at unit length; `None` when it has none.
#[inline]
pub fn unit(v: [f64; 3]) -> Option<[f64; 3]> {
    let n = dot(v, v).sqrt();
    (n > 0.0 && n.is_finite()).then(|| v.map(|x| x / n))
}

/// Angle between two unit vectors, deg.
pub fn angle_deg(a: [f64; 3], b: [f64; 3]) -> f64 {
    libm::acos(dot(a, b).clamp(-1.0, 1.0)) * 180.0 / std::f64::consts::PI
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_the_rotation_it_says() {
        for rate in [0.0, 1.0, 30.0, 80.0, 400.0] {
            let q = step([0.6 * rate, 0.0, 0.8 * rate], 0.01);
            let half = 0.005 * rate;
            assert!((q[0] - half.cos()).abs() < 1e-12 && (q[1] - 0.6 * half.sin()).abs() < 1e-12, "{rate}");
        }
    }

    #[test]
    fn turning_by_a_product_is_turning_twice() {
        let (a, b) = (step([1.0, 2.0, 3.0], 0.2), step([-2.0, 0.5, 1.0], 0.3));
        let v = [0.3, -0.2, 0.9];
        let once = apply(&matrix(mul(a, b)), v);
        let twice = apply(&matrix(a), apply(&matrix(b), v));
        assert!(once.iter().zip(twice).all(|(x, y)| (x - y).abs() < 1e-12));
        let direct = rotate(mul(a, b), v);
        assert!(once.iter().zip(direct).all(|(x, y)| (x - y).abs() < 1e-12));
        assert_eq!(up_of(a), matrix(a)[2]);
    }
}

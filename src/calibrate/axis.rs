//! The sagittal axis: the direction about which a walking leg turns most.

use nalgebra::{Matrix3, SymmetricEigen};

use crate::orient::quat::dot;
use crate::signal::grid::CELL_S;

/// Second moments of the angular rate, as far as the leg moved.
#[derive(Clone, Debug, Default)]
pub struct RateMoments {
    /// Upper triangle: xx, xy, xz, yy, yz, zz; (deg/s)² times s.
    m: [f64; 6],
    moved_s: f64,
}

/// The axis found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Unit vector; its sign is arbitrary.
    pub direction: [f64; 3],
    /// Second largest over largest moment: 0 for a pure hinge, 1 for no axis at all.
    pub roundness: f64,
}

impl RateMoments {
    /// Takes one angular rate, deg/s, if it is above `least_dps`.
    pub fn add(&mut self, rate: [f64; 3], least_dps: f64) {
        if dot(rate, rate) < least_dps * least_dps {
            return;
        }
        let [x, y, z] = rate;
        for (m, v) in self.m.iter_mut().zip([x * x, x * y, x * z, y * y, y * z, z * z]) {
            *m += v * CELL_S;
        }
        self.moved_s += CELL_S;
    }

    /// Lets the past count for less.
    pub fn fade(&mut self, share: f64) {
        for m in &mut self.m {
            *m *= share;
        }
        self.moved_s *= share;
    }

    /// Time in motion, s.
    pub fn moved_s(&self) -> f64 {
        self.moved_s
    }

    /// The principal axis; `None` before any motion.
    pub fn axis(&self) -> Option<Axis> {
        if self.moved_s <= 0.0 {
            return None;
        }
        let [xx, xy, xz, yy, yz, zz] = self.m;
        let eigen = SymmetricEigen::new(Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz));
        let mut order = [0, 1, 2];
        order.sort_unstable_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
        let largest = eigen.eigenvalues[order[0]];
        let v = eigen.eigenvectors.column(order[0]);
        (largest > 0.0 && largest.is_finite())
            .then(|| Axis { direction: [v[0], v[1], v[2]], roundness: eigen.eigenvalues[order[1]] / largest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hinge_shows_its_axis_whatever_its_direction() {
        for axis in [[0.0, 0.0, 1.0], [0.6, 0.0, 0.8], [0.48, -0.6, 0.64]] {
            let mut moments = RateMoments::default();
            for k in 0..200 {
                let rate = 200.0 * (f64::from(k) * 0.07).sin();
                moments.add(axis.map(|a: f64| a * rate), 40.0);
            }
            let found = moments.axis().unwrap();
            assert!((dot(found.direction, axis).abs() - 1.0).abs() < 1e-9, "{axis:?} {found:?}");
            assert!(found.roundness.abs() < 1e-9);
        }
    }

    #[test]
    fn slow_turning_teaches_nothing() {
        let mut moments = RateMoments::default();
        moments.add([39.0, 0.0, 0.0], 40.0);
        assert_eq!((moments.moved_s(), moments.axis()), (0.0, None));
        moments.add([41.0, 0.0, 0.0], 40.0);
        assert_eq!(moments.moved_s(), CELL_S);
    }

    #[test]
    fn turning_about_two_axes_alike_is_no_axis() {
        let mut moments = RateMoments::default();
        moments.add([100.0, 0.0, 0.0], 40.0);
        moments.add([0.0, 90.0, 0.0], 40.0);
        assert!((moments.axis().unwrap().roundness - 0.81).abs() < 1e-9);
    }

    #[test]
    fn what_has_faded_counts_for_less() {
        let mut moments = RateMoments::default();
        for _ in 0..10 {
            moments.add([100.0, 0.0, 0.0], 40.0);
        }
        moments.fade(0.1);
        for _ in 0..2 {
            moments.add([0.0, 0.0, 100.0], 40.0);
        }
        let found = moments.axis().unwrap();
        assert!(found.direction[2].abs() > 0.99 && (found.roundness - 0.5).abs() < 1e-9, "{found:?}");
        assert!((moments.moved_s() - 0.03).abs() < 1e-12);
    }
}

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

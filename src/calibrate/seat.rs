//! How a sensor really sits, when its nominal mount is known: turned upright by standing gravity and
//! about the vertical by the axis of rotation.

use std::f64::consts::FRAC_1_SQRT_2;

use super::axis::RateMoments;
use super::reference::Sitting;
use crate::orient::attitude::Attitude;
use crate::orient::quat::{EYE, Matrix, angle_deg, cross, dot, unit};

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Largest angle between nominal and real mount that is believed, deg. Default 35: beyond it another
    /// nominal mount would be nearer.
    pub largest_deg: f64,
    /// Standing that is needed to correct a given mount, s. Default 1.
    pub stand_s: f64,
    /// Tilt that is worth telling, deg. Default 10: a strap put on with care is within that.
    pub telling_deg: f64,
    /// Change of standing gravity that is a sensor turned on the leg, deg. Default 8: people stand
    /// within 3 to 5 of their own last time.
    pub moved_deg: f64,
    /// Change of standing gravity that makes a calibration stale, deg. Default 5: 2.5 times the error of
    /// an inclination in standing; it doubles in the knee.
    pub stale_deg: f64,
    /// Angular rate that tells the axis, deg/s. Default 60: swings and fast stances, no sway.
    pub moving_dps: f64,
    /// Motion that is needed for it, s. Default 3: about five strides.
    pub axis_s: f64,
    /// Motion after which the past counts half, s. Default 20: half a minute of walking.
    pub memory_s: f64,
    /// Largest roundness of an axis that is believed (second moment over first). Default 0.25: walking has
    /// 0.02 to 0.1, turning and wriggling 0.3 and more.
    pub roundness: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            largest_deg: 35.0,
            stand_s: 1.0,
            telling_deg: 10.0,
            moved_deg: 8.0,
            stale_deg: 5.0,
            moving_dps: 60.0,
            axis_s: 3.0,
            memory_s: 20.0,
            roundness: 0.25,
        }
    }
}

/// What standing told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    /// The sensor is tilted against its nominal mount by this much, deg.
    Tilted(f64),
    /// It has turned on the leg by this much since the last standing, deg.
    Moved(f64),
    /// It sits this far from where it was calibrated, deg.
    Stale(f64),
}

/// The seat of one sensor.
#[derive(Clone, Debug)]
pub struct Seat {
    params: Params,
    /// The axes that were given or found at first: those in use are never far from them.
    nominal: Matrix,
    /// From nominal axes to those of the segment.
    matrix: Matrix,
    /// The vertical when standing, as far as it is known.
    up: [f64; 3],
    /// The vertical when standing, in nominal axes.
    standing: Option<[f64; 3]>,
    /// The segment's `z` as the movement shows it, in nominal axes.
    axis: [f64; 3],
    axis_known: bool,
    moments: RateMoments,
    /// Whether it was calibrated, and that still fits.
    calibration: Option<bool>,
}

impl Seat {
    /// As nominal.
    pub fn new(params: Params) -> Self {
        Self {
            params,
            nominal: EYE,
            matrix: EYE,
            up: EYE[1],
            standing: None,
            axis: EYE[2],
            axis_known: false,
            moments: RateMoments::default(),
            calibration: None,
        }
    }

    /// As a calibration says, until standing contradicts it.
    pub fn calibrated(params: Params, sitting: &Sitting) -> Self {
        let mut seat = Self::new(params);
        seat.up = sitting.up;
        seat.axis = sitting.right;
        seat.axis_known = true;
        seat.standing = Some(sitting.up);
        seat.calibration = Some(true);
        seat.build();
        seat
    }

    /// No mount line was given: what it was calibrated to is what its axes are kept near to.
    pub fn found_so(&mut self) {
        self.nominal = self.matrix;
    }

    /// How it sits.
    pub fn sitting(&self) -> Sitting {
        Sitting { up: self.up, right: self.matrix[2] }
    }

    /// Whether the calibration still fits; `None` without one.
    pub fn calibration(&self) -> Option<bool> {
        self.calibration
    }

    /// A seat that has been found otherwise, and is only followed from now on.
    pub fn found(params: Params, matrix: Matrix, standing: Option<[f64; 3]>) -> Self {
        let up = standing.unwrap_or(matrix[1]);
        Self { nominal: matrix, up, matrix, standing, axis: matrix[2], axis_known: true, ..Self::new(params) }
    }

    /// From the axes in which poses come to those of the segment.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// Whether standing has been seen.
    pub fn has_standing(&self) -> bool {
        self.standing.is_some()
    }

    /// Angle from the nominal upward axis to standing gravity, deg.
    pub fn tilt_deg(&self) -> Option<f64> {
        self.standing.map(|up| angle_deg(up, self.nominal[1]))
    }

    /// Angle from the nominal sagittal axis to the one in use, deg.
    pub fn axis_deg(&self) -> Option<f64> {
        self.axis_known.then(|| angle_deg(self.matrix[2], self.nominal[2]))
    }

    /// Standing gravity has been seen.
    pub fn stand(&mut self, up: [f64; 3]) -> Option<Told> {
        let tilt = angle_deg(up, self.nominal[1]);
        let before = self.standing;
        if before.is_none() && tilt > self.params.largest_deg {
            // Not standing (or not as mounted): lying, kneeling, a wrong mount line.
            return Some(Told::Tilted(tilt));
        }
        let turned = before.map(|b| angle_deg(b, up));
        if self.calibration == Some(true)
            && let Some(t) = turned
        {
            if t <= self.params.stale_deg {
                // The straightest standing was measured with care; this is just standing.
                return None;
            }
            self.calibration = Some(false);
            self.standing = Some(up);
            self.up = up;
            self.build();
            return Some(Told::Stale(t));
        }
        if turned.is_some_and(|t| t > self.params.largest_deg) {
            return None;
        }
        self.standing = Some(up);
        self.up = up;
        self.build();
        match turned {
            Some(t) => (t > self.params.moved_deg).then_some(Told::Moved(t)),
            None => (tilt > self.params.telling_deg).then_some(Told::Tilted(tilt)),
        }
    }

    /// Takes one moment of movement.
    pub fn step(&mut self, a: &Attitude) {
        self.moments.add(a.gyr_dps, self.params.moving_dps);
    }

    /// Looks whether the movement shows the axis by now; called between strides, where a small turn of
    /// the axes disturbs nothing.
    pub fn settle(&mut self) {
        let p = &self.params;
        if self.moments.moved_s() < p.axis_s {
            return;
        }
        let Some(axis) = self.moments.axis() else { return };
        if self.moments.moved_s() > p.memory_s {
            self.moments.fade(0.5);
        }
        let sign = if dot(axis.direction, self.axis) < 0.0 { -1.0 } else { 1.0 };
        let direction = axis.direction.map(|v| v * sign);
        if axis.roundness < p.roundness && angle_deg(direction, self.nominal[2]) < p.largest_deg {
            self.axis = direction;
            self.axis_known = true;
            self.build();
        }
    }

    /// Whether the leg has clearly moved about an axis that is level, and not the one of the mount line.
    pub fn moves_askew(&self) -> bool {
        let p = &self.params;
        let axis = (self.moments.moved_s() >= p.axis_s).then(|| self.moments.axis()).flatten();
        axis.is_some_and(|a| {
            let along = |v: [f64; 3]| dot(a.direction, v).abs();
            // Half of a right angle: another of the mounts is nearer.
            a.roundness < p.roundness && along(self.up) < 0.5 && along(self.nominal[2]) < FRAC_1_SQRT_2
        })
    }

    /// The axis was found with the wrong sign.
    pub fn turn_around(&mut self) {
        self.axis = self.axis.map(|v| -v);
        self.nominal = [self.nominal[0].map(|v| -v), self.nominal[1], self.nominal[2].map(|v| -v)];
        self.build();
    }

    fn build(&mut self) {
        if let Some(m) = upright(self.up, self.axis) {
            self.matrix = m;
        }
    }
}

/// The axes of a segment whose upward axis is `up` and whose rightward axis is as near to `right` as
/// that allows; `None` when the two are parallel.
pub fn upright(up: [f64; 3], right: [f64; 3]) -> Option<Matrix> {
    let share = dot(up, right);
    let z = unit([right[0] - share * up[0], right[1] - share * up[1], right[2] - share * up[2]])?;
    Some([cross(up, z), up, z])
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
mod tests {
    use super::*;
    use crate::orient::quat::apply;

    fn tilted(degrees: f64) -> [f64; 3] {
        let a = degrees.to_radians();
        [a.sin(), a.cos(), 0.0]
    }

    fn moving(seat: &mut Seat, axis: [f64; 3], seconds: f64) {
        for k in 0..(seconds * 100.0) as u32 {
            let rate = if k % 2 == 0 { 150.0 } else { -150.0 };
            seat.step(&Attitude { gyr_dps: axis.map(|a| a * rate), ..Attitude::default() });
        }
        seat.settle();
    }

    #[test]
    fn standing_turns_a_tilted_sensor_upright() {
        let mut seat = Seat::new(Params::default());
        assert_eq!(seat.stand(tilted(6.0)), None, "not worth telling");
        assert!((apply(seat.matrix(), tilted(6.0))[1] - 1.0).abs() < 1e-12);
        let mut seat = Seat::new(Params::default());
        assert!(matches!(seat.stand(tilted(15.0)), Some(Told::Tilted(a)) if (a - 15.0).abs() < 1e-9));
        assert!((seat.tilt_deg().unwrap() - 15.0).abs() < 1e-9);
    }

    #[test]
    fn lying_down_is_not_standing() {
        let mut seat = Seat::new(Params::default());
        assert!(matches!(seat.stand(tilted(80.0)), Some(Told::Tilted(_))));
        assert!(!seat.has_standing() && seat.matrix() == &EYE);
        seat.stand(tilted(2.0));
        let before = *seat.matrix();
        assert_eq!(seat.stand(tilted(80.0)), None);
        assert_eq!(seat.matrix(), &before, "sitting after standing changes nothing");
    }

    #[test]
    fn a_sensor_that_turns_on_the_leg_is_noticed() {
        let mut seat = Seat::new(Params::default());
        seat.stand(tilted(3.0));
        assert_eq!(seat.stand(tilted(8.0)), None, "people stand otherwise each time");
        assert!(matches!(seat.stand(tilted(20.0)), Some(Told::Moved(a)) if (a - 12.0).abs() < 1e-9));
    }

    #[test]
    fn movement_turns_a_sensor_that_looks_askew() {
        let askew = [15.0_f64.to_radians().sin(), 0.0, 15.0_f64.to_radians().cos()];
        let mut seat = Seat::new(Params::default());
        moving(&mut seat, askew, 2.0);
        assert_eq!(seat.axis_deg(), None, "two seconds are too few");
        moving(&mut seat, askew, 2.0);
        assert!((seat.axis_deg().unwrap() - 15.0).abs() < 1e-6);
        let turned = apply(seat.matrix(), askew);
        assert!((turned[2] - 1.0).abs() < 1e-9, "{turned:?}");
    }

    #[test]
    fn an_axis_far_from_the_mount_line_is_not_believed() {
        let mut seat = Seat::new(Params::default());
        moving(&mut seat, [0.8, 0.0, 0.6], 5.0);
        assert_eq!((seat.axis_deg(), seat.matrix()), (None, &EYE));
    }

    #[test]
    fn a_leg_that_swings_about_its_front_is_mounted_otherwise() {
        for (axis, askew) in [
            ([1.0, 0.0, 0.0], true),
            ([0.0, 0.0, -1.0], false),
            ([0.6, 0.0, 0.8], false),
            // Turning on the spot.
            ([0.0, 1.0, 0.0], false),
        ] {
            let mut seat = Seat::new(Params::default());
            moving(&mut seat, axis, 2.0);
            assert!(!seat.moves_askew(), "two seconds are too few");
            moving(&mut seat, axis, 2.0);
            assert_eq!(seat.moves_askew(), askew, "{axis:?}");
        }
    }

    #[test]
    fn turning_around_turns_front_and_side_and_keeps_up() {
        let mut seat = Seat::found(Params::default(), EYE, Some([0.0, 1.0, 0.0]));
        seat.turn_around();
        assert_eq!(apply(seat.matrix(), [1.0, 2.0, 3.0]), [-1.0, 2.0, -3.0]);
    }

    #[test]
    fn axes_from_up_and_right_are_right_handed_and_need_both() {
        let m = upright([0.0, 1.0, 0.0], unit([0.1, 0.5, 0.9]).unwrap()).unwrap();
        assert!(dot(cross(m[0], m[1]), m[2]) > 1.0 - 1e-12 && m[1] == [0.0, 1.0, 0.0]);
        assert_eq!(upright([0.0, 1.0, 0.0], [0.0, -1.0, 0.0]), None);
    }
}

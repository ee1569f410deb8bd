//! Length and lift of a stride, by the shank pendulum.
//!
//! At two moments with the foot planted the sensor's velocity is known: it turns about an ankle at
//! rest (Li, Young, Naing, Donelan 2010, J. Biomech. 43:1640,
//! <https://pubmed.ncbi.nlm.nih.gov/20185136/>). Between them its acceleration is integrated, and what is left over at the end is taken out as if it had
//! grown evenly. All of it is relative to the ground or to a belt of constant speed.
//!
//! # Deviations
//! The paper integrates from mid-stance to mid-stance, where the shank is upright; here any moment
//! of a planted foot serves, and the ankle's path is taken instead of the sensor's, so that the
//! shank's angle at that moment does not matter. The lift is that over the line from one planted place to
//! the next, which the ankle's height is known to end on: what it is off there is an error that has grown all
//! along, and is some centimetres.

use crate::events::detector::{Frame, Frames};
use crate::events::timing::number_at;
use crate::sagittal::RAD;
use crate::signal::grid::CELL_S;

/// What one stride covered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    /// From ankle to ankle, m; positive forward.
    pub forward_m: f64,
    /// Highest rise of the ankle over the line between the two places where it was planted, m.
    pub lift_m: f64,
    /// What the velocity was off at the end, before it was taken out, m/s.
    pub closure_mps: f64,
    /// What the height was off at the end, before it was taken out, m.
    pub closure_m: f64,
}

/// Sensor position relative to the ankle, and its velocity while the ankle rests: forward and up.
struct Pendulum {
    at: [f64; 2],
    velocity: [f64; 2],
}

fn pendulum(f: &Frame, lever: Lever) -> Pendulum {
    let at = lever.sensor(f.motion.tilt);
    let rate = f.motion.omega_dps * RAD;
    Pendulum { at, velocity: [-rate * at[1], rate * at[0]] }
}

/// Where the sensor sits on the shank, from the ankle's centre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lever {
    /// Up along the shank, m.
    pub up_m: f64,
    /// Ahead of the line from knee to ankle, m.
    pub ahead_m: f64,
}

impl Lever {
    /// The sensor's place from the ankle with the shank at this inclination: forward and up, m.
    fn sensor(self, [sin, cos]: [f64; 2]) -> [f64; 2] {
        [self.ahead_m * cos - self.up_m * sin, self.ahead_m * sin + self.up_m * cos]
    }
}

/// The ankle's path from the planted moment `from` to the planted moment `to` (s); `None` when the
/// memory does not reach back that far.
pub fn path(frames: &Frames, from: f64, to: f64, lever: Lever) -> Option<Path> {
    let (first, last) = (number_at(frames, from), number_at(frames, to));
    let start = pendulum(frames.get(first)?, lever);
    let end = pendulum(frames.get(last)?, lever);
    if last <= first || frames.get(first)?.motion.t > from + CELL_S {
        return None;
    }
    let cells = (last - first) as f64;
    let mut velocity = start.velocity;
    let mut risen = 0.0;
    for (_, f) in frames.range(first, last) {
        velocity[0] += f.motion.forward_mps2 * CELL_S;
        velocity[1] += f.motion.up_mps2 * CELL_S;
        risen += velocity[1];
    }
    let drift = [0, 1].map(|k| (velocity[k] - end.velocity[k]) / cells);
    // The velocity's drift has grown from cell to cell.
    risen = (risen - drift[1] * 0.5 * cells * (cells + 1.0)) * CELL_S;
    let closure_m = risen + start.at[1] - end.at[1];
    let mut velocity = start.velocity;
    let mut moved = [0.0; 2];
    let mut lift_m: f64 = 0.0;
    for (_, f) in frames.range(first, last) {
        let m = &f.motion;
        velocity[0] += m.forward_mps2 * CELL_S - drift[0];
        velocity[1] += m.up_mps2 * CELL_S - drift[1];
        moved[0] += velocity[0] * CELL_S;
        moved[1] += velocity[1] * CELL_S - closure_m / cells;
        let ankle_up = moved[1] + start.at[1] - lever.sensor(m.tilt)[1];
        lift_m = lift_m.max(ankle_up);
    }
    Some(Path {
        forward_m: moved[0] + start.at[0] - end.at[0],
        lift_m,
        closure_mps: drift[0].abs() * cells,
        closure_m: closure_m.abs(),
    })
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::sagittal::Motion;

    const ANKLE_M: f64 = 0.28;
    const ARM: Lever = Lever { up_m: ANKLE_M, ahead_m: 0.0 };

    /// An ankle that is planted, covers `step_m` in half a second from 1 s on while it is lifted by 10 cm,
    /// and is planted again, under a shank that is turned by `theta` (rad). `slope` is an error of the
    /// forward acceleration, m/s².
    fn frames(step_m: f64, theta: impl Fn(f64) -> f64, slope: f64) -> Frames {
        let ankle = |t: f64| {
            let x = ((t - 1.0) / 0.5).clamp(0.0, 1.0);
            [step_m * (x - (2.0 * PI * x).sin() / (2.0 * PI)), 0.05 * (1.0 - (2.0 * PI * x).cos())]
        };
        let sensor = |t: f64| {
            let ([x, y], a) = (ankle(t), theta(t));
            [x - ANKLE_M * a.sin(), y + ANKLE_M * a.cos()]
        };
        let h = 1e-3;
        let second = |t: f64, k: usize| (sensor(t + h)[k] - 2.0 * sensor(t)[k] + sensor(t - h)[k]) / (h * h);
        let mut frames = Frames::default();
        for n in 0..250 {
            let t = f64::from(n) * CELL_S;
            let a = theta(t);
            let motion = Motion {
                t,
                tilt: [a.sin(), a.cos()],
                omega_dps: (theta(t + h) - theta(t - h)) / (2.0 * h) / RAD,
                forward_mps2: second(t, 0) + slope,
                up_mps2: second(t, 1),
                ..Motion::default()
            };
            frames.push(Frame { motion, ..Frame::default() });
        }
        frames
    }

    #[test]
    fn an_upright_leg_covers_what_its_ankle_does() {
        for step_m in [-1.1, -0.4, 0.0, 0.9] {
            let p = path(&frames(step_m, |_| 0.0, 0.0), 0.8, 1.7, ARM).unwrap();
            assert!((p.forward_m - step_m).abs() < 0.01 && (p.lift_m - 0.1).abs() < 0.01, "{step_m}: {p:?}");
        }
    }

    #[test]
    fn the_shank_may_be_tilted_and_turning_at_both_ends() {
        let theta = |t: f64| 0.3 * (2.0 * PI * (t - 0.8) / 1.2).cos();
        let p = path(&frames(-1.0, theta, 0.0), 0.75, 1.8, ARM).unwrap();
        assert!((p.forward_m + 1.0).abs() < 0.02 && (p.lift_m - 0.1).abs() < 0.02, "{p:?}");
    }

    #[test]
    fn a_constant_error_of_the_acceleration_is_taken_out() {
        let p = path(&frames(-1.0, |_| 0.0, 0.5), 0.8, 1.7, ARM).unwrap();
        assert!((p.forward_m + 1.0).abs() < 0.01, "{p:?}");
    }

    #[test]
    fn the_lift_is_over_the_line_between_two_planted_places() {
        // A vertical acceleration that is off for one half the one way and for the other half the other way
        // leaves the velocity right and the height wrong.
        let mut frames = frames(-1.0, |_| 0.0, 0.0);
        let (mut bent, mut n) = (Frames::default(), 0);
        while let Some(f) = frames.get(n) {
            let mut f = *f;
            f.motion.up_mps2 += if (0.8..1.25).contains(&f.motion.t) { -0.2 } else { 0.2 };
            bent.push(f);
            n += 1;
        }
        std::mem::swap(&mut frames, &mut bent);
        let p = path(&frames, 0.8, 1.7, ARM).unwrap();
        assert!((p.closure_m - 0.04).abs() < 0.01, "{p:?}");
        assert!((p.lift_m - 0.1).abs() < 0.01, "{p:?}");
    }

    #[test]
    fn what_the_memory_does_not_hold_has_no_path() {
        let frames = frames(-1.0, |_| 0.0, 0.0);
        assert_eq!(path(&frames, 1.5, 1.5, ARM), None);
        assert_eq!(path(&frames, -1.0, 1.7, ARM), None);
        assert_eq!(path(&Frames::default(), 0.0, 1.0, ARM), None);
    }
}

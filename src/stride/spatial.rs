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
//! shank's angle at that moment does not matter.

use crate::events::detector::{Frame, Frames};
use crate::events::timing::number_at;
use crate::sagittal::RAD;
use crate::signal::grid::CELL_S;

/// What one stride covered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    /// From ankle to ankle, m; positive forward.
    pub forward_m: f64,
    /// Highest rise of the ankle over where it was planted, m.
    pub lift_m: f64,
    /// What the velocity was off at the end, before it was taken out, m/s.
    pub closure_mps: f64,
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
    for (_, f) in frames.range(first, last) {
        velocity[0] += f.motion.forward_mps2 * CELL_S;
        velocity[1] += f.motion.up_mps2 * CELL_S;
    }
    let drift = [0, 1].map(|k| (velocity[k] - end.velocity[k]) / cells);
    let mut velocity = start.velocity;
    let mut moved = [0.0; 2];
    let mut lift_m: f64 = 0.0;
    for (_, f) in frames.range(first, last) {
        let m = &f.motion;
        velocity[0] += m.forward_mps2 * CELL_S - drift[0];
        velocity[1] += m.up_mps2 * CELL_S - drift[1];
        moved[0] += velocity[0] * CELL_S;
        moved[1] += velocity[1] * CELL_S;
        let ankle_up = moved[1] + start.at[1] - lever.sensor(m.tilt)[1];
        lift_m = lift_m.max(ankle_up);
    }
    Some(Path { forward_m: moved[0] + start.at[0] - end.at[0], lift_m, closure_mps: drift[0].abs() * cells })
}

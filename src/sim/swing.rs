//! A foot in the air on the foot-path gait (G2): its ankle's way from one footfall to the next,
//! meeting both without a jump in place, velocity or acceleration, and high enough over the floor.

use super::body::Body;
use super::chain::Facing;
use super::foot;
use super::footfall::Footfall;
use super::gait::PathGait;
use super::math::{Jet, Quintic, Vec3, bump, rad};

/// A swing between two footfalls of one leg.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Swing {
    start_s: f64,
    end_s: f64,
    /// World x, y, z.
    way: [Quintic; 3],
    lift_m: f64,
    lift_late: f64,
    lag: Vec3,
    pitch: Quintic,
    dip: f64,
}

impl Swing {
    /// The swing from `from` to `to`.
    pub(crate) fn between(body: &Body, gait: &PathGait, from: &Footfall, to: &Footfall) -> Self {
        let (start_s, end_s) = (from.leave_s, to.contact_s);
        let (left, met) = (from.ankle_jets(body, start_s), to.ankle_jets(body, end_s));
        let facing = Facing::new(f64::midpoint(from.heading, to.heading));
        // A foot that strikes may be stopped at once: its toes come down at the ankle's own speed.
        let (off, on) = (from.pitch_jet(start_s), Jet::at_rest(to.landing_pitch));
        let mut swing = Self {
            start_s,
            end_s,
            way: core::array::from_fn(|i| Quintic::new(start_s, left[i], end_s, met[i])),
            // A foot that is lifted over something goes up by centimetres, whatever is usual.
            lift_m: gait.lift_m * to.amplitude + 0.055 * (to.lift - 1.0),
            lift_late: gait.lift_late,
            lag: facing.ahead * (gait.lag_m * to.amplitude),
            pitch: Quintic::new(start_s, off, end_s, on),
            dip: rad(gait.swing_pitch_deg) * to.amplitude,
        };
        swing.clear_the_floor(body, gait.clearance_m);
        swing
    }

    /// Raises the middle of the swing until heel and ball pass over the floor.
    fn clear_the_floor(&mut self, body: &Body, clearance_m: f64) {
        let mut missing = 0.0_f64;
        for i in 3..=21 {
            let s = f64::from(i) / 24.0;
            let t = self.start_s + s * (self.end_s - self.start_s);
            let (heel, ball) = foot::clearances(body, self.ankle(t).y, self.pitch(t));
            let height = bump(s);
            missing = missing.max((clearance_m * height - heel.min(ball)) / height);
        }
        self.lift_m += missing / (1.0 - 0.5 * self.lift_late.abs());
    }

    /// World position of the ankle at `t`, m.
    pub(crate) fn ankle(&self, t: f64) -> Vec3 {
        let s = (t - self.start_s) / (self.end_s - self.start_s);
        let (height, skew) = (bump(s), 2.0 * s - 1.0);
        let [x, y, z] = &self.way;
        let mut ankle = Vec3::new(x.at(t), y.at(t), z.at(t)) - self.lag * (height * skew);
        ankle.y += self.lift_m * height * (1.0 + self.lift_late * skew);
        ankle
    }

    /// Foot pitch at `t`, rad.
    pub(crate) fn pitch(&self, t: f64) -> f64 {
        let s = (t - self.start_s) / (self.end_s - self.start_s);
        self.pitch.at(t) - self.dip * bump(s)
    }
}

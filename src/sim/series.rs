//! Legs that follow the Fourier series (G1): hip height, the foot on the floor and in the air.
//!
//! The knee's angle is that of the series at every moment of walking. The leg that bears alone
//! decides how high the hip is: its foot is planted, its knee has the flexion of the series, so the
//! hip is at the end of a leg of known length over a known point. While the weight goes over, the
//! demands of both legs are faded into each other. The foot that pushes off then keeps its ball
//! where it is: its ankle is where a circle about the ball and a circle about the hip meet, and
//! the foot's pitch follows. In the air the leg has the length that the knee gives it and the
//! direction of the series, corrected so as to leave and meet the floor where the feet stand.

use super::body::Body;
use super::chain::{Facing, hang};
use super::correction::Correction;
use super::footfall::Footfall;
use super::fourier::FourierGait;
use super::math::{Jet, Quintic, Vec3, bump, lerp, smooth};

/// Least height of heel and ball over the floor in mid-swing, m.
const CLEARANCE_M: f64 = 0.010;

/// Knee flexion asked of a leg at this phase: that of standing, or that of the series the more the
/// person walks.
pub(crate) fn asked_knee(gait: &FourierGait, phase: f64, standing: f64, engaged: f64) -> f64 {
    if engaged <= 0.0 {
        return standing;
    }
    lerp(standing, gait.knee(phase).max(0.0), engaged)
}

/// Height that this leg asks of its hip joint, given where that is from above.
pub(crate) fn asked_height(body: &Body, foot: &Footfall, t: f64, hip: Vec3, knee: f64) -> f64 {
    let ankle = foot.ankle(body, t);
    let (dx, dz) = (ankle.x - hip.x, ankle.z - hip.z);
    hang(body, ankle.y, dx * dx + dz * dz, knee)
}

/// The ankle of a planted foot.
pub(crate) fn planted_ankle(body: &Body, foot: &Footfall, t: f64, h: &Hung) -> Vec3 {
    let lying = foot.ankle(body, t);
    let push = h.gait.pushes(h.phase);
    if push <= 0.0 || foot.is_stand() {
        return lying;
    }
    lying.lerp(&pushing_ankle(body, foot, h, lying), push)
}

/// The ankle of a foot whose ball stays where it is, at the end of the leg.
fn pushing_ankle(body: &Body, foot: &Footfall, h: &Hung, lying: Vec3) -> Vec3 {
    let (hip, ahead, right) = (h.hip, h.facing.ahead, h.facing.right);
    let ball = foot.ball(body);
    let aside = (lying - hip).dot(&right);
    let leg = length_beside(body, h.knee, aside);
    let sole = body.ball_m.hypot_to(body.ankle_m);
    // In the plane ahead and up, from the ball to the hip.
    let (x, y) = ((hip - ball).dot(&ahead), hip.y);
    let distance = (x * x + y * y).sqrt();
    let along = (sole * sole - leg * leg + distance * distance) / (2.0 * distance);
    let off = (sole * sole - along * along).max(0.0).sqrt();
    // Behind the line from ball to hip.
    let (ux, uy) = (x / distance, y / distance);
    let level = ball + ahead * (along * ux - off * uy);
    Vec3::new(level.x, along * uy + off * ux, level.z) + right * (lying - level).dot(&right)
}

/// The square root of a sum of squares, by exact operations only.
trait Hypot {
    fn hypot_to(self, other: f64) -> f64;
}

impl Hypot for f64 {
    fn hypot_to(self, other: f64) -> f64 {
        (self * self + other * other).sqrt()
    }
}

/// Foot pitch of a planted foot, rad.
pub(crate) fn planted_pitch(body: &Body, foot: &Footfall, t: f64, h: &Hung) -> f64 {
    let lying = foot.pitch(t);
    let push = h.gait.pushes(h.phase);
    if push <= 0.0 || foot.is_stand() {
        return lying;
    }
    let ankle = planted_ankle(body, foot, t, h);
    let to_ball = foot.ball(body) - ankle;
    let pushing =
        libm::atan2(to_ball.y, to_ball.dot(&h.facing.ahead)) + libm::atan2(body.ankle_m, body.ball_m);
    lerp(lying, pushing, push)
}

/// A leg in the air.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeriesSwing {
    start_s: f64,
    end_s: f64,
    direction: Correction,
    /// What the feet ask of the leg's length beyond the knee of the series: nothing, once walking.
    length: Correction,
    aside: Quintic,
    pitch: Quintic,
    shorter_m: f64,
}

/// A part of a swing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Leaving,
    Between,
    Contact,
}

/// What a leg hangs on at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hung {
    pub hip: Vec3,
    pub facing: Facing,
    /// Knee flexion asked, rad.
    pub knee: f64,
    /// Phase of the leg.
    pub phase: f64,
    /// The series as they are played just then.
    pub gait: FourierGait,
}

impl SeriesSwing {
    /// The swing between two footfalls of a leg that hangs on `hung` at each moment (told whether
    /// that is about the leaving, in between, or about the contact).
    pub(crate) fn between(
        body: &Body,
        from: &Footfall,
        to: &Footfall,
        hung: &dyn Fn(f64, Part) -> Option<Hung>,
    ) -> Self {
        let (start_s, end_s) = (from.leave_s, to.contact_s);
        let part = |t: f64| {
            if t < 0.5 * (start_s + end_s) { Part::Leaving } else { Part::Contact }
        };
        let planted = |foot: &Footfall, t: f64| {
            let Some(h) = hung(t, part(t)) else {
                return [0.0; 3];
            };
            let ankle = planted_ankle(body, foot, t, &h);
            let leg = ankle - h.hip;
            let (ahead, aside) = (leg.dot(&h.facing.ahead), leg.dot(&h.facing.right));
            let length = (ahead * ahead + leg.y * leg.y).sqrt();
            [
                libm::atan2(ahead, -leg.y) - direction(&h.gait, h.phase),
                length - length_beside(body, h.knee, aside),
                aside,
            ]
        };
        let jets = |foot: &Footfall, at_s: f64| -> [Jet; 3] {
            core::array::from_fn(|i| Jet::of(|t| planted(foot, t)[i], at_s))
        };
        let (off, on) = (jets(from, start_s), jets(to, end_s));
        let pitch = |foot: &Footfall, t: f64| {
            let Some(h) = hung(t, part(t)) else {
                return 0.0;
            };
            planted_pitch(body, foot, t, &h) - h.gait.pitch(h.phase)
        };
        let mut swing = Self {
            start_s,
            end_s,
            direction: Correction::new(start_s, off[0], end_s, on[0]),
            length: Correction::new(start_s, off[1], end_s, on[1]),
            aside: Quintic::new(start_s, off[2], end_s, on[2]),
            // A foot that is freed may turn at another rate at once.
            pitch: Quintic::new(
                start_s,
                Jet::at_rest(pitch(from, start_s)),
                end_s,
                Jet::at_rest(pitch(to, end_s)),
            ),
            shorter_m: 0.0,
        };
        swing.clear_the_floor(body, hung);
        swing
    }

    /// Bends the knee further in mid-swing until a level foot passes over the floor.
    fn clear_the_floor(&mut self, body: &Body, hung: &dyn Fn(f64, Part) -> Option<Hung>) {
        let mut missing = 0.0_f64;
        for i in 6..=18 {
            let s = f64::from(i) / 24.0;
            let t = self.start_s + s * (self.end_s - self.start_s);
            let Some(h) = hung(t, Part::Between) else {
                return;
            };
            let ankle = self.ankle(body, t, &h);
            missing = missing.max((body.ankle_m + 2.0 * CLEARANCE_M - ankle.y) / bump(s));
        }
        self.shorter_m = missing;
    }

    /// Foot pitch at `t` with the ankle so high, rad: that of the series, but never so far down
    /// that the ball would be on the floor.
    pub(crate) fn pitch(&self, body: &Body, t: f64, h: &Hung, ankle_y: f64) -> f64 {
        let s = (t - self.start_s) / (self.end_s - self.start_s);
        let asked = h.gait.pitch(h.phase) + self.pitch.at(t);
        // The ball is `sole` long at `rise` below the line of the sole.
        let sole = body.ball_m.hypot_to(body.ankle_m);
        let rise = libm::atan2(body.ankle_m, body.ball_m);
        let clear = CLEARANCE_M * smooth(4.0 * s) * smooth(4.0 * (1.0 - s));
        let lowest = rise + libm::asin(((clear - ankle_y) / sole).clamp(-1.0, 1.0));
        // And the heel likewise, when the ankle is so low that it could be.
        let back = body.heel_m.hypot_to(body.ankle_m);
        let highest = if ankle_y < back {
            libm::asin(ankle_y / back) - libm::atan2(body.ankle_m, body.heel_m)
        } else {
            f64::INFINITY
        };
        asked.min(highest).max(lowest)
    }

    /// World position of the ankle at `t`, m.
    pub(crate) fn ankle(&self, body: &Body, t: f64, h: &Hung) -> Vec3 {
        let s = (t - self.start_s) / (self.end_s - self.start_s);
        let aside = self.aside.at(t);
        let leg = length_beside(body, h.knee, aside) + self.length.at(t) - self.shorter_m * bump(s);
        let (sin, cos) = libm::sincos(direction(&h.gait, h.phase) + self.direction.at(t));
        h.hip + h.facing.ahead * (leg * sin) + h.facing.right * aside - Vec3::y() * (leg * cos)
    }
}

/// Length, in the plane in which the leg swings, of a leg bent to `knee` whose ankle is `aside` of
/// its hip, m.
fn length_beside(body: &Body, knee: f64, aside: f64) -> f64 {
    (body.reach_squared(libm::cos(knee)) - aside * aside).max(1e-4).sqrt()
}

/// Direction of the leg of the series from hip to ankle, rad, positive with the ankle ahead.
fn direction(gait: &FourierGait, phase: f64) -> f64 {
    let shape = gait.shape(phase);
    libm::atan2(shape.ankle_x, -shape.ankle_y)
}

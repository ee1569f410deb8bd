//! The walking body as a whole: the pelvis over two planned feet, at any moment.

use std::collections::VecDeque;

use super::anchor::Anchor;
use super::body::Body;
use super::carriage::Ground;
use super::chain::{Facing, Leg, hang, reach};
use super::fourier::{FourierGait, TOE_OFF};
use super::gait::{Gait, LegIndex};
use super::hip::HipWave;
use super::itinerary::{Itinerary, Move};
use super::math::{Vec3, lerp, smooth, soft_min};
use super::path::{NODE_S, Path};
use super::pelvis::{Above, Pelvis};
use super::plan::{LegAt, Planner};
use super::random::{Chance, Concern};
use super::series::{self, Hung, Part, SeriesSwing};

/// How far ahead the body's way must be known to place feet, s.
pub(crate) const HORIZON_S: f64 = 10.0;

/// Rounding where a leg comes to its full reach: in standing, where it hardly moves, and walking, m.
const REACH_SOFTNESS_M: (f64, f64) = (0.000_1, 0.0012);

/// The parts of the body that matter at one moment, in the world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    /// Level directions.
    pub facing: Facing,
    /// Heading, rad to the left.
    pub heading: f64,
    /// Rotation of the pelvis beyond the heading, rad to the left.
    pub yaw: f64,
    /// Hip joint of the instrumented leg, m.
    pub hip: Vec3,
    /// Ankle of the instrumented leg, m.
    pub ankle: Vec3,
    /// Foot pitch of the instrumented leg, rad.
    pub pitch: f64,
    /// Phase of the instrumented leg.
    pub phase: f64,
    /// 1 while walking, 0 while standing.
    pub engaged: f64,
}

impl Figure {
    /// Lays out the instrumented leg.
    pub(crate) fn leg(&self, body: &Body) -> Leg {
        reach(body, self.hip, self.ankle, &self.facing)
    }
}

/// A walking or standing person.
#[derive(Debug)]
pub(crate) struct Skeleton {
    pub(crate) body: Body,
    pub(crate) planner: Planner,
    standing_knee: f64,
    itinerary: Itinerary,
    path: Path,
    pelvis: Pelvis,
    wave: HipWave,
    anchor: Anchor,
    swings: [Option<SeriesSwing>; 2],
    /// Moves that the path has not reached yet.
    ahead: VecDeque<Move>,
}

impl Skeleton {
    /// A person of these proportions, standing; `side` is +1 when the instrumented leg is the
    /// right one.
    pub(crate) fn new(seed: u64, body: Body, side: f64, standing_knee: f64) -> Self {
        let path = Path::new();
        let mut sway = Chance::new(seed, Concern::Sway);
        Self {
            planner: Planner::new(
                body,
                side,
                standing_knee,
                Chance::new(seed, Concern::Steps),
                Chance::new(seed, Concern::Hazards),
            ),
            pelvis: Pelvis::new(&body, side, &path, &mut sway),
            path,
            itinerary: Itinerary::new(),
            wave: HipWave::level(hang(&body, body.ankle_m, 0.0, standing_knee)),
            anchor: Anchor::On(0),
            swings: [None; 2],
            ahead: VecDeque::new(),
            standing_knee,
            body,
        }
    }

    /// Asks for a move; moves come in order of their start.
    pub(crate) fn ask(&mut self, next: Move) {
        self.itinerary.push(next.clone());
        self.ahead.push_back(next);
    }

    /// Plans all that concerns the moment `t`; moves must be known up to [`HORIZON_S`] later.
    pub(crate) fn advance(&mut self, t: f64) {
        while self.path.known_until_s() < t + HORIZON_S {
            let known = self.path.known_until_s();
            while let Some(next) = self.ahead.front() {
                if next.start_s > known + NODE_S / 2.0 {
                    break;
                }
                self.path.drive(next.drive, next.ramp_s);
                self.ahead.pop_front();
            }
            self.path.extend();
        }
        self.path.forget_before(t - 0.5);
        self.itinerary.forget_before(t - 1.0);
        self.planner.advance(t, &self.itinerary, &self.path);
        while let Some(bout) = self.planner.decisions.bouts.pop_front() {
            if bout.begins {
                self.pelvis.set_off(self.planner.gait(), bout.at_s);
                self.anchor = Anchor::On(1 - bout.leg);
            }
            self.pelvis.engage(bout.at_s, bout.begins, bout.stride_s);
        }
        while let Some(sway) = self.planner.decisions.sways.pop_front() {
            self.pelvis.lurch(sway);
        }
        self.pelvis.advance(t, &self.itinerary, &self.path);
        let ground = Ground {
            body: &self.body,
            planner: &self.planner,
            path: &self.path,
            pelvis: &self.pelvis,
        };
        ground.lead(&mut self.wave, t);
        self.follow_series(t);
    }

    /// Follows legs on the series: which of them the hip hangs on, and how those swing that have
    /// just left the floor.
    fn follow_series(&mut self, t: f64) {
        let Gait::Fourier(gait) = self.pelvis.gait().clone() else {
            return;
        };
        let asked = |leg: LegIndex, t: f64| self.asked_height(leg, t, &gait);
        let anchor = self.anchor.next(t, &gait, &self.planner, &asked);
        let mut swings = self.swings;
        for (leg, swing) in swings.iter_mut().enumerate() {
            let at = self.planner.leg_at(leg, t);
            let gait = &gait;
            let Some(to) = at.to else {
                *swing = None;
                continue;
            };
            if swing.is_none() {
                // The leg that strikes with its heel decides the hip's height as it does so, unless
                // the other one is to stay; a foot that takes the first step never has.
                let other = self.planner.leg_at(1 - leg, t).on;
                let decides = |part: Part| match part {
                    Part::Contact => gait.is_forward() && other.leave_s.is_finite(),
                    Part::Leaving => matches!(anchor, Anchor::Going { to, .. } if to != leg),
                    Part::Between => false,
                };
                let hung = |t: f64, part: Part| {
                    let middle = asked(if decides(part) { leg } else { 1 - leg }, t);
                    self.hung_at(leg, t, gait, middle)
                };
                *swing = Some(SeriesSwing::between(&self.body, gait, at.on, to, &hung));
            }
        }
        self.anchor = anchor;
        self.swings = swings;
    }

    /// Height of the middle of the pelvis that `leg` asks for at any planned `t`.
    fn asked_height(&self, leg: LegIndex, t: f64, gait: &FourierGait) -> f64 {
        let at = self.planner.leg_at(leg, t);
        let first = if leg == 0 {
            at.phase
        } else {
            self.planner.leg_at(0, t).phase
        };
        let above = self.pelvis.then(&self.path, t, first);
        self.asked_from(t, gait, &at, above.hips[leg], above.engaged)
    }

    fn asked_from(
        &self,
        t: f64,
        gait: &FourierGait,
        leg: &LegAt<'_>,
        hip: Vec3,
        engaged: f64,
    ) -> f64 {
        // In the air the leg asks for what it will ask at heel strike, or has asked.
        let foot = match leg.to {
            Some(to) if gait.is_forward() => to,
            _ => leg.on,
        };
        let knee = series::asked_knee(gait, leg.phase, self.standing_knee, engaged);
        series::asked_height(&self.body, foot, t, hip, knee) - engaged * gait.list(leg.phase)
    }

    /// What `leg` hangs on at any planned `t` with the middle of the pelvis so high.
    fn hung_at(&self, leg: LegIndex, t: f64, gait: &FourierGait, middle: f64) -> Hung {
        let legs = [0, 1].map(|l| self.planner.leg_at(l, t));
        let above = self.pelvis.then(&self.path, t, legs[0].phase);
        let middle = self.carried(t, &legs, &above, middle);
        self.hung_from(leg, gait, &legs, &above, middle)
    }

    fn hung_from(
        &self,
        leg: LegIndex,
        gait: &FourierGait,
        legs: &[LegAt<'_>; 2],
        above: &Above,
        middle: f64,
    ) -> Hung {
        let phase = legs[leg].phase;
        let mut hip = above.hips[leg];
        hip.y = middle + above.raised + above.engaged * gait.list(phase);
        Hung {
            hip,
            facing: above.facing,
            knee: series::asked_knee(gait, phase, self.standing_knee, above.engaged),
            phase,
        }
    }

    /// The figure at `t`, the moment of the last [`Self::advance`] or just after it.
    pub(crate) fn at(&self, t: f64) -> Figure {
        let legs = [0, 1].map(|l| self.planner.leg_at(l, t));
        let above = self.pelvis.now(t, legs[0].phase);
        let (hip, ankle, pitch) = match self.pelvis.gait() {
            Gait::Path(_) => self.on_paths(t, &legs, &above),
            Gait::Fourier(gait) => self.on_series(t, gait, &legs, &above),
        };
        Figure {
            facing: above.facing,
            heading: above.heading,
            yaw: above.yaw,
            hip,
            ankle,
            pitch,
            phase: legs[0].phase,
            engaged: above.engaged,
        }
    }

    /// Height of the pelvis on its way from standing to walking, where it would be at `height`.
    fn carried(&self, t: f64, legs: &[LegAt<'_>; 2], above: &Above, height: f64) -> f64 {
        if above.engaged >= 1.0 {
            return height;
        }
        lerp(self.standing_height(t, legs, above), height, above.engaged)
    }

    /// Height of the hips over feet that stand, the knees as in standing. A leg in the air counts
    /// for as little as its foot has to do with the floor.
    fn standing_height(&self, t: f64, legs: &[LegAt<'_>; 2], above: &Above) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (leg, hip) in legs.iter().zip(above.hips) {
            // 1 at the phase of standing, 0 well before leaving and until some time after contact.
            let weight = 1e-9
                + smooth(leg.phase / 0.15) * (1.0 - smooth((leg.phase - 0.5 * TOE_OFF) / 0.05));
            sum += weight * series::asked_height(&self.body, leg.on, t, hip, self.standing_knee);
            weights += weight;
        }
        sum / weights
    }

    /// Hip, ankle and foot pitch of the instrumented leg on the foot-path gait.
    fn on_paths(&self, t: f64, legs: &[LegAt<'_>; 2], above: &Above) -> (Vec3, Vec3, f64) {
        let feet = [0, 1].map(|leg| self.planner.foot(leg, t));
        let over = |leg: usize, knee: f64| {
            let (ankle, hip) = (feet[leg].0, above.hips[leg]);
            let (dx, dz) = (ankle.x - hip.x, ankle.z - hip.z);
            hang(&self.body, ankle.y, dx * dx + dz * dz, knee)
        };
        let mut height = self.carried(t, legs, above, self.wave.at(t));
        let softness = lerp(REACH_SOFTNESS_M.0, REACH_SOFTNESS_M.1, above.engaged);
        for (leg, foot) in feet.iter().enumerate() {
            height = soft_min(height, over(leg, foot.2), softness);
        }
        let mut hip = above.hips[0];
        hip.y = height + above.raised;
        (hip, feet[0].0, feet[0].1)
    }

    /// The same on the series.
    fn on_series(
        &self,
        t: f64,
        gait: &FourierGait,
        legs: &[LegAt<'_>; 2],
        above: &Above,
    ) -> (Vec3, Vec3, f64) {
        let leg = &legs[0];
        let middle = match self.anchor {
            Anchor::On(on) => self.asked_from(t, gait, &legs[on], above.hips[on], above.engaged),
            Anchor::Going { piece, .. } => piece.at(t),
        };
        let middle = self.carried(t, legs, above, middle);
        let h = self.hung_from(0, gait, legs, above, middle);
        if let (Some(swing), Some(_)) = (&self.swings[0], leg.to) {
            let ankle = swing.ankle(&self.body, gait, t, &h);
            let pitch = swing.pitch(&self.body, gait, t, leg.phase, ankle.y);
            return (h.hip, ankle, pitch);
        }
        let on = leg.on;
        let ankle = series::planted_ankle(&self.body, gait, on, t, &h);
        let pitch = series::planted_pitch(&self.body, gait, on, t, &h);
        (h.hip, ankle, pitch)
    }
}

//! The walking body as a whole: the pelvis over two planned feet, at any moment.

use std::collections::VecDeque;

use super::anchor::Anchor;
use super::body::Body;
use super::carriage::Ground;
use super::chain::{Facing, Leg, hang, reach, sag};
use super::fourier::{FourierGait, TOE_OFF};
use super::gait::{Gait, LegIndex};
use super::hip::HipWave;
use super::itinerary::{Itinerary, Move};
use super::math::{Vec3, lerp, rad, smooth, soft_min};
use super::path::{NODE_S, Path};
use super::pelvis::{Above, Pelvis};
use super::plan::{Bout, LegAt, Planner};
use super::random::{Chance, Concern};
use super::series::{self, Hung, Part, SeriesSwing};
use crate::record::Activity;

/// How far ahead the body's way must be known to place feet, s.
pub(crate) const HORIZON_S: f64 = 10.0;

/// Rounding where a leg comes to its full reach, m.
const REACH_SOFTNESS_M: f64 = 0.002;
/// How uneven the two legs may be in standing before the lower one decides, m.
const UNEVEN_M: f64 = 0.000_6;
/// How straight the knee of a standing foot may be pulled when walking begins or ends, rad, and
/// how gently (standing, walking), m.
const TETHERED_RAD: f64 = rad(3.0);
const TETHER_SOFTNESS_M: (f64, f64) = (0.000_1, 0.002);
/// And how far beyond that in quiet standing, m.
const TETHER_SLACK_M: f64 = 0.002;
/// How far out of that reach the hip may be in standing, m.
const STANDING_SLACK_M: f64 = 0.02;

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
    /// About where the knee's axis points: to the right, unless the body lies.
    pub hinge: Vec3,
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
        reach(body, self.hip, self.ankle, &self.hinge)
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
    setting_off: Option<(Bout, Gait)>,
    /// From when to when there are steps, s; the end is infinite until it is known.
    bout_s: (f64, f64),
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
            setting_off: None,
            bout_s: (f64::INFINITY, f64::INFINITY),
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

    /// What the person does at `t`, as far as it is done on the feet.
    pub(crate) fn doing(&self, t: f64) -> Activity {
        if t < self.bout_s.0 || t >= self.bout_s.1 {
            return Activity::Standing;
        }
        self.itinerary.stepping_at_or_before(t).map_or(Activity::Standing, |m| m.label)
    }

    /// Speed of the body over the ground at `t`, m/s.
    pub(crate) fn speed_mps(&self, t: f64) -> f64 {
        let here = self.path.at(t);
        (here.x.v * here.x.v + here.z.v * here.z.v).sqrt()
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
                self.setting_off = Some((bout, *self.planner.gait()));
            } else {
                self.pelvis.engage(bout.at_s, false, bout.stride_s);
                self.bout_s.1 = bout.at_s + 0.15;
            }
        }
        if let Some((bout, gait)) = self.setting_off
            && t >= bout.at_s - 1e-9
        {
            // Which gait it is does not show while the person stands.
            self.setting_off = None;
            self.pelvis.set_off(&gait, bout.at_s);
            self.pelvis.engage(bout.at_s, true, bout.stride_s);
            self.anchor = Anchor::On(1 - bout.leg);
            // Until the weight has shifted it still looks like standing.
            self.bout_s = (t + 0.2, f64::INFINITY);
        }
        while let Some(sway) = self.planner.decisions.sways.pop_front() {
            self.pelvis.lurch(sway);
        }
        self.pelvis.advance(t, &self.itinerary, &self.path);
        let ground =
            Ground { body: &self.body, planner: &self.planner, path: &self.path, pelvis: &self.pelvis };
        ground.lead(&mut self.wave, t);
        self.follow_series(t);
    }

    /// Follows legs on the series: which of them the hip hangs on, and how those swing that have
    /// just left the floor.
    fn follow_series(&mut self, t: f64) {
        let Some(gait) = self.pelvis.series_at(t) else {
            return;
        };
        let asked = |leg: LegIndex, t: f64| self.asked_height(leg, t);
        let anchor = self.anchor.next(t, &gait, &self.planner, &asked);
        let mut swings = self.swings;
        for (leg, swing) in swings.iter_mut().enumerate() {
            let at = self.planner.leg_at(leg, t);
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
                    self.hung_at(leg, t, middle)
                };
                *swing = Some(SeriesSwing::between(&self.body, at.on, to, &hung));
            }
        }
        self.anchor = anchor;
        self.swings = swings;
    }

    /// Height of the middle of the pelvis that `leg` asks for at any planned `t`.
    fn asked_height(&self, leg: LegIndex, t: f64) -> f64 {
        let Some(gait) = self.pelvis.series_at(t) else {
            return self.wave.at(t);
        };
        let legs = [0, 1].map(|l| self.planner.leg_at(l, t));
        let above = self.pelvis.then(&self.path, t, legs[0].phase);
        self.asked_from(leg, t, &gait, &legs, &above)
    }

    fn asked_from(
        &self,
        leg: LegIndex,
        t: f64,
        gait: &FourierGait,
        legs: &[LegAt<'_>; 2],
        above: &Above,
    ) -> f64 {
        let at = &legs[leg];
        // In the air the leg asks for what it will ask at heel strike, or has asked.
        let foot = match at.to {
            Some(to) if gait.is_forward() => to,
            _ => at.on,
        };
        let knee = series::asked_knee(gait, at.phase, self.standing_knee, above.engaged);
        series::asked_height(&self.body, foot, t, above.hips[leg], knee) - list(leg, gait, legs, above)
    }

    /// What `leg` hangs on at any planned `t` with the middle of the pelvis so high.
    fn hung_at(&self, leg: LegIndex, t: f64, middle: f64) -> Option<Hung> {
        let gait = self.pelvis.series_at(t)?;
        let legs = [0, 1].map(|l| self.planner.leg_at(l, t));
        let above = self.pelvis.then(&self.path, t, legs[0].phase);
        let middle = self.tethered(t, &legs, &above, middle);
        Some(self.hung_from(leg, gait, &legs, &above, middle))
    }

    fn hung_from(
        &self,
        leg: LegIndex,
        gait: FourierGait,
        legs: &[LegAt<'_>; 2],
        above: &Above,
        middle: f64,
    ) -> Hung {
        let phase = legs[leg].phase;
        let mut hip = above.hips[leg];
        hip.y = middle + above.raised + list(leg, &gait, legs, above);
        Hung {
            hip,
            facing: above.facing,
            knee: series::asked_knee(&gait, phase, self.standing_knee, above.engaged),
            phase,
            gait,
        }
    }

    /// The figure at `t`, the moment of the last [`Self::advance`] or just after it.
    pub(crate) fn at(&self, t: f64) -> Figure {
        let legs = [0, 1].map(|l| self.planner.leg_at(l, t));
        let above = self.pelvis.now(t, legs[0].phase);
        let (hip, ankle, pitch) = match self.pelvis.series_at(t) {
            None => self.on_paths(t, &legs, &above),
            Some(gait) => self.on_series(t, gait, &legs, &above),
        };
        Figure {
            facing: above.facing,
            heading: above.heading,
            yaw: above.yaw,
            hip,
            ankle,
            hinge: above.facing.right,
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

    /// The same for legs on the series: between standing and walking the leg that does not decide
    /// must not be torn.
    fn tethered(&self, t: f64, legs: &[LegAt<'_>; 2], above: &Above, height: f64) -> f64 {
        let mut height = self.carried(t, legs, above, height);
        let Some(gait) = self.pelvis.series_at(t) else {
            return height;
        };
        let softness = lerp(TETHER_SOFTNESS_M.0, TETHER_SOFTNESS_M.1, above.engaged);
        for (i, (leg, hip)) in legs.iter().zip(above.hips).enumerate() {
            if let (Some(slack), None) = (leg.on.tether(leg.phase), leg.to) {
                let reach = series::asked_height(&self.body, leg.on, t, hip, TETHERED_RAD);
                let list = list(i, &gait, legs, above);
                let slack = slack + TETHER_SLACK_M * (1.0 - above.engaged);
                height = soft_min(height, reach - list + slack, softness);
            }
        }
        height
    }

    /// Height of the hips over feet that stand, the knees as in standing. A leg in the air counts
    /// for as little as its foot has to do with the floor.
    fn standing_height(&self, t: f64, legs: &[LegAt<'_>; 2], above: &Above) -> f64 {
        let [a, b] = [0, 1].map(|i| {
            let (leg, hip) = (&legs[i], above.hips[i]);
            // 1 at the phase of standing, 0 well before leaving and until some time after contact.
            let weight = 1e-9 + smooth(leg.phase / 0.15) * (1.0 - smooth((leg.phase - 0.5 * TOE_OFF) / 0.05));
            let height = series::asked_height(&self.body, leg.on, t, hip, self.standing_knee);
            (weight, height)
        });
        // The mean where both legs ask for about the same, the lower where they do not: the leg
        // that stands further off must not be torn.
        let part = a.0 / (a.0 + b.0);
        let apart = a.1 - b.1;
        let uneven = (apart * apart + UNEVEN_M * UNEVEN_M).sqrt() - UNEVEN_M;
        lerp(b.1, a.1, part) - 2.0 * part * (1.0 - part) * uneven
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
        // In standing the knees are as they are.
        let slack = STANDING_SLACK_M * (1.0 - above.engaged);
        for (leg, foot) in feet.iter().enumerate() {
            height = soft_min(height, over(leg, foot.2) + slack, REACH_SOFTNESS_M);
        }
        for (leg, at) in legs.iter().enumerate() {
            let give = at.on.gives_way(t);
            if give > 0.0 && at.to.is_none() {
                height = sag(&self.body, &feet[leg].0, &above.hips[leg], height, give);
            }
        }
        let mut hip = above.hips[0];
        hip.y = height + above.raised;
        (hip, feet[0].0, feet[0].1)
    }

    /// The same on the series.
    fn on_series(
        &self,
        t: f64,
        gait: FourierGait,
        legs: &[LegAt<'_>; 2],
        above: &Above,
    ) -> (Vec3, Vec3, f64) {
        let leg = &legs[0];
        let middle = match self.anchor {
            Anchor::On(on) => self.asked_from(on, t, &gait, legs, above),
            Anchor::Going { piece, .. } => piece.at(t),
        };
        let middle = self.tethered(t, legs, above, middle);
        let h = self.hung_from(0, gait, legs, above, middle);
        if let (Some(swing), Some(_)) = (&self.swings[0], leg.to) {
            let ankle = swing.ankle(&self.body, t, &h);
            let pitch = swing.pitch(&self.body, t, &h, ankle.y);
            return (h.hip, ankle, pitch);
        }
        let on = leg.on;
        let ankle = series::planted_ankle(&self.body, on, t, &h);
        let pitch = series::planted_pitch(&self.body, on, t, &h);
        (h.hip, ankle, pitch)
    }
}

/// How much higher than the middle of the pelvis the hip joint of `leg` is on the series, m. The
/// pelvis lists as far as the two legs differ: not at all in standing.
fn list(leg: LegIndex, gait: &FourierGait, legs: &[LegAt<'_>; 2], above: &Above) -> f64 {
    let lists = legs.map(|l| gait.list(l.phase));
    0.5 * above.engaged * (lists[leg] - lists[1 - leg])
}

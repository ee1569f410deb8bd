//! How the foot-path gait (G2) carries the hip: the bends of its wave follow from where the feet
//! stand and how straight each knee is to get over them.

use super::body::Body;
use super::chain::hang;
use super::footfall::Footfall;
use super::fourier::TOE_OFF;
use super::gait::Gait;
use super::hip::{HipWave, Stage, sine_curvature};
use super::math::{Jet, Quintic, Vec3, rad};
use super::path::Path;
use super::pelvis::{Above, Pelvis};
use super::plan::Planner;
use super::swing::Swing;

/// Share of the stride about final contact over which the leaving foot is kept within reach,
/// mostly after it.
const LOOK_AHEAD_SHARE: f64 = 0.15;
/// At how many moments of it that is looked at.
const LOOK_AHEAD_STEPS: usize = 9;
/// How often the trough is lowered to that end.
const LOWERINGS: usize = 3;
/// How far from its straightest a knee is kept while its foot leaves, rad.
const EASY_RAD: f64 = rad(4.0);
/// How fast the knee bends again while the hip passes over the foot, rad a stride.
const PASSED_RAD: f64 = rad(14.0);
/// Share of the stride before the first foot leaves from which the hip is carried.
const START_SHARE: f64 = 0.28;
/// How far the bearing knee bends by then beyond standing, rad.
const STARTING_RAD: f64 = rad(4.0);
/// How much further than at its straightest the knee is bent when the heel comes down, rad.
const YIELDING_RAD: f64 = rad(11.0);

/// The parts of a gait that say how the hip is carried.
struct Carriage {
    straight_from: f64,
    straight_until: f64,
    trough_at: f64,
    trough_curve: f64,
    bob: f64,
}

impl Carriage {
    fn of(fall: &Footfall) -> Self {
        match &fall.gait {
            Gait::Path(g) => Self {
                straight_from: g.straight_from,
                straight_until: g.straight_until,
                trough_at: g.trough_at,
                trough_curve: g.trough_curve,
                bob: g.bob,
            },
            // The series carry the hip themselves; the wave is only kept going.
            Gait::Fourier(_) => Self {
                straight_from: 0.28,
                straight_until: 0.38,
                trough_at: 0.08,
                trough_curve: 1.0,
                bob: 1.0,
            },
        }
    }
}

/// All that the hip's height depends on.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub body: &'a Body,
    pub planner: &'a Planner,
    pub path: &'a Path,
    pub pelvis: &'a Pelvis,
}

impl Ground<'_> {
    /// Leads the wave on when it has come to a bend at `t`.
    pub(crate) fn lead(&self, wave: &mut HipWave, t: f64) {
        if wave.stage == Stage::Level {
            self.set_off(wave, t);
            return;
        }
        while t >= wave.end_s {
            let at_s = wave.end_s;
            match wave.stage {
                Stage::Level => return,
                Stage::ToTrough => self.rise(wave, t, at_s),
                Stage::ToCrest => self.pass_over(wave, t, at_s),
                Stage::OverCrest => {
                    if !self.sink(wave, t) {
                        *wave = HipWave::level(wave.end().p);
                    }
                }
            }
        }
    }

    /// From standing: first over the foot that stays, while the other one leaves.
    fn set_off(&self, wave: &mut HipWave, t: f64) {
        let Some(first) = self.planner.next_contact(t) else {
            return;
        };
        let leaves_s = self.planner.footfall(first.leg).leave_s;
        let starts_s = leaves_s - START_SHARE * first.stride_s;
        if t < starts_s || !leaves_s.is_finite() {
            return;
        }
        let stays = self.planner.footfall(1 - first.leg);
        let height = self.height_over(stays, t, stays.straight);
        *wave = HipWave::level(height);
        let crest = self.stiff(stays, leaves_s, stays.straight + STARTING_RAD);
        wave.bend_to(t, leaves_s, crest, Stage::OverCrest);
    }

    /// Up to where the knee of the leg that has just landed is straight.
    fn rise(&self, wave: &mut HipWave, t: f64, from_s: f64) {
        let fall = self.planner.last_contact(from_s);
        let at_s = (fall.contact_s + Carriage::of(fall).straight_from * fall.stride_s).max(from_s + 0.06);
        let crest = self.stiff(fall, at_s, fall.straight);
        wave.bend_to(t, at_s, crest, Stage::ToCrest);
    }

    /// Over the bearing foot with the knee as good as straight.
    fn pass_over(&self, wave: &mut HipWave, t: f64, from_s: f64) {
        let fall = self.planner.last_contact(from_s);
        let at_s = (fall.contact_s + Carriage::of(fall).straight_until * fall.stride_s).max(from_s + 0.04);
        let passed = PASSED_RAD * ((at_s - from_s) / fall.stride_s);
        let crest = self.stiff(fall, at_s, fall.straight + passed);
        wave.bend_to(t, at_s, crest, Stage::OverCrest);
    }

    /// Down to the double support after the next contact: as far below the crest as a stiff leg
    /// falls, low enough for the other foot to be within reach until it has left, and low enough
    /// for the landing knee not to be straight before its heel is down. False when no contact is in
    /// sight.
    fn sink(&self, wave: &mut HipWave, t: f64) -> bool {
        let from_s = if wave.end_s.is_finite() { wave.end_s } else { t };
        let Some(fall) = self.planner.next_contact(from_s) else {
            return false;
        };
        let carriage = Carriage::of(fall);
        let stride_s = fall.stride_s;
        let at_s = fall.contact_s + carriage.trough_at * stride_s;
        let crest_s = fall.contact_s + carriage.straight_from * stride_s;
        let crest = self.height_over(fall, crest_s, fall.straight);
        let here = self.path.at(at_s);
        let (dx, dz) = (fall.place[0] - here.x.p, fall.place[1] - here.z.p);
        let leg = self.body.leg_m();
        // As far away from the foot as the hip has still to come.
        let level = (dx * dx + dz * dz).min(0.25 * leg * leg);
        let drop = leg - (leg * leg - level).sqrt();
        let mut height = crest.min(wave.end().p) - carriage.bob * drop;
        if let Some(flat_s) = fall.flat_s {
            height = height.min(self.height_over(fall, flat_s, fall.straight + YIELDING_RAD));
        }
        let trough = |height: f64| Jet {
            p: height,
            v: 0.0,
            a: carriage.trough_curve * sine_curvature(crest - height, crest_s - at_s),
        };
        let reaches = self.reaches(fall);
        let landing = self.landing_reaches(fall);
        let top = self.stiff(fall, crest_s, fall.straight);
        for _ in 0..LOWERINGS {
            let (falling, rising) = (
                Quintic::new(from_s, wave.end(), at_s, trough(height)),
                Quintic::new(at_s, trough(height), crest_s, top),
            );
            let excess = reaches
                .iter()
                .flatten()
                .chain(landing.iter().flatten())
                .filter(|(t, _)| (from_s..crest_s).contains(t))
                .map(|&(t, reach)| if t < at_s { falling.at(t) } else { rising.at(t) } - reach)
                .fold(0.0, f64::max);
            height -= 1.3 * excess;
        }
        wave.bend_to(t, at_s, trough(height), Stage::ToTrough);
        true
    }

    /// Heights within which the hip must stay for the other foot to be within reach while it leaves
    /// around this footfall's contact: (time, height).
    fn reaches(&self, fall: &Footfall) -> [Option<(f64, f64)>; LOOK_AHEAD_STEPS] {
        let leaving = self.planner.last_contact(fall.contact_s - 1e-3);
        if leaving.leg == fall.leg || leaving.leave_s.is_infinite() {
            return [None; LOOK_AHEAD_STEPS];
        }
        let swing = match (self.planner.following(leaving), &fall.gait) {
            (Some(to), Gait::Path(gait)) => Some(Swing::between(self.body, gait, leaving, to)),
            _ => None,
        };
        core::array::from_fn(|step| {
            let share = LOOK_AHEAD_SHARE * (step as f64 / (LOOK_AHEAD_STEPS - 1) as f64 - 0.35);
            let t = leaving.leave_s + share * fall.stride_s;
            let ankle = match &swing {
                Some(swing) if share > 0.0 => swing.ankle(t),
                _ => leaving.ankle(self.body, t.min(leaving.leave_s)),
            };
            Some((t, self.reach_over(leaving, t, TOE_OFF + share, ankle)))
        })
    }

    /// The same for the foot that lands: shortly before its contact and until it bears.
    fn landing_reaches(&self, fall: &Footfall) -> [Option<(f64, f64)>; LOOK_AHEAD_STEPS] {
        let before = self.planner.preceding(fall);
        let swing = match (before, &fall.gait) {
            (Some(from), Gait::Path(gait)) if from.leave_s.is_finite() => {
                Some(Swing::between(self.body, gait, from, fall))
            }
            _ => None,
        };
        core::array::from_fn(|step| {
            let share = 0.015 * (step as f64 - 4.0);
            let t = fall.contact_s + share * fall.stride_s;
            let ankle = match &swing {
                _ if share >= 0.0 => fall.ankle(self.body, t),
                Some(swing) => swing.ankle(t),
                None => return None,
            };
            Some((t, self.reach_over(fall, t, share, ankle)))
        })
    }

    /// The hip's movement at `t` over this footfall as on a stiff leg bent to `knee`.
    fn stiff(&self, fall: &Footfall, t: f64, knee: f64) -> Jet {
        Jet::of(|t| self.height_over(fall, t, knee), t)
    }

    /// The pelvis at `t` when the leg of this footfall is at this phase.
    fn above(&self, fall: &Footfall, t: f64, phase: f64) -> Above {
        let phase = if fall.leg == 0 { phase } else { phase - 0.5 };
        self.pelvis.then(self.path, t, phase)
    }

    /// Height of the hip over this footfall at `t` with the knee bent to `knee`.
    fn height_over(&self, fall: &Footfall, t: f64, knee: f64) -> f64 {
        let above = self.above(fall, t, (t - fall.contact_s) / fall.stride_s);
        let (hip, ankle) = (above.hips[fall.leg], fall.ankle(self.body, t));
        let (dx, dz) = (ankle.x - hip.x, ankle.z - hip.z);
        hang(self.body, ankle.y, dx * dx + dz * dz, knee)
    }

    /// Height at which the hip at `t`, at this phase of the leg, is within easy reach of `ankle`.
    fn reach_over(&self, fall: &Footfall, t: f64, phase: f64, ankle: Vec3) -> f64 {
        let hip = self.above(fall, t, phase).hips[fall.leg];
        let (dx, dz) = (ankle.x - hip.x, ankle.z - hip.z);
        hang(self.body, ankle.y, dx * dx + dz * dz, fall.least_knee() + EASY_RAD)
    }
}

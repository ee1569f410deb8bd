//! Which foot goes where and when: footfalls are planned a stride ahead from what is asked, the
//! body's way and the gait's rhythm, and last until their foot has left.

use std::collections::VecDeque;

use super::body::Body;
use super::footfall::{Buckle, Footfall, Landing, RELEASE_SHARE, Slide};
use super::fourier::TOE_OFF;
use super::gait::{Gait, LegIndex, PathGait};
use super::hazard::{Catch, Hurry, Mishap, Recovery, Sway, buckle_depth};
use super::itinerary::Itinerary;
use super::math::{Jet, Quintic, Vec3, lerp, rad, smooth};
use super::path::{Path, Whereabouts};
use super::random::Chance;
use super::swing::Swing;
use crate::record::Activity;

/// Size of the first steps from standing, of a full step.
const FADE_IN: [f64; 3] = [0.6, 0.8, 0.95];
/// Size of a step that only brings the foot under the body, of a full step.
const CLOSING: f64 = 0.6;
/// Most steps that are taken to come to a stand.
const MOST_CLOSING_STEPS: usize = 8;
/// A foot further than this from under the body is brought there before standing, m.
const STRAY_M: f64 = 0.04;
/// A foot that points further than this from where the person faces likewise, rad.
const STRAY_RAD: f64 = rad(12.0);
/// How far ahead footfalls are planned, strides.
const LEAD_STRIDES: f64 = 1.4;

/// A leg at one moment: the footfall it stands on or has left, and when it is in the air the one it
/// is going to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LegAt<'a> {
    /// The latest footfall.
    pub on: &'a Footfall,
    /// The next one, while the foot is in the air.
    pub to: Option<&'a Footfall>,
    /// Phase: 0 at contact, growing to leaving, negative in the air.
    pub phase: f64,
}

/// A mishap that has been worked into the plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Incident {
    pub mishap: Mishap,
    pub onset_s: f64,
    pub end_s: f64,
}

/// The footfalls of one leg, the present one first.
#[derive(Debug)]
struct LegPlan {
    falls: VecDeque<Footfall>,
    /// The phase in the air, once the foot has left.
    air: Option<Quintic>,
    /// Its way in the air, on the foot-path gait.
    swing: Option<Swing>,
    /// What holds up the swing to the last footfall planned.
    catch: Option<Catch>,
}

impl LegPlan {
    fn present(&self) -> &Footfall {
        &self.falls[0]
    }

    fn last(&self) -> &Footfall {
        &self.falls[self.falls.len() - 1]
    }

    fn last_mut(&mut self) -> &mut Footfall {
        let last = self.falls.len() - 1;
        &mut self.falls[last]
    }
}

/// The next contact that has been fixed in time but not yet in place.
#[derive(Clone, Copy, Debug)]
struct Upcoming {
    leg: LegIndex,
    contact_s: f64,
    catch: Option<(f64, f64)>,
    lift: f64,
}

/// The start or the end of a stretch of steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bout {
    /// When stepping is asked for, or the last contact, s.
    pub at_s: f64,
    pub begins: bool,
    /// The leg that steps first, or stepped last.
    pub leg: LegIndex,
    pub stride_s: f64,
}

/// What the plan has decided and others want to know of.
#[derive(Debug, Default)]
pub(crate) struct Decisions {
    /// Mishaps.
    pub incidents: VecDeque<Incident>,
    /// Lurches of the pelvis.
    pub sways: VecDeque<Sway>,
    /// Starts and ends of stepping.
    pub bouts: VecDeque<Bout>,
}

/// The plan.
#[derive(Debug)]
pub(crate) struct Planner {
    body: Body,
    side: f64,
    standing_knee: f64,
    legs: [LegPlan; 2],
    upcoming: Option<Upcoming>,
    /// Steps since standing.
    steps: usize,
    /// Steps since stepping was last asked for, and the speed then, m/s.
    closing_steps: usize,
    speed_mps: f64,
    gait: Gait,
    /// The move whose gait is being taken on, and how many footfalls have been made in it.
    taking_on: (f64, usize, Gait),
    drift: f64,
    hurry: Hurry,
    pending: VecDeque<(f64, Mishap)>,
    label: Activity,
    chance: Chance,
    hazards: Chance,
    pub(crate) decisions: Decisions,
}

impl Planner {
    /// Standing at the origin. `side` is +1 when leg 0 is the right leg, −1 for the left.
    pub(crate) fn new(body: Body, side: f64, standing_knee: f64, chance: Chance, hazards: Chance) -> Self {
        let gait = Gait::Path(PathGait::coached(&body, 0.9));
        let leg = |leg: LegIndex, side: f64| LegPlan {
            falls: VecDeque::from([Footfall::standing(
                leg,
                [0.0, side * body.stance_half_width_m],
                0.0,
                gait,
                standing_knee,
            )]),
            air: None,
            swing: None,
            catch: None,
        };
        Self {
            side,
            standing_knee,
            legs: [leg(0, side), leg(1, -side)],
            upcoming: None,
            steps: 0,
            closing_steps: 0,
            speed_mps: 0.0,
            taking_on: (f64::NEG_INFINITY, 0, gait),
            gait,
            drift: 0.0,
            hurry: Hurry::default(),
            pending: VecDeque::new(),
            label: Activity::Standing,
            chance,
            hazards,
            decisions: Decisions::default(),
            body,
        }
    }

    /// Asks for a mishap at the first opportunity after `due_s`.
    pub(crate) fn expect_mishap(&mut self, due_s: f64, mishap: Mishap) {
        self.pending.push_back((due_s, mishap));
    }

    fn side_of(&self, leg: LegIndex) -> f64 {
        if leg == 0 { self.side } else { -self.side }
    }

    /// Plans as far as is needed at `t`.
    pub(crate) fn advance(&mut self, t: f64, itinerary: &Itinerary, path: &Path) {
        if self.stands(t) {
            self.set_off(t, itinerary);
        }
        while let Some(next) = self.upcoming {
            let lead = LEAD_STRIDES * self.gait.rhythm().stride_s;
            if next.contact_s > t + lead {
                break;
            }
            self.upcoming = None;
            self.step(t, next, itinerary, path);
        }
        for leg in &mut self.legs {
            if leg.falls.len() > 1 && t >= leg.falls[1].contact_s {
                leg.falls.pop_front();
                leg.air = None;
                leg.swing = None;
                leg.catch = None;
            }
            if leg.air.is_none() && leg.falls.len() > 1 && t >= leg.falls[0].leave_s {
                let (from, to) = (&leg.falls[0], &leg.falls[1]);
                leg.air = Some(air_phase(from, to));
                if let Gait::Path(gait) = &to.gait {
                    leg.swing = Some(Swing::between(&self.body, gait, from, to));
                }
            }
        }
    }

    /// From standing: the first step, when one is asked for within sight.
    fn set_off(&mut self, t: f64, itinerary: &Itinerary) {
        let Some(first) = itinerary.next_stepping(t).filter(|m| m.start_s < t + 3.0 + LEAD_STRIDES) else {
            return;
        };
        let Some(gait) = first.gait else {
            return;
        };
        self.gait = gait;
        self.taking_on = (first.start_s, FADE_IN.len(), gait);
        self.label = first.label;
        self.steps = 0;
        self.drift = 0.0;
        let rhythm = *self.gait.rhythm();
        let leg = usize::from(self.chance.happens(0.5));
        let leave_s = (first.start_s + 0.30 * rhythm.stride_s).max(t + RELEASE_SHARE * rhythm.stride_s);
        let contact_s = leave_s + (1.0 - rhythm.stance[leg]) * rhythm.stride_s;
        let gait = self.gait;
        self.legs[leg].last_mut().release_at(t, leave_s, &gait, rhythm.stride_s, FADE_IN[0]);
        self.decisions.bouts.push_back(Bout {
            at_s: first.start_s,
            begins: true,
            leg,
            stride_s: rhythm.stride_s,
        });
        self.upcoming = Some(Upcoming { leg, contact_s, catch: None, lift: 1.0 });
    }

    /// Fixes one footfall in place and the next in time.
    fn step(&mut self, t: f64, now: Upcoming, itinerary: &Itinerary, path: &Path) {
        let (leg, other) = (now.leg, 1 - now.leg);
        let asked = itinerary.stepping(now.contact_s);
        self.take_on(now.contact_s, itinerary);
        let rhythm = *self.gait.rhythm();
        let stride_s = rhythm.stride_s;
        let share = if leg == 0 { rhythm.step_share } else { 1.0 - rhythm.step_share };
        let usual = share * stride_s;
        self.drift = 0.5 * self.drift
            + 0.75_f64.sqrt() * self.chance.bounded_normal() * rhythm.variation / 0.75_f64.sqrt();
        let step_s = usual * (1.0 + self.drift).clamp(0.6, 1.6) * self.hurry.next(&mut self.hazards);
        let both = |l: LegIndex| (rhythm.stance[l] - 0.5).max(0.02) * stride_s;

        // Whether the other foot leaves, this one does, or both stay.
        let other_leaves = now.contact_s + both(other);
        let mut next = Upcoming { leg: other, contact_s: now.contact_s + step_s, catch: None, lift: 1.0 };
        let amplitude = self.amplitude(asked, path.at(now.contact_s));
        let release_amplitude = amplitude.max(FADE_IN[0]);
        let mut leave_s = f64::INFINITY;
        let may_close = self.closing_steps < MOST_CLOSING_STEPS;
        // What has been decided when the other foot was planned stands.
        let others_turn = self.legs[other].last().leave_s.is_finite()
            || itinerary.stepping(other_leaves)
            || (may_close && self.strays(other, other_leaves, path));
        let place_leave = next.contact_s + both(leg);
        if others_turn {
            self.disturb_swing(&mut next, other_leaves, stride_s);
            let gait = self.gait;
            if self.legs[other].last().leave_s.is_infinite() {
                self.legs[other].last_mut().release_at(t, other_leaves, &gait, stride_s, release_amplitude);
            }
        }
        let mid = f64::midpoint(now.contact_s, place_leave);
        let (place, heading) = self.place(leg, mid, path, &rhythm, asked);
        let wants_on = itinerary.stepping(place_leave)
            || (may_close && self.would_stray(leg, place, heading, place_leave, path));
        if others_turn && wants_on {
            leave_s = next.contact_s + both(leg);
        } else if !others_turn && wants_on {
            next.leg = leg;
            leave_s = now.contact_s + 0.55 * stride_s;
            next.contact_s = leave_s + (1.0 - rhythm.stance[leg]) * stride_s;
        }
        let landing = Landing { pitch: self.pitch_jitter(), knee: self.straightness(leg, amplitude) };
        let mut fall = Footfall::planned(
            &self.body,
            leg,
            now.contact_s,
            leave_s,
            stride_s,
            place,
            heading,
            &self.gait,
            amplitude,
            landing,
            self.standing_knee,
        );
        self.disturb_stance(&mut fall);
        fall.label = self.label;
        fall.lift = now.lift;
        if let Some((at_s, held_s)) = now.catch {
            self.legs[leg].catch = Some(Catch::new(at_s, held_s, now.contact_s));
        }
        self.legs[leg].falls.push_back(fall);
        self.steps += 1;
        if others_turn || wants_on {
            self.upcoming = Some(next);
        } else {
            self.decisions.bouts.push_back(Bout { at_s: now.contact_s, begins: false, leg, stride_s });
        }
    }

    /// Goes over to the gait asked for at `t` within three footfalls of each leg.
    fn take_on(&mut self, t: f64, itinerary: &Itinerary) {
        let Some(asked) = itinerary.stepping_at_or_before(t) else {
            return;
        };
        let Some(target) = &asked.gait else { return };
        if asked.start_s != self.taking_on.0 {
            self.taking_on = (asked.start_s, 0, self.gait);
        }
        let (_, count, from) = &mut self.taking_on;
        let weight = FADE_IN.get(*count / 2).copied().unwrap_or(1.0);
        *count += 1;
        self.gait = from.mixed(target, weight);
        self.label = asked.label;
    }

    /// Size of the next step: growing after standing, and falling with the speed once stepping is
    /// no longer asked for.
    fn amplitude(&mut self, asked: bool, here: Whereabouts) -> f64 {
        let full = FADE_IN.get(self.steps).copied().unwrap_or(1.0);
        let speed = (here.x.v * here.x.v + here.z.v * here.z.v).sqrt();
        if asked {
            self.speed_mps = speed;
            self.closing_steps = 0;
            return full;
        }
        self.closing_steps += 1;
        let left = if self.speed_mps > 0.05 { (speed / self.speed_mps).min(1.0) } else { 0.0 };
        full.min(lerp(CLOSING, 1.0, left))
    }

    fn pitch_jitter(&mut self) -> f64 {
        let draw = self.chance.bounded_normal();
        match &self.gait {
            // A foot that lands nearly flat cannot vary by more than it is pitched.
            Gait::Path(path) => rad((0.12 * (path.toe_contact_deg - path.hold_deg)).abs().min(3.0)) * draw,
            Gait::Fourier(_) => 0.0,
        }
    }

    /// Knee flexion at mid-stance, rad.
    fn straightness(&mut self, leg: LegIndex, amplitude: f64) -> f64 {
        let draw = self.chance.bounded_normal();
        match &self.gait {
            Gait::Path(path) => {
                let full = rad(path.straight_deg[leg] + 1.0 * draw);
                let size = (self.steps as f64 / 3.0).min(1.0) * amplitude.min(1.0);
                lerp(self.standing_knee.max(full), full, size).max(rad(path.least_knee_deg[leg] + 0.5))
            }
            Gait::Fourier(_) => self.standing_knee,
        }
    }

    fn place(
        &mut self,
        leg: LegIndex,
        mid_s: f64,
        path: &Path,
        rhythm: &super::gait::Rhythm,
        asked: bool,
    ) -> ([f64; 2], f64) {
        let here = path.at(mid_s);
        if !asked && (here.x.v * here.x.v + here.z.v * here.z.v).sqrt() < 0.05 {
            // Coming to a stand: under the body.
            let right = self.side_of(leg) * self.body.stance_half_width_m;
            let right = right + 0.008 * self.chance.bounded_normal();
            return (here.beside(0.0, right), here.heading.p);
        }
        let ahead = match &self.gait {
            Gait::Path(gait) => gait.ahead_m,
            Gait::Fourier(gait) => gait.ahead_m,
        };
        let right = self.side_of(leg) * rhythm.half_width_m + 0.008 * self.chance.bounded_normal();
        let ahead = ahead + 0.005 * self.chance.bounded_normal();
        (here.beside(ahead, right), here.heading.p)
    }

    /// Whether the foot that `leg` stands on is not under the body some time after `t`.
    fn strays(&self, leg: LegIndex, t: f64, path: &Path) -> bool {
        let fall = self.legs[leg].last();
        self.would_stray(leg, fall.place, fall.heading, t, path)
    }

    fn would_stray(&self, leg: LegIndex, place: [f64; 2], heading: f64, t: f64, path: &Path) -> bool {
        let later = path.at(t + self.gait.rhythm().stride_s);
        let target = later.beside(0.0, self.side_of(leg) * self.body.stance_half_width_m);
        let (dx, dz) = (target[0] - place[0], target[1] - place[1]);
        // Only along the way matters: feet stand wider or narrower as they please.
        let (sin, cos) = libm::sincos(later.heading.p);
        let along = dx * cos - dz * sin;
        let across = dx * sin + dz * cos;
        along.abs() > STRAY_M || across.abs() > 2.0 * STRAY_M || (later.heading.p - heading).abs() > STRAY_RAD
    }

    /// Takes the first mishap that is due by `t` and wanted.
    fn due(&mut self, t: f64, wanted: impl Fn(Mishap) -> bool) -> Option<Mishap> {
        let (due_s, mishap) = *self.pending.front()?;
        (due_s <= t && self.steps >= 4 && wanted(mishap)).then(|| {
            self.pending.pop_front();
            mishap
        })
    }

    fn disturb_swing(&mut self, next: &mut Upcoming, leaves_s: f64, stride_s: f64) {
        if next.leg != 0 {
            return;
        }
        let Some(Mishap::Stumble(recovery)) = self.due(leaves_s, |m| matches!(m, Mishap::Stumble(_))) else {
            return;
        };
        let chance = &mut self.hazards;
        let swing_s = next.contact_s - leaves_s;
        let at_s = leaves_s + chance.between(0.22, 0.62) * swing_s;
        let held_s = chance.between(0.040, 0.080);
        match recovery {
            Recovery::Elevating => {
                next.contact_s += chance.between(0.10, 0.20) * stride_s;
                next.lift = chance.between(1.7, 2.3);
            }
            Recovery::Lowering => {
                let early = chance.between(0.10, 0.20) * stride_s;
                next.contact_s = (next.contact_s - early).max(at_s + held_s + 0.12);
            }
        }
        next.catch = Some((at_s, held_s));
        self.hurry = Hurry::after_mishap(1.0, chance);
        let sway = Sway::lurch(at_s, 1.0, chance);
        self.decisions.incidents.push_back(Incident {
            mishap: Mishap::Stumble(recovery),
            onset_s: at_s,
            end_s: next.contact_s + stride_s,
        });
        self.decisions.sways.push_back(sway);
    }

    fn disturb_stance(&mut self, fall: &mut Footfall) {
        if fall.leg != 0 || fall.leave_s.is_infinite() {
            return;
        }
        let Some(mishap) = self.due(fall.contact_s, |m| !matches!(m, Mishap::Stumble(_))) else {
            return;
        };
        let chance = &mut self.hazards;
        let (onset_s, end_s);
        if mishap == Mishap::Slip {
            let takes = chance.between(0.12, 0.25);
            let fastest = chance.between(0.5, 1.0);
            // Just after landing the foot brakes and slides on; later it pushes and slides away.
            let (share, sign) = if chance.happens(0.5) { (0.16, -1.0) } else { (0.34, 1.0) };
            onset_s = fall.contact_s + chance.between(share, share + 0.08) * fall.stride_s;
            fall.slide = Some(Slide {
                start_s: onset_s,
                end_s: onset_s + takes,
                ahead_m: sign * fastest * takes / 1.875,
            });
            end_s = fall.leave_s;
            self.hurry = Hurry::after_mishap(0.8, chance);
        } else {
            let buckle = Buckle {
                start_s: fall.contact_s + chance.between(0.24, 0.36) * fall.stride_s,
                fall_s: chance.between(0.09, 0.16),
                rise_s: chance.between(0.12, 0.22),
                depth: buckle_depth(chance),
            };
            onset_s = buckle.start_s;
            end_s = buckle.end_s();
            fall.buckle = Some(buckle);
            self.hurry = Hurry::after_mishap(0.5, chance);
        }
        // A knee that gives way lets the pelvis down by itself.
        let strength = if mishap == Mishap::Slip { 0.6 } else { 0.3 };
        let sway = Sway::lurch(onset_s, strength, chance);
        self.decisions.sways.push_back(sway);
        self.decisions.incidents.push_back(Incident { mishap, onset_s, end_s });
    }

    /// The present footfall of a leg.
    pub(crate) fn footfall(&self, leg: LegIndex) -> &Footfall {
        self.legs[leg].present()
    }

    /// The footfall of a leg after the present one, once its foot is in the air.
    pub(crate) fn landing(&self, leg: LegIndex) -> Option<&Footfall> {
        self.legs[leg].falls.get(1)
    }

    /// The next contact after `t` of either leg that is planned.
    pub(crate) fn next_contact(&self, t: f64) -> Option<&Footfall> {
        self.legs
            .iter()
            .flat_map(|l| &l.falls)
            .filter(|f| f.contact_s > t)
            .min_by(|a, b| a.contact_s.total_cmp(&b.contact_s))
    }

    /// The footfall of the same leg after this one, if it is planned.
    pub(crate) fn following(&self, fall: &Footfall) -> Option<&Footfall> {
        self.legs[fall.leg].falls.iter().find(|f| f.contact_s > fall.contact_s)
    }

    /// The footfall of the same leg before this one, if it is remembered.
    pub(crate) fn preceding(&self, fall: &Footfall) -> Option<&Footfall> {
        self.legs[fall.leg].falls.iter().rev().find(|f| f.contact_s < fall.contact_s)
    }

    /// The last contact before `t` of either leg.
    pub(crate) fn last_contact(&self, t: f64) -> &Footfall {
        let [a, b] = [0, 1].map(|l| {
            let falls = &self.legs[l].falls;
            falls.iter().rev().find(|f| f.contact_s <= t).unwrap_or(&falls[0])
        });
        if a.contact_s > b.contact_s { a } else { b }
    }

    /// The gait of the latest planned footfall.
    pub(crate) fn gait(&self) -> &Gait {
        &self.gait
    }

    /// The leg at any `t` that is planned and not yet forgotten.
    pub(crate) fn leg_at(&self, leg: LegIndex, t: f64) -> LegAt<'_> {
        let plan = &self.legs[leg];
        let later = plan.falls.iter().skip(1).take_while(|f| f.contact_s <= t).count();
        let on = &plan.falls[later];
        let to = plan.falls.get(later + 1).filter(|_| t >= on.leave_s);
        let phase = match (to, &plan.air) {
            (None, _) => on.phase(t),
            (Some(_), Some(air)) if later == 0 => air.at(t),
            (Some(to), _) => air_phase(on, to).at(t),
        };
        LegAt { on, to, phase }
    }

    /// The ankle, foot pitch and least knee flexion of a leg on the foot-path gait at `t`, the
    /// moment of the last [`Self::advance`] or just after it.
    pub(crate) fn foot(&self, leg: LegIndex, t: f64) -> (Vec3, f64, f64) {
        let plan = &self.legs[leg];
        let on = plan.present();
        let (Some(swing), Some(to)) = (&plan.swing, plan.falls.get(1)) else {
            return (on.ankle(&self.body, t), on.pitch(t), on.least_knee());
        };
        let at = plan.catch.map_or(t, |c| c.undisturbed(t));
        let weight = smooth((t - on.leave_s) / (to.contact_s - on.leave_s));
        (swing.ankle(at), swing.pitch(at), lerp(on.least_knee(), to.least_knee(), weight))
    }

    /// Whether all steps are done, none is planned, and both feet have come to lie still.
    fn stands(&self, t: f64) -> bool {
        let still = |fall: &Footfall| t > fall.contact_s + 0.5 * fall.stride_s;
        self.upcoming.is_none() && self.legs.iter().all(|l| l.falls.len() == 1 && still(l.present()))
    }
}

/// Phase of a leg in the air between two footfalls.
fn air_phase(from: &Footfall, to: &Footfall) -> Quintic {
    let jet = |p: f64, stride_s: f64| Jet { p, v: 1.0 / stride_s, a: 0.0 };
    Quintic::new(from.leave_s, jet(TOE_OFF - 1.0, from.leaving_stride_s), to.contact_s, jet(0.0, to.stride_s))
}

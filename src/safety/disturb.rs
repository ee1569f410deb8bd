//! Steps that are disturbed: the residual of what happens against this person's own stride, cell by
//! cell.
//!
//! Two quantities, each in the unit of its physics: by how much the ankle's velocity has changed that it
//! never changes at this point of the stride (an impulse, m/s), and by how much the shank has turned
//! that it never turns there (deg). Both fade within a tenth of a second. A foot that catches is stopped
//! by a force from outside within some 20 ms; what a person does on purpose takes ten times as long, and
//! to do less than usual is never a disturbance.
//!
//! A burst, of force or of rate, that comes off schedule is one as well. In swing nothing touches the leg;
//! while the foot is at the floor bursts count half.

use super::buckle::{SHANK_M, TREND_S, UsualStance};
use super::rule::Rule;
use super::template::{AHEAD, ASIDE, BURST, FORWARD, Lanes, Params, RATE, TWIST, Template, UPWARD};
use super::tuning::Tuning;
use crate::record::{Direction, Evidence};
use crate::sagittal::RAD;
use crate::signal::grid::CELL_S;
use crate::signal::ring::Ring;

/// Time constant of both quantities, s.
const FADE_S: f64 = 0.10;
/// The same of a foot that catches: it is stopped within some 20 ms, smeared to twice that by the filters;
/// who sets a foot down on purpose takes 0.1 s or more.
const CATCH_S: f64 = 0.04;
/// In strides shorter than this, s, the same movements have accelerations that are greater by the square of it:
/// backward walking at 0.7 m/s.
const RESTS_STRIDE_S: f64 = 1.3;
/// A blow slows the swing, below this share of its fastest rate of late (which fades by a tenth in a cell), or moves the
/// ankle, by this impulse, m/s: a foot that leaves the floor late, or scrapes along it, gives bursts as well, and the
/// leg swings on.
const SLOWED: f64 = 0.98;
const MOVED_MPS: f64 = 0.01;
/// Cells without which neither counts: a single odd cell is not movement.
const LEAST_S: f64 = 0.025;
/// How long a disturbance in stance waits to be told from a knee that gives way, s.
const WAIT_S: f64 = 0.08;
/// A disturbance so long ago is not that of a knee that gives way now, s.
const EARLIER_S: f64 = 0.15;
/// So long after a disturbance the clock of the stride is not to be relied on, in strides.
const LATE: f64 = 1.6;
/// Time constant of bursts, s.
const BURST_S: f64 = 0.05;
/// Time after a disturbance in which strides are not learned from, in strides.
const UNLEARNED: f64 = 4.0;
/// First strides of a walk, which are still growing, are not learned.
const GROWING: u32 = 1;
/// Ratio of a stride to the usual one beyond which it is another walk's, and how many of them in a row are
/// a new pace.
const OTHER: (f64, f64) = (0.78, 1.28);
const NEW_PACE: u32 = 6;
/// How long a leg must be out of its range to topple, s.
const TOPPLES_S: f64 = 0.02;
/// Shortest and longest stride that is learned, s.
const STRIDE_S: (f64, f64) = (0.4, 3.5);
/// Share of a new value in the running means of phases.
const LEARN: f64 = 0.2;
/// Margin around contact and final contact within which it is not sure whether the foot bears, as a
/// share of the stride; so many spreads of the stride time more where the clock is that of a stride before.
const MARGIN: f64 = 0.03;
const MARGIN_SPREADS: f64 = 2.0;
/// The same around a swing, within which a burst may be the contact itself.
const SWING_MARGIN: (f64, f64) = (0.02, 0.06);

/// Where in the stride.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The foot bears.
    Stance,
    /// The foot is in the air.
    Swing,
    /// Between the two.
    Unsure,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Which rule.
    pub rule: Rule,
    /// Onset, s.
    pub onset: f64,
    /// Figures.
    pub evidence: Evidence,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    jerk_mps: f64,
    turn_deg: f64,
    burst_mps2: f64,
    twist_dps: f64,
    struck_mps: f64,
    blow_times: f64,
    full_swing: f64,
    brisk: f64,
    touching: f64,
    lifted_deg: f64,
    lifted_s: f64,
    slide_mps: f64,
    rests_mps2: f64,
    rests_s: f64,
    planted_share: f64,
    within_s: f64,
    lead_s: f64,
    ahead_deg: f64,
    aside_deg: f64,
    undisturbed_times: f64,
    off_clock_deg: f64,
    off_clock_s: f64,
    clocked: f64,
}

/// Watches steps against the template.
#[derive(Clone, Debug)]
pub struct Disturbances {
    limits: Limits,
    template: Template,
    past: Box<Ring<Lanes, 512>>,
    direction: Option<Direction>,
    /// Fastest moment of the last swing, s.
    anchor: Option<f64>,
    /// Time of the newest cell, s.
    now: f64,
    /// Where it is in the stride.
    phase: Option<f64>,
    place: Place,
    /// Phases of contact and final contact.
    contact_phase: Option<f64>,
    final_phase: Option<f64>,
    last_final: f64,
    jerk: [f64; 2],
    /// The same over the time in which a foot catches.
    catch_mps: f64,
    turn: f64,
    /// Fastest rate of late, fading as `jerk` does, deg/s.
    brisk_dps: f64,
    /// How long the ankle has rested in this stance, s.
    rests_s: f64,
    /// How far aside the inclination is off what it is at this point of the stride, deg; how long the leg has been lifted, and
    /// has been so far aside that the body falls, s.
    off_aside_deg: f64,
    strays_s: f64,
    falls_s: f64,
    falls_told: bool,
    /// How fast the shank turns back against the lowest usual rate, deg/s.
    below_dps: f64,
    /// Bursts in swing: force, rate.
    bursts: [f64; 2],
    others: u32,
    /// Strides since the walk began.
    strides: u32,
    since_s: f64,
    /// The foot is landing, or has not come to rest since.
    lands: bool,
    /// A disturbance: when it began, and whether it has been told.
    disturbed: Option<(f64, bool)>,
    /// When the last one began, s.
    disturbed_at: f64,
    /// Nothing is learned before this moment, s.
    learn_from: f64,
    topples_s: f64,
    toppled: bool,
    /// Fastest swings of late, deg/s, and the stride times, s: newest first.
    swings: [(f64, f64); 3],
    /// Which way the leg swings: 1 or -1.
    swings_to: f64,
}

impl Disturbances {
    /// With these limits.
    pub fn new(tuning: &Tuning) -> Self {
        let topple = |place| tuning.get(Rule::StumbleUnrecovered, place);
        let limits = Limits {
            jerk_mps: tuning.get(Rule::Stumble, 2),
            turn_deg: tuning.get(Rule::Stumble, 3),
            burst_mps2: tuning.get(Rule::Stumble, 4),
            twist_dps: tuning.get(Rule::Stumble, 5),
            struck_mps: tuning.get(Rule::Stumble, 7),
            blow_times: tuning.get(Rule::Stumble, 8),
            full_swing: tuning.get(Rule::Stumble, 9),
            brisk: tuning.get(Rule::Stumble, 10),
            touching: tuning.get(Rule::Stumble, 11),
            lifted_deg: tuning.get(Rule::Stumble, 12),
            lifted_s: tuning.get(Rule::Stumble, 13),
            slide_mps: tuning.get(Rule::Slip, 2),
            rests_mps2: tuning.get(Rule::Slip, 3),
            rests_s: tuning.get(Rule::Slip, 4),
            planted_share: tuning.get(Rule::KneeGivingWay, 4),
            within_s: topple(2),
            lead_s: topple(3),
            ahead_deg: topple(4),
            aside_deg: topple(5),
            undisturbed_times: topple(6),
            off_clock_deg: topple(7),
            off_clock_s: topple(8),
            clocked: topple(9),
        };
        let params = Params { spreads: tuning.get(Rule::Stumble, 6), ..Params::default() };
        Self {
            limits,
            template: Template::new(params),
            past: Box::default(),
            direction: None,
            anchor: None,
            now: 0.0,
            phase: None,
            place: Place::Unsure,
            contact_phase: None,
            final_phase: None,
            last_final: f64::NEG_INFINITY,
            jerk: [0.0; 2],
            catch_mps: 0.0,
            turn: 0.0,
            brisk_dps: 0.0,
            rests_s: 0.0,
            off_aside_deg: 0.0,
            strays_s: 0.0,
            falls_s: 0.0,
            falls_told: false,
            below_dps: 0.0,
            bursts: [0.0; 2],
            others: 0,
            strides: 0,
            since_s: 0.0,
            lands: false,
            disturbed: None,
            disturbed_at: f64::NEG_INFINITY,
            learn_from: f64::NEG_INFINITY,
            topples_s: 0.0,
            toppled: false,
            swings: [(0.0, 0.0); 3],
            swings_to: 0.0,
        }
    }

    /// The samples broke off, or the axes were turned: what is under way is void. The stride that was
    /// learned stays.
    pub fn restart(&mut self) {
        self.past.clear();
        self.anchor = None;
        self.calm();
        self.disturbed = None;
    }

    /// The axes have been turned around: what was learned was seen in a mirror.
    pub fn forget(&mut self) {
        self.restart();
        self.template.clear();
        self.direction = None;
    }

    fn calm(&mut self) {
        self.jerk = [0.0; 2];
        self.catch_mps = 0.0;
        self.turn = 0.0;
        self.brisk_dps = 0.0;
        self.rests_s = 0.0;
        self.bursts = [0.0; 2];
        self.since_s = 0.0;
        self.strays_s = 0.0;
        self.falls_s = 0.0;
    }

    /// Whether the template can be used.
    pub fn is_ready(&self) -> bool {
        // The first strides of a walk are not yet those that were learned.
        self.template.is_ready() && self.anchor.is_some() && self.strides > GROWING
    }

    /// Usual stride time, s.
    pub fn period_s(&self) -> Option<f64> {
        self.template.period_s()
    }

    /// The template.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Fastest moment of the last swing of the walk that is under way, s.
    pub fn anchor(&self) -> Option<f64> {
        self.anchor
    }

    /// The last three swings, newest first: fastest rate (deg/s, as a magnitude) and stride time (s).
    pub fn swings(&self) -> &[(f64, f64); 3] {
        &self.swings
    }

    /// The walk has ended.
    pub fn stop(&mut self) {
        self.anchor = None;
        self.calm();
    }

    /// A knee has given way: that is what disturbed the step.
    pub fn explained(&mut self) {
        if let Some((at, told)) = &mut self.disturbed {
            *told = true;
            let at = *at;
            self.hold_back(at);
        }
    }

    fn hold_back(&mut self, at: f64) {
        self.learn_from = at + UNLEARNED * self.template.period_s().unwrap_or(1.3);
    }

    fn at(&self, t: f64) -> Option<Lanes> {
        let back = libm::round((self.now - t) / CELL_S);
        if !(0.0..512.0).contains(&back) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the memory")]
        let n = self.past.next().checked_sub(1 + back as u64)?;
        self.past.get(n).copied()
    }

    /// The fastest moment of a swing at `t`, in this direction.
    pub fn swing(&mut self, t: f64, direction: Direction) {
        if self.direction != Some(direction) {
            self.direction = Some(direction);
            self.template.clear();
            self.contact_phase = None;
            self.final_phase = None;
            self.anchor = None;
        }
        let before = self.anchor.replace(t);
        if before.is_none() {
            self.strides = 0;
        }
        let fastest_dps = self.at(t).map_or(0.0, |l| f64::from(l[RATE]));
        self.swings_to = 1.0_f64.copysign(fastest_dps);
        let fastest = fastest_dps.abs();
        let period = before.map_or(0.0, |b| t - b);
        self.swings = [(fastest, period), self.swings[0], self.swings[1]];
        let Some(before) = before.filter(|_| (STRIDE_S.0..STRIDE_S.1).contains(&period)) else { return };
        let final_phase = (self.last_final - before) / period;
        if (0.3..1.0).contains(&final_phase) {
            follow(&mut self.final_phase, final_phase);
        }
        self.strides += 1;
        if before < self.learn_from || self.strides <= GROWING {
            return;
        }
        // A stride of quite another length is not this walk's, until more of them come.
        if self.template.period_s().is_some_and(|p| !(OTHER.0..OTHER.1).contains(&(period / p))) {
            self.others += 1;
            if self.others < NEW_PACE {
                return;
            }
            self.template.clear();
        }
        self.others = 0;
        let Self { template, past, now, .. } = self;
        let (next, now) = (past.next(), *now);
        template.learn(period, |share| {
            // To the nearest cell.
            let back = (now - (before + share * period)) / CELL_S + 0.5;
            if !(0.0..512.0).contains(&back) {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the memory")]
            let n = next.checked_sub(1 + back as u64)?;
            past.get(n).copied()
        });
    }

    /// A contact at `t`.
    pub fn contact(&mut self, t: f64) {
        if let Some(phase) = self.phase_at(t).filter(|phase| (0.02..0.6).contains(phase)) {
            follow(&mut self.contact_phase, phase);
        }
    }

    /// A final contact at `t`.
    pub fn final_contact(&mut self, t: f64) {
        self.last_final = t;
    }

    /// What other stances do at `t`, when steps are where the clock has them and the foot has come to rest in this
    /// stance.
    pub fn usual(&self, t: f64) -> Option<UsualStance> {
        // A step that was disturbed before this stance is late: by the clock alone its swing is a stance.
        let (since, period_s) = (t - self.disturbed_at, self.template.period_s()?);
        if since > EARLIER_S && since < LATE * period_s {
            return None;
        }
        // A foot that has not come to rest may yet be landing.
        if self.rests_s < self.limits.rests_s {
            return None;
        }
        let phase = self.phase?;
        let [lowest, _] = self.template.usual_rates(phase)?;
        let [_, before] = self.template.usual_rates((phase - TREND_S / period_s).max(0.0))?;
        Some(UsualStance { rate_dps: lowest.into(), loses_dps: f64::from(before - lowest).max(0.0) })
    }

    /// Phase at `t`; above 1 while the next swing is overdue.
    fn phase_at(&self, t: f64) -> Option<f64> {
        Some((t - self.anchor?) / self.template.period_s()?)
    }

    /// Finds where in the stride `t` is.
    pub fn locate(&mut self, t: f64) -> Place {
        self.phase = self.phase_at(t);
        self.place = self.place_at();
        self.place
    }

    fn place_at(&self) -> Place {
        let (Some(phase), Some(contact), Some(off)) = (self.phase, self.contact_phase, self.final_phase)
        else {
            return Place::Unsure;
        };
        let early = MARGIN_SPREADS * self.template.variation();
        if phase > contact + MARGIN && phase < off - MARGIN - early * off {
            return Place::Stance;
        }
        let lands = contact - SWING_MARGIN.1;
        if phase < lands || (phase > off + SWING_MARGIN.0 && phase - 1.0 < lands - early) {
            Place::Swing
        } else {
            Place::Unsure
        }
    }

    /// Remembers one cell, and tells what it shows. `watched` when it may be judged, and has been located.
    pub fn step(&mut self, t: f64, lanes: Lanes, watched: bool) -> Option<Found> {
        self.now = t;
        self.past.push(lanes);
        if !watched {
            self.calm();
            return None;
        }
        let phase = self.phase?;
        let beyond = self.template.beyond(phase, &lanes);
        let fade = 1.0 - CELL_S / FADE_S;
        self.jerk[0] = fade * self.jerk[0] + CELL_S * f64::from(beyond[FORWARD].abs());
        self.jerk[1] = fade * self.jerk[1] + CELL_S * f64::from(beyond[UPWARD].abs());
        self.turn = fade * self.turn + CELL_S * f64::from(beyond[RATE].abs());
        let caught = CELL_S * f64::from(beyond[FORWARD].abs() + beyond[UPWARD].abs());
        self.catch_mps = (1.0 - CELL_S / CATCH_S) * self.catch_mps + caught;
        let place = self.place;
        self.pace(phase, place, &lanes);
        let low = self.template.low(phase).map_or(0.0, f64::from);
        self.below_dps = (low - f64::from(lanes[RATE])).max(0.0);
        let fade = 1.0 - CELL_S / BURST_S;
        // A hard landing is a landing.
        let share = match place {
            Place::Swing => 1.0,
            _ if self.lands => 0.0,
            _ => self.limits.touching,
        };
        for (sum, lane) in self.bursts.iter_mut().zip([BURST, TWIST]) {
            *sum = fade * *sum + share * f64::from(beyond[lane]);
        }
        let any = beyond[FORWARD] != 0.0 || beyond[UPWARD] != 0.0 || beyond[RATE] != 0.0;
        self.since_s = if any { self.since_s + CELL_S } else { (self.since_s - 0.5 * CELL_S).max(0.0) };
        self.stray([f64::from(beyond[AHEAD]), f64::from(beyond[ASIDE])]);
        self.topple(t, &lanes).or_else(|| self.disturb(t, place, f64::from(lanes[RATE])))
    }

    /// How fast the leg has swung of late, and how long the ankle has rested in this stance.
    fn pace(&mut self, phase: f64, place: Place, lanes: &Lanes) {
        self.brisk_dps = (self.brisk_dps * (1.0 - CELL_S / FADE_S)).max(f64::from(lanes[RATE].abs()));
        let pace = (RESTS_STRIDE_S / self.template.period_s().unwrap_or(RESTS_STRIDE_S)).max(1.0);
        let still =
            f64::from(lanes[FORWARD].abs().max(lanes[UPWARD].abs())) < self.limits.rests_mps2 * pace * pace;
        self.lands = match (place, self.contact_phase) {
            (Place::Stance, _) => self.rests_s < self.limits.rests_s,
            (Place::Unsure, Some(contact)) => {
                let phase = phase - f64::from(phase >= 1.0);
                phase > contact - SWING_MARGIN.1 - MARGIN_SPREADS * self.template.variation()
                    && phase <= contact + MARGIN
            }
            _ => false,
        };
        if place == Place::Swing {
            self.rests_s = 0.0;
        } else if place == Place::Stance && self.rests_s < self.limits.rests_s {
            self.rests_s = if still { self.rests_s + CELL_S } else { 0.0 };
        }
    }

    fn disturb(&mut self, t: f64, place: Place, rate_dps: f64) -> Option<Found> {
        let l = &self.limits;
        let jerk = self.jerk[0] + self.jerk[1];
        let bears = place == Place::Stance;
        // With a planted foot the shank turns and the ankle stays.
        let gives_mps = l.planted_share * SHANK_M * RAD * self.below_dps;
        let slides = bears && self.rests_s >= l.rests_s && self.jerk[0] > l.slide_mps.max(gives_mps);
        // A burst that moves nothing is a knock on the sensor, or a contact at another time.
        let burst = self.bursts[0] / l.burst_mps2 + self.bursts[1] / l.twist_dps;
        let fastest = self.swings[0].0.max(self.swings[1].0);
        let swings = place == Place::Swing;
        let blow = swings
            && burst > l.blow_times
            && rate_dps * self.swings_to > l.full_swing * fastest
            && (rate_dps.abs() < SLOWED * self.brisk_dps || jerk > MOVED_MPS);
        let struck = blow || (burst > 1.0 && jerk > l.struck_mps);
        let lasts =
            self.since_s > LEAST_S && (self.catch_mps > l.jerk_mps || self.turn > l.turn_deg || slides);
        let moves = !swings || self.brisk_dps > l.brisk * fastest;
        let strong = (lasts || struck || self.strays_s > l.lifted_s) && moves;
        if strong && self.disturbed.is_none() {
            let onset = t - self.since_s.max(CELL_S);
            self.disturbed = Some((onset, false));
            self.disturbed_at = onset;
            self.toppled = false;
            self.hold_back(t);
        }
        let (onset, told) = self.disturbed?;
        if t - onset > self.limits.within_s.max(0.5) {
            self.disturbed = None;
            return None;
        }
        if told || !strong {
            return None;
        }
        let rule = if slides {
            Rule::Slip
        } else if bears && t - onset < WAIT_S {
            return None;
        } else {
            Rule::Stumble
        };
        self.disturbed = Some((onset, true));
        let evidence = Evidence::default()
            .with("ankle_forward_mps", self.jerk[0])
            .with("ankle_up_mps", self.jerk[1])
            .with("turn_deg", self.turn)
            .with("burst_times", burst);
        Some(Found { rule, onset, evidence })
    }

    /// How long the inclination has been off what it is at this point of the stride, ahead and aside by `off`
    /// degrees.
    fn stray(&mut self, off: [f64; 2]) {
        let [ahead, aside] = off;
        self.off_aside_deg = aside;
        let known = f64::from(self.template.strides()) >= self.limits.clocked;
        let lasts = |is: bool, so_far: f64| if known && is { so_far + CELL_S } else { 0.0 };
        // Who stops is off the clock as well, with a leg that hardly moves.
        let swings = self.brisk_dps > self.limits.full_swing * self.swings[0].0.max(self.swings[1].0);
        self.strays_s = lasts(swings && -ahead > self.limits.lifted_deg, self.strays_s);
        self.falls_s = lasts(aside.abs() > self.limits.off_clock_deg, self.falls_s);
        self.falls_told &= self.falls_s > 0.0;
    }

    /// Whether the leg leaves its usual range toward the toes, or aside.
    fn topple(&mut self, t: f64, lanes: &Lanes) -> Option<Found> {
        let l = &self.limits;
        if self.falls_s > l.off_clock_s - 0.5 * CELL_S && !self.falls_told {
            self.falls_told = true;
            self.toppled = true;
            let evidence =
                Evidence::default().with("off_aside_deg", self.off_aside_deg).with("for_s", self.falls_s);
            let onset = t - self.falls_s;
            return Some(Found { rule: Rule::StumbleUnrecovered, onset, evidence });
        }
        // Without a disturbance the leg must go further, and a disturbed step be the onset.
        let disturbed = self.disturbed.map(|(onset, _)| onset).filter(|onset| t - onset <= l.within_s);
        let (onset, margin, lasting_s) = match disturbed {
            Some(onset) => (onset, 1.0, TOPPLES_S),
            None => (t - self.topples_s - l.lead_s, l.undisturbed_times, l.undisturbed_times * TOPPLES_S),
        };
        if self.toppled && disturbed.is_some() {
            return None;
        }
        let out = |lane: usize| {
            let (low, high) = self.template.range(lane);
            (f64::from(lanes[lane] - high), f64::from(low - lanes[lane]))
        };
        let ahead = out(AHEAD).0;
        let (right, left) = out(ASIDE);
        let aside = right.max(left);
        let out = ahead > margin * l.ahead_deg || aside > margin * l.aside_deg;
        if !out {
            self.topples_s = 0.0;
            return None;
        }
        self.topples_s += CELL_S;
        if self.topples_s < lasting_s {
            return None;
        }
        self.toppled = true;
        let evidence = Evidence::default()
            .with("beyond_ahead_deg", ahead)
            .with("beyond_aside_deg", aside)
            .with("after_s", t - onset);
        Some(Found { rule: Rule::StumbleUnrecovered, onset, evidence })
    }

    /// The lead of the inclinations, s.
    pub fn lead_s(&self) -> f64 {
        self.limits.lead_s
    }
}

fn follow(mean: &mut Option<f64>, value: f64) {
    *mean = Some(mean.map_or(value, |m| m + LEARN * (value - m)));
}

//! Labels from the geometry: when heel and forefoot meet and leave the floor, how straight the knee
//! got, how fast the shank swung, and what the person was doing.
//!
//! A part of the sole counts as down from 3 mm above the floor on: as much as a sole and the pad
//! under it yield. The toes bend by up to 45 degrees, so a foot that is pitched further down than
//! that stands on their tips before its ball is down, and after its ball has left.

use super::body::Body;
use super::foot;
use super::math::{deg, rad};
use super::skeleton::Figure;
use crate::record::{Activity, Contact, EventKind};
use crate::truth::{TrueActivity, TrueContact, TrueEvent, TrueHazard, TrueStanceKnee};

/// Height below which a part of the sole bears, m.
const DOWN_M: f64 = 0.003;
/// Height that a part of the sole must come to before it counts as risen, m: it rose when it last
/// passed [`DOWN_M`]. Keeps a toe that drags along the floor from leaving it many times.
const UP_M: f64 = 0.005;
/// How far the toes bend, rad.
const TOES_BEND: f64 = rad(45.0);
/// Length of the toes, of the distance from ankle to ball.
const TOES: f64 = 0.48;

/// A fact for the labels, in seconds of the simulation.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// A gait event.
    Event(TrueEvent),
    /// How a foot landed.
    Contact(TrueContact),
    /// How straight the knee got in a stance.
    StanceKnee(TrueStanceKnee),
    /// What the person did for a while.
    Activity(TrueActivity),
    /// Something dangerous.
    Hazard(TrueHazard),
}

impl Fact {
    /// When it happened or began, s.
    pub fn time_s(&self) -> f64 {
        match self {
            Self::Event(e) => e.time_s,
            Self::Contact(c) => c.time_s,
            Self::StanceKnee(k) => k.toe_contact_s,
            Self::Activity(a) => a.start_s,
            Self::Hazard(h) => h.onset_s.unwrap_or(0.0),
        }
    }

    /// The same fact on a clock that shows `clock(t)` at `t`.
    #[must_use]
    pub fn on_clock(mut self, clock: impl Fn(f64) -> f64) -> Self {
        match &mut self {
            Self::Event(e) => e.time_s = clock(e.time_s),
            Self::Contact(c) => c.time_s = clock(c.time_s),
            Self::StanceKnee(k) => k.toe_contact_s = clock(k.toe_contact_s),
            Self::Activity(a) => {
                a.start_s = clock(a.start_s);
                a.end_s = clock(a.end_s);
            }
            Self::Hazard(h) => {
                h.onset_s = h.onset_s.map(&clock);
                h.end_s = h.end_s.map(&clock);
            }
        }
        self
    }
}

/// A part of the sole that has just met the floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Touch {
    pub at_s: f64,
    /// The forefoot, else the heel.
    pub fore: bool,
    /// Whether it is the first to.
    pub first: bool,
    /// Foot pitch then, rad.
    pub pitch: f64,
    pub label: Activity,
}

/// What one moment looks like to the labeller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight<'a> {
    pub t: f64,
    pub figure: &'a Figure,
    /// Knee flexion, rad.
    pub knee: f64,
    /// Sagittal rate of the shank, deg/s.
    pub rate_dps: f64,
    /// What the footfall that the foot stands on, or is going to, belongs to.
    pub landing: Activity,
    /// What the step that the foot is about to take belongs to.
    pub leaving: Activity,
    /// False while something else than stepping goes on.
    pub stepping: bool,
}

/// A stance in progress.
#[derive(Clone, Copy, Debug)]
struct Stance {
    label: Activity,
    touch_s: f64,
    pitch: f64,
    fore_s: Option<f64>,
    heel_s: Option<f64>,
    /// Smallest knee flexion since the whole sole was down (or since the touch), and when.
    straightest: (f64, f64),
    since_heel: bool,
}

/// Watches one leg.
#[derive(Debug)]
pub(crate) struct Labeller {
    body: Body,
    heights: Option<(f64, f64, f64)>,
    fore_down: bool,
    heel_down: bool,
    /// When forefoot and heel last passed [`DOWN_M`] upward, s.
    rising_s: [f64; 2],
    stance: Option<Stance>,
    /// When the forefoot last rose, while it is up.
    fore_up_s: Option<f64>,
    /// Extreme rate of the swing, and when.
    swing: Option<(f64, f64)>,
    swing_label: Activity,
    activity: Option<(f64, Activity)>,
}

impl Labeller {
    /// Watches a leg of this body that stands.
    pub(crate) fn new(body: Body) -> Self {
        Self {
            body,
            heights: None,
            fore_down: true,
            heel_down: true,
            rising_s: [0.0; 2],
            stance: None,
            fore_up_s: None,
            swing: None,
            swing_label: Activity::Standing,
            activity: None,
        }
    }

    /// Heights of heel and forefoot over the floor.
    pub(crate) fn sole(body: &Body, figure: &Figure) -> (f64, f64) {
        let (heel, ball) = foot::clearances(body, figure.ankle.y, figure.pitch);
        let bent = (-figure.pitch - TOES_BEND).max(0.0);
        let tip = ball - TOES * body.ball_m * libm::sin(bent);
        // Toes give way to the floor; they do not go through it.
        (heel, tip.max(ball.min(0.0)))
    }

    /// Takes in one moment; returns what has just touched the floor.
    pub(crate) fn see(&mut self, sight: &Sight<'_>, facts: &mut Vec<Fact>) -> [Option<Touch>; 2] {
        let (heel, fore) = Self::sole(&self.body, sight.figure);
        let (before_s, heel_before, fore_before) = self.heights.unwrap_or((sight.t - 1e-3, heel, fore));
        self.heights = Some((sight.t, heel, fore));
        if !sight.stepping {
            self.fore_down = fore < DOWN_M;
            self.heel_down = heel < DOWN_M;
            self.stance = None;
            self.swing = None;
            return [None; 2];
        }
        let crossing = |from: f64, to: f64| {
            if from == to {
                sight.t
            } else {
                before_s + (sight.t - before_s) * ((DOWN_M - from) / (to - from)).clamp(0.0, 1.0)
            }
        };
        let mut touches = [None; 2];
        for (i, (is_fore, height, before)) in
            [(true, fore, fore_before), (false, heel, heel_before)].into_iter().enumerate()
        {
            let was = if is_fore { self.fore_down } else { self.heel_down };
            if before < DOWN_M && height >= DOWN_M {
                self.rising_s[i] = crossing(before, height);
            }
            let down = height < if was { UP_M } else { DOWN_M };
            if down && !was {
                let at_s = crossing(before, height);
                let first = !self.fore_down && !self.heel_down;
                self.land(is_fore, at_s, first, sight, facts);
                touches[i] = Some(Touch {
                    at_s,
                    fore: is_fore,
                    first,
                    pitch: sight.figure.pitch,
                    label: sight.landing,
                });
            }
            if !down && was && is_fore {
                self.fore_up_s = Some(self.rising_s[i]);
            }
            let (fore_down, heel_down) = (self.fore_down, self.heel_down);
            if is_fore {
                self.fore_down = down;
            } else {
                self.heel_down = down;
            }
            if (fore_down || heel_down) && !self.fore_down && !self.heel_down {
                self.leave(self.rising_s[i], sight, facts);
            }
        }
        self.measure(sight);
        touches
    }

    fn measure(&mut self, sight: &Sight<'_>) {
        if let Some(stance) = &mut self.stance {
            // From when the whole sole is down until the forefoot rises.
            let counts = self.fore_up_s.is_none() || stance.heel_s.is_none();
            if counts && sight.knee < stance.straightest.0 {
                stance.straightest = (sight.knee, sight.t);
            }
        }
        if let Some(extreme) = &mut self.swing {
            let further = match self.swing_label {
                Activity::Forward => sight.rate_dps > extreme.0,
                _ => sight.rate_dps < extreme.0,
            };
            if further {
                *extreme = (sight.rate_dps, sight.t);
            }
        }
    }

    fn land(&mut self, fore: bool, at_s: f64, first: bool, sight: &Sight<'_>, facts: &mut Vec<Fact>) {
        let label = sight.landing;
        if first {
            self.end_swing(label, facts);
            self.stance = Some(Stance {
                label,
                touch_s: at_s,
                pitch: sight.figure.pitch,
                fore_s: None,
                heel_s: None,
                straightest: (f64::INFINITY, at_s),
                since_heel: false,
            });
            if label == Activity::Forward {
                facts.push(event(EventKind::InitialContact, at_s));
            }
        }
        if fore {
            // Down again: its rise was not the last one.
            self.fore_up_s = None;
        }
        let Some(stance) = &mut self.stance else {
            return;
        };
        let slot = if fore { &mut stance.fore_s } else { &mut stance.heel_s };
        if slot.is_none() {
            *slot = Some(at_s);
            if label == Activity::Backward {
                let kind = if fore { EventKind::ToeContact } else { EventKind::HeelContact };
                facts.push(event(kind, at_s));
            }
        }
        if !stance.since_heel && stance.fore_s.is_some() && stance.heel_s.is_some() {
            stance.since_heel = true;
            stance.straightest = (f64::INFINITY, at_s);
        }
    }

    fn leave(&mut self, at_s: f64, sight: &Sight<'_>, facts: &mut Vec<Fact>) {
        let label = sight.leaving;
        let stance = self.stance.take();
        let rise_s = self.fore_up_s.unwrap_or(at_s).min(at_s);
        // A foot that has been standing is on the whole of its sole.
        let on_heel = stance.is_none_or(|s| s.heel_s.is_some());
        if let Some(stance) = stance.filter(|s| s.label == Activity::Backward) {
            finish(&stance, if on_heel { rise_s } else { at_s }, facts);
        }
        if label == Activity::Backward && on_heel {
            facts.push(event(EventKind::ForefootRise, rise_s));
        }
        if matches!(label, Activity::Backward | Activity::Forward) {
            facts.push(event(EventKind::FinalContact, at_s));
        }
        self.swing = Some((0.0, at_s));
        self.swing_label = label;
    }

    fn end_swing(&mut self, label: Activity, facts: &mut Vec<Fact>) {
        if let Some((rate, at_s)) = self.swing.take()
            && rate != 0.0
            && label == self.swing_label
            && matches!(label, Activity::Backward | Activity::Forward)
        {
            facts.push(event(EventKind::MidSwing, at_s));
        }
    }

    /// The person does this at `t`.
    pub(crate) fn does(&mut self, t: f64, activity: Activity, facts: &mut Vec<Fact>) {
        match self.activity {
            Some((_, now)) if now == activity => {}
            _ => {
                self.end_activity(t, facts);
                self.activity = Some((t, activity));
            }
        }
    }

    /// Ends what the person does at `t`.
    pub(crate) fn end_activity(&mut self, t: f64, facts: &mut Vec<Fact>) {
        if let Some((start_s, label)) = self.activity.take() {
            facts.push(Fact::Activity(TrueActivity { start_s, end_s: t, label }));
        }
    }
}

/// The facts of a backward stance that has ended.
fn finish(stance: &Stance, until_s: f64, facts: &mut Vec<Fact>) {
    let toe_contact_s = stance.fore_s.unwrap_or(stance.touch_s);
    if let Some(contact) = word(stance) {
        facts.push(Fact::Contact(TrueContact { time_s: stance.touch_s, contact }));
    }
    let (knee, at_s) = stance.straightest;
    if knee.is_finite() {
        // A part of the sole rises a little before it is seen to have risen.
        facts.push(event(EventKind::KneeExtension, at_s.min(until_s)));
        facts.push(Fact::StanceKnee(TrueStanceKnee { toe_contact_s, knee_min_deg: deg(knee) }));
    }
}

/// The word for a landing, where the rule has one: toes first when they lead by 40 ms or more with
/// the foot at least 4 degrees toes-down, heel first the mirror of it, flat within 25 ms and 6
/// degrees, toes only when the heel never lands.
fn word(stance: &Stance) -> Option<Contact> {
    let pitch = deg(stance.pitch);
    match (stance.fore_s, stance.heel_s) {
        (Some(_), None) => Some(Contact::ToeOnly),
        (Some(fore), Some(heel)) => {
            let lead = heel - fore;
            if lead >= 0.040 && pitch <= -4.0 {
                Some(Contact::ToeFirst)
            } else if lead <= -0.040 && pitch >= 4.0 {
                Some(Contact::HeelFirst)
            } else if lead.abs() <= 0.025 && pitch.abs() <= 6.0 {
                Some(Contact::Flat)
            } else {
                None
            }
        }
        _ => None,
    }
}

fn event(kind: EventKind, time_s: f64) -> Fact {
    Fact::Event(TrueEvent { kind, time_s, tolerance_s: None })
}

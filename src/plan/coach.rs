//! Follows the walker through the plan.
//!
//! Pure: time enters with what the sensor tells. A part's clock runs while it is walked as planned, so
//! that what is counted was done. A walk whose direction is not known lets the clock run as well (it is a
//! timer and no verdict) and is counted apart.

use serde::Serialize;

use super::{Plan, Segment, Way};
use crate::record::{Stride, StrideDirection};
use crate::safety::rule::Rule;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// How long after the last step somebody still counts as walking, s. Default 2.5: the longest stride
    /// at 0.3 mph, and the time by which a stride is told late.
    pub hold_s: f64,
    /// How long before a change it is told, s. Default 10.
    pub soon_s: f64,
    /// Walking in the other direction after which one is asked to turn round, s. Default 4: two strides.
    pub other_way_s: f64,
    /// Time for a change (belt off, turn, belt on) in which no step is held against anyone, s. Default 20.
    pub change_s: f64,
    /// Time after which a slow belt is spoken of, s of walking in this part. Default 15.
    pub settle_s: f64,
    /// Time between two such remarks, s. Default 30.
    pub again_s: f64,
    /// Share of the planned speed below which one may go faster, above which slower; of a speed that is
    /// read or entered. Default 0.85 and 1.15.
    pub speed_share: [f64; 2],
    /// The same of an estimated speed, which errs by 10 % and more. Default 0.7 and 1.4.
    pub guess_share: [f64; 2],
    /// Time without a step after which an end is an end, s. Default 3.
    pub still_s: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            hold_s: 2.5,
            soon_s: 10.0,
            other_way_s: 4.0,
            change_s: 20.0,
            settle_s: 15.0,
            again_s: 30.0,
            speed_share: [0.85, 1.15],
            guess_share: [0.7, 1.4],
            still_s: 3.0,
        }
    }
}

/// Why a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Everything was done.
    Planned,
    /// Somebody asked for it.
    Asked,
    /// Pain rose too far.
    Pain,
    /// Something happened after which one does not go on.
    Stopped,
    /// There are no more samples.
    NoMore,
}

/// Where the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The checklist is open.
    Before,
    /// The plan is being followed.
    Walking,
    /// Belt off, walking until it stops.
    Ending(Why),
    /// It is over.
    Over(Why),
}

/// Something to be said.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Said {
    /// A part begins.
    Part {
        /// Number, from 0.
        number: usize,
        /// What is walked.
        way: Way,
        /// Whether one has to turn round for it.
        turn: bool,
        /// How fast, m/s.
        speed_mps: Option<f64>,
    },
    /// The next part comes soon.
    Soon {
        /// What it is; none when the plan ends.
        way: Option<Way>,
    },
    /// The wrong way is being walked.
    TurnRound {
        /// The right way.
        way: Way,
    },
    /// The belt may run faster.
    Faster {
        /// As fast as this, m/s.
        to_mps: f64,
    },
    /// The belt should run slower.
    Slower {
        /// As fast as this, m/s.
        to_mps: f64,
    },
    /// Belt off, walk until it stops.
    BeltOff {
        /// Why.
        why: Why,
    },
    /// It is over.
    Over {
        /// Why.
        why: Why,
    },
}

/// Where a speed is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpeedSource {
    /// The treadmill says it.
    Belt,
    /// Somebody entered it.
    Entered,
    /// From the steps.
    Estimate,
}

/// What was done of one part.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct Done {
    /// Walked as planned, s.
    pub as_planned_s: f64,
    /// Walked the other way, s.
    pub other_s: f64,
    /// Walked in a direction that is not known, s.
    pub unknown_s: f64,
}

/// How the last step went with the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    AsPlanned,
    Other,
    Unknown,
}

/// The coach.
#[derive(Clone, Debug)]
pub struct Coach {
    plan: Plan,
    params: Params,
    phase: Phase,
    at: usize,
    now_s: f64,
    /// When the part began.
    part_s: f64,
    done: Vec<Done>,
    last_step: Option<(f64, Fit)>,
    other_run_s: f64,
    belt: Option<(f64, SpeedSource)>,
    estimate: Option<f64>,
    told_soon: bool,
    told_turn_s: Option<f64>,
    told_speed_s: Option<f64>,
    caution_s: Option<f64>,
    first_pain: Option<u8>,
}

impl Coach {
    /// Before the session.
    pub fn new(plan: Plan, params: Params) -> Self {
        let done = vec![Done::default(); plan.segments.len()];
        Self {
            plan,
            params,
            phase: Phase::Before,
            at: 0,
            now_s: 0.0,
            part_s: 0.0,
            done,
            last_step: None,
            other_run_s: 0.0,
            belt: None,
            estimate: None,
            told_soon: false,
            told_turn_s: None,
            told_speed_s: None,
            caution_s: None,
            first_pain: None,
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Where the session stands.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Number of the part.
    pub fn part_number(&self) -> usize {
        self.at
    }

    /// The part.
    pub fn part(&self) -> &Segment {
        &self.plan.segments[self.at]
    }

    /// What was done of each part.
    pub fn done(&self) -> &[Done] {
        &self.done
    }

    /// The speed and where it is known from.
    pub fn speed(&self) -> Option<(f64, SpeedSource)> {
        self.belt.or(self.estimate.map(|v| (v, SpeedSource::Estimate)))
    }

    /// Time left of this part, s.
    pub fn left_s(&self) -> f64 {
        let done = match self.part().way {
            Way::Rest if self.phase == Phase::Walking => self.now_s - self.part_s,
            _ => {
                let d = &self.done[self.at];
                d.as_planned_s + d.unknown_s + self.under_way_s()
            }
        };
        (self.part().seconds - done).clamp(0.0, self.part().seconds)
    }

    /// Share of the whole plan that is done, 0 to 1.
    pub fn share(&self) -> f64 {
        if matches!(self.phase, Phase::Ending(Why::Planned) | Phase::Over(Why::Planned)) {
            return 1.0;
        }
        let before: f64 = self.plan.segments[..self.at].iter().map(|s| s.seconds).sum();
        (before + self.part().seconds - self.left_s()) / self.plan.seconds()
    }

    /// Whether somebody walks.
    pub fn is_walking(&self) -> bool {
        self.last_step.is_some_and(|(t, _)| self.now_s - t <= self.params.hold_s)
    }

    /// Time since the last stride that counts although it is not told yet, s.
    fn under_way_s(&self) -> f64 {
        match self.last_step {
            Some((t, Fit::AsPlanned | Fit::Unknown)) if self.phase == Phase::Walking && self.is_walking() => {
                self.now_s - t.max(self.part_s)
            }
            _ => 0.0,
        }
        .max(0.0)
    }

    /// The checklist is done; `pain` is today's.
    pub fn begin(&mut self, pain: Option<u8>, say: &mut dyn FnMut(Said)) {
        if self.phase == Phase::Before {
            self.first_pain = pain;
            self.phase = Phase::Walking;
            self.enter(0, say);
        }
    }

    fn enter(&mut self, at: usize, say: &mut dyn FnMut(Said)) {
        let turn = at > 0 && {
            let walked = self.plan.segments[..at].iter().rev().find(|s| s.way != Way::Rest);
            let next = self.plan.segments[at].way;
            next != Way::Rest && walked.is_some_and(|w| w.way != next)
        };
        self.at = at;
        self.part_s = self.now_s;
        self.told_soon = false;
        self.told_turn_s = None;
        self.told_speed_s = None;
        self.other_run_s = 0.0;
        if let Some((_, fit)) = &mut self.last_step {
            // A step taken before belongs to the part before.
            *fit = if turn { Fit::Other } else { *fit };
        }
        let part = self.part();
        say(Said::Part { number: at, way: part.way, turn, speed_mps: part.speed_mps });
    }

    /// Time goes on.
    pub fn tick(&mut self, now_s: f64, say: &mut dyn FnMut(Said)) {
        self.now_s = self.now_s.max(now_s);
        match self.phase {
            Phase::Walking => {
                let left = self.left_s();
                if left <= 0.0 {
                    if self.at + 1 < self.plan.segments.len() {
                        self.settle();
                        self.enter(self.at + 1, say);
                    } else {
                        self.end(Why::Planned, say);
                    }
                } else if !self.told_soon && left <= self.params.soon_s && left < 0.5 * self.part().seconds {
                    self.told_soon = true;
                    say(Said::Soon { way: self.plan.segments.get(self.at + 1).map(|s| s.way) });
                }
            }
            Phase::Ending(why) => {
                let still = self.last_step.is_none_or(|(t, _)| self.now_s - t > self.params.still_s);
                let runs = self.belt.is_some_and(|(v, s)| s == SpeedSource::Belt && v > 0.05);
                if still && !runs {
                    self.phase = Phase::Over(why);
                    say(Said::Over { why });
                }
            }
            Phase::Before | Phase::Over(_) => {}
        }
    }

    /// The time under way is counted where the part ends.
    fn settle(&mut self) {
        let under_way = self.under_way_s();
        if let Some((t, fit)) = &mut self.last_step {
            match fit {
                Fit::AsPlanned => self.done[self.at].as_planned_s += under_way,
                Fit::Unknown => self.done[self.at].unknown_s += under_way,
                Fit::Other => {}
            }
            *t = self.now_s.max(*t);
        }
    }

    /// A foot came down or left: somebody walks, though the stride is not told yet.
    pub fn moved(&mut self, time_s: f64) {
        if matches!(self.phase, Phase::Ending(_))
            && let Some((t, _)) = &mut self.last_step
        {
            *t = t.max(time_s);
        }
    }

    /// A stride. `steady` says that the steps are good enough for more speed.
    pub fn stride(&mut self, stride: &Stride, steady: bool, say: &mut dyn FnMut(Said)) {
        let (start, end) = (stride.start.seconds(), stride.end.seconds());
        let way = match stride.direction {
            StrideDirection::Backward => Some(Way::Backward),
            StrideDirection::Forward => Some(Way::Forward),
            StrideDirection::Turning | StrideDirection::InPlace => return,
            StrideDirection::Unknown => None,
        };
        let fit = match way {
            None => Fit::Unknown,
            Some(way) if way == self.part().way => Fit::AsPlanned,
            Some(_) => Fit::Other,
        };
        if let (Some(v), true) = (stride.speed_mps, stride.valid) {
            self.estimate = Some(self.estimate.map_or(v, |e| e + 0.3 * (v - e)));
        }
        if self.phase == Phase::Walking {
            // What was counted already, or belongs to the part before, is left out.
            let counted = self.last_step.map_or(self.part_s, |(t, _)| t.max(self.part_s));
            let seconds = (end - start.max(counted)).max(0.0);
            let done = &mut self.done[self.at];
            match fit {
                Fit::AsPlanned => done.as_planned_s += seconds,
                Fit::Unknown => done.unknown_s += seconds,
                Fit::Other => done.other_s += seconds,
            }
            self.other_run_s = if fit == Fit::Other { self.other_run_s + seconds } else { 0.0 };
        }
        self.last_step = Some((self.last_step.map_or(end, |(t, _)| t.max(end)), fit));
        if self.phase == Phase::Walking {
            self.direct(steady, say);
        }
    }

    fn direct(&mut self, steady: bool, say: &mut dyn FnMut(Said)) {
        let p = self.params;
        let in_part_s = self.now_s - self.part_s;
        let way = self.part().way;
        if way == Way::Rest {
            return;
        }
        let changing = self.at > 0 && in_part_s < p.change_s;
        let again = |told: Option<f64>| told.is_none_or(|t| self.now_s - t >= p.again_s);
        if self.other_run_s >= p.other_way_s && !changing && again(self.told_turn_s) {
            self.told_turn_s = Some(self.now_s);
            say(Said::TurnRound { way });
            return;
        }
        let (Some(planned), Some((speed, source))) = (self.part().speed_mps, self.speed()) else { return };
        let [low, high] = if source == SpeedSource::Estimate { p.guess_share } else { p.speed_share };
        let walked_s = self.done[self.at].as_planned_s;
        if walked_s < p.settle_s || !again(self.told_speed_s) {
            return;
        }
        let calm = self.caution_s.is_none_or(|t| self.now_s - t > p.again_s);
        if speed > planned * high {
            self.told_speed_s = Some(self.now_s);
            say(Said::Slower { to_mps: planned });
        } else if speed < planned * low && steady && calm {
            self.told_speed_s = Some(self.now_s);
            say(Said::Faster { to_mps: planned });
        }
    }

    /// The belt's speed, m/s, from the treadmill or entered.
    pub fn belt(&mut self, mps: f64, source: SpeedSource) {
        let known = self.belt.is_some_and(|(_, s)| s == SpeedSource::Belt);
        if source == SpeedSource::Belt || !known {
            self.belt = Some((mps, source));
        }
    }

    /// Something happened that speaks against more speed.
    pub fn caution(&mut self) {
        self.caution_s = Some(self.now_s);
    }

    /// Pain now, 0 to 10; true when the session ends by it.
    pub fn pain(&mut self, pain: u8, say: &mut dyn FnMut(Said)) -> bool {
        let limits = self.plan.limits;
        let first = *self.first_pain.get_or_insert(pain);
        let ends = pain >= limits.pain_most || pain.saturating_sub(first) >= limits.pain_rise;
        if ends {
            self.end(Why::Pain, say);
        }
        ends
    }

    /// The belt goes off; walking until it stops.
    pub fn end(&mut self, why: Why, say: &mut dyn FnMut(Said)) {
        match self.phase {
            Phase::Before => {
                self.phase = Phase::Over(why);
                say(Said::Over { why });
            }
            Phase::Walking => {
                self.settle();
                self.phase = Phase::Ending(why);
                say(Said::BeltOff { why });
            }
            Phase::Ending(_) | Phase::Over(_) => {}
        }
    }

    /// It is over at once.
    pub fn over(&mut self, why: Why, say: &mut dyn FnMut(Said)) {
        if !matches!(self.phase, Phase::Over(_)) {
            let why = if let Phase::Ending(first) = self.phase { first } else { why };
            if self.phase == Phase::Walking {
                self.settle();
            }
            self.phase = Phase::Over(why);
            say(Said::Over { why });
        }
    }

    /// Whether the plan explains an alert: somebody who is to stop, to turn or to rest stops, turns and
    /// rests. A fall, a stumble or a knee that gives way is never planned.
    pub fn expects(&self, rule: Rule) -> bool {
        let belt_off = self.belt.is_some_and(|(v, s)| s == SpeedSource::Belt && v < 0.05);
        let changing = self.phase == Phase::Walking
            && (self.part().way == Way::Rest
                || (self.at > 0 && self.now_s - self.part_s < self.params.change_s));
        let stopping = changing || belt_off || self.phase != Phase::Walking;
        match rule {
            Rule::SuddenStop
            | Rule::Festination
            | Rule::Shuffling
            | Rule::Variability
            | Rule::WrongDirection
            | Rule::BeltDrift => stopping,
            // Whoever has not begun or is done takes the sensor off.
            Rule::SensorLost => matches!(self.phase, Phase::Before | Phase::Over(_)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::testing::stride;

    /// Plays walking this way from `from` to `to` in strides of 1.2 s with ticks of 0.1 s.
    fn walk(coach: &mut Coach, from: f64, to: f64, way: StrideDirection) -> Vec<(f64, Said)> {
        let mut said = Vec::new();
        let mut next = from;
        let mut now = from;
        while now < to {
            now += 0.1;
            if now - next >= 1.2 + 0.4 {
                coach.stride(&stride(next, next + 1.2, way), true, &mut |s| said.push((now, s)));
                next += 1.2;
            }
            coach.tick(now, &mut |s| said.push((now, s)));
        }
        said
    }

    fn plan(text: &str) -> Coach {
        Coach::new(Plan::parse(text, "test").unwrap(), Params::default())
    }

    const TWO: &str = "[[segment]]\nwalk = \"backward\"\nfor = \"30s\"\nspeed = \"0.5mph\"\n\
                       [[segment]]\nwalk = \"forward\"\nfor = \"30s\"\nspeed = \"0.5mph\"\n";

    #[test]
    fn a_plan_that_is_followed_changes_and_ends_in_time() {
        let mut coach = plan(TWO);
        let mut said = Vec::new();
        coach.begin(Some(1), &mut |s| said.push((0.0, s)));
        said.extend(walk(&mut coach, 5.0, 35.5, StrideDirection::Backward));
        said.extend(walk(&mut coach, 40.0, 75.0, StrideDirection::Forward));
        said.extend(walk(&mut coach, 90.0, 90.0, StrideDirection::Forward));
        coach.tick(90.0, &mut |s| said.push((90.0, s)));
        let words: Vec<_> = said.iter().map(|(t, s)| (libm::round(*t), *s)).collect();
        let part = |number, way, turn| Said::Part {
            number,
            way,
            turn,
            speed_mps: Some(0.5 * super::super::MPH_MPS),
        };
        assert_eq!(words[0].1, part(0, Way::Backward, false));
        assert_eq!(words[1].1, Said::Soon { way: Some(Way::Forward) });
        assert_eq!(words[2].1, part(1, Way::Forward, true));
        assert!((34.0..=36.0).contains(&words[2].0), "{words:?}");
        assert_eq!(words[3].1, Said::Soon { way: None });
        assert_eq!(words[4].1, Said::BeltOff { why: Why::Planned });
        assert!((69.0..=73.0).contains(&words[4].0), "{words:?}");
        assert_eq!(words[5].1, Said::Over { why: Why::Planned });
        assert_eq!(words.len(), 6, "{words:?}");
        for done in coach.done() {
            assert!((29.0..=31.5).contains(&done.as_planned_s), "{done:?}");
        }
        assert_eq!(coach.share(), 1.0);
    }

    #[test]
    fn the_clock_stands_while_nobody_walks_or_walks_the_other_way() {
        let mut coach = plan(TWO);
        coach.begin(None, &mut |_| {});
        coach.tick(20.0, &mut |_| {});
        assert_eq!(coach.left_s(), 30.0);
        let said = walk(&mut coach, 20.0, 32.0, StrideDirection::Forward);
        assert_eq!(coach.left_s(), 30.0);
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].1, Said::TurnRound { way: Way::Backward });
        walk(&mut coach, 40.0, 50.0, StrideDirection::Backward);
        let left = coach.left_s();
        assert!((19.5..=22.0).contains(&left), "{left}");
        coach.tick(60.0, &mut |_| {});
        assert!(coach.left_s() >= left, "a walk that stopped is not counted on");
    }

    #[test]
    fn an_unknown_direction_is_counted_apart() {
        let mut coach = plan(TWO);
        coach.begin(None, &mut |_| {});
        walk(&mut coach, 0.0, 20.0, StrideDirection::Unknown);
        assert!(coach.left_s() < 13.0);
        assert_eq!(coach.done()[0].as_planned_s, 0.0);
        assert!(coach.done()[0].unknown_s > 16.0);
    }

    #[test]
    fn speed_is_asked_for_when_the_steps_allow_it() {
        let text = TWO.replace("30s\"\nspeed = \"0.5mph\"", "2min\"\nspeed = \"1.5mph\"");
        let mut coach = plan(&text);
        coach.begin(None, &mut |_| {});
        coach.belt(0.2, SpeedSource::Belt);
        let said = walk(&mut coach, 0.0, 60.0, StrideDirection::Backward);
        let faster = said.iter().filter(|(_, s)| matches!(s, Said::Faster { .. })).count();
        assert_eq!(faster, 2, "{said:?}");
        coach.caution();
        let said = walk(&mut coach, 60.0, 85.0, StrideDirection::Backward);
        assert!(!said.iter().any(|(_, s)| matches!(s, Said::Faster { .. })), "{said:?}");
        coach.belt(1.2, SpeedSource::Belt);
        coach.belt(0.1, SpeedSource::Entered);
        let said = walk(&mut coach, 85.0, 100.0, StrideDirection::Backward);
        assert!(said.iter().any(|(_, s)| matches!(s, Said::Slower { .. })), "{said:?}");
    }

    #[test]
    fn pain_ends_it_by_its_height_or_by_its_rise() {
        for (first, later, ends) in [(0, 1, false), (0, 2, true), (3, 4, false), (4, 5, true), (1, 9, true)] {
            let mut coach = plan(TWO);
            coach.begin(Some(first), &mut |_| {});
            walk(&mut coach, 0.0, 10.0, StrideDirection::Backward);
            let mut said = Vec::new();
            assert_eq!(coach.pain(later, &mut |s| said.push(s)), ends, "{first} {later}");
            assert_eq!(said.contains(&Said::BeltOff { why: Why::Pain }), ends);
        }
    }

    #[test]
    fn a_planned_end_explains_a_stop_and_never_a_fall() {
        let mut coach = plan(TWO);
        coach.begin(None, &mut |_| {});
        walk(&mut coach, 0.0, 10.0, StrideDirection::Backward);
        assert!(!coach.expects(Rule::SuddenStop));
        coach.belt(0.0, SpeedSource::Belt);
        assert!(coach.expects(Rule::SuddenStop), "the belt was stopped");
        coach.belt(0.3, SpeedSource::Belt);
        assert!(!coach.expects(Rule::SuddenStop));
        coach.end(Why::Asked, &mut |_| {});
        assert!(coach.expects(Rule::SuddenStop));
        assert!(!coach.expects(Rule::SensorLost));
        for rule in [Rule::Fall, Rule::Stumble, Rule::StumbleUnrecovered, Rule::KneeGivingWay] {
            assert!(!coach.expects(rule));
        }
        coach.tick(30.0, &mut |_| {});
        assert_eq!(coach.phase(), Phase::Ending(Why::Asked), "the belt still runs");
        coach.belt(0.0, SpeedSource::Belt);
        coach.tick(31.0, &mut |_| {});
        assert_eq!(coach.phase(), Phase::Over(Why::Asked));
        assert!(coach.expects(Rule::SensorLost));
    }
}

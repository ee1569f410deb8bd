//! The walk that is under way: its direction, its rhythm, and the steps that wait for one.

use crate::record::Direction;

use super::lobe::Lobe;

/// A swing that has ended in a contact.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
    /// The swing.
    pub swing: Lobe,
    /// The contact, s.
    pub contact: f64,
}

impl Step {
    /// Whether two steps may belong to one walk: swings of like speed and size.
    fn like(&self, other: &Self, ratio: f64) -> bool {
        let near = |a: f64, b: f64| a < ratio * b && b < ratio * a;
        near(self.swing.peak_dps, other.swing.peak_dps) && near(self.swing.sweep_deg, other.swing.sweep_deg)
    }
}

/// What is to be done with a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// It belongs to the walk.
    Take,
    /// It goes against the walk; it may be the first of another.
    Wait,
}

/// How a step follows on the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// It does not: it starts a walk.
    Nothing,
    /// In time and direction, but its swing is of another size (first and last steps are).
    Unlike,
    /// In time, direction and size: this is a walk.
    Alike,
}

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Shortest stride, s. Default 0.4: 300 steps a minute is running.
    pub stride_min_s: f64,
    /// Longest stride, s. Default 3.5: half as long again as at 0.22 m/s.
    pub stride_max_s: f64,
    /// A walk has ended when no contact has come for this many of its strides. Default 1.8: one step
    /// may be missed, two may not.
    pub pause_strides: f64,
    /// The same before its stride time is known, s. Default 4: the longest stride, and its landing.
    pub pause_s: f64,
    /// Largest ratio of speed and size of two swings of one walk. Default 2.5: the first step from
    /// standing has half the size of the next.
    pub alike: f64,
    /// How long a step waits for its direction, s. Default 4: the longest stride, and its landing.
    pub patience_s: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            stride_min_s: 0.4,
            stride_max_s: 3.5,
            pause_strides: 1.8,
            pause_s: 4.0,
            alike: 2.5,
            patience_s: 4.0,
        }
    }
}

/// Share of a new value in the running means of stride time and swing peak.
const LEARN: f64 = 0.3;

/// The walk.
#[derive(Clone, Debug)]
pub struct Walk {
    params: Params,
    direction: Option<Direction>,
    last: Step,
    stride_s: Option<f64>,
    peak_dps: Option<f64>,
    /// Steps in a row that went against it.
    against: u32,
    /// Contact of the last step that was told, of this walk or another: steps are told in order.
    told: f64,
    waiting: [Option<Step>; 4],
}

impl Walk {
    /// Nothing under way.
    pub fn new(params: Params) -> Self {
        Self {
            params,
            direction: None,
            last: Step::default(),
            stride_s: None,
            peak_dps: None,
            against: 0,
            told: f64::NEG_INFINITY,
            waiting: [None; 4],
        }
    }

    /// Which way, while one is under way.
    pub fn direction(&self) -> Option<Direction> {
        self.direction
    }

    /// Its last contact, s.
    pub fn last_contact(&self) -> f64 {
        self.last.contact
    }

    /// Contact to contact, s, once known.
    pub fn stride_s(&self) -> Option<f64> {
        self.stride_s
    }

    /// Usual peak of this person's swing, deg/s; it outlives the walk.
    pub fn peak_dps(&self) -> Option<f64> {
        self.peak_dps
    }

    /// Ends it.
    pub fn stop(&mut self) {
        *self = Self { peak_dps: self.peak_dps, told: self.told, ..Self::new(self.params) };
    }

    /// What is to be done with a step in `direction`. Two in a row against the walk end it.
    pub fn weigh(&mut self, direction: Direction) -> Fate {
        match self.direction {
            Some(d) if d != direction => {
                self.against += 1;
                if self.against < 2 {
                    return Fate::Wait;
                }
                self.direction = None;
                self.stride_s = None;
                Fate::Take
            }
            _ => Fate::Take,
        }
    }

    /// Keeps a step until its direction is known.
    pub fn wait(&mut self, step: Step) {
        self.waiting.rotate_left(1);
        self.waiting[3] = Some(step);
    }

    /// A half cycle as large as a swing was none: no walk goes across it.
    pub fn interrupt(&mut self, sign: f64) {
        for slot in &mut self.waiting {
            if slot.is_some_and(|s| s.swing.sign == sign) {
                *slot = None;
            }
        }
    }

    /// Contact of the last step whose swing had this sign, told or waiting, s.
    pub fn contact_before(&self, sign: f64) -> Option<f64> {
        let waiting = self.waiting.iter().flatten().filter(|s| s.swing.sign == sign).map(|s| s.contact);
        let told = self.direction.is_some().then_some(self.last.contact);
        waiting.chain(told).reduce(f64::max)
    }

    /// The oldest waiting step that belongs to one walk with `step`: all swings from there on are alike.
    pub fn next_waiting(&mut self, step: &Step) -> Option<Step> {
        let alike = self.params.alike;
        let told = self.told;
        let mut same = self
            .waiting
            .iter_mut()
            .filter(|s| s.is_some_and(|s| s.swing.sign == step.swing.sign && s.contact > told));
        let mut oldest = None;
        while let Some(slot) = same.next_back().filter(|s| s.is_some_and(|s| s.like(step, alike))) {
            oldest = Some(slot);
        }
        oldest.and_then(Option::take)
    }

    /// A step has been taken; tells how it follows on the walk that was under way.
    pub fn take(&mut self, step: &Step, direction: Direction) -> Follows {
        let p = &self.params;
        let stride = step.contact - self.last.contact;
        let continues =
            self.direction == Some(direction) && (p.stride_min_s..=p.stride_max_s).contains(&stride);
        let alike = step.like(&self.last, p.alike);
        if continues {
            let usual = self.stride_s.unwrap_or(stride);
            self.stride_s = Some(usual + LEARN * (stride - usual));
        } else {
            self.stride_s = None;
        }
        let usual = self.peak_dps.unwrap_or(step.swing.peak_dps);
        self.peak_dps = Some(usual + LEARN * (step.swing.peak_dps - usual));
        self.direction = Some(direction);
        self.last = *step;
        self.told = step.contact;
        self.against = 0;
        match (continues, alike) {
            (true, true) => Follows::Alike,
            (true, false) => Follows::Unlike,
            (false, _) => Follows::Nothing,
        }
    }

    /// Time passes: ends a walk without contacts, forgets steps that have waited for too long.
    pub fn pass(&mut self, t: f64) {
        let p = &self.params;
        let pause = self.stride_s.map_or(p.pause_s, |s| p.pause_strides * s);
        if self.direction.is_some() && t - self.last.contact > pause {
            let waiting = self.waiting;
            self.stop();
            self.waiting = waiting;
        }
        for slot in &mut self.waiting {
            if slot.is_some_and(|s| t - s.contact > self.params.patience_s) {
                *slot = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Backward, Forward};

    fn step(contact: f64, sign: f64, peak_dps: f64) -> Step {
        let swing = Lobe { sign, peak_dps, sweep_deg: 0.25 * peak_dps, ..Lobe::default() };
        Step { swing, contact }
    }

    /// A walk backward with contacts at these times.
    fn walked(contacts: &[f64]) -> (Walk, Vec<Follows>) {
        let mut walk = Walk::new(Params::default());
        let follows = contacts.iter().map(|t| walk.take(&step(*t, -1.0, 200.0), Backward)).collect();
        (walk, follows)
    }

    #[test]
    fn a_second_step_in_time_follows_and_a_late_one_starts_anew() {
        let (walk, follows) = walked(&[1.0, 2.2, 3.4, 7.5]);
        assert_eq!(follows, [Follows::Nothing, Follows::Alike, Follows::Alike, Follows::Nothing]);
        assert_eq!((walk.stride_s(), walk.last_contact()), (None, 7.5));
        let (walk, _) = walked(&[1.0, 2.2, 3.4]);
        assert!((walk.stride_s().unwrap() - 1.2).abs() < 1e-9);
    }

    #[test]
    fn a_step_of_another_size_is_unlike() {
        let mut walk = Walk::new(Params::default());
        walk.take(&step(1.0, -1.0, 70.0), Backward);
        assert_eq!(walk.take(&step(2.0, -1.0, 200.0), Backward), Follows::Unlike);
        assert_eq!(walk.take(&step(3.0, -1.0, 230.0), Backward), Follows::Alike);
    }

    #[test]
    fn a_pause_of_four_seconds_ends_a_walk_whose_rhythm_is_not_known() {
        let (mut walk, _) = walked(&[1.0]);
        walk.pass(4.99);
        assert_eq!(walk.direction(), Some(Backward));
        walk.pass(5.01);
        assert_eq!(walk.direction(), None);
        assert_eq!(walk.peak_dps(), Some(200.0), "the person is still the same");
    }

    #[test]
    fn a_known_rhythm_ends_it_sooner() {
        let (mut walk, _) = walked(&[1.0, 2.0]);
        walk.pass(2.0 + 1.79);
        assert_eq!(walk.direction(), Some(Backward));
        walk.pass(2.0 + 1.81);
        assert_eq!((walk.direction(), walk.stride_s()), (None, None));
    }

    #[test]
    fn one_step_against_the_walk_waits_and_the_second_turns_it() {
        let (mut walk, _) = walked(&[1.0, 2.0]);
        assert_eq!(walk.weigh(Backward), Fate::Take);
        assert_eq!(walk.weigh(Forward), Fate::Wait);
        assert_eq!(walk.weigh(Forward), Fate::Take);
        let (mut walk, _) = walked(&[1.0, 2.0]);
        assert_eq!(walk.weigh(Forward), Fate::Wait);
        walk.take(&step(3.0, -1.0, 200.0), Backward);
        assert_eq!(walk.weigh(Forward), Fate::Wait, "a step of the walk forgives it");
    }

    #[test]
    fn steps_that_waited_come_oldest_first_and_none_across_one_that_is_unlike() {
        let mut walk = Walk::new(Params::default());
        for (t, sign, peak) in [(1.0, -1.0, 600.0), (2.0, -1.0, 180.0), (2.5, 1.0, 190.0), (3.0, -1.0, 190.0)]
        {
            walk.wait(step(t, sign, peak));
        }
        let now = step(4.0, -1.0, 200.0);
        let mut told = Vec::new();
        while let Some(s) = walk.next_waiting(&now) {
            told.push(s.contact);
            walk.take(&s, Backward);
        }
        assert_eq!(told, [2.0, 3.0]);
    }

    #[test]
    fn a_large_half_cycle_that_is_none_interrupts_those_that_wait_for_its_kind() {
        let mut walk = Walk::new(Params::default());
        walk.wait(step(1.0, -1.0, 200.0));
        walk.wait(step(1.5, 1.0, 200.0));
        walk.interrupt(-1.0);
        assert_eq!(walk.next_waiting(&step(2.0, -1.0, 200.0)), None);
        assert!(walk.next_waiting(&step(2.0, 1.0, 200.0)).is_some());
    }

    #[test]
    fn nothing_waits_for_longer_than_patience() {
        let mut walk = Walk::new(Params::default());
        walk.wait(step(1.0, -1.0, 200.0));
        walk.wait(step(2.0, -1.0, 200.0));
        walk.pass(5.5);
        assert_eq!(walk.next_waiting(&step(5.5, -1.0, 200.0)).map(|s| s.contact), Some(2.0));
    }
}

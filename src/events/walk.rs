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

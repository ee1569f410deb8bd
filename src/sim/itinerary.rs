//! What the walker is asked to do, as far ahead as it is known.

use std::collections::VecDeque;

use super::gait::Gait;
use super::path::Drive;
use crate::record::Activity;

/// One thing to do, from its start until the next one.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    /// Start, s.
    pub start_s: f64,
    /// Where to, and how fast.
    pub drive: Drive,
    /// How long the change of velocity takes, s.
    pub ramp_s: f64,
    /// How to step; `None` is to stand, with the feet under the body.
    pub gait: Option<Gait>,
    /// What it is called.
    pub label: Activity,
}

/// The moves that are known and not yet over.
#[derive(Debug)]
pub(crate) struct Itinerary {
    moves: VecDeque<Move>,
}

impl Itinerary {
    /// Standing from long before the start.
    pub(crate) fn new() -> Self {
        Self {
            moves: VecDeque::from([Move {
                start_s: f64::NEG_INFINITY,
                drive: Drive::default(),
                ramp_s: 0.0,
                gait: None,
                label: Activity::Standing,
            }]),
        }
    }

    /// Adds a move that starts after the ones before.
    pub(crate) fn push(&mut self, next: Move) {
        self.moves.push_back(next);
    }

    /// Forgets the moves that ended before `t`.
    pub(crate) fn forget_before(&mut self, t: f64) {
        // The last stepping is remembered until there is another.
        while self.moves.len() > 2 && self.moves[2].start_s < t {
            self.moves.pop_front();
        }
    }

    /// The move that holds at `t` and its number in what is held.
    pub(crate) fn at(&self, t: f64) -> &Move {
        let count = self.moves.iter().take_while(|m| m.start_s <= t).count();
        &self.moves[count.saturating_sub(1)]
    }

    /// Whether the person is asked to step at `t`.
    pub(crate) fn stepping(&self, t: f64) -> bool {
        self.at(t).gait.is_some()
    }

    /// The first stepping move that starts at or after `t`.
    pub(crate) fn next_stepping(&self, t: f64) -> Option<&Move> {
        self.moves.iter().find(|m| m.gait.is_some() && m.start_s >= t)
    }

    /// The stepping move that holds at `t`, or the last one before.
    pub(crate) fn stepping_at_or_before(&self, t: f64) -> Option<&Move> {
        self.moves.iter().rev().find(|m| m.gait.is_some() && m.start_s <= t)
    }
}

//! Puts events together to strides: from a contact of the leg to its next.

use crate::events::detector::{Found, Link};
use crate::events::walk::Follows;
use crate::record::{Direction, EventKind};

/// The events of one stride, in seconds of the grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cycle {
    /// First contact, or start of the movement before the first.
    pub start: f64,
    /// Next contact, or end of the samples.
    pub end: f64,
    /// Which way.
    pub direction: Direction,
    /// Confidence in that, 0 to 1.
    pub confidence: f64,
    /// Backward heel contact.
    pub heel: Option<f64>,
    /// Backward knee extension.
    pub knee: Option<f64>,
    /// Backward forefoot rise.
    pub forefoot: Option<f64>,
    /// Final contact.
    pub final_contact: Option<f64>,
    /// Mid-swing.
    pub mid_swing: Option<f64>,
    /// Whole, or cut at one end.
    pub part: Part,
}

/// How much of a stride there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From contact to contact.
    Whole,
    /// The first step of a bout.
    First,
    /// The last step of a bout, or cut off by the end of the samples.
    Cut,
}

impl Cycle {
    /// Share of the stride with the foot on the ground; `None` without a final contact in it, or of a
    /// stride that is cut.
    pub fn stance_fraction(&self) -> Option<f64> {
        let off = self.final_contact.filter(|_| self.part == Part::Whole)?;
        let share = (off - self.start) / (self.end - self.start);
        (0.0..=1.0).contains(&share).then_some(share)
    }

    fn open(start: f64, direction: Direction, confidence: f64) -> Self {
        Self {
            start,
            end: start,
            direction,
            confidence,
            heel: None,
            knee: None,
            forefoot: None,
            final_contact: None,
            mid_swing: None,
            part: Part::Whole,
        }
    }
}

/// Strides that can wait for their walk to be confirmed.
const WAITING: usize = 4;

/// The assembler.
#[derive(Clone, Debug, Default)]
pub struct Assembler {
    open: Option<Cycle>,
    /// The first strides of a walk, until two swings of like size show that it is one.
    waiting: [Option<Cycle>; WAITING],
    confirmed: bool,
    /// Last whole stride, s.
    stride_s: Option<f64>,
}

impl Assembler {
    /// Takes one event, emits the strides that it completes.
    pub fn step(&mut self, found: &Found, emit: &mut impl FnMut(Cycle)) {
        if let Some(link) = found.link {
            self.contact(found, link, emit);
            return;
        }
        if found.unmeasured {
            return;
        }
        let Some(open) = self.open.as_mut().filter(|o| o.direction == found.direction) else { return };
        let slot = match found.kind {
            EventKind::HeelContact => &mut open.heel,
            EventKind::KneeExtension => &mut open.knee,
            EventKind::ForefootRise => &mut open.forefoot,
            EventKind::FinalContact => &mut open.final_contact,
            _ => &mut open.mid_swing,
        };
        *slot = Some(found.t);
    }

    fn contact(&mut self, found: &Found, link: Link, emit: &mut impl FnMut(Cycle)) {
        let next = Cycle::open(found.t, found.direction, found.confidence);
        let open = self.open.replace(next).filter(|_| link.follows != Follows::Nothing);
        let Some(open) = open else {
            let first = Cycle::open(link.from, found.direction, found.confidence);
            self.waiting = [None; WAITING];
            self.waiting[0] = Some(Cycle { end: found.t, part: Part::First, ..first });
            self.confirmed = false;
            self.stride_s = None;
            return;
        };
        let cycle = Cycle { end: found.t, confidence: open.confidence.min(found.confidence), ..open };
        self.stride_s = Some(found.t - open.start);
        self.confirmed |= link.follows == Follows::Alike;
        if self.confirmed {
            for earlier in &mut self.waiting {
                if let Some(earlier) = earlier.take() {
                    emit(earlier);
                }
            }
            emit(cycle);
        } else {
            if self.waiting.iter().all(Option::is_some) {
                self.waiting.rotate_left(1);
                self.waiting[WAITING - 1] = None;
            }
            if let Some(free) = self.waiting.iter_mut().find(|s| s.is_none()) {
                *free = Some(cycle);
            }
        }
    }

    /// The walk has ended; its last foot was planted at `planted` (s), if it was seen to be. Backward, how it
    /// landed is worth telling: that stride ends there.
    pub fn close(&mut self, planted: Option<f64>, emit: &mut impl FnMut(Cycle)) {
        if let (Some(open), Some(end), true) = (self.open, planted, self.confirmed)
            && end > open.start
            && open.direction == Direction::Backward
            // After it has left the ground again its landing is not the last of the walk.
            && open.final_contact.is_none()
        {
            emit(Cycle { end, part: Part::Cut, ..open });
        }
        *self = Self::default();
    }

    /// Whether a stride is under way.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The samples end, or are cut, at `t`.
    pub fn cut(&mut self, t: f64, emit: &mut impl FnMut(Cycle)) {
        if let (Some(open), Some(stride), true) = (self.open, self.stride_s, self.confirmed)
            && t > open.start
            && t - open.start < 1.5 * stride
        {
            emit(Cycle { end: t, part: Part::Cut, ..open });
        }
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventKind::{FinalContact, HeelContact, MidSwing, ToeContact};

    fn event(kind: EventKind, t: f64, follows: Option<Follows>) -> Found {
        Found {
            kind,
            t,
            direction: Direction::Backward,
            confidence: 0.9,
            unmeasured: false,
            link: follows.map(|follows| Link { follows, from: t - 0.5 }),
        }
    }

    /// The strides of these events, and what is open, cut at `end`.
    fn strides(events: &[Found], end: f64) -> (Vec<Cycle>, Vec<Cycle>) {
        let mut assembler = Assembler::default();
        let (mut during, mut at_end) = (Vec::new(), Vec::new());
        for e in events {
            assembler.step(e, &mut |c| during.push(c));
        }
        assembler.cut(end, &mut |c| at_end.push(c));
        (during, at_end)
    }

    fn walk() -> Vec<Found> {
        let mut all = vec![event(ToeContact, 1.0, Some(Follows::Nothing))];
        for k in 0..3 {
            let t = 1.0 + 1.2 * f64::from(k);
            all.push(event(HeelContact, t + 0.1, None));
            all.push(event(FinalContact, t + 0.72, None));
            all.push(event(MidSwing, t + 0.9, None));
            all.push(event(ToeContact, t + 1.2, Some(Follows::Alike)));
        }
        all
    }

    #[test]
    fn contacts_bound_strides_and_what_lies_between_belongs_to_them() {
        let (strides, _) = strides(&walk(), 4.7);
        assert_eq!(
            strides.iter().map(|c| c.part).collect::<Vec<_>>(),
            [Part::First, Part::Whole, Part::Whole, Part::Whole]
        );
        let whole = &strides[2];
        assert!((whole.start - 2.2).abs() < 1e-9 && (whole.end - 3.4).abs() < 1e-9);
        assert!((whole.heel.unwrap() - 2.3).abs() < 1e-9 && (whole.mid_swing.unwrap() - 3.1).abs() < 1e-9);
        assert!((whole.stance_fraction().unwrap() - 0.6).abs() < 1e-9);
        assert_eq!((strides[0].start, strides[0].end, strides[0].stance_fraction()), (0.5, 1.0, None));
    }

    #[test]
    fn one_step_is_no_walk() {
        let lone = [event(ToeContact, 1.0, Some(Follows::Nothing))];
        assert_eq!(strides(&lone, 3.0), (vec![], vec![]));
        let unlike = [lone[0], event(ToeContact, 2.0, Some(Follows::Unlike))];
        assert_eq!(strides(&unlike, 3.0).0, vec![]);
        let third = [unlike[0], unlike[1], event(ToeContact, 3.0, Some(Follows::Alike))];
        assert_eq!(strides(&third, 3.0).0.len(), 3, "a third that is alike frees those that waited");
    }

    #[test]
    fn an_open_stride_is_cut_at_the_end_unless_it_is_a_pause() {
        let (_, cut) = strides(&walk(), 5.5);
        assert_eq!(cut.iter().map(|c| (c.part, c.end)).collect::<Vec<_>>(), [(Part::Cut, 5.5)]);
        assert_eq!(cut[0].stance_fraction(), None);
        assert_eq!(strides(&walk(), 6.6).1, vec![], "two seconds after the last contact nobody walks");
    }

    #[test]
    fn what_lies_in_a_hole_and_what_goes_the_other_way_is_left_out() {
        let mut events = walk();
        events[1].unmeasured = true;
        events[2].direction = Direction::Forward;
        let first = strides(&events, 4.7).0[1];
        assert_eq!((first.heel, first.final_contact), (None, None));
        assert!(first.mid_swing.is_some());
    }

    #[test]
    fn the_last_step_of_a_walk_ends_where_its_foot_is_planted() {
        for (planted, told) in [(Some(5.6), true), (Some(4.0), false), (None, false)] {
            let (mut assembler, mut out) = (Assembler::default(), Vec::new());
            for e in &walk() {
                assembler.step(e, &mut |_| ());
            }
            assert!(assembler.is_open());
            assembler.close(planted, &mut |c| out.push((c.start, c.end, c.part)));
            assert!(!assembler.is_open());
            let want = told.then_some((4.6, 5.6, Part::Cut));
            assert_eq!(out, want.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_stride_is_as_sure_as_the_less_sure_of_its_ends() {
        let mut events = walk();
        events[8].confidence = 0.4;
        let sure: Vec<_> = strides(&events, 4.7).0.iter().map(|c| c.confidence).collect();
        assert_eq!(sure, [0.9, 0.9, 0.4, 0.4]);
    }
}

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
    /// Cut off by the end of the samples.
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

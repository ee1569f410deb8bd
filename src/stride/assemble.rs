//! Puts events together to strides: from a contact of the leg to its next.

use crate::events::detector::Found;
use crate::record::{Direction, EventKind};

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Shortest stride, s.
    pub min_s: f64,
    /// Longest stride, s.
    pub max_s: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { min_s: 0.4, max_s: 3.5 }
    }
}

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

/// The assembler.
#[derive(Clone, Debug)]
pub struct Assembler {
    params: Params,
    open: Option<Cycle>,
    /// The first step of the bout, until a second contact shows that it is one.
    first: Option<Cycle>,
    /// Last whole stride, s.
    stride_s: Option<f64>,
}

impl Assembler {
    /// Before the first event.
    pub fn new(params: Params) -> Self {
        Self { params, open: None, first: None, stride_s: None }
    }

    /// Takes one event, emits the stride that it completes.
    pub fn step(&mut self, found: &Found, emit: &mut impl FnMut(Cycle)) {
        match found.kind {
            EventKind::ToeContact | EventKind::InitialContact => self.contact(found, emit),
            kind => {
                let Some(open) = self.open.as_mut().filter(|o| o.direction == found.direction) else {
                    return;
                };
                let slot = match kind {
                    EventKind::HeelContact => &mut open.heel,
                    EventKind::KneeExtension => &mut open.knee,
                    EventKind::ForefootRise => &mut open.forefoot,
                    EventKind::FinalContact => &mut open.final_contact,
                    _ => &mut open.mid_swing,
                };
                *slot = Some(found.t);
            }
        }
    }

    fn contact(&mut self, found: &Found, emit: &mut impl FnMut(Cycle)) {
        let next = Cycle::open(found.t, found.direction, found.confidence);
        let open = self.open.replace(next);
        let follows = open.filter(|o| {
            o.direction == found.direction
                && (self.params.min_s..=self.params.max_s).contains(&(found.t - o.start))
        });
        if let Some(open) = follows {
            if let Some(first) = self.first.take() {
                emit(first);
            }
            self.stride_s = Some(found.t - open.start);
            emit(Cycle { end: found.t, confidence: open.confidence.min(found.confidence), ..open });
        } else {
            let start = found.since.max(found.t - self.params.max_s);
            self.first = Some(Cycle {
                end: found.t,
                part: Part::First,
                ..Cycle::open(start, found.direction, found.confidence)
            });
            self.stride_s = None;
        }
    }

    /// The samples end, or are cut, at `t`.
    pub fn cut(&mut self, t: f64, emit: &mut impl FnMut(Cycle)) {
        if let (Some(open), Some(stride)) = (self.open.take(), self.stride_s.take())
            && t > open.start
            && t - open.start < 1.5 * stride
        {
            emit(Cycle { end: t, part: Part::Cut, ..open });
        }
        self.first = None;
    }
}

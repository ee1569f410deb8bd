//! The series: what is known of each sample.
//!
//! Rows come in the order of the samples and [`HOLD_S`] late, so that an event that is recognised a
//! moment after it happened still falls on the right row.

use crate::events::detector::Found;
use crate::record::{Direction, EventKind, Phase, SeriesRow};
use crate::sagittal::Motion;
use crate::signal::ring::Ring;
use crate::time::{SensorTime, Span};

/// How long rows are held back for late events, s.
pub const HOLD_S: f64 = 1.0;

/// Longest time after a contact in which its phase and direction still hold, s.
const STALE_S: f64 = 3.5;

/// Samples that can wait: twelve seconds at 1000 a second, and some.
const ROWS: usize = 1 << 14;

/// Turns of phase that are remembered.
const TURNS: usize = 32;

/// A contact, or the end of one.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    t: f64,
    stance: bool,
    direction: Option<Direction>,
}

/// One cell of what is known.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    t: f64,
    theta_deg: f64,
    omega_dps: f64,
    knee_deg: Option<f64>,
}

/// Makes the rows.
#[derive(Clone, Debug)]
pub struct Series {
    waiting: Ring<i64, ROWS>,
    /// Number of the next row.
    next: u64,
    known: Ring<Known, 2048>,
    turns: Ring<Turn, TURNS>,
}

impl Series {
    /// No rows yet.
    pub fn new() -> Self {
        Self { waiting: Ring::default(), next: 0, known: Ring::default(), turns: Ring::default() }
    }

    /// A sample has come at `time`. When too many wait, the oldest goes out with what is known of it.
    pub fn sample(&mut self, time: SensorTime, origin: SensorTime, emit: &mut impl FnMut(SeriesRow)) {
        if self.waiting.next() - self.next >= ROWS as u64 {
            self.one(origin, emit);
        }
        self.waiting.push(time.micros());
    }

    /// The sagittal plane and the knee of one cell.
    pub fn motion(&mut self, m: &Motion, knee_deg: Option<f64>) {
        self.known.push(Known { t: m.t, theta_deg: m.theta_deg(), omega_dps: m.omega_dps, knee_deg });
    }

    /// An event.
    pub fn event(&mut self, found: &Found) {
        let stance = match found.kind {
            EventKind::ToeContact | EventKind::InitialContact => true,
            EventKind::FinalContact => false,
            _ => return,
        };
        self.turns.push(Turn { t: found.t, stance, direction: Some(found.direction) });
    }

    /// Lets out the rows before `t` (s after the origin).
    pub fn release(&mut self, t: f64, origin: SensorTime, emit: &mut impl FnMut(SeriesRow)) {
        while self.waiting.get(self.next).is_some_and(|us| seconds(*us, origin) < t) {
            self.one(origin, emit);
        }
    }

    /// Lets out all rows. After a hole nothing before it says anything of what follows.
    pub fn cut(&mut self, origin: SensorTime, emit: &mut impl FnMut(SeriesRow)) {
        self.release(f64::INFINITY, origin, emit);
        self.known.clear();
        self.turns.clear();
    }

    fn one(&mut self, origin: SensorTime, emit: &mut impl FnMut(SeriesRow)) {
        let Some(us) = self.waiting.get(self.next).copied() else { return };
        self.next += 1;
        let t = seconds(us, origin);
        let known = self.at(t);
        let turn = self.turn_at(t);
        emit(SeriesRow {
            time: SensorTime::from_micros(us),
            shank_angle_deg: known.map(|k| k.theta_deg),
            sagittal_rate_dps: known.map(|k| k.omega_dps),
            knee_flexion_deg: known.and_then(|k| k.knee_deg),
            phase: turn.map(|t| if t.stance { Phase::Stance } else { Phase::Swing }),
            direction: turn.and_then(|t| t.direction),
        });
    }

    /// What is known at `t`, on the line between the cells around it.
    fn at(&self, t: f64) -> Option<Known> {
        let mut after = None;
        for (n, k) in self.known.range(self.known.first(), self.known.next()).rev() {
            if k.t < t {
                let b: &Known = after?;
                let w = (t - k.t) / (b.t - k.t);
                let mix = |x: f64, y: f64| x + w * (y - x);
                return Some(Known {
                    t,
                    theta_deg: mix(k.theta_deg, b.theta_deg),
                    omega_dps: mix(k.omega_dps, b.omega_dps),
                    knee_deg: k.knee_deg.zip(b.knee_deg).map(|(x, y)| mix(x, y)),
                });
            }
            if n == self.known.first() {
                // Before the first cell's own time there is nothing to draw a line to.
                return None;
            }
            after = Some(k);
        }
        None
    }

    fn turn_at(&self, t: f64) -> Option<Turn> {
        self.turns
            .range(self.turns.first(), self.turns.next())
            .rev()
            .map(|(_, turn)| *turn)
            .find(|turn| turn.t <= t)
            .filter(|turn| t - turn.t < STALE_S)
    }
}

impl Default for Series {
    fn default() -> Self {
        Self::new()
    }
}

fn seconds(us: i64, origin: SensorTime) -> f64 {
    Span::from_micros(us.saturating_sub(origin.micros())).seconds()
}

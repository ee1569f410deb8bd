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

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
mod tests {
    use super::*;

    const ORIGIN: SensorTime = SensorTime::from_micros(5_000_000);

    fn moment(t: f64, theta_deg: f64) -> Motion {
        let a = theta_deg.to_radians();
        Motion { t, tilt: [a.sin(), a.cos()], omega_dps: 10.0 * theta_deg, ..Motion::default() }
    }

    fn contact(kind: EventKind, t: f64) -> Found {
        Found { kind, t, direction: Direction::Backward, confidence: 1.0, unmeasured: false, link: None }
    }

    /// Samples each 25 ms for `seconds`, cells whose angle in degrees is the time in seconds.
    fn filled(seconds: u32) -> Series {
        let mut series = Series::new();
        for k in 0..seconds * 40 {
            let at = ORIGIN.plus(Span::from_micros(i64::from(k) * 25_000));
            series.sample(at, ORIGIN, &mut |_| panic!("nothing is due yet"));
        }
        for k in 0..seconds * 100 {
            let t = f64::from(k) * 0.01 + 0.004;
            series.motion(&moment(t, t), Some(2.0 * t));
        }
        series
    }

    fn released(series: &mut Series, t: f64) -> Vec<SeriesRow> {
        let mut rows = Vec::new();
        series.release(t, ORIGIN, &mut |row| rows.push(row));
        rows
    }

    #[test]
    fn a_row_lies_on_the_line_between_two_cells() {
        let mut series = filled(2);
        let rows = released(&mut series, 1.0);
        assert_eq!(rows.len(), 40);
        for (k, row) in rows.iter().enumerate() {
            let t = 0.025 * k as f64;
            assert!((row.time.seconds() - 5.0 - t).abs() < 1e-9);
            if k == 0 {
                assert_eq!(row.shank_angle_deg, None, "before the first cell there is no line");
                continue;
            }
            let near = |v: Option<f64>, want: f64| (v.unwrap() - want).abs() < 1e-9;
            assert!(near(row.shank_angle_deg, t) && near(row.sagittal_rate_dps, 10.0 * t), "{row:?}");
            assert!(near(row.knee_flexion_deg, 2.0 * t));
        }
        assert_eq!(released(&mut series, 1.0), [], "each once");
    }

    #[test]
    fn phases_turn_at_their_events_and_go_stale() {
        let mut series = filled(8);
        series.event(&contact(EventKind::ToeContact, 1.01));
        series.event(&contact(EventKind::MidSwing, 1.3));
        series.event(&contact(EventKind::FinalContact, 1.76));
        let rows = released(&mut series, 8.0);
        let phase = |t: f64| rows[(t * 40.0).round() as usize].phase;
        assert_eq!(
            [1.0, 1.025, 1.75, 1.775, 5.25, 5.275].map(phase),
            [None, Some(Phase::Stance), Some(Phase::Stance), Some(Phase::Swing), Some(Phase::Swing), None]
        );
        assert_eq!(rows[50].direction, Some(Direction::Backward));
    }

    #[test]
    fn after_a_hole_the_past_says_nothing() {
        let mut series = filled(2);
        series.event(&contact(EventKind::ToeContact, 1.9));
        let mut rows = 0;
        series.cut(ORIGIN, &mut |_| rows += 1);
        assert_eq!(rows, 80);
        series.sample(ORIGIN.plus(Span::from_seconds(2.0)), ORIGIN, &mut |_| ());
        let row = released(&mut series, 3.0)[0];
        assert_eq!((row.shank_angle_deg, row.phase, row.direction), (None, None, None));
    }

    #[test]
    fn when_too_many_wait_the_oldest_goes() {
        let mut series = Series::new();
        let mut out = 0;
        for k in (0_i64..).take(ROWS + 10) {
            series.sample(SensorTime::from_micros(k), SensorTime::default(), &mut |_| out += 1);
        }
        assert_eq!(out, 10);
    }
}

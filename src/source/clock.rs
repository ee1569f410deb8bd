//! Whether times go forward, and how many samples a second there are.

use super::warning::Trouble;
use crate::time::{SensorTime, Span};

/// How long times may run on behind the latest one before it is another recording, s.
const RESTART_S: f64 = 2.0;
/// Rows that must do so.
const RESTART_ROWS: u32 = 20;

/// Follows the times of a capture.
#[derive(Debug, Default)]
pub(super) struct Clock {
    latest: Option<SensorTime>,
    behind: Option<Behind>,
}

/// A run of increasing times that lie behind the latest.
#[derive(Clone, Copy, Debug)]
struct Behind {
    start: SensorTime,
    end: SensorTime,
    rows: u32,
}

/// What a time is, after those before it.
#[derive(Debug, PartialEq)]
pub(super) enum Tick {
    /// It goes on.
    Onward,
    /// It does not, and the row is left out.
    Not(Trouble),
    /// Times have gone back and run on from there.
    Restart {
        /// The latest time before.
        from: SensorTime,
        /// The first time after.
        to: SensorTime,
    },
}

impl Clock {
    pub(super) fn tick(&mut self, time: SensorTime) -> Tick {
        let Some(latest) = self.latest else {
            self.latest = Some(time);
            return Tick::Onward;
        };
        if time > latest {
            self.latest = Some(time);
            self.behind = None;
            return Tick::Onward;
        }
        if time == latest {
            return Tick::Not(Trouble::DuplicateTime);
        }
        let run = match self.behind {
            Some(run) if time >= run.end => Behind { end: time, rows: run.rows + 1, ..run },
            _ => Behind { start: time, end: time, rows: 1 },
        };
        self.behind = Some(run);
        if run.rows >= RESTART_ROWS && run.end.since(run.start) > Span::from_seconds(RESTART_S) {
            return Tick::Restart { from: latest, to: run.start };
        }
        Tick::Not(Trouble::BackwardTime)
    }

    /// Whether the last time began a run of times behind the latest.
    pub(super) fn just_went_back(&self) -> bool {
        self.behind.is_some_and(|run| run.rows == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> SensorTime {
        SensorTime::from_seconds(seconds).unwrap()
    }

    #[test]
    fn single_slips_are_left_out_and_the_clock_goes_on() {
        let mut clock = Clock::default();
        assert_eq!(clock.tick(at(1.0)), Tick::Onward);
        assert_eq!(clock.tick(at(1.0)), Tick::Not(Trouble::DuplicateTime));
        assert_eq!(clock.tick(at(0.5)), Tick::Not(Trouble::BackwardTime));
        assert_eq!(clock.tick(at(1.1)), Tick::Onward);
    }

    #[test]
    fn a_clock_that_starts_anew_is_another_recording() {
        let mut clock = Clock::default();
        clock.tick(at(100.0));
        let mut last = Tick::Onward;
        for i in 0..300 {
            last = clock.tick(at(f64::from(i) * 0.01));
            if !matches!(last, Tick::Not(_)) {
                break;
            }
        }
        assert_eq!(last, Tick::Restart { from: at(100.0), to: at(0.0) });
    }

    #[test]
    fn times_that_only_jump_about_are_no_restart() {
        let mut clock = Clock::default();
        clock.tick(at(100.0));
        for i in 0..1000 {
            let t = if i % 2 == 0 { 10.0 } else { 5.0 };
            assert_eq!(clock.tick(at(t)), Tick::Not(Trouble::BackwardTime));
        }
    }
}

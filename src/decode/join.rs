//! Two streams of one sensor on one time base: the acceleration is put on the times of the angular
//! rate, along the straight line between its own samples.

use std::collections::VecDeque;

use super::{Said, Timed, imu};
use crate::time::SensorTime;

/// Samples that may wait for the other stream: two seconds at 416 a second.
const WAITING: usize = 832;

/// What waits on the side of the angular rate.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Rate(SensorTime, [f64; 3]),
    Lost(u64, bool),
    Restarted,
}

/// Joins acceleration (g) to angular rate (deg/s).
#[derive(Clone, Debug, Default)]
pub struct Join {
    rates: VecDeque<Turn>,
    forces: VecDeque<(SensorTime, [f64; 3])>,
    /// Samples of the angular rate that had no acceleration since the last one that had.
    alone: u64,
}

impl Join {
    /// A sample of the angular rate.
    pub fn rate(&mut self, time: SensorTime, dps: [f64; 3]) {
        self.rates.push_back(Turn::Rate(time, dps));
    }

    /// Samples of the angular rate are missing here.
    pub fn lost(&mut self, samples: u64, counted: bool) {
        self.rates.push_back(Turn::Lost(samples, counted));
    }

    /// The clock of both begins anew here.
    pub fn restarted(&mut self) {
        self.rates.push_back(Turn::Restarted);
        self.forces.clear();
    }

    /// A sample of the acceleration.
    pub fn force(&mut self, time: SensorTime, g: [f64; 3]) {
        if self.forces.back().is_none_or(|(last, _)| *last < time) {
            self.forces.push_back((time, g));
        }
        while self.forces.len() > WAITING {
            self.forces.pop_front();
        }
    }

    /// Says what both streams have become known for. Accelerations further apart than `apart_us` have
    /// a hole between them.
    pub fn say(&mut self, apart_us: f64, say: &mut dyn FnMut(Said)) {
        while let Some(turn) = self.rates.front().copied() {
            let full = self.rates.len() > WAITING;
            match turn {
                Turn::Lost(samples, counted) => {
                    self.flush(say);
                    say(Said::Lost { samples, counted });
                }
                Turn::Restarted => {
                    self.flush(say);
                    say(Said::Restarted);
                }
                Turn::Rate(time, dps) => match self.force_at(time, apart_us) {
                    Found::Yes(g) => {
                        self.flush(say);
                        say(Said::Sample(Timed { time, imu: imu(g, dps) }));
                    }
                    Found::No => self.alone += 1,
                    Found::NotYet if full => self.alone += 1,
                    Found::NotYet => return,
                },
            }
            self.rates.pop_front();
        }
    }

    /// Samples without an acceleration are lost, and the sensor's own clock has counted them.
    fn flush(&mut self, say: &mut dyn FnMut(Said)) {
        if self.alone > 0 {
            say(Said::Lost { samples: std::mem::take(&mut self.alone), counted: true });
        }
    }

    fn force_at(&mut self, time: SensorTime, apart_us: f64) -> Found {
        while self.forces.get(1).is_some_and(|(t, _)| *t <= time) {
            self.forces.pop_front();
        }
        match (self.forces.front(), self.forces.get(1)) {
            (Some((t, _)), _) if *t > time => Found::No,
            (Some((t, g)), _) if *t == time => Found::Yes(*g),
            (Some((t0, a)), Some((t1, b))) => {
                let apart = t1.since(*t0).micros() as f64;
                if apart > apart_us {
                    return Found::No;
                }
                let w = time.since(*t0).micros() as f64 / apart;
                let mix = |i: usize| a[i] + w * (b[i] - a[i]);
                Found::Yes([mix(0), mix(1), mix(2)])
            }
            _ => Found::NotYet,
        }
    }
}

enum Found {
    Yes([f64; 3]),
    No,
    NotYet,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(ms: i64) -> SensorTime {
        SensorTime::from_micros(ms * 1000)
    }

    fn joined(forces: &[i64], rates: &[i64]) -> Vec<Said> {
        let mut join = Join::default();
        let mut said = Vec::new();
        for ms in forces {
            join.force(t(*ms), [*ms as f64, 0.0, 0.0]);
        }
        for ms in rates {
            join.rate(t(*ms), [1.0, 2.0, 3.0]);
        }
        join.say(25_000.0, &mut |s| said.push(s));
        said
    }

    #[test]
    fn the_acceleration_is_read_off_the_line_between_its_samples() {
        let said = joined(&[0, 10, 20], &[5, 15]);
        let acc: Vec<_> = said
            .iter()
            .map(|s| match s {
                Said::Sample(timed) => timed.imu.acc_mps2[0] / crate::imu::GRAVITY_MPS2,
                other => panic!("{other:?}"),
            })
            .collect();
        assert!((acc[0] - 5.0).abs() < 1e-6 && (acc[1] - 15.0).abs() < 1e-6, "{acc:?}");
    }

    #[test]
    fn nothing_is_drawn_across_a_hole() {
        let said = joined(&[0, 10, 60, 70], &[5, 15, 25, 65]);
        assert_eq!(said.len(), 3);
        assert_eq!(said[1], Said::Lost { samples: 2, counted: true });
    }

    #[test]
    fn the_newest_waits_for_the_other_stream() {
        assert_eq!(joined(&[0, 10], &[5, 15]).len(), 1);
        assert_eq!(joined(&[], &[5, 15]).len(), 0);
    }
}

//! Two streams of one sensor, each on its own times, as one.
//!
//! Loggers that write acceleration and angular rate apart stamp each when it comes. The rate's times
//! are kept, because events are timed on the rate; the acceleration, which changes its tilt slowly,
//! is interpolated linearly between its two nearest readings.

use super::super::error::{Problem, ReadError};
use super::super::warning::Trouble;
use super::{Fault, Rows, Step};
use crate::imu::{Imu, Sample};
use crate::time::SensorTime;

/// Longest hole in the acceleration that is interpolated over, s: what the pipeline's grid bridges at
/// the slowest rate, 2.5 intervals of 20 samples a second.
const BRIDGE_S: f64 = 0.125;

/// One reading of one of the two streams.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) time_s: f64,
    pub(super) value: [f64; 3],
}

/// A stream of readings.
pub(super) trait Channel: Send {
    /// The next reading, a row that is none, or the end.
    fn read(&mut self) -> Result<Option<Result<Reading, Fault>>, ReadError>;
    fn bytes(&self) -> u64;
    /// Where the last reading stood.
    fn here(&self, trouble: Trouble) -> Fault;
    fn name(&self) -> &str;
}

/// Acceleration (in m/s²) and angular rate (in deg/s) joined on their times.
pub(super) struct Join {
    acc: Box<dyn Channel>,
    gyr: Box<dyn Channel>,
    /// The two readings of acceleration around the time looked at.
    before: Option<Reading>,
    after: Option<Reading>,
    acc_ended: bool,
    joined: bool,
    first_gyr_s: Option<f64>,
    first_acc_s: Option<f64>,
    held: Option<Reading>,
}

impl Join {
    pub(super) fn new(acc: Box<dyn Channel>, gyr: Box<dyn Channel>) -> Self {
        Self {
            acc,
            gyr,
            before: None,
            after: None,
            acc_ended: false,
            joined: false,
            first_gyr_s: None,
            first_acc_s: None,
            held: None,
        }
    }

    /// Moves on until `after` is not before `time_s`. `Some` is a row left out.
    fn forward(&mut self, time_s: f64) -> Result<Option<Fault>, ReadError> {
        while !self.acc_ended && self.after.is_none_or(|a| a.time_s < time_s) {
            match self.acc.read()? {
                None => self.acc_ended = true,
                Some(Err(fault)) => return Ok(Some(fault)),
                Some(Ok(reading)) => {
                    self.first_acc_s.get_or_insert(reading.time_s);
                    // A time that does not go on is of no use here.
                    if self.after.is_none_or(|a| reading.time_s > a.time_s) {
                        self.before = self.after.replace(reading);
                    }
                }
            }
        }
        Ok(None)
    }

    fn at(&self, time_s: f64) -> Option<[f64; 3]> {
        let after = self.after.filter(|a| a.time_s >= time_s)?;
        if after.time_s == time_s {
            return Some(after.value);
        }
        let before = self.before?;
        let step = after.time_s - before.time_s;
        if step > BRIDGE_S {
            return None;
        }
        let share = (time_s - before.time_s) / step;
        let mut value = [0.0; 3];
        for ((v, a), b) in value.iter_mut().zip(before.value).zip(after.value) {
            *v = a + (b - a) * share;
        }
        Some(value)
    }
}

impl Rows for Join {
    fn step(&mut self) -> Result<Step, ReadError> {
        let rate = match self.held.take() {
            Some(rate) => rate,
            None => match self.gyr.read()? {
                None => {
                    if let (false, Some(acc_s), Some(gyr_s)) =
                        (self.joined, self.first_acc_s, self.first_gyr_s)
                    {
                        let problem = Problem::NoOverlap { acc_s, gyr_s };
                        return Err(ReadError::new(self.gyr.name(), problem));
                    }
                    return Ok(Step::End);
                }
                Some(Err(fault)) => return Ok(Step::LeftOut(fault)),
                Some(Ok(rate)) => rate,
            },
        };
        self.first_gyr_s.get_or_insert(rate.time_s);
        if let Some(fault) = self.forward(rate.time_s)? {
            self.held = Some(rate);
            return Ok(Step::LeftOut(fault));
        }
        let Some(acc_mps2) = self.at(rate.time_s) else {
            return Ok(Step::LeftOut(self.gyr.here(Trouble::Unpaired)));
        };
        let Some(time) = SensorTime::from_seconds(rate.time_s) else {
            return Ok(Step::LeftOut(self.gyr.here(Trouble::NotFinite)));
        };
        self.joined = true;
        let shank = Imu { acc_mps2, gyr_dps: rate.value };
        Ok(Step::Sample(Sample { time, shank, thigh: None }))
    }

    fn bytes(&self) -> u64 {
        self.acc.bytes() + self.gyr.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::error::Place;

    struct List(Vec<Reading>, usize);

    impl Channel for List {
        fn read(&mut self) -> Result<Option<Result<Reading, Fault>>, ReadError> {
            self.1 += 1;
            Ok(self.0.get(self.1 - 1).copied().map(Ok))
        }
        fn bytes(&self) -> u64 {
            0
        }
        fn here(&self, trouble: Trouble) -> Fault {
            let place = Place { name: "g".into(), line: Some(self.1 as u64), byte: None, column: None };
            Fault { place, trouble }
        }
        fn name(&self) -> &'static str {
            "g"
        }
    }

    fn list(times: &[f64], value: impl Fn(f64) -> [f64; 3]) -> Box<dyn Channel> {
        Box::new(List(times.iter().map(|&t| Reading { time_s: t, value: value(t) }).collect(), 0))
    }

    fn run(mut join: Join) -> (Vec<Sample>, usize, Option<ReadError>) {
        let (mut samples, mut left) = (Vec::new(), 0);
        loop {
            match join.step() {
                Ok(Step::Sample(s)) => samples.push(s),
                Ok(Step::LeftOut(_)) => left += 1,
                Ok(Step::End) => return (samples, left, None),
                Err(e) => return (samples, left, Some(e)),
            }
        }
    }

    #[test]
    fn the_acceleration_is_interpolated_onto_the_rates_times() {
        let acc = list(&[0.0, 0.02, 0.04, 0.06], |t| [t, 9.81, -t]);
        let gyr = list(&[-0.01, 0.0, 0.01, 0.025, 0.06, 0.07], |t| [t * 10.0, 0.0, 0.0]);
        let (samples, left, error) = run(Join::new(acc, gyr));
        assert!(error.is_none());
        // One rate before the first acceleration, and one after the last.
        assert_eq!(left, 2);
        let times: Vec<_> = samples.iter().map(|s| s.time.micros()).collect();
        assert_eq!(times, [0, 10_000, 25_000, 60_000]);
        for s in samples {
            let t = s.time.seconds();
            assert!((s.shank.acc_mps2[0] - t).abs() < 1e-12);
            assert_eq!(s.shank.acc_mps2[1], 9.81);
        }
    }

    #[test]
    fn a_hole_in_the_acceleration_is_not_bridged() {
        let acc = list(&[0.0, 0.02, 1.0, 1.02], |_| [0.0; 3]);
        let gyr = list(&[0.01, 0.5, 1.01], |_| [0.0; 3]);
        let (samples, left, _) = run(Join::new(acc, gyr));
        assert_eq!((samples.len(), left), (2, 1));
    }

    #[test]
    fn files_of_different_times_are_refused() {
        let acc = list(&[0.0, 0.02], |_| [0.0; 3]);
        let gyr = list(&[5000.0, 5000.02], |_| [0.0; 3]);
        let (samples, _, error) = run(Join::new(acc, gyr));
        assert!(samples.is_empty());
        assert_eq!(
            error.unwrap().to_string(),
            "g: the two files have no time in common: the acceleration goes from 0.000 s, the angular rate from 5000.000 s"
        );
    }
}

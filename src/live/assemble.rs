//! Events of all sensors as the rows of one capture, on one clock.
//!
//! The shank sensor's own clock is the capture's: its first sample is at 0. Where the two sensors'
//! clocks stand to each other is told by arrivals: of each sensor the least delayed value of a while
//! says how far its clock is from the session's. What the radio always takes at least is not known, and
//! is taken to be alike for both: that is the error, some milliseconds (half a connection interval).

use std::collections::VecDeque;

use crate::decode::table::Kind;
use crate::decode::{Arrival, Decoder, Odd, Said, TimeError, heart_rate, kept, treadmill};
use crate::imu::{Imu, Sample};
use crate::link::intake::{Event, What};
use crate::link::state::State;
use crate::time::SensorTime;

/// What a sensor is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// On the shin; without it there is no capture.
    Shank,
    /// On the thigh.
    Thigh,
    /// A treadmill.
    Treadmill,
    /// A heart-rate strap.
    Heart,
}

impl Role {
    /// All.
    pub const ALL: [Self; 4] = [Self::Shank, Self::Thigh, Self::Treadmill, Self::Heart];

    /// The word that files use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Shank => "shank",
            Self::Thigh => "thigh",
            Self::Treadmill => "treadmill",
            Self::Heart => "heart",
        }
    }
}

/// A sensor of the session.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is there for.
    pub role: Role,
    /// What it is.
    pub kind: Kind,
    /// The rate that it was asked for, Hz.
    pub rate_hz: f64,
}

/// One row of the capture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The sample.
    pub sample: Sample,
    /// What the treadmill said of its belt last, where there is one.
    pub belt: treadmill::Belt,
    /// When the value that completed it arrived.
    pub at: Arrival,
}

/// What events come to.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A row.
    Row(Row),
    /// Samples of a sensor are missing.
    Lost {
        /// Which sensor.
        sensor: usize,
        /// How many.
        samples: u64,
        /// By the sensor's own count or clock.
        counted: bool,
    },
    /// Samples that came twice, left out.
    Repeated {
        /// Which sensor.
        sensor: usize,
        /// How many.
        samples: u64,
    },
    /// A sensor was switched off, or set its clock.
    Restarted {
        /// Which sensor.
        sensor: usize,
    },
    /// State of a battery, %.
    Battery {
        /// Which sensor.
        sensor: usize,
        /// State, %.
        percent: u8,
    },
    /// A heart rate.
    Heart(heart_rate::Beat),
    /// The state of the belt.
    Belt(treadmill::Belt),
    /// What the treadmill says of itself.
    Treadmill(treadmill::Status),
    /// A value that makes no sense.
    Odd {
        /// Which sensor.
        sensor: usize,
        /// What is wrong with it.
        odd: Odd,
    },
    /// Values that this machine was too slow for.
    Overrun {
        /// Which sensor.
        sensor: usize,
        /// How many.
        values: u64,
    },
    /// A link is in another state.
    Link {
        /// Which sensor.
        sensor: usize,
        /// Which state.
        state: State,
    },
}

/// How fast the estimate of a clock's offset gives way, share of time. 200 parts per million: twice what
/// two bad oscillators drift apart.
const GIVE: f64 = 200e-6;
/// Least and most that a row waits for the other sensor, µs.
const HOLD_US: (f64, f64) = (60_000.0, 300_000.0);
/// How fast it is forgotten that a value came late, a second: a bad while of the radio lasts some seconds.
const LATE_FADES: f64 = 0.2;
/// Thigh samples further apart have a hole between them, µs beyond their interval: what the grid bridges.
const BRIDGE_US: f64 = 30_000.0;
/// How long the belt's speed and incline hold without being told anew, µs: machines tell it once a second.
const BELT_HOLDS_US: i64 = 5_000_000;
/// Rows and samples that may wait.
const WAITING: usize = 4096;

/// Counts of one sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize)]
pub struct Tally {
    /// Samples received.
    pub samples: u64,
    /// Samples lost by the sensor's own count or clock.
    pub lost_counted: u64,
    /// Samples lost by arrival times.
    pub lost_inferred: u64,
    /// Samples that came twice.
    pub repeated: u64,
    /// Values that made no sense.
    pub odd: u64,
    /// Values that this machine was too slow for.
    pub overrun: u64,
    /// How often the link was built anew.
    pub reconnections: u64,
}

impl Tally {
    /// Samples that are known to be missing.
    pub const fn lost(&self) -> u64 {
        self.lost_counted + self.lost_inferred
    }
}

/// One sensor.
struct Lane {
    part: Part,
    decoder: Box<dyn Decoder>,
    tally: Tally,
    streamed: bool,
    up: bool,
    /// From the sensor's clock to the session's, µs: the least delay of late.
    offset_us: Option<f64>,
    last_value: Option<Arrival>,
    /// By how much the latest values of late came later than the least delayed, µs.
    late_us: f64,
    /// Usual time between values, µs.
    spacing_us: f64,
    /// Time of the sample before on the capture's clock, µs.
    last_us: Option<i64>,
    /// Interval between samples, µs.
    interval_us: f64,
}

impl Lane {
    fn new(part: Part) -> Self {
        Self {
            decoder: part.kind.decoder(part.rate_hz),
            tally: Tally::default(),
            streamed: false,
            up: false,
            offset_us: None,
            last_value: None,
            late_us: 0.0,
            spacing_us: 0.0,
            last_us: None,
            interval_us: 1e6 / f64::from(part.kind.nearest_hz(part.rate_hz).unwrap_or(100).max(1)),
            part,
        }
    }

    /// A value's newest sample of `time` has arrived.
    fn arrived(&mut self, at: Arrival, time: SensorTime) {
        let delay_us = at.micros() as f64 - time.micros() as f64;
        let waited_us = self.last_value.map_or(0.0, |last| at.since(last) as f64);
        let least_us = self.offset_us.map_or(delay_us, |o| delay_us.min(o + GIVE * waited_us.max(0.0)));
        self.offset_us = Some(least_us);
        let faded_us = self.late_us * (1.0 - LATE_FADES * (waited_us * 1e-6).clamp(0.0, 1.0));
        self.late_us = faded_us.max(delay_us - least_us);
        if waited_us > 0.0 && self.last_value.is_some() {
            let weight = if self.spacing_us > 0.0 { 0.05 } else { 1.0 };
            self.spacing_us += weight * (waited_us.min(1e6) - self.spacing_us);
        }
        self.last_value = Some(at);
    }

    /// The capture's clock never stands still or goes back.
    fn onward(&mut self, time_us: f64) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
        let mut us = libm::round(time_us) as i64;
        if let Some(last) = self.last_us {
            us = us.max(last.saturating_add(1));
        }
        self.last_us = Some(us);
        us
    }
}

/// Puts the session together.
pub struct Assembly {
    lanes: Vec<Lane>,
    shank: Option<usize>,
    thigh: Option<usize>,
    /// The capture's zero on the shank sensor's clock, µs.
    zero_us: Option<f64>,
    rows: VecDeque<(i64, Imu, Arrival)>,
    thighs: VecDeque<(i64, Imu)>,
    speed: Option<(f64, Arrival)>,
    incline: Option<(f64, Arrival)>,
    scratch: Vec<Said>,
}

impl std::fmt::Debug for Assembly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assembly").field("sensors", &self.lanes.len()).finish_non_exhaustive()
    }
}

impl Assembly {
    /// A session of these sensors; of two with one role the first counts.
    pub fn new(parts: &[Part]) -> Self {
        let place = |role| parts.iter().position(|p| p.role == role);
        Self {
            lanes: parts.iter().cloned().map(Lane::new).collect(),
            shank: place(Role::Shank),
            thigh: place(Role::Thigh),
            zero_us: None,
            rows: VecDeque::new(),
            thighs: VecDeque::new(),
            speed: None,
            incline: None,
            scratch: Vec::new(),
        }
    }

    /// Whether sensor number `i` is the one whose samples are the rows.
    pub fn is_shank(&self, i: usize) -> bool {
        self.shank == Some(i)
    }

    /// Counts of sensor number `i`.
    pub fn tally(&self, i: usize) -> Tally {
        self.lanes.get(i).map(|l| l.tally).unwrap_or_default()
    }

    /// Error of the times of sensor number `i`.
    pub fn time_error(&self, i: usize) -> TimeError {
        self.lanes.get(i).map_or(TimeError::None, |l| l.decoder.time_error())
    }

    /// Samples a second of sensor number `i` as they really come, by its own clock.
    pub fn rate_hz(&self, i: usize) -> f64 {
        self.lanes.get(i).map_or(0.0, |l| 1e6 / l.interval_us)
    }

    /// Takes an event, and emits what became known by it.
    pub fn take(&mut self, event: &Event, emit: &mut dyn FnMut(Found)) {
        let (sensor, at) = (event.sensor, event.at);
        let Some(lane) = self.lanes.get_mut(sensor) else { return };
        match &event.what {
            What::State(state) => {
                if *state == State::Configuring && std::mem::take(&mut lane.streamed) {
                    lane.tally.reconnections += 1;
                    lane.decoder.relinked(at);
                }
                lane.up = state.is_up();
                emit(Found::Link { sensor, state: state.clone() });
            }
            What::Overrun { values } => {
                lane.tally.overrun = lane.tally.overrun.saturating_add(*values);
                if !lane.part.kind.row().exact {
                    lane.decoder.relinked(at);
                }
                emit(Found::Overrun { sensor, values: *values });
            }
            // Rows that wait for the other sensor are let out below.
            What::Silent => {}
            What::Value { from, bytes } => {
                let mut said = std::mem::take(&mut self.scratch);
                lane.decoder.take(at, *from, bytes, &mut |s| said.push(s));
                self.sensor_said(sensor, at, &said, emit);
                said.clear();
                self.scratch = said;
            }
        }
        self.release(at, false, emit);
    }

    /// Ends the session: what was held back comes out.
    pub fn finish(&mut self, at: Arrival, emit: &mut dyn FnMut(Found)) {
        self.release(at, true, emit);
    }

    fn sensor_said(&mut self, sensor: usize, at: Arrival, said: &[Said], emit: &mut dyn FnMut(Found)) {
        let Some(lane) = self.lanes.get_mut(sensor) else { return };
        let newest = said.iter().rev().find_map(|s| match s {
            Said::Sample(t) => Some(t.time),
            _ => None,
        });
        let restarted = said.contains(&Said::Restarted);
        let zero_on_session = self.zero_us.zip(lane.offset_us).map(|(zero, offset)| zero + offset);
        if restarted {
            lane.offset_us = None;
        }
        if let Some(newest) = newest {
            lane.arrived(at, newest);
            lane.streamed = true;
        }
        if restarted && self.shank == Some(sensor) {
            // The capture goes on where arrivals say that it is.
            self.zero_us = zero_on_session.zip(lane.offset_us).map(|(zero, offset)| zero - offset);
        }
        for s in said {
            match s {
                Said::Sample(timed) => {
                    self.sample(sensor, at, timed.time, timed.imu);
                }
                other => self.note(sensor, at, other, emit),
            }
        }
    }

    fn note(&mut self, sensor: usize, at: Arrival, said: &Said, emit: &mut dyn FnMut(Found)) {
        let tally = &mut self.lanes[sensor].tally;
        emit(match said {
            Said::Sample(_) => return,
            Said::Lost { samples, counted } => {
                if *counted {
                    tally.lost_counted = tally.lost_counted.saturating_add(*samples);
                } else {
                    tally.lost_inferred = tally.lost_inferred.saturating_add(*samples);
                }
                Found::Lost { sensor, samples: *samples, counted: *counted }
            }
            Said::Repeated { samples } => {
                tally.repeated = tally.repeated.saturating_add(*samples);
                Found::Repeated { sensor, samples: *samples }
            }
            Said::Restarted => Found::Restarted { sensor },
            Said::Battery(percent) => Found::Battery { sensor, percent: *percent },
            Said::Heart(beat) => Found::Heart(beat.clone()),
            Said::Belt(belt) => {
                // A machine may tell the two in turns: each stands until it is told anew.
                let told = |value: f64| (kept(value), at);
                self.speed = belt.speed_mps.map(told).or(self.speed);
                self.incline = belt.incline_percent.map(told).or(self.incline);
                Found::Belt(*belt)
            }
            Said::Treadmill(status) => Found::Treadmill(*status),
            Said::Odd(odd) => {
                tally.odd += 1;
                Found::Odd { sensor, odd: odd.clone() }
            }
        });
    }

    fn sample(&mut self, sensor: usize, at: Arrival, time: SensorTime, imu: Imu) {
        let lane = &mut self.lanes[sensor];
        lane.tally.samples += 1;
        let time_us = time.micros() as f64;
        if self.shank == Some(sensor) {
            let zero = *self.zero_us.get_or_insert(time_us);
            let before = lane.last_us;
            let us = lane.onward(time_us - zero);
            learn_interval(lane, before, us);
            self.rows.push_back((us, imu, at));
        } else if self.thigh == Some(sensor) {
            let shank = self.shank.and_then(|s| self.lanes[s].offset_us);
            let lane = &mut self.lanes[sensor];
            let (Some(zero), Some(shank), Some(own)) = (self.zero_us, shank, lane.offset_us) else {
                return;
            };
            let before = lane.last_us;
            let us = lane.onward(time_us + own - shank - zero);
            learn_interval(lane, before, us);
            if self.thighs.len() >= WAITING {
                self.thighs.pop_front();
            }
            self.thighs.push_back((us, imu));
        }
    }

    /// Lets out the rows that are complete, or that have waited long enough.
    fn release(&mut self, now: Arrival, all: bool, emit: &mut dyn FnMut(Found)) {
        while let Some((us, shank, at)) = self.rows.front().copied() {
            let thigh = match self.thigh_at(us) {
                Thigh::There(imu) => Some(imu),
                Thigh::Never => None,
                Thigh::NotYet if all || self.rows.len() > WAITING || self.waited(now, at) => None,
                Thigh::NotYet => return,
            };
            self.rows.pop_front();
            let sample = Sample { time: SensorTime::from_micros(us), shank, thigh };
            let of_late = |told: Option<(f64, Arrival)>| {
                told.filter(|(_, when)| at.since(*when) <= BELT_HOLDS_US).map(|(value, _)| value)
            };
            let belt =
                treadmill::Belt { speed_mps: of_late(self.speed), incline_percent: of_late(self.incline) };
            emit(Found::Row(Row { sample, belt, at }));
        }
    }

    /// Whether a row that came at `at` has waited long enough for the thigh sensor.
    fn waited(&self, now: Arrival, at: Arrival) -> bool {
        let Some(lane) = self.thigh.map(|t| &self.lanes[t]) else { return true };
        let hold_us = (2.0 * lane.spacing_us + lane.late_us + 30_000.0).clamp(HOLD_US.0, HOLD_US.1);
        !lane.up || now.since(at) as f64 > hold_us
    }

    fn thigh_at(&mut self, us: i64) -> Thigh {
        let Some(thigh) = self.thigh else { return Thigh::Never };
        while self.thighs.get(1).is_some_and(|(t, _)| *t <= us) {
            self.thighs.pop_front();
        }
        let interval_us = self.lanes[thigh].interval_us;
        match (self.thighs.front(), self.thighs.get(1)) {
            (Some((t, _)), _) if *t > us => Thigh::Never,
            (Some((t, imu)), _) if *t == us => Thigh::There(*imu),
            (Some((t0, a)), Some((t1, b))) => {
                let apart = (t1 - t0) as f64;
                if apart > (2.5 * interval_us).max(interval_us + BRIDGE_US) {
                    return Thigh::Never;
                }
                let w = (us - t0) as f64 / apart;
                let mix = |x: &[f64; 3], y: &[f64; 3]| {
                    let at = |i: usize| kept(x[i] + w * (y[i] - x[i]));
                    [at(0), at(1), at(2)]
                };
                Thigh::There(Imu {
                    acc_mps2: mix(&a.acc_mps2, &b.acc_mps2),
                    gyr_dps: mix(&a.gyr_dps, &b.gyr_dps),
                })
            }
            _ => Thigh::NotYet,
        }
    }
}

enum Thigh {
    There(Imu),
    Never,
    NotYet,
}

fn learn_interval(lane: &mut Lane, before: Option<i64>, us: i64) {
    let Some(before) = before else { return };
    let seen = (us - before) as f64;
    if (0.5..1.5).contains(&(seen / lane.interval_us)) {
        lane.interval_us += 0.01 * (seen - lane.interval_us);
    }
}

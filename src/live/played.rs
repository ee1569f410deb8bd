//! A simulated walker as events of a session, without a radio and without a clock.
//!
//! The samples go through the open profile's own bytes, its decoder and the assembly, as from a board on
//! the air. Whoever plays in real time waits for each event's [`Event::at`]; whoever tests does not, and
//! two hours pass in a minute.

use std::collections::VecDeque;

use crate::capture::CaptureMeta;
use crate::decode::open::{self, Info};
use crate::decode::table::Kind;
use crate::decode::{Arrival, battery};
use crate::imu::Imu;
use crate::link::intake::{Event, What};
use crate::link::state::State;
use crate::link::transport::Fault;
use crate::live::assemble::{Part, Role};
use crate::sim::link::Packet;
use crate::sim::live::Live;
use crate::sim::setup::{Setup, SetupError};

/// Silence after which a link is said to be stale, and to be gone, s: as the link itself says it.
const STALE_S: f64 = 1.0;
const GONE_S: f64 = 3.0;
/// Samples in a notification, at most.
const NOTIFICATION: usize = 5;

/// Number of its first sample, its samples, when its last one arrives.
type Open = (u64, Vec<(Imu, Option<Imu>)>, f64);

/// The events of a simulated session.
#[derive(Debug)]
pub struct Played {
    live: Live,
    rate_hz: f64,
    thigh: bool,
    waiting: VecDeque<Event>,
    /// Samples that are one notification, and the number of the first.
    open: Option<Open>,
    last_s: Option<f64>,
}

impl Played {
    /// Of a setup.
    ///
    /// # Errors
    /// When the setup cannot be.
    pub fn new(setup: &Setup) -> Result<Self, SetupError> {
        let mut waiting = VecDeque::new();
        for sensor in 0..=usize::from(setup.thigh) {
            let at = Arrival::default();
            let state = |s| Event { sensor, at, what: What::State(s) };
            waiting.extend([state(State::Connecting { attempt: 0 }), state(State::Streaming)]);
            waiting.push_back(Event {
                sensor,
                at,
                what: What::Value { from: battery::LEVEL, bytes: vec![87] },
            });
        }
        Ok(Self {
            live: setup.live()?,
            rate_hz: setup.rate_hz,
            thigh: setup.thigh,
            waiting,
            open: None,
            last_s: None,
        })
    }

    /// What the capture says of itself.
    pub fn meta(&self) -> CaptureMeta {
        self.live.meta()
    }

    /// Its sensors.
    pub fn parts(&self) -> Vec<Part> {
        let part = |role| Part { role, kind: Kind::Open, rate_hz: self.rate_hz };
        let mut parts = vec![part(Role::Shank)];
        if self.thigh {
            parts.push(part(Role::Thigh));
        }
        parts
    }

    fn packet(&mut self, packet: &Packet) {
        let arrives = packet.arrives_s;
        let follows = self.open.as_ref().is_some_and(|(first, samples, _)| {
            packet.first == first + samples.len() as u64 && samples.len() < NOTIFICATION
        });
        if !follows {
            self.send();
        }
        if let Some(last) = self.last_s.filter(|last| arrives - last > STALE_S) {
            self.silence(last, arrives);
        }
        self.last_s = Some(arrives);
        let (_, samples, at) = self.open.get_or_insert_with(|| (packet.first, Vec::new(), arrives));
        samples.extend(packet.steps.iter().map(|s| (s.sample.shank, s.sample.thigh)));
        *at = arrives;
        if samples.len() >= NOTIFICATION {
            self.send();
        }
    }

    fn silence(&mut self, last: f64, arrives: f64) {
        for sensor in 0..=usize::from(self.thigh) {
            let mut state = |s: f64, state| {
                self.waiting.push_back(Event { sensor, at: arrival(s), what: What::State(state) });
            };
            state(last + STALE_S, State::Stale);
            if arrives - last > GONE_S {
                state(last + GONE_S, State::Reconnecting(Fault::Gone));
                state(arrives, State::Configuring);
            }
            state(arrives, State::Streaming);
        }
    }

    /// The open notification goes out.
    fn send(&mut self) {
        let Some((first, samples, at)) = self.open.take() else { return };
        let info = Info::usual(100);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "wraps as the profile does"
        )]
        let (number, time_us) = (first as u16, (first as f64 * 1e6 / self.rate_hz) as u64 as u32);
        for chunk in 0..=usize::from(self.thigh) {
            let counts: Vec<_> = samples
                .iter()
                .map(|(shank, thigh)| {
                    info.counts(if chunk == 0 { shank } else { thigh.as_ref().unwrap_or(shank) })
                })
                .collect();
            let bytes = open::emit(number, time_us, &counts);
            let what = What::Value { from: open::DATA, bytes };
            self.waiting.push_back(Event { sensor: chunk, at: arrival(at), what });
        }
    }
}

fn arrival(seconds: f64) -> Arrival {
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
    Arrival::from_micros((seconds * 1e6) as i64)
}

impl Iterator for Played {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        while self.waiting.is_empty() {
            match self.live.next() {
                Some(packet) => self.packet(&packet),
                None if self.open.is_some() => self.send(),
                None => return None,
            }
        }
        self.waiting.pop_front()
    }
}

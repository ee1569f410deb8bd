//! A radio link that loses, delays and repeats what the sensor sends.

use std::collections::VecDeque;

use super::random::{Chance, Concern};
use super::walker::Step;
use crate::time::SensorTime;

/// What goes wrong on the way from the sensor to the host. All of it is seeded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    /// Share of packets lost, 0 to 1; they go in bursts of 1 to 6.
    pub loss: f64,
    /// Largest error of a time stamp, s, evenly spread; stamps stay in order.
    pub jitter_s: f64,
    /// By how much the sensor's clock runs fast, parts per million.
    pub drift_ppm: f64,
    /// One interruption, of this length; drawn from 0.5 to 2 s when its length is not said.
    pub dropout: Option<Dropout>,
    /// Packets sent again after the interruption (or once in the middle, when there is none).
    pub duplicates: u32,
}

/// An interruption of the link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// How long, s; drawn when not said.
    pub length_s: Option<f64>,
    /// When it begins, s; drawn when not said.
    pub at_s: Option<f64>,
}

impl Faults {
    /// A perfect link.
    pub const fn none() -> Self {
        Self { loss: 0.0, jitter_s: 0.0, drift_ppm: 0.0, dropout: None, duplicates: 0 }
    }

    pub(crate) const fn lossy() -> Self {
        Self { loss: 0.05, ..Self::none() }
    }

    pub(crate) const fn dropping() -> Self {
        let dropout = Some(Dropout { length_s: None, at_s: None });
        Self { loss: 0.01, dropout, duplicates: 3, ..Self::none() }
    }

    pub(crate) const fn jittery() -> Self {
        Self { jitter_s: 0.003, drift_ppm: 50.0, ..Self::none() }
    }

    /// Whether nothing is wrong.
    pub fn is_none(&self) -> bool {
        *self == Self::none()
    }

    /// What the capture's clock shows at the sensor's true time `t`, s.
    pub fn clock(&self, t: f64) -> f64 {
        t * (1.0 + self.drift_ppm * 1e-6)
    }
}

/// One notification: samples that arrive together.
#[derive(Clone, Debug, PartialEq)]
pub struct Packet {
    /// Number of its first sample, from 0; tells what was lost before it.
    pub first: u64,
    /// When it arrives on the host's clock, whose zero is the capture's, s.
    pub arrives_s: f64,
    /// Its samples, stamped by the capture's clock.
    pub steps: Vec<Step>,
    /// Whether it has been delivered before.
    pub again: bool,
}

/// Samples of a walker as they come over a link.
#[derive(Debug)]
pub struct Link<I> {
    source: I,
    faults: Faults,
    chance: Chance,
    /// Delays on the way; apart from the rest, so that stamps do not depend on them.
    delays: Chance,
    arrived_s: f64,
    next: u64,
    losing: u32,
    gap: Option<(f64, f64)>,
    repeated: bool,
    last_stamp: Option<SensorTime>,
    sent: VecDeque<Packet>,
    again: VecDeque<Packet>,
}

impl<I: Iterator<Item = Step>> Link<I> {
    /// Samples in a notification: as many as fit, which differs between sensors and moments.
    const SAMPLES: (u32, u32) = (5, 12);

    /// A link for `source`, whose capture is about `length_s` long.
    pub fn new(source: I, faults: Faults, seed: u64, length_s: f64) -> Self {
        let mut chance = Chance::new(seed, Concern::Link);
        let share = chance.between(0.35, 0.7);
        let drawn = chance.between(0.5, 2.0);
        let gap = faults.dropout.map(|d| {
            let at = d.at_s.unwrap_or(share * length_s);
            (at, at + d.length_s.unwrap_or(drawn))
        });
        Self {
            source,
            faults,
            chance,
            delays: Chance::new(seed ^ 0xde1a, Concern::Link),
            arrived_s: 0.0,
            next: 0,
            losing: 0,
            gap: gap.or((faults.duplicates > 0).then_some((share * length_s, share * length_s))),
            repeated: false,
            last_stamp: None,
            sent: VecDeque::new(),
            again: VecDeque::new(),
        }
    }

    /// What feeds the link.
    pub fn source_mut(&mut self) -> &mut I {
        &mut self.source
    }

    /// The next notification that arrives.
    pub fn next_packet(&mut self) -> Option<Packet> {
        loop {
            if let Some(packet) = self.again.pop_front() {
                return Some(packet);
            }
            let wanted =
                if self.faults.is_none() { 1 } else { self.chance.count(Self::SAMPLES.0, Self::SAMPLES.1) };
            let mut steps = Vec::with_capacity(wanted as usize);
            while steps.len() < wanted as usize {
                match self.source.next() {
                    Some(step) => steps.push(step),
                    None => break,
                }
            }
            let first = self.next;
            self.next += steps.len() as u64;
            let begins_s = steps.first()?.sample.time.seconds();
            let ends_s = steps.last()?.sample.time.seconds();
            for step in &mut steps {
                step.sample.time = self.stamp(step.sample.time);
            }
            if self.lost(begins_s) {
                continue;
            }
            let packet = Packet { first, arrives_s: self.arrival(ends_s), steps, again: false };
            self.remember(&packet, begins_s);
            return Some(packet);
        }
    }

    fn lost(&mut self, begins_s: f64) -> bool {
        if self.gap.is_some_and(|(from, to)| begins_s >= from && begins_s < to) {
            return true;
        }
        if self.faults.loss <= 0.0 {
            return false;
        }
        if self.losing > 0 {
            self.losing -= 1;
            return true;
        }
        // Bursts of 1 to 6 packets, 3.5 on average, begin this often.
        let p = self.faults.loss.min(0.95);
        let begins = p / (3.5 * (1.0 - p) + p);
        if self.chance.happens(begins) {
            self.losing = self.chance.count(1, 6) - 1;
            return true;
        }
        false
    }

    /// What is sent again: the last packets before the interruption, right after it.
    fn remember(&mut self, packet: &Packet, begins_s: f64) {
        if self.faults.duplicates == 0 {
            return;
        }
        let after = self.gap.is_some_and(|(_, to)| begins_s >= to);
        if after && !self.repeated {
            self.repeated = true;
            let arrives_s = packet.arrives_s;
            self.again = self.sent.drain(..).map(|p| Packet { again: true, arrives_s, ..p }).collect();
        }
        if !after {
            self.sent.push_back(packet.clone());
            while self.sent.len() > self.faults.duplicates as usize {
                self.sent.pop_front();
            }
        }
    }

    /// A notification goes out when its last sample is taken; none overtakes another.
    fn arrival(&mut self, ends_s: f64) -> f64 {
        let delay_s = self.faults.jitter_s * self.delays.unit();
        self.arrived_s = self.arrived_s.max(ends_s + delay_s);
        self.arrived_s
    }

    fn stamp(&mut self, true_time: SensorTime) -> SensorTime {
        let mut t = self.faults.clock(true_time.seconds());
        if self.faults.jitter_s > 0.0 {
            t += self.faults.jitter_s * self.chance.between(-1.0, 1.0);
        }
        let mut stamp = SensorTime::from_seconds(t).unwrap_or(true_time);
        if let Some(last) = self.last_stamp
            && stamp <= last
        {
            stamp = SensorTime::from_micros(last.micros() + 1);
        }
        self.last_stamp = Some(stamp);
        stamp
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imu::{Imu, Sample};

    fn steps(n: u32) -> impl Iterator<Item = Step> {
        (0..n).map(|i| Step {
            sample: Sample {
                time: SensorTime::from_micros(i64::from(i) * 10_000),
                shank: Imu::default(),
                thigh: None,
            },
            knee_flexion_deg: 0.0,
        })
    }

    fn received(faults: Faults, seed: u64) -> Vec<Packet> {
        let mut link = Link::new(steps(6000), faults, seed, 60.0);
        std::iter::from_fn(|| link.next_packet()).collect()
    }

    #[test]
    fn a_perfect_link_changes_nothing() {
        let got: Vec<Step> = received(Faults::none(), 1).into_iter().flat_map(|p| p.steps).collect();
        assert_eq!(got, steps(6000).collect::<Vec<_>>());
    }

    #[test]
    fn losses_are_as_many_as_asked_and_come_in_bursts() {
        let mut kept = 0;
        let mut gaps = Vec::new();
        for seed in 0..20 {
            let packets = received(Faults::lossy(), seed);
            kept += packets.iter().map(|p| p.steps.len()).sum::<usize>();
            gaps.extend(packets.windows(2).map(|w| w[1].first - (w[0].first + w[0].steps.len() as u64)));
        }
        let lost = 1.0 - kept as f64 / 120_000.0;
        assert!((lost - 0.05).abs() < 0.012, "{lost}");
        assert!(gaps.iter().any(|g| *g > 25), "bursts");
    }

    #[test]
    fn a_dropout_has_its_length_and_repeats_afterwards() {
        let faults = Faults {
            dropout: Some(Dropout { length_s: Some(1.5), at_s: Some(20.0) }),
            duplicates: 3,
            ..Faults::none()
        };
        let packets = received(faults, 4);
        assert_eq!(packets.iter().filter(|p| p.again).count(), 3);
        let missing = 6000 - packets.iter().filter(|p| !p.again).map(|p| p.steps.len()).sum::<usize>();
        assert!((130..=165).contains(&missing), "{missing}");
    }

    #[test]
    fn packets_arrive_when_they_are_full_and_never_overtake() {
        let faults = Faults { jitter_s: 0.05, duplicates: 2, ..Faults::dropping() };
        let packets = received(faults, 3);
        assert!(packets.windows(2).all(|w| w[0].arrives_s <= w[1].arrives_s));
        for packet in packets.iter().filter(|p| !p.again) {
            let last_s = 0.01 * (packet.first + packet.steps.len() as u64 - 1) as f64;
            assert!(packet.arrives_s >= last_s && packet.arrives_s < last_s + 0.06);
        }
    }

    #[test]
    fn stamps_stay_in_order_however_they_jitter() {
        let faults = Faults { jitter_s: 0.04, drift_ppm: -200.0, ..Faults::none() };
        let times: Vec<_> =
            received(faults, 9).iter().flat_map(|p| p.steps.iter().map(|s| s.sample.time)).collect();
        assert!(times.windows(2).all(|w| w[0] < w[1]));
    }
}

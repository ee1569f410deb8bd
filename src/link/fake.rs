//! Sensors that exist only in memory, with everything that can go wrong written down before.
//!
//! They speak the open profile, so that a simulated session goes through the same link and the same
//! decoder as one over the air.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use super::transport::{Fault, Note, Notes, Peer, Transport};
use crate::decode::table::Advert;
use crate::decode::{battery, open, sig};

/// Where the samples of a sensor come from.
pub trait Feed: Send {
    /// The next sample as counts of the open profile's usual scale; `None` when there are no more.
    fn next(&mut self) -> Option<[i16; 6]>;
}

/// Something that goes wrong at a time after the radio was made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mishap {
    /// The link drops and does not come back for so long; the sensor measures on.
    Drop {
        /// How long.
        away: Duration,
    },
    /// The sensor is switched off for so long; its count and clock begin anew.
    Off {
        /// How long.
        away: Duration,
    },
    /// Nothing gets through for so long; it all comes afterwards.
    Stall {
        /// How long.
        length: Duration,
    },
    /// Nothing gets through for so long, and never does.
    Lose {
        /// How long.
        length: Duration,
    },
    /// The last notifications come once more.
    Repeat {
        /// How many.
        notifications: usize,
    },
}

/// How a connection goes wrong, the first of them first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The connection is refused.
    Refused,
    /// The machine's own Bluetooth service gives up.
    AbortedLocally,
    /// Connecting never ends.
    ConnectHangs,
    /// The link drops while services are looked up.
    DropsDiscovering,
    /// Services are never found.
    DiscoverHangs,
    /// It has other services.
    WrongServices,
    /// Its services show only at the second look.
    LateServices,
    /// The link drops while it is set up.
    DropsConfiguring,
    /// Writes are never answered.
    ConfigureHangs,
    /// It is set up and sends nothing.
    Mute,
}

/// What a sensor is, and what befalls it.
pub struct Script {
    /// Address.
    pub address: String,
    /// Name.
    pub name: String,
    /// Samples a second.
    pub rate_hz: u16,
    /// By how much its clock is fast, parts per million.
    pub drift_ppm: f64,
    /// Samples in a notification.
    pub packet: usize,
    /// Share of notifications that are lost, 0 to 1.
    pub loss: f64,
    /// Largest delay of a notification on its way.
    pub jitter: Duration,
    /// Count and clock at the beginning, to try their wraps: samples and µs.
    pub begins: (u64, u64),
    /// What goes wrong while it streams, in order.
    pub mishaps: VecDeque<(Duration, Mishap)>,
    /// What goes wrong with its connections.
    pub starts: VecDeque<Start>,
    /// Chance.
    pub seed: u64,
    /// Its samples.
    pub feed: Box<dyn Feed>,
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Script {
    /// A sensor with which nothing goes wrong.
    pub fn new(address: &str, rate_hz: u16, feed: Box<dyn Feed>) -> Self {
        Self {
            address: address.to_owned(),
            name: format!("Fake {address}"),
            rate_hz,
            drift_ppm: 0.0,
            packet: 5,
            loss: 0.0,
            jitter: Duration::ZERO,
            begins: (0, 0),
            mishaps: VecDeque::new(),
            starts: VecDeque::new(),
            seed: 1,
            feed,
        }
    }
}

/// What a sensor has sent, for those who count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Tally {
    /// Samples taken since streaming was first asked for.
    pub taken: u64,
    /// Of those, up to the last notification that was delivered.
    pub due: u64,
    /// Samples delivered, each once.
    pub delivered: u64,
    /// Notifications delivered again.
    pub repeated: u64,
}

/// A radio with scripted sensors in range.
#[derive(Clone, Debug)]
pub struct FakeRadio {
    sensors: Arc<Vec<FakePeer>>,
}

impl FakeRadio {
    /// A radio with these sensors around it. Their scripts begin now.
    pub fn new(scripts: Vec<Script>) -> Self {
        Self { sensors: Arc::new(scripts.into_iter().map(FakePeer::new).collect()) }
    }

    /// What sensor number `i` has sent.
    pub fn tally(&self, i: usize) -> Tally {
        self.sensors.get(i).map(|s| s.with(|b| b.tally)).unwrap_or_default()
    }

    /// Ends when no sensor has more samples.
    pub async fn run_out(&self) {
        for sensor in self.sensors.iter() {
            let mut empty = sensor.empty.subscribe();
            // The sender lives as long as the sensor does.
            let _ = empty.wait_for(|e| *e).await;
        }
    }
}

impl Transport for FakeRadio {
    type Peer = FakePeer;

    async fn scan(&self) -> Result<mpsc::Receiver<Advert>, Fault> {
        let (tx, rx) = mpsc::channel(16);
        let adverts: Vec<_> = self.sensors.iter().map(FakePeer::advert).collect();
        tokio::spawn(async move {
            loop {
                for advert in &adverts {
                    if tx.send(advert.clone()).await.is_err() {
                        return;
                    }
                }
                tokio::select! {
                    () = tx.closed() => return,
                    () = sleep(Duration::from_millis(200)) => {}
                }
            }
        });
        Ok(rx)
    }

    async fn peer(&self, address: &str) -> Result<Option<FakePeer>, Fault> {
        Ok(self.sensors.iter().find(|s| s.address == address).cloned())
    }
}

/// A scripted sensor.
#[derive(Clone, Debug)]
pub struct FakePeer {
    address: String,
    name: String,
    body: Arc<Mutex<Body>>,
    up: watch::Sender<bool>,
    empty: watch::Sender<bool>,
}

#[derive(Debug)]
struct Body {
    script: Script,
    made: Instant,
    tally: Tally,
    chance: u64,
    /// When sample number 0 was taken; set when streaming is first asked for.
    zero: Option<Instant>,
    /// Samples since it was last switched on.
    count: u64,
    base: (u64, u64),
    asked: bool,
    subscribed: bool,
    mute: bool,
    looks: u32,
    start: Option<Start>,
    away_until: Option<Instant>,
    stalled_until: Option<Instant>,
    losing_until: Option<Instant>,
    held: VecDeque<(Vec<u8>, u64, u64)>,
    recent: VecDeque<Vec<u8>>,
    notes: Option<mpsc::UnboundedSender<Note>>,
}

impl FakePeer {
    fn new(script: Script) -> Self {
        let sensor = Self {
            address: script.address.clone(),
            name: script.name.clone(),
            up: watch::Sender::new(false),
            empty: watch::Sender::new(false),
            body: Arc::new(Mutex::new(Body {
                made: Instant::now(),
                tally: Tally::default(),
                chance: script.seed,
                zero: None,
                count: 0,
                base: script.begins,
                asked: false,
                subscribed: false,
                mute: false,
                looks: 0,
                start: None,
                away_until: None,
                stalled_until: None,
                losing_until: None,
                held: VecDeque::new(),
                recent: VecDeque::new(),
                notes: None,
                script,
            })),
        };
        tokio::spawn(live(sensor.clone()));
        sensor
    }

    fn with<R>(&self, act: impl FnOnce(&mut Body) -> R) -> R {
        act(&mut self.body.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn advert(&self) -> Advert {
        Advert {
            address: self.address.clone(),
            name: Some(self.name.clone()),
            services: vec![open::SERVICE],
            companies: Vec::new(),
            rssi_dbm: Some(-50),
        }
    }

    fn drop_link(&self) {
        self.with(|b| {
            b.subscribed = false;
            b.held.clear();
        });
        self.up.send_replace(false);
    }

    fn connected(&self) -> Result<(), Fault> {
        if *self.up.borrow() { Ok(()) } else { Err(Fault::Gone) }
    }
}

/// Answers never.
async fn hang() -> ! {
    std::future::pending().await
}

impl Peer for FakePeer {
    async fn connect(&self) -> Result<(), Fault> {
        sleep(Duration::from_millis(50)).await;
        let start = self.with(|b| {
            b.start = b.script.starts.pop_front();
            b.looks = 0;
            b.mute = b.start == Some(Start::Mute);
            b.start
        });
        let away = self.with(|b| b.away_until.is_some_and(|until| Instant::now() < until));
        if away {
            return Err(Fault::Refused("it is out of range".into()));
        }
        match start {
            Some(Start::Refused) => return Err(Fault::Refused("connection refused".into())),
            Some(Start::AbortedLocally) => return Err(Fault::AbortedLocally),
            Some(Start::ConnectHangs) => hang().await,
            _ => {}
        }
        self.up.send_replace(true);
        Ok(())
    }

    async fn discover(&self) -> Result<Vec<Uuid>, Fault> {
        sleep(Duration::from_millis(30)).await;
        self.connected()?;
        let (start, looks) = self.with(|b| {
            b.looks += 1;
            (b.start, b.looks)
        });
        match start {
            Some(Start::DropsDiscovering) => {
                self.drop_link();
                hang().await
            }
            Some(Start::DiscoverHangs) => hang().await,
            Some(Start::WrongServices) => Ok(vec![sig(0x180a)]),
            Some(Start::LateServices) if looks < 2 => Ok(Vec::new()),
            _ => Ok(vec![open::SERVICE, battery::SERVICE]),
        }
    }

    async fn subscribe(&self, to: Uuid) -> Result<(), Fault> {
        self.connected()?;
        if to != open::DATA {
            return Err(Fault::Missing(to));
        }
        self.with(|b| b.subscribed = true);
        Ok(())
    }

    async fn read(&self, from: Uuid) -> Result<Vec<u8>, Fault> {
        sleep(Duration::from_millis(10)).await;
        self.connected()?;
        match from {
            battery::LEVEL => Ok(vec![87]),
            super::run::FIRMWARE => Ok(b"1.2.0".to_vec()),
            open::INFO => Ok(self.with(|b| open::Info::usual(b.script.rate_hz)).emit().to_vec()),
            other => Err(Fault::Missing(other)),
        }
    }

    async fn write(&self, to: Uuid, bytes: &[u8]) -> Result<(), Fault> {
        sleep(Duration::from_millis(10)).await;
        self.connected()?;
        match self.with(|b| b.start) {
            Some(Start::DropsConfiguring) => {
                self.drop_link();
                hang().await;
            }
            Some(Start::ConfigureHangs) => hang().await,
            _ => {}
        }
        if to != open::CONTROL {
            return Err(Fault::Missing(to));
        }
        self.with(|b| match bytes.first() {
            Some(1) => {
                b.asked = true;
                b.zero.get_or_insert_with(Instant::now);
            }
            _ => b.asked = false,
        });
        Ok(())
    }

    async fn notes(&self) -> Result<Notes, Fault> {
        self.connected()?;
        let (tx, rx) = mpsc::unbounded_channel();
        self.with(|b| b.notes = Some(tx));
        let stream = stream::unfold(rx, |mut rx| async move { rx.recv().await.map(|n| (n, rx)) });
        Ok(Box::pin(stream))
    }

    async fn lost(&self) {
        let mut up = self.up.subscribe();
        // The sender lives as long as the sensor does.
        let _ = up.wait_for(|up| !*up).await;
    }

    async fn disconnect(&self) {
        self.drop_link();
    }
}

/// The sensor's own life: takes samples at its rate, sends them, and meets its mishaps.
async fn live(sensor: FakePeer) {
    loop {
        let due = sensor.with(|b| b.next_packet_due());
        let Some(due) = due else {
            if Arc::strong_count(&sensor.body) == 1 {
                return;
            }
            sleep(Duration::from_millis(5)).await;
            continue;
        };
        let late = sensor.with(|b| b.script.jitter.mul_f64(b.chance()));
        sleep_until(due + late).await;
        let what = sensor.with(Body::mishap);
        if let Some(away) = what {
            sensor.with(|b| b.away_until = Some(Instant::now() + away));
            sensor.drop_link();
        }
        if !sensor.with(Body::packet) {
            sensor.empty.send_replace(true);
            return;
        }
        if Arc::strong_count(&sensor.body) == 1 {
            return;
        }
    }
}

impl Body {
    fn next_packet_due(&self) -> Option<Instant> {
        let zero = self.zero?;
        let next = self.count + self.script.packet as u64;
        let rate = f64::from(self.script.rate_hz) * (1.0 + self.script.drift_ppm * 1e-6);
        Some(zero + Duration::from_secs_f64(next as f64 / rate))
    }

    fn chance(&mut self) -> f64 {
        // splitmix64: enough for losses that only have to be the same each time.
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.chance;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Meets the next mishap if it is time; says how long the link is to be away.
    fn mishap(&mut self) -> Option<Duration> {
        let now = Instant::now();
        let (at, what) = self.script.mishaps.front().copied()?;
        if now < self.made + at {
            return None;
        }
        self.script.mishaps.pop_front();
        match what {
            Mishap::Drop { away } => return Some(away),
            Mishap::Off { away } => {
                // Nothing is taken while it is off; count and clock start from nothing.
                self.zero = Some(now + away);
                self.count = 0;
                self.base = (0, 0);
                return Some(away);
            }
            Mishap::Stall { length } => self.stalled_until = Some(now + length),
            Mishap::Lose { length } => self.losing_until = Some(now + length),
            Mishap::Repeat { notifications } => {
                for bytes in self.recent.iter().rev().take(notifications).rev() {
                    if let (true, Some(notes)) = (self.subscribed, &self.notes) {
                        self.tally.repeated += 1;
                        let _ = notes.send(Note { from: open::DATA, bytes: bytes.clone() });
                    }
                }
            }
        }
        None
    }

    /// Takes the samples of one notification and sends it; `false` when there are no more.
    fn packet(&mut self) -> bool {
        let now = Instant::now();
        if self.zero.is_none_or(|zero| now < zero) {
            return true;
        }
        let mut samples = Vec::with_capacity(self.script.packet);
        while samples.len() < self.script.packet
            && let Some(sample) = self.script.feed.next()
        {
            samples.push(sample);
        }
        if samples.is_empty() {
            return false;
        }
        let number = self.base.0 + self.count;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time in µs")]
        let time_us = self.base.1 + (self.count as f64 * 1e6 / f64::from(self.script.rate_hz)).round() as u64;
        #[expect(clippy::cast_possible_truncation, reason = "counters wrap")]
        let bytes = open::emit(number as u16, time_us as u32, &samples);
        self.count += samples.len() as u64;
        self.tally.taken += samples.len() as u64;
        let fate = self.chance();
        let lost = fate < self.script.loss || self.losing_until.is_some_and(|until| now < until);
        let up = self.subscribed && self.asked && !self.mute;
        if !up || lost {
            return true;
        }
        self.held.push_back((bytes, samples.len() as u64, self.tally.taken));
        if self.stalled_until.is_none_or(|until| now >= until) {
            while let Some((bytes, samples, taken)) = self.held.pop_front() {
                self.tally.delivered += samples;
                self.tally.due = taken;
                self.recent.push_back(bytes.clone());
                if self.recent.len() > 16 {
                    self.recent.pop_front();
                }
                if let Some(notes) = &self.notes {
                    let _ = notes.send(Note { from: open::DATA, bytes });
                }
            }
        }
        true
    }
}

//! Sensors as their documents describe them: what they answer, and what they send. All of them hang
//! still with y upward.

use std::f64::consts::TAU;
use std::time::Duration;

use retrogait::decode::heart_rate::Beat;
use retrogait::decode::treadmill::Belt;
use retrogait::decode::{
    battery, dot, heart_rate, metamotion, movesense, open, polar, sig, treadmill, witmotion,
};
use retrogait::imu::{GRAVITY_MPS2, Imu};
use uuid::Uuid;

/// A value to notify of: from where, what, and how many samples are in it.
pub type Value = (Uuid, Vec<u8>, u64);

/// A sensor while it is connected.
pub trait Model: Send {
    fn read(&self, from: Uuid) -> Option<Vec<u8>>;
    fn write(&mut self, to: Uuid, bytes: &[u8]);
    /// What is due so long after the connection.
    fn values(&mut self, since: Duration) -> Vec<Value>;
}

type Chars = Vec<(Uuid, Vec<&'static str>)>;

/// A sensor in range.
pub struct Spec {
    pub address: &'static str,
    pub name: &'static str,
    pub advertised: Vec<Uuid>,
    pub services: Vec<(Uuid, Chars)>,
    pub model: Box<dyn Fn() -> Box<dyn Model> + Send + Sync>,
}

const NOTIFY: &[&str] = &["notify"];
const WRITE: &[&str] = &["write", "write-without-response"];
const READ: &[&str] = &["read"];

/// Clock of all sensors, which does not stop when a link does.
fn sensor_clock() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static ZERO: OnceLock<Instant> = OnceLock::new();
    ZERO.get_or_init(Instant::now).elapsed()
}

fn reading(_t: f64) -> Imu {
    Imu { acc_mps2: [0.0, GRAVITY_MPS2, 0.0], gyr_dps: [0.0, 0.0, 1.0] }
}

fn counts() -> [i16; 6] {
    [0, 2048, 0, 0, 0, 16]
}

/// Streams packets of `n` samples at a rate, numbered on the sensor's own clock.
struct Ticker {
    rate_hz: f64,
    n: u64,
    next: Option<u64>,
}

impl Ticker {
    const fn off(n: u64) -> Self {
        Self { rate_hz: 0.0, n, next: None }
    }

    fn start(&mut self, rate_hz: f64) {
        self.rate_hz = rate_hz;
        self.next = None;
    }

    fn stop(&mut self) {
        self.rate_hz = 0.0;
    }

    /// Numbers of the first samples of the packets that are due.
    fn due(&mut self) -> Vec<u64> {
        if self.rate_hz == 0.0 {
            return Vec::new();
        }
        let taken = (sensor_clock().as_secs_f64() * self.rate_hz) as u64;
        let mut out = Vec::new();
        let mut next = *self.next.get_or_insert(taken / self.n * self.n);
        while next + self.n <= taken {
            out.push(next);
            next += self.n;
        }
        self.next = Some(next);
        out
    }
}

fn common(from: Uuid) -> Option<Vec<u8>> {
    match from {
        battery::LEVEL => Some(vec![87]),
        f if f == sig(0x2a26) => Some(b"4.2.0".to_vec()),
        _ => None,
    }
}

fn spec(
    address: &'static str,
    name: &'static str,
    advertised: Uuid,
    services: Vec<(Uuid, Vec<(Uuid, &[&'static str])>)>,
    model: impl Fn() -> Box<dyn Model> + Send + Sync + 'static,
) -> Spec {
    let mut services: Vec<(Uuid, Chars)> = services
        .into_iter()
        .map(|(s, chars)| (s, chars.into_iter().map(|(c, f)| (c, f.to_vec())).collect()))
        .collect();
    services.push((battery::SERVICE, vec![(battery::LEVEL, READ.to_vec())]));
    services.push((sig(0x180a), vec![(sig(0x2a26), READ.to_vec())]));
    Spec { address, name, advertised: vec![advertised], services, model: Box::new(model) }
}

struct Open(Ticker);

impl Model for Open {
    fn read(&self, from: Uuid) -> Option<Vec<u8>> {
        (from == open::INFO)
            .then(|| open::Info::usual(self.0.rate_hz as u16).emit().to_vec())
            .or(common(from))
    }
    fn write(&mut self, _to: Uuid, bytes: &[u8]) {
        match bytes {
            [1, lo, hi] => self.0.start(f64::from(u16::from_le_bytes([*lo, *hi]))),
            _ => self.0.stop(),
        }
    }
    fn values(&mut self, _since: Duration) -> Vec<Value> {
        let rate = self.0.rate_hz;
        let value = |k: u64| {
            let us = (k as f64 * 1e6 / rate) as u64;
            (open::DATA, open::emit(k as u16, us as u32, &[counts(); 5]), 5)
        };
        self.0.due().into_iter().map(value).collect()
    }
}

pub fn open_profile() -> Spec {
    spec(
        "F2:00:00:00:00:01",
        "GaitIMU",
        open::SERVICE,
        vec![(open::SERVICE, vec![(open::DATA, NOTIFY), (open::CONTROL, WRITE), (open::INFO, READ)])],
        || Box::new(Open(Ticker::off(5))),
    )
}

struct Wit(Ticker, Vec<Value>);

impl Model for Wit {
    fn read(&self, from: Uuid) -> Option<Vec<u8>> {
        common(from)
    }
    fn write(&mut self, _to: Uuid, bytes: &[u8]) {
        match bytes {
            [0xff, 0xaa, 0x03, code, 0] => {
                let rate = witmotion::RATES.iter().find(|(_, c)| c == code).unwrap().0;
                self.0.start(rate.into());
            }
            [0xff, 0xaa, 0x27, 0x64, 0] => {
                let mut answer = vec![0x55, 0x71, 0x64, 0];
                answer.extend(394_u16.to_le_bytes());
                answer.resize(20, 0);
                self.1.push((witmotion::DATA, answer, 0));
            }
            _ => {}
        }
    }
    fn values(&mut self, _since: Duration) -> Vec<Value> {
        let mut out = std::mem::take(&mut self.1);
        out.extend(
            self.0.due().into_iter().map(|_| (witmotion::DATA, witmotion::emit(counts()).to_vec(), 1)),
        );
        out
    }
}

pub fn wit() -> Spec {
    let mut spec = spec(
        "F2:00:00:00:00:02",
        "WT901BLE68",
        witmotion::SERVICE,
        vec![(witmotion::SERVICE, vec![(witmotion::DATA, NOTIFY), (witmotion::COMMAND, WRITE)])],
        || {
            // It streams by itself, at 10 Hz as delivered.
            let mut ticker = Ticker::off(1);
            ticker.start(10.0);
            Box::new(Wit(ticker, Vec::new()))
        },
    );
    // Known by its name alone.
    spec.advertised.clear();
    spec.services.retain(|(s, _)| *s != battery::SERVICE);
    spec
}

struct Movesense(Ticker, Vec<Value>);

impl Model for Movesense {
    fn read(&self, from: Uuid) -> Option<Vec<u8>> {
        common(from)
    }
    fn write(&mut self, _to: Uuid, bytes: &[u8]) {
        match bytes {
            [1, reference, path @ ..] => {
                let path = std::str::from_utf8(path).unwrap();
                let rate = path.strip_prefix("/Meas/IMU6/").and_then(|r| r.parse().ok());
                let status: u16 = if rate.is_some() { 200 } else { 404 };
                let [lo, hi] = status.to_le_bytes();
                self.1.push((movesense::DATA, vec![1, *reference, lo, hi], 0));
                self.0.start(rate.unwrap_or(0.0));
            }
            _ => self.0.stop(),
        }
    }
    fn values(&mut self, _since: Duration) -> Vec<Value> {
        let rate = self.0.rate_hz;
        let mut out = std::mem::take(&mut self.1);
        for k in self.0.due() {
            let ms = (k as f64 * 1e3 / rate).round() as u32;
            let parts = movesense::emit(ms, &[reading(0.0); 8], 158);
            let last = parts.len() - 1;
            out.extend(
                parts
                    .into_iter()
                    .enumerate()
                    .map(|(i, p)| (movesense::DATA, p, if i == last { 8 } else { 0 })),
            );
        }
        out
    }
}

pub fn move_sense() -> Spec {
    spec(
        "F2:00:00:00:00:03",
        "Movesense 223344",
        sig(0xfdf3),
        vec![(movesense::SERVICE, vec![(movesense::DATA, NOTIFY), (movesense::COMMAND, WRITE)])],
        || Box::new(Movesense(Ticker::off(8), Vec::new())),
    )
}

struct Polar {
    acc: Ticker,
    gyro: Ticker,
    answers: Vec<Value>,
}

impl Model for Polar {
    fn read(&self, from: Uuid) -> Option<Vec<u8>> {
        if from == polar::CONTROL { Some(vec![0x0f, 0x24, 0x02]) } else { common(from) }
    }
    fn write(&mut self, _to: Uuid, bytes: &[u8]) {
        let answer = match bytes {
            [2, 9] => vec![0xf0, 2, 9, 0, 0],
            [2, kind, 0, 1, lo, hi, ..] => {
                let rate = f64::from(u16::from_le_bytes([*lo, *hi]));
                let (ticker, factor) =
                    if *kind == polar::ACC { (&mut self.acc, 0.25) } else { (&mut self.gyro, 0.0625) };
                ticker.start(rate);
                polar::emit_started(*kind, factor)
            }
            [3, kind] => {
                match *kind {
                    polar::ACC => self.acc.stop(),
                    polar::GYRO => self.gyro.stop(),
                    _ => {}
                }
                vec![0xf0, 3, *kind, 0, 0]
            }
            other => panic!("{other:?}"),
        };
        self.answers.push((polar::CONTROL, answer, 0));
    }
    fn values(&mut self, _since: Duration) -> Vec<Value> {
        let mut out = std::mem::take(&mut self.answers);
        let rate = self.acc.rate_hz;
        let ns = |k: u64| ((k + 9) as f64 * 1e9 / rate) as u64 + 800_000_000_000_000_000;
        for k in self.acc.due() {
            // 4000 × 0.25 mg are 1 g.
            out.push((polar::DATA, polar::emit(polar::ACC, 1, ns(k), &[[0, 4000, 0]; 10]), 0));
        }
        for k in self.gyro.due() {
            out.push((polar::DATA, polar::emit(polar::GYRO, 0, ns(k), &[[0, 0, 16]; 10]), 10));
        }
        out
    }
}

pub fn verity() -> Spec {
    spec(
        "F2:00:00:00:00:04",
        "Polar Sense 9A5B",
        polar::SERVICE,
        vec![(
            polar::SERVICE,
            vec![(polar::CONTROL, &["read", "write", "indicate"][..]), (polar::DATA, NOTIFY)],
        )],
        || Box::new(Polar { acc: Ticker::off(10), gyro: Ticker::off(10), answers: Vec::new() }),
    )
}

struct Dot {
    ticker: Ticker,
    rate: f64,
}

impl Model for Dot {
    fn read(&self, from: Uuid) -> Option<Vec<u8>> {
        if from == dot::BATTERY { Some(vec![66, 0]) } else { common(from) }
    }
    fn write(&mut self, to: Uuid, bytes: &[u8]) {
        if to == dot::DEVICE {
            assert_eq!((bytes.len(), bytes[0]), (32, 0x10));
            self.rate = f64::from(u16::from_le_bytes([bytes[24], bytes[25]]));
        } else {
            match bytes {
                [1, 1, 21] => self.ticker.start(self.rate),
                _ => self.ticker.stop(),
            }
        }
    }
    fn values(&mut self, _since: Duration) -> Vec<Value> {
        let rate = self.ticker.rate_hz;
        let value = |k: u64| {
            let mut bytes = dot::emit((k as f64 * 1e6 / rate) as u64 as u32, &reading(0.0));
            bytes.resize(40, 0);
            (dot::DATA, bytes, 1)
        };
        self.ticker.due().into_iter().map(value).collect()
    }
}

pub fn movella() -> Spec {
    spec(
        "F2:00:00:00:00:05",
        "Movella DOT",
        dot::CONFIGURATION,
        vec![
            (dot::CONFIGURATION, vec![(dot::DEVICE, &["read", "write"][..])]),
            (dot::SERVICE, vec![(dot::CONTROL, &["read", "write"][..]), (dot::DATA, NOTIFY)]),
            (Uuid::from_u128(0x1517_3000_4947_11e9_8646_d663_bd87_3d93), vec![(dot::BATTERY, READ)]),
        ],
        || Box::new(Dot { ticker: Ticker::off(1), rate: 0.0 }),
    )
}

#[derive(Default)]
struct Meta {
    rate: f64,
    on: [bool; 2],
    ticker: Option<Ticker>,
    answers: Vec<Value>,
}

impl Model for Meta {
    fn read(&self, from: Uuid) -> Option<Vec<u8>> {
        common(from)
    }
    fn write(&mut self, _to: Uuid, bytes: &[u8]) {
        let mut answer = |bytes: &[u8]| self.answers.push((metamotion::DATA, bytes.to_vec(), 0));
        match bytes {
            [0x11, 0x8c] => answer(&[0x11, 0x8c, 55, 0x10, 0x0f]),
            [0x03, 0x80] => answer(&[0x03, 0x80, 4, 1]),
            [0x13, 0x80] => answer(&[0x13, 0x80, 1, 1]),
            [0x03, 3, config, _] => self.rate = if config & 15 == 9 { 200.0 } else { 100.0 },
            [0x03, 1, on] => self.on[0] = *on == 1,
            [0x13, 1, on] => self.on[1] = *on == 1,
            _ => {}
        }
        if self.on == [true; 2] && self.ticker.is_none() {
            let mut ticker = Ticker::off(3);
            ticker.start(self.rate);
            self.ticker = Some(ticker);
        }
        if self.on == [false; 2] {
            self.ticker = None;
        }
    }
    fn values(&mut self, _since: Duration) -> Vec<Value> {
        let mut out = std::mem::take(&mut self.answers);
        for _ in self.ticker.iter_mut().flat_map(Ticker::due) {
            out.push((metamotion::DATA, metamotion::emit(false, true, &[[0, 2048, 0]; 3]), 0));
            out.push((metamotion::DATA, metamotion::emit(true, true, &[[0, 0, 16]; 3]), 3));
        }
        out
    }
}

pub fn meta_motion() -> Spec {
    let mut spec = spec(
        "F2:00:00:00:00:06",
        "MetaWear",
        metamotion::SERVICE,
        vec![(metamotion::SERVICE, vec![(metamotion::COMMAND, WRITE), (metamotion::DATA, NOTIFY)])],
        || Box::<Meta>::default(),
    );
    spec.services.retain(|(s, _)| *s != battery::SERVICE);
    spec
}

#[derive(Default)]
struct Mill {
    /// Result that every command is answered with; 0 answers none.
    result: u8,
    answers: Vec<Value>,
    sent: u64,
}

impl Model for Mill {
    fn read(&self, _from: Uuid) -> Option<Vec<u8>> {
        None
    }
    fn write(&mut self, _to: Uuid, bytes: &[u8]) {
        if self.result == 0 {
            return;
        }
        self.answers.push((treadmill::CONTROL, vec![0x80, bytes[0], self.result], 0));
        if bytes == treadmill::STOP && self.result == 1 {
            self.answers.push((treadmill::STATUS, vec![2, 1], 0));
        }
    }
    fn values(&mut self, since: Duration) -> Vec<Value> {
        let mut out = std::mem::take(&mut self.answers);
        while self.sent < (since.as_secs_f64() * 4.0) as u64 {
            self.sent += 1;
            let belt = Belt { speed_mps: Some(0.9), incline_percent: Some(1.5) };
            out.push((treadmill::DATA, belt.emit(), 0));
        }
        out
    }
}

pub fn mill(result: u8) -> Spec {
    spec(
        "F2:00:00:00:00:07",
        "Horizon 7.0",
        treadmill::SERVICE,
        vec![(
            treadmill::SERVICE,
            vec![
                (treadmill::DATA, NOTIFY),
                (treadmill::STATUS, NOTIFY),
                (treadmill::CONTROL, &["write", "indicate"][..]),
            ],
        )],
        move || Box::new(Mill { result, ..Mill::default() }),
    )
}

struct Strap(u64);

impl Model for Strap {
    fn read(&self, from: Uuid) -> Option<Vec<u8>> {
        common(from)
    }
    fn write(&mut self, _to: Uuid, _bytes: &[u8]) {}
    fn values(&mut self, since: Duration) -> Vec<Value> {
        let mut out = Vec::new();
        while self.0 < since.as_secs() * 2 {
            self.0 += 1;
            let per_minute = 72 + ((self.0 as f64 * TAU / 10.0).sin() * 3.0) as u16;
            let beat = Beat { per_minute, contact: Some(true), intervals_s: vec![0.8] };
            out.push((heart_rate::MEASUREMENT, beat.emit(), 0));
        }
        out
    }
}

pub fn strap() -> Spec {
    spec(
        "F2:00:00:00:00:08",
        "Polar H10 1234",
        heart_rate::SERVICE,
        vec![(heart_rate::SERVICE, vec![(heart_rate::MEASUREMENT, NOTIFY)])],
        || Box::new(Strap(0)),
    )
}

/// Something that is no sensor.
pub fn lamp() -> Spec {
    spec("F2:00:00:00:00:09", "Lamp", sig(0x1815), vec![], || Box::new(Strap(u64::MAX)))
}

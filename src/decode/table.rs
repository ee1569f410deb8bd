//! The sensors that are known: a row each. Another sensor is another file and another row.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Decoder, Setup, dot, heart_rate, metamotion, movesense, open, polar, sig, treadmill, witmotion};

/// Kinds of sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the table says what they are")]
pub enum Kind {
    Open,
    WitMotion,
    Movesense,
    Polar,
    Dot,
    MetaMotion,
    HeartRate,
    Treadmill,
}

/// What a device says of itself before anyone connects.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Advert {
    /// Where it is reached.
    pub address: String,
    /// Its name; some adapters give the address until they have heard it.
    pub name: Option<String>,
    /// Services that it advertises.
    pub services: Vec<Uuid>,
    /// Companies of its manufacturer data.
    pub companies: Vec<u16>,
    /// Strength of its signal, dBm.
    pub rssi_dbm: Option<i16>,
}

/// What is known of one kind.
#[derive(Debug)]
pub struct Row {
    /// Which.
    pub kind: Kind,
    /// What people call it.
    pub name: &'static str,
    /// The service by which it is recognised, and which must be there once connected.
    pub service: Uuid,
    /// Other services that it may advertise instead.
    pub hints: &'static [Uuid],
    /// How its name may begin.
    pub names: &'static [&'static str],
    /// Company of its manufacturer data, where no one else's device has it.
    pub company: Option<u16>,
    /// Rates that it streams, Hz; empty when it is no inertial sensor.
    pub rates_hz: &'static [u16],
    /// Whether its samples are counted or stamped, so that every loss is known.
    pub exact: bool,
    decoder: fn(f64) -> Box<dyn Decoder>,
    setup: fn(f64) -> Box<dyn Setup>,
}

/// The table.
pub static TABLE: [Row; 8] = [
    Row {
        kind: Kind::Open,
        name: "open profile",
        service: open::SERVICE,
        hints: &[],
        names: &[],
        company: None,
        rates_hz: &[50, 100, 200, 400],
        exact: true,
        decoder: |hz| Box::new(open::Open::new(hz)),
        setup: open::setup,
    },
    Row {
        kind: Kind::WitMotion,
        name: "WitMotion BLE 5",
        service: witmotion::SERVICE,
        hints: &[],
        names: &["WT"],
        company: None,
        rates_hz: &[20, 50, 100, 200],
        exact: false,
        decoder: |hz| Box::new(witmotion::Wit::new(hz)),
        setup: witmotion::setup,
    },
    Row {
        kind: Kind::Movesense,
        name: "Movesense",
        service: movesense::SERVICE,
        hints: &[sig(0xfdf3), sig(0xfe06)],
        names: &["Movesense"],
        company: None,
        rates_hz: &[26, 52, 104, 208],
        exact: true,
        decoder: |hz| Box::new(movesense::Movesense::new(hz)),
        setup: movesense::setup,
    },
    Row {
        kind: Kind::Polar,
        name: "Polar Verity Sense",
        service: polar::SERVICE,
        hints: &[],
        names: &["Polar Sense", "Polar Verity"],
        company: None,
        rates_hz: &[52, 104, 208, 416],
        exact: true,
        decoder: |hz| Box::new(polar::Polar::new(hz)),
        setup: polar::setup,
    },
    Row {
        kind: Kind::Dot,
        name: "Movella DOT",
        service: dot::SERVICE,
        hints: &[dot::CONFIGURATION],
        names: &["Xsens DOT", "Movella DOT"],
        company: Some(dot::COMPANY),
        rates_hz: &[20, 30, 60],
        exact: true,
        decoder: |hz| Box::new(dot::Dot::new(hz)),
        setup: dot::setup,
    },
    Row {
        kind: Kind::MetaMotion,
        name: "MetaMotion",
        service: metamotion::SERVICE,
        hints: &[],
        names: &["MetaWear", "MetaMotion"],
        company: None,
        rates_hz: &[25, 50, 100, 200],
        exact: false,
        decoder: |hz| Box::new(metamotion::MetaMotion::new(hz)),
        setup: metamotion::setup,
    },
    Row {
        kind: Kind::Treadmill,
        name: "treadmill (Fitness Machine Service)",
        service: treadmill::SERVICE,
        hints: &[],
        names: &[],
        company: None,
        rates_hz: &[],
        exact: true,
        decoder: |_| Box::new(treadmill::Treadmill),
        setup: |_| treadmill::setup(),
    },
    // Last: sensors of other kinds have a heart rate beside what they are.
    Row {
        kind: Kind::HeartRate,
        name: "heart-rate strap",
        service: heart_rate::SERVICE,
        hints: &[],
        names: &[],
        company: None,
        rates_hz: &[],
        exact: true,
        decoder: |_| Box::new(heart_rate::Strap),
        setup: |_| heart_rate::setup(),
    },
];

/// The rate that is asked for where nothing else is said, Hz: event times gain little above it.
pub const USUAL_HZ: f64 = 100.0;

impl Kind {
    /// Its row.
    pub fn row(self) -> &'static Row {
        // Every kind has a row: the tests say so.
        TABLE.iter().find(|r| r.kind == self).unwrap_or(&TABLE[0])
    }

    /// The word that files and programs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::WitMotion => "witmotion",
            Self::Movesense => "movesense",
            Self::Polar => "polar",
            Self::Dot => "dot",
            Self::MetaMotion => "metamotion",
            Self::HeartRate => "heartrate",
            Self::Treadmill => "treadmill",
        }
    }

    /// Whether it has an accelerometer and a gyroscope.
    pub fn is_inertial(self) -> bool {
        !self.row().rates_hz.is_empty()
    }

    /// The rate that it streams when `rate_hz` is asked for: the next that is no less, with a little
    /// give for sensors that have 104 in place of 100; else its highest.
    pub fn nearest_hz(self, rate_hz: f64) -> Option<u16> {
        let rates = self.row().rates_hz;
        rates.iter().copied().find(|r| f64::from(*r) >= 0.95 * rate_hz).or(rates.last().copied())
    }

    /// Reads what it sends at this rate.
    pub fn decoder(self, rate_hz: f64) -> Box<dyn Decoder> {
        (self.row().decoder)(rate_hz)
    }

    /// Gets it to stream at this rate.
    pub fn setup(self, rate_hz: f64) -> Box<dyn Setup> {
        (self.row().setup)(rate_hz)
    }

    /// What a device is by its advertisement: its service or its company first, its name second (it can
    /// be in a part of the advertisement that has not been heard yet).
    pub fn of(advert: &Advert) -> Option<Self> {
        let services = |r: &&Row| {
            advert.services.iter().any(|s| *s == r.service || r.hints.contains(s))
                || r.company.is_some_and(|c| advert.companies.contains(&c))
        };
        let names = |r: &&Row| {
            advert.name.as_deref().is_some_and(|n| r.names.iter().any(|start| n.starts_with(start)))
        };
        TABLE
            .iter()
            .filter(|r| r.kind != Self::HeartRate)
            .find(services)
            .or_else(|| TABLE.iter().find(names))
            .or_else(|| TABLE.iter().find(services))
            .map(|r| r.kind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        TABLE.iter().map(|r| r.kind).find(|k| k.word() == text).ok_or_else(|| {
            let words: Vec<_> = TABLE.iter().map(|r| r.kind.word()).collect();
            format!("`{text}` is no kind of sensor: {}", words.join(", "))
        })
    }
}

/// What a rate below 50 Hz costs, in words; `None` when it costs nothing that matters.
///
/// An event is read off a line between samples: the error that sampling adds is spread evenly over one
/// interval, a standard deviation of its length over √12. Swing's fastest part lasts some 0.1 s.
pub fn coarse(rate_hz: f64) -> Option<String> {
    (rate_hz < 49.0).then(|| {
        format!(
            "at {rate_hz:.0} samples a second each event time is coarser by about {:.0} ms (at 100: 3 ms), \
             toe and heel contacts closer than {:.0} ms cannot be told apart, and peaks of angular rate \
             read too low",
            1000.0 / rate_hz / 12_f64.sqrt(),
            2000.0 / rate_hz
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_row_and_reads_back_from_its_word() {
        for row in &TABLE {
            assert_eq!(row.kind.row().name, row.name);
            assert_eq!(row.kind.word().parse(), Ok(row.kind));
        }
    }

    #[test]
    fn a_device_is_known_by_service_company_or_name_in_that_order() {
        let advert = |name: Option<&str>, services: &[Uuid], companies: &[u16]| Advert {
            name: name.map(str::to_owned),
            services: services.to_vec(),
            companies: companies.to_vec(),
            ..Advert::default()
        };
        for (seen, want) in [
            (advert(Some("F2-F3-F4-F5-F6-F7"), &[open::SERVICE], &[]), Some(Kind::Open)),
            (advert(Some("WT901BLE68"), &[], &[]), Some(Kind::WitMotion)),
            (advert(None, &[witmotion::SERVICE], &[]), Some(Kind::WitMotion)),
            (advert(Some("Movesense 2233"), &[sig(0xfdf3), sig(0x180d)], &[]), Some(Kind::Movesense)),
            (advert(Some("Polar Sense 9A"), &[sig(0x180d)], &[polar::COMPANY]), Some(Kind::Polar)),
            (advert(Some("Polar H10 9A"), &[sig(0x180d)], &[polar::COMPANY]), Some(Kind::HeartRate)),
            (advert(Some("Movella DOT"), &[], &[]), Some(Kind::Dot)),
            (advert(None, &[], &[dot::COMPANY]), Some(Kind::Dot)),
            (advert(Some("MetaWear"), &[], &[]), Some(Kind::MetaMotion)),
            (advert(Some("Horizon"), &[sig(0x1826)], &[]), Some(Kind::Treadmill)),
            (advert(Some("Belt"), &[sig(0x180d), sig(0x1826)], &[]), Some(Kind::Treadmill)),
            (advert(Some("Kitchen lamp"), &[], &[0x004c]), None),
        ] {
            assert_eq!(Kind::of(&seen), want, "{seen:?}");
        }
    }

    #[test]
    fn the_rate_is_the_next_that_is_enough() {
        assert_eq!(Kind::Movesense.nearest_hz(100.0), Some(104));
        assert_eq!(Kind::WitMotion.nearest_hz(100.0), Some(100));
        assert_eq!(Kind::Dot.nearest_hz(100.0), Some(60));
        assert_eq!(Kind::Treadmill.nearest_hz(100.0), None);
    }

    #[test]
    fn a_low_rate_says_what_it_costs() {
        assert_eq!(coarse(50.0), None);
        assert!(coarse(25.0).is_some_and(|t| t.contains("12 ms")));
    }
}

//! A simulated walker as a live sensor: through the same link and the same decoder as one on the air.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;

use crate::capture::CaptureMeta;
use crate::cli::exit::UsageError;
use crate::decode::open::Info;
use crate::imu::Imu;
use crate::link::fake::{FakeRadio, Feed, Mishap, Script};
use crate::sim::scenario::Scenario;
use crate::sim::script::{self, unknown_scenario};
use crate::sim::setup::{Play, Setup};
use crate::sim::walker::Walker;

/// Addresses of the simulated sensors.
pub(super) const SHANK: &str = "sim-shank";
pub(super) const THIGH: &str = "sim-thigh";

/// What is simulated.
pub(super) struct Sim {
    pub(super) setup: Setup,
}

impl Sim {
    /// A scenario by its name.
    pub(super) fn named(id: &str, rate_hz: f64, seed: u64, thigh: bool) -> anyhow::Result<Self> {
        let play = if Path::new(id).extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")) {
            let text = std::fs::read_to_string(id).with_context(|| format!("{id} cannot be read"))?;
            Play::Script(script::Script::parse(&text, id).map_err(|e| anyhow::anyhow!("{id}:{e}"))?)
        } else {
            let scenario = Scenario::named(id).ok_or_else(|| UsageError::new(unknown_scenario(id)))?;
            Play::Scenario { scenario, speed_mps: None, seconds: None }
        };
        let setup = Setup { seed, rate_hz, thigh, ..Setup::playing(play) };
        Ok(Self { setup })
    }

    pub(super) fn meta(&self) -> CaptureMeta {
        self.setup.meta()
    }

    /// The sensors. They begin to walk when they are first asked to stream.
    pub(super) fn radio(&self) -> anyhow::Result<FakeRadio> {
        self.setup.check().map_err(|e| UsageError::new(e.to_string()))?;
        let source = Arc::new(Mutex::new(Source {
            walker: self.setup.walker()?,
            waiting: [VecDeque::new(), VecDeque::new()],
            thigh: self.setup.thigh,
        }));
        let script = |place: usize, address: &str| {
            let feed = Box::new(Side { source: Arc::clone(&source), place });
            self.script(place, address, feed)
        };
        let mut scripts = vec![script(0, SHANK)];
        if self.setup.thigh {
            scripts.push(script(1, THIGH));
        }
        Ok(FakeRadio::new(scripts))
    }

    /// The faults of the scenario and of the flags as mishaps of the link.
    fn script(&self, place: usize, address: &str, feed: Box<dyn Feed>) -> Script {
        let faults = self.setup.faults();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be 25 to 1000"
        )]
        let mut script = Script::new(address, self.setup.rate_hz.round() as u16, feed);
        script.name = format!("Simulated {}", &address[4..]);
        script.drift_ppm = faults.drift_ppm;
        script.loss = faults.loss;
        script.jitter = Duration::from_secs_f64(faults.jitter_s.clamp(0.0, 1.0));
        script.seed = self.setup.seed.wrapping_add(place as u64);
        if let Some(dropout) = faults.dropout {
            let length = self.setup.length_s().unwrap_or(60.0);
            let at = Duration::from_secs_f64(dropout.at_s.unwrap_or(0.5 * length).max(0.0));
            let away = Duration::from_secs_f64(dropout.length_s.unwrap_or(1.5).clamp(0.0, 3600.0));
            script.mishaps.push_back((at, Mishap::Drop { away }));
            if faults.duplicates > 0 {
                let again = Mishap::Repeat { notifications: faults.duplicates as usize };
                script.mishaps.push_back((at + away + Duration::from_secs(1), again));
            }
        }
        script
    }
}

/// One walker whose two sensors are read apart.
struct Source {
    walker: Walker,
    waiting: [VecDeque<Imu>; 2],
    thigh: bool,
}

/// One of the two.
struct Side {
    source: Arc<Mutex<Source>>,
    place: usize,
}

impl Feed for Side {
    fn next(&mut self) -> Option<[i16; 6]> {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        let source = &mut *source;
        if source.waiting[self.place].is_empty() {
            let sample = source.walker.next()?.sample;
            // Labels are for those who score.
            source.walker.take_facts();
            source.waiting[0].push_back(sample.shank);
            if source.thigh {
                source.waiting[1].push_back(sample.thigh.unwrap_or_default());
            }
        }
        source.waiting[self.place].pop_front().map(|imu| Info::usual(100).counts(&imu))
    }
}

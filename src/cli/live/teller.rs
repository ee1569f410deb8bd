//! What is said of the sensors on standard error.

use std::fmt::Write as _;

use crate::cli::exit;
use crate::decode::TimeError;
use crate::decode::heart_rate::Beat;
use crate::decode::table::USUAL_HZ;
use crate::decode::treadmill::Status;
use crate::link::state::State;
use crate::live::assemble::{Assembly, Found};

/// Says on standard error what becomes of the sensors.
pub(super) struct Teller {
    pub(super) labels: Vec<String>,
    pub(super) beat: Option<u16>,
    /// The screen says it.
    pub(super) silent: bool,
}

/// Lost samples that are told one by one rather than summed up at the end, s.
const TOLD_S: f64 = 0.25;

impl Teller {
    fn label(&self, sensor: usize) -> &str {
        self.labels.get(sensor).map_or("sensor", String::as_str)
    }

    pub(super) fn tell(&mut self, found: &Found) {
        if let Found::Heart(Beat { per_minute, .. }) = found {
            self.beat = Some(*per_minute);
        }
        if self.silent {
            return;
        }
        match found {
            Found::Link { sensor, state } => match state {
                State::Reconnecting(_) | State::Stale => {
                    exit::warn(&format!("{}: {state}", self.label(*sensor)));
                }
                State::Discovering | State::Configuring | State::Ended(_) => {}
                State::Scanning | State::Connecting { .. } | State::Streaming => {
                    anstream::eprintln!("{}: {state}", self.label(*sensor));
                }
            },
            Found::Lost { sensor, samples, counted } if *samples as f64 >= TOLD_S * USUAL_HZ => {
                let how = if *counted { "" } else { " (by the time that passed)" };
                exit::warn(&format!("{}: {samples} samples lost{how}", self.label(*sensor)));
            }
            Found::Restarted { sensor } => {
                exit::warn(&format!("{}: its clock began anew; it was switched off", self.label(*sensor)));
            }
            Found::Overrun { sensor, values } => exit::warn(&format!(
                "{}: {values} values lost: this machine was too busy",
                self.label(*sensor)
            )),
            Found::Battery { sensor, percent } => {
                anstream::eprintln!("{}: battery {percent} %", self.label(*sensor));
            }
            Found::Treadmill(status) => match status {
                Status::SafetyClip => exit::warn("the treadmill was stopped by its safety clip"),
                Status::Stopped => anstream::eprintln!("the treadmill was stopped"),
                _ => {}
            },
            _ => {}
        }
    }

    pub(super) fn sum_up(&self, assembly: &Assembly) -> Vec<String> {
        let mut said = Vec::new();
        for (i, label) in self.labels.iter().enumerate() {
            let t = assembly.tally(i);
            if t.samples == 0 {
                continue;
            }
            let all = (t.samples + t.lost()) as f64;
            let mut text = format!(
                "{label}: {} samples at {:.1} a second, {} lost ({:.2} %)",
                t.samples,
                assembly.rate_hz(i),
                t.lost(),
                100.0 * t.lost() as f64 / all
            );
            for (n, what) in [
                (t.reconnections, "reconnections"),
                (t.repeated, "repeated samples left out"),
                (t.odd, "values not understood"),
                (t.overrun, "values lost for want of time"),
            ] {
                if n > 0 {
                    let _ = write!(text, ", {n} {what}");
                }
            }
            if let TimeError::Fitted(s) = assembly.time_error(i) {
                let _ = write!(text, "; times are fitted to arrivals, ±{:.0} ms", 1000.0 * s);
            }
            said.push(text);
        }
        if let Some(beat) = self.beat {
            said.push(format!("heart rate at the end: {beat} a minute"));
        }
        said
    }
}

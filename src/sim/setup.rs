//! What a capture is to be: the arguments of the simulator, checked, and the walker made from them.

use std::ops::RangeInclusive;

use thiserror::Error;

use super::act::{Act, ActKind, Acts};
use super::body::Body;
use super::device::SensorKind;
use super::link::Faults;
use super::live::Live;
use super::random::{Chance, Concern};
use super::repertoire::Brief;
use super::scenario::{Scenario, SpeedChoice, Worn};
use super::script::Script;
use super::strap::{Misalignment, Slipping, StrapChoice};
use super::walker::{Plan, Step, Walker};
use crate::capture::{CaptureMeta, Placement};
use crate::mount::{BodyAxis, Mount, Side};
use crate::truth::Truth;

/// Sampling rates that can be simulated, Hz.
pub const RATES_HZ: RangeInclusive<f64> = 25.0..=1000.0;
/// Body heights that can be simulated, m.
pub const HEIGHTS_M: RangeInclusive<f64> = Body::MIN_HEIGHT_M..=Body::MAX_HEIGHT_M;
/// Longest capture, s (a day).
pub const LONGEST_S: f64 = 86_400.0;
/// Least time for what the scenario is about, s.
const LEAST_CONTENT_S: f64 = 5.0;
/// How long the person has been at it when a capture without standing begins, s.
const ALREADY_S: f64 = 12.0;

/// What is played.
#[derive(Clone, Debug)]
pub enum Play {
    /// One scenario.
    Scenario {
        /// Which.
        scenario: &'static Scenario,
        /// At which speed, m/s; its default when not said.
        speed_mps: Option<f64>,
        /// How long the capture is, s; its default when not said.
        seconds: Option<f64>,
    },
    /// Several, one after the other.
    Script(Script),
}

/// How the sensors are said to be mounted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MountLine {
    /// The nominal mount, which is also true but for misalignment.
    Said(Mount),
    /// Not said; one of the 24 is drawn from the seed.
    Unsaid,
}

/// Everything that decides a capture. The same setup gives the same capture, bit by bit.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What is played.
    pub play: Play,
    /// Chance, all of it.
    pub seed: u64,
    /// Sampling rate, Hz.
    pub rate_hz: f64,
    /// Kind of sensor.
    pub sensor: SensorKind,
    /// The leg that wears it.
    pub side: Side,
    /// Whether there is a second sensor on the thigh.
    pub thigh: bool,
    /// Mount of the shank sensor.
    pub mount: MountLine,
    /// Mount of the thigh sensor.
    pub thigh_mount: Mount,
    /// How far off it the sensors sit; drawn from the seed when not said.
    pub misalignment: Option<Misalignment>,
    /// How far the skin moves under the straps, as a multiple of the usual: 0.5 to 2 degrees at the shank
    /// and 2 to 5 at the thigh, from end to end of a stride, in all axes together.
    pub skin: f64,
    /// Body height, m.
    pub height_m: f64,
    /// Quiet standing before and after, s. 0 begins and ends in the midst of it.
    pub standing_s: f64,
    /// The link; the scenario's own when not said.
    pub faults: Option<Faults>,
}

/// Why there is no capture.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SetupError {
    /// A rate that is not simulated.
    #[error(
        "a sampling rate of {0} Hz is not simulated: choose one from {low} to {high} Hz",
        low = RATES_HZ.start(),
        high = RATES_HZ.end()
    )]
    Rate(f64),
    /// A height that is not simulated.
    #[error(
        "nobody of {0} m is simulated: choose a height from {low} to {high} m",
        low = HEIGHTS_M.start(),
        high = HEIGHTS_M.end()
    )]
    Height(f64),
    /// Faster or slower than legs can walk.
    #[error(
        "{scenario} at {speed_mps:.2} m/s is not walking: at a height of {height_m} m choose from {low} to {high:.2} m/s",
        low = SpeedChoice::SLOWEST_MPS
    )]
    Speed {
        /// The scenario.
        scenario: &'static str,
        /// The speed asked for, m/s.
        speed_mps: f64,
        /// The height, m.
        height_m: f64,
        /// The limit, m/s.
        high: f64,
    },
    /// A speed for a scenario that has none.
    #[error("{0} has no speed to choose: leave the speed out")]
    NoSpeed(&'static str),
    /// Too short for anything to happen.
    #[error(
        "{scenario} needs at least {least:.0} s with {standing_s} s of standing before and after; {seconds} s were asked for"
    )]
    Short {
        /// The scenario.
        scenario: &'static str,
        /// What was asked for, s.
        seconds: f64,
        /// What is needed, s.
        least: f64,
        /// Standing before and after, s.
        standing_s: f64,
    },
    /// Longer than a day, or not a length at all.
    #[error("a capture of {0} s is not simulated: choose at most a day (86400 s)")]
    Long(f64),
    /// Standing that is no length.
    #[error("{0} s of standing is no length of time: choose 0 to 600 s")]
    Standing(f64),
    /// Link faults out of range.
    #[error("{what} of {value} is not simulated: choose from {low} to {high}")]
    Fault {
        /// Which.
        what: &'static str,
        /// The value.
        value: f64,
        /// Least.
        low: f64,
        /// Most.
        high: f64,
    },
    /// A script without anything in it.
    #[error("the script has no segment: add at least one [[segment]]")]
    EmptyScript,
}

impl Setup {
    /// The setup that a scenario has when nothing else is said.
    pub fn scenario(scenario: &'static Scenario) -> Self {
        Self::playing(Play::Scenario { scenario, speed_mps: None, seconds: None })
    }

    /// The usual setup for playing something: seed 1, 100 Hz, a BMI270 on the right shin of a
    /// person of 1.72 m who stands for 3 s before and after.
    pub fn playing(play: Play) -> Self {
        Self {
            play,
            seed: 1,
            rate_hz: 100.0,
            sensor: SensorKind::Bmi270,
            side: Side::Right,
            thigh: false,
            mount: MountLine::Said(Mount::IDENTITY),
            thigh_mount: Mount::IDENTITY,
            misalignment: None,
            skin: 1.0,
            height_m: 1.72,
            standing_s: 3.0,
            faults: None,
        }
    }

    /// The person it is about.
    fn body(&self) -> Body {
        Body::individual(self.height_m, &mut Chance::new(self.seed, Concern::Person))
    }

    /// The link's faults.
    pub fn faults(&self) -> Faults {
        self.faults.unwrap_or(match &self.play {
            Play::Scenario { scenario, .. } => (scenario.faults)(),
            Play::Script(_) => Faults::none(),
        })
    }

    fn worn(&self) -> Worn {
        match &self.play {
            Play::Scenario { scenario, .. } => scenario.worn,
            Play::Script(_) => Worn::AsSaid,
        }
    }

    /// Says what is wrong with it, if anything is.
    ///
    /// # Errors
    /// [`SetupError`], naming the first thing that cannot be simulated and what can.
    pub fn check(&self) -> Result<(), SetupError> {
        if !RATES_HZ.contains(&self.rate_hz) {
            return Err(SetupError::Rate(self.rate_hz));
        }
        if !HEIGHTS_M.contains(&self.height_m) {
            return Err(SetupError::Height(self.height_m));
        }
        if !(0.0..=600.0).contains(&self.standing_s) {
            return Err(SetupError::Standing(self.standing_s));
        }
        self.check_faults()?;
        match &self.play {
            Play::Scenario { scenario, speed_mps, seconds } => {
                self.check_speed(scenario, *speed_mps)?;
                let seconds = seconds.unwrap_or(scenario.seconds);
                if !(seconds.is_finite() && seconds <= LONGEST_S) {
                    return Err(SetupError::Long(seconds));
                }
                let least = self.lead_s() + self.tail_s(scenario) + LEAST_CONTENT_S;
                if seconds < least {
                    return Err(SetupError::Short {
                        scenario: scenario.id,
                        seconds,
                        least: libm::ceil(least),
                        standing_s: self.standing_s,
                    });
                }
            }
            Play::Script(script) => {
                if script.segments.is_empty() {
                    return Err(SetupError::EmptyScript);
                }
                let total: f64 = script.segments.iter().map(|s| s.seconds).sum();
                if !(total.is_finite() && total <= LONGEST_S) {
                    return Err(SetupError::Long(total));
                }
                for segment in &script.segments {
                    self.check_speed(segment.scenario, segment.speed_mps)?;
                }
            }
        }
        Ok(())
    }

    /// Checks the speed of one scenario for this person.
    ///
    /// # Errors
    /// [`SetupError::Speed`] and [`SetupError::NoSpeed`].
    pub fn check_speed(&self, scenario: &'static Scenario, speed_mps: Option<f64>) -> Result<(), SetupError> {
        let Some(speed_mps) = speed_mps.or(scenario.speed.default_mps()) else {
            return Ok(());
        };
        if scenario.speed == SpeedChoice::None {
            return Err(SetupError::NoSpeed(scenario.id));
        }
        let high = scenario.speed.limit_mps(self.height_m);
        if (SpeedChoice::SLOWEST_MPS..=high).contains(&speed_mps) {
            return Ok(());
        }
        Err(SetupError::Speed { scenario: scenario.id, speed_mps, height_m: self.height_m, high })
    }

    fn check_faults(&self) -> Result<(), SetupError> {
        let f = self.faults();
        let dropout = f.dropout.unwrap_or(super::link::Dropout { length_s: None, at_s: None });
        let limits = [
            ("a share of lost packets", f.loss, 0.0, 0.9),
            ("a jitter of time stamps (s)", f.jitter_s, 0.0, 0.5),
            ("a clock drift (ppm)", f.drift_ppm, -5000.0, 5000.0),
            ("a drop-out (s)", dropout.length_s.unwrap_or(1.0), 0.0, 600.0),
            ("a drop-out's start (s)", dropout.at_s.unwrap_or(0.0), 0.0, LONGEST_S),
            ("a number of repeated packets", f64::from(f.duplicates), 0.0, 1000.0),
        ];
        for (what, value, low, high) in limits {
            if !(low..=high).contains(&value) {
                return Err(SetupError::Fault { what, value, low, high });
            }
        }
        Ok(())
    }

    fn lead_s(&self) -> f64 {
        self.standing_s
    }

    fn tail_s(&self, scenario: &Scenario) -> f64 {
        if scenario.lies_at_end { 0.0 } else { self.standing_s }
    }

    /// What the capture says about itself.
    pub fn meta(&self) -> CaptureMeta {
        let said = match (self.mount, self.worn()) {
            (_, Worn::Unsaid) | (MountLine::Unsaid, _) => None,
            (MountLine::Said(mount), _) => Some(mount),
        };
        CaptureMeta {
            side: Some(self.side),
            mount: said,
            thigh_mount: self.thigh.then_some(self.thigh_mount),
            height_m: Some(self.height_m),
            shank_length_m: None,
            thigh_length_m: None,
            treadmill_mps: match &self.play {
                Play::Scenario { scenario, speed_mps, .. } if scenario.says_belt_speed => {
                    speed_mps.or(scenario.speed.default_mps())
                }
                _ => None,
            },
            placement: Placement::Shank,
        }
    }

    /// How long the capture is, s, when that is known beforehand.
    pub fn length_s(&self) -> Option<f64> {
        match &self.play {
            Play::Scenario { scenario, seconds, .. } => Some(seconds.unwrap_or(scenario.seconds)),
            Play::Script(_) => None,
        }
    }

    /// How long the capture is about, s.
    pub(crate) fn expected_s(&self) -> f64 {
        self.length_s().unwrap_or_else(|| match &self.play {
            Play::Script(script) => script.segments.iter().map(|s| s.seconds).sum(),
            Play::Scenario { scenario, .. } => scenario.seconds,
        })
    }

    /// The walker of this setup.
    ///
    /// # Errors
    /// [`SetupError`], as from [`Self::check`].
    pub fn walker(&self) -> Result<Walker, SetupError> {
        self.check()?;
        let body = self.body();
        let acts = match &self.play {
            Play::Scenario { scenario, speed_mps, seconds } => {
                self.scenario_acts(&body, scenario, *speed_mps, *seconds)
            }
            Play::Script(script) => script.acts(&body, self.standing_s, self.seed),
        };
        let mut drawn = Chance::new(self.seed ^ 0x2417, Concern::Strap);
        let mount = match self.mount {
            MountLine::Said(mount) => mount,
            MountLine::Unsaid => {
                let count = drawn.count(0, 23) as usize;
                Mount::all().nth(count).unwrap_or(Mount::IDENTITY)
            }
        };
        let worn = self.worn();
        let (mount, turned_deg) = match worn {
            Worn::UpsideDown => (upside_down(mount), 0.0),
            Worn::Turned(degrees) => (mount, degrees),
            _ => (mount, 0.0),
        };
        Ok(Walker::new(Plan {
            acts,
            seed: self.seed,
            height_m: self.height_m,
            side: self.side,
            rate_hz: self.rate_hz,
            kind: self.sensor,
            thigh: self.thigh,
            mount,
            thigh_mount: self.thigh_mount,
            strap: StrapChoice {
                misalignment: self.misalignment,
                skin: self.skin,
                turned_deg,
                slipping: match (worn, self.misalignment) {
                    (Worn::AsSaid | Worn::Unsaid, Some(_)) => Slipping::Never,
                    (worn, _) => worn.slipping(),
                },
            },
            already_s: if self.standing_s > 0.0 { 0.0 } else { ALREADY_S },
            length_s: self.length_s(),
        }))
    }

    fn scenario_acts(
        &self,
        body: &Body,
        scenario: &'static Scenario,
        speed_mps: Option<f64>,
        seconds: Option<f64>,
    ) -> Acts {
        let seconds = seconds.unwrap_or(scenario.seconds);
        let (lead, tail) = (self.lead_s(), self.tail_s(scenario));
        // Without standing the acts go on before the capture begins and after it ends.
        let content = if self.standing_s > 0.0 { seconds - lead - tail } else { seconds + ALREADY_S + 30.0 };
        let stand =
            |seconds: f64| (seconds > 0.0).then_some(Act { kind: ActKind::Stand { brake_s: None }, seconds });
        let acts = (scenario.acts)(Brief {
            body,
            speed_mps: speed_mps.or(scenario.speed.default_mps()).unwrap_or(0.0),
            seconds: content,
            chance: Chance::new(self.seed ^ 0xac75, Concern::Script),
        });
        Box::new(stand(lead).into_iter().chain(acts).chain(stand(tail)))
    }

    /// The walker with its link as a source of packets.
    ///
    /// # Errors
    /// [`SetupError`], as from [`Self::check`].
    pub fn live(&self) -> Result<Live, SetupError> {
        Live::new(self)
    }

    /// Plays it all into memory: what the receiver of the link records, and the labels. What is
    /// sent again is left out: a recorder knows packets by their number.
    ///
    /// # Errors
    /// [`SetupError`], as from [`Self::check`].
    pub fn record(&self) -> Result<Recording, SetupError> {
        let mut live = self.live()?;
        let steps = live.by_ref().filter(|p| !p.again).flat_map(|p| p.steps).collect();
        Ok(Recording { meta: self.meta(), steps, truth: live.truth() })
    }

    /// What the labels say where they come from.
    pub fn source(&self) -> String {
        let what = match &self.play {
            Play::Scenario { scenario, .. } => scenario.id.to_owned(),
            Play::Script(script) => format!("script {}", script.title),
        };
        format!("retrogait simulate, {what}, seed {}", self.seed)
    }
}

/// A whole capture in memory.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What it says about itself.
    pub meta: CaptureMeta,
    /// Its samples with the knee's true flexion.
    pub steps: Vec<Step>,
    /// Its labels.
    pub truth: Truth,
}

/// The mount turned by half a turn about the front: up is down and right is left.
fn upside_down(mount: Mount) -> Mount {
    let turn = |axis: BodyAxis| match axis {
        BodyAxis::Up => BodyAxis::Down,
        BodyAxis::Down => BodyAxis::Up,
        BodyAxis::Left => BodyAxis::Right,
        BodyAxis::Right => BodyAxis::Left,
        other => other,
    };
    Mount::new(mount.axes().map(turn)).unwrap_or(mount)
}

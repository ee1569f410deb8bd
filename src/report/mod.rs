//! Pages about a session and about weeks of them.
//!
//! A page is one file of HTML: no script, nothing from a network, pictures as SVG, made to be printed. Words
//! come first, then marks, then numbers. [`Material`] is all that a page is made of; [`html`], [`json`] and
//! [`csv()`] show it.

pub mod average;
pub mod definitions;
pub mod energy;
pub mod svg;
pub mod track;
pub mod trend;
pub mod verdict;

mod charts;
mod json;
mod missing;
mod page;
mod strip;
mod tables;
mod trend_page;

use std::str::FromStr;

use jiff::Zoned;

use self::track::Track;
use crate::capture::CaptureMeta;
use crate::person::Person;
use crate::session::Session;
use crate::store::people::Prescribed;

pub use self::json::json;
pub use self::page::html;
pub use self::tables::csv;
pub use self::trend_page::html as trend_html;

/// In what a person reads speeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SpeedUnit {
    /// Kilometres an hour.
    #[default]
    Kmh,
    /// Miles an hour.
    Mph,
}

impl FromStr for SpeedUnit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "kmh" | "km/h" => Ok(Self::Kmh),
            "mph" => Ok(Self::Mph),
            _ => Err("a speed is told in kmh or mph"),
        }
    }
}

/// All that a report is made of.
#[derive(Clone, Debug, Default)]
pub struct Material {
    /// Whose; `None` for a capture of somebody who is not kept.
    pub who: Option<String>,
    /// Number of the kept session.
    pub id: Option<i64>,
    /// When it began.
    pub started: Option<Zoned>,
    /// Name of the capture.
    pub capture: String,
    /// What measured it.
    pub sensor: Option<String>,
    /// What the capture says of itself, filled up with what is known of the person.
    pub meta: CaptureMeta,
    /// What is known of the person.
    pub person: Person,
    /// What is prescribed.
    pub prescribed: Prescribed,
    /// Body mass, kg.
    pub mass_kg: Option<f64>,
    /// Kept sessions of this person that came before.
    pub sessions_before: u32,
    /// The session.
    pub session: Session,
    /// Its series; empty where there is no capture to take it from.
    pub track: Track,
    /// Why there is none.
    pub no_track: Option<String>,
    /// Whether it was ended properly.
    pub finished: bool,
    /// The program that measured it.
    pub program: String,
    /// The version of each algorithm that did.
    pub algorithms: serde_json::Value,
    /// Units of speed.
    pub units: SpeedUnit,
}

impl Material {
    /// The bend of the knee that is asked for, deg: by the plan that was followed, else by the person's file.
    pub fn knee_target_deg(&self) -> Option<f64> {
        self.session.plan.as_ref().and_then(|p| p.knee_deg).or(self.person.knee.target_deg)
    }
}

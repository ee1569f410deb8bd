//! Scripts: scenarios one after the other, as a TOML file.
//!
//! ```toml
//! title = "first session"
//!
//! [[segment]]
//! scenario = "bw_normal_coached"
//! duration = "60s"
//! speed = "2mph"
//!
//! [[segment]]
//! scenario = "stop_planned"
//! duration = "30s"
//! ```
//!
//! One segment goes over into the next as people do it: in stride where the way of walking is the
//! same kind, over a short stand where it is not, and from the floor by getting up.

use std::collections::VecDeque;

use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::act::Acts;
use super::act::{Act, ActKind};
use super::body::Body;
use super::random::{Chance, Concern};
use super::repertoire::Brief;
use super::scenario::Scenario;
use super::units;

/// A script.
#[derive(Clone, Debug)]
pub struct Script {
    /// What it is called.
    pub title: String,
    /// What is played.
    pub segments: Vec<Segment>,
}

/// One segment.
#[derive(Clone, Debug)]
pub struct Segment {
    /// What is played.
    pub scenario: &'static Scenario,
    /// For how long, s.
    pub seconds: f64,
    /// At which speed, m/s; the scenario's default when not said.
    pub speed_mps: Option<f64>,
    /// Line and column in the file, from 1.
    pub place: (usize, usize),
}

/// What is wrong with a script, and where: line and column count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{line}:{column}: {what}")]
pub struct ScriptError {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
    /// What and what to do.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    segment: Vec<FileSegment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSegment {
    scenario: Spanned<String>,
    duration: Spanned<String>,
    #[serde(default)]
    speed: Option<Spanned<String>>,
    /// How often it is played in a row with what follows it: see `repeat`.
    #[serde(default)]
    repeat: Option<Spanned<u32>>,
}

/// Shortest segment, s.
const SHORTEST_S: f64 = 5.0;
/// Most segments that a script may come to.
const MOST_SEGMENTS: usize = 10_000;

impl Script {
    /// Reads a script; `name` is what it is called when it does not say.
    ///
    /// # Errors
    /// [`ScriptError`] with the place and what to do.
    pub fn parse(text: &str, name: &str) -> Result<Self, ScriptError> {
        let at = |offset: usize, what: String| {
            let (line, column) = place(text, offset);
            ScriptError { line, column, what }
        };
        let file: File = toml::from_str(text)
            .map_err(|e| at(e.span().map_or(0, |s| s.start), e.message().replace('\n', " ")))?;
        let mut segments = Vec::new();
        for raw in &file.segment {
            let id = raw.scenario.get_ref();
            let scenario =
                Scenario::named(id).ok_or_else(|| at(raw.scenario.span().start, unknown_scenario(id)))?;
            let seconds = units::seconds(raw.duration.get_ref())
                .map_err(|e| at(raw.duration.span().start, e.to_string()))?;
            if seconds < SHORTEST_S {
                return Err(at(
                    raw.duration.span().start,
                    format!("a segment of {seconds} s is too short: give it at least {SHORTEST_S} s"),
                ));
            }
            let speed_mps = match &raw.speed {
                Some(speed) => Some(
                    units::speed_mps(speed.get_ref()).map_err(|e| at(speed.span().start, e.to_string()))?,
                ),
                None => None,
            };
            let times = raw.repeat.as_ref().map_or(1, |r| *r.get_ref());
            if times == 0 || segments.len() + times as usize > MOST_SEGMENTS {
                let start = raw.repeat.as_ref().map_or(0, |r| r.span().start);
                return Err(at(start, format!("repeat = {times}: choose from 1 to {MOST_SEGMENTS} in all")));
            }
            let place = place(text, raw.scenario.span().start);
            for _ in 0..times {
                segments.push(Segment { scenario, seconds, speed_mps, place });
            }
        }
        if segments.is_empty() {
            return Err(at(0, "no [[segment]]: add at least one".to_owned()));
        }
        Ok(Self { title: file.title.unwrap_or_else(|| name.to_owned()), segments })
    }

    /// Its acts, with standing before and after.
    pub(crate) fn acts(&self, body: &Body, standing_s: f64, seed: u64) -> Acts {
        let body = *body;
        let stand = Act { kind: ActKind::Stand { brake_s: None }, seconds: standing_s };
        let segments = self.segments.clone();
        let play = move |i: usize, s: &Segment| {
            (s.scenario.acts)(Brief {
                body: &body,
                speed_mps: s.speed_mps.or(s.scenario.speed.default_mps()).unwrap_or(0.0),
                seconds: s.seconds,
                chance: Chance::new(seed ^ (i as u64 + 1).wrapping_mul(0x9e37), Concern::Script),
            })
        };
        let played = (0..segments.len()).flat_map(move |i| {
            let acts = play(i, &segments[i]);
            let next = segments.get(i + 1).and_then(|s| play(i + 1, s).next());
            without_stop_before(acts, next)
        });
        let lead = (standing_s > 0.0).then(|| stand.clone());
        let tail = (standing_s > 0.0).then_some(stand);
        Box::new(lead.into_iter().chain(played).chain(tail))
    }
}

/// The acts of a segment, without the stand at its very end where the next segment goes on walking
/// in the same way: the walk before it then lasts that much longer.
fn without_stop_before(acts: Acts, next: Option<Act>) -> Acts {
    let Some(Act { kind: ActKind::Walk(next), .. }) = next else {
        return acts;
    };
    let mut acts = acts;
    // The last two acts seen, which may be the segment's last.
    let mut held: VecDeque<Act> = VecDeque::new();
    Box::new(std::iter::from_fn(move || {
        while held.len() < 3 {
            let Some(act) = acts.next() else { break };
            held.push_back(act);
        }
        if held.len() == 2
            && let ActKind::Stand { brake_s: None } = held[1].kind
            && let ActKind::Walk(walk) = &held[0].kind
            && walk.goes_on_as(&next)
        {
            let stop = held.pop_back()?;
            held[0].seconds += stop.seconds;
        }
        held.pop_front()
    }))
}

/// What to say of a scenario that does not exist.
pub fn unknown_scenario(id: &str) -> String {
    let near = Scenario::near(id);
    if near.is_empty() {
        format!("there is no scenario `{id}`; `retrogait simulate --list` shows all")
    } else {
        format!("there is no scenario `{id}`; did you mean {}?", near.join(", "))
    }
}

/// Line and column of a byte, from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = 1 + before.split(|b| *b == b'\n').skip(1).count();
    let column = 1 + before.iter().rev().take_while(|b| **b != b'\n').count();
    (line, column)
}

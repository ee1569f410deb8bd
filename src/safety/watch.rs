//! What was watched for how long, and what was not and why: silence must not be read as safety.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::need::Need;
use super::rule::{RULES, Rule};
use super::tuning::Tuning;
use crate::record::to_milli;
use crate::signal::grid::CELL_S;

/// Needs that come and go with the samples; the first of [`Need`].
const CHANGING: usize = 10;

/// Counts the cells by what was lacking in them.
#[derive(Clone, Debug)]
pub struct Account {
    cells: Box<[u32; 1 << CHANGING]>,
}

impl Default for Account {
    fn default() -> Self {
        Self { cells: Box::new([0; 1 << CHANGING]) }
    }
}

impl Account {
    /// One cell, in which these needs were met.
    pub fn cell(&mut self, met: u32) {
        let slot = &mut self.cells[met as usize & ((1 << CHANGING) - 1)];
        *slot = slot.saturating_add(1);
    }

    /// `seconds` without samples, in which these needs were met.
    pub fn gap(&mut self, met: u32, seconds: f64) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        let cells = libm::round(seconds / CELL_S) as u32;
        let slot = &mut self.cells[met as usize & ((1 << CHANGING) - 1)];
        *slot = slot.saturating_add(cells);
    }

    /// How it came out for a rule, when the lasting needs in `lasting` are met.
    pub fn of(&self, rule: Rule, on: bool, lasting: u32) -> Watched {
        let mut out = Watched { on, ..Watched::default() };
        let needs = rule.info().needs;
        let mask = needs.iter().fold(0, |set, n| set | n.bit());
        let walking = mask & Need::Walking.bit();
        let mut lacks = [0_u64; Need::ALL.len()];
        let (mut watched, mut due) = (0_u64, 0_u64);
        for (met, cells) in self.cells.iter().enumerate().filter(|(_, c)| **c > 0) {
            #[expect(clippy::cast_possible_truncation, reason = "ten bits")]
            let met = met as u32 | lasting;
            if walking & !met != 0 {
                continue;
            }
            due += u64::from(*cells);
            match Need::ALL.iter().position(|n| mask & n.bit() & !met != 0) {
                None => watched += u64::from(*cells),
                Some(k) => lacks[k] += u64::from(*cells),
            }
        }
        out.due_s = due as f64 * CELL_S;
        out.watched_s = watched as f64 * CELL_S;
        let most = lacks.iter().enumerate().max_by_key(|(k, cells)| (**cells, usize::MAX - k));
        if let Some((k, cells)) = most.filter(|(_, cells)| **cells > 0) {
            out.lacked = Some((Need::ALL[k], *cells as f64 * CELL_S));
        }
        // What is always lacking is said also when nobody walked.
        let never = Need::ALL.into_iter().find(|n| {
            matches!(n, Need::Heel | Need::Belt | Need::Plan | Need::BothLegs)
                && mask & n.bit() & !lasting != 0
        });
        if let Some(need) = never {
            out.lacked = Some((need, out.due_s));
        }
        out
    }
}

/// How one rule was watched.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Watched {
    /// Whether it was on.
    pub on: bool,
    /// Time in which there was something to watch, s.
    pub due_s: f64,
    /// Time in which it was watched, s.
    pub watched_s: f64,
    /// What was lacking the longest, and for how long, s.
    pub lacked: Option<(Need, f64)>,
    /// Alerts.
    pub alerts: u32,
}

impl Watched {
    /// Why it was not watched, and for how long, s; `None` when it was watched throughout.
    pub fn not_watched(&self) -> Option<(&'static str, f64)> {
        if !self.on {
            return Some(("it is turned off", self.due_s));
        }
        let lacking_s = self.due_s - self.watched_s;
        self.lacked
            .map(|(need, _)| (need.lacking(), lacking_s))
            .filter(|(_, s)| *s > 0.0 || self.due_s == 0.0)
    }
}

/// What became of all rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SafetySummary {
    /// Each rule, in the order of the table.
    pub rules: [Watched; RULES],
    /// The limits that were in force.
    pub tuning: Tuning,
}

impl Default for SafetySummary {
    fn default() -> Self {
        Self { rules: [Watched::default(); RULES], tuning: Tuning::default() }
    }
}

impl SafetySummary {
    /// Each rule and how it was watched.
    pub fn each(&self) -> impl Iterator<Item = (Rule, &Watched)> {
        Rule::ALL.into_iter().zip(&self.rules)
    }
}

#[derive(Serialize)]
struct NotWatched {
    rule: Rule,
    reason: &'static str,
    for_s: f64,
    of_s: f64,
}

#[derive(Serialize)]
struct Count {
    rule: Rule,
    alerts: u32,
    watched_s: f64,
}

#[derive(Serialize)]
struct Changed {
    rule: Rule,
    key: &'static str,
    value: f64,
    default: f64,
}

impl Serialize for SafetySummary {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let watched: Vec<_> = self
            .each()
            .filter(|(_, w)| w.on && (w.watched_s > 0.0 || w.alerts > 0))
            .map(|(rule, w)| Count { rule, alerts: w.alerts, watched_s: to_milli(w.watched_s) })
            .collect();
        let not: Vec<_> = self
            .each()
            .filter_map(|(rule, w)| {
                let (reason, seconds) = w.not_watched()?;
                Some(NotWatched { rule, reason, for_s: to_milli(seconds), of_s: to_milli(w.due_s) })
            })
            .collect();
        let changed: Vec<_> = self
            .tuning
            .changed()
            .map(|(rule, limit)| match limit {
                None => Changed { rule, key: "enabled", value: 0.0, default: 1.0 },
                Some((key, value, default)) => Changed { rule, key, value, default },
            })
            .collect();
        let mut out = s.serialize_struct("SafetySummary", 3)?;
        out.serialize_field("watched", &watched)?;
        out.serialize_field("not_watched", &not)?;
        out.serialize_field("changed", &changed)?;
        out.end()
    }
}

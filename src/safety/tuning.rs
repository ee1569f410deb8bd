//! The limits in force: the table's defaults, and what a configuration file changes.
//!
//! ```toml
//! [rules.fall]
//! inclination_deg = 60
//!
//! [rules.speed_ceiling]
//! enabled = false
//!
//! [plan]
//! direction = "backward"
//! ```

use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::rule::{ENDS, MOST_LIMITS, REFRACTORY, RULES, Rule};
use super::table::TABLE;
use crate::record::Direction;
use crate::settings_file::Fault;

/// The limits in force.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    on: [bool; RULES],
    values: [[f64; MOST_LIMITS]; RULES],
    /// The direction that was planned.
    pub planned: Option<Direction>,
}

impl Default for Tuning {
    fn default() -> Self {
        let mut values = [[0.0; MOST_LIMITS]; RULES];
        for (row, info) in values.iter_mut().zip(&TABLE) {
            for (value, limit) in row.iter_mut().zip(info.limits) {
                *value = limit.default;
            }
        }
        Self { on: [true; RULES], values, planned: None }
    }
}

/// What is wrong with a configuration, and where: line and column count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name}:{line}:{column}: {what}")]
pub struct TuningError {
    /// The file.
    pub name: String,
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
    /// What, and what to do.
    pub what: String,
}

/// Sections of a configuration file that are not about safety; whoever needs them reads them.
pub const OTHER_SECTIONS: [&str; 4] = ["live", "screen", "page", "stop"];

/// Where something is in the file, and what is wrong with it.
type Wrong = (usize, String);

impl Tuning {
    /// Limit number `place` of a rule.
    pub fn get(&self, rule: Rule, place: usize) -> f64 {
        self.values[rule as usize][place]
    }

    /// Whether a rule is on.
    pub fn is_on(&self, rule: Rule) -> bool {
        self.on[rule as usize]
    }

    /// Turns a rule on or off.
    pub fn turn(&mut self, rule: Rule, on: bool) {
        self.on[rule as usize] = on;
    }

    /// Sets a limit by its key; false when the rule has no such limit or the value is out of its range.
    pub fn set(&mut self, rule: Rule, key: &str, value: f64) -> bool {
        let limits = rule.info().limits;
        let Some(place) = limits.iter().position(|l| l.key == key) else { return false };
        let (least, most) = limits[place].range;
        if !(least..=most).contains(&value) {
            return false;
        }
        self.values[rule as usize][place] = value;
        true
    }

    /// A rule's refractory time and the time after which it ends, s.
    pub fn times(&self, rule: Rule) -> (f64, f64) {
        (self.get(rule, REFRACTORY), self.get(rule, ENDS))
    }

    /// Rules that are off, and limits that are not the defaults: rule, key, value, default.
    pub fn changed(&self) -> impl Iterator<Item = (Rule, Option<(&'static str, f64, f64)>)> + '_ {
        let off = Rule::ALL.into_iter().filter(|r| !self.is_on(*r)).map(|r| (r, None));
        let limits = Rule::ALL.into_iter().flat_map(move |rule| {
            rule.info().limits.iter().enumerate().filter_map(move |(place, limit)| {
                let value = self.get(rule, place);
                (value != limit.default).then_some((rule, Some((limit.key, value, limit.default))))
            })
        });
        off.chain(limits)
    }

    /// Reads a configuration file; `name` is what errors call it.
    ///
    /// # Errors
    /// [`TuningError`] with the place, what is wrong, and the nearest thing that would be right.
    pub fn parse(text: &str, name: &str) -> Result<Self, TuningError> {
        Self::read(text).map_err(|(offset, what)| {
            let Fault { line, column, what } = Fault::at(text, offset, what);
            TuningError { name: name.to_owned(), line, column, what }
        })
    }

    fn read(text: &str) -> Result<Self, Wrong> {
        let file = DeTable::parse(text)
            .map_err(|e| (e.span().map_or(0, |s| s.start), e.message().replace('\n', " ")))?;
        let mut tuning = Self::default();
        for (key, value) in file.get_ref() {
            match key.get_ref().as_ref() {
                "rules" => {
                    for (name, body) in table(value, "rules")? {
                        let Some(rule) = Rule::named(name.get_ref()) else {
                            let names = TABLE.iter().map(|i| i.name);
                            return Err(unknown("rule", name.get_ref(), name.span().start, names));
                        };
                        tuning.read_rule(rule, body)?;
                    }
                }
                "plan" => {
                    for (name, value) in table(value, "plan")? {
                        if name.get_ref() != "direction" {
                            let start = name.span().start;
                            return Err(unknown("key", name.get_ref(), start, ["direction"].into_iter()));
                        }
                        tuning.planned = Some(direction(value)?);
                    }
                }
                other if OTHER_SECTIONS.contains(&other) => {}
                other => {
                    let start = key.span().start;
                    let known = ["rules", "plan"].into_iter().chain(OTHER_SECTIONS);
                    return Err(unknown("section", other, start, known));
                }
            }
        }
        Ok(tuning)
    }

    fn read_rule(&mut self, rule: Rule, body: &Spanned<DeValue<'_>>) -> Result<(), Wrong> {
        let limits = rule.info().limits;
        for (key, value) in table(body, rule.word())? {
            let at = value.span().start;
            let name: &str = key.get_ref();
            if name == "enabled" {
                let DeValue::Boolean(on) = value.get_ref() else {
                    return Err((at, "enabled is true or false".to_owned()));
                };
                self.turn(rule, *on);
                continue;
            }
            let Some(limit) = limits.iter().find(|l| l.key == name) else {
                let keys = limits.iter().map(|l| l.key).chain(["enabled"]);
                return Err(unknown("key", name, key.span().start, keys));
            };
            let number = match value.get_ref() {
                DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok().map(|i| i as f64),
                DeValue::Float(f) => f.as_str().parse().ok(),
                _ => None,
            };
            let (least, most) = limit.range;
            let space = if limit.unit.is_empty() { "" } else { " " };
            if !number.is_some_and(|v| self.set(rule, limit.key, v)) {
                let unit = limit.unit;
                return Err((at, format!("{name} is a number from {least} to {most}{space}{unit}")));
            }
        }
        Ok(())
    }
}

fn table<'a, 'b>(value: &'a Spanned<DeValue<'b>>, name: &str) -> Result<&'a DeTable<'b>, Wrong> {
    match value.get_ref() {
        DeValue::Table(table) => Ok(table),
        _ => Err((value.span().start, format!("{name} is a section: write [{name}] above its keys"))),
    }
}

fn direction(value: &Spanned<DeValue<'_>>) -> Result<Direction, Wrong> {
    match value.get_ref().as_str() {
        Some("backward") => Ok(Direction::Backward),
        Some("forward") => Ok(Direction::Forward),
        _ => Err((value.span().start, "direction is \"backward\" or \"forward\"".to_owned())),
    }
}

fn unknown<'a>(what: &str, name: &str, at: usize, known: impl Iterator<Item = &'a str>) -> Wrong {
    let nearest = known.min_by_key(|k| strsim::damerau_levenshtein(name, k)).unwrap_or_default();
    (at, format!("there is no {what} `{name}`; the nearest is `{nearest}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_changed_and_rules_turned_off() {
        let tuning = Tuning::parse(
            "[rules.fall]\ninclination_deg = 60\nimpact_g = 2.5\n[rules.slip]\nenabled = false\n[plan]\ndirection = \"backward\"\n",
            "mine.toml",
        )
        .unwrap();
        assert!(!tuning.is_on(Rule::Slip) && tuning.is_on(Rule::Fall));
        assert_eq!(tuning.get(Rule::Fall, 2), 60.0);
        assert_eq!(tuning.planned, Some(Direction::Backward));
        let changed: Vec<_> = tuning.changed().collect();
        assert_eq!(
            changed,
            [
                (Rule::Slip, None),
                (Rule::Fall, Some(("inclination_deg", 60.0, 50.0))),
                (Rule::Fall, Some(("impact_g", 2.5, 2.0))),
            ]
        );
        assert_eq!(Tuning::parse("", "x").unwrap().changed().count(), 0);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place_and_what_would_be_right() {
        for (text, want) in [
            ("[rules.fal]\n", "1:8: there is no rule `fal`; the nearest is `fall`"),
            (
                "[rules.fall]\ninclination = 60\n",
                "2:1: there is no key `inclination`; the nearest is `inclination_deg`",
            ),
            (
                "[rules.fall]\n  inclination_deg = 600\n",
                "2:21: inclination_deg is a number from 30 to 85 deg",
            ),
            ("[rules.fall]\nimpact_g = \"three\"\n", "2:12: impact_g is a number from 1.2 to 12"),
            ("[rules.fall]\nenabled = 1\n", "2:11: enabled is true or false"),
            ("[rule.fall]\n", "1:2: there is no section `rule`; the nearest is `rules`"),
            ("[plan]\ndirection = \"sideways\"\n", "direction is \"backward\" or \"forward\""),
            (
                "[plan]\ndirecton = \"backward\"\n",
                "2:1: there is no key `directon`; the nearest is `direction`",
            ),
            ("rules = 3\n", "rules is a section"),
            ("[rules.fall\n", "my.toml:1:"),
        ] {
            let told = Tuning::parse(text, "my.toml").unwrap_err().to_string();
            assert!(told.contains(want), "{told}");
        }
    }
}

//! Requirements: `toe_contact.f1>=0.98`, `insole_reversed/|toe_contact.bias_ms|<=15`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::figures;
use super::run::Group;
use crate::truth::Evidence;

/// A figure that has to be reached.
///
/// Without a scope it must be reached by each kind of evidence that has it: there is no figure
/// over several kinds.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    text: String,
    scope: Option<String>,
    name: String,
    size: bool,
    sign: Sign,
    limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Sign {
    AtLeast,
    AtMost,
    Above,
    Below,
}

/// Why a requirement was not understood.
#[derive(Clone, Debug, PartialEq, Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
pub enum RequireError {
    #[error("write NAME>=NUMBER (or <=, >, <), for example toe_contact.f1>=0.98")]
    Shape,
    #[error("`{0}` is no number")]
    Number(String),
    #[error("there is no figure `{name}`{}", nearest(.near))]
    Name { name: String, near: Vec<String> },
    #[error("there is no folder and no kind of evidence `{scope}` here: {}", .there.join(", "))]
    Scope { scope: String, there: Vec<String> },
}

/// How one group stands to a requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The requirement as it was written.
    pub requirement: String,
    /// The group, with its kind of evidence.
    pub group: String,
    /// What was reached; `None` when it was not measured.
    pub reached: Option<f64>,
    /// Whether that is enough.
    pub met: bool,
    limit: f64,
}

impl Requirement {
    /// Compares our own figures with it. `folders` and `kinds` are the groups of the report.
    ///
    /// # Errors
    /// When its scope names no group.
    pub fn check(
        &self,
        folders: &[Group],
        kinds: &[Group],
        detector: usize,
    ) -> Result<Vec<Answer>, RequireError> {
        let groups: Vec<&Group> = match &self.scope {
            None => kinds.iter().collect(),
            Some(scope) => {
                let found: Vec<_> = folders.iter().chain(kinds).filter(|g| g.answers_to(scope)).collect();
                if found.is_empty() {
                    let mut there: Vec<_> = folders.iter().filter_map(|g| g.folder.clone()).collect();
                    there.extend(kinds.iter().map(|g| kind_word(g.kind).to_owned()));
                    there.dedup();
                    let scope = scope.clone();
                    return Err(RequireError::Scope { scope, there });
                }
                found
            }
        };
        let reached = |g: &Group| figures::figure(g.figures.get(detector)?, &self.name);
        // A kind of evidence without such labels says nothing for or against.
        let measured: Vec<_> =
            groups.iter().filter(|g| self.scope.is_some() || reached(g).is_some()).collect();
        if measured.is_empty() {
            return Ok(vec![self.answer("all".to_owned(), None)]);
        }
        Ok(measured.into_iter().map(|g| self.answer(g.title(), reached(g))).collect())
    }

    fn answer(&self, group: String, reached: Option<f64>) -> Answer {
        let met = reached.is_some_and(|value| {
            let value = if self.size { value.abs() } else { value };
            match self.sign {
                Sign::AtLeast => value >= self.limit,
                Sign::AtMost => value <= self.limit,
                Sign::Above => value > self.limit,
                Sign::Below => value < self.limit,
            }
        });
        Answer { requirement: self.text.clone(), group, reached, met, limit: self.limit }
    }
}

impl Group {
    /// `insole_reversed [reversed]`, or `reversed`.
    pub fn title(&self) -> String {
        match &self.folder {
            Some(folder) => format!("{folder} [{}]", kind_word(self.kind)),
            None => kind_word(self.kind).to_owned(),
        }
    }

    fn answers_to(&self, scope: &str) -> bool {
        match &self.folder {
            Some(folder) => folder == scope,
            None => kind_word(self.kind) == scope,
        }
    }
}

/// The word that files use for a kind of evidence.
pub const fn kind_word(kind: Evidence) -> &'static str {
    match kind {
        Evidence::Real => "real",
        Evidence::Reversed => "reversed",
        Evidence::Virtual => "virtual",
        Evidence::Physics => "physics",
        Evidence::Simulated => "simulated",
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.met { "met" } else { "not met" };
        write!(f, "{state}: {} in {}", self.requirement, self.group)?;
        match self.reached {
            None => f.write_str(": not measured"),
            Some(value) if self.met => write!(f, ": {}", short(value)),
            Some(value) => {
                let off = (value.abs() - self.limit.abs()).abs();
                write!(f, ": {}, off by {}", short(value), short(off))
            }
        }
    }
}

/// Four significant digits, at most.
fn short(value: f64) -> String {
    let size = value.abs();
    let decimals = if size >= 1000.0 {
        0
    } else if size >= 10.0 {
        1
    } else {
        4
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn nearest(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    let quoted: Vec<_> = near.iter().map(|n| format!("`{n}`")).collect();
    format!("; did you mean {}?", quoted.join(" or "))
}

impl FromStr for Requirement {
    type Err = RequireError;

    fn from_str(text: &str) -> Result<Self, RequireError> {
        let (left, sign, right) =
            [(">=", Sign::AtLeast), ("<=", Sign::AtMost), (">", Sign::Above), ("<", Sign::Below)]
                .into_iter()
                .find_map(|(s, sign)| text.split_once(s).map(|(l, r)| (l, sign, r)))
                .ok_or(RequireError::Shape)?;
        let (left, right) = (left.trim(), right.trim());
        // A folder may have slashes of its own, a figure has none.
        let (scope, name) = match left.rsplit_once('/') {
            Some((scope, name)) => (Some(scope.trim().to_owned()), name.trim()),
            None => (None, left),
        };
        let inside = name.strip_prefix('|').and_then(|n| n.strip_suffix('|'));
        let (size, name) = inside.map_or((false, name), |inside| (true, inside.trim()));
        let known = figures::names();
        if !known.iter().any(|n| n == name) {
            return Err(RequireError::Name { name: name.to_owned(), near: near(name, known) });
        }
        let (number, factor) = match right.strip_suffix('%') {
            Some(number) => (number.trim(), 0.01),
            None => (right, 1.0),
        };
        let limit: f64 = number
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite())
            .ok_or_else(|| RequireError::Number(right.to_owned()))?;
        Ok(Self { text: text.to_owned(), scope, name: name.to_owned(), size, sign, limit: limit * factor })
    }
}

fn near(name: &str, known: Vec<String>) -> Vec<String> {
    let mut scored: Vec<_> = known
        .into_iter()
        .map(|k| (strsim::normalized_damerau_levenshtein(name, &k), k))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.into_iter().take(3).map(|(_, k)| k).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::pool::{EventFigures, Figures};
    use crate::record::EventKind;

    fn group(folder: Option<&str>, kind: Evidence, f1: f64) -> Group {
        Group {
            folder: folder.map(str::to_owned),
            kind,
            captures: vec![0],
            figures: vec![Figures {
                events: vec![(
                    EventKind::ToeContact,
                    EventFigures { f1: Some(f1), bias_ms: Some(-20.0), ..EventFigures::default() },
                )],
                ..Figures::default()
            }],
        }
    }

    fn check(text: &str) -> Vec<String> {
        let folders = [group(Some("a"), Evidence::Real, 0.99), group(Some("b"), Evidence::Virtual, 0.9)];
        let kinds = [group(None, Evidence::Real, 0.99), group(None, Evidence::Virtual, 0.9)];
        let requirement: Requirement = text.parse().unwrap();
        requirement.check(&folders, &kinds, 0).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn without_a_scope_each_kind_of_evidence_has_to_reach_it() {
        assert_eq!(
            check("toe_contact.f1>=0.98"),
            [
                "met: toe_contact.f1>=0.98 in real: 0.99",
                "not met: toe_contact.f1>=0.98 in virtual: 0.9, off by 0.08"
            ]
        );
    }

    #[test]
    fn a_scope_is_a_folder_or_a_kind() {
        assert_eq!(check("a/toe_contact.f1 >= 98 %"), ["met: a/toe_contact.f1 >= 98 % in a [real]: 0.99"]);
        assert_eq!(
            check("virtual/toe_contact.f1>0.95"),
            ["not met: virtual/toe_contact.f1>0.95 in virtual: 0.9, off by 0.05"]
        );
    }

    #[test]
    fn bars_take_the_size() {
        assert_eq!(
            check("a/|toe_contact.bias_ms|<=15"),
            ["not met: a/|toe_contact.bias_ms|<=15 in a [real]: -20, off by 5"]
        );
        assert!(check("a/toe_contact.bias_ms<=15")[0].starts_with("met"));
    }

    #[test]
    fn what_was_not_measured_is_not_met() {
        assert_eq!(check("knee.rmse_deg<=4.5"), ["not met: knee.rmse_deg<=4.5 in all: not measured"]);
    }

    #[test]
    fn wrong_requirements_say_what_is_right() {
        for (text, want) in [
            ("toe_contact.f1", "write NAME>=NUMBER (or <=, >, <), for example toe_contact.f1>=0.98"),
            ("toe_contct.f1>=0.9", "there is no figure `toe_contct.f1`; did you mean `toe_contact.f1`?"),
            ("toe_contact.f1>=high", "`high` is no number"),
        ] {
            let error = text.parse::<Requirement>().unwrap_err().to_string();
            assert!(error.starts_with(want.trim_end_matches('?')), "{error}");
        }
    }
}

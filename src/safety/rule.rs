//! What a rule is: its name, how loud it is, what it needs, and its limits. The rules themselves are the rows
//! of [`super::table`].

use serde::{Serialize, Serializer};

use super::need::Need;
use super::table::TABLE;
use crate::record::AlertLevel;

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "`RuleInfo::what` says what each is")]
pub enum Rule {
    StumbleUnrecovered,
    Fall,
    KneeGivingWay,
    SuddenStop,
    SensorLost,
    RepeatedStumbles,
    Stumble,
    Slip,
    Variability,
    Shuffling,
    Festination,
    BeltDrift,
    Asymmetry,
    KneeDeficit,
    WrongDirection,
    SpeedCeiling,
    FlatLanding,
    HeelUp,
    KneeBent,
    FootDrag,
}

/// How many rules there are.
pub const RULES: usize = 20;
/// Most limits that one rule has.
pub const MOST_LIMITS: usize = 16;

impl Rule {
    /// All, in the order of the table.
    pub const ALL: [Self; RULES] = [
        Self::StumbleUnrecovered,
        Self::Fall,
        Self::KneeGivingWay,
        Self::SuddenStop,
        Self::SensorLost,
        Self::RepeatedStumbles,
        Self::Stumble,
        Self::Slip,
        Self::Variability,
        Self::Shuffling,
        Self::Festination,
        Self::BeltDrift,
        Self::Asymmetry,
        Self::KneeDeficit,
        Self::WrongDirection,
        Self::SpeedCeiling,
        Self::FlatLanding,
        Self::HeelUp,
        Self::KneeBent,
        Self::FootDrag,
    ];

    /// Its row in the table.
    pub fn info(self) -> &'static RuleInfo {
        &TABLE[self as usize]
    }

    /// The word that files use.
    pub fn word(self) -> &'static str {
        self.info().name
    }

    /// The rule of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == name)
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.word())
    }
}

/// One limit of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limit {
    /// Its key in the configuration, ending in its unit.
    pub key: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Default.
    pub default: f64,
    /// Least and most that make sense.
    pub range: (f64, f64),
    /// Where it comes from.
    pub source: &'static str,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RuleInfo {
    /// The rule.
    #[serde(skip)]
    pub rule: Rule,
    /// Its name.
    pub name: &'static str,
    /// How loud it is.
    pub level: AlertLevel,
    /// What it watches for.
    pub what: &'static str,
    /// The physical reason why that shows.
    pub why: &'static str,
    /// What the person is told.
    pub message: &'static str,
    /// What it cannot do without.
    pub needs: &'static [Need],
    /// Its limits; the first two are [`REFRACTORY`] and [`ENDS`] of every rule.
    pub limits: &'static [Limit],
    /// Simulated scenarios that it must answer.
    pub scenarios: &'static [&'static str],
}

/// Place of a rule's refractory time among its limits.
pub const REFRACTORY: usize = 0;
/// Place of the time after the last evidence at which it ends.
pub const ENDS: usize = 1;

//! Measured rates of the rules: what `examples/safety_rates.rs` wrote down, of kind `simulated`.

use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::rule::Rule;

/// One rule on one scenario.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Rate {
    /// The rule.
    pub rule: String,
    /// The simulated scenario.
    pub scenario: String,
    /// Dangers in it.
    pub dangers: u32,
    /// Of them told at the rule's level.
    pub found: u32,
    /// Alert minus onset, median and 95th percentile, ms.
    pub p50_ms: f64,
    /// See above.
    pub p95_ms: f64,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} of {} told, after {:.0} ms (half of them), {:.0} ms (95 %)",
            self.scenario, self.found, self.dangers, self.p50_ms, self.p95_ms
        )
    }
}

/// Alerts about nothing.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Quiet {
    /// Simulated harmless walking, standing and so on, h.
    pub hours: f64,
    /// Alerts in it by rule.
    pub alerts: Vec<(String, u32)>,
}

#[derive(Debug, Deserialize)]
struct File {
    dangers: Vec<Rate>,
    harmless: Option<Quiet>,
}

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| {
        let read = serde_json::from_str(include_str!("rates.json"));
        debug_assert!(read.is_ok(), "{read:?}");
        read.unwrap_or(File { dangers: Vec::new(), harmless: None })
    })
}

/// What was measured of a rule.
pub fn of(rule: Rule) -> Vec<&'static Rate> {
    file().dangers.iter().filter(|r| r.rule == rule.word()).collect()
}

/// Alerts about nothing.
pub fn harmless() -> Option<&'static Quiet> {
    file().harmless.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_down_can_be_read_and_names_rules_and_scenarios() {
        for rate in &file().dangers {
            assert!(Rule::named(&rate.rule).is_some(), "{}", rate.rule);
            assert!(crate::sim::scenario::Scenario::named(&rate.scenario).is_some(), "{}", rate.scenario);
            assert!(rate.found <= rate.dangers);
        }
    }
}

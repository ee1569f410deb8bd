//! Dangers: found, missed, and alarms about nothing.

use super::observed::{AlertLevel, SeenAlert};
use crate::truth::TrueHazard;

/// How long a danger lasts when its end is not labelled, s.
const LENGTH_S: f64 = 3.0;
/// How early an alert may come, and how late after the end, s.
const WINDOW_S: (f64, f64) = (0.5, 2.0);

/// How the dangers of a capture were answered.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct HazardScore {
    /// Labelled dangers.
    pub labelled: usize,
    /// Of them found.
    pub found: usize,
    /// Alert minus onset of the found that have one, s.
    pub latency_s: Vec<f64>,
    /// Alerts about nothing, by level.
    pub false_alerts: [usize; 3],
    /// Length of the capture, s, if an alert about nothing would show in it.
    pub free_s: f64,
}

pub(super) fn score(truth: &[TrueHazard], alerts: &[SeenAlert], seconds: f64) -> HazardScore {
    let loud = |a: &SeenAlert| a.level > AlertLevel::Info;
    // A danger somewhere in the capture excuses every alert in it.
    let excused = truth.iter().any(|h| h.onset_s.is_none());
    let mut used = vec![false; alerts.len()];
    let mut score = HazardScore {
        labelled: truth.len(),
        free_s: if excused { 0.0 } else { seconds },
        ..HazardScore::default()
    };
    for hazard in truth {
        let Some(onset) = hazard.onset_s else {
            score.found += usize::from(alerts.iter().any(loud));
            continue;
        };
        let end = hazard.end_s.unwrap_or(onset + LENGTH_S);
        let window = onset - WINDOW_S.0..=end + WINDOW_S.1;
        let mut first = None;
        for (used, alert) in used.iter_mut().zip(alerts) {
            if loud(alert) && window.contains(&alert.detected_s) {
                *used = true;
                first = Some(first.unwrap_or(f64::INFINITY).min(alert.detected_s));
            }
        }
        if let Some(first) = first {
            score.found += 1;
            score.latency_s.push(first - onset);
        }
    }
    if !excused {
        for (alert, _) in alerts.iter().zip(used).filter(|(_, used)| !used) {
            score.false_alerts[alert.level as usize] += 1;
        }
    }
    score
}

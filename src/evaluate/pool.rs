//! Figures over many captures. Errors are pooled, not averaged capture by capture.

use serde::Serialize;

use super::CaptureScore;
use super::direction::DirectionScore;
use super::events::{EventScore, LABELS};
use super::observed::AlertLevel;
use super::stats::{mean, percentile, sd};
use crate::record::EventKind;

/// Figures of a set of captures.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Figures {
    /// Captures.
    pub captures: usize,
    /// Of them without any answer.
    pub failed: usize,
    /// Their length, s.
    pub seconds: f64,
    /// Events known before they happened.
    pub early: usize,
    /// Events, in the order of the kinds.
    pub events: Vec<(EventKind, EventFigures)>,
    /// Direction.
    pub direction: Option<DirectionFigures>,
    /// Landings, rows in the order of [`LABELS`].
    pub contact: Option<[[usize; 6]; 4]>,
    /// Knee series.
    pub knee: Option<KneeFigures>,
    /// Smallest stance flexion.
    pub knee_min: Option<KneeMinFigures>,
    /// Dangers.
    pub hazards: Option<HazardFigures>,
}

/// Figures of one kind of event. Shares 0 to 1, times in ms.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
#[expect(missing_docs, reason = "the names are the definition")]
pub struct EventFigures {
    /// Labels.
    pub n: usize,
    pub recall: Option<f64>,
    pub precision: Option<f64>,
    pub f1: Option<f64>,
    /// Mean of detection minus label.
    pub bias_ms: Option<f64>,
    pub sd_ms: Option<f64>,
    pub mae_ms: Option<f64>,
    /// Median absolute error.
    pub medae_ms: Option<f64>,
    /// Moment of knowing minus label.
    pub latency_p50_ms: Option<f64>,
    pub latency_p95_ms: Option<f64>,
    pub latency_max_ms: Option<f64>,
}

/// Direction: seconds, and shares of the walking.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
#[expect(missing_docs, reason = "those of `DirectionScore`")]
pub struct DirectionFigures {
    pub walk_s: f64,
    pub right_s: f64,
    pub unknown_s: f64,
    pub none_s: f64,
    pub wrong_s: f64,
    pub not_backward_s: f64,
    pub false_backward_s: f64,
    pub turning_s: f64,
    pub turning_as_walking_s: f64,
    pub right: Option<f64>,
    pub wrong: Option<f64>,
    pub unknown: Option<f64>,
    pub none: Option<f64>,
}

/// Knee series, degrees.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct KneeFigures {
    /// Captures with a labelled series.
    pub captures: usize,
    /// Share of the labelled samples that were answered.
    pub cover: Option<f64>,
    /// Root mean square error.
    pub rmse_deg: Option<f64>,
    /// Mean error.
    pub bias_deg: Option<f64>,
    /// Root mean square error with each capture's mean error taken off.
    pub rmse0_deg: Option<f64>,
}

/// Smallest stance flexion, degrees.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
#[expect(missing_docs, reason = "the names are the definition")]
pub struct KneeMinFigures {
    pub n: usize,
    pub answered: usize,
    pub bias_deg: Option<f64>,
    pub sd_deg: Option<f64>,
    pub mae_deg: Option<f64>,
}

/// Dangers.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct HazardFigures {
    /// Labelled.
    pub n: usize,
    /// Found.
    pub detected: usize,
    /// Not found.
    pub missed: usize,
    /// Median of alert minus onset, s.
    pub latency_p50_s: Option<f64>,
    /// The longest, s.
    pub latency_max_s: Option<f64>,
    /// Hours in which an alert about nothing would show.
    pub hours_free: f64,
    /// Alerts about nothing.
    pub false_count: Levels<usize>,
    /// The same, an hour.
    pub false_per_hour: Levels<Option<f64>>,
}

/// A figure of each level of alert.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
#[expect(missing_docs, reason = "the names are the definition")]
pub struct Levels<T> {
    pub info: T,
    pub caution: T,
    pub stop: T,
}

impl<T: Copy> Levels<T> {
    fn each<U>(self, f: impl Fn(T) -> U) -> Levels<U> {
        Levels { info: f(self.info), caution: f(self.caution), stop: f(self.stop) }
    }
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// Pools captures, in their order.
pub fn pool<'a>(captures: impl IntoIterator<Item = &'a CaptureScore>) -> Figures {
    let captures: Vec<_> = captures.into_iter().collect();
    let kinds = EventKind::ALL.into_iter().filter_map(|kind| {
        let scores: Vec<_> =
            captures.iter().flat_map(|c| &c.events).filter(|(k, _)| *k == kind).map(|(_, s)| s).collect();
        (!scores.is_empty()).then(|| (kind, events(&scores)))
    });
    Figures {
        captures: captures.len(),
        failed: captures.iter().filter(|c| c.failed).count(),
        seconds: captures.iter().map(|c| c.seconds).sum(),
        early: captures.iter().map(|c| c.early).sum(),
        events: kinds.collect(),
        direction: direction(&captures),
        contact: contact(&captures),
        knee: knee(&captures),
        knee_min: knee_min(&captures),
        hazards: hazards(&captures),
    }
}

fn events(scores: &[&EventScore]) -> EventFigures {
    let sum = |f: fn(&EventScore) -> usize| scores.iter().map(|s| f(s)).sum::<usize>();
    let (found, missed, extra) = (sum(|s| s.found), sum(|s| s.missed), sum(|s| s.extra));
    let ms = |f: fn(&EventScore) -> &[f64]| -> Vec<f64> {
        scores.iter().flat_map(|s| f(s)).map(|v| v * 1e3).collect()
    };
    let error = ms(|s| &s.error_s);
    let latency = ms(|s| &s.latency_s);
    let size: Vec<f64> = error.iter().map(|e| e.abs()).collect();
    let (labels, said) = (found + missed, found + extra);
    EventFigures {
        n: labels,
        recall: share(found as f64, labels as f64),
        precision: share(found as f64, said as f64),
        f1: share(2.0 * found as f64, (labels + said) as f64),
        bias_ms: mean(&error),
        sd_ms: sd(&error),
        mae_ms: mean(&size),
        medae_ms: percentile(&size, 50.0),
        latency_p50_ms: percentile(&latency, 50.0),
        latency_p95_ms: percentile(&latency, 95.0),
        latency_max_ms: percentile(&latency, 100.0),
    }
}

fn direction(captures: &[&CaptureScore]) -> Option<DirectionFigures> {
    let all: Vec<_> = captures.iter().filter_map(|c| c.direction).collect();
    if all.is_empty() {
        return None;
    }
    let sum = |f: fn(&DirectionScore) -> f64| all.iter().map(f).sum::<f64>();
    let walk_s = sum(|d| d.walk_s);
    let (right_s, wrong_s) = (sum(|d| d.right_s), sum(|d| d.wrong_s));
    let (unknown_s, none_s) = (sum(|d| d.unknown_s), sum(|d| d.none_s));
    Some(DirectionFigures {
        walk_s,
        right_s,
        unknown_s,
        none_s,
        wrong_s,
        not_backward_s: sum(|d| d.not_backward_s),
        false_backward_s: sum(|d| d.false_backward_s),
        turning_s: sum(|d| d.turning_s),
        turning_as_walking_s: sum(|d| d.turning_as_walking_s),
        right: share(right_s, walk_s),
        wrong: share(wrong_s, walk_s),
        unknown: share(unknown_s, walk_s),
        none: share(none_s, walk_s),
    })
}

fn contact(captures: &[&CaptureScore]) -> Option<[[usize; 6]; 4]> {
    let mut all = captures.iter().filter_map(|c| c.contact.as_ref()).peekable();
    all.peek()?;
    let mut sum = [[0; 6]; LABELS.len()];
    for score in all {
        for (row, counts) in sum.iter_mut().zip(&score.counts) {
            for (cell, n) in row.iter_mut().zip(counts) {
                *cell += n;
            }
        }
    }
    Some(sum)
}

fn knee(captures: &[&CaptureScore]) -> Option<KneeFigures> {
    let all: Vec<_> = captures.iter().filter_map(|c| c.knee).collect();
    if all.is_empty() {
        return None;
    }
    let labelled: usize = all.iter().map(|k| k.labelled).sum();
    let answered = all.iter().map(|k| k.answered).sum::<usize>() as f64;
    let over = |sum: f64| share(sum, answered);
    Some(KneeFigures {
        captures: all.len(),
        cover: share(answered, labelled as f64),
        rmse_deg: over(all.iter().map(|k| k.squares).sum()).map(f64::sqrt),
        bias_deg: over(all.iter().map(|k| k.sum).sum()),
        rmse0_deg: over(all.iter().map(|k| k.squares_about_mean).sum()).map(f64::sqrt),
    })
}

fn knee_min(captures: &[&CaptureScore]) -> Option<KneeMinFigures> {
    let all: Vec<_> = captures.iter().filter_map(|c| c.knee_min.as_ref()).collect();
    if all.is_empty() {
        return None;
    }
    let error: Vec<f64> = all.iter().flat_map(|k| k.error_deg.iter().copied()).collect();
    let size: Vec<f64> = error.iter().map(|e| e.abs()).collect();
    Some(KneeMinFigures {
        n: all.iter().map(|k| k.labelled).sum(),
        answered: error.len(),
        bias_deg: mean(&error),
        sd_deg: sd(&error),
        mae_deg: mean(&size),
    })
}

fn hazards(captures: &[&CaptureScore]) -> Option<HazardFigures> {
    let all: Vec<_> = captures.iter().filter_map(|c| c.hazards.as_ref()).collect();
    if all.is_empty() {
        return None;
    }
    let n: usize = all.iter().map(|h| h.labelled).sum();
    let detected: usize = all.iter().map(|h| h.found).sum();
    let latency: Vec<f64> = all.iter().flat_map(|h| h.latency_s.iter().copied()).collect();
    let hours_free = all.iter().map(|h| h.free_s).sum::<f64>() / 3600.0;
    let count = |level: AlertLevel| all.iter().map(|h| h.false_alerts[level as usize]).sum();
    let false_count = Levels {
        info: count(AlertLevel::Info),
        caution: count(AlertLevel::Caution),
        stop: count(AlertLevel::Stop),
    };
    Some(HazardFigures {
        n,
        detected,
        missed: n - detected,
        latency_p50_s: percentile(&latency, 50.0),
        latency_max_s: percentile(&latency, 100.0),
        hours_free,
        false_count,
        false_per_hour: false_count.each(|k| share(k as f64, hours_free)),
    })
}

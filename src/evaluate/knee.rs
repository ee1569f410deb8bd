//! Knee angle: the series, and the straightest point of each stance.

use super::KneeTruth;
use super::events::pair;
use super::ignored;
use super::observed::SeenStride;
use crate::truth::{ScoreRules, TrueStanceKnee};

/// A hole in the series that is not bridged, s.
const HOLE_S: f64 = 0.1;

/// Sums over the errors of a knee series: they add up over captures.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct KneeScore {
    /// Labelled samples.
    pub labelled: usize,
    /// Of them answered.
    pub answered: usize,
    /// Sum of the errors, deg.
    pub sum: f64,
    /// Sum of their squares, deg².
    pub squares: f64,
    /// Sum of the squares with this capture's mean error taken off, deg².
    pub squares_about_mean: f64,
}

/// Smallest stance flexion against its label.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct KneeMinScore {
    /// Labelled stances.
    pub labelled: usize,
    /// Errors of those answered, deg.
    pub error_deg: Vec<f64>,
}

pub(super) fn score(truth: &KneeTruth, said: &[(f64, f64)], zones: &[[f64; 2]]) -> KneeScore {
    let labels: Vec<_> = truth
        .time_s
        .iter()
        .zip(&truth.flexion_deg)
        .filter(|(t, v)| t.is_finite() && v.is_finite() && !ignored(**t, zones))
        .collect();
    let errors: Vec<f64> = labels.iter().filter_map(|(t, v)| Some(at(said, **t)? - **v)).collect();
    let sum: f64 = errors.iter().sum();
    let mean = if errors.is_empty() { 0.0 } else { sum / errors.len() as f64 };
    KneeScore {
        labelled: labels.len(),
        answered: errors.len(),
        sum,
        squares: errors.iter().map(|e| e * e).sum(),
        squares_about_mean: errors.iter().map(|e| (e - mean).powi(2)).sum(),
    }
}

/// The series at `time`, between two samples that are not too far apart.
fn at(series: &[(f64, f64)], time: f64) -> Option<f64> {
    let (first, last) = (series.first()?, series.last()?);
    if series.len() < 2 || time < first.0 || time > last.0 {
        return None;
    }
    let j = series.partition_point(|(t, _)| *t < time).clamp(1, series.len() - 1);
    let ((t0, v0), (t1, v1)) = (series[j - 1], series[j]);
    if t1 - t0 > HOLE_S {
        return None;
    }
    if time == t1 {
        return Some(v1);
    }
    Some((v1 - v0) / (t1 - t0) * (time - t0) + v0)
}

pub(super) fn score_min(
    truth: &[TrueStanceKnee],
    strides: &[SeenStride],
    rules: &ScoreRules,
) -> KneeMinScore {
    let labels: Vec<_> = truth.iter().filter(|k| !ignored(k.toe_contact_s, &rules.ignore)).collect();
    let times: Vec<_> = labels.iter().map(|k| (k.toe_contact_s, rules.tolerance_s)).collect();
    let answers: Vec<_> = strides.iter().filter_map(|s| Some((s.start_s, s.knee_min_deg?))).collect();
    let starts: Vec<f64> = answers.iter().map(|a| a.0).collect();
    KneeMinScore {
        labelled: labels.len(),
        error_deg: pair(&times, &starts)
            .into_iter()
            .map(|(i, j)| answers[j].1 - labels[i].knee_min_deg)
            .collect(),
    }
}

//! Events and landings: who is matched with whom.

use super::ignored;
use super::observed::{Observed, SeenStride};
use crate::record::{Contact, EventKind, StrideDirection};
use crate::truth::{ScoreRules, TrueContact, TrueEvent};

/// What rounding may add to a tolerance, s.
const HAIR_S: f64 = 1e-9;

/// How the labels of one kind were answered.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct EventScore {
    /// Labels that were found.
    pub found: usize,
    /// Labels that were not.
    pub missed: usize,
    /// Detections without a label.
    pub extra: usize,
    /// Detection minus label of the found, s.
    pub error_s: Vec<f64>,
    /// Moment of knowing minus label of the found, s.
    pub latency_s: Vec<f64>,
}

/// Landings by what they were (row) and what was said (column).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ContactScore {
    /// Rows in the order of [`LABELS`], columns in that of [`ANSWERS`].
    pub counts: [[usize; 6]; 4],
}

/// Landings that are labelled.
pub const LABELS: [&str; 4] = ["toe_first", "flat", "heel_first", "toe_only"];
/// What can be said of one.
pub const ANSWERS: [&str; 6] = ["toe_first", "flat", "heel_first", "toe_only", "uncertain", "none"];

/// One to one, nearest first: `(index of the label, index of the detection)`.
///
/// `truth` holds `(time, tolerance)`, `seen` times, in any order.
pub fn pair(truth: &[(f64, f64)], seen: &[f64]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..seen.len()).collect();
    order.sort_by(|a, b| seen[*a].total_cmp(&seen[*b]));
    let mut near = Vec::new();
    for (i, (time, tolerance)) in truth.iter().enumerate() {
        let reach = tolerance + HAIR_S;
        let from = order.partition_point(|j| seen[*j] - time < -reach);
        for &j in &order[from..] {
            let distance = (seen[j] - time).abs();
            if distance > reach {
                break;
            }
            near.push((distance, i, j));
        }
    }
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut truth_taken = vec![false; truth.len()];
    let mut seen_taken = vec![false; seen.len()];
    let mut pairs = Vec::new();
    for (_, i, j) in near {
        if !truth_taken[i] && !seen_taken[j] {
            truth_taken[i] = true;
            seen_taken[j] = true;
            pairs.push((i, j));
        }
    }
    pairs
}

/// Scores each kind that has labels.
pub(super) fn score(
    truth: &[TrueEvent],
    said: &Observed,
    rules: &ScoreRules,
) -> Vec<(EventKind, EventScore)> {
    EventKind::ALL
        .into_iter()
        .filter_map(|kind| {
            let labels: Vec<_> = truth
                .iter()
                .filter(|e| e.kind == kind)
                .map(|e| (e.time_s, e.tolerance_s.unwrap_or(rules.tolerance_s)))
                .collect();
            (!labels.is_empty()).then(|| (kind, score_kind(kind, &labels, said, &rules.ignore)))
        })
        .collect()
}

fn score_kind(kind: EventKind, labels: &[(f64, f64)], said: &Observed, zones: &[[f64; 2]]) -> EventScore {
    let seen: Vec<_> = said.events.iter().filter(|e| e.kind == kind).collect();
    let times: Vec<f64> = seen.iter().map(|e| e.time_s).collect();
    let pairs = pair(labels, &times);
    let mut label_left = vec![true; labels.len()];
    let mut seen_left = vec![true; seen.len()];
    let mut score = EventScore::default();
    for (i, j) in pairs {
        label_left[i] = false;
        seen_left[j] = false;
        let label = labels[i].0;
        if ignored(label, zones) {
            continue;
        }
        score.found += 1;
        score.error_s.push(times[j] - label);
        if let Some(detected) = seen[j].detected_s {
            score.latency_s.push(detected - label);
        }
    }
    let left = |times: &mut dyn Iterator<Item = (f64, bool)>| {
        times.filter(|(t, left)| *left && !ignored(*t, zones)).count()
    };
    score.missed = left(&mut labels.iter().map(|l| l.0).zip(label_left));
    score.extra = left(&mut times.iter().copied().zip(seen_left));
    score
}

/// Scores landings.
pub(super) fn score_contacts(
    truth: &[TrueContact],
    strides: &[SeenStride],
    rules: &ScoreRules,
) -> ContactScore {
    let labels: Vec<_> = truth.iter().filter(|c| !ignored(c.time_s, &rules.ignore)).collect();
    let times: Vec<_> = labels.iter().map(|c| (c.time_s, rules.tolerance_s)).collect();
    let backward: Vec<_> = strides.iter().filter(|s| s.direction == StrideDirection::Backward).collect();
    let starts: Vec<f64> = backward.iter().map(|s| s.start_s).collect();
    let mut answers = vec![ANSWERS.len() - 1; labels.len()];
    for (i, j) in pair(&times, &starts) {
        answers[i] = place(backward[j].contact.unwrap_or(Contact::Uncertain));
    }
    let mut score = ContactScore::default();
    for (label, answer) in labels.iter().zip(answers) {
        if let Some(row) = score.counts.get_mut(place(label.contact)) {
            row[answer] += 1;
        }
    }
    score
}

const fn place(contact: Contact) -> usize {
    match contact {
        Contact::ToeFirst => 0,
        Contact::Flat => 1,
        Contact::HeelFirst => 2,
        Contact::ToeOnly => 3,
        Contact::Uncertain => 4,
    }
}

//! What could not be measured, and why.

use std::fmt::Write as _;

use super::Material;
use crate::record::{InvalidReason, KneeNeeds};
use crate::sink::words::{counted, duration, reason_word};

/// Gaps that are listed one by one.
const SHOWN_GAPS: usize = 5;

/// One sentence each.
pub(super) fn not_measured(m: &Material) -> Vec<String> {
    let session = &m.session;
    let start_s = session.facts.data.start_s;
    let mut said = Vec::new();
    if !m.finished {
        said.push("The session broke off: what came after is not here.".to_owned());
    }
    if session.facts.strides.unknown > 0 {
        said.push(format!(
            "The direction of {}: it is unknown, and they are not judged.",
            counted(session.facts.strides.unknown.into(), "stride")
        ));
    }
    let mut reasons: Vec<(InvalidReason, u32)> = Vec::new();
    for reason in session.strides.iter().filter_map(|s| s.invalid_reason) {
        match reasons.iter_mut().find(|(r, _)| *r == reason) {
            Some((_, n)) => *n += 1,
            None => reasons.push((reason, 1)),
        }
    }
    if !reasons.is_empty() {
        let total: u32 = reasons.iter().map(|(_, n)| n).sum();
        let words: Vec<_> = reasons.iter().map(|(r, n)| format!("{} {n}", reason_word(*r))).collect();
        said.push(format!(
            "{} counted as walking but not judged: {}.",
            counted(total.into(), "stride"),
            words.join(", ")
        ));
    }
    knee(m, &mut said);
    let mut gaps = 0;
    // When watching was paused and taken up again is told below, summed up by reason.
    let told_below = |code: &str| ["watch_paused", "watching"].contains(&code);
    for notice in session.notices.iter().filter(|n| !told_below(&n.code)) {
        if notice.code == "gap" {
            gaps += 1;
            if gaps > SHOWN_GAPS {
                continue;
            }
        }
        let words = super::verdict::sentence(&notice.message);
        said.push(if notice.time_s > start_s && notice.code != "gap" {
            format!("{words} (at {}).", duration(notice.time_s - start_s))
        } else {
            format!("{words}.")
        });
    }
    if gaps > SHOWN_GAPS {
        said.push(format!("{} more without samples.", counted((gaps - SHOWN_GAPS) as u64, "span")));
    }
    said.extend(m.no_track.iter().map(|why| format!("The average stride and the plots of signals: {why}.")));
    not_watched(m, &mut said);
    for c in &session.facts.safety.changed {
        let rule = c.rule.replace('_', " ");
        said.push(if c.key == "enabled" {
            format!("The rule “{rule}” was turned off.")
        } else {
            format!("The limit {} of the rule “{rule}” was {} in place of {}.", c.key, c.value, c.default)
        });
    }
    said
}

fn knee(m: &Material, said: &mut Vec<String>) {
    let judged: Vec<_> = m.session.judged().collect();
    let without = judged.iter().filter(|s| s.knee_min_flexion_deg.is_none()).count();
    if without == 0 {
        return;
    }
    let mut needs: Vec<(KneeNeeds, usize)> = Vec::new();
    for need in judged.iter().filter(|s| s.knee_min_flexion_deg.is_none()).filter_map(|s| s.knee_needs) {
        match needs.iter_mut().find(|(n, _)| *n == need) {
            Some((_, count)) => *count += 1,
            None => needs.push((need, 1)),
        }
    }
    needs.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let what = match needs.first().map(|(n, _)| n) {
        Some(KneeNeeds::Standing) => "it takes quiet standing at the beginning",
        Some(KneeNeeds::Calibration) => {
            "with the shin's sensor alone it takes a calibration, or a second sensor on the thigh"
        }
        Some(KneeNeeds::Recalibration) => "the strap has moved since the calibration: calibrate again",
        Some(KneeNeeds::ThighSensor) => "the sensors on shin and thigh contradict each other",
        Some(KneeNeeds::Stride) => "the strides could not be measured well enough",
        None if m.session.facts.data.thigh_samples == 0 => "there is no sensor on the thigh",
        None => "it could not be told",
    };
    said.push(format!(
        "The knee's angle in {} of {}: {what}.",
        without,
        counted(judged.len() as u64, "judged stride")
    ));
}

/// Rules that were not watched, by reason: silence must not be read as safety.
fn not_watched(m: &Material, said: &mut Vec<String>) {
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for rule in &m.session.facts.safety.not_watched {
        let mut words = rule.rule.replace('_', " ");
        if rule.for_s > 0.0 && rule.for_s < rule.of_s {
            let _ = write!(words, " for {} of {}", duration(rule.for_s), duration(rule.of_s));
        }
        match by_reason.iter_mut().find(|(r, _)| *r == rule.reason) {
            Some((_, rules)) => rules.push(words),
            None => by_reason.push((&rule.reason, vec![words])),
        }
    }
    for (reason, rules) in by_reason {
        said.push(format!("Not watched for: {} ({reason}).", rules.join("; ")));
    }
}

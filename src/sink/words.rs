//! The words of the summary.

use std::fmt::Write as _;

use crate::record::{Activity, Contact, InvalidReason, KneeVerdict, StrideDirection};
use crate::summary::Summary;

/// What was walked, in sentences.
pub(super) fn sentences(summary: &Summary) -> Vec<String> {
    let mut out = Vec::new();
    let time = &summary.durations;
    for (word, seconds, strides, metres, figures) in [
        ("backward", time.backward_s, summary.strides.backward, summary.backward_m, &summary.backward),
        ("forward", time.forward_s, summary.strides.forward, summary.forward_m, &summary.forward),
    ] {
        if seconds > 0.0 || strides > 0 {
            let mut sentence = format!(
                "Walked {word} for {}: {}",
                duration(seconds),
                counted(strides.into(), "judged stride")
            );
            if metres > 0.0 {
                let _ = write!(sentence, ", {metres:.1} m");
            }
            if let Some(speed) = figures.speed_mps.median {
                let _ = write!(sentence, " at {speed:.2} m/s");
            }
            if let Some(cadence) = figures.cadence_steps_per_min.median {
                let _ = write!(sentence, ", {cadence:.0} steps a minute");
            }
            sentence.push('.');
            out.push(sentence);
        }
    }
    if summary.strides.unknown > 0 {
        out.push(format!(
            "Walked in a direction that could not be told: {}.",
            counted(summary.strides.unknown.into(), "stride")
        ));
    }
    if out.is_empty() {
        out.push("No walking was found.".into());
    }
    let rest: Vec<_> =
        [("turned", time.turning_s), ("stood", time.standing_s), ("did something else", time.other_s)]
            .into_iter()
            .filter(|(_, s)| *s > 0.0)
            .map(|(word, s)| format!("{word} for {}", duration(s)))
            .collect();
    if !rest.is_empty() {
        let mut sentence = rest.join(", ");
        sentence[..1].make_ascii_uppercase();
        out.push(sentence + ".");
    }
    out
}

pub(crate) fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// `360,001`
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `value` to so many decimals; what rounds to nothing has no sign.
pub(crate) fn rounded(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(size) if size.bytes().all(|b| matches!(b, b'0' | b'.')) => size.to_owned(),
        _ => text,
    }
}

/// `41.2 s`, `2 min 5 s`, `1 h 4 min`.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 99.95 {
        return format!("{seconds:.1} s");
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive duration, and `as` saturates"
    )]
    let whole = libm::round(seconds) as u64;
    let (hours, minutes) = (whole / 3600, whole / 60 % 60);
    if hours > 0 { format!("{hours} h {minutes} min") } else { format!("{minutes} min {} s", whole % 60) }
}

pub(super) const fn direction_word(direction: StrideDirection) -> &'static str {
    match direction {
        StrideDirection::Backward => "backward",
        StrideDirection::Forward => "forward",
        StrideDirection::Turning => "turning",
        StrideDirection::InPlace => "in place",
        StrideDirection::Unknown => "unknown",
    }
}

pub(crate) const fn activity_word(activity: Activity) -> &'static str {
    match activity {
        Activity::Backward => "backward",
        Activity::Forward => "forward",
        Activity::Turning => "turning",
        Activity::Standing => "standing",
        Activity::Other => "other",
    }
}

pub(crate) const fn contact_word(contact: Contact) -> &'static str {
    match contact {
        Contact::ToeFirst => "toes first",
        Contact::Flat => "flat",
        Contact::HeelFirst => "heel first",
        Contact::ToeOnly => "toes only",
        Contact::Uncertain => "uncertain",
    }
}

pub(super) const fn knee_word(verdict: KneeVerdict) -> &'static str {
    match verdict {
        KneeVerdict::Met => "straight",
        KneeVerdict::Short => "short",
        KneeVerdict::Missed => "bent",
        KneeVerdict::Uncertain => "uncertain",
    }
}

pub(crate) const fn reason_word(reason: InvalidReason) -> &'static str {
    match reason {
        InvalidReason::Gap => "gap",
        InvalidReason::Turn => "turn",
        InvalidReason::BoutStart => "first step",
        InvalidReason::BoutEnd => "last step",
        InvalidReason::Clipped => "clipped",
        InvalidReason::Direction => "direction open",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_durations_read_well() {
        assert_eq!(counted(1, "stride"), "1 stride");
        assert_eq!(counted(360_001, "sample"), "360,001 samples");
        assert_eq!(rounded(-0.4, 0), "0");
        assert_eq!(rounded(-0.6, 0), "-1");
        assert_eq!(duration(41.23), "41.2 s");
        assert_eq!(duration(99.97), "1 min 40 s");
        assert_eq!(duration(3725.0), "1 h 2 min");
    }
}

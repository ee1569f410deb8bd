//! Reading a plan.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::{Limits, Plan, Segment, Support, Targets, Way};
use crate::settings_file::{self, Fault, FileError, within};
use crate::sim::units;

/// Longest segment and longest session, s.
const LONGEST_S: f64 = 4.0 * 3600.0;
/// Shortest segment, s: shorter cannot be followed.
const SHORTEST_S: f64 = 10.0;
/// Most segments, rounds written out.
const MOST_SEGMENTS: usize = 400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    title: Option<String>,
    level: Option<Spanned<f64>>,
    note: Option<String>,
    rounds: Option<Spanned<u32>>,
    #[serde(default)]
    targets: TargetsFile,
    #[serde(default)]
    limits: LimitsFile,
    #[serde(default)]
    before: Vec<SegmentFile>,
    #[serde(default)]
    segment: Vec<SegmentFile>,
    #[serde(default)]
    after: Vec<SegmentFile>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetsFile {
    toe_first_percent: Option<Spanned<f64>>,
    knee_deg: Option<Spanned<f64>>,
    cadence: Option<Spanned<f64>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsFile {
    speed_most: Option<Spanned<String>>,
    pain_most: Option<Spanned<f64>>,
    pain_rise: Option<Spanned<f64>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SegmentFile {
    walk: Spanned<String>,
    #[serde(rename = "for")]
    length: Spanned<String>,
    speed: Option<Spanned<String>>,
    support: Option<Spanned<String>>,
}

impl Plan {
    /// Reads a plan file.
    ///
    /// # Errors
    /// [`FileError`] with file, line and what to do.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let name = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        settings_file::read(path, |text| Self::parse(text, &name))
    }

    /// Reads the text of a plan called `name`.
    ///
    /// # Errors
    /// [`Fault`] with line and what to do.
    pub fn parse(text: &str, name: &str) -> Result<Self, Fault> {
        let file: PlanFile = settings_file::parse(text)?;
        let limits = limits(text, &file.limits)?;
        let most = limits.speed_most_mps;
        let each = |segments: &[SegmentFile]| -> Result<Vec<Segment>, Fault> {
            segments.iter().map(|s| segment(text, s, most)).collect()
        };
        let (before, middle, after) = (each(&file.before)?, each(&file.segment)?, each(&file.after)?);
        let rounds = file.rounds.as_ref().map_or(1, |r| *r.get_ref()) as usize;
        let place = file.rounds.as_ref().map_or(0, |r| r.span().start);
        if rounds == 0 || rounds.saturating_mul(middle.len()) > MOST_SEGMENTS {
            let what = format!("rounds = {rounds} cannot be: from 1 to {MOST_SEGMENTS} segments in all");
            return Err(Fault::at(text, place, what));
        }
        let mut segments = before;
        for _ in 0..rounds {
            segments.extend_from_slice(&middle);
        }
        segments.extend(after);
        if segments.is_empty() {
            return Err(Fault::at(text, 0, "no [[segment]]: add at least one"));
        }
        let level = within(text, "level", file.level.as_ref(), [1.0, 9.0], "")?;
        let plan = Self {
            name: name.to_owned(),
            title: file.title.unwrap_or_else(|| name.to_owned()),
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 9")]
            level: level.map(|l| l as u8),
            note: file.note,
            targets: targets(text, &file.targets)?,
            limits,
            segments,
        };
        if plan.seconds() > LONGEST_S {
            return Err(Fault::at(text, place, "the whole plan is longer than 4 hours; make it shorter"));
        }
        Ok(plan)
    }
}

fn targets(text: &str, file: &TargetsFile) -> Result<Targets, Fault> {
    let share = within(text, "toe_first_percent", file.toe_first_percent.as_ref(), [0.0, 100.0], " %")?;
    Ok(Targets {
        toe_first_percent: share.unwrap_or(Targets::default().toe_first_percent),
        knee_deg: within(text, "knee_deg", file.knee_deg.as_ref(), [-15.0, 90.0], " degrees")?,
        cadence: within(text, "cadence", file.cadence.as_ref(), [20.0, 240.0], " steps a minute")?,
    })
}

fn limits(text: &str, file: &LimitsFile) -> Result<Limits, Fault> {
    let usual = Limits::default();
    let speed = match &file.speed_most {
        Some(speed) => speed_within(text, speed, Limits::CEILING_MPS, "3.5 mph, the ceiling of all plans")?,
        None => usual.speed_most_mps,
    };
    let pain = |key, value: &Option<Spanned<f64>>, usual: u8| -> Result<u8, Fault> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 10")]
        let given = within(text, key, value.as_ref(), [1.0, 10.0], "")?.map(|v| v as u8);
        Ok(given.unwrap_or(usual))
    };
    Ok(Limits {
        speed_most_mps: speed,
        pain_most: pain("pain_most", &file.pain_most, usual.pain_most)?,
        pain_rise: pain("pain_rise", &file.pain_rise, usual.pain_rise)?,
    })
}

fn speed_within(text: &str, speed: &Spanned<String>, most: f64, most_words: &str) -> Result<f64, Fault> {
    let at = speed.span().start;
    let mps = units::speed_mps(speed.get_ref()).map_err(|e| Fault::at(text, at, e.to_string()))?;
    if mps > 0.0 && mps <= most + 1e-9 {
        return Ok(mps);
    }
    Err(Fault::at(
        text,
        at,
        format!("a speed of {} cannot be: it lies above 0 and up to {most_words}", speed.get_ref()),
    ))
}

fn segment(text: &str, file: &SegmentFile, most_mps: f64) -> Result<Segment, Fault> {
    let one_of = |word: &Spanned<String>, known: &[&str]| {
        let what = format!("`{}` is not one of: {}", word.get_ref(), known.join(", "));
        Fault::at(text, word.span().start, what)
    };
    let way = [Way::Backward, Way::Forward, Way::Rest]
        .into_iter()
        .find(|w| w.word() == file.walk.get_ref())
        .ok_or_else(|| one_of(&file.walk, &["backward", "forward", "rest"]))?;
    let at = file.length.span().start;
    let seconds = units::seconds(file.length.get_ref()).map_err(|e| Fault::at(text, at, e.to_string()))?;
    if !(SHORTEST_S..=LONGEST_S).contains(&seconds) {
        return Err(Fault::at(text, at, format!("a segment of {seconds} s cannot be: from 10 s to 4 h")));
    }
    let most = format!("{}, the plan's `speed_most`", super::mph(most_mps));
    let speed_mps = file.speed.as_ref().map(|s| speed_within(text, s, most_mps, &most)).transpose()?;
    let support = match &file.support {
        None => None,
        Some(word) => Some(
            [Support::Rails, Support::OneHand, Support::None]
                .into_iter()
                .find(|s| s.word() == word.get_ref())
                .ok_or_else(|| one_of(word, &["rails", "one hand", "none"]))?,
        ),
    };
    Ok(Segment { way, seconds, speed_mps, support })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_written_out_between_before_and_after() {
        let plan = Plan::parse(
            "rounds = 2\n[[before]]\nwalk = \"forward\"\nfor = \"1min\"\n[[segment]]\nwalk = \"backward\"\nfor = \"2min\"\nspeed = \"0.5mph\"\nsupport = \"one hand\"\n[[segment]]\nwalk = \"rest\"\nfor = \"30s\"\n",
            "mine",
        )
        .unwrap();
        let ways: Vec<_> = plan.segments.iter().map(|s| s.way.word()).collect();
        assert_eq!(ways, ["forward", "backward", "rest", "backward", "rest"]);
        assert_eq!((plan.seconds(), plan.seconds_of(Way::Backward)), (360.0, 240.0));
        assert_eq!(plan.title, "mine");
        assert_eq!(plan.segments[1].support, Some(Support::OneHand));
        assert!((plan.segments[1].speed_mps.unwrap() - 0.223_52).abs() < 1e-9);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let one = "[[segment]]\nwalk = \"backward\"\nfor = \"2min\"\n";
        for (text, want) in [
            (String::new(), "1:1: no [[segment]]"),
            (format!("titel = \"x\"\n{one}"), "1:1: unknown key `titel`; did you mean `title`?"),
            (one.replace("backward", "sideways"), "2:8: `sideways` is not one of: backward, forward, rest"),
            (one.replace("2min", "2"), "3:7: `2` is no duration"),
            (one.replace("2min", "1s"), "3:7: a segment of 1 s cannot be"),
            (format!("{one}speed = \"4mph\"\n"), "4:9: a speed of 4mph cannot be"),
            (format!("[limits]\nspeed_most = \"5mph\"\n{one}"), "2:14: a speed of 5mph cannot be"),
            (
                format!("[limits]\nspeed_most = \"1mph\"\n{one}speed = \"2mph\"\n"),
                "6:9: a speed of 2mph cannot be",
            ),
            (format!("{one}support = \"wall\"\n"), "4:11: `wall` is not one of"),
            (format!("rounds = 0\n{one}"), "1:10: rounds = 0 cannot be"),
            (format!("rounds = 4000000000\n{one}"), "1:10: rounds"),
            (format!("[limits]\npain_most = 11\n{one}"), "2:13: pain_most = 11 cannot be"),
            (one.replace("2min", "9h"), "3:7: a segment of"),
        ] {
            let fault = Plan::parse(&text, "x").unwrap_err().to_string();
            assert!(fault.starts_with(want), "{fault}\nwanted {want}");
        }
    }
}

//! What a session comes to: shares, spread, and three sentences.

use std::fmt::Write as _;

use serde::Serialize;

use super::average::{median, quantile};
use super::definitions::{Definition, number};
use super::{Material, SpeedUnit};
use crate::person::figure::Figure;
use crate::record::{AlertLevel, Contact, KneeVerdict, Stride, StrideDirection};
use crate::session::Session;
use crate::sink::words::{counted, duration};

/// Share of steps toes first that is asked for where nobody said otherwise: what the programme after a
/// knee operation asks before the next level.
pub const TOE_FIRST_TARGET: f64 = 0.7;

/// Fewest judged strides that say how a session went.
pub const LEAST_STRIDES: usize = 12;

/// Counts of landings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
#[expect(missing_docs, reason = "the words of the records")]
pub struct Landings {
    pub toe_first: u32,
    pub flat: u32,
    pub heel_first: u32,
    pub toe_only: u32,
    pub uncertain: u32,
}

impl Landings {
    /// Of strides.
    pub fn of<'a>(strides: impl Iterator<Item = &'a Stride>) -> Self {
        let mut out = Self::default();
        for contact in strides.filter_map(|s| s.contact) {
            *match contact {
                Contact::ToeFirst => &mut out.toe_first,
                Contact::Flat => &mut out.flat,
                Contact::HeelFirst => &mut out.heel_first,
                Contact::ToeOnly => &mut out.toe_only,
                Contact::Uncertain => &mut out.uncertain,
            } += 1;
        }
        out
    }

    /// Those that were told.
    pub fn told(&self) -> u32 {
        self.toe_first + self.flat + self.heel_first + self.toe_only
    }

    /// Share toes first of those that were told.
    pub fn toe_first_share(&self) -> Option<f64> {
        share(self.toe_first, self.told())
    }
}

/// Counts of knees against the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
#[expect(missing_docs, reason = "the words of the records")]
pub struct Knees {
    pub met: u32,
    pub short: u32,
    pub missed: u32,
    pub uncertain: u32,
}

impl Knees {
    /// Of strides.
    pub fn of<'a>(strides: impl Iterator<Item = &'a Stride>) -> Self {
        let mut out = Self::default();
        for verdict in strides.filter_map(|s| s.knee_verdict) {
            *match verdict {
                KneeVerdict::Met => &mut out.met,
                KneeVerdict::Short => &mut out.short,
                KneeVerdict::Missed => &mut out.missed,
                KneeVerdict::Uncertain => &mut out.uncertain,
            } += 1;
        }
        out
    }

    /// Those that were told.
    pub fn told(&self) -> u32 {
        self.met + self.short + self.missed
    }

    /// Share met of those that were told.
    pub fn met_share(&self) -> Option<f64> {
        share(self.met, self.told())
    }
}

fn share(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

/// Strides in one window of the variability, and fewest of them.
const WINDOW: usize = 20;
const LEAST_WINDOW: usize = 12;

/// Coefficient of variation of the stride time, %: of windows of twenty strides on end, each without its
/// trend, the median. `None` with fewer than twelve strides on end.
pub fn stride_time_cv<'a>(strides: impl Iterator<Item = &'a Stride>) -> Option<f64> {
    let mut windows = Vec::new();
    let mut window: Vec<f64> = Vec::new();
    let mut end = None;
    let mut close = |window: &mut Vec<f64>| {
        if window.len() >= LEAST_WINDOW {
            windows.push(detrended_cv(window));
        }
        window.clear();
    };
    for s in strides {
        if end != Some(s.start) || window.len() == WINDOW {
            close(&mut window);
        }
        end = Some(s.end);
        window.extend(s.stride_time_s);
    }
    close(&mut window);
    median(&mut windows)
}

fn detrended_cv(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let middle = (n - 1.0) / 2.0;
    let (mut xy, mut xx) = (0.0, 0.0);
    for (k, v) in values.iter().enumerate() {
        let x = k as f64 - middle;
        xy += x * (v - mean);
        xx += x * x;
    }
    let slope = xy / xx;
    let rest: f64 =
        values.iter().enumerate().map(|(k, v)| (v - mean - slope * (k as f64 - middle)).powi(2)).sum();
    100.0 * (rest / (n - 2.0)).sqrt() / mean
}

/// A figure of the session.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Strides behind it.
    pub n: usize,
    /// Median.
    pub median: f64,
    /// Fifth percentile.
    pub p05: f64,
    /// 95th percentile.
    pub p95: f64,
}

/// The spread of a figure over the judged strides of a direction.
pub fn spread(session: &Session, direction: StrideDirection, figure: Figure) -> Option<Spread> {
    let mut values: Vec<f64> = session.of_direction(direction).filter_map(|s| figure.of(s)).collect();
    Some(Spread {
        n: values.len(),
        median: median(&mut values)?,
        p05: quantile(&mut values, 0.05)?,
        p95: quantile(&mut values, 0.95)?,
    })
}

/// How a session went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// What was walked.
    pub walked: String,
    /// How it went.
    pub went: String,
    /// What to do next.
    pub next: String,
    /// Judged backward strides.
    pub strides: usize,
    /// Landings.
    pub landings: Landings,
    /// Share toes first of those told.
    pub toe_first_share: Option<f64>,
    /// Share asked for.
    pub toe_first_target: f64,
    /// Who asks for it: `plan`, `person`, or `usual`, the default.
    pub toe_first_target_of: &'static str,
    /// Knees.
    pub knees: Knees,
    /// Share of targets met of those told.
    pub knee_met_share: Option<f64>,
    /// Coefficient of variation of the stride time, %.
    pub stride_time_cv_percent: Option<f64>,
    /// Alerts by level: info, caution, stop.
    pub alerts: [usize; 3],
}

impl Verdict {
    /// Of what is known.
    pub fn of(m: &Material) -> Self {
        let session = &m.session;
        let landings = Landings::of(session.judged());
        let knees = Knees::of(session.judged());
        let alerts = AlertLevel::ALL.map(|l| session.alerts.iter().filter(|a| a.level == l).count());
        let of_plan = session.plan.as_ref().and_then(|p| p.toe_first);
        let (toe_first_target, toe_first_target_of) = match (of_plan, m.prescribed.toe_first) {
            (Some(share), _) => (share, "plan"),
            (None, Some(share)) => (share, "person"),
            (None, None) => (TOE_FIRST_TARGET, "usual"),
        };
        let mut verdict = Self {
            walked: String::new(),
            went: String::new(),
            next: String::new(),
            strides: session.judged().count(),
            landings,
            toe_first_share: landings.toe_first_share(),
            toe_first_target,
            toe_first_target_of,
            knees,
            knee_met_share: knees.met_share(),
            stride_time_cv_percent: stride_time_cv(session.judged()),
            alerts,
        };
        verdict.walked = walked(m, &verdict);
        verdict.went = went(m, &verdict);
        verdict.next = next(m, &verdict);
        verdict
    }
}

/// `82 %`
pub fn percent(share: f64) -> String {
    format!("{} %", number(share * 100.0, 0))
}

fn walked(m: &Material, v: &Verdict) -> String {
    let facts = &m.session.facts;
    let who = m.who.as_deref().unwrap_or("The person");
    if facts.durations.backward_s <= 0.0 && v.strides == 0 {
        return format!("{who} did not walk backward in this session, or it could not be told.");
    }
    let mut text = format!("{who} walked backward for {}", duration(facts.durations.backward_s));
    let _ = write!(text, ", {}", counted(v.strides as u64, "judged stride"));
    if facts.backward_m > 0.0 {
        let _ = write!(text, ", about {} m", number(facts.backward_m, 0));
    }
    if let Some(speed) = spread(&m.session, StrideDirection::Backward, Figure::Speed) {
        let _ = write!(text, ", at {}", m.units.speed(speed.median));
    }
    if facts.durations.forward_s > 0.0 {
        let _ = write!(text, "; and forward for {}", duration(facts.durations.forward_s));
    }
    text.push('.');
    text
}

fn went(m: &Material, v: &Verdict) -> String {
    if v.strides < LEAST_STRIDES {
        return format!(
            "{} are too few to say how it went; it takes {LEAST_STRIDES}.",
            sentence(&counted(v.strides as u64, "judged stride"))
        );
    }
    let mut parts = Vec::new();
    match v.toe_first_share {
        Some(share) => {
            let whose = match v.toe_first_target_of {
                "plan" => "the plan's target",
                "usual" => "usual target",
                _ => "target",
            };
            parts.push(format!(
                "{} of the landings that could be told were toes first ({whose} {})",
                percent(share),
                percent(v.toe_first_target)
            ));
        }
        None => parts.push("how the foot landed could not be told".into()),
    }
    match (v.knee_met_share, m.knee_target_deg()) {
        (Some(share), Some(target)) => {
            let target = Definition::of(Figure::KneeMin).shown(target);
            parts.push(format!("the knee met its target of {target}° in {}", percent(share)));
        }
        (Some(share), None) => parts.push(format!("the knee met its target in {}", percent(share))),
        (None, None) => {
            let knee = spread(&m.session, StrideDirection::Backward, Figure::KneeMin);
            parts.push(match knee {
                Some(k) => format!(
                    "the knee bent to {}° at its straightest, with no target to judge it by",
                    Definition::of(Figure::KneeMin).shown(k.median)
                ),
                None => "the knee could not be judged".into(),
            });
        }
        (None, Some(_)) => parts.push("the knee could not be judged".into()),
    }
    parts.push(match v.alerts {
        [_, 0, 0] => "nothing asked to slow down or stop".into(),
        [_, caution, 0] => format!("{} to slow down", counted(caution as u64, "warning")),
        [_, _, stop] => format!("{} to stop", counted(stop as u64, "warning")),
    });
    sentence(&format!("{}.", parts.join("; ")))
}

/// Pain above this, or a rise by this, ends a programme until it has been talked over (pain-monitoring
/// model).
const PAIN: (u8, u8) = (5, 2);

fn next(m: &Material, v: &Verdict) -> String {
    let session = &m.session;
    if let Some(stop) = session.alerts.iter().find(|a| a.level == AlertLevel::Stop) {
        return format!(
            "Before walking backward again, go through this page with the therapist: the session was asked to \
             stop ({} at {}).",
            stop.rule.replace('_', " "),
            duration(stop.onset_s - session.facts.data.start_s)
        );
    }
    if let Some(most) = session.most_pain() {
        let during: Vec<u8> = session.pain.iter().filter(|p| p.at_s.is_some()).map(|p| p.score).collect();
        let rose = during.first().is_some_and(|first| most >= first + PAIN.1);
        if most > PAIN.0 || rose {
            return format!(
                "Pain came to {most} of 10: rest, and talk to the therapist before the next session."
            );
        }
    }
    if v.strides < LEAST_STRIDES {
        return "Walk backward for at least a minute, and see below what could not be measured.".into();
    }
    let told = v.landings.told();
    if f64::from(v.landings.toe_only) > 0.3 * f64::from(told.max(1)) {
        return "Next time: after the toes, push the heel all the way down.".into();
    }
    if v.toe_first_share.is_some_and(|s| s < v.toe_first_target) {
        return "Next time: toes first, then let the heel come down slowly.".into();
    }
    if v.knee_met_share.is_some_and(|s| s < v.toe_first_target) {
        return "Next time: push the heel all the way down and squeeze the thigh, so that the knee straightens.".into();
    }
    if v.alerts[AlertLevel::Caution as usize] > 0 {
        return "Next time: a little slower, with the rails in reach, until no warning comes.".into();
    }
    if v.toe_first_share.is_none() && v.knee_met_share.is_none() {
        return "See below what was missing to judge the steps, and what to do about it.".into();
    }
    "Keep this dose; when three sessions look like this one, change one thing only: a little longer, or a little faster.".into()
}

/// With a capital.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

impl SpeedUnit {
    /// A speed with its unit.
    pub fn speed(self, mps: f64) -> String {
        match self {
            Self::Kmh => format!("{} km/h", number(mps * 3.6, 1)),
            Self::Mph => format!("{} mph", number(mps / 0.447_04, 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_is_no_variability() {
        let values: Vec<f64> = (0..20).map(|k| 1.0 + 0.01 * f64::from(k)).collect();
        assert!(detrended_cv(&values) < 1e-9);
        let values: Vec<f64> = (0..20).map(|k| if k % 2 == 0 { 0.95 } else { 1.05 }).collect();
        assert!((detrended_cv(&values) - 5.1).abs() < 0.3, "{}", detrended_cv(&values));
    }

    #[test]
    fn shares_are_of_what_was_told() {
        let landings = Landings { toe_first: 3, flat: 1, uncertain: 6, ..Landings::default() };
        assert_eq!(landings.toe_first_share(), Some(0.75));
        assert_eq!(Landings { uncertain: 4, ..Landings::default() }.toe_first_share(), None);
        assert_eq!(Knees::default().met_share(), None);
    }

    #[test]
    fn speeds_are_in_the_persons_units() {
        assert_eq!(SpeedUnit::Mph.speed(0.223_52), "0.5 mph");
        assert_eq!(SpeedUnit::Kmh.speed(1.0), "3.6 km/h");
    }
}

//! Weeks of sessions: dose, shares, and what has changed beyond chance.

use jiff::civil::Date;
use jiff::{ToSpan, Zoned};
use serde::Serialize;

use super::average::median;
use super::definitions::number;
use super::verdict::{Knees, Landings, percent, spread, stride_time_cv};
use crate::person::figure::Figure;
use crate::record::{AlertLevel, StrideDirection};
use crate::sink::words::counted;
use crate::store::Kept;
use crate::store::people::Prescribed;

/// The dose where nobody said otherwise: ten minutes three times a week, for four to six weeks, is where
/// benefit was seen (Alghadir et al. 2019, BMC Musculoskelet Disord, doi 10.1186/s12891-019-2537-9, six weeks).
pub const DOSE: (f64, f64) = (10.0, 3.0);
/// Weeks at the dose in which benefit was seen.
pub const DOSE_WEEKS: [u32; 2] = [4, 6];
/// A week's volume over the one before by more than this share is a jump,
pub const JUMP_SHARE: f64 = 0.2;
/// if it is also more than so many minutes: small doses double easily.
pub const JUMP_MINUTES: f64 = 5.0;
/// Sessions at the beginning and at the end that are compared.
pub const COMPARED: usize = 3;

/// What is followed over weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Share of told landings toes first.
    ToeFirst,
    /// Share of told knees that met the target.
    KneeMet,
    /// Knee at its straightest, deg.
    Knee,
    /// m/s.
    Speed,
    /// Coefficient of variation of the stride time, %.
    Variability,
    /// Warnings, to slow down or stop.
    Alerts,
    /// Highest pain, 0 to 10.
    Pain,
}

impl Measure {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::ToeFirst, Self::KneeMet, Self::Knee, Self::Speed, Self::Variability, Self::Alerts, Self::Pain];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ToeFirst => "Toes first",
            Self::KneeMet => "Knee target met",
            Self::Knee => "Knee at its straightest",
            Self::Speed => "Speed",
            Self::Variability => "Stride time variability",
            Self::Alerts => "Warnings",
            Self::Pain => "Pain",
        }
    }

    /// Unit, factor and decimals as shown.
    pub const fn shown(self) -> (&'static str, f64, usize) {
        match self {
            Self::ToeFirst | Self::KneeMet => ("%", 100.0, 0),
            Self::Knee => ("°", 1.0, 0),
            Self::Speed => ("m/s", 1.0, 2),
            Self::Variability => ("%", 1.0, 1),
            Self::Alerts => ("", 1.0, 0),
            Self::Pain => ("of 10", 1.0, 0),
        }
    }

    /// A difference below this is none, whatever the scatter: what the measure itself resolves.
    const fn resolution(self) -> f64 {
        match self {
            Self::ToeFirst | Self::KneeMet | Self::Speed => 0.02,
            Self::Knee | Self::Pain | Self::Alerts => 1.0,
            Self::Variability => 0.3,
        }
    }

    /// Its value in words.
    pub fn words(self, value: f64) -> String {
        let (unit, factor, decimals) = self.shown();
        let space = if unit.is_empty() || unit == "°" { "" } else { " " };
        format!("{}{space}{unit}", number(value * factor, decimals))
    }

    /// In a session.
    pub fn of(self, p: &Point) -> Option<f64> {
        match self {
            Self::ToeFirst => p.toe_first,
            Self::KneeMet => p.knee_met,
            Self::Knee => p.knee_deg,
            Self::Speed => p.speed_mps,
            Self::Variability => p.variability_percent,
            Self::Alerts => Some(f64::from(p.cautions + p.stops)),
            Self::Pain => p.pain.map(f64::from),
        }
    }
}

/// A session in the trend.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the measures' names")]
pub struct Point {
    pub session: i64,
    #[serde(serialize_with = "day")]
    pub day: Date,
    pub minutes: f64,
    pub strides: u32,
    pub toe_first: Option<f64>,
    pub knee_met: Option<f64>,
    pub knee_deg: Option<f64>,
    pub speed_mps: Option<f64>,
    pub variability_percent: Option<f64>,
    pub cautions: u32,
    pub stops: u32,
    pub pain: Option<u8>,
}

impl Point {
    /// Of a kept session.
    pub fn of(kept: &Kept) -> Self {
        let s = &kept.session;
        let alerts =
            |level| u32::try_from(s.alerts.iter().filter(|a| a.level == level).count()).unwrap_or(u32::MAX);
        let figure = |f| spread(s, StrideDirection::Backward, f).map(|s| s.median);
        Self {
            session: kept.info.id,
            day: kept.info.started.date(),
            minutes: kept.info.backward_s / 60.0,
            strides: kept.info.backward_strides,
            toe_first: Landings::of(s.judged()).toe_first_share(),
            knee_met: Knees::of(s.judged()).met_share(),
            knee_deg: figure(Figure::KneeMin),
            speed_mps: figure(Figure::Speed),
            variability_percent: stride_time_cv(s.judged()),
            cautions: alerts(AlertLevel::Caution),
            stops: alerts(AlertLevel::Stop),
            pain: s.most_pain(),
        }
    }
}

/// A week, Monday to Sunday.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Week {
    /// Its Monday.
    #[serde(serialize_with = "day")]
    pub monday: Date,
    /// Sessions.
    pub sessions: u32,
    /// Minutes walked backward.
    pub minutes: f64,
    /// Whether the dose was reached; `None` while the week is not over.
    pub dose_reached: Option<bool>,
    /// Whether the volume jumped.
    pub jump: bool,
}

/// A measure at the beginning and now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Which.
    pub measure: Measure,
    /// Sessions in which it is known.
    pub sessions: usize,
    /// Mean of the first three; `None` with too few.
    pub first: Option<f64>,
    /// Mean of the last three.
    pub last: Option<f64>,
    /// A difference of such means has to be more than this to be one (95 %).
    pub needed: Option<f64>,
    /// Whether it is.
    pub changed: bool,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// Whose.
    pub person: String,
    /// Minutes a session and sessions a week that are asked for.
    pub dose: (f64, f64),
    /// Whether that is the default.
    pub dose_assumed: bool,
    /// Sessions, oldest first.
    pub points: Vec<Point>,
    /// Weeks from the first session to today, without holes.
    pub weeks: Vec<Week>,
    /// Weeks on end at the dose, up to now.
    pub weeks_at_dose: u32,
    /// Each measure.
    pub changes: Vec<Change>,
    /// In words.
    pub sentences: Vec<String>,
}

impl Trend {
    /// Of a person's sessions, oldest first, seen from `today`.
    pub fn of(person: &str, prescribed: &Prescribed, points: Vec<Point>, today: &Zoned) -> Self {
        let dose = (
            prescribed.minutes_per_session.unwrap_or(DOSE.0),
            prescribed.sessions_per_week.unwrap_or(DOSE.1),
        );
        let weeks = weeks(&points, dose, today.date());
        let over = weeks.iter().rev().filter_map(|w| w.dose_reached);
        let weeks_at_dose = u32::try_from(over.take_while(|reached| *reached).count()).unwrap_or(u32::MAX);
        let changes: Vec<Change> = Measure::ALL.into_iter().map(|m| change(m, &points)).collect();
        let mut trend = Self {
            person: person.to_owned(),
            dose,
            dose_assumed: prescribed.minutes_per_session.is_none() && prescribed.sessions_per_week.is_none(),
            points,
            weeks,
            weeks_at_dose,
            changes,
            sentences: Vec::new(),
        };
        trend.sentences = trend.words();
        trend
    }

    fn words(&self) -> Vec<String> {
        let mut out = Vec::new();
        let Some((first, last)) = self.points.first().zip(self.points.last()) else {
            return vec![format!("No session of {} is kept yet.", self.person)];
        };
        let minutes: f64 = self.points.iter().map(|p| p.minutes).sum();
        out.push(format!(
            "{}: {} from {} to {}, {} minutes backward.",
            self.person,
            counted(self.points.len() as u64, "session"),
            first.day.strftime("%-d %B %Y"),
            last.day.strftime("%-d %B %Y"),
            number(minutes, 0)
        ));
        let asked = format!(
            "{} minutes {} times a week",
            number(self.dose.0, 0),
            number(self.dose.1, usize::from(self.dose.1.fract() != 0.0))
        );
        let asked = if self.dose_assumed {
            format!("the usual dose of {asked}")
        } else {
            format!("the dose of {asked}")
        };
        let over: Vec<_> = self.weeks.iter().filter_map(|w| w.dose_reached).collect();
        let reached = over.iter().filter(|r| **r).count();
        out.push(format!(
            "{} of {} that are over reached {asked}{}.",
            reached,
            counted(over.len() as u64, "week"),
            match self.weeks_at_dose {
                0 | 1 => String::new(),
                n if n >= DOSE_WEEKS[0] => format!(
                    ", the last {n} on end: in {} to {} such weeks benefit was seen",
                    DOSE_WEEKS[0], DOSE_WEEKS[1]
                ),
                n => format!(", the last {n} on end"),
            }
        ));
        let real: Vec<_> = self
            .changes
            .iter()
            .filter(|c| c.changed)
            .filter_map(|c| {
                let (first, last) = c.first.zip(c.last)?;
                let m = c.measure;
                Some(format!("{} went from {} to {}", m.name().to_lowercase(), m.words(first), m.words(last)))
            })
            .collect();
        out.push(if !real.is_empty() {
            format!("Changed by more than sessions of {} scatter: {}.", self.person, real.join("; "))
        } else if self.points.len() < 2 * COMPARED {
            format!("It takes {} sessions to tell a change from scatter.", 2 * COMPARED)
        } else {
            "Nothing has changed by more than sessions scatter.".into()
        });
        if let Some(week) = self.weeks.iter().rev().find(|w| w.jump) {
            out.push(format!(
                "The week of {} was a jump to {} minutes: raise the weekly minutes by no more than {} at a time.",
                week.monday.strftime("%-d %B"),
                number(week.minutes, 0),
                percent(JUMP_SHARE)
            ));
        }
        let stops: u32 = self.points.iter().rev().take(COMPARED).map(|p| p.stops).sum();
        if stops > 0 {
            out.push(format!(
                "In the last {} sessions {} to stop: talk them over before going on.",
                COMPARED.min(self.points.len()),
                counted(stops.into(), "warning")
            ));
        }
        out
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn day<S: serde::Serializer>(day: &Date, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(day)
}

fn monday(day: Date) -> Date {
    day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).unwrap_or(day)
}

fn weeks(points: &[Point], dose: (f64, f64), today: Date) -> Vec<Week> {
    let Some((first, last)) = points.first().zip(points.last()) else { return Vec::new() };
    let end = monday(today.max(last.day));
    let mut weeks: Vec<Week> = Vec::new();
    let mut at = monday(first.day);
    while at <= end {
        let inside: Vec<_> = points.iter().filter(|p| monday(p.day) == at).collect();
        let minutes: f64 = inside.iter().map(|p| p.minutes).sum();
        let sessions = u32::try_from(inside.len()).unwrap_or(u32::MAX);
        // A tenth short is what a stopwatch and a belt that stops slowly make of a dose.
        let reached = f64::from(sessions) >= dose.1 && minutes >= 0.9 * dose.0 * dose.1;
        let over = at < monday(today);
        let jump =
            before(&weeks).is_some_and(|b| minutes > b * (1.0 + JUMP_SHARE) && minutes > b + JUMP_MINUTES);
        weeks.push(Week { monday: at, sessions, minutes, dose_reached: over.then_some(reached), jump });
        let Ok(next) = at.checked_add(7.days()) else { break };
        at = next;
    }
    weeks
}

/// What the volume of a week is held against: the week before, or after a week without, the mean of the
/// four before.
fn before(weeks: &[Week]) -> Option<f64> {
    let last = weeks.last()?;
    if last.sessions > 0 {
        return Some(last.minutes);
    }
    let four = &weeks[weeks.len().saturating_sub(4)..];
    Some(four.iter().map(|w| w.minutes).sum::<f64>() / four.len() as f64)
}

/// Two-sided 95 % points of Student's t for 1 to 15 degrees of freedom; beyond, an approximation.
const T95: [f64; 15] =
    [12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13];

fn t95(freedom: usize) -> f64 {
    T95.get(freedom.saturating_sub(1)).copied().unwrap_or(1.96 + 2.5 / freedom as f64)
}

/// The scatter between repeated sessions, as a standard deviation: from the differences of neighbours, in
/// which a slow trend has no part (von Neumann 1941, doi 10.1214/aoms/1177731677).
pub fn scatter(values: &[f64]) -> Option<f64> {
    let n = values.len().checked_sub(1).filter(|n| *n > 0)?;
    let squares: f64 = values.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum();
    Some((squares / (2.0 * n as f64)).sqrt())
}

fn change(measure: Measure, points: &[Point]) -> Change {
    let values: Vec<f64> = points.iter().filter_map(|p| measure.of(p)).collect();
    let n = values.len();
    if n < 2 * COMPARED {
        return Change { measure, sessions: n, first: None, last: None, needed: None, changed: false };
    }
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (first, last) = (mean(&values[..COMPARED]), mean(&values[n - COMPARED..]));
    // Two means of three sessions each scatter by √(2/3) of what one session does.
    let needed = scatter(&values)
        .map(|sd| (t95(n - 1) * sd * (2.0 / COMPARED as f64).sqrt()).max(measure.resolution()));
    let changed = needed.is_some_and(|needed| (last - first).abs() > needed);
    Change { measure, sessions: n, first: Some(first), last: Some(last), needed, changed }
}

/// The middle of a measure over all sessions.
pub fn usual(measure: Measure, points: &[Point]) -> Option<f64> {
    median(&mut points.iter().filter_map(|p| measure.of(p)).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(day: &str, minutes: f64, toe_first: f64) -> Point {
        Point {
            session: 1,
            day: day.parse().unwrap(),
            minutes,
            strides: 400,
            toe_first: Some(toe_first),
            knee_met: None,
            knee_deg: None,
            speed_mps: Some(0.6),
            variability_percent: None,
            cautions: 0,
            stops: 0,
            pain: None,
        }
    }

    fn of(points: Vec<Point>, today: &str) -> Trend {
        let today = format!("{today}T12:00[UTC]").parse().unwrap();
        Trend::of("Ada", &Prescribed::default(), points, &today)
    }

    #[test]
    fn scatter_is_no_change_and_a_change_is() {
        let days = ["2026-01-05", "2026-01-07", "2026-01-09", "2026-01-12", "2026-01-14", "2026-01-16"];
        let trend = |shares: [f64; 6]| {
            of(days.iter().zip(shares).map(|(d, s)| point(d, 10.0, s)).collect(), "2026-01-17")
        };
        let steady = trend([0.70, 0.78, 0.69, 0.79, 0.71, 0.80]);
        assert!(!steady.changes[0].changed, "{:?}", steady.changes[0]);
        let better = trend([0.50, 0.52, 0.51, 0.80, 0.82, 0.81]);
        assert!(better.changes[0].changed, "{:?}", better.changes[0]);
        // The same figure every time is no change, and nor is a hair.
        assert!(!trend([0.7; 6]).changes[0].changed);
        assert!(!trend([0.70, 0.70, 0.70, 0.71, 0.71, 0.71]).changes[0].changed);
    }

    #[test]
    fn few_sessions_say_nothing_of_change() {
        let trend = of(vec![point("2026-01-05", 10.0, 0.2), point("2026-01-07", 10.0, 0.9)], "2026-01-08");
        assert!(trend.changes.iter().all(|c| !c.changed && c.first.is_none()));
        assert!(trend.sentences.iter().any(|s| s.contains("It takes 6 sessions")), "{:?}", trend.sentences);
    }

    #[test]
    fn a_jump_in_weekly_volume_is_pointed_out() {
        let trend = of(
            vec![
                point("2026-01-05", 10.0, 0.7),
                point("2026-01-07", 10.0, 0.7),
                point("2026-01-12", 10.0, 0.7),
                point("2026-01-13", 13.0, 0.7),
                point("2026-01-19", 30.0, 0.7),
            ],
            "2026-01-20",
        );
        let jumps: Vec<_> = trend.weeks.iter().map(|w| w.jump).collect();
        // 20 → 23 is within a fifth; 23 → 30 is not.
        assert_eq!(jumps, [false, false, true]);
        assert!(trend.sentences.iter().any(|s| s.contains("week of 19 January was a jump to 30 minutes")));
    }

    #[test]
    fn a_break_is_counted_and_coming_back_at_full_volume_is_a_jump() {
        let trend = of(vec![point("2026-01-05", 30.0, 0.7), point("2026-02-02", 30.0, 0.7)], "2026-02-03");
        assert_eq!(trend.weeks.len(), 5);
        assert!(trend.weeks[1..4].iter().all(|w| w.sessions == 0 && w.dose_reached == Some(false)));
        assert!(trend.weeks[4].jump);
        // The week that is not over is not held against the dose.
        assert_eq!(trend.weeks[4].dose_reached, None);
    }

    #[test]
    fn the_dose_takes_sessions_and_minutes() {
        let dose = |points| of(points, "2026-01-14").weeks[0].dose_reached;
        let week = ["2026-01-05", "2026-01-07", "2026-01-11"];
        assert_eq!(dose(week.iter().map(|d| point(d, 10.0, 0.7)).collect()), Some(true));
        assert_eq!(dose(week.iter().map(|d| point(d, 5.0, 0.7)).collect()), Some(false));
        assert_eq!(dose(vec![point("2026-01-05", 40.0, 0.7)]), Some(false));
    }

    #[test]
    fn the_scatter_leaves_a_trend_out() {
        let values: Vec<f64> = (0..20).map(|k| f64::from(k) * 0.1).collect();
        assert!(scatter(&values).unwrap() < 0.08);
        assert_eq!(scatter(&[1.0]), None);
    }
}

//! Weeks on one page.

use askama::Template;
use jiff::civil::Date;

use super::definitions::number;
use super::svg::{Plot, Svg};
use super::trend::{Change, Measure, Trend, scatter};

const WIDTH: f64 = 720.0;

struct Row {
    name: &'static str,
    sessions: usize,
    first: String,
    last: String,
    needed: String,
    verdict: &'static str,
}

struct SessionRow {
    id: i64,
    day: String,
    minutes: String,
    cells: Vec<String>,
}

#[derive(Template)]
#[template(path = "trend.html")]
struct Page<'a> {
    person: &'a str,
    sentences: &'a [String],
    weeks: Option<Svg>,
    plots: Vec<Svg>,
    rows: Vec<Row>,
    heads: Vec<String>,
    sessions: Vec<SessionRow>,
}

/// The page.
///
/// # Errors
/// When it cannot be put together.
pub fn html(trend: &Trend) -> Result<String, askama::Error> {
    let heads = Measure::ALL
        .iter()
        .map(|m| match m.shown().0 {
            "" => m.name().to_owned(),
            unit => format!("{}, {unit}", m.name()),
        })
        .collect();
    Page {
        person: &trend.person,
        sentences: &trend.sentences,
        weeks: weeks(trend),
        plots: trend.changes.iter().filter_map(|c| measure(trend, c)).collect(),
        rows: trend.changes.iter().map(row).collect(),
        heads,
        sessions: trend
            .points
            .iter()
            .map(|p| SessionRow {
                id: p.session,
                day: p.day.strftime("%-d %b %Y").to_string(),
                minutes: number(p.minutes, 1),
                cells: Measure::ALL
                    .iter()
                    .map(|m| {
                        let (_, factor, decimals) = m.shown();
                        m.of(p).map_or_else(|| "–".into(), |v| number(v * factor, decimals))
                    })
                    .collect(),
            })
            .collect(),
    }
    .render()
}

fn row(c: &Change) -> Row {
    let words = |v: Option<f64>| v.map_or_else(|| "–".into(), |v| c.measure.words(v));
    Row {
        name: c.measure.name(),
        sessions: c.sessions,
        first: words(c.first),
        last: words(c.last),
        needed: words(c.needed),
        verdict: if c.needed.is_none() {
            "too few to tell"
        } else if c.changed {
            "changed"
        } else {
            "no change beyond scatter"
        },
    }
}

fn days(from: Date, to: Date) -> f64 {
    f64::from(to.since(from).map_or(0, |s| s.get_days()))
}

/// Minutes a week as bars, with the dose as a line.
fn weeks(trend: &Trend) -> Option<Svg> {
    let first = trend.weeks.first()?.monday;
    let count = trend.weeks.len() as f64;
    let dose = trend.dose.0 * trend.dose.1;
    let most = trend.weeks.iter().map(|w| w.minutes).fold(dose, f64::max) * 1.15;
    let mut plot =
        Plot::with_margin([WIDTH, 190.0], [0.0, count.max(6.0)], [0.0, most], [46.0, 12.0, 16.0, 34.0]);
    plot.y_axis(4);
    let every = (trend.weeks.len() / 14 + 1).max(1);
    for (k, week) in trend.weeks.iter().enumerate() {
        let x = k as f64;
        plot.area((x + 0.15, 0.0), (x + 0.85, week.minutes), if week.jump { "barjump" } else { "bar" });
        let middle = plot.x.at(x + 0.5);
        let top = plot.y.at(week.minutes);
        if week.sessions > 0 && every < 4 {
            plot.words(middle, top - 4.0, &format!("{}×", week.sessions), "t mid");
        }
        if k % every == 0 {
            plot.words(middle, 170.0, &week.monday.strftime("%-d %b").to_string(), "t mid");
        }
    }
    plot.level(dose, "target");
    plot.level(0.0, "axis");
    plot.words(46.0, 10.0, "minutes backward a week", "t start strong");
    plot.words(WIDTH - 12.0, 10.0, &format!("line: dose, {} min", number(dose, 0)), "t end");
    let says = format!(
        "Minutes walked backward in each of {} weeks from {}, against a dose of {} minutes a week",
        trend.weeks.len(),
        first.strftime("%-d %B %Y"),
        number(dose, 0)
    );
    Some(plot.finish("weeks", "Minutes a week", &says))
}

/// A measure over the sessions, on the days on which they were.
fn measure(trend: &Trend, change: &Change) -> Option<Svg> {
    let m = change.measure;
    let (unit, factor, decimals) = m.shown();
    let start = trend.points.first()?.day;
    let points: Vec<(f64, f64)> =
        trend.points.iter().filter_map(|p| Some((days(start, p.day), m.of(p)? * factor))).collect();
    let last = trend.points.last().map_or(1.0, |p| days(start, p.day)).max(1.0);
    if points.len() < 2 {
        return None;
    }
    let values: Vec<f64> = points.iter().map(|p| p.1).collect();
    let sd = scatter(&values).unwrap_or(0.0);
    let low = values.iter().copied().fold(f64::INFINITY, f64::min) - sd;
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max) + sd;
    let pad = ((high - low) * 0.1).max(10_f64.powi(-i32::try_from(decimals).unwrap_or(0)));
    // What cannot be below nought is drawn from nought where it comes near.
    let floor = if m == Measure::Knee { f64::NEG_INFINITY } else { 0.0 };
    let low = (low - pad).max(floor);
    let ceiling = if matches!(m, Measure::ToeFirst | Measure::KneeMet) { 100.0 } else { f64::INFINITY };
    let high = (high + pad).min(ceiling);
    let mut plot =
        Plot::with_margin([352.0, 150.0], [-last * 0.03, last * 1.03], [low, high], [40.0, 8.0, 22.0, 32.0]);
    plot.y = plot.y.rounded(4);
    plot.y_axis(4);
    if let Some(first) = change.first {
        // Within this band of the beginning a mean of three sessions is no change.
        let needed = change.needed.unwrap_or(0.0) * factor;
        let bounds = plot.x.domain;
        plot.area((bounds[0], first * factor - needed), (bounds[1], first * factor + needed), "stance");
    }
    plot.line(&points, "thin");
    plot.dots(&points, 2.6, "dots");
    let unit = if unit.is_empty() { String::new() } else { format!(", {unit}") };
    plot.words(40.0, 12.0, &format!("{}{unit}", m.name()), "t start strong");
    if change.changed {
        plot.words(344.0, 12.0, "changed", "t end strong");
    }
    plot.x_axis(5, &format!("days since {}", start.strftime("%-d %b %Y")));
    let says = format!(
        "{} in {} sessions: first {}, last {}{}",
        m.name(),
        points.len(),
        number(values[0], decimals),
        number(values[values.len() - 1], decimals),
        if change.changed { "; changed beyond scatter" } else { "" }
    );
    Some(plot.finish(&format!("m-{}", m as u8), m.name(), &says))
}

//! `retrogait trend`: weeks of sessions.

use std::path::PathBuf;

use clap::Args;
use jiff::Zoned;

use super::exit::Exit;
use super::keep::moment;
use super::replay::screen_width;
use super::report::write_page;
use super::sessions::print;
use super::store_args::StoreArgs;
use crate::report::definitions::number;
use crate::report::trend::{Measure, Point, Trend};
use crate::report::trend_html;
use crate::sink::table::{Column, Table, wrapped};

const EXAMPLES: &str = "\
Examples:
  retrogait trend Ada
      minutes a week against the dose, and what has changed beyond scatter
  retrogait trend Ada --html ada.html
      the same as a page with plots, to print and file";

/// Arguments of `trend`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct TrendArgs {
    /// Whose
    #[arg(value_name = "PERSON")]
    person: String,

    /// Write a page to FILE
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Print everything as one JSON object
    #[arg(long)]
    json: bool,

    /// Replace a file that exists
    #[arg(long)]
    force: bool,

    /// Seen from this day [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Zoned>,

    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn run(args: &TrendArgs) -> anyhow::Result<Exit> {
    let store = args.store.open()?;
    let person = store.person(&args.person)?;
    let today = args.until.clone().unwrap_or_else(Zoned::now);
    let mut points = Vec::new();
    for info in store.sessions(Some(&person.name))?.iter().filter(|s| s.started <= today) {
        points.push(Point::of(&store.session(info.id)?));
    }
    let trend = Trend::of(&person.name, &person.prescribed, points, &today);
    if args.json {
        print(&(serde_json::to_string_pretty(&trend)? + "\n"))?;
    } else {
        print(&text(&trend))?;
    }
    if let Some(path) = &args.html {
        write_page(path, args.force, None, &trend_html(&trend)?)?;
    }
    Ok(Exit::Done)
}

fn text(trend: &Trend) -> String {
    let width = screen_width();
    let mut text: String = trend.sentences.iter().map(|s| wrapped("", s, width)).collect();
    if trend.points.is_empty() {
        return text;
    }
    let mut weeks = Table::new(vec![
        Column::new("week of", "", 0).left(),
        Column::new("sessions", "", 0),
        Column::new("minutes", "", 0),
        Column::new("", "", 1).left(),
    ]);
    for w in &trend.weeks {
        let mut words = Vec::new();
        match w.dose_reached {
            Some(true) => words.push("dose reached"),
            Some(false) => words.push("below the dose"),
            None => words.push("not over yet"),
        }
        if w.jump {
            words.push("a jump");
        }
        weeks.row(vec![
            Some(w.monday.to_string()),
            Some(w.sessions.to_string()),
            Some(number(w.minutes, 1)),
            Some(words.join(", ")),
        ]);
    }
    text.push('\n');
    text.push_str(&weeks.render(width));
    let mut changes = Table::new(vec![
        Column::new("", "", 0).left(),
        Column::new("sessions", "", 2),
        Column::new("first three", "", 0),
        Column::new("last three", "", 0),
        Column::new("takes more than", "", 1),
        Column::new("", "", 0).left(),
    ]);
    for c in trend.changes.iter().filter(|c| c.sessions > 0) {
        let words = |v: Option<f64>, m: Measure| v.map(|v| m.words(v));
        changes.row(vec![
            Some(c.measure.name().to_owned()),
            Some(c.sessions.to_string()),
            words(c.first, c.measure),
            words(c.last, c.measure),
            words(c.needed, c.measure),
            Some(if c.needed.is_none() {
                "too few to tell".into()
            } else if c.changed {
                "changed".into()
            } else {
                "no change beyond scatter".into()
            }),
        ]);
    }
    text.push('\n');
    text.push_str(&changes.render(width));
    text
}

//! Figures by name: one set of names for the JSON report and for `--require`.

use serde_json::{Map, Value, json};

use crate::evaluate::events::{ANSWERS, LABELS};
use crate::evaluate::pool::{
    DirectionFigures, EventFigures, Figures, HazardFigures, KneeFigures, KneeMinFigures, Levels,
};
use crate::record::EventKind;

/// Figures as JSON; what was not measured is left out or null.
pub(super) fn json(figures: &Figures) -> Map<String, Value> {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            out.insert(name.to_owned(), value);
        }
    };
    put("captures", json!(figures.captures));
    put("failed", json!(figures.failed));
    put("seconds", json!(figures.seconds));
    put("early", json!(figures.early));
    if !figures.events.is_empty() {
        let events: Map<_, _> =
            figures.events.iter().map(|(kind, f)| (kind.word().to_owned(), json!(f))).collect();
        put("events", Value::Object(events));
    }
    put("direction", json!(figures.direction));
    put("knee", json!(figures.knee));
    put("knee_min", json!(figures.knee_min));
    put("hazards", json!(figures.hazards));
    if let Some(counts) = &figures.contact {
        put("contact", contact(counts));
        put("contact_table", contact_table(counts));
    }
    out
}

/// Shares of the labelled landings that got the right word, a wrong one, `uncertain`, or none.
fn contact(counts: &[[usize; 6]; 4]) -> Value {
    let total: usize = counts.iter().flatten().sum();
    let right: usize = (0..LABELS.len()).map(|i| counts[i][i]).sum();
    let column = |name: &str| -> usize {
        let place = ANSWERS.iter().position(|a| *a == name);
        place.map_or(0, |p| counts.iter().map(|row| row[p]).sum())
    };
    let (uncertain, none) = (column("uncertain"), column("none"));
    let share = |n: usize| (total > 0).then(|| n as f64 / total as f64);
    json!({
        "n": total,
        "right": share(right),
        "wrong": share(total - right - uncertain - none),
        "uncertain": share(uncertain),
        "none": share(none),
    })
}

fn contact_table(counts: &[[usize; 6]; 4]) -> Value {
    let rows = LABELS.iter().zip(counts).filter(|(_, row)| row.iter().any(|n| *n > 0));
    rows.map(|(label, row)| {
        let cells: Map<_, _> =
            ANSWERS.iter().zip(row).map(|(answer, n)| ((*answer).to_owned(), json!(n))).collect();
        ((*label).to_owned(), Value::Object(cells))
    })
    .collect::<Map<_, _>>()
    .into()
}

/// The figure of this name: `toe_contact.f1`, `direction.wrong_s`, `failed`.
pub(super) fn figure(figures: &Figures, name: &str) -> Option<f64> {
    let all = json(figures);
    leaves(&all).into_iter().find(|(n, _)| n == name)?.1
}

/// Every name that a figure can have.
pub(super) fn names() -> Vec<String> {
    let everything = Figures {
        events: EventKind::ALL.into_iter().map(|kind| (kind, EventFigures::default())).collect(),
        direction: Some(DirectionFigures::default()),
        contact: Some([[0; 6]; 4]),
        knee: Some(KneeFigures::default()),
        knee_min: Some(KneeMinFigures::default()),
        hazards: Some(HazardFigures { false_per_hour: Levels::default(), ..HazardFigures::default() }),
        ..Figures::default()
    };
    leaves(&json(&everything)).into_iter().map(|(n, _)| n).collect()
}

/// The numbers in a report, by name; events by their own names, without `events.` before them.
fn leaves(report: &Map<String, Value>) -> Vec<(String, Option<f64>)> {
    let mut out = Vec::new();
    for (name, value) in report {
        match name.as_str() {
            "contact_table" => {}
            "events" => walk("", value, &mut out),
            _ => walk(name, value, &mut out),
        }
    }
    out
}

fn walk(name: &str, value: &Value, out: &mut Vec<(String, Option<f64>)>) {
    match value {
        Value::Object(inside) => {
            for (key, value) in inside {
                let path = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                walk(&path, value, out);
            }
        }
        _ => out.push((name.to_owned(), value.as_f64())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_of_a_report_has_a_name() {
        let names = names();
        for name in [
            "toe_contact.f1",
            "toe_contact.sd_ms",
            "mid_swing.latency_p95_ms",
            "direction.wrong_s",
            "direction.false_backward_s",
            "knee.rmse0_deg",
            "knee_min.mae_deg",
            "contact.wrong",
            "hazards.false_per_hour.stop",
            "failed",
            "early",
        ] {
            assert!(names.iter().any(|n| n == name), "{name} in {names:?}");
        }
    }

    #[test]
    fn a_figure_is_found_by_its_name() {
        let figures = Figures {
            failed: 2,
            events: vec![(EventKind::ToeContact, EventFigures { f1: Some(0.5), ..EventFigures::default() })],
            ..Figures::default()
        };
        assert_eq!(figure(&figures, "toe_contact.f1"), Some(0.5));
        assert_eq!(figure(&figures, "toe_contact.bias_ms"), None);
        assert_eq!(figure(&figures, "failed"), Some(2.0));
        assert_eq!(figure(&figures, "knee.rmse_deg"), None);
    }
}

//! The session as one strip: time across, a mark a step, the plan behind, alerts as flags.

use super::Material;
use super::definitions::number;
use super::svg::{Plot, Svg};
use super::verdict::{Knees, Landings, percent};
use crate::record::{Activity, AlertLevel, Contact, KneeVerdict, Stride, StrideDirection};
use crate::sink::words::counted;

const WIDTH: f64 = 720.0;
const MARGIN: [f64; 4] = [46.0, 8.0, 0.0, 0.0];
/// Height of a row with marks.
const ROW: f64 = 52.0;
/// Room that a mark needs across.
const MARK: f64 = 7.5;
/// More rows than this are an overview instead.
const MOST_ROWS: usize = 9;
/// Spans of an overview.
const SPANS: usize = 96;

/// Shapes of landings, for marks around their middle.
pub(super) const fn landing_shape(contact: Option<Contact>) -> (&'static str, &'static str) {
    match contact {
        Some(Contact::ToeFirst) => ("m-3 2.8l3-5.6l3 5.6z", "fill"),
        Some(Contact::Flat) => ("m-3.2-1.2h6.4v2.4h-6.4z", "fill"),
        Some(Contact::HeelFirst) => ("m-3-2.8l3 5.6l3-5.6z", "open"),
        Some(Contact::ToeOnly) => ("m-3 2.8l3-5.6l3 5.6z", "open"),
        Some(Contact::Uncertain) => ("m-1.8-1.4q0-1.8 1.8-1.8t1.8 1.8q0 1.2-1.8 2v1m0 1.5v.4", "open"),
        None => ("h0", "dot"),
    }
}

/// Shapes of knees.
pub(super) const fn knee_shape(knee: Option<KneeVerdict>) -> (&'static str, &'static str) {
    match knee {
        Some(KneeVerdict::Met) => ("m0-3.4v6.8", "open"),
        Some(KneeVerdict::Short) => ("m-2 3l4-6", "open"),
        Some(KneeVerdict::Missed) => ("m-2-3l4 6", "bold"),
        Some(KneeVerdict::Uncertain) | None => ("h0", "dot"),
    }
}

/// The strip, and whether it has a mark for each step; a long session has shares over spans of time.
pub(super) fn strip(m: &Material) -> Option<(Svg, bool)> {
    let (from, to) = (m.session.facts.data.start_s, m.session.facts.data.end_s);
    let strides: Vec<&Stride> =
        m.session.strides.iter().filter(|s| s.direction == StrideDirection::Backward).collect();
    if strides.is_empty() || to <= from {
        return None;
    }
    let mut lengths: Vec<f64> = strides.iter().filter_map(|s| s.stride_time_s).collect();
    let stride_s = super::average::median(&mut lengths).unwrap_or(1.2).max(0.4);
    let across = (WIDTH - MARGIN[0] - MARGIN[1]) / MARK;
    let row_s = nice_span(stride_s * across);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let rows = ((to - from) / row_s).ceil().max(1.0) as usize;
    let says = format!(
        "{} backward; marks of how the foot landed and how straight the knee got, in the order of time",
        counted(strides.len() as u64, "step")
    );
    Some(if rows <= MOST_ROWS {
        // A short session takes the width of the page.
        let row_s = if rows == 1 { to - from } else { row_s };
        (detailed(m, &strides, from, row_s, rows, &says), true)
    } else {
        (overview(m, &strides, from, to, &says), false)
    })
}

/// A span that people count in, s, not above `most`.
fn nice_span(most: f64) -> f64 {
    [600.0, 300.0, 240.0, 180.0, 120.0, 90.0, 60.0].into_iter().find(|s| *s <= most).unwrap_or(30.0)
}

fn clock(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive time")]
    let whole = seconds.max(0.0).round() as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

fn detailed(m: &Material, strides: &[&Stride], from: f64, row_s: f64, rows: usize, says: &str) -> Svg {
    let height = rows as f64 * ROW + 4.0;
    let mut all = Plot::with_margin([WIDTH, height], [0.0, 1.0], [0.0, 1.0], MARGIN);
    for r in 0..rows {
        let (start, top) = (from + r as f64 * row_s, r as f64 * ROW);
        let end = start + row_s;
        // One unit up is one pixel up from the bottom of the row.
        let margin = [MARGIN[0], MARGIN[1], top, height - top - ROW];
        let mut row = Plot::with_margin([WIDTH, height], [start, end], [0.0, ROW], margin);
        for bout in &m.session.bouts {
            let (a, b) = (bout.start.seconds(), bout.end.seconds());
            let class = match bout.activity {
                Activity::Backward => "bw",
                Activity::Forward => "fw",
                Activity::Turning | Activity::Standing | Activity::Other => continue,
            };
            if b > start && a < end {
                row.area((a, 6.0), (b, 36.0), class);
            }
        }
        for segment in m.session.plan.iter().flat_map(|p| &p.segments) {
            if segment.end_s > start && segment.start_s < end {
                row.area((segment.start_s, 1.0), (segment.end_s, 4.0), plan_class(&segment.activity));
            }
        }
        let in_row = |s: &&&Stride| (start..end).contains(&s.start.seconds());
        let mut landings: Groups<Option<Contact>> = Vec::new();
        let mut knees: Groups<Option<KneeVerdict>> = Vec::new();
        for s in strides.iter().filter(in_row) {
            let x = s.start.seconds();
            let (contact, knee) = if s.valid { (s.contact, s.knee_verdict) } else { (None, None) };
            group(&mut landings, contact, (x, 27.0));
            group(&mut knees, knee, (x, 14.0));
        }
        for (contact, places) in &landings {
            let (shape, class) = landing_shape(*contact);
            row.marks(places, shape, class);
        }
        for (knee, places) in &knees {
            let (shape, class) = knee_shape(*knee);
            row.marks(places, shape, class);
        }
        for alert in m.session.alerts.iter().filter(|a| (start..end).contains(&a.onset_s)) {
            row.mark(alert.onset_s, 36.0, flag(alert.level), flag_class(alert.level));
        }
        row.words(MARGIN[0] - 6.0, top + ROW - 22.0, &clock(start - from), "t end");
        all.absorb(&row);
    }
    all.finish("strip", "The session, step by step", says)
}

fn plan_class(activity: &str) -> &'static str {
    match activity {
        "backward" => "planbw",
        "forward" => "planfw",
        _ => "planrest",
    }
}

/// Places by what is marked at them.
pub(super) type Groups<K> = Vec<(K, Vec<(f64, f64)>)>;

fn group<K: PartialEq>(groups: &mut Groups<K>, key: K, place: (f64, f64)) {
    match groups.iter_mut().find(|(k, _)| *k == key) {
        Some((_, places)) => places.push(place),
        None => groups.push((key, vec![place])),
    }
}

/// The flag of an alert, planted at its place.
pub(super) const fn flag(level: AlertLevel) -> &'static str {
    match level {
        AlertLevel::Stop => "v-13h9l-2.5 3l2.5 3h-9",
        AlertLevel::Caution => "v-13l7 3l-7 3",
        AlertLevel::Info => "v-7",
    }
}

pub(super) const fn flag_class(level: AlertLevel) -> &'static str {
    match level {
        AlertLevel::Stop => "flag stop",
        AlertLevel::Caution => "flag caution",
        AlertLevel::Info => "flag",
    }
}

/// A long session: shares over spans of time.
fn overview(m: &Material, strides: &[&Stride], from: f64, to: f64, says: &str) -> Svg {
    let height = 118.0;
    let minutes = |s: f64| (s - from) / 60.0;
    let mut plot = Plot::with_margin(
        [WIDTH, height],
        [0.0, minutes(to)],
        [0.0, 1.0],
        [MARGIN[0], MARGIN[1], 18.0, 34.0],
    );
    let span = (to - from) / SPANS as f64;
    let mut knees = Vec::new();
    for k in 0..SPANS {
        let (a, b) = (from + k as f64 * span, from + (k + 1) as f64 * span);
        let inside = || strides.iter().copied().filter(|s| s.valid && (a..b).contains(&s.start.seconds()));
        let counts = Landings::of(inside());
        let all = f64::from(counts.told() + counts.uncertain);
        if all > 0.0 {
            let (x0, x1) = (minutes(a), minutes(b));
            let mut low = 0.0;
            for (n, class) in [
                (counts.toe_first, "toes"),
                (counts.toe_only, "toeonly"),
                (counts.flat + counts.heel_first, "flat"),
                (counts.uncertain, "unsure"),
            ] {
                let high = low + f64::from(n) / all;
                if n > 0 {
                    plot.area((x0, low), (x1, high), class);
                }
                low = high;
            }
        }
        knees.extend(Knees::of(inside()).met_share().map(|share| (minutes(f64::midpoint(a, b)), share)));
    }
    plot.line(&knees, "line halo");
    plot.line(&knees, "line");
    for (share, word) in [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")] {
        let y = plot.y.at(share);
        plot.words(MARGIN[0] - 5.0, y + 3.5, word, "t end");
    }
    for alert in &m.session.alerts {
        if alert.level != AlertLevel::Info {
            plot.mark(minutes(alert.onset_s), 1.0, flag(alert.level), flag_class(alert.level));
        }
    }
    plot.x_axis(10, "minutes");
    let landings = Landings::of(strides.iter().copied().filter(|s| s.valid));
    let share = landings.toe_first_share().map_or_else(|| "unknown".into(), percent);
    plot.finish(
        "strip",
        "The session over time",
        &format!("{says}; {share} toes first; spans of {} s", number(span, 0)),
    )
}

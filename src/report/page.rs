//! The report as a page.

use std::fmt::Write as _;

use askama::Template;

use super::Material;
use super::charts::{self, event_word};
use super::definitions::{DEFINITIONS, Definition, number};
use super::energy::{self, Energy};
use super::missing::not_measured;
use super::strip::strip;
use super::svg::{Plot, Svg};
use super::verdict::{Verdict, percent, sentence, spread};
use crate::mount::Side;
use crate::person::figure::Figure;
use crate::plan::checklist::ITEMS;
use crate::record::{AlertLevel, EventKind, StrideDirection};
use crate::safety::rule::Rule;
use crate::session::Checklist;
use crate::sink::words::{counted, duration, grouped};

/// Alerts that are drawn; stops and warnings go before hints.
const DRAWN: usize = 120;

/// A name and what it is.
struct Fact {
    name: &'static str,
    value: String,
}

fn fact(name: &'static str, value: impl Into<String>) -> Fact {
    Fact { name, value: value.into() }
}

/// A line of the table of figures.
struct Row {
    def: &'static Definition,
    median: String,
    range: String,
    strides: usize,
    ahead: String,
    own: String,
}

/// An alert as shown.
struct AlertView {
    level: &'static str,
    name: String,
    at: String,
    message: String,
    what: String,
    evidence: String,
    answer: String,
    plot: Option<Svg>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    title: String,
    who: &'a str,
    head: Vec<Fact>,
    verdict: &'a Verdict,
    shares: Svg,
    strip: Option<(Svg, bool)>,
    plan: Option<String>,
    checklist: Option<String>,
    average: Option<(Svg, String)>,
    events: Vec<(&'static str, String)>,
    figures: Vec<Svg>,
    rows: Vec<Row>,
    cv: Option<String>,
    energy: Option<Vec<String>>,
    pain: Vec<String>,
    alerts: Vec<AlertView>,
    alerts_more: usize,
    missing: Vec<String>,
    quality: Vec<Fact>,
    versions: Vec<Fact>,
}

/// The page.
///
/// # Errors
/// When it cannot be put together.
pub fn html(m: &Material) -> Result<String, askama::Error> {
    let verdict = Verdict::of(m);
    let who = m.who.as_deref().unwrap_or("Somebody");
    let day = m.started.as_ref().map(|t| t.strftime("%-d %B %Y, %H:%M").to_string());
    let average = charts::average_stride(m);
    let events = average_events(m);
    let page = Page {
        title: match &day {
            Some(day) => format!("Backward walking: {who}, {day}"),
            None => format!("Backward walking: {}", m.capture),
        },
        who,
        head: head(m, day),
        shares: shares(&verdict),
        strip: strip(m),
        plan: m.session.plan.as_ref().map(|p| p.title.clone()),
        checklist: m.session.plan.as_ref().and_then(|p| p.checklist.as_ref()).map(checklist),
        average,
        events,
        figures: DEFINITIONS
            .iter()
            .filter_map(|d| charts::figure_over_time(m, d.figure))
            .chain(charts::heart_over_time(m))
            .collect(),
        rows: rows(m),
        cv: verdict.stride_time_cv_percent.map(|cv| number(cv, 1)),
        energy: energy::estimate(&m.session, m.mass_kg, m.sessions_before).map(|e| energy_words(m, &e)),
        pain: pain(m),
        alerts_more: m.session.alerts.len().saturating_sub(DRAWN),
        alerts: alerts(m),
        missing: not_measured(m),
        quality: quality(m),
        versions: versions(m),
        verdict: &verdict,
    };
    page.render()
}

fn head(m: &Material, day: Option<String>) -> Vec<Fact> {
    let mut head = Vec::new();
    head.extend(day.map(|d| fact("When", d)));
    head.push(fact("Length", duration(m.session.facts.length_s())));
    head.extend(m.id.map(|id| fact("Session", id.to_string())));
    let leg = match m.meta.side {
        Some(Side::Left) => "left",
        Some(Side::Right) => "right",
        None => "not said",
    };
    head.push(fact("Leg", leg));
    let place = if m.session.facts.data.thigh_samples > 0 { "shin and thigh" } else { "shin" };
    head.push(fact("Sensor", m.sensor.as_ref().map_or_else(|| place.into(), |s| format!("{s}, {place}"))));
    head.extend(m.meta.treadmill_mps.map(|v| fact("Belt", m.units.speed(v))));
    head
}

/// What the average stride's events are called, and where they lie.
fn average_events(m: &Material) -> Vec<(&'static str, String)> {
    super::average::average(&m.track, &m.session.strides, StrideDirection::Backward)
        .map(|a| a.events)
        .unwrap_or_default()
        .into_iter()
        .filter(|(kind, _)| *kind != EventKind::ToeContact)
        .map(|(kind, place)| (event_word(kind), format!("{} %", number(place, 0))))
        .collect()
}

/// A bar: its name, the share, its parts (word, count, class), the target.
type Bar<'a> = (&'a str, Option<f64>, Vec<(&'a str, u32, &'a str)>, f64);

/// Where the bars begin: the longest name and a share of 100 % have room before it.
const BAR: f64 = 208.0;

/// Landings and knees as two bars.
fn shares(v: &Verdict) -> Svg {
    let mut all = Plot::with_margin([720.0, 104.0], [0.0, 1.0], [0.0, 1.0], [0.0; 4]);
    let landings = &v.landings;
    let told = format!("{} judged", counted(v.strides as u64, "step"));
    let bars: [Bar<'_>; 2] = [
        (
            "Toes first",
            v.toe_first_share,
            vec![
                ("toes first", landings.toe_first, "toes"),
                ("toes only", landings.toe_only, "toeonly"),
                ("flat", landings.flat, "flat"),
                ("heel first", landings.heel_first, "flat"),
                ("not told", landings.uncertain, "unsure"),
            ],
            v.toe_first_target,
        ),
        (
            "Knee straight",
            v.knee_met_share,
            vec![
                ("straight", v.knees.met, "toes"),
                ("short", v.knees.short, "toeonly"),
                ("bent", v.knees.missed, "flat"),
                ("not told", v.knees.uncertain, "unsure"),
            ],
            v.toe_first_target,
        ),
    ];
    let mut says = vec![told];
    for (k, (name, share, parts, target)) in bars.into_iter().enumerate() {
        let top = 52.0 * k as f64;
        all.words(0.0, top + 22.0, name, "t start big");
        let total: u32 = parts.iter().map(|p| p.1).sum();
        let words = share.map_or_else(|| "not judged".into(), percent);
        says.push(format!("{name}: {words}"));
        if share.is_some() {
            all.words(BAR - 12.0, top + 22.0, &words, "t end big");
        }
        if total == 0 {
            all.words(BAR, top + 22.0, "not judged: there was no step of which it could be told", "t start");
            continue;
        }
        let margin = [BAR, 4.0, top + 8.0, 104.0 - top - 26.0];
        let mut bar = Plot::with_margin([720.0, 104.0], [0.0, f64::from(total)], [0.0, 1.0], margin);
        let mut from = 0.0;
        let mut legend = Vec::new();
        for (word, n, class) in parts.into_iter().filter(|p| p.1 > 0) {
            bar.area((from, 0.0), (from + f64::from(n), 1.0), class);
            from += f64::from(n);
            legend.push(format!("{word} {n}"));
        }
        if k == 0 {
            // The target is a share of the landings that were told.
            bar.upright(target * f64::from(v.landings.told()), "", "target");
        }
        bar.words(BAR, top + 40.0, &legend.join("  ·  "), "t start");
        all.absorb(&bar);
    }
    all.finish("shares", "How the steps were taken", &says.join(". "))
}

fn rows(m: &Material) -> Vec<Row> {
    let baseline = m.person.baseline_for(m.meta.side);
    DEFINITIONS
        .iter()
        .filter_map(|def| {
            let back = spread(&m.session, StrideDirection::Backward, def.figure)?;
            let ahead = spread(&m.session, StrideDirection::Forward, def.figure).filter(|s| s.n >= 3);
            Some(Row {
                def,
                median: def.shown(back.median),
                range: format!("{} to {}", def.shown(back.p05), def.shown(back.p95)),
                strides: back.n,
                ahead: ahead.map(|s| def.shown(s.median)).unwrap_or_default(),
                own: own(m, def, baseline.and_then(|b| b.figure(def.figure)).map(|u| u.median)),
            })
        })
        .collect()
}

/// What it is held against of the person's own: a target, a band, what is usual.
fn own(m: &Material, def: &Definition, usual: Option<f64>) -> String {
    let mut words = Vec::new();
    if def.figure == Figure::KneeMin {
        words.extend(m.knee_target_deg().map(|t| format!("target {}", def.shown(t))));
    }
    words
        .extend(m.person.band(def.figure).map(|[a, b]| format!("band {} to {}", def.shown(a), def.shown(b))));
    words.extend(usual.map(|u| format!("usual {}", def.shown(u))));
    words.join("; ")
}

fn energy_words(m: &Material, e: &Energy) -> Vec<String> {
    let mut words = Vec::new();
    let met = e.met.map(|v| number(v, 1));
    match e.kcal {
        Some(kcal) => {
            let kcal = kcal.map(|v| number(v, 0));
            words.push(format!(
                "About {} kcal, between {} and {}, for {} of backward walking ({} times rest, {} to {}).",
                kcal[1],
                kcal[0],
                kcal[2],
                duration(e.minutes * 60.0),
                met[1],
                met[0],
                met[2]
            ));
        }
        None => words.push(format!(
            "About {} times rest, between {} and {}, for {} of backward walking; without the body's mass nothing \
             is said in kcal.",
            met[1],
            met[0],
            met[2],
            duration(e.minutes * 60.0)
        )),
    }
    words.push(format!("Formula: {}.", energy::FORMULA));
    if e.low_confidence {
        words.push(
            "Most of it was slower than the 3 km/h from which the formula holds: low confidence.".into(),
        );
    }
    if m.session.heart.is_empty() {
        words.push("No heart rate was recorded.".into());
    } else {
        let mut bpm: Vec<f64> = m.session.heart.iter().map(|h| f64::from(h.bpm)).collect();
        let most = bpm.iter().copied().fold(0.0, f64::max);
        if let Some(median) = super::average::median(&mut bpm) {
            words.push(format!(
                "Heart rate: median {}, highest {} a minute.",
                number(median, 0),
                number(most, 0)
            ));
        }
    }
    words
}

fn checklist(asked: &Checklist) -> String {
    match (asked.skipped, asked.confirmed.len()) {
        (true, _) => "The safety checklist was left out.".into(),
        (false, n) if n == ITEMS.len() => "The safety checklist was confirmed.".into(),
        (false, n) => format!("Of the safety checklist, {n} of {} points were confirmed.", ITEMS.len()),
    }
}

fn pain(m: &Material) -> Vec<String> {
    m.session
        .pain
        .iter()
        .map(|p| match p.at_s {
            Some(at) => format!("{} of 10 at {}", p.score, duration(at - m.session.facts.data.start_s)),
            None => format!("{} of 10", p.score),
        })
        .collect()
}

fn alerts(m: &Material) -> Vec<AlertView> {
    let start_s = m.session.facts.data.start_s;
    let mut order: Vec<_> = m.session.alerts.iter().enumerate().collect();
    // Loud ones first where not all can be drawn; shown in the order of time.
    order.sort_by_key(|(n, a)| (std::cmp::Reverse(a.level), *n));
    order.truncate(DRAWN);
    order.sort_by_key(|(n, _)| *n);
    order
        .into_iter()
        .map(|(n, a)| {
            let figures: Vec<_> =
                a.evidence.iter().map(|(name, value)| evidence_words(name, *value)).collect();
            let mut answer = format!("known after {} s", number(a.detected_s - a.onset_s, 2));
            if let Some(end) = a.ended_s {
                let _ = write!(answer, ", lasted {}", duration((end - a.onset_s).max(0.0)));
            }
            match a.acknowledged_s {
                Some(t) => _ = write!(answer, ", acknowledged after {}", duration(t - a.detected_s)),
                None if a.level == AlertLevel::Stop => answer.push_str(", not acknowledged"),
                None => {}
            }
            AlertView {
                level: match a.level {
                    AlertLevel::Stop => "Stop",
                    AlertLevel::Caution => "Slow down",
                    AlertLevel::Info => "Technique",
                },
                name: sentence(&a.rule.replace('_', " ")),
                at: duration((a.onset_s - start_s).max(0.0)),
                message: a.message.clone(),
                what: Rule::named(&a.rule)
                    .map(|r| sentence(&format!("{}: {}.", r.info().what, r.info().why)))
                    .unwrap_or_default(),
                evidence: figures.join(", "),
                answer,
                plot: charts::evidence(m, a, n),
            }
        })
        .collect()
}

/// Ends of the names of figures, and how their units are written.
const UNITS: [(&str, &str); 9] = [
    ("_mps2", " m/s²"),
    ("_mps", " m/s"),
    ("_dps", "°/s"),
    ("_deg", "°"),
    ("_pct", " %"),
    ("_hz", " Hz"),
    ("_g", " g"),
    ("_m", " m"),
    ("_s", " s"),
];

/// `below_usual_deg` and 3.669 as people read them.
fn evidence_words(name: &str, value: f64) -> String {
    let (stem, unit) =
        UNITS.iter().find_map(|(end, unit)| Some((name.strip_suffix(end)?, *unit))).unwrap_or((name, ""));
    let decimals = if value.fract() == 0.0 || value.abs() >= 100.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        2
    };
    format!("{} {}{unit}", stem.replace('_', " "), number(value, decimals))
}

fn quality(m: &Material) -> Vec<Fact> {
    let data = &m.session.facts.data;
    let mut out = vec![
        fact("Samples", grouped(data.samples)),
        fact("Rate", data.rate_hz.map_or_else(|| "unknown".into(), |r| format!("{} a second", number(r, 1)))),
        fact(
            "Missing",
            if data.lost == 0 && data.gaps == 0 {
                "none".to_owned()
            } else {
                format!(
                    "{}, {} in {}",
                    counted(data.lost, "sample"),
                    duration(data.gap_s),
                    counted(data.gaps.into(), "gap")
                )
            },
        ),
    ];
    if data.samples + data.lost > 0 {
        let share = data.lost as f64 / (data.samples + data.lost) as f64 * 100.0;
        out.push(fact("Lost", format!("{} %", number(share, 1))));
    }
    out.push(fact("At the end of the range", grouped(data.clipped)));
    out.push(fact("Left out", grouped(data.rejected)));
    if data.thigh_samples > 0 {
        out.push(fact("With the thigh", grouped(data.thigh_samples)));
    }
    let mount = &m.session.facts.mount;
    let from = match mount.source.as_str() {
        "line" => "as the capture says",
        "movement" => "found in the movement",
        "calibration" => "by calibration",
        _ => "not known",
    };
    let mut words = from.to_owned();
    if let Some(tilt) = mount.tilt_deg {
        let _ = write!(words, ", {}° off upright", number(tilt, 0));
    }
    if !mount.sign_known {
        words.push_str(", sign open");
    }
    out.push(fact("Axes", words));
    out
}

fn versions(m: &Material) -> Vec<Fact> {
    let mut out = vec![fact("retrogait", m.program.clone())];
    if let Some(map) = m.algorithms.as_object() {
        let words: Vec<_> = map.iter().map(|(k, v)| format!("{} {v}", k.replace('_', " "))).collect();
        out.push(fact("Algorithms", words.join(", ")));
    }
    out.push(fact("Capture", m.capture.clone()));
    out
}

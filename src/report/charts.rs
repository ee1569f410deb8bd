//! The plots of a report: the average stride, figures over time, the evidence of an alert.

use std::fmt::Write as _;

use super::Material;
use super::average::{Average, average, quantile};
use super::definitions::{Definition, number};
use super::strip::{Groups, flag, flag_class, landing_shape};
use super::svg::{Plot, Svg};
use super::track::Channel;
use crate::person::figure::Figure;
use crate::record::{AlertLevel, Contact, EventKind, StrideDirection};
use crate::session::AlertNote;

const WIDTH: f64 = 720.0;

/// What an event is called on a page.
pub(super) const fn event_word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::ToeContact => "toes down",
        EventKind::HeelContact => "heel down",
        EventKind::KneeExtension => "knee straightest",
        EventKind::ForefootRise => "forefoot up",
        EventKind::FinalContact => "heel up",
        EventKind::InitialContact => "foot down",
        EventKind::MidSwing => "mid-swing",
    }
}

/// The average stride backward, with forward behind it where both were walked.
pub(super) fn average_stride(m: &Material) -> Option<(Svg, String)> {
    let back = average(&m.track, &m.session.strides, StrideDirection::Backward)?;
    let ahead = average(&m.track, &m.session.strides, StrideDirection::Forward);
    let panels: Vec<(Channel, &str)> = [
        (Channel::Angle, "shank angle, °"),
        (Channel::Rate, "shank rate, °/s"),
        (Channel::Knee, "knee bend, °"),
    ]
    .into_iter()
    .filter(|(c, _)| !back.channels[*c as usize].is_empty())
    .collect();
    let (panel, top, bottom) = (138.0, 36.0, 34.0);
    let height = top + panel * panels.len() as f64 + bottom;
    let mut all = Plot::with_margin([WIDTH, height], [0.0, 100.0], [0.0, 1.0], [46.0, 12.0, top, bottom]);
    if let Some((_, lift)) = back.events.iter().find(|(k, _)| *k == EventKind::FinalContact) {
        all.area((0.0, 0.0), (*lift, 1.0), "stance");
    }
    for (k, (kind, place)) in back.events.iter().enumerate() {
        all.upright(*place, "", "event");
        let x = all.x.at(*place);
        let anchor = if *place < 3.0 { "t start" } else { "t mid" };
        all.words(x, if k % 2 == 0 { 26.0 } else { 13.0 }, event_word(*kind), anchor);
    }
    for (n, (channel, label)) in panels.iter().enumerate() {
        let (y0, last) = (top + panel * n as f64, n + 1 == panels.len());
        let bands = &back.channels[*channel as usize];
        let of_ahead = ahead.as_ref().map(|a| &a.channels[*channel as usize]).filter(|b| !b.is_empty());
        let figures = || bands.iter().chain(of_ahead.into_iter().flatten());
        let low = figures().map(|b| b.low).fold(f64::INFINITY, f64::min);
        let high = figures().map(|b| b.high).fold(f64::NEG_INFINITY, f64::max);
        let margin = [46.0, 12.0, y0 + 10.0, height - y0 - panel + if last { 0.0 } else { 12.0 }];
        let mut plot =
            Plot::with_margin([WIDTH, height], [0.0, 100.0], [low.min(0.0), high.max(0.0)], margin);
        plot.y = plot.y.rounded(4);
        plot.y_axis(4);
        plot.level(0.0, "zero");
        let at = |k: usize| k as f64;
        if let Some(ahead) = of_ahead {
            let line: Vec<_> = ahead.iter().enumerate().map(|(k, b)| (at(k), b.mid)).collect();
            plot.line(&line, "line ahead");
        }
        let band: Vec<_> = bands.iter().enumerate().map(|(k, b)| (at(k), b.low, b.high)).collect();
        plot.band(&band, "spread");
        let line: Vec<_> = bands.iter().enumerate().map(|(k, b)| (at(k), b.mid)).collect();
        plot.line(&line, "line");
        plot.words(46.0, y0 + 5.0, label, "t start strong");
        if last {
            plot.x_axis(10, "percent of the stride");
        }
        all.absorb(&plot);
    }
    let says = caption(&back, ahead.as_ref());
    Some((all.finish("average", "The average stride", &says), says))
}

fn caption(back: &Average, ahead: Option<&Average>) -> String {
    let mut text = format!(
        "The median of {} backward strides (solid line) with the band in which eight of ten lie; a stride \
         took {} s. Shaded: foot on the ground.",
        back.strides,
        number(back.stride_time_s, 2)
    );
    if let Some(ahead) = ahead {
        let _ = write!(
            text,
            " Dashed: the median of {} forward strides of the same session ({} s), from foot contact on.",
            ahead.strides,
            number(ahead.stride_time_s, 2)
        );
    }
    text
}

/// Strides up to which each is a dot; more are drawn as a band.
const DOTS: usize = 500;
/// Spans of a band.
const SPANS: usize = 120;
/// Bins of a distribution.
const BINS: usize = 18;

/// A figure over the session, and its distribution beside it.
pub(super) fn figure_over_time(m: &Material, figure: Figure) -> Option<Svg> {
    let from = m.session.facts.data.start_s;
    let to = m.session.facts.data.end_s;
    let minutes = |s: f64| (s - from) / 60.0;
    let def = Definition::of(figure);
    let points: Vec<(f64, f64)> = m
        .session
        .judged()
        .filter_map(|s| Some((minutes(s.start.seconds()), figure.of(s)? * def.factor)))
        .collect();
    if points.len() < 3 || to <= from {
        return None;
    }
    let mut values: Vec<f64> = points.iter().map(|p| p.1).collect();
    // A few wild strides must not press the rest into a line: they are drawn at the edge.
    let (q1, q3) = (quantile(&mut values, 0.05)?, quantile(&mut values, 0.95)?);
    let pad = ((q3 - q1) * 0.6).max(q3.abs() * 0.02).max(1e-3);
    let bands = m.person.band(figure).map(|b| b.map(|v| v * def.factor));
    let target = knee_target(m, figure);
    let reach = |v: f64, f: fn(f64, f64) -> f64| bands.iter().flatten().copied().chain(target).fold(v, f);
    let low = reach(q1 - pad, f64::min);
    let high = reach(q3 + pad, f64::max);
    let size = [WIDTH, 104.0];
    let mut plot = Plot::with_margin(size, [0.0, minutes(to)], [low, high], [46.0, 140.0, 20.0, 18.0]);
    plot.y_axis(4);
    if let Some([a, b]) = bands {
        plot.area((0.0, a), (minutes(to), b), "goal");
    }
    if let Some(target) = target {
        plot.level(target, "target");
    }
    let kept = |v: f64| v.clamp(low, high);
    if points.len() <= DOTS {
        let dots: Vec<_> = points.iter().map(|(x, y)| (*x, kept(*y))).collect();
        plot.dots(&dots, 1.4, "dots");
    } else {
        let span = minutes(to) / SPANS as f64;
        let mut middle = Vec::new();
        let mut band = Vec::new();
        for k in 0..SPANS {
            let (a, b) = (k as f64 * span, (k + 1) as f64 * span);
            let mut inside: Vec<f64> =
                points.iter().filter(|(x, _)| (a..b).contains(x)).map(|(_, y)| kept(*y)).collect();
            if let (Some(l), Some(mid), Some(h)) =
                (quantile(&mut inside, 0.1), quantile(&mut inside, 0.5), quantile(&mut inside, 0.9))
            {
                middle.push((f64::midpoint(a, b), mid));
                band.push((f64::midpoint(a, b), l, h));
            }
        }
        plot.band(&band, "spread");
        plot.line(&middle, "line");
    }
    for alert in m.session.alerts.iter().filter(|a| a.level != AlertLevel::Info) {
        let x = minutes(alert.onset_s);
        plot.upright(x, "", "when");
        plot.mark(x, high, flag(alert.level), flag_class(alert.level));
    }
    let unit = if def.unit.is_empty() { String::new() } else { format!(", {}", def.unit) };
    plot.words(46.0, 12.0, &format!("{}{unit}", def.name), "t start strong");
    time_axis(&mut plot);
    distribution(&mut plot, size, &values, low, high);
    let says = format!(
        "{} of {} strides over time, median {}, nine of ten from {} to {} {}",
        def.name,
        points.len(),
        number(quantile(&mut values, 0.5)?, def.decimals),
        number(q1, def.decimals),
        number(q3, def.decimals),
        def.unit
    );
    Some(plot.finish(&format!("f-{}", figure.word()), def.name, &says))
}

/// Heart rate over the session, where a strap was worn.
pub(super) fn heart_over_time(m: &Material) -> Option<Svg> {
    let facts = &m.session.facts.data;
    let minutes = |s: f64| (s - facts.start_s) / 60.0;
    let mut beats: Vec<f64> = m.session.heart.iter().map(|h| f64::from(h.bpm)).collect();
    let (low, high) = (quantile(&mut beats, 0.0)?, quantile(&mut beats, 1.0)?);
    let size = [WIDTH, 104.0];
    let domain = [low - 5.0, high + 5.0];
    let mut plot = Plot::with_margin(size, [0.0, minutes(facts.end_s)], domain, [46.0, 140.0, 20.0, 18.0]);
    plot.y_axis(4);
    // As many places as can be told apart on paper: hours of beats are their medians.
    let every = m.session.heart.len().div_ceil(SPANS * 4).max(1);
    let line: Vec<_> = m
        .session
        .heart
        .chunks(every)
        .filter_map(|part| {
            let mut bpm: Vec<f64> = part.iter().map(|h| f64::from(h.bpm)).collect();
            Some((minutes(part[part.len() / 2].at_s), quantile(&mut bpm, 0.5)?))
        })
        .collect();
    plot.line(&line, "thin");
    if line.len() < DOTS {
        plot.dots(&line, 1.4, "dots");
    }
    plot.words(46.0, 12.0, "Heart rate, beats a minute", "t start strong");
    time_axis(&mut plot);
    distribution(&mut plot, size, &beats, domain[0], domain[1]);
    let says = format!("{} values, from {} to {} a minute", beats.len(), number(low, 0), number(high, 0));
    Some(plot.finish("f-heart", "Heart rate", &says))
}

fn knee_target(m: &Material, figure: Figure) -> Option<f64> {
    (figure == Figure::KneeMin).then(|| m.knee_target_deg()).flatten()
}

/// Minutes without a word: the row's heading says it once.
fn time_axis(plot: &mut Plot) {
    let [y0, _] = plot.y.range;
    let right = plot.x.range[1];
    for (value, text) in plot.x.ticks(8) {
        let x = plot.x.at(value);
        plot.words(x, y0 + 13.0, &text, "t mid");
    }
    plot.words(right + 4.0, y0 + 13.0, "min", "t start");
    let bottom = plot.y.domain[0];
    plot.level(bottom, "axis");
}

fn distribution(plot: &mut Plot, size: [f64; 2], values: &[f64], low: f64, high: f64) {
    let mut bins = [0_u32; BINS];
    for v in values {
        let share = (v.clamp(low, high) - low) / (high - low);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the bins")]
        let k = ((share * BINS as f64) as usize).min(BINS - 1);
        bins[k] += 1;
    }
    let most = f64::from(bins.iter().copied().max().unwrap_or(1).max(1));
    let mut side = Plot::with_margin(size, [0.0, most], [low, high], [WIDTH - 112.0, 12.0, 20.0, 18.0]);
    for (k, n) in bins.iter().enumerate().filter(|(_, n)| **n > 0) {
        let at = |k: usize| low + (high - low) * k as f64 / BINS as f64;
        side.area((0.0, at(k)), (f64::from(*n), at(k + 1)), "bar");
    }
    plot.absorb(&side);
}

/// Seconds of signal before and after an onset.
pub(super) const AROUND_S: f64 = 5.0;

/// What is drawn of an alert: what its rule looks at.
#[derive(Clone, Copy)]
enum Looks {
    /// A signal, for ten seconds.
    At(Channel),
    /// A figure of the strides around.
    Over(Figure),
    /// The same, with the shape of each landing.
    Landings(Figure),
}

/// What a rule looks at. Where it is several figures, the one that people see best.
fn looks(rule: &str) -> Looks {
    match rule {
        "fall" => Looks::At(Channel::Angle),
        "knee_giving_way" => Looks::At(Channel::Knee),
        "variability" | "festination" => Looks::Over(Figure::StrideTime),
        "shuffling" | "belt_drift" => Looks::Over(Figure::StrideLength),
        "speed_ceiling" => Looks::Over(Figure::Speed),
        "foot_drag" => Looks::Over(Figure::SwingLift),
        "knee_deficit" | "knee_bent" => Looks::Over(Figure::KneeMin),
        "flat_landing" | "heel_up" => Looks::Landings(Figure::RollQuality),
        _ => Looks::At(Channel::Rate),
    }
}

/// What an alert rests on: the strides around it, or ten seconds of signal.
pub(super) fn evidence(m: &Material, alert: &AlertNote, n: usize) -> Option<Svg> {
    match looks(&alert.rule) {
        Looks::At(channel) => signal(m, alert, n, channel).or_else(|| signal(m, alert, n, Channel::Rate)),
        Looks::Over(figure) => strides(m, alert, n, figure, false),
        Looks::Landings(figure) => strides(m, alert, n, figure, true),
    }
    .or_else(|| signal(m, alert, n, Channel::Rate))
}

const SMALL: [f64; 2] = [352.0, 150.0];
const SMALL_MARGIN: [f64; 4] = [40.0, 8.0, 28.0, 32.0];

/// The marks of an alert: while it lasted, when it began, when it was known.
fn marked(plot: &mut Plot, alert: &AlertNote) {
    let [first, last] = plot.x.domain;
    let [low, high] = plot.y.domain;
    let end = alert.ended_s.unwrap_or(alert.detected_s).max(alert.detected_s) - alert.onset_s;
    plot.area((0.0_f64.max(first), low), (end.clamp(0.0, last), high), "during");
}

fn flagged(plot: &mut Plot, alert: &AlertNote) {
    let known = alert.detected_s - alert.onset_s;
    plot.upright(0.0, "", "when");
    if plot.x.holds(known) {
        plot.upright(known, "", "known");
    }
    let high = plot.y.domain[1];
    plot.mark(0.0, high, flag(alert.level), flag_class(alert.level));
}

/// Backward strides before and after an onset, s.
const STRIDES_S: [f64; 2] = [-30.0, 12.0];
/// Fewest strides that make a plot.
const LEAST_DOTS: usize = 4;

fn strides(m: &Material, alert: &AlertNote, n: usize, figure: Figure, landings: bool) -> Option<Svg> {
    let def = Definition::of(figure);
    let known = alert.detected_s - alert.onset_s;
    let (from, to) = (STRIDES_S[0], STRIDES_S[1].max(known + 6.0).min(90.0));
    let around: Vec<_> = m
        .session
        .strides
        .iter()
        .filter(|s| s.direction == StrideDirection::Backward)
        .filter_map(|s| Some((s.start.seconds() - alert.onset_s, figure.of(s)? * def.factor, s.contact)))
        .filter(|(t, _, _)| (from..=to).contains(t))
        .collect();
    if around.len() < LEAST_DOTS {
        return None;
    }
    let usual =
        m.person.baseline_for(m.meta.side).and_then(|b| b.figure(figure)).map(|u| u.median * def.factor);
    let target = knee_target(m, figure);
    let reach =
        |v: f64, f: fn(f64, f64) -> f64| around.iter().map(|p| p.1).chain(usual).chain(target).fold(v, f);
    let (low, high) = (reach(f64::INFINITY, f64::min), reach(f64::NEG_INFINITY, f64::max));
    let pad = ((high - low) * 0.12).max(0.5 * 10.0_f64.powi(-i32::try_from(def.decimals).unwrap_or(0)));
    let mut plot = Plot::with_margin(SMALL, [from, to], [low - pad, high + pad], SMALL_MARGIN);
    plot.y = plot.y.rounded(4);
    plot.y_axis(4);
    marked(&mut plot, alert);
    if let Some(level) = usual {
        plot.level(level, "event");
    }
    if let Some(level) = target {
        plot.level(level, "target");
    }
    if landings {
        let mut groups: Groups<Option<Contact>> = Vec::new();
        for (t, y, contact) in &around {
            match groups.iter_mut().find(|(c, _)| c == contact) {
                Some((_, places)) => places.push((*t, *y)),
                None => groups.push((*contact, vec![(*t, *y)])),
            }
        }
        for (contact, places) in &groups {
            let (shape, class) = landing_shape(*contact);
            plot.marks(places, shape, class);
        }
    } else {
        let dots: Vec<_> = around.iter().map(|(t, y, _)| (*t, *y)).collect();
        plot.dots(&dots, 2.2, "dots");
    }
    flagged(&mut plot, alert);
    let unit = if def.unit.is_empty() { String::new() } else { format!(", {}", def.unit) };
    plot.words(40.0, 12.0, &format!("{}{unit}, a mark a stride", def.name), "t start");
    plot.x_axis(6, "seconds from the onset");
    let says = format!(
        "{} of the {} strides around {}; it was known {} s after its onset",
        def.name,
        around.len(),
        alert.rule.replace('_', " "),
        number(known, 2)
    );
    Some(plot.finish(&format!("alert-{n}"), &alert.rule.replace('_', " "), &says))
}

fn signal(m: &Material, alert: &AlertNote, n: usize, channel: Channel) -> Option<Svg> {
    if m.track.is_empty() {
        return None;
    }
    let (from, to) = (alert.onset_s - AROUND_S, alert.onset_s + AROUND_S);
    let lines = m.track.lines(channel, from, to, 300);
    if lines.is_empty() {
        return None;
    }
    let (word, least) = match channel {
        Channel::Angle => ("shank angle, °", 20.0),
        Channel::Rate => ("shank rate, °/s", 100.0),
        Channel::Knee => ("knee bend, °", 20.0),
    };
    let figures = || lines.iter().flatten().map(|p| p.1);
    let low = figures().fold(if channel == Channel::Knee { 0.0 } else { -least }, f64::min);
    let high = figures().fold(least, f64::max);
    let mut plot = Plot::with_margin(SMALL, [-AROUND_S, AROUND_S], [low, high], SMALL_MARGIN);
    plot.y = plot.y.rounded(4);
    plot.y_axis(4);
    marked(&mut plot, alert);
    plot.level(0.0, "zero");
    for line in &lines {
        let line: Vec<_> = line.iter().map(|(t, y)| (t - alert.onset_s, *y)).collect();
        plot.line(&line, "thin");
    }
    let bottom = plot.y.domain[0];
    let contacts: Vec<(f64, f64)> = m
        .session
        .strides
        .iter()
        .map(|s| s.start.seconds() - alert.onset_s)
        .filter(|t| t.abs() <= AROUND_S)
        .map(|t| (t, bottom))
        .collect();
    plot.marks(&contacts, "m-3 0l3-6l3 6z", "open");
    flagged(&mut plot, alert);
    plot.words(40.0, 12.0, word, "t start");
    plot.x_axis(6, "seconds from the onset");
    let says = format!(
        "{} for ten seconds around {}; it was known {} s after its onset",
        super::verdict::sentence(word.split(',').next().unwrap_or(word)),
        alert.rule.replace('_', " "),
        number(alert.detected_s - alert.onset_s, 2)
    );
    Some(plot.finish(&format!("alert-{n}"), &alert.rule.replace('_', " "), &says))
}

//! The summary: words first, then tables, then what could not be told and why.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::Style;

use super::Sink;
use super::table::{Column, Table, wrapped};
use super::words::{
    activity_word, contact_word, counted, direction_word, duration, grouped, knee_word, reason_word, rounded,
    sentences,
};
use crate::notice::What;
use crate::record::{Alert, Bout, InvalidReason, Record, Stride};
use crate::safety::rule::Rule;
use crate::safety::watch::SafetySummary;
use crate::source::warning::Tally;
use crate::summary::{Figures, MountSource, Spread, Summary};
use crate::time::SensorTime;

const HEADING: Style = Style::new().bold();
const QUIET: Style = Style::new().dimmed();

/// How a summary is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Characters in a line.
    pub width: usize,
    /// Whether all strides and bouts are listed, and not only the first and last of many.
    pub all: bool,
    /// Whether headings carry ANSI styles.
    pub styled: bool,
}

impl Layout {
    /// The width where there is no screen to fit.
    pub const FREE_WIDTH: usize = 100;
}

/// Rows listed of a long table: the first, and the last.
const HEAD: usize = 12;
const TAIL: usize = 6;

/// The first and the last of many.
#[derive(Debug)]
struct Ends<T> {
    all: bool,
    head: Vec<(usize, T)>,
    tail: VecDeque<(usize, T)>,
    count: usize,
}

impl<T> Ends<T> {
    fn new(all: bool) -> Self {
        Self { all, head: Vec::new(), tail: VecDeque::new(), count: 0 }
    }

    fn push(&mut self, item: T) {
        self.count += 1;
        if self.all || self.count <= HEAD {
            self.head.push((self.count, item));
            return;
        }
        self.tail.push_back((self.count, item));
        if self.tail.len() > TAIL {
            self.tail.pop_front();
        }
    }

    fn left_out(&self) -> usize {
        self.count - self.head.len() - self.tail.len()
    }
}

/// Gathers a capture and writes its summary when it is over.
#[derive(Debug)]
pub struct SummaryText<W: Write> {
    out: W,
    name: String,
    layout: Layout,
    strides: Ends<Stride>,
    bouts: Ends<Bout>,
    invalid: Vec<(InvalidReason, u32)>,
    said: Vec<(Option<SensorTime>, String)>,
    gaps: u32,
    alerts: Ends<Alert>,
    summary: Option<Summary>,
}

impl<W: Write> SummaryText<W> {
    /// Writes to `out`.
    pub fn new(out: W, name: &str, layout: Layout) -> Self {
        Self {
            out,
            name: name.to_owned(),
            layout,
            strides: Ends::new(layout.all),
            bouts: Ends::new(layout.all),
            invalid: Vec::new(),
            said: Vec::new(),
            gaps: 0,
            alerts: Ends::new(layout.all),
            summary: None,
        }
    }

    fn text(&self, summary: &Summary) -> String {
        let width = self.layout.width.max(40);
        let mut text = format!("{HEADING}{}{HEADING:#}\n", self.name);
        for sentence in sentences(summary) {
            text.push_str(&wrapped("", &sentence, width));
        }
        if self.alerts.count > 0 {
            section(&mut text, "Alerts", &self.alert_table().render(width));
        }
        for (title, figures) in
            [("Backward strides", &summary.backward), ("Forward strides", &summary.forward)]
        {
            if figures.stride_time_s.n > 0 {
                section(&mut text, title, &figures_table(figures).render(width));
            }
        }
        if self.strides.count > 0 {
            section(&mut text, "Strides", &self.stride_table().render(width));
        }
        if self.bouts.count > 0 {
            section(&mut text, "Bouts", &self.bout_table().render(width));
        }
        let said = self.not_told(summary);
        if !said.is_empty() {
            let lines: String = said.iter().map(|s| wrapped("  - ", s, width)).collect();
            section(&mut text, "What could not be told, and why", &lines);
        }
        let lines: String = safety_lines(&summary.safety).iter().map(|s| wrapped("  - ", s, width)).collect();
        section(&mut text, "What was watched for, and what was not", &lines);
        let data: String = data_lines(summary).iter().map(|s| wrapped("  ", s, width)).collect();
        section(&mut text, "Data", &data);
        text
    }

    fn stride_table(&self) -> Table {
        let mut table = Table::new(vec![
            Column::new("#", "", 0),
            Column::new("start", "s", 0),
            Column::new("direction", "", 0).left(),
            Column::new("time", "s", 1),
            Column::new("stance", "%", 3),
            Column::new("roll", "s", 5),
            Column::new("length", "m", 2),
            Column::new("speed", "m/s", 4),
            Column::new("cadence", "steps/min", 6),
            Column::new("lift", "cm", 8),
            Column::new("contact", "", 1).left(),
            Column::new("knee", "°", 2),
            Column::new("knee is", "", 7).left(),
            Column::new("not judged", "", 3).left(),
        ]);
        fill(&mut table, &self.strides, "strides", |n, s| {
            let figure = |value: Option<f64>, factor: f64, decimals: usize| {
                value.map(|v| rounded(v * factor, decimals))
            };
            vec![
                Some(n.to_string()),
                Some(format!("{:.2}", s.start.seconds())),
                Some(direction_word(s.direction).to_owned()),
                figure(s.stride_time_s, 1.0, 2),
                figure(s.stance_fraction, 100.0, 0),
                figure(s.roll_time_s, 1.0, 2),
                figure(s.stride_length_m, 1.0, 2),
                figure(s.speed_mps, 1.0, 2),
                figure(s.cadence_steps_per_min, 1.0, 0),
                figure(s.swing_lift_m, 100.0, 0),
                s.contact.map(|c| contact_word(c).to_owned()),
                figure(s.knee_min_flexion_deg, 1.0, 0),
                s.knee_verdict.map(|v| knee_word(v).to_owned()),
                s.invalid_reason.map(|r| reason_word(r).to_owned()),
            ]
        });
        table
    }

    fn alert_table(&self) -> Table {
        let mut table = Table::new(vec![
            Column::new("at", "s", 0),
            Column::new("level", "", 0).left(),
            Column::new("rule", "", 0).left(),
            Column::new("known after", "s", 2),
            Column::new("figures", "", 1).left(),
        ]);
        fill(&mut table, &self.alerts, "alerts", |_, a| {
            let figures: Vec<_> =
                a.evidence.figures().map(|(name, v)| format!("{name} {}", rounded(v, 2))).collect();
            vec![
                Some(format!("{:.2}", a.onset.seconds())),
                Some(a.level.word().to_owned()),
                Some(a.rule.word().to_owned()),
                Some(format!("{:.2}", a.detected.since(a.onset).seconds())),
                Some(figures.join(", ")),
            ]
        });
        table
    }

    fn bout_table(&self) -> Table {
        let mut table = Table::new(vec![
            Column::new("from", "s", 0),
            Column::new("to", "s", 0),
            Column::new("for", "s", 1),
            Column::new("activity", "", 0).left(),
            Column::new("strides", "", 1),
        ]);
        fill(&mut table, &self.bouts, "bouts", |_, b| {
            vec![
                Some(format!("{:.1}", b.start.seconds())),
                Some(format!("{:.1}", b.end.seconds())),
                Some(format!("{:.1}", b.end.since(b.start).seconds())),
                Some(activity_word(b.activity).to_owned()),
                (b.strides > 0).then(|| b.strides.to_string()),
            ]
        });
        table
    }

    fn not_told(&self, summary: &Summary) -> Vec<String> {
        let mut said = Vec::new();
        let unknown = summary.strides.unknown;
        if unknown > 0 {
            said.push(format!("the direction of {}", counted(unknown.into(), "stride")));
        }
        if !self.invalid.is_empty() {
            let reasons: Vec<_> =
                self.invalid.iter().map(|(reason, n)| format!("{} {n}", reason_word(*reason))).collect();
            let total: u32 = self.invalid.iter().map(|(_, n)| n).sum();
            said.push(format!(
                "{} counted as walking but not judged: {}",
                counted(total.into(), "stride"),
                reasons.join(", ")
            ));
        }
        for (time, words) in &self.said {
            said.push(match time {
                // What was known from the start is about the whole capture.
                Some(time) if *time > summary.data.start => {
                    format!("at {:.1} s: {words}", time.seconds())
                }
                _ => words.clone(),
            });
        }
        if self.gaps > SHOWN_GAPS {
            said.push(format!("{} more without samples", counted((self.gaps - SHOWN_GAPS).into(), "span")));
        }
        if summary.data.samples > 0 && summary.data.thigh_samples == 0 {
            said.push("the knee angle: there is no sensor on the thigh".into());
        }
        said
    }
}

/// Gaps that are listed one by one.
const SHOWN_GAPS: u32 = 5;

impl<W: Write> Sink for SummaryText<W> {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        match record {
            Record::Stride(stride) => {
                if let Some(reason) = stride.invalid_reason {
                    match self.invalid.iter_mut().find(|(r, _)| *r == reason) {
                        Some((_, n)) => *n += 1,
                        None => self.invalid.push((reason, 1)),
                    }
                }
                self.strides.push(*stride);
            }
            Record::Bout(bout) => self.bouts.push(*bout),
            Record::Notice(notice) => {
                let is_gap = matches!(notice.what, What::Gap { .. });
                if is_gap {
                    self.gaps += 1;
                }
                if !is_gap || self.gaps <= SHOWN_GAPS {
                    // A gap says itself where it is.
                    let time = (!is_gap).then_some(notice.time);
                    self.said.push((time, notice.what.to_string()));
                }
            }
            Record::Summary(summary) => self.summary = Some(**summary),
            Record::Alert(alert) => self.alerts.push(*alert),
            Record::Event(_) | Record::AlertEnd(_) => {}
        }
        Ok(())
    }

    fn rows(&mut self, _at: SensorTime, tally: &Tally) -> io::Result<()> {
        self.said.push((None, tally.to_string()));
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if let Some(summary) = self.summary.take() {
            let text = self.text(&summary);
            if self.layout.styled {
                self.out.write_all(text.as_bytes())?;
            } else {
                write!(self.out, "{}", anstream::adapter::strip_str(&text))?;
            }
        }
        self.out.flush()
    }
}

fn section(text: &mut String, title: &str, body: &str) {
    let _ = write!(text, "\n{HEADING}{title}{HEADING:#}\n{body}");
}

fn fill<T>(table: &mut Table, ends: &Ends<T>, what: &str, cells: impl Fn(usize, &T) -> Vec<Option<String>>) {
    for (n, item) in &ends.head {
        table.row(cells(*n, item));
    }
    if ends.left_out() > 0 {
        table.words(format!("{QUIET}… {} more {what} (`--all` lists them){QUIET:#}", ends.left_out()));
    }
    for (n, item) in &ends.tail {
        table.row(cells(*n, item));
    }
}

fn figures_table(figures: &Figures) -> Table {
    let mut table = Table::new(vec![
        Column::new("", "", 0).left(),
        Column::new("median", "", 0),
        Column::new("5 %", "", 0),
        Column::new("95 %", "", 0),
        Column::new("", "", 0).left(),
        Column::new("strides", "", 1),
    ]);
    let rows: [(&str, &Spread, f64, usize, &str); 9] = [
        ("stride time", &figures.stride_time_s, 1.0, 2, "s"),
        ("cadence", &figures.cadence_steps_per_min, 1.0, 0, "steps/min"),
        ("stance", &figures.stance_fraction, 100.0, 0, "%"),
        ("roll", &figures.roll_time_s, 1.0, 2, "s"),
        ("stride length", &figures.stride_length_m, 1.0, 2, "m"),
        ("speed", &figures.speed_mps, 1.0, 2, "m/s"),
        ("swing lift", &figures.swing_lift_m, 100.0, 0, "cm"),
        ("regularity", &figures.regularity, 1.0, 2, ""),
        ("knee at its straightest", &figures.knee_min_flexion_deg, 1.0, 0, "°"),
    ];
    for (name, spread, factor, decimals, unit) in rows {
        if spread.n == 0 {
            continue;
        }
        let figure = |v: Option<f64>| v.map(|v| rounded(v * factor, decimals));
        table.row(vec![
            Some(name.to_owned()),
            figure(spread.median),
            figure(spread.p05),
            figure(spread.p95),
            Some(unit.to_owned()),
            Some(spread.n.to_string()),
        ]);
    }
    table
}

/// What was watched for and what was not, the same reason told once.
fn safety_lines(safety: &SafetySummary) -> Vec<String> {
    let watched: Vec<_> =
        safety.each().filter(|(_, w)| w.on && w.watched_s > 0.0).map(|(rule, _)| rule.word()).collect();
    let mut lines = vec![match watched.len() {
        0 => "nothing was watched".to_owned(),
        n => format!("{} of {} rules were watched: {}", n, Rule::ALL.len(), watched.join(", ")),
    }];
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for (rule, w) in safety.each() {
        let Some((reason, seconds)) = w.not_watched() else { continue };
        let mut name = rule.word().to_owned();
        if w.watched_s > 0.0 {
            let _ = write!(name, " (for {} of {})", duration(seconds), duration(w.due_s));
        }
        match reasons.iter_mut().find(|(r, _)| *r == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    lines.extend(reasons.iter().map(|(why, names)| format!("not watched, {why}: {}", names.join(", "))));
    for (rule, limit) in safety.tuning.changed() {
        lines.push(match limit {
            None => format!("{} was turned off", rule.word()),
            Some((key, value, default)) => {
                format!("{} was set to {key} = {value} instead of {default}", rule.word())
            }
        });
    }
    lines
}

fn data_lines(summary: &Summary) -> Vec<String> {
    let data = &summary.data;
    let mut line = counted(data.samples, "sample");
    let _ = write!(line, " in {}", duration(data.end.since(data.start).seconds()));
    if let Some(rate) = data.rate_hz {
        let _ = write!(line, ", {rate:.1} a second");
    }
    if data.thigh_samples > 0 {
        let _ = write!(line, ", {} with the thigh", grouped(data.thigh_samples));
    }
    let mut lines = vec![line];
    let mut losses = Vec::new();
    if data.lost > 0 {
        losses.push(format!("{} missing", grouped(data.lost)));
    }
    if data.gaps > 0 {
        losses.push(format!("{:.2} s in {}", data.gap_s, counted(data.gaps.into(), "gap")));
    }
    if data.rejected > 0 {
        losses.push(format!("{} left out", grouped(data.rejected)));
    }
    if data.clipped > 0 {
        losses.push(format!("{} clipped", grouped(data.clipped)));
    }
    lines.push(if losses.is_empty() { "none missing, none left out".into() } else { losses.join(", ") });
    let mount = &summary.mount;
    let mut line = match mount.source {
        MountSource::Unknown => "the sensor's axes are not known".to_owned(),
        MountSource::Line => "the sensor's axes are those of its mount line".to_owned(),
        MountSource::Calibration => "from the calibration".to_owned(),
        MountSource::Movement => "the sensor's axes were found in the movement".to_owned(),
    };
    if mount.source != MountSource::Unknown {
        if let Some(tilt) = mount.tilt_deg {
            let _ = write!(line, ", {tilt:.0}° off upright in standing");
        }
        if let Some(axis) = mount.axis_deg {
            let _ = write!(line, ", {axis:.0}° off the axis of rotation");
        }
        if !mount.sign_known {
            line.push_str(", their sign is open");
        }
    }
    lines.push(line);
    lines
}

//! The report of a benchmark, for people and for programs.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::corpus::Labelled;
use super::detector::Detector;
use super::figures;
use super::require::{Answer, kind_word};
use super::run::{Group, Scored};
use crate::evaluate::CaptureScore;
use crate::evaluate::events::{ANSWERS, LABELS};
use crate::evaluate::pool::{EventFigures, Figures};
use crate::record::EventKind;
use crate::sink::table::{Column, Table, wrapped};
use crate::sink::words::counted;
use crate::truth::Evidence;

/// Everything that a report says.
#[derive(Debug)]
pub struct Report<'a> {
    /// Detectors, in the order of their figures.
    pub detectors: &'a [Detector],
    /// Captures.
    pub captures: &'a [Labelled],
    /// Their scores.
    pub scored: &'a [Scored],
    /// Figures by folder and kind of evidence.
    pub folders: &'a [Group],
    /// Figures by kind of evidence.
    pub kinds: &'a [Group],
    /// Nanoseconds a sample of each detector; `None` when not measured.
    pub speed: Option<&'a [Option<f64>]>,
    /// Requirements and how they are met.
    pub answers: &'a [Answer],
    /// Whether each capture is listed.
    pub per_capture: bool,
}

/// What a kind of evidence is worth, in words.
const fn worth(kind: Evidence) -> &'static str {
    match kind {
        Evidence::Real => "recordings with a reference of their own",
        Evidence::Reversed => "real forward recordings played backward",
        Evidence::Virtual => "sensor signals computed from motion capture",
        Evidence::Physics => "a rigid-body model with contact",
        Evidence::Simulated => "the project's own kinematic model",
    }
}

impl Report<'_> {
    /// For programs. Everything outside `speed` is the same on every machine.
    pub fn json(&self) -> Value {
        let group = |g: &Group| {
            let detectors: Map<_, _> = self
                .detectors
                .iter()
                .zip(&g.figures)
                .map(|(d, f)| (d.word().to_owned(), Value::Object(figures::json(f))))
                .collect();
            json!({ "kind": kind_word(g.kind), "detectors": detectors })
        };
        let folders: Vec<_> = self
            .folders
            .iter()
            .map(|g| {
                let mut value = group(g);
                value["folder"] = json!(g.folder);
                value
            })
            .collect();
        let kinds: Map<_, _> = self.kinds.iter().map(|g| (kind_word(g.kind).to_owned(), group(g))).collect();
        let requirements: Vec<_> = self
            .answers
            .iter()
            .map(
                |a| json!({ "require": a.requirement, "group": a.group, "reached": a.reached, "met": a.met }),
            )
            .collect();
        let mut out = json!({
            "detectors": self.detectors.iter().map(|d| d.word()).collect::<Vec<_>>(),
            "folders": folders,
            "evidence": kinds,
            "requirements": requirements,
        });
        if let Some(speed) = self.speed {
            let each: Map<_, _> =
                self.detectors.iter().zip(speed).map(|(d, ns)| (d.word().to_owned(), json!(ns))).collect();
            out["speed"] = json!({ "wall_clock_ns_per_sample": each });
        }
        if self.per_capture {
            out["captures"] = self.captures_json();
        }
        out
    }

    fn captures_json(&self) -> Value {
        let captures = self.captures.iter().zip(self.scored).map(|(c, s)| {
            let detectors: Map<_, _> = self
                .detectors
                .iter()
                .zip(&s.scores)
                .map(|(d, score)| {
                    let mut own = figures::json(&crate::evaluate::pool::pool([score]));
                    own.remove("captures");
                    for (kind, events) in &score.events {
                        own["events"][kind.word()]["found"] = json!(events.found);
                        own["events"][kind.word()]["missed"] = json!(events.missed);
                        own["events"][kind.word()]["extra"] = json!(events.extra);
                    }
                    (d.word().to_owned(), Value::Object(own))
                })
                .collect();
            json!({
                "name": c.name,
                "kind": kind_word(c.truth.kind),
                "failure": s.failure.as_ref().map(ToString::to_string),
                "detectors": detectors,
            })
        });
        captures.collect()
    }

    /// For people, in lines of at most `width` where that can be.
    pub fn text(&self, width: usize) -> String {
        let mut text = String::new();
        for group in self.folders {
            self.group(&mut text, group, width);
            if self.per_capture {
                self.list(&mut text, group);
            }
        }
        let _ = writeln!(text, "Overall, by kind of evidence\n");
        for group in self.kinds {
            self.group(&mut text, group, width);
        }
        self.notes(&mut text, width);
        for answer in self.answers {
            let _ = writeln!(text, "{answer}");
        }
        text
    }

    fn group(&self, text: &mut String, group: &Group, width: usize) {
        let Some(first) = group.figures.first() else {
            return;
        };
        let (kind, worth) = (kind_word(group.kind), worth(group.kind));
        let title = match &group.folder {
            Some(folder) => format!("{folder}  [{kind}: {worth}]"),
            None => format!("{kind}  [{worth}]"),
        };
        let _ = writeln!(
            text,
            "{title}  {}, {:.1} min{}",
            counted(first.captures as u64, "capture"),
            first.seconds / 60.0,
            if first.failed > 0 { format!(", {} FAILED", first.failed) } else { String::new() }
        );
        let table = self.events(group);
        if let Some(table) = table {
            text.push_str(&table.render(width));
        }
        for (detector, figures) in self.detectors.iter().zip(&group.figures) {
            rest(text, *detector, figures);
        }
        text.push('\n');
    }

    fn events(&self, group: &Group) -> Option<Table> {
        let mut table = Table::new(vec![
            Column::new("event", "", 0).left(),
            Column::new("detector", "", 0).left(),
            Column::new("n", "", 1),
            Column::new("recall", "%", 3),
            Column::new("prec", "%", 3),
            Column::new("F1", "%", 0),
            Column::new("bias", "ms", 0),
            Column::new("SD", "ms", 0),
            Column::new("MAE", "ms", 2),
            Column::new("lat50", "ms", 4),
            Column::new("lat95", "ms", 4),
        ]);
        let mut any = false;
        for kind in EventKind::ALL {
            let mut name = Some(kind.word().to_owned());
            for (detector, figures) in self.detectors.iter().zip(&group.figures) {
                let found = figures.events.iter().find(|(k, _)| *k == kind);
                if let Some((_, figures)) = found {
                    any = true;
                    let name = name.take().or_else(|| Some(String::new()));
                    table.row(event_row(name, *detector, figures));
                }
            }
        }
        any.then_some(table)
    }

    fn list(&self, text: &mut String, group: &Group) {
        for &i in &group.captures {
            let (Some(capture), Some(scored)) = (self.captures.get(i), self.scored.get(i)) else {
                continue;
            };
            let _ = writeln!(text, "  {}", capture.name);
            if let Some(failure) = &scored.failure {
                let _ = writeln!(text, "      FAILED: {failure}");
            }
            for (detector, score) in self.detectors.iter().zip(&scored.scores) {
                let line = capture_line(score);
                if !line.is_empty() {
                    let _ = writeln!(text, "      {:16} {line}", detector.word());
                }
            }
        }
        text.push('\n');
    }

    fn notes(&self, text: &mut String, width: usize) {
        let forward = self.detectors.iter().any(|d| !d.tells_strides());
        if forward {
            text.push_str(&wrapped(
                "",
                "textbook is the forward shank-gyroscope rule of Aminian 2002 and Salarian 2004, \
                 offline as published; textbook-flipped the same with the sign of the rate turned \
                 about. It has no word for backward: in a backward walk its initial contact is \
                 scored as toe contact. It has no latency, and says nothing of direction, \
                 landing or knee.",
                width,
            ));
            text.push('\n');
        }
        if let Some(speed) = self.speed {
            let each: Vec<_> = self
                .detectors
                .iter()
                .zip(speed)
                .map(|(d, ns)| match ns {
                    Some(ns) => format!("{} {ns:.0} ns", d.word()),
                    None => format!("{} –", d.word()),
                })
                .collect();
            let _ = writeln!(text, "Time a sample, by the wall clock of this machine: {}\n", each.join(", "));
        }
    }
}

fn event_row(name: Option<String>, detector: Detector, f: &EventFigures) -> Vec<Option<String>> {
    let percent = |v: Option<f64>| v.map(|v| format!("{:.1}", v * 100.0));
    // A bias of -0.3 ms is none.
    let ms = |v: Option<f64>| v.map(|v| format!("{:.0}", libm::round(v) + 0.0));
    vec![
        name,
        Some(detector.word().to_owned()),
        Some(f.n.to_string()),
        percent(f.recall),
        percent(f.precision),
        percent(f.f1),
        ms(f.bias_ms),
        ms(f.sd_ms),
        ms(f.mae_ms),
        ms(f.latency_p50_ms),
        ms(f.latency_p95_ms),
    ]
}

/// The figures that are no events, a line each.
fn rest(text: &mut String, detector: Detector, f: &Figures) {
    let percent = |v: Option<f64>| v.map_or("–".to_owned(), |v| format!("{:.1} %", v * 100.0));
    let one = |v: Option<f64>| v.map_or("–".to_owned(), |v| format!("{v:.1}"));
    if f.early > 0 {
        let _ = writeln!(
            text,
            "  {}: {} known before it happened, which cannot be",
            detector.word(),
            counted(f.early as u64, "event")
        );
    }
    if let Some(d) = &f.direction {
        if d.walk_s > 0.0 {
            let _ = writeln!(
                text,
                "  direction  of {:.0} s walking: right {}, wrong {}, unknown {}, in no stride {}",
                d.walk_s,
                percent(d.right),
                percent(d.wrong),
                percent(d.unknown),
                percent(d.none)
            );
        }
        let mut line = format!(
            "  backward   called where there is none: {:.1} s of {:.0} s",
            d.false_backward_s, d.not_backward_s
        );
        if d.turning_s > 0.0 {
            let _ = write!(
                line,
                "; turning called walking: {:.1} s of {:.0} s",
                d.turning_as_walking_s, d.turning_s
            );
        }
        text.push_str(&line);
        text.push('\n');
    }
    if let Some(k) = &f.knee {
        let _ = writeln!(
            text,
            "  knee       RMSE {}°, bias {}°; RMSE with the offset removed {}°; {} answered",
            one(k.rmse_deg),
            one(k.bias_deg),
            one(k.rmse0_deg),
            percent(k.cover)
        );
    }
    if let Some(k) = &f.knee_min {
        let _ = writeln!(
            text,
            "  straightest {} of {} answered: bias {}°, SD {}°, MAE {}°",
            k.answered,
            k.n,
            one(k.bias_deg),
            one(k.sd_deg),
            one(k.mae_deg)
        );
    }
    if let Some(counts) = &f.contact {
        contact(text, counts);
    }
    if let Some(h) = &f.hazards {
        let latency = match (h.latency_p50_s, h.latency_max_s) {
            (Some(p50), Some(max)) => format!(", {p50:.2} s after the onset (at most {max:.2} s)"),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "  dangers    {} of {} found{latency}; alarms about nothing an hour ({:.2} h): info {}, caution {}, stop {}",
            h.detected,
            h.n,
            h.hours_free,
            one(h.false_per_hour.info),
            one(h.false_per_hour.caution),
            one(h.false_per_hour.stop)
        );
    }
}

fn contact(text: &mut String, counts: &[[usize; 6]; 4]) {
    let mut columns = vec![Column::new("landing", "", 0).left()];
    columns.extend(ANSWERS.map(|a| Column::new(a, "", 0)));
    let mut table = Table::new(columns);
    for (label, row) in LABELS.iter().zip(counts) {
        if row.iter().any(|n| *n > 0) {
            let cells = row.iter().map(|n| Some(n.to_string()));
            table.row([Some((*label).to_owned())].into_iter().chain(cells).collect());
        }
    }
    text.push_str(&table.render(usize::MAX));
}

/// `toe_contact 12/12+0  final_contact 11/12+1  right 14.1 of 14.4 s  wrong 0.0 s`
fn capture_line(score: &CaptureScore) -> String {
    let mut parts: Vec<String> = score
        .events
        .iter()
        .map(|(kind, e)| format!("{} {}/{}+{}", kind.word(), e.found, e.found + e.missed, e.extra))
        .collect();
    if let Some(d) = &score.direction {
        parts.push(format!(
            "right {:.1} of {:.1} s, wrong {:.1} s, falsely backward {:.1} s",
            d.right_s, d.walk_s, d.wrong_s, d.false_backward_s
        ));
    }
    if let Some(k) = score.knee.filter(|k| k.answered > 0) {
        parts.push(format!("knee RMSE {:.1}°", (k.squares / k.answered as f64).sqrt()));
    }
    parts.join("  ")
}

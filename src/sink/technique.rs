//! How the backward strides were taken: words first, then numbers.

use super::table::{Column, Table, wrapped};
use super::words::{counted, rounded};
use crate::person::figure::Figure;
use crate::technique::log::TechniqueSummary;

/// The section's text; empty without a backward stride.
pub(super) fn section(t: &TechniqueSummary, width: usize) -> String {
    if t.strides == 0 {
        return String::new();
    }
    let mut text: String = sentences(t).iter().map(|s| wrapped("", s, width)).collect();
    if !t.thirds.is_empty() || !t.baseline.is_empty() || !t.bands.is_empty() {
        text.push('\n');
        text.push_str(&table(t).render(width));
    }
    text
}

fn sentences(t: &TechniqueSummary) -> Vec<String> {
    let mut out = Vec::new();
    let c = &t.contacts;
    out.push(match t.toe_first_share {
        None => format!(
            "How the foot landed could not be told in any of {}.",
            counted(t.strides.into(), "stride")
        ),
        Some(share) => {
            let mut words = vec![format!(
                "Toes first in {:.0} % of the {} that could be told",
                100.0 * share,
                counted(c.told().into(), "landing")
            )];
            for (n, how) in [
                (c.flat, "flat"),
                (c.heel_first, "probably heel first"),
                (c.toe_only, "probably on the toes only"),
            ] {
                if n > 0 {
                    words.push(format!("{n} {how}"));
                }
            }
            if c.uncertain > 0 {
                words.push(format!("{} uncertain", c.uncertain));
            }
            words.join(", ") + "."
        }
    });
    let k = &t.knees;
    if k.told() + k.uncertain > 0 {
        let mut sentence = match t.met_share {
            Some(share) => format!(
                "The knee met its target in {:.0} % of the {} that could be told",
                100.0 * share,
                counted(k.told().into(), "stride")
            ),
            None => "Whether the knee met its target could not be told".to_owned(),
        };
        if k.uncertain > 0 {
            sentence += "; ";
            sentence += &counted(k.uncertain.into(), "stride");
            sentence += " uncertain";
        }
        out.push(sentence + ".");
    }
    let changed: Vec<_> = FIGURES
        .iter()
        .filter_map(|f| {
            let thirds = t.thirds.get(f.figure).filter(|x| x.changed)?;
            let way = if thirds.last > thirds.first { "up" } else { "down" };
            Some(format!(
                "{} went {way} from {} to {}",
                f.name,
                f.show(thirds.first),
                f.show_unit(thirds.last)
            ))
        })
        .collect();
    if !t.thirds.is_empty() {
        out.push(if changed.is_empty() {
            "Nothing changed from the first third to the last by more than chance.".to_owned()
        } else {
            format!("From the first third to the last: {}.", changed.join("; "))
        });
    }
    if !t.baseline.is_empty() {
        let off: Vec<_> = FIGURES
            .iter()
            .filter_map(|f| {
                let a = t.baseline.get(f.figure)?;
                let by = a.by_sd.filter(|by| by.abs() >= 2.0)?;
                let way = if by > 0.0 { "above" } else { "below" };
                Some(format!(
                    "{} is {way} the usual ({}, usually {})",
                    f.name,
                    f.show(a.now),
                    f.show_unit(a.usual)
                ))
            })
            .collect();
        out.push(if off.is_empty() {
            "Against the person's own baseline nothing stands out.".to_owned()
        } else {
            format!("Against the person's own baseline: {}.", off.join("; "))
        });
    }
    out
}

/// A figure as it is shown.
struct Shown {
    figure: Figure,
    name: &'static str,
    factor: f64,
    decimals: usize,
    unit: &'static str,
}

impl Shown {
    fn show(&self, value: f64) -> String {
        rounded(self.factor * value, self.decimals)
    }

    fn show_unit(&self, value: f64) -> String {
        format!("{} {}", self.show(value), self.unit).trim_end().to_owned()
    }
}

const fn shown(
    figure: Figure,
    name: &'static str,
    factor: f64,
    decimals: usize,
    unit: &'static str,
) -> Shown {
    Shown { figure, name, factor, decimals, unit }
}

const FIGURES: [Shown; 13] = [
    shown(Figure::StrideTime, "stride time", 1.0, 2, "s"),
    shown(Figure::Cadence, "cadence", 1.0, 0, "steps/min"),
    shown(Figure::StanceFraction, "stance", 100.0, 0, "%"),
    shown(Figure::RollTime, "roll time", 1000.0, 0, "ms"),
    shown(Figure::RollQuality, "roll quality", 1.0, 2, ""),
    shown(Figure::AnkleDrop, "ankle drop", 100.0, 1, "cm"),
    shown(Figure::StrideLength, "stride length", 1.0, 2, "m"),
    shown(Figure::Speed, "speed", 1.0, 2, "m/s"),
    shown(Figure::SwingLift, "swing lift", 100.0, 0, "cm"),
    shown(Figure::Regularity, "regularity", 1.0, 2, ""),
    shown(Figure::MidSwingRate, "swing rate", 1.0, 0, "deg/s"),
    shown(Figure::KneeMin, "smallest knee flexion", 1.0, 0, "deg"),
    shown(Figure::KneeExcursion, "knee straightening", 1.0, 0, "deg"),
];

fn table(t: &TechniqueSummary) -> Table {
    let mut table = Table::new(vec![
        Column::new("", "", 0).left(),
        Column::new("first third", "", 0),
        Column::new("last third", "", 0),
        Column::new("usual", "", 0),
        Column::new("in band", "%", 1),
        Column::new("", "", 0).left(),
    ]);
    for f in &FIGURES {
        let (thirds, usual, band) = (t.thirds.get(f.figure), t.baseline.get(f.figure), t.bands.get(f.figure));
        if thirds.is_none() && usual.is_none() && band.is_none() {
            continue;
        }
        table.row(vec![
            Some(f.name.to_owned()),
            thirds.map(|x| f.show(x.first)),
            thirds.map(|x| f.show(x.last)),
            usual.map(|a| f.show(a.usual)),
            band.map(|b| rounded(100.0 * b.share, 0)),
            Some(f.unit.to_owned()),
        ]);
    }
    table
}

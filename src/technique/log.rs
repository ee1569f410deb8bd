//! A session's backward strides, in bounded memory: how they were taken, how that changed from the
//! first third to the last, and how it compares with what is usual of the person.

use serde::Serialize;

use crate::person::Aims;
use crate::person::figure::{Figure, PerFigure};
use crate::record::{Contact, KneeVerdict, Stride, StrideDirection, maybe_milli, milli};

/// The figures that are followed through a session.
const FOLLOWED: [Figure; 8] = [
    Figure::StrideTime,
    Figure::RollTime,
    Figure::RollQuality,
    Figure::StrideLength,
    Figure::Speed,
    Figure::SwingLift,
    Figure::KneeMin,
    Figure::KneeExcursion,
];

/// Strides that are remembered. When they are more, every second one is; an hour is 3600.
const STRIDES: usize = 2048;

/// Fewest values in a third that have a median worth comparing.
const LEAST: usize = 5;

/// How the landings were, in counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct ContactCounts {
    /// Toes first, then rolled.
    pub toe_first: u32,
    /// The whole foot at once.
    pub flat: u32,
    /// Heel first.
    pub heel_first: u32,
    /// The heel never came down.
    pub toe_only: u32,
    /// Could not be told.
    pub uncertain: u32,
}

impl ContactCounts {
    /// Those that were told.
    pub fn told(&self) -> u32 {
        self.toe_first + self.flat + self.heel_first + self.toe_only
    }
}

/// How the knees were, in counts. Without a target or a baseline there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct KneeCounts {
    /// Straight enough.
    pub met: u32,
    /// A little short.
    pub short: u32,
    /// Clearly bent.
    pub missed: u32,
    /// Could not be told.
    pub uncertain: u32,
}

impl KneeCounts {
    /// Those that were told.
    pub fn told(&self) -> u32 {
        self.met + self.short + self.missed
    }
}

/// A figure in the first and in the last third of a session.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Thirds {
    /// Median of the first third.
    #[serde(serialize_with = "milli")]
    pub first: f64,
    /// Median of the last third.
    #[serde(serialize_with = "milli")]
    pub last: f64,
    /// Whether they differ by more than chance would have it (95 %).
    pub changed: bool,
}

/// A figure against what is usual of the person.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Against {
    /// Median of this session.
    #[serde(serialize_with = "milli")]
    pub now: f64,
    /// Median of the baseline.
    #[serde(serialize_with = "milli")]
    pub usual: f64,
    /// The difference in spreads of the baseline (standard deviations); null where it has none.
    #[serde(serialize_with = "maybe_milli")]
    pub by_sd: Option<f64>,
}

/// A figure against the therapist's band.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct InBand {
    /// From, to.
    pub band: [f64; 2],
    /// Share of the strides with that figure that lie in it.
    #[serde(serialize_with = "milli")]
    pub share: f64,
}

/// How the backward strides of a session were taken.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct TechniqueSummary {
    /// Valid backward strides.
    pub strides: u32,
    /// Landings.
    pub contacts: ContactCounts,
    /// Toes first, as a share of the landings that were told; null when none was.
    #[serde(serialize_with = "maybe_milli")]
    pub toe_first_share: Option<f64>,
    /// Knees against the target.
    pub knees: KneeCounts,
    /// Met, as a share of the knees that were told; null when none was.
    #[serde(serialize_with = "maybe_milli")]
    pub met_share: Option<f64>,
    /// First third against last third.
    pub thirds: PerFigure<Thirds>,
    /// This session against the baseline.
    pub baseline: PerFigure<Against>,
    /// The therapist's bands.
    pub bands: PerFigure<InBand>,
}

type Row = [f32; FOLLOWED.len()];

/// The log.
#[derive(Clone, Debug)]
pub struct Log {
    aims: Aims,
    strides: u32,
    contacts: ContactCounts,
    knees: KneeCounts,
    rows: Box<[Row]>,
    len: usize,
    /// Every so-manieth stride is remembered.
    every: u32,
    in_band: PerFigure<[u32; 2]>,
}

impl Log {
    /// Before the first stride.
    pub fn new(aims: Aims) -> Self {
        Self {
            in_band: aims.bands.map(|_, _| [0; 2]),
            aims,
            strides: 0,
            contacts: ContactCounts::default(),
            knees: KneeCounts::default(),
            rows: vec![[0.0; FOLLOWED.len()]; STRIDES].into_boxed_slice(),
            len: 0,
            every: 1,
        }
    }

    /// Counts a stride, if it is backward and valid.
    pub fn add(&mut self, s: &Stride) {
        if !s.valid || s.direction != StrideDirection::Backward {
            return;
        }
        let c = &mut self.contacts;
        match s.contact {
            Some(Contact::ToeFirst) => c.toe_first += 1,
            Some(Contact::Flat) => c.flat += 1,
            Some(Contact::HeelFirst) => c.heel_first += 1,
            Some(Contact::ToeOnly) => c.toe_only += 1,
            Some(Contact::Uncertain) | None => c.uncertain += 1,
        }
        let k = &mut self.knees;
        match s.knee_verdict {
            Some(KneeVerdict::Met) => k.met += 1,
            Some(KneeVerdict::Short) => k.short += 1,
            Some(KneeVerdict::Missed) => k.missed += 1,
            Some(KneeVerdict::Uncertain) => k.uncertain += 1,
            None => {}
        }
        if !self.aims.bands.is_empty() {
            let before = self.in_band;
            self.in_band = self.aims.bands.map(|figure, [from, to]| {
                let [inside, of] = before.get(figure).copied().unwrap_or_default();
                match figure.of(s) {
                    Some(v) => [inside + u32::from((*from..=*to).contains(&v)), of + 1],
                    None => [inside, of],
                }
            });
        }
        if self.strides.is_multiple_of(self.every) {
            if self.len == STRIDES {
                for n in 0..STRIDES / 2 {
                    self.rows[n] = self.rows[2 * n];
                }
                self.len = STRIDES / 2;
                self.every *= 2;
            }
            if self.strides.is_multiple_of(self.every) {
                #[expect(clippy::cast_possible_truncation, reason = "seven digits of a figure are plenty")]
                let row = FOLLOWED.map(|f| f.of(s).map_or(f32::NAN, |v| v as f32));
                self.rows[self.len] = row;
                self.len += 1;
            }
        }
        self.strides += 1;
    }

    /// What it comes to.
    pub fn summary(&self) -> TechniqueSummary {
        let share = |n: u32, of: u32| (of > 0).then(|| f64::from(n) / f64::from(of));
        let rows = &self.rows[..self.len];
        let third = self.len / 3;
        let values = |rows: &[Row], figure: Figure| -> Vec<f64> {
            let Some(column) = FOLLOWED.iter().position(|f| *f == figure) else { return Vec::new() };
            rows.iter().map(|r| f64::from(r[column])).filter(|v| v.is_finite()).collect()
        };
        TechniqueSummary {
            strides: self.strides,
            contacts: self.contacts,
            toe_first_share: share(self.contacts.toe_first, self.contacts.told()),
            knees: self.knees,
            met_share: share(self.knees.met, self.knees.told()),
            thirds: PerFigure::from_fn(|figure| {
                compare(values(&rows[..third], figure), values(&rows[self.len - third..], figure))
            }),
            baseline: PerFigure::from_fn(|figure| {
                let usual = self.aims.usual.get(figure)?;
                let now = Median::of(values(rows, figure))?;
                let by_sd = (usual.mad > 0.0).then(|| (now.median - usual.median) / usual.sd());
                Some(Against { now: now.median, usual: usual.median, by_sd })
            }),
            bands: PerFigure::from_fn(|figure| {
                let [inside, of] = *self.in_band.get(figure)?;
                Some(InBand { band: self.aims.bands.get(figure).copied()?, share: share(inside, of)? })
            }),
        }
    }
}

/// A median and how sure it is.
struct Median {
    median: f64,
    /// Standard error.
    error: f64,
}

impl Median {
    fn of(values: Vec<f64>) -> Option<Self> {
        if values.len() < LEAST {
            return None;
        }
        let usual = crate::person::baseline::Usual::of(values)?;
        // The median of a normal distribution is known to 1.25 standard errors of the mean.
        Some(Self { median: usual.median, error: 1.25 * usual.sd() / f64::from(usual.n).sqrt() })
    }
}

fn compare(first: Vec<f64>, last: Vec<f64>) -> Option<Thirds> {
    let (first, last) = (Median::of(first)?, Median::of(last)?);
    let error = (first.error * first.error + last.error * last.error).sqrt();
    Some(Thirds {
        first: first.median,
        last: last.median,
        changed: (last.median - first.median).abs() > 1.96 * error,
    })
}

//! A person's own accepted strides: what later sessions are compared with.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use toml::Spanned;

use super::figure::{Figure, PerFigure};
use crate::mount::{Mount, Side};
use crate::record::{Stride, StrideDirection};
use crate::settings_file::Fault;

/// Fewest accepted strides that make a baseline. A median of 30 is known to a quarter of the spread.
pub const LEAST_STRIDES: u32 = 30;

/// Fewest values that a figure in it needs: half of the strides, so that the figure is not that of the
/// odd ones.
const LEAST_VALUES: u32 = LEAST_STRIDES / 2;

/// Median and spread of one figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usual {
    /// Median.
    pub median: f64,
    /// Median absolute deviation from it (not scaled).
    pub mad: f64,
    /// Strides behind it.
    pub n: u32,
}

/// The median absolute deviation of a normal distribution is this share of its standard deviation.
const MAD_PER_SD: f64 = 0.674_5;

impl Usual {
    /// Of these values; `None` of none.
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        let n = u32::try_from(values.len()).ok()?;
        let median = median(&mut values)?;
        for v in &mut values {
            *v = (*v - median).abs();
        }
        let mad = median_of_sorted(&mut values)?;
        Some(Self { median, mad, n })
    }

    /// The standard deviation that the spread stands for.
    pub fn sd(&self) -> f64 {
        self.mad / MAD_PER_SD
    }
}

fn median(values: &mut [f64]) -> Option<f64> {
    median_of_sorted(values)
}

fn median_of_sorted(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let upper = *values.get(n / 2)?;
    Some(if n.is_multiple_of(2) { f64::midpoint(upper, *values.get(n / 2 - 1)?) } else { upper })
}

/// A baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// The day it was walked, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The leg.
    pub side: Option<Side>,
    /// How the sensor was mounted.
    pub mount: Option<Mount>,
    /// Accepted strides.
    pub strides: u32,
    /// Each figure.
    pub figures: PerFigure<Usual>,
}

/// Why strides make no baseline.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{found} valid backward strides are too few for a baseline: it takes at least {LEAST_STRIDES}; walk on, or take a longer capture"
)]
pub struct TooFew {
    /// How many there were.
    pub found: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BaselineFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mount: Option<Spanned<String>>,
    strides: u32,
    // The figures' own tables: a flattened table would not name an unknown key.
    #[serde(skip_serializing_if = "Option::is_none")]
    stride_time_s: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cadence_steps_per_min: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stance_fraction: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roll_time_s: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roll_quality: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ankle_drop_m: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stride_length_m: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed_mps: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    swing_lift_m: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regularity: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mid_swing_dps: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    knee_min_flexion_deg: Option<Spanned<Usual>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    knee_excursion_deg: Option<Spanned<Usual>>,
}

impl Baseline {
    /// Of the accepted strides: those that are backward and valid.
    ///
    /// # Errors
    /// [`TooFew`].
    pub fn of<'a>(strides: impl IntoIterator<Item = &'a Stride>) -> Result<Self, TooFew> {
        let accepted: Vec<&Stride> =
            strides.into_iter().filter(|s| s.valid && s.direction == StrideDirection::Backward).collect();
        let strides = u32::try_from(accepted.len()).unwrap_or(u32::MAX);
        if strides < LEAST_STRIDES {
            return Err(TooFew { found: strides });
        }
        let figures = PerFigure::from_fn(|figure| {
            Usual::of(accepted.iter().filter_map(|s| figure.of(s)).collect()).filter(|u| u.n >= LEAST_VALUES)
        });
        Ok(Self { date: None, side: None, mount: None, strides, figures })
    }

    /// What is usual of a figure.
    pub fn figure(&self, figure: Figure) -> Option<&Usual> {
        self.figures.get(figure)
    }

    pub(super) fn checked(file: BaselineFile, text: &str, place: usize) -> Result<Self, Fault> {
        if file.strides < LEAST_STRIDES {
            let what = format!(
                "a baseline of {} strides is none: gather at least {LEAST_STRIDES} accepted strides",
                file.strides
            );
            return Err(Fault::at(text, place, what));
        }
        let mount = match &file.mount {
            Some(line) => Some(
                line.get_ref()
                    .parse::<Mount>()
                    .map_err(|e| Fault::at(text, line.span().start, format!("mount: {e}")))?,
            ),
            None => None,
        };
        let spanned = PerFigure {
            stride_time_s: file.stride_time_s,
            cadence_steps_per_min: file.cadence_steps_per_min,
            stance_fraction: file.stance_fraction,
            roll_time_s: file.roll_time_s,
            roll_quality: file.roll_quality,
            ankle_drop_m: file.ankle_drop_m,
            stride_length_m: file.stride_length_m,
            speed_mps: file.speed_mps,
            swing_lift_m: file.swing_lift_m,
            regularity: file.regularity,
            mid_swing_dps: file.mid_swing_dps,
            knee_min_flexion_deg: file.knee_min_flexion_deg,
            knee_excursion_deg: file.knee_excursion_deg,
        };
        let figures = spanned.try_map(|figure, usual| {
            let u = *usual.get_ref();
            let fault =
                |what: String| Err(Fault::at(text, usual.span().start, format!("{}: {what}", figure.word())));
            if !u.median.is_finite() {
                return fault(format!("a median of {} cannot be", u.median));
            }
            if !(u.mad >= 0.0 && u.mad.is_finite()) {
                return fault(format!("a spread (mad) of {} cannot be", u.mad));
            }
            Ok(u)
        })?;
        Ok(Self { date: file.date, side: file.side, mount, strides: file.strides, figures })
    }

    pub(super) fn file(&self) -> BaselineFile {
        let f = self.figures.map(|_, u| Spanned::new(0..0, *u));
        BaselineFile {
            date: self.date.clone(),
            side: self.side,
            mount: self.mount.map(|m| Spanned::new(0..0, m.to_string())),
            strides: self.strides,
            stride_time_s: f.stride_time_s,
            cadence_steps_per_min: f.cadence_steps_per_min,
            stance_fraction: f.stance_fraction,
            roll_time_s: f.roll_time_s,
            roll_quality: f.roll_quality,
            ankle_drop_m: f.ankle_drop_m,
            stride_length_m: f.stride_length_m,
            speed_mps: f.speed_mps,
            swing_lift_m: f.swing_lift_m,
            regularity: f.regularity,
            mid_swing_dps: f.mid_swing_dps,
            knee_min_flexion_deg: f.knee_min_flexion_deg,
            knee_excursion_deg: f.knee_excursion_deg,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_is_the_median_and_its_deviation() {
        let usual = Usual::of(vec![5.0, 1.0, 2.0, 100.0, 3.0]).unwrap();
        assert_eq!((usual.median, usual.mad, usual.n), (3.0, 2.0, 5));
        assert_eq!(Usual::of(vec![1.0, 2.0]).unwrap().median, 1.5);
        assert!(Usual::of(Vec::new()).is_none());
    }

    #[test]
    fn a_few_strides_are_no_baseline() {
        assert_eq!(Baseline::of([]).unwrap_err(), TooFew { found: 0 });
    }
}

//! The figures of a stride that are compared: over a session, with a baseline, with a band.

use serde::{Deserialize, Serialize};

use crate::record::Stride;

/// A figure of a stride.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// Contact to next contact, s.
    StrideTime,
    /// Steps a minute.
    Cadence,
    /// Share of the stride on the ground.
    StanceFraction,
    /// Toe contact to heel contact, s.
    RollTime,
    /// 0 to 1.
    RollQuality,
    /// How far the ankle fell from toe contact to heel contact, m.
    AnkleDrop,
    /// m.
    StrideLength,
    /// m/s.
    Speed,
    /// Rise of the ankle in swing, m.
    SwingLift,
    /// Likeness to the stride before.
    Regularity,
    /// Fastest shank rotation of the swing, deg/s, as a magnitude.
    MidSwingRate,
    /// Smallest stance flexion of the knee, deg.
    KneeMin,
    /// Straightening of the knee from toe contact to mid-stance, deg.
    KneeExcursion,
}

/// How many there are.
pub const FIGURES: usize = 13;

impl Figure {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; FIGURES] = [
        Self::StrideTime,
        Self::Cadence,
        Self::StanceFraction,
        Self::RollTime,
        Self::RollQuality,
        Self::AnkleDrop,
        Self::StrideLength,
        Self::Speed,
        Self::SwingLift,
        Self::Regularity,
        Self::MidSwingRate,
        Self::KneeMin,
        Self::KneeExcursion,
    ];

    /// The word that files use: the field of a stride record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::StrideTime => "stride_time_s",
            Self::Cadence => "cadence_steps_per_min",
            Self::StanceFraction => "stance_fraction",
            Self::RollTime => "roll_time_s",
            Self::RollQuality => "roll_quality",
            Self::AnkleDrop => "ankle_drop_m",
            Self::StrideLength => "stride_length_m",
            Self::Speed => "speed_mps",
            Self::SwingLift => "swing_lift_m",
            Self::Regularity => "regularity",
            Self::MidSwingRate => "mid_swing_dps",
            Self::KneeMin => "knee_min_flexion_deg",
            Self::KneeExcursion => "knee_excursion_deg",
        }
    }

    /// Its value in a stride, where it is known.
    pub fn of(self, s: &Stride) -> Option<f64> {
        match self {
            Self::StrideTime => s.stride_time_s,
            Self::Cadence => s.cadence_steps_per_min,
            Self::StanceFraction => s.stance_fraction,
            Self::RollTime => s.roll_time_s,
            Self::RollQuality => s.roll_quality,
            Self::AnkleDrop => s.ankle_drop_m,
            Self::StrideLength => s.stride_length_m,
            Self::Speed => s.speed_mps,
            Self::SwingLift => s.swing_lift_m,
            Self::Regularity => s.regularity,
            Self::MidSwingRate => s.mid_swing_dps,
            Self::KneeMin => s.knee_min_flexion_deg,
            Self::KneeExcursion => s.knee_excursion_deg,
        }
    }
}

/// One value of each figure, where there is one: a table whose keys are the figures' words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the figures'")]
pub struct PerFigure<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stride_time_s: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cadence_steps_per_min: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stance_fraction: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roll_time_s: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roll_quality: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ankle_drop_m: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stride_length_m: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed_mps: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swing_lift_m: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regularity: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mid_swing_dps: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub knee_min_flexion_deg: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub knee_excursion_deg: Option<T>,
}

impl<T> Default for PerFigure<T> {
    fn default() -> Self {
        Self::from_fn(|_| None)
    }
}

impl<T> PerFigure<T> {
    /// The value of each figure.
    pub fn from_fn(mut f: impl FnMut(Figure) -> Option<T>) -> Self {
        Self {
            stride_time_s: f(Figure::StrideTime),
            cadence_steps_per_min: f(Figure::Cadence),
            stance_fraction: f(Figure::StanceFraction),
            roll_time_s: f(Figure::RollTime),
            roll_quality: f(Figure::RollQuality),
            ankle_drop_m: f(Figure::AnkleDrop),
            stride_length_m: f(Figure::StrideLength),
            speed_mps: f(Figure::Speed),
            swing_lift_m: f(Figure::SwingLift),
            regularity: f(Figure::Regularity),
            mid_swing_dps: f(Figure::MidSwingRate),
            knee_min_flexion_deg: f(Figure::KneeMin),
            knee_excursion_deg: f(Figure::KneeExcursion),
        }
    }

    /// The value of a figure.
    pub fn get(&self, figure: Figure) -> Option<&T> {
        match figure {
            Figure::StrideTime => &self.stride_time_s,
            Figure::Cadence => &self.cadence_steps_per_min,
            Figure::StanceFraction => &self.stance_fraction,
            Figure::RollTime => &self.roll_time_s,
            Figure::RollQuality => &self.roll_quality,
            Figure::AnkleDrop => &self.ankle_drop_m,
            Figure::StrideLength => &self.stride_length_m,
            Figure::Speed => &self.speed_mps,
            Figure::SwingLift => &self.swing_lift_m,
            Figure::Regularity => &self.regularity,
            Figure::MidSwingRate => &self.mid_swing_dps,
            Figure::KneeMin => &self.knee_min_flexion_deg,
            Figure::KneeExcursion => &self.knee_excursion_deg,
        }
        .as_ref()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        Figure::ALL.iter().all(|f| self.get(*f).is_none())
    }

    /// The same figures with other values.
    pub fn map<U>(&self, mut f: impl FnMut(Figure, &T) -> U) -> PerFigure<U> {
        PerFigure::from_fn(|figure| self.get(figure).map(|v| f(figure, v)))
    }

    /// The same figures with other values, or the first error.
    pub(super) fn try_map<U, E>(
        &self,
        mut f: impl FnMut(Figure, &T) -> Result<U, E>,
    ) -> Result<PerFigure<U>, E> {
        let mut failed = None;
        let mapped = PerFigure::from_fn(|figure| {
            let value = self.get(figure)?;
            match f(figure, value) {
                Ok(v) => Some(v),
                Err(e) => {
                    failed.get_or_insert(e);
                    None
                }
            }
        });
        failed.map_or(Ok(mapped), Err)
    }
}

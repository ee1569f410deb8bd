//! What is known of a person beforehand: lengths, the therapist's target, their own baseline.
//!
//! It is a TOML file that people write and read:
//!
//! ```toml
//! height_m = 1.72            # or shank_length_m and thigh_length_m, measured
//! side = "right"             # the leg that wears the sensor
//!
//! [knee]
//! target_flexion_deg = 5.0   # what the therapist asks for; without it a knee is reported, not judged
//! met_deg = 5.0              # up to so much over the target is met,
//! short_deg = 10.0           # up to so much is short, and more is missed
//! standing_flexion_deg = 0.0 # by goniometer, standing as straight as it goes
//!
//! [bands]                    # the therapist's: strides outside are counted, none is judged by them
//! roll_time_s = [0.08, 0.40]
//!
//! [baseline]                 # own accepted strides
//! date = "2026-03-01"
//! side = "right"
//! mount = "x=anterior,y=up,z=right"
//! strides = 64
//!
//! [baseline.roll_time_s]
//! median = 0.18
//! mad = 0.02
//! n = 61
//! ```

pub mod baseline;
pub mod figure;

use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use self::baseline::{Baseline, BaselineFile, Usual};
use self::figure::{Figure, PerFigure};
use crate::capture::CaptureMeta;
use crate::mount::Side;
use crate::settings_file::{self, Fault, FileError, within};

/// A person.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Person {
    /// What to call them in a report.
    pub name: Option<String>,
    /// Body height, m.
    pub height_m: Option<f64>,
    /// Knee to ankle, m, measured.
    pub shank_length_m: Option<f64>,
    /// Hip to knee, m, measured.
    pub thigh_length_m: Option<f64>,
    /// The leg that wears the sensor.
    pub side: Option<Side>,
    /// What is asked of the knee.
    pub knee: KneeGoal,
    /// The therapist's bands: from and to.
    pub bands: PerFigure<[f64; 2]>,
    /// Own accepted strides.
    pub baseline: Option<Baseline>,
}

/// What is asked of the knee in stance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KneeGoal {
    /// Flexion asked for, deg; `None` reports without judging.
    pub target_deg: Option<f64>,
    /// Over the target by up to this is met, deg. Default 5: what a goniometer tells apart, and where
    /// the IKDC form ends "nearly normal" (biomechanics literature: loss of extension of 3 to 5°).
    pub met_deg: f64,
    /// Over the target by up to this is short, more is missed, deg. Default 10: a loss of over 10° is the
    /// IKDC form's worst grade.
    pub short_deg: f64,
    /// Flexion in the straightest standing, by goniometer, deg.
    pub standing_deg: Option<f64>,
}

impl Default for KneeGoal {
    fn default() -> Self {
        Self { target_deg: None, met_deg: 5.0, short_deg: 10.0, standing_deg: None }
    }
}

/// Lengths that people have, m: as for the capture's own metadata.
const HEIGHT_M: [f64; 2] = [0.5, 2.6];
const SEGMENT_M: [f64; 2] = [0.1, 0.8];

/// Angles that a knee can have, deg: hyperextended to sitting.
const KNEE_DEG: [f64; 2] = [-15.0, 90.0];

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height_m: Option<Spanned<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shank_length_m: Option<Spanned<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thigh_length_m: Option<Spanned<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    knee: Option<KneeFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bands: Option<PerFigure<Spanned<[f64; 2]>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<Spanned<BaselineFile>>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KneeFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    target_flexion_deg: Option<Spanned<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    met_deg: Option<Spanned<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_deg: Option<Spanned<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    standing_flexion_deg: Option<Spanned<f64>>,
}

impl Person {
    /// Reads a person file.
    ///
    /// # Errors
    /// [`FileError`] with file, line and what to do.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        settings_file::read(path, Self::parse)
    }

    /// Reads the text of a person file.
    ///
    /// # Errors
    /// [`Fault`] with line and what to do.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let file: PersonFile = settings_file::parse(text)?;
        let knee = file.knee.unwrap_or_default();
        let usual = KneeGoal::default();
        let degrees =
            |key, value: &Option<Spanned<f64>>, limits| within(text, key, value.as_ref(), limits, " degrees");
        let goal = KneeGoal {
            target_deg: degrees("target_flexion_deg", &knee.target_flexion_deg, KNEE_DEG)?,
            met_deg: degrees("met_deg", &knee.met_deg, [0.0, 45.0])?.unwrap_or(usual.met_deg),
            short_deg: degrees("short_deg", &knee.short_deg, [0.0, 45.0])?.unwrap_or(usual.short_deg),
            standing_deg: degrees("standing_flexion_deg", &knee.standing_flexion_deg, KNEE_DEG)?,
        };
        if goal.short_deg < goal.met_deg {
            let place = knee.short_deg.as_ref().or(knee.met_deg.as_ref()).map_or(0, |s| s.span().start);
            let what = format!(
                "short_deg = {} lies below met_deg = {}: short begins where met ends",
                goal.short_deg, goal.met_deg
            );
            return Err(Fault::at(text, place, what));
        }
        let bands = file.bands.unwrap_or_default().try_map(|figure, band| {
            let [from, to] = *band.get_ref();
            if from <= to {
                return Ok([from, to]);
            }
            let what = format!("{} = [{from}, {to}] is no band: the smaller comes first", figure.word());
            Err(Fault::at(text, band.span().start, what))
        })?;
        let metres =
            |key, value: &Option<Spanned<f64>>, limits| within(text, key, value.as_ref(), limits, " metres");
        Ok(Self {
            name: file.name,
            height_m: metres("height_m", &file.height_m, HEIGHT_M)?,
            shank_length_m: metres("shank_length_m", &file.shank_length_m, SEGMENT_M)?,
            thigh_length_m: metres("thigh_length_m", &file.thigh_length_m, SEGMENT_M)?,
            side: file.side,
            knee: goal,
            bands,
            baseline: file
                .baseline
                .map(|b| {
                    let place = b.span().start;
                    Baseline::checked(b.into_inner(), text, place)
                })
                .transpose()?,
        })
    }

    /// The file of this person.
    pub fn to_toml(&self) -> String {
        let spanned = |v: f64| Spanned::new(0..0, v);
        let usual = KneeGoal::default();
        let knee = (self.knee != usual).then(|| KneeFile {
            target_flexion_deg: self.knee.target_deg.map(spanned),
            met_deg: (self.knee.met_deg != usual.met_deg).then(|| spanned(self.knee.met_deg)),
            short_deg: (self.knee.short_deg != usual.short_deg).then(|| spanned(self.knee.short_deg)),
            standing_flexion_deg: self.knee.standing_deg.map(spanned),
        });
        let bands = self.bands.map(|_, band| Spanned::new(0..0, *band));
        let file = PersonFile {
            name: self.name.clone(),
            height_m: self.height_m.map(spanned),
            shank_length_m: self.shank_length_m.map(spanned),
            thigh_length_m: self.thigh_length_m.map(spanned),
            side: self.side,
            knee,
            bands: (!bands.is_empty()).then_some(bands),
            baseline: self.baseline.as_ref().map(|b| Spanned::new(0..0, b.file())),
        };
        toml::to_string(&file).unwrap_or_default()
    }

    /// What a capture says of the body, filled up with what is known of the person: the capture's own
    /// metadata goes first.
    pub fn fill(&self, meta: &CaptureMeta) -> CaptureMeta {
        let lengths_said =
            meta.height_m.is_some() || meta.shank_length_m.is_some() || meta.thigh_length_m.is_some();
        let mut meta = meta.clone();
        meta.side = meta.side.or(self.side);
        // Measured segments go before a height, wherever it was said.
        meta.shank_length_m = meta.shank_length_m.or(self.shank_length_m);
        meta.thigh_length_m = meta.thigh_length_m.or(self.thigh_length_m);
        if !lengths_said {
            meta.height_m = self.height_m;
        }
        meta
    }

    /// Whether the baseline can be compared with a capture of the leg `side`.
    pub fn baseline_for(&self, side: Option<Side>) -> Option<&Baseline> {
        let baseline = self.baseline.as_ref()?;
        match (baseline.side, side) {
            (Some(a), Some(b)) if a != b => None,
            _ => Some(baseline),
        }
    }

    /// The therapist's band of a figure.
    pub fn band(&self, figure: Figure) -> Option<[f64; 2]> {
        self.bands.get(figure).copied()
    }
}

/// What the strides of one leg are held to: the part of a person that the pipeline needs, as plain data.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Aims {
    /// What is asked of the knee.
    pub knee: KneeGoal,
    /// The therapist's bands.
    pub bands: PerFigure<[f64; 2]>,
    /// What is usual of this leg; none without a baseline of it.
    pub usual: PerFigure<Usual>,
}

impl Aims {
    /// Of a person, for the leg `side`.
    pub fn of(person: &Person, side: Option<Side>) -> Self {
        Self {
            knee: person.knee,
            bands: person.bands,
            usual: person.baseline_for(side).map(|b| b.figures).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
name = "A."
height_m = 1.72
side = "right"

[knee]
target_flexion_deg = 5
short_deg = 12.0

[bands]
roll_time_s = [0.08, 0.4]

[baseline]
date = "2026-03-01"
side = "right"
mount = "x=anterior,y=up,z=right"
strides = 64

[baseline.roll_time_s]
median = 0.18
mad = 0.02
n = 61
"#;

    #[test]
    fn a_file_says_what_it_says_and_nothing_else() {
        let person = Person::parse(WHOLE).unwrap();
        assert_eq!(person.height_m, Some(1.72));
        assert_eq!(person.knee, KneeGoal { target_deg: Some(5.0), short_deg: 12.0, ..KneeGoal::default() });
        assert_eq!(person.band(Figure::RollTime), Some([0.08, 0.4]));
        assert_eq!(person.band(Figure::Speed), None);
        let baseline = person.baseline_for(Some(Side::Right)).unwrap();
        assert_eq!(baseline.figure(Figure::RollTime).unwrap().median, 0.18);
        assert!(person.baseline_for(Some(Side::Left)).is_none());
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let person = Person::parse(WHOLE).unwrap();
        assert_eq!(Person::parse(&person.to_toml()).unwrap(), person);
        assert_eq!(Person::parse("").unwrap(), Person::default());
    }

    #[test]
    fn faults_say_where_and_what() {
        for (text, want) in [
            ("height_m = 17.2", "1:12: height_m = 17.2 cannot be: it lies between 0.5 and 2.6 metres"),
            (
                "\n[knee]\ntarget_flexion = 5",
                "3:1: unknown key `target_flexion`; did you mean `target_flexion_deg`?",
            ),
            (
                "[knee]\nmet_deg = 8\nshort_deg = 6",
                "3:13: short_deg = 6 lies below met_deg = 8: short begins where met ends",
            ),
            (
                "[bands]\nspeed_mps = [1, 0.5]",
                "2:13: speed_mps = [1, 0.5] is no band: the smaller comes first",
            ),
            ("[bands]\nspeeed_mps = [1, 2]", "2:1: unknown key `speeed_mps`; did you mean `speed_mps`?"),
            (
                "[baseline]\nstrides = 12\n",
                "1:1: a baseline of 12 strides is none: gather at least 30 accepted strides",
            ),
            (
                "[baseline]\nstrides = 40\n[baseline.speed_mps]\nmedian = 0.8\nmad = -1\nn = 40\n",
                "3:1: speed_mps: a spread (mad) of -1 cannot be",
            ),
        ] {
            assert_eq!(Person::parse(text).unwrap_err().to_string(), want, "{text}");
        }
    }

    #[test]
    fn a_capture_knows_better_than_the_file() {
        let person = Person { height_m: Some(1.8), side: Some(Side::Left), ..Person::default() };
        let said = CaptureMeta { height_m: Some(1.6), ..CaptureMeta::default() };
        assert_eq!(person.fill(&said).height_m, Some(1.6));
        assert_eq!(person.fill(&CaptureMeta::default()).height_m, Some(1.8));
        assert_eq!(person.fill(&said).side, Some(Side::Left));
    }
}

//! The calibration file (TOML): how the sensors sat when the person stood, and what their own walk adds.
//!
//! ```toml
//! date = "2026-03-01"
//! side = "right"
//! mount = "x=anterior,y=up,z=right"
//!
//! [standing]
//! seconds = 3.2
//! flexion_deg = 0.0        # by goniometer
//!
//! [shank]                  # in the axes of the mount line; in the sensor's own without one
//! up = [0.02, 0.999, 0.03]
//! right = [0.01, -0.03, 0.999]
//!
//! [walked]                 # only from a capture with a thigh sensor
//! constant_deg = -1.2
//! sd_deg = 1.5
//! toe_contact_deg = 27.0
//! strides = 24
//! ```

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::reference::{Reference, Sitting, Walked};
use crate::capture::CaptureMeta;
use crate::mount::{Mount, Side};
use crate::orient::quat::{dot, unit};
use crate::settings_file::{self, Fault, FileError};

/// A calibration.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Calibration {
    /// The day, as it was given.
    pub date: Option<String>,
    /// The leg.
    pub side: Option<Side>,
    /// Mount line of the shank sensor then; `None` when it was unknown.
    pub mount: Option<Mount>,
    /// Mount line of the thigh sensor then.
    pub thigh_mount: Option<Mount>,
    /// How long the person stood, s.
    pub standing_s: f64,
    /// What the pipeline uses.
    pub reference: Reference,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalibrationFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thigh_mount: Option<String>,
    standing: StandingFile,
    shank: SittingFile,
    #[serde(skip_serializing_if = "Option::is_none")]
    thigh: Option<SittingFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    walked: Option<Walked>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StandingFile {
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    flexion_deg: Option<f64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SittingFile {
    up: [f64; 3],
    right: [f64; 3],
}

impl SittingFile {
    fn of(s: &Sitting) -> Self {
        let round = |v: [f64; 3]| v.map(|x| libm::round(x * 1e5) / 1e5);
        Self { up: round(s.up), right: round(s.right) }
    }

    fn checked(&self, text: &str, table: &str) -> Result<Sitting, Fault> {
        let place = text.find(&format!("[{table}]")).unwrap_or(0);
        let fault = |what: &str| Fault::at(text, place, format!("[{table}]: {what}; calibrate again"));
        let finite = self.up.iter().chain(&self.right).all(|v| v.is_finite());
        let (Some(up), Some(right), true) = (unit(self.up), unit(self.right), finite) else {
            return Err(fault("up and right are directions, and one of them is none"));
        };
        if dot(up, right).abs() > 0.5 {
            return Err(fault("up and right cannot be so near to each other"));
        }
        Ok(Sitting { up, right })
    }
}

/// Why a calibration does not belong to a capture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It was made on the other leg.
    #[error("the calibration is of the other leg: calibrate this one")]
    Side,
    /// The sensor was mounted otherwise.
    #[error(
        "the calibration was made with {then}, and this capture has {now}: calibrate again, or mount the sensor as it was"
    )]
    Mount {
        /// The mount line of then.
        then: String,
        /// The capture's.
        now: String,
    },
}

impl Calibration {
    /// Reads a calibration file.
    ///
    /// # Errors
    /// [`FileError`] with file, line and what to do.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        settings_file::read(path, Self::parse)
    }

    /// Reads the text of one.
    ///
    /// # Errors
    /// [`Fault`] with line and what to do.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let file: CalibrationFile = settings_file::parse(text)?;
        let mount = |key: &str, line: &Option<String>| match line {
            None => Ok(None),
            Some(line) => line
                .parse::<Mount>()
                .map(Some)
                .map_err(|e| Fault::at(text, text.find(key).unwrap_or(0), format!("{key}: {e}"))),
        };
        if let Some(w) = file.walked
            && !(w.constant_deg.abs() < 90.0
                && (0.0..45.0).contains(&w.sd_deg)
                && w.toe_contact_deg.abs() < 120.0)
        {
            let place = text.find("[walked]").unwrap_or(0);
            return Err(Fault::at(
                text,
                place,
                "[walked]: an angle in it cannot be a knee's; calibrate again",
            ));
        }
        Ok(Self {
            mount: mount("mount", &file.mount)?,
            thigh_mount: mount("thigh_mount", &file.thigh_mount)?,
            date: file.date,
            side: file.side,
            standing_s: file.standing.seconds,
            reference: Reference {
                shank: file.shank.checked(text, "shank")?,
                thigh: file.thigh.map(|t| t.checked(text, "thigh")).transpose()?,
                standing_deg: file.standing.flexion_deg,
                walked: file.walked,
            },
        })
    }

    /// The file of it.
    pub fn to_toml(&self) -> String {
        let r = &self.reference;
        let file = CalibrationFile {
            date: self.date.clone(),
            side: self.side,
            mount: self.mount.map(|m| m.to_string()),
            thigh_mount: self.thigh_mount.map(|m| m.to_string()),
            standing: StandingFile { seconds: self.standing_s, flexion_deg: r.standing_deg },
            shank: SittingFile::of(&r.shank),
            thigh: r.thigh.as_ref().map(SittingFile::of),
            walked: r.walked,
        };
        toml::to_string(&file).unwrap_or_default()
    }

    /// The part for the pipeline, for a capture that says `meta` of itself.
    ///
    /// # Errors
    /// [`Mismatch`] when it was made for another leg or another mount.
    pub fn for_capture(&self, meta: &CaptureMeta) -> Result<Reference, Mismatch> {
        if let (Some(a), Some(b)) = (self.side, meta.side)
            && a != b
        {
            return Err(Mismatch::Side);
        }
        if self.mount != meta.mount {
            let word = |m: Option<Mount>| m.map_or("an unknown mount".to_owned(), |m| format!("mount {m}"));
            return Err(Mismatch::Mount { then: word(self.mount), now: word(meta.mount) });
        }
        // A thigh sensor that is mounted otherwise is found anew.
        let thigh = self.reference.thigh.filter(|_| self.thigh_mount == meta.thigh_mount);
        Ok(Reference { thigh, ..self.reference })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one() -> Calibration {
        Calibration {
            date: Some("2026-03-01".into()),
            side: Some(Side::Right),
            mount: Some(Mount::IDENTITY),
            thigh_mount: None,
            standing_s: 3.0,
            reference: Reference {
                walked: Some(Walked { constant_deg: -1.0, sd_deg: 1.5, toe_contact_deg: 27.0, strides: 24 }),
                ..Reference::default()
            },
        }
    }

    #[test]
    fn what_is_written_reads_the_same() {
        assert_eq!(Calibration::parse(&one().to_toml()).unwrap(), one());
    }

    #[test]
    fn another_leg_or_mount_is_refused() {
        let meta =
            CaptureMeta { mount: Some(Mount::IDENTITY), side: Some(Side::Left), ..CaptureMeta::default() };
        assert_eq!(one().for_capture(&meta), Err(Mismatch::Side));
        let meta = CaptureMeta { mount: None, ..CaptureMeta::default() };
        assert!(matches!(one().for_capture(&meta), Err(Mismatch::Mount { .. })));
        let meta = CaptureMeta { mount: Some(Mount::IDENTITY), ..CaptureMeta::default() };
        assert!(one().for_capture(&meta).is_ok());
    }

    #[test]
    fn faults_say_where() {
        let text = one().to_toml().replace("right = [0.0, 0.0, 1.0]", "right = [0.0, 1.0, 0.0]");
        let fault = Calibration::parse(&text).unwrap_err();
        assert!(fault.what.contains("so near to each other"), "{fault}");
        assert!(Calibration::parse("[standing]\nsecnds = 3\n").unwrap_err().what.contains("`seconds`"));
    }
}

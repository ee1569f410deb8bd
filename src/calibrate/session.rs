//! A calibration from samples: quiet standing, then (with a thigh sensor) some backward strides, and
//! seated knee extensions if there are any.

use thiserror::Error;

use super::file::Calibration;
use super::reference::Walked;
use crate::capture::CaptureMeta;
use crate::imu::Sample;
use crate::person::baseline::Usual;
use crate::pipeline::{Output, Pipeline, Settings};
use crate::record::{Activity, Record};

/// Standing that a calibration needs, s.
pub const STANDING_S: f64 = 2.0;
/// Strides from which the person's own constant is taken.
pub const STRIDES: usize = 10;
/// The shank is raised this far in a seated extension, deg, and for this long, s.
const EXTENDED: (f64, f64) = (45.0, 0.5);
/// Seated extensions that are asked for.
pub const EXTENSIONS: u32 = 5;

/// What a calibration found, and what it did not.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// The calibration.
    pub calibration: Calibration,
    /// Confidence in the sign of the axis, 0 to 1.
    pub sign_confidence: f64,
    /// Seated knee extensions seen.
    pub extensions: u32,
    /// What was missing, and what that means.
    pub missing: Vec<&'static str>,
}

/// Why there is no calibration.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CalibrateError {
    /// Nobody stands in it.
    #[error(
        "nobody stands still in it for {STANDING_S} s: begin with the person standing quietly, knees pressed straight, for 3 s"
    )]
    NoStanding,
    /// The axis was not found.
    #[error("the sensor's axes were not found: walk a few strides after standing, or give the mount")]
    NoAxis,
    /// Its sign is not clear.
    #[error(
        "the sign of the sensor's axis is not clear: give the mount line, and check which way the sensor faces"
    )]
    Sign,
}

/// Calibrates from the samples of a capture that says `meta` of itself. `standing_deg` is the knee's
/// flexion in that standing, by goniometer.
///
/// # Errors
/// [`CalibrateError`], which says what to do.
pub fn calibrate(
    meta: &CaptureMeta,
    standing_deg: Option<f64>,
    samples: impl IntoIterator<Item = Sample>,
) -> Result<Calibrated, CalibrateError> {
    let mut pipeline = Pipeline::new(meta, Settings { series: true, ..Settings::default() });
    let (mut standing_s, mut sign) = (0.0_f64, (false, 0.0));
    let (mut extensions, mut raised): (u32, Option<f64>) = (0, None);
    let mut emit = |output: Output| match output {
        Output::Record(Record::Bout(b)) if b.activity == Activity::Standing => {
            standing_s = standing_s.max(b.end.since(b.start).seconds());
        }
        Output::Record(Record::Summary(s)) => sign = (s.mount.sign_known, s.mount.sign_confidence),
        Output::Series(row) => {
            let t = row.time.seconds();
            if row.shank_angle_deg.is_some_and(|a| a > EXTENDED.0) {
                let since = *raised.get_or_insert(t);
                if t - since >= EXTENDED.1 && t - since < f64::INFINITY {
                    extensions += 1;
                    raised = Some(f64::NEG_INFINITY);
                }
            } else {
                raised = None;
            }
        }
        Output::Record(_) => {}
    };
    for sample in samples {
        pipeline.push(&sample, &mut emit);
    }
    let found = pipeline.sittings();
    let pairs = pipeline.finish_with_knees(&mut emit);
    if standing_s < STANDING_S {
        return Err(CalibrateError::NoStanding);
    }
    let (shank, thigh) = found.ok_or(CalibrateError::NoAxis)?;
    if !sign.0 {
        return Err(CalibrateError::Sign);
    }
    let walked = walked(&pairs, standing_deg.unwrap_or(0.0));
    let mut missing = Vec::new();
    if standing_deg.is_none() {
        missing.push("no goniometer value: the knee in that standing is taken to be at 0 degrees");
    }
    if extensions < EXTENSIONS {
        missing
            .push("fewer than five seated knee extensions: the axis rests on the mount line and on walking");
    }
    if walked.is_none() {
        missing.push(
            "fewer than ten backward strides with a thigh sensor: the shank alone is good to 5 degrees, not to 4",
        );
    }
    let mut calibration = Calibration {
        side: meta.side,
        mount: meta.mount,
        thigh_mount: meta.thigh_mount,
        standing_s: libm::round(standing_s * 10.0) / 10.0,
        ..Calibration::default()
    };
    calibration.reference.shank = shank;
    calibration.reference.thigh = thigh;
    calibration.reference.standing_deg = standing_deg;
    calibration.reference.walked = walked;
    Ok(Calibrated { calibration, sign_confidence: sign.1, extensions, missing })
}

/// What both sensors together show of the shank alone: (two-sensor minimum, geometry at mid-stance,
/// straightening), deg.
fn walked(pairs: &[[f64; 3]], standing_deg: f64) -> Option<Walked> {
    if pairs.len() < STRIDES {
        return None;
    }
    let constant = Usual::of(pairs.iter().map(|[two, one, _]| two + standing_deg - one).collect())?;
    let toe = Usual::of(pairs.iter().map(|[two, _, excursion]| two + standing_deg + excursion).collect())?;
    // The thigh's soft tissue in standing and walking is not the same: it stays in.
    let sd = libm::hypot(constant.sd() / f64::from(constant.n).sqrt(), 2.5);
    let tenth = |v: f64| libm::round(v * 10.0) / 10.0;
    Some(Walked {
        constant_deg: tenth(constant.median),
        sd_deg: tenth(sd),
        toe_contact_deg: tenth(toe.median),
        strides: constant.n,
    })
}

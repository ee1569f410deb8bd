//! A calibration from samples: quiet standing, then seated knee extensions, then (with a thigh sensor) some
//! backward strides, as far as there are any.

use thiserror::Error;

use super::extensions::{Axes, Fault, Params, Seen, Watcher};
use super::file::Calibration;
use super::reference::{Sitting, Walked};
use crate::capture::CaptureMeta;
use crate::imu::Sample;
use crate::orient::quat::{angle_deg, dot};
use crate::person::baseline::Usual;
use crate::pipeline::{Output, Pipeline, Settings};
use crate::record::{Activity, Record};
use crate::summary::Summary;

/// Standing that a calibration needs, s.
pub const STANDING_S: f64 = 2.0;
/// Strides from which the person's own constant is taken.
pub const STRIDES: usize = 10;
/// Seated extensions that are asked for.
pub const EXTENSIONS: usize = 5;
/// Strides that show the axis of a mount that is not given.
const WALKED: u32 = 3;
/// Angle between the axis of the extensions and that of a mount line up to which they are the same, deg.
/// 35, as for a seat: beyond it another nominal mount would be nearer.
const SAME_DEG: f64 = 35.0;

/// Nothing that is seen of people is surer.
const SUREST: f64 = 0.99;

/// What a calibration found, and what it did not.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// The calibration.
    pub calibration: Calibration,
    /// Confidence in the sign of the axis, 0 to 1.
    pub sign_confidence: f64,
    /// Seated knee extensions seen, with nothing wrong in them.
    pub extensions: usize,
    /// What they showed, when they were enough.
    pub seated: Option<Axes>,
    /// Where the axis is from.
    pub axis_from: AxisFrom,
    /// Angle between the axis that they showed and the one that is used (of the mount line, where it is
    /// theirs), deg.
    pub axis_deg: Option<f64>,
    /// What was missing, and what that means.
    pub missing: Vec<String>,
}

/// Where an axis is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisFrom {
    /// The mount line as it is.
    Line,
    /// Walking.
    Walk,
    /// The seated extensions.
    Extensions,
}

impl AxisFrom {
    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Line => "the mount line",
            Self::Walk => "walking",
            Self::Extensions => "the seated extensions",
        }
    }
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
    #[error(
        "the sensor's axes were not found: raise the leg five times while sitting, or walk a few strides, after standing; or give the mount"
    )]
    NoAxis,
    /// The extensions were not good enough to tell.
    #[error("the sensor's axes were not found: {0}; do the extensions again, or give the mount")]
    NotTold(String),
    /// That the person sat was not seen.
    #[error(
        "the sign of the sensor's axis is not clear: the leg was raised {0} times, and nothing shows that it was done sitting. Stand first, sit down as usual with the foot below the knee, rest a second, and raise the leg; or give the mount"
    )]
    NotSeated(usize),
    /// They contradict the mount line.
    #[error(
        "the extensions contradict the mount line: the knee's axis lies {0:.0}° from where the line puts it. Correct the line, or turn the sensor; if the line is right, the leg was not raised forward while sitting"
    )]
    Contradicted(f64),
    /// The walk contradicts the extensions.
    #[error(
        "the walk contradicts the extensions or the mount line: with this sign of the axis the knee would bend forward. Do both again; the leg is raised forward, while sitting"
    )]
    Walk,
    /// Its sign is not clear.
    #[error(
        "the sign of the sensor's axis is not clear: raise the leg five times while sitting, or give the mount line, and check which way the sensor faces"
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
    let samples: Vec<Sample> = samples.into_iter().collect();
    let mut watcher = Watcher::new(Params::default(), meta);
    for s in &samples {
        watcher.push(s);
    }
    let seen = watcher.look();
    let walk = Walk::of(meta, &seen, &samples);
    if walk.stood_s.max(seen.stood.map_or(0.0, |s| s.seconds)) < STANDING_S {
        return Err(CalibrateError::NoStanding);
    }
    let (right, axis_from, sure) = axis(meta, &seen, &walk)?;
    let mut missing = missing(standing_deg, &seen, axis_from);
    // The first standing is the one that was asked for, knees pressed straight; later ones, and sitting
    // with the shank upright, are not.
    let up = seen.stood.map_or(walk.shank.map_or([0.0, 1.0, 0.0], |s| s.up), |s| s.up);
    let thigh = thigh(meta, &seen, &walk, &mut missing);
    let walked = walked(&walk.knees, standing_deg.unwrap_or(0.0));
    if walked.is_none() {
        missing.push(
            "fewer than ten backward strides with a thigh sensor: the shank alone is good to 5 degrees, not to 4"
                .into(),
        );
    }
    let seconds = seen.stood.map_or(walk.stood_s, |s| s.seconds);
    let mut calibration = Calibration {
        side: meta.side,
        mount: meta.mount,
        thigh_mount: meta.thigh_mount,
        standing_s: libm::round(seconds * 10.0) / 10.0,
        ..Calibration::default()
    };
    calibration.reference.shank = Sitting { up, right };
    calibration.reference.thigh = thigh;
    calibration.reference.standing_deg = standing_deg;
    calibration.reference.walked = walked;
    let nominal = if axis_from == AxisFrom::Extensions { [0.0, 0.0, 1.0] } else { right };
    let line = axis_from != AxisFrom::Extensions || meta.mount.is_some();
    Ok(Calibrated {
        calibration,
        sign_confidence: sure.min(SUREST),
        extensions: seen.good(),
        seated: seen.axes,
        axis_from,
        axis_deg: seen.axes.filter(|_| line).map(|a| angle_deg(a.shank.right, nominal)),
        missing,
    })
}

/// What the signal path makes of the same samples.
struct Walk {
    /// Longest standing, s.
    stood_s: f64,
    /// The shank's sensor, once it is known.
    shank: Option<Sitting>,
    thigh: Option<Sitting>,
    /// Strides that went anywhere.
    strides: u32,
    /// Confidence in the sign; `None` while it is open.
    sign: Option<f64>,
    /// Whether walking has shown the axis of a given mount.
    refined: bool,
    knees: Vec<[f64; 3]>,
}

impl Walk {
    fn of(meta: &CaptureMeta, seen: &Seen, samples: &[Sample]) -> Self {
        // A raised leg looks to the search for the mount like the swing of a walk seen in a mirror.
        let known = seen.axes.filter(|a| meta.mount.is_none() && a.sign_confidence().is_some());
        let reference = known.map(|a| a.reference());
        let mut pipeline = Pipeline::new(meta, Settings { reference, ..Settings::default() });
        let (mut stood_s, mut summary) = (0.0_f64, None::<Summary>);
        let mut emit = |output: Output| match output {
            Output::Record(Record::Bout(b)) if b.activity == Activity::Standing => {
                stood_s = stood_s.max(b.end.since(b.start).seconds());
            }
            Output::Record(Record::Summary(s)) => summary = Some(*s),
            _ => {}
        };
        for sample in samples {
            pipeline.push(sample, &mut emit);
        }
        let found = pipeline.sittings();
        let knees = pipeline.finish_with_knees(&mut emit);
        let (mount, strides) = summary.map(|s| (s.mount, s.strides)).unzip();
        Self {
            stood_s,
            shank: found.map(|f| f.0),
            thigh: found.and_then(|f| f.1),
            strides: strides.map_or(0, |s| s.backward + s.forward),
            sign: mount.filter(|m| m.sign_known).map(|m| m.sign_confidence),
            refined: mount.is_some_and(|m| m.axis_deg.is_some()),
            knees,
        }
    }
}

/// The shank's rightward axis, where it is from, and the confidence in its sign.
fn axis(meta: &CaptureMeta, seen: &Seen, walk: &Walk) -> Result<([f64; 3], AxisFrom, f64), CalibrateError> {
    let walked = walk.strides >= WALKED;
    let Some(axes) = &seen.axes else {
        if meta.mount.is_none() && (!walked || seen.is_held_up()) {
            return Err(why_not(seen).map_or(CalibrateError::NoAxis, CalibrateError::NotTold));
        }
        let shank = walk.shank.ok_or(CalibrateError::NoAxis)?;
        let sign = walk.sign.ok_or(CalibrateError::Sign)?;
        let from = if meta.mount.is_none() || walk.refined { AxisFrom::Walk } else { AxisFrom::Line };
        return Ok((shank.right, from, sign));
    };
    let seated = axes.sign_confidence();
    if meta.mount.is_none() {
        let sign = seated.ok_or(CalibrateError::NotSeated(axes.n))?;
        // It was given to the walk, which has found nothing against it, and refined it.
        let shank = walk.shank.filter(|_| walk.sign.is_some()).ok_or(CalibrateError::Walk)?;
        let from = if walked { AxisFrom::Walk } else { AxisFrom::Extensions };
        return Ok((if walked { shank.right } else { axes.shank.right }, from, sign));
    }
    let off_deg = angle_deg(axes.shank.right, [0.0, 0.0, 1.0]);
    if off_deg > SAME_DEG {
        return Err(CalibrateError::Contradicted(off_deg));
    }
    let line = walk.sign.ok_or(if walked { CalibrateError::Walk } else { CalibrateError::Sign })?;
    let sign = seated.map_or(line, |seated| both(line, seated));
    let shank = walk.shank.filter(|_| walk.refined && walked);
    Ok(match shank {
        Some(shank) => (shank.right, AxisFrom::Walk, sign),
        None => (axes.shank.right, AxisFrom::Extensions, sign),
    })
}

/// Confidence of two that know nothing of each other and say the same.
fn both(a: f64, b: f64) -> f64 {
    a * b / (a * b + (1.0 - a) * (1.0 - b))
}

/// What was wrong with the extensions; `None` where none was tried.
fn why_not(seen: &Seen) -> Option<String> {
    let good = seen.good();
    let first = seen.raises.iter().find_map(|r| r.fault);
    match (good, first) {
        (0, None) => None,
        (_, None) => Some(format!("{} are too few", counted(good))),
        (_, Some(fault)) => Some(format!("{} of {} were good ({fault})", good, counted(seen.raises.len()))),
    }
}

fn counted(n: usize) -> String {
    if n == 1 { "one seated extension".into() } else { format!("{n} seated extensions") }
}

/// What was missing of what is asked for.
fn missing(standing_deg: Option<f64>, seen: &Seen, from: AxisFrom) -> Vec<String> {
    let mut missing = Vec::new();
    if standing_deg.is_none() {
        missing.push("no goniometer value: the knee in that standing is taken to be at 0 degrees".into());
    }
    let good = seen.good();
    if seen.axes.is_none() {
        missing.push(format!(
            "{} seated knee extensions: the axis rests on {} alone",
            if good == 0 { "no" } else { "fewer than three good" },
            from.word()
        ));
    } else if good < EXTENSIONS {
        missing.push(format!("only {good} of five seated knee extensions were good"));
    }
    // Of a walk nobody wants to hear that its steps were no extensions.
    for (i, raise) in seen.raises.iter().enumerate().filter(|_| good > 0 || seen.is_held_up()) {
        if let Some(fault) = raise.fault.filter(|f| !matches!(f, Fault::Short(_))) {
            missing.push(format!("extension {}: {fault}", i + 1));
        }
    }
    if seen.axes.is_some_and(|a| a.sign_confidence().is_none()) {
        missing.push(
            "sitting down was not seen before the extensions: make sure that the person stood at the beginning".into(),
        );
    }
    missing
}

/// How the thigh's sensor sits: from lying level in the extensions, or as the walk shows it.
fn thigh(meta: &CaptureMeta, seen: &Seen, walk: &Walk, missing: &mut Vec<String>) -> Option<Sitting> {
    let Some(seated) = seen.axes.and_then(|a| a.thigh) else { return walk.thigh };
    if meta.thigh_mount.is_some() {
        let off_deg = angle_deg(seated.right, [0.0, 0.0, 1.0]);
        if off_deg > SAME_DEG {
            missing.push(format!(
                "the thigh sensor does not sit as its mount line says: in sitting it points {off_deg:.0} degrees beside; its line was believed"
            ));
            return walk.thigh;
        }
    }
    match walk.thigh.filter(|_| walk.strides >= WALKED) {
        // Its axis is that of the walk where there was one, in which soft tissue moves as it will later.
        Some(walked) if dot(walked.right, seated.right) > 0.0 => Some(Sitting { up: seated.up, ..walked }),
        _ => Some(seated),
    }
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

#[cfg(test)]
mod tests;

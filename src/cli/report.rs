//! `retrogait report`: a page about a session.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::capture_args::CaptureArgs;
use super::config::ConfigArgs;
use super::exit::{Exit, UsageError};
use super::gather::{How, gather};
use super::replay::screen_width;
use super::sessions::print;
use super::store_args::StoreArgs;
use crate::calibrate::file::Calibration;
use crate::live::notes::Notes;
use crate::person::Person;
use crate::report::track::Track;
use crate::report::verdict::Verdict;
use crate::report::{self, Material, SpeedUnit};
use crate::safety::tuning::Tuning;
use crate::sink::file::{OutputFile, refuse_input};
use crate::sink::table::wrapped;
use crate::source::ReadOptions;
use crate::store::sessions::RawCapture;
use crate::store::{Kept, Store};
use crate::versions;

const EXAMPLES: &str = "\
Examples:
  retrogait report walk.csv
      three sentences, and the page walk.report.html
  retrogait report 12 --html ada.html
      of a kept session; print it, or save it as PDF, from any browser
  retrogait report 12 --json
      everything as one JSON object
  retrogait report walk.csv --csv tables
      strides, figures, bouts and alerts as tables in a folder";

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ReportArgs {
    /// Number of a kept session, or a capture (CSV)
    #[arg(value_name = "SESSION|CAPTURE")]
    what: PathBuf,

    /// Write the page to FILE [default: NAME.report.html, unless --json or --csv is given]
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Print everything as one JSON object
    #[arg(long)]
    json: bool,

    /// Write the tables into DIR
    #[arg(long, value_name = "DIR")]
    csv: Option<PathBuf>,

    /// Replace files that exist
    #[arg(long)]
    force: bool,

    /// Units of speed: kmh or mph
    #[arg(long, default_value = "kmh", value_name = "UNIT", value_parser = |t: &str| t.parse::<SpeedUnit>())]
    units: SpeedUnit,

    /// What is known of the person of a capture (TOML)
    #[arg(long, value_name = "FILE")]
    person: Option<PathBuf>,

    /// How the sensors of a capture sat when they were calibrated (written by `calibrate`)
    #[arg(long, value_name = "FILE")]
    calibration: Option<PathBuf>,

    #[command(flatten)]
    store: StoreArgs,

    #[command(flatten)]
    config: ConfigArgs,

    #[command(flatten)]
    capture_args: CaptureArgs,
}

/// How it is to be shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    pub(super) units: SpeedUnit,
    pub(super) rules: Tuning,
    pub(super) series: bool,
    pub(super) calibration: Option<Calibration>,
}

pub(super) fn run(args: &ReportArgs) -> anyhow::Result<Exit> {
    let page_wanted = args.html.is_some() || (!args.json && args.csv.is_none());
    let look = Look {
        units: args.units,
        rules: args.config.load()?,
        series: page_wanted,
        calibration: args.calibration.as_deref().map(Calibration::read).transpose()?,
    };
    let number = args.what.to_str().and_then(|t| t.parse::<i64>().ok()).filter(|_| !args.what.exists());
    let (material, name) = if let Some(id) = number {
        let store = args.store.open()?;
        let kept = store.session(id)?;
        (material_of_session(&store, kept, &look)?, format!("session-{id}"))
    } else {
        if args.what.as_os_str() == "-" {
            return Err(UsageError::new("a page is made of a capture in a file, or of a kept session").into());
        }
        let person = args.person.as_deref().map(Person::read).transpose()?.unwrap_or_default();
        let name = args.what.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        (material_of_capture(&args.what, person, args.capture_args.options(), &look)?, name)
    };
    if args.json {
        print(&(serde_json::to_string_pretty(&report::json(&material))? + "\n"))?;
    } else {
        let verdict = Verdict::of(&material);
        let text: String = [&verdict.walked, &verdict.went, &verdict.next]
            .into_iter()
            .map(|line| wrapped("", line, screen_width()))
            .collect();
        print(&text)?;
    }
    if page_wanted {
        let path = args.html.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.report.html")));
        write_page(&path, args.force, Some(&args.what), &report::html(&material)?)?;
    }
    if let Some(folder) = &args.csv {
        for path in report::csv(&material, folder, args.force)? {
            anstream::eprintln!("{}", path.display());
        }
    }
    Ok(Exit::Done)
}

/// Writes a page; it is there when it is complete.
pub(super) fn write_page(
    path: &Path,
    force: bool,
    input: Option<&PathBuf>,
    page: &str,
) -> anyhow::Result<()> {
    if let Some(input) = input {
        refuse_input(path, std::slice::from_ref(input))?;
    }
    let mut file = OutputFile::create(path, force)?;
    file.write_all(page.as_bytes())?;
    anstream::eprintln!("{}", file.commit()?.display());
    Ok(())
}

/// The material of a capture.
pub(super) fn material_of_capture(
    path: &Path,
    person: Person,
    options: ReadOptions,
    look: &Look,
) -> anyhow::Result<Material> {
    let mut track = Track::default();
    let how = How {
        options,
        person,
        rules: look.rules,
        calibration: look.calibration.clone(),
        series: look.series,
    };
    let (mut session, meta) = gather(path, &how, &mut |row| track.push(row))?;
    // A session that `live` recorded has more to it than its signal.
    let notes = Notes::of(path).with_context(|| format!("{}: its lines cannot be read", path.display()))?;
    let notes = notes.unwrap_or_default();
    notes.apply(&mut session);
    Ok(Material {
        started: notes.begun.and_then(|at| at.parse().ok()),
        who: how.person.name.clone(),
        capture: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        meta,
        person: how.person,
        session,
        track,
        finished: true,
        program: versions::PROGRAM.to_owned(),
        algorithms: versions::json(),
        units: look.units,
        ..Material::default()
    })
}

/// The material of a kept session: its figures as they were kept, its signals from the raw capture.
pub(super) fn material_of_session(store: &Store, kept: Kept, look: &Look) -> anyhow::Result<Material> {
    let Kept { info, session } = kept;
    let person = store.person(&info.person)?;
    let raw = store.raw_capture(&info)?;
    let mut track = Track::default();
    let mut meta = person.person.fill(&crate::capture::CaptureMeta::default());
    let mut no_track = match &raw {
        RawCapture::Missing => Some("the raw capture is not there".to_owned()),
        RawCapture::Changed(_) => Some("the raw capture is not what was recorded".to_owned()),
        RawCapture::Whole(_) | RawCapture::Unmarked(_) => None,
    };
    if let Some(path) = raw.trusted() {
        let how =
            How { person: person.person.clone(), rules: look.rules, series: look.series, ..How::default() };
        if look.series {
            match gather(path, &how, &mut |row| track.push(row)) {
                Ok((_, of_capture)) => meta = of_capture,
                Err(e) => no_track = Some(format!("the raw capture cannot be read: {e}")),
            }
        }
    }
    let sessions_before =
        store.sessions(Some(&info.person))?.iter().filter(|s| s.started < info.started).count();
    Ok(Material {
        who: Some(info.person),
        id: Some(info.id),
        started: Some(info.started),
        capture: info.capture.unwrap_or_else(|| "none".into()),
        sensor: info.sensor,
        meta,
        person: person.person,
        prescribed: person.prescribed,
        mass_kg: person.mass_kg,
        sessions_before: u32::try_from(sessions_before).unwrap_or(u32::MAX),
        session,
        track,
        no_track,
        finished: info.finished,
        program: info.program,
        algorithms: info.algorithms,
        units: look.units,
    })
}

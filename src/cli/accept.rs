//! `retrogait accept`: makes accepted captures a person's baseline.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::capture_args::CaptureArgs;
use super::exit::{self, Exit, UsageError};
use crate::capture::CaptureMeta;
use crate::person::Person;
use crate::person::baseline::Baseline;
use crate::pipeline::{Output, Pipeline, Settings};
use crate::record::{AlertLevel, Record, Stride};
use crate::safety::baseline::{date, day, today};
use crate::sink::words::counted;
use crate::source::{CaptureReader, open};

const EXAMPLES: &str = "\
Examples:
  retrogait accept monday.csv --person anna.toml
      what is usual for Anna is what she walked on Monday
  retrogait accept monday.csv tuesday.csv --person anna.toml --replace --date 2026-03-03
      both days together, instead of the baseline she has

Only valid backward strides count, and at least 30 of them. Nothing is accepted by itself: a
session that went badly is not to be the measure of the next.";

/// Arguments of `accept`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct AcceptArgs {
    /// Captures of good sessions (CSV), of one leg and one mount
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,

    /// The person's file (TOML); it is rewritten
    #[arg(long, value_name = "FILE")]
    person: PathBuf,

    /// The day they were walked, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    date: Option<String>,

    /// Take the place of the baseline that is there
    #[arg(long)]
    replace: bool,

    /// Accept sessions with a stop alert in them
    #[arg(long)]
    with_stops: bool,

    #[command(flatten)]
    capture_args: CaptureArgs,
}

pub(super) fn run(args: &AcceptArgs) -> anyhow::Result<Exit> {
    let when = match &args.date {
        None => today(),
        Some(text) => day(text)
            .ok_or_else(|| UsageError::new(format!("{text} is no date")).help("write it as 2026-03-01"))?,
    };
    let mut person = Person::read(&args.person)?;
    if let Some(old) = person.baseline.as_ref().filter(|_| !args.replace) {
        return Err(UsageError::new(format!(
            "{} has a baseline already: {} of {}",
            args.person.display(),
            counted(old.strides.into(), "stride"),
            old.date.as_deref().unwrap_or("no date")
        ))
        .help("pass `--replace` to put this one in its place")
        .into());
    }
    let mut strides = Vec::new();
    let mut worn: Option<CaptureMeta> = None;
    for path in &args.captures {
        let input = open(path)?;
        let mut reader = CaptureReader::new(input.bytes, &input.name, args.capture_args.options())?;
        let meta = person.fill(reader.meta());
        if meta.side.is_none() {
            return Err(UsageError::new(format!("{} does not say which leg it is of", path.display()))
                .help("pass `--side`, or add `side` to the person's file")
                .into());
        }
        if let Some(first) = worn.as_ref().filter(|w| w.side != meta.side || w.mount != meta.mount) {
            let (a, b) = (first.side, meta.side);
            let what = if a == b { "mount" } else { "leg" };
            return Err(UsageError::new(format!("{} is of another {what}", path.display()))
                .help("a baseline is of one leg and one mount: accept them apart")
                .into());
        }
        let (found, stops) = walk(&mut reader, &meta)?;
        if stops > 0 && !args.with_stops {
            return Err(UsageError::new(format!(
                "{} has {} in it",
                path.display(),
                counted(stops, "stop alert")
            ))
            .help("accept another session; or look at it, and pass `--with-stops` if it was nothing")
            .into());
        }
        strides.extend(found);
        worn.get_or_insert(meta);
    }
    let worn = worn.unwrap_or_default();
    let mut baseline = Baseline::of(&strides)?;
    baseline.date = Some(date(when));
    baseline.side = worn.side;
    baseline.mount = worn.mount;
    let count = baseline.strides;
    person.baseline = Some(baseline);
    write(&args.person, &person.to_toml())?;
    let age = match today() - when {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    };
    anstream::println!(
        "{}: baseline of {}, walked {age} ({})",
        args.person.display(),
        counted(count.into(), "stride"),
        date(when)
    );
    Ok(Exit::Done)
}

/// The strides of a capture, and how many stop alerts are in it.
fn walk(
    reader: &mut CaptureReader<impl std::io::Read>,
    meta: &CaptureMeta,
) -> anyhow::Result<(Vec<Stride>, u64)> {
    let mut strides = Vec::new();
    let mut stops = 0;
    let mut take = |output: Output| match output {
        Output::Record(Record::Stride(s)) => strides.push(s),
        Output::Record(Record::Alert(a)) if a.level == AlertLevel::Stop => stops += 1,
        _ => {}
    };
    let mut pipeline = Pipeline::new(meta, Settings::default());
    while let Some(sample) = reader.next_sample()? {
        pipeline.push(&sample, &mut take);
    }
    for warning in reader.fresh_warnings() {
        exit::warn(&warning.to_string());
    }
    pipeline.finish(&mut take);
    Ok((strides, stops))
}

/// Writes the whole file or nothing.
fn write(path: &std::path::Path, text: &str) -> anyhow::Result<()> {
    let fails = || format!("{} cannot be written", path.display());
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(fails)?;
    file.write_all(text.as_bytes()).with_context(fails)?;
    file.as_file().sync_all().with_context(fails)?;
    // As the file was, so that others who may read it still can.
    if let Ok(meta) = fs::metadata(path) {
        fs::set_permissions(file.path(), meta.permissions()).with_context(fails)?;
    }
    file.persist(path).with_context(fails)?;
    Ok(())
}

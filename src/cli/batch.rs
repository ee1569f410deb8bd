//! `retrogait batch`: every capture under folders, in parallel, into a few tables.
//!
//! A capture is one task, and leaves one part: its records, or why it failed. When all parts are there
//! they are put together in the order of the captures' names, so that neither the number of jobs nor
//! their order shows in the result. Nothing but the parts being worked on is in memory.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::UNIX_EPOCH;

use anyhow::Context;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use super::capture_args::CaptureArgs;
use super::captures::{Found, captures};
use super::drive::{Beside, DriveError, drive};
use super::exit::{self, Exit, UsageError};
use crate::pipeline::Settings;
use crate::sink::file::OutputFile;
use crate::sink::ndjson::{Flush, Ndjson};
use crate::sink::tables::{self, Encoding, Table, cells_of, writer};
use crate::source::{ReadError, ReadOptions, Recording, Samples, open};

const EXAMPLES: &str = "\
Examples:
  retrogait batch data --out results
      strides.csv, events.csv, alerts.csv, summaries.csv and failures.csv of all captures in data
  retrogait batch 2026/* --jobs 8 --format parquet --out results
  retrogait batch data --out results --resume
      go on after a break; captures that changed, and those that failed, are done again

Captures are CSV files, and files of other loggers (`retrogait help convert`). A capture that fails is
listed in failures.csv, and the others are still done; the exit code is then 1.";

/// Folder of the parts, in the folder of the results.
const PARTS: &str = ".parts";
/// Failures that are listed on the screen.
const LISTED: usize = 20;

/// Arguments of `batch`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::HELP))]
pub(super) struct BatchArgs {
    /// Folders with captures, or single captures
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,

    /// Write the tables to DIR
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Captures at a time [default: one a core]
    #[arg(long, value_name = "N", env = "RETROGAIT_JOBS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,

    /// How the tables are written
    #[arg(long, value_enum, default_value = "csv")]
    format: TableFormat,

    /// Keep what an earlier run with the same flags has done
    #[arg(long)]
    resume: bool,

    /// Replace the results of an earlier run
    #[arg(long, conflicts_with = "resume")]
    force: bool,

    #[command(flatten)]
    capture_args: CaptureArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TableFormat {
    /// Comma-separated tables
    Csv,
    /// One JSON object a line
    Ndjson,
    /// Apache Parquet, with units in its metadata
    Parquet,
}

impl TableFormat {
    const fn encoding(self) -> Encoding {
        match self {
            Self::Csv => Encoding::Csv,
            Self::Ndjson => Encoding::Ndjson,
            Self::Parquet => Encoding::Parquet,
        }
    }
}

/// How many captures came to what.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    done: u64,
    kept: u64,
}

pub(super) fn run(args: &BatchArgs) -> anyhow::Result<Exit> {
    let options = args.capture_args.resolved()?;
    let encoding = args.format.encoding();
    if encoding == Encoding::Parquet && cfg!(not(feature = "parquet")) {
        return Err(UsageError::new("this program was built without Parquet")
            .help("use `--format csv`, or build with `--features parquet`")
            .into());
    }
    for folder in &args.folders {
        if !folder.exists() {
            return Err(UsageError::new(format!("{} is not there", folder.display())).into());
        }
    }
    let parts = args.out.join(PARTS);
    if parts.exists() && !args.resume {
        if !args.force {
            return Err(UsageError::new(format!("{} has results of an earlier run", args.out.display()))
                .help("pass `--resume` to go on with it, or `--force` to begin again")
                .into());
        }
        fs::remove_dir_all(&parts).with_context(|| format!("{} cannot be removed", parts.display()))?;
    }
    fs::create_dir_all(&parts).with_context(|| format!("{} cannot be made", parts.display()))?;

    let job = Job { parts: &parts, options: &options };
    let counts = work(args, &job)?;
    let failures = join(args, &parts, encoding)?;
    report(args, counts, &failures);
    Ok(if failures.count > 0 { Exit::Failed } else { Exit::Done })
}

/// Does all captures, so many at a time.
fn work(args: &BatchArgs, job: &Job<'_>) -> anyhow::Result<Counts> {
    let bar = ProgressBar::no_length();
    if !bar.is_hidden() {
        // Worth a walk of its own only where someone looks.
        bar.set_length(captures(&args.folders, &args.out).count() as u64);
        if let Ok(style) = ProgressStyle::with_template("{pos}/{len} captures {wide_bar} {eta}  {msg}") {
            bar.set_style(style);
        }
    }
    let jobs = args
        .jobs
        .map_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get), usize::from);
    let queue = Mutex::new(captures(&args.folders, &args.out));
    let counts = Mutex::new(Counts::default());
    let broken = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let next = match queue.lock() {
                        Ok(mut queue) => queue.next(),
                        Err(_) => None,
                    };
                    let Some(found) = next else { return };
                    match job.one(&found, args.resume) {
                        Ok(kept) => {
                            if let Ok(mut counts) = counts.lock() {
                                counts.done += 1;
                                counts.kept += u64::from(kept);
                            }
                        }
                        // The results cannot be written: nothing that follows could be either.
                        Err(e) => {
                            if let Ok(mut broken) = broken.lock() {
                                broken.get_or_insert(e);
                            }
                            return;
                        }
                    }
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    if let Ok(Some(e)) = broken.into_inner() {
        return Err(e);
    }
    Ok(counts.into_inner().unwrap_or_default())
}

/// What is the same for all captures.
struct Job<'a> {
    parts: &'a Path,
    options: &'a ReadOptions,
}

impl Job<'_> {
    /// What a part must have been made from to be kept.
    fn stamp(&self, found: &Found) -> Value {
        let modified = fs::metadata(&found.path).ok();
        let bytes = modified.as_ref().map(fs::Metadata::len);
        let when = modified.and_then(|m| m.modified().ok()?.duration_since(UNIX_EPOCH).ok());
        json!({
            "type": "input",
            "capture": found.name,
            "bytes": bytes,
            "modified_s": when.map(|w| w.as_secs_f64()),
            "version": env!("CARGO_PKG_VERSION"),
            "options": format!("{:?}", self.options),
        })
    }

    /// Makes the part of a capture; whether one that was there is kept.
    fn one(&self, found: &Found, resume: bool) -> anyhow::Result<bool> {
        let path = part_path(self.parts, found);
        let stamp = self.stamp(found);
        if resume && is_whole(&path, &stamp) {
            return Ok(true);
        }
        let folder = path.parent().unwrap_or(&path);
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let mut file = OutputFile::create(&path, true)?;
        writeln!(file, "{stamp}")?;
        match self.replay(found, &mut file) {
            Ok(()) => {}
            Err(DriveError::Write(e)) => {
                return Err(e).with_context(|| format!("{} cannot be written", path.display()));
            }
            Err(DriveError::Read(e)) => {
                // What the capture gave before it failed is not told: it would look whole.
                file = OutputFile::create(&path, true)?;
                writeln!(file, "{stamp}")?;
                let failure = json!({ "type": "failure", "problem": e.to_string(), "help": e.help() });
                writeln!(file, "{failure}")?;
            }
        }
        file.commit()?;
        Ok(false)
    }

    fn replay(&self, found: &Found, file: &mut OutputFile) -> Result<(), DriveError> {
        let read =
            || -> Result<Recording, ReadError> { Recording::open(open(&found.path)?, self.options.clone()) };
        let mut reader = read().map_err(DriveError::Read)?;
        let beside = Beside { pace: None, warn: &mut |_| {}, progress: &mut |_| {} };
        let sink = Box::new(Ndjson::new(file, Flush::AtEnd, None));
        let meta = reader.meta().clone();
        drive(&mut reader, &meta, vec![sink], &Settings::default(), beside)
    }
}

fn part_path(parts: &Path, found: &Found) -> PathBuf {
    let mut path = parts.join(found.root.to_string()).join(&found.below).into_os_string();
    path.push(".ndjson");
    path.into()
}

/// Whether a part is there, made from this very input, and no failure.
fn is_whole(path: &Path, stamp: &Value) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut lines = BufReader::new(file).lines().map_while(Result::ok);
    let first = lines.next().and_then(|l| serde_json::from_str::<Value>(&l).ok());
    first.as_ref() == Some(stamp)
        && lines.next().is_some_and(|second| !second.contains("\"type\":\"failure\""))
}

/// Captures that failed: how many, and the first of them.
#[derive(Default)]
struct Failures {
    count: u64,
    first: Vec<(String, String)>,
}

/// Puts the parts together, in the order of the captures.
fn join(args: &BatchArgs, parts: &Path, encoding: Encoding) -> anyhow::Result<Failures> {
    const TABLES: [Table; 4] = [Table::Strides, Table::Events, Table::Alerts, Table::Summaries];
    let open = |name: String| OutputFile::create(&args.out.join(name), true);
    let mut files = Vec::new();
    for table in TABLES {
        files.push(open(format!("{}.{}", table.word(), encoding.ending()))?);
    }
    let mut failed = open("failures.csv".into())?;
    let mut failures = Failures::default();
    {
        let mut writers = Vec::new();
        for (file, table) in files.iter_mut().zip(TABLES) {
            writers.push((table, writer(file, table, encoding, true)?));
        }
        let mut list = csv::Writer::from_writer(&mut failed);
        list.write_record(["capture", "problem", "help"])?;
        for found in captures(&args.folders, &args.out) {
            let path = part_path(parts, &found);
            let Ok(part) = File::open(&path) else {
                // It came while the others were done: the next run takes it.
                continue;
            };
            for line in BufReader::new(part).lines() {
                let fields: Map<String, Value> = serde_json::from_str(&line?)
                    .map_err(io::Error::from)
                    .with_context(|| format!("{} cannot be read", path.display()))?;
                let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
                if kind == "failure" {
                    let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
                    list.write_record([&found.name, text("problem"), text("help")])?;
                    failures.count += 1;
                    if failures.first.len() < LISTED {
                        failures.first.push((found.name.clone(), text("problem").to_owned()));
                    }
                } else if let Some((table, writer)) = writers.iter_mut().find(|(t, _)| t.record() == kind)
                    && let Some(cells) = cells_of(fields, *table, Some(&found.name))
                {
                    writer.row(&cells)?;
                }
            }
        }
        list.flush()?;
        for (_, writer) in &mut writers {
            writer.finish()?;
        }
    }
    let mut about = Map::new();
    for table in TABLES {
        about.insert(table.word().to_owned(), tables::description(&table.columns(true)));
    }
    let mut columns = open("columns.json".into())?;
    serde_json::to_writer_pretty(&mut columns, &about)?;
    writeln!(columns)?;
    for file in files {
        file.commit()?;
    }
    failed.commit()?;
    columns.commit()?;
    Ok(failures)
}

fn report(args: &BatchArgs, counts: Counts, failures: &Failures) {
    let many = |n: u64| format!("{n} capture{}", if n == 1 { "" } else { "s" });
    let kept = if counts.kept > 0 { format!(", {} of them kept", counts.kept) } else { String::new() };
    anstream::eprintln!("{}: {}{kept}", args.out.display(), many(counts.done));
    if counts.done == 0 {
        exit::warn("there was no capture in it");
    }
    for (name, problem) in &failures.first {
        // Most problems begin with the capture's path already.
        anstream::eprintln!(
            "  failed: {}",
            if problem.contains(name) { problem.clone() } else { format!("{name}: {problem}") }
        );
    }
    let unlisted = failures.count - failures.first.len() as u64;
    if unlisted > 0 {
        anstream::eprintln!("  and {unlisted} more");
    }
    if failures.count > 0 {
        anstream::eprintln!(
            "{} failed; the reasons are in {}",
            many(failures.count),
            args.out.join("failures.csv").display()
        );
    }
}

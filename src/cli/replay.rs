//! `retrogait replay`: recorded captures, stride by stride.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::capture_args::CaptureArgs;
use super::config::ConfigArgs;
use super::drive::{Beside, DriveError, drive};
use super::exit::{self, Exit, UsageError};
use super::outputs::{self, Files};
use super::pace::{Pace, Rate};
use crate::capture::CaptureMeta;
use crate::person::{Aims, Person};
use crate::pipeline::Settings;
use crate::safety::baseline::{self, today};
use crate::safety::strides::Usual;
use crate::safety::tuning::Tuning;
use crate::sink::Sink;
use crate::sink::file::{OutputFile, refuse_input};
use crate::sink::ndjson::{Flush, Ndjson};
use crate::sink::series::Series;
use crate::sink::strides::Strides;
use crate::sink::summary::{Layout, SummaryText};
use crate::source::{CaptureReader, Input, ReadOptions, open};

/// Captures smaller than this are over before a progress bar is read, bytes.
const BAR_BYTES: u64 = 20_000_000;

const EXAMPLES: &str = "\
Examples:
  retrogait replay walk.csv
      what happened, in words and tables
  retrogait replay walk.csv --format ndjson --series walk.series.csv
      every record as a line of JSON, and a row a sample in a file
  retrogait replay data/*.csv --out results
      NAME.ndjson, NAME.strides.csv, NAME.series.csv and NAME.summary.txt of each
  retrogait replay mine.csv --acc-unit g --column acc_x=AccX --mount x=up,y=anterior,z=left
      a capture of another logger
  logger | retrogait replay - --format ndjson
      rows as they come; give --acc-unit, and the first two seconds are not held back

Several captures: each line of JSON starts with a field `capture`, each row of the table with a
column `capture`. A capture that fails is reported, and the others are still done.";

/// Arguments of `replay`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::HELP))]
pub(super) struct ReplayArgs {
    /// Captures (CSV); `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,

    /// What to print [default: text; nothing with --out]
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Write the series, a row a sample, to FILE (CSV)
    #[arg(long, value_name = "FILE")]
    series: Option<PathBuf>,

    /// Write everything about each capture to files in DIR
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Replace files that exist
    #[arg(long)]
    force: bool,

    /// List all strides and bouts, and not only the first and last of many
    #[arg(long)]
    all: bool,

    /// Play at the speed of the recording (1x), a multiple of it (2x), or as fast as it goes (max)
    #[arg(long, default_value = "max", value_name = "RATE")]
    rate: Rate,

    /// What is known of the person: lengths, target, bands, baseline (TOML)
    #[arg(long, value_name = "FILE")]
    person: Option<PathBuf>,

    #[command(flatten)]
    config: ConfigArgs,

    #[command(flatten)]
    capture_args: CaptureArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A summary for people
    Text,
    /// Every record, one JSON object a line
    Ndjson,
    /// The strides as a CSV table
    Csv,
}

/// What is the same for all captures of a run.
struct Run<'a> {
    args: &'a ReplayArgs,
    options: ReadOptions,
    format: Option<Format>,
    several: bool,
    rules: Tuning,
    person: Person,
}

pub(super) fn run(args: &ReplayArgs) -> anyhow::Result<Exit> {
    let several = args.captures.len() > 1;
    outputs::check_captures(&args.captures)?;
    if let Some(series) = &args.series {
        if several {
            return Err(UsageError::new("`--series` takes the series of one capture")
                .help("with several captures pass `--out DIR`, which writes the series of each")
                .into());
        }
        refuse_input(series, &args.captures)?;
    }
    let person = match &args.person {
        Some(path) => Person::read(path)?,
        None => Person::default(),
    };
    let names = match &args.out {
        None => Vec::new(),
        Some(folder) => {
            let names = outputs::names(&args.captures)?;
            outputs::prepare(folder, &names, &args.captures, args.force)?;
            names
        }
    };
    let run = Run {
        args,
        options: args.capture_args.options(),
        format: args.format.or(args.out.is_none().then_some(Format::Text)),
        several,
        rules: args.config.load()?,
        person,
    };
    let mut failed = 0;
    for (i, path) in args.captures.iter().enumerate() {
        let name = names.get(i).map(PathBuf::as_path);
        if let Err(e) = run.one(path, name, i == 0) {
            failed += 1;
            exit::report(&e);
        }
    }
    if failed > 0 && several {
        anstream::eprintln!("{failed} of {} captures failed", args.captures.len());
    }
    Ok(if failed > 0 { Exit::Failed } else { Exit::Done })
}

impl Run<'_> {
    fn one(&self, path: &Path, name: Option<&Path>, first: bool) -> anyhow::Result<()> {
        let input = open(path)?;
        let label = match path.to_str() {
            Some("-") => input.name.clone(),
            _ => path.display().to_string(),
        };
        let bar = self.bar(&input);
        let mut reader = CaptureReader::new(input.bytes, &input.name, self.options.clone())?;

        let meta = self.person.fill(reader.meta());
        let mut series_file = match &self.args.series {
            Some(path) => Some(OutputFile::create(path, self.args.force)?),
            None => None,
        };
        let mut files = match (&self.args.out, name) {
            (Some(folder), Some(name)) => Some(Files::create(folder, name, self.args.force)?),
            _ => None,
        };
        let mut sinks: Vec<Box<dyn Sink + '_>> = Vec::new();
        if let Some(format) = self.format {
            sinks.push(self.printed(format, path, &label, first)?);
        }
        if let Some(file) = &mut series_file {
            sinks.push(Box::new(Series::new(file)?));
        }
        if let Some(files) = &mut files {
            sinks.push(Box::new(Ndjson::new(&mut files.ndjson, Flush::AtEnd, None)));
            let mut strides = Strides::new(&mut files.strides, Flush::AtEnd, None);
            strides.header()?;
            sinks.push(Box::new(strides));
            sinks.push(Box::new(Series::new(&mut files.series)?));
            let layout = Layout { width: Layout::FREE_WIDTH, all: self.args.all, styled: false };
            sinks.push(Box::new(SummaryText::new(&mut files.summary, &label, layout)));
        }
        let usual = self.usual(&meta, &label);
        let settings = Settings {
            series: series_file_wanted(self.args),
            aims: Aims::of(&self.person, meta.side),
            reference: None,
            rules: self.rules,
            usual,
        };
        let beside = Beside {
            pace: Pace::new(self.args.rate),
            warn: &mut |warning| bar.suspend(|| exit::warn(&warning.to_string())),
            progress: &mut |bytes| bar.set_position(bytes),
        };
        let result = drive(&mut reader, &meta, sinks, settings, beside);
        bar.finish_and_clear();
        for tally in reader.warnings().tallies().filter(|t| t.unshown() > 0) {
            exit::warn(&format!("{}: {} more: {}", input.name, tally.unshown(), tally.trouble.words()));
        }
        match result {
            Err(DriveError::Read(e)) => return Err(e.into()),
            Err(DriveError::Write(e)) => {
                return Err(anyhow::Error::from(e).context(format!("{label}: its output cannot be written")));
            }
            Ok(()) => {}
        }
        if let Some(file) = series_file {
            file.commit()?;
        }
        if let (Some(files), Some(folder), Some(name)) = (files, &self.args.out, name) {
            files.commit()?;
            anstream::eprintln!("{label}: {}.*", folder.join(name).display());
        }
        Ok(())
    }

    /// What the person's baseline says is usual; one that does not fit the capture is not used, and said
    /// not to be.
    fn usual(&self, meta: &CaptureMeta, label: &str) -> Usual {
        let Some(baseline) = &self.person.baseline else { return Usual::default() };
        match baseline::usual(baseline, meta, today()) {
            Ok(usual) => usual,
            Err(why) => {
                exit::warn(&format!("{label}: the baseline is not used for alerts: {why}"));
                Usual::default()
            }
        }
    }

    /// The sink that prints to standard output.
    fn printed<'s>(
        &self,
        format: Format,
        path: &Path,
        label: &str,
        first: bool,
    ) -> anyhow::Result<Box<dyn Sink + 's>> {
        let live = self.args.rate != Rate::Max || path.as_os_str() == "-" || io::stdout().is_terminal();
        let flush = if live { Flush::EachLine } else { Flush::AtEnd };
        let capture = self.several.then_some(label);
        Ok(match format {
            Format::Text => {
                let mut out = BufWriter::new(anstream::stdout());
                if !first {
                    writeln!(out)?;
                }
                let layout = Layout { width: screen_width(), all: self.args.all, styled: true };
                Box::new(SummaryText::new(out, label, layout))
            }
            Format::Ndjson => {
                let out = BufWriter::with_capacity(1 << 16, io::stdout());
                Box::new(Ndjson::new(out, flush, capture))
            }
            Format::Csv => {
                let mut strides = Strides::new(io::stdout(), flush, capture);
                if first {
                    match strides.header() {
                        // The first stride will meet the closed pipe again, and end it quietly.
                        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {}
                        other => other.context("the header cannot be written")?,
                    }
                }
                Box::new(strides)
            }
        })
    }

    /// A progress bar where one helps and disturbs nothing.
    fn bar(&self, input: &Input) -> ProgressBar {
        let size = input.size.filter(|size| *size >= BAR_BYTES);
        let free = self.format != Some(Format::Ndjson) || !io::stdout().is_terminal();
        let (Some(size), true, Rate::Max) = (size, free, self.args.rate) else {
            return ProgressBar::hidden();
        };
        let bar = ProgressBar::new(size);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} %  {eta}") {
            bar.set_style(style);
        }
        bar.with_message(input.name.clone())
    }
}

fn series_file_wanted(args: &ReplayArgs) -> bool {
    args.series.is_some() || args.out.is_some()
}

/// Characters in a line of standard output.
pub(super) fn screen_width() -> usize {
    terminal_size::terminal_size_of(io::stdout())
        .map_or(Layout::FREE_WIDTH, |(width, _)| usize::from(width.0))
}

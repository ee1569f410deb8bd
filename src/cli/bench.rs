//! `retrogait bench`: how right and how fast detectors are.

use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::exit::{self, Exit, UsageError};
use super::replay::screen_width;
use crate::bench::corpus;
use crate::bench::detector::Detector;
use crate::bench::report::Report;
use crate::bench::require::Requirement;
use crate::bench::{run, speed};

const EXAMPLES: &str = "\
Examples:
  retrogait bench data
      every labelled capture under data, by folder and by kind of evidence
  retrogait bench data/insole_reversed --per-capture --detector retrogait
      one detector, capture by capture
  retrogait bench data --require 'toe_contact.f1>=0.98' --require 'real/direction.wrong_s<=0'
      a gate for CI: exit code 3 when a figure is not reached

A labelled capture is NAME.csv with NAME.truth.json beside it.

Figures for --require, as [SCOPE/]NAME, where SCOPE is a folder or a kind of evidence (real,
reversed, virtual, physics, simulated); without SCOPE each kind has to reach it. |NAME| is the
size without the sign. Shares are 0 to 1, or written with %.
  EVENT.n .recall .precision .f1 .bias_ms .sd_ms .mae_ms .medae_ms
        .latency_p50_ms .latency_p95_ms .latency_max_ms
        for toe_contact, heel_contact, knee_extension, forefoot_rise, final_contact,
        initial_contact, mid_swing
  direction.right .wrong .unknown .none, and the same with _s in seconds;
        .false_backward_s .not_backward_s .turning_as_walking_s .turning_s .walk_s
  contact.n .right .wrong .uncertain .none
  knee.rmse_deg .rmse0_deg .bias_deg .cover      knee_min.n .answered .bias_deg .sd_deg .mae_deg
  hazards.n .detected .missed .latency_p50_s .latency_max_s
        .false_per_hour.info .caution .stop      .false_count.info .caution .stop
  captures  failed  seconds  early";

/// Arguments of `bench`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::HELP))]
pub(super) struct BenchArgs {
    /// Folders with labelled captures, or single ones
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Only this detector (repeatable)
    #[arg(long, value_enum)]
    detector: Vec<Detector>,

    /// Only captures whose name matches PATTERN, with * and ? (repeatable)
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,

    /// List every capture as well
    #[arg(long)]
    per_capture: bool,

    /// Fail with exit code 3 unless our own figure reaches this (repeatable)
    #[arg(long, value_name = "REQUIREMENT")]
    require: Vec<Requirement>,

    /// Captures worked on at a time [default: processors]
    #[arg(long, env = "RETROGAIT_JOBS", value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Do not measure the time a sample takes
    #[arg(long)]
    no_speed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for people
    Text,
    /// One JSON object
    Json,
}

pub(super) fn run(args: &BenchArgs) -> anyhow::Result<Exit> {
    let mut detectors = args.detector.clone();
    detectors.sort_unstable();
    detectors.dedup();
    if detectors.is_empty() {
        detectors = Detector::ALL.to_vec();
    }
    let ours = detectors.iter().position(|d| *d == Detector::Retrogait);
    let ours = match (ours, args.require.is_empty()) {
        (None, false) => {
            return Err(UsageError::new("`--require` is about our own figures")
                .help("add `--detector retrogait`")
                .into());
        }
        (place, _) => place.unwrap_or(0),
    };
    let captures = corpus::find(&args.paths, &args.only)?;
    let jobs = args.jobs.or_else(|| thread::available_parallelism().ok());
    let bar = bar(captures.len());
    let scored = run::run(&captures, &detectors, jobs.unwrap_or(NonZeroUsize::MIN), &|| bar.inc(1));
    bar.finish_and_clear();
    let speed = (!args.no_speed).then(|| speed::measure(&captures, &detectors));
    let folders = run::by_folder(&captures, &scored, detectors.len());
    let kinds = run::by_kind(&captures, &scored, detectors.len());
    let mut answers = Vec::new();
    for requirement in &args.require {
        let checked = requirement.check(&folders, &kinds, ours);
        answers.extend(checked.map_err(|e| UsageError::new(e.to_string()))?);
    }
    let report = Report {
        detectors: &detectors,
        captures: &captures,
        scored: &scored,
        folders: &folders,
        kinds: &kinds,
        speed: speed.as_deref(),
        answers: &answers,
        per_capture: args.per_capture,
    };
    let text = match args.format {
        Format::Text => report.text(screen_width()),
        Format::Json => serde_json::to_string_pretty(&report.json())? + "\n",
    };
    match io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => return Err(e.into()),
        _ => {}
    }
    for (capture, scored) in captures.iter().zip(&scored) {
        if let Some(failure) = &scored.failure {
            exit::warn(&format!("{} counts as failed: {failure}", capture.name));
        }
    }
    if answers.iter().any(|a| !a.met) {
        if args.format == Format::Json {
            for answer in answers.iter().filter(|a| !a.met) {
                anstream::eprintln!("{answer}");
            }
        }
        return Ok(Exit::NotMet);
    }
    let failed = scored.iter().any(|s| s.failure.is_some());
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

fn bar(captures: usize) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(captures as u64);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos} of {len} captures") {
        bar.set_style(style);
    }
    bar
}

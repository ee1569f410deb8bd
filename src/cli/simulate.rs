//! `retrogait simulate`: labelled captures of a walker that never tires of it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{ArgGroup, Args};

use super::exit::{self, Exit, UsageError};
use super::pace::{Pace, Rate};
use super::replay::screen_width;
use super::simulate_args::{FaultArgs, WornArgs, seconds, speed};
use super::simulate_list;
use crate::sim::live::Live;
use crate::sim::scenario::Scenario;
use crate::sim::script::{Script, unknown_scenario};
use crate::sim::setup::{Play, Setup};
use crate::sink::capture::Capture;
use crate::sink::file::{OutputError, OutputFile};
use crate::sink::labels::{Knee, write_truth};

const EXAMPLES: &str = "\
Examples:
  retrogait simulate --list
      the scenarios, and what must be found in each
  retrogait simulate bw_normal_coached --speed 2mph --duration 2min --out walk.csv
      walk.csv, walk.truth.json with what really happened, walk.knee.csv with the knee's angle
  retrogait simulate bw_ext15 --thigh --side left --seed 7 --out knee.csv
      a second sensor on the thigh, another person
  retrogait simulate --script session.toml --out session.csv
      several scenarios one after the other
  retrogait simulate bw_stumble_lower --loss 5% --dropout 1.5s --out - --pace 1x | retrogait replay -
      as a live sensor sends it, with faults of the radio link

A script is a file like this; `title`, `speed` and `repeat` may be left out:
  title = \"first session\"
  [[segment]]
  scenario = \"bw_normal_coached\"
  duration = \"60s\"
  speed = \"2mph\"
  [[segment]]
  scenario = \"bw_stumble_lower\"
  duration = \"30s\"
  repeat = 2

The same arguments give the same bytes on every machine. Simulated captures show that a program
works; how well it works on people they do not show.";

/// Arguments of `simulate`.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{}", exit::HELP),
    group = ArgGroup::new("what").required(true).args(["scenario", "script", "list"])
)]
pub(super) struct SimulateArgs {
    /// What is played: a scenario of `--list`
    #[arg(value_name = "SCENARIO")]
    scenario: Option<String>,

    /// List the scenarios
    #[arg(long, conflicts_with_all = ["out", "script"])]
    list: bool,

    /// Play scenarios one after the other, as FILE (TOML) says
    #[arg(long, value_name = "FILE", conflicts_with_all = ["speed", "duration"])]
    script: Option<PathBuf>,

    /// Write NAME.csv, NAME.truth.json and NAME.knee.csv; `-` sends the rows to standard output
    #[arg(long, value_name = "NAME.csv")]
    out: Option<PathBuf>,

    /// Replace files that exist
    #[arg(long)]
    force: bool,

    /// With `--out -`: send rows as a live sensor does (1x), faster (2x), or at once (max)
    #[arg(long, default_value = "max", value_name = "RATE")]
    pace: Rate,

    /// Walking speed, like 2mph, 0.9m/s or 3.2km/h [default: the scenario's]
    #[arg(long, value_parser = speed)]
    speed: Option<f64>,

    /// Length of the capture, like 90s or 2min [default: the scenario's]
    #[arg(long, value_parser = seconds)]
    duration: Option<f64>,

    /// Quiet standing before and after; 0s begins and ends in the midst of it
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = seconds)]
    standing: f64,

    /// Decides the person, the steps, the strap, the sensor's errors and the link's
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    #[command(flatten)]
    worn: WornArgs,

    #[command(flatten)]
    faults: FaultArgs,
}

pub(super) fn run(args: &SimulateArgs) -> anyhow::Result<Exit> {
    if args.list {
        return list();
    }
    let setup = setup(args)?;
    setup.check().map_err(|e| UsageError::new(e.to_string()))?;
    let out = args.out.as_deref().ok_or_else(|| {
        UsageError::new("nowhere to write to").help("pass `--out walk.csv`, or `--out -` for standard output")
    })?;
    if out.as_os_str() == "-" {
        return send(&setup, args.pace);
    }
    if args.pace != Rate::Max {
        return Err(UsageError::new("`--pace` is for rows on standard output")
            .help("pass `--out -` to send them there, or leave `--pace` out")
            .into());
    }
    let files = Files::named(out)?;
    write(&setup, &files, args.force)?;
    Ok(Exit::Done)
}

/// Prints the catalogue.
fn list() -> anyhow::Result<Exit> {
    let text = simulate_list::text(screen_width());
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(Exit::Done),
    }
}

fn setup(args: &SimulateArgs) -> anyhow::Result<Setup> {
    let play = match (&args.scenario, &args.script) {
        (Some(id), _) => {
            let scenario = Scenario::named(id).ok_or_else(|| UsageError::new(unknown_scenario(id)))?;
            Play::Scenario { scenario, speed_mps: args.speed, seconds: args.duration }
        }
        (None, Some(path)) => Play::Script(script(path)?),
        (None, None) => return Err(UsageError::new("nothing to simulate: name a scenario").into()),
    };
    let mut setup = Setup { seed: args.seed, standing_s: args.standing, ..Setup::playing(play) };
    args.worn.apply(&mut setup)?;
    if let (Play::Script(script), Some(path)) = (&setup.play, &args.script) {
        // Here the place is known.
        for segment in &script.segments {
            let (line, column) = segment.place;
            setup
                .check_speed(segment.scenario, segment.speed_mps)
                .with_context(|| format!("{}:{line}:{column}: this cannot be walked", path.display()))?;
        }
    }
    setup.faults = args.faults.over(setup.faults());
    Ok(setup)
}

fn script(path: &Path) -> anyhow::Result<Script> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: the script cannot be read", path.display()))?;
    let name = path.file_stem().map_or_else(|| "script".into(), |s| s.to_string_lossy());
    Script::parse(&text, &name).map_err(|e| anyhow::anyhow!("{}:{e}", path.display()))
}

/// The files of one capture.
struct Files {
    capture: PathBuf,
    truth: PathBuf,
    knee: PathBuf,
    /// Name of the knee file, as the labels tell it.
    knee_name: String,
}

impl Files {
    fn named(out: &Path) -> Result<Self, UsageError> {
        let wrong = || {
            UsageError::new(format!("`--out {}` names no capture", out.display()))
                .help("give it a name like walk.csv, or `-` for standard output")
        };
        let is_csv = out.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
        let stem = out.file_stem().and_then(|s| s.to_str()).filter(|_| is_csv).ok_or_else(wrong)?;
        let knee_name = format!("{stem}.knee.csv");
        Ok(Self {
            capture: out.to_owned(),
            truth: out.with_file_name(format!("{stem}.truth.json")),
            knee: out.with_file_name(&knee_name),
            knee_name,
        })
    }
}

/// Writes all of it, or nothing.
fn write(setup: &Setup, files: &Files, force: bool) -> anyhow::Result<()> {
    let open = |path: &Path| OutputFile::create(path, force);
    let (mut capture_file, mut truth_file, mut knee_file) =
        (open(&files.capture)?, open(&files.truth)?, open(&files.knee)?);
    let mut live = setup.live()?;
    let fail = |path: &Path| {
        let path = path.to_owned();
        move |source| OutputError::Io { path, source }
    };
    let mut capture =
        Capture::new(&mut capture_file, &setup.meta(), setup.thigh).map_err(fail(&files.capture))?;
    let mut knee = Knee::new(&mut knee_file).map_err(fail(&files.knee))?;
    let mut samples = 0_u64;
    // A recorder keeps nothing twice.
    for packet in live.by_ref().filter(|p| !p.again) {
        for step in &packet.steps {
            samples += 1;
            capture.row(&step.sample).map_err(fail(&files.capture))?;
            knee.row(step.sample.time, step.knee_flexion_deg).map_err(fail(&files.knee))?;
        }
    }
    let mut truth = live.truth();
    truth.knee = Some(files.knee_name.clone());
    write_truth(&mut truth_file, &truth).map_err(fail(&files.truth))?;
    // The capture last: where it is, its labels are.
    knee_file.commit()?;
    truth_file.commit()?;
    capture_file.commit()?;
    anstream::eprintln!(
        "{}: {samples} samples; {}; {}",
        files.capture.display(),
        files.truth.display(),
        files.knee.display()
    );
    Ok(())
}

/// Sends the rows to standard output as they arrive, what the link repeats included.
fn send(setup: &Setup, rate: Rate) -> anyhow::Result<Exit> {
    let mut live = setup.live()?;
    match rows(&mut live, setup, rate) {
        // The reader has seen enough.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(e) => Err(anyhow::Error::from(e).context("standard output cannot be written")),
        Ok(()) => Ok(Exit::Done),
    }
}

fn rows(live: &mut Live, setup: &Setup, rate: Rate) -> io::Result<()> {
    let mut pace = Pace::new(rate);
    let out = io::BufWriter::with_capacity(1 << 16, io::stdout());
    let mut capture = Capture::new(out, &setup.meta(), setup.thigh)?;
    for packet in live {
        if let Some(pace) = &mut pace {
            capture.flush()?;
            pace.wait_until(packet.arrives_s);
        }
        for step in &packet.steps {
            capture.row(&step.sample)?;
        }
    }
    capture.flush()
}

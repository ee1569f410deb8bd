//! `retrogait live`: measures while someone walks.

mod ask;
mod engine;
mod entered;
mod file;
mod keep;
mod members;
mod played;
mod sim;
mod stored;
mod stream;
mod teller;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser};
use tokio::time::sleep;

use self::ask::Ask;
pub(super) use self::keep::stamp;
use self::sim::Sim;
use super::capture_args::MetaArgs;
use super::config::ConfigArgs;
use super::desk::DeskArgs;
use super::exit::{self, Exit, UsageError};
use super::pace::Rate;
use super::radio;
use super::settings::Key;
use super::simulate_args::{FaultArgs, seconds};
use super::store_args::StoreArgs;
use crate::decode::table::USUAL_HZ;
use crate::link::ble::Ble;
use crate::sink::Sink;

const EXAMPLES: &str = "\
Examples:
  retrogait live --sensor shin --plain
      records as they happen, one JSON object a line, until Ctrl-C
  retrogait live --sensor shin --thigh thigh --treadmill belt --plain --record
      two sensors and the belt's speed, kept on disk as well
  retrogait live --sensor sim:bw_normal_coached --loss 2% --dropout 2s@20s --plain
      a simulated walker, through the same link and decoders
  retrogait live --sensor file:walk.csv --plain
      a capture as if it happened now; NAME.raw.csv goes through the decoders again

The records are those of `retrogait replay`: a recorded session, replayed, gives the same bytes.";

/// Arguments of `live`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
#[allow(clippy::option_option, reason = "a flag that is not there, that is there alone, or with a value")]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::RADIO_HELP))]
pub(super) struct LiveArgs {
    /// The shank sensor: a paired one by its name, `sim:SCENARIO`, `sim:SCRIPT.toml` or `file:CAPTURE`
    ///
    /// A sensor that the configuration names need not be given.
    #[arg(long, value_name = "SENSOR")]
    sensor: Option<String>,

    /// The thigh sensor: a paired one by its name; `sim` with a simulated shank sensor
    #[arg(long, value_name = "SENSOR")]
    thigh: Option<String>,

    /// A paired treadmill: its belt's speed is recorded
    #[arg(long, value_name = "SENSOR")]
    treadmill: Option<String>,

    /// A paired heart-rate strap
    #[arg(long, value_name = "SENSOR")]
    heart: Option<String>,

    /// Print records on standard output, and draw no screen
    #[arg(long)]
    plain: bool,

    /// Record the session; without a name in the folder for data, named by the time. A recorded session
    /// ends with a report beside it
    ///
    /// With a plan on a screen or a page, and where it is kept, a session is recorded without this.
    #[arg(long, value_name = "CAPTURE.csv", num_args = 0..=1, require_equals = true)]
    record: Option<Option<PathBuf>>,

    /// Write nothing to the disk, and make no report
    #[arg(long, conflicts_with_all = ["record", "keep"])]
    no_record: bool,

    /// Replace a recording that exists
    #[arg(long)]
    force: bool,

    /// End after so long, like 10min
    #[arg(long, value_name = "DURATION", value_parser = seconds)]
    duration: Option<f64>,

    /// Samples a second to ask the sensors for [default: as paired, or 100]
    #[arg(long, value_name = "HZ", value_parser = rate_hz)]
    rate: Option<f64>,

    /// file, sim: speed at which it is played: 1x, 2x, or max
    #[arg(long, value_name = "RATE", default_value = "1x")]
    pace: Rate,

    /// sim: decides the person, the steps and the link's faults
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Follow this plan: a name (`retrogait plan list`) or a file
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,

    /// Who walks: somebody who was added by `retrogait person add`, or a person file (TOML)
    ///
    /// Their lengths, side, target and baseline are used, and a session on sensors is kept among theirs.
    #[arg(long, value_name = "NAME|FILE")]
    person: Option<String>,

    /// sim, file: keep it among the sessions of the person all the same
    #[arg(long)]
    keep: bool,

    /// How the sensors sat when they were calibrated (written by `calibrate`)
    #[arg(long, value_name = "FILE")]
    calibration: Option<PathBuf>,

    /// Leave the checklist out; that is stored with the session
    #[arg(long)]
    skip_checklist: bool,

    /// sim, file: what is entered, and when: lines like `12.5 pain 6`, also mark, seen, end, speed 1mph
    #[arg(long, value_name = "FILE")]
    commands: Option<PathBuf>,

    /// Ask the treadmill to stop at a stop alert; it must have been paired with `--may-stop`
    ///
    /// This does not replace the safety clip: a machine may refuse, and a link may be down.
    #[arg(long)]
    stop_treadmill: bool,

    /// Print every setting that is in force and where it came from, and do nothing else
    #[arg(long)]
    print_config: bool,

    #[command(flatten)]
    store: StoreArgs,

    #[command(flatten)]
    desk: DeskArgs,

    #[command(flatten)]
    config: ConfigArgs,

    #[command(flatten)]
    faults: FaultArgs,

    #[command(flatten)]
    pub(super) meta: MetaArgs,

    /// Only what the command line names, and nothing is made of the recording afterwards.
    #[arg(skip)]
    pub(super) bare: bool,

    /// What takes the records in place of standard output.
    #[arg(skip)]
    pub(super) sinks: Option<MakeSinks>,
}

/// A command line of `live` alone.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Line {
    #[command(flatten)]
    args: LiveArgs,
}

/// What `live` makes of these words, for commands that walk through the same sources; ends the program where they are
/// wrong.
pub(super) fn parsed(words: Vec<OsString>) -> LiveArgs {
    Line::try_parse_from(words).unwrap_or_else(|e| e.exit()).args
}

/// Makes the sinks, on the thread that feeds them.
pub(super) type MakeSinks = fn() -> io::Result<Vec<Box<dyn Sink>>>;

fn rate_hz(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(hz) if (10.0..=1000.0).contains(&hz) => Ok(hz),
        _ => Err("a rate is between 10 and 1000 samples a second".into()),
    }
}

pub(super) fn run(args: &LiveArgs) -> anyhow::Result<Exit> {
    let settings = args.in_force()?;
    if args.print_config {
        return super::sessions::print(&args.config.printed(&settings));
    }
    let mut asked = Ask::new(args, &settings)?;
    let ask = &asked;
    if let Some(file) = ask.sensor.strip_prefix("file:") {
        only_for_sensors(args)?;
        return played::from_file(ask, Path::new(file));
    }
    let runtime = radio::runtime()?;
    if let Some(scenario) = ask.sensor.strip_prefix("sim:") {
        let thigh = match ask.thigh.as_deref() {
            None => false,
            Some("sim") => true,
            Some(other) => {
                return Err(UsageError::new(format!(
                    "`--thigh {other}` cannot go with a simulated shank sensor"
                ))
                .help("pass `--thigh sim`")
                .into());
            }
        };
        let mut sim = Sim::named(scenario, args.rate.unwrap_or(USUAL_HZ), args.seed, thigh)?;
        sim.setup.faults = args.faults.over(sim.setup.faults());
        if args.pace != Rate::Times(1.0) || args.commands.is_some() {
            return played::played(ask, &sim);
        }
        let members = members::simulated(ask, &sim);
        return runtime.block_on(async {
            let radio = sim.radio()?;
            let over = radio.clone();
            stream::session(ask, Arc::new(radio), members, async move {
                over.run_out().await;
                // The last values are still on their way.
                sleep(Duration::from_millis(100)).await;
            })
            .await
        });
    }
    let members = members::paired(ask)?;
    if args.calibration.is_none() && !args.bare {
        asked.calibration = stored::calibration(&members);
    }
    let ask = &asked;
    runtime.block_on(async {
        let ble = Ble::open().await?;
        stream::session(ask, Arc::new(ble), members, std::future::pending()).await
    })
}

/// The sensors that flags and configuration name: the shank's and the thigh's.
pub(super) fn named(args: &LiveArgs) -> anyhow::Result<(Option<String>, Option<String>)> {
    let settings = args.in_force()?;
    let text = |key| settings.text(key).map(str::to_owned);
    Ok((text(Key::Sensor), text(Key::Thigh)))
}

/// Whether a recording holds what arrived rather than samples.
pub(super) fn is_raw(path: &Path) -> bool {
    file::is_raw(path)
}

fn only_for_sensors(args: &LiveArgs) -> Result<(), UsageError> {
    let others = [(&args.thigh, "--thigh"), (&args.treadmill, "--treadmill"), (&args.heart, "--heart")];
    match others.iter().find(|(value, _)| value.is_some()) {
        Some((_, flag)) => Err(UsageError::new(format!("`{flag}` cannot go with a recording"))
            .help("a recording has all of its sensors in it")),
        None => Ok(()),
    }
}

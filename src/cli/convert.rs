//! `retrogait convert`: a file of another logger as a capture.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::bids::{self, Labels};
use super::capture_args::CaptureArgs;
use super::exit::{self, Exit};
use crate::sink::capture::Capture;
use crate::sink::file::{OutputFile, refuse_input};
use crate::source::{Recording, Samples, open};

const EXAMPLES: &str = "\
Examples:
  retrogait convert DOT_20260714.csv --mount x=up,y=anterior,z=left --side left --out walk.csv
      a Movella DOT's file, with what it does not say
  retrogait convert MetaWear_Accelerometer.csv --out walk.csv
      the gyroscope's file beside it is found and joined on the timestamps
  retrogait convert CWA-DATA.cwa --from axivity --out walk.csv
  retrogait convert mine.csv --columns \"time_s=t,acc_x=ax,acc_y=ay,acc_z=az,gyr_x=gx,gyr_y=gy,gyr_z=gz\" \\
      --acc-unit g --gyr-unit rad/s --save-as mylogger --out walk.csv
  retrogait convert other.csv --from mylogger --out walk.csv
  retrogait convert walk.csv --to bids --subject 07 --session 1 --out dataset
      a Motion-BIDS data set, with the events found in the capture

What was decided about the file (units, gravity, time, axes) is said on standard error. `replay` reads
the same files without converting them first.";

/// Arguments of `convert`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::HELP))]
pub(super) struct ConvertArgs {
    /// The file; `-` is standard input, for formats of one text file
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// Write the capture to FILE; with `--to bids` the data set to a folder
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// What to write
    #[arg(long, value_enum, default_value = "capture")]
    to: Target,

    /// The person's label in a data set
    #[arg(long, value_name = "LABEL", default_value = "01", value_parser = bids::label)]
    subject: String,

    /// The session's label in a data set
    #[arg(long, value_name = "LABEL", value_parser = bids::label)]
    session: Option<String>,

    /// The task's label in a data set
    #[arg(long, value_name = "LABEL", default_value = "walking", value_parser = bids::label)]
    task: String,

    /// Replace a file that exists
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    capture_args: CaptureArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// A capture (CSV)
    Capture,
    /// Motion-BIDS, with the events that are found
    Bids,
}

pub(super) fn run(args: &ConvertArgs) -> anyhow::Result<Exit> {
    let options = args.capture_args.resolved()?;
    refuse_input(&args.out, std::slice::from_ref(&args.input))?;
    if let Some(with) = &options.with {
        refuse_input(&args.out, std::slice::from_ref(with))?;
    }
    let input = open(&args.input)?;
    let name = input.name.clone();
    let mut reader = Recording::open(input, options)?;
    exit::decisions(&name, &reader);
    if args.to == Target::Bids {
        let labels = Labels { subject: &args.subject, session: args.session.as_deref(), task: &args.task };
        let written = bids::write(&mut reader, &args.out, &labels, args.force)?;
        exit::warnings_left(&name, &reader);
        anstream::eprintln!("{}", written.display());
        return Ok(Exit::Done);
    }
    let samples = write_capture(&mut reader, &args.out, args.force)?;
    exit::warnings_left(&name, &reader);
    anstream::eprintln!("{}: {samples} samples", args.out.display());
    Ok(Exit::Done)
}

/// Writes all samples as a capture; their number.
fn write_capture(reader: &mut Recording, out: &Path, force: bool) -> anyhow::Result<u64> {
    let file = OutputFile::create(out, force)?;
    let mut capture = Capture::new(file, reader.meta(), reader.has_thigh())?;
    let mut samples = 0;
    while let Some(sample) = reader.next_sample()? {
        for warning in reader.fresh_warnings() {
            exit::warn(&warning.to_string());
        }
        capture.row(&sample)?;
        samples += 1;
    }
    for warning in reader.fresh_warnings() {
        exit::warn(&warning.to_string());
    }
    capture.into_inner().commit()?;
    Ok(samples)
}

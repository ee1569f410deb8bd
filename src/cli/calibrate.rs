//! `retrogait calibrate`: how the sensors sit, from standing and walking.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::capture_args::CaptureArgs;
use super::exit::{self, Exit, UsageError};
use crate::calibrate::session::{EXTENSIONS, calibrate};
use crate::person::Person;
use crate::sink::file::{OutputFile, refuse_input};
use crate::source::{CaptureReader, open};

const EXAMPLES: &str = "\
Examples:
  retrogait calibrate --capture stand.csv --output calibration.toml
  retrogait calibrate --capture stand.csv --standing-flexion 3 --output calibration.toml
      the goniometer reads 3 degrees in the straightest standing
  retrogait replay walk.csv --calibration calibration.toml

The capture begins with the person standing quietly, knees pressed straight, for 3 s or more. With a
thigh sensor and ten backward strides in it the person's own constant is measured, by which the shank
alone can be read later. Five seated knee extensions confirm axis and sign.";

/// Arguments of `calibrate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::HELP))]
pub(super) struct CalibrateArgs {
    /// The capture (CSV)
    #[arg(long, value_name = "FILE")]
    capture: PathBuf,

    /// Where to write the calibration (TOML) [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace a file that exists
    #[arg(long)]
    force: bool,

    /// Flexion of the knee in that standing, by goniometer, degrees
    #[arg(long, value_name = "DEG", allow_negative_numbers = true)]
    standing_flexion: Option<f64>,

    /// The day, to be kept in the file
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<String>,

    /// What is known of the person (TOML)
    #[arg(long, value_name = "FILE")]
    person: Option<PathBuf>,

    #[command(flatten)]
    capture_args: CaptureArgs,
}

pub(super) fn run(args: &CalibrateArgs) -> anyhow::Result<Exit> {
    if let Some(deg) = args.standing_flexion
        && !(-15.0..=90.0).contains(&deg)
    {
        return Err(UsageError::new(format!("a knee does not stand at {deg} degrees"))
            .help("give what the goniometer reads, from -15 to 90")
            .into());
    }
    let person = match &args.person {
        Some(path) => Person::read(path)?,
        None => Person::default(),
    };
    let input = open(&args.capture)?;
    let mut reader = CaptureReader::new(input.bytes, &input.name, args.capture_args.options())?;
    let meta = person.fill(reader.meta());
    let mut samples = Vec::new();
    while let Some(sample) = reader.next_sample()? {
        samples.push(sample);
    }
    let standing = args.standing_flexion.or(person.knee.standing_deg);
    let mut found = calibrate(&meta, standing, samples).with_context(|| input.name.clone())?;
    found.calibration.date.clone_from(&args.date);
    let text = found.calibration.to_toml();
    match &args.output {
        Some(path) => {
            refuse_input(path, std::slice::from_ref(&args.capture))?;
            let mut file = OutputFile::create(path, args.force)?;
            file.write_all(text.as_bytes())?;
            file.commit()?;
        }
        None => std::io::stdout().write_all(text.as_bytes())?,
    }
    anstream::eprintln!(
        "stood for {:.1} s; sign of the axis {:.0} % sure; {} of {EXTENSIONS} seated extensions",
        found.calibration.standing_s,
        100.0 * found.sign_confidence,
        found.extensions.min(EXTENSIONS)
    );
    if let Some(w) = found.calibration.reference.walked {
        anstream::eprintln!(
            "the person's own constant is {:.1}° (± {:.1}°), from {} strides",
            w.constant_deg,
            1.96 * w.sd_deg,
            w.strides
        );
    }
    for what in found.missing {
        anstream::eprintln!("missing: {what}");
    }
    Ok(Exit::Done)
}

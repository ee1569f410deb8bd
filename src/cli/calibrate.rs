//! `retrogait calibrate`: how the sensors sit, from standing, seated knee extensions and walking.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::calibrate_live::{self, LiveCalibration};
use super::capture_args::CaptureArgs;
use super::exit::{Exit, UsageError};
use crate::calibrate::session::{AxisFrom, Calibrated, EXTENSIONS, calibrate};
use crate::person::Person;
use crate::sink::file::{OutputFile, refuse_input};
use crate::source::{CaptureReader, ReadOptions, open};

const EXAMPLES: &str = "\
Examples:
  retrogait calibrate shin
      on a paired sensor: says what to do and what it sees, ends when it has all, and is
      used by `live --sensor shin` from then on
  retrogait calibrate shin --thigh thigh --standing-flexion 3
      the goniometer reads 3 degrees in the straightest standing
  retrogait calibrate sim:seated_extensions --pace max --output calibration.toml
      a simulated person; `file:CAPTURE` plays a recording
  retrogait calibrate --capture stand.csv --output calibration.toml
  retrogait replay walk.csv --calibration calibration.toml

The person stands quietly, knees pressed straight, for 3 s; sits down, the foot below the knee,
and rests a second; raises the leg five times until the knee is straight, holds it for two
seconds, lets it down. The knee's axis is that of the shank's rotation; its sign follows from
gravity, for seated the leg is only raised with the foot ahead. A mount line is confirmed or
contradicted by that; an unknown mount is found. With a thigh sensor and ten backward strides in
a capture the person's own constant is measured as well, by which the shank alone is read later.";

const EXIT: &str = "\
Exit codes:
  0  done, also when ended by Ctrl-C with enough to go by
  1  the movement was not good enough to tell, or contradicts the mount line; Bluetooth does not
     work, a sensor was not reached, a file could not be read or written
  2  the command line is wrong, or no sensor of this name has been paired";

/// Arguments of `calibrate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT}"))]
pub(super) struct CalibrateArgs {
    /// The shank sensor: a paired one by its name, `sim:SCENARIO`, `sim:SCRIPT.toml` or `file:CAPTURE`
    ///
    /// A sensor that the configuration names need not be given.
    #[arg(value_name = "SENSOR", conflicts_with = "capture")]
    live_sensor: Option<String>,

    #[command(flatten)]
    live: LiveCalibration,

    /// The capture (CSV), in place of a sensor
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,

    /// Where to write the calibration (TOML) [default: standard output; of a paired sensor the folder for
    /// data, and `live` knows of it]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace a file that exists
    #[arg(long)]
    pub(super) force: bool,

    /// Flexion of the knee in that standing, by goniometer, degrees
    #[arg(long, value_name = "DEG", allow_negative_numbers = true)]
    standing_flexion: Option<f64>,

    /// The day, to be kept in the file [default: today; of a capture none]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<String>,

    /// What is known of the person (TOML)
    #[arg(long, value_name = "FILE")]
    person: Option<PathBuf>,

    #[command(flatten)]
    pub(super) capture_args: CaptureArgs,
}

pub(super) fn run(args: &CalibrateArgs) -> anyhow::Result<Exit> {
    if let Some(deg) = args.standing_flexion
        && !(-15.0..=90.0).contains(&deg)
    {
        return Err(UsageError::new(format!("a knee does not stand at {deg} degrees"))
            .help("give what the goniometer reads, from -15 to 90")
            .into());
    }
    if let Some(day) = &args.date
        && day.parse::<jiff::civil::Date>().is_err()
    {
        return Err(UsageError::new(format!("{day} is no date")).help("write it as 2026-03-01").into());
    }
    let person = match &args.person {
        Some(path) => Person::read(path)?,
        None => Person::default(),
    };
    // Before anybody stands up for it.
    if let Some(path) = args.output.as_ref().filter(|_| args.capture.is_none()) {
        drop(OutputFile::create(path, args.force)?);
    }
    match &args.capture {
        Some(capture) => {
            let options = args.capture_args.options();
            let found = args.of_capture(capture, options, &person, None)?;
            args.put_out(&found, std::slice::from_ref(capture))?;
            tell(&found);
            Ok(Exit::Done)
        }
        None => calibrate_live::run(args.live_sensor.as_deref(), &args.live, args, &person),
    }
}

impl CalibrateArgs {
    /// The calibration from a capture, which errors call `name` where its file's says nothing to anybody.
    pub(super) fn of_capture(
        &self,
        capture: &Path,
        options: ReadOptions,
        person: &Person,
        name: Option<&str>,
    ) -> anyhow::Result<Calibrated> {
        let input = open(capture)?;
        let mut reader = CaptureReader::new(input.bytes, &input.name, options)?;
        let meta = person.fill(reader.meta());
        let mut samples = Vec::new();
        while let Some(sample) = reader.next_sample()? {
            samples.push(sample);
        }
        let standing = self.standing_flexion.or(person.knee.standing_deg);
        let mut found =
            calibrate(&meta, standing, samples).with_context(|| name.unwrap_or(&input.name).to_owned())?;
        found.calibration.date.clone_from(&self.date);
        Ok(found)
    }

    /// Writes it where it was asked for; to standard output when nowhere.
    pub(super) fn put_out(&self, found: &Calibrated, inputs: &[PathBuf]) -> anyhow::Result<()> {
        let text = found.calibration.to_toml();
        match &self.output {
            Some(path) => {
                refuse_input(path, inputs)?;
                let mut file = OutputFile::create(path, self.force)?;
                file.write_all(text.as_bytes())?;
                file.commit()?;
            }
            None => std::io::stdout().write_all(text.as_bytes())?,
        }
        Ok(())
    }

    /// Whether it goes to a file that was named.
    pub(super) fn has_output(&self) -> bool {
        self.output.is_some()
    }
}

/// What was found, and what was missing.
pub(super) fn tell(found: &Calibrated) {
    anstream::eprintln!(
        "stood for {:.1} s; {} of {EXTENSIONS} seated extensions; the axis is from {}, its sign {:.0} % sure",
        found.calibration.standing_s,
        found.extensions.min(EXTENSIONS),
        found.axis_from.word(),
        100.0 * found.sign_confidence,
    );
    if let Some(axes) = &found.seated {
        let from = match (found.axis_deg, found.axis_from) {
            (Some(deg), AxisFrom::Extensions) => {
                format!("lies {deg:.0}° from the mount line's, and confirms it")
            }
            (Some(deg), _) => format!("lies {deg:.0}° from that of walking"),
            (None, _) => "is all that is known of it, the mount not being given".to_owned(),
        };
        anstream::eprintln!(
            "the axis of the extensions {from}; from one to the next it varies by {:.0}°",
            axes.scatter_deg
        );
    }
    if let Some(w) = found.calibration.reference.walked {
        anstream::eprintln!(
            "the person's own constant is {:.1}° (± {:.1}°), from {} strides",
            w.constant_deg,
            1.96 * w.sd_deg,
            w.strides
        );
    }
    for what in &found.missing {
        anstream::eprintln!("missing: {what}");
    }
}

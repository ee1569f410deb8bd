//! `calibrate SENSOR`: the calibration while it is done, with words for whoever does it.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use clap::Args;

use super::calibrate::{CalibrateArgs, tell};
use super::exit::{Exit, UsageError};
use super::live::{self, MakeSinks, stamp};
use super::radio;
use super::sensors::known;
use crate::calibrate::extensions::{Params, Watcher};
use crate::calibrate::session::{Calibrated, EXTENSIONS};
use crate::capture::CaptureMeta;
use crate::imu::Sample;
use crate::live::registry::{Sensor, calibrations, usual_path, write_whole};
use crate::person::Person;
use crate::record::Record;
use crate::sink::Sink;
use crate::source::ReadOptions;
use crate::time::SensorTime;

/// From where the samples come.
#[derive(Debug, Args)]
pub(super) struct LiveCalibration {
    /// The thigh sensor: a paired one by its name; `sim` with a simulated shank sensor
    #[arg(long, value_name = "SENSOR", conflicts_with = "capture", help_heading = "Live")]
    thigh: Option<String>,

    /// Give up after so long, like 2min; what was seen until then is used
    #[arg(long, value_name = "DURATION", conflicts_with = "capture", help_heading = "Live")]
    duration: Option<OsString>,

    /// Samples a second to ask the sensors for [default: as paired, or 100]
    #[arg(long, value_name = "HZ", conflicts_with = "capture", help_heading = "Live")]
    rate: Option<OsString>,

    /// file, sim: speed at which it is played: 1x, 2x, or max
    #[arg(long, value_name = "RATE", conflicts_with = "capture", help_heading = "Live")]
    pace: Option<OsString>,

    /// sim: decides the person, the sensor and the movement
    #[arg(long, value_name = "N", conflicts_with = "capture", help_heading = "Live")]
    seed: Option<OsString>,

    /// Where to keep the capture [default: of a paired sensor the folder for data; else nowhere]
    #[arg(long, value_name = "CAPTURE.csv", conflicts_with = "capture", help_heading = "Live")]
    record: Option<PathBuf>,
}

impl LiveCalibration {
    fn line(&self, sensor: Option<&str>, thigh: Option<&str>) -> Vec<OsString> {
        let mut line: Vec<OsString> = vec!["--plain".into()];
        let named = [("--sensor", sensor.map(OsString::from)), ("--thigh", thigh.map(OsString::from))];
        let flags = [
            ("--duration", &self.duration),
            ("--rate", &self.rate),
            ("--pace", &self.pace),
            ("--seed", &self.seed),
        ];
        for (flag, value) in named.into_iter().chain(flags.map(|(flag, value)| (flag, value.clone()))) {
            if let Some(value) = value {
                line.extend([flag.into(), value]);
            }
        }
        line
    }
}

/// Where the samples are kept.
struct Place {
    path: PathBuf,
    /// It is a recording that is there already.
    there: bool,
    /// Goes when it is over.
    _folder: Option<tempfile::TempDir>,
}

/// The same live sources as those of `live`, with words in place of records; then the calibration of what
/// was recorded.
pub(super) fn run(
    sensor: Option<&str>,
    live: &LiveCalibration,
    args: &CalibrateArgs,
    person: &Person,
) -> anyhow::Result<Exit> {
    let (name, thigh) = live::named(&live::parsed(live.line(sensor, live.thigh.as_deref())))?;
    let Some(name) = name else {
        return Err(UsageError::new("no sensor and no capture is named")
            .help("pass a sensor's name (`retrogait sensors` lists those that were paired), or `--capture FILE`")
            .into());
    };
    // The thigh's that is configured goes with the shank's that is.
    let thigh = live.thigh.clone().or_else(|| thigh.filter(|_| sensor.is_none()));
    let file = name.strip_prefix("file:").map(Path::new);
    let paired = match (file, name.strip_prefix("sim:")) {
        (None, None) => Some(known(&radio::registry()?, &name)?.clone()),
        _ => None,
    };
    let place = place(live.record.as_deref(), file, paired.as_ref())?;
    let mut line = live.line(Some(&name), thigh.as_deref());
    if !place.there {
        let mut word = OsString::from("--record=");
        word.push(&place.path);
        line.push(word);
    }
    if args.force {
        line.push("--force".into());
    }
    let mut session = live::parsed(line);
    session.meta = args.capture_args.meta.clone();
    session.bare = true;
    let words: MakeSinks = || Ok(vec![Box::new(Words::default())]);
    session.sinks = Some(words);
    begin(paired.is_some())?;
    live::run(&session)?;

    // What was said of the sensors is in a recording of our own.
    let options = if place.there { args.capture_args.options() } else { ReadOptions::default() };
    let name = (!place.there).then_some("what was measured");
    let found = args.of_capture(&place.path, options, person, name);
    let mut found = match (found, &paired) {
        (Ok(found), _) => found,
        (Err(e), None) => return Err(e),
        (Err(e), Some(sensor)) => {
            let before =
                if sensor.calibration.is_some() { "; the calibration from before stays" } else { "" };
            anstream::eprintln!("the capture is kept in {}{before}", place.path.display());
            return Err(e.context(format!("`{}` is not calibrated", sensor.name)));
        }
    };
    found.calibration.date.get_or_insert_with(|| jiff::Zoned::now().date().to_string());
    tell(&found);
    if let Some(sensor) = &paired {
        let path = place.path.with_extension("toml");
        keep(&found, &path, sensor, thigh.as_deref())?;
        anstream::eprintln!(
            "kept in {}; `retrogait live --sensor {}` goes by it from now on",
            path.display(),
            sensor.name
        );
    }
    if paired.is_none() || args.has_output() {
        args.put_out(&found, std::slice::from_ref(&place.path))?;
    }
    Ok(Exit::Done)
}

/// Where the samples are kept.
fn place(asked: Option<&Path>, file: Option<&Path>, paired: Option<&Sensor>) -> anyhow::Result<Place> {
    let made = |path, folder| Ok(Place { path, there: false, _folder: folder });
    if let Some(file) = file.filter(|f| !live::is_raw(f)) {
        return Ok(Place { path: file.to_owned(), there: true, _folder: None });
    }
    if let Some(path) = asked {
        return made(path.to_owned(), None);
    }
    let Some(sensor) = paired else {
        let folder = tempfile::tempdir().context("no folder could be made for the samples")?;
        return made(folder.path().join("calibration.csv"), Some(folder));
    };
    let folder = calibrations()?;
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    // A name of the user's choice becomes a part of a file's.
    let name: String = sensor.name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    made(folder.join(format!("{}-{name}.csv", stamp(SystemTime::now()))), None)
}

/// Writes the calibration, and has its sensors remembered with it.
fn keep(found: &Calibrated, path: &Path, shank: &Sensor, thigh: Option<&str>) -> anyhow::Result<()> {
    // It is found again from any folder.
    let path = std::path::absolute(path).with_context(|| format!("{} has no place", path.display()))?;
    write_whole(&path, &found.calibration.to_toml())?;
    let mut registry = radio::registry()?;
    let thigh = thigh.and_then(|t| registry.find(t)).map(|t| t.address.clone());
    for sensor in &mut registry.sensors {
        if sensor.address == shank.address || thigh.as_ref() == Some(&sensor.address) {
            sensor.calibration = Some(path.clone());
        }
    }
    registry.save(&usual_path()?)?;
    Ok(())
}

/// Says what is to be done; on a terminal a real person says when.
fn begin(person: bool) -> anyhow::Result<()> {
    anstream::eprintln!(
        "First: stand quietly, knees pressed straight, for 3 s. Then: five seated knee extensions. Ctrl-C ends it."
    );
    if person && io::stdin().is_terminal() && io::stderr().is_terminal() {
        anstream::eprintln!("Press Enter when the person stands.");
        io::stdin().read_line(&mut String::new()).context("the keyboard cannot be read")?;
    }
    Ok(())
}

/// Standing that is asked for, s: longer than what is needed, for what is lost at its ends.
const STAND_S: f64 = 3.0;
/// Time between two looks at the samples, s.
const LOOK_S: f64 = 0.25;
/// Time without anything to go by after which it is said again what is waited for, s.
const AGAIN_S: f64 = 15.0;

/// Says what is seen, while it is.
struct Words {
    watcher: Watcher,
    looked: Option<SensorTime>,
    /// When something was said last.
    said: Option<SensorTime>,
    stood: bool,
    /// Raises of which something was said.
    told: usize,
    done: bool,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            // How the sensor sits is not asked here: whatever is seen is seen by gravity.
            watcher: Watcher::new(Params::default(), &CaptureMeta::default()),
            looked: None,
            said: None,
            stood: false,
            told: 0,
            done: false,
        }
    }
}

impl Words {
    fn look(&mut self, now: SensorTime) {
        let seen = self.watcher.look();
        let since = *self.said.get_or_insert(now);
        let waited = now.since(since).seconds() >= AGAIN_S;
        if waited {
            self.said = Some(now);
        }
        let Some(stood) = seen.stood else {
            if waited {
                anstream::eprintln!("not still for long enough yet: stand quietly, knees pressed straight");
            }
            return;
        };
        if !self.stood {
            if stood.now && stood.seconds < STAND_S {
                return;
            }
            (self.stood, self.said) = (true, Some(now));
            anstream::eprintln!(
                "stood for {:.1} s. Now sit down, the foot below the knee; rest a second; raise the leg until the \
                 knee is straight, hold it for two seconds, let it down slowly: {EXTENSIONS} times",
                stood.seconds
            );
        }
        // Until the leg rests, an extension may yet go wrong.
        let over = seen.raises.iter().take_while(|r| r.over).count();
        let good = |n: usize| seen.raises[..n].iter().filter(|r| r.fault.is_none()).count();
        for (i, raise) in seen.raises.iter().enumerate().take(over).skip(self.told) {
            let good = good(i + 1);
            match raise.fault {
                None => anstream::eprintln!("extension {good} of {EXTENSIONS}: {:.0}°", raise.peak_deg),
                Some(fault) => anstream::eprintln!("not counted: {fault}"),
            }
        }
        if over > self.told {
            (self.told, self.said) = (over, Some(now));
        } else if waited && !seen.up {
            anstream::eprintln!(
                "no further raise of the leg seen: sitting, raise it until the knee is straight, hold it, let it down"
            );
        }
        self.done = good(over) >= EXTENSIONS;
        if self.done {
            anstream::eprintln!("that is all; the leg may rest");
        }
    }
}

impl Sink for Words {
    fn record(&mut self, _record: &Record) -> io::Result<()> {
        Ok(())
    }

    fn sample(&mut self, sample: &Sample) -> io::Result<()> {
        if self.done {
            return Ok(());
        }
        self.watcher.push(sample);
        let due = self.looked.is_none_or(|at| sample.time.since(at).seconds() >= LOOK_S);
        if due {
            self.looked = Some(sample.time);
            self.look(sample.time);
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! `retrogait sensors`: the sensors that were paired.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};

use tokio::sync::{Mutex, mpsc, watch};

use super::exit::{self, Exit, UsageError};
use super::radio::{self, Format};
use crate::calibrate::file::Calibration;
use crate::decode::table::Kind;
use crate::link::Clock;
use crate::link::ble::Ble;
use crate::link::intake::{self, Outlet, What as Told};
use crate::link::run::{Command, Link, Wanted};
use crate::link::state::{Deadlines, State};
use crate::live::belt;
use crate::live::registry::{Registry, Sensor, usual_path};

const EXAMPLES: &str = "\
Examples:
  retrogait sensors
      the sensors that were paired, and where each is worn
  retrogait sensors rename shank ada
  retrogait sensors forget ada
  retrogait sensors stop belt
      stops the belt of a treadmill that was paired with `--may-stop`, or says aloud that it
      did not confirm within half a second";

/// Arguments of `sensors`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::RADIO_HELP))]
pub(super) struct SensorsArgs {
    #[command(subcommand)]
    what: Option<What>,

    /// How to print them
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show them (what happens when nothing else is said)
    List,
    /// Give one another name
    Rename {
        /// Its name or address
        sensor: String,
        /// Its new name
        name: String,
    },
    /// Forget one
    Forget {
        /// Its name or address
        sensor: String,
    },
    /// Stop a treadmill's belt, where its owner has allowed it (`pair --treadmill --may-stop`)
    Stop {
        /// Its name or address
        sensor: String,
    },
}

pub(super) fn run(args: &SensorsArgs) -> anyhow::Result<Exit> {
    let path = usual_path()?;
    let mut registry = radio::registry()?;
    match &args.what {
        None | Some(What::List) => return list(&registry, args.format),
        Some(What::Rename { sensor, name }) => {
            let found = known(&registry, sensor)?.clone();
            check_name(name)?;
            if let Some(other) = registry.find(name).filter(|o| o.address != found.address) {
                return Err(UsageError::new(format!("`{}` is another sensor's name", other.name))
                    .help(format!("choose another, or `retrogait sensors forget {}` first", other.name))
                    .into());
            }
            for s in registry.sensors.iter_mut().filter(|s| s.address == found.address) {
                name.clone_into(&mut s.name);
            }
        }
        Some(What::Stop { sensor }) => return stop(known(&registry, sensor)?),
        Some(What::Forget { sensor }) => {
            known(&registry, sensor)?;
            registry.forget(sensor);
        }
    }
    registry.save(&path)?;
    Ok(Exit::Done)
}

/// Stops a treadmill, or says aloud that it did not.
fn stop(sensor: &Sensor) -> anyhow::Result<Exit> {
    if sensor.kind != Kind::Treadmill || !sensor.may_stop {
        return Err(UsageError::new(format!("`{}` may not be stopped by the program", sensor.name))
            .help("its owner allows it with `retrogait pair --treadmill --may-stop`")
            .into());
    }
    radio::runtime()?.block_on(async {
        let ble = Ble::open().await?;
        let (tx, mut events) = intake::queue();
        let (end, stopped) = watch::channel(false);
        let (commands, receiver) = mpsc::channel::<Command>(4);
        let link = Link {
            transport: Arc::new(ble),
            wanted: Wanted { address: sensor.address.clone(), kind: sensor.kind, rate_hz: 0.0 },
            deadlines: Deadlines::default().for_values_every(Duration::from_secs(2)),
            outlet: Outlet::new(0, Clock::start(), tx),
            turn: Arc::new(Mutex::new(())),
            stop: stopped,
            commands: receiver,
            firmware: None,
        };
        let link = tokio::spawn(link.run());
        let mut result = None;
        while let Some(event) = events.recv().await {
            if event.what == Told::State(State::Streaming) && result.is_none() {
                result = Some(belt::stop(&commands).await);
                end.send_replace(true);
            }
        }
        link.await??;
        match result {
            Some(Ok(())) => {
                anstream::eprintln!("{} confirms that it stops", sensor.name);
                Ok(Exit::Done)
            }
            Some(Err(e)) => Err(anyhow::Error::from(e).context(format!(
                "THE BELT OF `{}` MAY STILL BE RUNNING: pull the safety clip",
                sensor.name
            ))),
            None => Err(anyhow::anyhow!("`{}` was not reached", sensor.name)),
        }
    })
}

/// A sensor that was paired.
pub(super) fn known<'r>(registry: &'r Registry, name: &str) -> Result<&'r Sensor, UsageError> {
    registry.find(name).ok_or_else(|| {
        let names: Vec<_> = registry.sensors.iter().map(|s| s.name.as_str()).collect();
        let help = if names.is_empty() {
            "no sensor has been paired: `retrogait scan` shows what is in range, `retrogait pair` remembers one"
                .to_owned()
        } else {
            format!("paired are: {}", names.join(", "))
        };
        UsageError::new(format!("no sensor called `{name}` has been paired")).help(help)
    })
}

/// Names must not look like sources of other kinds, or be hard to type.
pub(super) fn check_name(name: &str) -> Result<(), UsageError> {
    if name.trim().is_empty() || name.len() > 40 || name.contains([':', '/', '\n', ',']) {
        return Err(UsageError::new(format!("`{name}` cannot be a sensor's name"))
            .help("use up to 40 letters, without `:`, `/` and `,`"));
    }
    Ok(())
}

fn list(registry: &Registry, format: Format) -> anyhow::Result<Exit> {
    let mut text = String::new();
    match format {
        Format::Json => {
            let object = |s: &Sensor| {
                let mut object = serde_json::to_value(s)?;
                if s.calibration.is_some() {
                    object["calibrated"] = calibrated(s).into();
                }
                Ok::<_, serde_json::Error>(object)
            };
            let all: Vec<_> = registry.sensors.iter().map(object).collect::<Result<_, _>>()?;
            text = serde_json::to_string_pretty(&all)? + "\n";
        }
        Format::Text => {
            for s in &registry.sensors {
                text += &line(s);
            }
        }
    }
    if registry.sensors.is_empty() && format == Format::Text {
        anstream::eprintln!("no sensor has been paired; `retrogait scan` shows what is in range");
    }
    match io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(Exit::Done),
    }
}

/// The day of a sensor's calibration; `None` without one, or when it cannot be read.
fn calibrated(s: &Sensor) -> Option<String> {
    let calibration = Calibration::read(s.calibration.as_deref()?).ok()?;
    Some(calibration.date.unwrap_or_else(|| "on an unknown day".into()))
}

fn line(s: &Sensor) -> String {
    let side = s.side.map_or("", |side| match side {
        crate::mount::Side::Left => "left ",
        crate::mount::Side::Right => "right ",
    });
    let place = format!("{side}{}", s.role.word());
    let mut text = format!("{:<16}  {place:<12}  {:<20}  {}", s.name, s.kind.row().name, s.address);
    if s.kind.is_inertial() {
        let _ = write!(text, "  mount {}", s.mount.as_deref().unwrap_or("unknown"));
    }
    if s.calibration.is_some() {
        match calibrated(s) {
            Some(date) => text += &["  calibrated ", date.as_str()].concat(),
            None => text += "  its calibration cannot be read",
        }
    }
    if s.may_stop {
        text += "  may be stopped by the program";
    }
    text + "\n"
}

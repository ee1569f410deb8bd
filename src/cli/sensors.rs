//! `retrogait sensors`: the sensors that were paired.

use std::io::{self, Write};

use clap::{Args, Subcommand};

use super::exit::{Exit, UsageError};
use super::radio::{self, Format};
use crate::live::registry::{Registry, Sensor, usual_path};

/// Arguments of `sensors`.
#[derive(Debug, Args)]
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
        Some(What::Forget { sensor }) => {
            known(&registry, sensor)?;
            registry.forget(sensor);
        }
    }
    registry.save(&path)?;
    Ok(Exit::Done)
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
        Format::Json => text = serde_json::to_string_pretty(&registry.sensors)? + "\n",
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

fn line(s: &Sensor) -> String {
    let side = s.side.map_or("", |side| match side {
        crate::mount::Side::Left => "left ",
        crate::mount::Side::Right => "right ",
    });
    let place = format!("{side}{}", s.role.word());
    let mut text = format!("{:<16}  {place:<12}  {:<20}  {}", s.name, s.kind.row().name, s.address);
    if s.kind.is_inertial() {
        text += &format!("  mount {}", s.mount.as_deref().unwrap_or("unknown"));
    }
    if s.may_stop {
        text += "  may be stopped by the program";
    }
    text + "\n"
}

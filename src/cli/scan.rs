//! `retrogait scan`: which sensors are in range.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::exit::{self, Exit};
use super::radio::{self, Format};
use super::simulate_args::seconds;
use crate::decode::battery;
use crate::decode::table::{Advert, Kind};
use crate::link::ble::Ble;
use crate::link::transport::{Peer, Transport};

const EXAMPLES: &str = "\
Examples:
  retrogait scan
      the sensors in range, with their batteries, for ten seconds
  retrogait scan --for 1min --no-battery --format json
      one JSON object a line, again whenever more is known of a sensor
  retrogait scan --all
      devices that are not known to be sensors, too";

/// Arguments of `scan`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::RADIO_HELP))]
pub(super) struct ScanArgs {
    /// How long to look, like 10s
    #[arg(long = "for", value_name = "DURATION", default_value = "10s", value_parser = seconds)]
    length: f64,

    /// Unknown devices too
    #[arg(long)]
    all: bool,

    /// Do not connect to sensors to read their battery
    #[arg(long)]
    no_battery: bool,

    /// How to print what is found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Strength below which a link will not hold, dBm.
const WEAK_DBM: i16 = -85;
/// How long reading a battery may take.
const BATTERY_WITHIN: Duration = Duration::from_secs(8);

/// One device as it is shown.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    advert: Advert,
    kind: Option<Kind>,
    battery: Option<u8>,
    paired: Option<String>,
}

pub(super) fn run(args: &ScanArgs) -> anyhow::Result<Exit> {
    let registry = radio::registry()?;
    radio::runtime()?.block_on(async {
        let ble = Arc::new(Ble::open().await?);
        let mut shown = Shown::new(args.format);
        let mut seen: Vec<Seen> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut adverts = ble.scan().await?;
        let (batteries, mut levels) = mpsc::channel::<(String, u8)>(16);
        let until = Instant::now() + Duration::from_secs_f64(args.length.max(0.1));
        let look = async {
            loop {
                let place = tokio::select! {
                    () = sleep_until(until) => break,
                    Some((address, level)) = levels.recv() => {
                        let Some(place) = places.get(&address).copied() else { continue };
                        seen[place].battery = Some(level);
                        place
                    }
                    advert = adverts.recv() => {
                        let Some(advert) = advert else { break };
                        let kind = Kind::of(&advert);
                        // What the adapter remembers and does not hear is not in range.
                        if advert.rssi_dbm.is_none() || (kind.is_none() && !args.all) {
                            continue;
                        }
                        let address = advert.address.clone();
                        let Some(place) = places.get(&address).copied() else {
                            let paired = registry.find(&address).map(|s| s.name.clone());
                            places.insert(address, seen.len());
                            seen.push(Seen { advert, kind, battery: None, paired });
                            shown.show(&seen, seen.len() - 1)?;
                            continue;
                        };
                        let before = &mut seen[place];
                        // A later part of the advertisement can lack what an earlier one had.
                        before.kind = kind.or(before.kind);
                        before.advert.name = advert.name.or(before.advert.name.take());
                        before.advert.rssi_dbm = advert.rssi_dbm;
                        if !shown.in_place {
                            continue;
                        }
                        place
                    }
                };
                shown.show(&seen, place)?;
            }
            anyhow::Ok(())
        };
        radio::or_interrupted(look).await?.transpose()?;
        drop(adverts);
        if !args.no_battery {
            // An adapter looks around or connects, not both: batteries come last.
            let known: Vec<_> = seen.iter().filter(|s| s.kind.is_some()).map(|s| s.advert.address.clone()).collect();
            let read = async {
                for address in known {
                    if let Ok(Some(level)) =
                        tokio::time::timeout(BATTERY_WITHIN, level(&*ble, &address)).await
                    {
                        let _ = batteries.send((address, level)).await;
                    }
                }
            };
            if radio::or_interrupted(read).await?.is_some() {
                drop(batteries);
                while let Some((address, level)) = levels.recv().await {
                    if let Some(place) = places.get(&address).copied() {
                        seen[place].battery = Some(level);
                        shown.show(&seen, place)?;
                    }
                }
            }
        }
        shown.end(&seen)?;
        if seen.is_empty() {
            anstream::eprintln!(
                "no sensor in range: switch it on, bring it near, and end its connection to a phone; `--all` shows unknown devices"
            );
        }
        Ok(Exit::Done)
    })
}

/// The battery of a device that has the usual service for it.
async fn level<T: Transport>(radio: &T, address: &str) -> Option<u8> {
    let peer = radio.peer(address).await.ok()??;
    peer.connect().await.ok()?;
    let read = async {
        peer.discover().await.ok()?;
        peer.read(battery::LEVEL).await.ok()?.first().copied().filter(|l| *l <= 100)
    };
    let level = read.await;
    peer.disconnect().await;
    level
}

/// What is on the screen.
struct Shown {
    format: Format,
    in_place: bool,
    lines: usize,
}

impl Shown {
    fn new(format: Format) -> Self {
        let in_place = format == Format::Text && io::stdout().is_terminal();
        Self { format, in_place, lines: 0 }
    }

    fn show(&mut self, seen: &[Seen], place: usize) -> anyhow::Result<()> {
        let mut out = anstream::stdout().lock();
        let result = match self.format {
            Format::Json => writeln!(out, "{}", object(&seen[place])),
            Format::Text if self.in_place => {
                let mut text = String::new();
                if self.lines > 0 {
                    text = format!("\x1b[{}A", self.lines);
                }
                for s in seen {
                    let _ = writeln!(text, "\x1b[2K{}", line(s));
                }
                self.lines = seen.len();
                write!(out, "{text}").and_then(|()| out.flush())
            }
            // Lines that cannot be taken back are printed once, at the end of what can be known.
            Format::Text => Ok(()),
        };
        quiet(result)
    }

    fn end(&mut self, seen: &[Seen]) -> anyhow::Result<()> {
        if self.format == Format::Json || self.in_place {
            return Ok(());
        }
        let mut out = anstream::stdout().lock();
        for s in seen {
            quiet(writeln!(out, "{}", line(s)))?;
        }
        Ok(())
    }
}

/// A reader that has gone is no failure.
fn quiet(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

fn line(seen: &Seen) -> String {
    let name = seen.paired.as_deref().or(seen.advert.name.as_deref()).unwrap_or("(no name)");
    let kind = seen.kind.map_or("unknown", |k| k.row().name);
    let mut text = format!("{name:<20}  {kind:<20}  {}", seen.advert.address);
    if let Some(dbm) = seen.advert.rssi_dbm {
        let _ = write!(text, "  {dbm:>4} dBm{}", if dbm < WEAK_DBM { " (weak)" } else { "" });
    }
    if let Some(level) = seen.battery {
        let _ = write!(text, "  {level:>3} %");
    }
    if let Some(kind) = seen.kind.filter(|k| k.is_inertial()) {
        let _ = write!(text, "  {} Hz", radio::rates(kind));
    }
    text
}

fn object(seen: &Seen) -> serde_json::Value {
    json!({
        "name": seen.advert.name,
        "paired_as": seen.paired,
        "kind": seen.kind,
        "address": seen.advert.address,
        "rssi_dbm": seen.advert.rssi_dbm,
        "battery_percent": seen.battery,
        "rates_hz": seen.kind.map(|k| k.row().rates_hz),
    })
}

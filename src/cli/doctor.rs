//! `retrogait doctor`: why Bluetooth does not work, and what to do about it.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::exit::{self, Exit};
use super::pair;
use super::radio::{self, Format};
use super::sensors::known;
use crate::decode::table::{Advert, USUAL_HZ, coarse};
use crate::link::ble::Ble;
use crate::link::transport::Transport;
use crate::live::assemble::Part;
use crate::live::registry::{Registry, Sensor};

const EXAMPLES: &str = "\
Examples:
  retrogait doctor
      the Bluetooth service, the adapter, and whether each paired sensor is in range
  retrogait doctor shank
      streams from it for ten seconds too: rate, loss and pauses as they really are";

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::RADIO_HELP))]
pub(super) struct DoctorArgs {
    /// Stream from this paired sensor too, and say what it really reaches
    #[arg(value_name = "SENSOR")]
    sensor: Option<String>,

    /// How to print what is found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How long sensors are looked for.
const LOOK: Duration = Duration::from_secs(6);
/// How long the sensor streams.
const STREAM: Duration = Duration::from_secs(10);
/// Loss above which something should be done, share.
const MUCH_LOST: f64 = 0.01;
/// Pauses between values above which cues come late, s.
const LONG_S: f64 = 0.15;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Finding {
    /// What was looked at.
    check: &'static str,
    /// Whether it is as it should be.
    ok: bool,
    /// What was found.
    found: String,
    /// What to do, where something is to be done.
    #[serde(rename = "do")]
    advice: Option<String>,
}

impl Finding {
    fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, ok: true, found: found.into(), advice: None }
    }

    fn bad(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, ok: false, found: found.into(), advice: Some(advice.into()) }
    }
}

pub(super) fn run(args: &DoctorArgs) -> anyhow::Result<Exit> {
    let registry = radio::registry()?;
    let sensor = args.sensor.as_deref().map(|name| known(&registry, name).cloned()).transpose()?;
    let mut findings = Vec::new();
    let done = radio::runtime()?.block_on(radio::or_interrupted(examine(
        &registry,
        sensor.as_ref(),
        &mut findings,
    )))?;
    let mut text = String::new();
    match args.format {
        Format::Json => text = serde_json::to_string_pretty(&findings)? + "\n",
        Format::Text => {
            for f in &findings {
                let _ = writeln!(text, "{}  {:<10}  {}", if f.ok { "ok " } else { "BAD" }, f.check, f.found);
                if let Some(advice) = &f.advice {
                    let _ = writeln!(text, "                 {advice}");
                }
            }
        }
    }
    match io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => return Err(e.into()),
        _ => {}
    }
    let well = done.is_none() || findings.iter().all(|f| f.ok);
    Ok(if well { Exit::Done } else { Exit::Failed })
}

async fn examine(registry: &Registry, sensor: Option<&Sensor>, findings: &mut Vec<Finding>) {
    let ble = match Ble::any().await {
        Ok(ble) => ble,
        Err(fault) => return findings.push(Finding::bad("adapter", fault.to_string(), fault.help())),
    };
    findings.push(Finding::good("service", "the Bluetooth service runs, and may be used"));
    let name = ble.name().await.unwrap_or_else(|_| "an adapter".into());
    match ble.is_on().await {
        Ok(true) => findings.push(Finding::good("adapter", format!("{name}, switched on"))),
        Ok(false) => {
            let off = crate::link::transport::Fault::PoweredOff;
            return findings.push(Finding::bad("adapter", format!("{name}, switched off"), off.help()));
        }
        Err(fault) => return findings.push(Finding::bad("adapter", fault.to_string(), fault.help())),
    }
    let seen = match around(&ble).await {
        Ok(seen) => seen,
        Err(fault) => return findings.push(Finding::bad("scan", fault.to_string(), fault.help())),
    };
    findings.push(Finding::good("scan", format!("{} devices in range", seen.len())));
    if registry.sensors.is_empty() {
        findings.push(Finding::good("sensors", "none has been paired yet"));
    }
    for s in &registry.sensors {
        findings.push(in_range(s, &seen));
    }
    if let Some(sensor) = sensor {
        findings.push(reached(&ble, sensor).await);
    }
}

/// Devices that advertise, each with its best signal.
async fn around(ble: &Ble) -> Result<Vec<Advert>, crate::link::transport::Fault> {
    let mut adverts = ble.scan().await?;
    let mut seen: Vec<Advert> = Vec::new();
    let look = async {
        while let Some(advert) = adverts.recv().await {
            if advert.rssi_dbm.is_none() {
                continue;
            }
            match seen.iter_mut().find(|s| s.address == advert.address) {
                Some(s) => s.rssi_dbm = s.rssi_dbm.max(advert.rssi_dbm),
                None => seen.push(advert),
            }
        }
    };
    // It ends when the time is over: nothing else ends it.
    let _ = tokio::time::timeout(LOOK, look).await;
    Ok(seen)
}

fn in_range(sensor: &Sensor, seen: &[Advert]) -> Finding {
    let found = seen.iter().find(|a| a.address.eq_ignore_ascii_case(&sensor.address));
    match found.and_then(|a| a.rssi_dbm) {
        Some(dbm) if dbm >= -85 => {
            Finding::good("sensor", format!("{} is in range ({dbm} dBm)", sensor.name))
        }
        Some(dbm) => Finding::bad(
            "sensor",
            format!("{} is heard weakly ({dbm} dBm)", sensor.name),
            "bring it or the machine's antenna nearer; a leg between them takes 10 to 20 dB",
        ),
        None => Finding::bad(
            "sensor",
            format!("{} is not heard", sensor.name),
            "switch it on, bring it near, charge it, and end its connection to a phone or another machine",
        ),
    }
}

/// What the sensor really reaches.
async fn reached(ble: &Ble, sensor: &Sensor) -> Finding {
    let rate_hz = sensor.rate_hz.unwrap_or(USUAL_HZ);
    let part = Part { role: sensor.role, kind: sensor.kind, rate_hz };
    let view = match pair::view(ble, &sensor.address, part, STREAM).await {
        Ok(view) => view,
        Err(fault) => return Finding::bad("stream", format!("{}: {fault}", sensor.name), fault.help()),
    };
    if !sensor.kind.is_inertial() {
        return Finding::good("stream", format!("{} answers", sensor.name));
    }
    let t = view.tally;
    let lost = t.lost() as f64 / (t.samples + t.lost()).max(1) as f64;
    let (median, longest) = view.spacing_s.unwrap_or_default();
    let found = format!(
        "{}: {:.1} of {rate_hz} samples a second, {:.1} % lost; values every {:.0} ms, longest pause {:.0} ms",
        sensor.name,
        view.rate_hz,
        100.0 * lost,
        1000.0 * median,
        1000.0 * longest
    );
    if t.samples == 0 {
        return Finding::bad("stream", found, "it is connected and sends nothing: switch it off and on");
    }
    if lost > MUCH_LOST {
        return Finding::bad(
            "stream",
            found,
            "ask for a lower rate (`pair --rate`), bring it nearer, switch Wi-Fi on 2.4 GHz off, or use another adapter",
        );
    }
    if longest > LONG_S {
        return Finding::bad(
            "stream",
            found,
            "pauses make cues late: bring it nearer, and end other Bluetooth connections of this machine",
        );
    }
    match coarse(view.rate_hz) {
        Some(words) => Finding::bad("stream", found, words),
        None => Finding::good("stream", found),
    }
}

//! `retrogait pair`: connects a sensor for the first time, looks at it, and remembers it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::time::sleep;

use super::capture_args::{MountLine, mount, side};
use super::exit::{self, Exit, UsageError};
use super::radio::{self, Format};
use super::sensors::check_name;
use crate::decode::table::{Advert, Kind, USUAL_HZ, coarse};
use crate::imu::GRAVITY_MPS2;
use crate::link::Clock;
use crate::link::ble::Ble;
use crate::link::intake::{self, Outlet, What};
use crate::link::run::{Command, Link, Wanted};
use crate::link::state::{Deadlines, State};
use crate::link::transport::{Fault, Transport};
use crate::live::assemble::{Assembly, Found, Part, Role, Tally};
use crate::live::registry::{Sensor, usual_path};
use crate::mount::{BodyAxis, Mount, Side};

const EXAMPLES: &str = "\
Examples:
  retrogait pair GaitIMU --side right --mount x=anterior,y=up,z=right
      looks at it for three seconds, and remembers it as `shank`
  retrogait pair F2:00:00:00:00:02 --segment thigh --side right --as thigh --rate 200
      by its address, where names are alike
  retrogait pair --treadmill --as belt
      the only treadmill in range; `--may-stop` lets the program stop its belt
  retrogait pair --heart
      the only heart-rate strap in range";

/// Arguments of `pair`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::RADIO_HELP))]
pub(super) struct PairArgs {
    /// Its name or address, as `scan` shows it; may be left out for the only treadmill or strap in range
    #[arg(value_name = "NAME|ADDRESS", required_unless_present_any = ["treadmill", "heart"])]
    sensor: Option<String>,

    /// Where it is worn
    #[arg(long, value_enum, default_value_t = Segment::Shank)]
    segment: Segment,

    /// The leg: left or right
    #[arg(long, value_parser = side)]
    side: Option<Side>,

    /// Where its axes point when standing, like x=anterior,y=up,z=right; or unknown
    #[arg(long, value_parser = mount)]
    mount: Option<MountLine>,

    /// It is a treadmill
    #[arg(long, conflicts_with_all = ["side", "mount"])]
    treadmill: bool,

    /// It is a heart-rate strap
    #[arg(long, conflicts_with_all = ["side", "mount", "treadmill"])]
    heart: bool,

    /// This treadmill may be stopped by the program
    #[arg(long, requires = "treadmill")]
    may_stop: bool,

    /// Remember it under this name [default: where it is worn]
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,

    /// Samples a second to ask it for
    #[arg(long, value_name = "HZ", default_value_t = USUAL_HZ)]
    rate: f64,

    /// How to print what was seen
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Segment {
    /// On the shin
    Shank,
    /// On the thigh
    Thigh,
}

/// How long it is looked for.
const LOOK: Duration = Duration::from_secs(20);
/// How long it streams to be looked at.
const STREAM: Duration = Duration::from_secs(3);
/// Angular rate above which it does not lie still, deg/s (root mean square).
const STILL_DPS: f64 = 15.0;

/// What was seen of a sensor.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) battery: Option<u8>,
    pub(super) firmware: Option<String>,
    pub(super) tally: Tally,
    pub(super) rate_hz: f64,
    pub(super) gravity: Option<Gravity>,
    pub(super) moving_dps: f64,
    pub(super) belt_mps: Option<f64>,
    pub(super) incline_percent: Option<f64>,
    pub(super) beats: Option<u16>,
    /// Times between values, s: median and longest.
    pub(super) spacing_s: Option<(f64, f64)>,
}

/// Which way is up for a sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gravity {
    /// 0, 1, 2 for x, y, z.
    axis: usize,
    /// Whether that axis points up.
    up: bool,
    /// Mean size of the acceleration, m/s².
    size_mps2: f64,
}

impl Gravity {
    fn of(mean: [f64; 3]) -> Self {
        let size_mps2 = mean.iter().map(|v| v * v).sum::<f64>().sqrt();
        let axis = (0..3).max_by(|a, b| mean[*a].abs().total_cmp(&mean[*b].abs())).unwrap_or(0);
        Self { axis, up: mean[axis] > 0.0, size_mps2 }
    }

    fn word(self) -> String {
        format!("{}{}", if self.up { '+' } else { '-' }, ['x', 'y', 'z'][self.axis])
    }
}

pub(super) fn run(args: &PairArgs) -> anyhow::Result<Exit> {
    let path = usual_path()?;
    let mut registry = radio::registry()?;
    let role = match (args.treadmill, args.heart, args.segment) {
        (true, ..) => Role::Treadmill,
        (_, true, _) => Role::Heart,
        (.., Segment::Shank) => Role::Shank,
        (.., Segment::Thigh) => Role::Thigh,
    };
    let name = args.name.clone().unwrap_or_else(|| role.word().to_owned());
    check_name(&name)?;
    let known = args.sensor.as_deref().and_then(|s| registry.find(s)).map(|s| s.address.clone());
    let looked = radio::runtime()?.block_on(async {
        let ble = Ble::open().await?;
        radio::or_interrupted(look(&ble, args, role, known)).await?.transpose()
    })?;
    let Some((kind, advert, view)) = looked else {
        return Ok(Exit::Done);
    };
    let mount = args.mount.and_then(|m| m.0);
    let sensor = Sensor {
        name,
        address: advert.address.clone(),
        kind,
        role,
        side: args.side,
        mount: mount.map(|m| m.to_string()),
        rate_hz: kind.nearest_hz(args.rate).map(|_| args.rate),
        // It was put on anew, or is another.
        calibration: None,
        firmware: view.firmware.clone(),
        may_stop: args.may_stop,
    };
    registry.put(sensor.clone());
    registry.save(&path)?;
    match args.format {
        Format::Json => print(&(object(&sensor, &view, mount).to_string() + "\n"))?,
        Format::Text => print(&text(&sensor, &view, mount))?,
    }
    Ok(Exit::Done)
}

fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

async fn look(
    ble: &Ble,
    args: &PairArgs,
    role: Role,
    known: Option<String>,
) -> anyhow::Result<(Kind, Advert, View)> {
    anstream::eprintln!("looking for it");
    let wanted = |a: &Advert| match (&args.sensor, role) {
        (Some(name), _) => {
            radio::is_called(a, name) || known.as_deref().is_some_and(|k| a.address.eq_ignore_ascii_case(k))
        }
        (None, Role::Treadmill) => Kind::of(a) == Some(Kind::Treadmill),
        (None, _) => Kind::of(a) == Some(Kind::HeartRate),
    };
    // What names it may come later than its address: a device is taken once its kind is known.
    let advert = radio::find(ble, LOOK, |a| wanted(a) && Kind::of(a).is_some()).await;
    let advert = advert.map_err(|e| {
        let name = args.sensor.as_deref().unwrap_or(role.word());
        anyhow::Error::from(e).context(format!("no sensor called `{name}` that can be read is in range"))
    })?;
    let kind = match (Kind::of(&advert), role) {
        (Some(kind), Role::Shank | Role::Thigh) if kind.is_inertial() => kind,
        (Some(Kind::Treadmill), Role::Treadmill) => Kind::Treadmill,
        (Some(Kind::HeartRate), Role::Heart) => Kind::HeartRate,
        (other, _) => {
            let what = other.map_or("unknown", |k| k.row().name);
            return Err(UsageError::new(format!("it is a {what}, and cannot be the {} sensor", role.word()))
                .help("a treadmill is paired with `--treadmill`, a heart-rate strap with `--heart`")
                .into());
        }
    };
    let view = view(ble, &advert.address, Part { role, kind, rate_hz: args.rate }, STREAM).await?;
    Ok((kind, advert, view))
}

/// Streams from a sensor for a while, and says what was seen.
pub(super) async fn view<T: Transport + Clone>(
    radio: &T,
    address: &str,
    part: Part,
    length: Duration,
) -> Result<View, Fault> {
    let (tx, mut events) = intake::queue();
    let (stop, stopped) = watch::channel(false);
    let (_commands, receiver) = mpsc::channel::<Command>(1);
    let (firmware, tell) = oneshot::channel();
    let link = Link {
        transport: Arc::new(radio.clone()),
        wanted: Wanted { address: address.to_owned(), kind: part.kind, rate_hz: part.rate_hz },
        deadlines: Deadlines::default(),
        outlet: Outlet::new(0, Clock::start(), tx),
        turn: Arc::new(Mutex::new(())),
        stop: stopped,
        commands: receiver,
        firmware: Some(firmware),
    };
    let running = tokio::spawn(link.run());
    let inertial = part.kind.is_inertial();
    let mut assembly =
        Assembly::new(&[Part { role: if inertial { Role::Shank } else { part.role }, ..part }]);
    let mut sums = Sums::default();
    let mut view = View::default();
    let mut until = None;
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = wait_until(until) => {
                stop.send_replace(true);
                until = None;
                continue;
            }
        };
        let Some(event) = event else { break };
        if event.what == What::State(State::Streaming) && until.is_none() && !*stop.borrow() {
            until = Some(tokio::time::Instant::now() + length);
        }
        if let What::Value { .. } = event.what {
            sums.arrivals.push(event.at.micros());
        }
        assembly.take(&event, &mut |found| match found {
            Found::Row(row) => sums.add(&row.sample.shank),
            Found::Battery { percent, .. } => view.battery = Some(percent),
            Found::Belt(belt) => {
                view.belt_mps = belt.speed_mps.or(view.belt_mps);
                view.incline_percent = belt.incline_percent.or(view.incline_percent);
            }
            Found::Heart(beat) => view.beats = Some(beat.per_minute),
            _ => {}
        });
    }
    running.await.map_err(|e| Fault::Other(e.to_string()))??;
    view.firmware = tell.await.ok().filter(|f| !f.is_empty());
    view.tally = assembly.tally(0);
    view.rate_hz = assembly.rate_hz(0);
    (view.gravity, view.moving_dps) = sums.over();
    view.spacing_s = sums.spacing_s();
    Ok(view)
}

async fn wait_until(until: Option<tokio::time::Instant>) {
    match until {
        Some(until) => sleep(until.saturating_duration_since(tokio::time::Instant::now())).await,
        None => std::future::pending().await,
    }
}

#[derive(Debug, Default)]
struct Sums {
    n: f64,
    acc: [f64; 3],
    dps2: f64,
    arrivals: Vec<i64>,
}

impl Sums {
    fn add(&mut self, imu: &crate::imu::Imu) {
        self.n += 1.0;
        for (sum, v) in self.acc.iter_mut().zip(imu.acc_mps2) {
            *sum += v;
        }
        self.dps2 += imu.gyr_dps.iter().map(|v| v * v).sum::<f64>();
    }

    fn over(&self) -> (Option<Gravity>, f64) {
        if self.n < 1.0 {
            return (None, 0.0);
        }
        (Some(Gravity::of(self.acc.map(|a| a / self.n))), (self.dps2 / self.n).sqrt())
    }

    fn spacing_s(&self) -> Option<(f64, f64)> {
        let mut steps: Vec<_> = self.arrivals.windows(2).map(|w| w[1] - w[0]).collect();
        steps.sort_unstable();
        let (median, longest) = (*steps.get(steps.len() / 2)?, *steps.last()?);
        Some((median as f64 * 1e-6, longest as f64 * 1e-6))
    }
}

/// What gravity says of how it is worn, standing upright.
fn seat(view: &View, mount: Option<Mount>) -> String {
    let Some(gravity) = view.gravity else { return "no samples came".into() };
    if view.moving_dps > STILL_DPS {
        return "it was moved, so nothing can be said of which way is up; pair it while it rests".into();
    }
    let size = gravity.size_mps2 / GRAVITY_MPS2;
    let mut text = format!("{} points up", gravity.word());
    if !(0.93..1.07).contains(&size) {
        let _ = write!(
            text,
            "; it reads {size:.2} g at rest, where 1 is right: its accelerometer needs calibrating"
        );
    }
    let Some(mount) = mount else { return text };
    let said = mount.axes()[gravity.axis];
    text + match (said, gravity.up) {
        (BodyAxis::Up, true) | (BodyAxis::Down, false) => ", as the mount says (if it is worn now)",
        (BodyAxis::Up, false) | (BodyAxis::Down, true) => {
            ": THE WRONG WAY UP by the mount given; turn it round, or correct the mount"
        }
        _ => "; by the mount given it should lie level, so it is not worn as it says, or not worn now",
    }
}

fn text(sensor: &Sensor, view: &View, mount: Option<Mount>) -> String {
    let mut out = format!("{}: {} at {}\n", sensor.name, sensor.kind.row().name, sensor.address);
    if let Some(level) = view.battery {
        let _ = writeln!(out, "battery   {level} %");
    }
    if let Some(firmware) = &view.firmware {
        let _ = writeln!(out, "firmware  {firmware}");
    }
    if sensor.kind.is_inertial() {
        let t = view.tally;
        let all = (t.samples + t.lost()).max(1) as f64;
        let _ = writeln!(
            out,
            "stream    {} samples at {:.1} a second, {} lost ({:.1} %)",
            t.samples,
            view.rate_hz,
            t.lost(),
            100.0 * t.lost() as f64 / all
        );
        let _ = writeln!(out, "gravity   {}", seat(view, mount));
        if let Some(words) = coarse(view.rate_hz) {
            let _ = writeln!(out, "rate      {words}");
        }
        if mount.is_none() {
            out += "mount     not given: it is found from the walk; `--mount` says it\n";
        }
    }
    if let Some(mps) = view.belt_mps {
        let _ = writeln!(out, "belt      {mps:.2} m/s");
        let incline = view.incline_percent.map(|percent| format!("{percent:.1} %"));
        let _ = writeln!(out, "incline   {}", incline.as_deref().unwrap_or("not told by this machine"));
    }
    if let Some(beats) = view.beats {
        let _ = writeln!(out, "heart     {beats} a minute");
    }
    if sensor.role == Role::Treadmill {
        out += if sensor.may_stop {
            "stopping  the program may stop it\n"
        } else {
            "stopping  the program will not stop it; `--may-stop` allows it\n"
        };
    }
    out
}

fn object(sensor: &Sensor, view: &View, mount: Option<Mount>) -> serde_json::Value {
    json!({
        "sensor": sensor,
        "battery_percent": view.battery,
        "firmware": view.firmware,
        "samples": view.tally.samples,
        "lost": view.tally.lost(),
        "rate_hz": (view.tally.samples > 0).then(|| (view.rate_hz * 10.0).round() / 10.0),
        "up": view.gravity.filter(|_| view.moving_dps <= STILL_DPS).map(Gravity::word),
        "seat": sensor.kind.is_inertial().then(|| seat(view, mount)),
        "belt_mps": view.belt_mps,
        "incline_percent": view.incline_percent,
        "heart_per_minute": view.beats,
    })
}

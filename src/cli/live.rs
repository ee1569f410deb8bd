//! `retrogait live`: measures while someone walks.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use clap::Args;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::time::sleep;

use super::after::{After, Kept};
use super::capture_args::MetaArgs;
use super::config::ConfigArgs;
use super::desk::{self, Desk, DeskArgs, Engine, Front, Stops, Words};
use super::drive::{Beside, DriveError, drive};
use super::exit::{self, Exit, UsageError};
use super::live_file;
use super::live_sim::{self, Sim};
use super::pace::{Pace, Rate};
use super::radio;
use super::sensors::known;
use super::settings::{Key, Settings as InForce};
use super::simulate_args::{FaultArgs, seconds};
use super::store_args::StoreArgs;
use super::walker::Walker;
use super::web;
use crate::calibrate::file::Calibration;
use crate::capture::CaptureMeta;
use crate::decode::TimeError;
use crate::decode::heart_rate::Beat;
use crate::decode::table::{Kind, USUAL_HZ, coarse};
use crate::decode::treadmill::Status;
use crate::link::Clock;
use crate::link::ble::Ble;
use crate::link::intake::{self, Event, Outlet};
use crate::link::run::{Command, Link, Wanted};
use crate::link::state::{Deadlines, State};
use crate::link::transport::{Fault, Transport};
use crate::live::aside::Aside;
use crate::live::assemble::{Assembly, Found, Part, Role};
use crate::live::brake::{self, Brake};
use crate::live::conductor::{About, Input};
use crate::live::played::Played;
use crate::live::recorder::{Paths, Recorder};
use crate::live::registry::{Sensor, recordings};
use crate::live::session::Session;
use crate::pipeline::Settings;
use crate::safety::tuning::Tuning;
use crate::sink::Sink;
use crate::sink::ndjson::{Flush, Ndjson};

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
    #[arg(long, value_name = "CAPTURE.csv", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    record: Option<PathBuf>,

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

    /// What takes the records in place of standard output.
    #[arg(skip)]
    pub(super) sinks: Option<MakeSinks>,
}

/// Makes the sinks, on the thread that feeds them.
pub(super) type MakeSinks = fn() -> io::Result<Vec<Box<dyn Sink>>>;

fn rate_hz(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(hz) if (10.0..=1000.0).contains(&hz) => Ok(hz),
        _ => Err("a rate is between 10 and 1000 samples a second".into()),
    }
}

/// What is asked for, by flags, environment and configuration.
struct Ask<'a> {
    args: &'a LiveArgs,
    sensor: String,
    thigh: Option<String>,
    treadmill: Option<String>,
    heart: Option<String>,
    plan: Option<crate::plan::Plan>,
    record: bool,
    walker: Walker,
    rules: Tuning,
    calibration: Option<Calibration>,
    stop_treadmill: bool,
    desk: Desk,
    /// Whether it is played: simulated, or a recording.
    played: bool,
}

impl LiveArgs {
    fn in_force(&self) -> anyhow::Result<InForce> {
        let mut settings = self.config.settings()?;
        settings.flag(Key::Sensor, self.sensor.as_ref());
        settings.flag(Key::Thigh, self.thigh.as_ref());
        settings.flag(Key::Treadmill, self.treadmill.as_ref());
        settings.flag(Key::Heart, self.heart.as_ref());
        settings.flag(Key::Person, self.person.as_ref());
        settings.flag(Key::Plan, self.plan.as_ref());
        settings.flag(Key::Record, self.record.as_ref().map(|_| true).or(self.no_record.then_some(false)));
        settings.flag(Key::StopTreadmill, self.stop_treadmill.then_some(true));
        self.desk.over(&mut settings);
        Ok(settings)
    }
}

impl<'a> Ask<'a> {
    fn new(args: &'a LiveArgs, settings: &InForce) -> anyhow::Result<Self> {
        let Some(sensor) = settings.text(Key::Sensor).map(str::to_owned) else {
            return Err(UsageError::new("no sensor is named")
                .help("pass `--sensor NAME` (`retrogait sensors` lists those that were paired), or try `--sensor sim:bw_normal_coached`")
                .into());
        };
        let played = sensor.starts_with("sim:") || sensor.starts_with("file:");
        // What is configured are real sensors: they do not go with played ones.
        let beside = |key, flag: &Option<String>| {
            if played { flag.clone() } else { settings.text(key).map(str::to_owned) }
        };
        let walker = Walker::find(settings.text(Key::Person), &args.store)?;
        let plan = settings.text(Key::Plan).map(desk::plan).transpose()?.map(|p| walker.plan(p));
        if plan.is_none() {
            for (given, flag) in
                [(args.skip_checklist, "--skip-checklist"), (args.commands.is_some(), "--commands")]
            {
                if given {
                    return Err(UsageError::new(format!("`{flag}` is for a session with a plan"))
                        .help("add `--plan NAME`; `retrogait plan list` shows all")
                        .into());
                }
            }
        }
        if args.keep && !walker.kept {
            return Err(UsageError::new("`--keep` needs to know whose session it is")
                .help("add `--person NAME`, of somebody who was added by `retrogait person add`")
                .into());
        }
        Ok(Self {
            thigh: beside(Key::Thigh, &args.thigh),
            treadmill: beside(Key::Treadmill, &args.treadmill),
            heart: beside(Key::Heart, &args.heart),
            plan,
            record: settings.is_on(Key::Record),
            walker,
            rules: settings.rules,
            calibration: args.calibration.as_deref().map(Calibration::read).transpose()?,
            stop_treadmill: settings.is_on(Key::StopTreadmill) && !played,
            desk: Desk::of(settings)?,
            played,
            sensor,
            args,
        })
    }

    /// Whether it is kept among somebody's sessions.
    fn is_kept(&self) -> bool {
        self.walker.kept && !self.args.no_record && (!self.played || self.args.keep)
    }

    /// What the sensors say of themselves, filled up with what is known of the person.
    fn meta(&self, mut meta: CaptureMeta) -> CaptureMeta {
        self.args.meta.overrides().apply(&mut meta);
        self.walker.person.fill(&meta)
    }

    fn after(&self, rules: Tuning) -> After {
        After {
            person: self.walker.person.clone(),
            rules,
            calibration: self.calibration.clone(),
            sensor: self.sensor.clone(),
            keep: self.is_kept().then(|| Kept {
                name: self.walker.name.clone(),
                store: self.args.store.clone(),
                only: !self.record,
            }),
            force: self.args.force,
        }
    }
}

/// One sensor of the session, as people call it.
struct Member {
    label: String,
    address: String,
    part: Part,
}

/// What the session is made of.
struct Plan {
    members: Vec<Member>,
    meta: CaptureMeta,
}

impl Plan {
    fn parts(&self) -> Vec<Part> {
        self.members.iter().map(|m| m.part.clone()).collect()
    }
}

pub(super) fn run(args: &LiveArgs) -> anyhow::Result<Exit> {
    let settings = args.in_force()?;
    if args.print_config {
        return super::sessions::print(&args.config.printed(&settings));
    }
    let ask = &Ask::new(args, &settings)?;
    if let Some(file) = ask.sensor.strip_prefix("file:") {
        only_for_sensors(args)?;
        return from_file(ask, Path::new(file));
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
            return played(ask, &sim);
        }
        let plan = simulated(ask, &sim);
        return runtime.block_on(async {
            let radio = sim.radio()?;
            let over = radio.clone();
            session(ask, Arc::new(radio), plan, async move {
                over.run_out().await;
                // The last values are still on their way.
                sleep(Duration::from_millis(100)).await;
            })
            .await
        });
    }
    let plan = paired(ask)?;
    runtime.block_on(async {
        let ble = Ble::open().await?;
        session(ask, Arc::new(ble), plan, std::future::pending()).await
    })
}

fn only_for_sensors(args: &LiveArgs) -> Result<(), UsageError> {
    let others = [(&args.thigh, "--thigh"), (&args.treadmill, "--treadmill"), (&args.heart, "--heart")];
    match others.iter().find(|(value, _)| value.is_some()) {
        Some((_, flag)) => Err(UsageError::new(format!("`{flag}` cannot go with a recording"))
            .help("a recording has all of its sensors in it")),
        None => Ok(()),
    }
}

fn simulated(ask: &Ask<'_>, sim: &Sim) -> Plan {
    let member = |role, address: &str| Member {
        label: format!("simulated {}", &address[4..]),
        address: address.to_owned(),
        part: Part { role, kind: Kind::Open, rate_hz: sim.setup.rate_hz },
    };
    let mut members = vec![member(Role::Shank, live_sim::SHANK)];
    if sim.setup.thigh {
        members.push(member(Role::Thigh, live_sim::THIGH));
    }
    Plan { members, meta: ask.meta(sim.meta()) }
}

/// The paired sensors that are asked for.
fn paired(ask: &Ask<'_>) -> anyhow::Result<Plan> {
    let registry = radio::registry()?;
    let mut members = Vec::new();
    let mut meta = CaptureMeta::default();
    let asked = [
        (Some(&ask.sensor), Role::Shank),
        (ask.thigh.as_ref(), Role::Thigh),
        (ask.treadmill.as_ref(), Role::Treadmill),
        (ask.heart.as_ref(), Role::Heart),
    ];
    for (name, role) in asked {
        let Some(name) = name else { continue };
        let sensor = known(&registry, name)?;
        fits(sensor, role)?;
        if role == Role::Treadmill && ask.stop_treadmill && !sensor.may_stop {
            return Err(UsageError::new(format!("`{}` may not be stopped by the program", sensor.name))
                .help("pair it again with `retrogait pair --treadmill --may-stop`, or leave `stop.treadmill` off")
                .into());
        }
        let usual = sensor.rate_hz.unwrap_or(USUAL_HZ);
        members.push(Member {
            label: sensor.name.clone(),
            address: sensor.address.clone(),
            part: Part { role, kind: sensor.kind, rate_hz: ask.args.rate.unwrap_or(usual) },
        });
        match role {
            Role::Shank => (meta.side, meta.mount) = (sensor.side, sensor.mount()),
            Role::Thigh => meta.thigh_mount = sensor.mount(),
            Role::Treadmill | Role::Heart => {}
        }
    }
    if ask.stop_treadmill && ask.treadmill.is_none() {
        return Err(UsageError::new("`stop.treadmill` is on, and no treadmill is named")
            .help(
                "pass `--treadmill NAME`, or turn it off (`retrogait config --print` shows where it is set)",
            )
            .into());
    }
    Ok(Plan { members, meta: ask.meta(meta) })
}

fn fits(sensor: &Sensor, role: Role) -> Result<(), UsageError> {
    let right = match role {
        Role::Shank | Role::Thigh => sensor.kind.is_inertial(),
        Role::Treadmill => sensor.kind == Kind::Treadmill,
        Role::Heart => sensor.kind == Kind::HeartRate || sensor.kind == Kind::Polar,
    };
    if right {
        return Ok(());
    }
    let (name, kind) = (&sensor.name, sensor.kind.row().name);
    Err(UsageError::new(format!("`{name}` is a {kind}, and cannot be the {} sensor", role.word())))
}

/// Streams until it is over.
async fn session<T: Transport>(
    ask: &Ask<'_>,
    radio: Arc<T>,
    plan: Plan,
    over: impl Future<Output = ()>,
) -> anyhow::Result<Exit> {
    for m in &plan.members {
        if let Some(words) = m.part.kind.nearest_hz(m.part.rate_hz).and_then(|hz| coarse(hz.into())) {
            exit::warn(&format!("{}: {words}", m.label));
        }
    }
    let screen = !ask.args.plain && desk::has_screen();
    let face = Face::new(ask, &plan.meta, screen)?;
    let recorder = recorder(ask, &plan.parts(), &plan.meta, screen)?;
    let (tx, events) = intake::queue();
    let (stop, stopped) = watch::channel(false);
    let (clock, turn) = (Clock::start(), Arc::new(Mutex::new(())));
    let mut links = Vec::new();
    // Dropping a sender would look like an end of the commands.
    let mut commands = Vec::new();
    let mut stops = Stops { command: ask.desk.on_stop.clone(), brake: None };
    for (i, m) in plan.members.iter().enumerate() {
        let (command, receiver) = mpsc::channel::<Command>(4);
        if ask.stop_treadmill && m.part.role == Role::Treadmill {
            exit::warn(brake::WARNING);
            stops.brake = Some(Brake::new(tokio::runtime::Handle::current(), command.clone()));
        }
        commands.push(command);
        let slow = if m.part.kind.is_inertial() { 0 } else { 2 };
        let link = Link {
            transport: Arc::clone(&radio),
            wanted: Wanted { address: m.address.clone(), kind: m.part.kind, rate_hz: m.part.rate_hz },
            deadlines: Deadlines::default().for_values_every(Duration::from_secs(slow)),
            outlet: Outlet::new(i, clock, tx.clone()),
            turn: Arc::clone(&turn),
            stop: stopped.clone(),
            commands: receiver,
            firmware: None,
        };
        links.push(tokio::spawn(link.run()));
    }
    drop(tx);
    let (ended, mut engine_over) = oneshot::channel();
    let (close_it, closed) = oneshot::channel();
    let (send_front, front) = oneshot::channel();
    let work = Work {
        face,
        parts: plan.parts(),
        meta: plan.meta.clone(),
        recorder,
        labels: plan.members.iter().map(|m| m.label.clone()).collect(),
        stops,
        handle: tokio::runtime::Handle::current(),
        closed,
    };
    let engine = thread::Builder::new().name("session".into()).spawn(move || {
        let result = engine(events, work, send_front);
        // Nobody waits for it when the end came from the other side.
        let _ = ended.send(());
        result
    })?;
    let front = front.await.ok();
    let served = front.as_ref().map(|f| web::serve(&ask.desk, f)).transpose()?;
    let mute = ask.desk.mute;
    let closing = Arc::new(AtomicBool::new(false));
    let shown = front.filter(|_| screen).map(|front| {
        let closing = Arc::clone(&closing);
        thread::spawn(move || {
            let shown = desk::show(&front, mute, &closing);
            let _ = close_it.send(());
            shown
        })
    });
    let failed = wait(ask.args, &mut links, &plan, over, &mut engine_over).await;
    if !matches!(failed, Ok(End::OfItself)) {
        // What it has to say is said where it can be read.
        closing.store(true, Ordering::Relaxed);
    }
    stop.send_replace(true);
    for link in links {
        // One that failed has been asked why already.
        let _ = link.await;
    }
    drop(commands);
    let result = tokio::task::spawn_blocking(|| engine.join()).await?;
    let said = result.map_err(|_| anyhow::anyhow!("the session stopped"));
    if let Some(shown) = shown {
        tokio::task::spawn_blocking(|| shown.join())
            .await?
            .map_err(|_| anyhow::anyhow!("the screen stopped"))??;
    }
    if served.as_ref().is_some_and(Option::is_some) {
        // The pages get the last picture, with the report's place on it.
        sleep(Duration::from_millis(500)).await;
    }
    drop(served);
    let exit = say(said??)?;
    failed?;
    Ok(exit)
}

/// Why a session is over.
enum End {
    /// There was no more of it.
    OfItself,
    /// Somebody or something outside of it ended it.
    Asked,
}

type Links = Vec<tokio::task::JoinHandle<Result<(), Fault>>>;

/// Waits for whatever ends the session first; an error when a sensor that it needs cannot be had.
async fn wait(
    args: &LiveArgs,
    links: &mut Links,
    plan: &Plan,
    over: impl Future<Output = ()>,
    engine_over: &mut oneshot::Receiver<()>,
) -> anyhow::Result<End> {
    let limit = async {
        match args.duration {
            Some(s) => sleep(Duration::from_secs_f64(s.clamp(0.0, 1e8))).await,
            None => std::future::pending().await,
        }
    };
    let failure = async {
        loop {
            let next = std::future::poll_fn(|cx| {
                for (i, link) in links.iter_mut().enumerate() {
                    if link.is_finished() {
                        continue;
                    }
                    if let std::task::Poll::Ready(done) = std::pin::Pin::new(link).poll(cx) {
                        return std::task::Poll::Ready((i, done));
                    }
                }
                std::task::Poll::Pending
            });
            let (i, done) = next.await;
            let Ok(Err(fault)) = done else { continue };
            let m = &plan.members[i];
            if m.part.kind.is_inertial() {
                return anyhow::Error::from(fault).context(format!("{} does not stream", m.label));
            }
            exit::warn(&format!("{} does not stream: {fault}; going on without it", m.label));
        }
    };
    tokio::select! {
        ended = radio::interrupted() => Ok(ended.map(|()| End::Asked)?),
        () = over => Ok(End::OfItself),
        () = limit => Ok(End::Asked),
        _ = engine_over => Ok(End::OfItself),
        failure = failure => Err(failure),
    }
}

/// Where the session is kept, if it is.
fn recorder(
    ask: &Ask<'_>,
    parts: &[Part],
    meta: &CaptureMeta,
    screen: bool,
) -> anyhow::Result<Option<Recorder>> {
    let args = ask.args;
    // People who are coached want to know afterwards how it went.
    let coached = ask.plan.is_some() && (screen || ask.desk.web.is_some()) && !args.no_record;
    let wanted = match &args.record {
        Some(path) => path.clone(),
        None if ask.record || ask.is_kept() || coached => PathBuf::new(),
        None => return Ok(None),
    };
    let path = if wanted.as_os_str().is_empty() {
        let folder = recordings()?;
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        folder.join(format!("{}.csv", stamp(SystemTime::now())))
    } else {
        wanted
    };
    let paths = Paths::beside(&path);
    let failed = Box::new(|e: &io::Error| {
        exit::warn(&format!(
            "RECORDING STOPPED: {e}; the measurement goes on, and what was recorded before is kept"
        ));
    });
    let recorder = Recorder::start(paths.clone(), meta, parts, args.force, failed).map_err(|e| {
        if e.kind() == io::ErrorKind::AlreadyExists {
            anyhow::Error::from(crate::sink::file::OutputError::Exists(path.clone()))
        } else {
            anyhow::Error::from(e).context(format!("{} cannot be written", path.display()))
        }
    })?;
    anstream::eprintln!("recording to {} and {}", paths.capture.display(), paths.raw.display());
    Ok(Some(recorder))
}

/// `20260131T094501Z`
fn stamp(now: SystemTime) -> String {
    jiff::Timestamp::try_from(now).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The sinks of a live session.
fn sinks() -> io::Result<Vec<Box<dyn Sink>>> {
    let out = Aside::new(io::stdout())?;
    Ok(vec![Box::new(Ndjson::new(out, Flush::EachLine, None))])
}

/// How a session is shown.
#[derive(Clone)]
struct Face {
    about: About,
    plan: Option<crate::plan::Plan>,
    words: Words,
    screen: bool,
    sinks: MakeSinks,
    settings: Settings,
    after: After,
    skip: bool,
}

impl Face {
    fn new(ask: &Ask<'_>, meta: &CaptureMeta, screen: bool) -> anyhow::Result<Self> {
        let (args, plan) = (ask.args, ask.plan.clone());
        let asks = screen || ask.desk.web.is_some() || args.skip_checklist || args.commands.is_some();
        if plan.is_some() && !asks {
            return Err(UsageError::new("the checklist cannot be asked without a screen or a page")
                .help("go through it with the person, and pass `--skip-checklist`; that is stored")
                .into());
        }
        let mut rules = ask.rules;
        if plan.is_some() {
            // The coach knows which way each part is walked; a fixed direction would be wrong in half of it.
            rules.planned = None;
        }
        let side = meta.side.map_or("", |s| match s {
            crate::mount::Side::Left => "left ",
            crate::mount::Side::Right => "right ",
        });
        Ok(Self {
            about: About {
                person: ask.walker.name.clone(),
                placed: format!("{side}shin"),
                simulated: ask.sensor.starts_with("sim:"),
                metronome: ask.desk.metronome,
            },
            words: if !screen && plan.is_some() { Words::Records } else { Words::None },
            plan,
            screen,
            sinks: args.sinks.unwrap_or(sinks),
            settings: Settings {
                series: true,
                ..ask.walker.settings(meta, rules, ask.calibration.as_ref())?
            },
            after: ask.after(rules),
            skip: args.skip_checklist,
        })
    }

    /// The engine and its front.
    fn engine(
        self,
        stops: Stops,
        parts: &[Part],
        meta: &CaptureMeta,
        recorder: Option<Recorder>,
    ) -> anyhow::Result<(Engine, Front)> {
        let capture = recorder.as_ref().map(|r| r.paths().capture.clone());
        let session = Session::new(parts, meta, self.settings, recorder);
        let sinks = if self.screen { Vec::new() } else { (self.sinks)()? };
        let (mut engine, front) = Engine::new(session, (self.about, self.plan), stops, sinks, self.words)?;
        if !self.screen {
            engine.unseen();
        }
        if let Some(capture) = capture {
            engine.beside(&capture, self.after.force)?;
        }
        if self.skip {
            engine.input(Input::SkipChecklist)?;
        }
        Ok((engine, front))
    }
}

/// What the engine's thread is given.
struct Work {
    face: Face,
    parts: Vec<Part>,
    meta: CaptureMeta,
    recorder: Option<Recorder>,
    labels: Vec<String>,
    stops: Stops,
    handle: tokio::runtime::Handle,
    closed: oneshot::Receiver<()>,
}

/// Works on events until there are no more, or nobody reads any longer.
fn engine(
    mut events: mpsc::Receiver<Event>,
    work: Work,
    fronts: oneshot::Sender<Front>,
) -> anyhow::Result<Vec<String>> {
    let Work { face, parts, meta, recorder, labels, stops, handle, mut closed } = work;
    let mut teller = Teller { labels, beat: None, silent: face.screen };
    let (screen, after) = (face.screen, face.after.clone());
    let (mut engine, front) = face.engine(stops, &parts, &meta, recorder)?;
    let _ = fronts.send(front);
    loop {
        let turn = handle.block_on(async {
            tokio::select! {
                biased;
                event = events.recv() => Turn::Event(event),
                Some(input) = engine.inputs.recv() => Turn::Input(input),
                _ = &mut closed, if screen => Turn::Event(None),
                () = sleep(Duration::from_millis(100)) => Turn::Nothing,
            }
        });
        let heard = match turn {
            Turn::Event(Some(event)) => engine.event(&event, &mut |found| teller.tell(found))?,
            Turn::Event(None) => break,
            Turn::Input(input) => engine.input(input)?,
            Turn::Nothing => true,
        };
        if !heard || !engine.pump()? {
            break;
        }
    }
    close(engine, &teller, &after)
}

/// What the engine is woken by.
enum Turn {
    Event(Option<Event>),
    Input(Input),
    Nothing,
}

/// A simulated session at any pace but that of a clock.
fn played(ask: &Ask<'_>, sim: &Sim) -> anyhow::Result<Exit> {
    let args = ask.args;
    let played = Played::new(&sim.setup).map_err(|e| UsageError::new(e.to_string()))?;
    let parts = played.parts();
    let meta = ask.meta(played.meta());
    // Nobody can look at what passes so fast.
    let face = Face::new(ask, &meta, false)?;
    let after = face.after.clone();
    let recorder = recorder(ask, &parts, &meta, false)?;
    let labels = parts.iter().map(|p| format!("simulated {}", p.role.word())).collect();
    let mut teller = Teller { labels, beat: None, silent: false };
    let mut pace = Pace::new(args.pace);
    let mut entered = entered(args)?;
    let stops = Stops { command: ask.desk.on_stop.clone(), brake: None };
    let (mut engine, front) = face.engine(stops, &parts, &meta, recorder)?;
    let _served = web::serve(&ask.desk, &front)?;
    for event in played {
        if let Some(pace) = &mut pace {
            pace.wait_until(event.at.seconds());
        }
        while entered.front().is_some_and(|(at, _)| *at <= event.at.seconds()) {
            if let Some((_, input)) = entered.pop_front() {
                engine.input(input)?;
            }
        }
        if !engine.event(&event, &mut |found| teller.tell(found))? || !engine.pump()? {
            break;
        }
        if args.duration.is_some_and(|d| event.at.seconds() > d) {
            break;
        }
    }
    say(close(engine, &teller, &after)?)
}

fn say(lines: Vec<String>) -> anyhow::Result<Exit> {
    for line in lines {
        anstream::eprintln!("{line}");
    }
    Ok(Exit::Done)
}

/// What is entered, and when.
fn entered(args: &LiveArgs) -> anyhow::Result<std::collections::VecDeque<(f64, Input)>> {
    let Some(path) = &args.commands else { return Ok(std::collections::VecDeque::new()) };
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut out = std::collections::VecDeque::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let wrong = || {
            UsageError::new(format!("{}:{}: `{line}` is no command", path.display(), i + 1))
                .help("a line is a time in seconds and one of: begin, confirm N, pain N, mark, seen, end, speed 1mph")
        };
        let mut words = line.split_whitespace();
        let at: f64 = words.next().and_then(|w| w.parse().ok()).ok_or_else(wrong)?;
        let (what, value) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        out.push_back((
            at,
            match what {
                "begin" => Input::Begin,
                "confirm" => Input::Confirm(
                    value.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).ok_or_else(wrong)?,
                ),
                "pain" => Input::Pain(value.parse().ok().filter(|p| *p <= 10).ok_or_else(wrong)?),
                "mark" => Input::Mark,
                "seen" => Input::Acknowledge,
                "end" => Input::End,
                "speed" => Input::Speed(crate::sim::units::speed_mps(value).map_err(|_| wrong())?),
                _ => return Err(wrong().into()),
            },
        ));
    }
    Ok(out)
}

fn written(result: Result<(), DriveError>) -> anyhow::Result<()> {
    match result {
        Ok(()) => Ok(()),
        Err(DriveError::Read(e)) => Err(e.into()),
        Err(DriveError::Write(e)) => Err(anyhow::Error::from(e).context("the records cannot be written")),
    }
}

/// Ends the session, and gives what is to be said when the screen has gone.
fn close(engine: Engine, teller: &Teller, after: &After) -> anyhow::Result<Vec<String>> {
    let rows = engine.session.rows();
    let mut ended = engine.finish()?;
    let mut said = teller.sum_up(&ended.assembly);
    // Its lines are on the disk before they are read.
    ended.beside = None;
    let Some(recorder) = ended.recorder.take() else { return Ok(said) };
    let paths = recorder.finish().context("the recording is not complete")?;
    if rows == 0 {
        said.push(format!("recorded: {}; there is nothing in it to report", paths.capture.display()));
        return Ok(said);
    }
    let places = after.wind_up(&paths).with_context(|| {
        format!("the session is recorded in {}, and its report cannot be made", paths.capture.display())
    })?;
    if after.keep.as_ref().is_none_or(|k| !k.only) {
        said.push(format!("recorded: {}", paths.capture.display()));
    }
    if let (Some(id), Some(kept)) = (places.id, &after.keep) {
        said.push(format!("kept as session {id} of {}", kept.name));
    }
    said.push(places.words);
    said.push(format!("report: {}", places.page.display()));
    ended.conductor.report(places.page.display().to_string());
    Ok(said)
}

/// Says on standard error what becomes of the sensors.
struct Teller {
    labels: Vec<String>,
    beat: Option<u16>,
    /// The screen says it.
    silent: bool,
}

/// Lost samples that are told one by one rather than summed up at the end, s.
const TOLD_S: f64 = 0.25;

impl Teller {
    fn label(&self, sensor: usize) -> &str {
        self.labels.get(sensor).map_or("sensor", String::as_str)
    }

    fn tell(&mut self, found: &Found) {
        if let Found::Heart(Beat { per_minute, .. }) = found {
            self.beat = Some(*per_minute);
        }
        if self.silent {
            return;
        }
        match found {
            Found::Link { sensor, state } => match state {
                State::Reconnecting(_) | State::Stale => {
                    exit::warn(&format!("{}: {state}", self.label(*sensor)));
                }
                State::Discovering | State::Configuring | State::Ended(_) => {}
                State::Scanning | State::Connecting { .. } | State::Streaming => {
                    anstream::eprintln!("{}: {state}", self.label(*sensor));
                }
            },
            Found::Lost { sensor, samples, counted } if *samples as f64 >= TOLD_S * USUAL_HZ => {
                let how = if *counted { "" } else { " (by the time that passed)" };
                exit::warn(&format!("{}: {samples} samples lost{how}", self.label(*sensor)));
            }
            Found::Restarted { sensor } => {
                exit::warn(&format!("{}: its clock began anew; it was switched off", self.label(*sensor)));
            }
            Found::Overrun { sensor, values } => exit::warn(&format!(
                "{}: {values} values lost: this machine was too busy",
                self.label(*sensor)
            )),
            Found::Battery { sensor, percent } => {
                anstream::eprintln!("{}: battery {percent} %", self.label(*sensor));
            }
            Found::Treadmill(status) => match status {
                Status::SafetyClip => exit::warn("the treadmill was stopped by its safety clip"),
                Status::Stopped => anstream::eprintln!("the treadmill was stopped"),
                _ => {}
            },
            _ => {}
        }
    }

    fn sum_up(&self, assembly: &Assembly) -> Vec<String> {
        let mut said = Vec::new();
        for (i, label) in self.labels.iter().enumerate() {
            let t = assembly.tally(i);
            if t.samples == 0 {
                continue;
            }
            let all = (t.samples + t.lost()) as f64;
            let mut text = format!(
                "{label}: {} samples at {:.1} a second, {} lost ({:.2} %)",
                t.samples,
                assembly.rate_hz(i),
                t.lost(),
                100.0 * t.lost() as f64 / all
            );
            for (n, what) in [
                (t.reconnections, "reconnections"),
                (t.repeated, "repeated samples left out"),
                (t.odd, "values not understood"),
                (t.overrun, "values lost for want of time"),
            ] {
                if n > 0 {
                    let _ = write!(text, ", {n} {what}");
                }
            }
            if let TimeError::Fitted(s) = assembly.time_error(i) {
                let _ = write!(text, "; times are fitted to arrivals, ±{:.0} ms", 1000.0 * s);
            }
            said.push(text);
        }
        if let Some(beat) = self.beat {
            said.push(format!("heart rate at the end: {beat} a minute"));
        }
        said
    }
}

/// A recording as if it happened now.
fn from_file(ask: &Ask<'_>, path: &Path) -> anyhow::Result<Exit> {
    let args = ask.args;
    let overrides = args.meta.overrides();
    if !live_file::is_raw(path) {
        if args.record.is_some() {
            return Err(UsageError::new("a capture that is played is recorded already")
                .help("leave `--record` out, or play raw events (NAME.raw.csv)")
                .into());
        }
        let mut reader = live_file::capture(path, &overrides)?;
        let mut warn = |w: &crate::source::warning::Warning| exit::warn(&w.to_string());
        let beside = Beside { pace: Pace::new(args.pace), warn: &mut warn, progress: &mut |_| {} };
        let meta = ask.walker.person.fill(reader.meta());
        let settings = Settings {
            series: args.sinks.is_some(),
            ..ask.walker.settings(&meta, ask.rules, ask.calibration.as_ref())?
        };
        written(drive(&mut reader, &meta, args.sinks.unwrap_or(sinks)()?, &settings, beside))?;
        return Ok(Exit::Done);
    }
    let mut file = live_file::RawFile::open(path, args.pace, &overrides)?;
    let parts = file.reader.parts().to_vec();
    file.meta = ask.walker.person.fill(&file.meta);
    // A recording is for reading, whatever the terminal.
    let face = Face::new(ask, &file.meta, false)?;
    let after = face.after.clone();
    let recorder = recorder(ask, &parts, &file.meta, false)?;
    let labels = parts.iter().map(|p| p.role.word().to_owned()).collect();
    let mut teller = Teller { labels, beat: None, silent: false };
    let mut entered = entered(args)?;
    let stops = Stops { command: ask.desk.on_stop.clone(), brake: None };
    let (mut engine, front) = face.engine(stops, &parts, &file.meta, recorder)?;
    let _served = web::serve(&ask.desk, &front)?;
    while let Some(event) = file.next()? {
        while entered.front().is_some_and(|(at, _)| *at <= event.at.seconds()) {
            if let Some((_, input)) = entered.pop_front() {
                engine.input(input)?;
            }
        }
        if !engine.event(&event, &mut |found| teller.tell(found))? || !engine.pump()? {
            break;
        }
    }
    say(close(engine, &teller, &after)?)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn recordings_are_called_by_their_time() {
        for (s, want) in [
            (0, "19700101T000000Z"),
            (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"),
            (1_800_000_000, "20270115T080000Z"),
        ] {
            assert_eq!(stamp(UNIX_EPOCH + Duration::from_secs(s)), want);
        }
    }
}

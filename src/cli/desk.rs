//! A session in front of people: the engine behind, and the screen, the page or plain words before it.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};

use anyhow::Context;
use clap::Args;
use jiff::Zoned;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::drive::{DriveError, Fan};
use super::exit::{self, UsageError};
use super::settings::{Key, Origin, Settings};
use crate::link::intake::Event;
use crate::live::aside::Aside;
use crate::live::assemble::{Assembly, Found};
use crate::live::board::Board;
use crate::live::brake::Brake;
use crate::live::conductor::{About, Actor, Conductor, Input};
use crate::live::hook::{Action, Hook, Outcome, PATIENCE};
use crate::live::notes;
use crate::live::recorder::Recorder;
use crate::live::session::{Out, Session};
use crate::pipeline::Output;
use crate::plan::{Plan, clock, levels};
use crate::record::Record;
use crate::screen;

/// What `live` and `demo` share.
#[derive(Debug, Args)]
#[command(next_help_heading = "Screen and page")]
pub(super) struct DeskArgs {
    /// Serve the session as a page on this machine as well; a port may be given [default port: 8737]
    #[arg(long, value_name = "PORT", num_args = 0..=1, require_equals = true, default_missing_value = "8737")]
    pub(super) web: Option<u16>,

    /// Serve the page to other machines: the address to listen on; they need the token that is printed
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<IpAddr>,

    /// Open the page in a browser
    #[arg(long)]
    pub(super) open: bool,

    /// At a stop run this command, or call this http address, with the alert as JSON on its input
    #[arg(long, value_name = "COMMAND|URL")]
    pub(super) on_stop: Option<Action>,

    /// No sound
    #[arg(long)]
    pub(super) mute: bool,

    /// Tick the plan's target cadence
    #[arg(long)]
    pub(super) metronome: bool,
}

impl DeskArgs {
    /// Puts the flags that were given over the settings.
    pub(super) fn over(&self, settings: &mut Settings) {
        let given = |on: bool| on.then_some(true);
        settings.flag(Key::Web, self.web.map(|_| true));
        settings.flag(Key::Port, self.web);
        settings.flag(Key::Listen, self.listen);
        settings.flag(Key::Open, given(self.open));
        settings.flag(Key::Command, self.on_stop.as_ref());
        settings.flag(Key::Mute, given(self.mute));
        settings.flag(Key::Metronome, given(self.metronome));
    }
}

/// How a session is shown, and what a stop does.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    /// The port of the page, if there is one.
    pub(super) web: Option<u16>,
    pub(super) listen: IpAddr,
    pub(super) open: bool,
    pub(super) on_stop: Option<Action>,
    pub(super) mute: bool,
    pub(super) metronome: bool,
}

impl Desk {
    /// By the settings in force.
    pub(super) fn of(settings: &Settings) -> Result<Self, UsageError> {
        let web = settings.is_on(Key::Web);
        if let Some(flag) = [(Key::Listen, "--listen"), (Key::Open, "--open")]
            .into_iter()
            .find_map(|(k, flag)| (!web && settings.origin(k) == Origin::Flag).then_some(flag))
        {
            return Err(UsageError::new(format!("`{flag}` is for the page")).help("add `--web`"));
        }
        Ok(Self {
            web: settings.parsed(Key::Port).filter(|_| web),
            listen: settings.parsed(Key::Listen).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            open: settings.is_on(Key::Open),
            on_stop: settings.parsed(Key::Command),
            mute: settings.is_on(Key::Mute),
            metronome: settings.is_on(Key::Metronome),
        })
    }
}

/// What acts at a stop.
#[derive(Clone, Debug, Default)]
pub(super) struct Stops {
    /// The user's own command.
    pub(super) command: Option<Action>,
    /// The treadmill.
    pub(super) brake: Option<Brake>,
}

/// The plan of this name, or in this file.
pub(super) fn plan(asked: &str) -> anyhow::Result<Plan> {
    if let Some(level) = levels::named(asked) {
        return Ok(level.plan());
    }
    let path = Path::new(asked);
    if path.exists() {
        return Ok(Plan::read(path)?);
    }
    if let Some(own) = own_plan(asked).filter(|p| p.exists()) {
        return Ok(Plan::read(&own)?);
    }
    let help = match levels::near(asked) {
        Some(near) => format!("did you mean `{near}`? `retrogait plan list` shows all"),
        None => "`retrogait plan list` shows all".into(),
    };
    Err(UsageError::new(format!("there is no plan `{asked}`, and no such file")).help(help).into())
}

/// Where a plan of one's own of this name lies.
pub(super) fn own_plan(name: &str) -> Option<PathBuf> {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let folder = own_plans()?;
    plain.then(|| folder.join(name).with_extension("toml"))
}

/// Where plans of one's own lie.
pub(super) fn own_plans() -> Option<PathBuf> {
    let settings = crate::live::registry::usual_path().ok()?;
    Some(settings.parent()?.join("plans"))
}

/// Whether there is a screen to draw on, and keys to press.
pub(super) fn has_screen() -> bool {
    io::stdout().is_terminal() && io::stdin().is_terminal()
}

/// What the front of a session holds.
pub(super) struct Front {
    pub(super) boards: watch::Receiver<Arc<Board>>,
    pub(super) inputs: mpsc::UnboundedSender<Input>,
}

/// How words leave a session without a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// Not at all: the screen has them.
    None,
    /// As records, among the others.
    Records,
    /// As plain words.
    Plain,
}

/// The engine: everything that works on events.
pub(super) struct Engine {
    pub(super) session: Session,
    pub(super) conductor: Conductor,
    pub(super) inputs: mpsc::UnboundedReceiver<Input>,
    acted: Receiver<(Actor, Outcome)>,
    fan: Fan<'static>,
    words: Words,
    beside: Option<Aside>,
    acknowledge_after: Option<f64>,
    /// Records go to a reader, who may go away.
    read: bool,
}

impl Engine {
    /// Makes ready.
    pub(super) fn new(
        session: Session,
        (about, plan): (About, Option<Plan>),
        stops: Stops,
        sinks: Vec<Box<dyn crate::sink::Sink>>,
        words: Words,
    ) -> anyhow::Result<(Self, Front)> {
        let mut conductor = Conductor::new(about, plan);
        let (told, acted) = channel();
        if let Some(brake) = stops.brake {
            let told = told.clone();
            conductor.on_belt(Box::new(move || {
                let told = told.clone();
                brake.pull(move |outcome| drop(told.send((Actor::Belt, outcome))));
            }));
        }
        if let Some(action) = stops.command {
            let hook = Hook::new(action, move |outcome| drop(told.send((Actor::Command, outcome))))?;
            conductor.on_stop(Box::new(move |alert| hook.fire(alert.to_owned())));
        }
        let (tx, inputs) = mpsc::unbounded_channel();
        let boards = conductor.watched();
        let engine = Self {
            session,
            conductor,
            inputs,
            acted,
            fan: Fan::new(sinks),
            words,
            beside: None,
            acknowledge_after: None,
            read: words != Words::None,
        };
        Ok((engine, Front { boards, inputs: tx }))
    }

    /// There is no screen: the session ends when nobody reads its records any longer.
    pub(super) fn unseen(&mut self) {
        self.read = true;
    }

    /// Nobody is there to answer a stop: it is answered after so many seconds.
    pub(super) fn unattended(&mut self, seconds: f64) {
        self.acknowledge_after = Some(seconds);
    }

    /// Writes the lines of the session beside its capture.
    pub(super) fn beside(&mut self, capture: &Path, force: bool) -> anyhow::Result<()> {
        let path = notes::beside(capture);
        let mut options = OpenOptions::new();
        options.write(true);
        if force {
            options.create(true).truncate(true)
        } else {
            options.create_new(true)
        };
        let file = options.open(&path).with_context(|| format!("{} cannot be written", path.display()))?;
        let mut beside = Aside::new(file)?;
        let plan = self.conductor.coach().map(|c| c.plan().title.clone());
        let begun = json!({
            "type": "session", "time_s": 0.0, "what": "begun", "at": Zoned::now().to_string(), "plan": plan,
        });
        writeln!(beside, "{begun}")
            .and_then(|()| beside.flush())
            .with_context(|| format!("{} cannot be written", path.display()))?;
        self.beside = Some(beside);
        Ok(())
    }

    /// Takes an event; false when nobody reads any longer.
    pub(super) fn event(&mut self, event: &Event, tell: &mut dyn FnMut(&Found)) -> anyhow::Result<bool> {
        let Self { session, conductor, fan, beside, .. } = self;
        session.event(event, &mut |out| match out {
            Out::Output(output) => {
                // A stop first: nothing else may hold it up.
                conductor.output(&output);
                fan.take(&output);
            }
            Out::Found(found) => {
                conductor.found(&found);
                if let (Found::Heart(beat), Some(beside)) = (&found, beside.as_mut()) {
                    let time_s = crate::record::to_milli(conductor.now_s());
                    let line = json!({ "type": "session", "time_s": time_s, "what": "heart", "per_minute": beat.per_minute });
                    // The next line that is flushed tells of a disk that is full.
                    let _ = writeln!(beside, "{line}");
                }
                tell(&found);
            }
            Out::Sample(sample) => fan.each(|sink| sink.sample(&sample)),
        });
        let tally = self.session.assembly().tally(0);
        let rate_hz = self.session.assembly().rate_hz(0);
        self.conductor.counts(tally.samples, tally.lost(), rate_hz);
        self.settle()
    }

    /// Takes what was entered.
    pub(super) fn input(&mut self, input: Input) -> anyhow::Result<bool> {
        self.conductor.input(input);
        self.settle()
    }

    /// What was entered and what became of stop commands, as far as it is known by now.
    pub(super) fn pump(&mut self) -> anyhow::Result<bool> {
        while let Ok(input) = self.inputs.try_recv() {
            self.conductor.input(input);
        }
        let warns = self.warns();
        while let Ok((actor, outcome)) = self.acted.try_recv() {
            acted(&mut self.conductor, warns, actor, &outcome);
        }
        if let Some(after) = self.acknowledge_after {
            let board = self.conductor.board();
            if board.stop.as_ref().is_some_and(|s| board.now_s - s.time_s > after) {
                self.conductor.input(Input::Acknowledge);
            }
        }
        self.settle()
    }

    /// Whether what fails is said on standard error: neither the screen nor plain words say it.
    fn warns(&self) -> bool {
        self.read && self.words != Words::Plain
    }

    /// Lines go out.
    fn settle(&mut self) -> anyhow::Result<bool> {
        for line in self.conductor.take_lines() {
            put(&line, self.beside.as_mut(), self.words, &mut self.fan)?;
        }
        match self.fan.check() {
            Ok(()) => Ok(!self.fan.is_done() && (!self.read || !self.fan.sinks.is_empty())),
            Err(DriveError::Read(e)) => Err(e.into()),
            Err(DriveError::Write(e)) => Err(anyhow::Error::from(e).context("the records cannot be written")),
        }
    }

    /// Ends the session; gives back what is still to be looked at.
    pub(super) fn finish(mut self) -> anyhow::Result<Ended> {
        let warns = self.warns();
        let rows = self.session.rows();
        let (conductor, fan) = (&mut self.conductor, &mut self.fan);
        let mut summary = None;
        let (assembly, recorder) = self.session.finish(&mut |out| {
            if let Out::Output(output) = out {
                // A session without a sample has nothing to sum up.
                if rows > 0 {
                    conductor.output(&output);
                    fan.take(&output);
                    if let Output::Record(record @ Record::Summary(_)) = *output {
                        summary = Some(record);
                    }
                }
            }
        });
        // No more can be fired; those that were say what became of them before their threads end.
        self.conductor.disarm();
        while let Ok((actor, outcome)) = self.acted.recv_timeout(3 * PATIENCE) {
            acted(&mut self.conductor, warns, actor, &outcome);
        }
        self.conductor.finish();
        for line in self.conductor.take_lines() {
            put(&line, self.beside.as_mut(), self.words, &mut self.fan)?;
        }
        self.fan.each(|sink| sink.finish());
        match self.fan.check() {
            Ok(()) | Err(DriveError::Read(_)) => {}
            Err(DriveError::Write(e)) => {
                return Err(anyhow::Error::from(e).context("the records cannot be written"));
            }
        }
        Ok(Ended { assembly, recorder, summary, conductor: self.conductor, beside: self.beside })
    }
}

/// What became of a stop is said.
fn acted(conductor: &mut Conductor, warns: bool, actor: Actor, (worked, words): &Outcome) {
    if !worked && warns {
        exit::warn(words);
    }
    conductor.acted(actor, *worked, words);
}

/// A line goes beside the recording, and to whoever reads.
fn put(line: &Value, beside: Option<&mut Aside>, words: Words, fan: &mut Fan<'_>) -> anyhow::Result<()> {
    if let Some(beside) = beside {
        writeln!(beside, "{line}")
            .and_then(|()| beside.flush())
            .context("the session's record cannot be written")?;
    }
    match words {
        Words::None => {}
        Words::Records => write_line(fan, &line.to_string()),
        Words::Plain => {
            if let Some(words) = plain(line) {
                write_line(fan, &words);
            }
        }
    }
    Ok(())
}

fn write_line(fan: &mut Fan<'_>, line: &str) {
    fan.each(|sink| sink.line(line));
}

/// What is left of a session.
pub(super) struct Ended {
    pub(super) assembly: Assembly,
    pub(super) recorder: Option<Recorder>,
    pub(super) summary: Option<Record>,
    pub(super) conductor: Conductor,
    /// The lines beside the recording; they are on the disk when this is dropped.
    pub(super) beside: Option<Aside>,
}

/// A line of the session in plain words; `None` for what only programs want.
fn plain(line: &Value) -> Option<String> {
    let text = |key: &str| line[key].as_str().unwrap_or_default();
    let words = match text("what") {
        "coach" | "stop_command" | "stop_treadmill" => text("words").to_owned(),
        "cue" => format!("cue: {}", text("words")),
        "stop" => format!("STOP. {}", text("words")),
        "acknowledged" => "the stop was seen".into(),
        "pain" => format!("pain {} of 10", line["pain"]),
        "mark" => "marked".into(),
        "link" => format!("the sensor: {}", text("state")),
        _ => return None,
    };
    Some(format!("{:>5}  {words}", clock(line["time_s"].as_f64().unwrap_or(0.0))))
}

/// A sink for plain words only.
pub(super) struct PlainWords<W: Write>(pub(super) W);

impl<W: Write> crate::sink::Sink for PlainWords<W> {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        if let Record::Alert(alert) = record
            && alert.level == crate::record::AlertLevel::Caution
        {
            let at = clock(alert.detected.seconds());
            writeln!(self.0, "{at:>5}  {}", alert.rule.info().message)?;
            return self.0.flush();
        }
        Ok(())
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.0, "{line}")?;
        self.0.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Keeps the screen up until it is closed, by a key or by `closing`.
pub(super) fn show(front: &Front, mute: bool, closing: &AtomicBool) -> anyhow::Result<()> {
    let options = screen::run::Options { colour: screen::run::colour_wanted(), sound: !mute };
    screen::run::show(front.boards.clone(), &front.inputs, options, closing)
        .context("the screen cannot be drawn")
}

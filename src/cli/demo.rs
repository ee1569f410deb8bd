//! `retrogait demo`: a session with nobody in it, for those who look at the program for the first time.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::Args;

use super::after::{After, Kept};
use super::desk::{self, Desk, DeskArgs, Ended, Engine, PlainWords, Stops, Words};
use super::exit::{self, Exit};
use super::pace::{Pace, Rate};
use super::radio;
use super::sessions::print;
use super::settings::Settings as InForce;
use super::store_args::StoreArgs;
use super::walker::Walker;
use super::web;
use crate::live::aside::Aside;
use crate::live::conductor::{About, Input};
use crate::live::played::Played;
use crate::live::recorder::{Paths, Recorder};
use crate::live::registry::recordings;
use crate::live::session::Session;
use crate::person::Person;
use crate::safety::tuning::Tuning;
use crate::sim::script::Script;
use crate::sim::setup::{Play, Setup};
use crate::sink::Sink;
use crate::sink::summary::{Layout, SummaryText};
use crate::store::people::NewPerson;
use crate::store::{Store, StoreError};

const EXAMPLES: &str = "\
Examples:
  retrogait demo
      two minutes on the screen, or in plain words where there is none
  retrogait demo --web --open
      the same as a page
  retrogait demo --pace max | less
      in plain words, at once";

/// What is played.
const SCRIPT: &str = include_str!("../plan/demo/script.toml");

/// Whose session it is.
const NAME: &str = "Demonstration";

/// Arguments of `demo`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::HELP))]
pub(super) struct DemoArgs {
    /// Speed at which it is played: 1x, 2x, or max [default: 1x on a screen, otherwise max]
    #[arg(long, value_name = "RATE")]
    pace: Option<Rate>,

    /// Plain words, even where there is a screen
    #[arg(long)]
    plain: bool,

    /// Folder for the recording and the report [default: a folder `demo` beside recordings]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// Decides the person and the steps
    #[arg(long, value_name = "N", default_value_t = 7)]
    seed: u64,

    #[command(flatten)]
    desk: DeskArgs,
}

/// The session that is played.
fn setup(seed: u64) -> anyhow::Result<Setup> {
    let script = Script::parse(SCRIPT, "demo").context("the demonstration cannot be played")?;
    Ok(Setup { seed, thigh: true, ..Setup::playing(Play::Script(script)) })
}

pub(super) fn run(args: &DemoArgs) -> anyhow::Result<Exit> {
    // Flags alone count: a demonstration must not set off what is configured for people.
    let mut settings = InForce::default();
    args.desk.over(&mut settings);
    let desk = Desk::of(&settings)?;
    let screen = !args.plain && desk::has_screen();
    let folder = match &args.out {
        Some(folder) => folder.clone(),
        None => recordings()?.with_file_name("demo"),
    };
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let capture = folder.join("demo.csv");
    let played = Played::new(&setup(args.seed)?)?;
    let (parts, meta) = (played.parts(), played.meta());
    let paths = Paths::beside(&capture);
    let failed = Box::new(|e: &io::Error| exit::warn(&format!("recording has ended: {e}")));
    let recorder = Recorder::start(paths, &meta, &parts, true, failed)
        .with_context(|| format!("{} cannot be written", capture.display()))?;
    let plan = desk::plan("demo")?;
    let walker = Walker::called(NAME).on(Some(&plan));
    let settings = walker.settings(&meta, &Tuning::default(), None)?;
    let session = Session::new(&parts, &meta, settings, Some(recorder));
    let about = About {
        person: walker.name.clone(),
        placed: "right shin and thigh".into(),
        simulated: true,
        metronome: desk.metronome,
    };
    let slow = screen || desk.web.is_some();
    let pace = Pace::new(args.pace.unwrap_or(if slow { Rate::Times(1.0) } else { Rate::Max }));
    let closing = Arc::new(AtomicBool::new(false));
    close_when_interrupted(&closing)?;
    // Sinks stay on the thread that feeds them, and with them the engine.
    let (send_front, fronts) = channel();
    let thread = thread::Builder::new().name("session".into()).spawn({
        let (closing, folder) = (Arc::clone(&closing), folder.clone());
        let stops = Stops { command: desk.on_stop.clone(), brake: None };
        move || {
            let (words, sinks): (_, Vec<Box<dyn Sink>>) = if screen {
                (Words::None, Vec::new())
            } else {
                (Words::Plain, vec![Box::new(PlainWords(Aside::new(io::stdout())?))])
            };
            let (mut engine, front) = Engine::new(session, (about, Some(plan)), stops, sinks, words)?;
            engine.beside(&capture, true)?;
            engine.conductor.input(Input::SkipChecklist);
            if !screen {
                engine.unattended(4.0);
            }
            // Whoever waits for it is there, or has ended with an error of their own.
            let _ = send_front.send(front);
            let ended = play(played, engine, pace, &closing)?;
            wind_up(ended, &folder, walker.person)
        }
    })?;
    let front = fronts.recv().ok();
    let served = front.as_ref().map(|f| web::serve(&desk, f)).transpose()?.flatten();
    if let Some(front) = front.as_ref().filter(|_| screen) {
        let shown = desk::show(front, desk.mute, &closing);
        closing.store(true, Ordering::Relaxed);
        shown?;
    }
    let said = thread.join().map_err(|_| anyhow::anyhow!("the session stopped"))??;
    print(&said)?;
    if served.is_some() && !screen && io::stderr().is_terminal() {
        anstream::eprintln!("the page stays until Ctrl-C");
        while !closing.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(100));
        }
    }
    drop(served);
    Ok(Exit::Done)
}

/// Ctrl-C and the signal to end close the session properly: the terminal is put back, the report written.
fn close_when_interrupted(closing: &Arc<AtomicBool>) -> anyhow::Result<()> {
    let closing = Arc::clone(closing);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("signals".into()).spawn(move || {
        while runtime.block_on(radio::interrupted()).is_ok() {
            closing.store(true, Ordering::Relaxed);
        }
    })?;
    Ok(())
}

fn play(
    played: Played,
    mut engine: Engine,
    mut pace: Option<Pace>,
    closing: &AtomicBool,
) -> anyhow::Result<Ended> {
    for event in played {
        if let Some(pace) = &mut pace {
            pace.wait_until(event.at.seconds());
        }
        let heard = engine.event(&event, &mut |_| {})? && engine.pump()?;
        if closing.load(Ordering::Relaxed) || !heard {
            break;
        }
    }
    engine.finish()
}

/// Writes what is left of the session; gives what is to be said at the end.
fn wind_up(mut ended: Ended, folder: &Path, person: Person) -> anyhow::Result<String> {
    ended.beside = None;
    let Some(recorder) = ended.recorder.take() else { return Ok(String::new()) };
    let paths = recorder.finish().context("the recording is not complete")?;
    let Some(record) = &ended.summary else { return Ok("It ended before the first step.\n".into()) };
    let mut text = Vec::new();
    let layout = Layout { width: Layout::FREE_WIDTH, all: false, styled: false };
    let mut sink = SummaryText::new(&mut text, "demonstration", layout);
    sink.record(record)?;
    sink.finish()?;
    let store = folder.join("sessions");
    forget(&store)?;
    let kept = Kept { name: NAME.into(), store: StoreArgs::at(store.clone()), only: false };
    let after =
        After { person, sensor: "simulated".into(), keep: Some(kept), force: true, ..After::default() };
    let places = after.wind_up(&paths)?;
    ended.conductor.report(places.page.display().to_string());
    let mut said = String::from_utf8_lossy(&text).into_owned();
    let _ = write!(said, "\n{}\n\nThe report: {}\n", places.words, places.page.display());
    if let Some(id) = places.id {
        let _ = writeln!(
            said,
            "The session is kept as well: retrogait sessions show {id} --data {}",
            store.display()
        );
    }
    Ok(said)
}

/// Makes room for the one session of the demonstration.
fn forget(store: &Path) -> anyhow::Result<()> {
    let mut store = Store::open(store)?;
    match store.person(NAME) {
        Err(StoreError::NoPerson { .. }) => drop(store.add_person(&NewPerson::called(NAME))?),
        Err(e) => return Err(e.into()),
        Ok(_) => {
            for session in store.sessions(Some(NAME))? {
                store.delete_session(session.id)?;
            }
        }
    }
    Ok(())
}

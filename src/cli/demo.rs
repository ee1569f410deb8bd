//! `retrogait demo`: a session with nobody in it, for those who look at the program for the first time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use anyhow::Context;
use clap::Args;

use super::desk::{self, DeskArgs, Ended, Engine, PlainWords, Words};
use super::exit::{self, Exit};
use super::pace::{Pace, Rate};
use super::web;
use crate::live::aside::Aside;
use crate::live::conductor::{About, Input};
use crate::live::played::Played;
use crate::live::recorder::{Paths, Recorder};
use crate::live::registry::recordings;
use crate::live::session::Session;
use crate::pipeline::Settings;
use crate::sim::script::Script;
use crate::sim::setup::{Play, Setup};
use crate::sink::Sink;
use crate::sink::summary::{Layout, SummaryText};

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
    let settings = Settings { series: true, ..Settings::default() };

    let session = Session::new(&parts, &meta, settings, Some(recorder));
    let about = About {
        person: "Demonstration".into(),
        placed: "right shin and thigh".into(),
        simulated: true,
        metronome: args.desk.metronome,
    };
    let plan = desk::plan("demo")?;
    let slow = screen || args.desk.web.is_some();
    let pace = Pace::new(args.pace.unwrap_or(if slow { Rate::Times(1.0) } else { Rate::Max }));
    let closing = Arc::new(AtomicBool::new(false));
    // Sinks stay on the thread that feeds them, and with them the engine.
    let (send_front, fronts) = channel();
    let thread = thread::Builder::new().name("session".into()).spawn({
        let (closing, folder, on_stop) = (Arc::clone(&closing), folder.clone(), args.desk.on_stop.clone());
        move || {
            let (words, sinks): (_, Vec<Box<dyn Sink>>) = if screen {
                (Words::None, Vec::new())
            } else {
                (Words::Plain, vec![Box::new(PlainWords(Aside::new(io::stdout())?))])
            };
            let (mut engine, front) = Engine::new(session, (about, Some(plan)), on_stop, sinks, words)?;
            engine.beside(&capture, true)?;
            engine.conductor.input(Input::SkipChecklist);
            if !screen {
                engine.unattended(4.0);
            }
            // Whoever waits for it is there, or has ended with an error of their own.
            let _ = send_front.send(front);
            let ended = play(played, engine, pace, &closing)?;
            wind_up(ended, &folder)
        }
    })?;
    let front = fronts.recv().ok();
    let served = front.as_ref().map(|f| web::serve(&args.desk, f)).transpose()?;
    if let Some(front) = front.as_ref().filter(|_| screen) {
        let shown = desk::show(front, args.desk.mute);
        closing.store(true, Ordering::Relaxed);
        shown?;
    }
    let (text, place) = thread.join().map_err(|_| anyhow::anyhow!("the session stopped"))??;
    anstream::print!("{text}");
    anstream::println!("\nThe report: {}", place.display());
    drop(served);
    Ok(Exit::Done)
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

/// Writes what is left of the session; gives the summary and the place of the report.
fn wind_up(mut ended: Ended, folder: &Path) -> anyhow::Result<(String, PathBuf)> {
    if let Some(recorder) = ended.recorder.take() {
        recorder.finish().context("the recording is not complete")?;
    }
    let place = folder.join("demo.summary.txt");
    let mut text = Vec::new();
    if let Some(record) = &ended.summary {
        let layout = Layout { width: Layout::FREE_WIDTH, all: false, styled: false };
        let mut sink = SummaryText::new(&mut text, "demonstration", layout);
        sink.record(record)?;
        sink.finish()?;
    }
    fs::write(&place, &text).with_context(|| format!("{} cannot be written", place.display()))?;
    ended.conductor.report(place.display().to_string());
    Ok((String::from_utf8_lossy(&text).into_owned(), place))
}

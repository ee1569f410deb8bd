//! The thread that works on what the links bring.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::MakeSinks;
use super::ask::Ask;
use super::teller::Teller;
use crate::capture::CaptureMeta;
use crate::cli::after::After;
use crate::cli::desk::{Engine, Front, Stops, Words};
use crate::cli::exit::{Exit, UsageError};
use crate::link::intake::Event;
use crate::live::aside::Aside;
use crate::live::assemble::Part;
use crate::live::conductor::{About, Input};
use crate::live::recorder::Recorder;
use crate::live::session::Session;
use crate::mount::Side;
use crate::pipeline::Settings;
use crate::plan::Plan;
use crate::sink::Sink;
use crate::sink::ndjson::{Flush, Ndjson};

/// The sinks of a live session.
pub(super) fn sinks() -> io::Result<Vec<Box<dyn Sink>>> {
    let out = Aside::new(io::stdout())?;
    Ok(vec![Box::new(Ndjson::new(out, Flush::EachLine, None))])
}

/// How a session is shown.
#[derive(Clone)]
pub(super) struct Face {
    pub(super) about: About,
    pub(super) plan: Option<Plan>,
    pub(super) words: Words,
    pub(super) screen: bool,
    pub(super) sinks: MakeSinks,
    pub(super) settings: Settings,
    pub(super) after: After,
    pub(super) skip: bool,
}

impl Face {
    pub(super) fn new(ask: &Ask<'_>, meta: &CaptureMeta, screen: bool) -> anyhow::Result<Self> {
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
            Side::Left => "left ",
            Side::Right => "right ",
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
            settings: ask.walker.settings(meta, &rules, ask.calibration.as_ref())?,
            after: ask.after(&rules),
            skip: args.skip_checklist,
        })
    }

    /// The engine and its front.
    pub(super) fn engine(
        self,
        stops: Stops,
        parts: &[Part],
        meta: &CaptureMeta,
        recorder: Option<Recorder>,
    ) -> anyhow::Result<(Engine, Front)> {
        let told = recorder.as_ref().filter(|_| !self.after.nothing);
        let capture = told.map(|r| r.paths().capture.clone());
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
pub(super) struct Work {
    pub(super) face: Face,
    pub(super) parts: Vec<Part>,
    pub(super) meta: CaptureMeta,
    pub(super) recorder: Option<Recorder>,
    pub(super) labels: Vec<String>,
    pub(super) stops: Stops,
    pub(super) handle: tokio::runtime::Handle,
    pub(super) closed: oneshot::Receiver<()>,
}

/// Works on events until there are no more, or nobody reads any longer.
pub(super) fn engine(
    mut events: mpsc::Receiver<Event>,
    work: Work,
    fronts: oneshot::Sender<Front>,
) -> anyhow::Result<Said> {
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

/// What is to be said when the screen has gone, and whether all of it was kept.
pub(super) struct Said {
    lines: Vec<String>,
    kept: anyhow::Result<()>,
}

impl Said {
    /// Says it on standard error.
    pub(super) fn aloud(self) -> anyhow::Result<Exit> {
        for line in self.lines {
            anstream::eprintln!("{line}");
        }
        self.kept.map(|()| Exit::Done)
    }
}

/// Ends the session.
pub(super) fn close(engine: Engine, teller: &Teller, after: &After) -> anyhow::Result<Said> {
    let rows = engine.session.rows();
    let mut ended = engine.finish()?;
    let mut lines = teller.sum_up(&ended.assembly);
    // Its lines are on the disk before they are read.
    ended.beside = None;
    let kept = match ended.recorder.take() {
        None => Ok(()),
        Some(recorder) => wind_up(recorder, rows, after, &mut lines).map(|page| {
            if let Some(page) = page {
                ended.conductor.report(page.display().to_string());
            }
        }),
    };
    Ok(Said { lines, kept })
}

/// Closes the recording, and makes the page of it that is returned.
fn wind_up(
    recorder: Recorder,
    rows: u64,
    after: &After,
    said: &mut Vec<String>,
) -> anyhow::Result<Option<PathBuf>> {
    let paths = recorder.finish().context("the recording is not complete")?;
    if after.nothing {
        return Ok(None);
    }
    if rows == 0 {
        said.push(format!("recorded: {}; there is nothing in it to report", paths.capture.display()));
        return Ok(None);
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
    Ok(Some(places.page))
}

//! A session on links: it streams until somebody or something ends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::time::sleep;

use super::LiveArgs;
use super::ask::Ask;
use super::engine::{Face, Work, engine};
use super::keep::recorder;
use super::members::Members;
use crate::cli::desk::{self, Stops};
use crate::cli::exit::{self, Exit};
use crate::cli::{radio, web};
use crate::decode::table::coarse;
use crate::link::Clock;
use crate::link::intake::{self, Outlet};
use crate::link::run::{Command, Link, Wanted};
use crate::link::state::Deadlines;
use crate::link::transport::{Fault, Transport};
use crate::live::assemble::Role;
use crate::live::brake::{self, Brake};

/// Streams until it is over.
pub(super) async fn session<T: Transport>(
    ask: &Ask<'_>,
    radio: Arc<T>,
    members: Members,
    over: impl Future<Output = ()>,
) -> anyhow::Result<Exit> {
    for m in &members.all {
        if let Some(words) = m.part.kind.nearest_hz(m.part.rate_hz).and_then(|hz| coarse(hz.into())) {
            exit::warn(&format!("{}: {words}", m.label));
        }
    }
    let screen = !ask.args.plain && desk::has_screen();
    let face = Face::new(ask, &members.meta, screen)?;
    let recorder = recorder(ask, &members.parts(), &members.meta, screen)?;
    let (tx, events) = intake::queue();
    let (stop, stopped) = watch::channel(false);
    let (clock, turn) = (Clock::start(), Arc::new(Mutex::new(())));
    let mut links = Vec::new();
    // Dropping a sender would look like an end of the commands.
    let mut commands = Vec::new();
    let mut stops = Stops { command: ask.desk.on_stop.clone(), brake: None };
    for (i, m) in members.all.iter().enumerate() {
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
        parts: members.parts(),
        meta: members.meta.clone(),
        recorder,
        labels: members.all.iter().map(|m| m.label.clone()).collect(),
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
    let failed = wait(ask.args, &mut links, &members, over, &mut engine_over).await;
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
    let exit = said??.aloud()?;
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
    members: &Members,
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
            let m = &members.all[i];
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

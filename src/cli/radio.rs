//! What the commands that use the radio share.

use std::future::Future;
use std::sync::Once;
use std::time::Duration;
use std::{io, panic};

use anyhow::Context;
use clap::ValueEnum;
use tokio::runtime::{Builder, Runtime};

use crate::decode::table::{Advert, Kind};
use crate::link::transport::{Fault, Transport};
use crate::live::registry::{Registry, usual_path};

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Threads for everything that waits. Two: one can be in a decoder while the other takes values in.
pub(super) fn runtime() -> anyhow::Result<Runtime> {
    leave_out_the_harmless();
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the program could not be started")
}

/// Keeps one panic of a dependency off the screen: `bluez-async` 0.9.0, when it lets go of signals that the
/// bus has let go of already, in a task of its own that does nothing else. All others are told as ever.
fn leave_out_the_harmless() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let there = info.location().map(panic::Location::file);
            if !there.is_some_and(|f| f.contains("bluez-async") && f.ends_with("messagestream.rs")) {
                usual(info);
            }
        }));
    });
}

/// Ends when the user wants to end: Ctrl-C, or the signal that a service manager sends.
pub(super) async fn interrupted() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            done = tokio::signal::ctrl_c() => done,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Waits for `act`, or until the user has enough of it; `None` then.
pub(super) async fn or_interrupted<R>(act: impl Future<Output = R>) -> anyhow::Result<Option<R>> {
    tokio::select! {
        done = act => Ok(Some(done)),
        ended = interrupted() => {
            ended?;
            Ok(None)
        }
    }
}

/// The sensors that were paired.
pub(super) fn registry() -> anyhow::Result<Registry> {
    Ok(Registry::load(&usual_path()?)?)
}

/// The first device that `wanted` says yes to.
pub(super) async fn find<T: Transport>(
    radio: &T,
    within: Duration,
    wanted: impl Fn(&Advert) -> bool,
) -> Result<Advert, Fault> {
    let mut seen = radio.scan().await?;
    let look = async {
        while let Some(advert) = seen.recv().await {
            if wanted(&advert) {
                return Ok(advert);
            }
        }
        Err(Fault::NotFound)
    };
    tokio::time::timeout(within, look).await.unwrap_or(Err(Fault::NotFound))
}

/// Whether a device is the one of this name or address.
pub(super) fn is_called(advert: &Advert, name: &str) -> bool {
    advert.address.eq_ignore_ascii_case(name)
        || advert.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name))
}

/// `100` and the like: rates that a kind streams.
pub(super) fn rates(kind: Kind) -> String {
    kind.row().rates_hz.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

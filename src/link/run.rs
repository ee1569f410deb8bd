//! Keeps one sensor streaming.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use uuid::Uuid;

use super::intake::{self, Outlet};
use super::state::{Deadlines, State};
use super::transport::{Fault, Peer, Transport};
use crate::decode::table::Kind;
use crate::decode::{Ask, Setup, sig};

/// Which sensor, and how it is to stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Where it is reached.
    pub address: String,
    /// What it is.
    pub kind: Kind,
    /// The rate that is asked for, Hz.
    pub rate_hz: f64,
}

/// Something to be written while it streams.
#[derive(Debug)]
pub struct Command {
    /// Where.
    pub to: Uuid,
    /// What.
    pub bytes: Vec<u8>,
    /// Where the answer comes from, and how it starts.
    pub answer: (Uuid, Vec<u8>),
    /// How long the answer may take.
    pub within: Duration,
    /// Gets the answer.
    pub reply: oneshot::Sender<Result<Vec<u8>, Fault>>,
}

/// One sensor's link.
#[derive(Debug)]
pub struct Link<T> {
    /// The radio.
    pub transport: Arc<T>,
    /// The sensor.
    pub wanted: Wanted,
    /// How long each state may last.
    pub deadlines: Deadlines,
    /// Where everything goes.
    pub outlet: Outlet,
    /// Held while looking and connecting: an adapter does one of these at a time.
    pub turn: Arc<Mutex<()>>,
    /// Turns true when it is to end.
    pub stop: watch::Receiver<bool>,
    /// What is to be written meanwhile.
    pub commands: mpsc::Receiver<Command>,
    /// Gets the sensor's firmware once, where someone wants to know it.
    pub firmware: Option<oneshot::Sender<String>>,
}

/// Firmware Revision String of the Device Information service.
pub const FIRMWARE: Uuid = sig(0x2a26);

/// How a connection ended.
enum Over {
    Stopped,
    Fault(Fault),
    /// It will not work another time either.
    Hopeless(Fault),
}

impl From<Fault> for Over {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<T: Transport> Link<T> {
    /// Connects, streams and connects again until told to stop.
    ///
    /// # Errors
    /// When the sensor could not be brought to stream at first. Once it has streamed it is tried
    /// until someone ends it.
    pub async fn run(self) -> Result<(), Fault> {
        let (outlet, after) = (self.outlet.clone(), self.deadlines.stale);
        // A belt that stands, or a strap that is not worn, may say nothing for hours.
        let matters = self.wanted.kind.is_inertial();
        let silence = async {
            if !matters {
                std::future::pending::<()>().await;
            }
            loop {
                sleep(TELL_SILENCE).await;
                outlet.silence(after);
            }
        };
        tokio::select! {
            over = self.keep() => over,
            () = silence => Ok(()),
        }
    }

    async fn keep(mut self) -> Result<(), Fault> {
        let (mut ever_streamed, mut attempt) = (false, 0);
        let result = loop {
            let mut streamed = false;
            let over = match self.once(attempt, &mut streamed).await {
                Err(over) => over,
                Ok(()) => Over::Stopped,
            };
            ever_streamed |= streamed;
            let fault = match over {
                Over::Stopped => break Ok(()),
                Over::Hopeless(fault) if !ever_streamed => break Err(fault),
                Over::Fault(fault) | Over::Hopeless(fault) => fault,
            };
            attempt = if streamed { 0 } else { attempt + 1 };
            if !ever_streamed && attempt >= self.deadlines.attempts {
                break Err(fault);
            }
            let pause = match fault {
                Fault::AbortedLocally => self.deadlines.pause,
                _ => self.pause(attempt),
            };
            self.outlet.state(State::Reconnecting(fault));
            if self.unless_stopped(sleep(pause)).await.is_err() {
                break Ok(());
            }
        };
        self.outlet.state(State::Ended(result.clone().err()));
        result
    }

    fn pause(&self, attempt: u32) -> Duration {
        let doubled = self.deadlines.pause.saturating_mul(1 << attempt.min(10));
        doubled.min(self.deadlines.longest_pause)
    }

    /// Waits for `act`, unless it is to stop.
    async fn unless_stopped<R>(&mut self, act: impl Future<Output = R>) -> Result<R, Over> {
        tokio::select! {
            // A sender that is gone is a session that is gone.
            _ = self.stop.wait_for(|stop| *stop) => Err(Over::Stopped),
            done = act => Ok(done),
        }
    }

    /// Waits for `act` for so long at most, unless it is to stop.
    async fn by<R>(
        &mut self,
        deadline: Duration,
        doing: &'static str,
        act: impl Future<Output = Result<R, Fault>>,
    ) -> Result<R, Over> {
        let ms = u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX);
        match self.unless_stopped(timeout(deadline, act)).await? {
            Ok(done) => Ok(done?),
            Err(_) => Err(Fault::TimedOut { doing, ms }.into()),
        }
    }

    /// One connection, from looking for the sensor to its end.
    async fn once(&mut self, attempt: u32, streamed: &mut bool) -> Result<(), Over> {
        let turn = Arc::clone(&self.turn);
        let held = self.unless_stopped(turn.lock_owned()).await?;
        let peer = self.find().await?;
        self.outlet.state(State::Connecting { attempt });
        let connected = self.by(self.deadlines.connecting, "connecting", peer.connect()).await;
        drop(held);
        if let Err(over) = connected {
            // An attempt that is given up goes on in the adapter, and stands in the next one's way.
            end(&peer, self.deadlines.ending).await;
            return Err(over);
        }
        let mut intake = None;
        let over = self.connected(&peer, &mut intake, streamed).await;
        end(&peer, self.deadlines.ending).await;
        if intake.is_some() {
            // What has arrived is taken; the stream itself does not end with the link.
            sleep(LAST_VALUES).await;
        }
        over
    }

    async fn find(&mut self) -> Result<T::Peer, Over> {
        self.outlet.state(State::Scanning);
        let transport = Arc::clone(&self.transport);
        let address = self.wanted.address.clone();
        let look = async move {
            if let Some(peer) = transport.peer(&address).await? {
                return Ok(peer);
            }
            let mut seen = transport.scan().await?;
            while let Some(advert) = seen.recv().await {
                if advert.address.eq_ignore_ascii_case(&address)
                    && let Some(peer) = transport.peer(&address).await?
                {
                    return Ok(peer);
                }
            }
            Err(Fault::NotFound)
        };
        match self.by(self.deadlines.scanning, "looking for the sensor", look).await {
            Err(Over::Fault(Fault::TimedOut { .. })) => Err(Fault::NotFound.into()),
            other => other,
        }
    }

    /// From connected to disconnected.
    async fn connected(
        &mut self,
        peer: &T::Peer,
        intake: &mut Option<Intake>,
        streamed: &mut bool,
    ) -> Result<(), Over> {
        let mut setup = self.wanted.kind.setup(self.wanted.rate_hz);
        let lost = peer.lost();
        tokio::pin!(lost);
        let over = {
            let serve = self.serve(peer, &mut *setup, intake, streamed);
            tokio::pin!(serve);
            tokio::select! {
                over = &mut serve => over,
                () = &mut lost => Err(Fault::Gone.into()),
            }
        };
        if matches!(over, Err(Over::Stopped)) {
            let writes = setup.stop();
            let stop = async {
                for (to, bytes) in writes {
                    peer.write(to, &bytes).await?;
                }
                Ok::<_, Fault>(())
            };
            // A sensor that does not listen any more stops when the link ends.
            let _ = timeout(self.deadlines.ending, stop).await;
        }
        over
    }

    /// Sets up and streams, as long as the link is up.
    async fn serve(
        &mut self,
        peer: &T::Peer,
        setup: &mut dyn Setup,
        intake: &mut Option<Intake>,
        streamed: &mut bool,
    ) -> Result<(), Over> {
        self.outlet.state(State::Discovering);
        let service = self.wanted.kind.row().service;
        let mut another = false;
        let discover = async {
            loop {
                let services = peer.discover().await?;
                if services.contains(&service) {
                    return Ok(());
                }
                another |= !services.is_empty();
                // It may have them and not show them yet.
                sleep(LOOK_AGAIN).await;
            }
        };
        match self.by(self.deadlines.discovering, "looking up services", discover).await {
            Err(Over::Fault(Fault::TimedOut { .. })) if another => {
                return Err(Over::Hopeless(Fault::Missing(service)));
            }
            other => other?,
        }
        self.outlet.state(State::Configuring);
        if let Some(tell) = self.firmware.take()
            && let Ok(bytes) = self.by(self.deadlines.answer, "reading", peer.read(FIRMWARE)).await
        {
            let text = String::from_utf8_lossy(&bytes);
            // Whoever wanted to know may have gone.
            let _ = tell.send(text.trim_matches(['\0', ' ']).to_owned());
        }
        let notes = self.by(self.deadlines.answer, "listening", peer.notes()).await?;
        let values = self.outlet.values();
        *intake = Some(Intake(tokio::spawn(intake::take(notes, self.outlet.clone()))));
        let outlet = self.outlet.clone();
        let answer = self.deadlines.answer;
        let configure = converse(peer, setup, &outlet, answer);
        match self.unless_stopped(timeout(self.deadlines.configuring, configure)).await? {
            Ok(done) => done?,
            Err(_) => return Err(timed_out("setting it up", self.deadlines.configuring).into()),
        }
        let since = Instant::now();
        self.outlet.state(State::Streaming);
        self.watch(peer, since, values, streamed).await
    }

    /// Watches that values come, and writes what is asked for.
    async fn watch(
        &mut self,
        peer: &T::Peer,
        since: Instant,
        values: u64,
        streamed: &mut bool,
    ) -> Result<(), Over> {
        let Deadlines { stale, dead, .. } = self.deadlines;
        let mut is_stale = false;
        loop {
            // Only a value makes it a stream.
            *streamed |= self.outlet.values() > values;
            let last = self.outlet.last_value().map_or(since, |last| last.max(since));
            let silent = last.elapsed();
            if silent >= dead {
                return Err(timed_out("waiting for values", dead).into());
            }
            if is_stale != (silent >= stale) {
                is_stale = !is_stale;
                self.outlet.state(if is_stale { State::Stale } else { State::Streaming });
            }
            let look = if is_stale { Instant::now() + stale / 4 } else { last + stale };
            let command = tokio::select! {
                _ = self.stop.wait_for(|stop| *stop) => return Err(Over::Stopped),
                () = sleep_until(look.min(last + dead)) => continue,
                Some(command) = self.commands.recv() => command,
            };
            if command.reply.is_closed() {
                // Whoever wanted it has given it up: a belt must not stop at some later time.
                continue;
            }
            let answer = self.outlet.next_answer(command.answer.0, command.answer.1);
            let exchange = async {
                peer.write(command.to, &command.bytes).await?;
                answer.await.map_err(|_| Fault::Gone)
            };
            let reply = match timeout(command.within, exchange).await {
                Ok(reply) => reply,
                Err(_) => Err(timed_out("waiting for the answer", command.within)),
            };
            // Whoever asked may have gone.
            let _ = command.reply.send(reply);
        }
    }
}

/// Time between two looks at whether values come.
const TELL_SILENCE: Duration = Duration::from_millis(250);

/// Time between two looks at services that are not there yet.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// How long values that arrived before the end are waited for.
const LAST_VALUES: Duration = Duration::from_millis(50);

/// The task that takes values in; it ends with the connection.
#[derive(Debug)]
struct Intake(JoinHandle<()>);

impl Drop for Intake {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn end(peer: &impl Peer, within: Duration) {
    // A disconnection that hangs is left to the adapter.
    let _ = timeout(within, peer.disconnect()).await;
}

fn timed_out(doing: &'static str, after: Duration) -> Fault {
    Fault::TimedOut { doing, ms: u64::try_from(after.as_millis()).unwrap_or(u64::MAX) }
}

/// Holds the conversation that gets a sensor to stream.
async fn converse(
    peer: &impl Peer,
    setup: &mut dyn Setup,
    outlet: &Outlet,
    within: Duration,
) -> Result<(), Over> {
    let mut heard = Vec::new();
    loop {
        let ask = match setup.next(&heard) {
            Ok(Some(ask)) => ask,
            Ok(None) => return Ok(()),
            Err(refusal) => return Err(Over::Hopeless(Fault::Refused(refusal.to_string()))),
        };
        heard.clear();
        match ask {
            Ask::Read { from, optional } => match hurry(within, "reading", peer.read(from)).await {
                Ok(bytes) => {
                    outlet.value(from, bytes.clone());
                    heard = bytes;
                }
                Err(Fault::Gone) => return Err(Fault::Gone.into()),
                Err(_) if optional => {}
                Err(fault) => return Err(fault.into()),
            },
            Ask::Subscribe { to, optional } => match hurry(within, "subscribing", peer.subscribe(to)).await {
                Err(Fault::Gone) => return Err(Fault::Gone.into()),
                Err(fault) if !optional => return Err(fault.into()),
                _ => {}
            },
            Ask::Write { to, bytes } => hurry(within, "writing", peer.write(to, &bytes)).await?,
            Ask::Exchange { to, bytes, from, prefix } => {
                let answer = outlet.next_answer(from, prefix);
                let exchange = async {
                    peer.write(to, &bytes).await?;
                    answer.await.map_err(|_| Fault::Gone)
                };
                heard = hurry(within, "waiting for the answer", exchange).await?;
            }
            Ask::Pause { ms } => sleep(Duration::from_millis(ms.into())).await,
        }
    }
}

async fn hurry<R>(
    within: Duration,
    doing: &'static str,
    act: impl Future<Output = Result<R, Fault>>,
) -> Result<R, Fault> {
    timeout(within, act).await.unwrap_or_else(|_| Err(timed_out(doing, within)))
}

//! What a radio can do, and how it fails.

use std::future::Future;
use std::pin::Pin;

use futures_util::Stream;
use thiserror::Error;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::decode::table::Advert;

/// Why something on the radio did not work.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// No Bluetooth service on this machine.
    #[error("there is no Bluetooth service on this machine ({0})")]
    NoService(String),
    /// No adapter.
    #[error("there is no Bluetooth adapter")]
    NoAdapter,
    /// The adapter is switched off.
    #[error("the Bluetooth adapter is switched off")]
    PoweredOff,
    /// The user may not use it.
    #[error("Bluetooth may not be used by this user ({0})")]
    Denied(String),
    /// The sensor was not found in time.
    #[error("the sensor was not found")]
    NotFound,
    /// The connection was given up by this machine's own Bluetooth service: it usually works when tried
    /// again at once.
    #[error("the Bluetooth service gave the connection up")]
    AbortedLocally,
    /// The sensor did not let itself be connected.
    #[error("the connection failed: {0}")]
    Refused(String),
    /// A service or characteristic that the sensor should have is not there.
    #[error("the sensor has no {0}")]
    Missing(Uuid),
    /// The link went down meanwhile.
    #[error("the link was lost")]
    Gone,
    /// It took too long.
    #[error("no answer within {ms} ms while {doing}")]
    TimedOut {
        /// What was being done.
        doing: &'static str,
        /// How long it was waited for, ms.
        ms: u64,
    },
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl Fault {
    /// What a person can do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NoService(_) => {
                "install and start it (on Debian and Ubuntu: `apt install bluez`, `systemctl start bluetooth`), then run `retrogait doctor`"
            }
            Self::NoAdapter => {
                "plug one in, or enable it in the machine's settings; `retrogait doctor` looks again"
            }
            Self::PoweredOff => "switch Bluetooth on (`bluetoothctl power on`, or in the settings)",
            Self::Denied(_) => {
                "log in at the machine itself, or join the group `bluetooth`, and log in again"
            }
            Self::NotFound => {
                "switch the sensor on, bring it near, and end its connection to a phone; `retrogait scan` shows what is in range"
            }
            Self::AbortedLocally | Self::Refused(_) | Self::Gone | Self::TimedOut { .. } => {
                "bring the sensor nearer, end its connection to a phone, or switch it off and on"
            }
            Self::Missing(_) => "check that it is the sensor you mean, with its usual firmware",
            Self::Other(_) => "run `retrogait doctor`",
        }
    }
}

/// A notification or indication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The characteristic.
    pub from: Uuid,
    /// Its value.
    pub bytes: Vec<u8>,
}

/// Notifications as they come. It does not have to end when the link does.
pub type Notes = Pin<Box<dyn Stream<Item = Note> + Send>>;

/// A radio.
pub trait Transport: Send + Sync + 'static {
    /// A device that it can reach.
    type Peer: Peer;

    /// Starts to look around. Each device comes once when found and again when more is known of it.
    /// Dropping the receiver ends it.
    fn scan(&self) -> impl Future<Output = Result<mpsc::Receiver<Advert>, Fault>> + Send;

    /// A device by its address, if the radio knows it already.
    fn peer(&self, address: &str) -> impl Future<Output = Result<Option<Self::Peer>, Fault>> + Send;
}

/// A device.
pub trait Peer: Send + Sync + 'static {
    /// Connects.
    fn connect(&self) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Its services, looked up anew: what was known from an earlier connection does not hold.
    fn discover(&self) -> impl Future<Output = Result<Vec<Uuid>, Fault>> + Send;

    /// Has a characteristic notify.
    fn subscribe(&self, to: Uuid) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Reads a characteristic.
    fn read(&self, from: Uuid) -> impl Future<Output = Result<Vec<u8>, Fault>> + Send;

    /// Writes a characteristic.
    fn write(&self, to: Uuid, bytes: &[u8]) -> impl Future<Output = Result<(), Fault>> + Send;

    /// What it notifies of from now on.
    fn notes(&self) -> impl Future<Output = Result<Notes, Fault>> + Send;

    /// Ends when the link is down.
    fn lost(&self) -> impl Future<Output = ()> + Send;

    /// Ends the link.
    fn disconnect(&self) -> impl Future<Output = ()> + Send;
}

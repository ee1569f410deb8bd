//! Treadmills: Fitness Machine Service (0x1826) of the Bluetooth SIG, version 1.0.
//!
//! Treadmill Data (0x2ACD): flags u16, then fields in the order of their flags. Bit 0 is the other way
//! round: the belt's speed is there when it is 0. A machine may split its fields over several values;
//! what a value does not have is not known from it, and is never taken for 0.
//!
//! Control Point (0x2AD9): `00` request control, `08 01` stop; answers are indicated as `80 op result`.
//! Machine Status (0x2ADA) says what became of it.
//!
//! Left open by its documents: how soon a machine slows down, and from which speed its belt is let run
//! out; whether the speed sent is the belt's or the one that was set.

use uuid::Uuid;

use super::bytes::Bytes;
use super::{Arrival, Ask, Decoder, Odd, OddKind, Plain, Said, Setup, TimeError, sig};

/// The service.
pub const SERVICE: Uuid = sig(0x1826);
/// Treadmill Data (notify).
pub const DATA: Uuid = sig(0x2acd);
/// Fitness Machine Control Point (write, indicate).
pub const CONTROL: Uuid = sig(0x2ad9);
/// Fitness Machine Status (notify).
pub const STATUS: Uuid = sig(0x2ada);

/// Asks for the right to control the machine.
pub const REQUEST_CONTROL: [u8; 1] = [0x00];
/// Stops the belt (08 stop or pause, 01 stop).
pub const STOP: [u8; 2] = [0x08, 0x01];
const ANSWER: u8 = 0x80;

/// m/s in a unit of 0.01 km/h.
const SPEED_MPS: f64 = 0.01 / 3.6;

/// What one value says of the belt.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Belt {
    /// Speed, m/s; `None` when this value does not have it.
    pub speed_mps: Option<f64>,
    /// Incline, %, positive uphill; `None` when it does not have it or cannot know.
    pub incline_percent: Option<f64>,
}

/// Fields of Treadmill Data behind the speed: flag bit, bytes.
const FIELDS: [(u16, usize); 11] = [
    (2, 3),  // total distance
    (3, 4),  // inclination, ramp angle
    (4, 4),  // elevation gain up, down
    (5, 1),  // pace
    (6, 1),  // average pace
    (7, 5),  // energy: total, an hour, a minute
    (8, 1),  // heart rate
    (9, 1),  // metabolic equivalent
    (10, 2), // elapsed time
    (11, 2), // remaining time
    (12, 4), // force on belt, power
];

impl Belt {
    fn parse(bytes: &[u8]) -> Result<Self, Odd> {
        let mut b = Bytes::new(bytes);
        let flags = b.u16("flags")?;
        let mut belt = Self::default();
        if flags & 1 == 0 {
            belt.speed_mps = Some(f64::from(b.u16("speed")?) * SPEED_MPS);
        }
        if flags & 2 != 0 {
            b.u16("average speed")?;
        }
        for (bit, length) in FIELDS {
            if flags & (1 << bit) == 0 {
                continue;
            }
            match bit {
                2 => drop(b.u24("distance")?),
                3 => {
                    let incline = b.i16("inclination")?;
                    b.i16("ramp angle")?;
                    // 0x7FFF is the specification's "data not available".
                    belt.incline_percent = (incline != i16::MAX).then(|| f64::from(incline) * 0.1);
                }
                _ => {
                    for _ in 0..length {
                        b.u8("a field after the inclination")?;
                    }
                }
            }
        }
        if b.left() > 0 {
            return Err(Odd { offset: b.at(), what: OddKind::TooLong });
        }
        Ok(belt)
    }

    /// Treadmill Data with what is known.
    pub fn emit(&self) -> Vec<u8> {
        let mut flags = 0_u16;
        let mut rest = Vec::new();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        match self.speed_mps {
            Some(mps) => rest.extend((libm::round(mps / SPEED_MPS) as u16).to_le_bytes()),
            None => flags |= 1,
        }
        if let Some(percent) = self.incline_percent {
            flags |= 1 << 3;
            #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
            rest.extend((libm::round(percent * 10.0) as i16).to_le_bytes());
            rest.extend(i16::MAX.to_le_bytes());
        }
        let mut out = flags.to_le_bytes().to_vec();
        out.extend(rest);
        out
    }
}

/// What the machine says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It answers a command: operation and result.
    Answer {
        /// To which.
        op: u8,
        /// With what.
        result: Outcome,
    },
    /// Stopped by someone at the machine (or by a command).
    Stopped,
    /// Paused by someone at the machine (or by a command).
    Paused,
    /// Stopped by the safety clip.
    SafetyClip,
    /// Started or resumed.
    Started,
    /// We may not control it any longer.
    ControlLost,
    /// Something that does not matter here.
    Other(u8),
}

/// How a command went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub enum Outcome {
    Success,
    NotSupported,
    InvalidParameter,
    Failed,
    NotPermitted,
    Unknown(u8),
}

impl Outcome {
    const fn of(code: u8) -> Self {
        match code {
            1 => Self::Success,
            2 => Self::NotSupported,
            3 => Self::InvalidParameter,
            4 => Self::Failed,
            5 => Self::NotPermitted,
            other => Self::Unknown(other),
        }
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Success => "done",
            Self::NotSupported => "it does not know this command",
            Self::InvalidParameter => "it does not know this parameter",
            Self::Failed => "it failed",
            Self::NotPermitted => "it does not let itself be controlled",
            Self::Unknown(_) => "an answer that the specification does not have",
        }
    }
}

/// Reads an answer of the control point.
///
/// # Errors
/// When it is none.
pub fn answer(bytes: &[u8]) -> Result<Status, Odd> {
    let mut b = Bytes::new(bytes);
    let first = b.u8("answer")?;
    if first != ANSWER {
        return Err(Odd { offset: 0, what: OddKind::Field("answer", first.into()) });
    }
    Ok(Status::Answer { op: b.u8("operation")?, result: Outcome::of(b.u8("result")?) })
}

fn status(bytes: &[u8]) -> Result<Status, Odd> {
    let mut b = Bytes::new(bytes);
    Ok(match b.u8("status")? {
        2 => match b.u8("kind of stop")? {
            2 => Status::Paused,
            _ => Status::Stopped,
        },
        3 => Status::SafetyClip,
        4 => Status::Started,
        0xff => Status::ControlLost,
        other => Status::Other(other),
    })
}

pub(super) fn setup() -> Box<dyn Setup> {
    Box::new(Plain::new(
        vec![
            Ask::Subscribe { to: DATA, optional: false },
            Ask::Subscribe { to: STATUS, optional: true },
            // A machine that cannot be controlled has no control point.
            Ask::Subscribe { to: CONTROL, optional: true },
        ],
        Vec::new(),
    ))
}

/// Reads a treadmill.
#[derive(Debug, Default)]
pub(super) struct Treadmill;

impl Decoder for Treadmill {
    fn take(&mut self, _at: Arrival, from: Uuid, bytes: &[u8], say: &mut dyn FnMut(Said)) {
        say(match from {
            DATA => Belt::parse(bytes).map_or_else(Said::Odd, Said::Belt),
            CONTROL => answer(bytes).map_or_else(Said::Odd, Said::Treadmill),
            STATUS => status(bytes).map_or_else(Said::Odd, Said::Treadmill),
            _ => Odd::at(0, OddKind::Stranger(from)),
        });
    }

    fn relinked(&mut self, _at: Arrival) {}

    fn time_error(&self) -> TimeError {
        TimeError::None
    }
}

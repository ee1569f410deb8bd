//! Heart-rate straps: Heart Rate Service (0x180D) of the Bluetooth SIG.
//!
//! Measurement (0x2A37): flags u8 (bit 0: the rate is a u16; bits 1 and 2: contact with the skin and
//! whether that is told; bit 3: energy u16 follows; bit 4: intervals u16 in 1/1024 s follow), rate.

use uuid::Uuid;

use super::bytes::Bytes;
use super::{Arrival, Ask, Decoder, Odd, OddKind, Plain, Said, Setup, TimeError, battery, sig};

/// The service.
pub const SERVICE: Uuid = sig(0x180d);
/// Heart Rate Measurement (notify).
pub const MEASUREMENT: Uuid = sig(0x2a37);

/// A heart rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Beat {
    /// Beats a minute.
    pub per_minute: u16,
    /// Whether the strap touches the skin, where it tells.
    pub contact: Option<bool>,
    /// Times between beats since the last value, s.
    pub intervals_s: Vec<f64>,
}

impl Beat {
    fn parse(bytes: &[u8]) -> Result<Self, Odd> {
        let mut b = Bytes::new(bytes);
        let flags = b.u8("flags")?;
        let per_minute = if flags & 1 == 0 { b.u8("heart rate")?.into() } else { b.u16("heart rate")? };
        let contact = (flags & 4 != 0).then_some(flags & 2 != 0);
        if flags & 8 != 0 {
            b.u16("energy")?;
        }
        let mut intervals_s = Vec::new();
        if flags & 16 != 0 {
            while b.left() > 0 {
                intervals_s.push(f64::from(b.u16("interval")?) / 1024.0);
            }
        }
        if b.left() > 0 {
            return Err(Odd { offset: b.at(), what: OddKind::TooLong });
        }
        Ok(Self { per_minute, contact, intervals_s })
    }

    /// As the strap sends it.
    pub fn emit(&self) -> Vec<u8> {
        let mut flags = 1;
        if let Some(touches) = self.contact {
            flags |= 4 | if touches { 2 } else { 0 };
        }
        if !self.intervals_s.is_empty() {
            flags |= 16;
        }
        let mut out = vec![flags];
        out.extend(self.per_minute.to_le_bytes());
        for s in &self.intervals_s {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
            let units = libm::round(s * 1024.0) as u16;
            out.extend(units.to_le_bytes());
        }
        out
    }
}

pub(super) fn setup() -> Box<dyn Setup> {
    Box::new(Plain::new(
        vec![
            Ask::Read { from: battery::LEVEL, optional: true },
            Ask::Subscribe { to: MEASUREMENT, optional: false },
        ],
        Vec::new(),
    ))
}

/// Reads measurements.
#[derive(Debug, Default)]
pub(super) struct Strap;

impl Decoder for Strap {
    fn take(&mut self, _at: Arrival, from: Uuid, bytes: &[u8], say: &mut dyn FnMut(Said)) {
        match from {
            MEASUREMENT => say(Beat::parse(bytes).map_or_else(Said::Odd, Said::Heart)),
            battery::LEVEL => say(battery::level(bytes)),
            _ => say(Odd::at(0, OddKind::Stranger(from))),
        }
    }

    fn relinked(&mut self, _at: Arrival) {}

    fn time_error(&self) -> TimeError {
        TimeError::None
    }
}

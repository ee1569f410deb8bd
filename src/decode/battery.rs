//! The Battery Service (0x180F) of the Bluetooth SIG: one byte, percent.

use uuid::Uuid;

use super::{Odd, OddKind, Said, sig};

/// The service.
pub const SERVICE: Uuid = sig(0x180f);
/// Battery Level.
pub const LEVEL: Uuid = sig(0x2a19);

/// Reads a level.
pub fn level(bytes: &[u8]) -> Said {
    match bytes {
        [percent @ 0..=100, ..] => Said::Battery(*percent),
        [other, ..] => Odd::at(0, OddKind::Field("battery level", u64::from(*other))),
        [] => Odd::at(0, OddKind::Short("battery level")),
    }
}

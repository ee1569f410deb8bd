//! Where samples come from: captures in CSV, from a file or from standard input.
//!
//! A reader is a stream with constant memory. It says what it left out and why
//! ([`warning::Warnings`]), and refuses what it cannot honestly read ([`error::ReadError`]).
//!
//! ```
//! use retrogait::source::{CaptureReader, ReadOptions};
//!
//! let text = "# mount: x=anterior,y=up,z=right\n\
//!             time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n\
//!             0.00,0.11,9.79,-0.05,1.2,-0.4,3.1\n\
//!             0.01,0.12,9.80,-0.04,1.1,-0.5,3.0\n";
//! let mut reader = CaptureReader::new(text.as_bytes(), "example", ReadOptions::default())?;
//! assert!(reader.meta().mount.is_some());
//! let samples: Vec<_> = reader.by_ref().collect::<Result<_, _>>()?;
//! assert_eq!(samples.len(), 2);
//! assert_eq!(samples[1].shank.gyr_dps, [1.1, -0.5, 3.0]);
//! # Ok::<(), retrogait::source::ReadError>(())
//! ```

pub mod error;
pub mod units;
pub mod warning;

mod clock;
mod csv;
mod gravity;
mod guard;
mod header;
mod look;
mod open;
mod preamble;
mod rotation;
mod row;

pub use self::csv::CaptureReader;
pub use self::error::{Problem, ReadError};
pub use self::open::{Input, open};
pub use self::preamble::{MetaKey, Overrides, check_metadata};
pub use self::units::{AccUnit, GyrUnit, TimeUnit};

/// How a capture is to be read where it does not say so itself, or says it wrong.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ReadOptions {
    /// Unit of the acceleration columns; `None`: m/s², and checked against gravity.
    pub acc_unit: Option<AccUnit>,
    /// Unit of the angular rate columns; `None`: deg/s, and checked against the acceleration.
    pub gyr_unit: Option<GyrUnit>,
    /// Unit of the time column; `None`: seconds, and checked against plausible rates.
    pub time_unit: Option<TimeUnit>,
    /// Columns under other names: `(contract's name, name in the file)`.
    pub columns: Vec<(String, String)>,
    /// Metadata that goes before the file's own.
    pub overrides: Overrides,
}

//! Where samples come from: captures in CSV, from a file or from standard input, and the files of
//! other loggers ([`foreign`]).
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
pub mod foreign;
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
pub use self::foreign::{Decision, FORMATS, ForeignReader, Format};
pub use self::open::{Input, Recording, looks_known, open};
pub use self::preamble::{MetaKey, Overrides, check_metadata};
pub use self::units::{AccUnit, GyrUnit, TimeUnit};

use std::path::PathBuf;

use self::warning::{Warning, Warnings};
use crate::capture::CaptureMeta;
use crate::imu::Sample;
use crate::time::{SensorTime, Span};

/// Samples of a recording, whoever wrote it.
pub trait Samples {
    /// What the recording says of itself, with the overrides applied.
    fn meta(&self) -> &CaptureMeta;
    /// Whether there is a thigh sensor.
    fn has_thigh(&self) -> bool;
    /// What was decided about a file of another logger.
    fn decided(&self) -> &[Decision];
    /// The next sample; `None` at the end.
    ///
    /// # Errors
    /// When the recording cannot honestly be read on.
    fn next_sample(&mut self) -> Result<Option<Sample>, ReadError>;
    /// Speed of the belt at the sample returned last, m/s, where the recording has it.
    fn belt_mps(&self) -> Option<f64> {
        None
    }
    /// When the sample returned last arrived, since the zero of the recorder's clock, where it was noted.
    fn arrival(&self) -> Option<Span> {
        None
    }
    /// What was left out so far, and what is odd.
    fn warnings(&self) -> &Warnings;
    /// What was noticed since the last call: at most three of a kind in all.
    fn fresh_warnings(&mut self) -> Vec<Warning>;
    /// Time of the first and of the last sample read.
    fn span(&self) -> Option<(SensorTime, SensorTime)>;
    /// Bytes read from the input.
    fn bytes(&self) -> u64;
}

impl<R: std::io::Read> Samples for CaptureReader<R> {
    fn belt_mps(&self) -> Option<f64> {
        self.belt_mps()
    }
    fn arrival(&self) -> Option<Span> {
        self.arrival()
    }

    fn meta(&self) -> &CaptureMeta {
        self.meta()
    }
    fn has_thigh(&self) -> bool {
        self.has_thigh()
    }
    fn decided(&self) -> &[Decision] {
        &[]
    }
    fn next_sample(&mut self) -> Result<Option<Sample>, ReadError> {
        self.next_sample()
    }
    fn warnings(&self) -> &Warnings {
        self.warnings()
    }
    fn fresh_warnings(&mut self) -> Vec<Warning> {
        self.fresh_warnings()
    }
    fn span(&self) -> Option<(SensorTime, SensorTime)> {
        self.span()
    }
    fn bytes(&self) -> u64 {
        self.bytes()
    }
}

/// What a file is, where it is told from outside.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A capture of our own, or a table whose columns are named.
    Capture,
    /// A file of another logger.
    Foreign(&'static Format),
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Capture, Self::Capture) => true,
            (Self::Foreign(a), Self::Foreign(b)) => a.word == b.word,
            _ => false,
        }
    }
}

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
    /// What the file is; `None`: told by its content.
    pub kind: Option<Kind>,
    /// Samples a second of a file that has no times.
    pub rate_hz: Option<f64>,
    /// The sensor of a file that has several.
    pub sensor: Option<String>,
    /// The file that goes with one that has half of a recording.
    pub with: Option<PathBuf>,
}

//! Where records go: a stream of JSON objects, a table of strides, a series, words for people.
//!
//! A sink takes what the pipeline says, in its order, and knows nothing of where it came from.

pub mod bids;
pub mod capture;
pub mod file;
pub mod labels;
pub mod ndjson;
pub mod series;
pub mod strides;
pub mod summary;
pub mod tables;

mod figures;
pub(crate) mod table;
mod technique;
pub(crate) mod words;

use std::io;

use crate::imu::Sample;
use crate::record::{Record, SeriesRow};
use crate::source::warning::Tally;
use crate::time::SensorTime;

/// Something that takes the pipeline's output.
pub trait Sink {
    /// Takes a record.
    ///
    /// # Errors
    /// When it cannot be written.
    fn record(&mut self, record: &Record) -> io::Result<()>;

    /// Takes a row of the series.
    ///
    /// # Errors
    /// When it cannot be written.
    fn series(&mut self, _row: &SeriesRow) -> io::Result<()> {
        Ok(())
    }

    /// Takes a sample as it was measured, before what it gives.
    ///
    /// # Errors
    /// When it cannot be written.
    fn sample(&mut self, _sample: &Sample) -> io::Result<()> {
        Ok(())
    }

    /// Takes what the reader had to say about the rows, known at `at`, the end of the capture.
    ///
    /// # Errors
    /// When it cannot be written.
    fn rows(&mut self, _at: SensorTime, _tally: &Tally) -> io::Result<()> {
        Ok(())
    }

    /// Takes a line that is no record of the signal path, as text. Sinks that have a form of their own
    /// leave it out.
    ///
    /// # Errors
    /// When it cannot be written.
    fn line(&mut self, _line: &str) -> io::Result<()> {
        Ok(())
    }

    /// Whether it has all that it wants: the session may end.
    fn is_done(&self) -> bool {
        false
    }

    /// Ends the capture: what was held back is written.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(&mut self) -> io::Result<()>;
}

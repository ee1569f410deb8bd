//! The strides as a CSV table.

use std::io::{self, Write};

use super::Sink;
use super::ndjson::Flush;
use crate::record::{Record, Stride};

/// The columns, in their order: the fields of a stride record. With several captures a column
/// `capture` comes before them.
pub const STRIDE_COLUMNS: [&str; 37] = [
    "start_s",
    "end_s",
    "detected_s",
    "direction",
    "contact",
    "contact_confidence",
    "heel_contact_s",
    "knee_extension_s",
    "forefoot_rise_s",
    "final_contact_s",
    "mid_swing_s",
    "stride_time_s",
    "roll_time_s",
    "roll_quality",
    "ankle_drop_m",
    "stance_fraction",
    "stride_length_m",
    "stride_length_sd_m",
    "speed_mps",
    "speed_sd_mps",
    "belt_ratio",
    "cadence_steps_per_min",
    "swing_lift_m",
    "swing_lift_sd_m",
    "mid_swing_dps",
    "regularity",
    "knee_min_flexion_deg",
    "knee_min_low_deg",
    "knee_min_high_deg",
    "knee_excursion_deg",
    "knee_excursion_sd_deg",
    "knee_source",
    "knee_verdict",
    "knee_needs",
    "confidence",
    "valid",
    "invalid_reason",
];

/// Writes strides as rows of a CSV table; other records are left out.
pub struct Strides<W: Write> {
    out: csv::Writer<W>,
    flush: Flush,
    capture: Option<String>,
}

impl<W: Write> Strides<W> {
    /// Writes to `out`, without a header. With a `capture`, every row starts with it.
    pub fn new(out: W, flush: Flush, capture: Option<&str>) -> Self {
        let out = csv::WriterBuilder::new().has_headers(false).from_writer(out);
        Self { out, flush, capture: capture.map(str::to_owned) }
    }

    /// Writes the header row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn header(&mut self) -> io::Result<()> {
        let first = self.capture.as_ref().map(|_| "capture");
        self.out.write_record(first.into_iter().chain(STRIDE_COLUMNS))?;
        if self.flush == Flush::EachLine {
            self.out.flush()?;
        }
        Ok(())
    }

    fn stride(&mut self, stride: &Stride) -> io::Result<()> {
        match &self.capture {
            Some(name) => self.out.serialize((name, stride))?,
            None => self.out.serialize(stride)?,
        }
        if self.flush == Flush::EachLine {
            self.out.flush()?;
        }
        Ok(())
    }
}

impl<W: Write> Sink for Strides<W> {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        match record {
            Record::Stride(stride) => self.stride(stride),
            _ => Ok(()),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

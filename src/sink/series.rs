//! The series: a CSV with a row a sample.

use std::io::{self, Write};

use super::Sink;
use super::figures::{push_milli, push_scaled};
use crate::record::{Direction, Phase, Record, SeriesRow};

/// The columns, in their order.
pub const SERIES_COLUMNS: [&str; 6] =
    ["time_s", "shank_angle_deg", "sagittal_rate_dps", "knee_flexion_deg", "phase", "direction"];

/// Writes the series. Figures have three decimals; what is not known is an empty cell.
#[derive(Debug)]
pub struct Series<W: Write> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Series<W> {
    /// Writes to `out`, the header first.
    ///
    /// # Errors
    /// When the header cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        writeln!(out, "{}", SERIES_COLUMNS.join(","))?;
        Ok(Self { out, line: Vec::new() })
    }

    /// What it writes to, for closing it properly.
    pub fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write> Sink for Series<W> {
    fn record(&mut self, _record: &Record) -> io::Result<()> {
        Ok(())
    }

    fn series(&mut self, row: &SeriesRow) -> io::Result<()> {
        let line = &mut self.line;
        line.clear();
        push_scaled(line, row.time.micros(), 6);
        for figure in [row.shank_angle_deg, row.sagittal_rate_dps, row.knee_flexion_deg] {
            line.push(b',');
            if let Some(value) = figure.filter(|v| v.is_finite()) {
                push_milli(line, value);
            }
        }
        line.extend_from_slice(match row.phase {
            Some(Phase::Stance) => b",stance,",
            Some(Phase::Swing) => b",swing,",
            None => b",,",
        });
        line.extend_from_slice(match row.direction {
            Some(Direction::Backward) => b"backward",
            Some(Direction::Forward) => b"forward",
            Some(Direction::Unknown) => b"unknown",
            None => b"",
        });
        line.push(b'\n');
        self.out.write_all(line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SensorTime;

    #[test]
    fn a_row_has_every_column_and_empty_cells_for_what_is_not_known() {
        let mut series = Series::new(Vec::new()).unwrap();
        let known = SeriesRow {
            time: SensorTime::from_micros(1_010_000),
            shank_angle_deg: Some(-12.3456),
            sagittal_rate_dps: Some(-0.0001),
            knee_flexion_deg: Some(f64::NAN),
            phase: Some(Phase::Swing),
            direction: Some(Direction::Backward),
        };
        let nothing = SeriesRow {
            time: SensorTime::from_micros(1_020_000),
            shank_angle_deg: None,
            sagittal_rate_dps: None,
            knee_flexion_deg: None,
            phase: None,
            direction: None,
        };
        series.series(&known).unwrap();
        series.series(&nothing).unwrap();
        assert_eq!(
            String::from_utf8(series.into_inner()).unwrap(),
            "time_s,shank_angle_deg,sagittal_rate_dps,knee_flexion_deg,phase,direction\n\
             1.01,-12.346,0,,swing,backward\n\
             1.02,,,,,\n"
        );
    }
}

//! Records as tables for other tools: strides, events, alerts, bouts and summaries, as CSV, NDJSON or
//! Parquet, with the unit and meaning of each column.
//!
//! The columns are the fields of the records, under their names; a summary's nested figures are joined
//! by `_`. Rows are written as they come, so memory does not grow with the number of captures.

mod schema;
mod text;

#[cfg(feature = "parquet")]
mod parquet;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

pub use self::schema::{CellKind, ColumnSpec, Table, description};
use super::Sink;
use crate::record::Record;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Comma-separated, one header row.
    Csv,
    /// Comma-separated, going on after another such table.
    CsvRows,
    /// One JSON object a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
}

impl Encoding {
    /// The end of its files' names.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv | Self::CsvRows => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }
}

/// Writes the rows of one table.
pub trait TableWriter {
    /// Writes a row: a cell for each column.
    ///
    /// # Errors
    /// When it cannot be written, or a cell is not of its column's kind.
    fn row(&mut self, cells: &[Value]) -> io::Result<()>;

    /// Writes what is left.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(&mut self) -> io::Result<()>;
}

/// A writer of `table` to `out`. With `capture` the first column names the capture.
///
/// # Errors
/// When the header cannot be written, or Parquet was not built in.
pub fn writer<'a>(
    out: impl Write + Send + 'a,
    table: Table,
    encoding: Encoding,
    capture: bool,
) -> io::Result<Box<dyn TableWriter + 'a>> {
    let columns = table.columns(capture);
    Ok(match encoding {
        Encoding::Csv => Box::new(text::CsvTable::new(out, &columns)?),
        Encoding::CsvRows => Box::new(text::CsvTable::new(out, &[])?),
        Encoding::Ndjson => Box::new(text::NdjsonTable::new(out, columns)),
        #[cfg(feature = "parquet")]
        Encoding::Parquet => Box::new(parquet::ParquetTable::new(out, table, columns)?),
        #[cfg(not(feature = "parquet"))]
        Encoding::Parquet => {
            let text = "this program was built without Parquet (feature `parquet`)";
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        }
    })
}

/// The cells of a record that belongs to `table`, in the order of its columns.
///
/// # Errors
/// When the record cannot be put into JSON.
pub fn cells(record: &impl Serialize, table: Table, capture: Option<&str>) -> io::Result<Option<Vec<Value>>> {
    let Value::Object(fields) = serde_json::to_value(record)? else {
        return Ok(None);
    };
    Ok(cells_of(fields, table, capture))
}

/// The same of a record that has been read back from a line of JSON.
pub fn cells_of(fields: Map<String, Value>, table: Table, capture: Option<&str>) -> Option<Vec<Value>> {
    if fields.get("type").and_then(Value::as_str) != Some(table.record()) {
        return None;
    }
    let mut flat = Map::new();
    schema::flatten(fields, table, &mut flat);
    let columns = table.columns(capture.is_some());
    let cells = columns.iter().map(|c| match capture {
        Some(name) if c.name == "capture" => Value::from(name),
        _ => flat.remove(&c.name).unwrap_or_default(),
    });
    Some(cells.collect())
}

/// A sink that keeps the records of one table.
pub struct TableSink<'a> {
    writer: Box<dyn TableWriter + 'a>,
    table: Table,
    capture: Option<String>,
}

impl<'a> TableSink<'a> {
    /// A sink into `writer`, which must be one of `table`.
    pub fn new(writer: Box<dyn TableWriter + 'a>, table: Table, capture: Option<&str>) -> Self {
        Self { writer, table, capture: capture.map(str::to_owned) }
    }
}

impl Sink for TableSink<'_> {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        match cells(record, self.table, self.capture.as_deref())? {
            Some(cells) => self.writer.row(&cells),
            None => Ok(()),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.writer.finish()
    }
}

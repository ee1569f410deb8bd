//! Tables as text.

use std::io::{self, Write};

use serde_json::Value;

use super::{ColumnSpec, TableWriter};

pub(super) struct CsvTable<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> CsvTable<W> {
    pub(super) fn new(out: W, columns: &[ColumnSpec]) -> io::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        if !columns.is_empty() {
            out.write_record(columns.iter().map(|c| &c.name))?;
        }
        Ok(Self { out })
    }
}

impl<W: Write> TableWriter for CsvTable<W> {
    fn row(&mut self, cells: &[Value]) -> io::Result<()> {
        for cell in cells {
            match cell {
                Value::Null => self.out.write_field("")?,
                Value::String(text) => self.out.write_field(text)?,
                other => self.out.write_field(other.to_string())?,
            }
        }
        self.out.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

pub(super) struct NdjsonTable<W: Write> {
    out: W,
    columns: Vec<ColumnSpec>,
    line: Vec<u8>,
}

impl<W: Write> NdjsonTable<W> {
    pub(super) fn new(out: W, columns: Vec<ColumnSpec>) -> Self {
        Self { out, columns, line: Vec::new() }
    }
}

impl<W: Write> TableWriter for NdjsonTable<W> {
    fn row(&mut self, cells: &[Value]) -> io::Result<()> {
        self.line.clear();
        for (column, cell) in self.columns.iter().zip(cells) {
            self.line.push(if self.line.is_empty() { b'{' } else { b',' });
            serde_json::to_writer(&mut self.line, &column.name)?;
            self.line.push(b':');
            serde_json::to_writer(&mut self.line, cell)?;
        }
        self.line.extend_from_slice(b"}\n");
        self.out.write_all(&self.line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

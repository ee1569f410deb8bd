//! Tables as Parquet: a column a field, all of them optional, units in the file's metadata.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use serde_json::Value;

use super::{CellKind, ColumnSpec, Table, TableWriter};

/// Rows of a row group: what is held in memory before it is written, a few megabytes.
const GROUP: usize = 8192;

pub(super) struct ParquetTable<W: Write + Send> {
    out: Option<SerializedFileWriter<W>>,
    columns: Vec<ColumnSpec>,
    rows: Vec<Vec<Value>>,
}

fn broken(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

fn schema(table: Table, columns: &[ColumnSpec]) -> Result<TypePtr, parquet::errors::ParquetError> {
    let fields = columns
        .iter()
        .map(|column| {
            let (physical, logical) = match column.kind {
                CellKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                CellKind::Number => (Physical::DOUBLE, None),
                CellKind::Whole => (Physical::INT64, None),
                CellKind::Flag => (Physical::BOOLEAN, None),
            };
            Type::primitive_type_builder(&column.name, physical)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(logical)
                .build()
                .map(Arc::new)
        })
        .collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder(table.word()).with_fields(fields).build().map(Arc::new)
}

impl<W: Write + Send> ParquetTable<W> {
    pub(super) fn new(out: W, table: Table, columns: Vec<ColumnSpec>) -> io::Result<Self> {
        let schema = schema(table, &columns).map_err(broken)?;
        let about = super::description(&columns).to_string();
        let metadata = std::iter::once(KeyValue::new("retrogait.columns".to_owned(), about)).chain(
            columns
                .iter()
                .filter(|c| !c.unit.is_empty())
                .map(|c| KeyValue::new(format!("unit:{}", c.name), c.unit.to_owned())),
        );
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("retrogait ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_key_value_metadata(Some(metadata.collect()))
            .build();
        let out = SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(broken)?;
        Ok(Self { out: Some(out), columns, rows: Vec::new() })
    }

    /// The values of one column that are there, and which rows have one.
    fn values<T>(&self, i: usize, get: impl Fn(&Value) -> Option<T>) -> io::Result<(Vec<T>, Vec<i16>)> {
        let mut values = Vec::with_capacity(self.rows.len());
        let mut levels = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            match &row[i] {
                Value::Null => levels.push(0),
                cell => {
                    let value = get(cell).ok_or_else(|| {
                        let column = &self.columns[i];
                        broken(format!(
                            "the column `{}` is a {:?} and cannot hold {cell}",
                            column.name, column.kind
                        ))
                    })?;
                    values.push(value);
                    levels.push(1);
                }
            }
        }
        Ok((values, levels))
    }

    fn flush_group(&mut self) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let Some(mut out) = self.out.take() else {
            return Ok(());
        };
        let mut group = out.next_row_group().map_err(broken)?;
        let mut i = 0;
        while let Some(mut column) = group.next_column().map_err(broken)? {
            match self.columns[i].kind {
                CellKind::Text => {
                    let (values, levels) =
                        self.values(i, |v| v.as_str().map(|s| ByteArray::from(s.as_bytes().to_vec())))?;
                    column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)
                }
                CellKind::Number => {
                    let (values, levels) = self.values(i, Value::as_f64)?;
                    column.typed::<DoubleType>().write_batch(&values, Some(&levels), None)
                }
                CellKind::Whole => {
                    let (values, levels) = self.values(i, Value::as_i64)?;
                    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)
                }
                CellKind::Flag => {
                    let (values, levels) = self.values(i, Value::as_bool)?;
                    column.typed::<BoolType>().write_batch(&values, Some(&levels), None)
                }
            }
            .map_err(broken)?;
            column.close().map_err(broken)?;
            i += 1;
        }
        group.close().map_err(broken)?;
        self.rows.clear();
        self.out = Some(out);
        Ok(())
    }
}

impl<W: Write + Send> TableWriter for ParquetTable<W> {
    fn row(&mut self, cells: &[Value]) -> io::Result<()> {
        self.rows.push(cells.to_vec());
        if self.rows.len() >= GROUP { self.flush_group() } else { Ok(()) }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.flush_group()?;
        match self.out.take() {
            // The file's end is its directory: it is written once.
            Some(out) => out.into_inner().map_err(broken)?.flush(),
            None => Ok(()),
        }
    }
}

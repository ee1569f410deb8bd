//! The columns of each table: names, kinds, units, meanings.

use serde_json::{Map, Value, json};

use crate::sink::strides::STRIDE_COLUMNS;
use crate::summary::Summary;

/// A table of one kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// A row a stride.
    Strides,
    /// A row an event.
    Events,
    /// A row an alert.
    Alerts,
    /// A row a span of one activity.
    Bouts,
    /// A row a capture.
    Summaries,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// Words.
    Text,
    /// A figure.
    Number,
    /// A count.
    Whole,
    /// True or false.
    Flag,
}

impl CellKind {
    /// The word that descriptions use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Number => "number",
            Self::Whole => "integer",
            Self::Flag => "boolean",
        }
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Its name: the field's.
    pub name: String,
    /// What its cells are.
    pub kind: CellKind,
    /// Its unit; empty for words, counts and shares.
    pub unit: &'static str,
}

/// Endings of names, and the unit that each stands for. Longer ones first.
const UNITS: [(&str, &str); 12] = [
    ("_steps_per_min", "steps/min"),
    ("_mps2", "m/s²"),
    ("_mps", "m/s"),
    ("_dps", "deg/s"),
    ("_deg", "deg"),
    ("_hz", "Hz"),
    ("_kcal", "kcal"),
    ("_bpm", "1/min"),
    ("_ms", "ms"),
    ("_kg", "kg"),
    ("_m", "m"),
    ("_s", "s"),
];

/// Columns that are words although nothing in their name says so.
const TEXT: [&str; 17] = [
    "capture",
    "direction",
    "contact",
    "kind",
    "rule",
    "level",
    "message",
    "evidence",
    "activity",
    "code",
    "knee_source",
    "knee_verdict",
    "knee_needs",
    "invalid_reason",
    "mount_source",
    "technique",
    "type",
];
const FLAGS: [&str; 2] = ["valid", "mount_sign_known"];

/// The unit that a name stands for; `""` when it stands for none.
pub(super) fn unit_of(name: &str) -> &'static str {
    let stem = ["_median", "_p05", "_p95"].iter().find_map(|e| name.strip_suffix(e)).unwrap_or(name);
    UNITS.iter().find(|(ending, _)| stem.ends_with(ending)).map_or("", |(_, unit)| unit)
}

fn kind_of(name: &str) -> CellKind {
    if TEXT.contains(&name) {
        CellKind::Text
    } else if FLAGS.contains(&name) {
        CellKind::Flag
    } else {
        CellKind::Number
    }
}

fn spec(name: impl Into<String>) -> ColumnSpec {
    let name = name.into();
    let (kind, unit) = (kind_of(&name), unit_of(&name));
    ColumnSpec { name, kind, unit }
}

impl Table {
    /// All, in the order in which they are described.
    pub const ALL: [Self; 5] = [Self::Strides, Self::Events, Self::Alerts, Self::Bouts, Self::Summaries];

    /// The name of its files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Strides => "strides",
            Self::Events => "events",
            Self::Alerts => "alerts",
            Self::Bouts => "bouts",
            Self::Summaries => "summaries",
        }
    }

    /// The `type` of its records.
    pub const fn record(self) -> &'static str {
        match self {
            Self::Strides => "stride",
            Self::Events => "event",
            Self::Alerts => "alert",
            Self::Bouts => "bout",
            Self::Summaries => "summary",
        }
    }

    /// Its columns, in their order; `capture` first where several captures share it.
    pub fn columns(self, capture: bool) -> Vec<ColumnSpec> {
        let first = capture.then(|| spec("capture"));
        let named = |names: &[&str]| names.iter().map(|n| spec(*n)).collect::<Vec<_>>();
        let rest = match self {
            Self::Strides => named(&STRIDE_COLUMNS),
            Self::Events => named(&["kind", "time_s", "detected_s", "direction", "confidence"]),
            Self::Alerts => named(&["rule", "level", "onset_s", "detected_s", "message", "evidence"]),
            Self::Bouts => {
                let mut columns = named(&["start_s", "end_s", "activity", "strides"]);
                columns[3].kind = CellKind::Whole;
                columns
            }
            Self::Summaries => summary_columns(),
        };
        first.into_iter().chain(rest).collect()
    }
}

/// The columns of a summary: its fields, figures of backward and forward walking last.
fn summary_columns() -> Vec<ColumnSpec> {
    let Ok(Value::Object(fields)) = serde_json::to_value(Summary::default()) else {
        return Vec::new();
    };
    let mut flat = Map::new();
    flatten(fields, Table::Summaries, &mut flat);
    let group = |name: &str| {
        const GROUPS: [&str; 5] = ["data_", "mount_", "strides_", "durations_", ""];
        const LAST: [&str; 4] = ["_n", "_median", "_p05", "_p95"];
        let spread = LAST.iter().any(|e| name.ends_with(e));
        (spread, GROUPS.iter().position(|g| name.starts_with(g)))
    };
    let mut columns: Vec<ColumnSpec> = flat
        .into_iter()
        .map(|(name, value)| {
            let whole = value.is_u64() || value.is_i64();
            let mut column = spec(name);
            if whole {
                column.kind = CellKind::Whole;
            } else if value.is_string() {
                column.kind = CellKind::Text;
            } else if value.is_boolean() {
                column.kind = CellKind::Flag;
            }
            column
        })
        .collect();
    columns.sort_by_key(|c| group(&c.name));
    columns
}

/// Nested fields as one level of names; evidence stays one cell of JSON.
pub(super) fn flatten(fields: Map<String, Value>, table: Table, out: &mut Map<String, Value>) {
    for (name, value) in fields {
        match value {
            Value::Object(inner) if table == Table::Summaries => {
                let prefixed =
                    inner.into_iter().map(|(key, value)| (format!("{name}_{key}"), value)).collect();
                flatten(prefixed, table, out);
            }
            Value::Object(_) | Value::Array(_) => {
                out.insert(name, Value::from(value.to_string()));
            }
            value if name != "type" => {
                out.insert(name, value);
            }
            _ => {}
        }
    }
}

/// Columns with kind and unit, for programs.
pub fn description(columns: &[ColumnSpec]) -> Value {
    columns
        .iter()
        .map(|c| json!({ "name": c.name, "type": c.kind.word(), "unit": c.unit }))
        .collect::<Vec<_>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_their_units() {
        for (name, unit) in [
            ("start_s", "s"),
            ("speed_mps", "m/s"),
            ("cadence_steps_per_min", "steps/min"),
            ("backward_stride_length_m_median", "m"),
            ("backward_stride_length_m_n", ""),
            ("backward_m", "m"),
            ("knee_min_flexion_deg", "deg"),
            ("regularity", ""),
        ] {
            assert_eq!(unit_of(name), unit, "{name}");
        }
    }

    #[test]
    fn no_column_is_there_twice() {
        for table in Table::ALL {
            let columns = table.columns(true);
            let names: std::collections::HashSet<_> = columns.iter().map(|c| &c.name).collect();
            assert_eq!(names.len(), columns.len());
            assert_eq!(columns[0].name, "capture");
        }
    }
}

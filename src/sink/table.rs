//! Tables for people: right-aligned, as wide as the screen allows, without empty columns.

use std::fmt::Write as _;

/// What stands for a figure that is not known.
pub(crate) const NOTHING: &str = "·";

/// One column.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    /// Columns of the highest number go first when the screen is narrow.
    pub(crate) rank: u8,
    pub(crate) left: bool,
}

impl Column {
    pub(crate) const fn new(name: &'static str, unit: &'static str, rank: u8) -> Self {
        Self { name, unit, rank, left: false }
    }

    pub(crate) const fn left(mut self) -> Self {
        self.left = true;
        self
    }
}

/// A table under construction.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Debug)]
enum Row {
    Cells(Vec<Option<String>>),
    Words(String),
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<Option<String>>) {
        self.rows.push(Row::Cells(cells));
    }

    /// A line of words among the rows.
    pub(crate) fn words(&mut self, words: String) {
        self.rows.push(Row::Words(words));
    }

    /// The table as text, each line indented by two, no wider than `width` where that can be.
    pub(crate) fn render(&self, width: usize) -> String {
        let widths: Vec<usize> = (0..self.columns.len()).map(|i| self.width(i)).collect();
        let mut shown: Vec<usize> = (0..self.columns.len()).filter(|&i| self.is_filled(i)).collect();
        while shown.iter().map(|&i| widths[i] + 2).sum::<usize>() > width {
            let Some(last) = shown
                .iter()
                .copied()
                .filter(|&i| self.columns[i].rank > 0)
                .max_by_key(|&i| (self.columns[i].rank, i))
            else {
                break;
            };
            shown.retain(|&i| i != last);
        }
        let mut text = String::new();
        let mut line = |cell: &dyn Fn(usize) -> String| {
            let mut out = String::new();
            for &i in &shown {
                let cell = cell(i);
                let pad = widths[i].saturating_sub(cell.chars().count());
                let (before, after) = if self.columns[i].left { (0, pad) } else { (pad, 0) };
                let _ = write!(out, "  {:before$}{cell}{:after$}", "", "");
            }
            text.push_str(out.trim_end());
            text.push('\n');
        };
        line(&|i| self.columns[i].name.to_owned());
        if shown.iter().any(|&i| !self.columns[i].unit.is_empty()) {
            line(&|i| self.columns[i].unit.to_owned());
        }
        for row in &self.rows {
            line(&|i| match row {
                Row::Cells(cells) => cells
                    .get(i)
                    .and_then(Clone::clone)
                    // A missing figure is marked; a missing word is no news.
                    .unwrap_or_else(|| if self.columns[i].left { "" } else { NOTHING }.to_owned()),
                Row::Words(words) if Some(&i) == shown.first() => words.clone(),
                Row::Words(_) => String::new(),
            });
        }
        text
    }

    fn is_filled(&self, i: usize) -> bool {
        self.rows.iter().any(|r| match r {
            Row::Cells(cells) => cells.get(i).is_some_and(Option::is_some),
            Row::Words(_) => false,
        })
    }

    fn width(&self, i: usize) -> usize {
        let head = [self.columns[i].name, self.columns[i].unit];
        let cells = self.rows.iter().filter_map(|r| match r {
            Row::Cells(cells) => cells.get(i)?.as_deref(),
            Row::Words(_) => None,
        });
        head.into_iter().chain(cells).map(|t| t.chars().count()).max().unwrap_or(0).max(1)
    }
}

/// Breaks `text` into lines of at most `width`, the first after `first`, the others after blanks
/// of the same width.
pub(crate) fn wrapped(first: &str, text: &str, width: usize) -> String {
    let indent = first.chars().count();
    let mut out = first.to_owned();
    let mut column = indent;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > indent && column + 1 + length > width {
            let _ = write!(out, "\n{:indent$}", "");
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(vec![
            Column::new("#", "", 0),
            Column::new("word", "", 0).left(),
            Column::new("length", "m", 2),
            Column::new("empty", "s", 0),
        ]);
        let cell = |s: &str| Some(s.to_owned());
        table.row(vec![cell("1"), cell("backward"), cell("0.61")]);
        table.words("… 3 more".into());
        table.row(vec![cell("12"), cell("flat"), None]);
        table
    }

    #[test]
    fn columns_line_up_and_empty_ones_are_left_out() {
        assert_eq!(
            table().render(80),
            "   #  word      length\n\
             \x20                    m\n\
             \x20  1  backward    0.61\n\
             \x20 … 3 more\n\
             \x20 12  flat           ·\n"
        );
    }

    #[test]
    fn a_narrow_screen_loses_the_least_wanted_column() {
        assert!(!table().render(20).contains("length"));
    }

    #[test]
    fn words_are_wrapped_under_themselves() {
        assert_eq!(wrapped("  - ", "one two three four", 12), "  - one two\n    three\n    four\n");
    }
}

//! Tables of text: lines, cells and their places.

use std::io::{BufRead, BufReader, Read};

use super::super::error::{Column, Place, Problem, ReadError};
use super::super::preamble::io_problem;
use super::super::warning::Trouble;
use super::Fault;

/// Bytes that a line may have.
const LINE_LIMIT: u64 = 64 * 1024;
/// Lines in which a header must have come.
const HEADER_LINES: usize = 64;
/// Bytes asked of the input at once.
const BUFFER: usize = 64 * 1024;

/// What a table is read from.
pub(super) type Bytes = Box<dyn Read + Send>;

/// The lines of a file, counted.
pub(super) struct Lines {
    input: BufReader<Bytes>,
    pub(super) name: String,
    /// Number of the last line read, from 1.
    pub(super) number: u64,
    pub(super) bytes: u64,
    raw: Vec<u8>,
    pub(super) text: String,
}

impl Lines {
    pub(super) fn new(input: Bytes, name: &str) -> Self {
        Self {
            input: BufReader::with_capacity(BUFFER, input),
            name: name.to_owned(),
            number: 0,
            bytes: 0,
            raw: Vec::new(),
            text: String::new(),
        }
    }

    /// Reads the next line into `text`, without its end; `false` after the last.
    ///
    /// Bytes that are not UTF-8 (a degree sign of an older encoding) become replacement characters:
    /// they stand in headers, where the rest of the name is enough.
    pub(super) fn read(&mut self) -> Result<bool, ReadError> {
        self.raw.clear();
        let n = (&mut self.input)
            .take(LINE_LIMIT + 1)
            .read_until(b'\n', &mut self.raw)
            .map_err(|e| self.refuse(io_problem(e)))?;
        if n == 0 {
            return Ok(false);
        }
        self.number += 1;
        self.bytes += n as u64;
        if self.raw.len() as u64 > LINE_LIMIT {
            let limit = usize::try_from(LINE_LIMIT).unwrap_or(usize::MAX);
            return Err(self.refuse(Problem::LongLine { limit }));
        }
        if self.raw.contains(&0) {
            return Err(self.refuse(Problem::NotText { kind: "a binary file" }));
        }
        while self.raw.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
            self.raw.pop();
        }
        let start = if self.number == 1 && self.raw.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        self.text.clear();
        self.text.push_str(&String::from_utf8_lossy(&self.raw[start..]));
        Ok(true)
    }

    /// An error at the last line read.
    pub(super) fn refuse(&self, problem: Problem) -> ReadError {
        let error = ReadError::new(&self.name, problem);
        if self.number > 0 { error.at_line(self.number) } else { error }
    }
}

/// A header's name without what exports disagree about: capitals, blanks, quotation marks, and
/// the characters of a damaged encoding.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\u{feff}' | '\u{fffd}' | '°'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// What separates the cells of a header: the most frequent of the usual characters.
pub(super) fn separator_of(line: &str) -> Option<char> {
    ['\t', ';', ',']
        .into_iter()
        .map(|c| (line.matches(c).count(), c))
        .filter(|(n, _)| *n > 0)
        .max_by_key(|(n, _)| *n)
        .map(|(_, c)| c)
}

/// The cells of a line, without blanks and quotation marks around them.
pub(super) fn split(line: &str, separator: char) -> impl Iterator<Item = &str> {
    line.split(separator).map(|c| c.trim().trim_matches('"').trim())
}

/// A table with a header (or with names given from outside), row by row.
pub(super) struct Table {
    lines: Lines,
    separator: char,
    names: Vec<String>,
    plain: Vec<String>,
    spans: Vec<(usize, usize)>,
    /// A row that was read to find that there is no header.
    held: bool,
}

impl Table {
    /// Reads up to the header: the first line that `is_header` takes, of its plain names. Lines
    /// before it are handed to `before`.
    pub(super) fn open(
        input: Bytes,
        name: &str,
        expected: &str,
        is_header: impl Fn(&[String]) -> bool,
        mut before: impl FnMut(&str),
    ) -> Result<Self, ReadError> {
        let mut lines = Lines::new(input, name);
        let mut first = None;
        for _ in 0..HEADER_LINES {
            if !lines.read()? {
                break;
            }
            if let Some(separator) = separator_of(&lines.text) {
                let names: Vec<String> = split(&lines.text, separator).map(str::to_owned).collect();
                let plain: Vec<String> = names.iter().map(|n| plain(n)).collect();
                if is_header(&plain) {
                    return Ok(Self { lines, separator, names, plain, spans: Vec::new(), held: false });
                }
            }
            if !lines.text.trim().is_empty() {
                first.get_or_insert_with(|| shortened(&lines.text));
            }
            before(&lines.text);
        }
        let found = first.map_or_else(|| "an empty file".to_owned(), |line| format!("`{line}`"));
        Err(ReadError::new(
            name,
            Problem::Expected { expected: format!("the header `{expected}`"), found, help: "" },
        ))
    }

    /// A table without a header, whose columns are called `names`.
    pub(super) fn headless(input: Bytes, name: &str, separator: char, names: &[&str]) -> Self {
        Self {
            lines: Lines::new(input, name),
            separator,
            names: names.iter().map(|n| (*n).to_owned()).collect(),
            plain: names.iter().map(|n| plain(n)).collect(),
            spans: Vec::new(),
            held: false,
        }
    }

    /// The plain names of the columns.
    pub(super) fn plain_names(&self) -> &[String] {
        &self.plain
    }

    /// The first column whose plain name `is` accepts.
    pub(super) fn find(&self, is: impl Fn(&str) -> bool) -> Option<usize> {
        self.plain.iter().position(|n| is(n))
    }

    /// The column of that plain name, which the format must have.
    pub(super) fn need(&self, wanted: &str) -> Result<usize, ReadError> {
        self.find(|n| n == wanted || n.strip_prefix(wanted).is_some_and(|r| r.starts_with(['(', '['])))
            .ok_or_else(|| {
                self.lines.refuse(Problem::Expected {
                    expected: format!("a column `{wanted}`"),
                    found: format!("`{}`", shortened(&self.names.join(","))),
                    help: "",
                })
            })
    }

    /// The three columns of a sensor: `stem` with x, y and z in place of its `?`.
    pub(super) fn triple(&self, stem: &str) -> Result<[usize; 3], ReadError> {
        let mut columns = [0; 3];
        for (slot, axis) in columns.iter_mut().zip(["x", "y", "z"]) {
            *slot = self.need(&stem.replace('?', axis))?;
        }
        Ok(columns)
    }

    /// Whether there are such three columns.
    pub(super) fn has(&self, stem: &str) -> bool {
        self.triple(stem).is_ok()
    }

    /// Reads the next row that is neither empty nor the header again.
    pub(super) fn next_row(&mut self) -> Result<Option<Cells<'_>>, ReadError> {
        loop {
            if !std::mem::take(&mut self.held) && !self.lines.read()? {
                return Ok(None);
            }
            let text = &self.lines.text;
            if text.trim().is_empty() {
                continue;
            }
            self.spans.clear();
            let mut at = 0;
            for cell in text.split(self.separator) {
                self.spans.push((at, at + cell.len()));
                at += cell.len() + self.separator.len_utf8();
            }
            let repeated = self.spans.len() == self.names.len()
                && split(text, self.separator).zip(&self.names).all(|(cell, name)| cell == name);
            if repeated {
                continue;
            }
            break;
        }
        Ok(Some(Cells { table: self }))
    }

    /// Gives the last row again.
    pub(super) fn hold(&mut self) {
        self.held = true;
    }

    pub(super) fn bytes(&self) -> u64 {
        self.lines.bytes
    }

    /// An error at the last line read.
    pub(super) fn refuse(&self, problem: Problem) -> ReadError {
        self.lines.refuse(problem)
    }

    /// How messages call the file.
    pub(super) fn name(&self) -> &str {
        &self.lines.name
    }

    pub(super) fn fault(&self, trouble: Trouble, column: Option<usize>) -> Fault {
        Fault {
            place: Place {
                name: self.lines.name.clone(),
                line: Some(self.lines.number),
                byte: None,
                column: column
                    .map(|i| Column { number: i + 1, name: self.names.get(i).cloned().unwrap_or_default() }),
            },
            trouble,
        }
    }
}

/// The cells of one row.
pub(super) struct Cells<'a> {
    table: &'a Table,
}

impl Cells<'_> {
    pub(super) fn text(&self, i: usize) -> Option<&str> {
        let (start, end) = *self.table.spans.get(i)?;
        Some(self.table.lines.text[start..end].trim().trim_matches('"').trim())
    }

    /// The number in a cell, with a decimal point or, where commas do not separate, a decimal comma.
    pub(super) fn number(&self, i: usize) -> Result<f64, Fault> {
        let bad = |trouble| Err(self.table.fault(trouble, Some(i)));
        let Some(cell) = self.text(i) else {
            return Err(self.table.fault(Trouble::ShortRow, None));
        };
        if cell.is_empty() || cell.eq_ignore_ascii_case("n/a") {
            return bad(Trouble::EmptyCell);
        }
        let value = match cell.parse::<f64>() {
            Ok(value) => value,
            Err(_) if self.table.separator != ',' && cell.contains(',') => {
                match cell.replacen(',', ".", 1).parse() {
                    Ok(value) => value,
                    Err(_) => return bad(Trouble::NotANumber),
                }
            }
            Err(_) => return bad(Trouble::NotANumber),
        };
        if value.is_finite() { Ok(value) } else { bad(Trouble::NotFinite) }
    }

    pub(super) fn triple(&self, columns: [usize; 3]) -> Result<[f64; 3], Fault> {
        let [x, y, z] = columns;
        Ok([self.number(x)?, self.number(y)?, self.number(z)?])
    }

    pub(super) fn fault(&self, trouble: Trouble, column: Option<usize>) -> Fault {
        self.table.fault(trouble, column)
    }
}

/// The beginning of a line, for a message.
pub(super) fn shortened(line: &str) -> String {
    const SHOWN: usize = 60;
    let line = line.trim();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &'static str) -> Table {
        Table::open(Box::new(text.as_bytes()), "a.txt", "time,x", |n| n.contains(&"time".to_owned()), |_| {})
            .unwrap()
    }

    #[test]
    fn the_header_comes_after_other_lines_and_its_separator_is_seen() {
        let mut rows = table("hello\nsep=;\n\"time\";x (g)\n1,5;2\n\ntime;x (g)\n2;3\n");
        let x = rows.need("x").unwrap();
        let cells = rows.next_row().unwrap().unwrap();
        assert_eq!((cells.number(0).unwrap(), cells.number(x).unwrap()), (1.5, 2.0));
        assert_eq!(rows.next_row().unwrap().unwrap().number(0).unwrap(), 2.0);
        assert!(rows.next_row().unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_with_a_cell_is_said_with_its_place() {
        let mut rows = table("time,x\n1,\n2,a\n3,inf\n4\n");
        for (trouble, column) in [
            (Trouble::EmptyCell, Some(2)),
            (Trouble::NotANumber, Some(2)),
            (Trouble::NotFinite, Some(2)),
            (Trouble::ShortRow, None),
        ] {
            let fault = rows.next_row().unwrap().unwrap().number(1).unwrap_err();
            assert_eq!((fault.trouble, fault.place.column.map(|c| c.number)), (trouble, column));
        }
    }

    #[test]
    fn a_file_without_the_header_says_what_it_has() {
        let error = Table::open(Box::new(&b"Dear Sir,\n"[..]), "a.txt", "time,x", |_| false, |_| {}).err();
        assert_eq!(error.unwrap().to_string(), "a.txt: expected the header `time,x`, found `Dear Sir,`");
    }
}

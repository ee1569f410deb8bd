//! What was left out of a capture, or is odd in it, without making it useless.

use std::fmt;

use super::error::{Column, Place};

/// How many of a kind are kept word for word; the rest is counted.
const SHOWN: u64 = 3;

/// Kinds of trouble that a capture survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The row has the same time as the one before.
    DuplicateTime,
    /// The row's time is before that of the row before.
    BackwardTime,
    /// A needed cell is empty.
    EmptyCell,
    /// A needed cell is no number.
    NotANumber,
    /// A needed cell is NaN or infinite.
    NotFinite,
    /// The row ends before its last column.
    ShortRow,
    /// The row has more cells than the header.
    LongRow,
    /// The header once more.
    SecondHeader,
    /// The row has some thigh cells and lacks others.
    ThighPartial,
    /// The header has some thigh columns and lacks others.
    ThighColumns,
    /// The angular rate stayed so small that its unit cannot be told.
    RateUnitOpen,
    /// The unit given by flag does not fit what the sensor reads.
    UnitDoubtful,
    /// A block of a binary file whose checksum is wrong.
    BlockBroken,
    /// A reading of one sensor that the other has no reading near.
    Unpaired,
}

impl Trouble {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 14] = [
        Self::DuplicateTime,
        Self::BackwardTime,
        Self::EmptyCell,
        Self::NotANumber,
        Self::NotFinite,
        Self::ShortRow,
        Self::LongRow,
        Self::SecondHeader,
        Self::ThighPartial,
        Self::ThighColumns,
        Self::RateUnitOpen,
        Self::UnitDoubtful,
        Self::BlockBroken,
        Self::Unpaired,
    ];

    /// The word that programs test for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::DuplicateTime => "time_duplicate",
            Self::BackwardTime => "time_backward",
            Self::EmptyCell => "cell_empty",
            Self::NotANumber => "cell_not_a_number",
            Self::NotFinite => "cell_not_finite",
            Self::ShortRow => "row_short",
            Self::LongRow => "row_long",
            Self::SecondHeader => "header_repeated",
            Self::ThighPartial => "thigh_partial",
            Self::ThighColumns => "thigh_columns",
            Self::RateUnitOpen => "gyr_unit_open",
            Self::UnitDoubtful => "unit_doubtful",
            Self::BlockBroken => "block_broken",
            Self::Unpaired => "unpaired",
        }
    }

    /// Whether it costs a sample.
    pub const fn loses_row(self) -> bool {
        matches!(
            self,
            Self::DuplicateTime
                | Self::BackwardTime
                | Self::EmptyCell
                | Self::NotANumber
                | Self::NotFinite
                | Self::ShortRow
                | Self::LongRow
                | Self::BlockBroken
        )
    }

    /// What is the matter, and what was done.
    pub const fn words(self) -> &'static str {
        match self {
            Self::DuplicateTime => "the same time as the row before; row left out",
            Self::BackwardTime => "a time before that of the row before; row left out",
            Self::EmptyCell => "an empty cell; row left out",
            Self::NotANumber => "not a number; row left out",
            Self::NotFinite => "not a finite number; row left out",
            Self::ShortRow => "the row is cut short; row left out",
            Self::LongRow => "more cells than the header (decimal commas?); row left out",
            Self::SecondHeader => "the header once more (two files joined?); skipped",
            Self::ThighPartial => "the thigh sensor's cells are not all there; its sample left out",
            Self::ThighColumns => "the thigh sensor's columns are not all there; it is not used",
            Self::RateUnitOpen => {
                "the angular rate is so small throughout that deg/s and rad/s cannot be told apart; read as deg/s (`--gyr-unit rad/s` otherwise)"
            }
            Self::UnitDoubtful => "the figures do not fit the unit given by the flag; read as told",
            Self::BlockBroken => "the block's checksum is wrong; its samples left out",
            Self::Unpaired => "the other sensor has no reading near this time; left out",
        }
    }

    /// What is the matter, alone.
    pub fn fault(self) -> &'static str {
        let words = self.words();
        words.split_once(';').map_or(words, |(fault, _)| fault)
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// One trouble at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub place: Place,
    /// What.
    pub trouble: Trouble,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.trouble.words())
    }
}

/// How often one trouble occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// What.
    pub trouble: Trouble,
    /// How many times.
    pub count: u64,
    /// The line of the first; `None` when it is about the whole file.
    pub first_line: Option<u64>,
}

impl Tally {
    /// How many were counted without being shown.
    pub const fn unshown(&self) -> u64 {
        self.count.saturating_sub(SHOWN)
    }
}

/// `40 times from line 12 on: the same time as the row before; row left out`
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.count, self.first_line) {
            (1, Some(line)) => write!(f, "line {line}: ")?,
            (n, Some(line)) => write!(f, "{n} times from line {line} on: ")?,
            (_, None) => {}
        }
        f.write_str(self.trouble.words())
    }
}

/// What a reader has noticed so far: the first few of each kind in full, the rest counted.
#[derive(Clone, Debug, Default)]
pub struct Warnings {
    fresh: Vec<Warning>,
    counts: [u64; Trouble::ALL.len()],
    first_lines: [Option<u64>; Trouble::ALL.len()],
}

impl Warnings {
    pub(crate) fn note(
        &mut self,
        name: &str,
        trouble: Trouble,
        line: Option<u64>,
        column: impl FnOnce() -> Option<Column>,
    ) {
        let i = trouble.index();
        self.counts[i] += 1;
        if self.counts[i] == 1 {
            self.first_lines[i] = line;
        }
        if self.counts[i] <= SHOWN {
            self.fresh.push(Warning {
                place: Place { name: name.to_owned(), line, byte: None, column: column() },
                trouble,
            });
        }
    }

    /// Notes a trouble whose place is ready made.
    pub(crate) fn note_at(&mut self, place: Place, trouble: Trouble) {
        let i = trouble.index();
        self.counts[i] += 1;
        if self.counts[i] == 1 {
            self.first_lines[i] = place.line;
        }
        if self.counts[i] <= SHOWN {
            self.fresh.push(Warning { place, trouble });
        }
    }

    pub(crate) fn take_fresh(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.fresh)
    }

    /// Every kind that occurred, with how often.
    pub fn tallies(&self) -> impl Iterator<Item = Tally> + '_ {
        Trouble::ALL.into_iter().filter_map(|trouble| {
            let count = self.counts[trouble.index()];
            (count > 0).then(|| Tally { trouble, count, first_line: self.first_lines[trouble.index()] })
        })
    }

    /// Rows that were left out and hold something that no other row does: what a logger wrote twice is
    /// lost to nobody.
    pub fn rows_lost(&self) -> u64 {
        let lost = |t: &Tally| t.trouble.loses_row() && t.trouble != Trouble::DuplicateTime;
        self.tallies().filter(lost).map(|t| t.count).sum()
    }

    /// Rows that were left out.
    pub fn rows_left_out(&self) -> u64 {
        self.tallies().filter(|t| t.trouble.loses_row()).map(|t| t.count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_three_are_shown_and_the_rest_counted() {
        let mut warnings = Warnings::default();
        for line in 10..50 {
            warnings.note("a.csv", Trouble::EmptyCell, Some(line), || None);
        }
        assert_eq!(warnings.take_fresh().len(), 3);
        assert!(warnings.take_fresh().is_empty());
        let tallies: Vec<_> = warnings.tallies().collect();
        assert_eq!(tallies.len(), 1);
        assert_eq!((tallies[0].count, tallies[0].unshown()), (40, 37));
        assert_eq!(tallies[0].to_string(), "40 times from line 10 on: an empty cell; row left out");
        assert_eq!(warnings.rows_left_out(), 40);
    }

    #[test]
    fn each_kind_has_its_own_count() {
        for (i, t) in Trouble::ALL.into_iter().enumerate() {
            assert_eq!(t.index(), i);
        }
    }
}

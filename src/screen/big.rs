//! Letters that can be read from two metres: five rows of blocks.

/// Rows of a letter, at scale 1.
pub const ROWS: usize = 5;
/// Columns of a letter, without the gap.
const COLUMNS: usize = 5;

fn glyph(c: char) -> [&'static str; ROWS] {
    match c {
        'A' => [" ### ", "#   #", "#####", "#   #", "#   #"],
        'B' => ["#### ", "#   #", "#### ", "#   #", "#### "],
        'C' => [" ####", "#    ", "#    ", "#    ", " ####"],
        'D' => ["#### ", "#   #", "#   #", "#   #", "#### "],
        'E' => ["#####", "#    ", "###  ", "#    ", "#####"],
        'F' => ["#####", "#    ", "###  ", "#    ", "#    "],
        'G' => [" ####", "#    ", "#  ##", "#   #", " ####"],
        'H' => ["#   #", "#   #", "#####", "#   #", "#   #"],
        'I' => [" ### ", "  #  ", "  #  ", "  #  ", " ### "],
        'J' => ["  ###", "   # ", "   # ", "#  # ", " ##  "],
        'K' => ["#   #", "#  # ", "###  ", "#  # ", "#   #"],
        'L' => ["#    ", "#    ", "#    ", "#    ", "#####"],
        'M' => ["#   #", "## ##", "# # #", "#   #", "#   #"],
        'N' => ["#   #", "##  #", "# # #", "#  ##", "#   #"],
        'O' => [" ### ", "#   #", "#   #", "#   #", " ### "],
        'P' => ["#### ", "#   #", "#### ", "#    ", "#    "],
        'Q' => [" ### ", "#   #", "# # #", "#  # ", " ## #"],
        'R' => ["#### ", "#   #", "#### ", "#  # ", "#   #"],
        'S' => [" ####", "#    ", " ### ", "    #", "#### "],
        'T' => ["#####", "  #  ", "  #  ", "  #  ", "  #  "],
        'U' => ["#   #", "#   #", "#   #", "#   #", " ### "],
        'V' => ["#   #", "#   #", "#   #", " # # ", "  #  "],
        'W' => ["#   #", "#   #", "# # #", "## ##", "#   #"],
        'X' => ["#   #", " # # ", "  #  ", " # # ", "#   #"],
        'Y' => ["#   #", " # # ", "  #  ", "  #  ", "  #  "],
        'Z' => ["#####", "   # ", "  #  ", " #   ", "#####"],
        '?' => [" ### ", "#   #", "   # ", "     ", "  #  "],
        '…' => ["     ", "     ", "     ", "     ", "# # #"],
        _ => ["   ", "   ", "   ", "   ", "   "],
    }
}

/// Columns that a word takes at `scale`.
pub fn width(word: &str, scale: usize) -> usize {
    let plain: usize = word.chars().map(|c| if c == ' ' { 3 } else { COLUMNS } + 1).sum();
    plain.saturating_sub(1) * scale
}

/// The word as lines of blocks.
pub fn lines(word: &str, scale: usize) -> Vec<String> {
    let mut out = Vec::with_capacity(ROWS * scale);
    for row in 0..ROWS {
        let mut line = String::new();
        for (i, c) in word.chars().enumerate() {
            if i > 0 {
                line.extend(std::iter::repeat_n(' ', scale));
            }
            for dot in glyph(c)[row].chars() {
                let block = if dot == '#' { '█' } else { ' ' };
                line.extend(std::iter::repeat_n(block, scale));
            }
        }
        out.extend(std::iter::repeat_n(line, scale));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_wide_as_is_said() {
        for word in ["GOOD", "TOES FIRST", "STRAIGHTEN", "…"] {
            for scale in 1..3 {
                let lines = lines(word, scale);
                assert_eq!(lines.len(), ROWS * scale);
                assert!(lines.iter().all(|l| l.chars().count() == width(word, scale)), "{word}");
            }
        }
        assert!(width("STRAIGHTEN", 1) <= 76);
    }
}

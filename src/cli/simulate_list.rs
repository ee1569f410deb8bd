//! The catalogue of scenarios as people read it.

use std::fmt::Write as _;

use crate::sim::scenario::{CATALOGUE, Scenario, SpeedChoice};

/// Where the text begins, in characters from the left.
const INDENT: usize = 4;

/// Every scenario: what it is, and what must be found in it.
pub(super) fn text(width: usize) -> String {
    let width = width.clamp(40, 100);
    let mut text = String::new();
    for scenario in CATALOGUE {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} ({})", scenario.id, defaults(scenario));
        paragraph(&mut text, scenario.summary, width);
        paragraph(&mut text, &scenario.expect.to_string(), width);
    }
    text.push_str("\nSpeeds and lengths are the defaults; `--speed` and `--duration` choose others.\n");
    text
}

fn defaults(scenario: &Scenario) -> String {
    let seconds = scenario.seconds;
    let long = if seconds >= 120.0 { format!("{} min", seconds / 60.0) } else { format!("{seconds} s") };
    match scenario.speed {
        SpeedChoice::None => long,
        SpeedChoice::Backward(v) | SpeedChoice::Forward(v) => format!("{v} m/s, {long}"),
    }
}

/// Adds `words`, broken into lines.
fn paragraph(text: &mut String, words: &str, width: usize) {
    let mut column = 0;
    for word in words.split(' ') {
        let long = word.chars().count();
        if column > 0 && column + 1 + long > width {
            text.push('\n');
            column = 0;
        }
        if column == 0 {
            text.extend(std::iter::repeat_n(' ', INDENT));
            column = INDENT;
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += long;
    }
    text.push('\n');
}

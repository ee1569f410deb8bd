//! Speeds and durations as people write them.

use thiserror::Error;

/// Text that is no such quantity.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnitError {
    /// No speed.
    #[error("`{0}` is no speed: write it like 2mph, 0.9m/s or 3.2km/h")]
    Speed(String),
    /// No duration.
    #[error("`{0}` is no duration: write it like 90s, 2min, 1h or 1h30min")]
    Duration(String),
}

/// One statute mile an hour, m/s.
const MPH: f64 = 0.447_04;

/// Reads `2mph`, `0.9m/s` or `3.2km/h` (`kmh` too) in m/s.
///
/// # Errors
/// [`UnitError::Speed`].
pub fn speed_mps(text: &str) -> Result<f64, UnitError> {
    let wrong = || UnitError::Speed(text.to_owned());
    let (number, unit) = split(text).ok_or_else(wrong)?;
    let factor = match unit {
        "mph" => MPH,
        "m/s" | "mps" => 1.0,
        "km/h" | "kmh" | "kph" => 1.0 / 3.6,
        _ => return Err(wrong()),
    };
    finite(number * factor).ok_or_else(wrong)
}

/// Reads `90s`, `2min`, `1h`, `500ms` and sums like `1h30min` in seconds.
///
/// # Errors
/// [`UnitError::Duration`].
pub fn seconds(text: &str) -> Result<f64, UnitError> {
    let wrong = || UnitError::Duration(text.to_owned());
    let mut rest = text.trim();
    let mut sum = 0.0;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let (number, after) = number(rest).ok_or_else(wrong)?;
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let factor = match after[..end].trim() {
            "ms" => 1e-3,
            "s" | "sec" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            _ => return Err(wrong()),
        };
        sum += number * factor;
        rest = after[end..].trim_start();
    }
    finite(sum).ok_or_else(wrong)
}

/// A number and what follows it.
fn split(text: &str) -> Option<(f64, &str)> {
    let (number, rest) = number(text.trim())?;
    Some((number, rest.trim()))
}

fn number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, text[end..].trim_start()))
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_read_in_all_units() {
        for (text, want) in [("2mph", 0.894_08), ("0.9m/s", 0.9), (" 3.6 km/h ", 1.0)] {
            assert!((speed_mps(text).unwrap() - want).abs() < 1e-12, "{text}");
        }
        for text in ["", "2", "fast", "2 knots", "-1m/s", "1..2m/s", "m/s", "1e5m/s"] {
            assert!(speed_mps(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_read_and_summed() {
        for (text, want) in [
            ("90s", 90.0),
            ("2min", 120.0),
            ("1h", 3600.0),
            ("1h30min", 5400.0),
            ("1 min 30 s", 90.0),
            ("500ms", 0.5),
        ] {
            assert!((seconds(text).unwrap() - want).abs() < 1e-9, "{text}");
        }
        for text in ["", "10", "ten", "10x", "-5s", "5s 3", "1..5s", "…s"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}

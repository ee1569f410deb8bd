//! Moments written as a date and a time of day, in seconds.

use jiff::civil::{Date, date};

/// Seconds since 1970 of `2026-10-02T07:48:45.830` and its relatives: other separators, no leading
/// zeros, month/day/year, a colon before the milliseconds. No zone is known, and none is needed.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let (date, clock) = text.trim().trim_end_matches('Z').split_once(['T', ' '])?;
    let mut parts = date.split(['-', '/', '.']).map(|p| p.trim().parse::<i64>().ok());
    let (a, b, c) = (parts.next()??, parts.next()??, parts.next()??);
    let (year, month, day) = if a >= 1000 { (a, b, c) } else { (c, a, b) };
    if parts.next().is_some() || !(1970..2200).contains(&year) {
        return None;
    }
    Some(days(year, month, day)? as f64 * 86_400.0 + time_of_day(clock)?)
}

/// Seconds since midnight of `7:48:45.830` or `7:48:45:830`.
pub(super) fn time_of_day(text: &str) -> Option<f64> {
    let mut parts = text.trim().splitn(4, ':');
    let whole = |p: Option<&str>, below: u32| p?.trim().parse::<u32>().ok().filter(|v| *v < below);
    let (hours, minutes) = (whole(parts.next(), 24)?, whole(parts.next(), 60)?);
    let seconds: f64 = parts.next()?.trim().replace(',', ".").parse().ok()?;
    if !(0.0..61.0).contains(&seconds) {
        return None;
    }
    let millis = match parts.next() {
        Some(text) => f64::from(text.trim().parse::<u32>().ok().filter(|v| *v < 1000)?) / 1000.0,
        None => 0.0,
    };
    Some(f64::from(hours * 3600 + minutes * 60) + seconds + millis)
}

/// Days from 1970-01-01; `None` on a day that never was.
pub(super) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let day = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    Some((day - date(1970, 1, 1)).get_days().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_loggers_write_them() {
        assert_eq!(days(1970, 1, 1), Some(0));
        assert_eq!(days(2000, 2, 29), Some(11_016));
        assert_eq!(days(2026, 2, 30), None);
        for (text, want) in [
            ("1970-01-02T00:00:01.500", 86_401.5),
            ("1970-1-2 0:0:1.5", 86_401.5),
            ("1970-01-02 00:00:01:500", 86_401.5),
            ("1/2/1970 00:00:01.5", 86_401.5),
            ("2024-03-01T12:00:00", 1_709_294_400.0),
        ] {
            assert_eq!(seconds(text), Some(want), "{text}");
        }
        for text in ["", "null", "2024-13-01 00:00:00", "2024-01-01 25:00:00", "2024-01-01", "07:48"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}

//! A person's baseline, as far as rules use it: never one of another leg, another mount, or long ago.

use std::time::SystemTime;

use thiserror::Error;

use super::strides::Usual;
use crate::capture::CaptureMeta;
use crate::mount::Mount;
use crate::person::baseline::Baseline;

/// Age from which a baseline is not used, days. Training alters a gait within weeks; half a year is what
/// reports compare over (chosen).
pub const OLDEST_DAYS: i64 = 180;

/// Why a baseline is not used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unused {
    /// It is of the other leg, or one of the two does not say which.
    #[error("it is not known to be of the same leg; add `side` to both")]
    Leg,
    /// The sensor sat another way.
    #[error("the sensor was mounted another way ({0})")]
    Mount(Mount),
    /// It is too old, or does not say how old it is.
    #[error("{}", match .0 {
        Some(days) => format!("it is {days} days old; after {OLDEST_DAYS} it is to be walked anew"),
        None => "it does not say of which day it is".to_owned(),
    })]
    Age(Option<i64>),
}

/// What a baseline says is usual, for a capture that says `meta` of itself, on the day `today` (days
/// since 1970-01-01).
///
/// # Errors
/// [`Unused`].
pub fn usual(baseline: &Baseline, meta: &CaptureMeta, today: i64) -> Result<Usual, Unused> {
    if baseline.side.is_none() || baseline.side != meta.side {
        return Err(Unused::Leg);
    }
    if let (Some(then), Some(now)) = (baseline.mount, meta.mount)
        && then != now
    {
        return Err(Unused::Mount(then));
    }
    let age = baseline.date.as_deref().and_then(day).map(|d| today - d);
    if age.is_none_or(|days| !(0..=OLDEST_DAYS).contains(&days)) {
        return Err(Unused::Age(age));
    }
    let figures = &baseline.figures;
    Ok(Usual {
        variation: figures.stride_time_s.filter(|t| t.median > 0.0).map(|t| t.sd() / t.median),
        knee_min_deg: figures.knee_min_flexion_deg.map(|k| k.median),
    })
}

/// Days since 1970-01-01 of `YYYY-MM-DD`, in the Gregorian calendar; `None` when it is no such day.
pub fn day(date: &str) -> Option<i64> {
    let mut parts = date.splitn(3, '-');
    let mut number = |digits: usize| {
        let part = parts.next()?;
        (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let (year, month, day): (i64, i64, i64) = (number(4)?, number(2)?, number(2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years that begin in March end in the leap day.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = y.div_euclid(400);
    let of_era = y - 400 * era;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * m + 2) / 5 + day - 1 - 719_468)
}

/// The date of a day, `YYYY-MM-DD`.
pub fn date(days: i64) -> String {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z - era * 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let m = (5 * of_year + 2) / 153;
    let (month, day) = (if m < 10 { m + 3 } else { m - 9 }, of_year - (153 * m + 2) / 5 + 1);
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + i64::from(month <= 2))
}

/// Today, days since 1970-01-01 (UTC). Reads the clock: not for the core.
pub fn today() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    i64::try_from(since / 86_400).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mount::Side;
    use crate::person::baseline::Usual as Spread;
    use crate::person::figure::PerFigure;

    #[test]
    fn days_are_counted() {
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("2024-02-29").unwrap() + 1, day("2024-03-01").unwrap());
        assert_eq!(day("2026-03-01"), Some(20_513));
        for days in [-1, 0, 59, 60, 20_513, 24_000] {
            assert_eq!(day(&date(days)), Some(days));
        }
        for wrong in ["2026-3-1", "2026-13-01", "yesterday", ""] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_a_fresh_one_of_the_same_leg_and_mount_is_used() {
        let mount: Mount = "x=anterior,y=up,z=right".parse().unwrap();
        let time = Spread { median: 1.2, mad: 0.0202, n: 60 };
        let baseline = Baseline {
            date: Some("2026-03-01".into()),
            side: Some(Side::Right),
            mount: Some(mount),
            strides: 60,
            figures: PerFigure { stride_time_s: Some(time), ..PerFigure::default() },
        };
        let meta = CaptureMeta { side: Some(Side::Right), mount: Some(mount), ..CaptureMeta::default() };
        let today = day("2026-04-01").unwrap();
        let found = usual(&baseline, &meta, today).unwrap();
        assert!((found.variation.unwrap() - 0.025).abs() < 1e-3 && found.knee_min_deg.is_none());
        let left = CaptureMeta { side: Some(Side::Left), ..meta.clone() };
        assert_eq!(usual(&baseline, &left, today), Err(Unused::Leg));
        let other: Mount = "x=up,y=anterior,z=left".parse().unwrap();
        let turned = CaptureMeta { mount: Some(other), ..meta.clone() };
        assert_eq!(usual(&baseline, &turned, today), Err(Unused::Mount(mount)));
        assert_eq!(usual(&baseline, &meta, today + 300), Err(Unused::Age(Some(331))));
        assert_eq!(usual(&Baseline { date: None, ..baseline }, &meta, today), Err(Unused::Age(None)));
    }
}

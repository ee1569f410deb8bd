//! The calibration that a paired sensor was given, where it may still hold.

use jiff::Zoned;
use jiff::civil::Date;

use super::members::Members;
use crate::calibrate::file::Calibration;
use crate::cli::exit;

/// The calibration of the sensors that are asked for. What becomes of it is said: which it is and of which
/// day, or why it is not used.
pub(super) fn calibration(members: &Members) -> Option<Calibration> {
    let [shank, thigh] = &members.calibrations;
    let path = shank.as_ref()?;
    let label = &members.all.first()?.label;
    let refuse = |why: &str| {
        exit::warn(&format!("the calibration of `{label}` is not used: {why}"));
        None
    };
    let mut calibration = match Calibration::read(path) {
        Ok(calibration) => calibration,
        Err(e) => return refuse(&format!("{e}; `retrogait calibrate {label}` makes another")),
    };
    if let Err(why) = calibration.for_capture(&members.meta) {
        return refuse(&why.to_string());
    }
    if members.all.len() > 1 && thigh.as_ref() != Some(path) {
        // It was made with another sensor on the thigh, or with none.
        calibration.reference.thigh = None;
    }
    match told(&calibration, Zoned::now().date()) {
        Told::Today => anstream::eprintln!("{label}: calibrated today"),
        Told::Before(when) => exit::warn(&format!(
            "{label}: {when}. If it has been taken off since, calibrate again: a strap never sits the same twice"
        )),
        Told::Unsure(when) => {
            return refuse(&format!(
                "{label} was {when}, its mount is not given, and which way round it sits by now cannot be seen; \
                 `retrogait calibrate {label}` looks anew"
            ));
        }
    }
    Some(calibration)
}

/// How far it can be believed.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Today,
    /// Standing and walking will show whether it still holds.
    Before(String),
    /// They will not: a sensor that was turned round the leg stands as before, and mirrors every step.
    Unsure(String),
}

fn told(calibration: &Calibration, today: Date) -> Told {
    let day = calibration.date.as_deref().and_then(|d| d.parse::<Date>().ok());
    let when = match day {
        Some(day) if day == today => return Told::Today,
        Some(day) => {
            let days = day.until(today).map_or(0, |span| span.get_days());
            let ago = match days {
                1 => ", yesterday".to_owned(),
                2.. => format!(", {days} days ago"),
                _ => String::new(),
            };
            format!("calibrated on {day}{ago}")
        }
        None => "calibrated on an unknown day".to_owned(),
    };
    if calibration.mount.is_some() { Told::Before(when) } else { Told::Unsure(when) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::mount::Mount;

    #[test]
    fn an_old_calibration_of_an_unknown_mount_is_not_believed() {
        let today = date(2026, 3, 1);
        let of = |date: Option<&str>, mount| {
            let calibration = Calibration { date: date.map(str::to_owned), mount, ..Calibration::default() };
            told(&calibration, today)
        };
        let line = Some(Mount::IDENTITY);
        assert_eq!(of(Some("2026-03-01"), None), Told::Today);
        assert_eq!(of(Some("2026-02-28"), line), Told::Before("calibrated on 2026-02-28, yesterday".into()));
        assert_eq!(
            of(Some("2026-01-01"), None),
            Told::Unsure("calibrated on 2026-01-01, 59 days ago".into())
        );
        assert_eq!(of(Some("2026-03-02"), line), Told::Before("calibrated on 2026-03-02".into()));
        assert_eq!(of(None, None), Told::Unsure("calibrated on an unknown day".into()));
        assert_eq!(of(Some("last week"), line), Told::Before("calibrated on an unknown day".into()));
    }
}

//! The 3-metre backward walk: three metres backward as fast as is safe, timed.
//!
//! A try lasts from the end of standing still to the next standing still, by the leg with the sensor. The
//! other leg may begin and end up to one step earlier or later; that, a stride, is the uncertainty of the time.

use serde::Serialize;

use crate::record::{Activity, StrideDirection};
use crate::session::Session;

/// Length of the walk, m.
pub const DISTANCE_M: f64 = 3.0;
/// Tries that count.
pub const TRIES: usize = 3;
/// A walk that is further from three metres than this share, by its fastest and by its slowest stride, is
/// another walk. Wide, because a few strides say little.
const LENGTH_SHARE: f64 = 0.4;
/// Fewest strides that say how long the walk was.
const LEAST_STRIDES: usize = 3;
/// Standing that ends or begins within this time of the steps belongs to the walk, s: two slow steps.
pub const BESIDE_S: f64 = 2.5;
/// A try takes longer than this, s: nobody walks three metres backward faster than 2 m/s.
const LEAST_S: f64 = 1.5;
/// A try takes less than this, s; three times the slowest band.
const MOST_S: f64 = 30.0;

/// A published band.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Published {
    /// From this time, s,
    pub from_s: f64,
    /// to this.
    pub to_s: Option<f64>,
    /// What it was found to mean.
    pub means: &'static str,
    /// In whom.
    pub whom: &'static str,
    /// By whom.
    pub source: &'static str,
}

const fn band(
    from_s: f64,
    to_s: Option<f64>,
    means: &'static str,
    whom: &'static str,
    source: &'static str,
) -> Published {
    Published { from_s, to_s, means, whom, source }
}

const CARTER: &str = "Carter et al. 2019, J Geriatr Phys Ther 42:249";
const POLO: &str = "Polo-Ferrero et al. 2025, doi 10.3390/jfmk10020154";
const KAPAN: &str = "Kapan et al. 2025, doi 10.1016/j.jamda.2025.105580";

/// All published bands. They describe groups; none is a statement about one person.
pub const PUBLISHED: [Published; 6] = [
    band(0.0, Some(3.0), "few of those as quick had fallen", "older adults", CARTER),
    band(
        0.0,
        Some(3.5),
        "98 % of those who had fallen were slower",
        "483 older adults at home, 76 years",
        POLO,
    ),
    band(4.5, None, "many of those as slow had fallen", "older adults", CARTER),
    band(
        5.5,
        None,
        "best cut between those who had fallen and not (60 % and 69 % right)",
        "483 older adults at home, 76 years",
        POLO,
    ),
    band(
        8.15,
        None,
        "27 % more falls in the next four months",
        "217 people in nursing homes, 80 years",
        KAPAN,
    ),
    band(9.31, None, "32 % more falls in the past year", "217 people in nursing homes, 80 years", KAPAN),
];

/// The smallest change of one person's time that is no chance, s, after a knee replacement.
pub const REAL_CHANGE_S: f64 = 2.94;
/// Who says so.
pub const REAL_CHANGE_SOURCE: &str =
    "Unver et al. 2020, J Knee Surg 33:589 (28 people after knee replacement)";

/// One walk.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Walk {
    /// Standing still ended, s of the capture's clock.
    pub start_s: f64,
    /// Standing still began again, s.
    pub end_s: f64,
    /// Time, s.
    pub time_s: f64,
    /// A step at each end: the other leg may have begun earlier, and ended earlier or later, s.
    pub uncertainty_s: Option<f64>,
    /// Three metres over the time, m/s.
    pub speed_mps: f64,
    /// Strides of the leg with the sensor.
    pub strides: usize,
    /// Length by the sensor, m.
    pub measured_m: Option<f64>,
    /// Why it is no try; `None` when it counts.
    pub left_out: Option<String>,
}

/// The test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BackwardWalk {
    /// Every backward walk that was found.
    pub walks: Vec<Walk>,
    /// Tries that count.
    pub tries: usize,
    /// Best time, s.
    pub best_s: Option<f64>,
    /// Mean time, s.
    pub mean_s: Option<f64>,
    /// Published bands that hold the best time.
    pub bands: Vec<Published>,
}

/// The test in a session: the first three backward walks that can be tries.
pub fn of(session: &Session) -> BackwardWalk {
    let mut walks: Vec<Walk> = spans(session).into_iter().map(|(from, to)| walk(session, from, to)).collect();
    let mut tries = 0;
    for w in walks.iter_mut().filter(|w| w.left_out.is_none()) {
        tries += 1;
        if tries > TRIES {
            w.left_out = Some(format!("after the first {TRIES} tries"));
        }
    }
    let times: Vec<f64> = walks.iter().filter(|w| w.left_out.is_none()).map(|w| w.time_s).collect();
    let best_s = times.iter().copied().reduce(f64::min);
    BackwardWalk {
        tries: times.len(),
        best_s,
        mean_s: (!times.is_empty()).then(|| times.iter().sum::<f64>() / times.len() as f64),
        bands: best_s.map(bands).unwrap_or_default(),
        walks,
    }
}

/// The published bands that hold a time.
pub fn bands(time_s: f64) -> Vec<Published> {
    PUBLISHED
        .into_iter()
        .filter(|b| {
            // "At most 3.0" holds 3.0; "over 4.5" does not hold 4.5.
            let above = if b.to_s.is_some() { time_s >= b.from_s } else { time_s > b.from_s };
            above && b.to_s.is_none_or(|to| time_s <= to)
        })
        .collect()
}

/// From standing to standing with nothing but backward walking between; where something else comes before
/// or after, from the first or to the last contact.
fn spans(session: &Session) -> Vec<(f64, f64)> {
    let mut spans = Vec::new();
    let mut stood_s = f64::NEG_INFINITY;
    let mut open: Option<(f64, f64)> = None;
    for bout in &session.bouts {
        let (start, end) = (bout.start.seconds(), bout.end.seconds());
        match bout.activity {
            Activity::Backward => match &mut open {
                Some((_, last)) => *last = end,
                None => open = Some((if start - stood_s <= BESIDE_S { stood_s } else { start }, end)),
            },
            Activity::Standing => {
                spans.extend(open.take().map(|(from, last)| {
                    (from, if start - last <= BESIDE_S { start.max(last) } else { last })
                }));
                stood_s = end;
            }
            // Between the last contact and standing still the feet are closed.
            Activity::Other if end - start <= BESIDE_S => {}
            Activity::Forward | Activity::Turning | Activity::Other => spans.extend(open.take()),
        }
    }
    spans.extend(open);
    spans
}

fn walk(session: &Session, start_s: f64, end_s: f64) -> Walk {
    let time_s = end_s - start_s;
    let inside: Vec<_> = session
        .strides
        .iter()
        .filter(|s| s.direction == StrideDirection::Backward)
        .filter(|s| s.start.seconds() >= start_s - 0.01 && s.end.seconds() <= end_s + 0.01)
        .collect();
    let mut times: Vec<f64> = inside.iter().filter(|s| s.valid).filter_map(|s| s.stride_time_s).collect();
    let mut speeds: Vec<f64> = inside.iter().filter(|s| s.valid).filter_map(|s| s.speed_mps).collect();
    let measured_m = median(&mut speeds).map(|v| v * time_s);
    let reach = speeds.first().zip(speeds.last()).map(|(slow, fast)| (slow * time_s, fast * time_s));
    // Two strides say too little of the length: the last one only closes the feet.
    let reach = reach.filter(|_| speeds.len() >= LEAST_STRIDES);
    let is_other = |(least, most): (f64, f64)| {
        most < DISTANCE_M * (1.0 - LENGTH_SHARE) || least > DISTANCE_M * (1.0 + LENGTH_SHARE)
    };
    let left_out = if time_s < LEAST_S {
        Some(format!("shorter than {LEAST_S} s"))
    } else if time_s > MOST_S {
        Some(format!("longer than {MOST_S} s"))
    } else {
        measured_m
            .filter(|_| reach.is_some_and(is_other))
            .map(|m| format!("{m:.1} m by the sensor, not {DISTANCE_M}"))
    };
    Walk {
        start_s,
        end_s,
        time_s,
        uncertainty_s: median(&mut times),
        speed_mps: DISTANCE_M / time_s,
        strides: inside.len(),
        measured_m,
        left_out,
    }
}

fn median(values: &mut [f64]) -> Option<f64> {
    crate::report::average::median(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Bout;
    use crate::time::SensorTime;

    fn bout(start: f64, end: f64, activity: Activity) -> Bout {
        let at = |s| SensorTime::from_seconds(s).unwrap();
        Bout { start: at(start), end: at(end), activity, strides: 2 }
    }

    /// Walks, each with its steps a little inside of it, and standing between.
    fn session(walks: &[(f64, f64, f64)]) -> Session {
        let mut session = Session::default();
        let mut stood = 0.0;
        for (start, end, speed) in walks {
            session.bouts.push(bout(stood, *start, Activity::Standing));
            session.bouts.push(bout(start + 0.2, end - 0.3, Activity::Backward));
            stood = *end;
            for k in 0..3 {
                let at = start + 0.2 + 0.2 * f64::from(k);
                session.strides.push(
                    serde_json::from_value(serde_json::json!({
                        "start_s": at, "end_s": at + 0.2, "detected_s": at + 0.3,
                        "direction": "backward", "stride_time_s": 1.0, "speed_mps": speed,
                        "confidence": 1.0, "valid": true
                    }))
                    .unwrap(),
                );
            }
        }
        session.bouts.push(bout(stood, stood + 5.0, Activity::Standing));
        session
    }

    #[test]
    fn three_tries_make_a_test() {
        let test = of(&session(&[
            (1.0, 5.0, 0.75),
            (10.0, 13.0, 1.0),
            (20.0, 21.2, 1.0),
            (30.0, 39.0, 1.0),
            (50.0, 55.0, 0.6),
            (60.0, 62.0, 1.5),
        ]));
        assert_eq!(test.tries, 3);
        assert_eq!(test.best_s, Some(3.0));
        assert_eq!(test.mean_s, Some(4.0));
        let left_out: Vec<_> = test.walks.iter().map(|w| w.left_out.as_deref().unwrap_or("")).collect();
        assert_eq!(
            left_out,
            ["", "", "shorter than 1.5 s", "9.0 m by the sensor, not 3", "", "after the first 3 tries"]
        );
        assert_eq!(test.walks[0].uncertainty_s, Some(1.0));
        assert_eq!(test.walks[0].strides, 3);
    }

    #[test]
    fn a_walk_that_is_seen_as_two_is_one_and_walking_on_forward_ends_it() {
        let session = Session {
            bouts: vec![
                bout(0.0, 5.0, Activity::Standing),
                bout(5.3, 7.0, Activity::Backward),
                bout(7.0, 8.6, Activity::Backward),
                bout(8.6, 8.9, Activity::Other),
                bout(8.9, 12.0, Activity::Standing),
                bout(12.5, 15.0, Activity::Backward),
                bout(15.4, 20.0, Activity::Forward),
                bout(20.5, 24.0, Activity::Backward),
            ],
            ..Session::default()
        };
        assert_eq!(spans(&session), [(5.0, 8.9), (12.0, 15.0), (20.5, 24.0)]);
    }

    #[test]
    fn bands_hold_what_they_say() {
        let of = |t| bands(t).iter().map(|b| (b.from_s, b.to_s)).collect::<Vec<_>>();
        assert_eq!(of(3.0), [(0.0, Some(3.0)), (0.0, Some(3.5))]);
        assert_eq!(of(3.3), [(0.0, Some(3.5))]);
        assert!(of(4.5).is_empty());
        assert_eq!(of(9.4).len(), 4);
    }

    #[test]
    fn no_walk_is_no_test() {
        let test = of(&Session::default());
        assert_eq!((test.tries, test.best_s, test.mean_s), (0, None, None));
        assert!(test.bands.is_empty());
    }
}

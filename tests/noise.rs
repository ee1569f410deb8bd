//! More noise takes verdicts away before it makes them wrong.
//!
//! White noise is added to the fixtures (simulated), more and more of it, until nothing is told any more.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "common/run.rs"]
mod run;

use std::cell::Cell;
use std::fmt::Write as _;
use std::fs;

use retrogait::imu::Imu;
use retrogait::record::{Activity, Contact, Stride};
use retrogait::truth::Truth;
use run::{Walk, path};
use serde_json::Value;

/// Standard deviations that are added: acceleration, m/s², and angular rate, deg/s. A good sensor has 0.02 and
/// 0.1 of its own; the last is a sensor that hangs loose.
const LEVELS: [(f64, f64); 8] =
    [(0.0, 0.0), (0.2, 2.0), (0.5, 5.0), (1.0, 10.0), (1.5, 15.0), (2.0, 20.0), (4.0, 40.0), (10.0, 100.0)];

const FIXTURES: [&str; 6] = ["session", "turns", "backward", "forward", "flat", "heel_first"];

/// White noise of standard deviation 1: twelve even ones, summed.
fn normal(state: &Cell<u32>) -> f64 {
    let one = || {
        state.set(state.get().wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        f64::from(state.get() >> 8) / f64::from(1 << 24)
    };
    (0..12).map(|_| one()).sum::<f64>() - 6.0
}

fn noisy(walk: &Walk, (acc, gyr): (f64, f64), seed: u32) -> Walk {
    let state = Cell::new(seed);
    walk.turned(|imu, _| {
        let add = |v: [f64; 3], by: f64| v.map(|x| x + by * normal(&state));
        Imu { acc_mps2: add(imu.acc_mps2, acc), gyr_dps: add(imu.gyr_dps, gyr) }
    })
}

/// Verdicts: right, left open, wrong.
#[derive(Clone, Copy, Debug, Default)]
struct Verdicts {
    right: usize,
    open: usize,
    wrong: usize,
}

fn truth(name: &str) -> Truth {
    serde_json::from_str(&fs::read_to_string(path(&format!("{name}.truth.json"))).unwrap()).unwrap()
}

fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value).unwrap() {
        Value::String(word) => word,
        _ => String::new(),
    }
}

/// What is said at each tenth of a second that was walked one way or the other.
fn directions(truth: &Truth, strides: &[Stride], all: &mut Verdicts) {
    for span in truth.activity.iter().flatten() {
        let (is, is_not) = match span.label {
            Activity::Backward => ("backward", "forward"),
            Activity::Forward => ("forward", "backward"),
            _ => continue,
        };
        let mut t = span.start_s + 0.05;
        while t < span.end_s {
            let here = strides.iter().find(|s| s.start.seconds() <= t && t < s.end.seconds());
            match here.map(|s| word(s.direction)).unwrap_or_default() {
                said if said == is => all.right += 1,
                said if said == is_not => all.wrong += 1,
                _ => all.open += 1,
            }
            t += 0.1;
        }
    }
}

/// How each labelled contact was called.
fn contacts(truth: &Truth, strides: &[Stride], all: &mut Verdicts) {
    for label in truth.contacts.iter().flatten() {
        let here = strides.iter().find(|s| (s.start.seconds() - label.time_s).abs() < 0.15);
        match here.and_then(|s| s.contact) {
            // Flat stands for heel first as well: the shank cannot tell them apart.
            Some(Contact::Flat) if label.contact == Contact::HeelFirst => all.right += 1,
            Some(said) if said == label.contact => all.right += 1,
            None | Some(Contact::Uncertain) => all.open += 1,
            Some(_) => all.wrong += 1,
        }
    }
}

#[test]
fn noise_takes_verdicts_away_before_it_makes_them_wrong() {
    let mut table = String::from("noise            direction (0.1 s)        contact\n");
    let _ = writeln!(table, "m/s²  deg/s    right   open  wrong    right   open  wrong");
    let mut levels = Vec::new();
    for (k, level) in (0..).zip(LEVELS) {
        let (mut direction, mut contact) = (Verdicts::default(), Verdicts::default());
        for name in FIXTURES {
            let walk = Walk::fixture(&format!("{name}.csv"));
            let strides = noisy(&walk, level, 100 + k).strides();
            directions(&truth(name), &strides, &mut direction);
            contacts(&truth(name), &strides, &mut contact);
        }
        let (d, c) = (direction, contact);
        let _ = writeln!(
            table,
            "{:<6}{:<6}{:>8}{:>7}{:>7}{:>9}{:>7}{:>7}",
            level.0, level.1, d.right, d.open, d.wrong, c.right, c.open, c.wrong
        );
        levels.push((direction, contact));
    }
    println!("{table}");
    let (first, last) = (levels[0].0, levels[LEVELS.len() - 1].0);
    assert!(first.right > 6 * first.open, "without noise the direction is known:\n{table}");
    assert!(last.open > last.right, "at the end little is told:\n{table}");
    let clean = levels[0].1;
    for (direction, _) in &levels {
        assert_eq!(direction.wrong, 0, "a wrong direction:\n{table}");
    }
    for (direction, contact) in &levels {
        // What noise takes from the right ones goes to the open ones first.
        let more = |now: usize, before: usize| now.saturating_sub(before);
        assert!(direction.wrong <= more(direction.open, levels[0].0.open), "{table}");
        assert!(more(contact.wrong, clean.wrong) <= more(contact.open, clean.open), "{table}");
    }
    insta::assert_snapshot!("noise", table);
}

//! Shank figures of the simulator beside those of people: the table of `docs/simulator.md`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times within a capture")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use retrogait::record::EventKind;
use retrogait::sim::device::SensorKind;
use retrogait::sim::label::Fact;
use retrogait::sim::scenario::Scenario;
use retrogait::sim::setup::{Play, Setup};
use retrogait::sim::strap::Misalignment;

const SEEDS: u64 = 4;
const SECONDS: f64 = 24.0;
const STEP_S: f64 = 1e-3;
/// Half width of the window over which rates are averaged, twice: about 10 Hz, as the recordings of
/// people were filtered.
const WINDOW: usize = 20;

/// Figures of one stride; medians of these make a row.
#[derive(Clone, Copy, Debug)]
struct Stride {
    time_s: f64,
    /// Fastest rate of the swing, its size, deg/s.
    swing_dps: f64,
    /// From the zero crossing after it to contact, ms and share of the stride.
    crossing_ms: f64,
    crossing_share: f64,
    /// At contact: rate along the way of stance, deg/s, and inclination, deg.
    contact_dps: f64,
    contact_deg: f64,
    /// First hump of stance, deg/s.
    hump_dps: f64,
    /// From the zero crossing before the swing to final contact, ms.
    leaving_ms: f64,
    lowest_deg: f64,
    highest_deg: f64,
    stance: f64,
    knee_deg: f64,
    skewness: f64,
}

/// One walk, `sign` −1 backward and +1 forward: rates are told as of walking backward, whose mirror
/// image forward walking is.
fn strides(id: &str, speed_mps: f64, sign: f64) -> Vec<Stride> {
    let scenario = Scenario::named(id).unwrap();
    let play = Play::Scenario { scenario, speed_mps: Some(speed_mps), seconds: Some(SECONDS) };
    let mut all = Vec::new();
    for seed in 1..=SEEDS {
        let setup = Setup {
            seed,
            sensor: SensorKind::Ideal,
            misalignment: Some(Misalignment::NONE),
            ..Setup::playing(play.clone())
        };
        let mut walker = setup.walker().unwrap();
        let (mut rate, mut shank, mut knee, mut facts) = (vec![], vec![], vec![], vec![]);
        while let Some(m) = walker.next_moment() {
            facts.extend(walker.take_facts());
            if m.time_s >= 0.0 {
                rate.push(-sign * m.shank.gyr_dps[2]);
                shank.push(m.shank_deg);
                knee.push(m.knee_flexion_deg);
            }
        }
        let rate = averaged(&averaged(&rate));
        let contact = if sign < 0.0 { EventKind::ToeContact } else { EventKind::InitialContact };
        let times = |kind: EventKind| -> Vec<f64> {
            let time = |f: &Fact| match f {
                Fact::Event(e) if e.kind == kind => Some(e.time_s),
                _ => None,
            };
            facts.iter().filter_map(time).collect()
        };
        let (contacts, leavings) = (times(contact), times(EventKind::FinalContact));
        // The first and the last steps are those of setting off and stopping.
        let steady = contacts.len().saturating_sub(5);
        for pair in contacts.windows(2).skip(2).take(steady) {
            all.extend(stride(&rate, &shank, &knee, (pair[0], pair[1]), &leavings));
        }
    }
    all
}

fn index(t: f64) -> usize {
    (t / STEP_S).round() as usize
}

fn averaged(values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for v in values {
        sums.push(sums[sums.len() - 1] + v);
    }
    (0..values.len())
        .map(|i| {
            let (from, to) = (i.saturating_sub(WINDOW), (i + WINDOW + 1).min(values.len()));
            (sums[to] - sums[from]) / (to - from) as f64
        })
        .collect()
}

/// The stride from one contact to the next, about the swing in it and the contact that ends it.
fn stride(rate: &[f64], shank: &[f64], knee: &[f64], span: (f64, f64), leavings: &[f64]) -> Option<Stride> {
    let (from, to) = (index(span.0), index(span.1));
    let stride_s = span.1 - span.0;
    let leaving = *leavings.iter().find(|l| **l > span.0 && **l < span.1)?;
    let swing = (from + (to - from) / 2..to).min_by(|a, b| rate[*a].total_cmp(&rate[*b]))?;
    let after = (swing..to + index(0.2 * stride_s)).find(|i| rate[*i] >= 0.0)?;
    let before = (from..swing).rev().find(|i| rate[*i] >= 0.0)?;
    let hump = rate[after..after + index(0.22 * stride_s)].iter().copied().fold(0.0, f64::max);
    let range = |v: &[f64]| v[from..to].iter().fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(*x), b.max(*x)));
    let (lowest_deg, highest_deg) = range(shank);
    // From about heel contact to about forefoot rise.
    let share = |s: f64| from + index(s * stride_s);
    let stance_knee = &knee[share(0.14)..share(0.50)];
    let n = (to - from) as f64;
    let mean = rate[from..to].iter().sum::<f64>() / n;
    let moment = |p: i32| rate[from..to].iter().map(|r| (r - mean).powi(p)).sum::<f64>() / n;
    Some(Stride {
        time_s: stride_s,
        swing_dps: -rate[swing],
        crossing_ms: (span.1 - after as f64 * STEP_S) * 1e3,
        crossing_share: (span.1 - after as f64 * STEP_S) / stride_s,
        contact_dps: rate[to],
        contact_deg: shank[to],
        hump_dps: hump,
        leaving_ms: (leaving - before as f64 * STEP_S) * 1e3,
        lowest_deg,
        highest_deg,
        stance: (leaving - span.0) / stride_s,
        knee_deg: stance_knee.iter().copied().fold(f64::MAX, f64::min),
        skewness: moment(3) / moment(2).powf(1.5),
    })
}

fn median(strides: &[Stride], of: impl Fn(&Stride) -> f64) -> f64 {
    let mut values: Vec<f64> = strides.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Figures of people: `real` and `reversed` from pressure insoles and gyroscopes, `virtual` from motion
/// capture of acted walks; median and spread over strides, or the range over walks.
const PEOPLE: &str = "\
| virtual, acted, backward 0.46 to 1.06 m/s, 14 walks | 1.03…1.62 | 170…320 | 23…115 | 44…117 | −31…−40 | 92…133 | −24…+8 | −51…+22 | 12…32 | −0.9…−1.2 |
| reversed, forward played backward, 38 walks | 1.28 ± 0.16 | 314 ± 58 | 73 ± 26 | 124 ± 44 | · | 168 ± 35 | −62 ± 28 | · | · | · |
| real, forward, 38 walks | 1.28 ± 0.13 | 311 ± 63 | 63 ± 76 | 95 ± 53 | · | 117 ± 46 | −62 ± 27 | · | · | · |
";

/// A scenario at a speed, m/s.
type Row = (&'static str, f64, Vec<Stride>);

fn table() -> (String, Vec<Row>) {
    let mut text = String::from(
        "| walk | stride, s | swing rate, deg/s | crossing to contact, ms | rate at contact, deg/s | shank at contact, deg | \
         first hump, deg/s | crossing to last contact, ms | shank range, deg | stance knee, deg | skewness |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    text.push_str(PEOPLE);
    let mut rows = Vec::new();
    for (id, speeds, sign) in [
        ("bw_normal_coached", &[0.22, 0.45, 0.67, 0.89, 1.12, 1.34, 1.56][..], -1.0),
        ("bw_normal_habitual", &[0.46, 0.89, 1.06], -1.0),
        ("bw_fourier", &[0.45, 0.89, 1.12], -1.0),
        ("fw_normal", &[0.5, 1.2, 1.4], 1.0),
    ] {
        for &speed in speeds {
            let s = strides(id, speed, sign);
            let m = |of: fn(&Stride) -> f64| median(&s, of);
            let mut line = format!(
                "| simulated `{id}` {speed} m/s | {:.2} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:+.0} | {:+.0}…{:+.0} | {:.0} | {:+.1} |\n",
                m(|s| s.time_s),
                m(|s| s.swing_dps),
                m(|s| s.crossing_ms),
                m(|s| s.contact_dps),
                m(|s| s.contact_deg),
                m(|s| s.hump_dps),
                m(|s| s.leaving_ms),
                m(|s| s.lowest_deg),
                m(|s| s.highest_deg),
                m(|s| s.knee_deg),
                m(|s| s.skewness),
            );
            line = line.replace('-', "−").replace("−0 |", "0 |");
            let _ = write!(text, "{line}");
            rows.push((id, speed, s));
        }
    }
    (text, rows)
}

#[test]
fn the_figures_in_the_documentation_are_those_of_the_simulator_and_near_those_of_people() {
    let (table, rows) = table();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/simulator.md");
    let page = fs::read_to_string(path).unwrap();
    let stored = page.split("<!-- figures -->\n").nth(1).unwrap_or_default();
    assert_eq!(stored, table, "docs/simulator.md: put this between its two lines `figures`:\n{table}");

    // Where people were recorded the model must not be far from them.
    for (id, speed, strides) in &rows {
        let median = |of: fn(&Stride) -> f64| median(strides, of);
        if id.starts_with("fw") {
            continue;
        }
        let name = format!("{id} at {speed} m/s");
        if (0.45..=1.12).contains(speed) {
            let swing = median(|s| s.swing_dps) / (75.0 + 210.0 * speed);
            assert!((0.75..1.25).contains(&swing), "{name}: swing rate {swing} of people's");
            let share = median(|s| s.crossing_share);
            assert!((0.01..0.12).contains(&share), "{name}: contact {share} after the crossing");
            let hump = median(|s| s.hump_dps);
            assert!((57.0..200.0).contains(&hump), "{name}: hump {hump}");
            let shank = median(|s| s.contact_deg);
            assert!((-45.0..-22.0).contains(&shank), "{name}: shank at contact {shank}");
        }
        let skewness = median(|s| s.skewness);
        assert!(skewness < -0.4, "{name}: skewness {skewness}");
        assert!((0.55..0.78).contains(&median(|s| s.stance)), "{name}: stance");
    }
}

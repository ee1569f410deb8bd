//! How long after it happened an event is told: part of what the program promises.
//!
//! Over every scenario of the simulator, `detected_s - time_s` of each kind of event, as a table. The
//! figures are of kind `simulated`; those of labelled captures are in docs/accuracy.md.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places in a short list")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::{Direction, EventKind, Record};
use retrogait::sim::scenario::CATALOGUE;
use retrogait::sim::setup::{Play, Setup};

/// People for each scenario.
const SEEDS: u64 = 2;
/// Longest capture, s: what a scenario is about has begun by then.
const LONGEST_S: f64 = 30.0;

/// What is promised: a kind, and how long after it happened 95 of 100 are told at most, s. The first contact
/// of a step is what a cue hangs on. An event that only the next swing settles comes a step later.
const PROMISES: [(EventKind, f64); 4] = [
    (EventKind::ToeContact, 0.20),
    (EventKind::InitialContact, 0.35),
    (EventKind::FinalContact, 0.60),
    (EventKind::MidSwing, 0.60),
];

fn at(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

#[test]
fn events_are_told_as_soon_as_promised() {
    let mut all: BTreeMap<(String, String), (EventKind, Direction, Vec<f64>)> = BTreeMap::new();
    for scenario in CATALOGUE {
        for seed in 0..SEEDS {
            let seconds = Some(scenario.seconds.min(LONGEST_S));
            let setup = Setup {
                seed,
                thigh: seed == 1,
                ..Setup::playing(Play::Scenario { scenario, speed_mps: None, seconds })
            };
            let recording = setup.record().unwrap();
            let mut pipeline = Pipeline::new(&recording.meta, Settings::default());
            let mut take = |output: Output| {
                let Output::Record(Record::Event(e)) = output else { return };
                let latency_s = e.detected.since(e.time).seconds();
                assert!(latency_s >= 0.0, "{e:?}");
                let word = |v: serde_json::Value| v.as_str().unwrap().to_owned();
                let key = (
                    word(serde_json::to_value(e.direction).unwrap()),
                    word(serde_json::to_value(e.kind).unwrap()),
                );
                all.entry(key).or_insert((e.kind, e.direction, Vec::new())).2.push(latency_s);
            };
            for step in &recording.steps {
                pipeline.push(&step.sample, &mut take);
            }
            pipeline.finish(&mut take);
        }
    }
    let mut table = String::from("direction  kind                  n    p50    p95    max  (ms)\n");
    let mut broken = String::new();
    let mut kept = 0;
    for ((way, name), (kind, direction, latencies)) in &mut all {
        latencies.sort_by(f64::total_cmp);
        let ms = |share| at(latencies, share) * 1000.0;
        writeln!(
            table,
            "{way:<10} {name:<16}{:>7}{:>7.0}{:>7.0}{:>7.0}",
            latencies.len(),
            ms(0.5),
            ms(0.95),
            ms(1.0)
        )
        .unwrap();
        let promise = PROMISES.iter().find(|(k, _)| k == kind);
        let is_known = *direction != Direction::Unknown;
        if let Some((_, limit_s)) = promise.filter(|_| is_known) {
            kept += 1;
            if at(latencies, 0.95) > *limit_s {
                writeln!(broken, "{way} {name}: {:.0} ms", ms(0.95)).unwrap();
            }
        }
    }
    insta::assert_snapshot!("latency", table);
    assert!(kept >= 4, "promises that were looked at: {kept}");
    assert!(broken.is_empty(), "later than promised:\n{broken}{table}");
}

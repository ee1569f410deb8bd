//! Every scenario of the simulator through the whole signal path: what must be found in it, what must
//! not, and what was, as one table.
//!
//! The table is the present truth, good or bad: a change of any detector shows as a difference in it.
//! Figures are of kind `simulated` and say nothing about accuracy on people.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times within a capture")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use retrogait::evaluate::observed::{AlertLevel, Observed, SeenAlert};
use retrogait::evaluate::pool::{Figures, pool};
use retrogait::evaluate::{CaptureScore, score};
use retrogait::mount::Side;
use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::{Activity, Contact, EventKind, Record};
use retrogait::sim::device::SensorKind;
use retrogait::sim::expect::Finding;
use retrogait::sim::scenario::{CATALOGUE, Scenario};
use retrogait::sim::setup::{Play, Setup};
use retrogait::truth::Truth;
use serde_json::Value;

const SEEDS: u64 = 20;
/// Captures are no longer than this, s; where the scenario takes longer to show itself, see
/// [`seconds`].
const USUAL_S: f64 = 24.0;

fn seconds(scenario: &Scenario) -> f64 {
    match scenario.id {
        "bw_drift_belt" | "bw_ext_fatigue" | "turn_180" | "fw_bw_intervals" => 64.0,
        "bw_var" | "circle" | "stop_planned" => 45.0,
        "stop_abrupt" | "ble_loss" | "ble_dropout" | "ble_jitter" | "seated_extensions" => 36.0,
        _ => scenario.seconds.min(USUAL_S),
    }
}

/// Different people with different sensors: every other one wears a second one on the thigh.
fn setup(scenario: &'static Scenario, seed: u64) -> Setup {
    let seconds = Some(seconds(scenario));
    Setup {
        seed,
        thigh: seed.is_multiple_of(2),
        side: if seed % 4 < 2 { Side::Left } else { Side::Right },
        height_m: [1.55, 1.64, 1.72, 1.80, 1.90][(seed % 5) as usize],
        sensor: [SensorKind::Bmi270, SensorKind::Lsm6dso, SensorKind::Mti][(seed % 3) as usize],
        ..Setup::playing(Play::Scenario { scenario, speed_mps: None, seconds })
    }
}

/// One capture and what was said of it.
struct Seen {
    truth: Truth,
    observed: Observed,
    score: CaptureScore,
    bouts: Vec<Activity>,
    /// The other records, as they are written: what a detector adds shows without a change here.
    strides: Vec<Value>,
    alerts: Vec<Value>,
    notices: Vec<Value>,
}

impl Seen {
    fn of(setup: &Setup) -> Self {
        let recording = setup.record().unwrap();
        let mut observed = Observed::default();
        let (mut bouts, mut strides, mut alerts, mut notices) = (vec![], vec![], vec![], vec![]);
        let mut take = |output: Output| {
            observed.take(&output);
            let Output::Record(record) = output else {
                return;
            };
            match &record {
                Record::Event(_) => return,
                Record::Bout(bout) => bouts.push(bout.activity),
                _ => {}
            }
            let json = serde_json::to_value(&record).unwrap();
            match json["type"].as_str() {
                Some("stride") => strides.push(json),
                Some("alert") => alerts.push(json),
                Some("notice") => notices.push(json),
                _ => {}
            }
        };
        let mut pipeline = Pipeline::new(&recording.meta, Settings::default());
        for step in &recording.steps {
            pipeline.push(&step.sample, &mut take);
        }
        pipeline.finish(&mut take);
        observed.alerts = alerts.iter().filter_map(alert).collect();
        let end_s = recording.steps.last().map_or(0.0, |s| s.sample.time.seconds());
        let score = score(&recording.truth, None, Some(&observed), (0.0, end_s));
        Self { truth: recording.truth, observed, score, bouts, strides, alerts, notices }
    }

    /// Backward strides that are to be judged.
    fn judged(&self) -> impl Iterator<Item = &Value> {
        self.strides.iter().filter(|s| s["direction"] == "backward" && s["valid"] == true)
    }

    /// Share of the walking of this way that was called so.
    fn called(&self, way: Activity) -> f64 {
        let word = match way {
            Activity::Backward => "backward",
            _ => "forward",
        };
        let spans: Vec<(f64, f64)> = self
            .truth
            .activity
            .iter()
            .flatten()
            .filter(|a| a.label == way)
            .map(|a| (a.start_s, a.end_s))
            .collect();
        let walked: f64 = spans.iter().map(|(from, to)| to - from).sum();
        let said: f64 = self
            .strides
            .iter()
            .filter(|s| s["direction"] == word)
            .filter_map(|s| Some((s["start_s"].as_f64()?, s["end_s"].as_f64()?)))
            .flat_map(|(from, to)| spans.iter().map(move |(a, b)| (to.min(*b) - from.max(*a)).max(0.0)))
            .sum();
        if walked > 0.0 { said / walked } else { 0.0 }
    }

    /// Share of judged backward landings with this word.
    fn landings(&self, contact: Contact) -> f64 {
        let word = serde_json::to_value(contact).unwrap();
        let (mut n, mut so) = (0, 0);
        for stride in self.judged() {
            n += 1;
            so += usize::from(stride["contact"] == word);
        }
        if n == 0 { 0.0 } else { so as f64 / f64::from(n) }
    }

    /// Median error of the smallest stance flexion, deg; `None` when most strides have none.
    fn knee_error_deg(&self) -> Option<f64> {
        let mut told: Vec<f64> = self.judged().filter_map(|s| s["knee_min_flexion_deg"].as_f64()).collect();
        let mut true_: Vec<f64> = self.truth.stance_knee.iter().flatten().map(|k| k.knee_min_deg).collect();
        let most = !true_.is_empty() && 2 * told.len() > self.judged().count();
        most.then(|| median(&mut told) - median(&mut true_))
    }

    fn doubts_mount(&self) -> bool {
        let doubts = ["mount_suspect", "direction_withheld", "sensor_moved"];
        // A tilt of some degrees is how people strap sensors on; this much is another mount.
        let tilted = |n: &Value| n["code"] == "mount_tilted" && n["value"].as_f64() > Some(45.0);
        self.notices.iter().any(|n| tilted(n) || doubts.iter().any(|d| n["code"] == *d))
    }

    /// Whether it was found, by what is said to people.
    fn has(&self, finding: Finding, must: bool) -> bool {
        // What must be found must be most of it; of what must not be, anything counts.
        let enough = |share: f64| if must { share >= 0.8 } else { share > 0.0 };
        let strides = |word: &str| self.strides.iter().any(|s| s["direction"] == word);
        match finding {
            Finding::BackwardStrides if must => enough(self.called(Activity::Backward)),
            Finding::ForwardStrides if must => enough(self.called(Activity::Forward)),
            Finding::BackwardStrides => strides("backward"),
            Finding::ForwardStrides => strides("forward"),
            Finding::Bout(activity) => self.bouts.contains(&activity),
            Finding::Landings(contact) => {
                let share = self.landings(contact);
                if must { share > 0.5 } else { share > 0.05 }
            }
            Finding::StraightKnee | Finding::BentKnee(_) => {
                self.knee_error_deg().is_some_and(|e| e.abs() <= 5.0)
            }
            // Counted danger by danger instead.
            Finding::Danger(_) => false,
            Finding::Alarm => {
                let hazards = self.score.hazards.as_ref();
                hazards.is_some_and(|h| h.false_alerts[1] + h.false_alerts[2] > 0)
            }
            Finding::WrongDirection => self.score.direction.is_some_and(|d| d.wrong_s > 0.0),
            Finding::MountDoubt => self.doubts_mount(),
        }
    }
}

fn alert(json: &Value) -> Option<SeenAlert> {
    let level = AlertLevel::ALL.into_iter().find(|l| json["level"] == l.word())?;
    Some(SeenAlert { level, detected_s: json["detected_s"].as_f64()? })
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// All captures of all scenarios, in their order; on as many cores as there are.
fn watch() -> Vec<Vec<Seen>> {
    let jobs: Vec<(usize, u64)> =
        (0..CATALOGUE.len()).flat_map(|i| (1..=SEEDS).map(move |seed| (i, seed))).collect();
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<(usize, u64), Seen>> = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(&(i, seed)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let seen = Seen::of(&setup(&CATALOGUE[i], seed));
                    done.lock().unwrap().insert((i, seed), seen);
                }
            });
        }
    });
    let mut rows: Vec<Vec<Seen>> = CATALOGUE.iter().map(|_| Vec::new()).collect();
    for ((i, _), seen) in done.into_inner().unwrap() {
        rows[i].push(seen);
    }
    rows
}

/// How a finding of the catalogue fared.
fn fared(finding: Finding, must: bool, seen: &[Seen], figures: &Figures) -> String {
    if let Finding::Danger(_) = finding {
        let h = figures.hazards.unwrap_or_default();
        return format!("{finding} {} of {}", h.detected, h.n);
    }
    let n = seen.iter().filter(|s| s.has(finding, must)).count();
    format!("{finding} {n}")
}

fn list(findings: &[Finding], must: bool, seen: &[Seen], figures: &Figures) -> String {
    let told: Vec<String> = findings.iter().map(|f| fared(*f, must, seen, figures)).collect();
    told.join(", ")
}

/// `12 %`, or `·` for what there is none of.
fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "·".to_owned(), |s| format!("{:.0} %", 100.0 * s))
}

fn whole(value: Option<f64>) -> String {
    // No minus before a nought.
    value.map_or_else(|| "·".to_owned(), |v| format!("{:.0}", v.round() + 0.0))
}

/// `word count, word count`, most first.
fn counts<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut n: BTreeMap<&str, usize> = BTreeMap::new();
    for word in words {
        *n.entry(word).or_default() += 1;
    }
    let mut n: Vec<(&str, usize)> = n.into_iter().collect();
    n.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    n.iter().map(|(word, n)| format!("{word} {n}")).collect::<Vec<_>>().join(", ")
}

fn row(table: &mut String, scenario: &Scenario, seen: &[Seen]) {
    let figures = pool(seen.iter().map(|s| &s.score));
    let _ = writeln!(table, "{} ({} captures of {} s)", scenario.id, seen.len(), seconds(scenario));
    let mut line = |name: &str, text: String| {
        if !text.is_empty() {
            let _ = writeln!(table, "  {name:<9} {text}");
        }
    };
    line("must", list(scenario.expect.must, true, seen, &figures));
    line("must not", list(scenario.expect.must_not, false, seen, &figures));
    let events: Vec<String> = figures
        .events
        .iter()
        .filter(|(kind, _)| {
            matches!(kind, EventKind::ToeContact | EventKind::FinalContact | EventKind::InitialContact)
        })
        .map(|(kind, e)| {
            format!(
                "{} {}: recall {}, precision {}, {} ± {} ms",
                e.n,
                kind.word(),
                percent(e.recall),
                percent(e.precision),
                whole(e.bias_ms),
                whole(e.sd_ms),
            )
        })
        .collect();
    line("events", events.join("; "));
    if let Some(d) = figures.direction {
        line(
            "direction",
            format!(
                "right {}, none {}, wrong {:.1} s, backward where there is none {:.1} s",
                percent(d.right),
                percent(d.none),
                d.wrong_s,
                d.false_backward_s
            ),
        );
    }
    let judged = || seen.iter().flat_map(Seen::judged);
    line("landings", counts(judged().filter_map(|s| s["contact"].as_str())));
    let mut errors: Vec<f64> = seen.iter().filter_map(Seen::knee_error_deg).collect();
    if !errors.is_empty() {
        let n = errors.len();
        let verdicts = counts(judged().filter_map(|s| s["knee_verdict"].as_str()));
        let verdicts = if verdicts.is_empty() { "no verdict" } else { &verdicts };
        let error = whole(Some(median(&mut errors)));
        line("knee", format!("told in {n}, median error {error}°; {verdicts}"));
    }
    let rule = |a: &Value| Some(format!("{} {}", a["level"].as_str()?, a["rule"].as_str()?));
    let rules: Vec<String> = seen.iter().flat_map(|s| &s.alerts).filter_map(rule).collect();
    line("alerts", counts(rules.iter().map(String::as_str)));
    let notices = seen.iter().flat_map(|s| &s.notices);
    line("notices", counts(notices.filter_map(|n| n["code"].as_str())));
}

#[test]
fn every_scenario_and_what_is_found_in_it() {
    let rows = watch();
    let mut table = String::from(
        "What must and must not be found: number of captures in which it was (dangers: number found).\n\
         Backward and forward strides that must be found cover 80 % of the walking. A knee is found when\n\
         the median of the told smallest flexion is within 5° of the true one.\n\n",
    );
    for (scenario, seen) in CATALOGUE.iter().zip(&rows) {
        row(&mut table, scenario, seen);
    }
    // Whatever else the table says, this is never allowed.
    for (scenario, seen) in CATALOGUE.iter().zip(&rows) {
        for (i, s) in seen.iter().enumerate() {
            assert_eq!(s.score.early, 0, "{} seed {}: known before it happened", scenario.id, i + 1);
            assert!(s.observed.strides.iter().all(|x| x.end_s >= x.start_s), "{}", scenario.id);
        }
    }
    insta::assert_snapshot!("scenarios", table);
}

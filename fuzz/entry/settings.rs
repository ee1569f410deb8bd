//! Any text as what people write by hand: remembered sensors, scripts, labels, and the words of the
//! command line. It is understood or refused with words, and what is understood and written again reads
//! the same. The fuzzer and the corpus test run this one function.
//!
//! The first byte says which.

use std::str::FromStr;

use retrogait::bench::require::Requirement;
use retrogait::live::registry::Registry;
use retrogait::mount::Mount;
use retrogait::sim::script::Script;
use retrogait::sim::units;
use retrogait::truth::Truth;

/// Which kind of text a first byte stands for.
pub const SENSORS: u8 = b's';
/// A script of scenarios.
pub const SCRIPT: u8 = b'p';
/// Labels.
pub const LABELS: u8 = b't';

/// Reads bytes as text of a kind.
pub fn run(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let Ok(text) = str::from_utf8(rest) else { return };
    match *kind {
        SENSORS => sensors(text),
        SCRIPT => script(text),
        LABELS => labels(text),
        _ => words(text),
    }
}

fn sensors(text: &str) {
    let Ok(registry) = toml::from_str::<Registry>(text) else { return };
    for sensor in &registry.sensors {
        let _ = sensor.mount();
        assert!(registry.find(&sensor.name).is_some());
    }
    let again = toml::to_string_pretty(&registry).expect("what was read can be written");
    let back: Registry = toml::from_str(&again).expect("what was written can be read");
    assert_eq!(format!("{back:?}"), format!("{registry:?}"));
}

fn script(text: &str) {
    match Script::parse(text, "fuzz") {
        Ok(script) => {
            assert!(!script.segments.is_empty());
            for s in &script.segments {
                assert!(s.seconds.is_finite() && s.speed_mps.is_none_or(f64::is_finite));
            }
        }
        Err(e) => {
            assert!(e.line >= 1 && e.column >= 1 && e.line <= text.split('\n').count() + 1);
            assert!(!e.what.is_empty() && !e.what.contains('\n'));
        }
    }
}

fn labels(text: &str) {
    let Ok(truth) = serde_json::from_str::<Truth>(text) else { return };
    let again = serde_json::to_string(&truth).expect("what was read can be written");
    let back: Truth = serde_json::from_str(&again).expect("what was written can be read");
    assert_eq!(truth, back);
}

fn words(text: &str) {
    if let Ok(mount) = Mount::from_str(text) {
        assert_eq!(mount.to_string().parse(), Ok(mount));
    }
    let _ = Requirement::from_str(text);
    if let Ok(v) = units::speed_mps(text) {
        assert!(v.is_finite());
    }
    if let Ok(s) = units::seconds(text) {
        assert!(s.is_finite());
    }
}

//! The fuzzers' corpora go through the same functions that the fuzzers run. What a fuzzer once found is
//! kept among them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../fuzz/entry/capture_csv.rs"]
mod capture_csv;
#[path = "../fuzz/entry/decode.rs"]
mod decode;
#[path = "../fuzz/entry/foreign.rs"]
#[allow(dead_code, reason = "cutting and damaging is another test's")]
mod foreign;
#[path = "../fuzz/entry/open_profile.rs"]
mod open_profile;
#[path = "../fuzz/entry/pipeline.rs"]
mod pipeline;
#[path = "../fuzz/entry/raw.rs"]
mod raw;
#[path = "../fuzz/entry/settings.rs"]
mod settings;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What a target does with bytes.
type Run = fn(&[u8]);

/// Each target, what it runs, and how many inputs its corpus has at least. The readers of other loggers'
/// files are all of one kind: `foreign_` and the word of the format.
const TARGETS: [(&str, Run, usize); 6] = [
    ("capture_csv", capture_csv::run, 8),
    ("decode", decode::run, 8),
    ("open_profile", open_profile::run, 3),
    ("pipeline", pipeline::run, 8),
    ("raw", raw::run, 4),
    ("settings", settings::run, 8),
];

fn names(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let names = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    names.map(|n| n.trim_end_matches(".rs").to_owned()).collect()
}

fn replay(name: &str, least: usize, run: impl Fn(&[u8])) {
    let files = names(&format!("fuzz/corpus/{name}"));
    assert!(files.len() >= least, "the corpus of {name} is there: {} files", files.len());
    for file in files {
        let path = format!("fuzz/corpus/{name}/{file}");
        println!("{path}");
        run(&fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap());
    }
}

#[test]
fn every_corpus_is_survived() {
    for (name, run, least) in TARGETS {
        replay(name, least, run);
    }
    for format in &retrogait::source::FORMATS {
        let name = format!("foreign_{}", format.word.replace('-', "_"));
        replay(&name, 1, |bytes| foreign::run(format.word, bytes));
    }
}

#[test]
fn the_corpus_of_the_decoders_says_something() {
    let spoke = Cell::new(0);
    replay("decode", 9, |bytes| spoke.set(spoke.get() + usize::from(decode::said(bytes) > 0)));
    assert!(spoke.get() >= 9, "{spoke:?}");
}

#[test]
fn every_target_has_a_corpus_and_is_replayed_here() {
    let targets = names("fuzz/fuzz_targets");
    assert_eq!(targets, names("fuzz/corpus"));
    let replayed = TARGETS.iter().map(|(name, ..)| (*name).to_owned());
    let foreign = retrogait::source::FORMATS.iter().map(|f| format!("foreign_{}", f.word.replace('-', "_")));
    assert_eq!(targets, replayed.chain(foreign).collect());
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/Cargo.toml")).unwrap();
    for target in targets {
        assert!(manifest.contains(&format!("name = \"{target}\"\n")), "{target} is in fuzz/Cargo.toml");
    }
}

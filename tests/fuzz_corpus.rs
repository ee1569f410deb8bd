//! The fuzzers' corpora go through the same functions that the fuzzers run.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../fuzz/entry/capture_csv.rs"]
mod capture_csv;
#[path = "../fuzz/entry/pipeline.rs"]
mod pipeline;

use std::fs;
use std::path::Path;

fn replay(name: &str, least: usize, run: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        run(&fs::read(entry.unwrap().path()).unwrap());
        seen += 1;
    }
    assert!(seen >= least, "the corpus of {name} is there: {seen} files");
}

#[test]
fn the_corpus_of_captures_is_survived() {
    replay("capture_csv", 8, capture_csv::run);
}

#[test]
fn the_corpus_of_samples_is_survived() {
    replay("pipeline", 8, pipeline::run);
}

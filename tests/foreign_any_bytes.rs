//! The readers of other loggers' files on anything at all: the fuzzers' corpora, whole, cut and damaged.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../fuzz/entry/foreign.rs"]
mod entry;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use retrogait::source::FORMATS;

/// Every file of every corpus, with its format.
fn corpora() -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    for format in &FORMATS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpus")
            .join(format!("foreign_{}", format.word.replace('-', "_")));
        let before = all.len();
        for file in fs::read_dir(&folder).unwrap() {
            all.push((format.word, fs::read(file.unwrap().path()).unwrap()));
        }
        assert!(all.len() > before, "the corpus of {} is there", format.word);
    }
    all
}

#[test]
fn the_corpora_are_survived_whole_and_cut() {
    for (word, bytes) in corpora() {
        let step = (bytes.len() / 25).max(1);
        for end in (0..bytes.len()).step_by(step) {
            entry::run(word, &bytes[..end]);
        }
        entry::run(word, &bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_survived(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        keep in 0.3..1.0_f64,
    ) {
        let corpora = corpora();
        let (word, bytes) = &corpora[which.index(corpora.len())];
        let mut bytes = bytes.clone();
        if keep < 0.6 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
            bytes.truncate((bytes.len() as f64 * keep) as usize);
        }
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        entry::run(word, &bytes);
    }

    #[test]
    fn any_bytes_are_survived(
        which in 0..FORMATS.len(),
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        entry::run(FORMATS[which].word, &bytes);
    }
}

//! Which part of the program may know of which: the signal path knows no radio and no runtime, and the
//! decoders no radio, no clock and no thread.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    if folder.is_file() {
        return vec![folder.to_owned()];
    }
    fs::read_dir(folder).unwrap().flat_map(|e| sources(&e.unwrap().path())).collect()
}

fn check(parts: &[&str], never: &[&str]) {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for part in parts {
        for file in sources(&src.join(part)) {
            let text = fs::read_to_string(&file).unwrap();
            for word in never {
                let found = text.lines().position(|l| l.contains(word) && !l.trim_start().starts_with("//"));
                assert!(found.is_none(), "{}:{}: `{word}`", file.display(), found.unwrap() + 1);
            }
            seen += 1;
        }
    }
    assert!(seen >= parts.len());
}

#[test]
fn the_signal_path_knows_no_radio() {
    check(
        &[
            "signal",
            "orient",
            "calibrate",
            "events",
            "stride",
            "pipeline.rs",
            "scribe.rs",
            "gait.rs",
            "sagittal.rs",
            "imu.rs",
            "time.rs",
        ],
        &[
            "tokio",
            "btleplug",
            "crate::link",
            "crate::live",
            "crate::decode",
            "crate::cli",
            "std::thread",
            "Instant",
        ],
    );
}

#[test]
fn the_decoders_know_only_bytes_and_arrivals() {
    check(
        &["decode"],
        &[
            "tokio",
            "btleplug",
            "crate::link",
            "crate::live",
            "crate::cli",
            "crate::pipeline",
            "std::thread",
            "Instant",
            "std::fs",
        ],
    );
}

#[test]
fn the_link_knows_no_signal_path() {
    check(&["link"], &["crate::live", "crate::cli", "crate::pipeline", "crate::source", "std::fs"]);
}

#[test]
fn putting_a_session_together_needs_no_runtime() {
    check(
        &["live/assemble.rs", "live/raw.rs", "live/session.rs"],
        &["tokio", "btleplug", "std::thread", "Instant::now"],
    );
}

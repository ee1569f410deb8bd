//! The captures of `fixtures/` are what the simulator makes today, byte for byte.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::Folder;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The commands of `fixtures/make.sh`, word by word, without the program.
fn commands() -> Vec<Vec<String>> {
    let script = fs::read_to_string(fixtures().join("make.sh")).unwrap();
    let lines = script.lines().filter_map(|line| line.strip_prefix("retrogait "));
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

/// Names of the files in a folder that `wanted` picks.
fn files(folder: &Path, wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| wanted(name))
        .collect()
}

#[test]
fn every_fixture_is_what_its_command_makes() {
    let folder = Folder::new();
    for script in files(&fixtures(), |name| name.ends_with(".toml")) {
        fs::copy(fixtures().join(&script), folder.at(&script)).unwrap();
    }
    let commands = commands();
    assert!(commands.len() >= 10, "{} commands", commands.len());
    for command in commands {
        folder.retrogait().args(&command).assert().success();
    }
    let made = |name: &str| name.ends_with(".csv") || name.ends_with(".truth.json");
    assert_eq!(files(folder.path(), made), files(&fixtures(), made));
    let mut bytes = 0;
    for name in files(&fixtures(), made) {
        let stored = fs::read(fixtures().join(&name)).unwrap();
        bytes += stored.len();
        let differs = fs::read(folder.at(&name)).unwrap() != stored;
        assert!(!differs, "{name} differs: run fixtures/make.sh if the simulator was meant to change");
    }
    assert!(bytes < 3_000_000, "{bytes} bytes of fixtures");
}

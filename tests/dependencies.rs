//! What the program is built from is written down, and no more than that is in it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Tables of this name: of every system, and of one.
fn tables<'a>(manifest: &'a Table, name: &str) -> Vec<&'a Table> {
    let of_systems = manifest["target"].as_table().unwrap().values().map(|t| t.as_table().unwrap());
    let all = std::iter::once(manifest).chain(of_systems);
    all.filter_map(|t| t.get(name)).map(|t| t.as_table().unwrap()).collect()
}

fn direct(name: &str) -> BTreeSet<String> {
    let manifest: Table = read("Cargo.toml").parse().unwrap();
    tables(&manifest, name).into_iter().flat_map(|t| t.keys().cloned()).collect()
}

/// Names in backticks.
fn named(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_direct_dependency_is_in_the_table_and_nothing_else() {
    let page = read("CONTRIBUTING.md");
    let rows = page.lines().filter(|l| l.starts_with("| `"));
    let table: BTreeSet<_> = rows.flat_map(|row| named(row.split('|').nth(1).unwrap())).collect();
    assert_eq!(table, direct("dependencies"));
}

#[test]
fn every_dependency_of_the_tests_is_named() {
    let page = read("CONTRIBUTING.md");
    let paragraph = page.split("\n\n").find(|p| p.starts_with("For tests only:")).unwrap();
    let missing: Vec<_> = direct("dev-dependencies").difference(&named(paragraph)).cloned().collect();
    let missing: Vec<_> = missing.into_iter().filter(|n| !direct("dependencies").contains(n)).collect();
    assert!(missing.is_empty(), "not named: {missing:?}");
    assert!(named(paragraph).is_subset(&direct("dev-dependencies")), "{paragraph}");
}

/// What its own code does not need is not asked for, and so does not come when a crate grows.
#[test]
fn features_are_chosen_not_taken() {
    let manifest: Table = read("Cargo.toml").parse().unwrap();
    // Their defaults are what is used of them, or they have none.
    let whole = [
        "anstream",
        "anstyle",
        "anyhow",
        "askama",
        "clap",
        "clap_complete",
        "clap_mangen",
        "csv",
        "etcetera",
        "flate2",
        "getrandom",
        "jiff",
        "libm",
        "rand_core",
        "rand_pcg",
        "rusqlite",
        "rustfft",
        "serde",
        "serde_json",
        "sha2",
        "strsim",
        "struson",
        "tempfile",
        "terminal_size",
        "thiserror",
        "tokio",
        "toml",
        "walkdir",
        "wildmatch",
    ];
    for table in tables(&manifest, "dependencies") {
        for (name, value) in table {
            let chosen = value.get("default-features").and_then(Value::as_bool) == Some(false);
            assert!(chosen || whole.contains(&name.as_str()), "{name}: choose its features");
        }
    }
}

#[test]
fn no_unsafe_code_and_overflow_is_caught_in_what_is_released() {
    let manifest: Table = read("Cargo.toml").parse().unwrap();
    assert_eq!(manifest["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    assert_eq!(manifest["profile"]["release"]["overflow-checks"].as_bool(), Some(true));
    assert!(manifest["profile"]["release"]["package"].get("retrogait").is_none(), "nothing takes it back");
}

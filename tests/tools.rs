//! The documents' examples with the tools they are for, where these are installed, and the list of columns.
//!
//! What is not installed is said on standard error, past the test's capture; with
//! `RETROGAIT_REQUIRE_TOOLS=1` it is a failure. `RETROGAIT_PYTHON` names another Python.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{Folder, retrogait};
use retrogait::sink::tables::Table;

fn document(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn python() -> String {
    std::env::var("RETROGAIT_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn runs(program: &str, args: &[&str]) -> bool {
    let run = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    run.is_ok_and(|s| s.success())
}

/// Says loudly that a tool is missing.
fn skipped(what: &str) {
    let required = std::env::var_os("RETROGAIT_REQUIRE_TOOLS").is_some();
    assert!(!required, "{what} is not installed");
    // Not a macro: those are captured while a test passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what} is not installed; its example was not run");
}

/// Captures to work on, and the tables of a batch.
fn results(folder: &Folder) {
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    for name in ["backward.csv", "flat.csv", "forward.csv"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        fs::copy(from, data.join(name)).unwrap();
    }
    let formats: &[&str] = if cfg!(feature = "parquet") { &["csv", "parquet"] } else { &["csv"] };
    for format in formats {
        retrogait()
            .current_dir(folder.path())
            .args(["batch", "data", "--out", "results", "--force", "--format", format])
            .assert()
            .success();
    }
}

/// The examples of a document: what the line that opens them says, and their text.
fn examples(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut parts = text.split("\n```");
    parts.next();
    while let (Some(example), Some(_)) = (parts.next(), parts.next()) {
        let (opening, code) = example.split_once('\n').unwrap();
        found.push((opening.to_owned(), code.to_owned()));
    }
    found
}

#[test]
fn the_examples_give_the_figures_of_the_table() {
    let folder = Folder::new();
    results(&folder);
    // The medians by hand.
    let mut rows = csv::Reader::from_path(folder.path().join("results/strides.csv")).unwrap();
    let header = rows.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|h| h == name).unwrap();
    let mut speeds = std::collections::BTreeMap::<String, Vec<f64>>::new();
    for row in rows.records().map(Result::unwrap) {
        if &row[at("valid")] == "true"
            && &row[at("direction")] == "backward"
            && let Ok(speed) = row[at("speed_mps")].parse()
        {
            speeds.entry(row[at("capture")].to_owned()).or_default().push(speed);
        }
    }
    let want: Vec<(String, f64)> = speeds
        .into_iter()
        .map(|(capture, mut all)| {
            all.sort_by(f64::total_cmp);
            let n = all.len();
            (capture, f64::midpoint(all[(n - 1) / 2], all[n / 2]))
        })
        .collect();
    assert!(!want.is_empty());

    let text = fs::read_to_string(document("tables.md")).unwrap();
    let examples = examples(&text);
    let tools: Vec<_> = examples.iter().map(|(opening, _)| opening.as_str()).collect();
    assert_eq!(tools, ["python pandas", "python polars", "r R", "python duckdb"]);
    let python = python();
    for (opening, code) in &examples {
        let (_, tool) = opening.split_once(' ').unwrap();
        assert!(code.trim_end().lines().count() <= 5, "{tool}: five lines");
        let there = match tool {
            "R" => runs("Rscript", &["--version"]),
            "duckdb" if cfg!(not(feature = "parquet")) => false,
            module => runs(&python, &["-c", &format!("import {module}")]),
        };
        if !there {
            skipped(tool);
            continue;
        }
        let (program, flag) = if tool == "R" { ("Rscript", "-e") } else { (python.as_str(), "-c") };
        let run = Command::new(program).args([flag, code]).current_dir(folder.path()).output().unwrap();
        let (out, said) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success(), "{tool}: {said}");
        let got: Vec<(String, f64)> = out
            .lines()
            .map(|l| l.rsplit_once(',').map(|(c, s)| (c.to_owned(), s.parse().unwrap())).unwrap())
            .collect();
        assert_eq!(got.len(), want.len(), "{tool}: {out}");
        for ((gc, gs), (wc, ws)) in got.iter().zip(&want) {
            assert!(gc == wc && (gs - ws).abs() < 1e-9, "{tool}: {out}{want:?}");
        }
    }
}

#[test]
fn a_cluster_gives_the_table_of_a_batch() {
    let python = python();
    if !runs(&python, &["-c", "import dask.distributed"]) {
        return skipped("dask.distributed");
    }
    let folder = Folder::new();
    results(&folder);
    fs::write(folder.path().join("data/broken.csv"), "time_s,acc_x\n1,2\n").unwrap();
    let run = Command::new(&python)
        .arg(document("cluster.py"))
        .arg(env!("CARGO_BIN_EXE_retrogait"))
        .args(["data", "strides.csv"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.contains("broken.csv") && said.contains("missing columns"), "{said}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("strides.csv"), read("results/strides.csv"));
}

#[test]
fn the_list_of_columns_is_that_of_the_program() {
    let mut list = String::new();
    for table in Table::ALL {
        let _ = write!(list, "### `{}`\n\n| column | type | unit |\n|---|---|---|\n", table.word());
        for column in table.columns(false) {
            let _ = writeln!(list, "| `{}` | {} | {} |", column.name, column.kind.word(), column.unit);
        }
        list.push('\n');
    }
    let path = document("tables.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, now) = text.split_once("## Columns\n\n").unwrap();
    if std::env::var_os("RETROGAIT_BLESS").is_some() {
        fs::write(&path, format!("{before}## Columns\n\n{}", list.trim_end().to_owned() + "\n")).unwrap();
        return;
    }
    assert_eq!(now.trim_end(), list.trim_end(), "run this test once with RETROGAIT_BLESS=1");
}

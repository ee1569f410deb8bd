//! Holds the instructions of each bench against `benches/baseline.toml`.
//!
//! `cargo bench --bench gate` compares, and fails when a count is further off than its tolerance;
//! `cargo bench --bench gate -- --renew` writes the counts of today. It needs valgrind, and
//! `gungraun-runner` of the version in `Cargo.lock`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The file of what is expected.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    /// The compiler that made the counts: another makes others.
    rustc: String,
    /// How far a count may be off, %.
    tolerance_percent: f64,
    /// How far it may be off where another compiler is at work, %.
    other_compiler_percent: f64,
    bench: BTreeMap<String, Row>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Samples, records or strides that it works on.
    items: u64,
    /// Instructions in all.
    instructions: u64,
}

fn baseline_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/baseline.toml")
}

/// The program, as the environment names it.
fn tool(variable: &str, usual: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| usual.to_owned())
}

fn compiler() -> Result<String, String> {
    let output =
        Command::new(tool("RUSTC", "rustc")).arg("--version").output().map_err(|e| format!("rustc: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().nth(1).map(str::to_owned).ok_or_else(|| "rustc says no version".to_owned())
}

/// The first whole number below `value`.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(n) => n.as_u64(),
        Value::Array(all) => all.first().and_then(number),
        Value::Object(all) => all.values().next().and_then(number),
        _ => None,
    }
}

/// The count of instructions, wherever in the summary it is: that of this run is the first of two.
fn instructions(value: &Value) -> Option<u64> {
    match value {
        Value::Object(all) => match all.get("Ir") {
            Some(found) => found.get("values").or_else(|| found.get("metrics")).and_then(number),
            None => all.values().find_map(instructions),
        },
        Value::Array(all) => all.iter().find_map(instructions),
        _ => None,
    }
}

/// Runs the benches.
fn measured() -> Result<BTreeMap<String, u64>, String> {
    let output = Command::new(tool("CARGO", "cargo"))
        .args(["bench", "--locked", "--no-default-features", "--bench", "instructions"])
        .args(["--", "--output-format=json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("cargo: {e}"))?;
    if !output.status.success() {
        return Err("the benches did not run: they need valgrind, and gungraun-runner of the version in \
                    Cargo.lock (`cargo install gungraun-runner --version … --locked`)"
            .to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut all = BTreeMap::new();
    for summary in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        let summary = summary.map_err(|e| format!("the benches' output: {e}"))?;
        let function = summary["function_name"].as_str().unwrap_or_default();
        let name = match summary["id"].as_str() {
            Some(id) => format!("{function}_{id}"),
            None => function.to_owned(),
        };
        let count = summary["profiles"]
            .as_array()
            .and_then(|p| p.iter().find_map(|profile| instructions(&profile["data"]["total"])));
        all.insert(name.clone(), count.ok_or_else(|| format!("no count in the summary of {name}"))?);
    }
    Ok(all)
}

fn compare(baseline: &Baseline, counts: &BTreeMap<String, u64>, compiler: &str) -> Result<(), String> {
    let same = baseline.rustc == compiler;
    let limit = if same { baseline.tolerance_percent } else { baseline.other_compiler_percent };
    if !same {
        println!("the baseline is of rustc {}, this is {compiler}: {limit} % are allowed", baseline.rustc);
    }
    println!("{:<28}{:>14}{:>14}{:>10}{:>12}", "bench", "expected", "counted", "%", "each");
    let mut wrong = String::new();
    for (name, row) in &baseline.bench {
        let Some(count) = counts.get(name) else {
            let _ = writeln!(wrong, "{name}: in the baseline, and not measured");
            continue;
        };
        let percent = (*count as f64 / row.instructions as f64 - 1.0) * 100.0;
        let each = *count as f64 / row.items as f64;
        println!("{name:<28}{:>14}{count:>14}{percent:>+10.2}{each:>12.1}", row.instructions);
        if percent.abs() > limit {
            let what = if percent > 0.0 { "slower" } else { "faster: renew the baseline" };
            let _ = writeln!(wrong, "{name}: {percent:+.2} %, {limit} % are allowed ({what})");
        }
    }
    for name in counts.keys().filter(|n| !baseline.bench.contains_key(*n)) {
        let _ = writeln!(wrong, "{name}: measured, and not in the baseline: add a row and renew");
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn renew(mut baseline: Baseline, counts: &BTreeMap<String, u64>, compiler: String) -> Result<(), String> {
    baseline.rustc = compiler;
    baseline.bench.retain(|name, _| counts.contains_key(name));
    for (name, count) in counts {
        // A new one: how many items it works on is then to be written by hand.
        let row = baseline.bench.entry(name.clone()).or_insert(Row { items: 1, instructions: 0 });
        row.instructions = *count;
    }
    let head = "# Instructions of each bench of benches/instructions.rs: `cargo bench --bench gate -- --renew`.\n\
                # `items` is what it works on: samples, strides, records. It is written by hand.\n\n";
    let text = toml::to_string(&baseline).map_err(|e| e.to_string())?;
    fs::write(baseline_path(), head.to_owned() + &text).map_err(|e| e.to_string())
}

fn run() -> Result<(), String> {
    let text = fs::read_to_string(baseline_path()).map_err(|e| format!("benches/baseline.toml: {e}"))?;
    let baseline: Baseline = toml::from_str(&text).map_err(|e| format!("benches/baseline.toml: {e}"))?;
    let (counts, compiler) = (measured()?, compiler()?);
    if std::env::args().any(|a| a == "--renew") {
        renew(baseline, &counts, compiler)
    } else {
        compare(&baseline, &counts, &compiler)
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

//! What a package holds beside the program is what today's program writes, and its unit is one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{Folder, retrogait};

fn packaging(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(name)
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let all = fs::read_dir(folder).unwrap().map(|e| e.unwrap());
    all.map(|e| (e.file_name().into_string().unwrap(), fs::read_to_string(e.path()).unwrap())).collect()
}

#[test]
fn completions_and_manual_pages_are_what_the_program_writes() {
    let folder = Folder::new();
    folder.retrogait().args(["pages", "."]).assert().success();
    for name in ["completions", "man"] {
        let (kept, now) = (files(&packaging(name)), files(&folder.at(name)));
        assert!(now.len() >= 3);
        assert_eq!(kept.keys().collect::<Vec<_>>(), now.keys().collect::<Vec<_>>(), "{name}");
        for (file, text) in now {
            assert!(kept[&file] == text, "{name}/{file} is old: cargo run -- pages packaging");
        }
    }
}

#[test]
fn each_command_has_a_manual_page() {
    let help = String::from_utf8(retrogait().arg("help").output().unwrap().stdout).unwrap();
    let commands = help.split("Commands:\n").nth(1).unwrap().lines().take_while(|l| !l.is_empty());
    let commands: Vec<_> = commands.filter_map(|l| l.split_whitespace().next()).collect();
    assert!(commands.contains(&"replay") && commands.len() > 8, "{commands:?}");
    let pages = files(&packaging("man"));
    for command in commands.into_iter().filter(|c| *c != "help") {
        assert!(pages.contains_key(&format!("retrogait-{command}.1")), "{command}");
    }
}

fn unit() -> String {
    fs::read_to_string(packaging("systemd/retrogait-record@.service")).unwrap()
}

/// The words after a key of the unit.
fn words(unit: &str, key: &str) -> Vec<String> {
    let line = unit.lines().find_map(|l| l.strip_prefix(key)).unwrap();
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn what_the_unit_starts_is_a_command_line_of_today() {
    let words = words(&unit(), "ExecStart=");
    assert_eq!(words[0], "/usr/bin/retrogait");
    let folder = Folder::new();
    let output = folder
        .retrogait()
        .args(words[1..].iter().map(|w| w.replace("%i", "shin")))
        .env("XDG_CONFIG_HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    // The words are understood; that there is no such sensor is what is wrong.
    assert!(said.contains("`shin`") && !said.contains("unexpected argument"), "{said}");
    let in_range = fs::read_to_string(packaging("in-range")).unwrap();
    let flags = in_range.lines().last().unwrap().split('|').next().unwrap();
    let help = String::from_utf8(retrogait().args(["scan", "--help"]).output().unwrap().stdout).unwrap();
    for flag in flags.split_whitespace().filter(|w| w.starts_with("--")) {
        assert!(help.contains(flag), "scan has no {flag}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_unit_is_one_for_systemd() {
    if Command::new("systemd-analyze").arg("--version").stdout(Stdio::null()).status().is_err() {
        // Not a macro: those are captured while a test passes.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: systemd-analyze is not installed; the unit was not checked"
        );
        return;
    }
    let folder = Folder::new();
    // The programs are not installed here.
    let text = unit()
        .replace("/usr/lib/retrogait/in-range", packaging("in-range").to_str().unwrap())
        .replace("/usr/bin/retrogait", env!("CARGO_BIN_EXE_retrogait"))
        // Nor is the manual page.
        .replace("Documentation=", "#");
    let path = folder.write("retrogait-record@shin.service", &text);
    let output = Command::new("systemd-analyze")
        .args(["verify", "--user"])
        .arg(path)
        .env("XDG_RUNTIME_DIR", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let ours: Vec<_> = said.lines().filter(|l| l.contains("retrogait-record")).collect();
    assert!(output.status.success() && ours.is_empty(), "{said}");
}

//! What docs/security.md says: no port without a page, no program but the user's is started, recordings are their owner's, and
//! a file says nothing to the terminal but text.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::Folder;

/// Every source file of the program.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// Where other programs are started: the user's own command at a stop, and the browser with `--open`.
const STARTERS: [&str; 2] = ["src/live/hook.rs", "src/cli/web.rs"];

#[test]
fn only_the_users_stop_command_and_browser_are_started() {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    assert!(all.len() > 100);
    let mut starters = Vec::new();
    for path in all {
        let text = fs::read_to_string(&path).unwrap();
        for word in ["libc::exec", "tokio::process"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        if code.contains("Command::new(") || code.contains("process::Command") {
            starters.push(path);
        }
    }
    starters.sort();
    let mut allowed = STARTERS.map(|p| Path::new(env!("CARGO_MANIFEST_DIR")).join(p));
    allowed.sort();
    assert_eq!(starters, allowed);
}

/// Numbers of the sockets that a process has open.
#[cfg(target_os = "linux")]
fn sockets(pid: u32) -> Vec<String> {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let links = open.filter_map(|e| fs::read_link(e.unwrap().path()).ok());
    let names = links.map(|l| l.to_string_lossy().into_owned());
    names.filter_map(|n| Some(n.strip_prefix("socket:[")?.trim_end_matches(']').to_owned())).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_session_without_a_page_opens_no_port() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    let folder = Folder::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_retrogait"))
        .args(["live", "--sensor", "sim:bw_normal_coached", "--plain", "--duration", "30s"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It runs: the first record is there.
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ours = sockets(child.id());
    let of_network: String = ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"]
        .iter()
        .map(|t| fs::read_to_string(format!("/proc/{}/net/{t}", child.id())).unwrap_or_default())
        .collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.starts_with('{'), "{line}");
    assert!(of_network.contains("local_address"), "the tables are there");
    let numbers: Vec<_> = of_network.lines().filter_map(|l| l.split_whitespace().nth(9)).collect();
    for socket in ours {
        assert!(!numbers.contains(&socket.as_str()), "an internet socket is open: {socket}");
    }
}

#[cfg(unix)]
#[test]
fn a_recording_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new();
    let args =
        ["live", "--sensor", "sim:bw_normal_coached", "--plain", "--record=walk.csv", "--duration", "1s"];
    folder.retrogait().args(args).assert().success();
    for name in ["walk.csv", "walk.raw.csv"] {
        let mode = fs::metadata(folder.at(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
}

#[test]
fn what_a_file_holds_does_not_drive_the_terminal() {
    let folder = Folder::new();
    let evil = "\u{1b}[2J\u{1b}]0;gone\u{7}\u{9b}31m";
    let good = "time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n";
    let row = "0,0,9.81,0,0,0,0\n";
    for (name, text) in [
        ("header.csv", format!("time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,{evil}\n{row}")),
        ("meta.csv", format!("# mount: {evil}\n{good}{row}")),
        ("cell.csv", format!("{good}{row}0.01,{evil},9.81,0,0,0,0\n0.02,0,9.81,0,0,0,0\n")),
    ] {
        folder.write(name, &text);
        let output = folder
            .retrogait()
            .args(["replay", name])
            // As on a terminal.
            .env("CLICOLOR_FORCE", "1")
            .output()
            .unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let shows = |s: &str| said.contains(s);
        assert!(!shows("\u{1b}[2J") && !shows("\u{1b}]0") && !shows("\u{9b}") && !shows("\u{7}"), "{said:?}");
        assert!(!said.is_empty());
    }
}

//! What the command-line tests share.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// The program, without anything of this environment that changes what it prints.
pub fn retrogait() -> Command {
    let mut command = Command::cargo_bin("retrogait").unwrap();
    for name in
        ["RUST_BACKTRACE", "NO_COLOR", "CLICOLOR_FORCE", "RETROGAIT_JOBS", "RETROGAIT_CONFIG", "COLUMNS"]
    {
        command.env_remove(name);
    }
    // No configuration of whoever runs the tests.
    command.env("XDG_CONFIG_HOME", "/nonexistent");
    command
}

/// A folder of its own for a test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }

    /// The program, run in this folder, so that messages name files without a path.
    pub fn retrogait(&self) -> Command {
        let mut command = retrogait();
        command.current_dir(self.path());
        command
    }

    /// Names of the files in it, sorted.
    pub fn files(&self, below: &str) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.at(below))
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

pub const HEADER: &str = "# mount: x=anterior,y=up,z=right\n\
                          time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n";

/// Seconds of one stride of [`walk`].
pub const STRIDE_S: f64 = 1.2;
/// Where in a stride the forward rule sees its events, s.
pub const FINAL_S: f64 = 0.35;
pub const MID_SWING_S: f64 = 0.6;
pub const INITIAL_S: f64 = 0.85;

/// A shank rate with the peaks of a forward walk, times `sign`, for `strides` strides at 100 Hz.
pub fn walk(strides: u32, sign: f64) -> String {
    let bump = |t: f64, at: f64, height: f64| {
        let x = (t - at) / 0.05;
        height * (-x * x).exp()
    };
    let mut text = HEADER.to_owned();
    for i in 0..strides * 120 {
        let t = f64::from(i % 120) * 0.01;
        let rate = bump(t, MID_SWING_S, 300.0) + bump(t, INITIAL_S, -150.0) + bump(t, FINAL_S, -100.0);
        let _ = writeln!(text, "{:.2},0.1,9.8,0.05,1,-0.5,{:.2}", f64::from(i) * 0.01, sign * rate);
    }
    text
}

/// A label file for [`walk`]: `first` and `last` are the kinds of the two contacts.
pub fn labels(kind: &str, strides: u32, first: &str, last: &str, way: &str) -> String {
    let mut events = Vec::new();
    for k in 0..strides {
        let start = f64::from(k) * STRIDE_S;
        for (word, at) in [(last, FINAL_S), (first, INITIAL_S)] {
            events.push(format!("{{\"kind\":\"{word}\",\"time_s\":{:.4}}}", start + at));
        }
    }
    let end = f64::from(strides) * STRIDE_S;
    format!(
        "{{\"source\":\"made up\",\"kind\":\"{kind}\",\"events\":[{}],\
         \"activity\":[{{\"start_s\":0,\"end_s\":{end},\"label\":\"{way}\"}}]}}",
        events.join(",")
    )
}

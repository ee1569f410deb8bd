//! An hour at 100 Hz as a process, from a file of simulated walking to records in a file: what a user
//! waits for.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use divan::Bencher;
use divan::counter::ItemsCount;

/// Where the captures are made.
static FOLDER: OnceLock<PathBuf> = OnceLock::new();

fn main() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    FOLDER.get_or_init(|| folder.path().to_owned());
    divan::main();
}

/// The program, as it is released.
fn retrogait() -> Command {
    Command::new(env!("CARGO_BIN_EXE_retrogait"))
}

/// An hour's capture; made when it is asked for first.
fn hour(sensors: usize) -> PathBuf {
    let path = FOLDER.get().expect("made at the start").join(format!("hour{sensors}.csv"));
    if !path.exists() {
        let mut command = retrogait();
        command.args(["simulate", "bw_normal_coached", "--duration", "3600s", "--out"]).arg(&path);
        if sensors == 2 {
            command.arg("--thigh");
        }
        let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it runs");
        assert!(done.success() && fs::metadata(&path).is_ok_and(|m| m.len() > 10_000_000));
    }
    path
}

#[divan::bench(args = [1, 2], sample_count = 10, sample_size = 1)]
fn replay_ndjson(bencher: Bencher<'_, '_>, sensors: usize) {
    let path = hour(sensors);
    let out = path.with_extension("ndjson");
    bencher.counter(ItemsCount::new(360_000_usize)).bench_local(|| {
        let file = File::create(&out).expect("it can be written");
        let mut command = retrogait();
        command.arg("replay").arg(&path).args(["--format", "ndjson"]).stdout(file).stderr(Stdio::null());
        assert!(command.status().expect("it runs").success());
    });
    assert!(fs::metadata(&out).is_ok_and(|m| m.len() > 1_000_000), "it has been walking");
}

/// From start to end with nearly nothing to do: what a process costs.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn start(bencher: Bencher<'_, '_>) {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sitting.csv");
    bencher.bench_local(|| {
        let mut command = retrogait();
        command
            .arg("replay")
            .arg(&fixture)
            .args(["--format", "ndjson"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        assert!(command.status().expect("it runs").success());
    });
}

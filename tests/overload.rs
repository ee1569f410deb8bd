//! More than can be taken: a source ten times too fast, a reader that does not read, disks that are full.
//! What the user is told, and what is kept.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::Folder;
use retrogait::capture::CaptureMeta;
use retrogait::decode::open;
use retrogait::decode::table::Kind;
use retrogait::link::Clock;
use retrogait::link::intake::{self, Outlet, QUEUE};
use retrogait::live::assemble::{Found, Part, Role};
use retrogait::live::session::{Out, Session};
use retrogait::pipeline::{Output, Settings};
use retrogait::record::Record;
use retrogait::source::{CaptureReader, ReadOptions};

/// Samples in a notification.
const IN_ONE: u64 = 10;

/// What became of the samples that were sent.
#[derive(Debug, Default)]
struct Became {
    sent: u64,
    taken: u64,
    lost: u64,
    overrun_values: u64,
    gaps_told: u64,
    seconds: f64,
}

/// Sends ten minutes of a sensor that has ten times as many samples as it should, as fast as this machine
/// takes them, to a session that begins to read `late`.
fn flooded(late: Duration) -> Became {
    let samples = 10 * 60 * 1000_u64;
    let parts = [Part { role: Role::Shank, kind: Kind::Open, rate_hz: 100.0 }];
    let (tx, mut events) = intake::queue();
    let outlet = Outlet::new(0, Clock::start(), tx);
    let sender = thread::spawn(move || {
        outlet.value(open::INFO, open::Info::usual(1000).emit().to_vec());
        for k in (0..samples).step_by(10) {
            let (number, us) = (u16::try_from(k % 65_536).unwrap(), u32::try_from(k * 1000).unwrap());
            let value = open::emit(number, us, &[[0, 2048, 0, 0, 0, 16]; 10]);
            outlet.value(open::DATA, value);
            // Never more than twenty times faster than it should be: 1 ms of ours for 100 ms of the sensor.
            if late.is_zero() && k % 200 == 0 {
                thread::sleep(Duration::from_millis(1));
            }
        }
    });
    thread::sleep(late);
    let began = Instant::now();
    let mut became = Became { sent: samples, ..Became::default() };
    let meta = CaptureMeta::default();
    let mut session = Session::new(&parts, &meta, Settings::default(), None);
    let mut waiting = 0;
    while let Some(event) = events.blocking_recv() {
        waiting = waiting.max(events.len());
        session.event(&event, &mut |out| match out {
            Out::Found(Found::Lost { samples, .. }) => became.lost += samples,
            Out::Found(Found::Overrun { values, .. }) => became.overrun_values += values,
            Out::Output(output) => {
                if let Output::Record(Record::Notice(n)) = *output {
                    became.gaps_told += u64::from(n.what.code() == "gap");
                }
            }
            Out::Found(_) => {}
        });
    }
    became.seconds = began.elapsed().as_secs_f64();
    sender.join().unwrap();
    let (assembly, _) = session.finish(&mut |_| {});
    became.taken = assembly.tally(0).samples;
    assert!(waiting <= QUEUE, "the queue never grows");
    became
}

#[test]
fn a_source_ten_times_too_fast_is_kept_up_with() {
    let became = flooded(Duration::ZERO);
    println!("{became:?}");
    assert_eq!(became.overrun_values, 0, "{became:?}");
    assert_eq!((became.taken, became.lost), (became.sent, 0));
    let times = 600.0 / became.seconds;
    println!("ten minutes in {:.1} s: {times:.0} times real time", became.seconds);
}

#[test]
fn what_is_lost_when_this_machine_is_too_busy_is_counted_and_told() {
    let became = flooded(Duration::from_secs(2));
    println!("{became:?}");
    assert!(became.overrun_values > 1000, "{became:?}");
    assert_eq!(became.taken + became.lost, became.sent, "{became:?}");
    assert!(became.lost >= became.overrun_values * IN_ONE - IN_ONE, "{became:?}");
    assert!(became.gaps_told >= 1, "the records tell of the hole: {became:?}");
}

const LIVE: [&str; 5] = ["live", "--sensor", "sim:bw_normal_coached", "--plain", "--record=walk.csv"];

fn live(folder: &Folder, seconds: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_retrogait"));
    command.args(LIVE).args(["--duration", seconds]).current_dir(folder.path()).env_remove("RUST_BACKTRACE");
    command.stderr(Stdio::piped()).stdin(Stdio::null());
    command
}

/// Samples of the recording, every row of which must be whole.
fn recorded(folder: &Folder) -> usize {
    let file = File::open(folder.at("walk.csv")).unwrap();
    let reader = CaptureReader::new(file, "walk.csv", ReadOptions::default()).unwrap();
    reader.map(|s| s.unwrap()).count()
}

/// As said on standard error, without figures that depend on the machine.
fn said(output: &std::process::Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_reader_that_goes_away_ends_the_session_and_the_recording_is_whole() {
    let folder = Folder::new();
    let mut child = live(&folder, "20s").stdout(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    let mut stdout = child.stdout.take().unwrap();
    let mut some = [0; 40];
    stdout.read_exact(&mut some).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(began.elapsed() < Duration::from_secs(18), "it does not go on for nobody");
    assert!(text.contains("recorded: walk.csv") && !text.contains("panicked"), "{text}");
    assert!(recorded(&folder) > 30, "{text}");
}

#[test]
fn a_reader_that_does_not_read_holds_nothing_up() {
    let folder = Folder::new();
    // A pipe that is full from the start: not a single record gets through.
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&vec![b'\n'; 1 << 16]).unwrap();
    let began = Instant::now();
    let output = live(&folder, "8s").stdout(writer).output().unwrap();
    drop(reader);
    let text = said(&output);
    assert!(began.elapsed() < Duration::from_secs(25), "it ends when it should: {:?}", began.elapsed());
    assert!(text.contains("nobody reads the records"), "{text}");
    assert!(text.contains("recorded: walk.csv"), "{text}");
    let rows = recorded(&folder);
    assert!(rows > 500, "{rows} rows of 8 s: {text}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_standard_output_keeps_what_was_recorded() {
    let folder = Folder::new();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = live(&folder, "10s").stdout(full).output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("the records cannot be written") && text.contains("No space left"), "{text}");
    assert!(recorded(&folder) > 30, "what came before the first record is kept: {text}");
    assert!(fs::read_to_string(folder.at("walk.raw.csv")).unwrap().lines().count() > 5);
}

/// Outputs of a replay on a disk that is full: an error, and nothing half-written.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_a_replay_leaves_nothing_half_written() {
    let folder = Folder::new();
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/backward.csv");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let program = env!("CARGO_BIN_EXE_retrogait");
    let output = Command::new(program)
        .args(["replay", fixture, "--format", "ndjson"])
        .stdout(full)
        .stderr(Stdio::piped())
        .env_remove("RUST_BACKTRACE")
        .output()
        .unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("No space left"), "{text}");
    // Files of at most 24 blocks of 1 KiB stand for a small disk.
    let output = Command::new("bash")
        .arg("-c")
        .arg("ulimit -f 24; trap '' XFSZ; exec \"$0\" \"$@\"")
        .args([program, "replay", fixture, "--series", "series.csv"])
        .current_dir(folder.path())
        .env_remove("RUST_BACKTRACE")
        .output()
        .unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("series.csv") && text.contains("File too large"), "{text}");
    assert!(folder.files("").is_empty(), "{:?}", folder.files(""));
}

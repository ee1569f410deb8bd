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
use retrogait::link::intake::{self, Event, Outlet, QUEUE};
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
}

/// A session, and what it has told.
struct Reader {
    session: Session,
    became: Became,
}

impl Reader {
    fn new() -> Self {
        let parts = [Part { role: Role::Shank, kind: Kind::Open, rate_hz: 100.0 }];
        let session = Session::new(&parts, &CaptureMeta::default(), Settings::default(), None);
        Self { session, became: Became::default() }
    }

    fn take(&mut self, event: &Event) {
        let Self { session, became } = self;
        session.event(event, &mut |out| match out {
            Out::Found(Found::Lost { samples, .. }) => became.lost += samples,
            Out::Found(Found::Overrun { values, .. }) => became.overrun_values += values,
            Out::Output(output) => {
                if let Output::Record(Record::Notice(n)) = *output {
                    became.gaps_told += u64::from(n.what.code() == "gap");
                }
            }
            Out::Found(_) | Out::Sample(_) => {}
        });
    }

    fn finish(mut self, sent: u64) -> Became {
        self.became.sent = sent;
        let (assembly, _) = self.session.finish(&mut |_| {});
        self.became.taken = assembly.tally(0).samples;
        self.became
    }
}

/// Samples of ten minutes of a sensor that has ten times as many as it should.
const SAMPLES: u64 = 10 * 60 * 1000;

/// The notification that begins with this sample.
fn value(k: u64) -> Vec<u8> {
    let (number, us) = (u16::try_from(k % 65_536).unwrap(), u32::try_from(k * 1000).unwrap());
    open::emit(number, us, &[[0, 2048, 0, 0, 0, 16]; 10])
}

/// As fast as this machine sends, far more than ten times too fast; a thread of its own takes them.
#[test]
fn a_source_ten_times_too_fast_is_kept_up_with() {
    let (tx, mut events) = intake::queue();
    let outlet = Outlet::new(0, Clock::start(), tx);
    let sender = thread::spawn(move || {
        outlet.value(open::INFO, open::Info::usual(1000).emit().to_vec());
        for k in (0..SAMPLES).step_by(10) {
            outlet.value(open::DATA, value(k));
            // 1 ms of ours for 200 ms of the sensor: two hundred times too fast, but no faster.
            if k % 200 == 0 {
                thread::sleep(Duration::from_millis(1));
            }
        }
    });
    let began = Instant::now();
    let mut reader = Reader::new();
    while let Some(event) = events.blocking_recv() {
        reader.take(&event);
    }
    sender.join().unwrap();
    let seconds = began.elapsed().as_secs_f64();
    let became = reader.finish(SAMPLES);
    println!("ten minutes in {seconds:.1} s: {became:?}");
    assert_eq!(became.overrun_values, 0, "{became:?}");
    assert_eq!((became.taken, became.lost), (became.sent, 0));
    assert!(seconds < 60.0, "ten times real time is a minute: {seconds:.1} s");
}

/// In paused time: this machine has no time from the second minute to the seventh.
#[tokio::test(start_paused = true)]
async fn what_is_lost_when_this_machine_is_too_busy_is_counted_and_told() {
    let (tx, mut events) = intake::queue();
    let outlet = Outlet::new(0, Clock::start(), tx);
    outlet.value(open::INFO, open::Info::usual(1000).emit().to_vec());
    let mut reader = Reader::new();
    for k in (0..SAMPLES).step_by(10) {
        tokio::time::sleep(Duration::from_millis(10)).await;
        outlet.value(open::DATA, value(k));
        assert!(events.len() <= QUEUE, "the queue never grows");
        if !(60_000..360_000).contains(&k) {
            while let Ok(event) = events.try_recv() {
                reader.take(&event);
            }
        }
    }
    let became = reader.finish(SAMPLES);
    println!("{became:?}");
    // Five minutes and the value that ends them have 30,001; 8192 of them waited.
    assert_eq!(became.overrun_values, 30_001 - QUEUE as u64, "{became:?}");
    assert_eq!(became.lost, became.overrun_values * IN_ONE, "{became:?}");
    assert_eq!(became.taken + became.lost, became.sent, "{became:?}");
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
    reader.map(Result::unwrap).collect::<Vec<_>>().len()
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
    assert!(text.contains("output cannot be written") && text.contains("File too large"), "{text}");
    assert!(folder.files("").is_empty(), "{:?}", folder.files(""));
}

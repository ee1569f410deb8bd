//! An hour of simulated walking over a bad link, in paused time: memory stays, every hole is reported,
//! and what was recorded gives the very same records again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use retrogait::capture::CaptureMeta;
use retrogait::decode::Arrival;
use retrogait::decode::open::Info;
use retrogait::decode::table::Kind;
use retrogait::link::Clock;
use retrogait::link::fake::{FakeRadio, Feed, Mishap, Script};
use retrogait::link::intake::{self, Outlet};
use retrogait::link::run::{Command, Link, Wanted};
use retrogait::link::state::Deadlines;
use retrogait::live::assemble::{Assembly, Found, Part, Role, Tally};
use retrogait::live::raw::{self, RawReader};
use retrogait::live::recorder::{capture_head, meta_lines, row_line};
use retrogait::live::session::{Out, Session};
use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::Record;
use retrogait::sim::scenario::Scenario;
use retrogait::sim::setup::Setup;
use retrogait::sink::Sink;
use retrogait::sink::ndjson::{Flush, Ndjson};
use retrogait::source::{CaptureReader, ReadOptions};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::sleep;

const HOUR: Duration = Duration::from_secs(3600);
const RATE_HZ: u16 = 100;

/// A minute of walking with standing at both ends, over and over.
struct Rounds {
    minute: Vec<[i16; 6]>,
    next: usize,
}

impl Feed for Rounds {
    fn next(&mut self) -> Option<[i16; 6]> {
        let sample = self.minute[self.next % self.minute.len()];
        self.next += 1;
        Some(sample)
    }
}

fn minute() -> (Vec<[i16; 6]>, CaptureMeta) {
    let setup = Setup::scenario(Scenario::named("bw_normal_coached").unwrap());
    let recording = setup.record().unwrap();
    let counts = recording.steps.iter().map(|s| Info::usual(RATE_HZ).counts(&s.sample.shank)).collect();
    (counts, recording.meta)
}

/// Pages of memory in use, as KiB.
fn resident_kib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4
}

/// A record as `replay` and `live` print it.
fn printed(out: &mut Ndjson<BufWriter<File>>, output: &Output) {
    if let Output::Record(record) = output {
        out.record(record).unwrap();
    }
}

fn ndjson(path: &Path) -> Ndjson<BufWriter<File>> {
    Ndjson::new(BufWriter::new(File::create(path).unwrap()), Flush::AtEnd, None)
}

struct Live {
    tally: Tally,
    sent: retrogait::link::fake::Tally,
    lost_told: u64,
    gaps_told: u64,
    gaps_in_rows: u64,
    memory_kib: Vec<u64>,
}

async fn live(folder: &Path, meta: &CaptureMeta, minute: Vec<[i16; 6]>) -> Live {
    let mishaps = (1..=10_u64)
        .map(|i| (Duration::from_secs(i * 330), Mishap::Drop { away: Duration::from_millis(400 * i) }))
        .collect();
    let script = Script {
        mishaps,
        loss: 0.02,
        jitter: Duration::from_millis(12),
        drift_ppm: 40.0,
        ..Script::new("F2:00:00:00:00:01", RATE_HZ, Box::new(Rounds { minute, next: 0 }))
    };
    let radio = FakeRadio::new(vec![script]);
    let parts = vec![Part { role: Role::Shank, kind: Kind::Open, rate_hz: RATE_HZ.into() }];
    let (tx, mut events) = intake::queue();
    let (stop, stopped) = watch::channel(false);
    let (_commands, commands) = mpsc::channel::<Command>(1);
    let link = Link {
        transport: Arc::new(radio.clone()),
        wanted: Wanted { address: "F2:00:00:00:00:01".into(), kind: Kind::Open, rate_hz: RATE_HZ.into() },
        deadlines: Deadlines::default(),
        outlet: Outlet::new(0, Clock::start(), tx),
        turn: Arc::new(Mutex::new(())),
        stop: stopped,
        commands,
        firmware: None,
    };
    let link = tokio::spawn(link.run());
    let timer = tokio::spawn(async move {
        sleep(HOUR).await;
        stop.send_replace(true);
    });
    let lines = meta_lines(meta, false);
    let mut raw_file = BufWriter::new(File::create(folder.join("hour.raw.csv")).unwrap());
    let mut capture = BufWriter::new(File::create(folder.join("hour.csv")).unwrap());
    raw_file.write_all(raw::head(&parts, &lines).as_bytes()).unwrap();
    capture.write_all(capture_head(&lines, false, false).as_bytes()).unwrap();
    // The session's own rows are written here, at the speed of paused time, by the recorder's functions.
    let mut rows = Assembly::new(&parts);
    let mut session = Session::new(&parts, meta, Settings::default(), None);
    let mut records = ndjson(&folder.join("live.ndjson"));
    let mut out = Live {
        tally: Tally::default(),
        sent: retrogait::link::fake::Tally::default(),
        lost_told: 0,
        gaps_told: 0,
        gaps_in_rows: 0,
        memory_kib: Vec::new(),
    };
    let (mut line, mut last_us, mut looked) = (String::new(), None, 0);
    let mut end = Arrival::default();
    while let Some(event) = events.recv().await {
        end = event.at;
        line.clear();
        raw::line(&event, &mut line);
        raw_file.write_all(line.as_bytes()).unwrap();
        let mut write = |found: Found| match found {
            Found::Row(row) => {
                line.clear();
                row_line(&row, false, false, &mut line);
                capture.write_all(line.as_bytes()).unwrap();
                let us = row.sample.time.micros();
                // What is longer than the grid bridges must be told in the records.
                out.gaps_in_rows += u64::from(last_us.is_some_and(|last| us - last > 41_000));
                last_us = Some(us);
            }
            Found::Lost { samples, .. } => out.lost_told += samples,
            _ => {}
        };
        rows.take(&event, &mut write);
        session.event(&event, &mut |given| {
            if let Out::Output(output) = given {
                if let Output::Record(Record::Notice(notice)) = &*output {
                    out.gaps_told += u64::from(notice.what.code() == "gap");
                }
                printed(&mut records, &output);
            }
        });
        let minutes = event.at.micros() / 600_000_000;
        if minutes > looked {
            looked = minutes;
            out.memory_kib.push(resident_kib());
        }
    }
    link.await.unwrap().unwrap();
    timer.await.unwrap();
    rows.finish(end, &mut |_| panic!("a single sensor holds nothing back"));
    let (assembly, _) = session.finish(&mut |given| {
        if let Out::Output(output) = given {
            printed(&mut records, &output);
        }
    });
    records.finish().unwrap();
    raw_file.flush().unwrap();
    capture.flush().unwrap();
    out.tally = assembly.tally(0);
    out.sent = radio.tally(0);
    out
}

#[test]
fn an_hour_with_two_percent_lost_and_ten_drops() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (minute, meta) = minute();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let out = runtime.block_on(live(folder, &meta, minute));

    // Every sample is there or told.
    assert_eq!(out.tally.samples + out.tally.lost(), out.sent.due, "{:?}", out.tally);
    assert_eq!(out.tally.lost(), out.lost_told);
    assert_eq!(out.tally.reconnections, 10);
    assert!(out.tally.lost() > 7000, "{:?}", out.tally);
    assert!(
        out.gaps_in_rows > 500 && out.gaps_told == out.gaps_in_rows,
        "{} {}",
        out.gaps_told,
        out.gaps_in_rows
    );

    // Memory after ten minutes is memory after fifty.
    println!("memory in use: {:?} KiB; {:?}", out.memory_kib, out.tally);
    let (first, last) = (out.memory_kib[0], *out.memory_kib.last().unwrap());
    assert!(out.memory_kib.len() >= 5);
    assert!(last < first + 1024, "{:?} KiB", out.memory_kib);

    // The capture, replayed.
    let mut reader =
        CaptureReader::new(File::open(folder.join("hour.csv")).unwrap(), "hour.csv", ReadOptions::default())
            .unwrap();
    let mut pipeline = Pipeline::new(reader.meta(), Settings::default());
    let mut records = ndjson(&folder.join("replay.ndjson"));
    while let Some(sample) = reader.next_sample().unwrap() {
        pipeline.arrives(reader.arrival(), &mut |o| printed(&mut records, &o));
        pipeline.push(&sample, &mut |o| printed(&mut records, &o));
    }
    assert_eq!(reader.warnings().tallies().count(), 0);
    pipeline.finish(&mut |o| printed(&mut records, &o));
    records.finish().unwrap();

    // What arrived, through the decoders again.
    let file = BufReader::new(File::open(folder.join("hour.raw.csv")).unwrap());
    let mut reader = RawReader::new(file).unwrap();
    let mut session = Session::new(reader.parts(), &meta, Settings::default(), None);
    let mut records = ndjson(&folder.join("again.ndjson"));
    while let Some(event) = reader.next_event().unwrap() {
        session.event(&event, &mut |given| {
            if let Out::Output(output) = given {
                printed(&mut records, &output);
            }
        });
    }
    session.finish(&mut |given| {
        if let Out::Output(output) = given {
            printed(&mut records, &output);
        }
    });
    records.finish().unwrap();

    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let records = read("live.ndjson");
    assert!(records.len() > 100_000, "an hour of walking has much to tell");
    assert!(read("replay.ndjson") == records, "the capture gives other records");
    assert!(read("again.ndjson") == records, "the raw events give other records");
}

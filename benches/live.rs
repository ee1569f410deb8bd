//! How long a record takes from the arrival of the notification that completes it to standard output,
//! and what a live session costs: two sensors at 200 Hz, in real time. `cargo bench --bench live -- 60`
//! measures for 60 s; fails when the 99th percentile is over 5 ms or a core is used by 3 %.
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

use std::collections::VecDeque;
use std::io::{self, PipeWriter, Read, Write};
use std::sync::{Arc, Mutex, mpsc as std_mpsc};
use std::time::{Duration, Instant};

use retrogait::decode::Arrival;
use retrogait::decode::open::Info;
use retrogait::decode::table::Kind;
use retrogait::imu::Imu;
use retrogait::link::Clock;
use retrogait::link::fake::{FakeRadio, Feed, Script};
use retrogait::link::intake::{self, Outlet};
use retrogait::link::run::{Command, Link, Wanted};
use retrogait::link::state::Deadlines;
use retrogait::live::aside::Aside;
use retrogait::live::assemble::{Part, Role};
use retrogait::live::recorder::{Paths, Recorder};
use retrogait::live::session::{Out, Session};
use retrogait::pipeline::{Output, Settings};
use retrogait::sim::scenario::Scenario;
use retrogait::sim::setup::Setup;
use retrogait::sink::Sink;
use retrogait::sink::ndjson::{Flush, Ndjson};
use tokio::sync::{mpsc, watch};

const RATE_HZ: u16 = 200;

struct Played(Vec<[i16; 6]>, usize);

impl Feed for Played {
    fn next(&mut self) -> Option<[i16; 6]> {
        self.1 += 1;
        Some(self.0[(self.1 - 1) % self.0.len()])
    }
}

/// Standard output as programs see it, a pipe, with a watch.
struct Watched {
    out: PipeWriter,
    clock: Clock,
    due: std_mpsc::Receiver<Arrival>,
    took_us: Arc<Mutex<Vec<i64>>>,
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        let now = self.clock.now();
        let at = self.due.recv().map_err(io::Error::other)?;
        self.took_us.lock().unwrap().push(now.since(at));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Time of processors used by this process, s.
fn processor_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<_> = text.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn main() {
    let seconds = std::env::args().filter_map(|a| a.parse::<u64>().ok()).next_back().unwrap_or(30);
    let setup = Setup {
        rate_hz: RATE_HZ.into(),
        thigh: true,
        ..Setup::scenario(Scenario::named("bw_normal_coached").unwrap())
    };
    let walk = setup.record().unwrap();
    let counts = |of: &dyn Fn(&retrogait::imu::Sample) -> Imu| -> Vec<[i16; 6]> {
        walk.steps.iter().map(|s| Info::usual(RATE_HZ).counts(&of(&s.sample))).collect()
    };
    let feeds = [counts(&|s| s.shank), counts(&|s| s.thigh.unwrap_or_default())];
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let took_us = Arc::new(Mutex::new(Vec::new()));
    let (elapsed, used) = runtime.block_on(async {
        let scripts = feeds.into_iter().zip(["a", "b"]).map(|(feed, address)| Script {
            jitter: Duration::from_millis(8),
            loss: 0.005,
            ..Script::new(address, RATE_HZ, Box::new(Played(feed, 0)))
        });
        let radio = Arc::new(FakeRadio::new(scripts.collect()));
        let (tx, mut events) = intake::queue();
        let (stop, stopped) = watch::channel(false);
        let (clock, turn) = (Clock::start(), Arc::new(tokio::sync::Mutex::new(())));
        let parts: Vec<_> = [Role::Shank, Role::Thigh]
            .into_iter()
            .map(|role| Part { role, kind: Kind::Open, rate_hz: RATE_HZ.into() })
            .collect();
        let mut keep = VecDeque::new();
        for (i, address) in ["a", "b"].into_iter().enumerate() {
            let (command, commands) = mpsc::channel::<Command>(1);
            keep.push_back(command);
            let link = Link {
                transport: Arc::clone(&radio),
                wanted: Wanted { address: address.into(), kind: Kind::Open, rate_hz: RATE_HZ.into() },
                deadlines: Deadlines::default(),
                outlet: Outlet::new(i, clock, tx.clone()),
                turn: Arc::clone(&turn),
                stop: stopped.clone(),
                commands,
                firmware: None,
            };
            tokio::spawn(link.run());
        }
        drop(tx);
        let paths = Paths::beside(&folder.path().join("bench.csv"));
        let recorder =
            Recorder::start(paths, &walk.meta, &parts, false, Box::new(|e| panic!("{e}"))).unwrap();
        let engine = std::thread::spawn({
            let (meta, took_us) = (walk.meta.clone(), Arc::clone(&took_us));
            move || {
                let mut session = Session::new(&parts, &meta, Settings::default(), Some(recorder));
                let (due, when) = std_mpsc::channel();
                let (mut reader, out) = io::pipe().unwrap();
                std::thread::spawn(move || reader.read_to_end(&mut Vec::new()));
                let out = Aside::new(Watched { out, clock, due: when, took_us }).unwrap();
                let mut sink = Ndjson::new(out, Flush::EachLine, None);
                while let Some(event) = events.blocking_recv() {
                    session.event(&event, &mut |out| {
                        if let Out::Output(output) = out
                            && let Output::Record(record) = &*output
                        {
                            due.send(event.at).unwrap();
                            sink.record(record).unwrap();
                        }
                    });
                }
            }
        });
        tokio::time::sleep(Duration::from_secs(2)).await;
        let (start, before) = (Instant::now(), processor_s());
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        let measured = (start.elapsed().as_secs_f64(), processor_s() - before);
        stop.send_replace(true);
        tokio::task::spawn_blocking(move || engine.join()).await.unwrap().unwrap();
        measured
    });
    let mut took = std::mem::take(&mut *took_us.lock().unwrap());
    took.sort_unstable();
    let n = took.len();
    assert!(n > 20, "{n} records are too few to say anything");
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a few thousand")]
    let at = |share: f64| took[((n - 1) as f64 * share) as usize] as f64 * 1e-3;
    let share = 100.0 * used / elapsed;
    println!(
        "{n} records in {elapsed:.0} s: arrival to standard output p50 {:.3} ms, p99 {:.3} ms, longest {:.3} ms; processor {share:.2} % of a core, sensors' own simulation included",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    if at(0.99) > 5.0 || share > 3.0 {
        eprintln!("over the limit of 5 ms or 3 %");
        std::process::exit(1);
    }
}

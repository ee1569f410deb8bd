//! `test 3mbwt --sensor`: the 3-metre backward walk while it is walked.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::assess::shown;
use super::capture_args::MetaArgs;
use super::exit::{self, Exit};
use super::live::{self, MakeSinks};
use crate::assess::backward_walk::{self, BESIDE_S, TRIES};
use crate::record::{Activity, AlertLevel, Bout, Record, SeriesRow};
use crate::report::definitions::number;
use crate::session::Session;
use crate::sink::Sink;

/// From where the tries come.
#[derive(Debug, Args)]
#[allow(clippy::option_option, reason = "a flag that is not there, that is there alone, or with a value")]
pub(super) struct LiveWalk {
    /// file, sim: speed at which it is played: 1x, 2x, or max
    #[arg(long, value_name = "RATE", requires = "sensor", conflicts_with = "capture", help_heading = "Live")]
    pace: Option<OsString>,

    /// sim: decides the person and the steps
    #[arg(long, value_name = "N", requires = "sensor", conflicts_with = "capture", help_heading = "Live")]
    seed: Option<OsString>,

    /// Keep the capture; without a name in the folder for data, named by the time
    #[arg(long, value_name = "CAPTURE.csv", num_args = 0..=1, require_equals = true, requires = "sensor", conflicts_with = "capture", help_heading = "Live")]
    record: Option<Option<PathBuf>>,
}

/// The same live source as that of `live`, with tries in place of records.
pub(super) fn run(sensor: &str, walk: &LiveWalk, meta: &MetaArgs, json: bool) -> anyhow::Result<Exit> {
    let mut line: Vec<OsString> = vec!["--plain".into(), "--sensor".into(), sensor.into()];
    for (flag, value) in [("--pace", &walk.pace), ("--seed", &walk.seed)] {
        if let Some(value) = value {
            line.extend([flag.into(), value.clone()]);
        }
    }
    if let Some(path) = &walk.record {
        let mut word = OsString::from("--record");
        if let Some(path) = path {
            word.push("=");
            word.push(path);
        }
        line.push(word);
    }
    let mut live = live::parsed(line);
    live.meta = meta.clone();
    // Plans and people of the configuration are for sessions.
    live.bare = walk.record.is_none();
    let text: MakeSinks = || Ok(vec![Box::new(Tries::new(false))]);
    let object: MakeSinks = || Ok(vec![Box::new(Tries::new(true))]);
    live.sinks = Some(if json { object } else { text });
    anstream::eprintln!(
        "Somebody stands by. Stand still; walk three metres backward as fast as is safe; stand still; go back. \
         {TRIES} times. Ctrl-C ends the test."
    );
    live::run(&live)
}

/// Tells the tries as they are walked, and at the end the test.
struct Tries {
    session: Session,
    /// Walks of which all has been said.
    told: usize,
    /// When the last try seemed to end, s.
    last_s: Option<f64>,
    done: bool,
    json: bool,
}

impl Tries {
    fn new(json: bool) -> Self {
        Self { session: Session::default(), told: 0, last_s: None, done: false, json }
    }

    /// A walk is whole when something else has followed; until then only its last step is known.
    fn bout(&mut self, bout: &Bout) {
        let test = backward_walk::of(&self.session);
        if bout.activity == Activity::Backward {
            let complete = test.tries == TRIES && test.walks.last().is_some_and(|w| w.left_out.is_none());
            self.last_s = complete.then(|| bout.end.seconds()).or(self.last_s);
            anstream::eprintln!("walked; stand still");
            return;
        }
        if bout.activity == Activity::Other && bout.end.since(bout.start).seconds() <= BESIDE_S {
            return;
        }
        let before = test.walks[..self.told].iter().filter(|w| w.left_out.is_none()).count();
        let mut n = before;
        for walk in &test.walks[self.told..] {
            if let Some(why) = &walk.left_out {
                anstream::eprintln!("not a try: {why}");
                continue;
            }
            n += 1;
            let about = walk.uncertainty_s.map_or_else(String::new, |u| format!(" ± {}", number(u, 2)));
            anstream::eprintln!("try {n} of {TRIES}: {}{about} s", number(walk.time_s, 2));
        }
        self.told = test.walks.len();
        self.done |= n >= TRIES;
    }
}

impl Sink for Tries {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.session.take(record);
        match record {
            Record::Bout(bout) => self.bout(bout),
            Record::Alert(alert) if alert.level >= AlertLevel::Caution => {
                exit::warn(alert.rule.info().message);
            }
            _ => {}
        }
        Ok(())
    }

    fn series(&mut self, row: &SeriesRow) -> io::Result<()> {
        // Steps that follow later than this are another walk.
        self.done |= self.last_s.is_some_and(|last| row.time.seconds() > last + BESIDE_S);
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn finish(&mut self) -> io::Result<()> {
        let text = shown(&backward_walk::of(&self.session), self.json)?;
        let mut out = anstream::stdout();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

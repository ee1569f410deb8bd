//! `retrogait test`: tests that a therapist gives.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::assess_live::{self, LiveWalk};
use super::capture_args::CaptureArgs;
use super::exit::{Exit, UsageError};
use super::gather::{How, gather};
use super::replay::screen_width;
use super::sessions::print;
use crate::assess::backward_walk::{self, BackwardWalk, PUBLISHED, REAL_CHANGE_S, REAL_CHANGE_SOURCE, TRIES};
use crate::report::definitions::number;
use crate::sink::table::{Column, Table, wrapped};
use crate::sink::words::counted;

const EXAMPLES: &str = "\
Examples:
  retrogait test 3mbwt three-tries.csv
      three metres backward, three times in one capture: times, best, mean, published bands
  retrogait test 3mbwt --sensor shin
      while it is walked: each try is told as it ends, and the third ends the test";

/// Arguments of `test`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub(super) struct TestArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The 3-metre backward walk, three tries
    #[command(name = "3mbwt")]
    BackwardWalk(Box<WalkArgs>),
}

#[derive(Debug, Args)]
struct WalkArgs {
    /// Capture with the tries (CSV), standing still between them; without one, `--sensor` says what measures
    /// it now: a paired sensor by its name, `sim:SCENARIO`, `sim:SCRIPT.toml` or `file:CAPTURE`
    #[arg(required_unless_present = "sensor")]
    capture: Option<PathBuf>,
    /// Print everything as one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    live: LiveWalk,
    #[command(flatten)]
    capture_args: CaptureArgs,
}

pub(super) fn run(args: &TestArgs) -> anyhow::Result<Exit> {
    let What::BackwardWalk(args) = &args.what;
    let capture = match (&args.capture, &args.capture_args.sensor) {
        (Some(capture), _) => capture,
        (None, Some(sensor)) => {
            return assess_live::run(sensor, &args.live, &args.capture_args.meta, args.json);
        }
        (None, None) => return Err(UsageError::new("say which capture, or which `--sensor`").into()),
    };
    if capture.as_os_str() == "-" {
        return Err(UsageError::new("the test is made of a capture in a file").into());
    }
    let how = How { options: args.capture_args.options(), ..How::default() };
    let (session, _) = gather(capture, &how, &mut |_| {})?;
    print(&shown(&backward_walk::of(&session), args.json)?)
}

/// The test as it is printed.
pub(super) fn shown(test: &BackwardWalk, json: bool) -> serde_json::Result<String> {
    if !json {
        return Ok(text(test, screen_width()));
    }
    let mut value = serde_json::to_value(test)?;
    value["smallest_real_change_s"] = REAL_CHANGE_S.into();
    value["published"] = serde_json::to_value(PUBLISHED)?;
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

fn text(test: &BackwardWalk, width: usize) -> String {
    let mut text = String::new();
    match (test.best_s, test.mean_s) {
        (Some(best), Some(mean)) => {
            let tries = counted(test.tries as u64, "try").replace("trys", "tries");
            let sentence = format!(
                "3-metre backward walk, {tries}: best {} s ({} m/s), mean {} s.",
                number(best, 2),
                number(backward_walk::DISTANCE_M / best, 2),
                number(mean, 2)
            );
            text.push_str(&wrapped("", &sentence, width));
            if test.tries < TRIES {
                text.push_str(&wrapped("", &format!("{TRIES} tries make the test."), width));
            }
        }
        _ => text.push_str("No 3-metre backward walk was found.\n"),
    }
    if !test.walks.is_empty() {
        let mut table = Table::new(vec![
            Column::new("from", "s", 0),
            Column::new("time", "s", 0),
            Column::new("±", "s", 1),
            Column::new("speed", "m/s", 0),
            Column::new("strides", "", 1),
            Column::new("by the sensor", "m", 2),
            Column::new("not a try", "", 0).left(),
        ]);
        for w in &test.walks {
            table.row(vec![
                Some(number(w.start_s, 1)),
                Some(number(w.time_s, 2)),
                w.uncertainty_s.map(|u| number(u, 2)),
                Some(number(w.speed_mps, 2)),
                Some(w.strides.to_string()),
                w.measured_m.map(|m| number(m, 1)),
                w.left_out.clone(),
            ]);
        }
        text.push('\n');
        text.push_str(&table.render(width));
    }
    text.push_str("\nWhat was published of such times (of groups; it says nothing certain of one person)\n");
    for b in PUBLISHED {
        let mut line = String::new();
        match b.to_s {
            Some(to) => _ = write!(line, "at most {to} s: "),
            None => _ = write!(line, "over {} s: ", b.from_s),
        }
        let _ = write!(line, "{}; {} ({})", b.means, b.whom, b.source);
        let holds = test.bands.contains(&b);
        text.push_str(&wrapped(if holds { "  > " } else { "    " }, &line, width));
    }
    let note = format!(
        "A change of one person's time is real from {REAL_CHANGE_S} s on: {REAL_CHANGE_SOURCE}. Timed from \
         standing to standing by the leg with the sensor; the other leg may begin and end a step earlier \
         or later, which is the ± of the time."
    );
    text.push('\n');
    text.push_str(&wrapped("", &note, width));
    text
}

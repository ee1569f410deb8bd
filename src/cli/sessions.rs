//! `retrogait sessions`: what is kept.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;

use super::exit::{Exit, UsageError};
use super::replay::screen_width;
use super::report::{Look, material_of_session};
use super::store_args::{StoreArgs, confirmed};
use crate::report::{self, verdict::Verdict};
use crate::session::Pain;
use crate::sink::file::OutputFile;
use crate::sink::table::{Column, Table, wrapped};
use crate::sink::words::duration;
use crate::store::SessionInfo;
use crate::store::sessions::RawCapture;

const EXAMPLES: &str = "\
Examples:
  retrogait sessions list --person Ada
      her sessions, oldest first
  retrogait sessions show 12
      what was walked, how it went, what is kept of it
  retrogait sessions export 12 --out folder
      the raw capture, records, tables and the report's figures, in open formats
  retrogait sessions pain 12 3
      notes that the worst pain was 3 of 10";

/// Arguments of `sessions`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub(super) struct SessionsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the sessions that are kept
    List(ListArgs),
    /// Show one
    Show(ShowArgs),
    /// Delete one with its capture, after asking
    Delete(DeleteArgs),
    /// Write everything of one to files in open formats
    Export(ExportArgs),
    /// Note the worst pain of one
    Pain(PainArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Of this person only
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    /// As a JSON array
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// Number of the session
    session: i64,
    /// As a JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
struct DeleteArgs {
    /// Number of the session
    session: i64,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// Number of the session
    session: i64,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
struct PainArgs {
    /// Number of the session
    session: i64,
    /// From 0, none, to 10
    #[arg(value_parser = clap::value_parser!(u8).range(0..=10))]
    score: u8,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn run(args: &SessionsArgs) -> anyhow::Result<Exit> {
    match &args.what {
        What::List(args) => list(args),
        What::Show(args) => show(args),
        What::Delete(args) => delete(args),
        What::Export(args) => export(args),
        What::Pain(args) => {
            args.store.open()?.add_pain(args.session, Pain { at_s: None, score: args.score })?;
            anstream::eprintln!("session {}: pain {} of 10", args.session, args.score);
            Ok(Exit::Done)
        }
    }
}

pub(super) fn print(text: &str) -> anyhow::Result<Exit> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(Exit::Done),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<Exit> {
    let sessions = args.store.open()?.sessions(args.person.as_deref())?;
    if args.json {
        return print(&(serde_json::to_string_pretty(&sessions)? + "\n"));
    }
    if sessions.is_empty() {
        anstream::eprintln!("no session is kept yet; `retrogait replay CAPTURE --keep NAME` keeps one");
        return Ok(Exit::Done);
    }
    let mut table = Table::new(vec![
        Column::new("#", "", 0),
        Column::new("when", "", 0).left(),
        Column::new("person", "", 0).left(),
        Column::new("backward", "", 1),
        Column::new("strides", "", 2),
        Column::new("stops", "", 3),
        Column::new("pain", "of 10", 3),
        Column::new("", "", 4).left(),
    ]);
    for s in sessions {
        table.row(vec![
            Some(s.id.to_string()),
            Some(s.started.strftime("%Y-%m-%d %H:%M").to_string()),
            Some(s.person.clone()),
            Some(duration(s.backward_s)),
            Some(s.backward_strides.to_string()),
            Some(s.stops.to_string()),
            s.pain.map(|p| p.to_string()),
            (!s.finished).then(|| "broke off".to_owned()),
        ]);
    }
    print(&table.render(screen_width()))
}

fn show(args: &ShowArgs) -> anyhow::Result<Exit> {
    let store = args.store.open()?;
    let kept = store.session(args.session)?;
    let raw = store.raw_capture(&kept.info)?;
    let material = material_of_session(&store, kept, &Look::default())?;
    let kept = store.session(args.session)?;
    if args.json {
        let value = json!({ "session": kept.info, "report": report::json(&material) });
        return print(&(serde_json::to_string_pretty(&value)? + "\n"));
    }
    let verdict = Verdict::of(&material);
    let mut text = String::new();
    for line in [&verdict.walked, &verdict.went, &verdict.next] {
        text.push_str(&wrapped("", line, screen_width()));
    }
    text.push('\n');
    for line in lines(&kept.info, &raw) {
        text.push_str(&wrapped("  ", &line, screen_width()));
    }
    print(&text)
}

fn lines(info: &SessionInfo, raw: &RawCapture) -> Vec<String> {
    let mut lines = vec![
        format!("session {} of {}, {}", info.id, info.person, info.started.strftime("%Y-%m-%d %H:%M %Z")),
        format!("measured by retrogait {}, {}", info.program, info.source),
    ];
    if !info.finished {
        lines.push("it broke off".into());
    }
    lines.push(match raw {
        RawCapture::Whole(path) => format!("raw capture: {}, as it was recorded", path.display()),
        RawCapture::Unmarked(path) => format!("raw capture: {}, not ended properly", path.display()),
        RawCapture::Changed(path) => {
            format!("raw capture: {}, CHANGED since it was recorded", path.display())
        }
        RawCapture::Missing => "raw capture: none".into(),
    });
    lines
}

fn delete(args: &DeleteArgs) -> anyhow::Result<Exit> {
    let mut store = args.store.open()?;
    let info = store.session(args.session)?.info;
    let what =
        format!("session {} of {} ({})", info.id, info.person, info.started.strftime("%Y-%m-%d %H:%M"));
    if confirmed(&what, &info.id.to_string(), args.yes)? {
        store.delete_session(info.id)?;
        anstream::eprintln!("{what}: deleted");
    }
    Ok(Exit::Done)
}

fn export(args: &ExportArgs) -> anyhow::Result<Exit> {
    let store = args.store.open()?;
    let kept = store.session(args.session)?;
    let raw = store.raw_capture(&kept.info)?;
    if let RawCapture::Changed(path) = &raw {
        super::exit::warn(&format!("{} is not what was recorded: it is left out", path.display()));
    }
    let info = kept.info.clone();
    fs::create_dir_all(&args.out).with_context(|| format!("{} cannot be made", args.out.display()))?;
    let target = |name: &str| args.out.join(name);
    if !args.force {
        // Nothing is written before everything can be.
        for name in ["capture.csv", "session.json", "strides.csv", "figures.csv", "bouts.csv", "alerts.csv"] {
            if target(name).exists() {
                return Err(UsageError::new(format!("{} exists already", target(name).display()))
                    .help("pass `--force` to replace it")
                    .into());
            }
        }
    }
    let material = material_of_session(&store, kept, &Look::default())?;
    let mut written = report::csv(&material, &args.out, args.force)?;
    let mut file = OutputFile::create(&target("session.json"), args.force)?;
    let value = json!({ "session": info, "report": report::json(&material) });
    serde_json::to_writer_pretty(&mut file, &value)?;
    written.push(file.commit()?);
    if let Some(path) = raw.trusted() {
        let mut file = OutputFile::create(&target("capture.csv"), args.force)?;
        std::io::copy(&mut fs::File::open(path)?, &mut file)?;
        written.push(file.commit()?);
    }
    for path in written {
        anstream::eprintln!("{}", path.display());
    }
    Ok(Exit::Done)
}

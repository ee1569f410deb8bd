//! `retrogait person`: whose sessions are kept.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::capture_args::{height, shank_length, side, thigh_length};
use super::exit::{Exit, UsageError};
use super::replay::screen_width;
use super::store_args::{StoreArgs, confirmed};
use crate::mount::Side;
use crate::person::Person;
use crate::person::baseline::Baseline;
use crate::record::Stride;
use crate::sink::table::{Column, Table};
use crate::sink::words::counted;
use crate::source::{CaptureReader, ReadOptions, open};
use crate::store::people::{KeptPerson, NewPerson, Prescribed};

const EXAMPLES: &str = "\
Examples:
  retrogait person add Ada --side right --height 1.72 --knee-target 5 --toe-first 70
      a name or a code, the leg with the sensor, and what is asked for
  retrogait person add P-017 --file p017.toml
      with everything a person file says
  retrogait replay walk.csv --keep Ada
      keeps a session of hers
  retrogait person baseline Ada --session 3 --session 4
      makes her usual figures of these sessions
  retrogait person delete Ada
      deletes her and all her sessions, after asking";

/// Arguments of `person`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub(super) struct PersonArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add somebody, by a name or a code
    Add(Box<AddArgs>),
    /// List everybody
    List(ListArgs),
    /// Show what is known of somebody
    Show(NameArgs),
    /// Delete somebody and all of theirs, after asking
    Delete(DeleteArgs),
    /// Make somebody's usual figures of sessions that were accepted, or show them
    Baseline(BaselineArgs),
}

#[derive(Debug, Args)]
struct AddArgs {
    /// A name or a code
    name: String,
    /// Person file (TOML): lengths, target, bands, baseline
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The leg that wears the sensor: left or right
    #[arg(long, value_parser = side)]
    side: Option<Side>,
    /// Body height, m
    #[arg(long, value_name = "M", value_parser = height)]
    height: Option<f64>,
    /// Knee to ankle, m
    #[arg(long, value_name = "M", value_parser = shank_length)]
    shank_length: Option<f64>,
    /// Hip to knee, m
    #[arg(long, value_name = "M", value_parser = thigh_length)]
    thigh_length: Option<f64>,
    /// Bend of the knee that is asked for, degrees
    #[arg(long, value_name = "DEG", allow_negative_numbers = true)]
    knee_target: Option<f64>,
    /// Share of steps that should land toes first, percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    toe_first: Option<u8>,
    /// Sessions a week that are prescribed
    #[arg(long, value_name = "N", value_parser = positive)]
    per_week: Option<f64>,
    /// Backward minutes a session that are prescribed
    #[arg(long, value_name = "MIN", value_parser = positive)]
    minutes: Option<f64>,
    /// Body mass, kg, for the energy estimate
    #[arg(long, value_name = "KG", value_parser = positive)]
    mass: Option<f64>,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
struct NameArgs {
    /// Whom
    name: String,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
struct DeleteArgs {
    /// Whom
    name: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Args)]
struct BaselineArgs {
    /// Whose
    name: String,
    /// A session that was accepted as usual for this person (repeatable)
    #[arg(long, value_name = "SESSION")]
    session: Vec<i64>,
    /// Forget the baseline
    #[arg(long, conflicts_with = "session")]
    clear: bool,
    #[command(flatten)]
    store: StoreArgs,
}

fn positive(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if value > 0.0 && value < 1000.0 { Ok(value) } else { Err("it lies between 0 and 1000".into()) }
}

pub(super) fn run(args: &PersonArgs) -> anyhow::Result<Exit> {
    match &args.what {
        What::Add(args) => add(args),
        What::List(args) => list(args),
        What::Show(args) => {
            let kept = args.store.open()?.person(&args.name)?;
            print(&card(&kept))
        }
        What::Delete(args) => delete(args),
        What::Baseline(args) => baseline(args),
    }
}

fn print(text: &str) -> anyhow::Result<Exit> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(Exit::Done),
    }
}

fn add(args: &AddArgs) -> anyhow::Result<Exit> {
    let mut person = match &args.file {
        Some(path) => Person::read(path)?,
        None => Person::default(),
    };
    person.side = args.side.or(person.side);
    person.height_m = args.height.or(person.height_m);
    person.shank_length_m = args.shank_length.or(person.shank_length_m);
    person.thigh_length_m = args.thigh_length.or(person.thigh_length_m);
    person.knee.target_deg = args.knee_target.or(person.knee.target_deg);
    // What a person file may not say may not be said by flags either.
    if let Err(fault) = Person::parse(&person.to_toml()) {
        return Err(UsageError::new(fault.what).into());
    }
    let new = NewPerson {
        name: args.name.clone(),
        person,
        prescribed: Prescribed {
            toe_first: args.toe_first.map(|p| f64::from(p) / 100.0),
            sessions_per_week: args.per_week,
            minutes_per_session: args.minutes,
        },
        mass_kg: args.mass,
    };
    let mut store = args.store.open()?;
    let kept = store.add_person(&new)?;
    anstream::eprintln!("{} was added; sessions are kept in {}", kept.name, store.folder().display());
    Ok(Exit::Done)
}

fn list(args: &ListArgs) -> anyhow::Result<Exit> {
    let people = args.store.open()?.people()?;
    if people.is_empty() {
        anstream::eprintln!("nobody is kept yet; `retrogait person add NAME` adds somebody");
        return Ok(Exit::Done);
    }
    let mut table = Table::new(vec![
        Column::new("name", "", 0).left(),
        Column::new("leg", "", 2).left(),
        Column::new("sessions", "", 0),
        Column::new("baseline", "strides", 2),
        Column::new("since", "", 3).left(),
    ]);
    for p in people {
        table.row(vec![
            Some(p.name),
            p.person.side.map(|s| leg(s).to_owned()),
            Some(p.sessions.to_string()),
            p.person.baseline.map(|b| b.strides.to_string()),
            Some(p.created),
        ]);
    }
    print(&table.render(screen_width()))
}

const fn leg(side: Side) -> &'static str {
    match side {
        Side::Left => "left",
        Side::Right => "right",
    }
}

/// What is known of somebody: the person file, with what is prescribed above it.
fn card(kept: &KeptPerson) -> String {
    let mut lines = vec![format!(
        "# {}, kept since {}, {}",
        kept.name,
        kept.created,
        counted(kept.sessions.into(), "session")
    )];
    let p = &kept.prescribed;
    lines.extend(p.toe_first.map(|s| format!("# toes first: {:.0} % of the steps", s * 100.0)));
    lines.extend(p.sessions_per_week.map(|n| format!("# sessions a week: {n}")));
    lines.extend(p.minutes_per_session.map(|n| format!("# minutes a session: {n}")));
    lines.extend(kept.mass_kg.map(|n| format!("# mass: {n} kg")));
    let file = kept.person.to_toml();
    lines.join("\n") + "\n" + &file
}

fn delete(args: &DeleteArgs) -> anyhow::Result<Exit> {
    let mut store = args.store.open()?;
    let kept = store.person(&args.name)?;
    let what = format!("{} with {}", kept.name, counted(kept.sessions.into(), "session"));
    if confirmed(&what, &kept.name, args.yes)? {
        store.delete_person(&kept.name)?;
        anstream::eprintln!("{what}: deleted");
    }
    Ok(Exit::Done)
}

fn baseline(args: &BaselineArgs) -> anyhow::Result<Exit> {
    let mut store = args.store.open()?;
    let kept = store.person(&args.name)?;
    let mut person = kept.person.clone();
    if args.clear {
        person.baseline = None;
        store.update_person(&kept.name, &person)?;
        anstream::eprintln!("{} has no baseline now", kept.name);
        return Ok(Exit::Done);
    }
    if args.session.is_empty() {
        if let Some(baseline) = &person.baseline {
            let only = Person { baseline: Some(baseline.clone()), ..Person::default() };
            return print(&only.to_toml());
        }
        anstream::eprintln!(
            "{} has no baseline; `--session N` makes one of sessions that were accepted",
            kept.name
        );
        return Ok(Exit::Done);
    }
    let mut strides: Vec<Stride> = Vec::new();
    let mut meta = None;
    for id in &args.session {
        let of = store.session(*id)?;
        if of.info.person != kept.name {
            return Err(UsageError::new(format!("session {id} is not of {}", kept.name)).into());
        }
        if of.info.stops > 0 {
            return Err(UsageError::new(format!(
                "session {id} was asked to stop: what happened in it is not usual"
            ))
            .help("take sessions without a warning to stop")
            .into());
        }
        if let Some(path) = store.raw_capture(&of.info)?.trusted() {
            let input = open(path)?;
            meta = Some(CaptureReader::new(input.bytes, &input.name, ReadOptions::default())?.meta().clone());
        }
        strides.extend(of.session.strides);
    }
    let mut baseline = Baseline::of(&strides)?;
    baseline.date = Some(jiff::Zoned::now().date().to_string());
    baseline.side = meta.as_ref().and_then(|m| m.side).or(person.side);
    baseline.mount = meta.and_then(|m| m.mount);
    let count = baseline.strides;
    person.baseline = Some(baseline);
    store.update_person(&kept.name, &person)?;
    anstream::eprintln!("{}: baseline of {}", kept.name, counted(count.into(), "stride"));
    Ok(Exit::Done)
}

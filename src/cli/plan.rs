//! `retrogait plan`: the plans that there are.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};

use super::desk;
use super::exit::{self, Exit, UsageError};
use crate::plan::{Plan, Way, clock, levels, mph};

const EXAMPLES: &str = "\
Examples:
  retrogait plan list
  retrogait plan show first
  retrogait plan new mine --from first
      writes a copy to be changed; `retrogait live --plan mine` follows it";

/// Arguments of `plan`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::HELP))]
pub(super) struct PlanArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the built-in plans and one's own
    List,
    /// Show a plan, part by part
    Show {
        /// A name, or a file
        #[arg(value_name = "PLAN")]
        plan: String,
        /// As the file that it is
        #[arg(long)]
        file: bool,
    },
    /// Write a new plan as a copy of another, to be changed
    New {
        /// Its name
        name: String,
        /// The plan to begin with
        #[arg(long, value_name = "PLAN", default_value = "first")]
        from: String,
        /// The file to write [default: NAME.toml in the folder for settings]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub(super) fn run(args: &PlanArgs) -> anyhow::Result<Exit> {
    match &args.what {
        What::List => list(),
        What::Show { plan, file } => show(plan, *file)?,
        What::New { name, from, out } => new(name, from, out.clone())?,
    }
    Ok(Exit::Done)
}

fn list() {
    let mut plans: Vec<(Plan, &str)> = levels::LEVELS.iter().map(|l| (l.plan(), "")).collect();
    let own = desk::own_plans().and_then(|folder| fs::read_dir(folder).ok());
    let mut paths: Vec<PathBuf> = own
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .collect();
    paths.sort();
    for path in paths {
        match Plan::read(&path) {
            Ok(plan) => plans.push((plan, "  (own)")),
            Err(e) => exit::warn(&e.to_string()),
        }
    }
    for (plan, own) in plans {
        anstream::println!("{:<11}{:>6} min  {}{own}", plan.name, clock(plan.seconds()), plan.title);
    }
}

fn text_of(asked: &str) -> anyhow::Result<String> {
    if let Some(level) = levels::named(asked) {
        return Ok(level.text.to_owned());
    }
    // So that the advice is the same.
    desk::plan(asked)?;
    let path = [Some(PathBuf::from(asked)), desk::own_plan(asked)].into_iter().flatten().find(|p| p.exists());
    let path = path.context("the plan has gone")?;
    fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
}

fn show(asked: &str, file: bool) -> anyhow::Result<()> {
    if file {
        anstream::print!("{}", text_of(asked)?);
        return Ok(());
    }
    let plan = desk::plan(asked)?;
    anstream::println!("{}", plan.title);
    if let Some(note) = &plan.note {
        anstream::println!("{note}");
    }
    anstream::println!();
    for (i, s) in plan.segments.iter().enumerate() {
        let speed = s.speed_mps.map_or_else(|| "–".into(), mph);
        let support = s.support.map_or("–", |s| s.word());
        anstream::println!(
            "{:>3}  {:<9}{:>6} min  {speed:>8}   support: {support}",
            i + 1,
            s.way.word(),
            clock(s.seconds)
        );
    }
    let whole = clock(plan.seconds());
    let backward = clock(plan.seconds_of(Way::Backward));
    anstream::println!("\n{whole} min in all, {backward} of them backward.");
    let t = plan.targets;
    anstream::print!("Targets: {:.0} % of the steps on the toes first", t.toe_first_percent);
    if let Some(knee) = t.knee_deg {
        anstream::print!(", knee straightened to {knee:.0}°");
    }
    if let Some(cadence) = t.cadence {
        anstream::print!(", {cadence:.0} steps a minute");
    }
    let l = plan.limits;
    anstream::println!(
        ".\nIt ends early at pain {} of 10, or a rise by {}; the belt stays at or below {}.",
        l.pain_most,
        l.pain_rise,
        mph(l.speed_most_mps)
    );
    Ok(())
}

fn new(name: &str, from: &str, out: Option<PathBuf>) -> anyhow::Result<()> {
    let text = text_of(from)?;
    if levels::named(name).is_some() {
        return Err(UsageError::new(format!("`{name}` is a built-in plan"))
            .help("choose another name")
            .into());
    }
    let Some(path) = out.or_else(|| desk::own_plan(name)) else {
        return Err(UsageError::new(format!("`{name}` is no name for a plan"))
            .help("letters, digits, `-` and `_`; or give a file with `--out`")
            .into());
    };
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let file = OpenOptions::new().write(true).create_new(true).open(&path);
    let mut file = match file {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            return Err(UsageError::new(format!("{} exists", path.display()))
                .help("choose another name, or change that file")
                .into());
        }
        Err(e) => return Err(anyhow::Error::from(e).context(format!("{} cannot be written", path.display()))),
    };
    file.write_all(text.as_bytes()).with_context(|| format!("{} cannot be written", path.display()))?;
    anstream::println!("{}", path.display());
    anstream::eprintln!("a copy of `{from}`; change it, then: retrogait plan show {name}");
    Ok(())
}

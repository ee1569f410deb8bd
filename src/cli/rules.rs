//! `retrogait rules`: the table of rules as it is in force.

use std::fmt::Write as _;
use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::config::ConfigArgs;
use super::exit::{Exit, UsageError};
use super::replay::screen_width;
use crate::safety::need::Need;
use crate::safety::rates;
use crate::safety::rule::{Rule, RuleInfo};
use crate::safety::tuning::Tuning;
use crate::sink::table::wrapped;

const EXAMPLES: &str = "\
Examples:
  retrogait rules
      every rule: what it watches for, what it needs, its limits and how well it does
  retrogait rules fall slip
      two of them
  retrogait rules --format json
      the same for programs
  retrogait rules --config mine.toml
      with the limits of a configuration file";

/// Arguments of `rules`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RulesArgs {
    /// Rules to print [default: all]
    #[arg(value_name = "RULE")]
    rules: Vec<String>,

    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for people
    Text,
    /// One JSON object
    Json,
}

pub(super) fn run(args: &RulesArgs) -> anyhow::Result<Exit> {
    let tuning = args.config.load()?;
    let mut rules = Vec::new();
    for name in &args.rules {
        rules.push(Rule::named(name).ok_or_else(|| unknown(name))?);
    }
    if rules.is_empty() {
        rules = Rule::ALL.to_vec();
    }
    let text = match args.format {
        Format::Text => text(&rules, &tuning, screen_width()),
        Format::Json => {
            let all: Vec<_> = rules.iter().map(|r| as_json(*r, &tuning)).collect();
            serde_json::to_string_pretty(&json!({ "rules": all }))? + "\n"
        }
    };
    match io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(Exit::Done),
    }
}

fn unknown(name: &str) -> UsageError {
    let near = Rule::ALL.into_iter().min_by_key(|r| strsim::damerau_levenshtein(name, r.word()));
    UsageError::new(format!("there is no rule `{name}`"))
        .help(format!("the nearest is `{}`; `retrogait rules` lists all", near.map_or("", Rule::word)))
}

fn text(rules: &[Rule], tuning: &Tuning, width: usize) -> String {
    let mut out = String::new();
    for (k, rule) in rules.iter().enumerate() {
        let info = rule.info();
        if k > 0 {
            out.push('\n');
        }
        let off = if tuning.is_on(*rule) { "" } else { ", turned off" };
        let _ = writeln!(out, "{} ({}{off})", info.name, info.level.word());
        let needs: Vec<_> = info.needs.iter().map(|n| n.word()).collect();
        out.push_str(&wrapped("  watches for  ", info.what, width));
        out.push_str(&wrapped("  because      ", info.why, width));
        out.push_str(&wrapped("  says         ", info.message, width));
        out.push_str(&wrapped("  needs        ", &needs.join(", "), width));
        for (place, limit) in info.limits.iter().enumerate() {
            let value = tuning.get(*rule, place);
            let changed =
                if value == limit.default { String::new() } else { format!(" instead of {}", limit.default) };
            let line = format!("{} = {value}{changed}: {}", limit.key, limit.source);
            out.push_str(&wrapped("  limit        ", &line, width));
        }
        out.push_str(&wrapped("  measured     ", &measured(info), width));
    }
    out
}

fn measured(info: &RuleInfo) -> String {
    let rates = rates::of(info.rule);
    if rates.is_empty() {
        return "not on any scenario yet".to_owned();
    }
    let lines: Vec<_> = rates.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

fn as_json(rule: Rule, tuning: &Tuning) -> Value {
    let info = rule.info();
    let limits: Vec<_> = info
        .limits
        .iter()
        .enumerate()
        .map(|(place, l)| {
            json!({
                "key": l.key, "unit": l.unit, "value": tuning.get(rule, place), "default": l.default,
                "least": l.range.0, "most": l.range.1, "source": l.source,
            })
        })
        .collect();
    json!({
        "rule": info.name,
        "level": info.level,
        "enabled": tuning.is_on(rule),
        "what": info.what,
        "why": info.why,
        "message": info.message,
        "needs": info.needs.iter().map(|n: &Need| n.word()).collect::<Vec<_>>(),
        "limits": limits,
        "scenarios": info.scenarios,
        "measured": rates::of(rule),
    })
}

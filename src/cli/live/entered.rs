//! What is entered into a played session, and when.

use std::collections::VecDeque;

use anyhow::Context;

use super::LiveArgs;
use crate::cli::exit::UsageError;
use crate::live::conductor::Input;
use crate::sim::units;

/// What is entered, and when.
pub(super) fn entered(args: &LiveArgs) -> anyhow::Result<VecDeque<(f64, Input)>> {
    let Some(path) = &args.commands else { return Ok(VecDeque::new()) };
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut out = VecDeque::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let wrong = || {
            UsageError::new(format!("{}:{}: `{line}` is no command", path.display(), i + 1))
                .help("a line is a time in seconds and one of: begin, confirm N, pain N, mark, seen, end, speed 1mph")
        };
        let mut words = line.split_whitespace();
        let at: f64 = words.next().and_then(|w| w.parse().ok()).ok_or_else(wrong)?;
        let (what, value) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        out.push_back((
            at,
            match what {
                "begin" => Input::Begin,
                "confirm" => Input::Confirm(
                    value.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).ok_or_else(wrong)?,
                ),
                "pain" => Input::Pain(value.parse().ok().filter(|p| *p <= 10).ok_or_else(wrong)?),
                "mark" => Input::Mark,
                "seen" => Input::Acknowledge,
                "end" => Input::End,
                "speed" => Input::Speed(units::speed_mps(value).map_err(|_| wrong())?),
                _ => return Err(wrong().into()),
            },
        ));
    }
    Ok(out)
}

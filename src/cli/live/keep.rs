//! Where a session is recorded.

use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Context;

use super::ask::Ask;
use crate::capture::CaptureMeta;
use crate::cli::exit;
use crate::live::assemble::Part;
use crate::live::recorder::{Paths, Recorder};
use crate::live::registry::recordings;
use crate::sink::file::OutputError;

/// Where the session is kept, if it is.
pub(super) fn recorder(
    ask: &Ask<'_>,
    parts: &[Part],
    meta: &CaptureMeta,
    screen: bool,
) -> anyhow::Result<Option<Recorder>> {
    let args = ask.args;
    // People who are coached want to know afterwards how it went.
    let coached = ask.plan.is_some() && (screen || ask.desk.web.is_some()) && !args.no_record;
    let wanted = match &args.record {
        Some(path) => path.clone().unwrap_or_default(),
        None if ask.record || ask.is_kept() || coached => PathBuf::new(),
        None => return Ok(None),
    };
    let path = if wanted.as_os_str().is_empty() {
        let folder = recordings()?;
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        folder.join(format!("{}.csv", stamp(SystemTime::now())))
    } else {
        wanted
    };
    let paths = Paths::beside(&path);
    let failed = Box::new(|e: &io::Error| {
        exit::warn(&format!(
            "RECORDING STOPPED: {e}; the measurement goes on, and what was recorded before is kept"
        ));
    });
    let recorder = Recorder::start(paths.clone(), meta, parts, args.force, failed).map_err(|e| {
        if e.kind() == io::ErrorKind::AlreadyExists {
            anyhow::Error::from(OutputError::Exists(path.clone()))
        } else {
            anyhow::Error::from(e).context(format!("{} cannot be written", path.display()))
        }
    })?;
    if args.bare {
        return Ok(Some(recorder));
    }
    anstream::eprintln!("recording to {} and {}", paths.capture.display(), paths.raw.display());
    Ok(Some(recorder))
}

/// `20260131T094501Z`
pub(in crate::cli) fn stamp(now: SystemTime) -> String {
    jiff::Timestamp::try_from(now).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn recordings_are_called_by_their_time() {
        for (s, want) in [
            (0, "19700101T000000Z"),
            (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"),
            (1_800_000_000, "20270115T080000Z"),
        ] {
            assert_eq!(stamp(UNIX_EPOCH + Duration::from_secs(s)), want);
        }
    }
}

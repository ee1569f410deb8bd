//! The other file of a recording that has acceleration and angular rate apart.

use std::path::{Path, PathBuf};

use super::super::ReadOptions;
use super::super::error::{Problem, ReadError};

/// What the two are called in names of files, in pairs.
const WORDS: [(&str, &str); 4] =
    [("Accelerometer", "Gyroscope"), ("accelerometer", "gyroscope"), ("Acc", "Gyro"), ("acc", "gyro")];

/// Which of the two a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Has {
    Acceleration,
    Rate,
}

/// The file that goes with `path`: the one given by flag, or the one of the same name but for the
/// sensor's word.
pub(super) fn find(path: &Path, has: Has, options: &ReadOptions) -> Result<PathBuf, ReadError> {
    if let Some(given) = &options.with {
        return Ok(given.clone());
    }
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let mut tried = Vec::new();
    for (acc, gyr) in WORDS {
        let (this, other) = match has {
            Has::Acceleration => (acc, gyr),
            Has::Rate => (gyr, acc),
        };
        for (at, _) in name.match_indices(this) {
            let partner = format!("{}{other}{}", &name[..at], &name[at + this.len()..]);
            let candidate = path.with_file_name(&partner);
            if candidate.is_file() {
                return Ok(candidate);
            }
            if !tried.contains(&partner) {
                tried.push(partner);
            }
        }
        // `Acc` in `Accelerometer` is not a word of its own.
        if !tried.is_empty() {
            break;
        }
    }
    let wanted = match has {
        Has::Acceleration => "angular rate",
        Has::Rate => "acceleration",
    };
    let tried = if tried.is_empty() {
        format!("`{name}` does not say which sensor it is of")
    } else {
        let quoted: Vec<_> = tried.iter().map(|t| format!("`{t}`")).collect();
        format!("no {} beside it", quoted.join(", no "))
    };
    Err(ReadError::new(&path.display().to_string(), Problem::NoPartner { wanted, tried }))
}

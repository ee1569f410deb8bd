//! Small TOML files that people write by hand: where they are wrong, and what was probably meant.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use thiserror::Error;
use toml::Spanned;

/// A file of settings that cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// It could not be read.
    #[error("{} cannot be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something in it is wrong.
    #[error("{name}:{fault}")]
    Fault {
        /// The file.
        name: String,
        /// What.
        fault: Fault,
    },
}

/// What is wrong, and where: line and column count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{line}:{column}: {what}")]
pub struct Fault {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
    /// What, and what to do.
    pub what: String,
}

impl Fault {
    /// A fault at byte `offset` of `text`.
    #[expect(clippy::naive_bytecount, reason = "a file of a few lines, and only when it is wrong")]
    pub fn at(text: &str, offset: usize, what: impl Into<String>) -> Self {
        let before = &text.as_bytes()[..offset.min(text.len())];
        Self {
            line: 1 + before.iter().filter(|b| **b == b'\n').count(),
            column: 1 + before.iter().rev().take_while(|b| **b != b'\n').count(),
            what: what.into(),
        }
    }
}

/// Reads the file at `path` with `parse`.
///
/// # Errors
/// [`FileError`], which names the file.
pub fn read<T>(path: &Path, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Result<T, FileError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| FileError::Io { path: path.to_owned(), source })?;
    parse(&text).map_err(|fault| FileError::Fault { name: path.display().to_string(), fault })
}

/// Reads `text` as TOML of the shape of `T`, which denies unknown keys.
///
/// # Errors
/// [`Fault`] with the place; for an unknown key with the nearest that is known.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    toml::from_str(text).map_err(|e| {
        let offset = e.span().map_or(0, |s| s.start);
        Fault::at(text, offset, unknown_key(e.message()).unwrap_or_else(|| e.message().replace('\n', " ")))
    })
}

/// serde lists all known keys; the nearest says more.
fn unknown_key(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field ").or_else(|| message.strip_prefix("unknown variant "))?;
    let mut quoted = rest.split('`').skip(1).step_by(2);
    let found = quoted.next()?;
    let known: Vec<&str> = quoted.collect();
    let far = |k: &str| strsim::damerau_levenshtein(found, k);
    let near = known.iter().copied().filter(|k| far(k) <= 1.max(k.len() / 3)).min_by_key(|k| far(k));
    Some(match near {
        Some(near) => format!("unknown key `{found}`; did you mean `{near}`?"),
        None => format!("unknown key `{found}`; known here: {}", known.join(", ")),
    })
}

/// A number within limits.
///
/// # Errors
/// [`Fault`] at its place, naming the limits.
pub fn within(
    text: &str,
    key: &str,
    value: Option<&Spanned<f64>>,
    [low, high]: [f64; 2],
    unit: &str,
) -> Result<Option<f64>, Fault> {
    let Some(spanned) = value else { return Ok(None) };
    let value = *spanned.get_ref();
    if (low..=high).contains(&value) {
        return Ok(Some(value));
    }
    let what = format!("{key} = {value} cannot be: it lies between {low} and {high}{unit}");
    Err(Fault::at(text, spanned.span().start, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its keys matter")]
    struct Shape {
        height_m: Option<f64>,
        side: Option<String>,
    }

    #[test]
    fn an_unknown_key_names_the_nearest_and_its_line() {
        let fault = parse::<Shape>("side = \"left\"\nheigth_m = 1.7\n").unwrap_err();
        assert_eq!(fault.to_string(), "2:1: unknown key `heigth_m`; did you mean `height_m`?");
        let fault = parse::<Shape>("shoe = 43\n").unwrap_err();
        assert_eq!(fault.to_string(), "1:1: unknown key `shoe`; known here: height_m, side");
    }

    #[test]
    fn what_is_no_toml_has_a_place_too() {
        assert_eq!(parse::<Shape>("height_m = \n").unwrap_err().line, 1);
        assert!(parse::<Shape>("height_m = \"tall\"").unwrap_err().what.contains("expected"));
    }
}

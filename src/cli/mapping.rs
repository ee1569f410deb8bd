//! Named mappings: columns and units of tables that come again and again.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use super::exit::UsageError;
use crate::sink::file::OutputFile;
use crate::source::{AccUnit, FORMATS, GyrUnit, ReadOptions, TimeUnit};

/// How the columns of one kind of table are called, and what they are in.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mapping {
    #[serde(skip_serializing_if = "Option::is_none")]
    acc_unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gyr_unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_unit: Option<String>,
    /// The contract's name to the table's.
    columns: BTreeMap<String, String>,
}

type Mappings = BTreeMap<String, Mapping>;

fn path() -> anyhow::Result<PathBuf> {
    let folders = etcetera::choose_base_strategy().context("there is no home folder to keep mappings in")?;
    Ok(folders.config_dir().join("retrogait").join("mappings.toml"))
}

fn load() -> anyhow::Result<Mappings> {
    let path = path()?;
    match std::fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).with_context(|| format!("{} cannot be read", path.display())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Mappings::new()),
        Err(e) => Err(e).with_context(|| format!("{} cannot be read", path.display())),
    }
}

impl Mapping {
    /// What these options say of columns and units.
    pub(super) fn of(options: &ReadOptions) -> Self {
        Self {
            acc_unit: options.acc_unit.map(|u| u.word().to_owned()),
            gyr_unit: options.gyr_unit.map(|u| u.to_string()),
            time_unit: options.time_unit.map(|u| u.word().to_owned()),
            columns: options.columns.iter().cloned().collect(),
        }
    }

    /// Fills in what the command line left open.
    pub(super) fn fill(&self, options: &mut ReadOptions) -> anyhow::Result<()> {
        if options.acc_unit.is_none() {
            options.acc_unit = self.acc_unit.as_deref().map(str::parse::<AccUnit>).transpose()?;
        }
        if options.gyr_unit.is_none() {
            options.gyr_unit = self.gyr_unit.as_deref().map(str::parse::<GyrUnit>).transpose()?;
        }
        if options.time_unit.is_none() {
            options.time_unit = self.time_unit.as_deref().map(str::parse::<TimeUnit>).transpose()?;
        }
        for (name, header) in &self.columns {
            if !options.columns.iter().any(|(n, _)| n == name) {
                options.columns.push((name.clone(), header.clone()));
            }
        }
        Ok(())
    }
}

/// The mapping of this name.
pub(super) fn named(name: &str) -> anyhow::Result<Mapping> {
    let mut all = load()?;
    all.remove(name).ok_or_else(|| {
        let kinds = FORMATS.iter().map(|f| f.word).chain(["capture"]).map(str::to_owned);
        let known: Vec<String> = kinds.chain(all.into_keys()).collect();
        UsageError::new(format!("`{name}` is neither a format nor a mapping that was saved"))
            .help(format!("use one of: {}", known.join(", ")))
            .into()
    })
}

/// Keeps a mapping under a name; one of that name is replaced.
pub(super) fn save(name: &str, mapping: Mapping) -> anyhow::Result<PathBuf> {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if !plain || name == "capture" || FORMATS.iter().any(|f| f.word == name) {
        return Err(UsageError::new(format!("a mapping cannot be called `{name}`"))
            .help("use letters, digits, `-` and `_`, and no name of a format")
            .into());
    }
    if mapping.columns.is_empty() {
        return Err(UsageError::new("there are no columns to save")
            .help("pass `--columns \"time_s=t,acc_x=ax,...\"` with it")
            .into());
    }
    let path = path()?;
    let mut all = load()?;
    all.insert(name.to_owned(), mapping);
    let folder = path.parent().unwrap_or(&path);
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut file = OutputFile::create(&path, true)?;
    file.write_all(toml::to_string(&all)?.as_bytes())?;
    Ok(file.commit()?)
}

//! The sensors that were paired, remembered under names of the user's choice.
//!
//! A file that people can read and mend: `sensors.toml` in the folder for settings of the system
//! (`$XDG_CONFIG_HOME/retrogait`, usually `~/.config/retrogait`).

use std::fs;
use std::io::{self, Write as _};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use super::assemble::Role;
use crate::decode::table::Kind;
use crate::mount::{Mount, Side};

/// Rates that a sensor may be asked for, Hz.
const RATES_HZ: RangeInclusive<f64> = 10.0..=1000.0;

/// One remembered sensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sensor {
    /// What the user calls it.
    pub name: String,
    /// Where it is reached.
    pub address: String,
    /// What it is.
    pub kind: Kind,
    /// What it is there for.
    pub role: Role,
    /// The leg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// How it sits, as the line of a capture says it; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "mount_line")]
    pub mount: Option<String>,
    /// Rate that is asked for, Hz.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "rate")]
    pub rate_hz: Option<f64>,
    /// The file of its last calibration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<PathBuf>,
    /// Firmware, as it said when it was paired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// Whether this treadmill may be stopped by the program. Only the user turns it on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_stop: bool,
}

/// A mount that was misspelt would silently be none.
fn mount_line<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(input)?;
    text.parse::<Mount>().map_err(|e| D::Error::custom(format!("mount = \"{text}\": {e}")))?;
    Ok(Some(text))
}

fn rate<'de, D: Deserializer<'de>>(input: D) -> Result<Option<f64>, D::Error> {
    let hz = f64::deserialize(input)?;
    if RATES_HZ.contains(&hz) {
        return Ok(Some(hz));
    }
    let (least, most) = (RATES_HZ.start(), RATES_HZ.end());
    Err(D::Error::custom(format!("rate_hz = {hz}: choose from {least} to {most} samples a second")))
}

impl Sensor {
    /// Its mount, if it has one that makes sense.
    pub fn mount(&self) -> Option<Mount> {
        self.mount.as_deref().and_then(|m| m.parse().ok())
    }
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// In the order of pairing.
    #[serde(default, rename = "sensor")]
    pub sensors: Vec<Sensor>,
}

/// Why the sensors could not be looked up or remembered.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// There is no home to keep them in.
    #[error("there is no folder for settings: neither XDG_CONFIG_HOME nor HOME is set")]
    NoHome,
    /// The file cannot be understood.
    #[error("{path}: {source}", path = .path.display())]
    Broken {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        source: Box<toml::de::Error>,
    },
    /// The file cannot be read or written.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl RegistryError {
    /// What a person can do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NoHome => "set HOME to a folder of yours",
            Self::Broken { .. } => "correct the file, or remove it and pair the sensors again",
            Self::Io { .. } => "check that the file and its folder are yours and can be written",
        }
    }
}

/// Where the sensors are remembered.
///
/// # Errors
/// When the system does not say where settings go.
pub fn usual_path() -> Result<PathBuf, RegistryError> {
    let base = choose_base_strategy().map_err(|_| RegistryError::NoHome)?;
    Ok(base.config_dir().join("retrogait").join("sensors.toml"))
}

/// Where recordings go that are given no name.
///
/// # Errors
/// When the system does not say where data go.
pub fn recordings() -> Result<PathBuf, RegistryError> {
    Ok(data()?.join("captures"))
}

/// Where calibrations of paired sensors go, and what was recorded for them.
///
/// # Errors
/// When the system does not say where data go.
pub fn calibrations() -> Result<PathBuf, RegistryError> {
    Ok(data()?.join("calibrations"))
}

fn data() -> Result<PathBuf, RegistryError> {
    let base = choose_base_strategy().map_err(|_| RegistryError::NoHome)?;
    Ok(base.data_dir().join("retrogait"))
}

/// Writes a file that its owner alone may read, all of it or nothing.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(path: &Path, text: &str) -> Result<(), RegistryError> {
    let fail = |source| RegistryError::Io { path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(fail)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
    file.write_all(text.as_bytes()).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(path).map_err(|e| fail(e.error))?;
    Ok(())
}

impl Registry {
    /// Reads the file; one that is not there has no sensors in it.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn load(path: &Path) -> Result<Self, RegistryError> {
        match fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text)
                .map_err(|e| RegistryError::Broken { path: path.to_owned(), source: Box::new(e) }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(RegistryError::Io { path: path.to_owned(), source }),
        }
    }

    /// Writes the file, all of it or nothing.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), RegistryError> {
        let fail = |source| RegistryError::Io { path: path.to_owned(), source };
        let text = toml::to_string_pretty(self).map_err(|e| fail(io::Error::other(e)))?;
        write_whole(path, &text)
    }

    /// The sensor of this name or address, whatever the case of the letters.
    pub fn find(&self, name: &str) -> Option<&Sensor> {
        let same = |a: &str| a.eq_ignore_ascii_case(name);
        self.sensors.iter().find(|s| same(&s.name)).or_else(|| self.sensors.iter().find(|s| same(&s.address)))
    }

    /// Remembers a sensor; one of the same address or name gives way.
    pub fn put(&mut self, sensor: Sensor) {
        self.sensors.retain(|s| {
            !s.name.eq_ignore_ascii_case(&sensor.name) && !s.address.eq_ignore_ascii_case(&sensor.address)
        });
        self.sensors.push(sensor);
    }

    /// Forgets a sensor; says whether there was one.
    pub fn forget(&mut self, name: &str) -> bool {
        let Some(address) = self.find(name).map(|s| s.address.clone()) else { return false };
        self.sensors.retain(|s| s.address != address);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sensor(name: &str, address: &str) -> Sensor {
        Sensor {
            name: name.into(),
            address: address.into(),
            kind: Kind::WitMotion,
            role: Role::Shank,
            side: Some(Side::Left),
            mount: Some("x=anterior,y=up,z=right".into()),
            rate_hz: Some(100.0),
            calibration: Some("/data/calibrations/one.toml".into()),
            firmware: None,
            may_stop: false,
        }
    }

    #[test]
    fn what_is_remembered_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/sensors.toml");
        let mut registry = Registry::load(&path).unwrap();
        registry.put(sensor("shin", "AA:BB"));
        registry.put(sensor("thigh", "CC:DD"));
        registry.put(sensor("Shin", "EE:FF"));
        registry.save(&path).unwrap();
        let back = Registry::load(&path).unwrap();
        assert_eq!(back, registry);
        assert_eq!(back.sensors.len(), 2, "the name was taken over");
        assert_eq!(back.find("SHIN").map(|s| s.address.as_str()), Some("EE:FF"));
        assert_eq!(back.find("cc:dd").map(|s| s.name.as_str()), Some("thigh"));
        assert_eq!(
            back.sensors[0].mount().map(|m| m.to_string()).as_deref(),
            Some("x=anterior,y=up,z=right")
        );
    }

    #[test]
    fn a_broken_file_is_said_to_be_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sensors.toml");
        fs::write(&path, "[[sensor]]\nname = 3\n").unwrap();
        let error = Registry::load(&path).unwrap_err().to_string();
        assert!(error.contains("sensors.toml") && error.contains("name"), "{error}");
    }

    #[test]
    fn what_was_mended_by_hand_and_makes_no_sense_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sensors.toml");
        for (line, said) in [
            ("mount = \"x=anterior,y=upp,z=right\"", "upp"),
            ("rate_hz = nan", "rate_hz = NaN"),
            ("rate_hz = 0.0", "10 to 1000"),
        ] {
            let start = "[[sensor]]\nname = \"a\"\naddress = \"b\"\nkind = \"open\"\nrole = \"shank\"\n";
            fs::write(&path, format!("{start}{line}\n")).unwrap();
            let error = Registry::load(&path).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("line 6"), "{error}");
        }
    }
}

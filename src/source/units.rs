//! Units that captures come in, and the factors to those of the contract.

use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::imu::GRAVITY_MPS2;

/// Unit of an acceleration column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AccUnit {
    /// m/s², the contract's.
    #[default]
    Mps2,
    /// Standard gravities.
    G,
    /// Thousandths of a standard gravity.
    Mg,
}

/// Unit of an angular rate column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum GyrUnit {
    /// Degrees a second, the contract's.
    #[default]
    Dps,
    /// Radians a second.
    RadPerSec,
}

/// Unit of a time column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TimeUnit {
    /// Seconds, the contract's.
    #[default]
    Seconds,
    /// Thousandths of a second.
    Millis,
    /// Millionths of a second.
    Micros,
}

/// A word that names no unit of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{found}` is no unit here: use {allowed}")]
pub struct UnitError {
    found: String,
    allowed: &'static str,
}

impl AccUnit {
    /// m/s² in one of this unit.
    pub const fn mps2(self) -> f64 {
        match self {
            Self::Mps2 => 1.0,
            Self::G => GRAVITY_MPS2,
            Self::Mg => GRAVITY_MPS2 / 1000.0,
        }
    }

    /// The word that flags use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mps2 => "mps2",
            Self::G => "g",
            Self::Mg => "mg",
        }
    }
}

impl GyrUnit {
    /// deg/s in one of this unit.
    pub const fn dps(self) -> f64 {
        match self {
            Self::Dps => 1.0,
            Self::RadPerSec => 180.0 / PI,
        }
    }
}

impl TimeUnit {
    /// Parts of this unit in a second. Dividing by a whole number rounds once, where a factor
    /// such as 0.001 would round twice.
    pub const fn per_second(self) -> f64 {
        match self {
            Self::Seconds => 1.0,
            Self::Millis => 1e3,
            Self::Micros => 1e6,
        }
    }

    /// The word that flags use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Millis => "ms",
            Self::Micros => "us",
        }
    }
}

/// As sentences write it: `m/s²`, `g`, `mg`.
impl fmt::Display for AccUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mps2 => "m/s²",
            Self::G => "g",
            Self::Mg => "mg",
        })
    }
}

/// As sentences write it: `deg/s`, `rad/s`.
impl fmt::Display for GyrUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dps => "deg/s",
            Self::RadPerSec => "rad/s",
        })
    }
}

impl FromStr for AccUnit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        match text.to_ascii_lowercase().as_str() {
            "mps2" | "m/s2" | "m/s^2" | "m/s²" => Ok(Self::Mps2),
            "g" => Ok(Self::G),
            "mg" => Ok(Self::Mg),
            _ => Err(UnitError { found: text.to_owned(), allowed: "mps2, g or mg" }),
        }
    }
}

impl FromStr for GyrUnit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        match text.to_ascii_lowercase().as_str() {
            "dps" | "deg/s" | "°/s" => Ok(Self::Dps),
            "rad/s" | "rps" => Ok(Self::RadPerSec),
            _ => Err(UnitError { found: text.to_owned(), allowed: "dps or rad/s" }),
        }
    }
}

impl FromStr for TimeUnit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        match text.to_ascii_lowercase().as_str() {
            "s" => Ok(Self::Seconds),
            "ms" => Ok(Self::Millis),
            "us" | "µs" => Ok(Self::Micros),
            _ => Err(UnitError { found: text.to_owned(), allowed: "s, ms or us" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_known_by_the_names_people_write() {
        assert_eq!("m/s2".parse(), Ok(AccUnit::Mps2));
        assert_eq!("mG".parse(), Ok(AccUnit::Mg));
        assert_eq!("deg/s".parse(), Ok(GyrUnit::Dps));
        assert_eq!("rad/s".parse(), Ok(GyrUnit::RadPerSec));
        assert_eq!("us".parse(), Ok(TimeUnit::Micros));
    }

    #[test]
    fn a_wrong_unit_lists_the_right_ones() {
        assert_eq!(
            "ft/s2".parse::<AccUnit>().unwrap_err().to_string(),
            "`ft/s2` is no unit here: use mps2, g or mg"
        );
        assert_eq!(
            "rpm".parse::<GyrUnit>().unwrap_err().to_string(),
            "`rpm` is no unit here: use dps or rad/s"
        );
    }

    #[test]
    fn a_turn_and_a_fall_have_their_size() {
        assert!((GyrUnit::RadPerSec.dps() * 2.0 * PI - 360.0).abs() < 1e-9);
        assert!((AccUnit::Mg.mps2() * 1000.0 - 9.80665).abs() < 1e-12);
    }
}

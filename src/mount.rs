//! How a sensor sits on its segment: which way each of its axes points when the person stands.
//!
//! The segment frame is ISB-like (Wu et al. 2002, <https://doi.org/10.1016/S0021-9290(01)00222-6>):
//! `x` anterior, `y` up along the segment, `z` to the person's right, for both legs alike. A left
//! leg differs by its mount line, never by its signs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The leg that wears the sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Left leg.
    Left,
    /// Right leg.
    Right,
}

/// A direction fixed to the standing person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the definition")]
pub enum BodyAxis {
    Anterior,
    Posterior,
    Up,
    Down,
    Left,
    Right,
}

impl BodyAxis {
    /// All six, in the order in which messages list them.
    pub const ALL: [Self; 6] =
        [Self::Anterior, Self::Posterior, Self::Up, Self::Down, Self::Left, Self::Right];

    /// The word that files use for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Anterior => "anterior",
            Self::Posterior => "posterior",
            Self::Up => "up",
            Self::Down => "down",
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// Unit vector in the segment frame `(x anterior, y up, z right)`.
    pub const fn unit(self) -> [f64; 3] {
        match self {
            Self::Anterior => [1.0, 0.0, 0.0],
            Self::Posterior => [-1.0, 0.0, 0.0],
            Self::Up => [0.0, 1.0, 0.0],
            Self::Down => [0.0, -1.0, 0.0],
            Self::Left => [0.0, 0.0, -1.0],
            Self::Right => [0.0, 0.0, 1.0],
        }
    }
}

/// Nominal mount: where the sensor's `x`, `y` and `z` point on the standing person.
///
/// Always right-handed: a left-handed one is refused when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mount {
    axes: [BodyAxis; 3],
}

/// Axes swapped and negated: a rotation without rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Swap {
    from: [usize; 3],
    sign: [f64; 3],
}

impl Swap {
    /// The vector in the other axes.
    #[inline]
    pub fn apply(&self, v: [f64; 3]) -> [f64; 3] {
        let ([a, b, c], [p, q, r]) = (self.from, self.sign);
        [p * v[a], q * v[b], r * v[c]]
    }
}

/// Why a mount line was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MountError {
    /// Not three `axis=direction` pairs.
    #[error("expected x=…,y=…,z=… (or `unknown`), found `{0}`")]
    Shape(String),
    /// A word that names no direction.
    #[error("`{0}` is no direction: use anterior, posterior, up, down, left or right")]
    Direction(String),
    /// The same body axis twice, or mirror-handed axes.
    #[error(
        "`{0}` is not right-handed: no real sensor has such axes (turning x onto y must point z ahead of a right-hand screw)"
    )]
    Handedness(String),
}

impl Mount {
    /// The mount whose axes are those of the segment itself.
    pub const IDENTITY: Self = Self { axes: [BodyAxis::Anterior, BodyAxis::Up, BodyAxis::Right] };

    /// The mount with these axes.
    ///
    /// # Errors
    /// [`MountError::Handedness`] when the three are not a right-handed set.
    pub fn new(axes: [BodyAxis; 3]) -> Result<Self, MountError> {
        let [x, y, z] = axes.map(BodyAxis::unit);
        let cross = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];
        let dot: f64 = cross.iter().zip(z).map(|(a, b)| a * b).sum();
        if dot < 0.5 {
            return Err(MountError::Handedness(Self { axes }.to_string()));
        }
        Ok(Self { axes })
    }

    /// Where its `x`, `y` and `z` point.
    pub const fn axes(self) -> [BodyAxis; 3] {
        self.axes
    }

    /// Every right-handed mount (24 of them).
    pub fn all() -> impl Iterator<Item = Self> {
        BodyAxis::ALL.into_iter().flat_map(|x| {
            BodyAxis::ALL
                .into_iter()
                .flat_map(move |y| BodyAxis::ALL.into_iter().filter_map(move |z| Self::new([x, y, z]).ok()))
        })
    }

    /// What turns sensor axes to segment axes, made once for many vectors.
    pub fn swap(self) -> Swap {
        let mut swap = Swap { from: [0; 3], sign: [0.0; 3] };
        for (sensor, axis) in self.axes.iter().enumerate() {
            for (segment, u) in axis.unit().into_iter().enumerate().filter(|(_, u)| *u != 0.0) {
                swap.from[segment] = sensor;
                swap.sign[segment] = u;
            }
        }
        swap
    }

    /// Turns a vector from sensor axes to segment axes.
    pub fn to_segment(self, v: [f64; 3]) -> [f64; 3] {
        self.swap().apply(v)
    }

    /// Turns a vector from segment axes to sensor axes: the inverse of [`Self::to_segment`].
    pub fn to_sensor(self, v: [f64; 3]) -> [f64; 3] {
        self.axes.map(|axis| {
            axis.unit().iter().zip(v).find(|(u, _)| **u != 0.0).map_or(0.0, |(u, value)| u * value)
        })
    }
}

impl fmt::Display for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y, z] = self.axes.map(BodyAxis::word);
        write!(f, "x={x},y={y},z={z}")
    }
}

impl FromStr for Mount {
    type Err = MountError;

    fn from_str(text: &str) -> Result<Self, MountError> {
        let shape = || MountError::Shape(text.to_owned());
        let mut axes = [None; 3];
        for part in text.split(',') {
            let (axis, word) = part.split_once('=').ok_or_else(shape)?;
            let slot = match axis.trim() {
                "x" => 0,
                "y" => 1,
                "z" => 2,
                _ => return Err(shape()),
            };
            let word = word.trim();
            let direction = BodyAxis::ALL
                .into_iter()
                .find(|a| a.word() == word)
                .ok_or_else(|| MountError::Direction(word.to_owned()))?;
            if axes[slot].replace(direction).is_some() {
                return Err(shape());
            }
        }
        match axes {
            [Some(x), Some(y), Some(z)] => Self::new([x, y, z]),
            _ => Err(shape()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_24_mounts_and_each_reads_back_as_written() {
        let all: Vec<_> = Mount::all().collect();
        assert_eq!(all.len(), 24);
        for m in all {
            assert_eq!(m.to_string().parse::<Mount>().as_ref(), Ok(&m));
            assert_eq!(m.to_sensor(m.to_segment([1.5, -2.5, 3.5])), [1.5, -2.5, 3.5]);
        }
    }

    #[test]
    fn standing_gravity_is_up_whatever_the_mount() {
        for m in Mount::all() {
            let reads = m.to_sensor([0.0, 9.81, 0.0]);
            assert_eq!(m.to_segment(reads), [0.0, 9.81, 0.0], "{m}");
        }
    }

    #[test]
    fn wrong_lines_say_what_is_wrong() {
        for (line, want) in [
            ("x=up", "expected x=…,y=…,z=… (or `unknown`), found `x=up`"),
            ("x=up,x=left,z=right", "expected x=…,y=…,z=… (or `unknown`), found `x=up,x=left,z=right`"),
            (
                "x=up,y=ahead,z=right",
                "`ahead` is no direction: use anterior, posterior, up, down, left or right",
            ),
            (
                "x=anterior,y=up,z=left",
                "`x=anterior,y=up,z=left` is not right-handed: no real sensor has such axes (turning x onto y must point z ahead of a right-hand screw)",
            ),
        ] {
            assert_eq!(line.parse::<Mount>().unwrap_err().to_string(), want);
        }
    }
}

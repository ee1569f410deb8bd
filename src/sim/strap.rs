//! How a sensor is strapped to its bone: askew, on skin that moves, and sometimes slipping.

use super::math::{Mat3, TURN, Vec3, rad, smooth};
use super::random::Chance;
use super::rigid::Pose;

/// How far off its nominal mount a sensor sits, deg: about the bone's length (yaw), its front
/// (roll) and the knee's axis (pitch).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Misalignment {
    /// About the length of the bone.
    pub yaw_deg: f64,
    /// About the front.
    pub roll_deg: f64,
    /// About the axis of the knee.
    pub pitch_deg: f64,
}

impl Misalignment {
    /// Exactly as nominal.
    pub const NONE: Self = Self { yaw_deg: 0.0, roll_deg: 0.0, pitch_deg: 0.0 };
}

/// Whether and how a strap slips during a capture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Slipping {
    /// By 2 to 6 degrees in 1 capture of 20, as with people.
    Seldom,
    /// Not at all.
    Never,
    /// By so many degrees about the bone's length, at about the middle of the capture.
    Far(f64),
}

/// What is asked of a strap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct StrapChoice {
    /// Drawn from the seed when not said.
    pub misalignment: Option<Misalignment>,
    /// How far the skin moves, as a multiple of the usual.
    pub skin: f64,
    /// Turned on the leg beyond what the mount says, deg about the bone's length.
    pub turned_deg: f64,
    pub slipping: Slipping,
}

impl StrapChoice {
    /// The thigh's strap: put on well, whatever happens at the shin.
    pub(crate) fn for_thigh(self) -> Self {
        Self {
            turned_deg: 0.0,
            slipping: match self.slipping {
                Slipping::Far(_) => Slipping::Never,
                other => other,
            },
            ..self
        }
    }
}

/// One slow wobble of the skin.
#[derive(Clone, Copy, Debug)]
struct Wobble {
    size: f64,
    turns: f64,
    offset: f64,
}

/// A strap.
#[derive(Clone, Debug)]
pub(crate) struct Strap {
    sits: Mat3,
    slip: Option<(f64, Mat3, Mat3)>,
    wobbles: [Wobble; 6],
}

impl Strap {
    /// Time that a slip takes, s.
    const SLIP_S: f64 = 0.35;

    /// A strap as asked, the rest drawn: misalignment within ±15, ±10 and ±8 degrees, and the
    /// wobble of skin over bone, 0.5 to 2 degrees at the shank and 2 to 5 at the thigh.
    pub(crate) fn drawn(
        choice: StrapChoice,
        thigh: bool,
        ideal: bool,
        length_s: Option<f64>,
        zero_s: f64,
        chance: &mut Chance,
    ) -> Self {
        let drawn = Misalignment {
            yaw_deg: chance.between(-15.0, 15.0),
            roll_deg: chance.between(-10.0, 10.0),
            pitch_deg: chance.between(-8.0, 8.0),
        };
        let m = choice.misalignment.unwrap_or(if ideal { Misalignment::NONE } else { drawn });
        let sits = turned(rad(m.yaw_deg + choice.turned_deg), rad(m.roll_deg), rad(m.pitch_deg));
        let slips = chance.happens(0.05);
        let size = chance.sign() * chance.between(2.0, 6.0);
        let share = chance.between(0.35, 0.65);
        let slip_deg = match choice.slipping {
            Slipping::Seldom if slips && !ideal => Some(size),
            Slipping::Far(degrees) => Some(degrees),
            _ => None,
        };
        let slip = slip_deg.map(|degrees| {
            let at_s = zero_s + share * length_s.unwrap_or(60.0);
            let after = turned(
                rad(m.yaw_deg + choice.turned_deg + degrees),
                rad(m.roll_deg + 0.3 * degrees),
                rad(m.pitch_deg),
            );
            (at_s, sits, after)
        });
        let (low, high) = if ideal {
            (0.0, 0.0)
        } else if thigh {
            (2.0, 5.0)
        } else {
            (0.5, 2.0)
        };
        // From end to end, over both harmonics and three axes; most of it about the knee's axis.
        let total = choice.skin * rad(chance.between(low, high));
        let wobbles = core::array::from_fn(|i| {
            let axis_share = [0.5, 0.3, 0.8][i % 3];
            let harmonic_share = if i < 3 { 0.7 } else { 0.35 };
            Wobble {
                size: 0.5 * total * axis_share * harmonic_share,
                turns: if i < 3 { 1.0 } else { 2.0 },
                offset: chance.unit(),
            }
        });
        Self { sits, slip, wobbles }
    }

    /// The sensor's pose on a bone whose upper joint is `joint`.
    #[expect(clippy::too_many_arguments, reason = "each is one independent fact of the pose")]
    pub(crate) fn pose(
        &self,
        bone: &Mat3,
        joint: Vec3,
        along_m: f64,
        ahead_m: f64,
        t: f64,
        phase: f64,
        engaged: f64,
    ) -> Pose {
        let position = joint + bone * Vec3::new(ahead_m, along_m, 0.0);
        let mut sits = self.sits;
        if let Some((at_s, before, after)) = &self.slip {
            let weight = smooth((t - at_s) / Self::SLIP_S);
            if weight >= 1.0 {
                sits = *after;
            } else if weight > 0.0 {
                sits = orthonormal(&(before * (1.0 - weight) + after * weight));
            }
        }
        if engaged > 0.0 && self.wobbles[0].size != 0.0 {
            let mut turn = [0.0; 3];
            for (i, w) in self.wobbles.iter().enumerate() {
                turn[i % 3] += engaged * w.size * libm::sin(TURN * (w.turns * phase + w.offset));
            }
            sits = turned(turn[0], turn[1], turn[2]) * sits;
        }
        Pose { position, axes: bone * sits }
    }
}

/// Rotation about the bone's length, then its front, then the knee's axis, rad.
fn turned(yaw: f64, roll: f64, pitch: f64) -> Mat3 {
    let (sy, cy) = libm::sincos(yaw);
    let (sr, cr) = libm::sincos(roll);
    let (sp, cp) = libm::sincos(pitch);
    let about_y = Mat3::new(cy, 0.0, sy, 0.0, 1.0, 0.0, -sy, 0.0, cy);
    let about_x = Mat3::new(1.0, 0.0, 0.0, 0.0, cr, -sr, 0.0, sr, cr);
    let about_z = Mat3::new(cp, -sp, 0.0, sp, cp, 0.0, 0.0, 0.0, 1.0);
    about_y * about_x * about_z
}

/// The rotation nearest in spirit to a matrix that is almost one (Gram and Schmidt).
fn orthonormal(m: &Mat3) -> Mat3 {
    let x: Vec3 = m.column(0).into_owned();
    let x = x / x.norm();
    let y: Vec3 = m.column(1).into_owned();
    let y = y - x * x.dot(&y);
    let y = y / y.norm();
    Mat3::from_columns(&[x, y, x.cross(&y)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Concern;

    #[test]
    fn a_slip_turns_the_sensor_and_keeps_it_rigid() {
        let strap = Strap::drawn(
            StrapChoice {
                misalignment: Some(Misalignment::NONE),
                skin: 1.0,
                turned_deg: 0.0,
                slipping: Slipping::Far(30.0),
            },
            false,
            true,
            Some(20.0),
            1.0,
            &mut Chance::new(1, Concern::Strap),
        );
        let at = |t| strap.pose(&Mat3::identity(), Vec3::zeros(), -0.1, 0.0, t, 0.0, 0.0).axes;
        assert_eq!(at(0.0), Mat3::identity());
        let turned = libm::acos(at(30.0)[(0, 0)]);
        assert!((turned - rad(30.0)).abs() < 0.02);
        for i in 0..200 {
            let m = at(5.0 + 0.1 * f64::from(i));
            assert!((m.transpose() * m - Mat3::identity()).norm() < 1e-12);
        }
    }
}

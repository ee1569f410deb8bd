//! How a person steps: the parameters of the foot-path generator (G2), and what both generators
//! have in common.

use super::body::Body;
use super::fourier::{FourierGait, Played, TOE_OFF};

/// The instrumented leg is number 0, the other number 1.
pub(crate) type LegIndex = usize;

/// Defines a struct of plain numbers with a field-by-field mixture.
macro_rules! numbers {
    ($(#[$outer:meta])* struct $name:ident { $($(#[$inner:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(crate) struct $name { $($(#[$inner])* pub $field: $kind,)* }

        impl $name {
            /// `self` at weight 0, `other` at weight 1.
            pub(crate) fn mixed(&self, other: &Self, weight: f64) -> Self {
                Self { $($field: Mix::mix(self.$field, other.$field, weight),)* }
            }
        }
    };
}

/// What can be mixed linearly.
trait Mix {
    fn mix(a: Self, b: Self, weight: f64) -> Self;
}

impl Mix for f64 {
    fn mix(a: Self, b: Self, weight: f64) -> Self {
        a + (b - a) * weight
    }
}

impl<const N: usize> Mix for [f64; N] {
    fn mix(a: Self, b: Self, weight: f64) -> Self {
        core::array::from_fn(|i| Mix::mix(a[i], b[i], weight))
    }
}

numbers! {
    /// Timing that any way of stepping has.
    struct Rhythm {
        /// Stride time, s.
        stride_s: f64,
        /// Share of the stride in which the foot bears, for each leg.
        stance: [f64; 2],
        /// Share of the stride from this leg's contact to the other's, for leg 0; the other has
        /// the rest.
        step_share: f64,
        /// Coefficient of variation of stride time (AR(1) over steps, coefficient 0.5).
        variation: f64,
        /// Half the lateral distance of the feet, m.
        half_width_m: f64,
        /// Rotation of the pelvis about the vertical that carries the hips with the feet, amplitude
        /// in degrees; positive when each hip goes with its foot in walking backward, negative
        /// forward.
        pelvis_deg: f64,
        /// Lateral sway of the pelvis over the bearing foot, amplitude, m.
        side_sway_m: f64,
    }
}

numbers! {
    /// The foot path of backward walking: what the foot does on the floor and in the air, and how
    /// far each knee straightens over it. Angles in degrees, shares are of the stride.
    struct PathGait {
        /// Timing.
        rhythm: Rhythm,
        /// Foot pitch at toe contact (negative: toes down).
        toe_contact_deg: f64,
        /// Rate at which the foot begins to be lowered at contact, of its mean rate.
        landing_rate: f64,
        /// How much of the braking of that rate is there at contact already (0 to 1).
        landing_brake: f64,
        /// Share from toe contact to heel contact.
        heel_contact: f64,
        /// Pitch that is held between landing and release (0: flat; negative: the heel never lands).
        hold_deg: f64,
        /// Share from toe contact to forefoot rise.
        forefoot_rise: f64,
        /// Foot pitch at final contact (positive: toes up).
        final_deg: f64,
        /// Knee flexion at its straightest in mid-stance, for each leg.
        straight_deg: [f64; 2],
        /// Least knee flexion at any time, for each leg.
        least_knee_deg: [f64; 2],
        /// Share at which the knee has straightened, the hip near its crest.
        straight_from: f64,
        /// Share until which it stays so.
        straight_until: f64,
        /// Share at which it is at its trough, in double support.
        trough_at: f64,
        /// Fall of the hip from crest to trough, of that of a stiff leg.
        bob: f64,
        /// Curvature of the trough, of a sine wave's.
        trough_curve: f64,
        /// Extra height of the ankle in swing, m.
        lift_m: f64,
        /// How far that height comes late (+1) or early (−1).
        lift_late: f64,
        /// How far the foot is ahead of (positive) the plain way back in the first half of swing
        /// and behind it in the second, m.
        lag_m: f64,
        /// Least height of heel and ball over the floor in mid-swing, m.
        clearance_m: f64,
        /// Extra downward pitch in mid-swing, degrees.
        swing_pitch_deg: f64,
        /// To and fro of the pelvis twice a stride, amplitude, m.
        sway_m: f64,
        /// Where the foot lands ahead of mid-way, m.
        ahead_m: f64,
    }
}

impl Mix for Rhythm {
    fn mix(a: Self, b: Self, weight: f64) -> Self {
        a.mixed(&b, weight)
    }
}

/// One of the two generators with its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Gait {
    /// G2: foot path and inverse kinematics.
    Path(PathGait),
    /// G1: Fourier series of joint angles, forward or played backward.
    Fourier(FourierGait),
}

impl Gait {
    /// Its timing.
    pub(crate) fn rhythm(&self) -> &Rhythm {
        match self {
            Self::Path(gait) => &gait.rhythm,
            Self::Fourier(gait) => &gait.rhythm,
        }
    }

    /// From `self` toward `other`; two different generators do not mix, the new one takes over.
    pub(crate) fn mixed(&self, other: &Self, weight: f64) -> Self {
        match (self, other) {
            (Self::Path(a), Self::Path(b)) => Self::Path(a.mixed(b, weight)),
            (Self::Fourier(a), Self::Fourier(b)) => Self::Fourier(a.mixed(b, weight)),
            _ => *other,
        }
    }
}

impl PathGait {
    /// Backward walking at `speed_mps`, taught: toes first, rolled, knee straightened.
    ///
    /// The values are those that bring the waveforms nearest to backward walks recorded by motion
    /// capture at 0.45 to 1.0 m/s (rates, angles and specific force at the shank over the whole
    /// cycle), with the knee straighter than those untaught walkers had it.
    pub(crate) fn coached(body: &Body, speed_mps: f64) -> Self {
        // People of different height move alike at speeds in proportion to the root of it.
        let size = body.height_m / 1.70;
        let v = (speed_mps / size.sqrt()).max(0.15);
        let cadence = (60.0 * v / walk_ratio_backward(v)).sqrt() / size.sqrt();
        let stance = stance_backward(v);
        // With longer double support everything that waits for it comes later.
        let both = stance - 0.5;
        let later = 0.5 * (both - 0.12);
        Self {
            rhythm: Rhythm {
                stride_s: 120.0 / cadence,
                stance: [stance; 2],
                step_share: 0.5,
                variation: 0.03,
                half_width_m: 0.07 * size,
                pelvis_deg: (4.0 + 4.0 * v).min(9.0),
                side_sway_m: 0.025 * size,
            },
            toe_contact_deg: -25.0,
            landing_rate: 2.5,
            landing_brake: 0.6,
            heel_contact: between(v, (0.25, 0.15), (0.8, 0.13)),
            hold_deg: 0.0,
            forefoot_rise: stance - 0.11,
            // The slower, the flatter the foot is lifted: rolled as far back as in brisk walking, the
            // ankle would take the shank with it long before the heel leaves.
            final_deg: between(v, (0.2, 6.0), (0.9, 16.0)),
            straight_deg: [3.0; 2],
            least_knee_deg: [1.5; 2],
            straight_from: 0.32 + later,
            straight_until: between(v, (0.45, 0.38), (1.3, 0.35)) + later,
            trough_at: both + between(v, (0.22, -0.06), (0.8, -0.03)),
            bob: 1.1,
            trough_curve: 1.0,
            lift_m: 0.012 * size,
            lift_late: 0.5,
            lag_m: -0.03 * size,
            clearance_m: 0.012 * size,
            swing_pitch_deg: 7.5,
            sway_m: 0.0,
            ahead_m: -0.01 * size,
        }
    }

    /// Backward walking as untaught people do it: the stance knee stays bent.
    pub(crate) fn habitual(body: &Body, speed_mps: f64) -> Self {
        Self {
            toe_contact_deg: -28.0,
            straight_deg: [19.0; 2],
            least_knee_deg: [4.0; 2],
            ahead_m: 0.01 * body.height_m / 1.70,
            ..Self::coached(body, speed_mps)
        }
    }
}

/// Forward walking of `body` at `speed_mps`, on the series.
pub(crate) fn forward(body: &Body, speed_mps: f64) -> Gait {
    let size = body.height_m / 1.70;
    let v = speed_mps.max(0.15) / size.sqrt();
    let cadence = (60.0 * v / WALK_RATIO_FORWARD).sqrt() / size.sqrt();
    let rhythm = Rhythm {
        stride_s: 120.0 / cadence,
        stance: [TOE_OFF; 2],
        step_share: 0.5,
        variation: 0.018,
        half_width_m: 0.05 * size,
        pelvis_deg: 0.0,
        side_sway_m: 0.020 * size,
    };
    let stride_m = speed_mps.max(0.15) * rhythm.stride_s;
    Gait::Fourier(FourierGait::fitted(body, rhythm, stride_m, Played::Forward))
}

/// Backward walking of `body` at `speed_mps`, on the series played backward.
pub(crate) fn reversed(body: &Body, speed_mps: f64) -> Gait {
    let rhythm = Rhythm {
        stance: [TOE_OFF; 2],
        half_width_m: 0.06 * body.height_m / 1.70,
        pelvis_deg: 0.0,
        ..PathGait::coached(body, speed_mps).rhythm
    };
    let stride_m = speed_mps.max(0.15) * rhythm.stride_s;
    Gait::Fourier(FourierGait::fitted(body, rhythm, stride_m, Played::Reversed))
}

/// Step length over cadence in walking forward, m per step/min, for a 1.70 m adult.
const WALK_RATIO_FORWARD: f64 = 0.0065;

/// Step length over cadence in walking backward, m per step/min, for a 1.70 m adult: cadence stays
/// as in walking forward while speed falls by a quarter (Laufer 2005). Near the speed at which
/// people break into a backward run the leg is too short for that, and steps become quicker.
fn walk_ratio_backward(v: f64) -> f64 {
    between(v, (1.1, 0.0050), (1.7, 0.0040))
}

/// Share of the stride in which a foot bears in walking backward at this speed.
fn stance_backward(v: f64) -> f64 {
    if v < 0.45 {
        between(v, (0.25, 0.70), (0.45, 0.66))
    } else if v < 0.9 {
        between(v, (0.45, 0.66), (0.9, 0.62))
    } else {
        between(v, (0.9, 0.62), (1.4, 0.60))
    }
}

/// The line through two points, constant beyond them.
fn between(x: f64, from: (f64, f64), to: (f64, f64)) -> f64 {
    from.1 + (to.1 - from.1) * ((x - from.0) / (to.0 - from.0)).clamp(0.0, 1.0)
}

//! Which leg decides how high the hip is while both follow the series (G1).
//!
//! A leg that bears alone does: its foot is planted and its knee has the flexion of the series. At
//! heel strike the new leg takes over; the old one has given up a little before, when its heel has
//! begun to rise. In between the hip's height goes smoothly from what the one asks to what the
//! other will ask. Played backward, everything happens in the other order.

use super::fourier::FourierGait;
use super::gait::LegIndex;
use super::math::{Jet, Quintic};
use super::plan::Planner;

/// The leg that decides, or the way from one to the other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Anchor {
    /// This leg.
    On(LegIndex),
    /// On the way to this leg until `until_s`.
    Going { to: LegIndex, piece: Quintic, until_s: f64 },
}

impl Anchor {
    /// The anchor at `t`, given what it was just before; `asked` is the height that a leg asks of
    /// the middle of the pelvis at some time.
    pub(crate) fn next(
        self,
        t: f64,
        gait: &FourierGait,
        planner: &Planner,
        asked: &dyn Fn(LegIndex, f64) -> f64,
    ) -> Self {
        match self {
            Self::Going { to, until_s, .. } if t >= until_s => Self::On(to),
            Self::Going { .. } => self,
            Self::On(leg) => {
                let Some(until_s) = hand_over(t, leg, gait, planner) else {
                    return self;
                };
                let to = 1 - leg;
                Self::Going {
                    to,
                    piece: Quintic::new(
                        t,
                        Jet::of(|t| asked(leg, t), t),
                        until_s,
                        Jet::of(|t| asked(to, t), until_s),
                    ),
                    until_s,
                }
            }
        }
    }
}

/// When the other leg will decide, if `leg` ceases to at `t`.
fn hand_over(t: f64, leg: LegIndex, gait: &FourierGait, planner: &Planner) -> Option<f64> {
    let here = planner.leg_at(leg, t);
    let there = planner.leg_at(1 - leg, t);
    if gait.is_forward() {
        let over = here.to.is_some() || here.phase >= gait.alone_phase();
        let lands_s = there.to?.contact_s;
        (over && here.on.leave_s.is_finite() && lands_s > t + 0.02).then_some(lands_s)
    } else {
        if here.to.is_none() || there.to.is_some() {
            return None;
        }
        // The phase grows steadily: step on until the other leg bears alone.
        let mut until_s = t + 0.02;
        while planner.leg_at(1 - leg, until_s).phase < gait.alone_phase() && until_s < t + 1.0 {
            until_s += 0.002;
        }
        Some(until_s)
    }
}

//! Balance losses that happen within the gait: a foot that catches, a foot that slides, a knee that
//! gives way, and the hurried steps afterwards.
//!
//! Each is drawn anew every time, within the ranges below, so that nothing can be fitted to one
//! template.

use super::math::{Jet, Quintic, bump, rad};
use super::random::Chance;

/// How a caught foot is brought down again (Eng, Winter and Patla's two recoveries).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recovery {
    /// Lifted over the obstacle: the step is late.
    Elevating,
    /// Put down at once: the step is early and short.
    Lowering,
}

/// What goes wrong in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// The swinging foot catches.
    Stumble(Recovery),
    /// The bearing foot slides.
    Slip,
    /// The bearing knee gives way.
    Buckle,
}

impl Mishap {
    /// The word in the labels.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Stumble(_) => "stumble",
            Self::Slip => "slip",
            Self::Buckle => "buckling",
        }
    }
}

/// A swing that is held up: the foot stops on its way and makes up for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Catch {
    /// When the foot catches, s.
    pub at_s: f64,
    stopping: Quintic,
    held_from_s: f64,
    held_until_s: f64,
    resuming: Quintic,
    end_s: f64,
}

impl Catch {
    /// Time in which the foot comes to a stop, s.
    const STOP_S: f64 = 0.022;

    /// A foot that catches at `at_s`, is held for `held_s` and lands at `end_s`.
    pub(crate) fn new(at_s: f64, held_s: f64, end_s: f64) -> Self {
        let held_from_s = at_s + Self::STOP_S;
        let held_until_s = held_from_s + held_s;
        let lost = Jet { p: Self::STOP_S / 2.0, v: 1.0, a: 0.0 };
        Self {
            at_s,
            stopping: Quintic::new(at_s, Jet::at_rest(0.0), held_from_s, lost),
            held_from_s,
            held_until_s,
            resuming: Quintic::new(
                held_until_s,
                Jet { p: lost.p + held_s, ..lost },
                end_s,
                Jet::at_rest(0.0),
            ),
            end_s,
        }
    }

    /// The moment of the undisturbed swing at which the foot is at `t`.
    pub(crate) fn undisturbed(&self, t: f64) -> f64 {
        let lost = if t <= self.at_s || t >= self.end_s {
            0.0
        } else if t < self.held_from_s {
            self.stopping.at(t)
        } else if t < self.held_until_s {
            Self::STOP_S / 2.0 + t - self.held_from_s
        } else {
            self.resuming.at(t)
        };
        t - lost
    }
}

/// A passing displacement of the pelvis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sway {
    /// Start, s.
    pub start_s: f64,
    /// End, s.
    pub end_s: f64,
    /// Furthest drop, m.
    pub drop_m: f64,
    /// Furthest to the person's front, m.
    pub ahead_m: f64,
    /// Furthest to the person's right, m.
    pub right_m: f64,
}

impl Sway {
    /// A lurch that starts at `start_s`, of chance size.
    pub(crate) fn lurch(start_s: f64, strength: f64, chance: &mut Chance) -> Self {
        Self {
            start_s,
            end_s: start_s + chance.between(0.55, 0.9),
            drop_m: strength * chance.between(0.020, 0.045),
            ahead_m: -strength * chance.between(0.015, 0.045),
            right_m: strength * chance.sign() * chance.between(0.01, 0.03),
        }
    }

    /// (ahead, up, right) at `t`, m.
    pub(crate) fn at(&self, t: f64) -> (f64, f64, f64) {
        let b = bump((t - self.start_s) / (self.end_s - self.start_s));
        (b * self.ahead_m, -b * self.drop_m, b * self.right_m)
    }
}

/// The hurried, irregular steps after a mishap: factors on step time that die away.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hurry {
    left: u32,
    size: f64,
}

impl Hurry {
    /// After a mishap: 2 to 5 strides.
    pub(crate) fn after_mishap(strength: f64, chance: &mut Chance) -> Self {
        Self { left: 2 * chance.count(2, 5), size: strength * chance.between(0.20, 0.30) }
    }

    /// Factor on the next step's time.
    pub(crate) fn next(&mut self, chance: &mut Chance) -> f64 {
        if self.left == 0 {
            return 1.0;
        }
        self.left -= 1;
        let factor = 1.0 - self.size * chance.between(0.6, 1.3);
        self.size *= 0.78;
        factor
    }
}

/// Depth of a knee that gives way, rad.
pub(crate) fn buckle_depth(chance: &mut Chance) -> f64 {
    rad(chance.between(17.0, 30.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Concern;

    #[test]
    fn a_caught_foot_stops_and_is_on_time_again() {
        let catch = Catch::new(1.0, 0.06, 1.4);
        assert_eq!(catch.undisturbed(0.9), 0.9);
        assert_eq!(catch.undisturbed(1.4), 1.4);
        let stopped = catch.undisturbed(1.08) - catch.undisturbed(1.03);
        assert!(stopped.abs() < 1e-9, "{stopped}");
        let mut last = 0.0;
        for i in 0..=500 {
            let now = catch.undisturbed(0.95 + f64::from(i) * 1e-3);
            assert!(now >= last - 1e-12, "never backward");
            last = now;
        }
    }

    #[test]
    fn hurry_dies_away() {
        let mut chance = Chance::new(3, Concern::Hazards);
        let mut hurry = Hurry::after_mishap(1.0, &mut chance);
        let first = hurry.next(&mut chance);
        assert!(first < 0.9);
        for _ in 0..12 {
            hurry.next(&mut chance);
        }
        assert_eq!(hurry.next(&mut chance), 1.0);
    }
}

//! Joining a given movement to two given ends.

use super::math::{Jet, Quintic};

/// Share of the span in which the velocity at its start is made up for.
const EASE_OFF: f64 = 0.35;
/// Share of the span in which the velocity at its end is: a heel that strikes is stopped within
/// hundredths of a second.
const EASE_ON: f64 = 0.25;

/// What is added to a movement so that it meets a jet at each end: for the places over the whole
/// span, for the velocities only close to each end, where they differ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Correction {
    place: Quintic,
    off: Quintic,
    off_s: f64,
    on: Quintic,
    on_s: f64,
}

impl Correction {
    /// The correction that is `off` at `start_s` and `on` at `end_s`.
    pub(crate) fn new(start_s: f64, off: Jet, end_s: f64, on: Jet) -> Self {
        let takes = end_s - start_s;
        let (off_s, on_s) = (start_s + EASE_OFF * takes, end_s - EASE_ON * takes);
        let still = Jet::at_rest(0.0);
        Self {
            place: Quintic::new(start_s, Jet::at_rest(off.p), end_s, Jet::at_rest(on.p)),
            off: Quintic::new(start_s, Jet { p: 0.0, ..off }, off_s, still),
            off_s,
            on: Quintic::new(on_s, still, end_s, Jet { p: 0.0, ..on }),
            on_s,
        }
    }

    /// Its value at `t` within the span.
    pub(crate) fn at(&self, t: f64) -> f64 {
        let mut value = self.place.at(t);
        if t < self.off_s {
            value += self.off.at(t);
        }
        if t > self.on_s {
            value += self.on.at(t);
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_meets_both_ends_and_has_no_corner() {
        let off = Jet { p: 0.1, v: -2.0, a: 5.0 };
        let on = Jet { p: -0.2, v: 1.0, a: -3.0 };
        let c = Correction::new(1.0, off, 2.0, on);
        assert!((c.at(1.0) - 0.1).abs() < 1e-12 && (c.at(2.0) + 0.2).abs() < 1e-12);
        assert!(((c.at(1.001) - c.at(1.0)) / 1e-3 + 2.0).abs() < 0.01);
        for joint in [1.35, 1.75] {
            let bend = |t: f64| c.at(t + 1e-4) - 2.0 * c.at(t) + c.at(t - 1e-4);
            assert!((bend(joint - 2e-4) - bend(joint + 2e-4)).abs() < 1e-8);
        }
    }
}

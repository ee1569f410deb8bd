//! Whether a sensor has slipped on its segment since the first strides.
//!
//! On average over a stride the ankle is below the hip, and stays so however far the knee is bent: who
//! walks with bent knees has the thigh ahead and the shank behind. A sensor that has turned on its segment
//! moves that average, and nothing else does so lastingly. Which of the two has turned is not seen.

use super::knee::Slipped;
use crate::body::Body;
use crate::events::detector::Frames;
use crate::events::timing::number_at;
use crate::record::Direction;
use crate::sagittal::RAD;
use crate::stride::assemble::Cycle;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Strides that make the reference. Default 4.
    pub reference: u32,
    /// Change of the ankle's mean place below the hip that is a slip, m. Default 0.06: 8.5° of one segment;
    /// from stride to stride it changes by 0.015 to 0.02 (one standard deviation, real and virtual).
    pub slip_m: f64,
    /// Strides in a row that show it, or show it no more. Default 3.
    pub strides: u32,
    /// Share by which the reference follows. Default 0.02: 50 strides.
    pub follow: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { reference: 4, slip_m: 0.06, strides: 3, follow: 0.02 }
    }
}

/// How far the ankle was ahead of the hip over the stride, m; `None` without both sensors throughout.
pub fn ankle_ahead_m(frames: &Frames, cycle: &Cycle, body: &Body) -> Option<f64> {
    let (mut shank, mut thigh, mut n) = (0.0, 0.0, 0.0);
    for (_, f) in frames.range(number_at(frames, cycle.start), number_at(frames, cycle.end)) {
        // The thigh's inclination as that of the shank and the knee between them; sines by their angles,
        // which are small on average.
        shank += f.motion.tilt[0];
        thigh += f.motion.tilt[0] + f.knee_deg? * RAD;
        n += 1.0;
    }
    (n > 0.0).then(|| (body.shank_m * shank + body.thigh_m * thigh) / n)
}

/// What is known of it.
#[derive(Clone, Debug)]
pub struct Slip {
    params: Params,
    direction: Direction,
    reference_m: f64,
    seen: u32,
    /// Strides in a row that say otherwise than what is held.
    against: u32,
    slipped: bool,
    /// By how much, m.
    by_m: f64,
}

impl Slip {
    /// Nothing known.
    pub fn new(params: Params) -> Self {
        Self {
            params,
            direction: Direction::Unknown,
            reference_m: 0.0,
            seen: 0,
            against: 0,
            slipped: false,
            by_m: 0.0,
        }
    }

    /// Whether a sensor has slipped.
    pub fn slipped(&self) -> bool {
        self.slipped
    }

    /// The same of the last stride, which may have been the first of a slip.
    pub fn seen(&self) -> Option<Slipped> {
        match (self.slipped, self.against) {
            (true, _) => Some(Slipped::Surely),
            (false, 0) => None,
            (false, _) => Some(Slipped::Perhaps),
        }
    }

    /// By how much, as the angle of a segment of `length_m`, deg.
    pub fn angle_deg(&self, length_m: f64) -> f64 {
        libm::asin((self.by_m.abs() / length_m).min(1.0)) / RAD
    }

    /// The person has stood: both zeros are new.
    pub fn stood(&mut self) {
        *self = Self::new(self.params);
    }

    /// A whole stride had its ankle so far ahead of the hip.
    pub fn stride(&mut self, direction: Direction, ahead_m: f64) {
        let p = &self.params;
        if direction != self.direction {
            // Another way of walking has another mean; what has slipped stays so.
            (self.direction, self.seen, self.against) = (direction, 0, 0);
        }
        if self.seen < p.reference {
            self.seen += 1;
            self.reference_m += (ahead_m - self.reference_m) / f64::from(self.seen);
            return;
        }
        let by_m = ahead_m - self.reference_m;
        let off = by_m.abs() > p.slip_m;
        if !off {
            self.reference_m += p.follow * by_m;
        }
        self.against = if off == self.slipped { 0 } else { self.against + 1 };
        if self.against >= p.strides {
            (self.slipped, self.against, self.by_m) = (off, 0, by_m);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(slip: &mut Slip, metres: &[f64]) {
        for m in metres {
            slip.stride(Direction::Backward, *m);
        }
    }

    #[test]
    fn three_strides_off_are_a_slip_and_three_back_are_none() {
        let mut slip = Slip::new(Params::default());
        walk(&mut slip, &[0.01, -0.02, 0.02, 0.0, 0.03, -0.11, -0.1]);
        assert!(!slip.slipped());
        walk(&mut slip, &[0.0, -0.1, -0.1, -0.1]);
        assert!(slip.slipped());
        assert!((slip.angle_deg(0.42) - 14.0).abs() < 1.0, "{}", slip.angle_deg(0.42));
        walk(&mut slip, &[0.0, 0.0, 0.0]);
        assert!(!slip.slipped());
    }

    #[test]
    fn standing_and_turning_round_make_a_new_reference() {
        let mut slip = Slip::new(Params::default());
        walk(&mut slip, &[0.0; 6]);
        for _ in 0..6 {
            slip.stride(Direction::Forward, 0.1);
        }
        assert!(!slip.slipped());
        walk(&mut slip, &[0.0; 6]);
        walk(&mut slip, &[0.1; 3]);
        assert!(slip.slipped());
        slip.stood();
        walk(&mut slip, &[0.1; 9]);
        assert!(!slip.slipped());
    }
}

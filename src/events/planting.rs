//! When a foot that has landed is planted: from then on its ankle rests, and what moves is the shank
//! about it.
//!
//! It is looked for twice. As the samples come, with what is known of the sensor's seat so far; and, where
//! that was not enough, once more when the stride is complete and has taught where the sensor sits.

use crate::sagittal::{Motion, RAD};
use crate::signal::grid::CELL_S;

use super::detector::Frames;
use super::timing::number_at;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Vertical acceleration of an ankle that rests, m/s². Default 1: noise, soft tissue and a tilt error
    /// of 5° together.
    pub settled_mps2: f64,
    /// How far the sensor may sit from where it is taken to sit, m; what that does to the ankle's
    /// acceleration is no movement of it. Default 0.02: what is learned from one planted foot differs by as
    /// much from the next.
    pub seat_error_m: f64,
    /// How long it must rest, as a share of the stride time. Default 0.1: between the toes' and the heel's
    /// contact a slow walker's ankle pauses for less.
    pub settled_share: f64,
    /// Longest wait for it after contact, as a share of the stride time. Default 0.45: the heel comes down
    /// within 0.24, and rest must hold for 0.1.
    pub wait: f64,
    /// Stride time before one is known, s. Default 1.3: backward walking at 0.7 m/s.
    pub usual_stride_s: f64,
    /// Heel contact: share of the ankle's fall that is left. Default 0.15: the heel's pad gives way, and
    /// the shoe.
    pub heel_rest: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            settled_mps2: 1.0,
            seat_error_m: 0.02,
            settled_share: 0.1,
            wait: 0.45,
            usual_stride_s: 1.3,
            heel_rest: 0.15,
        }
    }
}

/// A foot that is planted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Planted {
    /// From when on its ankle rests, s.
    pub from: f64,
    /// A moment at which it rests for sure, s.
    pub at: f64,
}

/// What becomes of a foot that has landed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rest {
    /// It is not known yet.
    Awaited,
    /// It is planted.
    Found(Planted),
    /// It was not seen to rest, and will not be.
    Never,
}

/// Follows a foot that landed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Planting {
    contact: f64,
    stride_s: Option<f64>,
    settled_s: f64,
}

impl Planting {
    /// After a contact at `contact` (s).
    pub fn new(contact: f64) -> Self {
        Self { contact, stride_s: None, settled_s: 0.0 }
    }

    /// When it landed, s.
    pub fn contact(&self) -> f64 {
        self.contact
    }

    /// The same in a walk with strides of `stride_s`, as far as that is known.
    #[must_use]
    pub fn with_stride(self, stride_s: Option<f64>) -> Self {
        Self { stride_s, ..self }
    }

    /// Takes one moment, with a sensor `ahead_m` ahead of the line from knee to ankle.
    pub fn step(&mut self, m: &Motion, ahead_m: f64, p: &Params) -> Rest {
        let stride_s = self.stride_s.unwrap_or(p.usual_stride_s);
        // The same movement made slower has accelerations that are smaller by the square of it.
        let pace = p.usual_stride_s / stride_s;
        let rate = m.omega_dps * RAD;
        let of_seat = p.seat_error_m * ((m.alpha_dps2 * RAD).abs() + rate * rate * m.tilt[0].abs());
        let up = m.ankle_centre_up_mps2(ahead_m);
        let settled = m.t > self.contact && up.abs() < p.settled_mps2 * pace * pace + of_seat;
        self.settled_s = if settled { self.settled_s + CELL_S } else { 0.0 };
        if self.settled_s >= p.settled_share * stride_s {
            Rest::Found(Planted { from: m.t - self.settled_s, at: m.t - 0.5 * self.settled_s })
        } else if m.t > self.contact + p.wait * stride_s {
            Rest::Never
        } else {
            Rest::Awaited
        }
    }
}

/// The same, looking back at a contact in a stride of `stride_s` that is over.
pub fn look_back(frames: &Frames, contact: f64, stride_s: f64, ahead_m: f64, p: &Params) -> Option<Planted> {
    let mut foot = Planting::new(contact).with_stride(Some(stride_s));
    for (_, f) in frames.range(number_at(frames, contact), frames.next()) {
        match foot.step(&f.motion, ahead_m, p) {
            Rest::Awaited => {}
            Rest::Found(planted) => return Some(planted),
            Rest::Never => return None,
        }
    }
    None
}

/// Backward heel contact (s) after toe contact at `toe`, looking back from an ankle that rests from
/// `settled` on: where it has made most of its fall.
pub fn heel_contact(frames: &Frames, toe: f64, settled: f64, ahead_m: f64, p: &Params) -> f64 {
    let (first, last) = (number_at(frames, toe), number_at(frames, settled));
    // Backward in time from rest: speed, and height over where the ankle comes to rest.
    let (mut speed, mut height) = (0.0, 0.0);
    for (_, f) in frames.range(first, last).rev() {
        speed -= f.motion.ankle_centre_up_mps2(ahead_m) * CELL_S;
        height -= speed * CELL_S;
    }
    let rest = p.heel_rest * height;
    for (_, f) in frames.range(first, last) {
        if height <= rest {
            return f.motion.t;
        }
        height += speed * CELL_S;
        speed += f.motion.ankle_centre_up_mps2(ahead_m) * CELL_S;
    }
    settled
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
mod tests {
    use super::*;
    use crate::events::detector::Frame;

    fn frames(seconds: f64, at: impl Fn(f64) -> Motion) -> Frames {
        let mut frames = Frames::default();
        for k in 0..(seconds / CELL_S) as u32 {
            let t = f64::from(k) * CELL_S;
            frames.push(Frame { motion: Motion { t, tilt: [0.0, 1.0], ..at(t) }, ..Frame::default() });
        }
        frames
    }

    /// The ankle falls 5 cm from 1.0 to 1.2: half of the time faster and faster, half slower.
    fn fall(t: f64) -> f64 {
        let a = 0.05 / (0.1 * 0.1);
        match t + 1e-9 {
            1.0..1.1 => -a,
            1.1..1.2 => a,
            _ => 0.0,
        }
    }

    #[test]
    fn a_foot_is_planted_from_where_its_ankle_rests_on() {
        let p = Params::default();
        let f = frames(2.0, |t| Motion { ankle_up_mps2: fall(t), ..Motion::default() });
        let planted = look_back(&f, 1.0, 1.3, 0.0, &p).unwrap();
        assert!((planted.from - 1.2).abs() < 0.015, "{planted:?}");
        assert!((planted.at - 1.265).abs() < 0.015, "{planted:?}");
        // Not enough of it is known yet.
        let f = frames(1.3, |t| Motion { ankle_up_mps2: fall(t), ..Motion::default() });
        assert_eq!(look_back(&f, 1.0, 1.3, 0.0, &p), None);
    }

    #[test]
    fn a_sensor_that_sits_elsewhere_hides_the_rest_until_it_is_known_where() {
        // A planted shank that turns faster and faster under a sensor 6 cm ahead.
        let turning = |t: f64| Motion {
            alpha_dps2: 1500.0,
            omega_dps: 60.0,
            ankle_up_mps2: if t < 1.2 { -5.0 } else { 0.06 * 1500.0 * RAD },
            ..Motion::default()
        };
        let f = frames(2.0, turning);
        let p = Params::default();
        assert_eq!(look_back(&f, 1.0, 1.3, 0.0, &p), None);
        assert!(look_back(&f, 1.0, 1.3, 0.06, &p).is_some());
    }

    #[test]
    fn heel_contact_is_at_the_end_of_the_ankles_fall() {
        let f = frames(1.5, |t| Motion { ankle_up_mps2: fall(t), ..Motion::default() });
        let heel = heel_contact(&f, 1.0, 1.3, 0.02, &Params::default());
        // 15 % of the fall are left at 1.2 - 0.1 * sqrt(0.3).
        assert!((heel - 1.145).abs() < 0.015, "{heel}");
    }
}

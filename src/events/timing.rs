//! When each event happened: landmarks around a swing.
//!
//! All functions look back into the memory of frames, so they can be asked late and give the same
//! answer. Times are seconds of the grid.

use crate::signal::grid::CELL_S;

use super::detector::{Frame, Frames};
use super::lobe::Lobe;

/// What may be tuned. Each is a delay or a share found in the physics of the landmark; sources are
/// in `docs/algorithms.md`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Toe contact: share of the swing's sweep that the shank has turned back. Default 0.10: the toes
    /// reach the ground while the leg begins to come forward again over them.
    pub toe_turn_back: f64,
    /// Toe contact: how far the turn back alone is late, s.
    pub toe_lag_s: f64,
    /// Toe contact: longest wait for the turn back after the swing has ended, as a share of the swing.
    /// Default 0.24: with a flat landing the shank is stopped and does not turn back.
    pub toe_wait: f64,
    /// Toe contact: weight of the braking of the sensor against the turn back.
    pub toe_brake_weight: f64,
    /// Final contact: search before and after the start of the swing, as shares of the stride time.
    pub final_window: [f64; 2],
    /// Final contact: how far the steepest unloading is early, s.
    pub final_lag_s: f64,
    /// Forefoot rise before final contact, as a share of the stride time.
    pub forefoot: f64,
    /// Heel contact: share of the ankle's fall that is left. Default 0.15: the heel's pad gives way,
    /// and the shoe.
    pub heel_rest: f64,
    /// Heel contact: vertical acceleration of an ankle that has settled, m/s².
    pub settled_mps2: f64,
    /// Heel contact: how far the sensor lies ahead of the line from knee to ankle, m. Default 0.02: between
    /// the shin's front and its side; it is learned from planted feet.
    pub ahead_m: f64,
    /// Heel contact: how long it must hold, as a share of the stride time. Default 0.1: between the
    /// toes' and the heel's contact a slow walker's ankle pauses for less.
    pub settled_share: f64,
    /// Forward initial contact: search before and after the end of the swing, s.
    pub initial_window_s: [f64; 2],
    /// An event this near to a hole between samples is not told, s. Default 0.1: what tells contacts
    /// lies within that.
    pub hole_s: f64,
    /// Forward final contact: how long before the swing's start, as a share of the time from there to
    /// the swing's peak. Default 0.42: the mirror image of backward toe contact.
    pub forward_final: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            toe_turn_back: 0.10,
            toe_lag_s: 0.008,
            toe_wait: 0.24,
            toe_brake_weight: 0.25,
            final_window: [0.115, 0.06],
            final_lag_s: 0.0,
            forefoot: 0.035,
            heel_rest: 0.15,
            settled_mps2: 1.0,
            ahead_m: 0.02,
            settled_share: 0.1,
            initial_window_s: [0.08, 0.14],
            hole_s: 0.1,
            forward_final: 0.42,
        }
    }
}

/// The frame at time `t`, to the nearest cell.
pub fn number_at(frames: &Frames, t: f64) -> u64 {
    let Some(last) = frames.last() else { return 0 };
    let back = (last.motion.t - t) / CELL_S;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the memory")]
    let back = libm::round(back.clamp(0.0, 1e6)) as u64;
    (frames.next() - 1).saturating_sub(back)
}

/// Whether any frame within `margin_s` of `t` lies in a hole between samples, or before the first: what
/// is read off there is not measured.
pub fn unmeasured(frames: &Frames, t: f64, margin_s: f64) -> bool {
    let began = frames.get(frames.first()).is_none_or(|f| f.motion.t > t - margin_s + CELL_S);
    let (first, last) = (number_at(frames, t - margin_s), number_at(frames, t + margin_s));
    began || frames.range(first, last + 1).any(|(_, f)| f.motion.missing)
}

/// Where `signal` rises fastest between `from` and `to`: the middle of its steepest cell, refined by a
/// parabola through the neighbouring slopes.
fn steepest_rise(frames: &Frames, from: f64, to: f64, signal: impl Fn(&Frame) -> f64) -> Option<f64> {
    let (first, last) = (number_at(frames, from), number_at(frames, to));
    let at = |n: u64| frames.get(n).map(&signal);
    let slope = |n: u64| Some(at(n + 1)? - at(n)?);
    let mut best: Option<(u64, f64)> = None;
    for n in first..last {
        let s = slope(n)?;
        if best.is_none_or(|(_, b)| s > b) {
            best = Some((n, s));
        }
    }
    let (n, s) = best?;
    let shift = match (n.checked_sub(1).and_then(slope), slope(n + 1)) {
        (Some(a), Some(b)) if 2.0 * s - a - b > 0.0 => (0.5 * (b - a) / (2.0 * s - a - b)).clamp(-0.5, 0.5),
        _ => 0.0,
    };
    Some(frames.get(n)?.motion.t + (0.5 + shift) * CELL_S)
}

/// When the shank, after the swing `lobe` that ended at `lobe.end`, has turned back by `share` of the
/// swing's sweep; `None` when it has not (yet).
fn turned_back(frames: &Frames, lobe: &Lobe, share: f64) -> Option<f64> {
    let wanted = share * lobe.sweep_deg;
    let mut turned = 0.0;
    let first = number_at(frames, lobe.end);
    for (_, f) in frames.range(first, frames.next()) {
        if f.motion.t <= lobe.end {
            continue;
        }
        let rate = -f.motion.omega_dps * lobe.sign;
        let next = turned + rate.max(0.0) * CELL_S;
        if next >= wanted {
            return Some(f.motion.t - (next - wanted) / rate.max(1e-9));
        }
        turned = next;
    }
    None
}

/// Backward toe contact after the swing `lobe`: `None` when it is too early to tell.
pub fn toe_contact(frames: &Frames, lobe: &Lobe, p: &Params) -> Option<f64> {
    let now = frames.last()?.motion.t;
    let turned = turned_back(frames, lobe, p.toe_turn_back);
    let latest = lobe.end + p.toe_wait * (lobe.end - lobe.start);
    let kinematic = match turned {
        Some(t) => t.min(latest),
        None if now >= latest => latest,
        None => return None,
    };
    let brake = steepest_rise(frames, lobe.end - 0.04, now, |f| f.motion.forward_mps2);
    let w = p.toe_brake_weight;
    Some(brake.map_or(kinematic, |b| (1.0 - w) * kinematic + w * b) - p.toe_lag_s)
}

/// Backward final contact before the swing `lobe`: where the ground's support falls fastest.
pub fn final_contact(frames: &Frames, lobe: &Lobe, stride_s: f64, p: &Params) -> f64 {
    let [before, after] = p.final_window.map(|share| share * stride_s);
    steepest_rise(frames, lobe.start - before, lobe.start + after, |f| -f.motion.ankle_up_mps2)
        .map_or(lobe.start, |t| t + p.final_lag_s)
}

/// The heel's way down after a backward toe contact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeelDown {
    /// Heel contact, s.
    pub t: f64,
    /// How far the ankle fell from toe contact on, m.
    pub drop_m: f64,
}

/// Backward heel contact after toe contact at `toe`, looking back from an ankle that has settled at
/// `settled`: where it has made most of its fall.
pub fn heel_contact(frames: &Frames, toe: f64, settled: f64, p: &Params) -> HeelDown {
    let (first, last) = (number_at(frames, toe), number_at(frames, settled));
    // Backward in time from rest: speed, and height over where the ankle comes to rest.
    let (mut speed, mut height) = (0.0, 0.0);
    for (_, f) in frames.range(first, last).rev() {
        speed -= f.motion.ankle_centre_up_mps2(p.ahead_m) * CELL_S;
        height -= speed * CELL_S;
    }
    let drop_m: f64 = height;
    let rest = p.heel_rest * drop_m;
    for (_, f) in frames.range(first, last) {
        if height <= rest {
            return HeelDown { t: f.motion.t, drop_m };
        }
        height += speed * CELL_S;
        speed += f.motion.ankle_centre_up_mps2(p.ahead_m) * CELL_S;
    }
    HeelDown { t: settled, drop_m }
}

/// Forward initial contact after the swing `lobe`: where the ground's support rises fastest; `None`
/// when it is too early to tell.
pub fn initial_contact(frames: &Frames, lobe: &Lobe, p: &Params) -> Option<f64> {
    let now = frames.last()?.motion.t;
    let [before, after] = p.initial_window_s;
    if now < lobe.end + after + CELL_S {
        return None;
    }
    steepest_rise(frames, lobe.end - before, lobe.end + after, |f| f.motion.ankle_up_mps2).or(Some(lobe.end))
}

/// Forward final contact before the swing `lobe`.
pub fn forward_final_contact(lobe: &Lobe, p: &Params) -> f64 {
    lobe.start - p.forward_final * (lobe.peak_at - lobe.start)
}

/// Knee extension between heel contact at `heel` and final contact at `last`: the smallest knee
/// flexion; `None` without a knee angle throughout.
pub fn knee_extension(frames: &Frames, heel: f64, last: f64) -> Option<f64> {
    if frames.get(frames.first())?.motion.t > heel {
        return None;
    }
    let (first, last) = (number_at(frames, heel), number_at(frames, last));
    let mut best: Option<(f64, f64)> = None;
    for (_, f) in frames.range(first, last + 1) {
        let knee = f.knee_deg?;
        if best.is_none_or(|(k, _)| knee < k) {
            best = Some((knee, f.motion.t));
        }
    }
    best.map(|(_, t)| t)
}

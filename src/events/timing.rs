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
    /// Toe contact: weight of the braking of the sensor against the turn back. Default 0.25: the two err
    /// independently, the braking twice as far.
    pub toe_brake_weight: f64,
    /// Final contact: search before and after the start of the swing, as shares of the stride time. Default
    /// 0.115 and 0.06: unloading takes a tenth of the stride, and is over when the shank swings.
    pub final_window: [f64; 2],
    /// Final contact: how far the steepest unloading is early, s. Default 0: insoles and motion capture
    /// differ from it by +11 and -19 ms.
    pub final_lag_s: f64,
    /// Forefoot rise: earliest before final contact, as a share of the stride time. Default 0.08: from
    /// 0.54 to 0.62 of the stride (`normal.mot` of `OpenSim`, reversed).
    pub forefoot: f64,
    /// Forefoot rise: how far back the ankle has then gone, m. Default 0.015: an ankle 7.5 cm over a heel
    /// that rolls goes as far with a pitch of 11°, and an error of 0.5 m/s² makes 1 cm in 0.2 s.
    pub forefoot_back_m: f64,
    /// Forefoot rise: when the whole foot is on the ground for sure, before final contact, as shares of the
    /// stride time. Default 0.32 to 0.2: from the middle of stance to well before the foot unloads.
    pub forefoot_planted: [f64; 2],
    /// How far the sensor lies ahead of the line from knee to ankle, m. Default 0.02: between the shin's
    /// front and its side; it is learned from planted feet.
    pub ahead_m: f64,
    /// Forward initial contact: search before and after the end of the swing, s. Default 0.08 and 0.14: the
    /// heel strikes while the shank is being slowed.
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
            forefoot: 0.08,
            forefoot_back_m: 0.015,
            forefoot_planted: [0.32, 0.2],
            ahead_m: 0.02,
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

/// Backward forefoot rise before final contact at `last`. Over its heel a foot leaves with the ankle going
/// back, from the moment the forefoot rises; over its toes the ankle goes forward first, and the forefoot
/// leaves last.
pub fn forefoot_rise(frames: &Frames, last: f64, stride_s: f64, p: &Params) -> f64 {
    let [from, to] = p.forefoot_planted.map(|share| number_at(frames, last - share * stride_s));
    let end = number_at(frames, last);
    let forward = |f: &Frame| f.motion.ankle_forward_mps2;
    // What is not known throughout tells nothing.
    let known = frames.range(from, end).filter(|(_, f)| !f.motion.missing).count() as u64;
    if known == 0 || known != end.saturating_sub(from) {
        return last;
    }
    let offset_mps2 =
        frames.range(from, to).map(|(_, f)| forward(f)).sum::<f64>() / (to - from).max(1) as f64;
    let (mut speed, mut moved_m, mut gone) = (0.0, 0.0, None);
    for (_, f) in frames.range(to, end) {
        speed += (forward(f) - offset_mps2) * CELL_S;
        moved_m += speed * CELL_S;
        // Whatever comes back is still planted.
        gone = (moved_m <= -p.forefoot_back_m).then_some(gone.unwrap_or(f.motion.t));
    }
    gone.unwrap_or(last).clamp(last - p.forefoot * stride_s, last)
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

/// Knee extension between heel contact at `heel` and forefoot rise at `rise`: the smallest knee
/// flexion; `None` without a knee angle throughout.
pub fn knee_extension(frames: &Frames, heel: f64, rise: f64) -> Option<f64> {
    if frames.get(frames.first())?.motion.t > heel {
        return None;
    }
    let (first, last) = (number_at(frames, heel), number_at(frames, rise));
    let mut best: Option<(f64, f64)> = None;
    for (_, f) in frames.range(first, last + 1) {
        let knee = f.knee_deg?;
        if best.is_none_or(|(k, _)| knee < k) {
            best = Some((knee, f.motion.t));
        }
    }
    best.map(|(_, t)| t)
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
mod tests {
    use super::*;
    use crate::sagittal::Motion;

    /// A memory of `seconds`, with what `at` says of each moment.
    fn frames(seconds: f64, at: impl Fn(f64) -> (Motion, Option<f64>)) -> Frames {
        let mut frames = Frames::default();
        for k in 0..(seconds / CELL_S).round() as u32 {
            let t = f64::from(k) * CELL_S;
            let (motion, knee_deg) = at(t);
            frames.push(Frame { motion: Motion { t, ..motion }, knee_deg, ..Frame::default() });
        }
        frames
    }

    /// A step up of `height` at `at`, 60 ms wide, as a low-passed step is.
    fn step(t: f64, at: f64, height: f64) -> f64 {
        height * 0.5 * (1.0 + ((t - at) / 0.03).tanh())
    }

    fn swing(sign: f64) -> Lobe {
        Lobe { sign, start: 1.0, end: 1.5, peak_at: 1.3, peak_dps: 200.0, sweep_deg: 60.0, ..Lobe::default() }
    }

    #[test]
    fn a_frame_is_found_by_its_time_to_the_nearest() {
        let f = frames(2.0, |_| Default::default());
        for (t, want) in [(0.0, 0), (0.004, 0), (0.006, 1), (1.23, 123), (1.99, 199), (5.0, 199), (-3.0, 0)] {
            assert_eq!(number_at(&f, t), want, "{t}");
        }
    }

    #[test]
    fn the_steepest_rise_is_found_between_the_cells() {
        for at in [0.500, 0.5025, 0.505, 0.5075, 0.5099] {
            let f = frames(1.0, |t| (Motion { forward_mps2: step(t, at, 5.0), ..Motion::default() }, None));
            let found = steepest_rise(&f, 0.3, 0.7, |f| f.motion.forward_mps2).unwrap();
            assert!((found - at).abs() < 0.0006, "{at}: {found}");
        }
    }

    #[test]
    fn final_contact_is_where_the_support_falls_fastest() {
        let f = frames(2.0, |t| (Motion { ankle_up_mps2: -step(t, 0.963, 8.0), ..Motion::default() }, None));
        let t = final_contact(&f, &swing(-1.0), 1.2, &Params::default());
        assert!((t - 0.963).abs() < 0.001, "{t}");
    }

    #[test]
    fn the_forefoot_rises_where_the_ankle_goes_back_and_with_the_foot_where_it_does_not() {
        let p = Params::default();
        // From 1.0 on it accelerates by so much: 1.5 cm are gone after sqrt(0.03 / a).
        let rise = |mps2: f64| {
            let at = |t: f64| {
                // An offset, which the planted foot shows.
                let moving = if t > 1.0 { mps2 } else { 0.0 };
                (Motion { ankle_forward_mps2: 0.4 + moving, ..Motion::default() }, None)
            };
            forefoot_rise(&frames(1.3, at), 1.2, 1.4, &p)
        };
        assert!((rise(-3.0) - 1.1).abs() < 0.015, "{}", rise(-3.0));
        assert_eq!([rise(0.0), rise(3.0), rise(-0.5)], [1.2; 3]);
        // Never earlier than that.
        assert!((rise(-30.0) - (1.2 - 0.08 * 1.4)).abs() < 1e-9, "{}", rise(-30.0));
    }

    #[test]
    fn a_forefoot_whose_stance_is_not_known_throughout_rises_with_the_foot() {
        let at = |t: f64, hole: bool| {
            let missing = hole && (0.85..0.88).contains(&t);
            (
                Motion { ankle_forward_mps2: if t > 1.0 { -3.0 } else { 0.0 }, missing, ..Motion::default() },
                None,
            )
        };
        let p = Params::default();
        assert!(forefoot_rise(&frames(1.3, |t| at(t, false)), 1.2, 1.4, &p) < 1.15);
        assert_eq!(forefoot_rise(&frames(1.3, |t| at(t, true)), 1.2, 1.4, &p), 1.2);
        // Of the same stance only the end is remembered.
        let mut late = frames(0.9, |t| at(t, false));
        late.clear();
        for k in 90..130 {
            let t = f64::from(k) * CELL_S;
            late.push(Frame { motion: Motion { t, ..at(t, false).0 }, ..Frame::default() });
        }
        assert_eq!(forefoot_rise(&late, 1.2, 1.4, &p), 1.2);
    }

    #[test]
    fn an_ankle_that_goes_back_and_returns_is_planted() {
        let at = |t: f64| {
            let away = if t < 1.07 { -8.0 } else { 12.0 };
            (Motion { ankle_forward_mps2: if t > 1.0 { away } else { 0.0 }, ..Motion::default() }, None)
        };
        assert_eq!(forefoot_rise(&frames(1.4, at), 1.25, 1.6, &Params::default()), 1.25);
    }

    #[test]
    fn toe_contact_waits_for_the_shank_to_turn_back() {
        // From 1.5 on it turns back at 100 deg/s: a tenth of 60 deg has passed at 1.56.
        let p = Params { toe_brake_weight: 0.0, toe_lag_s: 0.0, ..Params::default() };
        let rate = |t: f64| Motion { omega_dps: if t > 1.5 { 100.0 } else { -150.0 }, ..Motion::default() };
        let f = frames(1.55, |t| (rate(t), None));
        assert_eq!(toe_contact(&f, &swing(-1.0), &p), None);
        let f = frames(1.65, |t| (rate(t), None));
        let t = toe_contact(&f, &swing(-1.0), &p).unwrap();
        assert!((t - 1.56).abs() < 0.006, "{t}");
    }

    #[test]
    fn a_flat_landing_that_does_not_turn_back_is_a_contact_after_the_longest_wait() {
        let p = Params { toe_brake_weight: 0.0, toe_lag_s: 0.0, ..Params::default() };
        let f = frames(1.8, |_| Default::default());
        assert!((toe_contact(&f, &swing(-1.0), &p).unwrap() - 1.62).abs() < 1e-9);
    }

    #[test]
    fn braking_pulls_toe_contact_by_its_weight() {
        let p = Params { toe_lag_s: 0.0, ..Params::default() };
        let at = |t: f64| {
            let rate = if t > 1.5 { 100.0 } else { -150.0 };
            (Motion { omega_dps: rate, forward_mps2: step(t, 1.52, 9.0), ..Motion::default() }, None)
        };
        let t = toe_contact(&frames(1.7, at), &swing(-1.0), &p).unwrap();
        assert!((t - (0.75 * 1.56 + 0.25 * 1.52)).abs() < 0.006, "{t}");
    }

    #[test]
    fn forward_contact_is_where_the_support_rises_fastest_and_waits_for_the_window() {
        let p = Params::default();
        let at = |t: f64| (Motion { ankle_up_mps2: step(t, 1.537, 15.0), ..Motion::default() }, None);
        assert_eq!(initial_contact(&frames(1.6, at), &swing(1.0), &p), None);
        let t = initial_contact(&frames(1.8, at), &swing(1.0), &p).unwrap();
        assert!((t - 1.537).abs() < 0.001, "{t}");
    }

    #[test]
    fn knee_extension_is_the_least_flexion_and_unknown_with_a_gap() {
        let knee = |t: f64| Some(3.0 + 400.0 * (t - 0.87) * (t - 0.87));
        let f = frames(1.5, |t| (Motion::default(), knee(t)));
        assert!((knee_extension(&f, 0.6, 1.2).unwrap() - 0.87).abs() < 1e-9);
        let f = frames(1.5, |t| (Motion::default(), knee(t).filter(|_| (t - 1.0).abs() > 0.02)));
        assert_eq!(knee_extension(&f, 0.6, 1.2), None);
    }

    #[test]
    fn what_lies_at_a_hole_or_before_the_first_sample_is_not_measured() {
        let hole = |t: f64| Motion { missing: (1.0..1.1).contains(&t), ..Motion::default() };
        let f = frames(2.0, |t| (hole(t), None));
        let of = |t: f64| unmeasured(&f, t, 0.1);
        assert_eq!(
            [0.05, 0.5, 0.88, 0.95, 1.05, 1.15, 1.25].map(of),
            [true, false, false, true, true, true, false]
        );
    }
}

//! What the shank shows of a backward landing.
//!
//! A foot that lands on its toes pivots on the forefoot: the ankle goes on falling after contact, by
//! the length of the forefoot times the sine of its pitch, and the shank goes on turning with it. On a
//! foot that lands flat the ankle is already down, and as a rule the shank's turning is stopped.

use crate::events::detector::{Frame, Frames};
use crate::events::timing::number_at;
use crate::signal::grid::CELL_S;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// How long before and after toe contact the shank's fastest turn back lies, as shares of the stride
    /// time. Default 0.05 and 0.12: the hump follows contact by 3 to 9 % of the stride, and contact itself
    /// is known to 30 ms.
    pub hump: [f64; 2],
    /// Time after the hump over which it is told how much of the turning is carried on, as a share of the
    /// stride time. Default 0.12: the usual time from toe to heel contact.
    pub carry: f64,
    /// Time within which a stop is sudden, s. Default 0.06: what the low-pass of 15 Hz makes of a stop at
    /// once, and well below a roll.
    pub stop_s: f64,
    /// Time after the stop over which the ankle's own push back is told, s. Default 0.08: a foot that
    /// slaps down from its heel takes 30 to 80 ms.
    pub rebound_s: f64,
    /// Slowest hump that tells anything, deg/s. Default 15: three times the noise of a strapped sensor.
    pub least_dps: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { hump: [0.05, 0.12], carry: 0.12, stop_s: 0.06, rebound_s: 0.08, least_dps: 15.0 }
    }
}

/// One landing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landing {
    /// How far the ankle fell from toe contact until it rested, m; `None` when it never rested.
    pub drop_m: Option<f64>,
    /// Mean rate of the shank after its hump, as a share of the hump: 1 rolls on, 0 stops.
    pub carry: f64,
    /// Largest loss of rate in a moment, as a share of the hump: over 1 is a stop that throws it back.
    pub stop: f64,
    /// Mean acceleration of the ankle after the stop against that of its braking, as a share of it.
    pub rebound: f64,
    /// That the ankle rested was seen late, see [`Ankle::late`].
    pub late: bool,
}

/// What is known of the ankle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ankle {
    /// When it rests in this stance, s; `None` if it never did.
    pub rest: Option<f64>,
    /// It was only seen to rest when the sensor's seat was known better.
    pub late: bool,
    /// What it seems to accelerate upward all the time, m/s²: the sensor's offset.
    pub offset_mps2: f64,
    /// How far the sensor lies ahead of the line from knee to ankle, m.
    pub ahead_m: f64,
}

/// The landing at `toe` (s) in a walk with strides of `stride_s`. `None` when the memory does not reach
/// back or forth far enough, or nothing turned.
pub fn landing(frames: &Frames, toe: f64, stride_s: f64, ankle: &Ankle, p: &Params) -> Option<Landing> {
    let [before, after] = p.hump.map(|share| share * stride_s);
    let (first, last) = (number_at(frames, toe - before), number_at(frames, toe + after));
    frames.get(first)?;
    let (top, hump_dps) = frames
        .range(first, last + 1)
        .map(|(n, f)| (n, f.motion.omega_dps))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, w)| *w > p.least_dps)?;
    let carried = cells(p.carry * stride_s);
    let quick = cells(p.stop_s);
    let rate = |n: u64| frames.get(n).map(|f| f.motion.omega_dps);
    // Too near to the end of what is known.
    rate(top + carried + quick)?;
    let sum: f64 = frames.range(top, top + carried).map(|(_, f)| f.motion.omega_dps).sum();
    let (stopped, lost) = (top..top + carried)
        .filter_map(|n| Some((n + quick, rate(n)? - rate(n + quick)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    let forward = |f: &Frame| f.motion.ankle_forward_mps2;
    let braking = frames.range(first, top + 1).map(|(_, f)| forward(f)).fold(0.0, f64::max);
    let window = cells(p.rebound_s);
    let back: f64 =
        frames.range(stopped, stopped + window).map(|(_, f)| forward(f)).sum::<f64>() / window as f64;
    Some(Landing {
        drop_m: ankle.rest.and_then(|rest| drop(frames, toe, rest, ankle)),
        carry: sum / carried as f64 / hump_dps,
        stop: lost.max(0.0) / hump_dps,
        rebound: if braking > 0.0 { -back / braking } else { 0.0 },
        late: ankle.late,
    })
}

/// Mean upward acceleration of the ankle between two moments at rest, m/s²: it is nothing, so that what
/// is read there is the sensor's offset.
pub fn offset_mps2(frames: &Frames, rest: f64, next: f64, ahead_m: f64) -> Option<f64> {
    let (start, end) = (number_at(frames, rest), number_at(frames, next));
    frames.get(start)?;
    let cells = end.checked_sub(start).filter(|n| *n > 0)?;
    let sum: f64 = frames.range(start, end).map(|(_, f)| f.motion.ankle_centre_up_mps2(ahead_m)).sum();
    Some(sum / cells as f64)
}

/// Ankle height at `toe` over where it rests at `rest`, m.
fn drop(frames: &Frames, toe: f64, rest: f64, ankle: &Ankle) -> Option<f64> {
    let (first, last) = (number_at(frames, toe), number_at(frames, rest));
    frames.get(first)?;
    let (mut speed, mut height) = (0.0, 0.0);
    for (_, f) in frames.range(first, last).rev() {
        speed -= (f.motion.ankle_centre_up_mps2(ankle.ahead_m) - ankle.offset_mps2) * CELL_S;
        height -= speed * CELL_S;
    }
    Some(height)
}

fn cells(seconds: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "part of a stride")]
    let cells = libm::round(seconds / CELL_S) as u64;
    cells.max(1)
}

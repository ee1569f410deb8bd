//! The knee as both sensors feel it: what tells whether they are of one time, and on one leg.
//!
//! Shank and thigh share the knee. Its acceleration follows from either sensor,
//!
//! `a_knee = a + alpha x r + omega x (omega x r)`,
//!
//! with `r` the lever from the sensor to the knee, and both must be the same, at the same moment. The
//! levers are not known, but the difference is linear in them, so that least squares find them (near to
//! where sensors are worn) for every lag that is tried. The lag with the least difference is what the
//! thigh's clock is late. What is left of the difference then tells whether the two are on one leg, and
//! the levers which of them is the upper one. All in the sagittal plane, between 0.16 Hz (sensor offsets,
//! inclination) and about 9 Hz (soft tissue, shocks). Any movement will do. Of the same kind: Seel et al.,
//! Sensors 14 (2014), doi:10.3390/s140406891, who find the levers of two sensors that are of one time.

use crate::body::Body;
use crate::orient::attitude::{Attitude, Pose};
use crate::orient::quat::{Matrix, apply, dot};
use crate::sagittal::RAD;
use crate::signal::grid::CELL_S;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Length of a block, s. Default 2.5: about two strides.
    pub block_s: f64,
    /// Slowest movement of the shank that tells anything, deg/s, as the root of its mean square over a
    /// block. Default 25: a walk at 0.22 m/s has 35, sway 5.
    pub moving_dps: f64,
    /// The same of the thigh. Default 12: a thigh that lies still feels no knee. Slow walking has 20.
    pub thigh_moving_dps: f64,
    /// Share of the past that a block leaves. Default 0.8: about five blocks, 12 s of movement.
    pub memory: f64,
    /// Cut-off below which nothing is compared, Hz. Default 0.16: offsets and inclination.
    pub high_pass_hz: f64,
    /// How sure the usual levers are: squares of angular acceleration, (rad/s²)², that outweigh them.
    /// Default 200: they are good to 0.05 m, and two accelerations of a knee differ by 0.7 m/s².
    pub weight: f64,
    /// Where the sensors usually lie: ahead of the bone's line (shank, thigh), m, and the thigh's over the
    /// knee as a share of the thigh.
    pub usual: ([f64; 2], f64),
}

impl Default for Params {
    fn default() -> Self {
        Self {
            block_s: 2.5,
            moving_dps: 25.0,
            thigh_moving_dps: 12.0,
            memory: 0.8,
            high_pass_hz: 0.16,
            weight: 200.0,
            usual: ([0.02, 0.03], 0.5),
        }
    }
}

/// What a block shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Block {
    /// The shank moved and the thigh did not: sitting, or a sensor that is not on a thigh.
    StillThigh,
    /// Both moved.
    Moved(Seen),
}

/// What a block of movement, and those before it, show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// How late the thigh's clock is, s; `None` when the best of what was tried is the last.
    pub late_s: Option<f64>,
    /// One standard deviation of its error, s.
    pub late_sd_s: f64,
    /// That it is out of what was tried is beyond doubt.
    pub beyond: bool,
    /// What the two knees differ by, as a share of the mean square of both sensors' acceleration: 0 to 1.
    pub differs: f64,
    /// How far the shank's sensor lies below the thigh's on a straight leg, m.
    pub apart_m: f64,
    /// In the last block the thigh turned faster than the shank, which no thigh does in walking.
    pub thigh_faster: bool,
    /// How many blocks it rests on.
    pub blocks: u32,
}

/// Cells to a tick.
const TICK_CELLS: u32 = 2;
/// A tick, s.
const TICK_S: f64 = TICK_CELLS as f64 * CELL_S;
/// Ticks by which one is tried against the other, either way: 80 ms.
const MOST: usize = 4;
/// Lags that are tried.
const LAGS: usize = 2 * MOST + 1;
/// Ticks that are kept.
const KEPT: usize = 16;
/// Every so many ticks the two are held against each other. Neighbouring ones say the same.
const EVERY: u32 = 3;
/// Values of a block that do not depend on each other: two components, twice 2.5 s of a band of 4 Hz.
const INDEPENDENT: f64 = 20.0;
/// How much better than any other the last lag must be to be beyond doubt, in variances of what is left over:
/// four standard deviations.
const BEYOND: f64 = 16.0;
/// Ticks until the filters have settled, after samples begin: 1 s.
const SETTLE_TICKS: usize = 50;

/// A sensor at one tick, both components (forward, up): its acceleration, and what a lever of 1 m forward
/// and one of 1 m up along the segment would add to it.
type Felt = [[f64; 3]; 2];

/// From poses to what is felt of one segment.
#[derive(Clone, Copy, Debug, Default)]
struct Segment {
    sum: [[f64; 3]; 3],
    /// Forward, up, rate, sine and cosine: the last two ticks before smoothing, and after.
    raw: [[f64; 5]; 2],
    smooth: [[f64; 5]; 2],
    mean: Felt,
    /// The last ticks, each at its number modulo their count.
    felt: [Felt; KEPT],
}

impl Segment {
    fn add(&mut self, a: &Attitude) {
        for (sum, v) in self.sum.iter_mut().zip([a.acc_mps2, a.gyr_dps, a.up]) {
            for (s, v) in sum.iter_mut().zip(v) {
                *s += v;
            }
        }
    }

    /// Ends tick number `n`.
    fn tick(&mut self, mount: &Matrix, high_pass: f64, n: usize) {
        let first = n == 0;
        let scale = 1.0 / f64::from(TICK_CELLS);
        let [acc, gyr, up] = std::mem::take(&mut self.sum).map(|v| v.map(|v| v * scale));
        let (acc, up, omega) = (apply(mount, acc), apply(mount, up), dot(mount[2], gyr) * RAD);
        let vertical = dot(acc, up);
        let forward = (acc[0] - up[0] * vertical) / (1.0 - up[0] * up[0]).sqrt().max(1e-3);
        let level = 1.0 / (up[0] * up[0] + up[1] * up[1]).sqrt().max(1e-3);
        let now = [forward, vertical, omega, up[0] * level, up[1] * level];
        if first {
            self.raw = [now; 2];
            self.smooth = [now; 2];
        }
        let [old, mid] = self.raw;
        self.raw = [mid, now];
        // A quarter, a half, a quarter.
        let mut smooth = [0.0; 5];
        for (k, s) in smooth.iter_mut().enumerate() {
            *s = 0.25 * (old[k] + now[k]) + 0.5 * mid[k];
        }
        let [before, at] = self.smooth;
        self.smooth = [at, smooth];
        let alpha = (smooth[2] - before[2]) / (2.0 * TICK_S);
        let [forward, up, omega, sin, cos] = at;
        let square = omega * omega;
        let felt = [
            [forward, -alpha * sin - square * cos, -alpha * cos + square * sin],
            [up, alpha * cos - square * sin, -alpha * sin - square * cos],
        ];
        if first {
            self.mean = felt;
        }
        for ((mean, felt), out) in self.mean.iter_mut().zip(felt).zip(&mut self.felt[n % KEPT]) {
            for ((m, v), o) in mean.iter_mut().zip(felt).zip(out) {
                *m += high_pass * (v - *m);
                *o = v - *m;
            }
        }
    }
}

/// Sums of products for every lag: of the shank with itself, of the thigh with itself, of both.
#[derive(Clone, Copy, Debug, Default)]
struct Products {
    shank: [f64; 6],
    thigh: [[f64; 6]; LAGS],
    both: [[f64; 9]; LAGS],
    n: f64,
}

impl Products {
    /// Holds the shank of some ticks ago against the thigh of the ticks around it, up to number `newest`.
    fn add(&mut self, shank: &Segment, thigh: &Segment, newest: usize) {
        for (component, s) in shank.felt[(newest - MOST) % KEPT].iter().enumerate() {
            add_squares(&mut self.shank, s);
            for (k, (squares, both)) in self.thigh.iter_mut().zip(&mut self.both).enumerate() {
                let t = &thigh.felt[(newest + 1 + k - LAGS) % KEPT][component];
                add_squares(squares, t);
                for (row, s) in both.chunks_exact_mut(3).zip(s) {
                    for (sum, t) in row.iter_mut().zip(t) {
                        *sum += s * t;
                    }
                }
            }
        }
        self.n += 1.0;
    }

    /// Takes what is new, after leaving `memory` of what was.
    fn follow(&mut self, new: &Self, memory: f64) {
        let fade = |old: &mut f64, new: &f64| *old = memory * *old + new;
        let (old_shank, new_shank) = (self.shank.iter_mut(), new.shank.iter());
        old_shank.zip(new_shank).for_each(|(o, n)| fade(o, n));
        let (old, new_) = (self.thigh.as_flattened_mut().iter_mut(), new.thigh.as_flattened().iter());
        old.zip(new_).for_each(|(o, n)| fade(o, n));
        let (old, new_) = (self.both.as_flattened_mut().iter_mut(), new.both.as_flattened().iter());
        old.zip(new_).for_each(|(o, n)| fade(o, n));
        fade(&mut self.n, &new.n);
    }

    /// Least difference at lag number `k`, and the levers (shank ahead, up; thigh ahead, up), by least
    /// squares kept near `usual`.
    fn fit(&self, k: usize, usual: [f64; 4], weight: f64) -> (f64, [f64; 4]) {
        let (s, t, b) = (&self.shank, &self.thigh[k], &self.both[k]);
        // The difference is s0 + r1 s1 + r2 s2 - (t0 + r3 t1 + r4 t2).
        let normal = [
            [s[3] + weight, s[4], -b[4], -b[5]],
            [s[4], s[5] + weight, -b[7], -b[8]],
            [-b[4], -b[7], t[3] + weight, t[4]],
            [-b[5], -b[8], t[4], t[5] + weight],
        ];
        let own = [b[3] - s[1], b[6] - s[2], b[1] - t[1], b[2] - t[2]];
        let mut right = [0.0; 4];
        for (r, (own, usual)) in right.iter_mut().zip(own.iter().zip(usual)) {
            *r = own + weight * usual;
        }
        let levers = solve(normal, right);
        // What is left over: at the solution it is linear in the levers.
        let still = s[0] + t[0] - 2.0 * b[0];
        let pull: f64 = usual.iter().map(|u| weight * u * u).sum();
        let gain: f64 = levers.iter().zip(right).map(|(l, r)| l * r).sum();
        (still + pull - gain, levers)
    }
}

fn add_squares(sums: &mut [f64; 6], [a, b, c]: &[f64; 3]) {
    let products = [a * a, a * b, a * c, b * b, b * c, c * c];
    for (sum, product) in sums.iter_mut().zip(products) {
        *sum += product;
    }
}

/// Solves a symmetric positive definite system (Gauss, no pivot needed).
fn solve(mut m: [[f64; 4]; 4], mut right: [f64; 4]) -> [f64; 4] {
    for i in 0..4 {
        for j in i + 1..4 {
            let share = m[j][i] / m[i][i];
            let row = m[i];
            for (a, b) in m[j].iter_mut().zip(row).skip(i) {
                *a -= share * b;
            }
            right[j] -= share * right[i];
        }
    }
    for i in (0..4).rev() {
        let known: f64 = (i + 1..4).map(|j| m[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / m[i][i];
    }
    right
}

/// The comparison.
#[derive(Clone, Debug)]
pub struct Joint {
    params: Params,
    high_pass: f64,
    usual: [f64; 4],
    segments: [Segment; 2],
    cells: u32,
    /// Ticks since the samples began or broke off.
    ticks: usize,
    /// Ticks of the block, and the squares of the rates of shank and thigh in it, (rad/s)².
    block: (u32, [f64; 2]),
    new: Products,
    all: Products,
    blocks: u32,
}

impl Joint {
    /// For sensors worn by `body`.
    pub fn new(params: Params, body: &Body) -> Self {
        let ([shank, thigh], share) = params.usual;
        Self {
            params,
            high_pass: TICK_S * std::f64::consts::TAU * params.high_pass_hz,
            usual: [-shank, body.shank_m - body.ankle_m, -thigh, -share * body.thigh_m],
            segments: [Segment::default(); 2],
            cells: 0,
            ticks: 0,
            block: (0, [0.0; 2]),
            new: Products::default(),
            all: Products::default(),
            blocks: 0,
        }
    }

    /// The samples broke off, or were not looked at: what was learned stays.
    pub fn restart(&mut self) {
        self.cells = 0;
        self.ticks = 0;
        self.block = (0, [0.0; 2]);
        self.new = Products::default();
        self.segments.iter_mut().for_each(|s| s.sum = [[0.0; 3]; 3]);
    }

    /// The sensors may sit otherwise now: nothing is known.
    pub fn forget(&mut self) {
        self.restart();
        self.all = Products::default();
        self.blocks = 0;
    }

    /// Takes one pose, and how the sensors sit. Returns what is seen when a block of movement is complete.
    pub fn step(&mut self, pose: &Pose, shank: &Matrix, thigh: &Matrix) -> Option<Block> {
        let Some(on_thigh) = pose.thigh.as_ref().filter(|_| !pose.missing && !pose.clipped) else {
            self.restart();
            return None;
        };
        let [lower, upper] = &mut self.segments;
        lower.add(&pose.shank);
        upper.add(on_thigh);
        self.cells += 1;
        if self.cells < TICK_CELLS {
            return None;
        }
        self.cells = 0;
        let n = self.ticks;
        lower.tick(shank, self.high_pass, n);
        upper.tick(thigh, self.high_pass, n);
        // Wraps far beyond any capture, and then settles anew.
        self.ticks = n.wrapping_add(1);
        if n < SETTLE_TICKS {
            return None;
        }
        self.block.0 += 1;
        for (sum, segment) in self.block.1.iter_mut().zip([&*lower, &*upper]) {
            let rate = segment.smooth[0][2];
            *sum += rate * rate;
        }
        if self.block.0.is_multiple_of(EVERY) {
            self.new.add(lower, upper, n);
        }
        let (ticks, squares) = self.block;
        if f64::from(ticks) * TICK_S < self.params.block_s {
            return None;
        }
        self.block = (0, [0.0; 2]);
        let new = std::mem::take(&mut self.new);
        let least = [self.params.moving_dps, self.params.thigh_moving_dps].map(|dps| dps * RAD);
        let [shank_moves, thigh_moves] = [0, 1].map(|k| squares[k] >= f64::from(ticks) * least[k] * least[k]);
        if !shank_moves {
            return None;
        }
        if !thigh_moves {
            return Some(Block::StillThigh);
        }
        self.all.follow(&new, self.params.memory);
        self.blocks = self.blocks.saturating_add(1);
        Some(Block::Moved(self.seen(self.all.n / new.n, squares[1] > squares[0])))
    }

    /// What the sums show, which rest on as much as `blocks` blocks.
    fn seen(&self, blocks: f64, thigh_faster: bool) -> Seen {
        let mut fits = [(0.0, [0.0; 4]); LAGS];
        for (k, fit) in fits.iter_mut().enumerate() {
            *fit = self.all.fit(k, self.usual, self.params.weight);
        }
        let best = (0..LAGS).fold(0, |best, k| if fits[k].0 < fits[best].0 { k } else { best });
        let (left, levers) = fits[best];
        let whole = self.all.shank[0] + self.all.thigh[best][0];
        let mut seen = Seen {
            late_s: None,
            late_sd_s: f64::INFINITY,
            beyond: false,
            differs: left / whole.max(f64::MIN_POSITIVE),
            apart_m: levers[1] - levers[3],
            thigh_faster,
            blocks: self.blocks,
        };
        let inner = fits[1..LAGS - 1].iter().fold(f64::INFINITY, |least, fit| least.min(fit.0));
        if best == 0 || best == LAGS - 1 {
            seen.beyond = (inner - left) * INDEPENDENT * blocks > BEYOND * left.max(0.0);
        } else {
            let (before, after) = (fits[best - 1].0, fits[best + 1].0);
            let bend = (before - 2.0 * left + after).max(f64::MIN_POSITIVE);
            let beyond = 0.5 * (before - after) / bend;
            seen.late_s = Some((best as f64 - MOST as f64 + beyond) * TICK_S);
            // Of a parabola through values that each have the error that is left over.
            seen.late_sd_s = TICK_S * (2.0 * left.max(0.0) / (bend * INDEPENDENT * blocks)).sqrt();
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::CaptureMeta;
    use crate::imu::GRAVITY_MPS2;
    use crate::orient::quat::EYE;

    /// Levers of the made-up leg from the sensor to the knee: ahead, up along the segment, m.
    const SHANK: [f64; 2] = [-0.04, 0.13];
    const THIGH: [f64; 2] = [-0.06, -0.18];

    fn theta_shank(t: f64) -> f64 {
        -0.2 + 0.4 * (5.0 * t).sin() + 0.1 * (11.0 * t + 1.0).sin()
    }

    fn theta_thigh(t: f64) -> f64 {
        0.1 + 0.3 * (5.0 * t + 0.9).sin() + 0.04 * (16.0 * t).sin()
    }

    /// Where the knee goes: forward, up.
    fn knee(t: f64) -> [f64; 2] {
        [0.7 * t + 0.08 * (5.0 * t).cos(), 0.03 * (10.0 * t).sin()]
    }

    /// What a sensor feels from which the knee lies at `lever`.
    fn felt(t: f64, theta: fn(f64) -> f64, lever: [f64; 2]) -> Attitude {
        let h = 1e-3;
        let place = |t: f64| {
            let (sin, cos) = theta(t).sin_cos();
            let [forward, up] = knee(t);
            [forward - lever[0] * cos + lever[1] * sin, up - lever[0] * sin - lever[1] * cos]
        };
        let second = |k: usize| (place(t + h)[k] - 2.0 * place(t)[k] + place(t - h)[k]) / (h * h);
        let (forward, up) = (second(0), second(1) + GRAVITY_MPS2);
        let (sin, cos) = theta(t).sin_cos();
        Attitude {
            acc_mps2: [forward * cos + up * sin, up * cos - forward * sin, 0.0],
            gyr_dps: [0.0, 0.0, (theta(t + h) - theta(t - h)) / (2.0 * h) / RAD],
            up: [sin, cos, 0.0],
        }
    }

    fn pose(t: f64, late_s: f64) -> Pose {
        Pose {
            t,
            shank: felt(t, theta_shank, SHANK),
            thigh: Some(felt(t - late_s, theta_thigh, THIGH)),
            ..Pose::default()
        }
    }

    fn run(n: u32, at: impl Fn(f64) -> Pose) -> Vec<Seen> {
        let mut joint = Joint::new(Params::default(), &Body::of(&CaptureMeta::default()));
        let blocks = (0..n).filter_map(|k| joint.step(&at(f64::from(k) * CELL_S), &EYE, &EYE));
        blocks.filter_map(|b| if let Block::Moved(seen) = b { Some(seen) } else { None }).collect()
    }

    #[test]
    fn a_still_thigh_feels_no_knee() {
        let mut joint = Joint::new(Params::default(), &Body::of(&CaptureMeta::default()));
        let still = Attitude { acc_mps2: [GRAVITY_MPS2, 0.0, 0.0], gyr_dps: [0.0; 3], up: [1.0, 0.0, 0.0] };
        let sitting = |t: f64| Pose { thigh: Some(still), ..pose(t, 0.0) };
        let seen: Vec<_> =
            (0..900).filter_map(|k| joint.step(&sitting(f64::from(k) * CELL_S), &EYE, &EYE)).collect();
        assert!(seen.len() >= 2 && seen.iter().all(|b| *b == Block::StillThigh), "{seen:?}");
    }

    #[test]
    fn clocks_that_are_far_apart_are_beyond_doubt() {
        for late_ms in [-110.0, 100.0] {
            let seen = *run(1200, |t| pose(t, late_ms / 1000.0)).last().unwrap();
            assert!(seen.beyond && seen.late_s.is_none(), "{late_ms}: {seen:?}");
        }
    }

    #[test]
    fn the_lag_and_the_levers_of_one_knee_are_found() {
        for late_ms in [-50.0, -20.0, -3.0, 0.0, 7.0, 35.0, 50.0] {
            let seen = *run(1200, |t| pose(t, late_ms / 1000.0)).last().unwrap();
            let found = 1000.0 * seen.late_s.unwrap();
            assert!((found - late_ms).abs() < 2.0, "{late_ms}: {seen:?}");
            assert!(seen.differs < 0.02 && seen.late_sd_s < 0.003, "{seen:?}");
            assert!((seen.apart_m - (SHANK[1] - THIGH[1])).abs() < 0.03, "{seen:?}");
        }
    }

    #[test]
    fn two_that_share_no_knee_differ() {
        let stranger = |t: f64| Pose { thigh: pose(t + 0.63, 0.0).thigh, ..pose(t, 0.0) };
        let seen = *run(1200, stranger).last().unwrap();
        assert!(seen.differs > 0.4, "{seen:?}");
    }

    #[test]
    fn swapped_sensors_have_the_shanks_above_the_thighs() {
        let swapped = |t: f64| {
            let p = pose(t, 0.0);
            Pose { shank: p.thigh.unwrap(), thigh: Some(p.shank), ..p }
        };
        let seen = *run(1200, swapped).last().unwrap();
        assert!(seen.differs < 0.2 && seen.apart_m < -0.1, "{seen:?}");
    }

    #[test]
    fn standing_and_holes_teach_nothing() {
        let still = Attitude { acc_mps2: [0.0, GRAVITY_MPS2, 0.0], gyr_dps: [0.0; 3], up: [0.0, 1.0, 0.0] };
        assert!(run(1200, |t| Pose { t, shank: still, thigh: Some(still), ..Pose::default() }).is_empty());
        let holes = |t: f64| Pose { missing: t % 2.0 < 0.01, ..pose(t, 0.0) };
        assert!(run(1200, holes).is_empty());
        assert!(run(1200, |t| Pose { thigh: None, ..pose(t, 0.0) }).is_empty());
    }

    #[test]
    fn a_symmetric_system_is_solved() {
        let m = [[4.0, 1.0, 0.5, 0.0], [1.0, 3.0, 0.0, 0.2], [0.5, 0.0, 2.0, 0.1], [0.0, 0.2, 0.1, 5.0]];
        let want = [1.0, -2.0, 0.5, 3.0];
        let mut right = [0.0; 4];
        for (r, row) in right.iter_mut().zip(m) {
            *r = row.iter().zip(want).map(|(a, b)| a * b).sum();
        }
        for (got, want) in solve(m, right).iter().zip(want) {
            assert!((got - want).abs() < 1e-12);
        }
    }
}

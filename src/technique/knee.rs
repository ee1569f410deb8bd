//! How straight the knee got in a backward stance.
//!
//! With a thigh sensor it is measured. With the shank's alone it follows from the geometry of stance:
//! the foot is planted and the hip passes over it at a known speed, so that the line from hip to ankle
//! has a known inclination `psi`, and the knee is what bends that line into a shank of inclination
//! `theta`:
//!
//! `theta = psi - beta(kappa)`, `tan beta = L_t sin kappa / (L_s + L_t cos kappa)`.
//!
//! Where the hip is over the ankle at mid-stance is a matter of the person, and so is a constant.

use crate::body::Body;
use crate::events::detector::Frames;
use crate::events::timing::number_at;
use crate::orient::attitude::Trust;
use crate::sagittal::RAD;
use crate::signal::grid::CELL_S;
use crate::stride::assemble::{Cycle, Part};

use super::pair::Fit;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Around mid-stance over which the geometry is read, as a share of the stride time on either side.
    /// Default 0.04.
    pub around: f64,
    /// Time over which a smallest flexion is averaged, s. Default 0.05: the knee stays within a degree of
    /// its minimum for longer, and the ringing of an impact does not.
    pub steady_s: f64,
    /// Error of the time of toe contact, s. Default 0.02.
    pub contact_sd_s: f64,
    /// Error of the hip's place over the ankle from stride to stride, as a share of the leg. Default 0.02.
    pub hip_sd: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { around: 0.04, steady_s: 0.05, contact_sd_s: 0.02, hip_sd: 0.02 }
    }
}

/// How sure it is that a sensor has slipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slipped {
    /// In this stride it looks so.
    Perhaps,
    /// In some strides in a row.
    Surely,
}

/// What one stance shows of the knee.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct StanceKnee {
    /// With two sensors: smallest flexion, deg, over that of standing.
    pub two_min_deg: Option<f64>,
    /// With two sensors: flexion at toe contact less that at mid-stance, deg.
    pub two_excursion_deg: Option<f64>,
    /// Furthest that the knee seems to bend backward in the stride, deg, with two sensors.
    pub two_least_deg: Option<f64>,
    /// By the geometry: flexion at mid-stance, deg, without the person's constant.
    pub one_mid_deg: Option<f64>,
    /// By the geometry: straightening from toe contact to mid-stance, deg.
    pub one_excursion_deg: Option<f64>,
    /// One standard deviation of its error, deg.
    pub one_excursion_sd_deg: Option<f64>,
    /// The inclinations have not settled yet, since the samples began or since a hole in them.
    pub unsettled: bool,
    /// How far the two sensors can be taken together.
    pub fit: Fit,
    /// One of them has slipped since the first strides, or it looks so in this one.
    pub slipped: Option<Slipped>,
}

/// What the stance of `cycle`, which went `length_m` far, shows.
pub fn stance_knee(
    frames: &Frames,
    cycle: &Cycle,
    length_m: Option<f64>,
    trust: Trust,
    body: &Body,
    p: &Params,
) -> StanceKnee {
    let mut knee = StanceKnee { unsettled: trust == Trust::None, ..StanceKnee::default() };
    if cycle.part != Part::Whole {
        return knee;
    }
    let stride_s = cycle.end - cycle.start;
    knee.two_least_deg = frames
        .range(number_at(frames, cycle.start), number_at(frames, cycle.end))
        .map(|(_, f)| f.knee_deg)
        .try_fold(f64::INFINITY, |least, k| Some(least.min(k?)))
        // Without any cell between the two there is no least.
        .filter(|k| k.is_finite());
    knee.two_min_deg = smallest(frames, cycle, p);
    let Some(stance) = cycle.stance_fraction() else { return knee };
    let mid = cycle.start + 0.5 * stance * stride_s;
    let at = |t: f64| frames.get(number_at(frames, t)).and_then(|f| f.knee_deg);
    knee.two_excursion_deg = at(cycle.start).zip(at(mid)).map(|(toe, mid)| toe - mid);

    let Some(speed_mps) = length_m.map(|l| l / stride_s) else { return knee };
    let leg_m = body.shank_m + body.thigh_m;
    let psi = |t: f64| libm::asin((speed_mps * (t - mid) / leg_m).clamp(-1.0, 1.0));
    let around = p.around * stride_s;
    let (first, last) = (number_at(frames, mid - around), number_at(frames, mid + around));
    let (mut sum, mut n) = (0.0, 0.0);
    for (_, f) in frames.range(first, last + 1) {
        sum += flexion_deg(psi(f.motion.t) - f.motion.theta_deg() * RAD, body);
        n += 1.0;
    }
    if n < 1.0 {
        return knee;
    }
    knee.one_mid_deg = Some(sum / n);

    // The gyroscope alone, over 0.3 s: its drift is nothing, and no inclination is needed.
    let (toe, middle) = (number_at(frames, cycle.start), number_at(frames, mid));
    let turned: f64 = frames.range(toe, middle).map(|(_, f)| f.motion.omega_dps * CELL_S).sum();
    let swept = -psi(cycle.start) / RAD;
    let gain = leg_m / body.thigh_m;
    knee.one_excursion_deg = Some((turned - swept) * gain);
    let rate = frames.get(toe).map_or(0.0, |f| f.motion.omega_dps);
    // The contact's time moves both angles; the speed and the hip's place the second.
    let by_contact = (rate - speed_mps / leg_m / RAD) * p.contact_sd_s;
    let by_hip = p.hip_sd / RAD;
    let by_speed = 0.05 * swept;
    knee.one_excursion_sd_deg =
        Some(gain * (by_contact * by_contact + by_hip * by_hip + by_speed * by_speed).sqrt());
    knee
}

/// The flexion that tilts the shank by `beta` (rad) against the line from hip to ankle, deg; signed as
/// `beta` is.
fn flexion_deg(beta: f64, body: &Body) -> f64 {
    // The triangle hip, knee, ankle: its angle at the ankle is beta, so that at the hip it is the arc
    // sine of L_s sin(beta) / L_t, and the flexion is the sum of both.
    let sin = libm::sin(beta);
    (beta + libm::asin((body.shank_m / body.thigh_m * sin).clamp(-1.0, 1.0))) / RAD
}

/// Smallest steady flexion from heel contact (or contact) to forefoot rise, deg; `None` where it is not
/// known throughout.
fn smallest(frames: &Frames, cycle: &Cycle, p: &Params) -> Option<f64> {
    let from = cycle.heel.unwrap_or(cycle.start);
    // What comes after the forefoot has risen belongs to the swing.
    let to = cycle.forefoot.or(cycle.final_contact).filter(|off| *off > from)?;
    let (first, last) = (number_at(frames, from), number_at(frames, to));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few cells")]
    let half = libm::round(0.5 * p.steady_s / CELL_S) as u64;
    let mut least = f64::INFINITY;
    for n in first..last {
        let (mut sum, mut count) = (0.0, 0.0);
        for (_, f) in frames.range(n.saturating_sub(half), n + half + 1) {
            sum += f.knee_deg?;
            count += 1.0;
        }
        if count > 0.0 {
            least = least.min(sum / count);
        }
    }
    least.is_finite().then_some(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::CaptureMeta;

    #[test]
    fn the_triangle_closes() {
        let meta = CaptureMeta { height_m: Some(1.72), ..CaptureMeta::default() };
        let body = Body::of(&meta);
        for degrees in [-10.0, 0.0, 5.0, 20.0, 45.0_f64] {
            let k = degrees * RAD;
            let beta = libm::atan2(body.thigh_m * libm::sin(k), body.shank_m + body.thigh_m * libm::cos(k));
            assert!((flexion_deg(beta, &body) - degrees).abs() < 1e-9, "{degrees}");
        }
    }
}

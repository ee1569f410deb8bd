//! Energy of backward walking: an estimate, with its formula and its range.
//!
//! Oxygen uptake by the ACSM walking equation on the flat, with the cost of moving multiplied for walking
//! backward: `VO2 = 3.5 + m · 0.1 · S` ml/kg/min, `S` in m/min; 5 kcal a litre. `m` = 1.6, from Kim and
//! Choi 2001 (J Korean Acad Rehabil Med 25:474; 1.62 net of rest at 5 km/h); the range 1.3 to 1.9 spans what
//! other studies found. People who have practised spend less: 1.4 after twelve sessions.

use serde::Serialize;

use crate::record::StrideDirection;
use crate::session::Session;

/// The cost of moving backward over forward: lowest, usual, highest.
const FACTOR: [f64; 3] = [1.3, 1.6, 1.9];
/// The usual one after practice, and the sessions that are practice.
const PRACTISED: (f64, u32) = (1.4, 12);
/// Resting uptake, ml/kg/min, which is also one MET.
const REST: f64 = 3.5;
/// Below this the ACSM equation was not made for, m/min.
const LEAST_M_PER_MIN: f64 = 50.0;

/// The estimate for the backward walking of a session.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Energy {
    /// Minutes walked backward that it is about.
    pub minutes: f64,
    /// Intensity, in multiples of rest: low, usual, high.
    pub met: [f64; 3],
    /// Energy, kcal: low, usual, high; `None` without the body's mass.
    pub kcal: Option<[f64; 3]>,
    /// The factor used for the middle figure.
    pub factor: f64,
    /// Whether it was mostly slower than the formula was made for.
    pub low_confidence: bool,
}

/// The formula in words.
pub const FORMULA: &str = "oxygen uptake = 3.5 + m × 0.1 × speed in m/min (ml/kg/min; ACSM walking equation \
    with the cost of moving times m for walking backward: 1.6, range 1.3 to 1.9, 1.4 after twelve sessions; \
    Kim and Choi 2001), 5 kcal a litre";

/// Oxygen uptake, ml/kg/min, at `speed_mps` backward.
pub fn uptake(speed_mps: f64, factor: f64) -> f64 {
    REST + factor * 0.1 * speed_mps * 60.0
}

/// The estimate, from the speed of each backward stride; `None` where no speed is known.
pub fn estimate(session: &Session, mass_kg: Option<f64>, sessions_before: u32) -> Option<Energy> {
    let usual = if sessions_before >= PRACTISED.1 { PRACTISED.0 } else { FACTOR[1] };
    let factors = [FACTOR[0], usual, FACTOR[2]];
    let (mut seconds, mut slow, mut ml_per_kg) = (0.0, 0.0, [0.0; 3]);
    for stride in session.of_direction(StrideDirection::Backward) {
        let (Some(speed), Some(time)) = (stride.speed_mps, stride.stride_time_s) else { continue };
        seconds += time;
        if speed * 60.0 < LEAST_M_PER_MIN {
            slow += time;
        }
        for (sum, factor) in ml_per_kg.iter_mut().zip(factors) {
            *sum += uptake(speed, factor) * time / 60.0;
        }
    }
    let minutes = seconds / 60.0;
    (seconds > 0.0).then(|| Energy {
        minutes,
        met: ml_per_kg.map(|v| v / minutes / REST),
        kcal: mass_kg.map(|kg| ml_per_kg.map(|v| v * kg / 1000.0 * 5.0)),
        factor: usual,
        low_confidence: slow > 0.5 * seconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_kilometres_an_hour_cost_what_was_published() {
        // 70 kg: 6.8 kcal/min, range 5.8 to 7.9.
        for (factor, want) in FACTOR.into_iter().zip([5.8, 6.8, 7.9]) {
            let kcal = uptake(6.0 / 3.6, factor) * 70.0 / 1000.0 * 5.0;
            assert!((kcal - want).abs() < 0.1, "{factor}: {kcal}");
        }
    }

    #[test]
    fn nothing_walked_costs_nothing_that_could_be_said() {
        assert_eq!(estimate(&Session::default(), Some(70.0), 0), None);
    }
}

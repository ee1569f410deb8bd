//! Step-time asymmetry, for two legs.
//!
//! One shank sees its own contacts only: the pipeline of one leg lists the rule as not watched. Whoever
//! has the contacts of both legs asks here.

use super::robust::median;

/// Steps that are looked at.
const STEPS: usize = 10;

/// `100 |L − R| / (½ (L + R))` of the medians of the last ten step times, %; a left step lasts from
/// a right contact to the next left one. Contacts in seconds, each leg's in order. `None` of fewer than
/// five steps of each leg.
pub fn step_time_asymmetry_pct(left: &[f64], right: &[f64]) -> Option<f64> {
    let steps = |to: &[f64], from: &[f64]| {
        let mut times = [0.0; STEPS];
        let mut n = 0;
        for &t in to.iter().rev() {
            let before = from.partition_point(|f| *f < t);
            let Some(step) = before.checked_sub(1).map(|k| t - from[k]) else { continue };
            // Only steps that alternate.
            let crossed = to.partition_point(|x| *x < t).checked_sub(1).is_some_and(|k| t - to[k] < step);
            if !crossed && n < STEPS {
                times[n] = step;
                n += 1;
            }
        }
        (n >= 5).then(|| median(times[..n].iter().copied())).flatten()
    };
    let (l, r) = (steps(left, right)?, steps(right, left)?);
    Some(100.0 * (l - r).abs() / (0.5 * (l + r)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limp_of_55_to_45_is_20_percent() {
        let left: Vec<f64> = (0..12).map(|k| f64::from(k) * 1.2).collect();
        let right: Vec<f64> = left.iter().map(|t| t + 0.54).collect();
        let pct = step_time_asymmetry_pct(&left, &right).unwrap();
        assert!((pct - 20.0).abs() < 1e-6, "{pct}");
        let even: Vec<f64> = left.iter().map(|t| t + 0.6).collect();
        assert!(step_time_asymmetry_pct(&left, &even).unwrap() < 1e-6);
        assert_eq!(step_time_asymmetry_pct(&left[..3], &right[..3]), None);
    }
}

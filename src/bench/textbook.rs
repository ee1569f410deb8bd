//! The textbook forward rule: mid-swing peaks and the troughs around them.
//!
//! # Source
//!
//! The shank-gyroscope rule of Aminian et al. 2002 (J Biomech 35:689,
//! <https://doi.org/10.1016/S0021-9290(02)00008-8>) in the form of Salarian et al. 2004
//! (IEEE Trans Biomed Eng 51:1434, <https://doi.org/10.1109/TBME.2004.827933>), as most later
//! shank methods use it: in forward walking the sagittal rate has one large positive peak in each
//! swing; *initial contact* is the first negative peak after it, *final contact* the last negative
//! peak before it. Here only to show what a forward rule makes of a backward walk: it finds a
//! backward walker's strides and puts the wrong events in them, without a warning.
//!
//! # Data requirements
//!
//! Sagittal rate of one shank, positive in swing, of a whole recording: the rule is offline, as
//! published, and so has no latency.
//!
//! # Deviations
//!
//! - A second-order Butterworth low-pass of 15 Hz, run forward and backward, takes the place of
//!   the wavelets of 2002 and of the 30 Hz filter of 2004; below 40 Hz there is no filter.
//! - No drift removal: the offset of today's gyroscopes is far below the thresholds.
//! - The two searches end at the neighbouring mid-swings, so that no event is used twice.
//! - Where the mount is unknown, the sensor axis with the largest variance is taken, with the sign
//!   that makes it skewed to the positive side, as a forward walk is.

use crate::capture::CaptureMeta;
use crate::imu::Sample;

/// What the rule is tuned with. Times in seconds, rates in deg/s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Cut-off of the low-pass, Hz.
    pub cutoff_hz: f64,
    /// Smallest peak that is a mid-swing.
    pub mid_swing_dps: f64,
    /// Of peaks nearer than this the highest is the mid-swing.
    pub apart_s: f64,
    /// How far around a mid-swing contacts are looked for.
    pub reach_s: f64,
    /// Depth of the trough that is an initial contact.
    pub initial_dps: f64,
    /// Depth of the trough that is a final contact.
    pub final_dps: f64,
    /// A hole in the data that separates two recordings.
    pub hole_s: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            cutoff_hz: 15.0,
            mid_swing_dps: 50.0,
            apart_s: 0.5,
            reach_s: 1.5,
            initial_dps: -10.0,
            final_dps: -20.0,
            hole_s: 0.25,
        }
    }
}

/// What the rule finds, s.
#[derive(Clone, Debug, PartialEq, Default)]
#[expect(missing_docs, reason = "the names are the definition")]
pub struct Found {
    pub initial_contact_s: Vec<f64>,
    pub final_contact_s: Vec<f64>,
    pub mid_swing_s: Vec<f64>,
}

/// Runs the rule over a whole capture; `sign` -1 turns the rate about.
pub fn detect(meta: &CaptureMeta, samples: &[Sample], sign: f64, params: &Params) -> Found {
    let rate: Vec<f64> = sagittal(meta, samples).iter().map(|w| w * sign).collect();
    let time: Vec<f64> = samples.iter().map(|s| s.time.seconds()).collect();
    let mut found = Found::default();
    let mut start = 0;
    for end in 1..=time.len() {
        if end == time.len() || time[end] - time[end - 1] > params.hole_s {
            piece(&time[start..end], &rate[start..end], params, &mut found);
            start = end;
        }
    }
    found
}

/// Sagittal rate, deg/s.
fn sagittal(meta: &CaptureMeta, samples: &[Sample]) -> Vec<f64> {
    if let Some(mount) = meta.mount {
        return samples.iter().map(|s| mount.to_segment(s.shank.gyr_dps)[2]).collect();
    }
    let axis = |i: usize| -> Vec<f64> { samples.iter().map(|s| s.shank.gyr_dps[i]).collect() };
    let moment = |w: &[f64], power: i32| -> f64 {
        let mean = w.iter().sum::<f64>() / w.len().max(1) as f64;
        w.iter().map(|v| (v - mean).powi(power)).sum()
    };
    let widest = (0..3).map(axis).max_by(|a, b| moment(a, 2).total_cmp(&moment(b, 2))).unwrap_or_default();
    let sign = if moment(&widest, 3) < 0.0 { -1.0 } else { 1.0 };
    widest.iter().map(|w| w * sign).collect()
}

fn piece(time: &[f64], rate: &[f64], params: &Params, found: &mut Found) {
    if time.len() < 3 {
        return;
    }
    let step = (time[time.len() - 1] - time[0]) / (time.len() - 1) as f64;
    let smooth =
        if params.cutoff_hz * step < 0.375 { both_ways(rate, params.cutoff_hz, step) } else { rate.to_vec() };
    let swings = mid_swings(time, &smooth, params);
    for (k, &swing) in swings.iter().enumerate() {
        found.mid_swing_s.push(time[swing]);
        let before = k.checked_sub(1).map_or(0, |k| swings[k]);
        let after = swings.get(k + 1).copied().unwrap_or(time.len() - 1);
        let near = |i: &usize| (time[*i] - time[swing]).abs() <= params.reach_s;
        let trough = |i: &usize| smooth[i - 1] > smooth[*i] && smooth[*i] <= smooth[i + 1];
        let last =
            (before + 1..swing).rev().take_while(near).filter(trough).find(|i| smooth[*i] < params.final_dps);
        let first =
            (swing + 1..after).take_while(near).filter(trough).find(|i| smooth[*i] < params.initial_dps);
        found.final_contact_s.extend(last.map(|i| time[i]));
        found.initial_contact_s.extend(first.map(|i| time[i]));
    }
}

fn mid_swings(time: &[f64], rate: &[f64], params: &Params) -> Vec<usize> {
    let mut swings: Vec<usize> = Vec::new();
    for i in 1..rate.len() - 1 {
        let peak = rate[i - 1] < rate[i] && rate[i] >= rate[i + 1];
        if !peak || rate[i] < params.mid_swing_dps {
            continue;
        }
        match swings.last_mut() {
            Some(last) if time[i] - time[*last] < params.apart_s => {
                if rate[i] > rate[*last] {
                    *last = i;
                }
            }
            _ => swings.push(i),
        }
    }
    swings
}

/// Second-order Butterworth low-pass, forward and then backward: no delay.
fn both_ways(signal: &[f64], cutoff_hz: f64, step_s: f64) -> Vec<f64> {
    let mut out = signal.to_vec();
    low_pass(out.iter_mut(), cutoff_hz, step_s);
    low_pass(out.iter_mut().rev(), cutoff_hz, step_s);
    out
}

/// Bilinear transform with the cut-off kept where it is; starts settled on the first value.
fn low_pass<'a>(signal: impl Iterator<Item = &'a mut f64>, cutoff_hz: f64, step_s: f64) {
    let k = libm::tan(std::f64::consts::PI * cutoff_hz * step_s);
    let norm = 1.0 / (1.0 + std::f64::consts::SQRT_2 * k + k * k);
    let b0 = k * k * norm;
    let a1 = 2.0 * (k * k - 1.0) * norm;
    let a2 = (1.0 - std::f64::consts::SQRT_2 * k + k * k) * norm;
    let mut state = None;
    for value in signal {
        let x = *value;
        let (z1, z2) = state.unwrap_or(((1.0 - b0) * x, (b0 - a2) * x));
        let y = b0 * x + z1;
        state = Some((2.0 * b0 * x - a1 * y + z2, b0 * x - a2 * y));
        *value = y;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imu::Imu;
    use crate::mount::Mount;
    use crate::time::SensorTime;

    /// Forward strides of 1.2 s: a swing peak of 300 deg/s at 0.6 s, a trough of -150 at 0.85 s
    /// (initial contact) and one of -100 at 0.35 s (final contact).
    fn forward_walk(strides: u32) -> Vec<Sample> {
        let bump = |t: f64, at: f64, height: f64| height * (-((t - at) / 0.05) * ((t - at) / 0.05)).exp();
        (0..strides * 120)
            .map(|i| {
                let t = f64::from(i % 120) * 0.01;
                let rate = bump(t, 0.6, 300.0) + bump(t, 0.85, -150.0) + bump(t, 0.35, -100.0);
                Sample {
                    time: SensorTime::from_micros(i64::from(i) * 10_000),
                    shank: Imu { acc_mps2: [0.0, 9.81, 0.0], gyr_dps: [0.0, 0.0, rate] },
                    thigh: None,
                }
            })
            .collect()
    }

    fn meta(mount: Option<Mount>) -> CaptureMeta {
        CaptureMeta { mount, ..CaptureMeta::default() }
    }

    #[test]
    fn a_forward_walk_is_read_as_published() {
        for mount in [Some(Mount::IDENTITY), None] {
            let found = detect(&meta(mount), &forward_walk(5), 1.0, &Params::default());
            let want = |at: f64| (0..5).map(move |k| f64::from(k) * 1.2 + at);
            for (found, at) in
                [(&found.mid_swing_s, 0.6), (&found.initial_contact_s, 0.85), (&found.final_contact_s, 0.35)]
            {
                assert_eq!(found.len(), 5);
                for (f, w) in found.iter().zip(want(at)) {
                    assert!((f - w).abs() < 0.0101, "{f} {w}");
                }
            }
        }
    }

    #[test]
    fn turned_about_it_takes_troughs_for_swings() {
        let found = detect(&meta(Some(Mount::IDENTITY)), &forward_walk(5), -1.0, &Params::default());
        assert!(found.mid_swing_s.len() >= 5);
        for time in found.mid_swing_s {
            assert!((time % 1.2 - 0.6).abs() > 0.2, "{time}");
        }
    }

    #[test]
    fn the_filter_keeps_what_is_slow_and_has_no_delay() {
        let slow: Vec<f64> = (0..400).map(|i| (f64::from(i) * 0.02).sin()).collect();
        let out = both_ways(&slow, 15.0, 0.01);
        for (a, b) in slow.iter().zip(&out).skip(50).take(300) {
            assert!((a - b).abs() < 1e-3);
        }
        assert!((both_ways(&[7.0; 50], 15.0, 0.01)[25] - 7.0).abs() < 1e-12);
    }
}

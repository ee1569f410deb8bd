//! How technique figures degrade: prints the table of `docs/technique.md`.
//!
//! `cargo run --release --example degradation`

#[path = "../tests/common/technique.rs"]
#[allow(dead_code, missing_docs, clippy::unwrap_used, reason = "shared with the tests")]
mod technique;

use retrogait::capture::CaptureMeta;
use retrogait::imu::Sample;
use retrogait::sim::link::Faults;
use retrogait::sim::setup::Setup;
use retrogait::sim::strap::Misalignment;
use technique::{Case, Tally, late, play};

/// Walks of one condition.
const SEEDS: u64 = 12;

type Change = (&'static str, f64, fn(&mut Setup), fn(&mut CaptureMeta, &mut Vec<Sample>));

fn keep(_: &mut CaptureMeta, _: &mut Vec<Sample>) {}

fn turned(setup: &mut Setup, degrees: f64) {
    setup.misalignment =
        Some(Misalignment { yaw_deg: degrees, roll_deg: 0.6 * degrees, pitch_deg: 0.5 * degrees });
}

fn biased(samples: &mut [Sample], dps: f64) {
    for s in samples {
        s.shank.gyr_dps = s.shank.gyr_dps.map(|g| g + dps);
        if let Some(t) = &mut s.thigh {
            t.gyr_dps = t.gyr_dps.map(|g| g - dps);
        }
    }
}

fn main() {
    let changes: [Change; 22] = [
        ("as it is", 0.67, |_| {}, keep),
        ("gyroscope bias 1 deg/s", 0.67, |_| {}, |_, s| biased(s, 1.0)),
        ("gyroscope bias 3 deg/s", 0.67, |_| {}, |_, s| biased(s, 3.0)),
        ("mount off by 5 deg", 0.67, |s| turned(s, 5.0), keep),
        ("mount off by 15 deg", 0.67, |s| turned(s, 15.0), keep),
        ("skin moves twice as far", 0.67, |s| s.skin = 2.0, keep),
        ("skin moves four times as far", 0.67, |s| s.skin = 4.0, keep),
        ("50 samples a second", 0.67, |s| s.rate_hz = 50.0, keep),
        ("208 samples a second", 0.67, |s| s.rate_hz = 208.0, keep),
        ("1 % of packets lost", 0.67, |s| s.faults = Some(Faults { loss: 0.01, ..Faults::none() }), keep),
        ("5 % of packets lost", 0.67, |s| s.faults = Some(Faults { loss: 0.05, ..Faults::none() }), keep),
        ("0.22 m/s", 0.22, |_| {}, keep),
        ("0.45 m/s", 0.45, |_| {}, keep),
        ("0.89 m/s", 0.89, |_| {}, keep),
        ("1.12 m/s", 1.12, |_| {}, keep),
        ("1.34 m/s", 1.34, |_| {}, keep),
        ("height said 10 % too large", 0.67, |_| {}, |m, _| m.height_m = m.height_m.map(|h| 1.1 * h)),
        ("height said 10 % too small", 0.67, |_| {}, |m, _| m.height_m = m.height_m.map(|h| 0.9 * h)),
        ("thigh clock 20 ms late", 0.67, |_| {}, |_, s| late(s, 2)),
        ("thigh clock 50 ms late", 0.67, |_| {}, |_, s| late(s, 5)),
        ("thigh clock 50 ms early", 0.67, |_| {}, |_, s| late(s, -5)),
        ("mount not said", 0.67, |s| s.mount = retrogait::sim::setup::MountLine::Unsaid, keep),
    ];
    println!(
        "| condition | toes first: answered | of them right | flat: answered | of them right | stride length, median error | knee of two sensors, MAE | its 95 % range holds |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (name, speed_mps, setup, spoil) in changes {
        let run = |scenarios: &[&'static str]| {
            let mut tally = Tally::default();
            for seed in 1..=SEEDS {
                for &scenario in scenarios {
                    let case =
                        Case { scenario, speed_mps, seed, thigh: true, setup, spoil, ..Case::default() };
                    play(&case, &mut tally);
                }
            }
            tally
        };
        let toes = run(&["bw_normal_coached", "bw_normal_habitual", "bw_fourier"]);
        let flat = run(&["bw_flat"]);
        let knees = run(&["bw_normal_coached", "bw_ext20"]);
        println!(
            "| {name} | {:.0} % | {:.1} % | {:.0} % | {:.1} % | {:+.1} % | {:.1}° | {:.0} % |",
            100.0 * toes.answered(),
            100.0 * toes.right(true),
            100.0 * flat.answered(),
            100.0 * flat.right(false),
            toes.length_bias(),
            knees.knee_mae(),
            100.0 * knees.knee_held(),
        );
    }
}

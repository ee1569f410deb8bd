//! How long an hour of walking takes to simulate, with both sensors and all their errors.

use divan::counter::ItemsCount;
use retrogait::sim::scenario::Scenario;
use retrogait::sim::setup::{Play, Setup};

fn main() {
    divan::main();
}

/// An hour at 100 Hz with both sensors: to stay under 5 s on one core.
#[divan::bench(args = ["bw_normal_coached", "bw_fourier", "fw_normal"], sample_count = 3, sample_size = 1)]
fn hour_at_100_hz(bencher: divan::Bencher<'_, '_>, id: &str) {
    let scenario = Scenario::named(id).expect("the scenario exists");
    let mut setup = Setup::playing(Play::Scenario { scenario, speed_mps: None, seconds: Some(3600.0) });
    setup.thigh = true;
    bencher.counter(ItemsCount::new(360_000_usize)).bench_local(|| {
        let mut walker = setup.walker().expect("the setup is sound");
        let mut sum = 0.0;
        for step in walker.by_ref() {
            sum += step.sample.shank.gyr_dps[2] + step.knee_flexion_deg;
        }
        sum
    });
}

//! What a sensor makes of the truth: errors of kinds of real sensors, band limit, range and
//! resolution.

use super::filter::LowPass;
use super::random::Chance;
use crate::imu::{GRAVITY_MPS2, Imu};
use crate::mount::Mount;

/// Kinds of sensor that can be simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SensorKind {
    /// Bosch BMI270 class.
    Bmi270,
    /// ST LSM6DSO class.
    Lsm6dso,
    /// Xsens `MTi` class.
    Mti,
    /// No error at all: the movement of the bone itself, without impacts or soft tissue.
    Ideal,
}

impl SensorKind {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Bmi270, Self::Lsm6dso, Self::Mti, Self::Ideal];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bmi270 => "bmi270",
            Self::Lsm6dso => "lsm6dso",
            Self::Mti => "mti",
            Self::Ideal => "ideal",
        }
    }

    /// Its errors; `None` for the ideal one.
    pub const fn errors(self) -> Option<Errors> {
        match self {
            Self::Bmi270 => Some(Errors {
                gyr_noise_dps_rthz: 0.007,
                gyr_bias_dps: 1.0,
                gyr_walk_dps_rts: 0.002,
                gyr_scale: 0.010,
                acc_noise_g_rthz: 160e-6,
                acc_bias_g: 0.015,
                acc_walk_g_rts: 20e-6,
                acc_scale: 0.004,
                cross_axis: 0.010,
                gyr_range_dps: 2000.0,
                acc_range_g: 16.0,
            }),
            Self::Lsm6dso => Some(Errors {
                gyr_noise_dps_rthz: 0.0038,
                gyr_bias_dps: 0.6,
                gyr_walk_dps_rts: 0.002,
                gyr_scale: 0.010,
                acc_noise_g_rthz: 70e-6,
                acc_bias_g: 0.015,
                acc_walk_g_rts: 20e-6,
                acc_scale: 0.004,
                cross_axis: 0.010,
                gyr_range_dps: 2000.0,
                acc_range_g: 16.0,
            }),
            Self::Mti => Some(Errors {
                gyr_noise_dps_rthz: 0.007,
                gyr_bias_dps: 0.2,
                gyr_walk_dps_rts: 0.0005,
                gyr_scale: 0.003,
                acc_noise_g_rthz: 80e-6,
                acc_bias_g: 0.004,
                acc_walk_g_rts: 5e-6,
                acc_scale: 0.001,
                cross_axis: 0.002,
                gyr_range_dps: 2000.0,
                acc_range_g: 16.0,
            }),
            Self::Ideal => None,
        }
    }
}

/// Size of a sensor's errors: for noise its density, for what is fixed in one sensor the standard
/// deviation between sensors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Errors {
    /// Gyroscope noise density, (deg/s)/√Hz.
    pub gyr_noise_dps_rthz: f64,
    /// Gyroscope zero-rate offset, deg/s.
    pub gyr_bias_dps: f64,
    /// Gyroscope offset's random walk, (deg/s)/√s.
    pub gyr_walk_dps_rts: f64,
    /// Gyroscope scale error, share.
    pub gyr_scale: f64,
    /// Accelerometer noise density, g/√Hz.
    pub acc_noise_g_rthz: f64,
    /// Accelerometer offset, g.
    pub acc_bias_g: f64,
    /// Accelerometer offset's random walk, g/√s.
    pub acc_walk_g_rts: f64,
    /// Accelerometer scale error, share.
    pub acc_scale: f64,
    /// Share of each axis that shows in each other.
    pub cross_axis: f64,
    /// Range of the gyroscope, deg/s; beyond it the reading stays at the end.
    pub gyr_range_dps: f64,
    /// Range of the accelerometer, g.
    pub acc_range_g: f64,
}

/// The anti-aliasing filter's corner, as a share of the sampling rate.
const CORNER: f64 = 0.4;

/// One triad with its fixed errors.
#[derive(Clone, Debug)]
struct Triad {
    matrix: [[f64; 3]; 3],
    bias: [f64; 3],
    noise: f64,
    walk: f64,
    range: f64,
    step: f64,
}

impl Triad {
    fn read(&mut self, truth: [f64; 3], chance: &mut Chance) -> [f64; 3] {
        let mut out = [0.0; 3];
        for (i, value) in out.iter_mut().enumerate() {
            self.bias[i] += self.walk * chance.normal();
            let mut sum = self.bias[i] + self.noise * chance.normal();
            for (m, t) in self.matrix[i].iter().zip(truth) {
                sum += m * t;
            }
            let counts = libm::round(sum / self.step).clamp(-32_768.0, 32_767.0);
            *value = counts * self.step;
        }
        debug_assert!(out.iter().all(|v| v.abs() <= self.range * 1.001));
        out
    }
}

/// One sensor: an anti-aliasing filter that takes the truth at the internal rate, and samples with
/// the errors of its kind.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    filter: Option<LowPass<6>>,
    acc: Option<Triad>,
    gyr: Option<Triad>,
    held: [f64; 6],
    mount: Mount,
    chance: Chance,
}

impl Device {
    /// A sensor of this kind, mounted so, sampled at `rate_hz`. `made` draws what is fixed in it,
    /// `noise` what is not.
    pub(crate) fn new(
        kind: SensorKind,
        mount: Mount,
        rate_hz: f64,
        internal_hz: f64,
        made: &mut Chance,
        noise: Chance,
    ) -> Self {
        let mut device = Self { filter: None, acc: None, gyr: None, held: [0.0; 6], mount, chance: noise };
        let Some(e) = kind.errors() else {
            return device;
        };
        if rate_hz * CORNER < 0.45 * internal_hz {
            device.filter = Some(LowPass::new(rate_hz * CORNER, internal_hz));
        }
        let per_sample = (rate_hz / 2.0).sqrt();
        let walk = (1.0 / rate_hz).sqrt();
        let g = GRAVITY_MPS2;
        let mut triad = |bias: f64, noise: f64, step_walk: f64, scale: f64, range: f64| Triad {
            matrix: core::array::from_fn(|i| {
                core::array::from_fn(|j| {
                    if i == j {
                        1.0 + scale * made.bounded_normal()
                    } else {
                        0.5 * e.cross_axis * made.bounded_normal()
                    }
                })
            }),
            bias: core::array::from_fn(|_| bias * made.bounded_normal()),
            noise: noise * per_sample,
            walk: step_walk * walk,
            range,
            step: range / 32_768.0,
        };
        device.gyr = Some(triad(
            e.gyr_bias_dps,
            e.gyr_noise_dps_rthz,
            e.gyr_walk_dps_rts,
            e.gyr_scale,
            e.gyr_range_dps,
        ));
        device.acc = Some(triad(
            e.acc_bias_g * g,
            e.acc_noise_g_rthz * g,
            e.acc_walk_g_rts * g,
            e.acc_scale,
            e.acc_range_g * g,
        ));
        device
    }

    /// By how much the filter delays slow movement, s. Samples are taken that much later and
    /// stamped with the moment they show, as if the sensor made up for its own filter.
    pub(crate) fn delay_s(&self) -> f64 {
        self.filter.as_ref().map_or(0.0, |f| f.delay_s)
    }

    /// Takes the truth of one internal step, on the axes of the strapped sensor before its nominal
    /// mount.
    pub(crate) fn feel(&mut self, truth: &Imu) {
        let [ax, ay, az] = truth.acc_mps2;
        let [gx, gy, gz] = truth.gyr_dps;
        let all = [ax, ay, az, gx, gy, gz];
        self.held = match &mut self.filter {
            Some(filter) => filter.push(all),
            None => all,
        };
    }

    /// Samples.
    pub(crate) fn sample(&mut self) -> Imu {
        let [ax, ay, az, gx, gy, gz] = self.held;
        let mut acc = self.mount.to_sensor([ax, ay, az]);
        let mut gyr = self.mount.to_sensor([gx, gy, gz]);
        if let Some(triad) = &mut self.acc {
            acc = triad.read(acc, &mut self.chance);
        }
        if let Some(triad) = &mut self.gyr {
            gyr = triad.read(gyr, &mut self.chance);
        }
        Imu { acc_mps2: acc, gyr_dps: gyr }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Concern;

    fn device(kind: SensorKind) -> Device {
        Device::new(
            kind,
            Mount::IDENTITY,
            100.0,
            1000.0,
            &mut Chance::new(3, Concern::Device),
            Chance::new(3, Concern::Noise),
        )
    }

    #[test]
    fn the_ideal_sensor_tells_the_truth() {
        let mut d = device(SensorKind::Ideal);
        let truth = Imu { acc_mps2: [1.0, 9.8, -2.0], gyr_dps: [3.0, -4.0, 500.0] };
        d.feel(&truth);
        assert_eq!(d.sample(), truth);
        assert_eq!(d.delay_s(), 0.0);
    }

    #[test]
    fn readings_stay_within_the_range_and_on_the_grid() {
        let mut d = device(SensorKind::Bmi270);
        let truth = Imu { acc_mps2: [500.0, 9.8, -500.0], gyr_dps: [0.0, 0.0, 5000.0] };
        for _ in 0..200 {
            d.feel(&truth);
        }
        let reads = d.sample();
        assert!(reads.acc_mps2[0] < 16.01 * GRAVITY_MPS2);
        assert!(reads.gyr_dps[2] < 2000.01);
        let counts = reads.gyr_dps[2] / (2000.0 / 32_768.0);
        assert!((counts - counts.round()).abs() < 1e-6);
    }

    #[test]
    fn noise_has_its_density() {
        let mut d = device(SensorKind::Bmi270);
        let truth = Imu { acc_mps2: [0.0, GRAVITY_MPS2, 0.0], gyr_dps: [0.0; 3] };
        d.feel(&truth);
        let reads: Vec<f64> = (0..4000).map(|_| d.sample().acc_mps2[0]).collect();
        let steps: f64 = reads.windows(2).map(|w| (w[1] - w[0]) * (w[1] - w[0])).sum();
        let sd = (steps / (2.0 * 3999.0)).sqrt();
        let want = 160e-6 * GRAVITY_MPS2 * 50.0_f64.sqrt();
        assert!((sd / want - 1.0).abs() < 0.1, "{sd} {want}");
    }
}

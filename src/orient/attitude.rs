//! From cells to poses: what each sensor reads, freed of its bias, and where its up is.

use super::standing::{self, Standing};
use super::vqf::{self, Vqf};
use crate::imu::Imu;
use crate::sagittal::RAD;
use crate::signal::grid::{CELL_S, Cell};

/// One sensor at one moment, in its nominal segment axes.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Attitude {
    /// Specific force, m/s².
    pub acc_mps2: [f64; 3],
    /// Angular rate without bias, deg/s.
    pub gyr_dps: [f64; 3],
    /// The vertical, pointing up.
    pub up: [f64; 3],
}

/// How far an inclination can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Trust {
    /// The samples have just begun, or a wide hole in them has been drawn across.
    #[default]
    None,
    /// It has had time to settle.
    Settled,
    /// It has had standing to settle by: it is known to a degree or two.
    Levelled,
}

/// Both sensors at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Pose {
    /// Time, s after the grid's start.
    pub t: f64,
    /// The shank.
    pub shank: Attitude,
    /// The thigh, where it was read.
    pub thigh: Option<Attitude>,
    /// The shank's sensor is at rest.
    pub rest: bool,
    /// A sample was at the end of a sensor's range.
    pub clipped: bool,
    /// It lies in a hole between samples.
    pub missing: bool,
    /// How far the inclination can be believed.
    pub trust: Trust,
    /// How long the shank has been quiet, s.
    pub quiet_s: f64,
    /// The vertical of standing, when a quiet spell has just been long enough: shank and thigh.
    pub stood: [Option<[f64; 3]>; 2],
}

/// Time after which the inclination is believed without standing, s: the filter's time constant.
const SETTLED_S: f64 = 3.0;

/// A hole across which a straight line no longer tells how far the sensor turned, s. A rate that swings by
/// 300 deg/s at 1.25 Hz is bent by 18,500 deg/s³ at its peak, and a twelfth of that times the cube of the hole is 1.5°,
/// as much as an inclination is off anyhow; it grows to 24° at the widest that is drawn.
const WIDE_S: f64 = 0.1;

/// The inclination filters of both sensors.
#[derive(Clone, Debug)]
pub struct Attitudes {
    shank: Vqf,
    thigh: Vqf,
    standing: [Standing; 2],
    /// How long the filters have had to settle, s.
    settling_s: f64,
    /// How long a hole is drawn across, and how long the thigh's sensor has not been read since it was, s.
    drawn_s: f64,
    away_s: Option<f64>,
    stood: bool,
}

impl Attitudes {
    /// Filters that start with the next cell.
    pub fn new(params: vqf::Params, standing: standing::Params) -> Self {
        let filter = Vqf::new(params, CELL_S);
        let standing = Standing::new(standing);
        Self {
            shank: filter.clone(),
            thigh: filter,
            standing: [standing.clone(), standing],
            settling_s: 0.0,
            drawn_s: 0.0,
            away_s: None,
            stood: false,
        }
    }

    /// Starts both anew after a hole; what was learned of the biases stays.
    pub fn restart(&mut self) {
        self.shank.restart();
        self.thigh.restart();
        for standing in &mut self.standing {
            standing.restart();
        }
        self.settling_s = 0.0;
        self.drawn_s = 0.0;
        self.away_s = None;
        self.stood = false;
    }

    /// Bias of the shank's gyroscope, deg/s, in the axes that are fed in.
    pub fn bias_dps(&self) -> [f64; 3] {
        self.shank.bias().map(|b| b / RAD)
    }

    /// Takes a cell whose readings are already in nominal segment axes, `t` seconds after the grid's
    /// start.
    pub fn step(&mut self, t: f64, cell: &Cell) -> Pose {
        let shank = follow(&mut self.shank, &cell.shank);
        let thigh = cell.thigh.map(|imu| follow(&mut self.thigh, &imu));
        let [of_shank, of_thigh] = &mut self.standing;
        let shank_stood = of_shank.step(&shank);
        // The thigh stands only while the shank does: a thigh at rest may be sitting.
        let thigh_stood = thigh.as_ref().and_then(|t| of_thigh.step(t)).filter(|_| of_shank.quiet_s() > 0.0);
        let wide = |hole_s: f64| hole_s > WIDE_S - CELL_S / 2.0;
        self.drawn_s = if cell.missing { self.drawn_s + CELL_S } else { 0.0 };
        // A thigh's sensor that comes back has turned meanwhile, and nobody knows how far.
        let (away_s, back) = match (self.away_s, cell.thigh) {
            (Some(away_s), None) => (Some(away_s + CELL_S), false),
            (away_s, Some(_)) => (Some(0.0), away_s.is_some_and(wide)),
            (None, None) => (None, false),
        };
        self.away_s = away_s;
        self.settling_s = if wide(self.drawn_s) || back { 0.0 } else { self.settling_s + CELL_S };
        if shank_stood.is_some() {
            self.stood = true;
            self.settling_s = self.settling_s.max(SETTLED_S);
        }
        Pose {
            t,
            shank,
            thigh,
            rest: self.shank.at_rest(),
            clipped: cell.clipped,
            missing: cell.missing,
            trust: match self.stood {
                _ if self.settling_s < SETTLED_S - CELL_S / 2.0 => Trust::None,
                true => Trust::Levelled,
                false => Trust::Settled,
            },
            quiet_s: of_shank.quiet_s(),
            stood: [shank_stood, thigh_stood],
        }
    }
}

fn follow(filter: &mut Vqf, imu: &Imu) -> Attitude {
    filter.update(imu.gyr_dps.map(|g| g * RAD), imu.acc_mps2);
    let bias = filter.bias();
    let [x, y, z] = imu.gyr_dps;
    Attitude {
        acc_mps2: imu.acc_mps2,
        gyr_dps: [x - bias[0] / RAD, y - bias[1] / RAD, z - bias[2] / RAD],
        up: filter.up(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SensorTime;

    fn cell(k: u32, acc: [f64; 3], gyr: [f64; 3]) -> Cell {
        Cell {
            time: SensorTime::from_micros(i64::from(k) * 10_000),
            shank: Imu { acc_mps2: acc, gyr_dps: gyr },
            ..Cell::default()
        }
    }

    fn attitudes() -> Attitudes {
        Attitudes::new(vqf::Params::SHANK, standing::Params::default())
    }

    #[test]
    fn quiet_standing_makes_an_inclination_trusted() {
        let mut a = attitudes();
        let mut first = None;
        for k in 0..100 {
            let pose = a.step(f64::from(k) * CELL_S, &cell(k, [0.0, 9.81, 0.0], [0.5, 0.0, 0.0]));
            assert_eq!(pose.trust == Trust::Levelled, first.is_some() || pose.stood[0].is_some());
            first = first.or(pose.stood[0].map(|_| pose.t));
        }
        assert!((first.unwrap() - 0.4).abs() < 0.02, "{first:?}");
        a.restart();
        assert_eq!(a.step(1.0, &cell(100, [0.0, 9.81, 0.0], [0.0; 3])).trust, Trust::None);
    }

    #[test]
    fn without_standing_it_is_settled_after_the_filters_time_constant() {
        let mut a = attitudes();
        let swing = |k: u32| cell(k, [0.0, 9.81, 0.0], [0.0, 0.0, if k % 20 < 10 { 90.0 } else { -90.0 }]);
        for k in 0..400 {
            let trust = a.step(f64::from(k) * CELL_S, &swing(k)).trust;
            match k {
                0..299 => assert_eq!(trust, Trust::None, "{k}"),
                301.. => assert_eq!(trust, Trust::Settled, "{k}"),
                _ => {}
            }
        }
    }

    #[test]
    fn a_wide_hole_takes_the_trust_until_the_filter_has_settled_or_the_person_stands() {
        let upright = |k: u32| cell(k, [0.0, 9.81, 0.0], [0.0; 3]);
        let swing = |k: u32| cell(k, [0.0, 9.81, 0.0], [0.0, 0.0, if k % 20 < 10 { 90.0 } else { -90.0 }]);
        let after = |hole: u32, then: &dyn Fn(u32) -> Cell| {
            let mut a = attitudes();
            for k in 0..100 {
                assert!(a.step(f64::from(k) * CELL_S, &upright(k)).trust == Trust::Levelled || k < 60);
            }
            (100..500)
                .map(|k| {
                    let read = if (150..150 + hole).contains(&k) { swing(k) } else { then(k) };
                    let missing = (150..150 + hole).contains(&k);
                    a.step(f64::from(k) * CELL_S, &Cell { missing, ..read }).trust
                })
                .collect::<Vec<_>>()
        };
        assert!(after(9, &swing).iter().all(|t| *t == Trust::Levelled));
        let wide = after(12, &swing);
        let without = wide.iter().filter(|t| **t == Trust::None).count();
        assert!((300..=304).contains(&without) && wide[399] == Trust::Levelled, "{without}");
        let stood = after(12, &upright).iter().filter(|t| **t == Trust::None).count();
        assert!(stood < 80, "{stood}");
    }

    #[test]
    fn a_thigh_sensor_that_comes_back_takes_the_trust_as_well() {
        let mut a = attitudes();
        let trust: Vec<_> = (0..500)
            .map(|k| {
                let away = (150..170).contains(&k) || (480..485).contains(&k);
                let upright = cell(k, [0.0, 9.81, 0.0], [0.0, 0.0, if k % 20 < 10 { 90.0 } else { -90.0 }]);
                let still = cell(k, [0.0, 9.81, 0.0], [0.0; 3]);
                let read = if k < 100 { still } else { upright };
                let thigh = (!away).then_some(read.shank);
                a.step(f64::from(k) * CELL_S, &Cell { thigh, ..read }).trust
            })
            .collect();
        assert!(trust[60..170].iter().all(|t| *t == Trust::Levelled));
        assert!(trust[170..469].iter().all(|t| *t == Trust::None));
        assert!(trust[472..].iter().all(|t| *t == Trust::Levelled));
    }

    #[test]
    fn a_turn_is_followed_by_its_angle() {
        let mut a = attitudes();
        for k in 0..200 {
            a.step(f64::from(k) * CELL_S, &cell(k, [0.0, 9.81, 0.0], [0.0; 3]));
        }
        // 30 deg with the ankle going forward, in a third of a second, the force turning with it.
        let mut pose = Pose::default();
        for k in 0..33 {
            let theta = f64::from(k + 1) * 0.9 * RAD;
            let acc = [9.81 * theta.sin(), 9.81 * theta.cos(), 0.0];
            pose = a.step(2.0 + f64::from(k) * CELL_S, &cell(200 + k, acc, [0.0, 0.0, 90.0]));
        }
        let theta = crate::sagittal::inclination_deg(pose.shank.up);
        assert!((theta - 29.7).abs() < 0.5, "{theta}");
        assert_eq!(pose.shank.gyr_dps[2], 90.0 - a.bias_dps()[2]);
    }

    #[test]
    fn a_thigh_at_rest_stands_only_while_the_shank_does() {
        for (rate, stands) in [(0.0, true), (40.0, false)] {
            let mut a = attitudes();
            let mut stood = false;
            for k in 0..100 {
                let gyr = [0.0, 0.0, if k % 2 == 0 { rate } else { -rate }];
                let c = cell(k, [0.0, 9.81, 0.0], gyr);
                let thigh = Imu { acc_mps2: [0.0, 9.81, 0.0], gyr_dps: [0.0; 3] };
                stood |= a.step(f64::from(k) * CELL_S, &Cell { thigh: Some(thigh), ..c }).stood[1].is_some();
            }
            assert_eq!(stood, stands, "{rate}");
        }
    }
}

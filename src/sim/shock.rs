//! Impacts: short ringing bursts on top of the movement, where a foot meets the floor, an obstacle
//! or the body hits the ground, or something knocks the sensor.
//!
//! `A · exp(−(t − t0)/τ) · sin(2π f (t − t0))`, along the shank with a share across it and a kick in
//! the gyroscope.

use super::math::TURN;
use super::random::Chance;
use crate::imu::GRAVITY_MPS2;

/// Kinds of blow, with how hard (g, at 0.9 m/s for contacts), at which frequency, and how soon it
/// dies away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blow {
    /// The forefoot meets the floor first and rolls.
    Toes,
    /// The heel is let down after the toes.
    HeelLowered,
    /// The whole sole at once.
    Flat,
    /// The heel strikes first while walking backward.
    HeelBackward,
    /// The heel strikes while walking forward.
    HeelForward,
    /// The forefoot slaps down after the heel.
    Slap,
    /// The swinging foot catches.
    Catch,
    /// The body hits the floor.
    Ground,
    /// Something knocks the sensor itself.
    Knock,
    /// The sole taps the floor.
    Tap,
}

/// Ranges of a blow.
struct Ranges {
    peak_g: (f64, f64),
    hertz: (f64, f64),
    dies_s: (f64, f64),
    kick_dps: (f64, f64),
    grows_with_speed: bool,
}

impl Blow {
    const fn ranges(self) -> Ranges {
        let (peak_g, hertz, dies_s, kick_dps, grows_with_speed) = match self {
            Self::Toes => ((0.3, 0.8), (12.0, 20.0), (0.025, 0.040), (5.0, 15.0), true),
            Self::HeelLowered => ((0.3, 1.0), (15.0, 22.0), (0.020, 0.030), (5.0, 20.0), true),
            Self::Flat => ((0.8, 2.0), (15.0, 30.0), (0.015, 0.025), (10.0, 30.0), true),
            Self::HeelBackward => ((1.5, 3.0), (20.0, 40.0), (0.010, 0.020), (15.0, 40.0), true),
            // Gyroscopes on shins of people show bursts of 50 to 150 deg/s here.
            Self::HeelForward => ((1.0, 2.2), (18.0, 32.0), (0.015, 0.030), (30.0, 110.0), true),
            Self::Slap => ((0.4, 0.8), (15.0, 25.0), (0.015, 0.030), (5.0, 20.0), true),
            Self::Catch => ((1.5, 3.0), (18.0, 35.0), (0.012, 0.025), (30.0, 90.0), false),
            Self::Ground => ((4.0, 8.0), (12.0, 25.0), (0.020, 0.040), (80.0, 300.0), false),
            Self::Knock => ((1.0, 6.0), (25.0, 60.0), (0.008, 0.025), (30.0, 250.0), false),
            Self::Tap => ((0.2, 0.6), (14.0, 24.0), (0.015, 0.030), (5.0, 15.0), false),
        };
        Ranges { peak_g, hertz, dies_s, kick_dps, grows_with_speed }
    }
}

/// One burst.
#[derive(Clone, Copy, Debug)]
struct Burst {
    start_s: f64,
    per_s: f64,
    dies_s: f64,
    force: [f64; 3],
    rate: [f64; 3],
}

/// Bursts that have not died away yet.
#[derive(Debug)]
pub(crate) struct Shocks {
    bursts: Vec<Burst>,
    chance: Chance,
}

/// What shocks add: specific force (m/s²) and angular rate (deg/s).
pub(crate) type Added = ([f64; 3], [f64; 3]);

impl Shocks {
    /// None yet.
    pub(crate) fn new(chance: Chance) -> Self {
        Self { bursts: Vec::with_capacity(8), chance }
    }

    /// A blow at `t`, walking at `speed_mps`.
    pub(crate) fn strike(&mut self, blow: Blow, t: f64, speed_mps: f64) {
        let r = blow.ranges();
        let c = &mut self.chance;
        let mut peak = c.between(r.peak_g.0, r.peak_g.1) * GRAVITY_MPS2;
        let hertz = c.between(r.hertz.0, r.hertz.1);
        let dies_s = c.between(r.dies_s.0, r.dies_s.1);
        let mut kick = c.between(r.kick_dps.0, r.kick_dps.1);
        if r.grows_with_speed {
            let grown = libm::pow((speed_mps / 0.9).clamp(0.15, 2.5), 0.8);
            peak *= grown;
            kick *= grown;
        }
        let across = c.sign() * c.between(0.3, 0.5);
        let aside = c.sign() * c.between(0.1, 0.3);
        let along = match blow {
            // From anywhere.
            Blow::Ground | Blow::Knock => c.sign() * c.between(0.3, 1.0),
            _ => 1.0,
        };
        let across = match blow {
            Blow::Ground | Blow::Knock => across * 2.0,
            _ => across,
        };
        let turn = [c.sign() * c.between(0.2, 0.8), c.sign() * c.between(0.2, 1.0), c.sign()];
        self.bursts.push(Burst {
            start_s: t,
            per_s: TURN * hertz,
            dies_s,
            force: [across * peak, along * peak, aside * peak],
            rate: turn.map(|share| share * kick),
        });
    }

    /// What they add at `t`; forgets those that are over.
    pub(crate) fn at(&mut self, t: f64) -> Added {
        let mut added = ([0.0; 3], [0.0; 3]);
        if self.bursts.is_empty() {
            return added;
        }
        self.bursts.retain(|b| t < b.start_s + 9.0 * b.dies_s);
        for burst in &self.bursts {
            let since = t - burst.start_s;
            if since <= 0.0 {
                continue;
            }
            let ring = libm::exp(-since / burst.dies_s) * libm::sin(burst.per_s * since);
            for i in 0..3 {
                added.0[i] += ring * burst.force[i];
                added.1[i] += ring * burst.rate[i];
            }
        }
        added
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Concern;

    #[test]
    fn a_blow_rings_and_is_forgotten() {
        let mut shocks = Shocks::new(Chance::new(1, Concern::Impacts));
        shocks.strike(Blow::HeelForward, 1.0, 1.2);
        assert_eq!(shocks.at(0.9).0, [0.0; 3]);
        let peak = (0..200).map(|i| shocks.at(1.0 + f64::from(i) * 1e-3).0[1].abs()).fold(0.0, f64::max);
        assert!((4.0..40.0).contains(&peak), "{peak}");
        shocks.at(3.0);
        assert!(shocks.bursts.is_empty());
    }
}

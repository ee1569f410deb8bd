//! From what was measured of a stride to what is said of it: words, ranges, and what would be needed
//! to say more.

use super::contact::{self, Landed, roll_quality};
use super::knee::{Slipped, StanceKnee};
use super::pair::Fit;
use crate::calibrate::reference::Reference;
use crate::person::Aims;
use crate::record::{Contact, Direction, KneeNeeds, KneeSource, KneeVerdict};
use crate::signal::ring::Ring;
use crate::stride::assemble::Part;
use crate::stride::measure::Measured;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Landings.
    pub contact: contact::Params,
    /// Error of a knee angle from two sensors that were levelled by standing, deg, one standard deviation.
    /// Default 2.5: soft tissue of the thigh (2 to 4 in all, the standing part of it taken out) and
    /// inclination (1).
    pub two_sd_deg: f64,
    /// The same without standing. Default 6.5: a sensor is strapped on to 8° (uniformly, so that its standard
    /// deviation is 4.6), and there are two. Also while the inclinations settle, and then of the shank alone as
    /// well.
    pub two_unlevelled_sd_deg: f64,
    /// Error of an angle from the shank alone from stride to stride, deg. Default 3.5: where the hip is
    /// over the ankle (2 cm of 80: 1.4°, doubled), soft tissue (1°, doubled).
    pub one_sd_deg: f64,
    /// Error of the same of a whole session, deg, when the constant was not walked: inclination of
    /// standing (1.5°, doubled), and the person's own way. Default 4.
    pub one_session_sd_deg: f64,
    /// The knee's flexion at toe contact varies by this much, deg.
    pub toe_contact_sd_deg: f64,
    /// A knee that bends backward by more than this is no knee, deg. Default 20: hyperextension goes to
    /// 10, and two mounts without standing are 13 off.
    pub backward_deg: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            contact: contact::Params::default(),
            two_sd_deg: 2.5,
            two_unlevelled_sd_deg: 6.5,
            one_sd_deg: 3.5,
            one_session_sd_deg: 4.0,
            toe_contact_sd_deg: 5.0,
            backward_deg: 20.0,
        }
    }
}

/// Half the width of a 95 % range, in standard deviations.
const Z95: f64 = 1.96;

/// What is said of the knee.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Knee {
    /// Smallest stance flexion, deg.
    pub min_deg: Option<f64>,
    /// Its 95 % range, deg.
    pub range_deg: Option<[f64; 2]>,
    /// Straightening from toe contact to mid-stance, deg.
    pub excursion_deg: Option<f64>,
    /// One standard deviation of its error, deg.
    pub excursion_sd_deg: Option<f64>,
    /// Where it comes from.
    pub source: Option<KneeSource>,
    /// Against the target.
    pub verdict: Option<KneeVerdict>,
    /// What is missing.
    pub needs: Option<KneeNeeds>,
}

/// What is said of how a backward stride was taken.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Technique {
    /// How the foot landed.
    pub landed: Option<Landed>,
    /// Fall of the ankle after contact, m.
    pub ankle_drop_m: Option<f64>,
    /// 0 to 1.
    pub roll_quality: Option<f64>,
    /// The knee.
    pub knee: Knee,
}

/// How far the zero of the inclinations can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Zero {
    /// No standing was seen, now or in a calibration.
    #[default]
    Nominal,
    /// Standing in this capture.
    Standing,
    /// A calibration that still fits.
    Calibrated,
    /// A calibration that the strap has moved away from.
    Stale,
}

/// The judge.
#[derive(Clone, Debug)]
pub struct Judge {
    params: Params,
    aims: Aims,
    reference: Option<Reference>,
    /// Strides in a row with a knee that bends backward.
    backward: u32,
    /// The last strides that both sensors measured.
    both: Ring<[f64; 3], 64>,
}

/// Strides in a row after which a thigh sensor is not believed.
const DOUBTS: u32 = 3;

impl Judge {
    /// For a person, with their calibration.
    pub fn new(params: Params, aims: Aims, reference: Option<Reference>) -> Self {
        Self { params, aims, reference, backward: 0, both: Ring::default() }
    }

    /// What the last valid strides with both sensors showed: smallest flexion, the shank's geometry at
    /// mid-stance, straightening, deg.
    pub fn both(&self) -> impl Iterator<Item = [f64; 3]> + '_ {
        self.both.range(self.both.first(), self.both.next()).map(|(_, v)| *v)
    }

    /// Flexion of the knee in standing, by goniometer, deg.
    fn standing_deg(&self) -> f64 {
        self.reference.and_then(|r| r.standing_deg).or(self.aims.knee.standing_deg).unwrap_or(0.0)
    }

    /// Judges a stride. A stride that is not `valid` is measured, not judged.
    pub fn judge(&mut self, m: &Measured, valid: bool, zero: Zero) -> Technique {
        let c = &m.cycle;
        if c.direction != Direction::Backward || c.part == Part::First {
            return Technique::default();
        }
        let roll_s = c.heel.map(|h| h - c.start);
        // A walk that is cut off has landed all the same.
        let landed = (valid || c.part == Part::Cut)
            .then(|| contact::judge(m.landing.as_ref(), roll_s, &self.params.contact));
        let word = landed.map(|l| l.contact);
        // A foot that lands flat has fallen through the air until then, and not rolled.
        let ankle_drop_m =
            m.landing.and_then(|l| l.drop_m).filter(|_| word.is_some_and(|w| w != Contact::Flat));
        Technique {
            landed,
            ankle_drop_m,
            roll_quality: match word {
                Some(Contact::ToeFirst) => ankle_drop_m.zip(roll_s).map(|(drop_m, roll_s)| {
                    roll_quality(drop_m, roll_s, c.end - c.start, &self.params.contact)
                }),
                Some(Contact::Flat) => Some(0.0),
                _ => None,
            },
            knee: self.knee(&m.knee, valid, zero),
        }
    }

    fn knee(&mut self, k: &StanceKnee, valid: bool, zero: Zero) -> Knee {
        if let Some(least) = k.two_least_deg {
            let impossible = least < -self.params.backward_deg;
            self.backward = if impossible { self.backward + 1 } else { 0 };
        }
        if let (Some(min), Some(mid), Some(excursion), true) = (
            k.two_min_deg,
            k.one_mid_deg,
            k.two_excursion_deg,
            valid && !k.fit.is_refused() && k.slipped.is_none() && !k.unsettled,
        ) {
            self.both.push([min, mid, excursion]);
        }
        let mut knee = match k.two_min_deg {
            Some(_) if self.backward >= DOUBTS || k.fit.is_refused() => {
                Knee { needs: Some(KneeNeeds::ThighSensor), ..Knee::default() }
            }
            Some(_) if k.slipped.is_some() => {
                let surely = k.slipped == Some(Slipped::Surely);
                let needs = if surely { KneeNeeds::Standing } else { KneeNeeds::Stride };
                Knee { needs: Some(needs), ..Knee::default() }
            }
            Some(min_deg) => self.two_sensors(min_deg, k, zero),
            None => self.one_sensor(k, zero),
        };
        knee.verdict = if valid { self.verdict(&knee) } else { None };
        if k.unsettled || knee.source == Some(KneeSource::TwoSensor) && k.fit == Fit::Unseen {
            knee.verdict = knee.verdict.map(|_| KneeVerdict::Uncertain);
        }
        knee
    }

    fn two_sensors(&self, min_deg: f64, k: &StanceKnee, zero: Zero) -> Knee {
        let p = &self.params;
        let (sd, needs) = match zero {
            Zero::Nominal => (p.two_unlevelled_sd_deg, Some(KneeNeeds::Standing)),
            Zero::Stale => (p.two_unlevelled_sd_deg, Some(KneeNeeds::Recalibration)),
            Zero::Standing | Zero::Calibrated if k.unsettled => {
                (p.two_unlevelled_sd_deg, Some(KneeNeeds::Stride))
            }
            // Not yet held against each other: their clocks may be apart, or worse.
            Zero::Standing | Zero::Calibrated if k.fit == Fit::Unseen => (p.two_unlevelled_sd_deg, None),
            Zero::Standing | Zero::Calibrated => (p.two_sd_deg, None),
        };
        let min_deg = min_deg + self.standing_deg();
        Knee {
            min_deg: Some(min_deg),
            range_deg: Some([min_deg - Z95 * sd, min_deg + Z95 * sd]),
            excursion_deg: k.two_excursion_deg,
            // What is wrong with the zero is wrong at both ends.
            excursion_sd_deg: k.two_excursion_deg.map(|_| p.two_sd_deg),
            source: Some(KneeSource::TwoSensor),
            verdict: None,
            needs,
        }
    }

    fn one_sensor(&self, k: &StanceKnee, zero: Zero) -> Knee {
        let p = &self.params;
        let knee = Knee {
            excursion_deg: k.one_excursion_deg,
            excursion_sd_deg: k.one_excursion_sd_deg,
            source: k.one_excursion_deg.map(|_| KneeSource::OneSensor),
            ..Knee::default()
        };
        let needs = |needs| Knee { needs: Some(needs), ..knee };
        let Some(reference) = self.reference else {
            return needs(if zero == Zero::Nominal { KneeNeeds::Standing } else { KneeNeeds::Calibration });
        };
        match zero {
            Zero::Calibrated => {}
            Zero::Stale => return needs(KneeNeeds::Recalibration),
            Zero::Nominal | Zero::Standing => return needs(KneeNeeds::Standing),
        }
        let (Some(mid), Some(excursion), Some(excursion_sd)) =
            (k.one_mid_deg, k.one_excursion_deg, k.one_excursion_sd_deg)
        else {
            return needs(KneeNeeds::Stride);
        };
        let own = reference.walked;
        let constant = own.map_or_else(|| self.standing_deg(), |w| w.constant_deg);
        let session_sd = own.map_or(p.one_session_sd_deg, |w| w.sd_deg);
        let (mut min_deg, mut variance) = (mid + constant, p.one_sd_deg * p.one_sd_deg);
        if let Some(toe_deg) = own.map(|w| w.toe_contact_deg) {
            // What the person lands with, less what they straighten: wrong in other ways.
            let other = toe_deg - excursion;
            let other_variance = excursion_sd * excursion_sd + p.toe_contact_sd_deg * p.toe_contact_sd_deg;
            let share = variance / (variance + other_variance);
            min_deg += share * (other - min_deg);
            variance *= 1.0 - share;
        }
        if k.unsettled {
            variance += p.two_unlevelled_sd_deg * p.two_unlevelled_sd_deg;
        }
        let sd = (variance + session_sd * session_sd).sqrt();
        Knee {
            min_deg: Some(min_deg),
            range_deg: Some([min_deg - Z95 * sd, min_deg + Z95 * sd]),
            source: Some(KneeSource::OneSensor),
            needs: k.unsettled.then_some(KneeNeeds::Stride),
            ..knee
        }
    }

    /// Against the therapist's target, or what is usual of the person; `None` without either.
    fn verdict(&self, knee: &Knee) -> Option<KneeVerdict> {
        let goal = &self.aims.knee;
        let usual = self.aims.usual.knee_min_flexion_deg.map(|u| u.median);
        let target = goal.target_deg.or(usual)?;
        let (Some(min_deg), Some([low, high])) = (knee.min_deg, knee.range_deg) else {
            return knee.needs.map(|_| KneeVerdict::Uncertain);
        };
        let (met, short) = (target + goal.met_deg, target + goal.short_deg);
        // Two sensors that were levelled are as good as what the bands were made for.
        let exact = knee.source == Some(KneeSource::TwoSensor) && knee.needs.is_none();
        Some(match exact {
            true if min_deg <= met => KneeVerdict::Met,
            true if min_deg <= short => KneeVerdict::Short,
            true => KneeVerdict::Missed,
            false if high <= met => KneeVerdict::Met,
            false if low > met => KneeVerdict::Missed,
            false => KneeVerdict::Uncertain,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::reference::Walked;
    use crate::person::KneeGoal;

    fn aims(target_deg: Option<f64>) -> Aims {
        Aims { knee: KneeGoal { target_deg, ..KneeGoal::default() }, ..Aims::default() }
    }

    fn two(min: f64) -> StanceKnee {
        StanceKnee {
            two_min_deg: Some(min),
            two_least_deg: Some(min - 1.0),
            fit: Fit::Fits,
            ..StanceKnee::default()
        }
    }

    fn one(mid: f64) -> StanceKnee {
        StanceKnee {
            one_mid_deg: Some(mid),
            one_excursion_deg: Some(20.0),
            one_excursion_sd_deg: Some(3.0),
            ..StanceKnee::default()
        }
    }

    #[test]
    fn without_a_target_a_knee_is_reported_and_not_judged() {
        let mut judge = Judge::new(Params::default(), aims(None), None);
        let knee = judge.knee(&two(25.0), true, Zero::Standing);
        assert_eq!((knee.min_deg, knee.verdict), (Some(25.0), None));
    }

    #[test]
    fn two_sensors_are_held_to_the_bands() {
        let mut judge = Judge::new(Params::default(), aims(Some(5.0)), None);
        for (min, want) in [(9.0, KneeVerdict::Met), (12.0, KneeVerdict::Short), (16.0, KneeVerdict::Missed)]
        {
            assert_eq!(judge.knee(&two(min), true, Zero::Standing).verdict, Some(want), "{min}");
        }
        // Without standing only what is beyond the uncertainty.
        let knee = judge.knee(&two(12.0), true, Zero::Nominal);
        assert_eq!((knee.verdict, knee.needs), (Some(KneeVerdict::Uncertain), Some(KneeNeeds::Standing)));
        assert_eq!(judge.knee(&two(25.0), true, Zero::Nominal).verdict, Some(KneeVerdict::Missed));
    }

    #[test]
    fn two_sensors_are_not_judged_before_they_fit_and_give_no_angle_when_they_do_not() {
        let mut judge = Judge::new(Params::default(), aims(Some(5.0)), None);
        let unseen = judge.knee(&StanceKnee { fit: Fit::Unseen, ..two(30.0) }, true, Zero::Standing);
        assert_eq!((unseen.min_deg, unseen.verdict), (Some(30.0), Some(KneeVerdict::Uncertain)));
        for (knee, needs) in [
            (StanceKnee { fit: Fit::Strangers, ..two(9.0) }, KneeNeeds::ThighSensor),
            (StanceKnee { fit: Fit::Swapped, ..two(9.0) }, KneeNeeds::ThighSensor),
            (StanceKnee { fit: Fit::Apart, ..two(9.0) }, KneeNeeds::ThighSensor),
            (StanceKnee { slipped: Some(Slipped::Surely), ..two(9.0) }, KneeNeeds::Standing),
            (StanceKnee { slipped: Some(Slipped::Perhaps), ..two(9.0) }, KneeNeeds::Stride),
        ] {
            let k = judge.knee(&knee, true, Zero::Standing);
            assert_eq!((k.min_deg, k.range_deg, k.needs), (None, None, Some(needs)), "{knee:?}");
            assert_eq!(k.verdict, Some(KneeVerdict::Uncertain));
        }
    }

    #[test]
    fn while_inclinations_settle_a_range_is_wide_and_nothing_is_judged() {
        let reference = Reference { walked: Some(WALKED), ..Reference::default() };
        let mut judge = Judge::new(Params::default(), aims(Some(5.0)), Some(reference));
        for (knee, zero) in [(two(30.0), Zero::Standing), (one(30.0), Zero::Calibrated)] {
            let width = |k: Knee| k.range_deg.map(|[low, high]| high - low).unwrap();
            let settled = judge.knee(&knee, true, zero);
            let unsettled = judge.knee(&StanceKnee { unsettled: true, ..knee }, true, zero);
            assert_eq!(settled.verdict, Some(KneeVerdict::Missed));
            assert_eq!(
                (unsettled.verdict, unsettled.min_deg),
                (Some(KneeVerdict::Uncertain), settled.min_deg)
            );
            assert_eq!((settled.needs, unsettled.needs), (None, Some(KneeNeeds::Stride)));
            assert!(width(unsettled) > 1.3 * width(settled), "{unsettled:?}");
        }
    }

    #[test]
    fn one_sensor_without_a_calibration_gives_no_angle_and_says_what_it_takes() {
        let mut judge = Judge::new(Params::default(), aims(Some(5.0)), None);
        for (zero, needs) in [(Zero::Nominal, KneeNeeds::Standing), (Zero::Standing, KneeNeeds::Calibration)]
        {
            let knee = judge.knee(&one(4.0), true, zero);
            assert_eq!((knee.min_deg, knee.range_deg), (None, None));
            assert_eq!(knee.needs, Some(needs));
            assert_eq!(knee.verdict, Some(KneeVerdict::Uncertain));
        }
    }

    #[test]
    fn a_moved_strap_makes_a_calibration_stale() {
        let reference = Reference { walked: Some(WALKED), ..Reference::default() };
        let mut judge = Judge::new(Params::default(), aims(Some(5.0)), Some(reference));
        let knee = judge.knee(&one(4.0), true, Zero::Stale);
        assert_eq!((knee.min_deg, knee.needs), (None, Some(KneeNeeds::Recalibration)));
    }

    const WALKED: Walked = Walked { constant_deg: 1.0, sd_deg: 1.5, toe_contact_deg: 26.0, strides: 20 };

    #[test]
    fn one_sensor_is_fused_and_only_sure_far_off() {
        let reference = Reference { walked: Some(WALKED), ..Reference::default() };
        let mut judge = Judge::new(Params::default(), aims(Some(5.0)), Some(reference));
        let knee = judge.knee(&one(4.0), true, Zero::Calibrated);
        let min = knee.min_deg.unwrap();
        assert!((5.0..6.0).contains(&min), "{min}");
        let [low, high] = knee.range_deg.unwrap();
        assert!(low < min && min < high && high - low > 8.0);
        assert_eq!(knee.verdict, Some(KneeVerdict::Uncertain));
        let far =
            judge.knee(&StanceKnee { one_excursion_deg: Some(4.0), ..one(25.0) }, true, Zero::Calibrated);
        assert_eq!(far.verdict, Some(KneeVerdict::Missed));
    }

    #[test]
    fn a_knee_that_bends_backward_is_no_knee() {
        let mut judge = Judge::new(Params::default(), aims(None), None);
        let wrong = StanceKnee { two_least_deg: Some(-40.0), ..two(-12.0) };
        judge.knee(&wrong, true, Zero::Standing);
        judge.knee(&wrong, true, Zero::Standing);
        let knee = judge.knee(&wrong, true, Zero::Standing);
        assert_eq!((knee.min_deg, knee.needs), (None, Some(KneeNeeds::ThighSensor)));
    }
}

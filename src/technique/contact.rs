//! How the foot landed, from what the shank shows of it: toes first, flat, or not clear.
//!
//! Two words of the format are never said. On a flat foot or on its heel the shank is stopped alike, so
//! `flat` stands for both; and a heel that is held still in the air is, to the shank, a heel on the
//! ground (`docs/technique.md`).

use super::landing::Landing;
use crate::record::Contact;

/// What may be tuned. Each limit is a pair: on one side of both it speaks for toes first, on the other
/// side against, and between them it says nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Fall of the ankle after contact, m. Default 0.015 and 0.022: a forefoot of 0.135 m pitched down by
    /// 6° and by 9°; a landing on the whole sole leaves it the error of its height, 0.5 to 1 cm.
    pub drop_m: [f64; 2],
    /// Share of the shank's turning that is carried on. Default 0.33 and 0.38: on the toes the shank goes
    /// on with the ankle (over 0.4 on both simulated generators, over 0.6 in people); a sole that lands
    /// flat stops it (under 0.3).
    pub carry: [f64; 2],
    /// Loss of turning in a moment, as a share of it. Default 1.05 and 0.85: over 1 it is thrown back.
    pub stop: [f64; 2],
    /// How clear carry and stop must be, as a multiple of what they need, where the fall says nothing or the
    /// ankle was late seen to rest. Default 3: carried on by 0.48, stopped by 0.45.
    pub clear: f64,
    /// Push back of the ankle after its braking, as a share of that, from which a flat landing may have
    /// been heel first. Default 0.1: rolling over the heel the ankle goes the other way.
    pub rebound: f64,
    /// Most confidence in a flat landing that may have been heel first or that only its drop speaks for, and
    /// in toes first where the drop speaks for neither.
    pub low_confidence: f64,
    /// Shortest roll from toes to heel, s. Default 0.04: less is within the error of two contacts.
    pub roll_s: f64,
    /// Fall of the ankle that is a full roll, m.
    pub full_drop_m: f64,
    /// Roll times that are a controlled roll: from, s, and up to, as a share of the stride time.
    pub good_roll: (f64, f64),
}

impl Default for Params {
    fn default() -> Self {
        Self {
            drop_m: [0.015, 0.022],
            carry: [0.33, 0.38],
            stop: [1.05, 0.85],
            clear: 3.0,
            rebound: 0.1,
            low_confidence: 0.5,
            roll_s: 0.04,
            full_drop_m: 0.04,
            good_roll: (0.06, 0.25),
        }
    }
}

/// A landing and how sure it is, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landed {
    /// How.
    pub contact: Contact,
    /// How sure.
    pub confidence: f64,
}

/// Where `value` lies between two limits: 0 at the first, 1 at the second, and beyond.
fn place(value: f64, [against, for_it]: [f64; 2]) -> f64 {
    (value - against) / (for_it - against)
}

/// Judges a landing; `roll_s` is the time from toe to heel contact, if the heel came down.
pub fn judge(landing: Option<&Landing>, roll_s: Option<f64>, p: &Params) -> Landed {
    let uncertain = Landed { contact: Contact::Uncertain, confidence: 0.0 };
    let Some(l) = landing else { return uncertain };
    // Where the ankle was never seen to rest, how far it fell is not known: neither word is clear.
    let (Some(drop_m), Some(roll_s)) = (l.drop_m, roll_s) else { return uncertain };
    let [drop, carry, stop] = [place(drop_m, p.drop_m), place(l.carry, p.carry), place(l.stop, p.stop)];
    let sure = |margin: f64| (0.5 + 0.5 * margin / (1.0 + margin)).clamp(0.0, 1.0);
    let rolls = carry.min(stop);
    let rolled = roll_s >= p.roll_s;
    if rolled && drop > 1.0 && rolls > if l.late { p.clear } else { 1.0 } {
        return Landed { contact: Contact::ToeFirst, confidence: sure(rolls.min(drop) - 1.0) };
    }
    // A shallow roll: the fall is within its error of either, and speaks for neither.
    if rolled && drop > 0.0 && rolls > p.clear {
        return Landed { contact: Contact::ToeFirst, confidence: p.low_confidence };
    }
    // A heel held in the air is flat to the shank, and its ankle is seldom seen to rest.
    if l.late {
        return uncertain;
    }
    // How far the ankle fell says nothing here: short of a planted foot it falls through the air as well,
    // and contact is known to 30 ms only.
    let stopped = -carry.max(stop);
    if stopped > 0.0 {
        // An ankle that is pushed back may have rolled over its heel, which cannot be told from a flat
        // foot for sure.
        let most = if l.rebound > p.rebound { p.low_confidence } else { 1.0 };
        return Landed { contact: Contact::Flat, confidence: sure(stopped).min(most) };
    }
    if rolls < 0.0 && drop < 0.0 {
        return Landed { contact: Contact::Flat, confidence: sure(-drop.max(rolls)).min(p.low_confidence) };
    }
    uncertain
}

/// How well the foot was rolled down, 0 to 1.
pub fn roll_quality(drop_m: f64, roll_s: f64, stride_s: f64, p: &Params) -> f64 {
    let (least_s, most) = p.good_roll;
    let most_s = most * stride_s;
    // A roll that is too short or too long counts less the more it is so.
    let timing = (roll_s / least_s).min(2.0 - roll_s / most_s).clamp(0.0, 1.0);
    (drop_m / p.full_drop_m).clamp(0.0, 1.0) * timing
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLLED: Landing = Landing { drop_m: Some(0.05), carry: 0.6, stop: 0.4, rebound: 0.0, late: false };

    #[test]
    fn each_landing_has_its_word() {
        let p = Params::default();
        let word = |l: Landing, roll: Option<f64>| judge(Some(&l), roll, &p).contact;
        assert_eq!(word(ROLLED, Some(0.15)), Contact::ToeFirst);
        let flat = Landing { drop_m: Some(0.005), carry: 0.1, stop: 1.3, ..ROLLED };
        assert_eq!(word(flat, Some(0.1)), Contact::Flat);
        assert_eq!(word(Landing { rebound: 0.4, ..flat }, Some(0.1)), Contact::Flat);
    }

    #[test]
    fn a_shallow_roll_needs_a_clear_one_and_is_never_sure() {
        let l = Landing { drop_m: Some(0.018), ..ROLLED };
        let landed = judge(Some(&l), Some(0.05), &Params::default());
        assert_eq!(landed, Landed { contact: Contact::ToeFirst, confidence: 0.5 });
    }

    #[test]
    fn what_is_between_or_not_seen_is_uncertain() {
        let p = Params::default();
        for (landing, roll) in [
            (None, Some(0.1)),
            (Some(Landing { drop_m: Some(0.018), carry: 0.45, ..ROLLED }), Some(0.15)),
            (Some(Landing { drop_m: Some(0.018), stop: 0.6, ..ROLLED }), Some(0.15)),
            (Some(Landing { drop_m: Some(0.014), ..ROLLED }), Some(0.15)),
            (Some(Landing { carry: 0.35, ..ROLLED }), Some(0.15)),
            (Some(Landing { carry: 0.45, late: true, ..ROLLED }), Some(0.15)),
            (Some(Landing { stop: 0.95, ..ROLLED }), Some(0.15)),
            (Some(ROLLED), Some(0.02)),
            (Some(Landing { drop_m: None, ..ROLLED }), Some(0.1)),
            (Some(Landing { drop_m: None, ..ROLLED }), None),
            (Some(Landing { drop_m: None, carry: 0.1, stop: 1.3, ..ROLLED }), None),
            (Some(Landing { carry: 0.1, stop: 1.3, late: true, ..ROLLED }), Some(0.1)),
        ] {
            let landed = judge(landing.as_ref(), roll, &p);
            assert_eq!(landed.contact, Contact::Uncertain, "{landing:?}");
            assert_eq!(landed.confidence, 0.0);
        }
    }

    #[test]
    fn a_flat_landing_that_may_be_heel_first_is_never_sure() {
        let l = Landing { drop_m: Some(0.005), carry: -0.5, stop: 2.0, rebound: 0.6, late: false };
        assert!(judge(Some(&l), Some(0.1), &Params::default()).confidence <= 0.5);
    }

    #[test]
    fn a_full_roll_in_good_time_is_one() {
        let p = Params::default();
        assert_eq!(roll_quality(0.05, 0.15, 1.2, &p), 1.0);
        assert_eq!(roll_quality(0.02, 0.15, 1.2, &p), 0.5);
        assert_eq!(roll_quality(0.05, 0.03, 1.2, &p), 0.5);
        assert_eq!(roll_quality(0.05, 0.6, 1.2, &p), 0.0);
        assert_eq!(roll_quality(-0.01, 0.15, 1.2, &p), 0.0);
    }
}

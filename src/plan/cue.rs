//! What is said about the steps, and when: the most important fault first, and seldom.

use serde::Serialize;

use crate::record::{Contact, KneeSource, KneeVerdict, Stride, StrideDirection};

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Least time between two cues on technique, s. Default 8: four to eight steps, time enough to try
    /// what the last cue said (product rule).
    pub gap_s: f64,
    /// Judged steps that are looked back upon. Default 4.
    pub recent: usize,
    /// Of those, how many must show a fault, the newest among them. Default 2: one step is chance.
    pub needed: usize,
    /// Flexion over the plan's target that is still met, and that is merely short, deg. Default 5 and 10:
    /// what a goniometer tells apart, and the IKDC form's worst grade of lost extension.
    pub knee_deg: [f64; 2],
}

impl Default for Params {
    fn default() -> Self {
        Self { gap_s: 8.0, recent: 4, needed: 2, knee_deg: [5.0, 10.0] }
    }
}

/// How a step's foot came down, as a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Landing {
    /// Toes first, rolled onto the heel.
    ToesFirst,
    /// All at once.
    Flat,
    /// Heel first.
    HeelFirst,
    /// The heel stayed up.
    HeelUp,
    /// Cannot be told.
    Uncertain,
}

impl Landing {
    /// The mark of screens.
    pub const fn mark(self) -> char {
        match self {
            Self::ToesFirst => '▲',
            Self::Flat => '▬',
            Self::HeelFirst => '▼',
            Self::HeelUp => '△',
            Self::Uncertain => '?',
        }
    }
}

/// How straight the knee got, as a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Knee {
    /// As straight as asked for.
    Met,
    /// A little short of it.
    Short,
    /// Clearly bent.
    Missed,
    /// Not judged.
    NotJudged,
}

impl Knee {
    /// The mark of screens.
    pub const fn mark(self) -> char {
        match self {
            Self::Met => '│',
            Self::Short => '╱',
            Self::Missed => '╲',
            Self::NotJudged => '·',
        }
    }
}

/// One backward step as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The foot.
    pub landing: Landing,
    /// The knee.
    pub knee: Knee,
}

impl Mark {
    /// Of a stride; `None` when it is no backward step to be judged. `knee_deg` is the plan's target.
    pub fn of(stride: &Stride, knee_deg: Option<f64>, params: &Params) -> Option<Self> {
        if stride.direction != StrideDirection::Backward || !stride.valid {
            return None;
        }
        let landing = match stride.contact {
            Some(Contact::ToeFirst) => Landing::ToesFirst,
            Some(Contact::Flat) => Landing::Flat,
            Some(Contact::HeelFirst) => Landing::HeelFirst,
            Some(Contact::ToeOnly) => Landing::HeelUp,
            Some(Contact::Uncertain) | None => Landing::Uncertain,
        };
        Some(Self { landing, knee: knee(stride, knee_deg, params) })
    }

    /// Whether everything that was judged is as it should be, and the landing was judged.
    pub fn is_good(self) -> bool {
        self.landing == Landing::ToesFirst && matches!(self.knee, Knee::Met | Knee::NotJudged)
    }

    fn shows(self, fault: Fault) -> bool {
        match fault {
            Fault::HeelFirst => self.landing == Landing::HeelFirst,
            Fault::Flat => self.landing == Landing::Flat,
            Fault::KneeMissed => self.knee == Knee::Missed,
            Fault::HeelUp => self.landing == Landing::HeelUp,
            Fault::KneeShort => self.knee == Knee::Short,
        }
    }
}

fn knee(stride: &Stride, target_deg: Option<f64>, params: &Params) -> Knee {
    match stride.knee_verdict {
        Some(KneeVerdict::Met) => return Knee::Met,
        Some(KneeVerdict::Short) => return Knee::Short,
        Some(KneeVerdict::Missed) => return Knee::Missed,
        Some(KneeVerdict::Uncertain) => return Knee::NotJudged,
        None => {}
    }
    let (Some(deg), Some(target)) = (stride.knee_min_flexion_deg, target_deg) else { return Knee::NotJudged };
    let over = deg - target;
    match stride.knee_source {
        Some(KneeSource::TwoSensor) if over <= params.knee_deg[0] => Knee::Met,
        Some(KneeSource::TwoSensor) if over <= params.knee_deg[1] => Knee::Short,
        Some(KneeSource::TwoSensor) => Knee::Missed,
        // From the shin alone 10 degrees can be told, 5 cannot.
        Some(KneeSource::OneSensor) if over > params.knee_deg[1] => Knee::Missed,
        _ => Knee::NotJudged,
    }
}

/// What can be wrong with a step, most important first: a heel that lands first catches and throws one
/// back; the knee comes after the foot that carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The heel came down first.
    HeelFirst,
    /// The whole foot came down at once.
    Flat,
    /// The knee stayed clearly bent.
    KneeMissed,
    /// The heel stayed up.
    HeelUp,
    /// The knee stayed a little bent.
    KneeShort,
}

impl Fault {
    /// All, most important first.
    pub const ALL: [Self; 5] = [Self::HeelFirst, Self::Flat, Self::KneeMissed, Self::HeelUp, Self::KneeShort];

    /// The large word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::HeelFirst | Self::Flat => "TOES FIRST",
            Self::HeelUp => "HEEL DOWN",
            Self::KneeMissed | Self::KneeShort => "STRAIGHTEN",
        }
    }

    /// What to do, in a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::HeelFirst => "reach back and land on the toes",
            Self::Flat => "land on the toes, then roll onto the heel",
            Self::HeelUp => "push the heel all the way down",
            Self::KneeMissed | Self::KneeShort => "straighten the knee as the heel goes down",
        }
    }
}

/// Follows the steps.
#[derive(Clone, Debug)]
pub struct Technique {
    params: Params,
    recent: Vec<Mark>,
    last_cue_s: Option<f64>,
    /// The fault that is shown, until a good step.
    standing: Option<Fault>,
}

impl Technique {
    /// Before the first step.
    pub fn new(params: Params) -> Self {
        Self { params, recent: Vec::with_capacity(params.recent + 1), last_cue_s: None, standing: None }
    }

    /// The fault that the steps show now, if any.
    pub fn fault(&self) -> Option<Fault> {
        self.standing
    }

    /// A step at `now_s`; returns the fault to be said, if it is time for one. `quiet` holds cues back:
    /// something more important is being said.
    pub fn step(&mut self, mark: Mark, now_s: f64, quiet: bool) -> Option<Fault> {
        if self.recent.len() == self.params.recent.max(1) {
            self.recent.remove(0);
        }
        self.recent.push(mark);
        let seen = |f: &Fault| {
            mark.shows(*f) && self.recent.iter().filter(|m| m.shows(*f)).count() >= self.params.needed
        };
        let fault = Fault::ALL.into_iter().find(seen);
        match fault {
            Some(_) => self.standing = fault,
            None if mark.is_good() => self.standing = None,
            None => {}
        }
        let due = self.last_cue_s.is_none_or(|last| now_s - last >= self.params.gap_s);
        let said = fault.filter(|_| due && !quiet);
        if said.is_some() {
            self.last_cue_s = Some(now_s);
        }
        said
    }

    /// Another part of the session begins: what was seen before does not count.
    pub fn forget(&mut self) {
        self.recent.clear();
        self.standing = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mark(landing: Landing, knee: Knee) -> Mark {
        Mark { landing, knee }
    }

    #[test]
    fn one_step_is_chance_and_two_are_a_fault() {
        let mut t = Technique::new(Params::default());
        let (good, flat) = (mark(Landing::ToesFirst, Knee::Met), mark(Landing::Flat, Knee::Met));
        assert_eq!(t.step(flat, 1.0, false), None);
        assert_eq!(t.step(good, 2.0, false), None);
        assert_eq!(t.step(flat, 3.0, false), Some(Fault::Flat));
        assert_eq!(t.fault(), Some(Fault::Flat));
        assert_eq!(t.step(flat, 4.0, false), None, "not again within 8 s");
        assert_eq!(t.step(good, 5.0, false), None);
        assert_eq!(t.fault(), None);
    }

    #[test]
    fn the_most_important_fault_is_said() {
        let mut t = Technique::new(Params::default());
        let both = mark(Landing::Flat, Knee::Missed);
        t.step(both, 0.0, false);
        assert_eq!(t.step(both, 1.0, false), Some(Fault::Flat));
        let knee = mark(Landing::ToesFirst, Knee::Missed);
        assert_eq!(t.step(knee, 10.0, false), Some(Fault::KneeMissed));
    }

    #[test]
    fn what_cannot_be_told_is_neither_good_nor_a_fault() {
        let mut t = Technique::new(Params::default());
        let unsure = mark(Landing::Uncertain, Knee::NotJudged);
        assert!(!unsure.is_good());
        for i in 0..20 {
            assert_eq!(t.step(unsure, f64::from(i), false), None);
        }
        assert_eq!(t.fault(), None);
    }

    proptest! {
        #[test]
        fn cues_are_never_closer_than_the_gap(
            steps in prop::collection::vec((0u8..5, 0u8..4, 0.3f64..3.0, any::<bool>()), 1..200)
        ) {
            let mut t = Technique::new(Params::default());
            let (mut now, mut last) = (0.0, f64::NEG_INFINITY);
            for (l, k, dt, quiet) in steps {
                now += dt;
                let landing = [Landing::ToesFirst, Landing::Flat, Landing::HeelFirst, Landing::HeelUp, Landing::Uncertain][l as usize];
                let knee = [Knee::Met, Knee::Short, Knee::Missed, Knee::NotJudged][k as usize];
                if t.step(mark(landing, knee), now, quiet).is_some() {
                    prop_assert!(!quiet);
                    prop_assert!(now - last >= 8.0);
                    last = now;
                }
            }
        }
    }
}

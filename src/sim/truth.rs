//! Facts put in order: the labels of a capture.

use super::label::Fact;
use crate::record::Activity;
use crate::truth::{
    Evidence, ScoreRules, TrueActivity, TrueContact, TrueEvent, TrueHazard, TrueStanceKnee, Truth,
};

/// Labels as they come in.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    events: Vec<TrueEvent>,
    contacts: Vec<TrueContact>,
    stance_knee: Vec<TrueStanceKnee>,
    activity: Vec<TrueActivity>,
    hazards: Vec<TrueHazard>,
}

impl Labels {
    /// Adds a fact.
    pub fn add(&mut self, fact: Fact) {
        match fact {
            Fact::Event(e) => self.events.push(TrueEvent { time_s: micro(e.time_s), ..e }),
            Fact::Contact(c) => self.contacts.push(TrueContact { time_s: micro(c.time_s), ..c }),
            Fact::StanceKnee(k) => self.stance_knee.push(TrueStanceKnee {
                toe_contact_s: micro(k.toe_contact_s),
                knee_min_deg: libm::round(k.knee_min_deg * 100.0) / 100.0,
            }),
            Fact::Activity(a) => {
                self.activity.push(TrueActivity { start_s: micro(a.start_s), end_s: micro(a.end_s), ..a });
            }
            Fact::Hazard(h) => self.hazards.push(TrueHazard {
                onset_s: h.onset_s.map(micro),
                end_s: h.end_s.map(micro),
                ..h
            }),
        }
    }

    /// The labels in order of time. `source` says where they come from. Events while the person
    /// turns are not scored: a turning foot meets the floor somehow.
    pub fn truth(mut self, source: &str) -> Truth {
        self.events.sort_by(|a, b| a.time_s.total_cmp(&b.time_s).then(a.kind.cmp(&b.kind)));
        self.contacts.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
        self.activity.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        self.hazards.sort_by(|a, b| a.onset_s.unwrap_or(0.0).total_cmp(&b.onset_s.unwrap_or(0.0)));
        let ignore = self
            .activity
            .iter()
            .filter(|a| a.label == Activity::Turning)
            .map(|a| [a.start_s, a.end_s])
            .collect();
        Truth {
            source: source.to_owned(),
            kind: Evidence::Simulated,
            events: Some(self.events),
            activity: Some(self.activity),
            contacts: Some(self.contacts),
            stance_knee: Some(self.stance_knee),
            knee: None,
            hazards: Some(self.hazards),
            score: ScoreRules { ignore, ..ScoreRules::default() },
        }
    }
}

/// To the tenth of a millisecond: finer is below the simulation's own step.
fn micro(seconds: f64) -> f64 {
    libm::round(seconds * 1e4) / 1e4
}

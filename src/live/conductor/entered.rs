//! What people enter.

use serde_json::{Value, json};

use super::{Conductor, Input};
use crate::plan::checklist::{Answers, ITEMS};
use crate::plan::coach::{Phase, SpeedSource, Why};

impl Conductor {
    /// Takes what somebody entered.
    pub fn input(&mut self, input: Input) {
        match input {
            Input::Confirm(i) if self.checklist_open() => {
                if let Some(item) = self.answers.confirmed.get_mut(i) {
                    *item = !*item;
                }
            }
            Input::Pain(pain) if pain > 10 => {}
            Input::Pain(pain) if self.checklist_open() => self.answers.pain = Some(pain),
            Input::Pain(pain) => {
                self.board.pain = Some(pain);
                self.line("pain", json!({ "pain": pain }));
                self.told(&format!("pain {pain} of 10"));
                let mut ends = false;
                self.coached(|coach, say| ends = coach.pain(pain, say));
            }
            Input::SkipChecklist if self.checklist_open() => {
                self.answers = Answers::skipped();
                self.begin();
            }
            Input::Begin if self.checklist_open() && self.answers.complete() => self.begin(),
            Input::Acknowledge => self.acknowledge(),
            Input::Mark => {
                self.line("mark", json!({}));
                self.told("marked");
            }
            Input::Speed(mps) if (0.0..=5.0).contains(&mps) => {
                self.line("speed", json!({ "speed_mps": crate::record::to_milli(mps) }));
                if let Some(coach) = &mut self.coach {
                    coach.belt(mps, SpeedSource::Entered);
                }
            }
            Input::End => {
                let ending = self.coach.as_ref().is_some_and(|c| matches!(c.phase(), Phase::Ending(_)));
                self.coached(
                    |coach, say| {
                        if ending { coach.over(Why::Asked, say) } else { coach.end(Why::Asked, say) }
                    },
                );
            }
            _ => {}
        }
        self.publish();
    }

    pub(super) fn checklist_open(&self) -> bool {
        self.coach.as_ref().is_some_and(|c| c.phase() == Phase::Before)
    }

    pub(super) fn begin(&mut self) {
        let answers = self.answers;
        let confirmed: serde_json::Map<String, Value> = ITEMS
            .iter()
            .zip(answers.confirmed)
            .map(|(item, yes)| (item.key.to_owned(), yes.into()))
            .collect();
        let plan = self.coach.as_ref().map(|c| c.plan().name.clone());
        self.line(
            "checklist",
            json!({
                "skipped": answers.skipped, "confirmed": confirmed, "pain": answers.pain, "plan": plan,
                "targets": {
                    "toe_first_percent": self.targets.toe_first_percent, "knee_deg": self.targets.knee_deg,
                },
            }),
        );
        self.board.pain = answers.pain;
        self.coached(|coach, say| coach.begin(answers.pain, say));
    }
}

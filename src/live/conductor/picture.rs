//! The picture of the session as it is now.

use std::sync::Arc;

use super::{Conductor, median, variation};
use crate::live::board::{ChecklistView, PlanView, Tone, Trace};
use crate::plan::Way;
use crate::plan::checklist::ITEMS;
use crate::plan::coach::Phase;
use crate::record::{EventKind, StrideDirection};

/// How long a caution stays on the screen, s. Default 6: long enough to read it from two metres.
const CAUTION_S: f64 = 6.0;
/// How long what the plan says stays on the screen, s.
const PLAN_WORDS_S: f64 = 5.0;

impl Conductor {
    /// Hands the picture on, if anybody looks.
    pub fn publish(&mut self) {
        self.pictured_s = self.now_s;
        if self.out.is_none() {
            return;
        }
        self.picture();
        if let Some(out) = &self.out {
            out.send_replace(Arc::new(self.board.clone()));
        }
    }

    pub(super) fn picture(&mut self) {
        let now = self.now_s;
        self.board.seq += 1;
        self.board.now_s = now;
        if self.caution.is_some_and(|(t, _)| now - t > CAUTION_S) {
            self.caution = None;
        }
        if self.plan_words.as_ref().is_some_and(|(t, ..)| now - t > PLAN_WORDS_S) && !self.is_ending() {
            self.plan_words = None;
        }
        let (word, tone, sentence) = self.word();
        word.clone_into(&mut self.board.word);
        self.board.tone = tone;
        self.board.sentence = sentence;
        self.board.figures.toe_first_percent = self.toe_first_percent();
        self.board.figures.toe_first_target = self.coach.as_ref().map(|_| self.targets.toe_first_percent);
        self.board.figures.knee_target = self.targets.knee_deg;
        self.board.figures.cadence_target = self.targets.cadence;
        self.board.figures.knee_deg = median(&self.knees);
        self.board.figures.steadiness_percent = variation(&self.times);
        self.board.plan = self.plan_view();
        self.board.checklist = self.checklist_open().then(|| ChecklistView {
            items: ITEMS.iter().zip(self.answers.confirmed).map(|(i, c)| (i.words.to_owned(), c)).collect(),
            pain: self.answers.pain,
            complete: self.answers.complete(),
        });
        self.board.trace = Arc::new(self.trace_view());
    }

    pub(super) fn is_ending(&self) -> bool {
        self.coach.as_ref().is_some_and(|c| matches!(c.phase(), Phase::Ending(_) | Phase::Over(_)))
    }

    pub(super) fn word(&self) -> (&'static str, Tone, String) {
        if let Some(stop) = &self.board.stop {
            return ("STOP", Tone::Stop, stop.message.clone());
        }
        if self.checklist_open() {
            return ("READY?", Tone::Quiet, "answer the checklist first".into());
        }
        let ended = self.board.end.is_some();
        if !self.board.link.up && self.asked && !ended {
            return ("NO SIGNAL", Tone::Caution, format!("the sensor: {}", self.board.link.words));
        }
        if let Some((_, message)) = self.caution {
            return ("SLOW DOWN", Tone::Caution, message.to_owned());
        }
        if let Some((_, word, sentence)) = &self.plan_words {
            let tone = if *word == "DONE" { Tone::Good } else { Tone::Mind };
            return (word, tone, sentence.clone());
        }
        if let Some(coach) = &self.coach {
            if coach.part().way == Way::Rest {
                return ("REST", Tone::Quiet, "the belt stands".into());
            }
            if !coach.is_walking() {
                let sentence = format!("walk {} when you are ready", coach.part().way.word());
                return ("…", Tone::Quiet, sentence);
            }
            if coach.part().way == Way::Forward {
                return match self.way_now {
                    Some(StrideDirection::Forward) => ("GOOD", Tone::Good, "walking forward".into()),
                    _ => ("…", Tone::Quiet, "walk forward".into()),
                };
            }
        }
        if let Some(fault) = self.technique.fault() {
            return (fault.word(), Tone::Mind, fault.sentence().into());
        }
        match self.board.steps.last() {
            Some(mark) if mark.is_good() => ("GOOD", Tone::Good, "toes first, then onto the heel".into()),
            _ => ("…", Tone::Quiet, String::new()),
        }
    }

    pub(super) fn plan_view(&self) -> Option<PlanView> {
        let coach = self.coach.as_ref()?;
        let plan = coach.plan();
        let part = coach.part();
        let at = coach.part_number();
        let all = plan.seconds();
        let walking = coach.phase() == Phase::Walking;
        Some(PlanView {
            name: plan.name.clone(),
            title: plan.title.clone(),
            level: plan.level,
            way: part.way,
            left_s: coach.left_s(),
            speed_mps: part.speed_mps,
            support: part.support,
            runs: walking && (part.way == Way::Rest || coach.is_walking()),
            next: plan.segments.get(at + 1).map(|s| s.way),
            share: coach.share(),
            parts: plan.segments.iter().map(|s| (s.way, s.seconds / all)).collect(),
            part: at,
            metronome: plan
                .targets
                .cadence
                .filter(|_| self.metronome && walking && part.way == Way::Backward),
        })
    }

    pub(super) fn trace_view(&self) -> Trace {
        #[expect(clippy::cast_possible_truncation, reason = "for the eye")]
        let small = |v: Option<f64>| v.map(|v| (libm::round(v * 10.0) / 10.0) as f32);
        Trace {
            time_s: self.trace.iter().map(|r| r.time.seconds()).collect(),
            angle_deg: self.trace.iter().map(|r| small(r.shank_angle_deg)).collect(),
            rate_dps: self.trace.iter().map(|r| small(r.sagittal_rate_dps)).collect(),
            events: self.marks.iter().filter_map(|(t, k)| Some((*t, short(*k)?))).collect(),
        }
    }
}

/// What ticks are called.
fn short(kind: EventKind) -> Option<&'static str> {
    Some(match kind {
        EventKind::ToeContact => "TC",
        EventKind::HeelContact => "HC",
        EventKind::KneeExtension => "KE",
        EventKind::ForefootRise => "FR",
        EventKind::FinalContact => "FC",
        EventKind::InitialContact => "IC",
        EventKind::MidSwing => return None,
    })
}

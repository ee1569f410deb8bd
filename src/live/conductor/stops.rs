//! Alerts, and what is done at a stop.

use serde_json::json;

use super::{Actor, Conductor};
use crate::live::board::StopView;
use crate::plan::coach::Why;
use crate::record::{Alert, AlertLevel, Record};
use crate::safety::rule::Rule;

impl Conductor {
    pub(super) fn alert(&mut self, alert: &Alert) {
        let expected = self.coach.as_ref().is_some_and(|c| c.expects(alert.rule));
        if expected {
            let rule = alert.rule.word();
            self.line("planned", json!({ "rule": rule }));
            return;
        }
        let message = alert.rule.info().message;
        match alert.level {
            AlertLevel::Stop => self.stop(alert),
            AlertLevel::Caution => {
                if let Some(coach) = &mut self.coach {
                    coach.caution();
                }
                if self.board.stop.is_none() {
                    self.caution = Some((self.now_s, message));
                    self.board.sounds.cue += 1;
                    self.told(message);
                    self.speak(message);
                }
            }
            AlertLevel::Info => {}
        }
        self.publish();
    }

    pub(super) fn stop(&mut self, alert: &Alert) {
        let message = alert.rule.info().message;
        if let Some(stop) = &mut self.board.stop {
            // One stop at a time, and one command; what it is about may have become worse.
            if self.last_stop != Some(Rule::Fall) {
                self.last_stop = Some(alert.rule);
                alert.rule.word().clone_into(&mut stop.rule);
                message.clone_into(&mut stop.message);
            }
            self.line("stop_goes_on", json!({ "rule": alert.rule.word(), "words": message }));
            return;
        }
        if let Some(belt) = &mut self.on_belt {
            belt();
        }
        let text = serde_json::to_string(&Record::Alert(*alert)).unwrap_or_default();
        let fired = self.on_stop.as_mut().map(|f| f(&text));
        let command = fired.map(|free| {
            let words = if free {
                "the stop command is running"
            } else {
                "the stop command is still busy with the stop before"
            };
            words.to_owned()
        });
        let belt = self.on_belt.as_ref().map(|_| "the treadmill is asked to stop".to_owned());
        let asked = belt.is_some();
        self.acted = [command, belt];
        self.stops += 1;
        self.last_stop = Some(alert.rule);
        self.board.stop = Some(StopView {
            rule: alert.rule.word().to_owned(),
            message: message.to_owned(),
            time_s: alert.detected.seconds(),
            hook: self.acted_words(),
        });
        self.board.sounds.stop += 1;
        let mut line = json!({ "rule": alert.rule.word(), "words": message, "command": fired.is_some() });
        if asked {
            line["treadmill"] = true.into();
        }
        self.line("stop", line);
        self.told(message);
        self.speak(message);
        if let Some(coach) = &mut self.coach {
            coach.caution();
        }
        self.publish();
    }

    /// What became of a stop. What did not work is said aloud.
    pub fn acted(&mut self, actor: Actor, worked: bool, words: &str) {
        let what = match actor {
            Actor::Command => "stop_command",
            Actor::Belt => "stop_treadmill",
        };
        self.line(what, json!({ "worked": worked, "words": words }));
        if self.board.stop.is_some() {
            self.acted[actor as usize] = Some(words.to_owned());
            let words = self.acted_words();
            if let Some(stop) = &mut self.board.stop {
                stop.hook = words;
            }
        }
        self.told(words);
        if !worked {
            self.board.sounds.cue += 1;
            self.speak(words);
        }
        self.publish();
    }

    /// The treadmill first: it is what the person stands on.
    pub(super) fn acted_words(&self) -> Option<String> {
        let words: Vec<&str> = self.acted.iter().rev().flatten().map(String::as_str).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    pub(super) fn acknowledge(&mut self) {
        let Some(stop) = self.board.stop.take() else { return };
        self.line("acknowledged", json!({ "rule": stop.rule }));
        // After these one does not go on today.
        let ends = matches!(self.last_stop, Some(Rule::Fall | Rule::KneeGivingWay | Rule::RepeatedStumbles));
        if ends || self.stops >= 2 && self.last_stop != Some(Rule::SensorLost) {
            self.coached(|coach, say| coach.over(Why::Stopped, say));
        }
    }
}

//! Conducts a session: what the signal path says, what the sensors do and what people enter become a
//! picture, words, sounds, a stop, and lines beside the recording.
//!
//! It reads no clock: time enters with the samples. It belongs to the thread that works on the samples,
//! never waits, and costs little.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::assemble::Found;
use super::board::{
    Board, ChecklistView, EndView, Line, LinkView, PlanView, STEPS, StopView, TRACE_S, Tone, Trace,
};
use crate::decode::treadmill::Status;
use crate::link::state::State;
use crate::pipeline::Output;
use crate::plan::checklist::{Answers, ITEMS};
use crate::plan::coach::{self, Coach, Phase, Said, SpeedSource, Why};
use crate::plan::cue::{self, Landing, Mark, Technique};
use crate::plan::{Plan, Targets, Way, mph};
use crate::record::{
    Alert, AlertLevel, Event, EventKind, Evidence, Record, SeriesRow, Stride, StrideDirection,
};
use crate::safety::rule::Rule;
use crate::series::HOLD_S;
use crate::time::SensorTime;

/// Time between two pictures, s. Default 1/20: as often as a screen is drawn.
const PICTURE_S: f64 = 0.05;
/// Time between two points of the trace, s.
const POINT_S: f64 = 0.02;
/// How long a caution stays on the screen, s. Default 6: long enough to read it from two metres.
const CAUTION_S: f64 = 6.0;
/// How long what the plan says stays on the screen, s.
const PLAN_WORDS_S: f64 = 5.0;
/// Strides from which steadiness is told.
const STEADY_STRIDES: usize = 12;
/// Judged steps from which a share is told.
const SHARE_STEPS: usize = 5;
/// Lines that are remembered for the screen.
const LINES: usize = 6;

/// What people enter, at a screen, a page or a pipe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// An item of the checklist is confirmed, or taken back.
    Confirm(usize),
    /// The checklist is left out.
    SkipChecklist,
    /// Walking may begin, if everything is answered.
    Begin,
    /// Pain, 0 to 10; today's while the checklist is open.
    Pain(u8),
    /// A stop has been seen.
    Acknowledge,
    /// Something worth finding again.
    Mark,
    /// The belt's speed, m/s.
    Speed(f64),
    /// Belt off, walk until it stops; a second time it is over.
    End,
}

/// Whom it is about, and with what.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Who walks.
    pub person: String,
    /// `right shin`
    pub placed: String,
    /// Not a person.
    pub simulated: bool,
    /// Whether a target cadence is ticked.
    pub metronome: bool,
}

/// Is told of a stop, at once. Gets the alert as JSON.
pub type OnStop = Box<dyn FnMut(&str) -> bool + Send>;

/// Asks the treadmill to stop, at once.
pub type OnBelt = Box<dyn FnMut() + Send>;

/// Who acts at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The user's own command.
    Command,
    /// The treadmill.
    Belt,
}

/// The conductor.
pub struct Conductor {
    coach: Option<Coach>,
    targets: Targets,
    technique: Technique,
    cue_params: cue::Params,
    answers: Answers,
    asked: bool,
    board: Board,
    metronome: bool,
    on_stop: Option<OnStop>,
    on_belt: Option<OnBelt>,
    /// What became of the stop now, by [`Actor`].
    acted: [Option<String>; 2],
    out: Option<watch::Sender<Arc<Board>>>,
    pictured_s: f64,
    lines: Vec<Value>,
    now_s: f64,
    trace: VecDeque<SeriesRow>,
    marks: VecDeque<(f64, EventKind)>,
    landings: VecDeque<Landing>,
    knees: VecDeque<f64>,
    times: VecDeque<f64>,
    caution: Option<(f64, &'static str)>,
    plan_words: Option<(f64, &'static str, String)>,
    samples: [u64; 2],
    lost: u64,
    stops: u32,
    last_stop: Option<Rule>,
    way_now: Option<StrideDirection>,
}

impl std::fmt::Debug for Conductor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conductor").field("now_s", &self.now_s).finish_non_exhaustive()
    }
}

impl Conductor {
    /// Before the first sample. Without a plan nobody is coached, and nothing is asked.
    pub fn new(about: About, plan: Option<Plan>) -> Self {
        let targets = plan.as_ref().map(|p| p.targets).unwrap_or_default();
        let cue_params = cue::Params::default();
        let asked = plan.is_some();
        let board = Board {
            person: about.person,
            placed: about.placed,
            simulated: about.simulated,
            link: LinkView { words: "waiting for the sensor".into(), ..LinkView::default() },
            ..Board::default()
        };
        let mut new = Self {
            coach: plan.map(|p| Coach::new(p, coach::Params::default())),
            targets,
            technique: Technique::new(cue_params),
            cue_params,
            answers: Answers::default(),
            asked,
            board,
            metronome: about.metronome,
            on_stop: None,
            on_belt: None,
            acted: [None, None],
            out: None,
            pictured_s: f64::NEG_INFINITY,
            lines: Vec::new(),
            now_s: 0.0,
            trace: VecDeque::new(),
            marks: VecDeque::new(),
            landings: VecDeque::new(),
            knees: VecDeque::new(),
            times: VecDeque::new(),
            caution: None,
            plan_words: None,
            samples: [0; 2],
            lost: 0,
            stops: 0,
            last_stop: None,
            way_now: None,
        };
        new.picture();
        new
    }

    /// Where stops go.
    pub fn on_stop(&mut self, on_stop: OnStop) {
        self.on_stop = Some(on_stop);
    }

    /// The treadmill that is asked to stop.
    pub fn on_belt(&mut self, on_belt: OnBelt) {
        self.on_belt = Some(on_belt);
    }

    /// Where pictures go.
    pub fn watched(&mut self) -> watch::Receiver<Arc<Board>> {
        let (tx, rx) = watch::channel(Arc::new(self.board.clone()));
        self.out = Some(tx);
        rx
    }

    /// The picture now.
    pub fn board(&mut self) -> &Board {
        self.picture();
        &self.board
    }

    /// The coach, where there is a plan.
    pub fn coach(&self) -> Option<&Coach> {
        self.coach.as_ref()
    }

    /// Time of the newest sample, s.
    pub fn now_s(&self) -> f64 {
        self.now_s
    }

    /// Whether the plan has come to its end.
    pub fn is_over(&self) -> bool {
        self.coach.as_ref().is_some_and(|c| matches!(c.phase(), Phase::Over(_)))
    }

    /// Lines for the record of the session, since the last time.
    pub fn take_lines(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.lines)
    }

    fn line(&mut self, what: &str, mut more: Value) {
        let mut line =
            json!({ "type": "session", "time_s": crate::record::to_milli(self.now_s), "what": what });
        if let (Some(line), Some(more)) = (line.as_object_mut(), more.as_object_mut()) {
            line.append(more);
        }
        self.lines.push(line);
    }

    fn told(&mut self, words: &str) {
        if self.board.said.len() == LINES {
            self.board.said.remove(0);
        }
        self.board.said.push(Line { time_s: self.now_s, words: words.to_owned() });
    }

    fn speak(&mut self, words: &str) {
        self.board.voice.0 += 1;
        words.clone_into(&mut self.board.voice.1);
    }

    /// Takes what the signal path says.
    pub fn output(&mut self, output: &Output) {
        match output {
            Output::Series(row) => {
                self.row(row);
                self.time(row.time.seconds() + HOLD_S);
            }
            Output::Record(record) => match record {
                Record::Event(e) => self.event(e),
                Record::Stride(s) => self.stride(s),
                Record::Alert(a) => self.alert(a),
                Record::Summary(s) => {
                    self.board.figures.speed_mps =
                        s.backward.speed_mps.median.or(self.board.figures.speed_mps);
                }
                _ => {}
            },
        }
        if self.now_s - self.pictured_s >= PICTURE_S {
            self.publish();
        }
    }

    /// Time goes on.
    pub fn time(&mut self, now_s: f64) {
        if now_s <= self.now_s {
            return;
        }
        self.now_s = now_s;
        self.coached(|coach, say| coach.tick(now_s, say));
    }

    fn coached(&mut self, act: impl FnOnce(&mut Coach, &mut dyn FnMut(Said))) {
        let Some(coach) = &mut self.coach else { return };
        let mut said = Vec::new();
        act(coach, &mut |s| said.push(s));
        for s in said {
            self.coach_says(s);
        }
    }

    fn coach_says(&mut self, said: Said) {
        let (word, sentence): (&'static str, String) = match said {
            Said::Part { way, turn, speed_mps, .. } => {
                let speed = speed_mps.map_or_else(String::new, |v| format!(" at {}", mph(v)));
                let hold = self.coach.as_ref().and_then(|c| c.part().support);
                let hold = match hold {
                    Some(crate::plan::Support::Rails) => ", both hands on the rails",
                    Some(crate::plan::Support::OneHand) => ", one hand on the rail",
                    _ => "",
                };
                self.technique.forget();
                match (way, turn) {
                    (Way::Rest, _) => ("REST", "stop the belt and rest".into()),
                    (_, true) => (
                        "TURN ROUND",
                        format!("stop the belt, turn round, then walk {}{speed}{hold}", way.word()),
                    ),
                    (Way::Backward, _) => ("BACKWARD", format!("walk backward{speed}{hold}")),
                    (Way::Forward, _) => ("FORWARD", format!("walk forward{speed}{hold}")),
                }
            }
            Said::Soon { way: Some(way) } => ("", format!("in 10 seconds: {}", way.word())),
            Said::Soon { way: None } => ("", "10 more seconds".into()),
            Said::TurnRound { way } => ("TURN ROUND", format!("this part is walked {}", way.word())),
            Said::Faster { to_mps } => {
                ("FASTER", format!("good; set the belt to {} when you are ready", mph(to_mps)))
            }
            Said::Slower { to_mps } => ("SLOW DOWN", format!("set the belt to {}", mph(to_mps))),
            Said::BeltOff { why } => {
                let first = match why {
                    Why::Planned => "that was the whole plan: ",
                    Why::Pain => "that is enough for today: ",
                    _ => "",
                };
                ("BELT OFF", format!("{first}belt off, keep walking until it stops"))
            }
            Said::Over { why } => {
                let sentence = match why {
                    Why::Planned => "well done: the whole plan was walked",
                    Why::Pain => "stopped for pain; rest, and tell your therapist",
                    Why::Stopped => "stopped; look after yourself first",
                    Why::Asked | Why::NoMore => "the session is over",
                };
                ("DONE", sentence.into())
            }
        };
        self.line("coach", json!({ "said": said, "words": sentence }));
        self.told(&sentence);
        self.speak(&sentence);
        if !word.is_empty() {
            self.board.sounds.cue += 1;
            self.plan_words = Some((self.now_s, word, sentence));
        }
        if let Said::Over { .. } = said {
            self.over();
        }
        self.publish();
    }

    fn over(&mut self) {
        let Some(coach) = &self.coach else { return };
        let mut sentences = Vec::new();
        for way in [Way::Backward, Way::Forward] {
            let asked = coach.plan().seconds_of(way);
            let done: f64 = coach
                .plan()
                .segments
                .iter()
                .zip(coach.done())
                .filter(|(s, _)| s.way == way)
                .map(|(_, d)| d.as_planned_s)
                .sum();
            if asked > 0.0 {
                let clock = crate::plan::clock;
                sentences.push(format!(
                    "Walked {} for {} of {} minutes.",
                    way.word(),
                    clock(done),
                    clock(asked)
                ));
            }
        }
        let unknown: f64 = coach.done().iter().map(|d| d.unknown_s).sum();
        if unknown >= 1.0 {
            sentences.push(format!("For {unknown:.0} s the direction could not be told."));
        }
        let judged = self.landings.len();
        let first = self.landings.iter().filter(|l| **l == Landing::ToesFirst).count();
        if judged > 0 {
            sentences.push(format!("{first} of {judged} judged steps landed on the toes."));
        }
        if self.stops > 0 {
            sentences.push(format!("Stopped {} during the session.", times(self.stops)));
        }
        let done: Vec<_> = coach
            .done()
            .iter()
            .map(|d| {
                json!({
                    "as_planned_s": crate::record::to_milli(d.as_planned_s),
                    "other_s": crate::record::to_milli(d.other_s),
                    "unknown_s": crate::record::to_milli(d.unknown_s),
                })
            })
            .collect();
        let phase = json!(coach.phase());
        self.line("end", json!({ "phase": phase, "parts": done, "pain": self.board.pain }));
        self.board.end = Some(EndView { sentences, report: None });
    }

    /// Where the report is, once it is written.
    pub fn report(&mut self, place: String) {
        self.board.end.get_or_insert_default().report = Some(place);
        self.publish();
    }

    fn row(&mut self, row: &SeriesRow) {
        let t = row.time.seconds();
        if self.trace.back().is_none_or(|last| t - last.time.seconds() >= POINT_S - 1e-6) {
            self.trace.push_back(*row);
        }
        while self.trace.front().is_some_and(|r| t - r.time.seconds() > TRACE_S) {
            self.trace.pop_front();
        }
        while self.marks.front().is_some_and(|(m, _)| t - m > TRACE_S) {
            self.marks.pop_front();
        }
    }

    fn event(&mut self, event: &Event) {
        let t = event.time.seconds();
        if self.marks.len() < 256 {
            self.marks.push_back((t, event.kind));
        }
        if let Some(coach) = &mut self.coach {
            coach.moved(t);
        }
    }

    fn stride(&mut self, stride: &Stride) {
        self.way_now = Some(stride.direction);
        if let (true, Some(time)) = (stride.valid, stride.stride_time_s) {
            keep(&mut self.times, time, STEADY_STRIDES);
        }
        let figures = &mut self.board.figures;
        figures.cadence = stride.cadence_steps_per_min.or(figures.cadence);
        if let Some(mark) = Mark::of(stride, self.targets.knee_deg, &self.cue_params) {
            self.step(mark, stride);
        }
        let share = self.toe_first_percent();
        let steady =
            self.technique.fault().is_none() && share.is_none_or(|s| s >= self.targets.toe_first_percent);
        self.coached(|coach, say| coach.stride(stride, steady, say));
        if let Some((v, source)) = self.coach.as_ref().and_then(Coach::speed) {
            self.board.figures.speed_mps = Some(v);
            self.board.figures.speed_estimated = source == SpeedSource::Estimate;
        } else if let Some(v) = stride.speed_mps.filter(|_| stride.valid) {
            self.board.figures.speed_mps = Some(v);
            self.board.figures.speed_estimated = true;
        }
        self.publish();
    }

    fn step(&mut self, mark: Mark, stride: &Stride) {
        self.board.step_count += 1;
        if self.board.steps.len() == STEPS {
            self.board.steps.remove(0);
        }
        self.board.steps.push(mark);
        if mark.landing != Landing::Uncertain {
            self.landings.push_back(mark.landing);
        }
        if let Some(deg) = stride.knee_min_flexion_deg {
            keep(&mut self.knees, deg, STEPS);
        }
        let coached =
            self.coach.as_ref().is_none_or(|c| c.phase() == Phase::Walking && c.part().way == Way::Backward);
        let quiet = !coached || self.board.stop.is_some() || self.caution.is_some();
        if let Some(fault) = self.technique.step(mark, self.now_s, quiet) {
            self.line("cue", json!({ "fault": fault, "words": fault.sentence() }));
            self.told(fault.sentence());
            self.speak(fault.sentence());
            self.board.sounds.cue += 1;
        } else if mark.is_good() && !quiet {
            self.board.sounds.good += 1;
        }
    }

    fn toe_first_percent(&self) -> Option<f64> {
        let n = self.landings.len();
        let first = self.landings.iter().filter(|l| **l == Landing::ToesFirst).count();
        (n >= SHARE_STEPS).then(|| 100.0 * first as f64 / n as f64)
    }

    fn alert(&mut self, alert: &Alert) {
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

    fn stop(&mut self, alert: &Alert) {
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
    fn acted_words(&self) -> Option<String> {
        let words: Vec<&str> = self.acted.iter().rev().flatten().map(String::as_str).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// Takes what became of the sensors.
    pub fn found(&mut self, found: &Found) {
        match found {
            Found::Link { sensor: 0, state } => self.link(state),
            Found::Lost { sensor: 0, samples, .. } => self.lost += samples,
            Found::Battery { sensor: 0, percent } => self.board.link.battery_percent = Some(*percent),
            Found::Heart(beat) => self.board.link.heart = Some(beat.per_minute),
            Found::Belt(belt) => {
                if let (Some(v), Some(coach)) = (belt.speed_mps, &mut self.coach) {
                    coach.belt(v, SpeedSource::Belt);
                }
            }
            Found::Treadmill(Status::Stopped | Status::Paused | Status::SafetyClip) => {
                if let Some(coach) = &mut self.coach {
                    coach.belt(0.0, SpeedSource::Belt);
                }
            }
            _ => {}
        }
    }

    /// The counts and the rate of the shank sensor.
    pub fn counts(&mut self, samples: u64, lost: u64, rate_hz: f64) {
        self.samples = [samples, lost];
        let all = samples + lost;
        self.board.link.lost_percent = if all > 0 { 100.0 * lost as f64 / all as f64 } else { 0.0 };
        self.board.link.rate_hz = (samples > 1).then_some(rate_hz);
    }

    fn link(&mut self, state: &State) {
        let was_up = self.board.link.up;
        self.board.link.up = *state == State::Streaming;
        self.board.link.words = state.to_string();
        let walking = self
            .coach
            .as_ref()
            .is_some_and(|c| matches!(c.phase(), Phase::Walking | Phase::Ending(_)) && c.is_walking());
        if was_up && matches!(state, State::Stale | State::Reconnecting(_)) {
            self.told("the sensor is lost");
            if walking {
                let at = SensorTime::from_seconds(self.now_s).unwrap_or_default();
                let alert = Alert {
                    rule: Rule::SensorLost,
                    level: AlertLevel::Stop,
                    onset: at,
                    detected: at,
                    evidence: Evidence::default(),
                };
                self.stop(&alert);
            }
        }
        let word = state.word();
        self.line("link", json!({ "state": word }));
        self.publish();
    }

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

    fn checklist_open(&self) -> bool {
        self.coach.as_ref().is_some_and(|c| c.phase() == Phase::Before)
    }

    fn begin(&mut self) {
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

    fn acknowledge(&mut self) {
        let Some(stop) = self.board.stop.take() else { return };
        self.line("acknowledged", json!({ "rule": stop.rule }));
        // After these one does not go on today.
        let ends = matches!(self.last_stop, Some(Rule::Fall | Rule::KneeGivingWay | Rule::RepeatedStumbles));
        if ends || self.stops >= 2 && self.last_stop != Some(Rule::SensorLost) {
            self.coached(|coach, say| coach.over(Why::Stopped, say));
        }
    }

    /// There are no more samples.
    pub fn finish(&mut self) {
        self.coached(|coach, say| coach.over(Why::NoMore, say));
        self.publish();
    }

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

    fn picture(&mut self) {
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

    fn is_ending(&self) -> bool {
        self.coach.as_ref().is_some_and(|c| matches!(c.phase(), Phase::Ending(_) | Phase::Over(_)))
    }

    fn word(&self) -> (&'static str, Tone, String) {
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

    fn plan_view(&self) -> Option<PlanView> {
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

    fn trace_view(&self) -> Trace {
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

fn times(n: u32) -> String {
    match n {
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{n} times"),
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

fn keep(values: &mut VecDeque<f64>, value: f64, most: usize) {
    if values.len() == most {
        values.pop_front();
    }
    values.push_back(value);
}

fn median(values: &VecDeque<f64>) -> Option<f64> {
    let mut sorted: Vec<_> = values.iter().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    (n > 0).then(|| f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]))
}

/// Coefficient of variation, %.
fn variation(values: &VecDeque<f64>) -> Option<f64> {
    let n = values.len() as f64;
    if values.len() < STEADY_STRIDES {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let var = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
    (mean > 0.0).then(|| 100.0 * var.sqrt() / mean)
}

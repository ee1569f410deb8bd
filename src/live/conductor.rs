//! Conducts a session: what the signal path says, what the sensors do and what people enter become a
//! picture, words, sounds, a stop, and lines beside the recording.
//!
//! It reads no clock: time enters with the samples. It belongs to the thread that works on the samples,
//! never waits, and costs little.

mod entered;
mod picture;
mod stops;

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::assemble::Found;
use super::board::{Board, EndView, Line, LinkView, STEPS, TRACE_S};
use crate::decode::treadmill::Status;
use crate::link::state::State;
use crate::pipeline::Output;
use crate::plan::checklist::Answers;
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

    /// There are no more samples.
    pub fn finish(&mut self) {
        self.coached(|coach, say| coach.over(Why::NoMore, say));
        self.publish();
    }
}

fn times(n: u32) -> String {
    match n {
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{n} times"),
    }
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

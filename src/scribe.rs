//! Turns what was found into records, and keeps the count for the summary.

use crate::events::detector::Found;
use crate::notice::{Notice, What};
use crate::person::Aims;
use crate::pipeline::Output;
use crate::record::{
    Activity, Alert, AlertEnd, Bout, Direction, Event, EventKind, InvalidReason, Record, Stride,
    StrideDirection,
};
use crate::safety::Said;
use crate::sagittal::Motion;
use crate::series::{HOLD_S, Series};
use crate::stats::Stats;
use crate::stride::assemble::Part;
use crate::stride::bout::{self, Bouts};
use crate::stride::measure::Measured;
use crate::summary::Summary;
use crate::technique::judge::{Judge, Technique, Zero};
use crate::technique::log::Log;
use crate::time::{SensorTime, Span};

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Change of heading within a stride that makes it a turn, deg. Default 45: a turn of half a
    /// circle takes two or three strides, a leg in straight walking comes back to within 15.
    pub turn_deg: f64,
    /// Distance below which a stride got nowhere, m. Default 0.10.
    pub in_place_m: f64,
    /// Difference of stride length and belt that is told. Default 0.15.
    pub belt_share: f64,
    /// Spans of activity.
    pub bouts: bout::Params,
}

impl Default for Params {
    fn default() -> Self {
        Self { turn_deg: 45.0, in_place_m: 0.10, belt_share: 0.15, bouts: bout::Params::default() }
    }
}

/// Strides in a row that do not fit the belt before it is told.
const BELT_STRIDES: u32 = 5;

/// The scribe.
#[derive(Clone, Debug)]
pub struct Scribe {
    params: Params,
    treadmill_mps: Option<f64>,
    /// What a treadmill says of its belt, m/s.
    belt_mps: Option<f64>,
    /// Counts so far.
    pub summary: Summary,
    backward: Box<Stats>,
    forward: Box<Stats>,
    bouts: Bouts,
    series: Option<Box<Series>>,
    origin: SensorTime,
    /// Time of the sample that is being worked on.
    now: SensorTime,
    off_belt: u32,
    judge: Judge,
    /// How far the zero of the inclinations can be believed.
    pub zero: Zero,
    log: Log,
}

impl Scribe {
    /// Before the first sample.
    pub fn new(params: Params, treadmill_mps: Option<f64>, series: bool, judge: Judge, aims: Aims) -> Self {
        Self {
            judge,
            zero: Zero::default(),
            log: Log::new(aims),
            params,
            treadmill_mps,
            belt_mps: None,
            summary: Summary::default(),
            backward: Box::default(),
            forward: Box::default(),
            bouts: Bouts::new(params.bouts, 0.0),
            series: series.then(Box::default),
            origin: SensorTime::default(),
            now: SensorTime::default(),
            off_belt: 0,
        }
    }

    /// What a treadmill says of its belt, m/s.
    pub fn belt(&mut self, mps: Option<f64>) {
        self.belt_mps = mps;
    }

    /// The first sample: its time is the origin of the grid's seconds.
    pub fn begin(&mut self, origin: SensorTime) {
        self.origin = origin;
        self.now = origin;
        self.summary.data.start = origin;
        self.summary.data.end = origin;
    }

    /// A sample of the capture, whatever becomes of it.
    pub fn sample(&mut self, time: SensorTime, emit: &mut impl FnMut(Output)) {
        self.now = time;
        self.summary.data.end = time;
        if let Some(series) = &mut self.series {
            series.sample(time, self.origin, &mut |row| emit(Output::Series(row)));
        }
    }

    /// Seconds of the grid at `time`.
    pub fn seconds(&self, time: SensorTime) -> f64 {
        time.since(self.origin).seconds()
    }

    /// A time of the grid as one of the capture; nothing is known before it happens.
    fn time(&self, t: f64) -> SensorTime {
        self.origin.plus(Span::from_seconds(t)).min(self.now)
    }

    /// Something to be known about the data.
    pub fn notice(&mut self, what: What, emit: &mut impl FnMut(Output)) {
        if what.voids_knees() {
            self.backward.forget_knees();
        }
        emit(Output::Record(Record::Notice(Notice { time: self.now, what })));
    }

    /// What the rules say.
    pub fn safety(&mut self, said: Said, emit: &mut impl FnMut(Output)) {
        let record = match said {
            Said::Raised(rule, onset, evidence) => {
                let level = rule.info().level;
                Record::Alert(Alert { rule, level, onset: self.time(onset), detected: self.now, evidence })
            }
            Said::Ended(rule, ended) => Record::AlertEnd(AlertEnd {
                rule,
                level: rule.info().level,
                onset: self.time(ended.onset),
                ended: self.time(ended.last),
                detected: self.now,
            }),
            Said::Paused(lacking) => return self.notice(What::WatchPaused { lacking }, emit),
            Said::Watching => return self.notice(What::Watching, emit),
        };
        emit(Output::Record(record));
    }

    /// The sagittal plane and the knee of one cell; `None` while the sign of the axis is not known.
    pub fn motion(&mut self, t: f64, known: Option<(&Motion, Option<f64>)>, emit: &mut impl FnMut(Output)) {
        if let Some(series) = &mut self.series {
            if let Some((m, knee_deg)) = known {
                series.motion(m, knee_deg);
            }
            series.release(t - HOLD_S, self.origin, &mut |row| emit(Output::Series(row)));
        }
    }

    /// An event. With `withheld` only what does not depend on the direction is told.
    pub fn event(&mut self, found: &Found, withheld: bool, emit: &mut impl FnMut(Output)) {
        let direction = if withheld { Direction::Unknown } else { found.direction };
        if withheld && found.kind != EventKind::MidSwing {
            return;
        }
        if let Some(series) = &mut self.series {
            series.event(found);
        }
        emit(Output::Record(Record::Event(Event {
            kind: found.kind,
            time: self.time(found.t),
            detected: self.now,
            direction,
            confidence: found.confidence,
        })));
    }

    /// A stride; returns its record.
    pub fn stride(&mut self, m: &Measured, withheld: bool, emit: &mut impl FnMut(Output)) -> Stride {
        let direction = self.direction(m, withheld);
        let reason = Self::invalid(m, direction);
        let record = self.record(m, direction, reason);
        self.log.add(&record);
        self.count(&record, m, reason.is_none());
        self.check_belt(&record, emit);
        emit(Output::Record(Record::Stride(record)));
        if m.cycle.part == Part::Cut && !self.bouts.walks() {
            // The last step of a walk that has been told.
            return record;
        }
        let activity = match direction {
            StrideDirection::Backward => Activity::Backward,
            StrideDirection::Forward => Activity::Forward,
            StrideDirection::Turning => Activity::Turning,
            StrideDirection::InPlace | StrideDirection::Unknown => Activity::Other,
        };
        let spans = &mut Spans { origin: self.origin, now: self.now, summary: &mut self.summary };
        self.bouts.stride(m.cycle.start, m.cycle.end, activity, &mut |s| spans.tell(&s, emit));
        record
    }

    fn direction(&self, m: &Measured, withheld: bool) -> StrideDirection {
        // Part of a stride turns the shank by itself; only over a whole one does that cancel. And a
        // clipped rate does not add up to a heading.
        let heading_known = m.cycle.part == Part::Whole && !m.clipped;
        if heading_known && m.yaw_deg.abs() > self.params.turn_deg {
            StrideDirection::Turning
        } else if withheld {
            StrideDirection::Unknown
        } else if m.length_m.is_some_and(|l| l < self.params.in_place_m) {
            StrideDirection::InPlace
        } else {
            match m.cycle.direction {
                Direction::Backward => StrideDirection::Backward,
                Direction::Forward => StrideDirection::Forward,
                Direction::Unknown => StrideDirection::Unknown,
            }
        }
    }

    fn invalid(m: &Measured, direction: StrideDirection) -> Option<InvalidReason> {
        match (m.cycle.part, direction) {
            _ if m.missing => Some(InvalidReason::Gap),
            (Part::First, _) => Some(InvalidReason::BoutStart),
            (Part::Cut, _) => Some(InvalidReason::BoutEnd),
            (_, StrideDirection::Turning) => Some(InvalidReason::Turn),
            (_, StrideDirection::Unknown) => Some(InvalidReason::Direction),
            _ if m.clipped => Some(InvalidReason::Clipped),
            _ => None,
        }
    }

    fn record(&mut self, m: &Measured, direction: StrideDirection, reason: Option<InvalidReason>) -> Stride {
        let c = &m.cycle;
        let (origin, now) = (self.origin, self.now);
        let at = |t: Option<f64>| t.map(|t| origin.plus(Span::from_seconds(t)).min(now));
        let told = direction != StrideDirection::Unknown;
        let whole = c.part == Part::Whole;
        let time_s = c.end - c.start;
        let belt_m = self.belt_mps.or(self.treadmill_mps).map(|v| v * time_s);
        let backward = told && c.direction == Direction::Backward;
        let t = match direction {
            StrideDirection::Backward => self.judge.judge(m, reason.is_none(), self.zero),
            _ => Technique::default(),
        };
        Stride {
            start: self.time(c.start),
            end: self.time(c.end),
            detected: self.now,
            direction,
            contact: t.landed.map(|l| l.contact),
            contact_confidence: t.landed.map(|l| l.confidence),
            heel_contact: at(c.heel.filter(|_| told)),
            knee_extension: at(c.knee.filter(|_| told)),
            forefoot_rise: at(c.forefoot.filter(|_| told)),
            final_contact: at(c.final_contact.filter(|_| told)),
            mid_swing: at(c.mid_swing),
            stride_time_s: whole.then_some(time_s),
            roll_time_s: c.heel.filter(|_| backward).map(|h| h - c.start),
            roll_quality: t.roll_quality,
            ankle_drop_m: t.ankle_drop_m,
            stance_fraction: c.stance_fraction().filter(|_| told),
            stride_length_m: m.length_m,
            stride_length_sd_m: m.length_sd_m,
            speed_mps: m.length_m.map(|l| l / time_s),
            speed_sd_mps: m.length_sd_m.map(|sd| sd / time_s),
            belt_ratio: m.length_m.zip(belt_m).filter(|(_, b)| *b > 0.0).map(|(l, b)| l / b),
            cadence_steps_per_min: whole.then(|| 120.0 / time_s),
            swing_lift_m: m.lift_m,
            swing_lift_sd_m: m.lift_sd_m,
            mid_swing_dps: m.mid_swing_dps,
            regularity: m.regularity,
            knee_min_flexion_deg: t.knee.min_deg,
            knee_min_low_deg: t.knee.range_deg.map(|r| r[0]),
            knee_min_high_deg: t.knee.range_deg.map(|r| r[1]),
            knee_excursion_deg: t.knee.excursion_deg,
            knee_excursion_sd_deg: t.knee.excursion_sd_deg,
            knee_source: t.knee.source,
            knee_verdict: t.knee.verdict,
            knee_needs: t.knee.needs,
            confidence: if told { c.confidence } else { 0.0 },
            valid: reason.is_none(),
            invalid_reason: reason,
        }
    }

    fn count(&mut self, record: &Stride, m: &Measured, valid: bool) {
        let direction = record.direction;
        let strides = &mut self.summary.strides;
        let counter = match direction {
            StrideDirection::Turning => &mut strides.turning,
            StrideDirection::InPlace => &mut strides.in_place,
            StrideDirection::Unknown => &mut strides.unknown,
            _ if !valid => &mut strides.invalid,
            StrideDirection::Backward => &mut strides.backward,
            StrideDirection::Forward => &mut strides.forward,
        };
        *counter += 1;
        if valid {
            match direction {
                StrideDirection::Backward => {
                    self.backward.add(record);
                    self.summary.backward_m += m.length_m.unwrap_or(0.0);
                }
                StrideDirection::Forward => {
                    self.forward.add(record);
                    self.summary.forward_m += m.length_m.unwrap_or(0.0);
                }
                _ => {}
            }
        }
    }

    fn check_belt(&mut self, stride: &Stride, emit: &mut impl FnMut(Output)) {
        let Some(ratio) = stride.belt_ratio.filter(|_| stride.valid) else { return };
        if (ratio - 1.0).abs() <= self.params.belt_share {
            self.off_belt = 0;
            return;
        }
        self.off_belt += 1;
        if self.off_belt == BELT_STRIDES {
            self.notice(What::BeltMismatch { ratio }, emit);
        }
    }

    /// The person has been standing still for `quiet_s` up to `t`.
    pub fn standing(&mut self, t: f64, quiet_s: f64, emit: &mut impl FnMut(Output)) {
        let spans = &mut Spans { origin: self.origin, now: self.now, summary: &mut self.summary };
        self.bouts.standing(t - quiet_s, t, &mut |s| spans.tell(&s, emit));
    }

    /// Samples are missing.
    pub fn gap(
        &mut self,
        (from, length): (SensorTime, Span),
        lost: u64,
        broken: bool,
        emit: &mut impl FnMut(Output),
    ) {
        let data = &mut self.summary.data;
        data.gaps += 1;
        data.gap_s += length.seconds();
        data.lost += lost;
        if let Some(series) = self.series.as_mut().filter(|_| broken) {
            series.cut(self.origin, &mut |row| emit(Output::Series(row)));
        }
        self.notice(What::Gap { from, length }, emit);
    }

    /// What each valid backward stride with both sensors showed of the knee.
    pub(crate) fn knees(&self) -> Vec<[f64; 3]> {
        self.judge.both().collect()
    }

    /// The end: what is still open, then the summary.
    pub fn finish(mut self, emit: &mut impl FnMut(Output)) {
        let end = self.seconds(self.now);
        let spans = &mut Spans { origin: self.origin, now: self.now, summary: &mut self.summary };
        self.bouts.finish(end, &mut |s| spans.tell(&s, emit));
        if let Some(series) = &mut self.series {
            series.cut(self.origin, &mut |row| emit(Output::Series(row)));
        }
        self.summary.backward = self.backward.figures();
        self.summary.forward = self.forward.figures();
        self.summary.technique = self.log.summary();
        emit(Output::Record(Record::Summary(Box::new(self.summary))));
    }
}

/// Tells spans of activity and adds them up.
struct Spans<'a> {
    origin: SensorTime,
    now: SensorTime,
    summary: &'a mut Summary,
}

impl Spans<'_> {
    fn tell(&mut self, span: &bout::Span, emit: &mut impl FnMut(Output)) {
        let at = |t: f64| self.origin.plus(Span::from_seconds(t)).min(self.now);
        let d = &mut self.summary.durations;
        let sum = match span.activity {
            Activity::Backward => &mut d.backward_s,
            Activity::Forward => &mut d.forward_s,
            Activity::Turning => &mut d.turning_s,
            Activity::Standing => &mut d.standing_s,
            Activity::Other => &mut d.other_s,
        };
        *sum += span.end - span.start;
        emit(Output::Record(Record::Bout(Bout {
            start: at(span.start),
            end: at(span.end),
            activity: span.activity,
            strides: span.strides,
        })));
    }
}

#[cfg(test)]
mod tests;

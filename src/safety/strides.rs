//! Rules over strides: robust statistics of the last ones, against this person first.

use super::robust::{median, spread};
use super::rule::Rule;
use super::spectrum::Spectrum;
use super::tuning::Tuning;
use crate::record::{Contact, Direction, Evidence, KneeNeeds, KneeVerdict, Stride, StrideDirection};
use crate::time::SensorTime;

/// Strides that are looked at for variability.
const WINDOW: usize = 20;
/// Fewest valid strides for a statistic.
pub const LEAST: usize = 12;
/// Strides in a row beyond a limit before it is told.
const IN_A_ROW: u32 = 3;
/// Walk ratio of backward walking, m per step/min: biomechanical model, from the published drop in
/// speed at the same cadence.
const WALK_RATIO: f64 = 0.005;
/// Fastest rate of a swing at speed `v`: 75 + 210 v deg/s (acted backward walking, 0.45 to 1.1 m/s).
const SWING_DPS: (f64, f64) = (75.0, 210.0);
/// A stride so much longer than usual belongs to a walk that is being ended.
const SLOWING: f64 = 1.12;
/// Longest pause between strides of one stretch, s.
const PAUSE_S: f64 = 4.0;

/// What a person's accepted sessions say is usual.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Usual {
    /// Coefficient of variation of the stride time.
    pub variation: Option<f64>,
    /// Smallest stance flexion of the knee, deg.
    pub knee_min_deg: Option<f64>,
}

/// What one stride is, for these rules.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    time_s: f64,
    /// From the fastest moment of the swing before to that of this one, the sharpest landmark of a shank: a contact
    /// is known to some hundredths of a second, and its error is no unevenness of the person.
    swing_to_swing_s: f64,
    length_m: Option<f64>,
    shuffles: bool,
    contact: Option<Contact>,
    verdict: Option<KneeVerdict>,
    fast: bool,
    drags: Option<bool>,
}

/// Something that was found, or that goes on.
pub type Found = (Rule, Evidence);

/// The rules over strides.
#[derive(Clone, Debug)]
pub struct StrideRules {
    tuning: Tuning,
    usual: Usual,
    belt_mps: Option<f64>,
    /// The last strides, oldest first.
    rows: [Row; WINDOW],
    n: usize,
    /// Valid backward strides in all.
    valid: u32,
    last_end: f64,
    /// Fastest moment of the last stride's swing, s, and the end of that stride.
    swung: Option<(f64, SensorTime)>,
    uneven: u32,
    is_uneven: bool,
    /// Own ratio of stride length and belt, and the way lost on the belt, m.
    ratio: Option<(f64, u32)>,
    lost_m: f64,
    /// First knees of the session.
    knees: [f64; LEAST],
    first_knees: usize,
    last_knees: [f64; LEAST],
    knee_n: usize,
    against_plan: u32,
    /// A verdict on contacts, knees or lengths has been seen.
    pub seen: Seen,
}

/// What strides have brought so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Landings are judged.
    pub contact: bool,
    /// The knee is measured or judged.
    pub knee: bool,
    /// Lengths are measured.
    pub length: bool,
}

impl StrideRules {
    /// With these limits.
    pub fn new(tuning: &Tuning, usual: Usual, belt_mps: Option<f64>) -> Self {
        Self {
            tuning: *tuning,
            usual,
            belt_mps,
            rows: [Row::default(); WINDOW],
            n: 0,
            valid: 0,
            last_end: f64::NEG_INFINITY,
            swung: None,
            uneven: 0,
            is_uneven: false,
            ratio: None,
            lost_m: 0.0,
            knees: [0.0; LEAST],
            first_knees: 0,
            last_knees: [0.0; LEAST],
            knee_n: 0,
            against_plan: 0,
            seen: Seen::default(),
        }
    }

    /// Whether there are enough strides for statistics.
    pub fn enough(&self) -> bool {
        self.n >= LEAST
    }

    fn get(&self, rule: Rule, place: usize) -> f64 {
        self.tuning.get(rule, place)
    }

    fn rows(&self) -> &[Row] {
        &self.rows[..self.n]
    }

    fn push(&mut self, row: Row) {
        if self.n == WINDOW {
            self.rows.rotate_left(1);
            self.n -= 1;
        }
        self.rows[self.n] = row;
        self.n += 1;
    }

    /// Takes a stride whose swing was `swing_dps` fast; tells what goes on.
    pub fn stride(
        &mut self,
        s: &Stride,
        swing_dps: Option<f64>,
        spectrum: &mut Spectrum,
        emit: &mut impl FnMut(Found),
    ) {
        self.plan(s, emit);
        self.seen.contact |= s.contact.is_some();
        self.seen.knee |= s.knee_min_flexion_deg.is_some() || s.knee_verdict.is_some();
        self.seen.length |= s.stride_length_m.is_some();
        let (Some(time_s), true, StrideDirection::Backward) = (s.stride_time_s, s.valid, s.direction) else {
            return;
        };
        if s.start.seconds() - self.last_end > PAUSE_S {
            // Another stretch of walking: what was uneven before says nothing of it.
            self.n = 0;
            self.uneven = 0;
            self.lost_m = 0.0;
        }
        let swung = s.mid_swing.map(SensorTime::seconds);
        let swing_to_swing_s = match (swung, self.swung) {
            (Some(now), Some((before, end))) if end == s.start => now - before,
            _ => time_s,
        };
        self.swung = swung.map(|t| (t, s.end));
        self.last_end = s.end.seconds();
        self.valid += 1;
        let lift_limit = self.get(Rule::FootDrag, 3);
        self.push(Row {
            time_s,
            swing_to_swing_s,
            length_m: s.stride_length_m,
            shuffles: self.shuffles(s, time_s, swing_dps),
            contact: s.contact,
            verdict: s.knee_verdict,
            fast: s.speed_mps.is_some_and(|v| v > self.get(Rule::SpeedCeiling, 2)),
            drags: s.swing_lift_m.map(|l| l < lift_limit),
        });
        self.variability(spectrum, emit);
        self.shares(emit);
        self.festination(spectrum, emit);
        self.belt(s, emit);
        self.knee(s, emit);
    }

    fn plan(&mut self, s: &Stride, emit: &mut impl FnMut(Found)) {
        let Some(planned) = self.tuning.planned else { return };
        self.against_plan = match (s.direction, planned) {
            (StrideDirection::Backward, Direction::Forward)
            | (StrideDirection::Forward, Direction::Backward) => self.against_plan + 1,
            (StrideDirection::Backward | StrideDirection::Forward, _) => 0,
            _ => self.against_plan,
        };
        if f64::from(self.against_plan) >= self.get(Rule::WrongDirection, 2) {
            emit((Rule::WrongDirection, Evidence::default().with("strides", f64::from(self.against_plan))));
        }
    }

    fn shuffles(&self, s: &Stride, time_s: f64, swing_dps: Option<f64>) -> bool {
        let cadence = 120.0 / time_s;
        let share = self.get(Rule::Shuffling, 2);
        let speed = WALK_RATIO * cadence * cadence / 60.0;
        let usual_dps = SWING_DPS.0 + SWING_DPS.1 * speed;
        let usual_m = 2.0 * WALK_RATIO * cadence;
        let slow = swing_dps.is_some_and(|d| d < share * usual_dps);
        let short = s.stride_length_m.is_some_and(|l| l < share * usual_m);
        let lags = s.stance_fraction.is_some_and(|f| f > self.get(Rule::Shuffling, 4));
        let flat = s.contact.is_some_and(|c| matches!(c, Contact::Flat | Contact::HeelFirst));
        // A foot that is lifted has room over the floor, however it lands.
        let low = s.swing_lift_m.map_or(lags && flat, |lift| lift < self.get(Rule::Shuffling, 3));
        low && (slow || short)
    }

    fn variability(&mut self, spectrum: &mut Spectrum, emit: &mut impl FnMut(Found)) {
        if self.n < LEAST {
            return;
        }
        let mut times = [0.0; WINDOW];
        for (t, row) in times.iter_mut().zip(self.rows()) {
            *t = row.swing_to_swing_s;
        }
        let Some((centre, sd)) = spread(&times[..self.n]) else { return };
        let variation = sd / centre;
        let population = self.get(Rule::Variability, 2) / 100.0;
        // Own baseline first; below half of what most people stay under a spread of 20 strides is chance.
        let limit = match self.usual.variation {
            Some(own) => (self.get(Rule::Variability, 3) * own).max(0.5 * population),
            None => population,
        };
        let clears = self.get(Rule::Variability, 4);
        self.uneven = if variation > limit { self.uneven + 1 } else { 0 };
        self.is_uneven = self.uneven >= IN_A_ROW || (self.is_uneven && variation > clears * limit);
        if self.is_uneven {
            let evidence = Evidence::default()
                .with("variation_pct", 100.0 * variation)
                .with("limit_pct", 100.0 * limit)
                .with("strides", self.n as f64)
                .with("regularity", spectrum.last().regularity);
            emit((Rule::Variability, evidence));
        }
    }

    /// Rules of the kind "so many of the last so many".
    fn shares(&mut self, emit: &mut impl FnMut(Found)) {
        let mut of = |rows: &[Row], rule: Rule, least: f64, is: &dyn Fn(&Row) -> Option<bool>| {
            let judged: usize = rows.iter().filter(|r| is(r).is_some()).count();
            let hits = rows.iter().filter(|r| is(r) == Some(true)).count();
            if hits as f64 >= least && judged > 0 {
                emit((
                    rule,
                    Evidence::default().with("strides", hits as f64).with("of_strides", rows.len() as f64),
                ));
            }
        };
        let rows = &self.rows[..self.n];
        let last = |n: usize| &rows[rows.len().saturating_sub(n)..];
        // Only a stride that shows it again is evidence that it goes on.
        let Some(newest) = rows.last() else { return };
        if newest.shuffles {
            of(last(5), Rule::Shuffling, self.tuning.get(Rule::Shuffling, 5), &|r| Some(r.shuffles));
        }
        if newest.fast {
            of(last(5), Rule::SpeedCeiling, self.tuning.get(Rule::SpeedCeiling, 3), &|r| Some(r.fast));
        }
        let flat = |r: &Row| r.contact.map(|c| matches!(c, Contact::Flat | Contact::HeelFirst));
        if flat(newest) == Some(true) {
            of(last(4), Rule::FlatLanding, self.tuning.get(Rule::FlatLanding, 2), &flat);
        }
        let up = |r: &Row| r.contact.map(|c| c == Contact::ToeOnly);
        if up(newest) == Some(true) {
            of(last(4), Rule::HeelUp, self.tuning.get(Rule::HeelUp, 2), &up);
        }
        let bent = |r: &Row| r.verdict.map(|v| v == KneeVerdict::Missed);
        if bent(newest) == Some(true) {
            of(last(4), Rule::KneeBent, self.tuning.get(Rule::KneeBent, 2), &bent);
        }
        if newest.drags == Some(true) {
            of(last(4), Rule::FootDrag, self.tuning.get(Rule::FootDrag, 2), &|r| r.drags);
        }
    }

    fn festination(&mut self, spectrum: &mut Spectrum, emit: &mut impl FnMut(Found)) {
        // Five strides against the eight before.
        if self.n < 13 {
            return;
        }
        let rows = self.rows();
        let (before, now) = (&rows[self.n - 13..self.n - 5], &rows[self.n - 5..]);
        let time = |rows: &[Row]| median(rows.iter().map(|r| r.time_s));
        let length = |rows: &[Row]| median(rows.iter().filter_map(|r| r.length_m));
        let (Some(t0), Some(t1)) = (time(before), time(now)) else { return };
        let (Some(l0), Some(l1)) = (length(before), length(now)) else { return };
        let (quicker, shorter) = (t0 / t1 - 1.0, 1.0 - l1 / l0);
        if shorter <= self.get(Rule::Festination, 3) {
            return;
        }
        let freeze_ratio = spectrum.last().freeze_ratio;
        if quicker > self.get(Rule::Festination, 2) || freeze_ratio > self.get(Rule::Festination, 4) {
            let evidence = Evidence::default()
                .with("quicker_pct", 100.0 * quicker)
                .with("shorter_pct", 100.0 * shorter)
                .with("freeze_ratio", freeze_ratio);
            emit((Rule::Festination, evidence));
        }
    }

    fn belt(&mut self, s: &Stride, emit: &mut impl FnMut(Found)) {
        let (Some(belt), Some(ratio), Some(time_s)) = (self.belt_mps, s.belt_ratio, s.stride_time_s) else {
            return;
        };
        // A belt that is being stopped lengthens the strides: then its speed is not the one given.
        let usual_s = median(self.rows().iter().map(|r| r.time_s)).unwrap_or(time_s);
        if time_s > SLOWING * usual_s {
            self.lost_m = 0.0;
            return;
        }
        // Lengths are off by some percent for each person: their own ratio is the measure.
        let (own, n) = *self.ratio.get_or_insert((ratio.clamp(0.85, 1.15), 0));
        let slack = self.get(Rule::BeltDrift, 3);
        let missing = own - ratio;
        if missing.abs() < slack || n < 4 {
            let n = (n + 1).min(20);
            self.ratio = Some(((own + (ratio - own) / f64::from(n)).clamp(0.85, 1.15), n));
        }
        self.lost_m =
            (self.lost_m + (missing.abs() - slack).max(0.0).copysign(missing) * belt * time_s).max(0.0);
        if missing < slack {
            // Back on the belt's pace: the place is held.
            self.lost_m *= 0.7;
        } else if self.lost_m > self.get(Rule::BeltDrift, 2) {
            let evidence =
                Evidence::default().with("lost_m", self.lost_m).with("ratio", ratio).with("own_ratio", own);
            emit((Rule::BeltDrift, evidence));
        }
    }

    fn knee(&mut self, s: &Stride, emit: &mut impl FnMut(Found)) {
        // While an inclination settles the knee is not known well enough to be compared.
        let settled = s.knee_needs != Some(KneeNeeds::Stride);
        let Some(knee) = s.knee_min_flexion_deg.filter(|_| settled) else { return };
        if self.first_knees < LEAST {
            self.knees[self.first_knees] = knee;
            self.first_knees += 1;
        }
        self.last_knees[self.knee_n % LEAST] = knee;
        self.knee_n += 1;
        if self.knee_n < 2 * LEAST {
            return;
        }
        let start = self.usual.knee_min_deg.or_else(|| median(self.knees));
        let (Some(start), Some(now)) = (start, median(self.last_knees)) else { return };
        if now - start > self.get(Rule::KneeDeficit, 2) {
            let evidence = Evidence::default().with("knee_deg", now).with("at_start_deg", start);
            emit((Rule::KneeDeficit, evidence));
        }
    }
}

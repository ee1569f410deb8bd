//! Simulated walks, and what was said of their technique held against what they were.

use std::fmt::Write as _;

use retrogait::capture::CaptureMeta;
use retrogait::imu::Sample;
use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::{Contact, Record, Stride, StrideDirection};
use retrogait::sim::device::SensorKind;
use retrogait::sim::scenario::{Scenario, SpeedChoice};
use retrogait::sim::setup::{Play, Setup};

/// One walk.
#[derive(Clone, Debug)]
pub struct Case {
    pub scenario: &'static str,
    pub speed_mps: f64,
    pub seed: u64,
    pub thigh: bool,
    pub settings: Settings,
    /// Changes how it is simulated.
    pub setup: fn(&mut Setup),
    /// Changes what the capture says of itself, and its samples.
    pub spoil: fn(&mut CaptureMeta, &mut Vec<Sample>),
}

impl Default for Case {
    fn default() -> Self {
        Self {
            scenario: "bw_normal_coached",
            speed_mps: 0.67,
            seed: 1,
            thigh: false,
            settings: Settings::default(),
            setup: |_| {},
            spoil: |_, _| {},
        }
    }
}

/// What came of it.
pub struct Played {
    pub meta: CaptureMeta,
    pub samples: Vec<Sample>,
    pub strides: Vec<Stride>,
    pub notices: Vec<&'static str>,
    /// Error of the straightest knee of each valid backward stride whose truth is known, deg; none where no
    /// angle is told.
    pub knees: Vec<Option<f64>>,
    /// Flexion of the standing knee: what a goniometer reads.
    pub standing_deg: f64,
}

/// How right it was.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Answers to labelled landings of judged strides.
    answers: Vec<Option<Contact>>,
    /// Measured over true stride length.
    length_ratio: Vec<f64>,
    /// Error of the smallest flexion, deg, and whether its range holds the truth.
    knee: Vec<(f64, bool)>,
}

/// How a walk is simulated.
fn setup(case: &Case) -> Setup {
    let scenario = Scenario::named(case.scenario).unwrap();
    let speed_mps = (scenario.speed != SpeedChoice::None).then_some(case.speed_mps);
    let mut setup = Setup::playing(Play::Scenario { scenario, speed_mps, seconds: Some(30.0) });
    setup.seed = case.seed;
    setup.thigh = case.thigh;
    setup.sensor = [SensorKind::Bmi270, SensorKind::Lsm6dso, SensorKind::Mti][(case.seed % 3) as usize];
    (case.setup)(&mut setup);
    setup
}

/// Height of the ankle over the floor, moment by moment: s and m.
pub fn ankle_heights(case: &Case) -> Vec<(f64, f64)> {
    let mut walker = setup(case).walker().unwrap();
    let body = *walker.body();
    std::iter::from_fn(|| walker.next_moment())
        .map(|m| {
            let (sin, cos) = m.foot_pitch_deg.to_radians().sin_cos();
            (m.time_s, m.heel_m + body.heel_m * sin + body.ankle_m * cos)
        })
        .collect()
}

/// Plays a walk, replays it, and adds it up. Two-sensor angles are told the standing knee.
pub fn play(case: &Case, tally: &mut Tally) -> Played {
    let recording = setup(case).record().unwrap();
    let standing_deg = recording.steps[50].knee_flexion_deg;
    let mut samples: Vec<Sample> = recording.steps.iter().map(|s| s.sample).collect();
    let mut meta = recording.meta;
    (case.spoil)(&mut meta, &mut samples);
    let mut settings = case.settings;
    settings.aims.knee.standing_deg = Some(standing_deg);
    let (mut strides, mut notices) = (Vec::new(), Vec::new());
    let mut emit = |o: Output| match o {
        Output::Record(Record::Stride(s)) => strides.push(s),
        Output::Record(Record::Notice(n)) => notices.push(n.what.code()),
        _ => {}
    };
    let mut pipeline = Pipeline::new(&meta, settings);
    for s in &samples {
        pipeline.push(s, &mut emit);
    }
    pipeline.finish(&mut emit);
    let mut knees = Vec::new();
    let near = |t: f64, s: &Stride| (s.start.seconds() - t).abs() < 0.15;
    for s in strides.iter().filter(|s| s.valid && s.direction == StrideDirection::Backward) {
        if recording.truth.contacts.iter().flatten().any(|c| near(c.time_s, s)) {
            tally.answers.push(s.contact);
        }
        if let (Some(length), Some(time)) = (s.stride_length_m, s.stride_time_s) {
            tally.length_ratio.push(length / (case.speed_mps * time));
        }
        let truth = recording.truth.stance_knee.iter().flatten().find(|k| near(k.toe_contact_s, s));
        if let Some(truth) = truth {
            knees.push(s.knee_min_flexion_deg.map(|min| min - truth.knee_min_deg));
        }
        if let (Some(truth), Some(min), Some(low), Some(high)) =
            (truth, s.knee_min_flexion_deg, s.knee_min_low_deg, s.knee_min_high_deg)
        {
            tally.knee.push((min - truth.knee_min_deg, (low..=high).contains(&truth.knee_min_deg)));
        }
    }
    Played { meta, samples, strides, notices, knees, standing_deg }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Tally {
    pub fn said(&self, contact: Contact) -> usize {
        self.answers.iter().filter(|a| **a == Some(contact)).count()
    }

    /// Share of the landings that got an answer.
    pub fn answered(&self) -> f64 {
        let open = self.answers.iter().filter(|a| matches!(a, None | Some(Contact::Uncertain))).count();
        1.0 - open as f64 / self.answers.len() as f64
    }

    /// Share of the answers that are right: toes first, or (both words together) flat or heel first.
    pub fn right(&self, toes: bool) -> f64 {
        let (toe, flat) =
            (self.said(Contact::ToeFirst), self.said(Contact::Flat) + self.said(Contact::HeelFirst));
        let told = toe + flat + self.said(Contact::ToeOnly);
        (if toes { toe } else { flat }) as f64 / told as f64
    }

    /// Median error of the stride length, %.
    pub fn length_bias(&self) -> f64 {
        100.0 * (median(&self.length_ratio) - 1.0)
    }

    pub fn contacts(&self) -> String {
        let mut text = format!("{} landings", self.answers.len());
        for (contact, word) in [
            (Contact::ToeFirst, "toe_first"),
            (Contact::Flat, "flat"),
            (Contact::HeelFirst, "heel_first"),
            (Contact::ToeOnly, "toe_only"),
            (Contact::Uncertain, "uncertain"),
        ] {
            let _ = write!(text, ", {word} {}", self.said(contact));
        }
        text
    }

    pub fn lengths(&self) -> String {
        let errors: Vec<f64> = self.length_ratio.iter().map(|r| 100.0 * (r - 1.0).abs()).collect();
        let bias = 100.0 * (median(&self.length_ratio) - 1.0);
        format!("{} strides, median {bias:+.1} %, median size {:.1} %", errors.len(), median(&errors))
    }

    /// F1 of toe-first against flat (or heel-first), of what was answered.
    pub fn f1_toe_first(toes: &Self, flat: &Self) -> f64 {
        let (hit, false_alarm) = (toes.said(Contact::ToeFirst), flat.said(Contact::ToeFirst));
        let miss = toes.said(Contact::Flat) + toes.said(Contact::HeelFirst) + toes.said(Contact::ToeOnly);
        2.0 * hit as f64 / (2 * hit + false_alarm + miss) as f64
    }

    pub fn knee_mae(&self) -> f64 {
        self.knee.iter().map(|k| k.0.abs()).sum::<f64>() / self.knee.len() as f64
    }

    /// Share of the angles whose range holds the truth.
    pub fn knee_held(&self) -> f64 {
        self.knee.iter().filter(|k| k.1).count() as f64 / self.knee.len() as f64
    }

    pub fn knees(&self) -> String {
        let n = self.knee.len() as f64;
        let bias = self.knee.iter().map(|k| k.0).sum::<f64>() / n;
        let held = self.knee_held();
        format!(
            "simulated: {n} strides, bias {bias:+.1} deg, MAE {:.1} deg, 95 % range holds in {:.0} %",
            self.knee_mae(),
            100.0 * held
        )
    }
}

/// The thigh's samples come so many rows late; early when negative.
pub fn late(samples: &mut [Sample], rows: isize) {
    let old: Vec<_> = samples.iter().map(|s| s.thigh).collect();
    for (n, s) in samples.iter_mut().enumerate() {
        s.thigh = old[n.saturating_add_signed(-rows).min(old.len() - 1)];
    }
}

/// Each sensor sits where the other should.
pub fn swap(samples: &mut [Sample]) {
    for s in samples {
        if let Some(thigh) = &mut s.thigh {
            std::mem::swap(&mut s.shank, thigh);
        }
    }
}

/// The thigh's sensor is on a leg that does the same half a stride later.
pub fn other_leg(samples: &mut [Sample]) {
    let rate: Vec<f64> = samples.iter().map(|s| s.shank.gyr_dps.iter().map(|g| g * g).sum::<f64>()).collect();
    let (first, last) = (samples.len() / 3, samples.len() * 2 / 3);
    let mean = rate[first..last].iter().sum::<f64>() / (last - first) as f64;
    let alike =
        |lag: usize| -> f64 { (first..last).map(|n| (rate[n] - mean) * (rate[n + lag] - mean)).sum() };
    let stride = (60..240).filter(|l| last + l < rate.len()).max_by(|a, b| alike(*a).total_cmp(&alike(*b)));
    late(samples, isize::try_from(stride.unwrap_or(120) / 2).unwrap());
}

/// Half-way the thigh's sensor turns about its own z, the sagittal axis, within 0.3 s, and stays so.
pub fn slip(samples: &mut [Sample], degrees: f64) {
    const SLIP_S: f64 = 0.3;
    let start = samples[samples.len() / 2].time;
    for s in &mut samples[..] {
        let share = (s.time.since(start).seconds() / SLIP_S).clamp(0.0, 1.0);
        let Some(thigh) = s.thigh.as_mut().filter(|_| share > 0.0) else { continue };
        let (sin, cos) = (share * degrees).to_radians().sin_cos();
        let turn = |[x, y, z]: [f64; 3]| [x * cos - y * sin, x * sin + y * cos, z];
        thigh.acc_mps2 = turn(thigh.acc_mps2);
        thigh.gyr_dps = turn(thigh.gyr_dps);
        if share < 1.0 {
            thigh.gyr_dps[2] -= degrees / SLIP_S;
        }
    }
}

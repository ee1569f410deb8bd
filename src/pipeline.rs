//! The whole signal path as one object: samples in, records out.
//!
//! Replay, live sessions and benchmarks all run exactly this. It reads no clock and does no input or
//! output; time enters with the samples. Once it runs it allocates nothing, and each sample costs a
//! bounded amount of work: one cell of the grid at usual rates, and once in a capture whose mount is
//! not given the twelve seconds that had to wait for it.
//!
//! ```
//! use retrogait::capture::CaptureMeta;
//! use retrogait::imu::{Imu, Sample};
//! use retrogait::pipeline::{Output, Pipeline, Settings};
//! use retrogait::record::Record;
//! use retrogait::time::SensorTime;
//!
//! let meta = CaptureMeta { mount: "x=anterior,y=up,z=right".parse().ok(), ..CaptureMeta::default() };
//! let mut pipeline = Pipeline::new(&meta, Settings::default());
//! let mut standing_s = 0.0;
//! let mut emit = |output: Output| {
//!     if let Output::Record(Record::Summary(summary)) = output {
//!         standing_s = summary.durations.standing_s;
//!     }
//! };
//! for k in 0..500 {
//!     let shank = Imu { acc_mps2: [0.0, 9.81, 0.0], gyr_dps: [0.0; 3] };
//!     let sample = Sample { time: SensorTime::from_micros(k * 10_000), shank, thigh: None };
//!     pipeline.push(&sample, &mut emit);
//! }
//! pipeline.finish(&mut emit);
//! assert!((standing_s - 5.0).abs() < 0.1);
//! ```

use crate::body::Body;
use crate::calibrate::mounting::{self, Mounting, Now};
use crate::calibrate::reference::{Reference, Sitting};
use crate::calibrate::seat::Seat;
use crate::capture::{CaptureMeta, Placement};
use crate::events::detector;
use crate::gait::{self, Gait, Said};
use crate::imu::{Imu, Sample};
use crate::mount::{Mount, Swap};
use crate::notice::What;
use crate::orient::attitude::{Attitudes, Pose};
use crate::orient::{standing, vqf};
use crate::person::Aims;
use crate::record::{Record, SeriesRow};
use crate::safety::strides::Usual;
use crate::safety::tuning::Tuning;
use crate::safety::{self, Safety};
use crate::sagittal;
use crate::scribe::{self, Scribe};
use crate::signal::clip::Clip;
use crate::signal::grid::{self, Cell, Grid, Taken};
use crate::signal::noise::{self, Noise};
use crate::stride::measure::{self, Measured};
use crate::technique::judge::{self, Judge};
use crate::technique::pair::Fit;
use crate::time::Span;

/// What can be set from outside.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Settings {
    /// Whether series rows are made.
    pub series: bool,
    /// Limits of the rules.
    pub rules: Tuning,
    /// What is usual for this person.
    pub usual: Usual,
    /// What the person's strides are held to.
    pub aims: Aims,
    /// How the sensors sat when they were calibrated.
    pub reference: Option<Reference>,
}

/// Anything that leaves the pipeline.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a boxed stride would allocate in the core")]
pub enum Output {
    /// A record of the output stream.
    Record(Record),
    /// A row of the series.
    Series(SeriesRow),
}

/// Rate below which event times are coarse, samples a second.
const COARSE_HZ: f64 = 45.0;
/// Samples after which the rate is known well enough to speak of it.
const RATE_SAMPLES: u64 = 64;

/// How often a wait is looked at, µs. Waits are counted in whole steps, so that a session and the replay of
/// its recording, which know the same wait at other moments, do the same.
const WAIT_STEP_US: i64 = 250_000;
/// Steps without a sample after which what is under way is ended. 1 s: longer than a swing lasts even
/// when walking slowly (0.5 to 0.8 s), so that no step is waited for that cannot be seen any more.
const WAIT_STEPS: i64 = 4;
/// Steps that are looked at: after a minute nothing more becomes known by waiting.
const MOST_WAIT_STEPS: i64 = 240;

/// The signal path.
#[derive(Clone, Debug)]
pub struct Pipeline {
    grid: Grid,
    clips: [Clip; 2],
    path: Path,
    /// When the last sample arrived, by the clock of whoever receives them.
    arrived: Option<Span>,
    /// Steps for which the next has been waited for.
    waited: i64,
    /// Whether it was a walk that broke off.
    walked: bool,
}

impl Pipeline {
    /// A pipeline for a capture that says `meta` of itself.
    pub fn new(meta: &CaptureMeta, settings: Settings) -> Self {
        let body = Body::of(meta);
        let mut mounting =
            Mounting::new(mounting::Params::default(), meta.mount.is_some(), meta.thigh_mount.is_some());
        if let Some(reference) = &settings.reference {
            mounting.calibrate(reference);
        }
        let params = gait::Params {
            sagittal: sagittal::Params { low_pass_hz: 15.0, ankle_m: body.ankle_m },
            detector: detector::Params::new(body.ankle_m),
            measure: measure::Params::default(),
            body,
        };
        Self {
            grid: Grid::new(grid::Params::default()),
            clips: [Clip::default(); 2],
            path: Path {
                swaps: [meta.mount, meta.thigh_mount].map(|m| m.unwrap_or(Mount::IDENTITY).swap()),
                noise: Noise::new(noise::Params::default()),
                attitudes: Attitudes::new(vqf::Params::SHANK, standing::Params::default()),
                mounting,
                gait: Gait::new(&params),
                safety: Safety::new(
                    &settings.rules,
                    safety::Known {
                        mounted: meta.mount.is_some(),
                        belt_mps: meta.treadmill_mps,
                        usual: settings.usual,
                    },
                ),
                scribe: Scribe::new(
                    scribe::Params::default(),
                    meta.treadmill_mps,
                    settings.series,
                    Judge::new(judge::Params::default(), settings.aims, settings.reference),
                    settings.aims,
                ),
                start: Start {
                    mount_given: meta.mount.is_some(),
                    assumed_height_m: body.assumed_height_m,
                    on_foot: meta.placement == Placement::Foot,
                },
                last_t: 0.0,
                done: Strides::default(),
            },
            arrived: None,
            waited: 0,
            walked: false,
        }
    }

    /// Takes one sample and emits what became known by it.
    ///
    /// A sample whose time is not after the one before or beyond [`crate::time::SensorTime::LIMIT_S`], or whose
    /// figures no sensor reads, is counted and left out.
    pub fn push(&mut self, sample: &Sample, emit: &mut impl FnMut(Output)) {
        let Self { grid, clips, path, .. } = self;
        if !sample.time.is_within_limit() {
            path.scribe.summary.data.rejected += 1;
            return;
        }
        let clipped = clips[0].step(&sample.shank) | sample.thigh.is_some_and(|t| clips[1].step(&t));
        let first = path.scribe.summary.data.samples == 0;
        if first && sample.shank.is_reading() {
            path.scribe.begin(sample.time);
            path.begin(emit);
        }
        if first || sample.time > path.scribe.summary.data.end {
            path.scribe.sample(sample.time, emit);
        }
        path.safety.sample(&sample.shank);
        let taken = grid.push(sample, clipped, |cell| path.cell(&cell, emit));
        let data = &mut path.scribe.summary.data;
        if taken == Taken::Rejected {
            data.rejected += 1;
            return;
        }
        data.samples += 1;
        data.thigh_samples += u64::from(sample.thigh.is_some());
        data.clipped += u64::from(clipped);
        data.rate_hz = grid.interval_s().map(|s| 1.0 / s);
        if clipped && data.clipped == 1 {
            path.scribe.notice(What::Clipped, emit);
        }
        if path.scribe.summary.data.samples == RATE_SAMPLES
            && let Some(rate_hz) = path.scribe.summary.data.rate_hz.filter(|r| *r < COARSE_HZ)
        {
            path.scribe.notice(What::RateLow { rate_hz }, emit);
        }
        if let Taken::AfterGap { from, length, broken } = taken {
            let lost = grid.interval_s().map_or(0.0, |s| libm::round(length.seconds() / s));
            if broken {
                path.broken(emit);
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
            path.scribe.gap((from, length), lost as u64, broken, emit);
            let (from, now) = (path.scribe.seconds(from), path.scribe.seconds(sample.time));
            path.safety.gap(from, now, broken);
            path.tell_safety(emit);
        }
    }

    /// The next sample arrived at this time of the receiver's clock; `None` when nobody noted it.
    ///
    /// Samples that come late are not lost, but nobody could see what went on meanwhile: how long each
    /// was waited for is a fact of the recording, as its samples are.
    pub fn arrives(&mut self, at: Option<Span>, emit: &mut impl FnMut(Output)) {
        if let Some(at) = at {
            self.waiting(at, emit);
        }
        self.arrived = at;
        self.waited = 0;
        self.walked = false;
    }

    /// It is `now` on the receiver's clock, and no sample has come since the last: after a second what is
    /// under way is told as far as it was seen, and the stride that was open is not valid.
    ///
    /// To be called some times a second while samples stay away. When exactly does not matter: what
    /// becomes known is known by the length of the wait.
    pub fn waiting(&mut self, now: Span, emit: &mut impl FnMut(Output)) {
        let Some(arrived) = self.arrived else { return };
        let steps = (now.micros().saturating_sub(arrived.micros()) / WAIT_STEP_US).min(MOST_WAIT_STEPS);
        while self.waited < steps {
            self.waited += 1;
            let path = &mut self.path;
            if self.waited == WAIT_STEPS {
                self.walked = path.safety.is_walking();
                path.cut(emit);
            }
            let last = path.scribe.seconds(path.scribe.summary.data.end);
            let waited_s = Span::from_micros(self.waited * WAIT_STEP_US).seconds();
            path.safety.silence(last, last + waited_s, self.walked);
            path.tell_safety(emit);
        }
    }

    /// How the sensors sit by now, shank and thigh, in nominal axes; `None` before it is known.
    pub fn sittings(&self) -> Option<(Sitting, Option<Sitting>)> {
        let (shank, thigh) = self.path.mounting.seats()?;
        Some((shank.sitting(), thigh.map(Seat::sitting)))
    }

    /// How far the two sensors can be taken together, and how late the thigh's clock is, s.
    pub fn pair(&self) -> (Fit, f64) {
        self.path.gait.pair()
    }

    /// As [`Self::finish`]; returns what each valid backward stride with both sensors showed of the knee:
    /// its smallest flexion, what the shank's geometry makes of mid-stance, and its straightening, deg.
    pub(crate) fn finish_with_knees(mut self, emit: &mut impl FnMut(Output)) -> Vec<[f64; 3]> {
        self.path.cut(emit);
        let knees = self.path.scribe.knees();
        self.path.finish(emit);
        knees
    }

    /// The belt runs at this speed from the next sample on, m/s; `None` is what the capture says of
    /// itself.
    pub fn belt(&mut self, mps: Option<f64>) {
        self.path.scribe.belt(mps);
    }

    /// Ends the capture: emits what was still open, and the summary last.
    pub fn finish(self, emit: &mut impl FnMut(Output)) {
        self.path.finish(emit);
    }
}

/// What is to be said at the first sample.
#[derive(Clone, Copy, Debug)]
struct Start {
    mount_given: bool,
    assumed_height_m: Option<f64>,
    on_foot: bool,
}

/// Everything behind the grid.
#[derive(Clone, Debug)]
struct Path {
    swaps: [Swap; 2],
    noise: Noise,
    attitudes: Attitudes,
    mounting: Mounting,
    gait: Gait,
    safety: Safety,
    scribe: Scribe,
    start: Start,
    last_t: f64,
    /// Strides that this moment completes; empty between moments.
    done: Strides,
}

impl Path {
    fn begin(&mut self, emit: &mut impl FnMut(Output)) {
        if let Some(height_m) = self.start.assumed_height_m {
            self.scribe.notice(What::HeightAssumed { height_m }, emit);
        }
        if !self.start.mount_given {
            self.scribe.notice(What::MountUnknown, emit);
        }
        if self.start.on_foot {
            self.scribe.notice(What::FootPlacement, emit);
        }
    }

    fn cell(&mut self, cell: &Cell, emit: &mut impl FnMut(Output)) {
        let [shank, thigh] = &self.swaps;
        let cell = Cell {
            shank: to_segment(shank, &cell.shank),
            thigh: cell.thigh.map(|t| to_segment(thigh, &t)),
            ..*cell
        };
        let t = self.scribe.seconds(cell.time);
        let pose = self.attitudes.step(t, &cell);
        if let Some(loud) = self.noise.step(cell.shank.gyr_dps, self.scribe.summary.data.rate_hz) {
            self.scribe.notice(if loud { What::Noisy } else { What::NoiseGone }, emit);
        }
        let scribe = &mut self.scribe;
        let now = self.mounting.step(&pose, &mut |what| scribe.notice(what, emit));
        if pose.quiet_s > 0.0 {
            self.scribe.standing(t, pose.quiet_s, emit);
        }
        self.safety.pose(&pose, self.mounting.seats().is_some(), !self.withheld());
        self.tell_safety(emit);
        match now {
            Now::Found => self.catch_up(emit),
            Now::Same if self.mounting.seats().is_some() => self.walk(&pose, emit),
            Now::Same => {}
        }
    }

    /// The mount has been found: goes through what had to wait for it.
    fn catch_up(&mut self, emit: &mut impl FnMut(Output)) {
        let (first, next) = (self.mounting.poses().first(), self.mounting.poses().next());
        let mut before: Option<f64> = None;
        for n in first..next {
            let Some(pose) = self.mounting.poses().get(n).copied() else { continue };
            // What was left out while standing, or lost, breaks what touches it.
            if before.is_some_and(|t| pose.t - t > 1.5 * grid::CELL_S) {
                self.cut(emit);
            }
            before = Some(pose.t);
            self.walk(&pose, emit);
        }
    }

    fn walk(&mut self, pose: &Pose, emit: &mut impl FnMut(Output)) {
        let withheld = self.withheld();
        let Some((shank, thigh)) = self.mounting.seats() else { return };
        let scribe = &mut self.scribe;
        let (strides, safety) = (&mut self.done, &mut self.safety);
        let (motion, knee) = self.gait.step(pose, shank, thigh, &mut |said| match said {
            Said::Event(found) => {
                safety.event(found.kind, found.t, found.direction);
                scribe.event(&found, withheld, emit);
            }
            Said::Stride(m) => strides.push(&m),
            Said::Notice(what) => scribe.notice(what, emit),
        });
        self.last_t = motion.t;
        safety.motion(pose, shank.matrix(), &motion, knee);
        self.mounting.swapped = self.gait.pair().0.is_upside_down();
        self.tell_safety(emit);
        // With the wrong sign every angle is its own mirror image.
        self.scribe.motion(motion.t, (!withheld).then_some((&motion, knee)), emit);
        self.tell_strides(emit);
    }

    /// Whether direction is not to be told.
    fn withheld(&self) -> bool {
        self.mounting.withheld() || self.noise.is_loud()
    }

    fn tell_safety(&mut self, emit: &mut impl FnMut(Output)) {
        while let Some(said) = self.safety.take() {
            self.scribe.safety(said, emit);
        }
    }

    fn tell_strides(&mut self, emit: &mut impl FnMut(Output)) {
        for n in 0..std::mem::take(&mut self.done.n) {
            let Some(m) = &self.done.items[n] else { continue };
            self.scribe.zero = self.mounting.zero();
            let withheld = self.withheld();
            let record = self.scribe.stride(m, withheld, emit);
            self.safety.stride(&record, m.cycle.start, self.last_t);
            let scribe = &mut self.scribe;
            if self.mounting.stride(m, &mut |what| scribe.notice(what, emit)) {
                // The axes have been turned around: what is under way was seen in a mirror.
                self.gait.reset();
                self.safety.forget();
            }
        }
        self.tell_safety(emit);
    }

    /// Ends what is under way.
    fn cut(&mut self, emit: &mut impl FnMut(Output)) {
        let (withheld, scribe) = (self.withheld(), &mut self.scribe);
        let strides = &mut self.done;
        self.gait.cut(self.last_t, &mut |said| match said {
            Said::Event(found) => scribe.event(&found, withheld, emit),
            Said::Stride(m) => strides.push(&m),
            Said::Notice(what) => scribe.notice(what, emit),
        });
        self.tell_strides(emit);
    }

    /// The grid starts anew after a hole.
    fn broken(&mut self, emit: &mut impl FnMut(Output)) {
        self.cut(emit);
        self.noise.restart();
        self.attitudes.restart();
        self.mounting.restart();
    }

    fn finish(mut self, emit: &mut impl FnMut(Output)) {
        let scribe = &mut self.scribe;
        if self.mounting.finish(&mut |what| scribe.notice(what, emit)) == Now::Found {
            self.catch_up(emit);
        }
        self.cut(emit);
        self.tell_safety(emit);
        self.scribe.summary.safety = self.safety.summary();
        self.scribe.summary.mount = self.mounting.summary(self.attitudes.bias_dps());
        self.scribe.finish(emit);
    }
}

fn to_segment(swap: &Swap, imu: &Imu) -> Imu {
    Imu { acc_mps2: swap.apply(imu.acc_mps2), gyr_dps: swap.apply(imu.gyr_dps) }
}

/// The strides that one moment completes.
#[derive(Clone, Copy, Debug, Default)]
struct Strides {
    items: [Option<Measured>; 8],
    n: usize,
}

impl Strides {
    fn push(&mut self, m: &Measured) {
        if let Some(slot) = self.items.get_mut(self.n) {
            *slot = Some(*m);
            self.n += 1;
        }
    }
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
mod tests {
    use super::*;
    use crate::record::StrideDirection;
    use crate::safety::rule::Rule;
    use crate::source::{CaptureReader, ReadOptions};
    use crate::summary::{MountSource, Summary};
    use crate::time::{SensorTime, Span};

    fn fixture(bytes: &[u8]) -> (CaptureMeta, Vec<Sample>) {
        let reader = CaptureReader::new(bytes, "fixture", ReadOptions::default()).unwrap();
        (reader.meta().clone(), reader.map(Result::unwrap).collect())
    }

    fn backward() -> (CaptureMeta, Vec<Sample>) {
        fixture(include_bytes!("../fixtures/backward.csv"))
    }

    fn run(meta: &CaptureMeta, samples: &[Sample], series: bool) -> Vec<Output> {
        let mut said = Vec::new();
        let mut pipeline = Pipeline::new(meta, Settings { series, ..Settings::default() });
        for sample in samples {
            pipeline.push(sample, &mut |o| said.push(o));
        }
        pipeline.finish(&mut |o| said.push(o));
        said
    }

    fn summary(said: &[Output]) -> Summary {
        let Some(Output::Record(Record::Summary(summary))) = said.last() else { panic!("it is last") };
        **summary
    }

    fn codes(said: &[Output]) -> Vec<&'static str> {
        let code = |o: &Output| match o {
            Output::Record(Record::Notice(n)) => Some(n.what.code()),
            _ => None,
        };
        said.iter().filter_map(code).collect()
    }

    #[test]
    fn a_walk_backward_is_told_as_one() {
        let (meta, samples) = backward();
        let said = run(&meta, &samples, false);
        let s = summary(&said);
        assert!(s.strides.backward >= 8 && s.strides.forward == 0, "{:?}", s.strides);
        assert_eq!((s.mount.source, s.mount.sign_known), (MountSource::Line, true));
        assert_eq!(s.data.samples, samples.len() as u64);
        assert!((s.data.rate_hz.unwrap() - 100.0).abs() < 0.5, "{:?}", s.data);
    }

    #[test]
    fn the_axis_of_the_mount_line_decides_the_direction() {
        let (mut meta, samples) = backward();
        // The sensor faces backward, says the line: the same movement is then a forward walk, whose shank
        // goes too far ahead. It is told until the range has shown that, and withheld from then on.
        meta.mount = "x=posterior,y=up,z=left".parse().ok();
        let said = run(&meta, &samples, false);
        assert!(codes(&said).contains(&"mount_suspect"), "{:?}", codes(&said));
        let backward = |o: &&Output| matches!(o, Output::Record(Record::Stride(s)) if s.direction == StrideDirection::Backward);
        assert_eq!(said.iter().filter(backward).count(), 0);
    }

    #[test]
    fn a_row_of_the_series_for_each_sample_in_order() {
        let (meta, samples) = backward();
        let said = run(&meta, &samples, true);
        let rows: Vec<_> =
            said.iter().filter_map(|o| if let Output::Series(r) = o { Some(r.time) } else { None }).collect();
        assert_eq!(rows, samples.iter().map(|s| s.time).collect::<Vec<_>>());
        assert!(run(&meta, &samples, false).iter().all(|o| matches!(o, Output::Record(_))));
    }

    #[test]
    fn what_the_capture_does_not_say_is_told_at_its_first_sample() {
        let (_, samples) = backward();
        let bare = CaptureMeta { placement: Placement::Foot, ..CaptureMeta::default() };
        let mut said = Vec::new();
        Pipeline::new(&bare, Settings::default()).push(&samples[0], &mut |o| said.push(o));
        assert_eq!(codes(&said), ["height_assumed", "mount_unknown", "foot_placement"]);
    }

    #[test]
    fn with_the_mount_not_given_the_walk_is_told_from_its_beginning() {
        let (mut meta, samples) = backward();
        let given = summary(&run(&meta, &samples, false));
        meta.mount = None;
        let said = run(&meta, &samples, false);
        let found = summary(&said);
        assert_eq!((found.mount.source, found.mount.sign_known), (MountSource::Movement, true));
        assert!(codes(&said).contains(&"mount_found"));
        assert!(
            found.strides.backward + 1 >= given.strides.backward && found.strides.forward == 0,
            "{found:?}"
        );
    }

    #[test]
    fn what_is_no_sample_is_counted_and_changes_nothing_else() {
        let (meta, samples) = backward();
        let clean = run(&meta, &samples, false);
        let mut spoilt = Vec::new();
        for (k, sample) in samples.iter().enumerate() {
            spoilt.push(*sample);
            match k % 500 {
                100 => spoilt.push(*sample),
                200 => spoilt.push(Sample { time: sample.time.plus(Span::from_seconds(-5.0)), ..*sample }),
                300 => spoilt.push(Sample { time: SensorTime::from_micros(i64::MAX), ..*sample }),
                400 => {
                    let shank = Imu { gyr_dps: [f64::NAN; 3], ..sample.shank };
                    spoilt.push(Sample { time: sample.time.plus(Span::from_micros(1)), shank, ..*sample });
                }
                _ => {}
            }
        }
        let said = run(&meta, &spoilt, false);
        assert_eq!(said.len(), clean.len());
        assert_eq!(said[..said.len() - 1], clean[..clean.len() - 1]);
        assert_eq!(summary(&said).data.rejected as usize, spoilt.len() - samples.len());
    }

    #[test]
    fn a_capture_without_samples_still_ends_in_a_summary() {
        let said = run(&CaptureMeta::default(), &[], true);
        assert_eq!((said.len(), summary(&said).data.samples), (1, 0));
    }

    /// Samples with the times at which they arrived, looked at 11 times a second or not at all: what was
    /// said, and whether it was said while none came.
    fn received(
        meta: &CaptureMeta,
        samples: &[Sample],
        arrives_s: impl Fn(f64) -> f64,
        looks: bool,
    ) -> (Vec<Output>, Vec<bool>) {
        let (mut said, mut away) = (Vec::new(), Vec::new());
        let mut pipeline = Pipeline::new(meta, Settings::default());
        let mut look = f64::INFINITY;
        for sample in samples {
            let at = arrives_s(sample.time.seconds());
            while looks && look < at {
                pipeline.waiting(Span::from_seconds(look), &mut |o| said.push(o));
                look += 0.09;
            }
            away.resize(said.len(), true);
            pipeline.arrives(Some(Span::from_seconds(at)), &mut |o| said.push(o));
            pipeline.push(sample, &mut |o| said.push(o));
            away.resize(said.len(), false);
            look = at + 0.09;
        }
        pipeline.finish(&mut |o| said.push(o));
        away.resize(said.len(), false);
        (said, away)
    }

    #[test]
    fn a_stride_does_not_wait_for_samples_that_stay_away() {
        let (meta, samples) = backward();
        let clean = run(&meta, &samples, false);
        let late =
            |s: f64| received(&meta, &samples, move |t| if t > 9.0 { t.max(9.0 + s) } else { t }, true);
        assert_eq!(late(0.9).0, clean, "so short a wait is no silence");
        // Nothing arrives for three seconds in the middle of the walk; then all of it does.
        let (said, away) = late(3.0);
        let told: Vec<_> = said.iter().zip(&away).filter(|(_, away)| **away).map(|(o, _)| o).collect();
        let mut lost = 0;
        let mut strides = Vec::new();
        for output in told {
            match output {
                Output::Record(Record::Stride(s)) => strides.push(*s),
                Output::Record(Record::Alert(a)) if a.rule == Rule::SensorLost => lost += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(lost, 1, "that nothing is watched is said while nothing comes");
        // The stride that was over, and the one that was open then, by what was seen until then.
        assert!(strides.iter().all(|s| s.detected.seconds() <= 9.0), "{strides:?}");
        let open = strides.last().unwrap();
        assert!(!open.valid && open.end.seconds() > 8.8, "{strides:?}");
        // What comes afterwards is measured again.
        let (before, after) = (summary(&clean).strides, summary(&said).strides);
        assert!((before.backward - 3..before.backward).contains(&after.backward), "{after:?} of {before:?}");
        // Whether anyone looked changes nothing.
        let stall = |t: f64| if t > 9.0 { t.max(12.0) } else { t };
        assert_eq!(received(&meta, &samples, stall, false).0, said);
    }

    #[test]
    fn the_first_interval_may_be_a_hole_of_any_length() {
        let (meta, samples) = backward();
        let mut late = samples.clone();
        for sample in &mut late[1..] {
            sample.time = sample.time.plus(Span::from_seconds(3e9));
        }
        let s = summary(&run(&meta, &late, false));
        assert_eq!(s.data.gaps, 1);
        assert!(s.strides.backward >= 8, "{:?}", s.strides);
    }
}

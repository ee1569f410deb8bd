//! Any samples at any times go through the pipeline: no panic, no figure that is not a number, nothing
//! said before it happened. The fuzzer, the property tests and the corpus test run this one function.

use retrogait::capture::CaptureMeta;
use retrogait::imu::{Imu, Sample};
use retrogait::pipeline::{Output, Pipeline, Settings};
use retrogait::record::Record;
use retrogait::time::SensorTime;

/// Longest input that is worth running, samples.
const SAMPLES: usize = 4096;

/// Reads bytes as a capture and runs it.
pub fn run(bytes: &[u8]) {
    let mut bytes = Bytes(bytes);
    let meta = meta(bytes.byte().unwrap_or(0));
    let mut samples = Vec::new();
    let mut us = 0_i64;
    while let Some(sample) = sample(&mut bytes, &mut us)
        && samples.len() < SAMPLES
    {
        samples.push(sample);
    }
    check(&meta, &samples);
}

/// What a capture says of itself, from one byte: each bit a line.
pub fn meta(bits: u8) -> CaptureMeta {
    let mount = |bit: u8, line: &str| (bits & bit != 0).then(|| line.parse().expect("a mount"));
    CaptureMeta {
        mount: mount(1, "x=anterior,y=up,z=right"),
        thigh_mount: mount(2, "x=up,y=anterior,z=left"),
        height_m: (bits & 4 != 0).then_some(1.7),
        treadmill_mps: (bits & 8 != 0).then_some(0.9),
        ..CaptureMeta::default()
    }
}

/// One sample: a byte says when it comes, a byte how its figures are written, then the figures.
fn sample(bytes: &mut Bytes<'_>, us: &mut i64) -> Option<Sample> {
    let when = bytes.byte()?;
    let how = bytes.byte()?;
    *us = match when {
        0..0x80 => us.saturating_add(i64::from(when) * 250),
        0x80 => us.saturating_sub(10_000),
        0x81 => us.saturating_add(200_000),
        0x82 => us.saturating_add(1_000_000),
        0x83 => us.saturating_add(86_400_000_000),
        0x84 => i64::MAX,
        0x85 => i64::MIN,
        0x86 => i64::from_le_bytes(bytes.take()?),
        _ => us.saturating_add(10_000),
    };
    let imu = |bytes: &mut Bytes<'_>| {
        let mut v = [0.0; 6];
        for (k, x) in v.iter_mut().enumerate() {
            *x = if how & 1 == 0 {
                // A step of 5 mm/s² and of 0.1 deg/s.
                f64::from(i16::from_le_bytes(bytes.take()?)) * if k < 3 { 0.005 } else { 0.1 }
            } else {
                f64::from_le_bytes(bytes.take()?)
            };
        }
        let [a, b, c, d, e, f] = v;
        Some(Imu { acc_mps2: [a, b, c], gyr_dps: [d, e, f] })
    };
    let shank = imu(bytes)?;
    let thigh = if how & 2 == 0 { None } else { imu(bytes) };
    Some(Sample { time: SensorTime::from_micros(*us), shank, thigh })
}

/// Runs samples, with and without a series, and looks at all that comes out.
pub fn check(meta: &CaptureMeta, samples: &[Sample]) {
    for series in [false, true] {
        let mut pipeline = Pipeline::new(meta, Settings { series, ..Settings::default() });
        let mut latest = SensorTime::from_micros(i64::MIN);
        let mut rows = 0;
        for sample in samples {
            latest = latest.max(sample.time);
            pipeline.push(sample, &mut |output| {
                rows += usize::from(matches!(output, Output::Series(_)));
                sound(&output, latest);
            });
        }
        let mut summaries = 0;
        pipeline.finish(&mut |output| {
            rows += usize::from(matches!(output, Output::Series(_)));
            summaries += usize::from(matches!(output, Output::Record(Record::Summary(_))));
            sound(&output, latest);
        });
        assert_eq!(summaries, 1, "the summary comes once, at the end");
        assert!(rows <= samples.len(), "{rows} rows of {} samples", samples.len());
    }
}

/// Every figure is a number, and nothing is said before it happens.
fn sound(output: &Output, now: SensorTime) {
    let figures: Vec<Option<f64>> = match output {
        Output::Series(r) => {
            assert!(r.time <= now);
            vec![r.shank_angle_deg, r.sagittal_rate_dps, r.knee_flexion_deg]
        }
        Output::Record(Record::Event(e)) => {
            assert!(e.time <= e.detected && e.detected <= now, "{e:?}");
            assert!((0.0..=1.0).contains(&e.confidence), "{e:?}");
            vec![]
        }
        Output::Record(Record::Stride(s)) => {
            assert!(s.start <= s.end && s.end <= s.detected && s.detected <= now, "{s:?}");
            vec![
                Some(s.confidence),
                s.stride_time_s,
                s.roll_time_s,
                s.stance_fraction,
                s.stride_length_m,
                s.speed_mps,
                s.belt_ratio,
                s.cadence_steps_per_min,
                s.swing_lift_m,
                s.regularity,
                s.knee_min_flexion_deg,
            ]
        }
        Output::Record(Record::Bout(b)) => {
            assert!(b.start <= b.end && b.end <= now, "{b:?}");
            vec![]
        }
        Output::Record(Record::Notice(n)) => {
            assert!(n.time <= now, "{n:?}");
            vec![n.what.value()]
        }
        Output::Record(Record::Summary(s)) => {
            let (m, d) = (&s.mount, &s.durations);
            let spans = [d.backward_s, d.forward_s, d.turning_s, d.standing_s, d.other_s];
            assert!(spans.iter().all(|s| *s >= 0.0), "{d:?}");
            let mut all = vec![Some(s.backward_m), Some(s.forward_m), Some(m.sign_confidence)];
            all.extend([m.tilt_deg, m.axis_deg, m.gyro_bias_dps, Some(s.data.gap_s), s.data.rate_hz]);
            all
        }
        // Kinds of records that come later have tests of their own.
        #[allow(unreachable_patterns, reason = "the stream may gain kinds")]
        Output::Record(_) => vec![],
    };
    assert!(figures.iter().flatten().all(|v| v.is_finite()), "{output:?}");
}

/// What is left of the input.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[b]| b)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }
}

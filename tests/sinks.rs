//! What records look like in each output. The records are made by hand.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use retrogait::notice::{Notice, What};
use retrogait::record::{
    Activity, Bout, Contact, Direction, Event, EventKind, InvalidReason, KneeSource, KneeVerdict, Record,
    Stride, StrideDirection,
};
use retrogait::safety::watch::SafetySummary;
use retrogait::sink::Sink;
use retrogait::sink::ndjson::{Flush, Ndjson};
use retrogait::sink::strides::{STRIDE_COLUMNS, Strides};
use retrogait::sink::summary::{Layout, SummaryText};
use retrogait::source::warning::{Tally, Trouble};
use retrogait::summary::{
    DataQuality, Durations, Figures, MountSource, MountSummary, Spread, StrideCounts, Summary,
};
use retrogait::technique::log::TechniqueSummary;
use retrogait::time::{SensorTime, Span};

fn at(seconds: f64) -> SensorTime {
    SensorTime::from_seconds(seconds).unwrap()
}

fn stride(n: u32) -> Stride {
    let start = 10.0 + f64::from(n) * 1.25;
    let first = n == 0;
    Stride {
        start: at(start),
        end: at(start + 1.25),
        detected: at(start + 1.31),
        direction: StrideDirection::Backward,
        contact: (!first).then_some(Contact::ToeFirst),
        contact_confidence: (!first).then_some(0.91),
        heel_contact: Some(at(start + 0.14)),
        knee_extension: Some(at(start + 0.33)),
        forefoot_rise: None,
        final_contact: Some(at(start + 0.775)),
        mid_swing: Some(at(start + 0.95)),
        stride_time_s: Some(1.25),
        roll_time_s: Some(0.14),
        roll_quality: (!first).then_some(0.96),
        ankle_drop_m: (!first).then_some(0.038),
        stance_fraction: Some(0.62),
        stride_length_m: (!first).then_some(0.612_345),
        stride_length_sd_m: (!first).then_some(0.02),
        speed_mps: (!first).then_some(0.489_9),
        speed_sd_mps: (!first).then_some(0.016),
        belt_ratio: None,
        cadence_steps_per_min: Some(96.0),
        swing_lift_m: Some(0.081),
        swing_lift_sd_m: Some(0.006),
        mid_swing_dps: Some(212.0),
        regularity: (n > 1).then_some(0.93),
        knee_min_flexion_deg: Some(7.5),
        knee_min_low_deg: Some(3.5),
        knee_min_high_deg: Some(11.5),
        knee_excursion_deg: Some(18.0),
        knee_excursion_sd_deg: Some(1.0),
        knee_source: Some(KneeSource::TwoSensor),
        knee_verdict: Some(KneeVerdict::Met),
        knee_needs: None,
        confidence: 0.97,
        valid: !first,
        invalid_reason: first.then_some(InvalidReason::BoutStart),
    }
}

fn spread(n: u32, median: f64) -> Spread {
    Spread { n, median: Some(median), p05: Some(median * 0.9), p95: Some(median * 1.1) }
}

fn summary(strides: u32) -> Summary {
    Summary {
        data: DataQuality {
            start: at(0.0),
            end: at(62.4),
            samples: 6_228,
            thigh_samples: 6_200,
            rejected: 3,
            lost: 12,
            gaps: 1,
            gap_s: 0.12,
            clipped: 0,
            rate_hz: Some(100.0),
        },
        mount: MountSummary {
            source: MountSource::Line,
            sign_known: true,
            sign_confidence: 0.99,
            tilt_deg: Some(4.2),
            axis_deg: Some(2.8),
            gyro_bias_dps: Some(0.3),
        },
        strides: StrideCounts { backward: strides - 1, unknown: 2, invalid: 1, ..StrideCounts::default() },
        durations: Durations { backward_s: 41.2, standing_s: 18.0, other_s: 3.2, ..Durations::default() },
        backward_m: 20.2,
        forward_m: 0.0,
        backward: Figures {
            stride_time_s: spread(strides - 1, 1.25),
            cadence_steps_per_min: spread(strides - 1, 96.0),
            stance_fraction: spread(strides - 1, 0.62),
            roll_time_s: spread(strides - 1, 0.14),
            stride_length_m: spread(strides - 1, 0.61),
            speed_mps: spread(strides - 1, 0.49),
            swing_lift_m: spread(strides - 1, 0.08),
            knee_min_flexion_deg: spread(strides - 1, 7.5),
            ..Figures::default()
        },
        forward: Figures::default(),
        technique: TechniqueSummary::default(),
        safety: SafetySummary::default(),
    }
}

/// A session of `strides` strides, as the pipeline would say it.
fn session(strides: u32, sink: &mut dyn Sink) {
    let notice = |seconds, what| Record::Notice(Notice { time: at(seconds), what });
    let mut say = |record: Record| sink.record(&record).unwrap();
    say(notice(0.0, What::HeightAssumed { height_m: 1.7 }));
    say(Record::Bout(Bout { start: at(0.0), end: at(10.0), activity: Activity::Standing, strides: 0 }));
    for n in 0..strides {
        say(Record::Event(Event {
            kind: EventKind::ToeContact,
            time: at(10.0 + f64::from(n) * 1.25),
            detected: at(10.05 + f64::from(n) * 1.25),
            direction: Direction::Backward,
            confidence: 0.912_345,
        }));
        say(Record::Stride(stride(n)));
    }
    let length = Span::from_seconds(0.12);
    say(notice(30.12, What::Gap { from: at(30.0), length }));
    say(Record::Bout(Bout { start: at(10.0), end: at(51.2), activity: Activity::Backward, strides }));
    let tally = Tally { trouble: Trouble::EmptyCell, count: 3, first_line: Some(120) };
    sink.rows(at(62.4), &tally).unwrap();
    sink.record(&Record::Summary(Box::new(summary(strides)))).unwrap();
    sink.finish().unwrap();
}

fn text(strides: u32, width: usize, all: bool) -> String {
    let mut out = Vec::new();
    let layout = Layout { width, all, styled: false };
    session(strides, &mut SummaryText::new(&mut out, "walk.csv", layout));
    String::from_utf8(out).unwrap()
}

fn ndjson(capture: Option<&str>) -> String {
    let mut out = Vec::new();
    session(2, &mut Ndjson::new(&mut out, Flush::AtEnd, capture));
    String::from_utf8(out).unwrap()
}

fn csv(capture: Option<&str>) -> String {
    let mut out = Vec::new();
    let mut strides = Strides::new(&mut out, Flush::AtEnd, capture);
    strides.header().unwrap();
    session(2, &mut strides);
    drop(strides);
    String::from_utf8(out).unwrap()
}

#[test]
fn the_summary_of_a_short_session() {
    insta::assert_snapshot!(text(4, 100, false));
}

#[test]
fn the_summary_of_a_long_session_on_a_narrow_screen() {
    insta::assert_snapshot!(text(34, 60, false));
}

#[test]
fn all_strides_are_listed_when_asked_for() {
    let all = text(34, 100, true);
    assert!(!all.contains("more strides"));
    assert!((1..=34).all(|n| all.contains(&format!("\n  {n:>2}  "))));
}

#[test]
fn no_line_is_wider_than_the_screen() {
    for width in [60, 80, 100] {
        for line in text(34, width, false).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn headings_are_styled_only_when_asked_for() {
    let mut out = Vec::new();
    let layout = Layout { width: 80, all: false, styled: true };
    session(2, &mut SummaryText::new(&mut out, "walk.csv", layout));
    assert!(String::from_utf8(out).unwrap().contains("\u{1b}[1mStrides"));
    assert!(!text(2, 80, false).contains('\u{1b}'));
}

#[test]
fn a_capture_without_walking_says_so() {
    let mut out = Vec::new();
    let layout = Layout { width: 80, all: false, styled: false };
    let mut sink = SummaryText::new(&mut out, "still.csv", layout);
    sink.record(&Record::Summary(Box::default())).unwrap();
    sink.finish().unwrap();
    drop(sink);
    assert!(String::from_utf8(out).unwrap().starts_with("still.csv\nNo walking was found.\n"));
}

#[test]
fn records_as_lines_of_json() {
    insta::assert_snapshot!(ndjson(None));
}

#[test]
fn lines_of_several_captures_start_with_their_name() {
    let named = ndjson(Some("a \"b\".csv"));
    for (named, plain) in named.lines().zip(ndjson(None).lines()) {
        let rest = named.strip_prefix(r#"{"capture":"a \"b\".csv","#).unwrap();
        assert_eq!(format!("{{{rest}"), plain);
    }
}

#[test]
fn strides_as_a_table() {
    insta::assert_snapshot!(csv(None));
}

#[test]
fn a_table_of_several_captures_starts_with_their_name() {
    let named = csv(Some("a, b.csv"));
    let mut lines = named.lines().zip(csv(None).lines().map(str::to_owned).collect::<Vec<_>>());
    let (header, plain) = lines.next().unwrap();
    assert_eq!(header, format!("capture,{plain}"));
    for (row, plain) in lines {
        assert_eq!(row, format!("\"a, b.csv\",{plain}"));
    }
}

#[test]
fn the_table_has_the_fields_of_a_stride_record_in_their_order() {
    let text = serde_json::to_string(&Record::Stride(stride(1))).unwrap();
    let places: Vec<_> = STRIDE_COLUMNS
        .iter()
        .map(|c| text.find(&format!("\"{c}\":")).unwrap_or_else(|| panic!("{c} is no field")))
        .collect();
    assert!(places.is_sorted());
    let fields = serde_json::from_str::<serde_json::Value>(&text).unwrap();
    assert_eq!(fields.as_object().unwrap().len(), STRIDE_COLUMNS.len() + 1, "and `type`");
}

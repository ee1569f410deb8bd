use super::*;
use crate::orient::attitude::Trust;
use crate::record::KneeSource;
use crate::stride::assemble::Cycle;
use crate::technique::judge;
use crate::technique::knee::StanceKnee;

/// A whole backward stride of 1 m from `start`, 1.2 s long.
fn measured(start: f64) -> Measured {
    Measured {
        cycle: Cycle {
            start,
            end: start + 1.2,
            direction: Direction::Backward,
            confidence: 0.9,
            heel: Some(start + 0.12),
            knee: Some(start + 0.5),
            forefoot: Some(start + 0.68),
            final_contact: Some(start + 0.72),
            mid_swing: Some(start + 0.95),
            part: Part::Whole,
        },
        length_m: Some(1.0),
        lift_m: Some(0.1),
        yaw_deg: 3.0,
        regularity: Some(0.95),
        clipped: false,
        missing: false,
        trust: Trust::Levelled,
        range_deg: [20.0, 50.0],
        length_sd_m: Some(0.05),
        lift_sd_m: Some(0.01),
        mid_swing_dps: Some(250.0),
        landing: None,
        knee: StanceKnee { two_min_deg: Some(4.0), ..StanceKnee::default() },
    }
}

fn at(seconds: f64) -> SensorTime {
    SensorTime::from_seconds(seconds).unwrap()
}

/// A scribe for somebody of whom nothing is known.
fn scribe(belt: Option<f64>) -> Scribe {
    let (aims, judge) = (Aims::default(), judge::Params::default());
    Scribe::new(Params::default(), belt, false, Judge::new(judge, aims, None), aims)
}

/// What is said of strides in a capture that starts at 100 s, each told 2 s after its start.
fn said(belt: Option<f64>, withheld: bool, strides: &[Measured]) -> Vec<Output> {
    let mut out = Vec::new();
    let mut scribe = scribe(belt);
    scribe.begin(at(100.0));
    for m in strides {
        scribe.sample(at(102.0 + m.cycle.start), &mut |o| out.push(o));
        scribe.stride(m, withheld, &mut |o| out.push(o));
    }
    scribe.finish(&mut |o| out.push(o));
    out
}

fn first_stride(belt: Option<f64>, withheld: bool, m: &Measured) -> Stride {
    said(belt, withheld, &[*m])
        .into_iter()
        .find_map(|o| if let Output::Record(Record::Stride(s)) = o { Some(s) } else { None })
        .unwrap()
}

fn summary(out: &[Output]) -> &Summary {
    let Some(Output::Record(Record::Summary(summary))) = out.last() else { panic!("the summary is last") };
    summary
}

#[test]
fn a_stride_is_told_on_the_captures_clock_with_its_figures() {
    let s = first_stride(Some(0.8), false, &measured(10.0));
    assert_eq!((s.start, s.end, s.detected), (at(110.0), at(111.2), at(112.0)));
    assert_eq!((s.heel_contact, s.final_contact), (Some(at(110.12)), Some(at(110.72))));
    assert_eq!((s.direction, s.valid, s.invalid_reason), (StrideDirection::Backward, true, None));
    for (got, want) in [
        (s.stride_time_s, 1.2),
        (s.roll_time_s, 0.12),
        (s.stance_fraction, 0.6),
        (s.stride_length_m, 1.0),
        (s.speed_mps, 1.0 / 1.2),
        (s.belt_ratio, 1.0 / 0.96),
        (s.cadence_steps_per_min, 100.0),
        (s.knee_min_flexion_deg, 4.0),
    ] {
        assert!((got.unwrap() - want).abs() < 1e-9, "{got:?} {want}");
    }
    assert_eq!(s.knee_source, Some(KneeSource::TwoSensor));
}

#[test]
fn with_the_direction_withheld_nothing_that_hangs_on_it_is_told() {
    let s = first_stride(None, true, &measured(10.0));
    assert_eq!((s.direction, s.invalid_reason), (StrideDirection::Unknown, Some(InvalidReason::Direction)));
    assert_eq!(
        (s.heel_contact, s.knee_extension, s.roll_time_s, s.stance_fraction),
        (None, None, None, None)
    );
    assert_eq!((s.knee_min_flexion_deg, s.knee_source, s.confidence), (None, None, 0.0));
    assert_eq!(s.stride_time_s, Some(11.2 - 10.0), "how long it took is known all the same");
}

#[test]
fn why_a_stride_is_not_judged() {
    let m = measured(10.0);
    let part = |part| Measured { cycle: Cycle { part, ..m.cycle }, ..m };
    for (m, direction, reason) in [
        (Measured { missing: true, ..m }, StrideDirection::Backward, Some(InvalidReason::Gap)),
        (Measured { clipped: true, ..m }, StrideDirection::Backward, Some(InvalidReason::Clipped)),
        (Measured { yaw_deg: -60.0, ..m }, StrideDirection::Turning, Some(InvalidReason::Turn)),
        (Measured { length_m: Some(0.05), ..m }, StrideDirection::InPlace, None),
        (part(Part::First), StrideDirection::Backward, Some(InvalidReason::BoutStart)),
        (part(Part::Cut), StrideDirection::Backward, Some(InvalidReason::BoutEnd)),
        // A clipped rate does not add up to a heading.
        (
            Measured { clipped: true, yaw_deg: 90.0, ..m },
            StrideDirection::Backward,
            Some(InvalidReason::Clipped),
        ),
    ] {
        let s = first_stride(None, false, &m);
        assert_eq!((s.direction, s.invalid_reason, s.valid), (direction, reason, reason.is_none()));
    }
}

#[test]
fn only_valid_strides_count_and_add_up() {
    let mut strides: Vec<_> = (0..5).map(|k| measured(f64::from(k) * 1.2)).collect();
    strides[1].missing = true;
    strides[2].yaw_deg = 80.0;
    let out = said(None, false, &strides);
    let s = summary(&out);
    assert_eq!((s.strides.backward, s.strides.invalid, s.strides.turning), (3, 1, 1));
    assert!((s.backward_m - 3.0).abs() < 1e-9 && s.forward_m == 0.0);
    assert_eq!((s.backward.stride_time_s.n, s.forward.stride_time_s.n), (3, 0));
}

#[test]
fn bouts_are_told_in_order_and_their_times_add_up_to_the_capture() {
    let strides: Vec<_> = (0..4).map(|k| measured(3.0 + f64::from(k) * 1.2)).collect();
    let out = said(None, false, &strides);
    let bouts: Vec<_> = out
        .iter()
        .filter_map(|o| if let Output::Record(Record::Bout(b)) = o { Some(b) } else { None })
        .collect();
    assert_eq!(bouts.iter().map(|b| b.activity).collect::<Vec<_>>(), [Activity::Other, Activity::Backward]);
    assert_eq!((bouts[0].end, bouts[1].start, bouts[1].strides), (at(103.0), at(103.0), 4));
    let d = summary(&out).durations;
    assert!((d.backward_s - 4.8).abs() < 1e-6 && (d.other_s - 3.0).abs() < 1e-6, "{d:?}");
}

#[test]
fn a_belt_that_does_not_fit_is_told_after_five_strides_and_once() {
    let strides: Vec<_> = (0..12).map(|k| measured(f64::from(k) * 1.2)).collect();
    let told = |belt| {
        let is = |o: &&Output| {
            matches!(o, Output::Record(Record::Notice(Notice { what: What::BeltMismatch { .. }, .. })))
        };
        said(Some(belt), false, &strides).iter().filter(is).count()
    };
    assert_eq!((told(0.83), told(0.5)), (0, 1));
}

#[test]
fn an_event_is_never_later_than_now_and_withheld_ones_lose_their_direction() {
    let found = |kind| Found {
        kind,
        t: 5.5,
        direction: Direction::Backward,
        confidence: 0.8,
        unmeasured: false,
        link: None,
    };
    let mut scribe = scribe(None);
    scribe.begin(at(0.0));
    scribe.sample(at(5.0), &mut |_| ());
    let mut events = Vec::new();
    for withheld in [false, true] {
        for kind in [EventKind::ToeContact, EventKind::MidSwing] {
            scribe.event(&found(kind), withheld, &mut |o| {
                if let Output::Record(Record::Event(e)) = o {
                    events.push((e.kind, e.direction, e.time, e.detected));
                }
            });
        }
    }
    let now = at(5.0);
    assert_eq!(
        events,
        [
            (EventKind::ToeContact, Direction::Backward, now, now),
            (EventKind::MidSwing, Direction::Backward, now, now),
            (EventKind::MidSwing, Direction::Unknown, now, now),
        ]
    );
}

#[test]
fn gaps_are_counted_and_told() {
    let mut scribe = scribe(None);
    scribe.begin(at(0.0));
    let mut out = Vec::new();
    scribe.gap((at(1.0), Span::from_seconds(0.3)), 30, true, &mut |o| out.push(o));
    scribe.gap((at(2.0), Span::from_seconds(0.1)), 10, false, &mut |o| out.push(o));
    let d = scribe.summary.data;
    assert_eq!((d.gaps, d.lost, out.len()), (2, 40, 2));
    assert!((d.gap_s - 0.4).abs() < 1e-9);
}

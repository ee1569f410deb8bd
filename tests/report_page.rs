//! The pages: what they say, whether they are well formed, whether everybody can read them, how large they
//! become.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "common/html.rs"]
mod page;

use retrogait::mount::Side;
use retrogait::person::Person;
use retrogait::record::{AlertLevel, SeriesRow, Stride};
use retrogait::report::track::Track;
use retrogait::report::trend::{Point, Trend};
use retrogait::report::{Material, SpeedUnit, html, json, trend_html};
use retrogait::session::{AlertNote, HeartRate, NoticeNote, Pain, Plan, Segment, Session};
use retrogait::store::people::Prescribed;
use retrogait::time::SensorTime;
use serde_json::json;

const STRIDE_S: f64 = 1.25;

/// A stride that is made up; contacts and knees come in a fixed order.
fn stride(n: usize, start_s: f64, direction: &str) -> Stride {
    let wave = (n as f64 * 0.7).sin();
    let backward = direction == "backward";
    let contact =
        ["toe_first", "toe_first", "toe_first", "flat", "toe_first", "uncertain", "toe_first", "toe_only"];
    let knee = ["met", "met", "short", "met", "missed", "met", "uncertain", "met"];
    let at = |share: f64| json!(start_s + share * STRIDE_S);
    let mut value = json!({
        "start_s": start_s, "end_s": start_s + STRIDE_S, "detected_s": start_s + 1.4 * STRIDE_S,
        "direction": direction, "final_contact_s": at(0.64), "mid_swing_s": at(0.78),
        "stride_time_s": STRIDE_S + 0.03 * wave, "stance_fraction": 0.64 + 0.01 * wave,
        "stride_length_m": 0.8 + 0.05 * wave, "speed_mps": 0.64 + 0.04 * wave,
        "cadence_steps_per_min": 96.0 + 2.0 * wave, "swing_lift_m": 0.09 + 0.01 * wave, "mid_swing_dps": 210.0,
        "regularity": 0.95, "confidence": 1.0, "valid": !n.is_multiple_of(29),
        "invalid_reason": if n.is_multiple_of(29) { json!("bout_start") } else { json!(null) }
    });
    if backward {
        let more = json!({
            "contact": contact[n % 8], "heel_contact_s": at(0.13), "knee_extension_s": at(0.3),
            "forefoot_rise_s": at(0.55), "roll_time_s": 0.16 + 0.02 * wave, "roll_quality": match contact[n % 8] {
                "flat" => json!(0.0), "toe_first" => json!(0.9), _ => json!(null)
            },
            "ankle_drop_m": if contact[n % 8] == "flat" { json!(null) } else { json!(0.04) }, "knee_min_flexion_deg": 8.0 + 4.0 * wave, "knee_source": "two_sensor",
            "knee_verdict": knee[n % 8], "knee_excursion_deg": 24.0 + 3.0 * wave
        });
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    }
    serde_json::from_value(value).unwrap()
}

fn bout(start_s: f64, end_s: f64, activity: &str, strides: usize) -> retrogait::record::Bout {
    serde_json::from_value(json!({
        "start_s": start_s, "end_s": end_s, "activity": activity, "strides": strides
    }))
    .unwrap()
}

fn alert(rule: &str, level: AlertLevel, onset_s: f64) -> AlertNote {
    AlertNote {
        rule: rule.into(),
        level,
        onset_s,
        detected_s: onset_s + 0.25,
        message: "Hold on, and slow down.".into(),
        evidence: [("turn_deg".to_owned(), 12.34), ("strides".to_owned(), 3.0)].into(),
        ended_s: Some(onset_s + 2.0),
        acknowledged_s: None,
    }
}

/// A made-up session of `backward` strides, then some forward.
fn material(backward: usize) -> Material {
    let mut session = Session::default();
    for n in 0..backward {
        session.strides.push(stride(n, 3.0 + n as f64 * STRIDE_S, "backward"));
    }
    let turn = 3.0 + backward as f64 * STRIDE_S;
    for n in 0..12 {
        session.strides.push(stride(n + 1, turn + n as f64 * STRIDE_S, "forward"));
    }
    let end = turn + 12.0 * STRIDE_S + 3.0;
    session.bouts = vec![
        bout(0.0, 3.0, "standing", 0),
        bout(3.0, turn, "backward", backward),
        bout(turn, end - 3.0, "forward", 12),
    ];
    session.facts = serde_json::from_value(json!({
        "data": { "start_s": 0.0, "end_s": end, "samples": 12_345, "thigh_samples": 12_345, "lost": 21, "gaps": 1,
                  "gap_s": 0.21, "rate_hz": 100.0 },
        "mount": { "source": "line", "sign_known": true, "tilt_deg": 4.2 },
        "strides": { "backward": backward, "forward": 12, "unknown": 2 },
        "durations": { "backward_s": turn - 3.0, "forward_s": 15.0, "standing_s": 6.0 },
        "backward_m": backward as f64 * 0.8, "forward_m": 9.6,
        "safety": { "not_watched": [
            { "rule": "belt_drift", "reason": "the belt's speed is not given", "for_s": 30.0, "of_s": 30.0 },
            { "rule": "stumble", "reason": "samples are missing", "for_s": 1.5, "of_s": 90.0 }],
          "changed": [{ "rule": "stumble", "key": "ends_s", "value": 5.0, "default": 4.0 }] }
    }))
    .unwrap();
    session.notices = vec![NoticeNote {
        time_s: 20.0,
        code: "gap".into(),
        value: Some(0.21),
        message: "0.21 s without samples from 19.800 s: what touches it is not judged".into(),
    }];
    session.pain = vec![Pain { at_s: Some(30.0), score: 1 }, Pain { at_s: None, score: 2 }];
    session.heart = vec![HeartRate { at_s: 5.0, bpm: 96 }, HeartRate { at_s: 25.0, bpm: 118 }];
    session.plan = Some(Plan {
        title: "2 min backward, 2 min forward".into(),
        segments: vec![
            Segment { start_s: 0.0, end_s: turn, activity: "backward".into(), speed_mps: Some(0.6) },
            Segment { start_s: turn, end_s: end, activity: "forward".into(), speed_mps: None },
        ],
        ..Plan::default()
    });
    session.alerts =
        vec![alert("stumble", AlertLevel::Caution, 21.0), alert("foot_drag", AlertLevel::Info, 40.0)];
    let mut track = Track::default();
    let mut t = 0.0;
    while t < end {
        let phase = (t - 3.0) / STRIDE_S * std::f64::consts::TAU;
        track.push(&SeriesRow {
            time: SensorTime::from_seconds(t).unwrap(),
            shank_angle_deg: Some(-10.0 + 25.0 * phase.sin()),
            sagittal_rate_dps: Some(120.0 * phase.cos()),
            knee_flexion_deg: Some(20.0 + 15.0 * (2.0 * phase).sin()),
            phase: None,
            direction: None,
        });
        t += 0.01;
    }
    let mut person = Person { side: Some(Side::Right), ..Person::default() };
    person.knee.target_deg = Some(5.0);
    Material {
        who: Some("Ada".into()),
        id: Some(12),
        started: Some("2026-03-02T10:30:00+01:00[Europe/Berlin]".parse().unwrap()),
        capture: "session-12.csv".into(),
        meta: retrogait::capture::CaptureMeta { side: Some(Side::Right), ..Default::default() },
        person,
        mass_kg: Some(68.0),
        session,
        track,
        finished: true,
        program: "0.1.0".into(),
        algorithms: json!({ "events": 1, "stride_length": 1 }),
        ..Material::default()
    }
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let page = html(&material(8)).unwrap();
    assert_eq!(page::forgiven(&page), Vec::<String>::new());
    for (right, wrong) in [
        ("</table>", ""),
        ("<main>", "<main><p><table></p>"),
        ("<!DOCTYPE html>", ""),
        ("</h1>", "</h2>"),
        ("<main>", "<main id=\"a\" id=\"b\">"),
        ("<title>", "<title>&nosuchname;"),
    ] {
        assert!(!page::forgiven(&page.replacen(right, wrong, 1)).is_empty(), "{wrong} for {right}");
    }
}

#[test]
fn the_target_is_that_of_the_plan_that_was_followed() {
    let mut m = material(64);
    m.prescribed = Prescribed { toe_first: Some(0.6), ..Prescribed::default() };
    let went = |m: &Material| json(m)["verdict"]["went"].as_str().unwrap().to_owned();
    assert!(went(&m).contains("(target 60 %)") && went(&m).contains("its target of 5°"), "{}", went(&m));
    let plan = m.session.plan.as_mut().unwrap();
    (plan.toe_first, plan.knee_deg) = (Some(0.8), Some(8.0));
    assert!(went(&m).contains("(the plan's target 80 %)"), "{}", went(&m));
    assert!(went(&m).contains("the knee met its target of 8°"), "{}", went(&m));
    let page = html(&m).unwrap();
    assert!(page::words(&page).contains("(of the plan that was followed)"));
    assert!(page::words(&page).contains("target 8"));
}

#[test]
fn evidence_is_what_the_rule_looks_at() {
    let mut m = material(64);
    let rules = [
        ("fall", "shank angle"),
        ("knee_giving_way", "knee bend"),
        ("stumble", "shank rate"),
        ("foot_drag", "Swing lift of the"),
        ("flat_landing", "Roll quality of the"),
        ("knee_bent", "Knee at its straightest of the"),
        ("variability", "Stride time of the"),
    ];
    m.session.alerts = rules.iter().map(|(rule, _)| alert(rule, AlertLevel::Info, 40.0)).collect();
    let words = page::words(&html(&m).unwrap());
    for (rule, shows) in rules {
        let name = rule.replace('_', " ");
        let line = words.lines().find(|l| l.starts_with(&format!("[{name}: "))).unwrap();
        assert!(line.to_lowercase().contains(&shows.to_lowercase()), "{line}");
    }
    // Without a stride or a thigh sensor there is still the rate.
    m.session.strides.clear();
    let words = page::words(&html(&m).unwrap());
    assert!(words.contains("[foot drag: Shank rate for ten seconds"));
}

#[test]
fn the_report_says_what_it_should() {
    let page = html(&material(64)).unwrap();
    page::check(&page);
    insta::assert_snapshot!("report_words", page::words(&page));
}

#[test]
fn a_report_of_nothing_says_so() {
    let mut m = material(0);
    m.session.strides.clear();
    m.session.alerts.clear();
    m.session.pain.clear();
    m.session.facts.durations.backward_s = 0.0;
    m.track = Track::default();
    m.no_track = Some("the raw capture is not there".into());
    m.finished = false;
    m.mass_kg = None;
    let page = html(&m).unwrap();
    page::check(&page);
    insta::assert_snapshot!("report_of_nothing_words", page::words(&page));
}

#[test]
fn a_stop_pain_and_poor_technique_decide_what_comes_next() {
    let next = |m: &Material| json(m)["verdict"]["next"].as_str().unwrap().to_owned();
    let mut m = material(64);
    assert!(next(&m).starts_with("Next time: a little slower"), "{}", next(&m));
    m.prescribed = Prescribed { toe_first: Some(0.9), ..Prescribed::default() };
    assert!(next(&m).starts_with("Next time: toes first"), "{}", next(&m));
    m.session.pain.push(Pain { at_s: Some(60.0), score: 6 });
    assert!(next(&m).starts_with("Pain came to 6 of 10"), "{}", next(&m));
    m.session.alerts.push(alert("fall", AlertLevel::Stop, 50.0));
    assert!(next(&m).contains("asked to stop (fall at 50.0 s)"), "{}", next(&m));
    let mut fine = material(64);
    fine.session.alerts.clear();
    fine.prescribed = Prescribed { toe_first: Some(0.5), ..Prescribed::default() };
    assert!(next(&fine).starts_with("Keep this dose"), "{}", next(&fine));
    assert!(next(&material(8)).starts_with("Walk backward for at least a minute"));
}

#[test]
fn names_are_words_and_never_markup() {
    let mut m = material(20);
    m.who = Some("<script>alert(1)</script> & \"O'Neil\"".into());
    m.capture = "</style><img src=x>.csv".into();
    m.sensor = Some("<b>".into());
    m.session.alerts[0].message = "]]><svg onload=x>".into();
    m.session.plan.as_mut().unwrap().title = "<iframe>".into();
    let page = html(&m).unwrap();
    page::check(&page);
    assert!(page::words(&page).contains("<script>alert(1)</script> & \"O'Neil\": backward walking"));
}

#[test]
fn three_hours_make_less_than_two_megabytes() {
    let mut m = material(8600);
    assert!(m.session.facts.length_s() > 3.0 * 3600.0 - 60.0);
    m.session.alerts = (0..300)
        .map(|n| {
            let level = [AlertLevel::Info, AlertLevel::Info, AlertLevel::Caution][n % 3];
            alert("stumble", level, 30.0 + 35.0 * n as f64)
        })
        .collect();
    let page = html(&m).unwrap();
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    page::check(&page);
    // Of the alerts that are not drawn it is said how many.
    assert!(page::words(&page).contains("180 more are not drawn"));
}

#[test]
fn speeds_are_told_in_the_persons_units() {
    let m = Material { units: SpeedUnit::Mph, ..material(64) };
    let walked = json(&m)["verdict"]["walked"].as_str().unwrap().to_owned();
    assert!(walked.contains("1.4 mph"), "{walked}");
}

fn trend() -> Trend {
    let days = ["03-02", "03-04", "03-06", "03-09", "03-11", "03-13", "03-16", "03-18", "03-20", "03-23"];
    let points = days
        .iter()
        .enumerate()
        .map(|(n, day)| {
            let x = n as f64;
            Point {
                session: i64::try_from(n).unwrap() + 1,
                day: format!("2026-{day}").parse().unwrap(),
                minutes: if n < 6 { 9.5 + x * 0.2 } else { 14.0 },
                strides: 400,
                toe_first: Some(if n < 4 { 0.55 + 0.01 * (x % 2.0) } else { 0.82 - 0.01 * (x % 2.0) }),
                knee_met: (n != 3).then_some(0.7 + 0.02 * (x % 3.0)),
                knee_deg: Some(9.0 - 0.2 * x),
                speed_mps: Some(0.6 + 0.01 * (x % 2.0)),
                variability_percent: Some(3.5),
                cautions: 1,
                stops: u32::from(n == 9),
                pain: Some(3 - u8::from(n > 4)),
            }
        })
        .collect();
    let today = "2026-03-24T12:00:00+00:00[UTC]".parse().unwrap();
    Trend::of("Ada", &Prescribed::default(), points, &today)
}

#[test]
fn the_trend_says_what_it_should() {
    let page = trend_html(&trend()).unwrap();
    page::check(&page);
    insta::assert_snapshot!("trend_words", page::words(&page));
}

#[test]
fn a_trend_of_nothing_says_so() {
    let today = "2026-03-24T12:00:00+00:00[UTC]".parse().unwrap();
    let page = trend_html(&Trend::of("Ada", &Prescribed::default(), Vec::new(), &today)).unwrap();
    page::check(&page);
    assert!(page::words(&page).contains("No session of Ada is kept yet."));
}

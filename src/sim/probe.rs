//! tmp
#![allow(missing_docs)]
use super::body::Body;
use super::foot;
use super::fourier::*;
use super::gait::*;
use super::itinerary::Move;
use super::math::*;
use super::path::Drive;
use super::skeleton::*;
use crate::record::Activity;

pub fn run(
    kind: &str,
    height: f64,
    lt: f64,
    ls: f64,
    seconds: f64,
    hz: f64,
    p: &dyn Fn(&str) -> Option<f64>,
) -> Vec<Vec<f64>> {
    let mut body = Body::average(height);
    if lt > 0.0 {
        body.thigh_m = lt;
        body.shank_m = ls;
    }
    let g = |k: &str, d: f64| p(k).unwrap_or(d);
    let v = g("v", 0.9);
    let mut path = if g("hab", 0.0) > 0.5 {
        PathGait::habitual(&body, v)
    } else {
        PathGait::coached(&body, v)
    };
    macro_rules! set { ($($f:ident),*) => { $( path.$f = g(stringify!($f), path.$f); )* } }
    set!(
        toe_contact_deg,
        landing_rate,
        landing_brake,
        heel_contact,
        hold_deg,
        forefoot_rise,
        final_deg,
        lift_m,
        lift_late,
        lag_m,
        swing_pitch_deg,
        sway_m,
        ahead_m
    );
    path.straight_deg = [g("straight", path.straight_deg[0]); 2];
    path.least_knee_deg = [g("least", path.least_knee_deg[0]); 2];
    set!(straight_from, straight_until, trough_at, bob, trough_curve);
    path.rhythm.stride_s = g("T", path.rhythm.stride_s);
    path.rhythm.stance = [g("beta", path.rhythm.stance[0]); 2];
    path.rhythm.pelvis_deg = g("pelvis", path.rhythm.pelvis_deg);
    path.rhythm.variation = g("cv", 0.0);
    let dir = if kind == "fw" { 1.0 } else { -1.0 };
    let gait = if kind == "bw" {
        Gait::Path(path)
    } else {
        let mut r = path.rhythm;
        r.stance = [TOE_OFF; 2];
        r.pelvis_deg = 0.0;
        if kind == "fw" {
            let cad = (60.0 * v / (0.0065 * (height / 1.7).powf(1.5))).sqrt();
            r.stride_s = g("T", 120.0 / cad);
        }
        let st = v * r.stride_s;
        Gait::Fourier(std::sync::Arc::new(FourierGait::fitted(
            &body,
            r,
            st,
            if kind == "fw" {
                Played::Forward
            } else {
                Played::Reversed
            },
        )))
    };
    let t = gait.rhythm().stride_s;
    let mut s = Skeleton::new(g("seed", 1.0) as u64, body, 1.0, rad(4.0));
    s.ask(Move {
        start_s: 3.0,
        drive: Drive {
            ahead_mps: dir * v,
            ..Drive::default()
        },
        ramp_s: (1.1 * t).max(v / 0.6),
        gait: Some(gait),
        label: Activity::Backward,
    });
    s.ask(Move {
        start_s: seconds - 5.0,
        drive: Drive::default(),
        ramp_s: (0.9 * t).max(v / 0.8),
        gait: None,
        label: Activity::Standing,
    });
    let n = (seconds * hz) as usize;
    let mut out = Vec::new();
    for i in 0..n {
        let t = i as f64 / hz;
        s.advance(t);
        let f = s.at(t);
        let leg = f.leg(&body);
        let (heel, ball) = foot::clearances(&body, f.ankle.y, f.pitch);
        let ang = |m: &Mat3| deg(libm::atan2(m.column(0).y, m.column(1).y));
        let sensor = leg.knee - leg.shank.column(1) * 0.14 + leg.shank.column(0) * 0.045;
        out.push(vec![
            t,
            ang(&leg.thigh),
            ang(&leg.shank),
            deg(leg.flexion_rad()),
            deg(f.pitch),
            heel,
            ball,
            f.phase,
            f.hip.x,
            f.hip.y,
            f.hip.z,
            f.ankle.x,
            f.ankle.y,
            f.ankle.z,
            sensor.x,
            sensor.y,
            sensor.z,
            f.engaged,
            s.planner.footfall(0).contact_s,
            s.planner.footfall(0).leave_s,
            s.planner.footfall(0).flat_s.unwrap_or(-1.0),
            s.planner.footfall(0).rise_s.unwrap_or(-1.0),
        ]);
    }
    out
}

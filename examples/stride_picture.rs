//! Draws one simulated backward stride with its events: the picture in the README.
//!
//! ```text
//! cargo run --example stride_picture > docs/stride.svg
//! ```

use std::fmt::Write as _;

use retrogait::record::EventKind;
use retrogait::sim::body::Body;
use retrogait::sim::scenario::Scenario;
use retrogait::sim::setup::{Play, Setup};
use retrogait::sim::walker::Moment;

/// Size of the picture, px.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 590.0;
/// Where the time axis begins and ends, px.
const LEFT: f64 = 120.0;
const RIGHT: f64 = 960.0;
/// What is shown before the first contact and after the next, s.
const MARGIN_S: f64 = 0.10;
/// Pixels to a metre of leg.
const LEG_SCALE: f64 = 128.0;
/// The floor under the figures, px.
const FLOOR: f64 = 205.0;
/// A part of the foot lower than this bears, m.
const ON_GROUND_M: f64 = 0.004;

const INK: &str = "#222222";
const FAINT: &str = "#8a8a8a";
const SHANK: &str = "#0072b2";
const RATE: &str = "#b3541e";

/// The events of the cycle, in words that fit.
const EVENTS: [(EventKind, &str); 6] = [
    (EventKind::ToeContact, "toe contact"),
    (EventKind::HeelContact, "heel contact"),
    (EventKind::KneeExtension, "knee extension"),
    (EventKind::ForefootRise, "forefoot rise"),
    (EventKind::FinalContact, "final contact"),
    (EventKind::MidSwing, "mid-swing"),
];

/// One stride as the simulator made it.
struct Stride {
    body: Body,
    moments: Vec<Moment>,
    /// Its events, and the contact that ends it.
    events: Vec<(f64, &'static str)>,
}

impl Stride {
    /// The fifth stride of a walk at 0.9 m/s.
    fn simulated() -> Option<Self> {
        let scenario = Scenario::named("bw_normal_coached")?;
        let setup = Setup::playing(Play::Scenario { scenario, speed_mps: Some(0.9), seconds: Some(20.0) });
        let truth = setup.record().ok()?.truth.events?;
        let contacts = || truth.iter().filter(|e| e.kind == EventKind::ToeContact).map(|e| e.time_s);
        let (start, end) = (contacts().nth(4)?, contacts().nth(5)?);
        let mut events: Vec<_> = truth
            .iter()
            .filter(|e| (start..end).contains(&e.time_s))
            .filter_map(|e| Some((e.time_s, EVENTS.iter().find(|(kind, _)| *kind == e.kind)?.1)))
            .collect();
        events.push((end, EVENTS[0].1));
        let mut walker = setup.walker().ok()?;
        let body = *walker.body();
        let mut moments = Vec::new();
        while let Some(moment) = walker.next_moment() {
            if moment.time_s > end + MARGIN_S {
                break;
            }
            if moment.time_s >= start - MARGIN_S {
                moments.push(moment);
            }
        }
        Some(Self { body, moments, events })
    }

    fn span(&self) -> (f64, f64) {
        (self.moments[0].time_s, self.moments[self.moments.len() - 1].time_s)
    }

    fn x(&self, t: f64) -> f64 {
        let (from, to) = self.span();
        LEFT + (t - from) / (to - from) * (RIGHT - LEFT)
    }

    fn at(&self, t: f64) -> &Moment {
        let later = self.moments.partition_point(|m| m.time_s < t);
        &self.moments[later.min(self.moments.len() - 1)]
    }

    /// The leg at `t`, facing right, with its ankle over that moment on the time axis.
    fn leg(&self, svg: &mut String, t: f64) {
        let m = self.at(t);
        let down = |deg: f64, length: f64| {
            let a = deg.to_radians();
            [length * a.sin(), -length * a.cos()]
        };
        let add = |p: [f64; 2], q: [f64; 2]| [p[0] + q[0], p[1] + q[1]];
        let pitch = m.foot_pitch_deg.to_radians();
        let turned = |x: f64, y: f64| [x * pitch.cos() - y * pitch.sin(), x * pitch.sin() + y * pitch.cos()];
        let [thigh, shank] = [down(m.thigh_deg, self.body.thigh_m), down(m.shank_deg, self.body.shank_m)];
        let ankle = [0.0, m.ankle_m[1]];
        let knee = [ankle[0] - shank[0], ankle[1] - shank[1]];
        let hip = [knee[0] - thigh[0], knee[1] - thigh[1]];
        let heel = add(ankle, turned(-self.body.heel_m, -self.body.ankle_m));
        let ball = add(ankle, turned(self.body.ball_m, -self.body.ankle_m));
        let place =
            |p: [f64; 2]| format!("{:.1},{:.1}", self.x(t) + LEG_SCALE * p[0], FLOOR - LEG_SCALE * p[1]);
        let line = |svg: &mut String, points: &[[f64; 2]], colour: &str, width: f64| {
            let points: Vec<_> = points.iter().map(|p| place(*p)).collect();
            let _ = writeln!(
                svg,
                r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"/>"#,
                points.join(" ")
            );
        };
        line(svg, &[hip, knee], FAINT, 6.0);
        line(svg, &[knee, ankle], SHANK, 6.0);
        line(svg, &[ankle, heel, ball, ankle], INK, 3.0);
        // The sensor: a box on the front of the shin.
        let along = self.body.shank_sensor_below_knee_m / self.body.shank_m;
        let sensor = add(add(knee, [along * shank[0], along * shank[1]]), {
            let a = m.shank_deg.to_radians();
            [self.body.shank_sensor_ahead_m * a.cos(), self.body.shank_sensor_ahead_m * a.sin()]
        });
        let (x, y) = (self.x(t) + LEG_SCALE * sensor[0], FLOOR - LEG_SCALE * sensor[1]);
        let _ = writeln!(
            svg,
            r#"<rect x="{:.1}" y="{:.1}" width="6" height="11" rx="1.5" fill="{RATE}" transform="rotate({:.1} {x:.1} {y:.1})"/>"#,
            x - 3.0,
            y - 5.5,
            -m.shank_deg
        );
        for joint in [hip, knee, ankle] {
            let _ = writeln!(
                svg,
                r##"<circle cx="{:.1}" cy="{:.1}" r="3.2" fill="#ffffff" stroke="{INK}" stroke-width="1.4"/>"##,
                self.x(t) + LEG_SCALE * joint[0],
                FLOOR - LEG_SCALE * joint[1]
            );
        }
    }

    /// A curve between `top` and `top + height`, with its scale.
    fn curve(&self, svg: &mut String, panel: &Panel, value: impl Fn(&Moment) -> f64) {
        let Panel { title, unit, top, height, low, high, colour, ticks } = *panel;
        let y = |v: f64| top + height * (high - v) / (high - low);
        for &tick in ticks {
            let dash = if tick == 0.0 { "" } else { r#" stroke-dasharray="2 4""# };
            let _ = writeln!(
                svg,
                r##"<line x1="{LEFT}" y1="{y:.1}" x2="{RIGHT}" y2="{y:.1}" stroke="#c8c8c8"{dash}/><text x="{x}" y="{t:.1}" text-anchor="end" class="small">{tick}</text>"##,
                x = LEFT - 8.0,
                y = y(tick),
                t = y(tick) + 4.0,
            );
        }
        let points: Vec<_> =
            self.moments.iter().map(|m| format!("{:.1},{:.1}", self.x(m.time_s), y(value(m)))).collect();
        let _ = writeln!(
            svg,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2.2"/><text x="14" y="{:.1}" fill="{colour}" class="name">{title}</text><text x="14" y="{:.1}" class="small">{unit}</text>"#,
            points.join(" "),
            top + height / 2.0 - 3.0,
            top + height / 2.0 + 13.0,
        );
    }

    /// A bar where a part of the foot bears.
    fn bar(&self, svg: &mut String, name: &str, top: f64, height_m: impl Fn(&Moment) -> f64) {
        let _ = writeln!(
            svg,
            r#"<text x="{:.1}" y="{:.1}" text-anchor="end" class="small">{name}</text>"#,
            LEFT - 8.0,
            top + 10.0
        );
        for run in self.moments.chunk_by(|a, b| (height_m(a) < ON_GROUND_M) == (height_m(b) < ON_GROUND_M)) {
            let (from, to) = (self.x(run[0].time_s), self.x(run[run.len() - 1].time_s));
            if height_m(&run[0]) < ON_GROUND_M {
                let _ = writeln!(
                    svg,
                    r#"<rect x="{from:.1}" y="{top}" width="{:.1}" height="12" fill="{INK}"/>"#,
                    to - from
                );
            }
        }
    }
}

/// Where and how a curve is drawn.
#[derive(Clone, Copy)]
struct Panel {
    title: &'static str,
    unit: &'static str,
    top: f64,
    height: f64,
    low: f64,
    high: f64,
    colour: &'static str,
    ticks: &'static [f64],
}

/// The picture as SVG; `None` when the simulator did not make such a stride.
pub fn picture() -> Option<String> {
    let stride = Stride::simulated()?;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="Helvetica, Arial, sans-serif" role="img" aria-label="One backward stride: the leg at each event, the shank's angle and rate, and which part of the foot bears.">
<style>.small{{font-size:12px;fill:#555555}}.name{{font-size:14px;font-weight:bold}}.event{{font-size:13px;fill:{INK}}}</style>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>
<text x="14" y="26" class="name" fill="{INK}">One backward stride</text>
<text x="14" y="44" class="small">facing right, walking</text><text x="14" y="60" class="small">to the left; simulated,</text><text x="14" y="76" class="small">0.9 m/s</text>
<line x1="{LEFT}" y1="{FLOOR}" x2="{RIGHT}" y2="{FLOOR}" stroke="{FAINT}" stroke-width="1.5"/>
"##
    );
    let (plots, bars) = (262.0, 530.0);
    for (n, (t, name)) in stride.events.iter().enumerate() {
        let x = stride.x(*t);
        // Names of neighbours stand on two lines.
        let y = FLOOR + if n % 2 == 0 { 20.0 } else { 38.0 };
        let _ = writeln!(
            svg,
            r##"<line x1="{x:.1}" y1="{:.1}" x2="{x:.1}" y2="{:.1}" stroke="#9a9a9a" stroke-dasharray="4 3"/><text x="{x:.1}" y="{y:.1}" text-anchor="middle" class="event">{name}</text>"##,
            y + 5.0,
            bars + 34.0,
        );
        stride.leg(&mut svg, *t);
    }
    let angle = Panel {
        title: "shank angle",
        unit: "deg, foot ahead +",
        top: plots,
        height: 115.0,
        low: -60.0,
        high: 30.0,
        colour: SHANK,
        ticks: &[-40.0, 0.0, 20.0],
    };
    stride.curve(&mut svg, &angle, |m| m.shank_deg);
    let rate = Panel {
        title: "shank rate",
        unit: "deg/s",
        top: plots + 130.0,
        height: 125.0,
        low: -350.0,
        high: 220.0,
        colour: RATE,
        ticks: &[-300.0, -150.0, 0.0, 150.0],
    };
    stride.curve(&mut svg, &rate, |m| m.shank.gyr_dps[2]);
    stride.bar(&mut svg, "forefoot bears", bars, |m| m.forefoot_m);
    stride.bar(&mut svg, "heel bears", bars + 18.0, |m| m.heel_m);
    let (start, end) = (stride.events[0].0, stride.events[stride.events.len() - 1].0);
    let _ = writeln!(
        svg,
        r#"<text x="{:.1}" y="{:.1}" text-anchor="middle" class="small">one stride, {:.2} s</text>"#,
        f64::midpoint(stride.x(start), stride.x(end)),
        HEIGHT - 10.0,
        end - start
    );
    svg.push_str("</svg>\n");
    Some(svg)
}

fn main() {
    match picture() {
        Some(svg) => print!("{svg}"),
        None => eprintln!("the simulator made no such stride"),
    }
}

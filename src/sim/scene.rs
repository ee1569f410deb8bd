//! What a person does other than step: sit down and stand up, swing a leg while seated, tap a foot,
//! lean to and fro, fall and get up again. A scene takes the figure of the standing (or, for a fall,
//! the walking) person and moves hip and ankle; it begins and ends without a jump in place, velocity
//! or acceleration.

use super::body::Body;
use super::chain::{Facing, Leg};
use super::foot;
use super::math::{Jet, Quintic, TURN, Vec3, bump, rad, smooth, soft_min};
use super::random::Chance;
use super::skeleton::Figure;

/// What a scene does to the instrumented leg.
#[expect(clippy::large_enum_variant, reason = "few exist at a time, and none in the core")]
#[derive(Clone, Debug)]
pub(crate) enum Scene {
    /// Down onto a chair and up again.
    Sit(Sit),
    /// The heel stays, the forefoot taps.
    Tap(Tap),
    /// Swaying well beyond quiet standing.
    Lean(Lean),
    /// Down to the floor.
    Fall(Fall),
    /// Up from it.
    GetUp(GetUp),
}

impl Scene {
    /// The figure at `t`, from the one that stands or walks underneath.
    pub(crate) fn at(&self, body: &Body, t: f64, under: &Figure) -> Figure {
        match self {
            Self::Sit(scene) => scene.at(body, t, under),
            Self::Tap(scene) => scene.at(body, t, under),
            Self::Lean(scene) => scene.at(body, t, under),
            Self::Fall(scene) => scene.at(t, under),
            Self::GetUp(scene) => scene.at(t, under),
        }
    }
}

/// Sitting down, sitting, standing up.
#[derive(Clone, Debug)]
pub(crate) struct Sit {
    down: (f64, f64),
    up: (f64, f64),
    /// Shank and thigh angle when seated, rad.
    seated: (f64, f64),
    /// How far the shank leans forward on the way, rad.
    lean: f64,
    moves: Option<LegMove>,
}

/// What the leg does while the person sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seated {
    /// Nothing.
    Still,
    /// It swings from the knee.
    Swinging,
    /// It is raised until the knee is straight, held, and let down, five times.
    Extending,
}

/// A leg that moves from the knee.
#[derive(Clone, Copy, Debug)]
enum LegMove {
    Swing(LegSwing),
    Extend(LegExtend),
}

/// A leg that swings from the knee like a pendulum.
#[derive(Clone, Copy, Debug)]
struct LegSwing {
    from_s: f64,
    until_s: f64,
    hertz: f64,
    size: f64,
    centre: f64,
}

/// A leg that is raised and held.
#[derive(Clone, Copy, Debug)]
struct LegExtend {
    from_s: f64,
    /// From one to the next, s.
    every_s: f64,
    /// How far, of the knee, rad.
    size: f64,
}

impl Sit {
    /// Sits from `start_s` on and is up again by `end_s`; moves the leg meanwhile if asked.
    pub(crate) fn new(start_s: f64, end_s: f64, seated: Seated, chance: &mut Chance) -> Self {
        let down = (start_s, start_s + chance.between(1.2, 2.2));
        let up = (end_s - chance.between(1.2, 2.5), end_s);
        let (shank, thigh) = (chance.between(-12.0, -4.0), chance.between(82.0, 90.0));
        let lean = rad(chance.between(9.0, 15.0));
        let moves = match seated {
            Seated::Still => None,
            Seated::Swinging => Some(LegMove::Swing(LegSwing {
                from_s: down.1 + 0.4,
                until_s: up.0 - 0.4,
                hertz: chance.between(0.7, 1.0),
                size: rad(chance.between(14.0, 28.0)),
                centre: rad(chance.between(2.0, 12.0)),
            })),
            Seated::Extending => Some(LegMove::Extend(LegExtend {
                from_s: down.1 + 1.0,
                every_s: ((up.0 - 0.6 - down.1 - 1.0) / LegExtend::TIMES).clamp(0.5, 5.0),
                // The knee is left 3 to 15 degrees short of straight, as most are.
                size: rad(thigh - shank - chance.between(3.0, 15.0)),
            })),
        };
        Self { down, up, seated: (rad(shank), rad(thigh)), lean, moves }
    }

    fn at(&self, body: &Body, t: f64, under: &Figure) -> Figure {
        let share = |(from, to): (f64, f64)| (t - from) / (to - from);
        let seated = smooth(share(self.down)) * (1.0 - smooth(share(self.up)));
        let leaning = bump(share(self.down)) + bump(share(self.up));
        if seated == 0.0 && leaning == 0.0 {
            return *under;
        }
        let leg = under.leg(body);
        let (thigh, shank) = angles(&leg, &under.facing);
        let thigh = thigh + (self.seated.1 - thigh) * seated;
        let shank = shank + (self.seated.0 - shank) * seated - self.lean * leaning;
        let up = plane_up(under);
        let mut knee = under.ankle + along(&under.facing, &up, shank) * body.shank_m;
        let mut swing = 0.0;
        if let Some(moves) = &self.moves {
            let engaged = moves.engaged(t);
            swing = moves.at(t, engaged);
            // The foot needs room to swing under the knee.
            knee.y += 0.03 * engaged;
        }
        Figure {
            hip: knee + along(&under.facing, &up, thigh) * body.thigh_m,
            ankle: knee - along(&under.facing, &up, shank + swing) * body.shank_m,
            ..*under
        }
    }
}

impl LegMove {
    fn engaged(&self, t: f64) -> f64 {
        match self {
            Self::Swing(swing) => swing.engaged(t),
            Self::Extend(extend) => extend.engaged(t),
        }
    }

    fn at(&self, t: f64, engaged: f64) -> f64 {
        match self {
            Self::Swing(swing) => swing.at(t, engaged),
            Self::Extend(extend) => extend.at(t),
        }
    }
}

impl LegExtend {
    const TIMES: f64 = 5.0;
    /// Share of an extension in which the leg rises, is held, and comes down; then it rests.
    const RISE: f64 = 0.28;
    const HELD_UNTIL: f64 = 0.56;
    const DOWN: f64 = 0.84;

    fn engaged(&self, t: f64) -> f64 {
        let until_s = self.from_s + Self::TIMES * self.every_s;
        smooth((t - self.from_s + 0.5) / 0.5) * smooth((until_s + 0.5 - t) / 0.5)
    }

    fn at(&self, t: f64) -> f64 {
        let turns = (t - self.from_s) / self.every_s;
        if !(0.0..Self::TIMES).contains(&turns) {
            return 0.0;
        }
        let s = turns - libm::floor(turns);
        let rise = smooth(s / Self::RISE);
        let fall = smooth((s - Self::HELD_UNTIL) / (Self::DOWN - Self::HELD_UNTIL));
        self.size * (rise - fall)
    }
}

impl LegSwing {
    fn engaged(&self, t: f64) -> f64 {
        smooth((t - self.from_s) / 0.8) * smooth((self.until_s - t) / 0.8)
    }

    fn at(&self, t: f64, engaged: f64) -> f64 {
        if engaged <= 0.0 {
            return 0.0;
        }
        let turn = TURN * self.hertz * (t - self.from_s);
        engaged * (self.centre + self.size * libm::sin(turn))
    }
}

/// Thigh and shank angle of a leg from the downward vertical in its own plane, rad.
fn angles(leg: &Leg, facing: &Facing) -> (f64, f64) {
    let angle = |bone: &super::math::Mat3| {
        let long = bone.column(1);
        libm::asin((-long.dot(&facing.ahead)).clamp(-1.0, 1.0))
    };
    (angle(&leg.thigh), angle(&leg.shank))
}

/// Upward direction in the plane of the leg.
fn plane_up(figure: &Figure) -> Vec3 {
    let span = figure.hip - figure.ankle;
    let up = span - figure.facing.ahead * span.dot(&figure.facing.ahead);
    up / up.norm().max(1e-9)
}

/// The direction from the lower to the upper end of a bone at this angle.
fn along(facing: &Facing, up: &Vec3, angle: f64) -> Vec3 {
    let (sin, cos) = libm::sincos(angle);
    up * cos - facing.ahead * sin
}

/// A foot that taps with its heel on the floor.
#[derive(Clone, Debug)]
pub(crate) struct Tap {
    start_s: f64,
    end_s: f64,
    period_s: f64,
    size: f64,
}

impl Tap {
    /// Share of a tap in which the forefoot rises, is held, and comes down.
    const RISE: f64 = 0.42;
    const HELD_UNTIL: f64 = 0.50;
    const DOWN: f64 = 0.70;

    /// Taps between these times.
    pub(crate) fn new(start_s: f64, end_s: f64, chance: &mut Chance) -> Self {
        Self {
            start_s,
            end_s,
            period_s: 1.0 / chance.between(1.0, 2.0),
            size: rad(chance.between(10.0, 18.0)),
        }
    }

    /// When the forefoot comes down, s.
    pub(crate) fn slaps(&self) -> impl Iterator<Item = f64> + use<> {
        let (start, period, end) = (self.start_s, self.period_s, self.end_s);
        (0..10_000_u32)
            .map(move |k| start + (f64::from(k) + Self::DOWN) * period)
            .take_while(move |t| *t < end)
    }

    fn pitch(&self, t: f64) -> f64 {
        let turns = (t - self.start_s) / self.period_s;
        let whole = libm::floor(turns);
        let last = self.start_s + (whole + 1.0) * self.period_s > self.end_s;
        if t < self.start_s || last {
            return 0.0;
        }
        let s = turns - whole;
        let rise = smooth(s / Self::RISE);
        let fall = smooth((s - Self::HELD_UNTIL) / (Self::DOWN - Self::HELD_UNTIL));
        self.size * (rise - fall)
    }

    fn at(&self, body: &Body, t: f64, under: &Figure) -> Figure {
        let pitch = self.pitch(t);
        let (flat, now) = (foot::ankle(body, 0.0), foot::ankle(body, pitch));
        Figure {
            ankle: under.ankle + under.facing.ahead * (now.x - flat.x) + Vec3::y() * (now.y - flat.y),
            pitch,
            ..*under
        }
    }
}

/// Swaying on both feet.
#[derive(Clone, Debug)]
pub(crate) struct Lean {
    start_s: f64,
    end_s: f64,
    waves: [(f64, f64, f64, f64); 2],
}

impl Lean {
    /// Sways between these times, a centimetre or three each way.
    pub(crate) fn new(start_s: f64, end_s: f64, chance: &mut Chance) -> Self {
        let mut wave = |low, high| {
            (
                chance.between(low, high),
                chance.unit(),
                chance.between(0.008, 0.020),
                chance.between(0.004, 0.015),
            )
        };
        Self { start_s, end_s, waves: [wave(0.18, 0.30), wave(0.32, 0.5)] }
    }

    fn at(&self, body: &Body, t: f64, under: &Figure) -> Figure {
        let engaged = smooth((t - self.start_s) / 1.5) * smooth((self.end_s - t) / 1.5);
        if engaged <= 0.0 {
            return *under;
        }
        let (mut ahead, mut right) = (0.0, 0.0);
        for (hertz, turn, a, r) in self.waves {
            let (sin, cos) = libm::sincos(TURN * (hertz * t + turn));
            ahead += engaged * a * sin;
            right += engaged * r * cos;
        }
        // The knee stays as it is: the hip goes along a circle about the ankle.
        let leg = under.leg(body);
        let reach = body.reach_squared(leg.flexion.1);
        let mut hip = under.hip + under.facing.ahead * ahead + under.facing.right * right;
        let (dx, dz) = (hip.x - under.ankle.x, hip.z - under.ankle.z);
        hip.y = under.ankle.y + (reach - dx * dx - dz * dz).max(0.01).sqrt();
        Figure { hip, ..*under }
    }
}

/// A point's way in three pieces of which the last is rest.
#[derive(Clone, Copy, Debug)]
struct Way {
    falling: [Quintic; 3],
    hit_s: f64,
    braking: [Quintic; 3],
    rest_s: f64,
    rest: Vec3,
}

impl Way {
    fn at(&self, t: f64) -> Vec3 {
        let eval = |pieces: &[Quintic; 3]| Vec3::from(pieces.map(|p| p.at(t)));
        if t < self.hit_s {
            eval(&self.falling)
        } else if t < self.rest_s {
            eval(&self.braking)
        } else {
            self.rest
        }
    }
}

/// A fall: from whatever the body is doing to lying on the floor.
#[derive(Clone, Debug)]
pub(crate) struct Fall {
    hip: Way,
    ankle: Way,
    facing: Facing,
    heading: f64,
    start_s: f64,
    leg_m: f64,
    /// How far the body rolls about its front, rad to the right.
    roll: f64,
    /// When the body hits the floor, s.
    pub hit_s: f64,
}

/// Jets of a point at the middle of three moments `step_s` apart.
fn jets(points: [Vec3; 3], step_s: f64) -> [Jet; 3] {
    core::array::from_fn(|i| Jet {
        p: points[1][i],
        v: (points[2][i] - points[0][i]) / (2.0 * step_s),
        a: (points[2][i] - 2.0 * points[1][i] + points[0][i]) / (step_s * step_s),
    })
}

impl Fall {
    /// A fall that begins at `start_s`, where the figure was, is and would be the three given,
    /// `step_s` apart; to the side when `sideways`, else backward.
    pub(crate) fn new(
        body: &Body,
        start_s: f64,
        figures: &[Figure; 3],
        step_s: f64,
        sideways: bool,
        chance: &mut Chance,
    ) -> Self {
        let size = body.height_m / 1.70;
        let facing = figures[1].facing;
        let hip = jets(figures.map(|f| f.hip), step_s);
        let ankle = jets(figures.map(|f| f.ankle), step_s);
        let hit_s = start_s + chance.between(0.70, 1.0);
        let (back, aside) = if sideways {
            (chance.between(0.05, 0.20), chance.sign() * chance.between(0.50, 0.66))
        } else {
            (chance.between(0.40, 0.60), chance.between(-0.1, 0.1))
        };
        // Carried on a little by the walk.
        let drift = Vec3::new(hip[0].v, 0.0, hip[2].v) * 0.35;
        let level = Vec3::new(hip[0].p, 0.0, hip[2].p) + drift - facing.ahead * (back * size)
            + facing.right * (aside * size);
        let hits = level + Vec3::y() * (0.14 * size);
        let rest = level - facing.ahead * 0.03 + facing.right * (0.05 * aside) + Vec3::y() * (0.105 * size);
        let speed =
            Vec3::y() * -chance.between(2.2, 3.0) + (level - Vec3::new(hip[0].p, 0.0, hip[2].p)) * 0.4;
        let hip_rest_s = hit_s + chance.between(0.10, 0.16);
        // The leg lies down with the body: nearly stretched, its foot a little off the floor.
        let stretch = chance.between(0.955, 0.98) * body.leg_m();
        let toward = if sideways {
            let side = if aside > 0.0 { -1.0 } else { 1.0 };
            facing.right * side * 0.93 + facing.ahead * 0.36
        } else {
            facing.ahead * 0.98 + facing.right * chance.between(-0.2, 0.2)
        };
        let foot = rest + toward * stretch;
        let foot = Vec3::new(foot.x, 0.085 * size, foot.z);
        let lift = chance.between(0.05, 0.16) * size;
        let foot_hits = foot + Vec3::y() * lift;
        let foot_rest_s = hit_s + chance.between(0.25, 0.40);
        let toward = |from: &[Jet; 3], start: f64, to: Vec3, v: Vec3, end: f64| -> [Quintic; 3] {
            core::array::from_fn(|i| Quintic::new(start, from[i], end, Jet { p: to[i], v: v[i], a: 0.0 }))
        };
        let settle = |from: Vec3, v: Vec3, start: f64, to: Vec3, end: f64| -> [Quintic; 3] {
            core::array::from_fn(|i| {
                Quintic::new(start, Jet { p: from[i], v: v[i], a: 0.0 }, end, Jet::at_rest(to[i]))
            })
        };
        let foot_speed = (foot - Vec3::new(ankle[0].p, foot.y, ankle[2].p)) * 0.5;
        Self {
            hip: Way {
                falling: toward(&hip, start_s, hits, speed, hit_s),
                hit_s,
                braking: settle(hits, speed, hit_s, rest, hip_rest_s),
                rest_s: hip_rest_s,
                rest,
            },
            ankle: Way {
                falling: toward(&ankle, start_s, foot_hits, foot_speed, hit_s),
                hit_s,
                braking: settle(foot_hits, foot_speed, hit_s, foot, foot_rest_s),
                rest_s: foot_rest_s,
                rest: foot,
            },
            facing,
            heading: figures[1].heading,
            start_s,
            leg_m: body.leg_m(),
            roll: if sideways { aside.signum() * chance.between(1.2, 1.5) } else { 0.0 },
            hit_s,
        }
    }

    /// How far the body has gone over at `t`, 0 to 1.
    fn gone(&self, t: f64) -> f64 {
        smooth((t - self.start_s) / (self.hit_s - self.start_s))
    }

    /// About where the knee's axis points at `t`: it rolls with the body.
    fn hinge(&self, gone: f64) -> Vec3 {
        let (sin, cos) = libm::sincos(self.roll * gone);
        self.facing.right * cos - Vec3::y() * sin
    }

    fn at(&self, t: f64, under: &Figure) -> Figure {
        let gone = self.gone(t);
        // What belongs to walking dies away with it.
        let left = 1.0 - smooth((t - self.start_s) / 0.35);
        let hip = self.hip.at(t);
        // A leg that is not long enough drags its foot along.
        let span = self.ankle.at(t) - hip;
        let (far, full) = (span.norm(), 0.985 * self.leg_m);
        let near = soft_min(far, full, 0.015 * full) / far.max(1e-6);
        let drawn = smooth((t - self.start_s) / 0.12);
        Figure {
            facing: self.facing,
            heading: self.heading,
            hip,
            ankle: hip + span * (1.0 + (near - 1.0) * drawn),
            hinge: self.hinge(gone),
            pitch: under.pitch * left,
            engaged: under.engaged * left,
            yaw: under.yaw * left,
            ..*under
        }
    }
}

/// Getting up from where a fall ended to where the person then stands.
#[derive(Clone, Debug)]
pub(crate) struct GetUp {
    start_s: f64,
    end_s: f64,
    hip: Vec3,
    ankle: Vec3,
    hinge: Vec3,
    heading: f64,
}

impl GetUp {
    /// From the rest of `fall`, between these times.
    pub(crate) fn new(fall: &Fall, start_s: f64, end_s: f64) -> Self {
        Self {
            start_s,
            end_s,
            hip: fall.hip.rest,
            ankle: fall.ankle.rest,
            hinge: fall.hinge(1.0),
            heading: fall.heading,
        }
    }

    fn at(&self, t: f64, under: &Figure) -> Figure {
        let s = (t - self.start_s) / (self.end_s - self.start_s);
        // The foot is drawn in first, then the body comes over it and up.
        let foot = smooth(s / 0.55);
        let over = smooth((s - 0.15) / 0.65);
        let up = smooth((s - 0.35) / 0.65);
        let mut hip = self.hip.lerp(&under.hip, over);
        hip.y = self.hip.y + (under.hip.y - self.hip.y) * up;
        let mut ankle = self.ankle.lerp(&under.ankle, foot);
        ankle.y += 0.06 * bump(s / 0.55);
        let heading = self.heading + (under.heading - self.heading) * over;
        Figure {
            facing: Facing::new(heading),
            heading,
            hip,
            ankle,
            hinge: self.hinge.lerp(&under.hinge, over),
            pitch: under.pitch * foot,
            ..*under
        }
    }
}

//! The walker: plays acts, moment by moment, and says what the sensors on one leg read, how the
//! knee is bent, and what happened.

use std::collections::VecDeque;

use super::act::{Acts, Director, Staged, StagedScene};
use super::body::Body;
use super::chain::Leg;
use super::device::{Device, SensorKind};
use super::filter::Section;
use super::frontal::OutOfPlane;
use super::label::{Fact, Labeller, Sight, Touch};
use super::math::{Mat3, deg, rad};
use super::plan::Incident;
use super::random::{Chance, Concern};
use super::rigid::{Motion, Pose};
use super::scene::{Fall, GetUp, Scene};
use super::shock::{Blow, Shocks};
use super::skeleton::{Figure, Skeleton};
use super::strap::{Strap, StrapChoice};
use crate::imu::{Imu, Sample};
use crate::mount::{Mount, Side};
use crate::record::Activity;
use crate::time::SensorTime;
use crate::truth::TrueHazard;

/// Time before the capture begins, in which filters settle, s.
const WARM_UP_S: f64 = 1.0;

/// Least internal rate, Hz: the true one is the next whole multiple of the sampling rate.
pub const INTERNAL_HZ: f64 = 1000.0;

/// Everything that one walker is.
pub(crate) struct Plan {
    pub acts: Acts,
    pub seed: u64,
    pub height_m: f64,
    pub side: Side,
    pub rate_hz: f64,
    pub kind: SensorKind,
    pub thigh: bool,
    pub mount: Mount,
    pub thigh_mount: Mount,
    pub strap: StrapChoice,
    /// How long the acts have been going on when the capture begins, s.
    pub already_s: f64,
    /// How long the capture is; the acts may go on longer.
    pub length_s: Option<f64>,
}

/// One sample with what is true at that moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// What the sensors read.
    pub sample: Sample,
    /// Knee flexion, deg.
    pub knee_flexion_deg: f64,
}

/// The true state of the instrumented leg at one moment of the internal clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Capture time, s; negative while the walker warms up.
    pub time_s: f64,
    /// Knee flexion, deg.
    pub knee_flexion_deg: f64,
    /// Thigh angle from the downward vertical in the leg's plane, deg.
    pub thigh_deg: f64,
    /// Shank angle from the downward vertical in the leg's plane, deg.
    pub shank_deg: f64,
    /// Foot pitch, deg, positive toes up.
    pub foot_pitch_deg: f64,
    /// Height of the heel over the floor, m.
    pub heel_m: f64,
    /// Height of the forefoot over the floor, m.
    pub forefoot_m: f64,
    /// World position of the shank sensor, m: x ahead at the start, y up, z right.
    pub sensor_m: [f64; 3],
    /// World axes of the strapped sensor before its nominal mount: rows are x, y, z of the world.
    pub axes: [[f64; 3]; 3],
    /// World position of the hip joint, m.
    pub hip_m: [f64; 3],
    /// World position of the knee joint, m.
    pub knee_m: [f64; 3],
    /// World position of the ankle, m.
    pub ankle_m: [f64; 3],
    /// What the shank sensor would read without device errors, on those axes.
    pub shank: Imu,
}

/// One sensor on one bone.
#[derive(Debug)]
struct Worn {
    strap: Strap,
    motion: Option<Motion>,
    tissue: Option<Section<3>>,
    device: Device,
    /// Share of an impact at the foot that gets here.
    struck: f64,
}

impl Worn {
    /// Takes the next pose of the bone and feels what lies one step back.
    fn feel(&mut self, pose: Pose, step_s: f64, added: &([f64; 3], [f64; 3])) -> (Pose, Imu) {
        let motion = self.motion.get_or_insert_with(|| Motion::new(pose, pose, step_s));
        let (pose, mut reads) = motion.push(pose);
        let truth = reads;
        if let Some(tissue) = &mut self.tissue {
            for i in 0..3 {
                reads.acc_mps2[i] += self.struck * added.0[i];
                reads.gyr_dps[i] += self.struck * added.1[i];
            }
            reads.acc_mps2 = tissue.push(reads.acc_mps2);
        }
        self.device.feel(&reads);
        (pose, truth)
    }
}

/// Something that is told when its time comes.
#[derive(Clone, Debug)]
struct Later {
    at_s: f64,
    what: TrueHazard,
}

/// A person with sensors on one leg, at work.
pub struct Walker {
    skeleton: Skeleton,
    director: Director,
    habits: OutOfPlane,
    stage: VecDeque<Staged>,
    fallen: Option<Fall>,
    labeller: Labeller,
    shocks: Shocks,
    shank: Worn,
    thigh: Option<Worn>,
    side: Side,
    chance: Chance,
    rate_hz: f64,
    per_sample: u64,
    step_s: f64,
    /// Next internal step; its time on the simulation's clock is that many steps.
    tick: u64,
    /// Simulation time of the capture's zero, s.
    zero_s: f64,
    length_s: Option<f64>,
    samples: u64,
    /// Ticks by which the devices' filters lag.
    lag: u64,
    /// The step before, whose readings are not known yet.
    before: Option<Moment>,
    knees: VecDeque<f64>,
    facts: Vec<Fact>,
    hazards: Vec<Later>,
    speed_mps: f64,
    done: bool,
}

impl std::fmt::Debug for Walker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Walker")
            .field("tick", &self.tick)
            .field("samples", &self.samples)
            .finish_non_exhaustive()
    }
}

impl Walker {
    pub(crate) fn new(plan: Plan) -> Self {
        let mut person = Chance::new(plan.seed, Concern::Person);
        let body = Body::individual(plan.height_m, &mut person);
        let standing_knee = rad(5.0 + 0.8 * person.bounded_normal());
        let habits = OutOfPlane::drawn(&mut person);
        let side = match plan.side {
            Side::Right => 1.0,
            Side::Left => -1.0,
        };
        let per_sample = multiple(plan.rate_hz);
        let internal_hz = plan.rate_hz * per_sample as f64;
        let zero_s = WARM_UP_S + plan.already_s;
        let mut strap = Chance::new(plan.seed, Concern::Strap);
        let mut made = Chance::new(plan.seed, Concern::Device);
        let ideal = plan.kind == SensorKind::Ideal;
        let mut worn = |mount: Mount, noise_salt: u64, struck: f64, thigh: bool| {
            let choice = if thigh { plan.strap.for_thigh() } else { plan.strap };
            Worn {
                strap: Strap::drawn(choice, thigh, ideal, plan.length_s, zero_s, &mut strap),
                motion: None,
                tissue: (!ideal).then(|| {
                    let hertz = strap.between(12.0, 25.0);
                    let damping = strap.between(0.15, 0.35);
                    Section::spring(hertz, damping, internal_hz)
                }),
                device: Device::new(
                    plan.kind,
                    mount,
                    plan.rate_hz,
                    internal_hz,
                    &mut made,
                    Chance::new(plan.seed ^ noise_salt, Concern::Noise),
                ),
                struck,
            }
        };
        let shank = worn(plan.mount, 0, 1.0, false);
        let thigh = worn(plan.thigh_mount, 0x5eed, 0.35, true);
        let lag = steps(shank.device.delay_s() * internal_hz);
        Self {
            skeleton: Skeleton::new(plan.seed, body, side, standing_knee),
            director: Director::new(plan.acts, WARM_UP_S, Chance::new(plan.seed, Concern::Script)),
            habits,
            stage: VecDeque::new(),
            fallen: None,
            labeller: Labeller::new(body),
            shocks: Shocks::new(Chance::new(plan.seed, Concern::Impacts)),
            shank,
            thigh: plan.thigh.then_some(thigh),
            side: plan.side,
            chance: Chance::new(plan.seed ^ 0xfa11, Concern::Hazards),
            rate_hz: plan.rate_hz,
            per_sample,
            step_s: 1.0 / internal_hz,
            tick: 0,
            zero_s,
            length_s: plan.length_s,
            samples: 0,
            lag,
            before: None,
            knees: VecDeque::new(),
            facts: Vec::new(),
            hazards: Vec::new(),
            speed_mps: 0.0,
            done: false,
        }
    }

    /// The leg that wears the sensors.
    pub fn side(&self) -> Side {
        self.side
    }

    /// Proportions of the simulated person.
    pub fn body(&self) -> &Body {
        &self.skeleton.body
    }

    /// Takes the facts that have become known, in capture time. They come nearly in order: none is
    /// told later than a few seconds after it happened.
    pub fn take_facts(&mut self) -> Vec<Fact> {
        let zero = self.zero_s;
        std::mem::take(&mut self.facts)
            .into_iter()
            .map(|fact| fact.on_clock(|t| t - zero))
            .filter(|fact| match fact {
                Fact::Activity(a) => a.end_s > 0.0,
                other => other.time_s() >= 0.0,
            })
            .map(|fact| match fact {
                Fact::Activity(mut a) => {
                    a.start_s = a.start_s.max(0.0);
                    Fact::Activity(a)
                }
                other => other,
            })
            .collect()
    }

    /// The figure with whatever scene is being played.
    fn figure(&self, t: f64) -> Figure {
        let under = self.skeleton.at(t);
        match self.stage.front() {
            Some(Staged { start_s, scene: StagedScene::Ready(scene), .. }) if t >= *start_s => {
                scene.at(&self.skeleton.body, t, &under)
            }
            _ => under,
        }
    }

    /// Turns wishes for scenes into scenes when their time has come, and drops those that are over.
    fn set_the_stage(&mut self, t: f64) {
        while let Some(next) = self.director.staged.pop_front() {
            self.stage.push_back(next);
        }
        let Some(front) = self.stage.front() else {
            return;
        };
        let next_starts = self.stage.get(1).map(|s| s.start_s);
        // Who has fallen lies until they get up.
        let lies = matches!(front.scene, StagedScene::Ready(Scene::Fall(_)));
        let over = if lies { next_starts.is_some_and(|s| t >= s) } else { t >= front.end_s };
        if over {
            self.stage.pop_front();
        }
        let Some(front) = self.stage.front() else {
            return;
        };
        if t < front.start_s {
            return;
        }
        let (start_s, end_s) = (front.start_s, front.end_s);
        let ready = match front.scene {
            StagedScene::Ready(_) => return,
            StagedScene::Fall { sideways } => self.begin_fall(t, sideways),
            StagedScene::GetUp => match self.fallen.take() {
                Some(fall) => Scene::GetUp(GetUp::new(&fall, start_s, end_s)),
                None => return,
            },
        };
        if let Some(front) = self.stage.front_mut() {
            front.scene = StagedScene::Ready(ready);
        }
    }

    fn begin_fall(&mut self, t: f64, sideways: bool) -> Scene {
        let h = self.step_s;
        let figures = [t - h, t, t + h].map(|t| self.skeleton.at(t));
        let body = self.skeleton.body;
        let fall = Fall::new(&body, t, &figures, h, sideways, &mut self.chance);
        self.shocks.strike(Blow::Catch, t, self.speed_mps);
        self.shocks.strike(Blow::Ground, fall.hit_s, 0.0);
        self.hazards.push(Later { at_s: t, what: hazard("fall", t, fall.hit_s + 5.0) });
        self.fallen = Some(fall.clone());
        Scene::Fall(fall)
    }

    /// Goes one internal step on; returns the step before.
    fn advance(&mut self) -> Moment {
        let t = self.tick as f64 * self.step_s;
        self.tick += 1;
        self.director.look_ahead(t, &mut self.skeleton);
        self.skeleton.advance(t);
        self.set_the_stage(t);
        self.hear(t);

        let mut figure = self.figure(t);
        let acting = self.stage.front().is_some_and(|s| t >= s.start_s);
        self.habits.turn(&mut figure);
        let mut leg = figure.leg(&self.skeleton.body);
        let knee = leg.flexion_rad();
        self.habits.apply(&mut leg, figure.phase, figure.engaged);

        let added = self.shocks.at(t);
        let body = self.skeleton.body;
        let shank_pose = self.shank.strap.pose(
            &leg.shank,
            leg.knee,
            -body.shank_sensor_below_knee_m,
            body.shank_sensor_ahead_m,
            t,
            figure.phase,
            figure.engaged,
        );
        let (felt_at, shank) = self.shank.feel(shank_pose, self.step_s, &added);
        if let Some(worn) = &mut self.thigh {
            let pose = worn.strap.pose(
                &leg.thigh,
                leg.hip,
                -body.thigh_sensor_below_hip_m,
                body.thigh_sensor_ahead_m,
                t,
                figure.phase,
                figure.engaged,
            );
            worn.feel(pose, self.step_s, &added);
        }
        self.label(t, &figure, knee, shank.gyr_dps[2], acting);
        let now = self.moment(t, &figure, &leg, knee);
        self.completed(&now, &felt_at, shank)
    }

    /// The state at `t`, but for what the sensor feels: that is known one step later.
    fn moment(&self, t: f64, figure: &Figure, leg: &Leg, knee: f64) -> Moment {
        let (heel_m, forefoot_m) = Labeller::sole(&self.skeleton.body, figure);
        let angle = |bone: &Mat3| {
            let long = bone.column(1);
            deg(libm::asin((-long.dot(&figure.facing.ahead)).clamp(-1.0, 1.0)))
        };
        Moment {
            time_s: t - self.zero_s,
            knee_flexion_deg: deg(knee),
            thigh_deg: angle(&leg.thigh),
            shank_deg: angle(&leg.shank),
            foot_pitch_deg: deg(figure.pitch),
            heel_m,
            forefoot_m,
            sensor_m: [0.0; 3],
            axes: [[0.0; 3]; 3],
            hip_m: leg.hip.into(),
            knee_m: leg.knee.into(),
            ankle_m: figure.ankle.into(),
            shank: Imu::default(),
        }
    }

    /// The state one step back, now that it is known what the sensor felt then.
    fn completed(&mut self, now: &Moment, felt_at: &Pose, shank: Imu) -> Moment {
        let before = self.before.replace(*now).unwrap_or(*now);
        let m = &felt_at.axes;
        Moment {
            sensor_m: felt_at.position.into(),
            axes: core::array::from_fn(|i| core::array::from_fn(|j| m[(i, j)])),
            shank,
            ..before
        }
    }

    /// Hears of what has been decided: mishaps, dangers, knocks.
    fn hear(&mut self, t: f64) {
        while let Some(Incident { mishap, onset_s, end_s }) =
            self.skeleton.planner.decisions.incidents.pop_front()
        {
            self.hazards.push(Later { at_s: onset_s, what: hazard(mishap.word(), onset_s, end_s) });
        }
        while let Some(danger) = self.director.dangers.pop_front() {
            self.hazards.push(Later {
                at_s: danger.start_s,
                what: hazard(danger.kind, danger.start_s, danger.end_s),
            });
        }
        let mut i = 0;
        while i < self.hazards.len() {
            if self.hazards[i].at_s <= t {
                let due = self.hazards.swap_remove(i);
                if due.what.kind == "stumble" {
                    self.shocks.strike(Blow::Catch, due.at_s, self.speed_mps);
                }
                self.facts.push(Fact::Hazard(due.what));
            } else {
                i += 1;
            }
        }
        while self.director.bumps.front().is_some_and(|b| *b <= t) {
            if let Some(at_s) = self.director.bumps.pop_front() {
                self.shocks.strike(Blow::Knock, at_s, 0.0);
            }
        }
        while self.director.slaps.front().is_some_and(|s| *s <= t) {
            if let Some(at_s) = self.director.slaps.pop_front() {
                self.shocks.strike(Blow::Tap, at_s, 0.0);
            }
        }
    }

    fn label(&mut self, t: f64, figure: &Figure, knee: f64, rate_dps: f64, acting: bool) {
        let planner = &self.skeleton.planner;
        let on = planner.footfall(0);
        let to = planner.landing(0);
        let next = to.map_or(on.label, |f| f.label);
        let sight = Sight { t, figure, knee, rate_dps, landing: next, leaving: next, stepping: !acting };
        let touches = self.labeller.see(&sight, &mut self.facts);
        let speed = self.skeleton.speed_mps(t);
        self.speed_mps = speed;
        for touch in touches.into_iter().flatten() {
            if let Some(blow) = blow(&touch) {
                self.shocks.strike(blow, touch.at_s, speed);
            }
        }
        let doing = self.doing(t, acting);
        self.labeller.does(t, doing, &mut self.facts);
    }

    /// What the person is doing at `t`.
    fn doing(&self, t: f64, acting: bool) -> Activity {
        if acting {
            return match self.stage.front().map(|s| &s.scene) {
                Some(StagedScene::Ready(Scene::Lean(_))) => Activity::Standing,
                _ => Activity::Other,
            };
        }
        self.skeleton.doing(t)
    }

    /// Goes on to the next moment of the internal clock, whatever the sampling rate; `None` when
    /// the capture is over. Mixes badly with [`Iterator::next`]: use one or the other.
    pub fn next_moment(&mut self) -> Option<Moment> {
        (!self.is_over()).then(|| self.advance())
    }

    fn is_over(&self) -> bool {
        let t = self.tick as f64 * self.step_s - self.zero_s;
        match self.length_s {
            Some(length) => t > length,
            None => self.director.end_s().is_some_and(|end| t > end - self.zero_s),
        }
    }

    /// Tells the facts that hold up to the end of the capture.
    fn finish(&mut self) {
        if !self.done {
            self.done = true;
            let end_s = self.zero_s + (self.samples.saturating_sub(1)) as f64 / self.rate_hz;
            self.labeller.end_activity(end_s, &mut self.facts);
        }
    }
}

impl Iterator for Walker {
    type Item = Step;

    /// The next sample.
    fn next(&mut self) -> Option<Step> {
        let time_s = self.samples as f64 / self.rate_hz;
        let length_s = self.length_s.or_else(|| self.director.end_s().map(|end| end - self.zero_s));
        // The length itself belongs to the next second.
        if length_s.is_some_and(|length| time_s >= length - 0.25 / self.rate_hz) {
            self.finish();
            return None;
        }
        let first = steps(self.zero_s / self.step_s);
        // One more step, because readings lie one step back.
        let due = first + self.samples * self.per_sample + self.lag + 1;
        while self.tick <= due {
            let moment = self.advance();
            self.knees.push_back(moment.knee_flexion_deg);
            while self.knees.len() as u64 > self.lag + 1 {
                self.knees.pop_front();
            }
        }
        self.samples += 1;
        Some(Step {
            sample: Sample {
                time: SensorTime::from_seconds(time_s).unwrap_or_default(),
                shank: self.shank.device.sample(),
                thigh: self.thigh.as_mut().map(|worn| worn.device.sample()),
            },
            knee_flexion_deg: self.knees.front().copied().unwrap_or_default(),
        })
    }
}

/// How many internal steps make one sample at this rate.
fn multiple(rate_hz: f64) -> u64 {
    steps(libm::ceil(INTERNAL_HZ / rate_hz - 1e-9)).max(1)
}

/// The nearest whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small and positive by construction"
)]
fn steps(value: f64) -> u64 {
    libm::round(value) as u64
}

fn hazard(kind: &str, onset_s: f64, end_s: f64) -> TrueHazard {
    TrueHazard { kind: kind.to_owned(), onset_s: Some(onset_s), end_s: Some(end_s) }
}

/// The blow that goes with a touch of the floor.
fn blow(touch: &Touch) -> Option<Blow> {
    let flat = touch.pitch.abs() < rad(4.0);
    match (touch.label, touch.first, touch.fore) {
        (Activity::Forward, true, _) => Some(Blow::HeelForward),
        (_, false, true) => Some(Blow::Slap),
        (Activity::Forward, false, false) => None,
        (_, true, _) if flat => Some(Blow::Flat),
        (_, true, true) => Some(Blow::Toes),
        (_, true, false) => Some(Blow::HeelBackward),
        (_, false, false) => Some(Blow::HeelLowered),
    }
}

//! One footfall: where and when a foot stands, how it lands, lies and leaves, and how the knee over
//! it straightens.

use super::body::Body;
use super::chain::Facing;
use super::foot;
use super::fourier::TOE_OFF;
use super::gait::{Gait, LegIndex, PathGait};
use super::math::{Jet, Quintic, Vec3, rad, smooth};
use crate::record::Activity;

/// Vertical acceleration that lowering the foot may need at most, m/s²: a foot that lands almost
/// flat has little to lower, and takes as little time as this allows.
const GENTLEST_LANDING_MPS2: f64 = 14.0;

/// The power with which pitch leaves the floor: just under a parabola's fall, as a foot that is let
/// down under load.
const ROLL_ORDER: f64 = 2.4;

/// Share of the usual foot pitch with which a foot comes to stand and steps off from standing.
const STANDING_SIZE: f64 = 0.6;

/// Share of the stride over which a foot that has been standing rolls off.
pub(crate) const RELEASE_SHARE: f64 = 0.42;

/// A foot that slides while it bears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slide {
    /// Start, s.
    pub start_s: f64,
    /// End, s.
    pub end_s: f64,
    /// How far along the foot, m (positive is toward the toes).
    pub ahead_m: f64,
}

/// A knee that gives way while it bears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Buckle {
    /// Start, s.
    pub start_s: f64,
    /// Time to the deepest point, s.
    pub fall_s: f64,
    /// Time back, s.
    pub rise_s: f64,
    /// How much further the knee bends, rad.
    pub depth: f64,
}

impl Buckle {
    fn at(&self, t: f64) -> f64 {
        let deepest = self.start_s + self.fall_s;
        if t < deepest {
            self.depth * smooth((t - self.start_s) / self.fall_s)
        } else {
            self.depth * (1.0 - smooth((t - deepest) / self.rise_s))
        }
    }

    /// When the knee is back, s.
    pub(crate) fn end_s(&self) -> f64 {
        self.start_s + self.fall_s + self.rise_s
    }
}

/// One footfall of one leg.
#[derive(Clone, Debug)]
pub(crate) struct Footfall {
    /// Whose.
    pub leg: LegIndex,
    /// First contact, s.
    pub contact_s: f64,
    /// Last contact, s; infinite while the foot is to stay.
    pub leave_s: f64,
    /// Stride time by which it is made, s.
    pub stride_s: f64,
    /// Stride time by which it is left, s.
    pub leaving_stride_s: f64,
    /// World x and z of the ankle with the foot flat, m.
    pub place: [f64; 2],
    /// Where the foot points, rad.
    pub heading: f64,
    /// How it is made.
    pub gait: Gait,
    /// Size of the movement that leads here, 1 for a full step.
    pub amplitude: f64,
    /// Knee flexion at its straightest, rad.
    pub straight: f64,
    /// How much higher than usual the foot is lifted on its way here.
    pub lift: f64,
    /// What the person was doing.
    pub label: Activity,
    /// When the sole has come down, s (heel contact when landing on the toes); `None` when the heel
    /// never lands.
    pub flat_s: Option<f64>,
    /// When the part that landed first rises again (forefoot rise), s; infinite while the foot is
    /// to stay, `None` when the heel never landed.
    pub rise_s: Option<f64>,
    /// Foot pitch at contact, rad.
    pub landing_pitch: f64,
    /// Whether it was planned to stay.
    stand: bool,
    /// What goes wrong in this stance.
    pub slide: Option<Slide>,
    /// What goes wrong in this stance.
    pub buckle: Option<Buckle>,
    facing: Facing,
    landing: Quintic,
    landed_s: f64,
    hold: f64,
    release: Quintic,
    release_s: f64,
    /// Least knee flexion, rad.
    least_knee: f64,
    /// Phase from the contact on; and, for a foot that was standing, from its release on.
    phase_first: Quintic,
    phase_held_s: f64,
    phase_release: Quintic,
    phase_release_s: f64,
}

/// The knobs of one landing, after the step's own chance has been added to the gait's parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Landing {
    /// Added to the pitch at contact, rad.
    pub pitch: f64,
    /// Knee flexion at its straightest in this stance, rad.
    pub knee: f64,
}

impl Footfall {
    /// A foot at rest, flat, since before the capture began.
    pub(crate) fn standing(leg: LegIndex, place: [f64; 2], heading: f64, gait: Gait, knee: f64) -> Self {
        let since = -1e6;
        Self {
            leg,
            contact_s: since,
            leave_s: f64::INFINITY,
            stride_s: 1.0,
            leaving_stride_s: 1.0,
            place,
            heading,
            gait,
            amplitude: 0.0,
            straight: knee,
            lift: 1.0,
            label: Activity::Standing,
            flat_s: Some(since),
            rise_s: Some(f64::INFINITY),
            landing_pitch: 0.0,
            stand: true,
            slide: None,
            buckle: None,
            facing: Facing::new(heading),
            landing: Quintic::constant(0.0),
            landed_s: since,
            hold: 0.0,
            release: Quintic::constant(0.0),
            release_s: f64::INFINITY,
            least_knee: knee,
            phase_first: Quintic::constant(TOE_OFF / 2.0),
            phase_held_s: since,
            phase_release: Quintic::constant(TOE_OFF / 2.0),
            phase_release_s: f64::INFINITY,
        }
    }

    /// A footfall that will leave again at `leave_s`, or stays when that is infinite.
    #[expect(clippy::too_many_arguments, reason = "each is one independent fact of the step")]
    pub(crate) fn planned(
        body: &Body,
        leg: LegIndex,
        contact_s: f64,
        leave_s: f64,
        stride_s: f64,
        place: [f64; 2],
        heading: f64,
        gait: &Gait,
        amplitude: f64,
        landing: Landing,
        standing_knee: f64,
    ) -> Self {
        let mut fall = Self::standing(leg, place, heading, *gait, standing_knee);
        fall.contact_s = contact_s;
        fall.stride_s = stride_s;
        fall.leaving_stride_s = stride_s;
        fall.amplitude = amplitude;
        fall.straight = landing.knee;
        let slope = 1.0 / stride_s;
        match gait {
            Gait::Path(path) => {
                fall.least_knee = rad(path.least_knee_deg[leg]).min(landing.knee);
                fall.land_on_path(body, path, landing);
            }
            Gait::Fourier(_) => {
                // The heel of the series comes down with its own flat phase.
                fall.flat_s = Some(contact_s + 0.12 * stride_s);
                fall.rise_s = Some(f64::INFINITY);
            }
        }
        let stays = leave_s.is_infinite();
        let held = Jet::at_rest(TOE_OFF / 2.0);
        let contact = Jet { p: 0.0, v: slope, a: 0.0 };
        if stays {
            fall.phase_held_s = contact_s + 0.5 * TOE_OFF * stride_s;
            fall.phase_first = Quintic::new(contact_s, contact, fall.phase_held_s, held);
        } else {
            fall.stand = false;
            fall.leave_s = leave_s;
            fall.phase_held_s = leave_s;
            let end = Jet { p: TOE_OFF, v: slope, a: 0.0 };
            fall.phase_first = Quintic::new(contact_s, contact, leave_s, end);
            fall.phase_release_s = f64::INFINITY;
            fall.plan_release(1.0);
        }
        fall
    }

    fn land_on_path(&mut self, body: &Body, path: &PathGait, landing: Landing) {
        self.hold = rad(path.hold_deg);
        let pitch = rad(path.toe_contact_deg) * self.amplitude + landing.pitch;
        // Landing exactly flat is a landing without any lowering.
        let pitch = if (pitch - self.hold).abs() < rad(0.2) { self.hold } else { pitch };
        self.landing_pitch = pitch;
        let drop = (pitch - self.hold).abs();
        let lever = if pitch < 0.0 { body.ball_m } else { body.heel_m };
        let quickest = (drop * lever * ROLL_ORDER * (ROLL_ORDER - 1.0) / GENTLEST_LANDING_MPS2).sqrt();
        let takes = if drop == 0.0 { 0.0 } else { quickest.max(path.heel_contact * self.stride_s) };
        self.landed_s = self.contact_s + takes;
        let rate = path.landing_rate;
        self.landing = Quintic::new(
            self.contact_s,
            roll(pitch, self.hold, -takes, rate, path.landing_brake * rate * (rate - 1.0)),
            self.landed_s,
            Jet::at_rest(self.hold),
        );
        self.flat_s = (self.hold == 0.0).then_some(self.landed_s);
        self.rise_s = (self.hold == 0.0).then_some(f64::INFINITY);
    }

    /// Lets a foot that was to stay leave at `leave_s`. One that has long been standing steps off in
    /// the manner of `gait`; one that has not even landed keeps its own.
    pub(crate) fn release_at(
        &mut self,
        now_s: f64,
        leave_s: f64,
        gait: &Gait,
        stride_s: f64,
        amplitude: f64,
    ) {
        let held = Jet::at_rest(TOE_OFF / 2.0);
        if self.contact_s <= now_s {
            self.gait = *gait;
        }
        self.leaving_stride_s = stride_s;
        self.leave_s = leave_s;
        self.phase_release_s = leave_s - RELEASE_SHARE * stride_s;
        self.phase_release =
            Quintic::new(self.phase_release_s, held, leave_s, Jet { p: TOE_OFF, v: 1.0 / stride_s, a: 0.0 });
        self.plan_release(amplitude);
    }

    fn plan_release(&mut self, amplitude: f64) {
        let Gait::Path(path) = &self.gait else {
            self.rise_s = Some(self.leave_s - 0.2 * self.leaving_stride_s);
            return;
        };
        let rhythm = &path.rhythm;
        // The share is of a stance of ordinary length: a longer or shorter one keeps its proportion.
        let takes = (rhythm.stance[self.leg] - path.forefoot_rise).max(0.02) * self.leaving_stride_s;
        let rise = (self.leave_s - takes).max(self.landed_s + 0.02);
        let pitch = rad(path.final_deg) * amplitude;
        let takes = self.leave_s - rise;
        self.release_s = rise;
        self.release = Quintic::new(
            rise,
            Jet::at_rest(self.hold),
            self.leave_s,
            roll(pitch, self.hold, takes, ROLL_ORDER, ROLL_ORDER * (ROLL_ORDER - 1.0)),
        );
        if self.rise_s.is_some() {
            self.rise_s = Some(rise);
        }
    }

    /// Phase of this leg at `t` within this stance: 0 at contact, 0.62 at leaving.
    pub(crate) fn phase(&self, t: f64) -> f64 {
        if t >= self.phase_release_s {
            self.phase_release.at(t)
        } else if t >= self.phase_held_s && self.phase_held_s < self.leave_s {
            TOE_OFF / 2.0
        } else {
            self.phase_first.at(t)
        }
    }

    /// Whether the foot comes to stand here, or has stood: the leg is then under the body and not
    /// ahead of it or behind as in walking, and the foot just comes down and rolls off.
    pub(crate) fn is_stand(&self) -> bool {
        self.stand
    }

    /// How much the hip may be out of this foot's reach, m, for a foot that stands before walking
    /// or after it, at this phase; `None` for those of walking, whose legs are as long as they need.
    pub(crate) fn tether(&self, phase: f64) -> Option<f64> {
        self.stand.then(|| {
            let landing = 1.0 - smooth(phase / 0.10);
            let leaving = smooth((phase - 0.49) / 0.06);
            0.03 * (landing + leaving)
        })
    }

    /// Share of the series' foot pitch that is made.
    fn size(&self) -> f64 {
        if self.stand { STANDING_SIZE } else { 1.0 }
    }

    /// Foot pitch at `t` within this stance, rad.
    pub(crate) fn pitch(&self, t: f64) -> f64 {
        match &self.gait {
            Gait::Path(_) => {
                if t < self.landed_s {
                    self.landing.at(t)
                } else if t >= self.release_s {
                    self.release.at(t)
                } else {
                    self.hold
                }
            }
            Gait::Fourier(gait) => self.size() * gait.pitch(self.phase(t)),
        }
    }

    /// How much further the knee is bent at `t` because it gives way, rad.
    pub(crate) fn gives_way(&self, t: f64) -> f64 {
        self.buckle.map_or(0.0, |b| b.at(t))
    }

    /// Least knee flexion of this stance, rad.
    pub(crate) fn least_knee(&self) -> f64 {
        self.least_knee
    }

    /// Jet of the foot pitch at `t` within this stance, rad.
    pub(crate) fn pitch_jet(&self, t: f64) -> Jet {
        match &self.gait {
            Gait::Path(_) => {
                if t < self.landed_s {
                    self.landing.jet(t)
                } else if t >= self.release_s {
                    self.release.jet(t)
                } else {
                    Jet::at_rest(self.hold)
                }
            }
            Gait::Fourier(_) => Jet::of(|t| self.pitch(t), t),
        }
    }

    /// World jets of the ankle at `t` within this stance.
    pub(crate) fn ankle_jets(&self, body: &Body, t: f64) -> [Jet; 3] {
        let pitch = self.pitch_jet(t);
        let (x, y) = foot::ankle_jets(body, pitch);
        let place = self.place_at(t);
        let level = |p: f64, along: f64| Jet { p: p + along * x.p, v: along * x.v, a: along * x.a };
        [level(place[0], self.facing.ahead.x), y, level(place[1], self.facing.ahead.z)]
    }

    fn place_at(&self, t: f64) -> [f64; 2] {
        let Some(slide) = self.slide else {
            return self.place;
        };
        let along = slide.ahead_m * smooth((t - slide.start_s) / (slide.end_s - slide.start_s));
        [self.place[0] + along * self.facing.ahead.x, self.place[1] + along * self.facing.ahead.z]
    }

    /// World position of the ball of the foot while it is on the floor, m.
    pub(crate) fn ball(&self, body: &Body) -> Vec3 {
        let [x, z] = self.place;
        Vec3::new(x, 0.0, z) + self.facing.ahead * body.ball_m
    }

    /// World position of the ankle at `t` within this stance, m.
    pub(crate) fn ankle(&self, body: &Body, t: f64) -> Vec3 {
        let pivot = foot::ankle(body, self.pitch(t));
        let [x, z] = self.place_at(t);
        Vec3::new(x, pivot.y, z) + self.facing.ahead * pivot.x
    }
}

/// The jet of a pitch that left `hold` `takes` seconds ago (or reaches it in `-takes`) and has come
/// to `pitch`, with its rate and its acceleration as multiples of the mean ones.
fn roll(pitch: f64, hold: f64, takes: f64, rate: f64, bend: f64) -> Jet {
    if takes == 0.0 {
        return Jet::at_rest(pitch);
    }
    let off = pitch - hold;
    Jet { p: pitch, v: rate * off / takes, a: bend * off / (takes * takes) }
}

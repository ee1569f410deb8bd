//! Where the pelvis is, seen from above: on the body's way, with the to and fro, the side sway and
//! the rotation of the gait, the sway of standing, and the lurches of a balance lost.

use std::collections::VecDeque;

use super::body::Body;
use super::chain::Facing;
use super::fourier::{FourierGait, TOE_OFF};
use super::gait::{Gait, PathGait};
use super::hazard::Sway;
use super::itinerary::Itinerary;
use super::math::{TURN, Vec3, lerp, rad, smooth};
use super::path::{Cell, Path};
use super::random::Chance;

/// Delay with which the manner of a new gait is taken on, s: longer than any swing, since the foot
/// in the air already knows where the hip will be when it lands.
const NOTICE_S: f64 = 1.2;

/// One slow wave of standing sway.
#[derive(Clone, Copy, Debug)]
struct Wave {
    hertz: f64,
    turn: f64,
    ahead_m: f64,
    right_m: f64,
}

/// Rises to 1 while the person walks and falls to 0 while standing.
#[derive(Debug, Default)]
struct Engagement {
    /// (start, end, target) of the changes not yet over.
    changes: VecDeque<(f64, f64, f64)>,
    before: f64,
}

impl Engagement {
    fn at(&self, t: f64) -> f64 {
        let mut value = self.before;
        for &(start, end, target) in &self.changes {
            value = lerp(value, target, smooth((t - start) / (end - start)));
        }
        value
    }

    fn settle(&mut self, t: f64) {
        while let Some(&(_, end, target)) = self.changes.front() {
            if end >= t {
                break;
            }
            self.before = target;
            self.changes.pop_front();
        }
    }
}

/// How the pelvis is carried: that of one gait, fading into that of the next.
#[derive(Debug)]
struct Manner {
    /// Start of the move that `to` belongs to.
    since_s: f64,
    start_s: f64,
    end_s: f64,
    from: Gait,
    to: Gait,
}

impl Manner {
    fn follow(&mut self, t: f64, itinerary: &Itinerary) {
        if t < self.end_s {
            return;
        }
        let Some(asked) = itinerary.stepping_at_or_before(t) else {
            return;
        };
        if let (Some(gait), true) = (&asked.gait, asked.start_s != self.since_s) {
            self.from = core::mem::replace(&mut self.to, *gait);
            self.since_s = asked.start_s;
            self.start_s = t + NOTICE_S;
            self.end_s = self.start_s + gait.rhythm().stride_s;
        }
    }

    /// Takes this gait's manner on at once: while standing it does not show.
    fn set(&mut self, gait: &Gait, since_s: f64) {
        self.from = *gait;
        self.to = *gait;
        self.since_s = since_s;
        self.end_s = f64::NEG_INFINITY;
    }
}

/// The pelvis from above.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Above {
    /// Level directions of the body.
    pub facing: Facing,
    /// Heading, rad to the left.
    pub heading: f64,
    /// Hip joints of leg 0 and leg 1; their height is not yet known.
    pub hips: [Vec3; 2],
    /// Rotation of the pelvis about the vertical beyond the heading, rad to the left.
    pub yaw: f64,
    /// How far the pelvis is raised beyond what the legs ask, m.
    pub raised: f64,
    /// 1 while walking, 0 while standing.
    pub engaged: f64,
}

/// The movement of the pelvis in the plane.
#[derive(Debug)]
pub(crate) struct Pelvis {
    side: f64,
    half_width_m: f64,
    engagement: Engagement,
    manner: Manner,
    lurches: VecDeque<Sway>,
    waves: [Wave; 4],
    cell: Cell,
}

impl Pelvis {
    /// The pelvis of this body, `side` +1 when leg 0 is the right one.
    pub(crate) fn new(body: &Body, side: f64, path: &Path, sway: &mut Chance) -> Self {
        let waves = core::array::from_fn(|i| {
            let hertz = sway.between(0.10, 0.16) * (1.0 + 0.9 * i as f64);
            let size = 0.005 / (1.0 + i as f64);
            Wave {
                hertz,
                turn: sway.unit(),
                ahead_m: size * sway.between(0.5, 1.3),
                right_m: 0.6 * size * sway.between(0.5, 1.3),
            }
        });
        let gait = Gait::Path(PathGait::coached(body, 0.9));
        Self {
            side,
            half_width_m: body.hip_half_width_m,
            engagement: Engagement::default(),
            manner: Manner {
                since_s: f64::NEG_INFINITY,
                start_s: 0.0,
                end_s: f64::NEG_INFINITY,
                from: gait,
                to: gait,
            },
            lurches: VecDeque::new(),
            waves,
            cell: path.cell(0.0),
        }
    }

    /// Walking begins or ends about `at_s` with strides of `stride_s`.
    pub(crate) fn engage(&mut self, at_s: f64, begins: bool, stride_s: f64) {
        self.engagement.changes.push_back(if begins {
            (at_s, at_s + 0.48 * stride_s, 1.0)
        } else {
            (at_s - 0.3 * stride_s, at_s + 0.6 * stride_s.max(0.8), 0.0)
        });
    }

    /// Sets off from standing in this gait.
    pub(crate) fn set_off(&mut self, gait: &Gait, since_s: f64) {
        self.manner.set(gait, since_s);
    }

    /// Loses balance for a moment.
    pub(crate) fn lurch(&mut self, sway: Sway) {
        self.lurches.push_back(sway);
    }

    /// Follows what is asked at `t`, and forgets what is over.
    pub(crate) fn advance(&mut self, t: f64, itinerary: &Itinerary, path: &Path) {
        self.manner.follow(t, itinerary);
        self.engagement.settle(t);
        while self.lurches.front().is_some_and(|s| s.end_s < t) {
            self.lurches.pop_front();
        }
        if t >= self.cell.end_s || self.cell.end_s.is_infinite() {
            self.cell = path.cell(t);
        }
    }

    /// The gait as it is at `t`, between the one before and the one being taken on.
    pub(crate) fn gait_at(&self, t: f64) -> Gait {
        let Manner { start_s, end_s, from, to, .. } = &self.manner;
        if t >= *end_s {
            return *to;
        }
        from.mixed(to, smooth((t - start_s) / (end_s - start_s)))
    }

    /// The series that the legs follow at `t`, if they do.
    pub(crate) fn series_at(&self, t: f64) -> Option<FourierGait> {
        match self.gait_at(t) {
            Gait::Fourier(gait) => Some(gait),
            Gait::Path(_) => None,
        }
    }

    /// The pelvis at `t`, the moment of the last [`Self::advance`] or one in its path cell, with
    /// leg 0 at this phase.
    pub(crate) fn now(&self, t: f64, phase: f64) -> Above {
        let heading = self.cell.heading.at(t);
        let middle = Vec3::new(self.cell.x.at(t), 0.0, self.cell.z.at(t));
        self.around(t, phase, heading, middle, self.engagement.at(t))
    }

    /// The pelvis at any `t` for which the path is known.
    pub(crate) fn then(&self, path: &Path, t: f64, phase: f64) -> Above {
        let here = path.at(t);
        let middle = Vec3::new(here.x.p, 0.0, here.z.p);
        self.around(t, phase, here.heading.p, middle, self.engagement.at(t))
    }

    fn around(&self, t: f64, phase: f64, heading: f64, middle: Vec3, engaged: f64) -> Above {
        let facing = Facing::new(heading);
        let (mut ahead, mut right) = self.standing_sway(t);
        ahead *= 1.0 - 0.7 * engaged;
        right *= 1.0 - 0.7 * engaged;
        let mut forth = 0.0;
        let mut yaw = 0.0;
        if engaged > 0.0 {
            let gait = self.gait_at(t);
            let rhythm = gait.rhythm();
            ahead += engaged
                * match &gait {
                    Gait::Path(g) => g.sway_m * libm::sin(2.0 * TURN * phase + 0.5),
                    Gait::Fourier(g) => g.sway(phase),
                };
            let over = libm::cos(TURN * (phase - TOE_OFF / 2.0));
            right += engaged * self.side * over * rhythm.side_sway_m;
            // The pelvis turns with the feet, so that each hip is carried toward its foot.
            forth = -engaged * rad(rhythm.pelvis_deg) * self.half_width_m * libm::cos(TURN * phase);
            yaw = self.side * forth / self.half_width_m;
        }
        let mut raised = 0.0;
        for lurch in &self.lurches {
            let (a, u, r) = lurch.at(t);
            ahead += a;
            raised += u;
            right += r;
        }
        let centre = middle + facing.ahead * ahead + facing.right * right;
        let out = facing.right * (self.side * self.half_width_m) + facing.ahead * forth;
        Above { facing, heading, hips: [centre + out, centre - out], yaw, raised, engaged }
    }

    /// Standing sway: ahead and to the right, m.
    fn standing_sway(&self, t: f64) -> (f64, f64) {
        let mut sum = (0.0, 0.0);
        for wave in &self.waves {
            let (sin, cos) = libm::sincos(TURN * (wave.hertz * t + wave.turn));
            sum.0 += wave.ahead_m * sin;
            sum.1 += wave.right_m * cos;
        }
        sum
    }
}

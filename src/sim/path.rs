//! The way of the body over the ground: where it is and which way it faces, as a smooth function of
//! time known some seconds ahead, so that feet can be placed where the body will be.
//!
//! Asked-for velocities change through fifth-degree ramps; position is their integral, held on a
//! grid of nodes joined by fifth-degree pieces. Whatever is asked, position and heading have
//! continuous second derivatives.

use std::collections::VecDeque;

use super::math::{Jet, Quintic};

/// Distance of the nodes, s.
pub(crate) const NODE_S: f64 = 0.010;

/// What is asked of the body from some moment on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Drive {
    /// Speed toward where the person faces, m/s; negative is backward.
    pub ahead_mps: f64,
    /// Speed to the right, m/s.
    pub right_mps: f64,
    /// Turning to the left, rad/s.
    pub yaw_rps: f64,
}

/// Position and heading at one moment: world x and z in metres, heading in rad (positive to the
/// left), each with its derivatives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Whereabouts {
    pub x: Jet,
    pub z: Jet,
    pub heading: Jet,
}

impl Whereabouts {
    /// The ground point `ahead` of and `right` of the body here.
    pub(crate) fn beside(&self, ahead: f64, right: f64) -> [f64; 2] {
        let (sin, cos) = libm::sincos(self.heading.p);
        [self.x.p + ahead * cos + right * sin, self.z.p - ahead * sin + right * cos]
    }
}

/// The path, built node by node from the drives as they become known and forgotten behind.
#[derive(Debug)]
pub(crate) struct Path {
    nodes: VecDeque<Whereabouts>,
    /// Index of the first node still held; its time is that many [`NODE_S`].
    first: usize,
    ramps: [Ramp; 3],
}

/// One velocity on its way to a new value.
#[derive(Clone, Copy, Debug)]
struct Ramp {
    piece: Quintic,
    end_s: f64,
    target: f64,
}

impl Ramp {
    const REST: Self = Self { piece: Quintic::constant(0.0), end_s: 0.0, target: 0.0 };

    fn jet(&self, t: f64) -> Jet {
        if t < self.end_s { self.piece.jet(t) } else { Jet::at_rest(self.target) }
    }

    fn toward(self, target: f64, start_s: f64, ramp_s: f64) -> Self {
        let end_s = start_s + ramp_s;
        Self { piece: Quintic::new(start_s, self.jet(start_s), end_s, Jet::at_rest(target)), end_s, target }
    }
}

impl Path {
    /// At rest at the origin, facing along x.
    pub(crate) fn new() -> Self {
        Self { nodes: VecDeque::from([Whereabouts::default()]), first: 0, ramps: [Ramp::REST; 3] }
    }

    /// Up to when the path is known, s.
    pub(crate) fn known_until_s(&self) -> f64 {
        (self.first + self.nodes.len() - 1) as f64 * NODE_S
    }

    /// From the end of what is known on, goes over to `drive` within `ramp_s`.
    pub(crate) fn drive(&mut self, drive: Drive, ramp_s: f64) {
        let start = self.known_until_s();
        let targets = [drive.ahead_mps, drive.right_mps, drive.yaw_rps];
        for (ramp, target) in self.ramps.iter_mut().zip(targets) {
            if ramp.target != target {
                *ramp = ramp.toward(target, start, ramp_s.max(NODE_S));
            }
        }
    }

    /// Adds one node under the present drive.
    pub(crate) fn extend(&mut self) {
        let t = self.known_until_s();
        let Some(&from) = self.nodes.back() else {
            return;
        };
        let [_, _, yaw] = self.ramps;
        let half = t + NODE_S / 2.0;
        let end = t + NODE_S;
        // Simpson's rule; the yaw ramp's own integral to the middle is that of its quadratic fit.
        let (r0, r1, r2) = (yaw.jet(t), yaw.jet(half), yaw.jet(end));
        let heading_half = from.heading.p + NODE_S / 24.0 * (5.0 * r0.p + 8.0 * r1.p - r2.p);
        let heading_end = from.heading.p + NODE_S / 6.0 * (r0.p + 4.0 * r1.p + r2.p);
        let (vx1, vz1, ..) = self.velocity(half, heading_half, r1);
        let (vx2, vz2, ax2, az2) = self.velocity(end, heading_end, r2);
        let sum = |p: f64, a: f64, b: f64, c: f64| p + NODE_S / 6.0 * (a + 4.0 * b + c);
        self.nodes.push_back(Whereabouts {
            x: Jet { p: sum(from.x.p, from.x.v, vx1, vx2), v: vx2, a: ax2 },
            z: Jet { p: sum(from.z.p, from.z.v, vz1, vz2), v: vz2, a: az2 },
            heading: Jet { p: heading_end, v: r2.p, a: r2.v },
        });
    }

    /// World velocity and acceleration at `t` with this heading and turning.
    fn velocity(&self, t: f64, heading: f64, yaw: Jet) -> (f64, f64, f64, f64) {
        let (u, w) = (self.ramps[0].jet(t), self.ramps[1].jet(t));
        let (sin, cos) = libm::sincos(heading);
        // d(ahead)/dt = −yaw·right and d(right)/dt = yaw·ahead.
        let along = u.v + w.p * yaw.p;
        let across = w.v - u.p * yaw.p;
        (
            u.p * cos + w.p * sin,
            -u.p * sin + w.p * cos,
            along * cos + across * sin,
            -along * sin + across * cos,
        )
    }

    /// Forgets what lies before `t`.
    pub(crate) fn forget_before(&mut self, t: f64) {
        while self.nodes.len() > 2 && (self.first + 1) as f64 * NODE_S < t {
            self.nodes.pop_front();
            self.first += 1;
        }
    }

    /// The pieces that hold around `t`, and when they end; `t` outside what is known gives the
    /// nearest end, at rest.
    pub(crate) fn cell(&self, t: f64) -> Cell {
        let index = self.index(t);
        let (Some(&from), Some(&to)) = (self.nodes.get(index), self.nodes.get(index + 1)) else {
            let here = self.nodes.back().copied().unwrap_or_default();
            return Cell {
                end_s: f64::INFINITY,
                x: Quintic::constant(here.x.p),
                z: Quintic::constant(here.z.p),
                heading: Quintic::constant(here.heading.p),
            };
        };
        let start_s = (self.first + index) as f64 * NODE_S;
        let end_s = start_s + NODE_S;
        Cell {
            end_s,
            x: Quintic::new(start_s, from.x, end_s, to.x),
            z: Quintic::new(start_s, from.z, end_s, to.z),
            heading: Quintic::new(start_s, from.heading, end_s, to.heading),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the nodes that are held"
    )]
    fn index(&self, t: f64) -> usize {
        let nodes = libm::floor(t / NODE_S) - self.first as f64;
        nodes.clamp(0.0, (self.nodes.len() - 1) as f64) as usize
    }

    /// Whereabouts at `t`.
    pub(crate) fn at(&self, t: f64) -> Whereabouts {
        let cell = self.cell(t);
        Whereabouts { x: cell.x.jet(t), z: cell.z.jet(t), heading: cell.heading.jet(t) }
    }
}

/// The pieces between two nodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub end_s: f64,
    pub x: Quintic,
    pub z: Quintic,
    pub heading: Quintic,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path that starts, turns while walking, and stops.
    fn wandering() -> Path {
        let mut path = Path::new();
        let asks = [
            (0.0, Drive::default()),
            (0.5, Drive { ahead_mps: -1.0, ..Drive::default() }),
            (1.3, Drive { ahead_mps: -0.6, right_mps: 0.2, yaw_rps: 1.2 }),
            (3.0, Drive::default()),
        ];
        for (i, (start, drive)) in asks.into_iter().enumerate() {
            path.drive(drive, 0.9);
            let until = asks.get(i + 1).map_or(start + 3.0, |next| next.0);
            while path.known_until_s() < until - 1e-9 {
                path.extend();
            }
        }
        path
    }

    #[test]
    fn position_and_heading_have_no_corner() {
        let path = wandering();
        let step = 1e-4;
        let mut t = 0.05;
        while t < 5.8 {
            let (before, after) = (path.at(t - step), path.at(t + step));
            let here = path.at(t);
            for (b, h, a) in [
                (before.x, here.x, after.x),
                (before.z, here.z, after.z),
                (before.heading, here.heading, after.heading),
            ] {
                assert!((b.p - a.p).abs() < 5e-3 && (b.v - a.v).abs() < 5e-3);
                assert!((b.a - a.a).abs() < 0.02, "{t}: {} {}", b.a, a.a);
                let slope = (a.p - b.p) / (2.0 * step);
                assert!((slope - h.v).abs() < 1e-4, "{t}: {slope} {}", h.v);
            }
            t += 0.0137;
        }
    }

    #[test]
    fn outside_what_is_known_it_rests_at_the_end() {
        let path = wandering();
        let (end, beyond) = (path.at(path.known_until_s()), path.at(1e9));
        assert!((end.x.p - beyond.x.p).abs() < 1e-9);
        assert_eq!(path.at(-5.0).x.p, 0.0);
    }
}

//! What is known of how the sensors sit, from the first sample to the last.
//!
//! A given mount is believed and refined; one that is not given is looked for. The sign of the sagittal
//! axis decides between backward and forward, so it is held to evidence: a mount line, or the shank's
//! range; where they contradict each other, or nothing is clear, direction is withheld.

use super::range::{self, Range, Sign};
use super::reference::Reference;
use super::search::{self, Mounts, Poses, Search};
use super::seat::{self, Seat, Told};
use crate::notice::What;
use crate::orient::attitude::{Pose, Trust};
use crate::signal::grid::CELL_S;
use crate::stride::assemble::Part;
use crate::stride::measure::Measured;
use crate::summary::{MountSource, MountSummary};
use crate::technique::judge::Zero;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Params {
    /// A given mount.
    pub seat: seat::Params,
    /// A mount that is not given.
    pub search: search::Params,
    /// Range and its sign.
    pub range: range::Params,
}

/// Strides in a row that contradict what is known of the mount before it is doubted.
const DOUBTS: u32 = 5;
/// Strides in a row that settle a sign that was open.
const PROOFS: u32 = 3;
/// Confidence in a mount line.
const LINE_CONFIDENCE: f64 = 0.95;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looking {
    /// Both sensors' mounts.
    Both,
    /// Only the thigh's: the shank's is given.
    Thigh,
}

/// What gravity at rest says of the mount line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// Nothing against it.
    Fits,
    /// It is far from where the line puts it: the person lies, or the line is another mount's.
    Upset,
}

/// What strides say of the mount line's axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    /// There was none yet.
    Unseen,
    /// The leg moved about another axis, and no stride was found.
    Askew,
    /// There was one.
    Walked,
}

/// How far it has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// Nothing has changed.
    Same,
    /// The mount is known from here on; the poses in memory are to be gone through.
    Found,
}

/// The state of knowledge.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Mounting {
    params: Params,
    source: MountSource,
    shank: Seat,
    thigh: Option<Seat>,
    thigh_given: bool,
    thigh_seen: bool,
    looking: Option<Looking>,
    search: Search,
    poses: Poses,
    /// Direction is not to be told.
    withheld: bool,
    /// What is known of the shank is not the shank's: the thigh's sensor shows that it sits otherwise.
    pub swapped: bool,
    rest: Rest,
    axis: Axis,
    confidence: f64,
    /// Strides in a row whose range says so.
    flipped: u32,
    right: u32,
}

impl Mounting {
    /// With what is given: whether the shank's mount is, and the thigh's.
    pub fn new(params: Params, shank_given: bool, thigh_given: bool) -> Self {
        Self {
            params,
            source: if shank_given { MountSource::Line } else { MountSource::Unknown },
            shank: Seat::new(params.seat),
            thigh: thigh_given.then(|| Seat::new(params.seat)),
            thigh_given,
            thigh_seen: false,
            looking: match (shank_given, thigh_given) {
                (false, _) => Some(Looking::Both),
                (true, false) => Some(Looking::Thigh),
                (true, true) => None,
            },
            search: Search::new(params.search),
            poses: Poses::default(),
            withheld: false,
            swapped: false,
            rest: Rest::Fits,
            axis: Axis::Unseen,
            confidence: if shank_given { LINE_CONFIDENCE } else { 0.0 },
            flipped: 0,
            right: 0,
        }
    }

    /// Starts from how the sensors sat when they were calibrated. Their mount lines must be those of then.
    pub fn calibrate(&mut self, reference: &Reference) {
        if self.looking == Some(Looking::Both) {
            self.source = MountSource::Calibration;
            self.confidence = LINE_CONFIDENCE;
        }
        self.shank = Seat::calibrated(self.params.seat, &reference.shank);
        if self.source == MountSource::Calibration {
            self.shank.found_so();
        }
        if let Some(thigh) = &reference.thigh {
            self.thigh = Some(Seat::calibrated(self.params.seat, thigh));
        }
        self.looking = (self.thigh.is_none() && !self.thigh_given).then_some(Looking::Thigh);
    }

    /// The seats of both sensors; `None` while the shank's is looked for.
    pub fn seats(&self) -> Option<(&Seat, Option<&Seat>)> {
        (self.looking != Some(Looking::Both)).then_some((&self.shank, self.thigh.as_ref()))
    }

    /// The poses that came while the mount was looked for.
    pub fn poses(&self) -> &Poses {
        &self.poses
    }

    /// Whether direction is not to be told.
    pub fn withheld(&self) -> bool {
        self.withheld || self.swapped || self.rest == Rest::Upset || self.axis == Axis::Askew
    }

    /// The samples broke off: a search starts over with what comes after.
    pub fn restart(&mut self) {
        self.search.restart();
        self.poses.clear();
    }

    /// Takes one pose.
    pub fn step(&mut self, pose: &Pose, notice: &mut impl FnMut(What)) -> Now {
        let [shank_up, thigh_up] = pose.stood;
        self.thigh_seen |= pose.thigh.is_some();
        if let Some(up) = shank_up {
            if self.looking == Some(Looking::Both) {
                self.search.stand_shank(up, pose.quiet_s);
            } else if pose.quiet_s < self.params.seat.stand_s {
                // Long enough to be upright by, not long enough to correct what was given.
            } else if let Some(told) = self.shank.stand(up) {
                match told {
                    // Which way it was turned over is not known, nor therefore the sign of its axis.
                    Told::Tilted(_) if !self.shank.has_standing() => {
                        if self.rest == Rest::Fits {
                            notice(What::MountSuspect);
                        }
                        self.rest = Rest::Upset;
                    }
                    Told::Tilted(angle_deg) => notice(What::MountTilted { angle_deg }),
                    Told::Moved(angle_deg) => notice(What::SensorMoved { angle_deg }),
                    Told::Stale(angle_deg) => notice(What::CalibrationStale { angle_deg }),
                }
            }
        }
        if self.shank.has_standing() {
            self.rest = Rest::Fits;
        }
        let looks = self.axis == Axis::Unseen && self.source == MountSource::Line;
        if looks && shank_up.is_some() && pose.quiet_s >= self.params.seat.stand_s && self.shank.moves_askew()
        {
            self.axis = Axis::Askew;
            notice(What::MountSuspect);
        }
        if let Some(up) = thigh_up {
            self.search.stand_thigh(up);
            if let Some(thigh) = self.thigh.as_mut().filter(|_| pose.quiet_s >= self.params.seat.stand_s) {
                thigh.stand(up);
            }
        }
        self.shank.step(&pose.shank);
        if let (Some(seat), Some(thigh)) = (&mut self.thigh, &pose.thigh) {
            seat.step(thigh);
        }
        match self.looking {
            None => Now::Same,
            Some(Looking::Thigh) if pose.thigh.is_none() => Now::Same,
            Some(looking) => self.look(pose, looking, notice),
        }
    }

    fn look(&mut self, pose: &Pose, looking: Looking, notice: &mut impl FnMut(What)) -> Now {
        // Standing still teaches nothing new, and must not push the walk out of the memory.
        if pose.quiet_s < 1.0 {
            self.poses.push(*pose);
        }
        if !self.search.step(pose) {
            return Now::Same;
        }
        match looking {
            Looking::Thigh => {
                if let Some((matrix, standing)) = self.search.thigh(self.shank.matrix(), &self.poses) {
                    self.thigh = Some(Seat::found(self.params.seat, matrix, standing));
                    self.looking = None;
                }
                Now::Same
            }
            Looking::Both => match self.search.both(&self.poses) {
                Some(mounts) if mounts.confidence.is_some() || self.memory_is_full() => {
                    self.adopt(&mounts, notice);
                    Now::Found
                }
                _ => Now::Same,
            },
        }
    }

    fn memory_is_full(&self) -> bool {
        self.poses.len() as f64 * CELL_S > 11.0
    }

    fn adopt(&mut self, mounts: &Mounts, notice: &mut impl FnMut(What)) {
        self.shank = Seat::found(self.params.seat, mounts.shank, mounts.standing);
        if !self.thigh_given {
            self.thigh = mounts.thigh.map(|m| Seat::found(self.params.seat, m, mounts.thigh_standing));
        }
        self.looking = (self.thigh.is_none() && self.thigh_seen).then_some(Looking::Thigh);
        self.source = MountSource::Movement;
        self.withheld = mounts.confidence.is_none();
        self.confidence = mounts.confidence.unwrap_or(0.5);
        notice(match mounts.confidence {
            Some(confidence) => What::MountFound { confidence },
            None => What::DirectionWithheld,
        });
    }

    /// Nothing more will come: takes what there is, if it is enough for an axis.
    pub fn finish(&mut self, notice: &mut impl FnMut(What)) -> Now {
        let now = match self.looking {
            Some(Looking::Both) => match self.search.both(&self.poses) {
                Some(mounts) => {
                    self.adopt(&mounts, notice);
                    Now::Found
                }
                None => Now::Same,
            },
            _ => Now::Same,
        };
        if self.thigh_seen && self.thigh.is_none() {
            notice(What::KneeUnknown);
        }
        now
    }

    /// A stride has been measured: refines the axes, and holds the sign to the shank's range. Returns
    /// whether the axes have been turned around, which makes everything before them void.
    pub fn stride(&mut self, m: &Measured, notice: &mut impl FnMut(What)) -> bool {
        self.shank.settle();
        if let Some(thigh) = &mut self.thigh {
            thigh.settle();
        }
        if m.cycle.part != Part::Whole {
            return false;
        }
        self.axis = Axis::Walked;
        // A given mount is upright to some degrees even where standing has not been seen; one that was
        // found is not.
        let p = &self.params.range;
        let known_zero = self.shank.has_standing() && m.trust == Trust::Levelled;
        let zero_deg = if known_zero { p.standing_deg } else { p.nominal_deg };
        let range = Range { ahead_deg: m.range_deg[0], behind_deg: m.range_deg[1] };
        let sign = if known_zero || (m.trust >= Trust::Settled && self.source == MountSource::Line) {
            range.sign(zero_deg, p.least_deg)
        } else {
            Sign::Open
        };
        self.flipped = if sign == Sign::Flipped { self.flipped + 1 } else { 0 };
        self.right = if sign == Sign::Right { self.right + 1 } else { 0 };
        match self.source {
            _ if !self.withheld && self.flipped >= DOUBTS => {
                self.withheld = true;
                self.confidence = 0.5;
                notice(What::MountSuspect);
                false
            }
            MountSource::Movement if self.withheld && self.right.max(self.flipped) >= PROOFS => {
                let turn = self.flipped > 0;
                if turn {
                    self.shank.turn_around();
                }
                self.withheld = false;
                self.confidence = range.confidence(zero_deg);
                notice(What::MountFound { confidence: self.confidence });
                turn
            }
            _ => false,
        }
    }

    /// How far the zero of the inclinations can be believed.
    pub fn zero(&self) -> Zero {
        match (self.shank.calibration(), self.thigh.as_ref().and_then(Seat::calibration)) {
            (Some(false), _) | (_, Some(false)) => Zero::Stale,
            (Some(true), _) => Zero::Calibrated,
            (None, _) if self.shank.has_standing() && self.thigh.as_ref().is_none_or(Seat::has_standing) => {
                Zero::Standing
            }
            (None, _) => Zero::Nominal,
        }
    }

    /// For the summary.
    pub fn summary(&self, bias_dps: [f64; 3]) -> MountSummary {
        let known = self.looking != Some(Looking::Both);
        let z = self.shank.matrix()[2];
        MountSummary {
            source: self.source,
            sign_known: known && !self.withheld(),
            sign_confidence: self.confidence,
            tilt_deg: (self.source == MountSource::Line).then(|| self.shank.tilt_deg()).flatten(),
            axis_deg: (self.source == MountSource::Line).then(|| self.shank.axis_deg()).flatten(),
            gyro_bias_dps: known.then(|| crate::orient::quat::dot(z, bias_dps)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Direction;
    use crate::stride::assemble::Cycle;
    use crate::technique::knee::StanceKnee;

    /// A whole stride whose shank goes this far ahead and behind.
    fn stride(ahead: f64, behind: f64, trust: Trust) -> Measured {
        let cycle = Cycle {
            start: 0.0,
            end: 1.2,
            direction: Direction::Backward,
            confidence: 0.9,
            heel: None,
            knee: None,
            forefoot: None,
            final_contact: None,
            mid_swing: None,
            part: Part::Whole,
        };
        Measured {
            cycle,
            length_m: None,
            lift_m: None,
            yaw_deg: 0.0,
            regularity: None,
            clipped: false,
            missing: false,
            trust,
            range_deg: [ahead, behind],
            length_sd_m: None,
            lift_sd_m: None,
            mid_swing_dps: None,
            landing: None,
            knee: StanceKnee::default(),
        }
    }

    /// Quiet standing with up where this is.
    fn stood(up: [f64; 3]) -> Pose {
        Pose { quiet_s: 2.0, stood: [Some(up), None], ..Pose::default() }
    }

    fn codes(act: impl FnOnce(&mut dyn FnMut(What))) -> Vec<&'static str> {
        let mut codes = Vec::new();
        act(&mut |what: What| codes.push(what.code()));
        codes
    }

    #[test]
    fn a_given_mount_is_used_at_once_and_one_that_is_not_is_looked_for() {
        let p = Params::default;
        assert!(Mounting::new(p(), true, false).seats().is_some());
        assert!(Mounting::new(p(), false, true).seats().is_none());
        let summary = Mounting::new(p(), false, false).summary([1.0; 3]);
        assert_eq!(
            (summary.source, summary.sign_known, summary.gyro_bias_dps),
            (MountSource::Unknown, false, None)
        );
        let summary = Mounting::new(p(), true, false).summary([1.0, 2.0, 3.0]);
        assert_eq!(
            (summary.source, summary.sign_known, summary.gyro_bias_dps),
            (MountSource::Line, true, Some(3.0))
        );
    }

    #[test]
    fn five_strides_in_the_mirror_make_a_mount_line_suspect_and_four_do_not() {
        let mut m = Mounting::new(Params::default(), true, false);
        m.step(&stood([0.0, 1.0, 0.0]), &mut |_| ());
        let wrong = stride(55.0, 15.0, Trust::Levelled);
        for _ in 0..4 {
            assert!(!m.stride(&wrong, &mut |_| ()));
        }
        m.stride(&stride(15.0, 55.0, Trust::Levelled), &mut |_| ());
        for _ in 0..4 {
            m.stride(&wrong, &mut |_| ());
        }
        assert!(!m.withheld());
        assert_eq!(
            codes(|mut c| {
                m.stride(&wrong, &mut c);
            }),
            ["mount_suspect"]
        );
        assert!(m.withheld() && !m.summary([0.0; 3]).sign_known);
    }

    #[test]
    fn a_range_that_cannot_tell_doubts_nothing() {
        let mut m = Mounting::new(Params::default(), true, false);
        m.step(&stood([0.0, 1.0, 0.0]), &mut |_| ());
        for _ in 0..20 {
            m.stride(&stride(40.0, 33.0, Trust::Levelled), &mut |_| ());
            m.stride(&stride(70.0, 15.0, Trust::None), &mut |_| ());
        }
        assert!(!m.withheld());
    }

    #[test]
    fn a_sign_that_was_open_is_settled_by_three_strides_and_turned_if_need_be() {
        for (ahead, behind, turned) in [(15.0, 55.0, false), (55.0, 15.0, true)] {
            let mut m = Mounting::new(Params::default(), false, false);
            let mounts = Mounts {
                shank: crate::orient::quat::EYE,
                thigh: None,
                standing: Some([0.0, 1.0, 0.0]),
                thigh_standing: None,
                confidence: None,
            };
            assert_eq!(codes(|mut c| m.adopt(&mounts, &mut c)), ["direction_withheld"]);
            let stride = stride(ahead, behind, Trust::Levelled);
            let turns: Vec<_> = (0..3).map(|_| m.stride(&stride, &mut |_| ())).collect();
            assert_eq!(turns, [false, false, turned]);
            assert!(!m.withheld());
            assert_eq!(m.seats().unwrap().0.matrix()[2][2], if turned { -1.0 } else { 1.0 });
        }
    }

    #[test]
    fn a_tilted_and_a_turned_sensor_are_told() {
        let up = |deg: f64| [deg.to_radians().sin(), deg.to_radians().cos(), 0.0];
        let mut m = Mounting::new(Params::default(), true, false);
        assert_eq!(
            codes(|mut c| {
                m.step(&stood(up(15.0)), &mut c);
            }),
            ["mount_tilted"]
        );
        assert_eq!(
            codes(|mut c| {
                m.step(&stood(up(-5.0)), &mut c);
            }),
            ["sensor_moved"]
        );
        let short = Pose { quiet_s: 0.5, ..stood(up(15.0)) };
        assert!(
            codes(|mut c| {
                m.step(&short, &mut c);
            })
            .is_empty(),
            "half a second is too short to correct by"
        );
    }

    #[test]
    fn at_the_end_a_thigh_without_an_axis_is_told() {
        let mut m = Mounting::new(Params::default(), true, false);
        m.step(
            &Pose { thigh: Some(crate::orient::attitude::Attitude::default()), ..Pose::default() },
            &mut |_| (),
        );
        assert_eq!(
            codes(|mut c| {
                m.finish(&mut c);
            }),
            ["knee_unknown"]
        );
        assert!(
            codes(|mut c| {
                Mounting::new(Params::default(), true, false).finish(&mut c);
            })
            .is_empty()
        );
    }
}

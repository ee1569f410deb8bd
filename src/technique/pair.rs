//! Whether the two sensors can be taken together: of one time, on one leg, the right way up.
//!
//! Until they have been held against each other nothing rests on their difference alone; when they do not
//! fit, nothing does.

use super::joint::{self, Block, Joint, Seen};
use crate::body::Body;
use crate::notice::What;
use crate::orient::attitude::Pose;
use crate::orient::quat::Matrix;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// The comparison.
    pub joint: joint::Params,
    /// Blocks before anything is said. Default 2: 5 s of movement, four or five strides.
    pub blocks: u32,
    /// Difference of the two knees from which they are not one, as a share. Default 0.35: the same leg has
    /// 0.004 to 0.05 without soft tissue and 0.05 to 0.25 with it; two legs, or any two movements, over 0.4.
    pub differs: f64,
    /// The same, and the least distance of the two sensors along the leg, m, after one block, from which
    /// nothing is told until there are more. Default 0.3 and 0.05: 3 in 100 good pairs, no bad one.
    pub suspect: (f64, f64),
    /// Error of the clocks' offset with which it is removed, s, one standard deviation. Default 0.006.
    pub sd_s: f64,
    /// Largest offset that is removed, s. Default 0.055: 50 ms, and the error.
    pub most_s: f64,
    /// Offset, and change of it, from which it is removed and told, s. Default 0.010: soft tissue makes 5 to
    /// 10 ms of it; they are 0.5° of the straightest knee.
    pub telling_s: f64,
    /// Once all is well one block in so many is looked at. Default 8: clocks drift by 1 ms in a minute.
    pub one_in: u32,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            joint: joint::Params::default(),
            blocks: 2,
            differs: 0.35,
            suspect: (0.3, 0.05),
            sd_s: 0.006,
            most_s: 0.055,
            telling_s: 0.010,
            one_in: 8,
        }
    }
}

/// How far the two sensors can be taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Fit {
    /// There has not been enough movement to tell.
    #[default]
    Unseen,
    /// Not enough either, and what there is speaks against it.
    Suspect,
    /// They share a knee.
    Fits,
    /// They do not move as one leg.
    Strangers,
    /// The one on the thigh is below the one on the shank.
    Swapped,
    /// So say the levers, but the thigh moves as one: a mount line is wrong.
    Reversed,
    /// Their clocks are further apart than can be removed.
    Apart,
}

impl Fit {
    /// Whether the shank's sensor, too, is not what it is said to be.
    pub fn is_upside_down(self) -> bool {
        matches!(self, Self::Swapped | Self::Reversed)
    }

    /// Whether their difference is known to be no knee.
    pub fn is_refused(self) -> bool {
        matches!(self, Self::Suspect | Self::Strangers | Self::Swapped | Self::Reversed | Self::Apart)
    }
}

/// Both sensors, as far as they are known to belong together.
#[derive(Clone, Debug)]
pub struct Pair {
    params: Params,
    joint: Joint,
    fit: Fit,
    /// The offset as it was found last, s, and as it is removed.
    found_s: f64,
    late_s: f64,
    /// Cells to leave out.
    pause: u32,
}

impl Pair {
    /// Before the first pose of sensors worn by `body`.
    pub fn new(params: Params, body: &Body) -> Self {
        Self {
            params,
            joint: Joint::new(params.joint, body),
            fit: Fit::Unseen,
            found_s: 0.0,
            late_s: 0.0,
            pause: 0,
        }
    }

    /// How far they belong together.
    pub fn fit(&self) -> Fit {
        self.fit
    }

    /// How late the thigh is to be read, s: its clock's offset, if that is large enough.
    pub fn late_s(&self) -> f64 {
        self.late_s
    }

    /// How late the thigh's clock was found to be, s; 0 as long as it is not known.
    pub fn found_s(&self) -> f64 {
        self.found_s
    }

    /// The samples broke off.
    pub fn restart(&mut self) {
        self.joint.restart();
    }

    /// The axes were not what they seemed.
    pub fn forget(&mut self) {
        self.joint.forget();
        self.fit = Fit::Unseen;
        self.pause = 0;
    }

    /// Takes one pose, and how the sensors sit.
    pub fn step(&mut self, pose: &Pose, shank: &Matrix, thigh: &Matrix, notice: &mut impl FnMut(What)) {
        if self.pause > 0 {
            self.pause -= 1;
            return;
        }
        match self.joint.step(pose, shank, thigh) {
            Some(Block::Moved(seen)) => self.see(&seen, notice),
            Some(Block::StillThigh) if self.fit == Fit::Unseen => self.fit = Fit::Suspect,
            Some(Block::StillThigh) | None => {}
        }
    }

    fn see(&mut self, seen: &Seen, notice: &mut impl FnMut(What)) {
        let p = &self.params;
        if seen.blocks < p.blocks {
            let (differs, apart_m) = p.suspect;
            let suspect = seen.differs > differs || seen.apart_m < apart_m;
            self.fit = if suspect { Fit::Suspect } else { Fit::Unseen };
            return;
        }
        let known = seen.late_s.filter(|_| seen.late_sd_s <= p.sd_s);
        let fit = if seen.differs > p.differs {
            Fit::Strangers
        } else if seen.apart_m < 0.0 {
            if seen.thigh_faster { Fit::Swapped } else { Fit::Reversed }
        } else if known.is_some_and(|late| late.abs() > p.most_s) || seen.beyond {
            Fit::Apart
        } else if known.is_some() || self.fit == Fit::Fits {
            Fit::Fits
        } else if seen.late_s.is_some() {
            Fit::Unseen
        } else {
            Fit::Suspect
        };
        if fit != self.fit {
            match fit {
                Fit::Swapped => notice(What::SensorsSwapped),
                Fit::Apart => notice(What::ClocksTooFar),
                Fit::Strangers | Fit::Reversed => notice(What::ThighStranger),
                Fit::Unseen | Fit::Suspect | Fit::Fits => {}
            }
        }
        self.fit = fit;
        let Some(late_s) = known.filter(|_| fit == Fit::Fits) else { return };
        self.found_s = late_s;
        if (late_s - self.late_s).abs() >= p.telling_s {
            self.late_s = late_s;
            notice(What::ClocksApart { late_ms: 1000.0 * late_s });
        }
        if seen.late_sd_s < 0.5 * p.sd_s {
            let block_cells = p.joint.block_s / crate::signal::grid::CELL_S;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands")]
            let block_cells = block_cells as u32;
            self.pause = (p.one_in - 1) * block_cells;
            self.joint.restart();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::CaptureMeta;

    const GOOD: Seen = Seen {
        late_s: Some(0.002),
        late_sd_s: 0.004,
        beyond: false,
        differs: 0.1,
        apart_m: 0.3,
        thigh_faster: false,
        blocks: 2,
    };

    fn told(pair: &mut Pair, seen: Seen) -> Vec<&'static str> {
        let mut codes = Vec::new();
        pair.see(&seen, &mut |what| codes.push(what.code()));
        codes
    }

    fn pair() -> Pair {
        Pair::new(Params::default(), &Body::of(&CaptureMeta::default()))
    }

    #[test]
    fn each_finding_has_its_word() {
        for (seen, fit, codes) in [
            (GOOD, Fit::Fits, vec![]),
            (Seen { blocks: 1, ..GOOD }, Fit::Unseen, vec![]),
            (Seen { blocks: 1, differs: 0.9, ..GOOD }, Fit::Suspect, vec![]),
            (Seen { blocks: 1, apart_m: 0.0, ..GOOD }, Fit::Suspect, vec![]),
            (Seen { late_s: Some(-0.023), ..GOOD }, Fit::Fits, vec!["clocks_apart"]),
            // Too unsure to correct by, and nothing against it.
            (Seen { late_s: Some(0.07), late_sd_s: 0.02, ..GOOD }, Fit::Unseen, vec![]),
            (Seen { late_s: Some(0.062), ..GOOD }, Fit::Apart, vec!["clocks_too_far"]),
            (Seen { late_s: None, beyond: true, ..GOOD }, Fit::Apart, vec!["clocks_too_far"]),
            (Seen { late_s: None, late_sd_s: f64::INFINITY, ..GOOD }, Fit::Suspect, vec![]),
            (Seen { differs: 0.5, ..GOOD }, Fit::Strangers, vec!["thigh_stranger"]),
            (Seen { apart_m: -0.1, thigh_faster: true, ..GOOD }, Fit::Swapped, vec!["sensors_swapped"]),
            (Seen { apart_m: -0.1, ..GOOD }, Fit::Reversed, vec!["thigh_stranger"]),
        ] {
            let mut pair = pair();
            assert_eq!((told(&mut pair, seen), pair.fit()), (codes, fit), "{seen:?}");
        }
    }

    #[test]
    fn an_offset_is_told_once_and_again_when_it_changes() {
        let mut pair = pair();
        let late = |ms: f64| Seen { late_s: Some(ms / 1000.0), ..GOOD };
        assert_eq!(told(&mut pair, late(20.0)), ["clocks_apart"]);
        assert!(told(&mut pair, late(26.0)).is_empty());
        assert_eq!((pair.late_s(), pair.found_s()), (0.020, 0.026));
        assert_eq!(told(&mut pair, late(31.0)), ["clocks_apart"]);
        // What is refused says so once, and stays until it fits.
        let strangers = Seen { differs: 0.6, ..GOOD };
        assert_eq!(told(&mut pair, strangers), ["thigh_stranger"]);
        assert!(told(&mut pair, strangers).is_empty() && pair.fit().is_refused());
        assert!(told(&mut pair, late(31.0)).is_empty() && pair.fit() == Fit::Fits);
        pair.forget();
        assert_eq!(pair.fit(), Fit::Unseen);
    }
}

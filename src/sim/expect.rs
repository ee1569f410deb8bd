//! What must, and what must not, be found in a scenario: data for whoever judges a detector.

use std::fmt;

use crate::record::{Activity, Contact};

/// Something that may be found in a capture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// Strides backward.
    BackwardStrides,
    /// Strides forward.
    ForwardStrides,
    /// A stretch of this activity.
    Bout(Activity),
    /// Most landings called this; `uncertain` may always be said of some.
    Landings(Contact),
    /// Knees that straighten as they should.
    StraightKnee,
    /// A stance knee that stays bent by about this many degrees more than it should.
    BentKnee(f64),
    /// A danger, by its word in the labels.
    Danger(&'static str),
    /// An alert of level caution or stop, whatever it says.
    Alarm,
    /// A stride called the opposite of what it was.
    WrongDirection,
    /// Doubt about the mount, or direction withheld.
    MountDoubt,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BackwardStrides => f.write_str("backward strides"),
            Self::ForwardStrides => f.write_str("forward strides"),
            Self::Bout(activity) => f.write_str(match activity {
                Activity::Backward => "a backward bout",
                Activity::Forward => "a forward bout",
                Activity::Turning => "turning",
                Activity::Standing => "standing",
                Activity::Other => "something else than walking",
            }),
            Self::Landings(contact) => f.write_str(match contact {
                Contact::ToeFirst => "toe-first landings",
                Contact::Flat => "flat landings",
                Contact::HeelFirst => "flat or heel-first landings",
                Contact::ToeOnly => "toe-only landings",
                Contact::Uncertain => "uncertain landings",
            }),
            Self::StraightKnee => f.write_str("straight knees"),
            Self::BentKnee(deg) => write!(f, "a stance knee {deg:.0}° short"),
            Self::Danger(kind) => write!(f, "{}", kind.replace('_', " ")),
            Self::Alarm => f.write_str("alarms"),
            Self::WrongDirection => f.write_str("wrong direction"),
            Self::MountDoubt => f.write_str("doubt about the mount"),
        }
    }
}

/// What must and what must not be found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expectation {
    /// All of these.
    pub must: &'static [Finding],
    /// None of these.
    pub must_not: &'static [Finding],
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, findings: &[Finding]| -> fmt::Result {
            for (i, finding) in findings.iter().enumerate() {
                let comma = if i == 0 { "" } else { ", " };
                write!(f, "{comma}{finding}")?;
            }
            Ok(())
        };
        if !self.must.is_empty() {
            f.write_str("must be found: ")?;
            list(f, self.must)?;
        }
        if !self.must_not.is_empty() {
            f.write_str(if self.must.is_empty() { "must not: " } else { "; must not: " })?;
            list(f, self.must_not)?;
        }
        Ok(())
    }
}

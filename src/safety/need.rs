//! What rules cannot do without.

use serde::Serialize;

/// What a rule cannot do without. While one is lacking the rule is silent, and said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A walk under way. Without one there is nothing to watch, and nothing is lacking.
    Walking,
    /// Samples, and none of them lost.
    Samples,
    /// Readings within the sensor's range.
    Range,
    /// The sensor's axes.
    Axes,
    /// Which way the person walks.
    Direction,
    /// A walk straight on, and not a turn.
    Straight,
    /// The running template of this person's stride.
    Template,
    /// Enough valid strides.
    Strides,
    /// The sensor on the thigh.
    Thigh,
    /// Strides so short that one of those of a planned end is seen before it is over.
    Pace,
    /// The belt's speed.
    Belt,
    /// A sensor on each leg.
    BothLegs,
    /// The direction that was planned.
    Plan,
    /// A verdict on how the foot lands.
    Contact,
    /// An angle, or a verdict, of the knee.
    Knee,
    /// A stride length or lift.
    Length,
    /// A sensor that shows whether the heel is down. No sensor that is read shows it: to the shank a heel that is held
    /// still in the air is a heel on the ground.
    Heel,
}

impl Need {
    /// All, in the order in which the first that is lacking is named.
    pub const ALL: [Self; 17] = [
        Self::Heel,
        Self::BothLegs,
        Self::Belt,
        Self::Plan,
        Self::Walking,
        Self::Axes,
        Self::Samples,
        Self::Range,
        Self::Direction,
        Self::Straight,
        Self::Thigh,
        Self::Contact,
        Self::Knee,
        Self::Length,
        Self::Template,
        Self::Pace,
        Self::Strides,
    ];

    /// Its bit in a set of needs.
    pub const fn bit(self) -> u32 {
        1 << self as u32
    }

    /// Why a rule is not watched without it.
    pub const fn lacking(self) -> &'static str {
        match self {
            Self::Walking => "nobody walks",
            Self::Samples => "samples are missing",
            Self::Range => "the sensor is at the end of its range",
            Self::Axes => "the sensor's axes are not known yet",
            Self::Direction => "the direction of walking is not known, or not backward",
            Self::Straight => "the person turns",
            Self::Template => "this person's stride is still being learned",
            Self::Strides => "fewer than 12 valid strides so far",
            Self::Thigh => "there is no sensor on the thigh",
            Self::Pace => "strides are so slow that a planned end looks the same",
            Self::Belt => "the belt's speed is not given",
            Self::BothLegs => "there is a sensor on one leg only",
            Self::Plan => "no direction is planned",
            Self::Contact => "landings are not judged",
            Self::Knee => "the knee is not judged",
            Self::Length => "stride lengths are not measured",
            Self::Heel => "a sensor on the shin does not show whether the heel is down",
        }
    }

    /// What the table calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Walking => "a walk",
            Self::Samples => "samples without a hole",
            Self::Range => "readings within range",
            Self::Axes => "the sensor's axes",
            Self::Direction => "backward walking, known as such",
            Self::Straight => "no turn",
            Self::Template => "some steady strides to learn from",
            Self::Strides => "12 valid strides",
            Self::Thigh => "the thigh sensor",
            Self::Pace => "strides that are not slow",
            Self::Belt => "the belt's speed",
            Self::BothLegs => "a sensor on each leg",
            Self::Plan => "a planned direction",
            Self::Contact => "landing verdicts",
            Self::Knee => "knee angles or verdicts",
            Self::Length => "stride lengths",
            Self::Heel => "a sensor on the foot",
        }
    }
}

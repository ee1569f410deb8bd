//! What each figure is, what is usual, who says so, and what its own accuracy has been checked on.

use crate::person::figure::Figure;

/// A figure as a page shows it.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// The figure.
    pub figure: Figure,
    /// What it is called.
    pub name: &'static str,
    /// Unit as shown.
    pub unit: &'static str,
    /// Shown is the stored figure times this.
    pub factor: f64,
    /// Decimals shown.
    pub decimals: usize,
    /// In a sentence.
    pub meaning: &'static str,
    /// What is usual in backward walking.
    pub normal: &'static str,
    /// Who says so.
    pub source: &'static str,
    /// What its accuracy was checked on: `real`, `reversed`, `virtual`, `simulated`.
    pub evidence: &'static str,
}

const fn def(
    figure: Figure,
    name: &'static str,
    (unit, factor, decimals): (&'static str, f64, usize),
    meaning: &'static str,
    (normal, source): (&'static str, &'static str),
    evidence: &'static str,
) -> Definition {
    Definition { figure, name, unit, factor, decimals, meaning, normal, source, evidence }
}

/// All figures of a stride, in the order in which they are shown.
pub const DEFINITIONS: [Definition; 13] = [
    def(
        Figure::Speed,
        "Speed",
        ("m/s", 1.0, 2),
        "stride length over stride time; on a treadmill relative to the belt",
        (
            "older people who fell: all below 0.60; comfortable after stroke 0.37 ± 0.19",
            "Fritz et al. 2013; Peng et al.",
        ),
        "simulated",
    ),
    def(
        Figure::StrideLength,
        "Stride length",
        ("m", 1.0, 2),
        "distance from one contact of the leg to its next, by the shank as a pendulum over the standing foot",
        ("shorter than forward, the more so with age", "Laufer 2005"),
        "simulated",
    ),
    def(
        Figure::StrideTime,
        "Stride time",
        ("s", 1.0, 2),
        "from one contact of the leg to its next",
        ("about 1.1 at 1 m/s, 2.3 at 0.2 m/s", "walk ratio model"),
        "reversed, virtual",
    ),
    def(
        Figure::Cadence,
        "Cadence",
        ("steps/min", 1.0, 0),
        "120 over the stride time: the other leg is taken to step half way",
        ("as the same person forward", "Laufer 2005"),
        "reversed, virtual",
    ),
    def(
        Figure::StanceFraction,
        "Stance",
        ("%", 100.0, 0),
        "share of the stride with the foot on the ground",
        ("longer than forward; 69 in one adult at 1.1 s a stride", "Gottlieb et al. 2020, example recording"),
        "reversed, virtual",
    ),
    def(
        Figure::RollTime,
        "Roll",
        ("ms", 1000.0, 0),
        "from toe contact to heel contact",
        ("80 to 300; 130 to 260 in one adult", "model; Gottlieb et al. 2020, example recording"),
        "reversed, virtual",
    ),
    def(
        Figure::RollQuality,
        "Roll quality",
        ("", 1.0, 2),
        "how well the foot was rolled down from the toes, 0 to 1",
        ("no published range", "—"),
        "simulated",
    ),
    def(
        Figure::AnkleDrop,
        "Ankle drop",
        ("cm", 100.0, 1),
        "how far the ankle comes down from toe contact until it rests; not told of flat landings",
        ("3 to 6 toes first", "model"),
        "simulated",
    ),
    def(
        Figure::SwingLift,
        "Swing lift",
        ("cm", 100.0, 0),
        "highest rise of the ankle in swing; not the clearance of the toes",
        ("7 to 10, 5 heel first, under 3.5 when shuffling", "model"),
        "simulated",
    ),
    def(
        Figure::MidSwingRate,
        "Swing rate",
        ("°/s", 1.0, 0),
        "fastest rotation of the shank in swing",
        ("about 75 + 210 × speed in m/s", "motion capture of acted backward walks"),
        "virtual",
    ),
    def(
        Figure::Regularity,
        "Regularity",
        ("", 1.0, 2),
        "likeness of the shank's rate to the stride before, −1 to 1",
        ("over 0.75", "chosen limit, not published"),
        "simulated",
    ),
    def(
        Figure::KneeMin,
        "Knee at its straightest",
        ("°", 1.0, 0),
        "smallest bend of the knee in stance, against quiet standing; 0 is straight",
        ("12 to 32 untrained, 3 to 8 coached", "motion capture of acted walks; model"),
        "virtual",
    ),
    def(
        Figure::KneeExcursion,
        "Straightening",
        ("°", 1.0, 0),
        "how far the knee straightens from toe contact to mid-stance",
        ("22 to 30 with a straight knee", "model"),
        "simulated",
    ),
];

impl Definition {
    /// Of a figure.
    pub fn of(figure: Figure) -> &'static Self {
        &DEFINITIONS[DEFINITIONS.iter().position(|d| d.figure == figure).unwrap_or(0)]
    }

    /// A stored figure as shown, without its unit.
    pub fn shown(&self, value: f64) -> String {
        number(value * self.factor, self.decimals)
    }
}

/// A number for people: a true minus sign, none on nought.
pub fn number(value: f64, decimals: usize) -> String {
    crate::sink::words::rounded(value, decimals).replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_defined_once() {
        for figure in Figure::ALL {
            assert_eq!(DEFINITIONS.iter().filter(|d| d.figure == figure).count(), 1);
            assert_eq!(Definition::of(figure).figure, figure);
        }
        assert_eq!(Definition::of(Figure::SwingLift).shown(-0.001), "0");
        assert_eq!(number(-2.5, 1), "−2.5");
    }
}

//! The plans that are built in, as the files that they are: a copy is the start of one's own.

use super::Plan;

/// A built-in plan.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    /// Its name.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

/// All, easiest first.
pub const LEVELS: [Level; 6] = [
    Level { name: "first", text: include_str!("levels/first.toml") },
    Level { name: "learning", text: include_str!("levels/learning.toml") },
    Level { name: "confident", text: include_str!("levels/confident.toml") },
    Level { name: "trained", text: include_str!("levels/trained.toml") },
    Level { name: "knee", text: include_str!("levels/knee.toml") },
    Level { name: "demo", text: include_str!("levels/demo.toml") },
];

/// The level of this name.
pub fn named(name: &str) -> Option<Level> {
    LEVELS.into_iter().find(|l| l.name == name)
}

/// The name nearest to one that does not exist.
pub fn near(name: &str) -> Option<&'static str> {
    let far = |l: &Level| strsim::damerau_levenshtein(name, l.name);
    LEVELS.iter().filter(|l| far(l) <= 1 + l.name.len() / 3).min_by_key(|l| far(l)).map(|l| l.name)
}

impl Level {
    /// As a plan.
    ///
    /// # Panics
    /// Never: a test reads them all.
    pub fn plan(self) -> Plan {
        #[expect(clippy::expect_used, reason = "a test reads them all")]
        Plan::parse(self.text, self.name).expect("a built-in plan is right")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Limits, MPH_MPS, Way};

    #[test]
    fn the_levels_are_those_of_the_rules() {
        for (name, backward_min, most_mph) in [
            ("first", 16.0, 1.0),
            ("learning", 10.0, 2.0),
            ("confident", 10.0, 2.5),
            ("trained", 26.0, 3.5),
            ("knee", 3.0, 1.0),
        ] {
            let plan = named(name).unwrap().plan();
            assert_eq!(plan.seconds_of(Way::Backward) / 60.0, backward_min, "{name}");
            assert!((plan.limits.speed_most_mps / MPH_MPS - most_mph).abs() < 1e-9, "{name}");
            assert!(plan.limits.speed_most_mps <= Limits::CEILING_MPS + 1e-9);
        }
        assert_eq!(named("first").unwrap().plan().seconds(), 1800.0);
        for level in LEVELS {
            assert_eq!(level.plan().name, level.name);
        }
    }

    #[test]
    fn the_nearest_name_is_offered() {
        assert_eq!(near("frist"), Some("first"));
        assert_eq!(near("lerning"), Some("learning"));
        assert_eq!(near("zzzzzz"), None);
    }
}

//! The one table of rules: what each is called, how loud it is, what it needs, its limits and where
//! they come from.
//!
//! Most published limits are from forward walking or from sensors on the trunk. Each limit here is
//! therefore a hypothesis: named, sourced, configurable, and measured (`docs/safety.md`).

use super::need::Need;
use super::rule::{Limit, RULES, Rule, RuleInfo};
use crate::record::AlertLevel;

const fn limit(
    key: &'static str,
    unit: &'static str,
    default: f64,
    range: (f64, f64),
    source: &'static str,
) -> Limit {
    Limit { key, unit, default, range, source }
}

const fn refractory(seconds: f64) -> Limit {
    limit("refractory_s", "s", seconds, (0.0, 3600.0), "chosen: one alert for one event")
}

const fn ends(seconds: f64, source: &'static str) -> Limit {
    limit("ends_s", "s", seconds, (0.1, 600.0), source)
}

/// Needs of rules that read samples against the stride under way.
const ACUTE: &[Need] =
    &[Need::Walking, Need::Axes, Need::Samples, Need::Range, Need::Direction, Need::Straight, Need::Template];

/// Needs of rules that compare strides.
const OVER_STRIDES: &[Need] = &[Need::Walking, Need::Axes, Need::Direction, Need::Straight, Need::Strides];

/// The table.
pub static TABLE: [RuleInfo; RULES] = [
    RuleInfo {
        rule: Rule::StumbleUnrecovered,
        name: "stumble_unrecovered",
        level: AlertLevel::Stop,
        what: "the shank leaves the person's own range of inclination, after a disturbed step or by far",
        why: "a step that is caught brings the leg back into its usual range; a leg that goes on turning \
              out of it, toward the toes or sideways, follows a body that topples backward or sideways",
        message: "Hold on and stop: a step went wrong and was not caught.",
        needs: ACUTE,
        limits: &[
            refractory(10.0),
            ends(10.0, "chosen: long enough to hold on and look"),
            limit("within_s", "s", 1.2, (0.2, 3.0), "a trip becomes a fall within 0.7 to 1.0 s (by memory)"),
            limit(
                "lead_s",
                "s",
                0.2,
                (0.0, 0.5),
                "reaction time of a step, Pijnappels et al. 2005 (by memory)",
            ),
            limit(
                "ahead_deg",
                "deg",
                4.0,
                (1.0, 60.0),
                "chosen: twice the error of the inclination (1 to 2)",
            ),
            limit(
                "aside_deg",
                "deg",
                4.0,
                (1.0, 60.0),
                "chosen: twice the error of the inclination (1 to 2)",
            ),
            limit(
                "undisturbed_times",
                "times",
                3.0,
                (1.0, 20.0),
                "the same without a disturbed step before it, and three times as long (chosen)",
            ),
            limit(
                "off_clock_deg",
                "deg",
                12.0,
                (2.0, 60.0),
                "aside of the own envelope at this point of the stride (chosen)",
            ),
            limit("off_clock_s", "s", 0.04, (0.01, 1.0), "chosen: twice as long as beyond the whole range"),
            limit(
                "clocked",
                "strides",
                6.0,
                (3.0, 100.0),
                "legs swing out by what a few strides do not show (chosen)",
            ),
        ],
        scenarios: &["fall_back", "fall_side"],
    },
    RuleInfo {
        rule: Rule::Fall,
        name: "fall",
        level: AlertLevel::Stop,
        what: "the shank lies after an impact or free fall",
        why: "a standing leg is upright to 30 degrees except in swing; after a fall it stays near the \
              horizontal, and the floor stops the body within hundredths of a second",
        message: "It looks like a fall. Stay where you are until you know that nothing is hurt.",
        needs: &[Need::Samples],
        limits: &[
            refractory(20.0),
            ends(10.0, "chosen: the time to answer before help is asked for"),
            limit(
                "inclination_deg",
                "deg",
                50.0,
                (30.0, 85.0),
                "a leg raised by a bed or a step stays below; lying is 60 to 90 (chosen)",
            ),
            limit(
                "impact_g",
                "g",
                2.0,
                (1.2, 12.0),
                "3 g for a wide-band sensor (by memory), less for what 20 Hz leave of it",
            ),
            limit("free_fall_g", "g", 0.5, (0.05, 0.9), "free fall below 0.5 g for 0.1 s (by memory)"),
            limit("lying_s", "s", 1.0, (0.2, 10.0), "a swing lasts 0.3 to 0.7 s: longer is lying (chosen)"),
            limit(
                "within_s",
                "s",
                2.0,
                (0.5, 5.0),
                "a fall takes 0.7 to 1.0 s, and rolling over as long (by memory)",
            ),
        ],
        scenarios: &["fall_back", "fall_side"],
    },
    RuleInfo {
        rule: Rule::KneeGivingWay,
        name: "knee_giving_way",
        level: AlertLevel::Stop,
        what: "the bearing knee bends while the foot stays where it is",
        why: "in backward stance the shank turns forward over a planted foot; a knee that gives way lets \
              it fall back, while the ankle does not move as it does when a swing begins",
        message: "Hold on and stop: the knee gave way.",
        needs: ACUTE,
        limits: &[
            refractory(5.0),
            ends(10.0, "chosen: long enough to hold on and look"),
            limit(
                "rate_dps",
                "deg/s",
                120.0,
                (10.0, 400.0),
                "lost within 0.1 s: as much as a knee takes that bends by 12 in that time (chosen, no published value)",
            ),
            limit(
                "drop_deg",
                "deg",
                1.0,
                (0.0, 40.0),
                "against the own rate 0.1 s before, beyond what other stances lose; chosen: the error of the inclination",
            ),
            limit(
                "ankle_share",
                "share",
                0.33,
                (0.05, 2.0),
                "of what the shank's turn would move an ankle that slides: 1 in a slide, 0 with a planted foot (chosen)",
            ),
            limit("knee_dps", "deg/s", 100.0, (20.0, 600.0), "two sensors; chosen, no published value"),
            limit("knee_deg", "deg", 12.0, (4.0, 60.0), "two sensors; chosen, no published value"),
            limit(
                "unusual_dps",
                "deg/s",
                60.0,
                (0.0, 400.0),
                "below the mean of other stances there: what each stance does is not giving way (chosen)",
            ),
            limit(
                "unusual_loss_dps",
                "deg/s",
                0.0,
                (0.0, 400.0),
                "lost beyond what other stances lose there within 0.1 s (chosen)",
            ),
            limit(
                "planted_s",
                "s",
                0.05,
                (0.0, 1.0),
                "a late swing turns back when the stance is due (chosen)",
            ),
            limit("longest_s", "s", 0.2, (0.05, 2.0), "what takes longer is done on purpose (chosen)"),
            limit("lasts_s", "s", 0.03, (0.01, 0.2), "chosen: more than one odd cell"),
        ],
        scenarios: &["bw_buckle"],
    },
    RuleInfo {
        rule: Rule::SuddenStop,
        name: "sudden_stop",
        level: AlertLevel::Stop,
        what: "steps cease within one stride while the belt runs",
        why: "who stops on a belt is carried off it; a planned end lengthens the strides before",
        message: "You have stopped and the belt still runs: hold the rails and stop the belt.",
        needs: &[Need::Belt, Need::Walking, Need::Axes, Need::Samples, Need::Template, Need::Pace],
        limits: &[
            refractory(10.0),
            ends(5.0, "chosen: until steps are seen again, or it is answered"),
            limit(
                "late",
                "strides",
                1.45,
                (1.1, 4.0),
                "chosen: a stride this late is longer than any of a cautious walk (CV 6 %)",
            ),
            limit(
                "still_s",
                "s",
                0.3,
                (0.1, 5.0),
                "a planted shank turns on; still for longer is standing (chosen)",
            ),
            limit(
                "lengthening",
                "share",
                0.15,
                (0.02, 2.0),
                "a planned end lengthens strides over 3 to 10 s (chosen)",
            ),
            limit(
                "slower",
                "share",
                0.85,
                (0.1, 1.0),
                "of the usual rate of the swing: a planned end slows it (chosen)",
            ),
            limit(
                "still_dps",
                "deg/s",
                15.0,
                (1.0, 100.0),
                "chosen: a shank turns 20 and more over a foot at 0.3 m/s",
            ),
            limit(
                "slowest_s",
                "s",
                2.0,
                (0.5, 10.0),
                "a planned end takes 3 s and more: of slower strides none that is longer is seen in it (chosen)",
            ),
        ],
        scenarios: &["stop_abrupt"],
    },
    RuleInfo {
        rule: Rule::SensorLost,
        name: "sensor_lost",
        level: AlertLevel::Stop,
        what: "no sample for more than a second while walking",
        why: "what is not measured is not watched: a fall would not be seen",
        message: "The sensor is lost: nothing is watched now. Hold on and stop.",
        needs: &[Need::Walking],
        limits: &[
            refractory(5.0),
            ends(1.0, "samples have come again for this long"),
            limit("silence_s", "s", 1.0, (0.2, 30.0), "the product's rule"),
        ],
        scenarios: &["ble_dropout"],
    },
    RuleInfo {
        rule: Rule::RepeatedStumbles,
        name: "repeated_stumbles",
        level: AlertLevel::Stop,
        what: "a second stumble, slip or giving way within minutes",
        why: "steps that fail repeatedly say that the task is too hard now, whatever the reason",
        message: "Stop here for now: steps have gone wrong more than once.",
        needs: ACUTE,
        limits: &[
            refractory(60.0),
            ends(10.0, "chosen: long enough to hold on and look"),
            limit(
                "count",
                "events",
                2.0,
                (2.0, 20.0),
                "at least 2 in 5 min: stop (chosen, after the sources' stop rule)",
            ),
            limit("within_s", "s", 300.0, (10.0, 3600.0), "the same"),
        ],
        scenarios: &["bw_stumble_elevate", "bw_stumble_lower", "bw_slip"],
    },
    RuleInfo {
        rule: Rule::Stumble,
        name: "stumble",
        level: AlertLevel::Caution,
        what: "the ankle, or the shank, is jerked as it never is at that point of this person's stride",
        why: "a foot that catches is stopped within some 20 ms: its speed changes off schedule, which no \
              slower or shorter step does",
        message: "A step was disturbed. Slow down a little.",
        needs: ACUTE,
        limits: &[
            refractory(2.0),
            ends(11.0, "11 strides until the gait is as before (forward slips, PMC7739594)"),
            limit(
                "jerk_mps",
                "m/s",
                0.30,
                (0.05, 3.0),
                "chosen: a swinging foot moves at 0.7 to 4 m/s; a third of the slowest",
            ),
            limit(
                "turn_deg",
                "deg",
                3.0,
                (1.0, 60.0),
                "beyond the own envelope within 0.1 s; chosen: more than the error of the inclination (1 to 2)",
            ),
            limit(
                "burst_mps2",
                "m/s2",
                4.0,
                (0.5, 100.0),
                "in swing 90 % of 117 forward strides stay below 4 in all (19 people)",
            ),
            limit(
                "twist_dps",
                "deg/s",
                20.0,
                (2.0, 500.0),
                "in swing 90 % of 117 forward strides stay below 40 in all (19 people)",
            ),
            limit(
                "spreads",
                "SD",
                3.0,
                (2.0, 12.0),
                "5 SD at one phase (proposal for a shank sensor); 3 here beside the window of phases",
            ),
            limit(
                "struck_mps",
                "m/s",
                0.04,
                (0.0, 1.0),
                "what goes with a burst: a knock on the sensor moves no ankle (chosen)",
            ),
            limit(
                "blow_times",
                "times",
                1.5,
                (1.0, 20.0),
                "a burst that counts alone in full swing (chosen)",
            ),
            limit(
                "full_swing",
                "share",
                0.4,
                (0.05, 1.0),
                "of the usual fastest rate: no foot lands in the midst of a swing (chosen)",
            ),
            limit(
                "brisk",
                "share",
                0.33,
                (0.0, 1.0),
                "of the usual fastest rate within 0.1 s: the last step before standing hardly moves the foot (chosen)",
            ),
            limit(
                "touching",
                "share",
                0.5,
                (0.0, 1.0),
                "what a burst counts while the foot may touch the floor (chosen)",
            ),
            limit(
                "lifted_deg",
                "deg",
                9.0,
                (2.0, 60.0),
                "behind the own swing: a foot that is lifted over bends the knee; half circles stay below (chosen)",
            ),
            limit("lifted_s", "s", 0.06, (0.01, 0.5), "longer than the low-pass smears a blow (chosen)"),
        ],
        scenarios: &["bw_stumble_elevate", "bw_stumble_lower"],
    },
    RuleInfo {
        rule: Rule::Slip,
        name: "slip",
        level: AlertLevel::Caution,
        what: "the bearing foot moves along the floor",
        why: "a planted ankle rests; a slide changes its speed by 0.4 m/s and more within a tenth of a second",
        message: "The foot slid. Slow down a little and check the floor.",
        needs: ACUTE,
        limits: &[
            refractory(2.0),
            ends(11.0, "11 strides until the gait is as before (forward slips, PMC7739594)"),
            limit(
                "jerk_mps",
                "m/s",
                0.2,
                (0.05, 3.0),
                "half of the 0.4 m/s at the end of a slide (chosen): the low-pass and the envelope take the rest",
            ),
            limit(
                "rests_mps2",
                "m/s2",
                4.0,
                (0.5, 40.0),
                "what slides has rested: the ankle's acceleration in a stance, in strides of 1.3 s and more (chosen)",
            ),
            limit("rests_s", "s", 0.05, (0.0, 1.0), "for so long (chosen)"),
        ],
        scenarios: &["bw_slip"],
    },
    RuleInfo {
        rule: Rule::Variability,
        name: "variability",
        level: AlertLevel::Caution,
        what: "stride times vary more than this person's own, or more than most people's",
        why: "timing that varies from stride to stride shows a gait that is no longer automatic",
        message: "Your steps have become uneven. Slow down until they are even again.",
        needs: OVER_STRIDES,
        limits: &[
            refractory(30.0),
            ends(10.0, "chosen"),
            limit(
                "variation_pct",
                "%",
                6.0,
                (1.0, 50.0),
                "caution above 5 % (elderly fallers, Hausdorff 2001, forward); backward healthy 3.1 to 3.4 % (one adult): 6",
            ),
            limit(
                "times_own",
                "times",
                1.6,
                (1.05, 10.0),
                "own baseline first (chosen, after doi 10.5061/dryad.cnp5hqch3)",
            ),
            limit("clears", "share", 0.8, (0.1, 1.0), "hysteresis, chosen"),
        ],
        scenarios: &["bw_var"],
    },
    RuleInfo {
        rule: Rule::Shuffling,
        name: "shuffling",
        level: AlertLevel::Caution,
        what: "low steps that are short or slow for their cadence, in three of five strides",
        why: "a foot that is hardly lifted has little room over the floor, and catches; one that is lifted does not \
              shuffle, however it lands",
        message: "Your steps have become short and low. Lift the feet, or make a pause.",
        needs: &[Need::Walking, Need::Axes, Need::Direction, Need::Straight],
        limits: &[
            refractory(20.0),
            ends(5.0, "chosen"),
            limit(
                "usual_share",
                "share",
                0.4,
                (0.1, 0.9),
                "of the swing's speed, or of the length, that goes with the cadence (walk ratio 0.005 m per step/min; chosen)",
            ),
            limit(
                "lift_m",
                "m",
                0.04,
                (0.005, 0.2),
                "shuffles lift the ankle by 2 to 3.5 cm, heel-first walking by 5, walking by 7 to 10 (model)",
            ),
            limit(
                "stance",
                "share",
                0.74,
                (0.5, 0.95),
                "where no lift is measured, with a flat landing; 0.60 to 0.70 in walking (Laufer 2005 in direction)",
            ),
            limit("of_five", "strides", 3.0, (1.0, 5.0), "3 of 5 (chosen)"),
        ],
        scenarios: &["bw_shuffle"],
    },
    RuleInfo {
        rule: Rule::Festination,
        name: "festination",
        level: AlertLevel::Caution,
        what: "steps get quicker and shorter, or the leg trembles in the freeze band while strides shrink",
        why: "a body that runs away from its feet is chased by ever quicker, ever shorter steps",
        message: "Your steps get quicker and shorter. Stop, stand, and start again.",
        needs: &[Need::Walking, Need::Axes, Need::Direction, Need::Straight, Need::Length],
        limits: &[
            refractory(20.0),
            ends(5.0, "chosen"),
            limit("quicker", "share", 0.15, (0.02, 2.0), "cadence up by 15 % over 5 strides (chosen)"),
            limit(
                "shorter",
                "share",
                0.25,
                (0.02, 0.95),
                "stride length down by 25 % over 5 strides (chosen)",
            ),
            limit(
                "freeze_ratio",
                "",
                3.0,
                (0.5, 50.0),
                "power at 3 to 8 Hz over 0.5 to 3 Hz, Moore et al. 2013, doi 10.1186/1743-0003-10-19",
            ),
        ],
        scenarios: &[],
    },
    RuleInfo {
        rule: Rule::BeltDrift,
        name: "belt_drift",
        level: AlertLevel::Caution,
        what: "strides fall short of the belt until the place on it is lost",
        why: "what the strides lack of the belt's way adds up to the distance drifted toward its end",
        message: "You are drifting on the belt. Take longer steps, or slow the belt down.",
        needs: &[Need::Belt, Need::Walking, Need::Axes, Need::Direction, Need::Length],
        limits: &[
            refractory(15.0),
            ends(5.0, "chosen"),
            limit("distance_m", "m", 0.45, (0.1, 3.0), "a third of a 1.4 m deck (chosen)"),
            limit(
                "slack",
                "share",
                0.06,
                (0.0, 0.5),
                "stride lengths are good to 5 to 8 % (Li et al. 2010, doi 10.1016/j.jbiomech.2010.02.004)",
            ),
        ],
        scenarios: &["bw_drift_belt"],
    },
    RuleInfo {
        rule: Rule::Asymmetry,
        name: "asymmetry",
        level: AlertLevel::Caution,
        what: "one step takes longer than the other",
        why: "guarding one leg shortens the time on it",
        message: "One leg steps longer than the other.",
        needs: &[Need::BothLegs, Need::Walking],
        limits: &[
            refractory(30.0),
            ends(10.0, "chosen"),
            limit(
                "asymmetry_pct",
                "%",
                10.0,
                (1.0, 100.0),
                "10 % convention (doi 10.1007/s00167-019-05396-4)",
            ),
        ],
        scenarios: &[],
    },
    RuleInfo {
        rule: Rule::KneeDeficit,
        name: "knee_deficit",
        level: AlertLevel::Caution,
        what: "the stance knee stays more bent than at the start of the session",
        why: "a tired quadriceps no longer straightens the knee under load",
        message: "The knee straightens less than at the start. It may be time for a pause.",
        needs: &[Need::Walking, Need::Axes, Need::Direction, Need::Straight, Need::Knee, Need::Strides],
        limits: &[
            refractory(60.0),
            ends(10.0, "chosen"),
            limit(
                "growth_deg",
                "deg",
                5.0,
                (1.0, 40.0),
                "more than 5 within the session (chosen); two sensors tell 3",
            ),
        ],
        scenarios: &["bw_ext_fatigue"],
    },
    RuleInfo {
        rule: Rule::WrongDirection,
        name: "wrong_direction",
        level: AlertLevel::Caution,
        what: "strides go the other way than planned",
        why: "an exercise done the other way is another exercise",
        message: "This is not the direction that was planned.",
        needs: &[Need::Plan, Need::Walking, Need::Axes],
        limits: &[
            refractory(20.0),
            ends(3.0, "chosen"),
            limit(
                "strides",
                "strides",
                3.0,
                (1.0, 20.0),
                "two strides settle a direction, one more to be sure (chosen)",
            ),
        ],
        scenarios: &[],
    },
    RuleInfo {
        rule: Rule::SpeedCeiling,
        name: "speed_ceiling",
        level: AlertLevel::Caution,
        what: "backward faster than the ceiling",
        why: "healthy adults break into a backward run at 1.63 m/s; below it lies the ceiling",
        message: "That is faster than it should be. Slow down.",
        needs: &[Need::Walking, Need::Axes, Need::Direction, Need::Length],
        limits: &[
            refractory(15.0),
            ends(5.0, "chosen"),
            limit(
                "speed_mps",
                "m/s",
                1.56,
                (0.2, 3.0),
                "3.5 mph; running starts at 3.65 (Hreljac et al. 2005, J Sports Sci Med 4:446)",
            ),
            limit("of_five", "strides", 3.0, (1.0, 5.0), "3 of 5 (chosen)"),
        ],
        scenarios: &[],
    },
    RuleInfo {
        rule: Rule::FlatLanding,
        name: "flat_landing",
        level: AlertLevel::Info,
        what: "the foot lands whole, or heel first, in two of four strides",
        why: "landing on the toes lets the calf take the load and the foot roll",
        message: "Land on your toes first.",
        needs: &[Need::Walking, Need::Axes, Need::Direction, Need::Straight, Need::Contact],
        limits: &[
            refractory(8.0),
            ends(4.0, "chosen"),
            limit("of_four", "strides", 2.0, (1.0, 4.0), "2 of 4 (chosen)"),
        ],
        scenarios: &["bw_flat", "bw_heel_first"],
    },
    RuleInfo {
        rule: Rule::HeelUp,
        name: "heel_up",
        level: AlertLevel::Info,
        what: "the heel is not put down in two of four strides",
        why: "the heel that goes all the way down is what straightens the knee",
        message: "Push the heel all the way down.",
        needs: &[Need::Heel, Need::Walking, Need::Axes, Need::Direction, Need::Straight, Need::Contact],
        limits: &[
            refractory(8.0),
            ends(4.0, "chosen"),
            limit("of_four", "strides", 2.0, (1.0, 4.0), "2 of 4 (chosen)"),
        ],
        scenarios: &["bw_toe_only"],
    },
    RuleInfo {
        rule: Rule::KneeBent,
        name: "knee_bent",
        level: AlertLevel::Info,
        what: "the knee misses its target in two of four strides",
        why: "straightening under load is what the exercise is for",
        message: "Straighten the knee as the heel goes down.",
        needs: &[Need::Walking, Need::Axes, Need::Direction, Need::Straight, Need::Knee],
        limits: &[
            refractory(8.0),
            ends(4.0, "chosen"),
            limit("of_four", "strides", 2.0, (1.0, 4.0), "2 of 4 (chosen)"),
        ],
        scenarios: &["bw_ext20"],
    },
    RuleInfo {
        rule: Rule::FootDrag,
        name: "foot_drag",
        level: AlertLevel::Info,
        what: "the ankle is hardly lifted in swing, in three of four strides",
        why: "the knee that does not bend in swing drags the foot along",
        message: "Lift the foot a little more.",
        needs: &[Need::Walking, Need::Axes, Need::Direction, Need::Straight, Need::Length],
        limits: &[
            refractory(8.0),
            ends(4.0, "chosen"),
            limit("of_four", "strides", 3.0, (1.0, 4.0), "3 of 4 (chosen: a single lift is good to 1 cm)"),
            limit(
                "lift_m",
                "m",
                0.035,
                (0.005, 0.2),
                "shuffles lift the ankle by 2 to 3.5 cm, heel-first walking by 5, walking by 7 to 10 (model)",
            ),
        ],
        scenarios: &["bw_shuffle"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safety::rule::{ENDS, MOST_LIMITS, REFRACTORY};

    #[test]
    fn the_table_is_whole() {
        for (k, info) in TABLE.iter().enumerate() {
            assert_eq!(info.rule as usize, k);
            assert_eq!(Rule::named(info.name), Some(info.rule));
            assert_eq!(info.limits[REFRACTORY].key, "refractory_s");
            assert_eq!(info.limits[ENDS].key, "ends_s");
            assert!(info.limits.len() <= MOST_LIMITS, "{}", info.name);
            for l in info.limits {
                assert!(l.range.0 <= l.default && l.default <= l.range.1, "{} {}", info.name, l.key);
                assert!(!l.source.is_empty());
            }
            for id in info.scenarios {
                assert!(crate::sim::scenario::Scenario::named(id).is_some(), "{id}");
            }
        }
    }
}

//! Direction: how much of the walking was called right.

use super::observed::SeenStride;
use super::{PAD_S, ignored};
use crate::record::{Activity, StrideDirection};
use crate::truth::TrueActivity;

/// Step of the grid, s.
const STEP_S: f64 = 0.01;

/// Seconds of a capture by what they were and what they were called.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct DirectionScore {
    /// Labelled backward or forward.
    pub walk_s: f64,
    /// Of it: called what it was.
    pub right_s: f64,
    /// Of it: in a stride of unknown direction, turning or in place.
    pub unknown_s: f64,
    /// Of it: in no stride.
    pub none_s: f64,
    /// Of it: called the opposite. Must be nothing.
    pub wrong_s: f64,
    /// Labelled forward, standing or other.
    pub not_backward_s: f64,
    /// Of it: called backward. Must be nothing.
    pub false_backward_s: f64,
    /// Labelled turning.
    pub turning_s: f64,
    /// Of it: called plain backward or forward.
    pub turning_as_walking_s: f64,
}

#[derive(Clone, Copy, PartialEq)]
enum Said {
    Nothing,
    Unknown,
    Way(Activity),
}

pub(super) fn score(
    truth: &[TrueActivity],
    strides: &[SeenStride],
    zones: &[[f64; 2]],
    span_s: (f64, f64),
) -> DirectionScore {
    let grid = grid(span_s);
    // The first point that is at `t` or after it: the grid increases.
    let at = |t: f64| grid.partition_point(|g| *g < t);
    let past = |t: f64| grid.partition_point(|g| *g <= t);

    let mut label = vec![None; grid.len()];
    for span in truth {
        let (from, to) = (at(span.start_s), past(span.end_s));
        if from < to {
            label[from..to].fill(Some(span.label));
        }
    }
    let mut said = vec![Said::Nothing; grid.len()];
    for stride in strides {
        let (from, to) = (at(stride.start_s), at(stride.end_s));
        if from < to {
            said[from..to].fill(match stride.direction {
                StrideDirection::Backward => Said::Way(Activity::Backward),
                StrideDirection::Forward => Said::Way(Activity::Forward),
                StrideDirection::Turning | StrideDirection::InPlace | StrideDirection::Unknown => {
                    Said::Unknown
                }
            });
        }
    }

    let mut n = [0_u32; 9];
    let mut count = |i: usize, yes: bool| n[i] += u32::from(yes);
    for ((g, label), said) in grid.iter().zip(label).zip(said) {
        match label {
            Some(way @ (Activity::Backward | Activity::Forward)) if !ignored(*g, zones) => {
                count(0, true);
                count(1, said == Said::Way(way));
                count(2, said == Said::Unknown);
                count(3, said == Said::Nothing);
                count(4, matches!(said, Said::Way(other) if other != way));
            }
            Some(Activity::Turning) => {
                count(7, true);
                count(8, matches!(said, Said::Way(_)));
            }
            _ => {}
        }
        if matches!(label, Some(Activity::Forward | Activity::Standing | Activity::Other)) {
            count(5, true);
            count(6, said == Said::Way(Activity::Backward));
        }
    }
    let [
        walk_s,
        right_s,
        unknown_s,
        none_s,
        wrong_s,
        not_backward_s,
        false_backward_s,
        turning_s,
        turning_as_walking_s,
    ] = n.map(|points| f64::from(points) * STEP_S);
    DirectionScore {
        walk_s,
        right_s,
        unknown_s,
        none_s,
        wrong_s,
        not_backward_s,
        false_backward_s,
        turning_s,
        turning_as_walking_s,
    }
}

/// Points from the start to before the end. The step is the difference of the first two points,
/// as in the scoring script, so that points on a label's edge fall on the same side of it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and a length is not negative"
)]
fn grid((start, end): (f64, f64)) -> Vec<f64> {
    let points = ((end - start) / STEP_S).ceil().max(0.0) as usize;
    let step = (start + STEP_S) - start;
    (0..points).map(|i| start + i as f64 * step).collect()
}

const _: () = assert!(PAD_S > STEP_S);

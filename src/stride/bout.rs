//! What the person was doing: spans of walking, standing, and anything else.

use crate::record::Activity;

/// One span, in seconds of the grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Start.
    pub start: f64,
    /// End.
    pub end: f64,
    /// What it was.
    pub activity: Activity,
    /// Strides in it.
    pub strides: u32,
}

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Longest pause within a span, s. Default 0.5: half a step.
    pub pause_s: f64,
    /// Shortest span of standing or anything else that is told, s. Default 1: less is a pause.
    pub least_s: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { pause_s: 0.5, least_s: 1.0 }
    }
}

/// Puts strides and quiet spells together to spans. Spans do not overlap and come in order; walking
/// goes before standing where both claim a moment.
#[derive(Clone, Debug)]
pub struct Bouts {
    params: Params,
    open: Option<Span>,
    /// A quiet spell that is told when it is clear that no stride claims it.
    quiet: Option<Span>,
    /// Up to where everything is told.
    told: f64,
}

impl Bouts {
    /// Before the first moment, at `t`.
    pub fn new(params: Params, t: f64) -> Self {
        Self { params, open: None, quiet: None, told: t }
    }

    /// A stride from `start` to `end`.
    pub fn stride(&mut self, start: f64, end: f64, activity: Activity, emit: &mut impl FnMut(Span)) {
        if let Some(open) = &mut self.open
            && open.activity == activity
            && start - open.end < self.params.pause_s
        {
            open.end = open.end.max(end);
            open.strides += 1;
            return;
        }
        self.close_walk(emit);
        if let Some(quiet) = self.quiet.take() {
            self.tell(Span { end: quiet.end.min(start), ..quiet }, emit);
        }
        let start = start.max(self.told);
        if end > start {
            self.open = Some(Span { start, end, activity, strides: 1 });
        }
    }

    /// Whether a walk has not been told yet.
    pub fn walks(&self) -> bool {
        self.open.is_some()
    }

    /// The person has been standing still from `start` to `end` (so far).
    pub fn standing(&mut self, start: f64, end: f64, emit: &mut impl FnMut(Span)) {
        match &mut self.quiet {
            Some(q) if start <= q.end + self.params.pause_s => q.end = end,
            _ => {
                if let Some(quiet) = self.quiet.take() {
                    self.tell(quiet, emit);
                }
                if self.open.is_some_and(|o| start >= o.end) {
                    self.close_walk(emit);
                }
                self.quiet = Some(Span { start, end, activity: Activity::Standing, strides: 0 });
            }
        }
    }

    /// Everything ends at `t`.
    pub fn finish(&mut self, t: f64, emit: &mut impl FnMut(Span)) {
        self.close_walk(emit);
        if let Some(quiet) = self.quiet.take() {
            self.tell(quiet, emit);
        }
        self.fill(t, emit);
    }

    fn close_walk(&mut self, emit: &mut impl FnMut(Span)) {
        if let Some(open) = self.open.take() {
            if let Some(quiet) = self.quiet.take_if(|q| q.start < open.start) {
                self.tell(Span { end: quiet.end.min(open.start), ..quiet }, emit);
            }
            self.tell(open, emit);
        }
    }

    fn tell(&mut self, span: Span, emit: &mut impl FnMut(Span)) {
        let start = span.start.max(self.told);
        let least = if span.activity == Activity::Standing { self.params.least_s } else { 0.0 };
        if span.end - start > least {
            self.fill(start, emit);
            emit(Span { start, ..span });
            self.told = span.end;
        }
    }

    /// What nothing claims, up to `t`.
    fn fill(&mut self, t: f64, emit: &mut impl FnMut(Span)) {
        if t - self.told >= self.params.least_s {
            emit(Span { start: self.told, end: t, activity: Activity::Other, strides: 0 });
        }
        self.told = self.told.max(t);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(act: impl FnOnce(&mut Bouts, &mut dyn FnMut(Span))) -> Vec<(f64, f64, Activity, u32)> {
        let mut out = Vec::new();
        let mut bouts = Bouts::new(Params::default(), 0.0);
        act(&mut bouts, &mut |s| out.push((s.start, s.end, s.activity, s.strides)));
        out
    }

    #[test]
    fn walking_between_two_times_of_standing() {
        let got = spans(|b, mut emit| {
            b.standing(0.0, 0.6, &mut emit);
            b.standing(0.0, 4.0, &mut emit);
            b.stride(4.5, 5.0, Activity::Backward, &mut emit);
            b.stride(5.0, 6.2, Activity::Backward, &mut emit);
            b.standing(7.0, 9.0, &mut emit);
            b.finish(9.0, &mut emit);
        });
        assert_eq!(
            got,
            [
                (0.0, 4.0, Activity::Standing, 0),
                (4.5, 6.2, Activity::Backward, 2),
                (7.0, 9.0, Activity::Standing, 0)
            ]
        );
    }

    #[test]
    fn what_nothing_claims_is_other() {
        let got = spans(|b, mut emit| {
            b.stride(3.0, 4.0, Activity::Forward, &mut emit);
            b.finish(10.0, &mut emit);
        });
        assert_eq!(
            got,
            [
                (0.0, 3.0, Activity::Other, 0),
                (3.0, 4.0, Activity::Forward, 1),
                (4.0, 10.0, Activity::Other, 0)
            ]
        );
    }

    #[test]
    fn a_turn_of_direction_ends_a_bout() {
        let got = spans(|b, mut emit| {
            b.stride(0.0, 1.0, Activity::Backward, &mut emit);
            b.stride(1.0, 2.0, Activity::Forward, &mut emit);
            b.finish(2.0, &mut emit);
        });
        assert_eq!(got, [(0.0, 1.0, Activity::Backward, 1), (1.0, 2.0, Activity::Forward, 1)]);
    }
}

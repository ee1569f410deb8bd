//! One rule's alert from its first evidence to its end.

/// Raises once, holds while there is evidence, ends some time after the last, and is silent for its
/// refractory time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cue {
    refractory_s: f64,
    ends_s: f64,
    /// Onset and last evidence of the alert that is on, s.
    on: Option<(f64, f64)>,
    raised: f64,
    count: u32,
}

/// An alert that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ended {
    /// Its onset, s.
    pub onset: f64,
    /// Last evidence, s.
    pub last: f64,
}

impl Cue {
    /// Silent.
    pub fn new(refractory_s: f64, ends_s: f64) -> Self {
        Self { refractory_s, ends_s, on: None, raised: f64::NEG_INFINITY, count: 0 }
    }

    /// There is evidence at `now` of something that began at `onset`; whether an alert is to be raised.
    pub fn evidence(&mut self, onset: f64, now: f64) -> bool {
        if let Some((_, last)) = &mut self.on {
            *last = now;
            return false;
        }
        if now - self.raised < self.refractory_s {
            return false;
        }
        self.on = Some((onset, now));
        self.raised = now;
        self.count += 1;
        true
    }

    /// What raised it still holds at `now`.
    pub fn hold(&mut self, now: f64) {
        if let Some((_, last)) = &mut self.on {
            *last = now;
        }
    }

    /// When it ends if there is no more evidence, s.
    pub fn due(&self) -> f64 {
        self.on.map_or(f64::INFINITY, |(_, last)| last + self.ends_s)
    }

    /// Ends it at `now` if it is due.
    pub fn pass(&mut self, now: f64) -> Option<Ended> {
        if now < self.due() {
            return None;
        }
        self.end()
    }

    /// Ends it now.
    pub fn end(&mut self) -> Option<Ended> {
        self.on.take().map(|(onset, last)| Ended { onset, last })
    }

    /// Whether it is on.
    pub fn is_on(&self) -> bool {
        self.on.is_some()
    }

    /// How often it was raised.
    pub fn count(&self) -> u32 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_raises_once_and_ends() {
        let mut cue = Cue::new(5.0, 2.0);
        assert!(cue.evidence(1.0, 1.2));
        assert!(!cue.evidence(1.5, 1.5));
        assert_eq!(cue.pass(3.4), None);
        assert_eq!(cue.pass(3.5), Some(Ended { onset: 1.0, last: 1.5 }));
        assert!(!cue.evidence(4.0, 4.0), "still refractory");
        assert!(cue.evidence(6.2, 6.2));
    }

    proptest! {
        #[test]
        fn refractory_time_holds(
            gaps in prop::collection::vec(0.01..4.0_f64, 1..200),
            refractory in 0.0..20.0_f64,
            ends in 0.1..5.0_f64,
        ) {
            let mut cue = Cue::new(refractory, ends);
            let (mut t, mut last) = (0.0, f64::NEG_INFINITY);
            for gap in gaps {
                t += gap;
                cue.pass(t);
                if cue.evidence(t, t) {
                    prop_assert!(t - last >= refractory);
                    last = t;
                }
            }
        }
    }
}

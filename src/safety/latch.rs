//! Acknowledging: a `stop` stays on the screen until somebody says that they have seen it, also when
//! what raised it is over.
//!
//! The core raises and ends alerts; whoever shows them keeps a [`Latch`]. A replay has nobody to
//! acknowledge, so nothing in the core waits for it.

use super::rule::{RULES, Rule};
use crate::record::{Alert, AlertEnd, AlertLevel, Record};

/// How an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// What raised it goes on.
    Active,
    /// What raised it is over, and nobody has acknowledged it.
    Latched,
}

/// What is to be shown, rule by rule.
#[derive(Clone, Debug, Default)]
pub struct Latch {
    shown: [Option<(Alert, Standing)>; RULES],
    /// Acknowledged while still active.
    seen: [bool; RULES],
}

impl Latch {
    /// Takes a record of the stream; those that are no alerts change nothing.
    pub fn take(&mut self, record: &Record) {
        match record {
            Record::Alert(alert) => {
                let k = alert.rule as usize;
                self.shown[k] = Some((*alert, Standing::Active));
                self.seen[k] = false;
            }
            Record::AlertEnd(end) => self.end(end),
            _ => {}
        }
    }

    fn end(&mut self, end: &AlertEnd) {
        let k = end.rule as usize;
        if let Some((alert, standing)) = &mut self.shown[k] {
            if alert.level == AlertLevel::Stop && !self.seen[k] {
                *standing = Standing::Latched;
            } else {
                self.shown[k] = None;
            }
        }
    }

    /// Somebody has seen this alert. One whose cause is over is gone by it; one that is active goes when
    /// its cause does. Returns whether there was anything to acknowledge.
    pub fn acknowledge(&mut self, rule: Rule) -> bool {
        let k = rule as usize;
        match self.shown[k] {
            None => false,
            Some((_, Standing::Latched)) => {
                self.shown[k] = None;
                true
            }
            Some((_, Standing::Active)) => !std::mem::replace(&mut self.seen[k], true),
        }
    }

    /// What is to be shown, loudest first.
    pub fn shown(&self) -> impl Iterator<Item = (&Alert, Standing)> {
        AlertLevel::ALL.into_iter().rev().flat_map(move |level| {
            self.shown.iter().flatten().filter(move |(a, _)| a.level == level).map(|(a, s)| (a, *s))
        })
    }

    /// Whether a `stop` waits to be acknowledged.
    pub fn stops(&self) -> bool {
        self.shown
            .iter()
            .zip(&self.seen)
            .any(|(s, seen)| s.is_some_and(|(a, _)| a.level == AlertLevel::Stop) && !seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Evidence;
    use crate::time::SensorTime;

    fn alert(rule: Rule) -> Record {
        let at = SensorTime::from_micros(1);
        let level = rule.info().level;
        Record::Alert(Alert { rule, level, onset: at, detected: at, evidence: Evidence::default() })
    }

    fn end(rule: Rule) -> Record {
        let at = SensorTime::from_micros(2);
        Record::AlertEnd(AlertEnd { rule, level: rule.info().level, onset: at, ended: at, detected: at })
    }

    #[test]
    fn a_stop_stays_until_it_is_acknowledged() {
        let mut latch = Latch::default();
        latch.take(&alert(Rule::Fall));
        latch.take(&end(Rule::Fall));
        assert_eq!(
            latch.shown().map(|(a, s)| (a.rule, s)).collect::<Vec<_>>(),
            [(Rule::Fall, Standing::Latched)]
        );
        assert!(latch.stops());
        assert!(latch.acknowledge(Rule::Fall));
        assert!(!latch.stops() && latch.shown().next().is_none());
        assert!(!latch.acknowledge(Rule::Fall));
    }

    #[test]
    fn one_that_was_seen_while_active_goes_with_its_cause_and_a_new_one_is_new() {
        let mut latch = Latch::default();
        latch.take(&alert(Rule::Fall));
        assert!(latch.acknowledge(Rule::Fall) && !latch.stops());
        assert_eq!(latch.shown().count(), 1);
        latch.take(&end(Rule::Fall));
        assert_eq!(latch.shown().count(), 0);
        latch.take(&alert(Rule::Fall));
        assert!(latch.stops());
    }

    #[test]
    fn a_caution_ends_by_itself_and_a_stop_comes_first() {
        let mut latch = Latch::default();
        latch.take(&alert(Rule::Slip));
        latch.take(&alert(Rule::KneeGivingWay));
        let rules: Vec<_> = latch.shown().map(|(a, _)| a.rule).collect();
        assert_eq!(rules, [Rule::KneeGivingWay, Rule::Slip]);
        latch.take(&end(Rule::Slip));
        assert_eq!(latch.shown().count(), 1);
    }
}

//! Times of samples that come in packets with one time each.

/// How far the distance of two packets may be from that of their rate for nothing to be missing.
const TOLERANCE: f64 = 0.2;

/// Spreads packets over the time to the next one: a packet has to wait until that comes.
#[derive(Debug)]
pub(super) struct Spread<T> {
    /// The step by the device's own rate, s, where it tells one.
    nominal_s: Option<f64>,
    /// The step between the last two packets that followed each other.
    seen_s: Option<f64>,
    waiting: Option<Packet<T>>,
}

/// Samples that were read together.
#[derive(Debug)]
pub(super) struct Packet<T> {
    /// Time of the first, s.
    pub(super) time_s: f64,
    pub(super) samples: Vec<T>,
}

impl<T> Spread<T> {
    pub(super) fn new(nominal_s: Option<f64>) -> Self {
        Self { nominal_s, seen_s: None, waiting: None }
    }

    /// Takes the next packet (`None` at the end) and gives the one before with its step, s.
    pub(super) fn push(&mut self, next: Option<Packet<T>>) -> Option<(Packet<T>, f64)> {
        let next_s = next.as_ref().map(|p| p.time_s);
        let packet = std::mem::replace(&mut self.waiting, next)?;
        let n = packet.samples.len().max(1) as f64;
        let expected = self.seen_s.or(self.nominal_s);
        let between = next_s.map(|t| (t - packet.time_s) / n).filter(|s| *s > 0.0);
        // A packet that is lost makes the distance longer, and is no reason to stretch this one.
        let step = match (between, self.nominal_s.or(expected)) {
            (Some(step), Some(usual)) if (step / usual - 1.0).abs() <= TOLERANCE => {
                self.seen_s = Some(step);
                step
            }
            (Some(step), None) => {
                self.seen_s = Some(step);
                step
            }
            (Some(step), Some(usual)) if self.nominal_s.is_none() && step < usual => {
                // The first distance had a packet missing in it.
                self.seen_s = Some(step);
                step
            }
            (_, Some(usual)) => expected.unwrap_or(usual),
            (None, None) => 0.0,
        };
        Some((packet, step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(nominal_s: Option<f64>, times: &[f64]) -> Vec<f64> {
        let mut spread = Spread::new(nominal_s);
        let mut out = Vec::new();
        let packets = times.iter().map(|&t| Some(Packet { time_s: t, samples: vec![(); 4] }));
        for packet in packets.chain([None]) {
            out.extend(spread.push(packet).map(|(_, step)| (step * 1e4).round() / 1e4));
        }
        out
    }

    #[test]
    fn a_packet_reaches_to_the_next_one() {
        assert_eq!(steps(Some(0.01), &[0.0, 0.04, 0.082]), [0.01, 0.0105, 0.0105]);
        assert_eq!(steps(None, &[0.0, 0.04, 0.08]), [0.01, 0.01, 0.01]);
    }

    #[test]
    fn a_lost_packet_stretches_nothing() {
        assert_eq!(steps(Some(0.01), &[0.0, 0.04, 0.12]), [0.01, 0.01, 0.01]);
        assert_eq!(steps(None, &[0.0, 0.04, 0.12, 0.16]), [0.01, 0.01, 0.01, 0.01]);
    }
}

//! Whether the angular rate jumps from cell to cell, as that of a sensor does that hangs loose or is broken.

use super::grid::CELL_S;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Fourth difference of the angular rate over cells of 10 ms, as a magnitude, from which on a cell is a jump,
    /// deg/s. Default 50: at 100 samples a second white noise of 7 to 12 deg/s (by where in a cell the
    /// samples lie) jumps so in half of all cells. The
    /// fourth difference takes away what moves slowly, 85 % of it at 10 Hz, and doubles what changes at 20.
    pub jump_dps: f64,
    /// Time over which jumps are counted, s. Default 2: longer than a stride, so that its contacts are a part of it.
    pub memory_s: f64,
    /// Shares of jumps from which on it is noise, and below which it is none any more. Default 0.5 and 0.4: a leg
    /// jumps at contacts only, in at most 0.23 of any 2 s of walking (`real`, 19 people).
    pub share: [f64; 2],
    /// Samples a second below which nothing is said. Default 80: between samples that are further apart than a
    /// cell the rate is a line, and each of its ends is a jump.
    pub least_hz: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { jump_dps: 50.0, memory_s: 2.0, share: [0.5, 0.4], least_hz: 80.0 }
    }
}

/// The watch.
#[derive(Clone, Debug)]
pub struct Noise {
    params: Params,
    /// Of each axis the last rate and its differences up to the third, deg/s; `None` before the first cell.
    last: Option<[[f64; 4]; 3]>,
    share: f64,
    loud: bool,
}

impl Noise {
    /// Before the first cell.
    pub fn new(params: Params) -> Self {
        Self { params, last: None, share: 0.0, loud: false }
    }

    /// Starts anew after a hole in the samples; what was found stays until it is over.
    pub fn restart(&mut self) {
        self.last = None;
    }

    /// Takes the angular rate of one cell, deg/s, and how many samples come in a second; says when noise begins or
    /// ends.
    pub fn step(&mut self, now: [f64; 3], rate_hz: Option<f64>) -> Option<bool> {
        let last = self.last.get_or_insert_with(|| now.map(|rate| [rate, 0.0, 0.0, 0.0]));
        let mut size = 0.0;
        for (rate, last) in now.into_iter().zip(last) {
            let first = rate - last[0];
            let second = first - last[1];
            let third = second - last[2];
            let fourth = third - last[3];
            *last = [rate, first, second, third];
            size += fourth * fourth;
        }
        let Params { jump_dps, memory_s, share: [begins, ends], least_hz } = self.params;
        let fine = rate_hz.is_some_and(|hz| hz >= least_hz);
        let jump = if fine && size > jump_dps * jump_dps { 1.0 } else { 0.0 };
        self.share += (jump - self.share) * (CELL_S / memory_s);
        let loud = self.share > if self.loud { ends } else { begins };
        (std::mem::replace(&mut self.loud, loud) != loud).then_some(loud)
    }

    /// Whether there is too much of it to tell one half of a stride from the other.
    pub fn is_loud(&self) -> bool {
        self.loud
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A swing of 250 deg/s a second, with a contact of 30 ms, and white noise of `noise_dps` in each axis.
    fn loud(noise_dps: f64, n: u32) -> Vec<bool> {
        let mut noise = Noise::new(Params::default());
        let mut state = 1_u32;
        let mut random = || {
            let mut one = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                f64::from(state >> 8) / f64::from(1 << 24)
            };
            noise_dps * ((0..12).map(|_| one()).sum::<f64>() - 6.0)
        };
        let cell = |k: u32| {
            let t = f64::from(k) * CELL_S;
            let contact = if k % 100 < 3 { 300.0 * f64::from(k % 2) } else { 0.0 };
            250.0 * (2.0 * std::f64::consts::PI * t).sin() + contact
        };
        (0..n)
            .map(|k| {
                noise.step([random(), random(), cell(k) + random()], Some(100.0));
                noise.is_loud()
            })
            .collect()
    }

    #[test]
    fn a_walk_with_its_contacts_is_none_and_a_loose_sensor_is() {
        assert!(loud(0.0, 3000).iter().all(|l| !l));
        assert!(loud(2.0, 3000).iter().all(|l| !l));
        let loose = loud(20.0, 3000);
        assert!(!loose[50] && loose[400..].iter().all(|l| *l));
    }

    #[test]
    fn it_is_said_when_it_begins_and_when_it_is_over() {
        let mut noise = Noise::new(Params::default());
        let mut said = Vec::new();
        for k in 0..2000 {
            let x = if k < 1000 { 100.0 * f64::from(k % 2) } else { 0.0 };
            said.extend(noise.step([x, 0.0, 0.0], Some(100.0)).map(|loud| (k, loud)));
        }
        let [(begun, true), (over, false)] = said[..] else { panic!("{said:?}") };
        assert!((100..200).contains(&begun) && (1100..1300).contains(&over), "{said:?}");
    }

    #[test]
    fn of_few_samples_a_second_nothing_is_said() {
        let mut noise = Noise::new(Params::default());
        for k in 0..1000 {
            let rate_hz = (k > 500).then_some(50.0);
            assert_eq!(noise.step([100.0 * f64::from(k % 2), 0.0, 0.0], rate_hz), None);
        }
    }

    #[test]
    fn a_hole_is_no_jump() {
        let mut noise = Noise::new(Params::default());
        for k in 0..300 {
            noise.restart();
            noise.step([f64::from(k % 2) * 1000.0, 0.0, 0.0], Some(100.0));
        }
        assert!(!noise.is_loud());
    }
}

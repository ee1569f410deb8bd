//! Whether the angular rate jumps from cell to cell, as that of a sensor does that hangs loose or is broken.

use super::grid::CELL_S;

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Second difference of the angular rate over cells of 10 ms, as a magnitude, from which on a cell is a jump,
    /// deg/s. Default 50: white noise of 13 deg/s and more jumps so in half of all cells.
    pub jump_dps: f64,
    /// Time over which jumps are counted, s. Default 2: longer than a stride, so that its contacts are a part of it.
    pub memory_s: f64,
    /// Shares of jumps from which on it is noise, and below which it is none any more. Default 0.5 and 0.4: a leg
    /// jumps at contacts only, in at most 0.14 of any 2 s of walking (`real`, 19 people, 100 samples a second), and
    /// in 0.39 of jogging at 20 samples a second, where each interval is one line.
    pub share: [f64; 2],
}

impl Default for Params {
    fn default() -> Self {
        Self { jump_dps: 50.0, memory_s: 2.0, share: [0.5, 0.4] }
    }
}

/// The watch.
#[derive(Clone, Debug)]
pub struct Noise {
    params: Params,
    /// The rates of the last two cells, deg/s.
    before: Option<[[f64; 3]; 2]>,
    share: f64,
    loud: bool,
}

impl Noise {
    /// Before the first cell.
    pub fn new(params: Params) -> Self {
        Self { params, before: None, share: 0.0, loud: false }
    }

    /// Starts anew after a hole in the samples; what was found stays until it is over.
    pub fn restart(&mut self) {
        self.before = None;
    }

    /// Takes the angular rate of one cell, deg/s; says when noise begins or ends.
    pub fn step(&mut self, now: [f64; 3]) -> Option<bool> {
        let [old, last] = self.before.unwrap_or([now; 2]);
        self.before = Some([last, now]);
        let size: f64 = (0..3).map(|k| now[k] - 2.0 * last[k] + old[k]).map(|d| d * d).sum();
        let Params { jump_dps, memory_s, share: [begins, ends] } = self.params;
        let jump = if size > jump_dps * jump_dps { 1.0 } else { 0.0 };
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
            let contact = if k % 100 < 3 { 150.0 * f64::from(1 - 2 * (k as i32 % 2)) } else { 0.0 };
            250.0 * (2.0 * std::f64::consts::PI * t).sin() + contact
        };
        (0..n)
            .map(|k| {
                noise.step([random(), random(), cell(k) + random()]);
                noise.is_loud()
            })
            .collect()
    }

    #[test]
    fn a_walk_with_its_contacts_is_none_and_a_loose_sensor_is() {
        assert!(loud(0.0, 3000).iter().all(|l| !l));
        assert!(loud(7.0, 3000).iter().all(|l| !l));
        let loose = loud(20.0, 3000);
        assert!(!loose[50] && loose[400..].iter().all(|l| *l));
    }

    #[test]
    fn it_is_said_when_it_begins_and_when_it_is_over() {
        let mut noise = Noise::new(Params::default());
        let mut said = Vec::new();
        for k in 0..2000 {
            let x = if k < 1000 { 100.0 * f64::from(k % 2) } else { 0.0 };
            said.extend(noise.step([x, 0.0, 0.0]).map(|loud| (k, loud)));
        }
        let [(begun, true), (over, false)] = said[..] else { panic!("{said:?}") };
        assert!((100..200).contains(&begun) && (1100..1300).contains(&over), "{said:?}");
    }

    #[test]
    fn a_hole_is_no_jump() {
        let mut noise = Noise::new(Params::default());
        for k in 0..300 {
            noise.restart();
            noise.step([f64::from(k % 2) * 1000.0, 0.0, 0.0]);
        }
        assert!(!noise.is_loud());
    }
}

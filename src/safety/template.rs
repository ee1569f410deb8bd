//! The running template of this person's stride: what each signal usually is at each point of it, and
//! how far it strays.
//!
//! The point of the stride (phase) counts from the fastest moment of one swing to that of the next, the
//! sharpest landmark of a shank. A signal is held against the template not at one phase but over a
//! window around it that grows as the stride goes on, by this person's own spread of stride times: a
//! step that is merely early or late is nothing unusual.

/// Points of the stride.
pub const BINS: usize = 64;
/// Signals side by side; a power of two, so that they are worked on together.
pub const LANES: usize = 8;

/// Sagittal rate, deg/s.
pub const RATE: usize = 0;
/// Acceleration of the ankle forward, m/s².
pub const FORWARD: usize = 1;
/// Acceleration of the ankle upward, m/s².
pub const UPWARD: usize = 2;
/// Sagittal inclination with its lead, deg.
pub const AHEAD: usize = 3;
/// Inclination aside with its lead, deg.
pub const ASIDE: usize = 4;

/// Burst: second difference of the specific force, m/s². In swing nothing touches the leg, and it is
/// small (median 1.5, 90 % below 4 in forward walks of 19 people); at contacts it is 10 to 40.
pub const BURST: usize = 5;
/// Burst of the angular rate, deg/s.
pub const TWIST: usize = 6;

/// One value of each signal.
pub type Lanes = [f32; LANES];

/// What may be tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Strides that are learned before it is used.
    pub least: u32,
    /// Strides after which the past counts little.
    pub memory: u32,
    /// Half width of the envelope, in standard deviations.
    pub spreads: f64,
    /// Least half width of the envelope: sensor noise, and what two strides differ by anyway.
    pub floor: Lanes,
    /// The same as a share of what is usual there.
    pub floor_share: Lanes,
    /// Half width of the window at the start of a stride, as a share of it.
    pub window: f64,
    /// Its growth over the stride, in standard deviations of the stride time.
    pub window_spreads: f64,
    /// Least coefficient of variation of the stride time. Default 0.03: backward walking of a healthy
    /// adult (one recorded).
    pub least_variation: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            least: 3,
            memory: 8,
            spreads: 3.0,
            floor: [12.0, 1.5, 1.5, 2.0, 2.0, 1.5, 6.0, 0.0],
            floor_share: [0.15, 0.15, 0.15, 0.0, 0.0, 0.3, 0.3, 0.0],
            window: 0.02,
            window_spreads: 2.0,
            least_variation: 0.03,
        }
    }
}

/// Mean absolute deviation to standard deviation, of a normal distribution.
const SD_PER_DEVIATION: f32 = 1.253;

/// Furthest that one stride counts, in mean deviations.
const LIMITED: f32 = 3.0;
/// A swing that is overdue by less than this share of a stride is only not known yet.
const SOON: f64 = 0.15;
/// Bins that count as the same point of the stride.
const NEAR: usize = 2;

/// The larger of two numbers. `f32::max` asks in addition whether one is none, which takes thrice as long.
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// The smaller of two numbers.
fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// The higher of both first, and the lower of both second rows.
fn outermost(a: &[Lanes; 2], b: &[Lanes; 2]) -> [Lanes; 2] {
    let mut out = *a;
    for k in 0..LANES {
        out[0][k] = larger(a[0][k], b[0][k]);
        out[1][k] = smaller(a[1][k], b[1][k]);
    }
    out
}

/// The template.
#[derive(Clone, Debug)]
pub struct Template {
    params: Params,
    mean: Box<[Lanes; BINS]>,
    deviation: Box<[Lanes; BINS]>,
    high: Box<[Lanes; BINS]>,
    low: Box<[Lanes; BINS]>,
    /// Lowest and highest mean of the sagittal rate within a few bins, deg/s.
    rates_dps: Box<[[f32; 2]; BINS]>,
    /// Extremes of the envelope over the whole stride.
    most: Lanes,
    least: Lanes,
    strides: u32,
    period_s: f64,
    period_deviation_s: f64,
    variation: f64,
}

impl Template {
    /// Nothing learned.
    pub fn new(params: Params) -> Self {
        let zero = || Box::new([[0.0; LANES]; BINS]);
        Self {
            params,
            mean: zero(),
            deviation: zero(),
            high: zero(),
            low: zero(),
            rates_dps: Box::new([[0.0; 2]; BINS]),
            most: [0.0; LANES],
            least: [0.0; LANES],
            strides: 0,
            period_s: 0.0,
            period_deviation_s: 0.0,
            variation: params.least_variation,
        }
    }

    /// Forgets the stride.
    pub fn clear(&mut self) {
        self.strides = 0;
    }

    /// Whether enough strides have been learned.
    pub fn is_ready(&self) -> bool {
        self.strides >= self.params.least
    }

    /// Strides learned.
    pub fn strides(&self) -> u32 {
        self.strides
    }

    /// Usual stride time, s; `None` before one is known.
    pub fn period_s(&self) -> Option<f64> {
        (self.strides > 0).then_some(self.period_s)
    }

    /// Coefficient of variation of the stride time, at least the usual one.
    pub fn variation(&self) -> f64 {
        self.variation
    }

    /// Learns one stride of `period_s`; `at` gives the signals at a share of it.
    pub fn learn(&mut self, period_s: f64, at: impl Fn(f64) -> Option<Lanes>) {
        self.strides = (self.strides + 1).min(1_000_000);
        let n = self.strides.min(self.params.memory);
        let share = 1.0 / f64::from(n);
        if n == 1 {
            self.period_s = period_s;
            self.period_deviation_s = 0.0;
        } else {
            let off = period_s - self.period_s;
            self.period_s += share * off;
            self.period_deviation_s += share * (off.abs() - self.period_deviation_s);
        }
        self.variation =
            (1.25 * self.period_deviation_s / self.period_s.max(0.1)).clamp(self.params.least_variation, 0.2);
        #[expect(clippy::cast_possible_truncation, reason = "a share")]
        let w = share as f32;
        let p = &self.params;
        for (bin, (mean, deviation)) in self.mean.iter_mut().zip(self.deviation.iter_mut()).enumerate() {
            let Some(now) = at((bin as f64 + 0.5) / BINS as f64) else { continue };
            if n == 1 {
                *mean = now;
                *deviation = [0.0; LANES];
                continue;
            }
            // One odd stride must not widen what is usual by more than it is wide.
            let limited = if n > 3 { 0.0 } else { f32::INFINITY };
            for k in 0..LANES {
                let far = LIMITED * deviation[k] + p.floor[k] + limited;
                let off = smaller(larger(now[k] - mean[k], -far), far);
                mean[k] += w * off;
                deviation[k] += w * (off.abs() - deviation[k]);
            }
        }
        if self.is_ready() {
            self.envelope();
        }
    }

    fn envelope(&mut self) {
        let p = &self.params;
        #[expect(clippy::cast_possible_truncation, reason = "a small number")]
        let spreads = p.spreads as f32 * SD_PER_DEVIATION;
        let grow = p.window_spreads * self.variation();
        // Extremes of `span` bins from each on: twice as many are the extremes of two spans, so that a window of any
        // length takes two looks.
        let mut wide = [[[0.0; LANES]; 2]; BINS];
        for ([high, low], (mean, deviation)) in
            wide.iter_mut().zip(self.mean.iter().zip(self.deviation.iter()))
        {
            for k in 0..LANES {
                let width = spreads * deviation[k] + p.floor[k] + p.floor_share[k] * mean[k].abs();
                high[k] = mean[k] + width;
                low[k] = mean[k] - width;
            }
        }
        let mut span = 1;
        self.most = [f32::NEG_INFINITY; LANES];
        self.least = [f32::INFINITY; LANES];
        for bin in 0..BINS {
            let phase = (bin as f64 + 0.5) / BINS as f64;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few bins")]
            let reach = libm::ceil(BINS as f64 * (p.window + grow * phase)) as usize;
            let reach = reach.min(BINS / 2 - 1);
            // The window grows over the stride.
            while 2 * span <= 2 * reach + 1 {
                let spans = wide;
                for (from, both) in wide.iter_mut().enumerate() {
                    *both = outermost(both, &spans[(from + span) % BINS]);
                }
                span *= 2;
            }
            let (first, last) = (bin + BINS - reach, bin + BINS + reach + 1 - span);
            let [high, low] = outermost(&wide[first % BINS], &wide[last % BINS]);
            for k in 0..LANES {
                self.most[k] = larger(self.most[k], high[k]);
                self.least[k] = smaller(self.least[k], low[k]);
            }
            self.high[bin] = high;
            self.low[bin] = low;
            let near = &self.mean[bin.saturating_sub(NEAR)..(bin + NEAR + 1).min(BINS)];
            self.rates_dps[bin] =
                near.iter().fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], mean| {
                    [smaller(low, mean[RATE]), larger(high, mean[RATE])]
                });
        }
    }

    /// By how much each signal goes beyond its envelope at `phase`, away from zero: less movement than
    /// usual is never beyond it. Just after 1 the next swing is under way or about to come; later on,
    /// while it is overdue, against the whole stride.
    pub fn beyond(&self, phase: f64, now: &Lanes) -> Lanes {
        let last = BINS - 1;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place")]
        let bin = |phase: f64| ((phase * BINS as f64) as usize).min(last);
        let (high, low, other) = if (0.0..1.0).contains(&phase) {
            let at = bin(phase);
            (&self.high[at], &self.low[at], at)
        } else if (1.0..1.0 + SOON).contains(&phase) {
            let at = bin(phase - 1.0);
            (&self.high[at], &self.low[at], last)
        } else {
            (&self.most, &self.least, 0)
        };
        let (high2, low2) = (&self.high[other], &self.low[other]);
        let mut out = [0.0; LANES];
        for k in 0..LANES {
            let over = now[k] - larger(larger(high[k], high2[k]), 0.0);
            let under = now[k] - smaller(smaller(low[k], low2[k]), 0.0);
            out[k] = larger(over, 0.0) + smaller(under, 0.0);
        }
        out
    }

    /// Sagittal rate that is usual at `phase`, deg/s: the lowest and the highest mean within a few bins.
    pub fn usual_rates(&self, phase: f64) -> Option<[f32; 2]> {
        self.rates_dps.get(self.bin(phase)?).copied()
    }

    /// Lowest usual sagittal rate at `phase`, deg/s.
    pub fn low(&self, phase: f64) -> Option<f32> {
        self.low.get(self.bin(phase)?).map(|low| low[RATE])
    }

    fn bin(&self, phase: f64) -> Option<usize> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place")]
        let bin = ((0.0..1.0).contains(&phase) && self.is_ready()).then_some((phase * BINS as f64) as usize);
        bin.filter(|b| *b < BINS)
    }

    /// Range of a signal over the whole stride, with its envelope.
    pub fn range(&self, lane: usize) -> (f32, f32) {
        (self.least[lane], self.most[lane])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(phase: f64, scale: f64) -> Lanes {
        let value = scale * (std::f64::consts::TAU * phase).sin();
        #[expect(clippy::cast_possible_truncation, reason = "a test")]
        let x = value as f32;
        [100.0 * x, 10.0 * x, 0.0, 20.0 * x, 0.0, 0.0, 0.0, 0.0]
    }

    #[test]
    fn what_is_usual_is_within_and_what_is_early_or_smaller_too() {
        let mut template = Template::new(Params::default());
        for k in 0..6 {
            template.learn(1.2, |phase| Some(wave(phase, 1.0 + 0.02 * f64::from(k % 3))));
        }
        assert!(template.is_ready());
        for bin in 0..BINS {
            let phase = bin as f64 / BINS as f64;
            for (shift, scale) in [(0.0, 1.0), (0.015, 1.0), (-0.015, 1.0), (0.0, 0.3)] {
                let out = template.beyond(phase, &wave(phase + shift, scale));
                assert!(out.iter().all(|x| *x == 0.0), "{phase} {shift} {scale} {out:?}");
            }
        }
        let out = template.beyond(0.25, &wave(0.75, 1.0));
        assert!(out[RATE] < -50.0, "{out:?}");
        assert!(template.beyond(1.3, &wave(0.75, 1.0))[RATE] == 0.0, "overdue: against all of it");
    }

    #[test]
    fn the_envelope_is_the_widest_within_the_window_of_each_phase() {
        // Steady strides have the narrowest windows, uneven ones the widest.
        for uneven in [0.0, 0.05, 0.3] {
            let mut template = Template::new(Params::default());
            for k in 0..9 {
                let sign = f64::from(k % 2) - 0.5;
                template.learn(1.2 * (1.0 + uneven * sign), |phase| Some(wave(phase, 1.0 + 0.1 * sign)));
            }
            let p = Params::default();
            let width = |bin: usize, k: usize| {
                3.0 * SD_PER_DEVIATION * template.deviation[bin][k]
                    + p.floor[k]
                    + p.floor_share[k] * template.mean[bin][k].abs()
            };
            for bin in 0..BINS {
                let phase = (bin as f64 + 0.5) / BINS as f64;
                let share = p.window + p.window_spreads * template.variation() * phase;
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few bins")]
                let reach = (BINS as f64 * share).ceil() as usize;
                for k in [RATE, AHEAD, TWIST] {
                    let near = (bin + BINS - reach..=bin + BINS + reach).map(|b| b % BINS);
                    let high =
                        near.map(|b| template.mean[b][k] + width(b, k)).fold(f32::NEG_INFINITY, f32::max);
                    assert!((template.high[bin][k] - high).abs() < 1e-3, "{uneven} {bin} {k}");
                }
            }
        }
    }
}

//! The series of a session in memory: a row a sample, as single floats.

use crate::record::SeriesRow;

/// What one line of the series shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Shank angle, deg.
    Angle,
    /// Sagittal rate, deg/s.
    Rate,
    /// Knee flexion, deg.
    Knee,
}

impl Channel {
    /// All.
    pub const ALL: [Self; 3] = [Self::Angle, Self::Rate, Self::Knee];
}

/// The series. Three hours at 100 a second are 22 MB.
#[derive(Clone, Debug, Default)]
pub struct Track {
    times_s: Vec<f64>,
    rows: Vec<[f32; 3]>,
}

/// Neighbours further apart than this are not joined by a line, s.
const HOLE_S: f64 = 0.25;

impl Track {
    /// Takes a row.
    pub fn push(&mut self, row: &SeriesRow) {
        #[expect(clippy::cast_possible_truncation, reason = "three digits are drawn")]
        let cell = |v: Option<f64>| v.map_or(f32::NAN, |v| v as f32);
        self.times_s.push(row.time.seconds());
        self.rows.push([cell(row.shank_angle_deg), cell(row.sagittal_rate_dps), cell(row.knee_flexion_deg)]);
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The value of a channel at a time, on the line between the samples around it; `None` in holes.
    pub fn at(&self, channel: Channel, time_s: f64) -> Option<f64> {
        let after = self.times_s.partition_point(|t| *t < time_s);
        let (t1, y1) = (self.times_s.get(after)?, self.rows[after][channel as usize]);
        if *t1 == time_s {
            return Some(f64::from(y1)).filter(|y| y.is_finite());
        }
        let before = after.checked_sub(1)?;
        let (t0, y0) = (self.times_s[before], self.rows[before][channel as usize]);
        let w = (time_s - t0) / (t1 - t0);
        let y = f64::from(y0) + w * (f64::from(y1) - f64::from(y0));
        (t1 - t0 <= HOLE_S && y.is_finite()).then_some(y)
    }

    /// A channel from `from_s` to `to_s` at `n` moments: lines without the holes.
    pub fn lines(&self, channel: Channel, from_s: f64, to_s: f64, n: usize) -> Vec<Vec<(f64, f64)>> {
        let mut lines = Vec::new();
        let mut line = Vec::new();
        for k in 0..=n {
            let t = from_s + (to_s - from_s) * k as f64 / n as f64;
            match self.at(channel, t) {
                Some(y) => line.push((t, y)),
                None if !line.is_empty() => lines.push(std::mem::take(&mut line)),
                None => {}
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SensorTime;

    fn row(t: f64, angle: f64) -> SeriesRow {
        SeriesRow {
            time: SensorTime::from_seconds(t).unwrap(),
            shank_angle_deg: Some(angle),
            sagittal_rate_dps: None,
            knee_flexion_deg: None,
            phase: None,
            direction: None,
        }
    }

    #[test]
    fn a_line_stops_at_a_hole() {
        let mut track = Track::default();
        for (t, a) in [(0.0, 0.0), (0.1, 1.0), (2.0, 5.0), (2.1, 6.0)] {
            track.push(&row(t, a));
        }
        assert!((track.at(Channel::Angle, 0.05).unwrap() - 0.5).abs() < 1e-6);
        assert_eq!(track.at(Channel::Angle, 1.0), None);
        assert_eq!(track.at(Channel::Rate, 0.05), None);
        assert_eq!(track.at(Channel::Angle, 3.0), None);
        let lines = track.lines(Channel::Angle, 0.0, 2.1, 42);
        assert_eq!(lines.len(), 2);
    }
}

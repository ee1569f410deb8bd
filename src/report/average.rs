//! The average stride: what the shank and the knee do over it, its band, and where its events lie.

use crate::record::{EventKind, Stride, StrideDirection};
use crate::time::SensorTime;

use super::track::{Channel, Track};

/// Places over the stride: every hundredth.
pub const PLACES: usize = 101;

/// Fewest strides that make an average worth drawing.
pub const LEAST: usize = 3;

/// One place of an average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Tenth percentile.
    pub low: f64,
    /// Median.
    pub mid: f64,
    /// Ninetieth percentile.
    pub high: f64,
}

/// An average stride.
#[derive(Clone, Debug, PartialEq)]
pub struct Average {
    /// Strides in it.
    pub strides: usize,
    /// Median stride time, s.
    pub stride_time_s: f64,
    /// Each channel; empty where it is not known.
    pub channels: [Vec<Band>; 3],
    /// Median place of each event, in percent of the stride.
    pub events: Vec<(EventKind, f64)>,
}

/// An event of a stride.
type Get = fn(&Stride) -> Option<SensorTime>;

/// The average over the valid strides of one direction.
pub fn average(track: &Track, strides: &[Stride], direction: StrideDirection) -> Option<Average> {
    let of: Vec<&Stride> =
        strides.iter().filter(|s| s.valid && s.direction == direction && s.end > s.start).collect();
    if of.len() < LEAST || track.is_empty() {
        return None;
    }
    let mut waves: [Vec<[f32; PLACES]>; 3] = Default::default();
    for stride in &of {
        let (from, to) = (stride.start.seconds(), stride.end.seconds());
        for channel in Channel::ALL {
            if let Some(wave) = wave(track, channel, from, to) {
                waves[channel as usize].push(wave);
            }
        }
    }
    if waves[Channel::Rate as usize].len() < LEAST {
        return None;
    }
    let channels = waves.map(|w| bands(&w));
    let place = |get: Get| {
        let mut at: Vec<f64> = of
            .iter()
            .filter_map(|s| {
                let length = s.end.since(s.start).seconds();
                Some(get(s)?.since(s.start).seconds() / length * 100.0)
            })
            .filter(|p| (0.0..=100.0).contains(p))
            .collect();
        // An event that few strides have is not one of the average stride.
        (at.len() * 2 >= of.len()).then(|| median(&mut at)).flatten()
    };
    let first =
        if direction == StrideDirection::Forward { EventKind::InitialContact } else { EventKind::ToeContact };
    let mut events = vec![(first, 0.0)];
    let of_stride: [(EventKind, Get); 5] = [
        (EventKind::HeelContact, |s| s.heel_contact),
        (EventKind::KneeExtension, |s| s.knee_extension),
        (EventKind::ForefootRise, |s| s.forefoot_rise),
        (EventKind::FinalContact, |s| s.final_contact),
        (EventKind::MidSwing, |s| s.mid_swing),
    ];
    for (kind, get) in of_stride {
        events.extend(place(get).map(|p| (kind, p)));
    }
    let mut times: Vec<f64> = of.iter().map(|s| s.end.since(s.start).seconds()).collect();
    Some(Average { strides: of.len(), stride_time_s: median(&mut times)?, channels, events })
}

fn wave(track: &Track, channel: Channel, from_s: f64, to_s: f64) -> Option<[f32; PLACES]> {
    let mut wave = [0.0; PLACES];
    for (k, place) in wave.iter_mut().enumerate() {
        let t = from_s + (to_s - from_s) * k as f64 / (PLACES - 1) as f64;
        #[expect(clippy::cast_possible_truncation, reason = "three digits are drawn")]
        let y = track.at(channel, t)? as f32;
        *place = y;
    }
    Some(wave)
}

fn bands(waves: &[[f32; PLACES]]) -> Vec<Band> {
    if waves.len() < LEAST {
        return Vec::new();
    }
    let mut column = vec![0.0_f32; waves.len()];
    (0..PLACES)
        .map(|k| {
            for (slot, wave) in column.iter_mut().zip(waves) {
                *slot = wave[k];
            }
            column.sort_unstable_by(f32::total_cmp);
            let at = |share: f64| {
                let place = share * (column.len() - 1) as f64;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "within the column"
                )]
                let low = place.floor() as usize;
                let high = (low + 1).min(column.len() - 1);
                let (a, b) = (f64::from(column[low]), f64::from(column[high]));
                a + (place - place.floor()) * (b - a)
            };
            Band { low: at(0.1), mid: at(0.5), high: at(0.9) }
        })
        .collect()
}

/// The median; `None` of nothing.
pub fn median(values: &mut [f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which `share` of the values lie, on the line between neighbours; `None` of nothing.
pub fn quantile(values: &mut [f64], share: f64) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let place = share * last as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the values")]
    let low = place.floor() as usize;
    let high = (low + 1).min(last);
    Some(values[low] + (place - place.floor()) * (values[high] - values[low]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantile(&mut [3.0, 1.0, 2.0], 0.5), Some(2.0));
        assert_eq!(quantile(&mut [3.0, 1.0, 2.0, 4.0], 0.5), Some(2.5));
        assert_eq!(quantile(&mut [7.0], 0.95), Some(7.0));
        assert_eq!(quantile(&mut [], 0.5), None);
    }

    #[test]
    fn the_band_of_equal_waves_is_the_wave() {
        let wave: [f32; PLACES] = std::array::from_fn(|k| k as f32);
        let bands = bands(&[wave; 4]);
        assert_eq!(bands.len(), PLACES);
        assert_eq!(bands[40], Band { low: 40.0, mid: 40.0, high: 40.0 });
    }
}

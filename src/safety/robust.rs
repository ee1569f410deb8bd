//! Medians, and spreads that a few odd strides do not move.

/// Standard deviation per median absolute deviation, of a normal distribution.
const SD_PER_MAD: f64 = 1.4826;

/// Most values that are looked at.
pub const MOST: usize = 32;

/// Median of the values; `None` of none. At most [`MOST`] are taken.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut kept = [0.0; MOST];
    let mut n = 0;
    for (slot, value) in kept.iter_mut().zip(values) {
        *slot = value;
        n += 1;
    }
    let kept = &mut kept[..n];
    kept.sort_unstable_by(f64::total_cmp);
    let upper = *kept.get(n / 2)?;
    Some(if n.is_multiple_of(2) { f64::midpoint(upper, kept[n / 2 - 1]) } else { upper })
}

/// Median, and the standard deviation that the median absolute deviation from a straight trend stands
/// for; `None` of fewer than four. The trend is the line through the medians of the first and the last
/// third.
pub fn spread(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len().min(MOST);
    let values = &values[values.len() - n..];
    if n < 4 {
        return None;
    }
    let third = n.div_ceil(3);
    let centre = median(values.iter().copied())?;
    let rise = median(values[n - third..].iter().copied())? - median(values[..third].iter().copied())?;
    let slope = rise / (n - third) as f64;
    let mut off = [0.0; MOST];
    for (k, (o, v)) in off.iter_mut().zip(values).enumerate() {
        *o = v - slope * k as f64;
    }
    let level = median(off[..n].iter().copied())?;
    let mad = median(off[..n].iter().map(|o| (o - level).abs()))?;
    Some((centre, SD_PER_MAD * mad))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_values_and_a_trend_do_not_count() {
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([]), None);
        let mut values: Vec<f64> = (0..20).map(|k| 1.0 + 0.01 * f64::from(k)).collect();
        let (_, sd) = spread(&values).unwrap();
        assert!(sd < 1e-9, "{sd}");
        values[7] = 9.0;
        let (centre, sd) = spread(&values).unwrap();
        assert!((centre - 1.1).abs() < 0.02 && sd < 0.02, "{centre} {sd}");
    }

    #[test]
    fn of_normal_values_it_is_the_standard_deviation() {
        // Quantiles of the normal distribution, shuffled.
        let q =
            [-1.64, 0.25, 0.84, -0.25, 1.64, -0.84, 0.52, -0.52, 1.04, -1.04, 0.0, 0.13, -0.13, 0.39, -0.39];
        let (_, sd) = spread(&q).unwrap();
        assert!((0.7..1.2).contains(&sd), "{sd}");
        assert_eq!(spread(&[1.0, 2.0, 3.0]), None);
    }
}

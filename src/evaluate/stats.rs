//! Means, spreads and percentiles, as the common numerical libraries define them.

/// Arithmetic mean; `None` of nothing.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Standard deviation of a sample (n − 1); `None` of fewer than two.
pub(super) fn sd(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// Percentile `p` (0 to 100) with linear interpolation between the two nearest (type 7 of Hyndman
/// and Fan 1996, <https://doi.org/10.1080/00031305.1996.10473566>); `None` of nothing.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position within the slice")]
pub(super) fn percentile(values: &[f64], p: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = p / 100.0 * last as f64;
    let below = (position.floor() as usize).min(last);
    let (a, b) = (sorted[below], sorted[(below + 1).min(last)]);
    Some(a + (b - a) * (position - below as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_known_list() {
        let list = [4.0, 1.0, 3.0, 2.0, 10.0];
        assert_eq!(mean(&list), Some(4.0));
        assert_eq!(sd(&list), Some(12.5_f64.sqrt()));
        assert_eq!(percentile(&list, 50.0), Some(3.0));
        assert!((percentile(&list, 95.0).unwrap() - 8.8).abs() < 1e-12);
        assert_eq!(percentile(&list, 100.0), Some(10.0));
    }

    #[test]
    fn nothing_has_no_figures() {
        assert_eq!((mean(&[]), sd(&[1.0]), percentile(&[], 50.0)), (None, None, None));
    }
}

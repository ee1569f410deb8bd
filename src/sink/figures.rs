//! Numbers as text, fast and to a fixed number of decimals.
//!
//! A series has a row a sample. Going through whole numbers makes the text independent of any
//! float formatting, and several times faster.

/// Appends `value / 10^decimals`, without trailing zeros.
pub(super) fn push_scaled(out: &mut Vec<u8>, value: i64, decimals: usize) {
    const DIGITS: usize = 24;
    let mut digits = [b'0'; DIGITS];
    let mut rest = value.unsigned_abs();
    let mut at = DIGITS;
    let mut written = 0;
    let mut significant = false;
    while rest > 0 || written <= decimals {
        let digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        if written == decimals && significant {
            at -= 1;
            digits[at] = b'.';
        }
        if written >= decimals || significant || digit != b'0' {
            significant |= written < decimals;
            at -= 1;
            digits[at] = digit;
        }
        written += 1;
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends `value` to three decimals.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates; no angle comes near it")]
pub(super) fn push_milli(out: &mut Vec<u8>, value: f64) {
    push_scaled(out, libm::round(value * 1e3) as i64, 3);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(value: i64, decimals: usize) -> String {
        let mut out = Vec::new();
        push_scaled(&mut out, value, decimals);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        for (value, decimals, want) in [
            (0, 3, "0"),
            (5, 3, "0.005"),
            (10, 3, "0.01"),
            (-1500, 3, "-1.5"),
            (120_000, 3, "120"),
            (1_234_567, 6, "1.234567"),
            (-1, 6, "-0.000001"),
            (100, 0, "100"),
            (1_000_001, 6, "1.000001"),
            (1_010_000, 6, "1.01"),
        ] {
            assert_eq!(scaled(value, decimals), want);
        }
        assert_eq!(scaled(i64::MIN, 3), "-9223372036854775.808");
    }

    #[test]
    fn they_read_back_as_what_they_were() {
        for i in -20_000..20_000_i64 {
            let text = scaled(i * 37, 3);
            let back: f64 = text.parse().unwrap();
            assert_eq!(back, (i * 37) as f64 / 1e3, "{text}");
        }
    }
}

//! Counts as figures, and figures as text.

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn count(count: usize) -> f64 {
    count as f64
}

/// With about three significant digits.
pub fn number(value: f64) -> String {
    let digits = match value.abs() {
        big if big >= 100.0 => 1,
        small if small < 10.0 => 3,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

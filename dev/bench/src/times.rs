//! Of many times, the one in the middle and the one that nearly all are below.

/// The middle.
pub fn median(times: &mut [f64]) -> f64 {
    percentile(times, 50)
}

/// The time that this many of a hundred are not above.
pub fn percentile(times: &mut [f64], percent: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(at).copied().unwrap_or(f64::NAN)
}

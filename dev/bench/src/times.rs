//! Fastest, median and percentiles.

/// What was least disturbed by whatever else runs on the machine.
pub fn fastest(times: &mut [f64]) -> f64 {
    percentile(times, 0)
}

pub fn median(times: &mut [f64]) -> f64 {
    percentile(times, 50)
}

/// The value that this many percent of the times do not exceed. Sorts them.
pub fn percentile(times: &mut [f64], percent: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(at).copied().unwrap_or(f64::NAN)
}

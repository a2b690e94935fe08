//! Schedule expressions: `rate(5 minutes)`.

use std::time::Duration;

/// The interval of a `rate` expression. The error says what is expected.
pub(super) fn rate(expression: &str) -> Result<Duration, String> {
    let wrong = || format!("{expression:?} is not rate(<number> minutes|hours|days), which is what local understands");
    let inner = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')).ok_or_else(wrong)?;
    let (number, unit) = inner.split_once(' ').ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit.trim() {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3_600,
        "day" | "days" => 86_400,
        _ => return Err(wrong()),
    };
    match number.checked_mul(seconds) {
        Some(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_of_minutes_hours_or_days() {
        assert_eq!(rate("rate(1 minute)"), Ok(Duration::from_mins(1)));
        assert_eq!(rate("rate(5 minutes)"), Ok(Duration::from_mins(5)));
        assert_eq!(rate("rate(2 hours)"), Ok(Duration::from_hours(2)));
        assert_eq!(rate("rate(1 day)"), Ok(Duration::from_hours(24)));
    }

    #[test]
    fn anything_else_is_refused_with_what_would_be_right() {
        for wrong in ["cron(0 12 * * ? *)", "rate(0 minutes)", "rate(5 weeks)", "rate(x minutes)", "5 minutes"] {
            let reason = rate(wrong).unwrap_err();
            assert!(reason.contains(wrong) && reason.contains("minutes|hours|days"), "{reason}");
        }
    }
}

//! Schedules: `rate(5 minutes)`.

use std::time::Duration;

use jiff::{Timestamp, Unit};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::names::{ACCOUNT, REGION, arn};
use crate::queue::Queue;
use crate::template::Schedule;

/// The duration of a `rate` expression; an error says what would be right.
pub(crate) fn rate(expression: &str) -> Result<Duration, String> {
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

/// Wakes the function each time the schedule says, for ever. The first time is after one interval,
/// as for a rule just made.
pub(crate) async fn run(function: String, schedule: Schedule, queue: Queue) {
    let mut ticks = tokio::time::interval_at(Instant::now() + schedule.every, schedule.every);
    loop {
        ticks.tick().await;
        let event = schedule.input.clone().unwrap_or_else(|| event(&function, &schedule.id));
        queue.send(&function, event.to_string().into());
    }
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html>
fn event(function: &str, id: &str) -> Value {
    let now = Timestamp::now();
    json!({
        "version": "0",
        "id": Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": now.round(Unit::Second).unwrap_or(now).to_string(),
        "region": REGION,
        "resources": [arn("events", &format!("rule/{function}{id}"))],
        "detail": {},
    })
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

    #[test]
    fn the_event_has_whole_seconds_as_eventbridge_has() {
        let event = event("Reconcile", "Regularly");
        let time = event["time"].as_str().unwrap_or_default();
        assert_eq!(time.len(), "2026-11-22T10:00:00Z".len(), "{time}");
        assert_eq!(event["detail-type"], "Scheduled Event");
    }
}

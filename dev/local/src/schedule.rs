//! `EventBridge` schedules: invokes a function at the interval that the template gives.

use jiff::{Timestamp, Unit};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::names::{ACCOUNT, REGION, arn};
use crate::queue::Queue;
use crate::template::Schedule;

/// Queues an event at each interval, until the task is aborted. The first is after one interval, as for a new rule.
pub(crate) async fn run(function: String, schedule: Schedule, queue: Queue) {
    let mut ticks = tokio::time::interval_at(Instant::now() + schedule.every, schedule.every);
    loop {
        ticks.tick().await;
        let event = schedule.input.clone().unwrap_or_else(|| event(&function, &schedule.id));
        queue.send(&function, &event.to_string().into());
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
    fn the_event_has_whole_seconds_as_eventbridge_has() {
        let event = event("Reconcile", "Regularly");
        let time = event["time"].as_str().unwrap_or_default();
        assert_eq!(time.len(), "2026-11-22T10:00:00Z".len(), "{time}");
        assert_eq!(event["detail-type"], "Scheduled Event");
    }
}

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
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::failures::Failures;
    use crate::runtime::{Endpoints, Functions, Launch, Logs};

    /// A queue without functions: each event is given up at once, and recorded in `failures`.
    fn queue(data: &std::path::Path) -> Queue {
        let [dynamodb, s3, lambda, ssm] = [const { String::new() }; 4];
        let endpoints = Endpoints { dynamodb, s3, lambda, ssm };
        let launch = Launch { bin_dir: data.into(), endpoints, logs: Logs::new(data.into(), false).unwrap() };
        let functions = Arc::new(Functions::new(&[], launch).unwrap());
        Queue::new(functions, Failures::at(data.join("failures")), Duration::ZERO, data.join("queue")).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_event_is_queued_after_each_interval() {
        let data = tempfile::tempdir().unwrap();
        let schedule = Schedule { id: "Regularly".to_owned(), every: Duration::from_mins(1), input: None };
        let events = || std::fs::read_to_string(data.path().join("failures")).unwrap_or_default().lines().count();
        let mut running = Box::pin(run("Sync".to_owned(), schedule, queue(data.path())));

        for (seconds, expected) in [(59, 0), (2, 1), (58, 1), (2, 2)] {
            tokio::time::timeout(Duration::from_secs(seconds), &mut running).await.unwrap_err();
            tokio::time::timeout(Duration::from_millis(1), &mut running).await.unwrap_err();
            assert_eq!(events(), expected);
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

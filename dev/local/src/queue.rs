//! Asynchronous invocations: `InvocationType: Event` and schedules.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use serde_json::json;
use tokio::time::Instant;

use crate::failures::Failures;
use crate::runtime::{Answer, Functions};

/// Lambda waits one minute before the first retry and two before the second. Here it is seconds, so that a developer
/// sees the retries.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The queue of asynchronous events. It is in memory: unlike Lambda's, it loses its events when `local` stops.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    functions: Arc<Functions>,
    failures: Failures,
    first_wait: Duration,
}

impl Queue {
    pub fn new(functions: Arc<Functions>, failures: Failures) -> Self {
        Self { functions, failures, first_wait: FIRST_WAIT }
    }

    /// Queues the event. A failed invocation is retried as the `EventInvokeConfig` of the function says.
    pub fn send(&self, function: &str, payload: Bytes) {
        let (queue, function) = (self.clone(), function.to_owned());
        tokio::spawn(async move { queue.deliver(&function, payload).await });
    }

    async fn deliver(&self, function: &str, payload: Bytes) {
        let Some(retries) = self.functions.retries(function).cloned() else {
            return;
        };
        let taken = Instant::now();
        let mut wait = self.first_wait;
        for attempt in 0..=retries.attempts {
            let Answer::Failed(error) = self.functions.invoke(function, payload.clone()).await else {
                return;
            };
            let error = String::from_utf8_lossy(&error);
            tracing::warn!("function {function} failed to handle an asynchronous event: {error}");
            if attempt == retries.attempts || taken.elapsed() + wait > retries.max_age {
                break;
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        self.failures.record(&json!({
            "function": function,
            "condition": "RetriesExhausted",
            "invocations": retries.attempts + 1,
        }));
    }
}

//! Asynchronous invocations: `InvocationType: Event` and schedules.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use serde_json::json;
use tokio::time::Instant;

use crate::failures::Failures;
use crate::runtime::{Answer, Functions};

/// Lambda waits a minute before the first retry and two before the second; here it is seconds, so
/// that one sees what happens.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Events that nobody waits for. They live in memory: what is queued when `local` stops is lost,
/// which Lambda's queue would keep.
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

    /// Takes the event; the function is invoked soon, and again if it fails, as its
    /// `EventInvokeConfig` says.
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
            tracing::warn!("function {function} failed an asynchronous event: {error}");
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

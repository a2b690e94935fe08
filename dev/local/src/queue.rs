//! Asynchronous invocations: `InvocationType: Event` and schedules.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::StartError;
use crate::failures::Failures;
use crate::runtime::{Answer, Functions};
use crate::template::AsyncRetries;

/// The queue of asynchronous events. Each is a file until it is handled or given up, so that a restart continues it;
/// one that was being handled when `local` stopped is handled again, which Lambda does not exclude either.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    functions: Arc<Functions>,
    failures: Failures,
    /// How long after its failure an event is retried first. The second time it is twice as long.
    first_retry: Duration,
    directory: PathBuf,
}

/// An event on its way.
#[derive(Debug, Serialize, Deserialize)]
struct QueuedEvent {
    function: String,
    payload: String,
    taken_at: Timestamp,
    /// Not handled before this time.
    due_at: Timestamp,
    failed_attempts: u32,
}

impl Queue {
    /// A queue whose events are kept in this directory.
    pub fn new(
        functions: Arc<Functions>,
        failures: Failures,
        first_retry: Duration,
        directory: PathBuf,
    ) -> Result<Self, StartError> {
        std::fs::create_dir_all(&directory).map_err(|source| StartError::Data { path: directory.clone(), source })?;
        Ok(Self { functions, failures, first_retry, directory })
    }

    /// Continues with the events that were not handled when `local` stopped.
    pub fn resume(&self) -> Result<(), StartError> {
        let unreadable = |source| StartError::Data { path: self.directory.clone(), source };
        for entry in std::fs::read_dir(&self.directory).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let event = std::fs::read(&path).and_then(|event| Ok(serde_json::from_slice(&event)?));
            match event {
                Ok(event) => self.spawn(path, event),
                Err(error) => tracing::warn!("the queued event {} is skipped: {error}", path.display()),
            }
        }
        Ok(())
    }

    /// Queues the event. A failed invocation is retried as the `EventInvokeConfig` of the function says.
    pub fn send(&self, function: &str, payload: &Bytes) {
        let now = Timestamp::now();
        let event = QueuedEvent {
            function: function.to_owned(),
            payload: String::from_utf8_lossy(payload).into_owned(),
            taken_at: now,
            due_at: now,
            failed_attempts: 0,
        };
        let path = self.directory.join(format!("{}.json", Uuid::now_v7()));
        event.keep(&path);
        self.spawn(path, event);
    }

    fn spawn(&self, path: PathBuf, event: QueuedEvent) {
        let queue = self.clone();
        tokio::spawn(async move { queue.deliver(&path, event).await });
    }

    async fn deliver(&self, path: &Path, mut event: QueuedEvent) {
        while let Some(error) = self.attempt(&event).await {
            if self.functions.is_stopping() {
                return;
            }
            tracing::warn!("function {} failed to handle an asynchronous event: {error}", event.function);
            event.failed_attempts += 1;
            event.due_at = Timestamp::now() + self.first_retry * event.failed_attempts;
            let retries = self.functions.retries(&event.function);
            if retries.is_none_or(|retries| event.is_exhausted(retries)) {
                self.give_up(&event);
                break;
            }
            event.keep(path);
        }
        // It may never have been written.
        drop(std::fs::remove_file(path));
    }

    /// Invokes the function when the event is due; gives the error.
    async fn attempt(&self, event: &QueuedEvent) -> Option<String> {
        let wait = event.due_at.duration_since(Timestamp::now());
        tokio::time::sleep(wait.try_into().unwrap_or_default()).await;
        match self.functions.invoke(&event.function, event.payload.clone()).await {
            Answer::Returned(_) => None,
            Answer::Failed(error) => Some(String::from_utf8_lossy(&error).into_owned()),
        }
    }

    fn give_up(&self, event: &QueuedEvent) {
        self.failures.record(&json!({
            "function": event.function,
            "condition": "RetriesExhausted",
            "destination": self.functions.retries(&event.function).and_then(|retries| retries.on_failure.as_ref()),
            "invocations": event.failed_attempts,
        }));
    }
}

impl QueuedEvent {
    fn is_exhausted(&self, retries: &AsyncRetries) -> bool {
        self.failed_attempts > retries.attempts || self.due_at > self.taken_at + retries.max_age
    }

    /// Writes the event to its file. The file appears whole or not at all.
    fn keep(&self, path: &Path) {
        let unfinished = path.with_extension("unfinished");
        let text = serde_json::to_vec(self).unwrap_or_default();
        let kept = std::fs::write(&unfinished, text).and_then(|()| std::fs::rename(&unfinished, path));
        if let Err(error) = kept {
            tracing::warn!("cannot keep an event in {}: {error}; it is lost if local stops", path.display());
        }
    }
}

//! Events that were given up: a file in place of the failure destinations.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

/// `failures.jsonl` in the data directory: the messages that a queue would have received, without the events'
/// personal data.
#[derive(Debug, Clone)]
pub(crate) struct Failures(Arc<Mutex<PathBuf>>);

impl Failures {
    pub fn at(path: PathBuf) -> Self {
        Self(Arc::new(Mutex::new(path)))
    }

    pub fn record(&self, failure: &Value) {
        let mut failure = failure.clone();
        failure["timestamp"] = Timestamp::now().to_string().into();
        let path = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let written =
            OpenOptions::new().create(true).append(true).open(&*path).and_then(|mut file| writeln!(file, "{failure}"));
        match written {
            Ok(()) => tracing::warn!("an event was given up, see {}: {failure}", path.display()),
            Err(error) => {
                tracing::warn!("an event was given up: {failure}; failed to write {}: {error}", path.display());
            }
        }
    }
}

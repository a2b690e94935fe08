//! What was given up: the failure destinations, as a file.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

/// `failures.jsonl` in the data directory: what a queue would have received, without what the events
/// say of people.
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
            Ok(()) => tracing::warn!("given up, see {}: {failure}", path.display()),
            Err(error) => tracing::warn!("given up: {failure} ({}: {error})", path.display()),
        }
    }
}

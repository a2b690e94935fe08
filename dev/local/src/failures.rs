//! Events that were given up: a file in place of queues, and an object in a bucket.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

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

    /// Puts the whole event into a bucket, as Lambda does with a destination in S3: `payload` is the event as a text.
    pub fn keep(&self, bucket: &str, failure: &Value, event: &Value) {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (now, function) = (Timestamp::now(), failure["function"].as_str().unwrap_or_default());
        let folder = failures.with_file_name(S3).join(bucket).join("aws/lambda").join(function);
        let folder = folder.join(now.strftime("%Y/%m/%d").to_string());
        let mut object = failure.clone();
        object["timestamp"] = now.to_string().into();
        object["payload"] = event.to_string().into();
        let name = format!("{}-{}", now.strftime("%Y-%m-%dT%H.%M.%S"), Uuid::new_v4());
        if let Err(error) = write(&folder, &name, &object.to_string()) {
            tracing::warn!("failed to keep an event that was given up: {error}");
        }
    }
}

/// The folder of the embedded S3 in the data directory: a folder for each bucket.
pub(crate) const S3: &str = "s3";

fn write(folder: &Path, name: &str, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(name), text)
}

//! The files of bulk jobs: lines of JSON, which are read from any line on, and CSV.

use app::bulk::{LineWriter, PlanFiles, StorageError};
use std::path::Path;

use crate::{Bucket, BucketError, bucket::CSV, export::Upload};

const JSON_LINES: &str = "application/jsonl; charset=utf-8";

/// A file that is being written.
#[derive(Debug)]
pub struct PlanUpload(crate::BucketUpload);

impl From<BucketError> for StorageError {
    fn from(error: BucketError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl PlanFiles for Bucket {
    type Writer = PlanUpload;

    fn create(&self, file: &str) -> PlanUpload {
        let is_csv = Path::new(file).extension().is_some_and(|extension| extension == "csv");
        let content_type = if is_csv { CSV } else { JSON_LINES };
        PlanUpload(self.begin(file, file.to_owned(), content_type))
    }

    async fn read(&self, file: &str, from: u64, length: u64) -> Result<Vec<u8>, StorageError> {
        let read = self.fetch_range(file, from, length).await;
        read.map_err(|error| if error.is_gone { StorageError::Gone } else { error.into() })
    }
}

impl LineWriter for PlanUpload {
    async fn push(&mut self, bytes: Vec<u8>) -> Result<(), StorageError> {
        Ok(self.0.push(bytes).await?)
    }

    async fn finish(self) -> Result<(), StorageError> {
        Ok(self.0.finish().await.map(drop)?)
    }
}

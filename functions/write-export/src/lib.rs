//! The job runner of exports: the list in order of name as CSV into S3, with constant memory (rules 29 and 30).

mod bucket;
mod rows;

use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

use app::TimeAndIds;
use domain::{job::JobKind, search::UserQuery};
use store::{Claim, CountUsers, FindUsers, JobClaim, RunJobs, StoreError};

pub use bucket::{Bucket, BucketError, FileStore, Upload};

/// The payload of the invocation.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Invocation {
    pub job_id: Uuid,
}

/// Why an attempt ended without a file. Lambda retries twice.
#[derive(Debug, Error)]
pub enum ExportError {
    /// Another job runner holds the claim and may be alive; the next attempt will know.
    #[error("another job runner holds the job")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Bucket(#[from] BucketError),
    #[error("a row cannot be written: {0}")]
    Csv(#[from] csv::Error),
}

impl ExportError {
    /// Whether the next attempt may succeed.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Busy | Self::Bucket(_) => true,
            Self::Store(error) => error.is_transient(),
            Self::Csv(_) => false,
        }
    }
}

/// Takes the job for as long as the lease, which each progress extends, and writes its file.
pub async fn handle(
    store: &(impl FindUsers + CountUsers + RunJobs),
    bucket: &impl FileStore,
    time_and_ids: &impl TimeAndIds,
    lease: Duration,
    invocation: Invocation,
) -> Result<(), ExportError> {
    let claim = Claim { job_id: invocation.job_id, attempt: time_and_ids.random_id(), lease };
    let job = match store.claim_job(claim, time_and_ids.now()).await? {
        JobClaim::Claimed(job) => job,
        JobClaim::Busy => return Err(ExportError::Busy),
        JobClaim::Finished => return Ok(()),
    };
    let JobKind::Export { query, .. } = job.kind;
    let written = write(store, bucket, time_and_ids, claim, query).await;
    match &written {
        // Another job runner has taken over, and reports the result.
        Err(ExportError::Store(StoreError::Conflict)) => {
            tracing::warn!(job_id = %claim.job_id, "lost the claim on an export; another job runner continues it");
        }
        Err(error) if error.is_transient() => {
            tracing::warn!(%error, job_id = %claim.job_id, "failed to write an export; Lambda retries it");
            store.release_job(claim, time_and_ids.now()).await?;
            return written;
        }
        Err(error) => {
            tracing::error!(%error, job_id = %claim.job_id, "failed to write an export; the job is marked failed");
            store.fail_job(claim, "The export failed on our side. Start it again.").await?;
        }
        Ok(()) => {}
    }
    Ok(())
}

async fn write(
    store: &(impl FindUsers + CountUsers + RunJobs),
    bucket: &impl FileStore,
    time_and_ids: &impl TimeAndIds,
    claim: Claim,
    query: UserQuery,
) -> Result<(), ExportError> {
    let total = store.count_users(&query).await?;
    let file = format!("exports/{}/{}.csv", claim.job_id, claim.attempt);
    let mut upload = bucket.upload(&file);
    let mut rows = rows::Rows::new(store, query.clone());
    while let Some(bytes) = rows.next().await? {
        upload.push(bytes).await?;
        let (done, total) = (rows.written(), total.max(rows.written()));
        store.report_progress(claim, done, total, time_and_ids.now()).await?;
    }
    upload.finish().await?;
    store.finish_job(claim, rows.written(), &JobKind::Export { query, file: Some(file) }).await?;
    Ok(())
}

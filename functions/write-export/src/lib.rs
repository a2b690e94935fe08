//! The export job's worker: the list in order of name as CSV into S3, with flat memory (rules 29 and 30).

mod bucket;
mod rows;

use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

use http_api::question;
use store::{
    FindUsers, StoreError,
    count::CountUsers,
    jobs::{Claim, Hold, Job, WorkJobs},
};

pub use bucket::{Bucket, BucketError, Store, Upload};

/// What `export` invokes it with.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Invocation {
    /// The job.
    pub job_id: Uuid,
}

/// Why an attempt ended without a file. Lambda tries again, twice.
#[derive(Debug, Error)]
pub enum ExportError {
    /// Another worker holds the job and is alive; or it has died, which the next try will find.
    #[error("another worker holds the job")]
    Busy,
    /// The table.
    #[error(transparent)]
    Table(#[from] StoreError),
    /// S3.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// A row could not be written.
    #[error("a row cannot be written: {0}")]
    Csv(#[from] csv::Error),
}

/// Writes the export that the job asks for.
pub async fn handle(
    directory: &(impl FindUsers + CountUsers + WorkJobs),
    bucket: &impl Store,
    invocation: Invocation,
) -> Result<(), ExportError> {
    let hold = Hold { job_id: invocation.job_id, attempt: Uuid::new_v4() };
    let job = match directory.claim(hold, http_api::now()).await? {
        Claim::Taken(job) => job,
        Claim::Busy => return Err(ExportError::Busy),
        Claim::Over => return Ok(()),
    };
    let written = write(directory, bucket, hold, &job).await;
    match &written {
        // Somebody else has taken the job over; it is theirs to speak of.
        Err(ExportError::Table(StoreError::Conflict)) => tracing::warn!("lost the hold on the job"),
        Err(error) if error.is_transient() => {
            tracing::warn!(error = %error, job_id = %hold.job_id, "an export is to be tried again");
            directory.release(hold, http_api::now()).await?;
            return written;
        }
        Err(error) => {
            tracing::error!(error = %error, job_id = %hold.job_id, "an export failed");
            directory.fail(hold, "The export failed on our side. Start it again.").await?;
        }
        Ok(()) => {}
    }
    Ok(())
}

impl ExportError {
    /// Whether the next try may go better.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Busy | Self::Bucket(_) => true,
            Self::Table(error) => error.is_transient(),
            Self::Csv(_) => false,
        }
    }
}

async fn write(
    directory: &(impl FindUsers + CountUsers + WorkJobs),
    bucket: &impl Store,
    hold: Hold,
    job: &Job,
) -> Result<(), ExportError> {
    // What was checked when the job was put cannot be wrong now.
    let question = question::of(&job.asked).map_err(|problem| StoreError::Broken(problem.detail))?;
    let total = directory.count(&question).await?;
    let file = format!("exports/{}/{}.csv", hold.job_id, hold.attempt);
    let mut upload = bucket.upload(&file);
    let mut rows = rows::Rows::of(directory, question);
    while let Some(bytes) = rows.next().await? {
        upload.push(bytes).await?;
        directory.progress(hold, rows.written(), total.max(rows.written()), http_api::now()).await?;
    }
    upload.finish().await?;
    directory.finish(hold, rows.written(), &file).await?;
    Ok(())
}

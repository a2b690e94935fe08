//! The export worker, as it is deployed, writing into an S3 of its own.

use std::time::Duration;

use domain::UserId;
use embedded::{Bucket, Credentials, S3};
use jiff::Timestamp;
use local::names::{SECRET_ACCESS_KEY, access_key_id};
use serde_json::json;
use store::{
    Directory,
    jobs::{Asked, Job, JobState, KeepJobs},
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    Fallible,
    function::{Function, Services, binary},
    template::function,
};

const PACKAGE: &str = "write-export";

/// What one export took.
#[derive(Debug, Clone, Copy)]
pub struct Exported {
    /// The rows written.
    pub rows: u64,
    /// From the event to the answer.
    pub took: Duration,
    /// The most memory that the worker held, in KiB.
    pub peak_kib: usize,
}

/// An S3 for exports. Its files go when it is dropped.
#[derive(Debug)]
pub struct Exports {
    s3: S3,
    _files: TempDir,
}

impl Exports {
    /// An empty bucket.
    pub async fn start() -> Fallible<Self> {
        let files = tempfile::tempdir()?;
        let bucket = function(PACKAGE)?.environment.remove("EXPORT_BUCKET").ok_or("the worker has no bucket")?;
        let credentials = Credentials { access_key: access_key_id(PACKAGE), secret_key: SECRET_ACCESS_KEY.to_owned() };
        let s3 = S3::start(files.path(), &[Bucket::named(bucket)], &[credentials]).await?;
        Ok(Self { s3, _files: files })
    }

    /// Exports what is asked for, in a worker of its own that reaches DynamoDB at this address. `directory` keeps the
    /// job.
    pub async fn export(&self, asked: Asked, directory: &Directory, dynamodb: &str) -> Fallible<Exported> {
        let nobody = UserId::new(Uuid::nil());
        let job = Job::export(Uuid::new_v4(), nobody, asked, Timestamp::now());
        directory.create_job(&job).await?;
        let services = Services { dynamodb: dynamodb.to_owned(), s3: self.s3.url() };
        let (mut worker, _) = Function::start(&binary(PACKAGE), &function(PACKAGE)?.environment, &services).await?;
        let took = worker.invoke(&json!({"job_id": job.job_id})).await?;
        let peak_kib = worker.peak_memory_kib()?;
        worker.end().await?;
        let done = directory.job(job.job_id).await?.filter(|job| job.state == JobState::Done);
        let rows = done.ok_or("the export is not done")?.done;
        Ok(Exported { rows, took, peak_kib })
    }
}

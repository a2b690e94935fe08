//! The job runners, as they are deployed, with an S3 of their own.

use std::time::{Duration, Instant};

use domain::{
    UserId,
    job::{Job, JobKind, JobState},
    search::UserQuery,
};
use embedded::{Bucket, Credentials, S3};
use jiff::Timestamp;
use local::{
    Endpoints,
    names::{SECRET_ACCESS_KEY, access_key_id},
    runtime::{Answer, Instance, Outcome},
    template::Function,
};
use serde_json::json;
use store::{Directory, StoreJobs};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    Fallible,
    functions::{Launcher, function},
};

/// The job runner of exports.
pub const EXPORTS: &str = "write-export";

/// The job runner of bulk jobs.
pub const BULK: &str = "run-bulk";

/// What one export took.
#[derive(Debug, Clone, Copy)]
pub struct Exported {
    pub rows: u64,
    /// From the event to the response.
    pub took: Duration,
    pub peak_kib: usize,
}

/// A job runner and its S3, whose files are deleted with it.
#[derive(Debug)]
pub struct JobRunner {
    package: &'static str,
    s3: S3,
    bucket: String,
    files: TempDir,
}

impl JobRunner {
    pub async fn start(package: &'static str) -> Fallible<Self> {
        let files = tempfile::tempdir()?;
        let bucket = function(package)?.environment.remove("EXPORT_BUCKET").ok_or("the job runner has no bucket")?;
        let credentials = Credentials { access_key: access_key_id(package), secret_key: SECRET_ACCESS_KEY.to_owned() };
        let s3 = S3::start(files.path(), &[Bucket::named(&bucket)], &[credentials]).await?;
        Ok(Self { package, s3, bucket, files })
    }

    /// Puts a file into the bucket.
    pub fn put(&self, key: &str, bytes: &[u8]) -> Fallible<()> {
        let path = self.files.path().join(&self.bucket).join(key);
        std::fs::create_dir_all(path.parent().ok_or("a key without a folder")?)?;
        Ok(std::fs::write(path, bytes)?)
    }

    /// Exports with a new job runner that reaches DynamoDB at this address. The job is stored through `directory`.
    pub async fn export(&self, query: UserQuery, directory: &Directory, dynamodb: &str) -> Fallible<Exported> {
        let requested_by = UserId::new(Uuid::nil());
        let job = Job::queued(Uuid::new_v4(), JobKind::export(query), requested_by, Timestamp::now());
        directory.create_job(&job).await?;
        let (took, peak_kib) = self.run(job.job_id, dynamodb).await?;
        let done = directory.job(job.job_id).await?.filter(|job| job.state == JobState::Done);
        let rows = done.ok_or("the export is not done")?.done;
        Ok(Exported { rows, took, peak_kib })
    }

    /// Works on the job with a new instance that reaches DynamoDB at this address: the time from the event to the response,
    /// and the peak of its memory in KiB.
    pub async fn run(&self, job_id: Uuid, dynamodb: &str) -> Fallible<(Duration, usize)> {
        let (function, mut instance) = self.start_instance(dynamodb).await?;
        let began = Instant::now();
        let outcome = instance.run(&function, json!({"job_id": job_id}).to_string().into()).await;
        let took = began.elapsed();
        let Outcome::Answered(Answer::Returned(_)) = outcome else {
            return Err(format!("the job failed: {outcome:?}").into());
        };
        let peak_kib = instance.peak_memory_kib()?;
        instance.kill().await?;
        Ok((took, peak_kib))
    }

    /// Works on the job with a new instance, which is killed at this moment.
    pub async fn run_until(&self, moment: impl Future<Output = ()>, job_id: Uuid, dynamodb: &str) -> Fallible<()> {
        let (function, mut instance) = self.start_instance(dynamodb).await?;
        tokio::select! {
            outcome = instance.run(&function, json!({"job_id": job_id}).to_string().into()) => {
                return Err(format!("the job runner was not killed: {outcome:?}").into());
            }
            () = moment => {}
        }
        Ok(instance.kill().await?)
    }

    async fn start_instance(&self, dynamodb: &str) -> Fallible<(Function, Instance)> {
        let (function, nowhere) = (function(self.package)?, "http://127.0.0.1:9".to_owned());
        let endpoints =
            Endpoints { dynamodb: dynamodb.to_owned(), s3: self.s3.url(), lambda: nowhere.clone(), ssm: nowhere };
        let launcher = Launcher::new(endpoints)?;
        let instance = launcher.start(&function).await?;
        Ok((function, instance))
    }
}

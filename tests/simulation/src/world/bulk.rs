//! Bulk jobs: their runner, and the latest of them.

use std::{sync::PoisonError, time::Duration};

use app::bulk::{BulkRunner, Pace};
use domain::{bulk::BulkBrake, job::Job};
use files::Bucket;
use store::{Directory, KeepBulkJobs as _};
use uuid::Uuid;

use super::{Invocation, TIMEOUT, World};
use crate::clock::Clock;

impl World {
    pub(super) fn note_bulk(&self, job_id: Uuid) {
        let mut jobs = self.bulk_jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if !jobs.contains(&job_id) {
            jobs.push(job_id);
        }
    }

    #[must_use]
    pub fn bulk_job_ids(&self) -> Vec<Uuid> {
        self.bulk_jobs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All that were asked for, in this order.
    pub async fn bulk_jobs(&self) -> Vec<Job> {
        let mut jobs = Vec::new();
        for job_id in self.bulk_job_ids() {
            jobs.extend(self.directory.bulk_job(job_id).await.unwrap_or_else(|error| panic!("{error}")));
        }
        jobs
    }

    /// Puts a file into the bucket, as a client does by a presigned link.
    pub(crate) fn put_object(&self, key: String, bytes: Vec<u8>) {
        self.objects.put(key, bytes);
    }

    /// An object of the bucket; empty if there is none.
    pub(crate) fn object(&self, key: &str) -> Vec<u8> {
        self.objects.get(key).unwrap_or_default()
    }

    fn bulk_runner(&self, who: &'static str) -> BulkRunner<Directory, Bucket, Clock> {
        let Invocation { directory, bucket, clock, .. } = self.function(who).clone();
        let pace = Pace { page: 3, report: Duration::from_millis(20), ..Pace::new(Duration::from_secs(20)) };
        BulkRunner {
            store: directory,
            files: bucket,
            time_and_ids: clock,
            pace,
            brake: BulkBrake { users: 25, percent: 5 },
            roles: self.policy.roles,
        }
    }

    /// Whether nothing is left to be tried.
    pub(super) async fn run_bulk(&self, job_id: Uuid) -> bool {
        let runner = self.bulk_runner("run-bulk");
        let ended = self.invoke("run-bulk", TIMEOUT, runner.job(job_id)).await;
        ended.is_some_and(|ended| ended.is_ok())
    }

    pub(super) async fn run_due_bulk(&self) {
        let runner = self.bulk_runner("run-bulk schedule");
        if let Some(Err(error)) = self.invoke("run-bulk schedule", TIMEOUT, runner.due()).await {
            self.trace.line("run-bulk schedule", error);
        }
    }
}

//! The runner of bulk jobs: it takes up a job, has it planned or applied, and keeps its claim meanwhile.

use domain::{
    Refusal,
    bulk::{BulkBrake, BulkClaim, BulkPhase, BulkRefusal, Tally},
    job::{Job, JobState},
    policy::RoleAuthority,
};
use jiff::Timestamp;
use std::time::Duration;
use store::{
    CommitUser, FindByNames, KeepBulkJobs, ReadBulkResults, ReadSnapshot, ReadUsers, ReadWorkers, RunBulkJobs,
    StoreError, ViewHistory,
};
use thiserror::Error;
use tokio::time::Instant;
use uuid::Uuid;

use super::files::{PlanFiles, StorageError};
use crate::TimeAndIds;

/// The verbs of the table that the runner uses.
pub trait BulkStore:
    KeepBulkJobs
    + RunBulkJobs
    + ReadBulkResults
    + ReadUsers
    + ReadWorkers
    + ReadSnapshot
    + FindByNames
    + CommitUser
    + ViewHistory
    + Sync
{
}
impl<
    T: KeepBulkJobs
        + RunBulkJobs
        + ReadBulkResults
        + ReadUsers
        + ReadWorkers
        + ReadSnapshot
        + FindByNames
        + CommitUser
        + ViewHistory
        + Sync,
> BulkStore for T
{
}

/// The jobs that one run of the schedule takes up.
const DUE_AT_ONCE: usize = 10;

/// How fast a job is worked on, and for how long at a time.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long a job is a runner's after its latest report.
    pub lease: Duration,
    /// How many users are read at once.
    pub page: usize,
    /// From the change of one user to that of the next one, at least.
    pub between: Duration,
    /// How often a runner reports, at most.
    pub report: Duration,
    /// After this time no further user is begun; the schedule goes on within a minute.
    pub run_for: Duration,
}

impl Pace {
    /// 25 users a second, as members of a changed team are marked: about what one invocation of `sync` carries over, so that
    /// what people change meanwhile does not wait behind a job.
    #[must_use]
    pub const fn new(lease: Duration) -> Self {
        let (between, report) = (Duration::from_millis(40), Duration::from_secs(1));
        Self { lease, page: 250, between, report, run_for: Duration::from_mins(12) }
    }
}

/// Why a runner has left a job.
#[derive(Debug, Error)]
pub enum BulkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a file of the plan: {0}")]
    Storage(#[from] StorageError),
    #[error("a job that cannot be: {0}")]
    Job(&'static str),
    /// The job was cancelled, or is another runner's.
    #[error("the job is no longer this runner's")]
    Lost,
    /// For this reason, which the requester reads, nothing more is to be done.
    #[error("{0}")]
    Refused(Refusal),
}

/// How far a run has come with applying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Applied {
    /// All of it is done.
    Whole(Tally),
    /// Its time was over.
    OutOfTime(Tally),
}

#[derive(Debug)]
pub struct BulkRunner<S, F, T> {
    pub store: S,
    pub files: F,
    pub time_and_ids: T,
    pub pace: Pace,
    pub brake: BulkBrake,
    pub roles: RoleAuthority,
}

impl<S, F, T> BulkRunner<S, F, T>
where
    S: BulkStore,
    F: PlanFiles + Sync,
    T: TimeAndIds + Sync,
{
    /// Works on this job, if there is anything to do.
    pub async fn job(&self, job_id: Uuid) -> Result<(), BulkError> {
        self.job_until(job_id, Instant::now() + self.pace.run_for).await
    }

    async fn job_until(&self, job_id: Uuid, until: Instant) -> Result<(), BulkError> {
        let Some(read) = self.store.bulk_job(job_id).await? else { return Ok(()) };
        match read.claim(self.pace.lease, self.now()) {
            BulkClaim::Busy | BulkClaim::Idle => Ok(()),
            BulkClaim::GivenUp(job) => {
                let counted = job.counted(self.results(&job).await?);
                self.replace(&read, &counted).await
            }
            BulkClaim::Claimed(job) => match self.store.replace_bulk_job(&read, &job).await {
                Ok(job) => self.work(job, until).await,
                // Another runner was faster.
                Err(StoreError::Conflict) => Ok(()),
                Err(error) => Err(error.into()),
            },
        }
    }

    /// Works on every job that is due: one that could not be started, or that its runner has left. Whether all could be.
    pub async fn due(&self) -> Result<bool, BulkError> {
        let mut all = true;
        let until = Instant::now() + self.pace.run_for;
        for job_id in self.store.due_bulk_jobs(self.now(), DUE_AT_ONCE).await? {
            // One job must not hold up the others.
            if let Err(error) = Box::pin(self.job_until(job_id, until)).await {
                all = false;
                tracing::error!(%job_id, %error, "failed to work on a bulk job; the schedule tries again");
            }
        }
        Ok(all)
    }

    async fn work(&self, mut job: Job, until: Instant) -> Result<(), BulkError> {
        let is_planning = job.bulk().is_none_or(|bulk| bulk.phase == BulkPhase::Plan);
        let worked = if is_planning {
            Box::pin(self.plan(&mut job)).await.map(|plan| job.planned(plan))
        } else {
            Box::pin(self.apply(&mut job, until)).await.map(|ended| match ended {
                Applied::Whole(results) => job.finished(results),
                Applied::OutOfTime(results) => job.released(results, self.now()),
            })
        };
        match worked {
            Ok(next) => match self.store.replace_bulk_job(&job, &next).await {
                // Cancelled after the last look at it.
                Err(StoreError::Conflict) => self.count_cancelled(job.job_id).await,
                written => Ok(written.map(drop)?),
            },
            // Cancelled, or another runner has taken over.
            Err(BulkError::Lost) => self.count_cancelled(job.job_id).await,
            Err(BulkError::Refused(refusal)) => self.end(&job, &refusal).await,
            Err(BulkError::Storage(StorageError::Gone)) => self.end(&job, &BulkRefusal::PlanGone.into()).await,
            Err(error) => {
                self.replace(&job, &job.backed_off(self.now())).await?;
                Err(error)
            }
        }
    }

    async fn end(&self, job: &Job, because: &Refusal) -> Result<(), BulkError> {
        let failed = job.counted(self.results(job).await?).failed(&because.to_string());
        self.replace(job, &failed).await
    }

    /// What the job has made of its users by now.
    async fn results(&self, job: &Job) -> Result<Tally, BulkError> {
        let last = self.store.last_bulk_result(job.job_id).await?;
        Ok(last.map(|last| last.results).unwrap_or_default())
    }

    /// A job that was cancelled knows what its runner has done since it last reported.
    async fn count_cancelled(&self, job_id: Uuid) -> Result<(), BulkError> {
        let Some(job) = self.store.bulk_job(job_id).await? else { return Ok(()) };
        let is_applied = job.bulk().is_some_and(|bulk| bulk.phase == BulkPhase::Apply);
        if job.state != JobState::Cancelled || !is_applied {
            return Ok(());
        }
        let counted = job.counted(self.results(&job).await?);
        self.replace(&job, &counted).await
    }

    pub(super) fn now(&self) -> Timestamp {
        self.time_and_ids.now()
    }

    /// Whether it is still this runner's, and was not cancelled.
    pub(super) async fn check_claim(&self, job: &Job) -> Result<(), BulkError> {
        let now = self.store.bulk_job(job.job_id).await?;
        let revision = |job: &Job| job.bulk().map(|bulk| bulk.revision);
        if now.is_some_and(|now| revision(&now) == revision(job)) { Ok(()) } else { Err(BulkError::Lost) }
    }

    /// Reports that the job has got so far, if it is time to; then the claim is kept for another lease.
    pub(super) async fn report(
        &self,
        job: &mut Job,
        at: &mut Instant,
        done: u64,
        results: Tally,
    ) -> Result<(), BulkError> {
        if at.elapsed() >= self.pace.report.min(self.pace.lease / 4) {
            let kept = job.kept(done, results, self.pace.lease, self.now());
            *job = match self.store.replace_bulk_job(job, &kept).await {
                Err(StoreError::Conflict) => return Err(BulkError::Lost),
                written => written?,
            };
            *at = Instant::now();
        }
        Ok(())
    }

    /// A conflict means that the job was cancelled, or is another runner's.
    async fn replace(&self, read: &Job, next: &Job) -> Result<(), BulkError> {
        match self.store.replace_bulk_job(read, next).await {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

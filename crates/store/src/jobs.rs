//! Jobs. A lease tells a dead job runner from a slow one.

use aws_sdk_dynamodb::{operation::update_item::builders::UpdateItemFluentBuilder, types::ReturnValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt::Write as _, time::Duration};
use uuid::Uuid;

use domain::job::{ExportCheckpoint, Job, JobKind, JobState, RETRY_WINDOW};

use crate::{
    Directory, RunJobs, StoreError, StoreJobs,
    dynamo::{
        item::{number, text},
        transaction::{Condition, Transaction},
    },
    schema::{
        items::{self, Entity, Item},
        keys::{self, Key},
    },
};

/// A job runner's claim on a job. A job runner that was silent for longer than the lease has lost it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub job_id: Uuid,
    /// Of this job runner alone.
    pub attempt: Uuid,
    /// How long the job runner may be silent before another one may take over the job.
    pub lease: Duration,
}

/// The result of claiming a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobClaim {
    Claimed(Box<Job>),
    /// Another job runner is alive.
    Busy,
    /// There is nothing to do: the job is finished, or no longer exists.
    Finished,
}

/// How often a job is tried to be stored while others of the same user are.
const MAX_TRIES: usize = 3;

/// The latest job of its kind that a user has asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LatestJob {
    job_id: Uuid,
    /// In seconds since 1970, for DynamoDB: as its job's.
    expires_at: i64,
}

/// It stands under its user and kind.
#[derive(Serialize)]
struct LatestJobItem<'a> {
    #[serde(skip)]
    job: &'a Job,
    #[serde(flatten)]
    latest: LatestJob,
}

impl Entity for LatestJobItem<'_> {
    const NAME: &'static str = "latest_job";

    fn key(&self) -> Key {
        keys::latest_job(self.job.requested_by, &self.job.kind)
    }
}

impl StoreJobs for Directory {
    async fn create_job(&self, job: &Job) -> Result<(), StoreError> {
        // The item of the user's latest job of the kind names it. It is not released: the job's state says whether it holds.
        // read latest → its job active → refused    else → replace latest if it is as read, and put the job
        //                                                   meanwhile another → again
        for _ in 0..MAX_TRIES {
            let mut transaction = Transaction::new(self);
            if !self.claim_latest(&mut transaction, job, *job.created_at).await? {
                return Err(StoreError::Conflict);
            }
            transaction.put(job, Some(Condition::absent()))?;
            match transaction.send(self).await {
                Err(StoreError::Conflict) => {}
                created => return created,
            }
        }
        Err(StoreError::Conflict)
    }

    async fn job(&self, job_id: Uuid) -> Result<Option<Job>, StoreError> {
        self.get(&keys::job(job_id)).await
    }

    async fn abandon_job(&self, job_id: Uuid, reason: &str) -> Result<(), StoreError> {
        let update = self
            .update_job(job_id)
            .update_expression("SET #state = :failed, #error = :reason")
            .condition_expression("#state = :queued")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#error", "error")
            .expression_attribute_values(":queued", text("queued"))
            .expression_attribute_values(":failed", text("failed"))
            .expression_attribute_values(":reason", text(reason));
        send(update).await
    }
}

impl RunJobs for Directory {
    async fn claim_job(&self, claim: Claim, now: Timestamp) -> Result<JobClaim, StoreError> {
        // queued → claimed    running, lease over → claimed    running, lease not over → busy    else → finished
        // A job whose lease has been over for too long is shown as failed, and stays so.
        let update = self
            .update_job(claim.job_id)
            .update_expression("SET #state = :running, attempt = :attempt, lease_until_ms = :until")
            .condition_expression(
                "#state = :queued OR (#state = :running AND lease_until_ms < :now AND lease_until_ms >= :too_long_ago)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":queued", text("queued"))
            .expression_attribute_values(":running", text("running"))
            .expression_attribute_values(":attempt", text(claim.attempt.to_string()))
            .expression_attribute_values(":until", number((now + claim.lease).as_millisecond()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":too_long_ago", number((now - RETRY_WINDOW).as_millisecond()))
            .return_values(ReturnValue::AllNew);
        let error = match update.send().await {
            Ok(claimed) => {
                return Ok(JobClaim::Claimed(Box::new(items::read(claimed.attributes.unwrap_or_default())?)));
            }
            Err(error) => StoreError::of(&error),
        };
        match error {
            StoreError::Conflict => {
                let job = self.job(claim.job_id).await?;
                let is_running = job.is_some_and(|job| job.as_of(now).state == JobState::Running);
                Ok(if is_running { JobClaim::Busy } else { JobClaim::Finished })
            }
            other => Err(other),
        }
    }

    async fn report_progress(&self, claim: Claim, done: u64, now: Timestamp) -> Result<(), StoreError> {
        let update = self
            .update_claimed(claim)
            .update_expression("SET done = :done, lease_until_ms = :until")
            .expression_attribute_values(":done", number(done))
            .expression_attribute_values(":until", number((now + claim.lease).as_millisecond()));
        send(update).await
    }

    async fn save_checkpoint(
        &self,
        claim: Claim,
        checkpoint: &ExportCheckpoint,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let update = self
            .update_claimed(claim)
            .update_expression("SET done = :done, checkpoint = :checkpoint, lease_until_ms = :until")
            .expression_attribute_values(":done", number(checkpoint.rows))
            .expression_attribute_values(":checkpoint", serde_dynamo::to_attribute_value(checkpoint)?)
            .expression_attribute_values(":until", number((now + claim.lease).as_millisecond()));
        send(update).await
    }

    async fn release_job(&self, claim: Claim, now: Timestamp) -> Result<(), StoreError> {
        let update = self
            .update_claimed(claim)
            .update_expression("SET lease_until_ms = :over")
            .expression_attribute_values(":over", number(now.as_millisecond() - 1));
        send(update).await
    }

    async fn finish_job(&self, claim: Claim, done: u64, kind: &JobKind) -> Result<(), StoreError> {
        let mut expression = "SET #state = :done, done = :count, #total = :count".to_owned();
        let mut update = self
            .update_claimed(claim)
            .expression_attribute_names("#total", "total")
            .expression_attribute_values(":done", text("done"))
            .expression_attribute_values(":count", number(done));
        for (name, value) in serde_dynamo::to_item::<_, Item>(kind)? {
            write!(expression, ", #kind_{name} = :kind_{name}").ok();
            update = update
                .expression_attribute_names(format!("#kind_{name}"), &name)
                .expression_attribute_values(format!(":kind_{name}"), value);
        }
        send(update.update_expression(expression + " REMOVE checkpoint")).await
    }

    async fn fail_job(&self, claim: Claim, reason: &str) -> Result<(), StoreError> {
        let update = self
            .update_claimed(claim)
            .update_expression("SET #state = :failed, #error = :reason")
            .expression_attribute_names("#error", "error")
            .expression_attribute_values(":failed", text("failed"))
            .expression_attribute_values(":reason", text(reason));
        send(update).await
    }
}

impl Directory {
    /// Makes this job the latest of its user and kind. Refused if another one is active at this time; whether another one, or
    /// none, was the latest.
    pub(crate) async fn claim_latest(
        &self,
        transaction: &mut Transaction<'_>,
        job: &Job,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let latest = self.get::<LatestJob>(&keys::latest_job(job.requested_by, &job.kind)).await?;
        let other = latest.as_ref().map(|latest| latest.job_id).filter(|latest| *latest != job.job_id);
        if let Some(other) = other
            && self.job(other).await?.is_some_and(|earlier| earlier.is_active(now))
        {
            return Err(job.kind.running(other).into());
        }
        let is_as_read = latest.as_ref().map_or_else(Condition::absent, |latest| {
            Condition::new("job_id = :read", [(":read", text(latest.job_id.to_string()))])
        });
        let next = LatestJobItem { job, latest: LatestJob { job_id: job.job_id, expires_at: job.expires_at } };
        transaction.put(&next, Some(is_as_read))?;
        Ok(latest.is_none() || other.is_some())
    }

    fn update_job(&self, job_id: Uuid) -> UpdateItemFluentBuilder {
        self.db.update_item().table_name(&self.table).set_key(Some(keys::job(job_id).attributes()))
    }

    /// An update that succeeds for the holder of the claim on a running job.
    fn update_claimed(&self, claim: Claim) -> UpdateItemFluentBuilder {
        self.update_job(claim.job_id)
            .condition_expression("attempt = :attempt AND #state = :running")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":attempt", text(claim.attempt.to_string()))
            .expression_attribute_values(":running", text("running"))
    }
}

async fn send(update: UpdateItemFluentBuilder) -> Result<(), StoreError> {
    update.send().await.map(drop).map_err(|error| StoreError::of(&error))
}

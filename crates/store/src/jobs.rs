//! Jobs: work that outlives its request. A lease tells a dead worker from a slow one.

use aws_sdk_dynamodb::{operation::update_item::builders::UpdateItemFluentBuilder, types::ReturnValue};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use domain::UserId;

use crate::{
    Directory, StoreError, items, keys,
    profiles::{number, text},
};

/// How long a worker may be silent before another may take its job.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// How long after the end of a lease Lambda may still try again, after which the job is given up:
/// its second retry comes two minutes after the first.
pub const RETRIED_WITHIN: SignedDuration = SignedDuration::from_secs(150);

/// How long a job may wait to be begun: as long as Lambda keeps its invocation.
pub const BEGUN_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// How long a job is remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Nobody works on it yet.
    Queued,
    /// Somebody does.
    Running,
    /// It is done.
    Done,
    /// It is given up.
    Failed,
}

/// What the caller asked for, in the words of the API.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Search text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Status filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Role filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Team filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Skill filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<String>,
    /// Least level of the skill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_level: Option<i64>,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub job_id: Uuid,
    /// `export`.
    pub kind: String,
    /// How far it is.
    pub state: JobState,
    /// Who asked for it.
    pub asked_by: UserId,
    /// For what.
    pub asked: Asked,
    /// Rows written.
    pub done: u64,
    /// Rows to write at most; exact when it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Where the file is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Until when its worker is believed to be alive, in milliseconds since 1970.
    #[serde(default)]
    pub lease_until_ms: i64,
    /// When it is forgotten, in seconds since 1970.
    pub expires_at: i64,
}

impl Job {
    /// A job that waits to be begun.
    #[must_use]
    pub fn export(job_id: Uuid, asked_by: UserId, asked: Asked, now: Timestamp) -> Self {
        Self {
            job_id,
            kind: "export".to_owned(),
            state: JobState::Queued,
            asked_by,
            asked,
            done: 0,
            total: None,
            file: None,
            error: None,
            created_at: now,
            lease_until_ms: 0,
            expires_at: (now + KEPT).as_second(),
        }
    }

    /// The job as it must be told at this moment: one whose worker died and is not replaced any more has failed.
    #[must_use]
    pub fn as_of(mut self, now: Timestamp) -> Self {
        let given_up = match self.state {
            JobState::Queued => now > self.created_at + BEGUN_WITHIN,
            JobState::Running => now.as_millisecond() > self.lease_until_ms + millis(RETRIED_WITHIN),
            JobState::Done | JobState::Failed => false,
        };
        if given_up {
            self.state = JobState::Failed;
            self.error = Some("The job stopped before it was finished. Start it again.".to_owned());
        }
        self
    }
}

fn millis(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A worker's hold on a job. A worker that was silent for longer than the lease has lost it to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The job.
    pub job_id: Uuid,
    /// This attempt, and no other.
    pub attempt: Uuid,
}

/// What became of an attempt to take a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is this worker's.
    Taken(Box<Job>),
    /// Another worker is alive.
    Busy,
    /// There is nothing to do: it is finished, or forgotten.
    Over,
}

/// Starts jobs and tells of them.
pub trait KeepJobs {
    /// Puts a new job.
    fn create_job(&self, job: &Job) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// The job, or none.
    fn job(&self, job_id: Uuid) -> impl Future<Output = Result<Option<Job>, StoreError>> + Send;
    /// Gives a job up that nobody has begun.
    fn give_up(&self, job_id: Uuid, why: &str) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Works on jobs. Each of these is [`StoreError::Conflict`] for a worker that has lost its hold.
pub trait WorkJobs {
    /// Takes a job that is queued, or whose worker is dead.
    fn claim(&self, hold: Hold, now: Timestamp) -> impl Future<Output = Result<Claim, StoreError>> + Send;
    /// Says how far it is, and that the worker is alive.
    fn progress(
        &self,
        hold: Hold,
        done: u64,
        total: u64,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Gives the hold up, so that the next try can take the job at once.
    fn release(&self, hold: Hold, now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Says that it is done.
    fn finish(&self, hold: Hold, rows: u64, file: &str) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Says that it failed, and why, in words for who asked.
    fn fail(&self, hold: Hold, why: &str) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl KeepJobs for Directory {
    async fn create_job(&self, job: &Job) -> Result<(), StoreError> {
        let new = self.put_new(items::item(&keys::job(job.job_id), "job", job)?).await?;
        if new { Ok(()) } else { Err(StoreError::Conflict) }
    }

    async fn job(&self, job_id: Uuid) -> Result<Option<Job>, StoreError> {
        self.get(&keys::job(job_id)).await?.map(items::read).transpose()
    }

    async fn give_up(&self, job_id: Uuid, why: &str) -> Result<(), StoreError> {
        let update = self.update_job(job_id).update_expression("SET #state = :failed, #error = :why");
        let update = update.expression_attribute_names("#state", "state").expression_attribute_names("#error", "error");
        let update =
            update.condition_expression("#state = :queued").expression_attribute_values(":queued", text("queued"));
        let update = update.expression_attribute_values(":failed", text("failed"));
        sent(update.expression_attribute_values(":why", text(why))).await
    }
}

impl WorkJobs for Directory {
    async fn claim(&self, hold: Hold, now: Timestamp) -> Result<Claim, StoreError> {
        // queued -> taken    running, lease over -> taken    running, lease not over -> busy    else -> over
        // A lease that was over for too long has been told as failed, which stays so.
        let update = self
            .update_job(hold.job_id)
            .update_expression("SET #state = :running, attempt = :attempt, lease_until_ms = :until, done = :none")
            .condition_expression(
                "#state = :queued OR (#state = :running AND lease_until_ms < :now AND lease_until_ms >= :too_long_ago)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":queued", text("queued"))
            .expression_attribute_values(":running", text("running"))
            .expression_attribute_values(":attempt", text(hold.attempt.to_string()))
            .expression_attribute_values(":until", number(millis_of(now + LEASE)))
            .expression_attribute_values(":now", number(millis_of(now)))
            .expression_attribute_values(":too_long_ago", number(millis_of(now - RETRIED_WITHIN)))
            .expression_attribute_values(":none", number(0))
            .return_values(ReturnValue::AllNew);
        match update.send().await {
            Ok(taken) => Ok(Claim::Taken(Box::new(items::read(taken.attributes.unwrap_or_default())?))),
            Err(error) => match StoreError::of(&error) {
                StoreError::Conflict => {
                    let running =
                        self.job(hold.job_id).await?.is_some_and(|job| job.as_of(now).state == JobState::Running);
                    Ok(if running { Claim::Busy } else { Claim::Over })
                }
                other => Err(other),
            },
        }
    }

    async fn progress(&self, hold: Hold, done: u64, total: u64, now: Timestamp) -> Result<(), StoreError> {
        let update =
            self.update_held(hold).update_expression("SET done = :done, #total = :total, lease_until_ms = :until");
        let update = update.expression_attribute_names("#total", "total");
        let update = update.expression_attribute_values(":done", number(done));
        let update = update.expression_attribute_values(":total", number(total));
        sent(update.expression_attribute_values(":until", number(millis_of(now + LEASE)))).await
    }

    async fn release(&self, hold: Hold, now: Timestamp) -> Result<(), StoreError> {
        let over = number(millis_of(now) - 1);
        let update = self.update_held(hold).update_expression("SET lease_until_ms = :over");
        sent(update.expression_attribute_values(":over", over)).await
    }

    async fn finish(&self, hold: Hold, rows: u64, file: &str) -> Result<(), StoreError> {
        let update =
            self.update_held(hold).update_expression("SET #state = :done, done = :rows, #total = :rows, #file = :file");
        let update = update.expression_attribute_names("#total", "total").expression_attribute_names("#file", "file");
        let update = update.expression_attribute_values(":done", text("done"));
        let update = update.expression_attribute_values(":rows", number(rows));
        sent(update.expression_attribute_values(":file", text(file))).await
    }

    async fn fail(&self, hold: Hold, why: &str) -> Result<(), StoreError> {
        let update = self.update_held(hold).update_expression("SET #state = :failed, #error = :why");
        let update = update.expression_attribute_names("#error", "error");
        let update = update.expression_attribute_values(":failed", text("failed"));
        sent(update.expression_attribute_values(":why", text(why))).await
    }
}

impl Directory {
    fn update_job(&self, job_id: Uuid) -> UpdateItemFluentBuilder {
        self.db.update_item().table_name(&self.table).set_key(Some(keys::job(job_id).attributes()))
    }

    /// An update that only the holder of a running job can make.
    fn update_held(&self, hold: Hold) -> UpdateItemFluentBuilder {
        self.update_job(hold.job_id)
            .condition_expression("attempt = :attempt AND #state = :running")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":attempt", text(hold.attempt.to_string()))
            .expression_attribute_values(":running", text("running"))
    }
}

fn millis_of(at: Timestamp) -> i64 {
    at.as_millisecond()
}

async fn sent(update: UpdateItemFluentBuilder) -> Result<(), StoreError> {
    update.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
}

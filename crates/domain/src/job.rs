//! Jobs: work that outlives its request (rule 29).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Refusal, Time, UserId,
    bulk::{BulkJob, BulkPhase, BulkRefusal},
    search::UserQuery,
};

/// How long after the end of a lease the job may still be retried: the second retry comes two minutes after the first.
/// After that the job is given up.
pub const RETRY_WINDOW: SignedDuration = SignedDuration::from_secs(150);

/// How long a job may wait to be started.
const START_WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// How long a job is kept.
const RETENTION: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// No job runner has claimed it yet.
    Queued,
    Running,
    /// Of a bulk job: its plan can be looked at, and applied.
    Planned,
    Done,
    Failed,
    /// By the requester, or an admin.
    Cancelled,
}

impl JobState {
    /// The name that the API uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Planned => "planned",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a job does, with its input and its result. Stored under the tag `kind`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobKind {
    /// The users that a query finds, as CSV.
    Export {
        query: UserQuery,
        /// Whether the file begins with the version of its format, so that it can be changed and imported.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        for_import: bool,
        /// The object's key in the bucket; set when the job is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Changes of many users, by a plan.
    Bulk(Box<BulkJob>),
}

impl JobKind {
    #[must_use]
    pub const fn export(query: UserQuery) -> Self {
        Self::Export { query, for_import: false, file: None }
    }

    /// The object's key of the file that the job has written, if it has.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Export { file, .. } => file.as_deref(),
            Self::Bulk(_) => None,
        }
    }

    /// What is answered to a user who has a job of this kind at work already.
    #[must_use]
    pub const fn running(&self, job_id: Uuid) -> Refusal {
        match self {
            Self::Export { .. } => Refusal::ExportRunning(job_id),
            Self::Bulk(_) => Refusal::Bulk(BulkRefusal::BulkRunning(job_id)),
        }
    }

    /// What the requester reads of a job that stopped on our side, and what to do.
    #[must_use]
    pub fn stopped(&self) -> &'static str {
        match self {
            Self::Bulk(bulk) if bulk.phase == BulkPhase::Apply => {
                "The job stopped before it was finished. Apply its plan again: it goes on where it was."
            }
            Self::Export { .. } | Self::Bulk(_) => "The job stopped before it was finished. Start it again.",
        }
    }

    /// The name that the API shows.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Export { .. } => "export",
            Self::Bulk(_) => "bulk",
        }
    }
}

/// How far an export has come: what a job runner needs to go on where another one has died.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportCheckpoint {
    /// The rows that the file has.
    pub rows: u64,
    /// Where the list goes on.
    pub cursor: String,
    /// The file so far, as the file store says.
    pub upload: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub job_id: Uuid,
    #[serde(flatten)]
    pub kind: JobKind,
    pub state: JobState,
    pub requested_by: UserId,
    /// Units of work finished; for an export, rows.
    pub done: u64,
    /// How many units of work there are; known when the job is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Where the next job runner goes on; none once the job is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<ExportCheckpoint>,
    /// Why it failed, for the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub created_at: Time,
    /// When it was last queued, if that was after its creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<Time>,
    /// Until when its job runner is believed to be alive, in milliseconds since 1970.
    #[serde(default)]
    pub lease_until_ms: i64,
    /// In seconds since 1970, for DynamoDB.
    pub expires_at: i64,
}

impl Job {
    #[must_use]
    pub fn queued(job_id: Uuid, kind: JobKind, requested_by: UserId, now: Timestamp) -> Self {
        Self {
            job_id,
            kind,
            state: JobState::Queued,
            requested_by,
            done: 0,
            total: None,
            checkpoint: None,
            error: None,
            created_at: now.into(),
            queued_at: None,
            lease_until_ms: 0,
            expires_at: (now + RETENTION).as_second(),
        }
    }

    /// Whether the job is to be treated as forgotten; DynamoDB deletes it some time later.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now.as_second()
    }

    /// Whether the job may still be worked on: while it may, its requester starts no other one (rule 29).
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        let state = self.clone().as_of(now).state;
        !self.is_expired(now) && matches!(state, JobState::Queued | JobState::Running)
    }

    /// The job as it is shown at this moment: failed if it was never started, or if its job runner died and none will
    /// take over.
    #[must_use]
    pub fn as_of(mut self, now: Timestamp) -> Self {
        let is_abandoned = match self.state {
            JobState::Queued => now > *self.queued_at.unwrap_or(self.created_at) + START_WINDOW,
            JobState::Running => now.as_millisecond() > self.lease_until_ms + RETRY_WINDOW.as_secs() * 1_000,
            JobState::Planned | JobState::Done | JobState::Failed | JobState::Cancelled => false,
        };
        if is_abandoned {
            self.state = JobState::Failed;
            self.error = Some(self.kind.stopped().to_owned());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_29_a_job_is_forgotten_after_a_day_and_not_active_from_then_on() {
        let day = SignedDuration::from_hours(24);
        let at = Timestamp::from_second(1_000).unwrap();
        let queued = Job::queued(Uuid::nil(), JobKind::export(UserQuery::default()), UserId::new(Uuid::nil()), at);
        let is_expired = |later| queued.is_expired(at + later);
        assert_eq!([day - SignedDuration::from_secs(1), day].map(is_expired), [false, true]);
        let leased = (at + day).as_millisecond();
        let running = Job { state: JobState::Running, lease_until_ms: leased, ..queued };
        assert_eq!([day - SignedDuration::from_secs(1), day].map(|later| running.is_active(at + later)), [true, false]);
    }

    #[test]
    fn rule_29_an_export_is_called_one_and_has_a_file_once_it_has_written_it() {
        let export = JobKind::export(UserQuery::default());
        assert_eq!((export.name(), export.file()), ("export", None));
        let written =
            JobKind::Export { query: UserQuery::default(), for_import: false, file: Some("exports/1.csv".to_owned()) };
        assert_eq!(written.file(), Some("exports/1.csv"));
    }

    #[test]
    fn a_job_whose_runner_is_silent_for_too_long_has_failed() {
        let requested_by = UserId::new(Uuid::nil());
        let queued =
            Job::queued(Uuid::nil(), JobKind::export(UserQuery::default()), requested_by, Timestamp::UNIX_EPOCH);
        let state = |job: &Job, seconds| job.clone().as_of(Timestamp::from_second(seconds).unwrap()).state;
        assert_eq!((state(&queued, 900), state(&queued, 901)), (JobState::Queued, JobState::Failed));
        let running = Job { state: JobState::Running, lease_until_ms: 60_000, ..queued.clone() };
        assert_eq!((state(&running, 210), state(&running, 211)), (JobState::Running, JobState::Failed));
        let is_active = |job: &Job, seconds| job.is_active(Timestamp::from_second(seconds).unwrap());
        assert_eq!([210, 211].map(|seconds| is_active(&running, seconds)), [true, false]);
        assert_eq!([900, 901].map(|seconds| is_active(&queued, seconds)), [true, false]);
        let done = Job { state: JobState::Done, ..running };
        assert_eq!(state(&done, 100_000), JobState::Done);
    }
}

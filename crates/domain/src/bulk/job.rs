//! A bulk job as it is kept, and its life.
//!
//! ```text
//! queued ─claim► running ─► planned ─apply► queued ─claim► running ─► done
//!    └──────────────┴──────────┴───────cancel──┴──────────────┴─────► cancelled      running, silent ─claim► running
//! ```

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};
use uuid::Uuid;

use super::{BulkEdit, BulkRefusal, IfChanged, Plan, Tally};
use crate::{
    Refusal, Role, Time, UserId,
    job::{Job, JobKind, JobState},
    permissions::Caller,
    policy::SupervisorScope,
    search::UserQuery,
};

/// How long a plan can be applied.
pub const PLAN_VALIDITY: SignedDuration = SignedDuration::from_hours(1);

/// How long what was applied can be taken back, and how long its results are kept.
pub const UNDO_WINDOW: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long after its plan was made a job that failed on the way is gone on with.
const RESUME_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// How long a failed run waits, times the runs that have got no further.
const BACK_OFF: SignedDuration = SignedDuration::from_secs(20);

/// How often a job is claimed without getting any further, before it is given up.
const MAX_ATTEMPTS: u32 = 5;

/// The most ids that one request names.
pub const MAX_USER_IDS: usize = 1_000;

/// Which users a job is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// All that a list shows.
    Query(UserQuery),
    Users(BTreeSet<UserId>),
    /// The plan names them, or there will be none: a thousand ids would be written again with each report, and a text that
    /// was searched for may be a name.
    Forgotten,
}

/// What a job is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkTask {
    /// The same for all of them.
    Edit { users: Selection, edit: BulkEdit },
    /// What each row of an uploaded file states.
    Import { upload_id: Uuid },
    /// Back to before another job.
    UndoJob { job_id: Uuid, if_changed: IfChanged },
    /// Back to before one change of a user's history.
    UndoRecord { user_id: UserId, record_id: Uuid, if_changed: IfChanged },
}

impl BulkTask {
    /// The name that the API shows.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Edit { .. } => "edit",
            Self::Import { .. } => "import",
            Self::UndoJob { .. } | Self::UndoRecord { .. } => "undo",
        }
    }

    /// Whether it takes back what was done.
    #[must_use]
    pub const fn is_undo(&self) -> bool {
        matches!(self, Self::UndoJob { .. } | Self::UndoRecord { .. })
    }

    fn forget_users(&mut self) {
        if let Self::Edit { users, .. } = self {
            *users = Selection::Forgotten;
        }
    }
}

/// What its runner is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkPhase {
    /// Nothing changes.
    Plan,
    /// Each user of the plan is changed.
    Apply,
}

/// What counts for the requester besides their profile, as it was when they asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What their token stated: a role that was never decided here is at most that one (rule 25).
    pub token_role: Role,
    /// What supervisors may change (rule 2).
    pub scope: SupervisorScope,
}

impl Standing {
    /// The requester, before their profile is read.
    #[must_use]
    pub fn caller(self, user_id: UserId) -> Caller {
        Caller { scope: self.scope, ..Caller::new(user_id, self.token_role) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkJob {
    pub task: BulkTask,
    pub phase: BulkPhase,
    #[serde(flatten)]
    pub standing: Standing,
    /// None before it is finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// What was applied so far.
    #[serde(default)]
    pub results: Tally,
    /// How often it was claimed since it last got any further.
    #[serde(default)]
    pub attempts: u32,
    /// From when on the schedule takes it up; none while nothing is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
    /// Counts the writes: what each is conditional on.
    #[serde(default)]
    pub revision: u64,
}

/// What a runner finds that would take up a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkClaim {
    /// The job as it is from then on.
    Claimed(Job),
    /// Another runner is at it.
    Busy,
    /// It was given up; as it is from then on.
    GivenUp(Job),
    /// Nothing is to be done.
    Idle,
}

impl Job {
    /// A bulk job that waits for its plan to be made.
    #[must_use]
    pub fn bulk_queued(job_id: Uuid, task: BulkTask, standing: Standing, requested_by: UserId, now: Timestamp) -> Self {
        let (phase, due_at) = (BulkPhase::Plan, Some(now.into()));
        let results = Tally::default();
        let bulk = BulkJob { task, phase, standing, plan: None, results, attempts: 0, due_at, revision: 0 };
        Self::queued(job_id, JobKind::Bulk(Box::new(bulk)), requested_by, now)
    }

    /// The bulk job, if it is one.
    #[must_use]
    pub const fn bulk(&self) -> Option<&BulkJob> {
        match &self.kind {
            JobKind::Bulk(bulk) => Some(bulk),
            JobKind::Export { .. } => None,
        }
    }

    /// With another state, and the bulk job changed.
    fn moved(&self, state: JobState, change: impl FnOnce(&mut BulkJob)) -> Self {
        let mut job = Self { state, ..self.clone() };
        if let JobKind::Bulk(bulk) = &mut job.kind {
            change(bulk);
        }
        job
    }

    /// What a runner makes of it that would take it up for as long as the lease.
    #[must_use]
    pub fn claim(&self, lease: Duration, now: Timestamp) -> BulkClaim {
        let Some(bulk) = self.bulk() else { return BulkClaim::Idle };
        let shown = self.clone().as_of(now);
        match shown.state {
            JobState::Running if now.as_millisecond() <= self.lease_until_ms => return BulkClaim::Busy,
            JobState::Queued | JobState::Running => {}
            JobState::Failed if bulk.due_at.is_some() => {
                return BulkClaim::GivenUp(self.failed(&shown.error.unwrap_or_default()));
            }
            _ => return BulkClaim::Idle,
        }
        if bulk.attempts >= MAX_ATTEMPTS {
            return BulkClaim::GivenUp(self.failed(self.kind.stopped()));
        }
        let until = now + lease;
        let claimed = self.moved(JobState::Running, |bulk| {
            bulk.attempts += 1;
            bulk.due_at = Some(until.into());
        });
        BulkClaim::Claimed(Self { lease_until_ms: until.as_millisecond(), ..claimed })
    }

    /// It has got further: with so many users done, and these results.
    #[must_use]
    pub fn kept(&self, done: u64, results: Tally, lease: Duration, now: Timestamp) -> Self {
        let until = now + lease;
        let kept = self.moved(JobState::Running, |bulk| {
            bulk.results = results;
            bulk.attempts = if done > self.done { 1 } else { bulk.attempts };
            bulk.due_at = Some(until.into());
        });
        // A plan that is begun anew has not got any further before it has come to where the last runner was.
        let done = done.max(self.done);
        Self { done, lease_until_ms: until.as_millisecond(), ..kept }
    }

    /// Its plan is made.
    #[must_use]
    pub fn planned(&self, plan: Plan) -> Self {
        let users = plan.tally.users();
        let planned = self.moved(JobState::Planned, |bulk| {
            (bulk.plan, bulk.due_at, bulk.attempts) = (Some(plan), None, 0);
            bulk.task.forget_users();
        });
        Self { done: users, total: Some(users), ..planned }
    }

    /// Its plan is to be applied.
    #[must_use]
    pub fn applying(&self, standing: Standing, now: Timestamp) -> Self {
        let planned = self.bulk().and_then(|bulk| bulk.plan.as_ref()).map_or(0, |plan| plan.tally.changed);
        let applying = self.moved(JobState::Queued, |bulk| {
            (bulk.phase, bulk.standing) = (BulkPhase::Apply, standing);
            (bulk.due_at, bulk.attempts) = (Some(now.into()), 0);
        });
        // A resumed job keeps its results as long as it can be undone.
        let expires_at = (now + UNDO_WINDOW + 2 * RESUME_WINDOW).as_second();
        let done = self.bulk().map_or(0, |bulk| bulk.results.users());
        Self { done, total: Some(planned), queued_at: Some(now.into()), error: None, expires_at, ..applying }
    }

    /// Everything is done.
    #[must_use]
    pub fn finished(&self, results: Tally) -> Self {
        let finished = self.moved(JobState::Done, |bulk| (bulk.results, bulk.due_at) = (results, None));
        Self { done: results.users(), ..finished }
    }

    /// With the results that are known by now, whatever state it is in.
    #[must_use]
    pub fn counted(&self, results: Tally) -> Self {
        let counted = self.moved(self.state, |bulk| bulk.results = results);
        Self { done: results.users(), ..counted }
    }

    /// Another runner may take it up from this time on.
    #[must_use]
    pub fn released(&self, results: Tally, now: Timestamp) -> Self {
        let released = self.moved(JobState::Running, |bulk| (bulk.results, bulk.due_at) = (results, Some(now.into())));
        Self { lease_until_ms: now.as_millisecond() - 1, ..released }
    }

    /// A run has failed; another one begins some time later.
    #[must_use]
    pub fn backed_off(&self, now: Timestamp) -> Self {
        let attempts = self.bulk().map_or(0, |bulk| bulk.attempts);
        let due_at = now + BACK_OFF * i32::try_from(attempts).unwrap_or(i32::MAX);
        let waiting = self.moved(JobState::Running, |bulk| bulk.due_at = Some(due_at.into()));
        Self { lease_until_ms: now.as_millisecond() - 1, ..waiting }
    }

    /// It ends here, for this reason, which the requester reads.
    #[must_use]
    pub fn failed(&self, reason: &str) -> Self {
        let failed = self.moved(JobState::Failed, |bulk| {
            bulk.due_at = None;
            bulk.task.forget_users();
        });
        Self { error: Some(reason.to_owned()), ..failed }
    }

    /// It ends here; what was changed stays so.
    #[must_use]
    pub fn cancelled(&self) -> Self {
        self.moved(JobState::Cancelled, |bulk| {
            bulk.due_at = None;
            bulk.task.forget_users();
        })
    }

    /// Whether its plan may be applied at this moment: the one with this hash, with the number of drastic changes repeated if
    /// it asks. A job that failed while it was applied goes on where it was.
    pub fn may_apply(&self, hash: &str, confirmed: Option<u64>, now: Timestamp) -> Result<(), Refusal> {
        let state = self.clone().as_of(now).state;
        let Some((bulk, plan)) = self.bulk().and_then(|bulk| Some((bulk, bulk.plan.as_ref()?))) else {
            return Err(BulkRefusal::NotPlanned(state.name()).into());
        };
        let resumes = state == JobState::Failed && bulk.phase == BulkPhase::Apply;
        if state != JobState::Planned && !resumes {
            return Err(BulkRefusal::NotPlanned(state.name()).into());
        }
        if plan.hash != hash {
            return Err(BulkRefusal::OtherPlan(plan.hash.clone()).into());
        }
        if now > *plan.planned_at + if resumes { RESUME_WINDOW } else { PLAN_VALIDITY } {
            return Err(BulkRefusal::PlanExpired.into());
        }
        if plan.must_confirm && confirmed != Some(plan.drastic) {
            return Err(BulkRefusal::ConfirmDrastic(plan.drastic).into());
        }
        Ok(())
    }

    /// Whether it may be cancelled.
    pub fn may_cancel(&self, now: Timestamp) -> Result<(), Refusal> {
        let state = self.clone().as_of(now).state;
        match state {
            JobState::Queued | JobState::Running | JobState::Planned if self.bulk().is_some() => Ok(()),
            _ => Err(BulkRefusal::NotCancellable(state.name()).into()),
        }
    }

    /// Whether what it has changed may be taken back.
    pub fn may_undo(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.bulk().is_none_or(|bulk| bulk.phase != BulkPhase::Apply) {
            return Err(BulkRefusal::NothingToUndo.into());
        }
        if self.is_active(now) {
            return Err(BulkRefusal::BulkRunning(self.job_id).into());
        }
        let since = self.queued_at.unwrap_or(self.created_at);
        if now > *since + UNDO_WINDOW { Err(BulkRefusal::TooLateToUndo.into()) } else { Ok(()) }
    }
}

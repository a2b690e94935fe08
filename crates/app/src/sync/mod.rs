//! Sync: carries a user's desired state to the worker in TaskRouter, and reverts what others have written there.
//!
//! An event only says *look at this user*. In this order, because each step guards the ones after it:
//!
//! 1. The worker is fetched, with its version.
//! 2. *After that* the outbox is read, and then user, teams and bookkeeping. Every change of these sets a new token in
//!    the outbox: a state that is read here is at least as new as the token.
//! 3. The three states are compared ([`domain::routing`]).
//! 4. One transaction stores the intent, what is accepted and what has drifted, on condition of the token.
//! 5. The worker is written on condition of the version.
//! 6. One transaction closes the intent and clears the outbox, on condition of the token.
//!
//! If a condition fails, something has changed, and all of it begins again. A crash leaves the outbox, so that the schedule
//! begins again, and the intent, so that our own write is not taken for another writer's.

mod carry;
mod offline;
mod remove;
mod schedule;

use std::sync::Mutex;
use thiserror::Error;
use uuid::Uuid;

use domain::{
    Actor, Source, Status, User, UserId,
    policy::Policy,
    sync_state::{FailureReason, SyncState},
    team::Teams,
};
use jiff::{SignedDuration, Timestamp};
use store::{
    CarryToTaskRouter, ChangeOrigin, CommitUser, ImportSkills, OutboxItem, OutboxStep, ReadSet, ReadSnapshot,
    StoreError, SyncStep, ViewUser, WatchTwilio,
};
use twilio::{
    DeleteWorker, FetchActivity, FetchFlexConfiguration, FetchWorker, FetchWorkspace, ListReservations,
    ListWorkerEvents, TwilioError, UpdateWorker,
};

use crate::TimeAndIds;
pub use offline::OfflineActivity;
pub use schedule::Batch;

/// The verbs of the store that sync uses.
pub trait SyncStore:
    ViewUser + ReadSnapshot + CommitUser + ImportSkills + CarryToTaskRouter + WatchTwilio + Sync
{
}
impl<T: ViewUser + ReadSnapshot + CommitUser + ImportSkills + CarryToTaskRouter + WatchTwilio + Sync> SyncStore for T {}

/// The verbs of TaskRouter and Flex that sync uses.
pub trait SyncTaskRouter:
    FetchWorker
    + UpdateWorker
    + DeleteWorker
    + ListReservations
    + FetchActivity
    + FetchWorkspace
    + FetchFlexConfiguration
    + ListWorkerEvents
    + Sync
{
}
impl<
    T: FetchWorker
        + UpdateWorker
        + DeleteWorker
        + ListReservations
        + FetchActivity
        + FetchWorkspace
        + FetchFlexConfiguration
        + ListWorkerEvents
        + Sync,
> SyncTaskRouter for T
{
}

/// Whether this deployment writes to TaskRouter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SyncMode {
    /// Reads, adopts and reports; writes nothing.
    #[default]
    Observe,
    Write,
}

impl SyncMode {
    /// The names in the configuration; the first is the default.
    pub const NAMES: [(&str, Self); 2] = [("observe", Self::Observe), ("write", Self::Write)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Write => "write",
        }
    }
}

#[derive(Debug, Clone)]
pub struct WorkerSync<S, T, C> {
    pub store: S,
    pub taskrouter: T,
    pub time_and_ids: C,
    pub policy: Policy,
    pub mode: SyncMode,
    pub offline: OfflineActivity,
}

/// What became of one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// TaskRouter has everything, or refuses it for good.
    Done,
    /// The outbox stays, with the time at which it is tried again.
    Later,
    /// Twilio does not answer; likewise.
    TwilioUnavailable,
    /// There was nothing to look at, or another invocation is at it.
    NotAsked,
}

/// How often one invocation begins again with a user.
const MAX_ATTEMPTS: usize = 6;

/// When a user is tried again of whom nothing is known but that something keeps changing or is missing. Longer than one run
/// of the schedule takes up users, so that none is tried twice in it; less than a minute, so that a probe of Twilio that
/// fails is due at the next run.
const RETRY_AFTER: SignedDuration = SignedDuration::from_secs(45);

#[derive(Debug, Error)]
enum SyncError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Twilio(#[from] TwilioError),
    /// The worker cannot be written as it is, or as it should be.
    #[error("a worker cannot be brought in line: {0:?}")]
    Impossible(FailureReason),
}

/// A user who could not be carried over.
struct Failed {
    user_id: UserId,
    invocation: Uuid,
    /// The outbox's token when it was tried.
    asked_for: Option<Uuid>,
    reason: FailureReason,
}

/// The end of one attempt.
enum Attempt {
    End(Outcome),
    Again,
}

/// What an attempt decides on.
struct Reading {
    user: User,
    teams: Teams,
    outbox: OutboxItem,
    state: Option<SyncState>,
    now: Timestamp,
}

impl<S: SyncStore, T: SyncTaskRouter, C: TimeAndIds> WorkerSync<S, T, C> {
    /// Brings one user's worker in line.
    ///
    /// # Errors
    /// When the table cannot be read or written. Whatever Twilio answers is kept with the user.
    pub async fn sync_user(&self, user_id: UserId) -> Result<Outcome, StoreError> {
        // One invocation recognises its own intents.
        let invocation = self.time_and_ids.random_id();
        // What the last attempt was about: a failure says nothing of a later decision.
        let token = Mutex::new(None);
        for _ in 0..MAX_ATTEMPTS {
            let attempt = Box::pin(self.attempt(user_id, invocation, &token)).await;
            let asked_for = token.lock().map_or(None, |token| *token);
            match attempt {
                Ok(Attempt::End(outcome)) => return Ok(outcome),
                Ok(Attempt::Again)
                | Err(SyncError::Twilio(TwilioError::PreconditionFailed | TwilioError::Conflict { .. })) => {}
                Err(SyncError::Store(error)) if error.can_redecide() => {}
                Err(SyncError::Store(error)) => return Err(error),
                Err(SyncError::Twilio(error)) => {
                    let failed = Failed { user_id, invocation, asked_for, reason: reason(&error) };
                    return self.failed(&failed, Some(&error)).await;
                }
                Err(SyncError::Impossible(reason)) => {
                    return self.failed(&Failed { user_id, invocation, asked_for, reason }, None).await;
                }
            }
        }
        Ok(Outcome::Later)
    }

    async fn attempt(
        &self,
        user_id: UserId,
        invocation: Uuid,
        token: &Mutex<Option<Uuid>>,
    ) -> Result<Attempt, SyncError> {
        let read_set = ReadSet { users: [user_id].into(), outbox: Some(user_id), ..ReadSet::default() };
        let before = self.store.snapshot(&read_set).await?;
        let (Some(user), Some(outbox)) = (before.users.get(&user_id), before.outbox) else {
            return Ok(Attempt::End(Outcome::NotAsked));
        };
        let remember = |pending| token.lock().map(|mut token| *token = Some(pending)).unwrap_or_default();
        remember(outbox.pending);
        if user.managed.status == Status::Deleted {
            return self.remove_workers(user_id, invocation).await;
        }
        let worker = match &user.taskrouter.worker_sid {
            Some(sid) => self.taskrouter.fetch_worker(sid).await?,
            None => None,
        };
        let Some(reading) = self.read(user_id).await? else { return Ok(Attempt::Again) };
        remember(reading.outbox.pending);
        let is_same = |user: &User, read: &User| {
            (&user.taskrouter.worker_sid, user.managed.status) == (&read.taskrouter.worker_sid, read.managed.status)
        };
        if !is_same(user, &reading.user) {
            return Ok(Attempt::Again);
        }
        if reading.is_busy_for(invocation) {
            return Ok(Attempt::End(Outcome::NotAsked));
        }
        match worker {
            Some(worker) => self.carry_over(&reading, &worker, invocation).await,
            // Rule 28: the user stays, without a worker, until the next login.
            None if user.taskrouter.worker_sid.is_some() => self.nothing_to_carry(&reading).await,
            None => self.nothing_to_carry(&reading).await.map(|_| Attempt::End(Outcome::NotAsked)),
        }
    }

    /// The token first, and then what it guards. None if there is nothing to do any more, or a team was joined in between.
    async fn read(&self, user_id: UserId) -> Result<Option<Reading>, StoreError> {
        let outbox = self.store.snapshot(&ReadSet { outbox: Some(user_id), ..ReadSet::default() }).await?.outbox;
        let Some(outbox) = outbox else { return Ok(None) };
        let Some(user) = self.store.user(user_id).await? else { return Ok(None) };
        let read_set = ReadSet { teams: user.managed.teams.clone(), sync: Some(user_id), ..ReadSet::default() };
        let rest = self.store.snapshot(&read_set).await?;
        let now = self.time_and_ids.now();
        Ok(Some(Reading { user, teams: rest.teams, outbox, state: rest.sync, now }))
    }

    async fn nothing_to_carry(&self, reading: &Reading) -> Result<Attempt, SyncError> {
        let after = SyncState { intent: None, failure: None, ..reading.state() };
        self.store.sync_step(reading.step(after, OutboxStep::Clear)).await?;
        Ok(Attempt::End(Outcome::Done))
    }

    /// Keeps why it failed: what is final waits for a new desired state, the rest is tried again.
    async fn failed(&self, failed: &Failed, error: Option<&TwilioError>) -> Result<Outcome, StoreError> {
        let Failed { user_id, invocation, asked_for, reason } = *failed;
        tracing::warn!(%user_id, ?reason, error = error.map(tracing::field::display), "a user is not carried over");
        let outcome = match reason {
            FailureReason::TwilioUnavailable | FailureReason::CredentialsRejected => Outcome::TwilioUnavailable,
            _ if reason.is_final() => Outcome::Done,
            _ => Outcome::Later,
        };
        let Some(reading) = self.read(user_id).await? else { return Ok(outcome) };
        if reading.is_busy_for(invocation) {
            return Ok(outcome);
        }
        if asked_for != Some(reading.outbox.pending) {
            let after = reading.state().without_lease(reading.now);
            return match self.store.sync_step(reading.step(after, OutboxStep::Keep)).await {
                Err(error) if !error.can_redecide() => Err(error),
                _ => Ok(outcome),
            };
        }
        let asked = error.and_then(TwilioError::retry_after).and_then(|after| SignedDuration::try_from(after).ok());
        let retry_at = reading.now + asked.unwrap_or(RETRY_AFTER).max(RETRY_AFTER);
        let outbox = if reason.is_final() { OutboxStep::Clear } else { OutboxStep::RetryAt(retry_at) };
        let step = reading.step(reading.state().failed(reason, reading.now), outbox);
        match self.store.sync_step(step).await {
            Err(error) if error.can_redecide() => Ok(Outcome::Later),
            written => written.map(|()| outcome),
        }
    }

    fn origin(&self, now: Timestamp) -> ChangeOrigin<'static> {
        ChangeOrigin {
            actor: Actor::Taskrouter,
            source: Source::Sync,
            request_id: "",
            caller: None,
            now,
            change_id: self.time_and_ids.ordered_id(),
        }
    }
}

impl Reading {
    fn state(&self) -> SyncState {
        self.state.clone().unwrap_or_default()
    }

    fn step(&self, after: SyncState, outbox: OutboxStep) -> SyncStep<'_> {
        let before = self.state.as_ref();
        SyncStep { user_id: self.user.user_id, token: self.outbox.pending, before, after, outbox, written: None }
    }

    /// Whether another writer contests the skills from this step on.
    fn begins_contest(&self, after: &SyncState) -> bool {
        let is_on = |state: &SyncState| state.contest.is_on();
        is_on(after) && !self.state.as_ref().is_some_and(is_on)
    }

    /// Whether another invocation may be writing.
    fn is_busy_for(&self, invocation: Uuid) -> bool {
        let is_own = |state: &SyncState| state.intent.as_ref().is_some_and(|intent| intent.id == invocation);
        self.state.as_ref().is_some_and(|state| state.is_busy(self.now) && !is_own(state))
    }
}

fn reason(error: &TwilioError) -> FailureReason {
    match error {
        TwilioError::Unauthorized { .. } | TwilioError::Config(_) => FailureReason::CredentialsRejected,
        TwilioError::Refused { .. } | TwilioError::NotFound { .. } => FailureReason::Refused,
        _ => FailureReason::TwilioUnavailable,
    }
}

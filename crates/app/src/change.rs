//! Changing something: read everything that the decision needs in one call, decide, write on condition that none of it has
//! changed; if it has, start again.

use backon::{ExponentialBuilder, Retryable};
use domain::{
    Actor, Refusal, Role, Source, User,
    permissions::{self, Caller},
};
use jiff::Timestamp;
use std::time::Duration;
use store::{ChangeOrigin, ReadSet, ReadSnapshot, Snapshot, StoreError};
use thiserror::Error;
use tokio::time::Instant;
use uuid::Uuid;

use crate::TimeAndIds;

/// How long a change that conflicts with others is retried; shorter than a function runs.
const RETRY_FOR: Duration = Duration::from_secs(6);

/// Why a change failed.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// A rule refuses it.
    #[error(transparent)]
    Refused(Refusal),
    #[error(transparent)]
    Store(StoreError),
}

impl ChangeError {
    fn can_redecide(&self) -> bool {
        matches!(self, Self::Store(error) if error.can_redecide())
    }
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => Self::Refused(refusal),
            other => Self::Store(other),
        }
    }
}

impl From<Refusal> for ChangeError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Attempts a change until it succeeds, is refused, or six seconds are over. Waits longer after each conflict, with
/// jitter.
pub async fn retry_on_conflict<T, F>(attempt: impl FnMut() -> F) -> Result<T, ChangeError>
where
    F: Future<Output = Result<T, ChangeError>>,
{
    let backoff = ExponentialBuilder::default()
        .with_jitter()
        .with_factor(1.5)
        .with_min_delay(Duration::from_millis(5))
        .with_max_delay(Duration::from_millis(250))
        .without_max_times();
    let start = Instant::now();
    attempt.retry(backoff).when(|error: &ChangeError| error.can_redecide() && start.elapsed() < RETRY_FOR).await
}

/// The user who makes a request, as the gateway's authorizer has found them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatedCaller {
    /// With the role that counted when the token was checked.
    pub caller: Caller,
    /// What Twilio's answer to the token states (rule 25).
    pub token_role: Role,
    pub request_id: String,
}

/// What a change is decided on, read in one call together with the caller's profile.
#[derive(Debug)]
pub struct ChangeContext {
    /// With the role of now, and the teams that they lead now (rule 5).
    pub caller: Caller,
    pub snapshot: Snapshot,
    request_id: String,
    now: Timestamp,
    change_id: Uuid,
}

impl ChangeContext {
    pub async fn read(
        store: &impl ReadSnapshot,
        time_and_ids: &impl TimeAndIds,
        caller: &AuthenticatedCaller,
        mut read_set: ReadSet,
    ) -> Result<Self, ChangeError> {
        let user_id = caller.caller.user_id;
        read_set.users.insert(user_id);
        let at = time_and_ids.now();
        let snapshot = store.snapshot(&read_set).await?;
        let profile = snapshot.users.get(&user_id);
        let now = permissions::reauthorize(&caller.caller, profile, caller.token_role)?;
        Ok(Self {
            caller: now,
            snapshot,
            request_id: caller.request_id.clone(),
            now: at,
            change_id: time_and_ids.ordered_id(),
        })
    }

    /// For the audit record, and the conditions on the caller.
    #[must_use]
    pub fn origin(&self) -> ChangeOrigin<'_> {
        let Caller { user_id, role, .. } = self.caller;
        ChangeOrigin {
            actor: Actor::User { user_id, role },
            source: Source::Api,
            request_id: &self.request_id,
            caller: self.snapshot.users.get(&user_id),
            now: self.now,
            change_id: self.change_id,
        }
    }

    pub(crate) fn user(&self, user_id: domain::UserId) -> Result<&User, Refusal> {
        self.snapshot.users.get(&user_id).ok_or_else(|| Refusal::UnknownUser((&user_id).into()))
    }
}

//! How far a user's desired state has been carried to TaskRouter.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};
use uuid::Uuid;

use crate::{Time, WorkerSid, routing::OwnedAttributes, skill::Skills};

/// How long an invocation may write: longer than the function may run.
pub const INTENT_LEASE: Duration = Duration::from_secs(90);

/// A worker that was moved back offline twice within this time is moved at most once in it from then on (rule 12).
pub const OFFLINE_PACE: Duration = Duration::from_mins(1);

/// The bookkeeping of one user's synchronisation. Nothing of it is part of the user.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SyncState {
    /// Counts the writes.
    pub revision: u64,
    /// What both sides agreed on last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Carried>,
    /// A write that was begun, and of which it is not known whether TaskRouter has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// The worker as it was when drift was recorded last: the same is not recorded again, however often it is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<FoundWorker>,
    /// Why the last attempt failed; none after one that succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<SyncFailure>,
    /// A deleted user's workers that are not known to be removed (rule 13).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub removing: BTreeSet<WorkerSid>,
    /// The tasks that they still have: none is removed before these are done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for_tasks: Option<usize>,
    /// The skills are overwritten by another writer again and again (rule 24).
    #[serde(default, skip_serializing_if = "Contest::is_none")]
    pub contest: Contest,
    /// When a worker that had left it was moved back offline, the last time first; at most two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved_offline_at: Vec<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    pub worker_sid: WorkerSid,
    pub attributes: OwnedAttributes,
    /// Whether the worker was offline then because the user is not active.
    #[serde(default)]
    pub offline: bool,
    pub at: Timestamp,
}

/// What others have made of a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundWorker {
    pub attributes: OwnedAttributes,
    pub activity_sid: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Of the invocation that writes.
    pub id: Uuid,
    pub worker_sid: WorkerSid,
    pub attributes: OwnedAttributes,
    #[serde(default)]
    pub offline: bool,
    /// Until then its invocation may be writing.
    pub lease_until: Timestamp,
}

/// How often in a row another writer has overwritten the skills within a minute of our write. Roles, and users who are not
/// active, are never contested.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Contest {
    pub overwrites: u32,
    /// From then on they are reverted by a reconciliation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// When they were overwritten last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// What was desired then: another decision ends the contest.
    #[serde(default, skip_serializing_if = "Skills::is_empty")]
    pub desired: Skills,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncFailure {
    pub reason: FailureReason,
    /// When it failed first with this reason.
    pub since: Time,
    /// How often in a row.
    pub attempts: u32,
}

/// Why a user's state cannot be carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// Twilio does not answer, or asks to wait: repeated by itself.
    TwilioUnavailable,
    /// Twilio rejects the deployment's credentials.
    CredentialsRejected,
    /// Twilio refuses the change for good.
    Refused,
    /// The worker's attributes are no JSON object; they are never overwritten.
    UnreadableAttributes,
    /// The attributes would be longer than TaskRouter takes (rule 27).
    AttributesTooLong,
    /// Neither Flex's configuration nor the workspace names an activity that is offline (rule 12).
    NoOfflineActivity,
}

impl FailureReason {
    /// Whether only a new desired state, a changed worker or a request to try again can help.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::TwilioUnavailable | Self::CredentialsRejected | Self::NoOfflineActivity)
    }

    /// What is wrong and what to do, for the reader of a user's view.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::TwilioUnavailable => "Twilio does not answer or asks to wait. This is tried again every minute.",
            Self::CredentialsRejected => {
                "Twilio rejects the credentials of this deployment. An operator has to renew them; this is then tried again."
            }
            Self::Refused => {
                "TaskRouter refuses this worker's change. Compare the worker in the Twilio Console, then try again by \
                 POST /users/{user_id}/sync."
            }
            Self::UnreadableAttributes => {
                "The worker's attributes in TaskRouter are not a JSON object and are never overwritten. Correct them in the \
                 Twilio Console, then try again by POST /users/{user_id}/sync."
            }
            Self::AttributesTooLong => {
                "The worker's attributes would exceed TaskRouter's 4,096 characters. Remove skills here or other attributes \
                 in the Twilio Console."
            }
            Self::NoOfflineActivity => {
                "Neither Flex's configuration (taskrouter_offline_activity_sid) nor the workspace's default activity names \
                 an activity that is unavailable. Set one; access to the directory has ended all the same."
            }
        }
    }
}

impl SyncState {
    /// What both sides agreed on last about this worker.
    #[must_use]
    pub fn base(&self, worker_sid: &WorkerSid) -> Option<&Carried> {
        self.carried.as_ref().filter(|carried| carried.worker_sid == *worker_sid)
    }

    /// Another invocation that may still be writing.
    #[must_use]
    pub fn is_busy(&self, now: Timestamp) -> bool {
        self.intent.as_ref().is_some_and(|intent| now < intent.lease_until)
    }

    /// When the worker may be moved offline: at once, but from the third time within a minute at most once a minute.
    #[must_use]
    pub fn may_move_offline_at(&self, now: Timestamp) -> Timestamp {
        match self.moved_offline_at.as_slice() {
            [last, before, ..] if now.duration_since(*before).unsigned_abs() < OFFLINE_PACE => *last + OFFLINE_PACE,
            _ => now,
        }
    }

    /// After a failed attempt.
    #[must_use]
    pub fn failed(&self, reason: FailureReason, now: Timestamp) -> Self {
        let before = self.failure.as_ref().filter(|failure| failure.reason == reason);
        let failure = SyncFailure {
            reason,
            since: before.map_or(now.into(), |failure| failure.since),
            attempts: before.map_or(0, |failure| failure.attempts) + 1,
        };
        Self { failure: Some(failure), ..self.clone() }.without_lease(now)
    }

    /// The intent stays known, because TaskRouter may have it, but no writer is at work any more.
    #[must_use]
    pub fn without_lease(mut self, now: Timestamp) -> Self {
        if let Some(intent) = &mut self.intent {
            intent.lease_until = now;
        }
        self
    }

    /// After everything was carried over or found in place.
    #[must_use]
    pub fn agreed(&self, carried: Carried) -> Self {
        Self { carried: Some(carried), intent: None, recorded: None, failure: None, ..self.clone() }
    }
}

impl Contest {
    /// The same writer, overwriting again within this time, is contesting.
    const WITHIN: Duration = Duration::from_mins(1);
    const OVERWRITES: u32 = 3;
    /// A contest without an overwrite for so long is over.
    const QUIET: Duration = Duration::from_hours(24);

    fn is_none(&self) -> bool {
        *self == Self::default()
    }

    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.since.is_some()
    }

    /// Whether the skills were not overwritten for a day.
    #[must_use]
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        self.last.is_some_and(|last| now.duration_since(last).unsigned_abs() >= Self::QUIET)
    }

    /// The contest, ended by another decision or by a quiet day.
    #[must_use]
    pub fn as_of(&self, now: Timestamp, desired: &Skills) -> Self {
        if self.is_none() || self.is_quiet(now) || self.desired != *desired { Self::default() } else { self.clone() }
    }

    /// After an overwrite of what was carried over at `carried_at`.
    #[must_use]
    pub fn overwritten(&self, carried_at: Timestamp, now: Timestamp, desired: &Skills) -> Self {
        let is_soon = now.duration_since(carried_at).unsigned_abs() < Self::WITHIN;
        let overwrites = if is_soon { self.overwrites + 1 } else { 1 };
        let since = self.since.or((overwrites >= Self::OVERWRITES).then_some(now.into()));
        Self { overwrites, since, last: Some(now), desired: desired.clone() }
    }
}

#[cfg(test)]
mod tests;

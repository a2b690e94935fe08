//! What the reader of a user is told about the synchronisation with TaskRouter.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

use crate::{
    Refusal, Status, Time, User,
    sync_state::{FailureReason, SyncState},
};

/// Where a user's synchronisation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncStage {
    /// TaskRouter has everything, or nothing is known to be missing.
    Synced,
    /// Something is still to be carried over.
    Pending,
    /// It was refused for good: it waits for another decision, a changed worker or a request to try again.
    Failed,
    /// Another writer overwrites the skills again and again (rule 24).
    Contested,
}

impl SyncStage {
    pub const ALL: [Self; 4] = [Self::Synced, Self::Pending, Self::Failed, Self::Contested];

    /// The name that the API uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Synced => "synced",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Contested => "contested",
        }
    }

    /// The stage that lasts when nothing is pending any more, and since when; none if that is synced. A failure that is
    /// tried again does not last: something is pending for as long.
    #[must_use]
    pub fn lasting(sync: &SyncState) -> Option<(Self, Time)> {
        let failure = sync.failure.as_ref().filter(|failure| failure.reason.is_final());
        let contested = || sync.contest.since.map(|since| (Self::Contested, since));
        failure.map(|failure| (Self::Failed, failure.since)).or_else(contested)
    }
}

impl FromStr for SyncStage {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let named = Self::ALL.into_iter().find(|stage| stage.name() == text);
        named.ok_or_else(|| Refusal::UnknownSyncStage(text.into()))
    }
}

/// The synchronisation of one user, summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncSummary {
    pub stage: SyncStage,
    /// Since when; none if everything is synced.
    pub since: Option<Time>,
    /// Why the last attempt failed. While something is pending, it is tried again.
    pub reason: Option<FailureReason>,
    /// The tasks that a deleted user still has: the worker is removed after them (rule 13).
    pub waits_for_tasks: Option<usize>,
    /// The fields that another writer contests.
    pub contested: &'static [&'static str],
}

impl SyncSummary {
    /// `pending_since` is that of the outbox, if there is one. What is pending may still succeed, so it comes before a failure;
    /// a failure needs an operator or an admin, so it comes before a contest.
    #[must_use]
    pub fn of(user: &User, pending_since: Option<Time>, sync: &SyncState) -> Self {
        let (failure, contest) = (sync.failure.as_ref(), &sync.contest);
        let (stage, since) = match (pending_since, failure, contest.since) {
            (Some(since), _, _) => (SyncStage::Pending, Some(since)),
            (None, Some(failure), _) => (SyncStage::Failed, Some(failure.since)),
            (None, None, Some(since)) => (SyncStage::Contested, Some(since)),
            (None, None, None) => (SyncStage::Synced, None),
        };
        Self {
            stage,
            since,
            reason: failure.map(|failure| failure.reason),
            waits_for_tasks: sync.waits_for_tasks.filter(|_| user.managed.status == Status::Deleted),
            contested: if contest.is_on() { &["skills"] } else { &[] },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sync_state::{Contest, SyncFailure},
        test_support::agent,
    };
    use jiff::Timestamp;

    fn at(second: i64) -> Time {
        Timestamp::from_second(second).unwrap().into()
    }

    fn failed(reason: FailureReason) -> SyncState {
        SyncState { failure: Some(SyncFailure { reason, since: at(2), attempts: 1 }), ..SyncState::default() }
    }

    fn contested() -> SyncState {
        SyncState { contest: Contest { since: Some(at(3)), ..Contest::default() }, ..SyncState::default() }
    }

    fn stage(pending_since: Option<Time>, state: &SyncState) -> (&'static str, Option<Time>) {
        let summary = SyncSummary::of(&agent("ada"), pending_since, state);
        (summary.stage.name(), summary.since)
    }

    #[test]
    fn rule_24_the_stage_is_what_a_reader_has_to_know_first() {
        assert_eq!(stage(None, &SyncState::default()), ("synced", None));
        assert_eq!(stage(Some(at(1)), &SyncState::default()), ("pending", Some(at(1))));
        assert_eq!(stage(None, &failed(FailureReason::Refused)), ("failed", Some(at(2))));
        assert_eq!(stage(None, &contested()), ("contested", Some(at(3))));
        let both = SyncState { contest: contested().contest, ..failed(FailureReason::Refused) };
        assert_eq!(stage(None, &both).0, "failed");
        assert_eq!(SyncSummary::of(&agent("ada"), None, &both).contested, ["skills"]);
    }

    #[test]
    fn rule_9_what_is_listed_as_failed_or_contested_is_what_the_user_shows_when_nothing_is_pending() {
        let both = SyncState { contest: contested().contest, ..failed(FailureReason::Refused) };
        for state in [SyncState::default(), failed(FailureReason::AttributesTooLong), contested(), both] {
            let (shown, since) = stage(None, &state);
            let listed =
                SyncStage::lasting(&state).map_or(("synced", None), |(stage, since)| (stage.name(), Some(since)));
            assert_eq!(listed, (shown, since));
        }
        let retried = failed(FailureReason::TwilioUnavailable);
        assert_eq!(SyncStage::lasting(&retried), None, "it is listed as pending");
    }

    #[test]
    fn rule_9_a_stage_is_asked_for_by_its_name_and_another_name_is_answered_with_all_of_them() {
        for stage in SyncStage::ALL {
            assert_eq!(stage.name().parse(), Ok(stage));
            assert!("broken".parse::<SyncStage>().unwrap_err().to_string().contains(stage.name()));
        }
    }

    #[test]
    fn a_failure_that_is_tried_again_is_pending_with_its_reason() {
        for reason in [FailureReason::TwilioUnavailable, FailureReason::Refused] {
            let summary = SyncSummary::of(&agent("ada"), Some(at(1)), &failed(reason));
            assert_eq!((summary.stage, summary.since, summary.reason), (SyncStage::Pending, Some(at(1)), Some(reason)));
        }
    }

    #[test]
    fn rule_13_only_a_deleted_user_waits_for_tasks() {
        let state = SyncState { waits_for_tasks: Some(2), ..SyncState::default() };
        let deleted = agent("ada").with(|user| user.managed.status = Status::Deleted);
        assert_eq!(SyncSummary::of(&deleted, Some(at(1)), &state).waits_for_tasks, Some(2));
        assert_eq!(SyncSummary::of(&agent("ada"), None, &state).waits_for_tasks, None, "an operator has restored them");
    }
}

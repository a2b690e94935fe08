//! Users in each stage of the synchronisation with TaskRouter.

use domain::{
    Time, UserId,
    sync_state::{Contest, FailureReason, SyncFailure, SyncState},
    sync_summary::SyncStage,
};
use jiff::Timestamp;
use proptest::prelude::*;
use store::{CarryToTaskRouter, ChangeOrigin, ContestedSkills, OutboxStep, RequestSync, SyncStep};

use crate::support::{Fixture, operator};

/// What the table says of a user's synchronisation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Syncing {
    pub pending: bool,
    pub failure: Option<FailureReason>,
    pub contested: bool,
}

impl Syncing {
    pub const PENDING: Self = Self { pending: true, failure: None, contested: false };
    pub const FAILED: Self = Self { pending: false, failure: Some(FailureReason::Refused), contested: false };
    pub const CONTESTED: Self = Self { pending: false, failure: None, contested: true };

    /// What comes first counts.
    pub fn stage(self) -> SyncStage {
        match self {
            Self { pending: true, .. } => SyncStage::Pending,
            Self { failure: Some(_), .. } => SyncStage::Failed,
            Self { contested: true, .. } => SyncStage::Contested,
            Self { .. } => SyncStage::Synced,
        }
    }

    fn state(self) -> SyncState {
        let since = Time::from(Timestamp::UNIX_EPOCH);
        SyncState {
            failure: self.failure.map(|reason| SyncFailure { reason, since, attempts: 1 }),
            contest: Contest { since: self.contested.then_some(since), ..Contest::default() },
            ..SyncState::default()
        }
    }
}

/// A failure that is tried again leaves something pending.
pub fn syncings() -> impl Strategy<Value = Syncing> {
    let failure = prop_oneof![
        3 => Just(None),
        1 => Just(Some(FailureReason::Refused)),
        1 => Just(Some(FailureReason::TwilioUnavailable)),
    ];
    (any::<bool>(), failure, prop::bool::weighted(0.3)).prop_map(|(pending, failure, contested)| {
        let is_retried = failure.is_some_and(|reason: FailureReason| !reason.is_final());
        Syncing { pending: pending || is_retried, failure, contested }
    })
}

impl Fixture {
    /// Brings a user of whom nothing was carried over yet there, by the steps of a synchronisation.
    pub async fn put_syncing(&self, user_id: UserId, syncing: Syncing) {
        if syncing.stage() != SyncStage::Synced {
            self.step(user_id, None, syncing).await;
        }
    }

    /// Asks for the user to be carried over, and ends like this. `before` as it was put before.
    pub async fn step(&self, user_id: UserId, before: Option<Syncing>, after: Syncing) {
        let origin: ChangeOrigin<'_> = operator();
        self.directory.request_sync(user_id, ContestedSkills::Leave, origin).await.unwrap();
        let before = before.filter(|before| before.state() != SyncState::default());
        let before = before.map(|before| SyncState { revision: 1, ..before.state() });
        let revision = before.as_ref().map_or(0, |before| before.revision);
        let outbox = if after.pending { OutboxStep::Keep } else { OutboxStep::Clear };
        let after = SyncState { revision, ..after.state() };
        let token = origin.change_id;
        let step = SyncStep { user_id, token, before: before.as_ref(), after, outbox, written: None };
        self.directory.sync_step(step).await.unwrap();
    }
}

//! Which users are looked at, and how gently while Twilio fails.

use futures_util::{StreamExt as _, stream};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use tokio::time::Instant;

use domain::UserId;
use jiff::Timestamp;
use runtime::metrics::{self, Metric};
use store::{OutboxItem, StoreError};

use super::{Outcome, SyncMode, SyncStore, SyncTaskRouter, WorkerSync};
use crate::TimeAndIds;

/// The users that are carried over side by side.
const SIDE_BY_SIDE: usize = 8;

/// After so many failures in a row Twilio counts as down: only the schedule asks, and one user at a time.
const DOWN_AFTER: u32 = 3;

/// The users that one run of the schedule takes up at a time.
const DUE_AT_ONCE: usize = 100;

/// How long one run of the schedule takes up further users; shorter than the function runs.
const RUN_FOR: Duration = Duration::from_secs(40);

/// What became of several users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Those that could not be looked at, because the table failed.
    pub failed: BTreeSet<UserId>,
}

impl<S: SyncStore, T: SyncTaskRouter, C: TimeAndIds> WorkerSync<S, T, C> {
    /// Looks at users whose outbox has changed. While Twilio is down they are left to the schedule.
    pub async fn sync_changed(&self, users: BTreeSet<UserId>) -> Result<Batch, StoreError> {
        let failures = self.store.twilio_health().await?.failures;
        let started = Instant::now();
        Ok(if failures >= DOWN_AFTER { Batch::default() } else { self.side_by_side(users, failures, started).await })
    }

    /// Looks at every user who is due. If Twilio is down, at one: if it answers, at the rest.
    pub async fn sync_due(&self) -> Result<(), StoreError> {
        let started = Instant::now();
        let mut is_measured = false;
        while started.elapsed() < RUN_FOR {
            let now = self.time_and_ids.now();
            let due = self.store.due(now, self.mode == SyncMode::Write, DUE_AT_ONCE).await?;
            if !is_measured {
                metrics::add(Metric::OldestOutbox, oldest_seconds(&due, now));
                is_measured = true;
            }
            let due = due.into_iter().map(|outbox| outbox.user_id).collect::<Vec<_>>();
            if due.is_empty() {
                return Ok(());
            }
            let mut failures = self.store.twilio_health().await?.failures;
            if failures >= DOWN_AFTER {
                if !self.twilio_answers_again(&due, failures).await? {
                    return Ok(());
                }
                failures = 0;
            }
            // What is left of a short list has got a time to be tried again.
            let is_last = due.len() < DUE_AT_ONCE;
            let batch = self.side_by_side(due.into_iter().collect(), failures, started).await;
            if is_last || !batch.failed.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Asks about the first user about whom there is something to ask.
    async fn twilio_answers_again(&self, due: &[UserId], failures: u32) -> Result<bool, StoreError> {
        for &user_id in due {
            match self.sync_user(user_id).await {
                Ok(Outcome::NotAsked) => {}
                Ok(outcome) => return Ok(self.count(outcome, failures).await? == 0),
                Err(error) => tracing::error!(%user_id, %error, "cannot look at a user"),
            }
        }
        Ok(false)
    }

    /// Stops asking when Twilio turns out to be down, and when the time is over: the rest is due later.
    async fn side_by_side(&self, users: BTreeSet<UserId>, failures: u32, started: Instant) -> Batch {
        let failures = &AtomicU32::new(failures);
        let looked_at = stream::iter(users).map(|user_id| async move {
            if failures.load(Ordering::Relaxed) >= DOWN_AFTER || started.elapsed() > RUN_FOR {
                return None;
            }
            match self.look_at(user_id, failures).await {
                Ok(()) => None,
                Err(error) => {
                    tracing::error!(%user_id, %error, "cannot look at a user");
                    Some(user_id)
                }
            }
        });
        let failed = looked_at.buffer_unordered(SIDE_BY_SIDE).filter_map(|failed| async move { failed });
        Batch { failed: failed.collect().await }
    }

    async fn look_at(&self, user_id: UserId, failures: &AtomicU32) -> Result<(), StoreError> {
        let outcome = self.sync_user(user_id).await?;
        let now = self.count(outcome, failures.load(Ordering::Relaxed)).await?;
        failures.store(now, Ordering::Relaxed);
        Ok(())
    }

    /// The failures in a row after this outcome.
    async fn count(&self, outcome: Outcome, before: u32) -> Result<u32, StoreError> {
        match outcome {
            Outcome::TwilioUnavailable => Ok(self.store.twilio_failed().await?.failures),
            Outcome::NotAsked => Ok(before),
            Outcome::Done | Outcome::Later => {
                if before > 0 {
                    self.store.twilio_answered().await?;
                }
                Ok(0)
            }
        }
    }
}

/// How long the change of these waits that was made first.
fn oldest_seconds(due: &[OutboxItem], now: Timestamp) -> u64 {
    let oldest = due.iter().map(|outbox| *outbox.since).min();
    oldest.map_or(0, |since| u64::try_from(now.duration_since(since).as_secs()).unwrap_or_default())
}

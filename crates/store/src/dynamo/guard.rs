//! Guards: what a change relies on and does not write, so that changes that rely on the same thing do not meet.
//!
//! Transactions that name one item conflict, also if they only check it. So what thousands of changes rely on (that a
//! skill or team is not being deleted, that the caller still has the permissions that were read) has many guards, and a
//! change checks one of them: that it is not closed. A guard that was never closed has no item. A deletion, and a change of a
//! caller's role or status, closes all of them before it counts or writes (docs/decisions/0051).
//!
//! ```text
//! a change:    read ──────────────────────► transaction, with a check of one guard
//! a deletion:        lock ── close all ── count ──► none: delete    (the guards stay closed)
//!                                            └────► some: open all, and refuse with the count
//! ```
//!
//! A transaction that was under way when the guards were closed fails whenever it arrives: it carries the time before its
//! read. What a function that crashed has closed opens again for changes that are read after the closing expired.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::update_item::UpdateItemError,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use domain::{Skill, TeamId, User};

use crate::{
    Directory, StoreError,
    dynamo::{
        deletion_lock::EXPIRES_AFTER_SECONDS,
        item::{number, text},
        transaction::{ChangeOrigin, Condition, Transaction},
    },
    schema::keys::{self, GUARDS},
};

/// Every closing writes this item's `entity`.
const GUARD: &str = "guard";

/// When DynamoDB deletes a closed guard: long after any transaction that it must stop.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// How many are closed concurrently.
const CLOSED_CONCURRENTLY: usize = 16;

/// How long the transactions that check a guard may keep it from being closed, and the waits between.
const CLOSES_WITHIN: Duration = Duration::from_secs(3);
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// The guard that is closed before the others. No change checks it.
const FIRST: u8 = GUARDS;

/// What changes rely on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Guarded<'a> {
    /// It exists.
    Skill(&'a Skill),
    /// It exists.
    Team(TeamId),
    /// Their role and status are those that were read (rule 5).
    Caller(&'a User),
}

impl Guarded<'_> {
    fn key(self, guard: u8) -> keys::Key {
        match self {
            Self::Skill(skill) => keys::skill_guard(&skill.name, skill.guard_id, guard),
            Self::Team(team_id) => keys::team_guard(team_id, guard),
            Self::Caller(user) => keys::user_guard(user.user_id, user.guard_id, guard),
        }
    }
}

impl Transaction<'_> {
    /// Nothing has closed the guards of this since the time of the origin, before which it must not have been read.
    pub fn check_guard(&mut self, guarded: Guarded<'_>, origin: &ChangeOrigin<'_>) -> Result<(), StoreError> {
        let guard = self.directory().own_guard(origin.change_id);
        self.check(&guarded.key(guard), is_open(origin))
    }
}

fn is_open(origin: &ChangeOrigin<'_>) -> Condition {
    let now = (":now", number(origin.now.as_second()));
    Condition::new("attribute_not_exists(closed_until) OR closed_until < :now", [now])
}

/// All guards of something, closed by this change alone.
#[derive(Debug)]
pub(crate) struct Closing<'a> {
    guarded: Guarded<'a>,
    holder: Uuid,
}

impl Directory {
    /// Closes all guards, one by one: each waits for the transactions that are under way with it, and no new one passes.
    /// [`StoreError::Conflict`] if another change has closed them.
    pub(crate) async fn close<'a>(
        &self,
        guarded: Guarded<'a>,
        origin: &ChangeOrigin<'_>,
    ) -> Result<Closing<'a>, StoreError> {
        let closing = Closing { guarded, holder: origin.change_id };
        // Of two that close at once, this one decides.
        self.close_guard(&closing, FIRST, origin).await?;
        let closed = async {
            self.check_caller_stays(guarded, origin).await?;
            let others = stream::iter(0..GUARDS).map(|guard| self.close_guard(&closing, guard, origin));
            others.buffer_unordered(CLOSED_CONCURRENTLY).try_collect::<Vec<()>>().await
        };
        match closed.await {
            Ok(_) => Ok(closing),
            Err(error) => {
                self.open(&closing).await;
                Err(error)
            }
        }
    }

    /// Of two users who take each other's permissions away at once, none could write: each has closed the other's guards. So
    /// one who sees that their own are being closed gives way, before closing more than the first.
    async fn check_caller_stays(&self, guarded: Guarded<'_>, origin: &ChangeOrigin<'_>) -> Result<(), StoreError> {
        let (Guarded::Caller(target), Some(caller)) = (guarded, origin.caller) else { return Ok(()) };
        if caller.user_id == target.user_id {
            return Ok(());
        }
        let mut check = Transaction::new(self);
        check.check(&Guarded::Caller(caller).key(FIRST), is_open(origin))?;
        check.send(self).await
    }

    async fn close_guard(&self, closing: &Closing<'_>, guard: u8, origin: &ChangeOrigin<'_>) -> Result<(), StoreError> {
        let now = origin.now.as_second();
        let update =
            self.db.update_item().table_name(&self.table).set_key(Some(closing.guarded.key(guard).attributes()));
        let update = update
            .update_expression(
                "SET entity = :entity, closed_by = :holder, closed_until = :until, expires_at = :expires",
            )
            // Ours already: the response to an earlier attempt of this call was lost.
            .condition_expression("attribute_not_exists(closed_until) OR closed_until < :now OR closed_by = :holder")
            .expression_attribute_values(":entity", text(GUARD))
            .expression_attribute_values(":holder", text(closing.holder.to_string()))
            .expression_attribute_values(":until", number(now + EXPIRES_AFTER_SECONDS))
            .expression_attribute_values(":expires", number(now + KEPT_SECONDS))
            .expression_attribute_values(":now", number(now));
        let sent = until_free(|| update.clone().send()).await;
        sent.map(drop).map_err(|error| StoreError::of(&error))
    }

    /// Closes the guards of all of these, or of none.
    pub(crate) async fn close_all<'a>(
        &self,
        guarded: &[Guarded<'a>],
        origin: &ChangeOrigin<'_>,
    ) -> Result<Vec<Closing<'a>>, StoreError> {
        let mut closings = Vec::new();
        for &guarded in guarded {
            let closed = self.close(guarded, origin).await;
            if closed.is_err() {
                self.open_unless_written(&closings, &closed).await;
            }
            closings.push(closed?);
        }
        Ok(closings)
    }

    /// Opens the guards again if it is certain that nothing was written.
    pub(crate) async fn open_unless_written<T>(&self, closings: &[Closing<'_>], written: &Result<T, StoreError>) {
        let Err(error) = written else { return };
        if error.can_redecide() || matches!(error, StoreError::Refused(_)) {
            for closing in closings {
                self.open(closing).await;
            }
        }
    }

    /// Opens what this closing has closed: nothing came of it.
    async fn open(&self, closing: &Closing<'_>) {
        let opening = stream::iter(0..=FIRST).map(|guard| self.open_guard(closing, guard));
        let failed = opening.buffer_unordered(CLOSED_CONCURRENTLY).filter_map(async |opened| opened.err());
        let failed = failed.collect::<Vec<_>>().await;
        if let Some(error) = failed.first() {
            let failed = failed.len();
            tracing::warn!(%error, failed, "failed to open guards; they expire in {EXPIRES_AFTER_SECONDS} s");
        }
    }

    async fn open_guard(&self, closing: &Closing<'_>, guard: u8) -> Result<(), StoreError> {
        let update =
            self.db.update_item().table_name(&self.table).set_key(Some(closing.guarded.key(guard).attributes()));
        let update = update
            .update_expression("REMOVE closed_until, closed_by")
            .condition_expression("closed_by = :holder")
            .expression_attribute_values(":holder", text(closing.holder.to_string()));
        match until_free(|| update.clone().send()).await {
            // It was not closed.
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(()),
            opened => opened.map(drop).map_err(|error| StoreError::of(&error)),
        }
    }

    /// The guard that this instance checks. An instance handles one request at a time, so that it never meets itself; it
    /// keeps its guard until it meets another instance there.
    fn own_guard(&self, change_id: Uuid) -> u8 {
        self.guard.get_or_choose(|| u8::try_from(change_id.as_u128() % u128::from(GUARDS)).unwrap_or_default())
    }
}

/// Sends again while a transaction with the item is under way.
async fn until_free<T, F>(send: impl Fn() -> F) -> Result<T, SdkError<UpdateItemError>>
where
    F: Future<Output = Result<T, SdkError<UpdateItemError>>>,
{
    let start = tokio::time::Instant::now();
    loop {
        match send().await {
            Err(error) if error.code() == Some("TransactionConflictException") && start.elapsed() < CLOSES_WITHIN => {
                tokio::time::sleep(BETWEEN_TRIES).await;
            }
            answer => return answer,
        }
    }
}

//! The outbox: what is still to be carried to TaskRouter, and how far it has been carried.

use aws_sdk_dynamodb::{operation::update_item::UpdateItemError, types::ReturnValue};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use std::time::Duration;
use uuid::Uuid;

use domain::{UserId, WorkerSid, sync_state::SyncState};

use crate::{
    CarryToTaskRouter, ChangeOrigin, Directory, RequestSync, StoreError, WatchTwilio, WorkerItem,
    dynamo::{
        item::{number, text},
        transaction::{Condition, Transaction},
    },
    schema::{
        items::{self, ContestedSkills, OutboxItem, SyncItem, TwilioHealth},
        keys,
    },
};

/// How long after a change the schedule leaves it to the stream.
const STREAM_TIME: Duration = Duration::from_mins(1);

/// Due when `SyncMode` is switched to `write`: sorts after every time.
pub(crate) const WHEN_WRITING: &str = "WHEN_WRITING";

/// A step of carrying a user over. It is written on condition that nothing was changed since `token` was read and that no
/// other invocation has written in between.
#[derive(Debug, Clone)]
pub struct SyncStep<'a> {
    pub user_id: UserId,
    /// The outbox's `pending`, read after the worker was fetched.
    pub token: Uuid,
    pub before: Option<&'a SyncState>,
    pub after: SyncState,
    pub outbox: OutboxStep,
    /// The worker that was written: its next report is looked at, even if it is the same as the last one.
    pub written: Option<&'a WorkerSid>,
}

/// What becomes of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxStep {
    /// It stays.
    Keep,
    /// Everything is carried over, or is refused for good.
    Clear,
    /// It is tried again then.
    RetryAt(Timestamp),
    /// It is carried over when this deployment may write.
    WhenWriting,
}

/// Marks that the user's worker is to be compared. `token` is new for each change.
pub(crate) fn mark(
    writes: &mut Transaction<'_>,
    user_id: UserId,
    token: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    mark_with(writes, user_id, token, now, ContestedSkills::Leave)
}

/// Likewise, and says what becomes of contested skills. What was said before stays until the outbox is cleared; only a
/// decision counts more.
pub(crate) fn mark_with(
    writes: &mut Transaction<'_>,
    user_id: UserId,
    token: Uuid,
    now: Timestamp,
    contested: ContestedSkills,
) -> Result<(), StoreError> {
    let sets = [
        (":entity", text(OutboxItem::NAME)),
        (":pending", text(token.to_string())),
        (":user_id", text(user_id.to_string())),
        (":now", text(instant(now))),
        (":due", text(instant(now + STREAM_TIME))),
        (":pending_pk", text(keys::PENDING)),
    ];
    let (contested_is, value) = match contested {
        ContestedSkills::Leave => ("", None),
        ContestedSkills::RevertOnce => (", contested = if_not_exists(contested, :contested)", Some("revert_once")),
        ContestedSkills::Decided => (", contested = :contested", Some("decided")),
    };
    let update = format!(
        "SET entity = :entity, pending = :pending, user_id = :user_id, since = if_not_exists(since, :now), \
        due_at = :due, by_pending_pk = :pending_pk{contested_is}"
    );
    let sets = sets.into_iter().chain(value.map(|value| (":contested", text(value))));
    writes.update(&keys::outbox(user_id), &update, sets, None)
}

pub(super) fn write(writes: &mut Transaction<'_>, step: &SyncStep<'_>) -> Result<(), StoreError> {
    let key = keys::outbox(step.user_id);
    let is_token = Condition::new("pending = :token", [(":token", text(step.token.to_string()))]);
    let due = |at: String| [(":due", text(at))];
    match step.outbox {
        OutboxStep::Keep => writes.check(&key, is_token)?,
        OutboxStep::Clear => writes.delete(&key, Some(is_token))?,
        OutboxStep::RetryAt(at) => writes.update(&key, "SET due_at = :due", due(instant(at)), Some(is_token))?,
        OutboxStep::WhenWriting => {
            writes.update(&key, "SET due_at = :due", due(WHEN_WRITING.to_owned()), Some(is_token))?;
        }
    }
    if let Some(sid) = step.written {
        let entity = [(":entity", text(WorkerItem::NAME))];
        writes.update(&keys::worker(sid), "SET entity = :entity REMOVE applied_hash", entity, None)?;
    }
    let before = step.before.cloned().unwrap_or_default();
    if step.after == before {
        return Ok(());
    }
    let is_unchanged = match step.before {
        None => Condition::absent(),
        Some(before) => Condition::revision_is(Some(before.revision)),
    };
    let state = SyncState { revision: before.revision + 1, ..step.after.clone() };
    writes.put(&SyncItem { user_id: step.user_id, state: &state }, Some(is_unchanged))
}

/// As a key: text order is time order.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

impl CarryToTaskRouter for Directory {
    async fn sync_step(&self, step: SyncStep<'_>) -> Result<(), StoreError> {
        let mut writes = Transaction::new(self);
        write(&mut writes, &step)?;
        writes.send(self).await
    }

    async fn due(&self, now: Timestamp, is_writing: bool, limit: usize) -> Result<Vec<OutboxItem>, StoreError> {
        let mut due = self.due_in(keys::PENDING, "due_at <= :at", instant(now), limit).await?;
        if is_writing && due.len() < limit {
            let at = WHEN_WRITING.to_owned();
            due.extend(self.due_in::<OutboxItem>(keys::PENDING, "due_at = :at", at, limit - due.len()).await?);
        }
        Ok(due)
    }
}

impl Directory {
    /// What is due, of one partition of the index, longest due first.
    pub(crate) async fn due_in<T: DeserializeOwned>(
        &self,
        partition: &str,
        range: &str,
        at: String,
        limit: usize,
    ) -> Result<Vec<T>, StoreError> {
        let query = self.db.query().table_name(&self.table).index_name(keys::BY_PENDING);
        let query = query
            .key_condition_expression(format!("by_pending_pk = :pk AND {range}"))
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":at", text(at))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let found = query.send().await.map_err(|error| StoreError::of(&error))?;
        items::read_all(found.items.unwrap_or_default())
    }
}

impl RequestSync for Directory {
    async fn request_sync(
        &self,
        user_id: UserId,
        contested: ContestedSkills,
        origin: ChangeOrigin<'_>,
    ) -> Result<(), StoreError> {
        let mut writes = Transaction::new(self);
        mark_with(&mut writes, user_id, origin.change_id, origin.now, contested)?;
        writes.check_caller(&origin)?;
        writes.send(self).await
    }
}

impl WatchTwilio for Directory {
    async fn twilio_health(&self) -> Result<TwilioHealth, StoreError> {
        Ok(self.get(&keys::twilio_health()).await?.unwrap_or_default())
    }

    async fn twilio_failed(&self) -> Result<TwilioHealth, StoreError> {
        let update = self.db.update_item().table_name(&self.table).set_key(Some(keys::twilio_health().attributes()));
        let update = update
            .update_expression("SET entity = :entity ADD failures :one")
            .expression_attribute_values(":entity", text(TwilioHealth::NAME))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew);
        let new = update.send().await.map_err(|error| StoreError::of(&error))?;
        items::read(new.attributes.unwrap_or_default())
    }

    async fn twilio_answered(&self) -> Result<(), StoreError> {
        let update = self.db.update_item().table_name(&self.table).set_key(Some(keys::twilio_health().attributes()));
        let update = update
            .update_expression("SET failures = :none")
            .condition_expression("failures > :none")
            .expression_attribute_values(":none", number(0));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) =>
            {
                Ok(())
            }
            Err(error) => Err(StoreError::of(&error)),
        }
    }
}

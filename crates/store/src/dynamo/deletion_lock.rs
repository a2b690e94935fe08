//! Deleting only what is unused: a team without members, a skill that nothing holds (rule 21).
//!
//! Whether it is unused is found out by counting, and a use could begin right after. So deletion takes a lock first: a
//! transaction that begins a use checks that the lock is not held. What was written before is counted; what comes after
//! is rejected until the lock is released.
//!
//! ```text
//! lock ── count ──► none: delete, on condition that the lock is still ours
//!            └────► some: release, and refuse with the count
//! ```
//!
//! If the function crashes in between, the lock expires.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Directory, StoreError,
    dynamo::{
        item::{number, text},
        transaction::{ChangeOrigin, Condition},
    },
    schema::keys::Key,
};

/// Longer than a function runs.
pub(crate) const EXPIRES_AFTER_SECONDS: i64 = 60;

/// A condition, and its value, that holds while no lock is held.
pub(crate) fn is_unlocked(now: Timestamp) -> (&'static str, (&'static str, AttributeValue)) {
    ("(attribute_not_exists(locked_until) OR locked_until < :now)", (":now", number(now.as_second())))
}

/// It is there and not being deleted. For what the change has not read; what it has read is checked by a guard.
pub(crate) fn is_there(now: Timestamp) -> Condition {
    let (is_unlocked, now) = is_unlocked(now);
    Condition::new(format!("attribute_exists(pk) AND {is_unlocked}"), [now])
}

/// A lock that this change holds.
#[derive(Debug)]
pub(crate) struct DeletionLock {
    key: Key,
    holder: Uuid,
}

impl DeletionLock {
    /// Still ours. Every other write to the item replaces it and with it the lock.
    pub(crate) fn is_held(&self) -> Condition {
        Condition::new("locked_by = :holder", [(":holder", text(self.holder.to_string()))])
    }

    pub(crate) const fn key(&self) -> &Key {
        &self.key
    }
}

impl Directory {
    /// Locks the item, if it has this version and no other deletion holds the lock.
    pub(crate) async fn lock(
        &self,
        key: Key,
        version: u64,
        origin: &ChangeOrigin<'_>,
    ) -> Result<DeletionLock, StoreError> {
        let (is_unlocked, now) = is_unlocked(origin.now);
        let update = self.db.update_item().table_name(&self.table).set_key(Some(key.attributes()));
        let update = update
            .update_expression("SET locked_until = :until, locked_by = :holder")
            // Ours already: the response to an earlier attempt of this call was lost.
            .condition_expression(format!("version = :read AND ({is_unlocked} OR locked_by = :holder)"))
            .expression_attribute_values(":until", number(origin.now.as_second() + EXPIRES_AFTER_SECONDS))
            .expression_attribute_values(":holder", text(origin.change_id.to_string()))
            .expression_attribute_values(":read", number(version))
            .expression_attribute_values(now.0, now.1);
        update.send().await.map_err(|error| StoreError::of(&error))?;
        Ok(DeletionLock { key, holder: origin.change_id })
    }

    pub(crate) async fn release(&self, lock: &DeletionLock) {
        let update = self.db.update_item().table_name(&self.table).set_key(Some(lock.key.attributes()));
        let update = update
            .update_expression("REMOVE locked_until, locked_by")
            .condition_expression("locked_by = :holder")
            .expression_attribute_values(":holder", text(lock.holder.to_string()));
        if let Err(error) = update.send().await {
            let error = StoreError::of(&error);
            tracing::warn!(%error, "failed to release a deletion lock; it expires in {EXPIRES_AFTER_SECONDS} s");
        }
    }
}

//! Deleting what nothing may use: a team without members, a skill that nobody has (rule 21).
//!
//! That nothing uses it is known only by counting, and somebody may begin to use it right after. So it is *closed* first,
//! for a while: whoever begins to use it checks in their transaction that it is not closed. What was written before is
//! counted; what comes after is refused until it is open again.
//!
//! ```text
//! close ── count ──► none: delete, on condition that it is closed by us and has not changed
//!             └────► some: open, and refuse with the count
//! ```
//!
//! A function that dies in between leaves it closed until the time is over.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Skill;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Directory, StoreError,
    keys::Key,
    profiles::{number, text},
    transaction::Condition,
};

/// How long something is closed; longer than a function runs.
const CLOSED_SECONDS: i64 = 60;

/// That something is not closed, as a condition, and its value.
pub(crate) fn is_unlocked(now: Timestamp) -> (&'static str, (&'static str, AttributeValue)) {
    ("(attribute_not_exists(closed_until) OR closed_until < :now)", (":now", number(now.as_second())))
}

/// That a skill may be given in this moment: it is not being deleted, and its range, where it was read, is as it was read.
pub(crate) fn is_assignable(read: Option<&Skill>, now: Timestamp) -> Condition {
    let (is_open, now) = is_unlocked(now);
    match read {
        None => Condition::new(format!("attribute_exists(pk) AND {is_open}"), [now]),
        Some(read) => Condition::new(format!("version = :read AND {is_open}"), [now, (":read", number(read.version))]),
    }
}

/// Something that we have closed.
#[derive(Debug)]
pub(crate) struct DeletionLock {
    key: Key,
    by: Uuid,
}

impl Directory {
    /// Closes it, if it has this version and nobody else has closed it.
    pub(crate) async fn close(&self, key: Key, version: u64, now: Timestamp) -> Result<DeletionLock, StoreError> {
        let by = Uuid::new_v4();
        let (is_open, now_value) = is_unlocked(now);
        let update = self.db.update_item().table_name(&self.table).set_key(Some(key.attributes()));
        let update = update
            .update_expression("SET closed_until = :until, closed_by = :by")
            // Closed by us: the answer to an earlier try was lost.
            .condition_expression(format!("version = :read AND ({is_open} OR closed_by = :by)"))
            .expression_attribute_values(":until", number(now.as_second() + CLOSED_SECONDS))
            .expression_attribute_values(":by", text(by.to_string()))
            .expression_attribute_values(":read", number(version))
            .expression_attribute_values(now_value.0, now_value.1);
        update.send().await.map_err(|error| StoreError::of(&error))?;
        Ok(DeletionLock { key, by })
    }

    /// Opens it again. If that fails it opens by itself.
    pub(crate) async fn open(&self, closed: &DeletionLock) {
        let update = self.db.update_item().table_name(&self.table).set_key(Some(closed.key.attributes()));
        let update = update.update_expression("REMOVE closed_until, closed_by").condition_expression("closed_by = :by");
        let opened = update.expression_attribute_values(":by", text(closed.by.to_string())).send().await;
        if let Err(error) = opened {
            tracing::warn!(error = %StoreError::of(&error), "what was closed opens later");
        }
    }
}

impl DeletionLock {
    /// Still closed by us; whoever has changed it since has opened it.
    pub(crate) fn still(&self) -> Condition {
        Condition::new("closed_by = :by", [(":by", text(self.by.to_string()))])
    }

    pub(crate) const fn key(&self) -> &Key {
        &self.key
    }
}

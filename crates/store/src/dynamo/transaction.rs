//! One transaction: what it writes, on which conditions, and what it means when a condition fails.

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update},
};
use jiff::Timestamp;
use std::collections::HashMap;
use uuid::Uuid;

use domain::{
    Actor, Change, Record, Refusal, Source, Time, User,
    audit::{Action, Author, Subject},
};

use crate::{
    Directory, StoreError,
    dynamo::{guard::Guarded, item::number},
    schema::{
        items::{AuditItem, Entity, Item},
        keys::Key,
    },
};

/// Who changes something, by which path and when: what the audit record says (rule 31).
#[derive(Debug, Clone, Copy)]
pub struct ChangeOrigin<'a> {
    pub actor: Actor,
    pub source: Source,
    /// The id of the request, callback or job.
    pub request_id: &'a str,
    /// The caller's profile as it was read. The change is written only while role and status are still the same (rule 5).
    pub caller: Option<&'a User>,
    /// A moment before the caller, and the skills and teams that the change begins to use, were read.
    pub now: Timestamp,
    /// A UUID v7 of this attempt alone: the id of its audit records, of its outbox entry and of its locks.
    pub change_id: Uuid,
}

impl ChangeOrigin<'_> {
    /// An operator's command.
    #[must_use]
    pub const fn operator(request_id: &str, now: Timestamp, change_id: Uuid) -> ChangeOrigin<'_> {
        ChangeOrigin { actor: Actor::Operator, source: Source::Operator, request_id, caller: None, now, change_id }
    }

    /// As it is recorded: after the latest recorded change of the same user or team, whatever the clocks of the two functions
    /// say. A history is sorted by its ids, and is in the order in which the changes were made (rule 31). A time that is
    /// further ahead than clocks of functions are counts for nothing: it stays the only one that is wrong.
    pub(crate) fn recorded_after(self, latest: Option<Time>) -> Self {
        let next = latest.map_or(0, |latest| latest.as_millisecond() + 1);
        let now = self.now.as_millisecond();
        let millis = if next - now > MOST_AHEAD_MS { now } else { now.max(next) };
        let now = Timestamp::from_millisecond(millis).unwrap_or(self.now);
        // A UUID v7 begins with the milliseconds. This one was made a little after the time that is recorded.
        let begin = u128::try_from(millis).unwrap_or_default() << (128 - MILLIS_BITS);
        let id = begin | self.change_id.as_u128() << MILLIS_BITS >> MILLIS_BITS;
        Self { now, change_id: Uuid::from_u128(id), ..self }
    }

    /// The origin of the n-th transaction of a change that takes several, with an id that sorts after the ones before.
    pub(crate) const fn step(self, n: u128) -> Self {
        Self { change_id: Uuid::from_u128(self.change_id.as_u128().wrapping_add(n)), ..self }
    }
}

/// How far another function's clock may be ahead for its changes to come before this one's.
const MOST_AHEAD_MS: i64 = 60_000;

/// The bits of a UUID v7 that are milliseconds.
const MILLIS_BITS: u32 = 48;

/// What a failed condition means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// Something was changed concurrently.
    Changed,
    /// No active account owner would be left (rule 3).
    LastOwner,
    /// The transaction was written before: the response to an earlier attempt was lost.
    Written,
}

/// A condition on an item.
#[derive(Debug)]
pub(crate) struct Condition {
    expression: String,
    values: Vec<(&'static str, AttributeValue)>,
    on_failure: OnFailure,
}

impl Condition {
    pub fn new(
        expression: impl Into<String>,
        values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> Self {
        let values = values.into_iter().collect();
        Self { expression: expression.into(), values, on_failure: OnFailure::Changed }
    }

    /// No item has this key.
    pub fn absent() -> Self {
        Self::new("attribute_not_exists(pk)", [])
    }

    /// The item has the version that was read; none if it is created.
    pub fn version_is(version: Option<u64>) -> Self {
        version.map_or_else(Self::absent, |version| Self::new("version = :read", [(":read", number(version))]))
    }

    /// The user item has the revision that was read; none if it is created.
    pub fn revision_is(revision: Option<u64>) -> Self {
        revision.map_or_else(Self::absent, |revision| Self::new("revision = :read", [(":read", number(revision))]))
    }

    pub fn on_failure(self, on_failure: OnFailure) -> Self {
        Self { on_failure, ..self }
    }
}

type Values = HashMap<String, AttributeValue>;

fn values(of: impl IntoIterator<Item = (&'static str, AttributeValue)>) -> Option<Values> {
    let values = of.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Values>();
    (!values.is_empty()).then_some(values)
}

/// The writes of one transaction.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    directory: &'a Directory,
    items: Vec<TransactWriteItem>,
    on_failure: Vec<OnFailure>,
}

impl<'a> Transaction<'a> {
    pub fn new(directory: &'a Directory) -> Self {
        Self { directory, items: Vec::new(), on_failure: Vec::new() }
    }

    pub const fn directory(&self) -> &'a Directory {
        self.directory
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn put(&mut self, entity: &impl Entity, condition: Option<Condition>) -> Result<(), StoreError> {
        self.put_item(entity.to_item()?, condition)
    }

    pub fn put_item(&mut self, item: Item, condition: Option<Condition>) -> Result<(), StoreError> {
        let put = Put::builder().table_name(self.directory.name()).set_item(Some(item));
        let (put, on_failure) = match condition {
            None => (put, OnFailure::Changed),
            Some(Condition { expression, values: of, on_failure }) => {
                (put.condition_expression(expression).set_expression_attribute_values(values(of)), on_failure)
            }
        };
        self.push(TransactWriteItem::builder().put(put.build()?).build(), on_failure);
        Ok(())
    }

    pub fn delete(&mut self, key: &Key, condition: Option<Condition>) -> Result<(), StoreError> {
        let delete = Delete::builder().table_name(self.directory.name()).set_key(Some(key.attributes()));
        let (delete, on_failure) = match condition {
            None => (delete, OnFailure::Changed),
            Some(Condition { expression, values: of, on_failure }) => {
                (delete.condition_expression(expression).set_expression_attribute_values(values(of)), on_failure)
            }
        };
        self.push(TransactWriteItem::builder().delete(delete.build()?).build(), on_failure);
        Ok(())
    }

    pub fn update(
        &mut self,
        key: &Key,
        expression: &str,
        sets: impl IntoIterator<Item = (&'static str, AttributeValue)>,
        condition: Option<Condition>,
    ) -> Result<(), StoreError> {
        let update = Update::builder()
            .table_name(self.directory.name())
            .set_key(Some(key.attributes()))
            .update_expression(expression);
        let (update, of, on_failure) = match condition {
            None => (update, Vec::new(), OnFailure::Changed),
            Some(Condition { expression, values, on_failure }) => {
                (update.condition_expression(expression), values, on_failure)
            }
        };
        let update = update.set_expression_attribute_values(values(of.into_iter().chain(sets))).build()?;
        self.push(TransactWriteItem::builder().update(update).build(), on_failure);
        Ok(())
    }

    /// A condition on an item that is not written.
    pub fn check(&mut self, key: &Key, condition: Condition) -> Result<(), StoreError> {
        self.check_named(key, condition, None)
    }

    /// With names for attributes whose own are words of `DynamoDB`'s expressions.
    pub fn check_named(
        &mut self,
        key: &Key,
        condition: Condition,
        names: Option<HashMap<String, String>>,
    ) -> Result<(), StoreError> {
        let check = ConditionCheck::builder().table_name(self.directory.name()).set_key(Some(key.attributes()));
        let check = check.condition_expression(condition.expression).set_expression_attribute_names(names);
        let check = check.set_expression_attribute_values(values(condition.values)).build()?;
        self.push(TransactWriteItem::builder().condition_check(check).build(), condition.on_failure);
        Ok(())
    }

    /// The caller still has the role and the status by which the change was authorized (rule 5).
    pub fn check_caller(&mut self, origin: &ChangeOrigin<'_>) -> Result<(), StoreError> {
        origin.caller.map_or(Ok(()), |caller| self.check_guard(Guarded::Caller(caller), origin))
    }

    /// The audit record of the change. If it exists already, this very change has been written.
    pub fn record(
        &mut self,
        subject: Subject<'_>,
        origin: &ChangeOrigin<'_>,
        action: Action,
        changes: Vec<Change>,
    ) -> Result<(), StoreError> {
        self.record_of(subject, origin, action, changes, None)
    }

    /// The audit record of what another writer has changed in TaskRouter.
    pub fn record_of(
        &mut self,
        subject: Subject<'_>,
        origin: &ChangeOrigin<'_>,
        action: Action,
        changes: Vec<Change>,
        author: Option<Author>,
    ) -> Result<(), StoreError> {
        let record = Record {
            record_id: origin.change_id,
            at: origin.now.into(),
            actor: origin.actor,
            source: origin.source,
            request_id: origin.request_id.to_owned(),
            action,
            changes,
            author,
        };
        let item = AuditItem { subject, record: &record };
        self.put(&item, Some(Condition::absent().on_failure(OnFailure::Written)))
    }

    fn push(&mut self, item: TransactWriteItem, on_failure: OnFailure) {
        self.items.push(item);
        self.on_failure.push(on_failure);
    }

    /// Writes everything or nothing. When a response is lost, the SDK sends the same transaction again with the same
    /// token, and DynamoDB answers that it is written.
    pub async fn send(self, directory: &Directory) -> Result<(), StoreError> {
        if self.items.is_empty() {
            return Ok(());
        }
        let sent = directory.client().transact_write_items().set_transact_items(Some(self.items)).send().await;
        let Err(error) = sent else { return Ok(()) };
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
            return Err(StoreError::of(&error));
        };
        let codes = cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default());
        if codes.clone().any(|code| code == CONFLICT) {
            directory.guard.forget();
        }
        cancelled_by(codes.zip(self.on_failure))
    }
}

/// Why a transaction was cancelled, by the reason of each of its items. Ok if it had been written before.
fn cancelled_by<'a>(reasons: impl Iterator<Item = (&'a str, OnFailure)>) -> Result<(), StoreError> {
    let failed = reasons.filter(|(code, _)| !matches!(*code, "" | "None")).collect::<Vec<_>>();
    let unmet = |(code, on_failure): &(&str, OnFailure)| (*code == "ConditionalCheckFailed").then_some(*on_failure);
    if failed.is_empty() {
        return Err(StoreError::Rejected("transaction cancelled without a reason".to_owned()));
    }
    if failed.iter().any(|reason| unmet(reason) == Some(OnFailure::Written)) {
        return Ok(());
    }
    if failed.iter().all(|reason| unmet(reason) == Some(OnFailure::LastOwner)) {
        return Err(Refusal::LastAccountOwner.into());
    }
    if let Some((code, _)) = failed.iter().find(|(code, _)| !may_succeed_later(code)) {
        return Err(StoreError::Rejected((*code).to_owned()));
    }
    let is_throttled = failed.iter().any(|(code, _)| code.starts_with("Throttl") || code.starts_with("Provisioned"));
    Err(if is_throttled { StoreError::Throttled } else { StoreError::Conflict })
}

/// Another transaction with the item is under way.
const CONFLICT: &str = "TransactionConflict";

fn may_succeed_later(code: &str) -> bool {
    matches!(code, "ConditionalCheckFailed" | CONFLICT | "ThrottlingError" | "ProvisionedThroughputExceeded")
}

#[cfg(test)]
mod tests {
    use super::*;
    use OnFailure::{Changed, LastOwner, Written};

    fn error_of(reasons: &[(&str, OnFailure)]) -> String {
        match cancelled_by(reasons.iter().copied()) {
            Ok(()) => "written".to_owned(),
            Err(error) => format!("{error:?}"),
        }
    }

    const UNMET: &str = "ConditionalCheckFailed";

    #[test]
    fn a_cancelled_transaction_tells_what_to_do_next() {
        assert_eq!(error_of(&[("None", Changed), (UNMET, Changed)]), "Conflict");
        assert_eq!(error_of(&[("TransactionConflict", Changed), ("None", Written)]), "Conflict");
        assert_eq!(error_of(&[("ThrottlingError", Changed)]), "Throttled");
        assert_eq!(error_of(&[("ValidationError", Changed)]), "Rejected(\"ValidationError\")");
    }

    #[test]
    fn a_change_whose_record_is_there_is_written_whatever_else_has_changed_since() {
        assert_eq!(error_of(&[(UNMET, Changed), (UNMET, LastOwner), (UNMET, Written)]), "written");
    }

    #[test]
    fn rule_3_it_is_the_last_owner_only_if_nothing_else_has_changed() {
        assert_eq!(error_of(&[("None", Changed), (UNMET, LastOwner)]), "Refused(LastAccountOwner)");
        assert_eq!(error_of(&[(UNMET, Changed), (UNMET, LastOwner)]), "Conflict");
    }
}

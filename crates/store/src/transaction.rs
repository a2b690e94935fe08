//! One transaction: what it writes, on which conditions, and what it means when one of them does not hold.

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update},
};
use jiff::Timestamp;
use std::collections::HashMap;
use uuid::Uuid;

use domain::{Actor, Change, Record, Source, Status, User, audit::Action};

use crate::{
    Directory, StoreError,
    items::{self, Item},
    keys::{self, Key},
    profiles::{broken, number, text},
};

/// Who changes something, from where and when: what its record says (rule 31).
#[derive(Debug, Clone, Copy)]
pub struct ChangeOrigin<'a> {
    /// Who.
    pub actor: Actor,
    /// From where.
    pub source: Source,
    /// The id of the request, callback or job.
    pub request_id: &'a str,
    /// The profile of whoever asks, as it was read: the change is written only while their role and status are still
    /// those (rule 5).
    pub caller: Option<&'a User>,
    /// Now.
    pub now: Timestamp,
}

impl ChangeOrigin<'_> {
    /// An operator, or a test.
    #[must_use]
    pub const fn operator(request_id: &str, now: Timestamp) -> ChangeOrigin<'_> {
        ChangeOrigin { actor: Actor::Operator, source: Source::Operator, request_id, caller: None, now }
    }
}

/// What it means that a condition does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// Somebody else has changed it meanwhile.
    Changed,
    /// It would leave no active account owner.
    LastOwner,
    /// It is written already: the answer to an earlier try was lost.
    Written,
}

/// A condition on an item.
#[derive(Debug)]
pub(crate) struct Condition {
    expression: String,
    values: Vec<(&'static str, AttributeValue)>,
    otherwise: OnFailure,
}

impl Condition {
    pub fn new(
        expression: impl Into<String>,
        values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> Self {
        let values = values.into_iter().collect();
        Self { expression: expression.into(), values, otherwise: OnFailure::Changed }
    }

    /// Nothing is there yet.
    pub fn absent() -> Self {
        Self::new("attribute_not_exists(pk)", [])
    }

    /// It has the version that was read; none for what is made.
    pub fn version_is(version: Option<u64>) -> Self {
        version.map_or_else(Self::absent, |version| Self::new("version = :read", [(":read", number(version))]))
    }

    pub fn otherwise(self, otherwise: OnFailure) -> Self {
        Self { otherwise, ..self }
    }
}

type Values = HashMap<String, AttributeValue>;

fn values(of: impl IntoIterator<Item = (&'static str, AttributeValue)>) -> Option<Values> {
    let values = of.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Values>();
    (!values.is_empty()).then_some(values)
}

/// The items of one transaction.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    table: &'a str,
    items: Vec<TransactWriteItem>,
    otherwise: Vec<OnFailure>,
}

impl<'a> Transaction<'a> {
    /// Nothing yet.
    pub fn new(directory: &'a Directory) -> Self {
        Self { table: directory.name(), items: Vec::new(), otherwise: Vec::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn put(&mut self, item: Item, condition: Option<Condition>) -> Result<(), StoreError> {
        let put = Put::builder().table_name(self.table).set_item(Some(item));
        let (put, otherwise) = match condition {
            None => (put, OnFailure::Changed),
            Some(Condition { expression, values: of, otherwise }) => {
                (put.condition_expression(expression).set_expression_attribute_values(values(of)), otherwise)
            }
        };
        let put = put.build().map_err(|e| broken(&e))?;
        self.push(TransactWriteItem::builder().put(put).build(), otherwise);
        Ok(())
    }

    pub fn delete(&mut self, key: &Key, condition: Option<Condition>) -> Result<(), StoreError> {
        let delete = Delete::builder().table_name(self.table).set_key(Some(key.attributes()));
        let (delete, otherwise) = match condition {
            None => (delete, OnFailure::Changed),
            Some(Condition { expression, values: of, otherwise }) => {
                (delete.condition_expression(expression).set_expression_attribute_values(values(of)), otherwise)
            }
        };
        let delete = delete.build().map_err(|e| broken(&e))?;
        self.push(TransactWriteItem::builder().delete(delete).build(), otherwise);
        Ok(())
    }

    pub fn update(
        &mut self,
        key: &Key,
        update: &str,
        sets: impl IntoIterator<Item = (&'static str, AttributeValue)>,
        condition: Option<Condition>,
    ) -> Result<(), StoreError> {
        let builder =
            Update::builder().table_name(self.table).set_key(Some(key.attributes())).update_expression(update);
        let (builder, of, otherwise) = match condition {
            None => (builder, Vec::new(), OnFailure::Changed),
            Some(Condition { expression, values, otherwise }) => {
                (builder.condition_expression(expression), values, otherwise)
            }
        };
        let builder = builder.set_expression_attribute_values(values(of.into_iter().chain(sets)));
        let update = builder.build().map_err(|e| broken(&e))?;
        self.push(TransactWriteItem::builder().update(update).build(), otherwise);
        Ok(())
    }

    /// Nothing is written to this item, but it must be so.
    pub fn check(&mut self, key: &Key, condition: Condition) -> Result<(), StoreError> {
        self.check_named(key, condition, None)
    }

    fn check_named(
        &mut self,
        key: &Key,
        condition: Condition,
        names: Option<HashMap<String, String>>,
    ) -> Result<(), StoreError> {
        let check = ConditionCheck::builder().table_name(self.table).set_key(Some(key.attributes()));
        let check = check.condition_expression(condition.expression).set_expression_attribute_names(names);
        let check = check.set_expression_attribute_values(values(condition.values)).build().map_err(|e| broken(&e))?;
        self.push(TransactWriteItem::builder().condition_check(check).build(), condition.otherwise);
        Ok(())
    }

    /// Whoever asks still has the role and the status with which it was decided that they may (rule 5).
    pub fn caller(&mut self, by: &ChangeOrigin<'_>) -> Result<(), StoreError> {
        let Some(caller) = by.caller else { return Ok(()) };
        let names = [("#status", "status"), ("#role", "role")].map(|(short, name)| (short.to_owned(), name.to_owned()));
        let still = Condition::new(
            "#status = :active AND #role = :role AND role_granted = :granted",
            [
                (":active", text(Status::Active.name())),
                (":role", text(caller.role.name())),
                (":granted", AttributeValue::Bool(caller.role_granted)),
            ],
        );
        self.check_named(&keys::profile(caller.user_id), still, Some(names.into()))
    }

    /// The record of the change. That it is there already says that this very change is written.
    pub fn record(
        &mut self,
        pk: String,
        by: &ChangeOrigin<'_>,
        action: Action,
        changes: Vec<Change>,
    ) -> Result<(), StoreError> {
        let record = Record {
            record_id: Uuid::now_v7(),
            at: by.now,
            actor: by.actor,
            source: by.source,
            request_id: by.request_id.to_owned(),
            action,
            changes,
        };
        let item = items::audit(pk, &record)?;
        self.put(item, Some(Condition::absent().otherwise(OnFailure::Written)))
    }

    fn push(&mut self, item: TransactWriteItem, otherwise: OnFailure) {
        self.items.push(item);
        self.otherwise.push(otherwise);
    }

    /// Writes all of it or nothing. The SDK sends the same transaction again, with the same token, when an answer is lost;
    /// DynamoDB then says that it is written.
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
        match cancelled_by(codes.zip(self.otherwise)) {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }
}

/// Why a transaction was cancelled: a look at the reason of each of its items. None where it is written already.
fn cancelled_by<'a>(reasons: impl Iterator<Item = (&'a str, OnFailure)>) -> Option<StoreError> {
    let failed = reasons.filter(|(code, _)| !matches!(*code, "" | "None")).collect::<Vec<_>>();
    let unmet = |(code, otherwise): &(&str, OnFailure)| (*code == "ConditionalCheckFailed").then_some(*otherwise);
    if failed.iter().any(|reason| unmet(reason) == Some(OnFailure::Written)) {
        return None;
    }
    if !failed.is_empty() && failed.iter().all(|reason| unmet(reason) == Some(OnFailure::LastOwner)) {
        return Some(StoreError::LastOwner);
    }
    let refused = failed.iter().find(|(code, _)| !may_work_again(code)).map(|(code, _)| (*code).to_owned());
    Some(match refused {
        Some(code) => StoreError::Rejected(code),
        None if failed.is_empty() => StoreError::Rejected("transaction cancelled without a reason".to_owned()),
        None if failed.iter().any(|(code, _)| code.starts_with("Throttl") || code.starts_with("Provisioned")) => {
            StoreError::Throttled
        }
        None => StoreError::Conflict,
    })
}

fn may_work_again(code: &str) -> bool {
    matches!(
        code,
        "ConditionalCheckFailed" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use OnFailure::{Changed, LastOwner, Written};

    fn told(reasons: &[(&str, OnFailure)]) -> String {
        cancelled_by(reasons.iter().copied()).map_or_else(|| "written".to_owned(), |error| format!("{error:?}"))
    }

    const UNMET: &str = "ConditionalCheckFailed";

    #[test]
    fn a_cancelled_transaction_tells_what_to_do_next() {
        assert_eq!(told(&[("None", Changed), (UNMET, Changed)]), "Conflict");
        assert_eq!(told(&[("TransactionConflict", Changed), ("None", Written)]), "Conflict");
        assert_eq!(told(&[("ThrottlingError", Changed)]), "Throttled");
        assert_eq!(told(&[("ValidationError", Changed)]), "Refused(\"ValidationError\")");
    }

    #[test]
    fn a_change_whose_record_is_there_is_written_whatever_else_has_changed_since() {
        assert_eq!(told(&[(UNMET, Changed), (UNMET, LastOwner), (UNMET, Written)]), "written");
    }

    // rule 3
    #[test]
    fn rule_3_it_is_the_last_owner_only_if_nothing_else_has_changed() {
        assert_eq!(told(&[("None", Changed), (UNMET, LastOwner)]), "LastOwner");
        assert_eq!(told(&[(UNMET, Changed), (UNMET, LastOwner)]), "Conflict");
    }
}

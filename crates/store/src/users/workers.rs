//! What TaskRouter last reported of a worker: the first of a report's two writes.

use aws_sdk_dynamodb::{
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{Recency, WorkerReport, WorkerSid};

use crate::{
    Directory, RecordReport, StoreError, WorkerItem,
    dynamo::item::{number, text},
    schema::{items, keys},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedReport {
    pub worker: WorkerItem,
    pub recency: Recency,
}

impl RecordedReport {
    #[must_use]
    pub fn is_latest(&self) -> bool {
        self.recency == Recency::Latest
    }
}

// `ReportVersion::is_before`, negated, as conditions on the stored item.
const NOT_OLDER_BY_TIME: &str = "at_ms <= :at_ms";
const NOT_OLDER_BY_VERSION: &str = "version < :version OR (version = :version AND at_ms <= :at_ms) \
    OR (attribute_not_exists(version) AND at_ms <= :at_ms)";

impl RecordReport for Directory {
    async fn record_report(&self, report: &WorkerReport) -> Result<RecordedReport, StoreError> {
        // stored item     none   | older, or the same | newer
        // this report     stored | stored             | rejected; the stored item is returned
        let deleted = if report.deleted { ", deleted = :deleted" } else { "" };
        let attributes = if report.attributes.is_some() { ", attributes_at = :attributes_at" } else { "" };
        let activity = if report.activity.is_empty() { "" } else { ", activity = :activity" };
        // What only some reports state is that of the latest one, whatever order they come in.
        let (length, no_length) = match report.other_chars {
            Some(_) => (", other_chars = :other_chars", None),
            None => ("", Some("other_chars")),
        };
        let (version, no_version, is_not_older) = match report.version.version {
            Some(_) => (", version = :version", None, NOT_OLDER_BY_VERSION),
            None => ("", Some("version"), NOT_OLDER_BY_TIME),
        };
        let removed = [no_length, no_version].into_iter().flatten().collect::<Vec<_>>().join(", ");
        let remove = if removed.is_empty() { String::new() } else { format!(" REMOVE {removed}") };
        let mut update = self
            .update_worker(&report.worker_sid)
            .update_expression(format!(
                "SET entity = :entity, at_ms = :at_ms{activity}{deleted}{attributes}{length}{version}{remove}"
            ))
            .condition_expression(format!("attribute_not_exists(at_ms) OR {is_not_older}"))
            .expression_attribute_values(":entity", text(WorkerItem::NAME))
            .expression_attribute_values(":at_ms", number(report.version.at_ms))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if let Some(version) = report.version.version {
            update = update.expression_attribute_values(":version", number(version));
        }
        if !report.activity.is_empty() {
            update = update.expression_attribute_values(":activity", text(&report.activity));
        }
        if report.attributes.is_some() {
            let at = serde_dynamo::to_attribute_value(report.version)?;
            update = update.expression_attribute_values(":attributes_at", at);
        }
        if report.deleted {
            update = update.expression_attribute_values(":deleted", AttributeValue::Bool(true));
        }
        if let Some(chars) = report.other_chars {
            update = update.expression_attribute_values(":other_chars", number(chars));
        }
        match update.send().await {
            Ok(new) => {
                let worker = items::read(new.attributes.unwrap_or_default())?;
                Ok(RecordedReport { worker, recency: Recency::Latest })
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(newer)) => {
                    let mut worker: WorkerItem = items::read(newer.item.clone().unwrap_or_default())?;
                    if report.deleted && !worker.deleted {
                        worker = self.mark_deleted(&report.worker_sid).await?;
                    }
                    let is_superseded = worker.attributes_at.is_some_and(|known| report.version.is_before(known));
                    let recency = if is_superseded { Recency::Superseded } else { Recency::LatestAttributes };
                    Ok(RecordedReport { worker, recency })
                }
                _ => Err(StoreError::of(&error)),
            },
        }
    }

    async fn revive_worker(&self, worker_sid: &WorkerSid) -> Result<(), StoreError> {
        let update = self.update_worker(worker_sid).update_expression("REMOVE deleted, applied_hash");
        update.send().await.map(drop).map_err(|error| StoreError::of(&error))
    }
}

impl Directory {
    async fn mark_deleted(&self, worker_sid: &WorkerSid) -> Result<WorkerItem, StoreError> {
        let update = self.update_worker(worker_sid).update_expression("SET deleted = :deleted");
        let update = update.expression_attribute_values(":deleted", AttributeValue::Bool(true));
        let new = update.send().await.map_err(|error| StoreError::of(&error))?;
        items::read(new.attributes.unwrap_or_default())
    }

    fn update_worker(&self, sid: &WorkerSid) -> UpdateItemFluentBuilder {
        let update = self.db.update_item().table_name(&self.table).set_key(Some(keys::worker(sid).attributes()));
        update.return_values(ReturnValue::AllNew)
    }
}

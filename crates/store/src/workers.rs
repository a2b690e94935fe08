//! What TaskRouter last said of a worker: the first of a callback's two writes.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};

use domain::ReportVersion;

use crate::{
    Directory, StoreError,
    items::{self, Worker},
    keys,
    profiles::{number, text},
};

/// What a callback says of a worker, besides the attributes.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// The worker.
    pub worker_sid: &'a str,
    /// The activity's name.
    pub activity: &'a str,
    /// The moment.
    pub stamp: ReportVersion,
    /// Whether the worker was removed.
    pub gone: bool,
}

/// What is known of a worker after a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// What TaskRouter last said.
    pub worker: Worker,
    /// Whether that is this callback: nothing later has been heard.
    pub latest: bool,
}

impl Directory {
    /// Notes a callback: one call, one write unit. One that is older than what is known changes
    /// nothing, but for a removal, which is for good (rule 28).
    pub async fn observe(&self, seen: Observation<'_>) -> Result<Observed, StoreError> {
        // What is stored          nothing | older, or the same again | newer
        // this callback           stored  | stored                   | refused, what is stored comes back
        let is_new = "attribute_not_exists(pk)";
        let is_older = "at_ms < :at_ms OR (at_ms = :at_ms AND version <= :version)";
        let gone = if seen.gone { ", gone = :gone" } else { "" };
        let mut update = self
            .update_worker(seen.worker_sid)
            .update_expression(format!(
                "SET entity = :entity, at_ms = :at_ms, version = :version, activity = :activity{gone}"
            ))
            .condition_expression(format!("{is_new} OR {is_older}"))
            .expression_attribute_values(":entity", text("worker"))
            .expression_attribute_values(":at_ms", number(seen.stamp.at_ms))
            .expression_attribute_values(":version", number(seen.stamp.version))
            .expression_attribute_values(":activity", text(seen.activity))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if seen.gone {
            update = update.expression_attribute_values(":gone", aws_sdk_dynamodb::types::AttributeValue::Bool(true));
        }
        match update.send().await {
            Ok(new) => Ok(Observed { worker: items::read(new.attributes.unwrap_or_default())?, latest: true }),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(newer)) => {
                    let mut worker: Worker = items::read(newer.item.clone().unwrap_or_default())?;
                    if seen.gone && !worker.gone {
                        worker = self.mark_gone(seen.worker_sid).await?;
                    }
                    Ok(Observed { worker, latest: false })
                }
                _ => Err(StoreError::of(&error)),
            },
        }
    }

    async fn mark_gone(&self, worker_sid: &str) -> Result<Worker, StoreError> {
        let update = self.update_worker(worker_sid).update_expression("SET gone = :gone");
        let update = update.expression_attribute_values(":gone", aws_sdk_dynamodb::types::AttributeValue::Bool(true));
        let new = update.send().await.map_err(|error| StoreError::of(&error))?;
        items::read(new.attributes.unwrap_or_default())
    }

    fn update_worker(&self, sid: &str) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        let update = self.db.update_item().table_name(&self.table).set_key(Some(keys::worker(sid).attributes()));
        update.return_values(ReturnValue::AllNew)
    }
}

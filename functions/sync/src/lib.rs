//! Carries users over to TaskRouter: from the table's stream, whenever an outbox changes, and by the schedule, which takes
//! up what is due. An event only says *look at this user*, so duplicate, late and reordered events are harmless.

use aws_lambda_events::{
    dynamodb::Event as StreamBatch,
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use lambda_runtime::Error;
use serde::Deserialize;
use std::collections::BTreeMap;

use app::{
    SystemTimeAndIds, TimeAndIds,
    sync::{SyncMode, SyncStore, SyncTaskRouter, WorkerSync},
};
use domain::UserId;
use parameters::{ParameterStore, PolicyParameter};
use runtime::{
    config::{ConfigError, one_of},
    invocation::{self, Ending, Outcome},
};
use store::{Directory, OutboxItem, StoreError};
use twilio::{Client, account::Account};

/// What the function is invoked with.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Event {
    Stream(StreamBatch),
    /// The schedule's, of which nothing is read.
    Schedule(serde_json::Value),
}

/// The mode of this deployment, from the environment.
pub fn mode() -> Result<SyncMode, ConfigError> {
    one_of("SYNC_MODE", &SyncMode::NAMES, "observe or write")
}

/// What is built once, before the first event.
#[derive(Debug)]
pub struct Wiring {
    sync: WorkerSync<Directory, Client, SystemTimeAndIds>,
    policy: PolicyParameter,
}

impl Wiring {
    /// Everything from the environment.
    pub async fn from_env() -> Result<Self, Error> {
        let parameters = ParameterStore::from_env()?;
        let policy = PolicyParameter::from_env(&parameters).await?;
        let sync = WorkerSync {
            store: Directory::from_env()?,
            taskrouter: Account::from_env(&parameters).await?.client()?,
            time_and_ids: SystemTimeAndIds,
            policy: policy.current().await,
            mode: mode()?,
            offline: app::sync::OfflineActivity::default(),
        };
        Ok(Self { sync, policy })
    }

    /// With the account owners of now.
    pub async fn current(&self) -> WorkerSync<Directory, Client, SystemTimeAndIds> {
        WorkerSync { policy: self.policy.current().await, ..self.sync.clone() }
    }
}

/// Looks at the users of a batch, or at those who are due. Names the first record whose user could not be looked at because
/// the table failed, so that Lambda retries the batch from there; what Twilio answers never holds up a batch.
pub async fn handle<S: SyncStore, T: SyncTaskRouter, C: TimeAndIds>(
    sync: &WorkerSync<S, T, C>,
    event: Event,
) -> Result<DynamoDbEventResponse, Error> {
    match event {
        Event::Stream(batch) => Ok(changed(sync, batch).await),
        Event::Schedule(_) => {
            sync.sync_due().await?;
            Ok(DynamoDbEventResponse::default())
        }
    }
}

async fn changed<S: SyncStore, T: SyncTaskRouter, C: TimeAndIds>(
    sync: &WorkerSync<S, T, C>,
    batch: StreamBatch,
) -> DynamoDbEventResponse {
    let mut first_records = BTreeMap::<UserId, Option<String>>::new();
    let mut response = DynamoDbEventResponse::default();
    for record in batch.records {
        let outbox = |image| serde_dynamo::from_item::<_, OutboxItem>(image).ok();
        let (old, new) = (outbox(record.change.old_image), outbox(record.change.new_image));
        // Without another token, only the time of the next attempt has changed: that is for the schedule.
        let changed = new.filter(|new| old.is_none_or(|old| old.pending != new.pending));
        if let Some(outbox) = changed {
            first_records.entry(outbox.user_id).or_insert(record.change.sequence_number);
        }
    }
    let failed = match sync.sync_changed(first_records.keys().copied().collect()).await {
        Ok(batch) => batch.failed,
        Err(error) => whole_batch(&error, &first_records),
    };
    if !failed.is_empty() {
        // Why, each has a line of its own.
        invocation::end(Ending { outcome: Outcome::Failed, ..Ending::default() });
    }
    let records = failed.iter().filter_map(|user_id| first_records.get(user_id).cloned().flatten());
    if let Some(first) = records.min_by_key(|number| (number.len(), number.clone())) {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = Some(first);
        response.batch_item_failures.push(failure);
    }
    response
}

fn whole_batch(error: &StoreError, records: &BTreeMap<UserId, Option<String>>) -> std::collections::BTreeSet<UserId> {
    invocation::end(Ending::failed(&format_args!("cannot look at any user of the batch, which is retried: {error}")));
    records.keys().copied().collect()
}

//! Single items and batches of items.

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, WriteRequest};
use serde::de::DeserializeOwned;
use std::{collections::HashMap, time::Duration};

use crate::{
    Directory, StoreError,
    schema::{
        items::{self, Item},
        keys::Key,
    },
};

/// The most keys of one `BatchGetItem`.
const MAX_BATCH_GET: usize = 100;

/// The most requests of one `BatchWriteItem`.
const MAX_BATCH_WRITE: usize = 25;

/// The longest wait for what DynamoDB leaves unprocessed, before a read and a write fail.
const MAX_READ_WAIT: Duration = Duration::from_secs(1);
const MAX_WRITE_WAIT: Duration = Duration::from_secs(3);

pub(crate) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn number(number: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

impl Directory {
    /// One item, read with strong consistency.
    pub(crate) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        let get = self.db.get_item().table_name(&self.table).set_key(Some(key.attributes())).consistent_read(true);
        let response = get.send().await.map_err(|error| StoreError::of(&error))?;
        response.item.map(items::read).transpose()
    }

    /// Items in no order, read with eventual consistency; missing ones are left out.
    pub(crate) async fn get_many(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        self.get_batches(keys, false).await
    }

    /// Items in no order, read with strong consistency; missing ones are left out.
    pub(crate) async fn get_many_consistent(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        self.get_batches(keys, true).await
    }

    async fn get_batches(&self, keys: &[Key], consistent: bool) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        for batch in keys.chunks(MAX_BATCH_GET) {
            let keys = batch.iter().map(Key::attributes).collect::<Vec<_>>();
            let mut remaining =
                Some(KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(consistent).build()?);
            let mut backoff = Backoff::new(MAX_READ_WAIT);
            while let Some(keys) = remaining.take() {
                let response = self.db.batch_get_item().request_items(&self.table, keys).send().await;
                let response = response.map_err(|error| StoreError::of(&error))?;
                found.extend(response.responses.into_iter().flat_map(HashMap::into_values).flatten());
                remaining = response.unprocessed_keys.and_then(|mut tables| tables.remove(&self.table));
                if remaining.is_some() {
                    backoff.wait().await?;
                }
            }
        }
        Ok(found)
    }

    pub(crate) async fn write_many(&self, writes: Vec<WriteRequest>) -> Result<(), StoreError> {
        for batch in writes.chunks(MAX_BATCH_WRITE) {
            let mut remaining = Some(batch.to_vec());
            let mut backoff = Backoff::new(MAX_WRITE_WAIT);
            while let Some(writes) = remaining.take() {
                let response = self.db.batch_write_item().request_items(&self.table, writes).send().await;
                let response = response.map_err(|error| StoreError::of(&error))?;
                remaining = response.unprocessed_items.and_then(|mut tables| tables.remove(&self.table));
                if remaining.is_some() {
                    backoff.wait().await?;
                }
            }
        }
        Ok(())
    }
}

/// Waits between the calls of a batch of which DynamoDB left something unprocessed, twice as long each time.
struct Backoff {
    next: Duration,
    longest: Duration,
}

impl Backoff {
    const fn new(longest: Duration) -> Self {
        Self { next: Duration::from_millis(20), longest }
    }

    async fn wait(&mut self) -> Result<(), StoreError> {
        if self.next > self.longest {
            return Err(StoreError::Unavailable("parts of a batch stay unprocessed".to_owned()));
        }
        tokio::time::sleep(self.next).await;
        self.next *= 2;
        Ok(())
    }
}

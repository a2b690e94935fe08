//! Reading people: one by id, by worker, by identity; many at once.

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use std::{collections::HashMap, time::Duration};

use domain::{User, UserId};

use crate::{
    Directory, StoreError,
    items::{self, Item, Worker},
    keys::{self, Key},
};

/// The most keys that one `BatchGetItem` takes.
const BATCH: usize = 100;

/// Reads people.
pub trait ViewUser {
    /// The person as of now, or none.
    fn user(&self, user_id: UserId) -> impl Future<Output = Result<Option<User>, StoreError>> + Send;
    /// What TaskRouter last said of a worker, or none.
    fn worker(&self, worker_sid: &str) -> impl Future<Output = Result<Option<Worker>, StoreError>> + Send;
    /// Whose an identity is, without regard to case (rule 22).
    fn whose_identity(&self, identity: &str) -> impl Future<Output = Result<Option<UserId>, StoreError>> + Send;
}

impl ViewUser for Directory {
    async fn user(&self, user_id: UserId) -> Result<Option<User>, StoreError> {
        self.get(&keys::profile(user_id)).await?.map(items::read).transpose()
    }

    async fn worker(&self, worker_sid: &str) -> Result<Option<Worker>, StoreError> {
        self.get(&keys::worker(worker_sid)).await?.map(items::read).transpose()
    }

    async fn whose_identity(&self, identity: &str) -> Result<Option<UserId>, StoreError> {
        let item = self.get(&keys::identity(identity)).await?;
        Ok(item.map(items::read::<items::Identity>).transpose()?.map(|identity| identity.user_id))
    }
}

impl Directory {
    /// These people as far as they exist, in no order, read with eventual consistency.
    pub async fn users(&self, user_ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let keys = user_ids.iter().map(|&user_id| keys::profile(user_id)).collect::<Vec<_>>();
        self.get_many(&keys).await?.into_iter().map(items::read).collect()
    }

    /// One item, read strongly.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        let get = self.db.get_item().table_name(&self.table).set_key(Some(key.attributes())).consistent_read(true);
        Ok(get.send().await.map_err(|error| StoreError::of(&error))?.item)
    }

    /// Many items, read with eventual consistency.
    pub(crate) async fn get_many(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        self.get_batches(keys, false).await
    }

    /// Many items, read strongly.
    pub(crate) async fn get_many_now(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        self.get_batches(keys, true).await
    }

    /// What DynamoDB leaves unprocessed is asked for again.
    async fn get_batches(&self, keys: &[Key], strongly: bool) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH) {
            let keys = keys.iter().map(Key::attributes).collect::<Vec<_>>();
            let asked = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(strongly);
            let mut asked = Some(asked.build().map_err(|e| broken(&e))?);
            let mut wait = Duration::from_millis(20);
            while let Some(keys) = asked.take() {
                let answer = self.db.batch_get_item().request_items(&self.table, keys).send().await;
                let answer = answer.map_err(|error| StoreError::of(&error))?;
                found.extend(answer.responses.into_iter().flat_map(HashMap::into_values).flatten());
                asked = answer.unprocessed_keys.and_then(|mut left| left.remove(&self.table));
                if asked.is_some() {
                    if wait > Duration::from_secs(1) {
                        return Err(StoreError::Unavailable("keys stay unprocessed".to_owned()));
                    }
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
            }
        }
        Ok(found)
    }

    /// Puts an item if there is none with its key yet; whether it was put.
    pub(crate) async fn put_new(&self, item: Item) -> Result<bool, StoreError> {
        let put = self.db.put_item().table_name(&self.table).set_item(Some(item));
        match put.condition_expression("attribute_not_exists(pk)").send().await {
            Ok(_) => Ok(true),
            Err(error) => match StoreError::of(&error) {
                StoreError::Conflict => Ok(false),
                other => Err(other),
            },
        }
    }
}

/// A request that cannot be built is a mistake of ours.
pub(crate) fn broken(error: &aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Rejected(error.to_string())
}

/// A text, as DynamoDB takes it.
pub(crate) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number, as DynamoDB takes it.
pub(crate) fn number(number: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

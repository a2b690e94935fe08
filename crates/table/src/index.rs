//! Keeping the search entries of a person what their profile says. Level-triggered: twice, late or out of
//! order is harmless (rule 28).

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

use domain::{
    User,
    search::{UserText, suffixes},
};

use crate::{
    Directory, TableError, ViewUser,
    items::{self, Item},
    keys::{self, Key},
    profiles::broken,
};

/// The most writes that one `BatchWriteItem` takes.
const BATCH: usize = 25;

#[derive(Serialize)]
struct Body<'a> {
    text: &'a str,
    position: usize,
}

/// The search entries that this profile asks for, by key. About 50 for a person.
pub fn entries(user: &User) -> Result<BTreeMap<(String, String), Item>, TableError> {
    let text = UserText::new(&user.name, user.email.as_deref());
    let joined = text.joined();
    let entry = |suffix: domain::search::Suffix| {
        let key = keys::search_entry(user.status, &suffix.head, &suffix.rest, user.user_id);
        let body = Body { text: &joined, position: suffix.position };
        Ok(((key.pk.clone(), key.sk.clone()), items::item(&key, "search", &body)?))
    };
    suffixes(&text).into_iter().map(entry).collect()
}

/// Writes search entries.
pub trait IndexUser {
    /// Brings the entries of this person to what the current profile says; `old` is what an event of the
    /// stream says that they were made from.
    fn index(&self, user: &User, old: Option<&User>) -> impl Future<Output = Result<(), TableError>> + Send;
}

impl IndexUser for Directory {
    async fn index(&self, user: &User, old: Option<&User>) -> Result<(), TableError> {
        let Some(current) = self.user(user.user_id).await? else { return Ok(()) };
        let wanted = entries(&current)?;
        let stale = old.map(entries).transpose()?.unwrap_or_default().into_keys();
        let stale = stale.filter(|key| !wanted.contains_key(key)).map(|(pk, sk)| delete(&Key { pk, sk }));
        let writes = wanted.values().cloned().map(put).chain(stale).collect::<Result<Vec<_>, _>>()?;
        self.write_many(writes).await
    }
}

fn put(item: Item) -> Result<WriteRequest, TableError> {
    let put = PutRequest::builder().set_item(Some(item)).build().map_err(|e| broken(&e))?;
    Ok(WriteRequest::builder().put_request(put).build())
}

fn delete(key: &Key) -> Result<WriteRequest, TableError> {
    let delete = DeleteRequest::builder().set_key(Some(key.attributes())).build().map_err(|e| broken(&e))?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}

impl Directory {
    /// What DynamoDB leaves unprocessed is written again, with longer and longer waits.
    async fn write_many(&self, writes: Vec<WriteRequest>) -> Result<(), TableError> {
        for batch in writes.chunks(BATCH) {
            let mut left = Some(batch.to_vec());
            let mut wait = Duration::from_millis(20);
            while let Some(writes) = left.take() {
                let answer = self.db.batch_write_item().request_items(&self.table, writes).send().await;
                let answer = answer.map_err(|error| TableError::of(&error))?;
                left = answer.unprocessed_items.and_then(|mut left| left.remove(&self.table));
                if left.is_some() {
                    if wait > Duration::from_secs(3) {
                        return Err(TableError::Unavailable("writes stay unprocessed".to_owned()));
                    }
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
            }
        }
        Ok(())
    }
}

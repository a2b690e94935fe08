//! Responses by `Idempotency-Key`: the same request within a day gets the same response.
//!
//! A key belongs to one caller and one request. The table holds hashes of both, never the key or the request.

use aws_sdk_dynamodb::{
    operation::{
        put_item::PutItemError,
        update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    },
    types::ReturnValuesOnConditionCheckFailure,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use domain::UserId;

use crate::{
    Directory, IdempotencyStore, StoreError,
    dynamo::item::{number, text},
    schema::{
        items::{self, Entity},
        keys::{self, Key},
    },
};

/// After this time an attempt is considered dead and may be replaced: longer than a function may run.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// How long a response is stored.
const RETENTION: SignedDuration = SignedDuration::from_hours(24);

const IS_HOLDER: &str = "attempt = :holder";

/// One attempt at a request that has a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    key_hash: String,
    request_hash: String,
    id: Uuid,
}

impl Attempt {
    /// `id` is this attempt's alone; `request` is everything that distinguishes the request from others.
    #[must_use]
    pub fn new(caller: UserId, key: &str, request: &[&[u8]], id: Uuid) -> Self {
        let key_hash = hash(&[caller.to_string().as_bytes(), key.as_bytes()]);
        Self { key_hash, request_hash: hash(request), id }
    }
}

/// A response, as the HTTP layer encodes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoredResponse(pub String);

/// The state of a key, as an attempt finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// This attempt has started. All attempts at one request get the same id, and no other request gets it: what is
    /// created under it is created once.
    Started {
        /// A random UUID.
        resource_id: Uuid,
    },
    Completed(StoredResponse),
    /// Another attempt at the same request is in progress.
    InProgress,
    /// The key belongs to another request.
    Reused,
}

/// The item of a key. Without a response, its attempt is in progress or dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeyItem {
    #[serde(skip)]
    key_hash: String,
    request_hash: String,
    resource_id: Uuid,
    attempt: Uuid,
    lease_until_ms: i64,
    /// In seconds since 1970, for DynamoDB.
    expires_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<StoredResponse>,
}

impl Entity for KeyItem {
    const NAME: &'static str = "idempotency";

    fn key(&self) -> Key {
        keys::idempotency(&self.key_hash)
    }
}

impl KeyItem {
    fn started_by(attempt: &Attempt, now: Timestamp) -> Self {
        Self {
            key_hash: attempt.key_hash.clone(),
            request_hash: attempt.request_hash.clone(),
            resource_id: attempt.id,
            attempt: attempt.id,
            lease_until_ms: (now + LEASE).as_millisecond(),
            expires_at: (now + RETENTION).as_second(),
            response: None,
        }
    }

    /// The state that an attempt finds; none if it may replace the dead attempt.
    fn state_for(&self, attempt: &Attempt, now: Timestamp) -> Option<KeyState> {
        if self.request_hash != attempt.request_hash {
            return Some(KeyState::Reused);
        }
        match &self.response {
            Some(response) => Some(KeyState::Completed(response.clone())),
            // The put succeeded, its response was lost, and the SDK has sent it again.
            None if self.attempt == attempt.id => Some(KeyState::Started { resource_id: self.resource_id }),
            None if self.lease_until_ms > now.as_millisecond() => Some(KeyState::InProgress),
            None => None,
        }
    }
}

impl IdempotencyStore for Directory {
    async fn start_attempt(&self, attempt: &Attempt, now: Timestamp) -> Result<KeyState, StoreError> {
        // start               lease_until_ms (30 s)                    expires_at (24 h)
        //   |-- in progress -----|-- dead: may be replaced -------------|-- expired, even while
        //   |-- in progress -- complete -- completed -------------------|   DynamoDB still holds it
        let is_new = "attribute_not_exists(pk)";
        let is_expired = "expires_at <= :now";
        let put = self
            .db
            .put_item()
            .table_name(&self.table)
            .set_item(Some(KeyItem::started_by(attempt, now).to_item()?))
            .condition_expression(format!("{is_new} OR {is_expired}"))
            .expression_attribute_values(":now", number(now.as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = put.send().await else { return Ok(KeyState::Started { resource_id: attempt.id }) };
        let Some(PutItemError::ConditionalCheckFailedException(existing)) = error.as_service_error() else {
            return Err(StoreError::of(&error));
        };
        let existing: KeyItem = items::read(existing.item().cloned().unwrap_or_default())?;
        match existing.state_for(attempt, now) {
            Some(state) => Ok(state),
            None => self.replace_attempt(&existing, attempt, now).await,
        }
    }

    async fn complete_attempt(&self, attempt: &Attempt, response: &StoredResponse) -> Result<(), StoreError> {
        let update = self.update_key(attempt, attempt.id).update_expression("SET #response = :response");
        let update = update.expression_attribute_names("#response", "response");
        let update = update.expression_attribute_values(":response", text(&response.0));
        update.send().await.map(drop).map_err(|error| StoreError::of(&error))
    }

    async fn release_attempt(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let update = self.update_key(attempt, attempt.id).update_expression("SET lease_until_ms = :over");
        let update = update.expression_attribute_values(":over", number(0));
        update.send().await.map(drop).map_err(|error| StoreError::of(&error))
    }
}

impl Directory {
    /// Takes the key over from a dead attempt. If several try, one succeeds.
    async fn replace_attempt(&self, dead: &KeyItem, attempt: &Attempt, now: Timestamp) -> Result<KeyState, StoreError> {
        let next = KeyItem::started_by(attempt, now);
        let is_incomplete = "attribute_not_exists(#response)";
        let update = self
            .update_key(attempt, dead.attempt)
            .condition_expression(format!("{IS_HOLDER} AND {is_incomplete}"))
            .update_expression("SET attempt = :next, lease_until_ms = :until, expires_at = :expires_at")
            .expression_attribute_names("#response", "response")
            .expression_attribute_values(":next", text(next.attempt.to_string()))
            .expression_attribute_values(":until", number(next.lease_until_ms))
            .expression_attribute_values(":expires_at", number(next.expires_at))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let started = KeyState::Started { resource_id: dead.resource_id };
        let Err(error) = update.send().await else { return Ok(started) };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                let holder = failed.item().and_then(|item| item.get("attempt")?.as_s().ok());
                // Ours already: the response to an earlier attempt of this call was lost.
                let is_ours = holder.is_some_and(|holder| *holder == next.attempt.to_string());
                Ok(if is_ours { started } else { KeyState::InProgress })
            }
            _ => Err(StoreError::of(&error)),
        }
    }

    /// An update that succeeds while `holder` is the key's attempt.
    fn update_key(&self, attempt: &Attempt, holder: Uuid) -> UpdateItemFluentBuilder {
        self.db
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::idempotency(&attempt.key_hash).attributes()))
            .condition_expression(IS_HOLDER)
            .expression_attribute_values(":holder", text(holder.to_string()))
    }
}

/// Of all parts, so that no two lists of parts have the same hash.
fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    BASE64_URL_SAFE_NO_PAD.encode(hash.finalize())
}

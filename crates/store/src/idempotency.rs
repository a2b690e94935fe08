//! Answers that are kept by `Idempotency-Key`: the same request again, within a day, gets the same answer.
//!
//! A key belongs to one caller and to one request. Neither the key nor the request is in the table, only hashes.

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
    Directory, StoreError,
    items::{self, Item},
    keys,
    profiles::{number, text},
};

/// How long an attempt may be silent before another may follow it: longer than a function may run.
pub const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

const IS_HOLDER: &str = "attempt = :holder";

/// One attempt at a request that came with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    key_hash: String,
    request_hash: String,
    id: Uuid,
}

impl Attempt {
    /// `id` is one that no other attempt has; `request` is what makes a request this one and no other.
    #[must_use]
    pub fn new(caller: UserId, key: &str, request: &[&[u8]], id: Uuid) -> Self {
        let key_hash = hash(&[caller.to_string().as_bytes(), key.as_bytes()]);
        Self { key_hash, request_hash: hash(request), id }
    }
}

/// An answer, as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// Names and values of the headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What the key says to an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// Go ahead. The seed is the same for all attempts at one request, and of no other: what is made with it as its id
    /// is made once.
    Started {
        /// A random UUID.
        seed: Uuid,
    },
    /// It has been answered already.
    Completed(StoredResponse),
    /// Another attempt at it is under way.
    InProgress,
    /// The key belongs to another request.
    Reused,
}

/// Keeps answers. An attempt whose lease has run out may have been followed by another one; to [`keep`](Self::keep)
/// and [`release`](Self::release) is then a [`StoreError::Conflict`].
pub trait IdempotencyStore {
    /// Takes the key for this attempt, if it is free.
    fn begin(&self, attempt: &Attempt, now: Timestamp) -> impl Future<Output = Result<KeyState, StoreError>> + Send;
    /// Keeps the attempt's answer, which later ones get.
    fn keep(&self, attempt: &Attempt, answer: &StoredResponse) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Ends the attempt without an answer. The key stays the request's, and the next attempt may begin at once.
    fn release(&self, attempt: &Attempt) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// As it stands in the table. Without an answer, an attempt is under way or dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    request_hash: String,
    seed: Uuid,
    attempt: Uuid,
    lease_until_ms: i64,
    /// In seconds since 1970, for DynamoDB.
    expires_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<StoredResponse>,
}

impl Kept {
    fn by_first(attempt: &Attempt, now: Timestamp) -> Self {
        Self {
            request_hash: attempt.request_hash.clone(),
            seed: attempt.id,
            attempt: attempt.id,
            lease_until_ms: (now + LEASE).as_millisecond(),
            expires_at: (now + KEPT).as_second(),
            answer: None,
        }
    }

    /// What it says to an attempt; none where that may follow the one before.
    fn says_to(&self, attempt: &Attempt, now: Timestamp) -> Option<KeyState> {
        if self.request_hash != attempt.request_hash {
            return Some(KeyState::Reused);
        }
        match &self.answer {
            Some(answer) => Some(KeyState::Completed(answer.clone())),
            // The put was done, its answer lost, and the client has put again.
            None if self.attempt == attempt.id => Some(KeyState::Started { seed: self.seed }),
            None if self.lease_until_ms > now.as_millisecond() => Some(KeyState::InProgress),
            None => None,
        }
    }
}

impl IdempotencyStore for Directory {
    async fn begin(&self, attempt: &Attempt, now: Timestamp) -> Result<KeyState, StoreError> {
        // begin            lease_until_ms (30 s)                     expires_at (24 h)
        //   |-- under way ------|-- its attempt is dead: followed -------|-- forgotten, also while
        //   |-- under way -- keep -- answered ---------------------------|   DynamoDB still has it
        let is_unknown = "attribute_not_exists(pk)";
        let is_forgotten = "expires_at <= :now";
        let put = self
            .db
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(attempt, &Kept::by_first(attempt, now))?))
            .condition_expression(format!("{is_unknown} OR {is_forgotten}"))
            .expression_attribute_values(":now", number(now.as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(refused) = put.send().await else { return Ok(KeyState::Started { seed: attempt.id }) };
        let Some(PutItemError::ConditionalCheckFailedException(known)) = refused.as_service_error() else {
            return Err(StoreError::of(&refused));
        };
        let known: Kept = items::read(known.item().cloned().unwrap_or_default())?;
        match known.says_to(attempt, now) {
            Some(said) => Ok(said),
            None => self.follow(&known, attempt, now).await,
        }
    }

    async fn keep(&self, attempt: &Attempt, answer: &StoredResponse) -> Result<(), StoreError> {
        let update = self.update_once(attempt, attempt.id).update_expression("SET answer = :answer");
        let update = update.expression_attribute_values(":answer", serde_dynamo::to_attribute_value(answer)?);
        update.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }

    async fn release(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let update = self.update_once(attempt, attempt.id).update_expression("SET lease_until_ms = :over");
        let update = update.expression_attribute_values(":over", number(0));
        update.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }
}

impl Directory {
    /// Takes the key over from an attempt that died. Of several that try, one does.
    async fn follow(&self, dead: &Kept, attempt: &Attempt, now: Timestamp) -> Result<KeyState, StoreError> {
        let next = Kept::by_first(attempt, now);
        let is_unanswered = "attribute_not_exists(answer)";
        let update = self
            .update_once(attempt, dead.attempt)
            .condition_expression(format!("{IS_HOLDER} AND {is_unanswered}"))
            .update_expression("SET attempt = :next, lease_until_ms = :until, expires_at = :expires_at")
            .expression_attribute_values(":next", text(next.attempt.to_string()))
            .expression_attribute_values(":until", number(next.lease_until_ms))
            .expression_attribute_values(":expires_at", number(next.expires_at))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = update.send().await else { return Ok(KeyState::Started { seed: dead.seed }) };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                let holder = refused.item().and_then(|item| item.get("attempt")?.as_s().ok());
                // It is ours: the answer to an earlier try of the same call was lost.
                let is_ours = holder.is_some_and(|holder| *holder == next.attempt.to_string());
                Ok(if is_ours { KeyState::Started { seed: dead.seed } } else { KeyState::InProgress })
            }
            _ => Err(StoreError::of(&error)),
        }
    }

    /// A change while this attempt holds the key.
    fn update_once(&self, attempt: &Attempt, holder: Uuid) -> UpdateItemFluentBuilder {
        self.db
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::once(&attempt.key_hash).attributes()))
            .condition_expression(IS_HOLDER)
            .expression_attribute_values(":holder", text(holder.to_string()))
    }
}

fn item(attempt: &Attempt, kept: &Kept) -> Result<Item, StoreError> {
    items::item(&keys::once(&attempt.key_hash), "idempotency", kept)
}

/// Of parts, so that no two lists of parts have the same.
fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    BASE64_URL_SAFE_NO_PAD.encode(hash.finalize())
}

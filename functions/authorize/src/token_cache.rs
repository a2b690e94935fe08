//! What Twilio has said of tokens, remembered for a short time.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};

use app::TimeAndIds;
use domain::{Role, UserId, WorkerSid};
use runtime::metrics::{self, Metric};
use twilio::{ValidateToken, highest_role, may_be_flex_token};

use crate::{AuthorizeError, circuit::Circuit, memory::Memory};

/// How long a token that Twilio has found valid counts.
const VALIDITY: SignedDuration = SignedDuration::from_secs(60);

/// How long a token that Twilio has refused is not asked for again.
const REFUSAL: SignedDuration = SignedDuration::from_secs(30);

/// How many tokens of each kind are remembered: 2 MB at most.
const CAPACITY: usize = 10_000;

/// The holder of a token, as Twilio states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHolder {
    pub worker_sid: WorkerSid,
    /// The most powerful of the token's roles.
    pub role: Option<Role>,
    /// The worker's user when the token was last seen. The worker may have another one by now.
    pub user_id: Option<UserId>,
}

/// Valid and refused tokens by their hash, kept apart: made-up tokens displace no valid one.
#[derive(Debug)]
pub struct TokenCache {
    valid: Mutex<Memory<[u8; 32], TokenHolder>>,
    refused: Mutex<Memory<[u8; 32], ()>>,
    circuit: Circuit,
}

impl Default for TokenCache {
    fn default() -> Self {
        let (valid, refused) = (Mutex::new(Memory::new(CAPACITY)), Mutex::new(Memory::new(CAPACITY)));
        Self { valid, refused, circuit: Circuit::default() }
    }
}

impl TokenCache {
    /// The holder; none for an invalid token.
    ///
    /// Twilio is not asked for what cannot be a Flex token, nor if it has called the token valid within the last 60 seconds
    /// or refused it within the last 30; and always once the token has expired.
    ///
    /// # Errors
    /// [`AuthorizeError::Paused`] without a call if Twilio has not answered a moment ago.
    pub async fn validate(
        &self,
        twilio: &impl ValidateToken,
        time: &impl TimeAndIds,
        token: &SecretString,
    ) -> Result<Option<TokenHolder>, AuthorizeError> {
        if !may_be_flex_token(token.expose_secret()) {
            return Ok(None);
        }
        let (hash, now) = (hash(token), time.now());
        if let Some(holder) = self.valid.lock().unwrap_or_else(PoisonError::into_inner).get(&hash, now) {
            metrics::add_by_outcome(Metric::TokenChecks, "remembered");
            return Ok(Some(holder.clone()));
        }
        if self.refused.lock().unwrap_or_else(PoisonError::into_inner).get(&hash, now).is_some() {
            metrics::add_by_outcome(Metric::TokenChecks, "remembered");
            return Ok(None);
        }
        if !self.circuit.admits(now) {
            metrics::add_by_outcome(Metric::TokenChecks, "paused");
            return Err(AuthorizeError::Paused);
        }
        let answer = twilio.validate_token(token).await;
        self.circuit.observe(answer.as_ref().err(), time.now());
        let outcome = match &answer {
            Ok(Some(_)) => "valid",
            Ok(None) => "refused",
            Err(_) => "failed",
        };
        metrics::add_by_outcome(Metric::TokenChecks, outcome);
        let Some(answer) = answer? else {
            self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, (), now + REFUSAL, now);
            return Ok(None);
        };
        let role = highest_role(answer.roles.iter().map(String::as_str));
        let holder = TokenHolder { worker_sid: WorkerSid::new(answer.worker_sid), role, user_id: None };
        // Without a known end the answer counts for this request alone.
        let until = answer.expiration.unwrap_or(now).min(now + VALIDITY);
        self.valid.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, holder.clone(), until, now);
        Ok(Some(holder))
    }

    /// Remembers the user of the token's worker for as long as the token.
    pub(crate) fn remember_user(&self, token: &SecretString, user_id: UserId, now: Timestamp) {
        if let Some(holder) = self.valid.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&hash(token), now) {
            holder.user_id = Some(user_id);
        }
    }
}

fn hash(token: &SecretString) -> [u8; 32] {
    Sha256::digest(token.expose_secret()).into()
}

//! Tokens that Twilio has found valid, remembered for a short time.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, sync::Mutex};

use domain::{Role, WorkerSid};
use twilio::{TwilioError, ValidateToken, highest_role};

/// How long Twilio's answer counts.
const VALIDITY: SignedDuration = SignedDuration::from_secs(60);

/// With more tokens than this, expired ones are dropped.
const CLEANUP_SIZE: usize = 1_000;

/// The holder of a token, as Twilio states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHolder {
    pub worker_sid: WorkerSid,
    /// The most powerful of the token's roles.
    pub role: Option<Role>,
}

/// Valid tokens by their hash, each until its answer expires. Invalid ones are not remembered.
#[derive(Debug, Default)]
pub struct TokenCache(Mutex<HashMap<[u8; 32], (Timestamp, TokenHolder)>>);

impl TokenCache {
    /// The holder; none for an invalid token. Asks Twilio unless it has answered within the last 60 seconds, and always
    /// once the token has expired.
    pub async fn validate(
        &self,
        twilio: &impl ValidateToken,
        token: &SecretString,
        now: Timestamp,
    ) -> Result<Option<TokenHolder>, TwilioError> {
        let hash = Sha256::digest(token.expose_secret()).into();
        if let Some(holder) = self.cached(&hash, now) {
            return Ok(Some(holder));
        }
        let Some(answer) = twilio.validate_token(token).await? else { return Ok(None) };
        let role = highest_role(answer.roles.iter().map(String::as_str));
        let holder = TokenHolder { worker_sid: WorkerSid::new(answer.worker_sid), role };
        // Without a known end the answer counts for this request alone.
        let until = answer.expiration.unwrap_or(now).min(now + VALIDITY);
        self.insert(hash, until, holder.clone(), now);
        Ok(Some(holder))
    }

    fn cached(&self, hash: &[u8; 32], now: Timestamp) -> Option<TokenHolder> {
        let tokens = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        tokens.get(hash).filter(|(until, _)| now < *until).map(|(_, holder)| holder.clone())
    }

    fn insert(&self, hash: [u8; 32], until: Timestamp, holder: TokenHolder, now: Timestamp) {
        let mut tokens = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if tokens.len() >= CLEANUP_SIZE {
            tokens.retain(|_, (until, _)| now < *until);
        }
        if until > now {
            tokens.insert(hash, (until, holder));
        }
    }
}

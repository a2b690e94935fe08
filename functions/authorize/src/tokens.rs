//! Tokens that Twilio has called valid, remembered for a short while.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, sync::Mutex};

use domain::Role;
use twilio::{TwilioError, client::ValidateToken};

/// How long Twilio's word counts without asking again.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(60);

/// More tokens than this at once, and the ones that have lapsed are forgotten.
const CROWDED: usize = 1_000;

/// Whose token it is, in Twilio's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The worker.
    pub worker_sid: String,
    /// The most powerful of the token's roles.
    pub role: Option<Role>,
}

/// Tokens that Twilio has called valid, by their hash. An invalid one is not remembered.
#[derive(Debug, Default)]
pub struct Tokens(Mutex<HashMap<[u8; 32], (Timestamp, Known)>>);

impl Tokens {
    /// Whose token it is; none for an invalid one. Twilio is asked unless it has said so within the last 60
    /// seconds, and in any case once the token has expired.
    pub async fn validate(
        &self,
        twilio: &impl ValidateToken,
        token: &SecretString,
        now: Timestamp,
    ) -> Result<Option<Known>, TwilioError> {
        let hash = Sha256::digest(token.expose_secret()).into();
        if let Some(known) = self.remembered(&hash, now) {
            return Ok(Some(known));
        }
        let Some(answer) = twilio.validate_token(token).await? else { return Ok(None) };
        let role = Role::from_attributes(answer.roles.iter().map(String::as_str));
        let known = Known { worker_sid: answer.worker_sid, role };
        let until = answer.expiration.min(now + REMEMBERED);
        self.remember(hash, until, known.clone(), now);
        Ok(Some(known))
    }

    fn remembered(&self, hash: &[u8; 32], now: Timestamp) -> Option<Known> {
        let tokens = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        tokens.get(hash).filter(|(until, _)| now < *until).map(|(_, known)| known.clone())
    }

    fn remember(&self, hash: [u8; 32], until: Timestamp, known: Known, now: Timestamp) {
        let mut tokens = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if tokens.len() >= CROWDED {
            tokens.retain(|_, (until, _)| now < *until);
        }
        if until > now {
            tokens.insert(hash, (until, known));
        }
    }
}

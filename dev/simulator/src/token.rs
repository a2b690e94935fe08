//! Flex tokens, which only the identity service can interpret.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// A token and its claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) value: String,
    pub(crate) worker_sid: String,
    pub(crate) identity: String,
    pub(crate) roles: Vec<String>,
    pub(crate) expiration: Timestamp,
}

impl Token {
    pub(crate) fn issue(worker_sid: &str, identity: &str, roles: &[String], now: Timestamp) -> Self {
        Self {
            value: random_jwe(),
            worker_sid: worker_sid.to_owned(),
            identity: identity.to_owned(),
            roles: roles.to_vec(),
            expiration: now + LIFETIME,
        }
    }

    /// The response of the token check.
    pub(crate) fn answer(&self) -> Value {
        json!({
            "valid": true,
            "code": 0,
            "message": null,
            "expiration": self.expiration.to_string(),
            "realm_user_id": self.identity,
            "identity": escaped(&self.identity),
            "roles": self.roles,
            "worker_sid": self.worker_sid,
        })
    }
}

/// A compact JWE, as Flex tokens are: five base64url parts, of which the second, the encrypted key, is empty. Nothing
/// is encrypted in it.
fn random_jwe() -> String {
    let part = |length: usize| {
        let random: Vec<u8> = (0..2).flat_map(|_| *Uuid::new_v4().as_bytes()).collect();
        URL_SAFE_NO_PAD.encode(&random[..length])
    };
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"dir","enc":"A256GCM"}"#);
    format!("{header}..{}.{}.{}", part(12), part(32), part(16))
}

/// Escapes an identity as Flex does where only letters and digits are allowed: other bytes become `_` and two hex
/// digits.
pub(crate) fn escaped(identity: &str) -> String {
    identity.bytes().fold(String::new(), |escaped, byte| {
        if byte.is_ascii_alphanumeric() {
            escaped + &char::from(byte).to_string()
        } else {
            escaped + &format!("_{byte:02X}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn an_identity_is_escaped_as_flex_does() {
        assert_eq!(escaped("owner@example.com"), "owner_40example_2Ecom");
        assert_eq!(escaped("é_1"), "_C3_A9_5F1");
    }
}

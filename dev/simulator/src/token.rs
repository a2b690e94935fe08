//! Flex tokens, which only the identity service can interpret.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// A token and its claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) value: String,
    worker_sid: String,
    identity: String,
    roles: Vec<String>,
    pub(crate) expiration: Timestamp,
}

impl Token {
    pub(crate) fn issue(worker_sid: &str, identity: &str, roles: &[String], now: Timestamp) -> Self {
        Self {
            value: format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()),
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

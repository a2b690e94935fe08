//! The account's keys, as one `SecureString` lists them: those that sign callbacks, of which several may be valid at once so
//! that they can be exchanged without a gap.

use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

/// How a key signs. Twilio names the algorithm in a header too; that is the sender's claim and is never read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    HmacSha1,
    HmacSha256,
}

impl Algorithm {
    /// The names that Twilio's settings of webhooks have for them.
    const NAMES: [(&str, Self); 2] = [("HMAC_SHA1", Self::HmacSha1), ("HMAC_SHA256", Self::HmacSha256)];
}

/// A key that Twilio signs callbacks with.
#[derive(Debug, Clone)]
pub struct SigningKey {
    pub algorithm: Algorithm,
    pub secret: SecretString,
}

/// What the secret of the account holds.
#[derive(Debug, Clone)]
pub struct Keys {
    /// At least one. Each signs with HMAC-SHA1, validates tokens, and authenticates requests if there is no API key.
    pub auth_tokens: Vec<SecretString>,
    /// The `SharedKey`s of Twilio's webhook settings.
    pub shared_keys: Vec<SigningKey>,
}

/// No part of the secret is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeysError {
    #[error("the secret has no auth token")]
    NoAuthToken,
    #[error("entry {0} of the secret is not TOKEN, HMAC_SHA1:KEY or HMAC_SHA256:KEY")]
    UnknownAlgorithm(usize),
}

impl Keys {
    /// Entries are separated by commas or white space: `TOKEN` is an auth token, `HMAC_SHA256:KEY` or `HMAC_SHA1:KEY` a
    /// shared key.
    pub fn parse(text: &SecretString) -> Result<Self, KeysError> {
        let mut keys = Self { auth_tokens: Vec::new(), shared_keys: Vec::new() };
        for (index, entry) in entries(text).enumerate() {
            match entry.split_once(':') {
                None => keys.auth_tokens.push(entry.into()),
                Some((name, secret)) => {
                    let known = Algorithm::NAMES.into_iter().find(|(known, _)| *known == name && !secret.is_empty());
                    let (_, algorithm) = known.ok_or(KeysError::UnknownAlgorithm(index + 1))?;
                    keys.shared_keys.push(SigningKey { algorithm, secret: secret.into() });
                }
            }
        }
        if keys.auth_tokens.is_empty() { Err(KeysError::NoAuthToken) } else { Ok(keys) }
    }

    /// Every key that a callback may be signed with.
    #[must_use]
    pub fn signing_keys(self) -> Vec<SigningKey> {
        let of_token = |secret| SigningKey { algorithm: Algorithm::HmacSha1, secret };
        self.auth_tokens.into_iter().map(of_token).chain(self.shared_keys).collect()
    }
}

/// The entries of a secret.
pub(crate) fn entries(text: &SecretString) -> impl Iterator<Item = &str> {
    text.expose_secret().split([',', ' ', '\t', '\r', '\n']).filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tokens_and_shared_keys_stand_side_by_side() {
        let keys = Keys::parse(&"new, old\nHMAC_SHA256:a:b HMAC_SHA1:c\n".into()).unwrap();
        let shown = |key: SigningKey| (key.algorithm, key.secret.expose_secret().to_owned());
        let signing = keys.signing_keys().into_iter().map(shown).collect::<Vec<_>>();
        let expected = [
            (Algorithm::HmacSha1, "new"),
            (Algorithm::HmacSha1, "old"),
            (Algorithm::HmacSha256, "a:b"),
            (Algorithm::HmacSha1, "c"),
        ];
        assert_eq!(signing, expected.map(|(algorithm, secret)| (algorithm, secret.to_owned())));
    }

    #[test]
    fn a_secret_that_cannot_be_used_is_refused_without_a_word_of_it() {
        let error = |text: &str| Keys::parse(&text.into()).unwrap_err();
        assert_eq!(error(" ,\n"), KeysError::NoAuthToken);
        assert_eq!(error("HMAC_SHA256:key"), KeysError::NoAuthToken);
        for wrong in ["token,SHA256:key", "token,HMAC_SHA256:", "token hmac_sha1:key"] {
            assert_eq!(error(wrong), KeysError::UnknownAlgorithm(2), "{wrong}");
        }
    }
}

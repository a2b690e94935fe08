//! Which credentials a request is made with. While keys are exchanged several are known, so one that Twilio rejects gives
//! way to the next, and at last the secret is read again.

use parameters::Parameter;
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret as _, SecretString};

use super::ApiKey;
use crate::{Keys, TwilioError, keys::entries};

/// User and password of basic authentication.
#[derive(Debug, Clone)]
pub(super) struct Login {
    user: String,
    password: SecretString,
}

impl Login {
    pub fn apply(&self, request: RequestBuilder) -> RequestBuilder {
        request.basic_auth(&self.user, Some(self.password.expose_secret()))
    }
}

/// Where logins come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Credentials<'a> {
    AuthToken { account_sid: &'a str, secret: &'a Parameter },
    ApiKey(&'a ApiKey),
}

impl Credentials<'_> {
    /// At least one.
    pub async fn logins(&self) -> Result<Vec<Login>, TwilioError> {
        self.read(&self.secret().value().await)
    }

    /// Those of now, or none if they were read within the last minute.
    pub async fn reread(&self) -> Result<Vec<Login>, TwilioError> {
        match self.secret().reread().await {
            Some(text) => self.read(&text),
            None => Ok(Vec::new()),
        }
    }

    const fn secret(&self) -> &Parameter {
        match self {
            Self::AuthToken { secret, .. } => secret,
            Self::ApiKey(key) => &key.secret,
        }
    }

    fn read(&self, text: &SecretString) -> Result<Vec<Login>, TwilioError> {
        match self {
            Self::AuthToken { account_sid, .. } => {
                let keys = Keys::parse(text).map_err(|_| TwilioError::Config("auth token"))?;
                let login = |password| Login { user: (*account_sid).to_owned(), password };
                Ok(keys.auth_tokens.into_iter().map(login).collect())
            }
            Self::ApiKey(key) => {
                let logins = entries(text).map(|entry| {
                    let (user, password) = entry.split_once(':').unwrap_or((&key.sid, entry));
                    Login { user: user.to_owned(), password: password.into() }
                });
                let logins = logins.collect::<Vec<_>>();
                if logins.is_empty() { Err(TwilioError::Config("API key")) } else { Ok(logins) }
            }
        }
    }
}

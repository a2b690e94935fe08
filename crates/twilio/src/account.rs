//! The account that the environment names, with its secrets from Parameter Store.

use std::time::Duration;

use parameters::{Parameter, ParameterError, ParameterStore};
use runtime::config::{optional, required};

use crate::{ApiKey, Client, Config, Keys, KeysError, SigningKey, TwilioError};

#[derive(Debug, Clone)]
pub struct Account {
    /// `AC…`.
    pub account_sid: String,
    /// `WS…`.
    pub workspace_sid: String,
    /// The account's [`Keys`]: they sign callbacks and validate tokens, and authenticate all other requests if there is no
    /// API key.
    pub auth_token: Parameter,
    /// Authenticates requests to the REST API.
    pub api_key: Option<ApiKey>,
}

impl Account {
    /// Read before the first event. The API key's secret is read only by functions whose environment names the key:
    /// `authorize`, which needs the auth token alone, has none, so that logins do not depend on it.
    pub async fn from_env(store: &ParameterStore) -> Result<Self, ParameterError> {
        Ok(Self {
            account_sid: required("TWILIO_ACCOUNT_SID")?,
            workspace_sid: required("TWILIO_WORKSPACE_SID")?,
            auth_token: store.named_by("TWILIO_AUTH_TOKEN_PARAMETER").await?,
            api_key: api_key(store).await?,
        })
    }

    /// The keys that a callback may be signed with.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>, KeysError> {
        Keys::parse(&self.auth_token.value().await).map(Keys::signing_keys)
    }

    /// After a callback was signed with none of the keys: those of now, or none if they were read within the last minute.
    pub async fn reread_signing_keys(&self) -> Option<Result<Vec<SigningKey>, KeysError>> {
        let text = self.auth_token.reread().await?;
        Some(Keys::parse(&text).map(Keys::signing_keys))
    }

    /// A client for this account, for a function that a caller waits for.
    pub fn client(&self) -> Result<Client, Box<dyn std::error::Error + Send + Sync>> {
        self.client_within(Config::DEFAULT_TIMEOUT)
    }

    /// A client whose calls may take so long, all attempts together.
    pub fn client_within(&self, timeout: Duration) -> Result<Client, Box<dyn std::error::Error + Send + Sync>> {
        let client: Result<Client, TwilioError> = Client::new(Config {
            taskrouter_url: required("TASKROUTER_URL")?,
            iam_url: required("IAM_URL")?,
            account_sid: self.account_sid.clone(),
            workspace_sid: self.workspace_sid.clone(),
            flex_url: optional("FLEX_URL").unwrap_or_else(|| Config::FLEX_URL.to_owned()),
            events_url: optional("EVENTS_URL").unwrap_or_else(|| Config::EVENTS_URL.to_owned()),
            webhooks_url: optional("WEBHOOKS_URL").unwrap_or_else(|| Config::WEBHOOKS_URL.to_owned()),
            region: optional("TWILIO_REGION"),
            edge: optional("TWILIO_EDGE"),
            auth_token: self.auth_token.clone(),
            api_key: self.api_key.clone(),
            timeout,
        });
        Ok(client?)
    }
}

/// None where no key is configured.
async fn api_key(store: &ParameterStore) -> Result<Option<ApiKey>, ParameterError> {
    let Some(sid) = optional("TWILIO_API_KEY_SID") else { return Ok(None) };
    let secret = store.named_by("TWILIO_API_KEY_SECRET_PARAMETER").await?;
    Ok(Some(ApiKey { sid, secret }))
}

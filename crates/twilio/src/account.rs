//! The account that the environment names, with its secrets from Parameter Store.

use std::time::Duration;

use runtime::{
    aws::{client_config, failure_reason},
    config::{ConfigError, optional, required},
};
use secrecy::SecretString;
use thiserror::Error;

use crate::{ApiKey, Client, Config, TwilioError};

#[derive(Debug, Clone)]
pub struct Account {
    /// `AC…`.
    pub account_sid: String,
    /// `WS…`.
    pub workspace_sid: String,
    /// Signs callbacks, and validates tokens; authenticates all other requests if there is no API key.
    pub auth_token: SecretString,
    /// Authenticates requests to the REST API.
    pub api_key: Option<ApiKey>,
}

#[derive(Debug, Error)]
pub enum AccountError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("a secret of Twilio cannot be read from the parameter {name:?}: {why}")]
    Parameter { name: String, why: String },
}

impl Account {
    /// Read once, before the first event. The API key's secret is read only by functions whose environment names the key:
    /// `authorize`, which needs the auth token alone, has none, so that logins do not depend on it.
    pub async fn from_env() -> Result<Self, AccountError> {
        Ok(Self {
            account_sid: required("TWILIO_ACCOUNT_SID")?,
            workspace_sid: required("TWILIO_WORKSPACE_SID")?,
            auth_token: parameter(required("TWILIO_AUTH_TOKEN_PARAMETER")?).await?,
            api_key: api_key().await?,
        })
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
async fn api_key() -> Result<Option<ApiKey>, AccountError> {
    let Some(sid) = optional("TWILIO_API_KEY_SID") else { return Ok(None) };
    let secret = parameter(required("TWILIO_API_KEY_SECRET_PARAMETER")?).await?;
    Ok(Some(ApiKey { sid, secret }))
}

async fn parameter(name: String) -> Result<SecretString, AccountError> {
    let client = aws_sdk_ssm::Client::new(&client_config("SSM")?);
    let response = client.get_parameter().name(&name).with_decryption(true).send().await;
    let response =
        response.map_err(|error| AccountError::Parameter { name: name.clone(), why: failure_reason(&error) })?;
    let value = response.parameter.and_then(|parameter| parameter.value).filter(|value| !value.is_empty());
    value.map(SecretString::from).ok_or_else(|| AccountError::Parameter { name, why: "it is empty".to_owned() })
}

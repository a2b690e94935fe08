//! The Twilio account that the environment names, with its auth token from Parameter Store. A crate of its own,
//! since few functions may read that secret.

use secrecy::SecretString;
use thiserror::Error;

use http_api::{
    aws::{self, Aws},
    config::{ConfigError, required},
};
use store::error::reason;
use twilio::{Client, Config, TwilioError};

/// The account, as the environment and Parameter Store state it.
#[derive(Debug, Clone)]
pub struct Account {
    /// `AC…`.
    pub account_sid: String,
    /// `WS…`.
    pub workspace_sid: String,
    /// With which Twilio signs, and we ask Twilio.
    pub auth_token: SecretString,
}

/// The account cannot be told.
#[derive(Debug, Error)]
pub enum AccountError {
    /// A variable is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The parameter cannot be read.
    #[error("the auth token cannot be read from the parameter {name:?}: {why}")]
    Parameter {
        /// Its name.
        name: String,
        /// Why not.
        why: String,
    },
}

impl Account {
    /// Reads it, once, before the first event.
    pub async fn from_env() -> Result<Self, AccountError> {
        Ok(Self {
            account_sid: required("TWILIO_ACCOUNT_SID")?,
            workspace_sid: required("TWILIO_WORKSPACE_SID")?,
            auth_token: parameter(required("TWILIO_AUTH_TOKEN_PARAMETER")?).await?,
        })
    }

    /// A client for this account.
    pub fn client(&self) -> Result<Client, Box<dyn std::error::Error + Send + Sync>> {
        let client: Result<Client, TwilioError> = Client::new(Config {
            taskrouter_url: required("TASKROUTER_URL")?,
            iam_url: required("IAM_URL")?,
            account_sid: self.account_sid.clone(),
            workspace_sid: self.workspace_sid.clone(),
            auth_token: self.auth_token.clone(),
            timeout: Config::DEFAULT_TIMEOUT,
        });
        Ok(client?)
    }
}

async fn parameter(name: String) -> Result<SecretString, AccountError> {
    let aws = Aws::from_env()?;
    let mut config = aws_sdk_ssm::Config::builder()
        .behavior_version(aws::behavior())
        .region(aws.region)
        .credentials_provider(aws.credentials)
        .retry_config(aws.retries)
        .timeout_config(aws.timeouts);
    config.set_endpoint_url(Aws::endpoint("SSM"));
    let ask = aws_sdk_ssm::Client::from_conf(config.build()).get_parameter().name(&name).with_decryption(true);
    let answer =
        ask.send().await.map_err(|error| AccountError::Parameter { name: name.clone(), why: reason(&error) })?;
    let value = answer.parameter.and_then(|parameter| parameter.value).filter(|value| !value.is_empty());
    value.map(SecretString::from).ok_or_else(|| AccountError::Parameter { name, why: "it is empty".to_owned() })
}

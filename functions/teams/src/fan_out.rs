//! Starting `fan-out`, which marks the members of a changed team.

use aws_sdk_lambda::{config::timeout::TimeoutConfig, primitives::Blob, types::InvocationType};
use std::time::Duration;
use thiserror::Error;

use domain::TeamId;
use runtime::{
    aws::{client_config, failure_reason},
    config::{ConfigError, required},
};

/// The team is changed and the caller waits: the schedule starts what cannot be started in this time.
const MAX_START_TIME: Duration = Duration::from_secs(2);

/// Why Lambda failed, for the log.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct StartError(pub String);

pub trait StartFanOut {
    /// Invokes `fan-out` asynchronously.
    fn start(&self, team_id: TeamId) -> impl Future<Output = Result<(), StartError>> + Send;
}

#[derive(Debug)]
pub struct FanOutFunction {
    lambda: aws_sdk_lambda::Client,
    function: String,
}

impl FanOutFunction {
    pub fn from_env() -> Result<Self, ConfigError> {
        let timeouts = TimeoutConfig::builder().operation_timeout(MAX_START_TIME);
        let config = aws_sdk_lambda::config::Builder::from(&client_config("LAMBDA")?).timeout_config(timeouts.build());
        Ok(Self { lambda: aws_sdk_lambda::Client::from_conf(config.build()), function: required("FAN_OUT_FUNCTION")? })
    }
}

impl StartFanOut for FanOutFunction {
    async fn start(&self, team_id: TeamId) -> Result<(), StartError> {
        let payload = Blob::new(serde_json::json!({"team_id": team_id}).to_string());
        let invoke = self.lambda.invoke().function_name(&self.function).invocation_type(InvocationType::Event);
        let sent = invoke.payload(payload).send().await;
        sent.map(drop).map_err(|error| StartError(failure_reason(&error)))
    }
}

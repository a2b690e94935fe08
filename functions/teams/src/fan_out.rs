//! Starting `fan-out`, which marks the members of a changed team.

use aws_sdk_lambda::{config::timeout::TimeoutConfig, primitives::Blob, types::InvocationType};
use std::time::Duration;
use thiserror::Error;

use domain::TeamId;
use runtime::{
    aws::{SdkConfig, client_config, failure_reason},
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
        let lambda = aws_sdk_lambda::Client::from_conf(lambda_config(&client_config("LAMBDA")?));
        Ok(Self { lambda, function: required("FAN_OUT_FUNCTION")? })
    }
}

/// The settings of other calls, except that all attempts together may take [`MAX_START_TIME`].
fn lambda_config(config: &SdkConfig) -> aws_sdk_lambda::Config {
    let timeouts = TimeoutConfig::builder().operation_timeout(MAX_START_TIME);
    aws_sdk_lambda::config::Builder::from(config).timeout_config(timeouts.build()).build()
}

impl StartFanOut for FanOutFunction {
    async fn start(&self, team_id: TeamId) -> Result<(), StartError> {
        let payload = Blob::new(serde_json::json!({"team_id": team_id}).to_string());
        let invoke = self.lambda.invoke().function_name(&self.function).invocation_type(InvocationType::Event);
        let sent = invoke.payload(payload).send().await;
        sent.map(drop).map_err(|error| StartError(failure_reason(&error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_lambda::config::BehaviorVersion;

    #[test]
    fn a_caller_whose_team_is_changed_waits_two_seconds_at_most_for_fan_out_to_be_started() {
        let of_other_calls =
            TimeoutConfig::builder().connect_timeout(Duration::from_secs(1)).operation_timeout(Duration::from_secs(8));
        let config = SdkConfig::builder().behavior_version(BehaviorVersion::latest());
        let lambda = lambda_config(&config.timeout_config(of_other_calls.build()).build());
        let timeouts = lambda.timeout_config().unwrap();
        assert_eq!(timeouts.operation_timeout(), Some(MAX_START_TIME));
        assert_eq!(timeouts.connect_timeout(), Some(Duration::from_secs(1)));
    }
}

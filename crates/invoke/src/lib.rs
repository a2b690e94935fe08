//! Invoking another function of the deployment.
//!
//! What it is for: one client of Lambda, with the time that its caller has. What it must not know: what the functions do.

use std::time::Duration;

use aws_sdk_lambda::{
    config::timeout::TimeoutConfig,
    operation::invoke::{InvokeOutput, builders::InvokeFluentBuilder},
    primitives::Blob,
    types::InvocationType,
};
use runtime::{
    aws::{SdkConfig, client_config, failure_reason},
    config::{ConfigError, required},
};
use serde_json::Value;
use thiserror::Error;

/// Why a function could not be invoked, for the log.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct InvokeError(pub String);

/// A function of this deployment.
#[derive(Debug)]
pub struct Function {
    lambda: aws_sdk_lambda::Client,
    name: String,
}

impl Function {
    /// The function that the environment names, in `variable`. An invocation takes at most `within`, all attempts together.
    pub fn from_env(variable: &'static str, within: Duration) -> Result<Self, ConfigError> {
        let lambda = aws_sdk_lambda::Client::from_conf(lambda_config(&client_config("LAMBDA")?, within));
        Ok(Self { lambda, name: required(variable)? })
    }

    /// Hands an event to Lambda, which keeps it and invokes the function, again if that fails.
    pub async fn start(&self, event: &Value) -> Result<(), InvokeError> {
        self.invoke(event, InvocationType::Event).await.map(drop)
    }

    /// Invokes the function and waits for its end. An error if the function fails.
    pub async fn call(&self, event: &Value) -> Result<(), InvokeError> {
        let answer = self.invoke(event, InvocationType::RequestResponse).await?;
        // What the function says of its failure is in its own log.
        answer.function_error.map_or(Ok(()), |kind| Err(InvokeError(format!("the function failed: {kind}"))))
    }

    async fn invoke(&self, event: &Value, how: InvocationType) -> Result<InvokeOutput, InvokeError> {
        let invoke: InvokeFluentBuilder = self.lambda.invoke().function_name(&self.name).invocation_type(how);
        let answer = invoke.payload(Blob::new(event.to_string())).send().await;
        answer.map_err(|error| InvokeError(failure_reason(&error)))
    }
}

/// The settings of other calls, except that all attempts together may take this long.
fn lambda_config(config: &SdkConfig, within: Duration) -> aws_sdk_lambda::Config {
    let timeouts = TimeoutConfig::builder().operation_timeout(within);
    aws_sdk_lambda::config::Builder::from(config).timeout_config(timeouts.build()).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_lambda::config::BehaviorVersion;

    #[test]
    fn a_caller_who_waits_for_a_function_waits_no_longer_than_it_has_time() {
        let of_other_calls =
            TimeoutConfig::builder().connect_timeout(Duration::from_secs(1)).operation_timeout(Duration::from_secs(8));
        let config = SdkConfig::builder().behavior_version(BehaviorVersion::latest());
        let config = config.timeout_config(of_other_calls.build()).build();
        let lambda = lambda_config(&config, Duration::from_secs(2));
        let timeouts = lambda.timeout_config().unwrap();
        assert_eq!(timeouts.operation_timeout(), Some(Duration::from_secs(2)));
        assert_eq!(timeouts.connect_timeout(), Some(Duration::from_secs(1)));
    }
}

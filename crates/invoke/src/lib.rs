//! Invoking another function of the deployment.
//!
//! What it is for: calls of Lambda, within the time that their caller has. What it must not know: what the functions do.

use std::time::Duration;

use aws_client::{Answer, CallError, Post, Service};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use runtime::config::{ConfigError, required};
use serde_json::Value;
use thiserror::Error;

/// What need not be encoded in a path (RFC 3986, 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why a function could not be invoked, for the log.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct InvokeError(pub String);

impl From<CallError> for InvokeError {
    fn from(error: CallError) -> Self {
        Self(error.to_string())
    }
}

/// A function of this deployment.
#[derive(Debug)]
pub struct Function {
    lambda: Service,
    name: String,
    within: Duration,
}

impl Function {
    /// The function that the environment names, in `variable`. An invocation takes at most `within`, all attempts together.
    pub fn from_env(variable: &'static str, within: Duration) -> Result<Self, ConfigError> {
        Ok(Self { lambda: Service::from_env("lambda")?, name: required(variable)?, within })
    }

    /// Hands an event to Lambda, which keeps it and invokes the function, again if that fails.
    pub async fn start(&self, event: &Value) -> Result<(), InvokeError> {
        self.invoke(event, "Event").await.map(drop)
    }

    /// Invokes the function and waits for its end. An error if the function fails.
    pub async fn call(&self, event: &Value) -> Result<(), InvokeError> {
        let answer = self.invoke(event, "RequestResponse").await?;
        // What the function says of its failure is in its own log.
        let kind = answer.header("x-amz-function-error");
        kind.map_or(Ok(()), |kind| Err(InvokeError(format!("the function failed: {kind}"))))
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
    async fn invoke(&self, event: &Value, how: &'static str) -> Result<Answer, InvokeError> {
        let path = format!("/2015-03-31/functions/{}/invocations", utf8_percent_encode(&self.name, ENCODED));
        let headers = &[("x-amz-invocation-type", how), ("content-type", "application/json")];
        Ok(self.lambda.post(Post { path: &path, headers, body: &event.to_string() }, self.within).await?)
    }
}

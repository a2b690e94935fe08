//! Settings of AWS clients, from what Lambda puts into the environment: region, credentials, and for the local stack the
//! endpoints. `aws-config` is left out because it would double the size of a function.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::{behavior_version::BehaviorVersion, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::{
    SdkConfig,
    region::Region,
    sdk_config::{RetryConfig, SharedCredentialsProvider, TimeoutConfig},
};
use std::time::Duration;

use runtime::config::{ConfigError, optional, required};

use crate::http_client;

pub(crate) const MAX_ATTEMPTS: u32 = 4;

pub(crate) const MAX_ATTEMPT_TIME: Duration = Duration::from_secs(3);

/// The settings of a client for `service`, named as in `AWS_ENDPOINT_URL_<service>`: `DYNAMODB`, `S3`.
pub fn client_config(service: &str) -> Result<SdkConfig, ConfigError> {
    // No call takes longer than a function may run.
    let timeouts =
        TimeoutConfig::builder().operation_attempt_timeout(MAX_ATTEMPT_TIME).operation_timeout(Duration::from_secs(8));
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(required("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials()?))
        .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
        .timeout_config(timeouts.build())
        .http_client(http_client()?);
    config.set_endpoint_url(endpoint_url(service));
    Ok(config.build())
}

pub(crate) fn credentials() -> Result<Credentials, ConfigError> {
    let (id, secret) = (required("AWS_ACCESS_KEY_ID")?, required("AWS_SECRET_ACCESS_KEY")?);
    Ok(Credentials::new(id, secret, optional("AWS_SESSION_TOKEN"), None, "environment"))
}

/// Where the environment says that the service is: the local stack.
pub(crate) fn endpoint_url(service: &str) -> Option<String> {
    optional(&format!("AWS_ENDPOINT_URL_{service}"))
}

/// Why a call to AWS failed, for the log: the service's error code, or the stage at which it failed. The response itself
/// may hold personal data or a secret and is left out (rule 32).
pub fn failure_reason<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    let reason = match error {
        SdkError::ConstructionFailure(_) => "the request cannot be built",
        SdkError::TimeoutError(_) => "timed out",
        SdkError::DispatchFailure(_) => "no connection",
        SdkError::ResponseError(_) => "the response cannot be read",
        SdkError::ServiceError(refused) => refused.err().code().unwrap_or("rejected without an error code"),
        _ => "unknown",
    };
    reason.to_owned()
}

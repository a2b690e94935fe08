//! Clients of AWS, from what Lambda puts into the environment: credentials, region, and for the local stack
//! the endpoints. `aws-config` is left out: it would double the size of a function.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use std::time::Duration;

use store::Directory;

use crate::config::{ConfigError, optional, required};

/// What every client is built with.
#[derive(Debug, Clone)]
pub struct Aws {
    /// The region.
    pub region: Region,
    /// The role's credentials.
    pub credentials: Credentials,
    /// Several tries: an answer is worth more than a quick refusal.
    pub retries: RetryConfig,
    /// No call hangs for longer than a function may run.
    pub timeouts: TimeoutConfig,
}

impl Aws {
    /// As Lambda states it.
    pub fn from_env() -> Result<Self, ConfigError> {
        let credentials = Credentials::new(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(3))
            .operation_timeout(Duration::from_secs(8));
        Ok(Self {
            region: Region::new(required("AWS_REGION")?),
            credentials,
            retries: RetryConfig::standard().with_max_attempts(4),
            timeouts: timeouts.build(),
        })
    }

    /// Where a service is, if not where it is for everybody.
    #[must_use]
    pub fn endpoint(service: &str) -> Option<String> {
        optional(&format!("AWS_ENDPOINT_URL_{service}"))
    }
}

/// The behaviour of the SDK that this code was written for.
#[must_use]
pub fn behavior() -> BehaviorVersion {
    BehaviorVersion::latest()
}

/// The directory's table, as the environment names it.
pub fn directory() -> Result<Directory, ConfigError> {
    let aws = Aws::from_env()?;
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(behavior())
        .region(aws.region)
        .credentials_provider(aws.credentials)
        .retry_config(aws.retries)
        .timeout_config(aws.timeouts);
    config.set_endpoint_url(Aws::endpoint("DYNAMODB"));
    Ok(Directory::new(aws_sdk_dynamodb::Client::from_conf(config.build()), required("TABLE_NAME")?))
}

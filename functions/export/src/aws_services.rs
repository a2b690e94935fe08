//! What `export` asks of Lambda and S3.

use aws_sdk_lambda::{primitives::Blob, types::InvocationType};
use aws_sdk_s3::presigning::PresigningConfig;
use std::time::Duration;
use thiserror::Error;
use uuid::Uuid;

use http_api::{
    aws::{self, Aws},
    config::{ConfigError, required},
};
use store::error::reason;

/// For how long a link is good (rule 29).
const LINK_IS_GOOD_FOR: Duration = Duration::from_mins(15);

/// Lambda or S3 did not do it; for the log.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct ServiceError(pub String);

/// Starts the worker of a job.
pub trait StartJob {
    /// Invokes it asynchronously.
    fn start(&self, job_id: Uuid) -> impl Future<Output = Result<(), ServiceError>> + Send;
}

/// Makes download links.
pub trait Link {
    /// A link to this file, good for 15 minutes.
    fn link(&self, file: &str) -> impl Future<Output = Result<String, ServiceError>> + Send;
}

/// Lambda and S3.
#[derive(Debug)]
pub struct AwsServices {
    lambda: aws_sdk_lambda::Client,
    worker: String,
    s3: aws_sdk_s3::Client,
    bucket: String,
}

impl AwsServices {
    /// As the environment names them.
    pub fn from_env() -> Result<Self, ConfigError> {
        let aws = Aws::from_env()?;
        let mut lambda = aws_sdk_lambda::Config::builder()
            .behavior_version(aws::behavior())
            .region(aws.region.clone())
            .credentials_provider(aws.credentials.clone())
            .retry_config(aws.retries.clone())
            .timeout_config(aws.timeouts.clone());
        lambda.set_endpoint_url(Aws::endpoint("LAMBDA"));
        let mut s3 = aws_sdk_s3::Config::builder()
            .behavior_version(aws::behavior())
            .region(aws.region)
            .credentials_provider(aws.credentials)
            .retry_config(aws.retries)
            .timeout_config(aws.timeouts)
            .force_path_style(Aws::endpoint("S3").is_some());
        s3.set_endpoint_url(Aws::endpoint("S3"));
        Ok(Self {
            lambda: aws_sdk_lambda::Client::from_conf(lambda.build()),
            worker: required("WRITE_EXPORT_FUNCTION")?,
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            bucket: required("EXPORT_BUCKET")?,
        })
    }
}

impl StartJob for AwsServices {
    async fn start(&self, job_id: Uuid) -> Result<(), ServiceError> {
        let payload = Blob::new(serde_json::json!({"job_id": job_id}).to_string());
        let invoke = self.lambda.invoke().function_name(&self.worker).invocation_type(InvocationType::Event);
        let sent = invoke.payload(payload).send().await;
        sent.map(|_| ()).map_err(|error| ServiceError(reason(&error)))
    }
}

impl Link for AwsServices {
    async fn link(&self, file: &str) -> Result<String, ServiceError> {
        let good_for =
            PresigningConfig::expires_in(LINK_IS_GOOD_FOR).map_err(|error| ServiceError(error.to_string()))?;
        let get = self.s3.get_object().bucket(&self.bucket).key(file);
        let get = get.response_content_disposition("attachment; filename=\"users.csv\"");
        let signed = get.presigned(good_for).await;
        signed.map(|link| link.uri().to_owned()).map_err(|error| ServiceError(reason(&error)))
    }
}

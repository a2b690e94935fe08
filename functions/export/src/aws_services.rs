//! What `export` asks of Lambda and S3.

use aws_sdk_lambda::{primitives::Blob, types::InvocationType};
use aws_sdk_s3::presigning::PresigningConfig;
use std::time::Duration;
use thiserror::Error;
use uuid::Uuid;

use runtime::{
    aws::{client_config, failure_reason},
    config::{ConfigError, required},
};

/// How long a download link is valid (rule 29).
const LINK_VALIDITY: Duration = Duration::from_mins(15);

/// Why Lambda or S3 failed, for the log.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct ServiceError(pub String);

pub trait StartJob {
    /// Invokes the job runner asynchronously.
    fn start(&self, job_id: Uuid) -> impl Future<Output = Result<(), ServiceError>> + Send;
}

pub trait PresignDownload {
    /// A link to the file, valid for 15 minutes.
    fn presign(&self, file: &str) -> impl Future<Output = Result<String, ServiceError>> + Send;
}

#[derive(Debug)]
pub struct AwsServices {
    lambda: aws_sdk_lambda::Client,
    job_runner: String,
    s3: aws_sdk_s3::Client,
    bucket: String,
}

impl AwsServices {
    pub fn from_env() -> Result<Self, ConfigError> {
        let s3 = client_config("S3")?;
        // A local endpoint has no subdomain for each bucket.
        let path_style = s3.endpoint_url().is_some();
        let s3 = aws_sdk_s3::config::Builder::from(&s3).force_path_style(path_style);
        Ok(Self {
            lambda: aws_sdk_lambda::Client::new(&client_config("LAMBDA")?),
            job_runner: required("WRITE_EXPORT_FUNCTION")?,
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            bucket: required("EXPORT_BUCKET")?,
        })
    }
}

impl StartJob for AwsServices {
    async fn start(&self, job_id: Uuid) -> Result<(), ServiceError> {
        let payload = Blob::new(serde_json::json!({"job_id": job_id}).to_string());
        let invoke = self.lambda.invoke().function_name(&self.job_runner).invocation_type(InvocationType::Event);
        let sent = invoke.payload(payload).send().await;
        sent.map(drop).map_err(|error| ServiceError(failure_reason(&error)))
    }
}

impl PresignDownload for AwsServices {
    async fn presign(&self, file: &str) -> Result<String, ServiceError> {
        let config = PresigningConfig::expires_in(LINK_VALIDITY).map_err(|error| ServiceError(error.to_string()))?;
        let get = self.s3.get_object().bucket(&self.bucket).key(file);
        let get = get.response_content_disposition("attachment; filename=\"users.csv\"");
        let presigned = get.presigned(config).await;
        presigned.map(|link| link.uri().to_owned()).map_err(|error| ServiceError(failure_reason(&error)))
    }
}

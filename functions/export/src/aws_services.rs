//! What `export` asks of Lambda and S3.

use aws_client::{client_config, failure_reason};
use aws_sdk_s3::presigning::PresigningConfig;
use serde_json::json;
use std::time::Duration;
use thiserror::Error;
use uuid::Uuid;

use invoke::{Function, InvokeError};
use runtime::config::{ConfigError, required};

/// How long a download link is valid (rule 29).
const LINK_VALIDITY: Duration = Duration::from_mins(15);

/// The caller waits until the job runner is started.
const MAX_START_TIME: Duration = Duration::from_secs(8);

/// Why a link cannot be made, for the log.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct PresignError(pub String);

pub trait StartJob {
    /// Invokes the job runner asynchronously.
    fn start(&self, job_id: Uuid) -> impl Future<Output = Result<(), InvokeError>> + Send;
}

pub trait PresignDownload {
    /// A link to the file, valid for 15 minutes.
    fn presign(&self, file: &str) -> impl Future<Output = Result<String, PresignError>> + Send;
}

#[derive(Debug)]
pub struct AwsServices {
    job_runner: Function,
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
            job_runner: Function::from_env("WRITE_EXPORT_FUNCTION", MAX_START_TIME)?,
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            bucket: required("EXPORT_BUCKET")?,
        })
    }
}

impl StartJob for AwsServices {
    async fn start(&self, job_id: Uuid) -> Result<(), InvokeError> {
        self.job_runner.start(&json!({"job_id": job_id})).await
    }
}

impl PresignDownload for AwsServices {
    async fn presign(&self, file: &str) -> Result<String, PresignError> {
        let config = PresigningConfig::expires_in(LINK_VALIDITY).map_err(|error| PresignError(error.to_string()))?;
        let get = self.s3.get_object().bucket(&self.bucket).key(file);
        let get = get.response_content_disposition("attachment; filename=\"users.csv\"");
        let presigned = get.presigned(config).await;
        presigned.map(|link| link.uri().to_owned()).map_err(|error| PresignError(failure_reason(&error)))
    }
}

//! Writing a file into S3: in one put when it is small, in parts when it is not.

use aws_sdk_s3::{
    Client,
    config::timeout::TimeoutConfig,
    error::{ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use std::time::Duration;
use thiserror::Error;

use runtime::{
    aws::{SdkConfig, client_config, failure_reason},
    config::{ConfigError, required},
};

/// The size of a part, in bytes. S3 accepts no part under 5 MiB but the last one.
const PART_SIZE: usize = 8 * 1024 * 1024;

/// A part takes longer than other calls; with its retries not much longer than a lease.
const MAX_PART_DURATION: Duration = Duration::from_secs(20);

/// Why S3 failed, for the log.
#[derive(Debug, Error)]
#[error("S3 did not accept the file: {0}")]
pub struct BucketError(String);

impl BucketError {
    fn of<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Self {
        Self(failure_reason(error))
    }
}

/// Where files are stored.
pub trait FileStore {
    type Upload: Upload + Send;
    fn upload(&self, file: &str) -> Self::Upload;
}

/// A file that is being written; it is not visible before it is finished.
pub trait Upload {
    /// Appends these bytes.
    fn push(&mut self, bytes: Vec<u8>) -> impl Future<Output = Result<(), BucketError>> + Send;
    fn finish(self) -> impl Future<Output = Result<(), BucketError>> + Send;
}

#[derive(Debug, Clone)]
pub struct Bucket {
    s3: Client,
    bucket: String,
}

impl Bucket {
    pub fn from_env() -> Result<Self, ConfigError> {
        let s3 = s3_config(&client_config("S3")?);
        Ok(Self::new(Client::from_conf(s3), required("EXPORT_BUCKET")?))
    }

    #[must_use]
    pub const fn new(s3: Client, bucket: String) -> Self {
        Self { s3, bucket }
    }
}

/// The settings of other calls, except that each attempt may take [`MAX_PART_DURATION`] and all of them as long as they do.
fn s3_config(config: &SdkConfig) -> aws_sdk_s3::Config {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(MAX_PART_DURATION).disable_operation_timeout();
    // A local endpoint has no subdomain for each bucket.
    let path_style = config.endpoint_url().is_some();
    aws_sdk_s3::config::Builder::from(config).timeout_config(timeouts.build()).force_path_style(path_style).build()
}

impl FileStore for Bucket {
    type Upload = BucketUpload;

    fn upload(&self, file: &str) -> BucketUpload {
        BucketUpload { bucket: self.clone(), file: file.to_owned(), buffer: Vec::new(), parts: None }
    }
}

/// A file that is being written to S3.
#[derive(Debug)]
pub struct BucketUpload {
    bucket: Bucket,
    file: String,
    buffer: Vec<u8>,
    parts: Option<Parts>,
}

#[derive(Debug)]
struct Parts {
    upload_id: String,
    completed: Vec<CompletedPart>,
}

impl Upload for BucketUpload {
    async fn push(&mut self, mut bytes: Vec<u8>) -> Result<(), BucketError> {
        self.buffer.append(&mut bytes);
        if self.buffer.len() >= PART_SIZE { self.send_part().await } else { Ok(()) }
    }

    async fn finish(mut self) -> Result<(), BucketError> {
        if self.parts.is_none() {
            let put = self.bucket.s3.put_object().bucket(&self.bucket.bucket).key(&self.file);
            let put = put.content_type("text/csv; charset=utf-8").body(ByteStream::from(self.buffer));
            return put.send().await.map(|_| ()).map_err(|error| BucketError::of(&error));
        }
        if !self.buffer.is_empty() {
            self.send_part().await?;
        }
        let Some(Parts { upload_id, completed }) = self.parts else { return Ok(()) };
        let whole = CompletedMultipartUpload::builder().set_parts(Some(completed)).build();
        let complete = self.bucket.s3.complete_multipart_upload().bucket(&self.bucket.bucket).key(&self.file);
        let complete = complete.upload_id(upload_id).multipart_upload(whole);
        complete.send().await.map(|_| ()).map_err(|error| BucketError::of(&error))
    }
}

impl BucketUpload {
    /// The bucket's lifecycle rule removes unfinished uploads.
    async fn send_part(&mut self) -> Result<(), BucketError> {
        let Bucket { s3, bucket } = &self.bucket;
        if self.parts.is_none() {
            let create = s3.create_multipart_upload().bucket(bucket).key(&self.file);
            let created =
                create.content_type("text/csv; charset=utf-8").send().await.map_err(|error| BucketError::of(&error))?;
            let upload_id = created.upload_id.ok_or_else(|| BucketError("an upload without an id".to_owned()))?;
            self.parts = Some(Parts { upload_id, completed: Vec::new() });
        }
        let Some(parts) = &mut self.parts else { return Ok(()) };
        let number = i32::try_from(parts.completed.len() + 1).unwrap_or(i32::MAX);
        let part = s3.upload_part().bucket(bucket).key(&self.file).upload_id(&parts.upload_id).part_number(number);
        let sent = part
            .body(ByteStream::from(std::mem::take(&mut self.buffer)))
            .send()
            .await
            .map_err(|error| BucketError::of(&error))?;
        parts.completed.push(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::config::BehaviorVersion;

    #[test]
    fn a_part_is_not_cut_off_by_the_time_limits_of_other_calls() {
        let of_other_calls = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(3))
            .operation_timeout(Duration::from_secs(8));
        let config = SdkConfig::builder().behavior_version(BehaviorVersion::latest());
        let s3 = s3_config(&config.timeout_config(of_other_calls.build()).build());
        let timeouts = s3.timeout_config().unwrap();
        assert_eq!(timeouts.operation_attempt_timeout(), Some(MAX_PART_DURATION));
        assert_eq!(timeouts.operation_timeout(), None);
    }
}

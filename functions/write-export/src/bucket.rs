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

use http_api::{
    aws::{self, Aws},
    config::{ConfigError, required},
};
use store::error::reason;

/// How much is held before it is sent. S3 takes no part but the last under 5 MiB.
const PART: usize = 8 * 1024 * 1024;

/// A part takes longer than other calls, but with its retries not much longer than a lease.
const PART_TAKES_AT_MOST: Duration = Duration::from_secs(20);

/// S3 did not do it; for the log.
#[derive(Debug, Error)]
#[error("S3 did not take the file: {0}")]
pub struct BucketError(String);

impl BucketError {
    fn of<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Self {
        Self(reason(error))
    }
}

/// Where files are put.
pub trait Store {
    /// A file in the making.
    type Upload: Upload + Send;
    /// Begins a file.
    fn upload(&self, file: &str) -> Self::Upload;
}

/// A file in the making; nobody sees it before it is finished.
pub trait Upload {
    /// Goes on with these bytes.
    fn push(&mut self, bytes: Vec<u8>) -> impl Future<Output = Result<(), BucketError>> + Send;
    /// Makes it whole.
    fn finish(self) -> impl Future<Output = Result<(), BucketError>> + Send;
}

/// The bucket of exports.
#[derive(Debug, Clone)]
pub struct Bucket {
    s3: Client,
    bucket: String,
}

impl Bucket {
    /// As the environment names it.
    pub fn from_env() -> Result<Self, ConfigError> {
        let aws = Aws::from_env()?;
        let mut s3 = aws_sdk_s3::Config::builder()
            .behavior_version(aws::behavior())
            .region(aws.region)
            .credentials_provider(aws.credentials)
            .retry_config(aws.retries)
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(PART_TAKES_AT_MOST).build())
            .force_path_style(Aws::endpoint("S3").is_some());
        s3.set_endpoint_url(Aws::endpoint("S3"));
        Ok(Self::new(Client::from_conf(s3.build()), required("EXPORT_BUCKET")?))
    }

    /// This bucket.
    #[must_use]
    pub const fn new(s3: Client, bucket: String) -> Self {
        Self { s3, bucket }
    }
}

impl Store for Bucket {
    type Upload = BucketUpload;

    fn upload(&self, file: &str) -> BucketUpload {
        BucketUpload { bucket: self.clone(), file: file.to_owned(), held: Vec::new(), parts: None }
    }
}

/// A file in the making, in S3.
#[derive(Debug)]
pub struct BucketUpload {
    bucket: Bucket,
    file: String,
    held: Vec<u8>,
    parts: Option<Parts>,
}

#[derive(Debug)]
struct Parts {
    upload_id: String,
    completed: Vec<CompletedPart>,
}

impl Upload for BucketUpload {
    async fn push(&mut self, mut bytes: Vec<u8>) -> Result<(), BucketError> {
        self.held.append(&mut bytes);
        if self.held.len() >= PART { self.send_part().await } else { Ok(()) }
    }

    async fn finish(mut self) -> Result<(), BucketError> {
        if self.parts.is_none() {
            let put = self.bucket.s3.put_object().bucket(&self.bucket.bucket).key(&self.file);
            let put = put.content_type("text/csv; charset=utf-8").body(ByteStream::from(self.held));
            return put.send().await.map(|_| ()).map_err(|error| BucketError::of(&error));
        }
        if !self.held.is_empty() {
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
    /// An unfinished upload is removed by the bucket's lifecycle rule.
    async fn send_part(&mut self) -> Result<(), BucketError> {
        let Bucket { s3, bucket } = &self.bucket;
        if self.parts.is_none() {
            let create = s3.create_multipart_upload().bucket(bucket).key(&self.file);
            let created =
                create.content_type("text/csv; charset=utf-8").send().await.map_err(|error| BucketError::of(&error))?;
            let upload_id = created.upload_id.ok_or_else(|| BucketError("an upload without id".to_owned()))?;
            self.parts = Some(Parts { upload_id, completed: Vec::new() });
        }
        let Some(parts) = &mut self.parts else { return Ok(()) };
        let number = i32::try_from(parts.completed.len() + 1).unwrap_or(i32::MAX);
        let part = s3.upload_part().bucket(bucket).key(&self.file).upload_id(&parts.upload_id).part_number(number);
        let sent = part
            .body(ByteStream::from(std::mem::take(&mut self.held)))
            .send()
            .await
            .map_err(|error| BucketError::of(&error))?;
        parts.completed.push(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build());
        Ok(())
    }
}

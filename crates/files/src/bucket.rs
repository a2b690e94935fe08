//! Writing a file into S3: in one put when it is small, in parts when it is not.
//!
//! A slow runner that has lost its job may send a part after the one that has replaced it. S3 finishes a file only if each
//! part is still the one that is named by its entity tag: otherwise it [refuses](BucketError::is_refused), and the file
//! is written again from the beginning.

use aws_client::{SdkConfig, client_config, failure_reason};
use aws_sdk_s3::{
    Client,
    config::timeout::TimeoutConfig,
    error::{ProvideErrorMetadata, SdkError},
    operation::put_object::builders::PutObjectFluentBuilder,
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use thiserror::Error;

use runtime::config::{ConfigError, required};

use crate::export::{FileStore, Upload};

/// The size of a part, in bytes. S3 accepts no part under 5 MiB but the last one.
const PART_SIZE: usize = 5 * 1024 * 1024;

/// More than a page has.
const PAGE_SIZE: usize = 512 * 1024;

/// A part takes longer than other calls; with its retries not much longer than a lease.
const MAX_PART_DURATION: Duration = Duration::from_secs(20);

/// Why S3 failed, for the log.
#[derive(Debug, Error)]
#[error("S3 did not take or give a file: {reason}")]
pub struct BucketError {
    reason: String,
    /// Whether S3 has refused the call, as it does where what was stored of the file before is no longer there, or no longer
    /// what it was.
    pub is_refused: bool,
    /// Whether what was to be read is no longer there. Who may not list the bucket, as no function may, is told that they may
    /// not read it.
    pub is_gone: bool,
}

impl BucketError {
    fn of<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Self {
        let is_refused = error.raw_response().is_some_and(|response| response.status().is_client_error());
        let is_gone = matches!(error.code(), Some("NoSuchKey" | "AccessDenied"));
        Self { reason: failure_reason(error), is_refused, is_gone }
    }

    pub(crate) fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_refused: false, is_gone: false }
    }
}

#[derive(Debug, Clone)]
pub struct Bucket {
    s3: Client,
    name: String,
    part_size: usize,
}

impl Bucket {
    pub fn from_env() -> Result<Self, ConfigError> {
        let s3 = s3_config(&client_config("S3")?);
        Ok(Self::new(Client::from_conf(s3), required("EXPORT_BUCKET")?))
    }

    #[must_use]
    pub const fn new(s3: Client, name: String) -> Self {
        Self { s3, name, part_size: PART_SIZE }
    }

    /// With parts of so many bytes: for a simulated S3, which accepts small ones.
    #[must_use]
    pub fn with_part_size(self, part_size: usize) -> Self {
        Self { part_size, ..self }
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

    fn upload(&self, attempt: &str) -> BucketUpload {
        self.begin(attempt, format!("{attempt}.csv"), CSV)
    }

    async fn resume(&self, saved: &str, attempt: &str) -> Result<Option<BucketUpload>, BucketError> {
        let Ok(Saved { sent, rest, rest_bytes }) = serde_json::from_str(saved) else { return Ok(None) };
        let mut buffer = self.fetch(&rest).await?;
        // The dead runner may have stored more since.
        buffer.truncate(rest_bytes);
        Ok(Some(BucketUpload { sent, buffer, ..self.upload(attempt) }))
    }
}

impl Bucket {
    /// A new file with this key.
    pub(crate) fn begin(&self, attempt: &str, file: String, content_type: &'static str) -> BucketUpload {
        let sent = Sent { file, ..Sent::default() };
        let (bucket, attempt) = (self.clone(), attempt.to_owned());
        BucketUpload { bucket, attempt, content_type, sent, buffer: BytesMut::new() }
    }

    /// At most `length` bytes of the object from this one on; none at its end.
    pub(crate) async fn fetch_range(&self, key: &str, from: u64, length: u64) -> Result<Vec<u8>, BucketError> {
        // Both ends are included (RFC 9110, 14.1.2).
        let range = format!("bytes={from}-{}", from.saturating_add(length).saturating_sub(1));
        let got = match self.s3.get_object().bucket(&self.name).key(key).range(range).send().await {
            Ok(got) => got,
            Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 416) => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(BucketError::of(&error)),
        };
        let body = got.body.collect().await.map_err(|error| BucketError::because(error.to_string()))?;
        Ok(body.into_bytes().into())
    }

    /// A put of a file for a presigned link; the client sends the bytes.
    pub(crate) fn put_of_length(&self, key: &str, bytes: u64) -> PutObjectFluentBuilder {
        let length = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.s3.put_object().bucket(&self.name).key(key).content_length(length)
    }

    async fn fetch(&self, key: &str) -> Result<BytesMut, BucketError> {
        let got = self.s3.get_object().bucket(&self.name).key(key).send().await;
        let body = got.map_err(|error| BucketError::of(&error))?.body.collect().await;
        Ok(body.map_err(|error| BucketError::because(error.to_string()))?.into_bytes().into())
    }

    async fn put(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), BucketError> {
        let put = self.s3.put_object().bucket(&self.name).key(key).content_type(content_type);
        put.body(ByteStream::from(bytes)).send().await.map(drop).map_err(|error| BucketError::of(&error))
    }
}

pub(crate) const CSV: &str = "text/csv; charset=utf-8";

/// A file that is being written to S3.
#[derive(Debug)]
pub struct BucketUpload {
    bucket: Bucket,
    attempt: String,
    content_type: &'static str,
    sent: Sent,
    /// What follows the parts that were sent.
    buffer: BytesMut,
}

/// The part of a file that S3 has.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Sent {
    /// The key of the file.
    file: String,
    /// None before the first part.
    upload_id: Option<String>,
    /// The entity tags of the parts, in order.
    parts: Vec<String>,
}

/// A file as a checkpoint keeps it.
#[derive(Debug, Serialize, Deserialize)]
struct Saved {
    sent: Sent,
    /// The key of the object with what follows the parts, and how much of it does.
    rest: String,
    rest_bytes: usize,
}

impl Upload for BucketUpload {
    async fn push(&mut self, bytes: Vec<u8>) -> Result<(), BucketError> {
        if self.buffer.is_empty() {
            // It does not grow by doubling, which would take more memory for a moment.
            self.buffer.reserve(self.bucket.part_size + PAGE_SIZE);
        }
        self.buffer.extend_from_slice(&bytes);
        if self.buffer.len() >= self.bucket.part_size { self.send_part().await } else { Ok(()) }
    }

    async fn save(&mut self) -> Result<String, BucketError> {
        let Self { bucket, attempt, content_type, sent, buffer } = self;
        // Under one key the rest only grows: what an earlier checkpoint names is the beginning of it.
        let (rest, rest_bytes) = (format!("{attempt}.{}.rest", sent.parts.len()), buffer.len());
        let bytes = std::mem::take(buffer).freeze();
        bucket.put(&rest, content_type, bytes.clone()).await?;
        *buffer = bytes.try_into_mut().unwrap_or_else(BytesMut::from);
        let saved = Saved { sent: sent.clone(), rest, rest_bytes };
        serde_json::to_string(&saved).map_err(|error| BucketError::because(error.to_string()))
    }

    async fn finish(mut self) -> Result<String, BucketError> {
        if self.sent.upload_id.is_none() {
            self.bucket.put(&self.sent.file, self.content_type, self.buffer.freeze()).await?;
            return Ok(self.sent.file);
        }
        if !self.buffer.is_empty() {
            self.send_part().await?;
        }
        let Self { bucket: Bucket { s3, name, .. }, sent: Sent { file, upload_id, parts }, .. } = self;
        let parts = parts.into_iter().zip(1..);
        let parts = parts.map(|(tag, number)| CompletedPart::builder().part_number(number).e_tag(tag).build());
        let whole = CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build();
        let complete = s3.complete_multipart_upload().bucket(name).key(&file).set_upload_id(upload_id);
        complete.multipart_upload(whole).send().await.map_err(|error| BucketError::of(&error))?;
        Ok(file)
    }
}

impl BucketUpload {
    /// The bucket's lifecycle rule removes unfinished uploads.
    async fn send_part(&mut self) -> Result<(), BucketError> {
        let (Bucket { s3, name, .. }, Sent { file, upload_id, parts }) = (&self.bucket, &mut self.sent);
        if upload_id.is_none() {
            let create =
                s3.create_multipart_upload().bucket(name).key(&*file).content_type(self.content_type).send().await;
            *upload_id = create.map_err(|error| BucketError::of(&error))?.upload_id;
        }
        let number = i32::try_from(parts.len() + 1).unwrap_or(i32::MAX);
        let part = s3.upload_part().bucket(name).key(&*file).set_upload_id(upload_id.clone()).part_number(number);
        let bytes = std::mem::take(&mut self.buffer).freeze();
        let sent = part.body(ByteStream::from(bytes)).send().await.map_err(|error| BucketError::of(&error))?;
        parts.push(sent.e_tag.ok_or_else(|| BucketError::because("a part without an entity tag"))?);
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

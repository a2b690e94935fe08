//! Presigned links by which a client without access to the bucket uploads a file.

use aws_client::failure_reason;
use aws_sdk_s3::presigning::PresigningConfig;
use std::time::Duration;

use crate::{Bucket, BucketError};

/// How long a link can be used.
pub const UPLOAD_VALIDITY: Duration = Duration::from_mins(15);

pub trait PresignUpload {
    /// A link that takes a file of exactly so many bytes by `PUT`, for [`UPLOAD_VALIDITY`].
    fn presign_upload(&self, file: &str, bytes: u64) -> impl Future<Output = Result<String, BucketError>> + Send;
}

impl PresignUpload for Bucket {
    /// The length is signed: S3 refuses a file of another one.
    async fn presign_upload(&self, file: &str, bytes: u64) -> Result<String, BucketError> {
        let valid = PresigningConfig::expires_in(UPLOAD_VALIDITY);
        let valid = valid.map_err(|error| BucketError::because(error.to_string()))?;
        let put = self.put_of_length(file, bytes).presigned(valid).await;
        put.map(|link| link.uri().to_owned()).map_err(|error| BucketError::because(failure_reason(&error)))
    }
}

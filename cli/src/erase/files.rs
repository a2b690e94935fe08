//! Exported files and those that were sent to be imported, which lie in the bucket for a day, and the plans of bulk jobs, which
//! do for 31.

use aws_client::{client_config, failure_reason};
use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::get_object::GetObjectError,
};
use runtime::config::{ConfigError, required};
use thiserror::Error;

/// Where `write-export`, `run-bulk` and the callers of `bulk` put them.
const PREFIXES: [&str; 3] = ["exports/", "bulk/", "imports/"];

#[derive(Debug, Error)]
#[error("the bucket of the exports: {0}")]
pub struct FilesError(String);

impl FilesError {
    fn of<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Self {
        Self(failure_reason(error))
    }
}

pub struct ExportFiles {
    s3: Client,
    bucket: String,
}

impl ExportFiles {
    pub fn from_env() -> Result<Self, ConfigError> {
        let config = client_config("S3")?;
        // A local endpoint has no subdomain for each bucket.
        let path_style = config.endpoint_url().is_some();
        let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(path_style).build();
        Ok(Self { s3: Client::from_conf(config), bucket: required("EXPORT_BUCKET")? })
    }

    /// The keys of the files in which one of these texts stands, in any case.
    pub async fn naming(&self, texts: &[&str]) -> Result<Vec<String>, FilesError> {
        let mut found = Vec::new();
        for prefix in PREFIXES {
            found.extend(self.below(prefix, texts).await?);
        }
        Ok(found)
    }

    async fn below(&self, prefix: &str, texts: &[&str]) -> Result<Vec<String>, FilesError> {
        let (mut found, mut next) = (Vec::new(), None);
        loop {
            let list = self.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix).set_continuation_token(next);
            let page = list.send().await.map_err(|error| FilesError::of(&error))?;
            for key in page.contents().iter().filter_map(|object| object.key()) {
                if self.has(key, texts).await? {
                    found.push(key.to_owned());
                }
            }
            next = page.next_continuation_token;
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    async fn has(&self, key: &str, texts: &[&str]) -> Result<bool, FilesError> {
        let got = self.s3.get_object().bucket(&self.bucket).key(key).send().await;
        let got = match got {
            Ok(got) => got,
            // The lifecycle rule has just deleted it.
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => return Ok(false),
            Err(error) => return Err(FilesError::of(&error)),
        };
        let file = got.body.collect().await.map_err(|error| FilesError(error.to_string()))?.into_bytes();
        let stands = |text: &&str| file.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()));
        Ok(texts.iter().any(stands))
    }

    pub async fn delete(&self, keys: &[String]) -> Result<(), FilesError> {
        for key in keys {
            let delete = self.s3.delete_object().bucket(&self.bucket).key(key);
            delete.send().await.map_err(|error| FilesError::of(&error))?;
        }
        Ok(())
    }
}

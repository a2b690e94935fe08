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
const PREFIXES: [&str; 3] = [EXPORTS, "bulk/", "imports/"];
const EXPORTS: &str = "exports/";

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

    /// The keys of the files in which this user id stands; of those that were sent to be imported, and of plans, also those that
    /// have one of these texts as a cell or in quotation marks, in any case.
    pub async fn naming(&self, user_id: &str, cells: &[&str]) -> Result<Vec<String>, FilesError> {
        let mut found = Vec::new();
        for prefix in PREFIXES {
            found.extend(self.below(prefix, user_id, cells).await?);
        }
        Ok(found)
    }

    async fn below(&self, prefix: &str, user_id: &str, cells: &[&str]) -> Result<Vec<String>, FilesError> {
        let (mut found, mut next) = (Vec::new(), None);
        loop {
            let list = self.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix).set_continuation_token(next);
            let page = list.send().await.map_err(|error| FilesError::of(&error))?;
            for key in page.contents().iter().filter_map(|object| object.key()) {
                if self.has(key, user_id, cells).await? {
                    found.push(key.to_owned());
                }
            }
            next = page.next_continuation_token;
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    async fn has(&self, key: &str, user_id: &str, cells: &[&str]) -> Result<bool, FilesError> {
        let got = self.s3.get_object().bucket(&self.bucket).key(key).send().await;
        let got = match got {
            Ok(got) => got,
            // The lifecycle rule has just deleted it.
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => return Ok(false),
            Err(error) => return Err(FilesError::of(&error)),
        };
        let file = got.body.collect().await.map_err(|error| FilesError(error.to_string()))?.into_bytes();
        // An export has the id of each of its users.
        let may_lack_ids = !key.starts_with(EXPORTS);
        let has_cell = |cell: &&str| places(&file, cell).any(|place| is_cell(&file, place, cell.len()));
        Ok(places(&file, user_id).next().is_some() || may_lack_ids && cells.iter().any(has_cell))
    }

    pub async fn delete(&self, keys: &[String]) -> Result<(), FilesError> {
        for key in keys {
            let delete = self.s3.delete_object().bucket(&self.bucket).key(key);
            delete.send().await.map_err(|error| FilesError::of(&error))?;
        }
        Ok(())
    }
}

/// Where the text stands in the file, in any case.
fn places<'a>(file: &'a [u8], text: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_text = move |window: &[u8]| window.eq_ignore_ascii_case(text.as_bytes());
    file.windows(text.len().max(1)).enumerate().filter(move |(_, window)| is_text(window)).map(|(place, _)| place)
}

/// Whether what stands there is a whole cell of a CSV file, a whole text of JSON, or stands in quotation marks in either.
fn is_cell(file: &[u8], place: usize, length: usize) -> bool {
    const ENDS: &[u8] = b",;\t\r\n\"'\\";
    let before = place.checked_sub(1).and_then(|before| file.get(before));
    let is_end = |byte: Option<&u8>| byte.is_none_or(|byte| ENDS.contains(byte));
    is_end(before) && is_end(file.get(place + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_found_as_a_cell_and_not_within_another_text() {
        let file = b"identity;name\r\nANN;\"Anna Ann\"\r\n\"7\";77\n";
        let is_named = |cell: &str| places(file, cell).any(|place| is_cell(file, place, cell.len()));
        assert_eq!(["ann", "7", "identity"].map(is_named), [true; 3]);
        assert_eq!(["nn", "Ann\";", "dentity"].map(is_named), [false; 3]);
        let json = br#"{"row":7,"identity":"Zoe","detail":"Nobody has the identity \"max\". Correct it"}"#;
        let is_named = |text: &str| places(json, text).any(|place| is_cell(json, place, text.len()));
        assert_eq!(["zoe", "max"].map(is_named), [true; 2]);
        assert_eq!(["7", "oe", "Nobody"].map(is_named), [false, false, false]);
    }
}

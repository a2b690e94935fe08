//! The data directory.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::StartError;
use crate::runtime::Endpoints;

/// The format of the data: the layout of the directory and the items of the table. Raised when older data can no longer
/// be read.
const FORMAT: u32 = 5;

/// The file that holds the format; data without it is of format 1.
const MARKER: &str = "format";

/// The file of the embedded DynamoDB.
pub(crate) const DATABASE: &str = "dynamodb.sqlite";

/// The addresses of a running stack, for `local invoke` and the AWS CLI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Addresses {
    pub api: String,
    pub simulator: String,
    #[serde(flatten)]
    pub endpoints: Endpoints,
    /// The environment of the operator's command.
    pub operator: BTreeMap<String, String>,
}

impl Addresses {
    /// Those of the stack that runs on this data, if one does.
    pub fn load(data: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(data.join("endpoints.json")).ok()?;
        serde_json::from_str(&text).ok()
    }
}

/// The directory, locked against other stacks.
#[derive(Debug)]
pub(crate) struct Data {
    path: PathBuf,
    lock: File,
}

impl Data {
    /// Makes the directory if it is missing, locks it, and refuses data of another format.
    pub fn lock(path: &Path) -> Result<Self, StartError> {
        let unusable = |source| StartError::Data { path: path.to_owned(), source };
        std::fs::create_dir_all(path.join("streams")).map_err(unusable)?;
        let lock = File::create(path.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StartError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let data = Self { path: path.to_owned(), lock };
        data.check_format()?;
        Ok(data)
    }

    /// Writes the marker into a directory without data, and compares it otherwise.
    fn check_format(&self) -> Result<(), StartError> {
        let marker = self.join(MARKER);
        let unusable = |source| StartError::Data { path: marker.clone(), source };
        let found = match std::fs::read_to_string(&marker) {
            Ok(found) => found.trim().to_owned(),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(unusable(error)),
            Err(_) if self.join(DATABASE).exists() => "1".to_owned(),
            Err(_) => return std::fs::write(&marker, format!("{FORMAT}\n")).map_err(unusable),
        };
        match found.parse::<u32>() {
            Ok(FORMAT) => Ok(()),
            parsed => {
                let age = if parsed.is_ok_and(|format| format < FORMAT) { "an older" } else { "another" };
                Err(StartError::Format { path: self.path.clone(), age, found, needed: FORMAT })
            }
        }
    }

    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    pub fn announce(&self, addresses: &Addresses) -> Result<(), StartError> {
        let path = self.join("endpoints.json");
        let text = serde_json::to_string_pretty(addresses).unwrap_or_default();
        std::fs::write(&path, text).map_err(|source| StartError::Data { path, source })
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        // It may never have been written.
        drop(std::fs::remove_file(self.join("endpoints.json")));
        // Closing the file is not enough: a process that another stack of this program is just starting has a copy of it,
        // and with it the lock, until it runs its own program.
        drop(self.lock.unlock());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refusal(path: &Path) -> String {
        Data::lock(path).unwrap_err().to_string()
    }

    #[test]
    fn a_new_directory_is_marked_and_can_be_opened_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new");
        drop(Data::lock(&path).unwrap());
        std::fs::write(path.join(DATABASE), "").unwrap();
        assert_eq!(std::fs::read_to_string(path.join(MARKER)).unwrap(), "5\n");
        Data::lock(&path).unwrap();
    }

    #[test]
    fn the_lock_ends_with_the_stack_also_if_a_process_that_is_being_started_has_a_copy_of_it() {
        let directory = tempfile::tempdir().unwrap();
        let data = Data::lock(directory.path()).unwrap();
        let _copy = data.lock.try_clone().unwrap();
        assert!(refusal(directory.path()).contains("in use"));
        drop(data);
        Data::lock(directory.path()).unwrap();
    }

    #[test]
    fn data_from_before_the_marker_is_refused_with_the_way_out() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(DATABASE), "").unwrap();
        let path = directory.path().display();
        let expected = format!(
            "{path} was written by an older version of flex-roster (format 1, this one needs 5); \
             remove it with: make clean DATA={path}"
        );
        assert_eq!(refusal(directory.path()), expected);
        // Refusing it changes nothing.
        assert_eq!(refusal(directory.path()), expected);
    }

    #[test]
    fn data_of_another_format_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(MARKER), "6\n").unwrap();
        let reason = refusal(directory.path());
        assert!(reason.contains("by another version of flex-roster (format 6, this one needs 5)"), "{reason}");
    }

    #[test]
    fn the_default_directory_needs_no_option_to_be_removed() {
        let path = PathBuf::from(".data");
        let error = StartError::Format { path, age: "an older", found: "1".to_owned(), needed: FORMAT };
        let expected = ".data was written by an older version of flex-roster (format 1, this one needs 5); \
                        remove it with: make clean";
        assert_eq!(error.to_string(), expected);
    }
}

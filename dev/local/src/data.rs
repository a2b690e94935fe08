//! The data directory.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::StartError;
use crate::runtime::Endpoints;

/// Where everything is, for `local invoke`, the AWS CLI and a curious person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Addresses {
    pub api: String,
    pub simulator: String,
    #[serde(flatten)]
    pub endpoints: Endpoints,
}

impl Addresses {
    /// Those of the stack that runs on this data; `None` if none does.
    pub fn load(data: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(data.join("endpoints.json")).ok()?;
        serde_json::from_str(&text).ok()
    }
}

/// The directory, for as long as nobody else may use it.
#[derive(Debug)]
pub(crate) struct Data {
    path: PathBuf,
    // Held for its lock.
    _lock: File,
}

impl Data {
    /// Makes the directory if it is missing, and locks it.
    pub fn lock(path: &Path) -> Result<Self, StartError> {
        let unusable = |source| StartError::Data { path: path.to_owned(), source };
        std::fs::create_dir_all(path.join("streams")).map_err(unusable)?;
        let lock = File::create(path.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StartError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
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
    }
}

//! Where an export is written, so that another runner can go on with it.
//!
//! ```text
//! part 1 ── part 2 ── rest so far        a checkpoint: the parts that were sent, and an object with the rest
//!                        └─ died         the next runner fetches the rest and goes on with part 3
//! ```

use crate::BucketError;

/// Where files are stored. An attempt has a name of its own, with which the keys of what it stores begin.
pub trait FileStore {
    type Upload: Upload + Send;
    /// A new file.
    fn upload(&self, attempt: &str) -> Self::Upload;
    /// The file of another attempt, as it was saved; none if that cannot be read.
    fn resume(
        &self,
        saved: &str,
        attempt: &str,
    ) -> impl Future<Output = Result<Option<Self::Upload>, BucketError>> + Send;
}

/// A file that is being written; it is not visible before it is finished.
pub trait Upload {
    /// Appends these bytes.
    fn push(&mut self, bytes: Vec<u8>) -> impl Future<Output = Result<(), BucketError>> + Send;
    /// What [`FileStore::resume`] takes to go on after these bytes, whatever this attempt does afterwards.
    fn save(&mut self) -> impl Future<Output = Result<String, BucketError>> + Send;
    /// Makes the file visible, and returns its key.
    fn finish(self) -> impl Future<Output = Result<String, BucketError>> + Send;
}

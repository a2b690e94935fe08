//! Files in the deployment's bucket.
//!
//! What it is for: writing a file in parts, so that it need not be kept in memory; going on with one where another runner has
//! died ([`export`]); reading one piece by piece ([`plans`]); links for
//! [uploads]. What it must not know: what is in a file.

mod bucket;
pub mod export;
pub mod plans;
pub mod uploads;

pub use bucket::{Bucket, BucketError, BucketUpload};

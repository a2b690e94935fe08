//! `DynamoDB` and S3 in the process: what the tests and the local stack run against.
//!
//! Both are served over HTTP on a port of 127.0.0.1 that the system chooses, so that the AWS SDK
//! talks to them as it talks to AWS. Dropping either stops its server.
//!
//! What AWS does and these do not: throttling, unprocessed items, transaction conflicts and stale
//! reads. Tests inject those.

mod client;
mod dynamo;
mod error;
mod s3;
mod server;
mod stream_records;
mod table;
mod template;
pub mod yaml;

pub use client::client_at;
pub use dynamo::Dynamo;
pub use error::EmbeddedError;
pub use s3::{Bucket, Credentials, S3};
pub use template::{directory_properties, without_stream};

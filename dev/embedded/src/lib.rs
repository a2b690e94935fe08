//! `DynamoDB` and S3 in this process, for the tests and the local stack.
//!
//! Both are served over HTTP on a free port of 127.0.0.1, so that the AWS SDK works as against AWS. Dropping either
//! stops its server.
//!
//! Unlike AWS, they have no throttling, unprocessed items, transaction conflicts or stale reads. Tests inject those.

mod client;
mod dynamo;
mod error;
mod in_process;
mod s3;
mod server;
mod stream_records;
mod table;
mod template;
pub mod yaml;

pub use client::{client_at, config_at};
pub use dynamo::Dynamo;
pub use error::EmbeddedError;
pub use in_process::InProcess;
pub use s3::{Bucket, CorsRule, Credentials, S3};
pub use template::{directory_properties, without_stream};

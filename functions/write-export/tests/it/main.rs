//! Exports against an embedded DynamoDB and an embedded S3.
#![allow(clippy::unwrap_used, missing_docs)]

mod files;
mod killed;
mod support;

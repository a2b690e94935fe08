//! Starting exports against an embedded DynamoDB.
#![allow(clippy::unwrap_used, missing_docs)]

mod start;

//! The webhook against an embedded DynamoDB.
#![allow(clippy::unwrap_used)]

mod incomplete;
mod request;

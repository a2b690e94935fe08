//! The conventions of the HTTP API against an embedded DynamoDB.
#![allow(clippy::unwrap_used)]

mod idempotency;

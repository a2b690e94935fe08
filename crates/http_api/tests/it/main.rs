//! The conventions of the HTTP API against a real DynamoDB, embedded.
#![allow(clippy::unwrap_used)]

mod idempotency;

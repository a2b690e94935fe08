//! The edge against a real DynamoDB, embedded.
#![allow(clippy::unwrap_used, missing_docs)]

mod change;
mod idempotency;

//! The use cases against a real DynamoDB, embedded.
#![allow(clippy::unwrap_used)]

mod change;
mod ingest;
mod order;
mod restore;
mod support;

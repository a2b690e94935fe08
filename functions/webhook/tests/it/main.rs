//! The webhook against a real DynamoDB, embedded.
#![allow(clippy::unwrap_used)]

mod request;

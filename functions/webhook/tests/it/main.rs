//! The webhook against a real DynamoDB, embedded, and a TaskRouter that answers what the test says.
#![allow(clippy::unwrap_used, missing_docs)]

mod callbacks;
mod order;
mod request;
mod support;

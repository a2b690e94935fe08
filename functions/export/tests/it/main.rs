//! Starting exports against a real DynamoDB, embedded.
#![allow(clippy::unwrap_used, missing_docs)]

mod start;

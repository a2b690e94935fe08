//! The store against an embedded DynamoDB.
#![allow(clippy::unwrap_used, missing_docs)]

mod catalog;
mod commit;
mod filters;
mod idempotency;
mod index;
mod jobs;
mod names;
mod search;
mod support;
mod teams;
mod workers;

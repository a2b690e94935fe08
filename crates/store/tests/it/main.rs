//! The store against an embedded DynamoDB.
#![allow(clippy::unwrap_used, missing_docs)]

mod catalog;
mod commit;
mod filters;
mod guards;
mod idempotency;
mod index;
mod jobs;
mod names;
mod search;
mod stages;
mod support;
mod sync_filter;
mod teams;
mod workers;

//! The table against a real DynamoDB, embedded.
#![allow(clippy::unwrap_used, missing_docs)]

mod commit;
mod filters;
mod index;
mod jobs;
mod once;
mod search;
mod support;
mod workers;

//! The use cases against a real DynamoDB, embedded.
#![allow(clippy::unwrap_used)]

mod budget;
mod bulk;
mod change;
mod counts;
mod decided_since;
mod erase;
mod fan_out;
mod flex_skills;
mod ingest;
mod odd_attributes;
mod one_worker;
mod order;
mod reconcile;
mod reindex;
mod restore;
mod skill_activity;
mod support;
mod sync;
mod temporary_skills;

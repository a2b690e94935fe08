//! End to end: users log in to a simulated Flex, admins call the API, and the local stack runs the deployed functions
//! as the template says.
#![allow(clippy::unwrap_used, missing_docs)]

mod bad_input;
mod bulk;
mod callbacks;
mod connecting;
mod erasure;
mod export;
mod flex_skills;
mod http;
mod idempotency;
mod import;
mod least_privilege;
mod logs;
mod lost_login;
mod operator;
mod permissions;
mod presets;
mod provisioning;
mod reconcile;
mod records;
mod reindex;
mod rotation;
mod skills;
mod status;
mod stock_events;
mod story;
mod supervisors;
mod sync;
mod sync_filter;
mod sync_view;
mod teams;
mod temporary_skills;
mod test_stack;

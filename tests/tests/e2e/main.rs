//! End to end: people log in to a simulated Flex, administrators use the API, and the stack that answers is the
//! deployed functions, run as the template says.
#![allow(clippy::unwrap_used, missing_docs)]

mod bad_input;
mod callbacks;
mod export;
mod idempotency;
mod permissions;
mod privacy;
mod provisioning;
mod records;
mod skills;
mod status;
mod story;
mod teams;
mod world;

//! End-to-end tests against the running stack: see `tests/`. What they share is here.

pub mod contract;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Region},
};
use local::{
    Options, Stack,
    authority::usage::log_of_tests,
    names::{REGION, physical},
};
use std::path::Path;
use store::Directory;

/// The options of a stack whose functions' use of their permissions counts: `local authority --check` compares it with what
/// the template grants.
#[must_use]
pub fn options(data: &Path) -> Options {
    Options { usage: Some(log_of_tests()), ..Options::for_test(data) }
}

/// The stack's table, to look into and to prepare.
#[must_use]
pub fn directory(stack: &Stack) -> Directory {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .endpoint_url(&stack.endpoints().dynamodb)
        .credentials_provider(Credentials::from_keys("test", "test", None));
    Directory::new(Client::from_conf(config.build()), physical("Directory"))
}

//! End-to-end tests against the running stack: see `tests/`. What they share is here.

pub mod contract;

use aws_sdk_dynamodb::Client;
use local::{Options, Stack, authority::usage::log_of_tests, names::physical};
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
    Directory::new(dynamodb(stack), physical("Directory"))
}

/// The stack's `DynamoDB`, for what the directory does not do.
#[must_use]
pub fn dynamodb(stack: &Stack) -> Client {
    embedded::client_at(&stack.endpoints().dynamodb)
}

//! `/teams` against an embedded DynamoDB.
#![allow(clippy::unwrap_used, missing_docs)]

mod fan_out;

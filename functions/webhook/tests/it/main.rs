//! The webhook against an embedded DynamoDB.
#![allow(clippy::unwrap_used)]

mod events;
mod hand_over;
mod incomplete;
mod request;
mod rotation;

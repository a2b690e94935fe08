//! The contract, `infra/openapi.yaml`, the template and the code say the same. That the running stack answers as the
//! contract says is tried sample by sample in `events.rs`, and by schemathesis in `tests/contract/`.
#![allow(clippy::unwrap_used, missing_docs)]

mod authority;
mod bodies;
mod codes;
mod examples;
mod layers;
mod template;
mod words;

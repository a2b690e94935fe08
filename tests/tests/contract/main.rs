//! The contract, `infra/openapi.yaml`, agrees with the template and the code. The responses of the running stack are
//! checked against the contract for each sample event in `tests/events`, and by schemathesis in `tests/contract/`.
#![allow(clippy::unwrap_used, missing_docs)]

mod authority;
mod bodies;
mod clients;
mod codes;
mod cost;
mod documents;
mod examples;
mod layers;
mod template;
mod words;

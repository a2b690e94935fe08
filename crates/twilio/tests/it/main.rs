//! The REST client, callbacks, signatures and tokens, against a mock server.
#![allow(clippy::unwrap_used)]

mod callback;
mod client;
mod client_changes;
mod client_event_streams;
mod client_faults;
mod client_reads;
mod cloud_events;
mod contract;
mod mock;
mod raw_json;
mod signature;
mod signature_property;
mod token;
